//! One list that is followed: a watch goes on from the moment of the list, and the next watch from the moment of the last
//! change. Only when the server does not know that moment any more, the list is read again.

use super::kept::Kept;
use super::stats::{Stats, Verb};
use super::tails::Tail;
use crate::cluster::list;
use crate::cluster::page::{ApiClient, pause};
use crate::cluster::watch::{Ended, Watch};
use crate::cluster::{Error, ListRequest, ListResult};
use crate::model::{Coverage, Names, Reason};
use crate::text::{Message, reasons};
use crate::wire::WatchEvent;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

/// The pause after a list that the user may not read, or that the server does not serve. Rights and extensions may come.
const REFUSED: Duration = Duration::from_secs(600);

/// The number of refusals in a row after which a list that could be read before counts as refused. They take about 40 seconds: a server
/// that starts refuses requests until it has read the rights.
const DOUBTED: u32 = 10;

/// How often a list is read that is not watched. A metrics server measures every 15 seconds by default, and a lease that is not renewed
/// counts after a minute.
const POLLED: Duration = Duration::from_secs(60);

/// The pause after a list that does not state its moment.
const UNWATCHED: Duration = Duration::from_secs(60);

/// A watch that lasts for less than this counts as a failure: a broken proxy may end each watch at once.
const SHORT: Duration = Duration::from_secs(1);

/// A watch that lasts for longer than this shows that the server works, even if a proxy cuts it.
const LONG: Duration = Duration::from_secs(2);

/// What happens to a list.
pub(super) enum Update {
    /// An object has changed.
    Event(WatchEvent),
    /// The list was read again.
    Read(Kept, ListResult<()>),
    /// The list could not be read.
    Unread(ListResult<()>),
    /// The watch has ended early.
    Interrupted(Error),
    /// The server has accepted a watch again.
    Resumed,
    /// The end of a log was read.
    Tail(Tail),
    /// Something was measured again.
    Measured(Kept, Coverage),
}

/// A list that is followed, and where its updates go.
pub(super) struct Follow {
    pub(super) client: Arc<ApiClient>,
    pub(super) request: ListRequest,
    pub(super) names: Names,
    pub(super) index: usize,
    pub(super) to: mpsc::Sender<(usize, Update)>,
    pub(super) stats: Arc<Stats>,
}

/// The receiver of the updates is gone.
struct Over;

impl Follow {
    /// Follows the list from a version on until the receiver is gone. `error` is why it could not be read before.
    pub(super) async fn run(self, version: String, error: Option<Error>) {
        // A list that ended early is read again as a whole.
        let version = if error.is_some() { String::new() } else { version };
        let mut refusals = 0;
        if let Some(error) = error {
            refusals = DOUBTED;
            sleep(pause_after(&error, 1, refusals)).await;
        }
        // The only error is that the receiver is gone.
        let _: Result<(), Over> = if self.request.kind.is_polled() {
            self.read_often(version, refusals).await
        } else {
            self.on(version, refusals).await
        };
    }

    async fn on(&self, mut version: String, mut refusals: u32) -> Result<(), Over> {
        let (mut failures, mut interrupted) = (0, false);
        loop {
            let began = Instant::now();
            let is_list = version.is_empty();
            let ended = if is_list {
                self.read(&mut version).await?
            } else {
                self.watch(&mut version, &mut interrupted).await?
            };
            let lasted = began.elapsed();
            refusals = refusals_after(ended.as_ref(), refusals);
            failures = if lasted > LONG { 0 } else { failures };
            match ended {
                None if lasted >= SHORT => failures = 0,
                None => {
                    failures += 1;
                    sleep(pause(failures)).await;
                }
                // A kind that is gone is listed, so that discovery says whether the server has it.
                Some(ended) if ended.is_too_old() || !is_list && ended.is_absent() => version.clear(),
                // The coverage of the list says so. It is as it should be until rights or extensions come.
                Some(ended) if is_list && is_refused(&ended.error) => {
                    if std::mem::take(&mut interrupted) {
                        self.send(Update::Resumed).await?;
                    }
                    sleep(pause_after(&ended.error, 1, refusals)).await;
                }
                Some(ended) => {
                    failures += 1;
                    let wait =
                        ended.retry_after.unwrap_or_else(|| pause_after(&ended.error, failures, refusals));
                    if !std::mem::replace(&mut interrupted, true) {
                        self.interrupt(ended.error).await?;
                    }
                    sleep(wait).await;
                }
            }
        }
    }

    /// Reads what is not watched, again and again: the metrics API, and leases.
    async fn read_often(&self, mut version: String, mut refusals: u32) -> Result<(), Over> {
        loop {
            sleep(POLLED).await;
            let ended = self.read(&mut version).await?;
            refusals = refusals_after(ended.as_ref(), refusals);
            if let Some(ended) = ended {
                sleep(pause_after(&ended.error, 1, refusals)).await;
            }
        }
    }

    async fn interrupt(&self, error: Error) -> Result<(), Over> {
        self.client.progress.interrupted(&self.request, &error);
        self.send(Update::Interrupted(error)).await
    }

    async fn send(&self, update: Update) -> Result<(), Over> {
        self.to.send((self.index, update)).await.map_err(|_| Over)
    }

    /// Reads the list again.
    async fn read(&self, version: &mut String) -> Result<Option<Ended>, Over> {
        self.client.progress.relist(&self.request);
        if !self.request.kind.is_polled() {
            self.stats.relist(self.request.kind);
        }
        let result = list::list(Arc::clone(&self.client), &self.request, Kept::new(self.names.clone())).await;
        self.stats.list(self.request.kind, result.pages, result.took, result.error.as_ref());
        let (kept, mut result) = result.without_objects();
        match result.error.clone() {
            None => {
                *version = std::mem::take(&mut result.version);
                self.send(Update::Read(kept, result)).await?;
                // No watch can go on from a list without a moment.
                let again = || Ended {
                    error: Error::Unreadable(Message::plain(&reasons::NO_VERSION)),
                    retry_after: Some(UNWATCHED),
                };
                Ok(version.is_empty().then(again))
            }
            Some(error) => {
                self.send(Update::Unread(result)).await?;
                Ok(Some(error.into()))
            }
        }
    }

    /// Watches the list from a version on. Returns why the watch ended, if that was before its time.
    async fn watch(&self, version: &mut String, interrupted: &mut bool) -> Result<Option<Ended>, Over> {
        let began = Instant::now();
        let opened = Watch::open(&self.client, &self.request, version).await;
        self.stats.request(Verb::Watch, self.request.kind, opened.as_ref().err().map(|ended| &ended.error));
        let mut watch = match opened {
            Ok(watch) => watch,
            Err(ended) if ended.error.is_unauthorized() && self.client.renew(began).await => return Ok(None),
            Err(ended) => return Ok(Some(ended)),
        };
        if std::mem::take(interrupted) {
            self.send(Update::Resumed).await?;
        }
        loop {
            let (event, at) = match watch.next().await {
                Ok(Some(event)) => event,
                Ok(None) => return Ok(None),
                Err(ended) => {
                    self.stats.interruption(self.request.kind);
                    return Ok(Some(ended));
                }
            };
            let wanted = match &event {
                WatchEvent::Changed(object) | WatchEvent::Deleted(object) => self.request.wants(object),
                WatchEvent::TooLarge(..) => true,
                WatchEvent::Bookmark | WatchEvent::Failed(_) => false,
            };
            if wanted {
                self.send(Update::Event(event)).await?;
            }
            if !at.is_empty() {
                *version = at;
            }
        }
    }
}

/// Whether the user may not do it, or the server does not have it.
fn is_refused(error: &Error) -> bool {
    matches!(error.reason(), Reason::Forbidden | Reason::Absent)
}

/// Returns how many times in a row the request was refused.
fn refusals_after(ended: Option<&Ended>, refusals: u32) -> u32 {
    match ended {
        Some(ended) if is_refused(&ended.error) => refusals.saturating_add(1),
        Some(_) => refusals,
        None => 0,
    }
}

/// Returns the pause after a number of failures and a number of refusals in a row.
fn pause_after(error: &Error, failures: u32, refusals: u32) -> Duration {
    match is_refused(error) {
        true if refusals < DOUBTED => pause(refusals),
        true => REFUSED,
        false => pause(failures),
    }
}
