//! Messages about a run to the webhooks of `--notify`, after the report has been shown.
//!
//! What does not belong here: the text of a message (`render::message`), and its delivery (`cluster::post`).

use super::baseline::COMPARE;
use super::live::block_on;
use super::{Failure, look};
use crate::cli::{CheckArgs, Exit};
use crate::compare::changes::Changes;
use crate::finding::Severity;
use crate::policy::profile::{Address, Source, Webhook, WebhookType, When};
use crate::policy::settings::Settings;
use crate::render::{self, ChatSummary};
use crate::report::{Report, Verdict};
use crate::text::{Lang, Message};
use crate::{cluster, files, output};
use std::io;
use std::path::Path;
use tokio::task::JoinSet;

/// The maximum size of a file with an address or a key.
const MOST_BYTES: u64 = 1 << 20;

/// The webhooks of a run, and the summaries of the clusters that have been shown.
#[derive(Default)]
pub(super) struct Notifications {
    to: Vec<Recipient>,
    /// The worst severity of new findings.
    worst_new: Option<Severity>,
    /// Whether a finding of medium or high severity is new, worse, better or fixed, or the first run has found trouble.
    changed: bool,
}

/// A webhook, and its messages.
struct Recipient {
    name: String,
    address: Address,
    when: When,
    lang: Lang,
    summaries: Vec<ChatSummary>,
}

/// Refuses `--notify` for a command that is not a whole report.
pub(super) fn refuse(args: &CheckArgs, why: &str) -> Result<(), Failure> {
    if args.notify.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("--notify cannot be used here: {why}")))
}

impl Notifications {
    /// Finds the webhooks and their addresses, before the first request.
    pub(super) fn open(args: &CheckArgs) -> Result<Self, Failure> {
        let asked = args
            .profile
            .resolved
            .chosen
            .webhooks
            .iter()
            .filter(|webhook| args.notify.contains(&webhook.name));
        let compares = args.compare.given().is_some();
        let to = |webhook: &Webhook| {
            if matches!(webhook.when, When::New | When::Changed) && !compares {
                let (name, when) = (&webhook.name, webhook.when.id());
                let text = format!("webhook {name} has \"when: {when}\", which needs an earlier run");
                return Err(Failure::new(text).with_hint(COMPARE));
            }
            if webhook.r#type != WebhookType::Text {
                let text = format!("webhook {} has a type that only serve sends", webhook.name);
                return Err(
                    Failure::new(text).with_hint("use kubectl healthcheck serve --notify, or type: text")
                );
            }
            let lang = webhook.lang.unwrap_or(look::look(&args.show, look::Place::Stdout).lang);
            let (name, when) = (webhook.name.clone(), webhook.when);
            Ok(Recipient { name, address: address(webhook)?, when, lang, summaries: Vec::new() })
        };
        Ok(Self { to: asked.map(to).collect::<Result<_, _>>()?, worst_new: None, changed: false })
    }

    /// Adds a report to the messages.
    pub(super) fn add(&mut self, report: &Report) {
        self.worst_new = self.worst_new.max(report.summary().worst_new);
        self.changed |= report.changes().map_or(is_trouble(report.verdict), Changes::is_news);
        for to in &mut self.to {
            to.summaries.push(ChatSummary::of(report, to.lang));
        }
    }

    /// Sends the messages after a run. Failures are listed on standard error, and a run without findings fails.
    pub(super) fn send(mut self, done: Result<Exit, Failure>) -> Result<Exit, Failure> {
        if self.to.is_empty() {
            return done;
        }
        if let Err(failure) = &done {
            self.add_failure(failure);
        }
        let mut failed = block_on(self.deliver())?;
        // In the order of the profile.
        failed.sort();
        for (_, line) in &failed {
            output::log(line);
        }
        match done {
            Ok(Exit::Clean) if !failed.is_empty() => Ok(Exit::Error),
            done => done,
        }
    }

    /// Sends all messages in parallel. Returns a line for each failure.
    async fn deliver(self) -> Vec<(usize, String)> {
        let mut tasks = JoinSet::new();
        for (index, to) in
            self.to.into_iter().enumerate().filter(|(_, to)| to.wants(self.worst_new, self.changed))
        {
            let body = cluster::Message::text(&render::message(&to.summaries, to.lang));
            tasks.spawn(async move {
                let why = cluster::post(&to.address, &body).await.err()?;
                Some((index, format!("could not notify {} ({}): {why}", to.name, to.address)))
            });
        }
        let mut failed = Vec::new();
        while let Some(done) = tasks.join_next().await {
            failed.extend(done.ok().flatten());
        }
        failed
    }

    /// Adds the failure of a run without a report: silence must not look like health.
    fn add_failure(&mut self, failure: &Failure) {
        if self.to.iter().any(|to| !to.summaries.is_empty()) {
            return;
        }
        let whys: Vec<Message> = match &failure.error {
            Some(why) => vec![why.clone()],
            None => failure.line.lines().map(Message::quoted).collect(),
        };
        for why in whys {
            let snapshot = super::check::unseen_cluster("", failure.reason, why);
            self.add(&Report::new(&snapshot, &Settings::default()));
        }
    }
}

impl Recipient {
    fn wants(&self, worst_new: Option<Severity>, changed: bool) -> bool {
        match self.when {
            When::Always => true,
            When::Trouble => self.summaries.iter().any(|summary| is_trouble(summary.verdict())),
            When::New => worst_new > Some(Severity::Low),
            When::Changed => changed,
        }
    }
}

/// Whether a verdict is worth a message. A rollout in progress is not.
fn is_trouble(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::Healthy | Verdict::Progressing)
}

/// Reads the address of a webhook.
pub(super) fn address(webhook: &Webhook) -> Result<Address, Failure> {
    if let Source::Written(address) = &webhook.address {
        return Ok(address.clone());
    }
    let text = secret(webhook, &webhook.address)?;
    let wrong = |error: String| Failure::new(format!("{}: webhook {}: {error}", webhook.place, webhook.name));
    Address::new(&text).map_err(|error| wrong(format!("{}: {error}", webhook.address)))
}

/// Reads a secret of a webhook from the environment or a file.
pub(super) fn secret(webhook: &Webhook, source: &Source) -> Result<String, Failure> {
    let wrong = |error: String| Failure::new(format!("{}: webhook {}: {error}", webhook.place, webhook.name));
    match source {
        Source::Written(_) => Ok(String::new()),
        Source::Env(name) => {
            super::environment(name).ok_or_else(|| wrong(format!("environment variable {name} is not set")))
        }
        Source::File(path) => {
            let folder = Path::new(&webhook.place.path).parent().unwrap_or(Path::new(""));
            let path = folder.join(path);
            let read = of_file(&path);
            read.map_err(|error| wrong(format!("{}: {}", path.display(), crate::text::io_words(&error))))
        }
    }
}

/// Reads the secret in a file, without the space around it. A Secret that was mounted before it was filled has empty files.
fn of_file(path: &Path) -> io::Result<String> {
    let bytes = files::read(path, MOST_BYTES, "the secret of a webhook")?;
    let text = String::from_utf8(bytes).map_err(|_| io::Error::other("the file is not text in UTF-8"))?;
    match text.trim() {
        "" => Err(io::Error::other("the file is empty")),
        text => Ok(text.to_owned()),
    }
}
