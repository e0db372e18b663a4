//! The limits that all requests of a run share: parallel requests, requests per second, retries, and the end.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::Stop;

/// The number of retries at the start of a run. Every fourth response adds one, so that a run ends if the server is down,
/// and a long run survives one failure in a hundred requests.
const RETRIES: i64 = 200;
/// The number of responses that add one retry.
const RESPONSES_PER_RETRY: i64 = 4;

/// The limits of a run, over all its clusters.
pub struct Budget {
    pub(crate) stop: Stop,
    permits: Semaphore,
    concurrency: u16,
    pace: Option<Pace>,
    /// The retries that are left, in quarters.
    retries: AtomicI64,
}

/// The limit of requests per second.
struct Pace {
    interval: Duration,
    next: Mutex<Option<Instant>>,
}

impl Budget {
    /// Allows `concurrency` parallel requests and `max_rps` requests per second; 0 is no limit.
    pub fn new(concurrency: u16, max_rps: u16, stop: Stop) -> Self {
        let pace = (max_rps > 0)
            .then(|| Pace { interval: Duration::from_secs(1) / u32::from(max_rps), next: Mutex::new(None) });
        Self {
            stop,
            permits: Semaphore::new(concurrency.into()),
            concurrency,
            pace,
            retries: AtomicI64::new(RETRIES * RESPONSES_PER_RETRY),
        }
    }

    /// Returns the signal that ends the run early.
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Returns the number of parallel requests of one cluster. A cluster that stalls must not block the others.
    pub(crate) fn share(&self, clusters: usize) -> usize {
        let all = usize::from(self.concurrency);
        if clusters > 1 { all.div_ceil(2) } else { all }
    }

    /// Waits until another request may start.
    pub(crate) async fn permit(&self) -> Option<tokio::sync::SemaphorePermit<'_>> {
        self.permits.acquire().await.ok()
    }

    /// Returns how long the next request has to wait for the limit of requests per second.
    pub(crate) fn turn(&self) -> Duration {
        let Some(pace) = &self.pace else { return Duration::ZERO };
        let now = Instant::now();
        let mut next = pace.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = next.unwrap_or(now).max(now);
        *next = Some(turn + pace.interval);
        turn - now
    }

    /// Takes one retry, if any is left.
    pub(crate) fn retry(&self) -> bool {
        let before = self.retries.fetch_sub(RESPONSES_PER_RETRY, Ordering::Relaxed);
        if before < RESPONSES_PER_RETRY {
            self.retries.fetch_add(RESPONSES_PER_RETRY, Ordering::Relaxed);
        }
        before >= RESPONSES_PER_RETRY
    }

    /// Counts a response.
    pub(crate) fn answered(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_end_and_responses_add_more() {
        let budget = Budget::new(1, 0, Stop::default());
        assert_eq!((0..1000).filter(|_| budget.retry()).count(), 200);
        (0..3).for_each(|_| budget.answered());
        assert!(!budget.retry());
        budget.answered();
        assert!(budget.retry() && !budget.retry());
    }

    #[tokio::test(start_paused = true)]
    async fn requests_wait_for_the_limit_per_second() {
        let budget = Budget::new(8, 10, Stop::default());
        let waits: Vec<u128> = (0..4).map(|_| budget.turn().as_millis()).collect();
        assert_eq!(waits, [0, 100, 200, 300]);
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!(budget.turn(), Duration::ZERO, "unused requests are not saved");
        assert_eq!(budget.turn().as_millis(), 100);
    }
}
