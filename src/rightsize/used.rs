//! What a container has used, over all its pods: which of its samples count, and how far back they tell.

use super::{FEWEST, Measured, SAMPLES_NEEDED};
use crate::model::Amount;
use crate::wire::Usage;

/// What the pods of a workload have used in one of its containers, those that are gone too.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct History {
    memory: i64,
    /// The largest 95th percentile of CPU, of the pods that have samples enough for one.
    cpu: Option<i64>,
    /// The same of all others.
    cpu_of_few: i64,
    samples: i64,
    /// How long the one of the pods was sampled that was sampled longest, and all of them together, in seconds.
    longest: i64,
    together: i64,
    /// How far back was looked, in seconds.
    window: i64,
}

impl History {
    /// Adds what one pod has used. The percentile of a few samples is the largest of them: what one pod does as it starts,
    /// and not what all of them need.
    pub(super) fn add(&mut self, usage: &Usage) {
        let (seconds, used) = (usage.samples.saturating_mul(usage.step_seconds), usage.used());
        self.memory = self.memory.max(used.memory);
        match usage.samples >= FEWEST {
            true => self.cpu = self.cpu.max(Some(used.cpu)),
            false => self.cpu_of_few = self.cpu_of_few.max(used.cpu),
        }
        self.samples = self.samples.saturating_add(usage.samples);
        self.longest = self.longest.max(seconds);
        self.together = self.together.saturating_add(seconds);
        self.window = self.window.max(usage.window_seconds);
    }

    /// How far back it tells of so many pods. What misses a few scrapes is whole.
    pub(super) fn span(&self, pods: usize) -> i64 {
        let seconds = self.longest.max(for_each(self.together, pods));
        if seconds >= self.window - self.window / 50 { self.window } else { seconds }
    }
}

/// What was used, and how well that is known: by the history, and memory by what it is now, where that is more.
pub(super) fn used(history: Option<&History>, now: Option<&Amount>, pods: usize) -> (Amount, Measured) {
    let Some(history) = history else {
        return now.map_or((Amount::default(), Measured::Nothing), |now| (*now, Measured::Once));
    };
    let now = now.copied().unwrap_or_default();
    let told = Amount { cpu: history.cpu.unwrap_or(history.cpu_of_few), memory: history.memory };
    // An hour of ten pods is an hour, and not ten of them.
    match for_each(history.samples, pods).max(1) {
        samples if samples >= SAMPLES_NEEDED => {
            (told.max(Amount { cpu: 0, ..now }), Measured::History(samples))
        }
        samples => (told.max(now), Measured::Few(samples)),
    }
}

fn for_each(of_all: i64, pods: usize) -> i64 {
    of_all / i64::try_from(pods).unwrap_or(i64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::MeasuredMeta;

    fn usage(cpu: i64, memory: i64, samples: i64) -> Usage {
        Usage {
            metadata: MeasuredMeta::of_container("shop", "web-0", "app"),
            cpu_p95_millis: cpu,
            memory_max_bytes: memory,
            samples,
            step_seconds: 300,
            window_seconds: 604_800,
        }
    }

    fn history(of: &[Usage]) -> History {
        let mut history = History::default();
        for usage in of {
            history.add(usage);
        }
        history
    }

    #[test]
    fn what_lived_for_two_samples_does_not_set_the_cpu_of_all() {
        for (of, cpu) in [
            (vec![usage(100, 10, 2016), usage(900, 20, 2)], 100),
            (vec![usage(100, 10, 2016), usage(900, 20, 19)], 100),
            (vec![usage(100, 10, 2016), usage(900, 20, 20)], 900),
            (vec![usage(100, 10, 60), usage(100, 10, 60), usage(900, 20, 2)], 100),
            // Where none has enough, all count.
            (vec![usage(100, 10, 3), usage(900, 20, 2)], 900),
        ] {
            let (used, _) = used(Some(&history(&of)), None, 1);
            assert_eq!(used, Amount { cpu, memory: 20 }, "{of:?}");
        }
    }

    #[test]
    fn memory_is_the_most_of_then_and_now_and_cpu_is_that_of_the_time() {
        let (then, now) = (history(&[usage(100, 10, 2016)]), Amount { cpu: 500, memory: 70 });
        let told = |now: Option<&Amount>| used(Some(&then), now, 1).0;
        assert_eq!(told(Some(&now)), Amount { cpu: 100, memory: 70 });
        assert_eq!(told(Some(&Amount { cpu: 500, memory: 7 })), Amount { cpu: 100, memory: 10 });
        assert_eq!(used(Some(&history(&[usage(100, 10, 99)])), Some(&now), 1), (now, Measured::Few(99)));
        assert_eq!(used(None, Some(&now), 1), (now, Measured::Once));
    }

    #[test]
    fn a_history_looks_back_as_far_as_there_are_samples() {
        const DAY: i64 = 86_400;
        for (of, pods, days) in [
            (vec![usage(1, 1, 2016)], 1, 7),
            (vec![usage(1, 1, 1990)], 1, 7),
            (vec![usage(1, 1, 288)], 1, 1),
            (vec![usage(1, 1, 2016), usage(1, 1, 288)], 2, 7),
            // A pod each day, one after the other.
            (vec![usage(1, 1, 288); 5], 1, 5),
            (vec![usage(1, 1, 2016); 9], 1, 7),
        ] {
            assert_eq!(history(&of).span(pods), days * DAY, "{of:?}");
        }
    }
}
