//! What all requests of a run share: how many at once, how many a second, how many again, and the end.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::Stop;

/// Repetitions a run may begin with; each fourth answer earns one more. A server that is down is not asked
/// for ever, and one request of a hundred that fails never ends a long run.
const REPETITIONS: i64 = 200;
/// The unit of the account of repetitions: a quarter.
const ANSWERS_FOR_ONE: i64 = 4;

/// The limits of a run, over all its clusters.
pub struct Budget {
    pub(crate) stop: Stop,
    permits: Semaphore,
    concurrency: u16,
    pace: Option<Pace>,
    /// In quarters of a repetition.
    repetitions: AtomicI64,
}

/// At most so many requests a second.
struct Pace {
    interval: Duration,
    next: Mutex<Option<Instant>>,
}

impl Budget {
    /// At most `concurrency` requests at once, and `max_rps` a second; 0 is no limit.
    pub fn new(concurrency: u16, max_rps: u16, stop: Stop) -> Self {
        let pace = (max_rps > 0)
            .then(|| Pace { interval: Duration::from_secs(1) / u32::from(max_rps), next: Mutex::new(None) });
        Self {
            stop,
            permits: Semaphore::new(concurrency.into()),
            concurrency,
            pace,
            repetitions: AtomicI64::new(REPETITIONS * ANSWERS_FOR_ONE),
        }
    }

    /// What ends the run before its time.
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// How many requests one of so many clusters may have under way: with several, one that stalls must leave
    /// room for the others.
    pub(crate) fn share(&self, clusters: usize) -> usize {
        let all = usize::from(self.concurrency);
        if clusters > 1 { all.div_ceil(2) } else { all }
    }

    /// Waits until one more request may be under way.
    pub(crate) async fn permit(&self) -> Option<tokio::sync::SemaphorePermit<'_>> {
        self.permits.acquire().await.ok()
    }

    /// How long the next request has to wait for its turn.
    pub(crate) fn turn(&self) -> Duration {
        let Some(pace) = &self.pace else { return Duration::ZERO };
        let now = Instant::now();
        let mut next = pace.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = next.unwrap_or(now).max(now);
        *next = Some(turn + pace.interval);
        turn - now
    }

    /// Takes one repetition, if there is one left.
    pub(crate) fn repeat(&self) -> bool {
        let before = self.repetitions.fetch_sub(ANSWERS_FOR_ONE, Ordering::Relaxed);
        if before < ANSWERS_FOR_ONE {
            self.repetitions.fetch_add(ANSWERS_FOR_ONE, Ordering::Relaxed);
        }
        before >= ANSWERS_FOR_ONE
    }

    /// An answer has come.
    pub(crate) fn answered(&self) {
        self.repetitions.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_end_and_answers_earn_them_back() {
        let budget = Budget::new(1, 0, Stop::default());
        assert_eq!((0..1000).filter(|_| budget.repeat()).count(), 200);
        (0..3).for_each(|_| budget.answered());
        assert!(!budget.repeat());
        budget.answered();
        assert!(budget.repeat() && !budget.repeat());
    }

    #[tokio::test(start_paused = true)]
    async fn requests_take_turns() {
        let budget = Budget::new(8, 10, Stop::default());
        let waits: Vec<u128> = (0..4).map(|_| budget.turn().as_millis()).collect();
        assert_eq!(waits, [0, 100, 200, 300]);
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!(budget.turn(), Duration::ZERO, "what was not used is not saved up");
        assert_eq!(budget.turn().as_millis(), 100);
    }
}
