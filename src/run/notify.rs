//! Who is told of a run when it has been shown: the webhooks that `--notify` names.
//!
//! What does not belong here: what they are told (`render::message`), and how it gets there (`cluster::post`).

use super::{Failure, block_on, look};
use crate::cli::{CheckArgs, Exit};
use crate::finding::Severity;
use crate::policy::profile::{Address, Source, Webhook, When};
use crate::policy::settings::Settings;
use crate::render::{self, ChatSummary};
use crate::report::{Report, Verdict};
use crate::text::Lang;
use crate::{cluster, output};
use std::io::Read;
use std::path::Path;
use tokio::task::JoinSet;

/// Longer than any address.
const MOST_BYTES: u64 = 8 << 10;

/// The webhooks of a run, and what is to be said of the clusters that have been shown.
#[derive(Default)]
pub(super) struct Notifications {
    to: Vec<To>,
    /// The worst of what is new.
    worst_new: Option<Severity>,
}

/// A webhook that is told.
struct To {
    name: String,
    address: Address,
    when: When,
    lang: Lang,
    briefs: Vec<ChatSummary>,
}

/// Nothing is sent about a part of a report.
pub(super) fn refuse(args: &CheckArgs, why: &str) -> Result<(), Failure> {
    match args.notify.is_empty() {
        true => Ok(()),
        false => Err(Failure::new(format!("--notify tells of whole reports: {why}"))),
    }
}

impl Notifications {
    /// Finds the webhooks and their addresses, before anything is asked of a cluster.
    pub(super) fn open(args: &CheckArgs) -> Result<Self, Failure> {
        let asked = args.profile.chosen.webhooks.iter().filter(|webhook| args.notify.contains(&webhook.name));
        let compares = args.compare.given().is_some();
        let to = |webhook: &Webhook| {
            if webhook.when == When::New && !compares {
                return Err(Failure {
                    hint: Some("--baseline FILE or --history FOLDER says with what".to_owned()),
                    ..Failure::new(format!(
                        "webhook {} is told what is new, which needs something to compare with",
                        webhook.name
                    ))
                });
            }
            let lang = webhook.lang.unwrap_or(look::look(&args.show).lang);
            let (name, when) = (webhook.name.clone(), webhook.when);
            Ok(To { name, address: address(webhook)?, when, lang, briefs: Vec::new() })
        };
        Ok(Self { to: asked.map(to).collect::<Result<_, _>>()?, worst_new: None })
    }

    /// Takes what a message says of a report.
    pub(super) fn add(&mut self, report: &Report) {
        self.worst_new = self.worst_new.max(report.summary().worst_new);
        for to in &mut self.to {
            to.briefs.push(ChatSummary::of(report, to.lang));
        }
    }

    /// Tells everybody who wants to hear of a run that ended so. Whoever cannot be told is named on standard error, and
    /// the run is none that went well.
    pub(super) fn send(mut self, done: Result<Exit, Failure>) -> Result<Exit, Failure> {
        if self.to.is_empty() {
            return done;
        }
        if let Err(failure) = &done {
            self.add_failure(failure);
        }
        let mut told = block_on(self.tell())?;
        // In the order of the profile, whoever answered first.
        told.sort();
        for (_, line) in &told {
            output::log(line);
        }
        match done {
            Ok(Exit::Clean) if !told.is_empty() => Ok(Exit::Error),
            done => done,
        }
    }

    /// Sends side by side. Returns the lines about those that could not be told.
    async fn tell(self) -> Vec<(usize, String)> {
        let mut under_way = JoinSet::new();
        for (index, to) in self.to.into_iter().enumerate().filter(|(_, to)| to.wants(self.worst_new)) {
            let text = render::message(&to.briefs, to.lang);
            under_way.spawn(async move {
                let why = cluster::post(&to.address, &text).await.err()?;
                Some((index, format!("could not notify {} ({}): {why}", to.name, to.address)))
            });
        }
        let mut failed = Vec::new();
        while let Some(done) = under_way.join_next().await {
            failed.extend(done.ok().flatten());
        }
        failed
    }

    /// Of a run that could not be made there is no report, but nobody may take silence for health.
    fn add_failure(&mut self, failure: &Failure) {
        if self.to.iter().any(|to| !to.briefs.is_empty()) {
            return;
        }
        for line in failure.line.lines() {
            let snapshot = super::check::unseen_cluster("", failure.reason, line);
            self.add(&Report::new(&snapshot, &Settings::default()));
        }
    }
}

impl To {
    fn wants(&self, worst_new: Option<Severity>) -> bool {
        match self.when {
            When::Always => true,
            When::PodProblem => self.briefs.iter().any(|brief| brief.verdict() != Verdict::Healthy),
            When::New => worst_new > Some(Severity::Low),
        }
    }
}

/// The address of a webhook, from where the profile says it is.
fn address(webhook: &Webhook) -> Result<Address, Failure> {
    let wrong = |error: String| Failure::new(format!("{}: webhook {}: {error}", webhook.place, webhook.name));
    let text = match &webhook.address {
        Source::Written(address) => return Ok(address.clone()),
        Source::Env(name) => super::environment(name)
            .ok_or_else(|| wrong(format!("environment variable {name} is not set")))?,
        Source::File(path) => {
            let folder = Path::new(&webhook.place.path).parent().unwrap_or(Path::new(""));
            let path = folder.join(path);
            let mut text = String::new();
            let read =
                std::fs::File::open(&path).and_then(|file| file.take(MOST_BYTES).read_to_string(&mut text));
            read.map_err(|error| wrong(format!("{}: {}", path.display(), output::io_words(&error))))?;
            text
        }
    };
    Address::new(&text).map_err(|error| wrong(format!("{}: {error}", webhook.address)))
}
