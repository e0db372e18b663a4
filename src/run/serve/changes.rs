//! The changes of a cluster that is watched, sent to webhooks.
//!
//! What does not belong here: which changes are news (`exporter::told`), and how a message looks (`render::notice`).

use crate::cli::{FailOn, ServeArgs};
use crate::cluster::{self, Message};
use crate::exporter::{Known, Pace, incidents};
use crate::files;
use crate::finding::Severity;
use crate::output::{self, Level};
use crate::policy::profile::{Address, Webhook, WebhookType};
use crate::render::notice::{Change, Origin, bodies};
use crate::report::Report;
use crate::run::{Failure, notify};
use crate::text::Lang;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

/// The maximum size of the file of what webhooks were told.
const MOST_BYTES: u64 = 16 << 20;
/// How often Alertmanager is told what lasts: it forgets an alert that nobody repeats.
const ALERTS: i64 = 60;
/// An incident has ended when it has been gone for this time, in seconds.
const GONE: i64 = 60;
/// The pause after a message that was not delivered.
const PAUSE: Duration = Duration::from_secs(30);
/// The time for messages on their way when the program is stopped.
const DRAIN: Duration = Duration::from_secs(10);
/// The most changes that are sent at once; the rest follows.
const AT_ONCE: usize = 100;

/// The webhooks, and what they know.
pub(super) struct Changes {
    to: Vec<Recipient>,
    known: Known,
    state: Option<PathBuf>,
    /// In seconds; 0 is never.
    repeat: i64,
    least: Option<Severity>,
    on_their_way: JoinSet<Sent>,
}

/// A webhook.
struct Recipient {
    name: String,
    address: Address,
    of: WebhookType,
    key: String,
    lang: Lang,
    /// Whether messages to it are on their way.
    busy: bool,
    /// After a failure.
    not_before: Option<Instant>,
}

/// Messages that have been sent, or why they have not.
struct Sent {
    to: usize,
    changes: Vec<Change>,
    at: crate::wire::Time,
    failure: Option<String>,
}

impl Changes {
    /// Finds the webhooks and what they know.
    pub(super) fn open(args: &ServeArgs, lang: Lang) -> Result<Self, Failure> {
        let webhooks = &args.profile.resolved.chosen.webhooks;
        let asked = webhooks.iter().filter(|webhook| args.notify.contains(&webhook.name));
        Ok(Self {
            to: asked.map(|webhook| recipient(webhook, lang)).collect::<Result<_, _>>()?,
            known: args.state.as_deref().map(known).transpose()?.unwrap_or_default(),
            state: args.state.clone(),
            repeat: i64::try_from(args.repeat.as_secs()).unwrap_or(i64::MAX),
            least: match args.judge.fail_on {
                FailOn::High => Some(Severity::High),
                FailOn::Medium | FailOn::New => Some(Severity::Medium),
                FailOn::Low => Some(Severity::Low),
                FailOn::Never => None,
            },
            on_their_way: JoinSet::new(),
        })
    }

    /// Sends what is news in a report.
    pub(super) fn of(&mut self, report: &Report) {
        let Some(least) = self.least else { return };
        let (now, complete) = (report.snapshot.taken_at, report.coverage.gaps.is_empty());
        for (index, to) in self.to.iter_mut().enumerate() {
            if to.busy || to.not_before.is_some_and(|time| Instant::now() < time) {
                continue;
            }
            let found = incidents(report, least, to.lang);
            let repeat = if to.of == WebhookType::Alertmanager { ALERTS } else { self.repeat };
            let pace = Pace { repeat, gone: GONE };
            let mut changes = self.known.news(&to.name, &found, pace, (now, complete));
            changes.truncate(AT_ONCE);
            if changes.is_empty() {
                continue;
            }
            to.busy = true;
            let origin = Origin {
                context: report.snapshot.cluster.context.clone(),
                lang: to.lang,
                now,
                routing_key: to.key.clone(),
            };
            let bodies = bodies(to.of, &changes, &origin);
            let key = if to.of == WebhookType::Json { to.key.clone() } else { String::new() };
            let address = to.address.clone();
            self.on_their_way.spawn(async move {
                let mut failure = None;
                for json in bodies {
                    if let Err(why) = cluster::post(&address, &Message::signed(json, &key)).await {
                        failure = Some(why.to_string());
                        break;
                    }
                }
                Sent { to: index, changes, at: now, failure }
            });
        }
    }

    /// Waits until messages have been delivered or have failed. It can be dropped while it waits.
    pub(super) async fn delivered(&mut self) {
        match self.on_their_way.join_next().await {
            Some(Ok(sent)) => self.record(sent),
            Some(Err(_)) => {}
            None => std::future::pending().await,
        }
    }

    /// Waits for the messages on their way.
    pub(super) async fn drain(&mut self) {
        let all = async {
            while let Some(sent) = self.on_their_way.join_next().await {
                if let Ok(sent) = sent {
                    self.record(sent);
                }
            }
        };
        let _ = timeout(DRAIN, all).await;
    }

    fn record(&mut self, sent: Sent) {
        let Some(to) = self.to.get_mut(sent.to) else { return };
        to.busy = false;
        if let Some(why) = sent.failure {
            to.not_before = Some(Instant::now() + PAUSE);
            let text = format!("could not notify {} ({}): {why}", to.name, to.address);
            output::event(Level::Error, "not-notified", &text);
            return;
        }
        to.not_before = None;
        self.known.tell(&to.name, &sent.changes, sent.at);
        let Some(path) = &self.state else { return };
        let text = serde_json::to_vec(&self.known).unwrap_or_default();
        if let Err(error) = files::write(path, false, |out| out.write_all(&text)) {
            let text = format!("could not write {}: {}", path.display(), crate::text::io_words(&error));
            output::event(Level::Error, "not-written", &text);
        }
    }
}

fn recipient(webhook: &Webhook, lang: Lang) -> Result<Recipient, Failure> {
    let key = webhook.key.as_ref().map(|key| notify::secret(webhook, key)).transpose()?;
    Ok(Recipient {
        name: webhook.name.clone(),
        address: notify::address(webhook)?,
        of: webhook.r#type,
        key: key.unwrap_or_default(),
        lang: webhook.lang.unwrap_or(lang),
        busy: false,
        not_before: None,
    })
}

/// Reads what webhooks were told before. Without a file they know nothing.
fn known(path: &Path) -> Result<Known, Failure> {
    let wrong = |why: String| Failure::new(format!("{}: {why}", path.display()));
    let bytes = match files::read(path, MOST_BYTES, "the state of serve") {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Known::default()),
        Err(error) => return Err(wrong(crate::text::io_words(&error))),
    };
    serde_json::from_slice(&bytes).map_err(|error| wrong(format!("not the state of serve: {error}")))
}
