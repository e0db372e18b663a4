//! How long a cluster has been silent. A run must not wait for each request to a stalled cluster in turn.

use super::Error;
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The shortest pause between two looks at the time.
const TICK: Duration = Duration::from_millis(10);

/// The time without a byte from a cluster while requests to it wait for one.
#[derive(Debug)]
pub struct Silence {
    /// After this time the requests to the cluster fail.
    limit: Option<Duration>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The number of requests that wait.
    waiting: usize,
    /// The silence before `since`.
    before: Duration,
    /// When the last byte came, or the first of the waiting requests was made.
    since: Instant,
}

/// A request that waits until this is dropped.
pub(crate) struct Waiting<'a>(&'a Silence);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.waiting -= 1;
        if state.waiting == 0 {
            let since = state.since;
            state.before += since.elapsed();
        }
    }
}

impl Silence {
    /// Creates the silence of a cluster. Requests to the cluster fail after `limit`.
    pub(crate) fn new(limit: Option<Duration>) -> Self {
        Self { limit, state: Mutex::new(State { waiting: 0, before: Duration::ZERO, since: Instant::now() }) }
    }

    /// Returns the limit for pages with a time limit: time for a page, and half of that for a smaller one.
    pub(crate) fn limit_for(page_timeout: Duration) -> Duration {
        page_timeout + page_timeout / 2
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request as waiting until the result is dropped.
    pub(crate) fn waiting(&self) -> Waiting<'_> {
        let mut state = self.state();
        if state.waiting == 0 {
            state.since = Instant::now();
        }
        state.waiting += 1;
        Waiting(self)
    }

    /// Something came from the cluster.
    pub(crate) fn heard(&self) {
        let mut state = self.state();
        (state.before, state.since) = (Duration::ZERO, Instant::now());
    }

    /// Returns how long the cluster has been silent.
    pub(crate) fn time(&self) -> Duration {
        let state = self.state();
        state.before + if state.waiting == 0 { Duration::ZERO } else { state.since.elapsed() }
    }

    /// Returns how long a question about a silent server may last: a third of the time after which the requests fail.
    pub(crate) fn time_to_ask(&self, most: Duration) -> Duration {
        self.limit.map_or(most, |limit| most.min(limit / 3))
    }

    /// Whether there is only time for a small page before the requests fail.
    pub(crate) fn is_long(&self) -> bool {
        self.limit.is_some_and(|limit| self.time() + limit / 3 >= limit)
    }

    /// Whether the requests to the cluster fail.
    pub(crate) fn is_over(&self) -> bool {
        self.limit.is_some_and(|limit| self.time() >= limit)
    }

    /// Runs a future, unless the cluster is silent for too long.
    pub(crate) async fn or<T>(&self, what: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let Some(limit) = self.limit else { return what.await };
        let over = async {
            while !self.is_over() {
                sleep(limit.saturating_sub(self.time()).max(TICK)).await;
            }
        };
        tokio::select! {
            biased;
            () = over => Err(Error::TimedOut { after: limit }),
            done = what => done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;

    const LIMIT: Duration = Duration::from_secs(45);

    #[tokio::test(start_paused = true)]
    async fn silence_counts_only_while_requests_wait() {
        let (silence, second) = (Silence::new(Some(LIMIT)), Duration::from_secs(1));
        sleep(60 * second).await;
        assert_eq!(silence.time(), Duration::ZERO);
        let waiting = silence.waiting();
        sleep(20 * second).await;
        assert!(!silence.is_long());
        drop(waiting);
        sleep(60 * second).await;
        assert_eq!(silence.time(), 20 * second);
        let (_one, _other) = (silence.waiting(), silence.waiting());
        sleep(10 * second).await;
        assert!(silence.is_long() && !silence.is_over());
        silence.heard();
        sleep(44 * second).await;
        assert!(!silence.is_over());
        sleep(second).await;
        assert!(silence.is_over());
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_cluster_ends_what_waits_and_what_follows() {
        let (silence, began) = (Silence::new(Some(LIMIT)), Instant::now());
        let told = Err(Error::TimedOut { after: LIMIT });
        let _waiting = silence.waiting();
        assert_eq!(silence.or(pending::<Result<(), Error>>()).await, told);
        assert_eq!(silence.or(async { Ok(()) }).await, told);
        assert_eq!(began.elapsed(), LIMIT);
        let without = Silence::new(None);
        let _waiting = without.waiting();
        sleep(10 * LIMIT).await;
        assert_eq!(without.or(async { Ok(()) }).await, Ok(()));
    }
}
