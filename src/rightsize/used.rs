//! The usage of a container over all its pods: which samples count, and how far back they reach.

use super::{FEWEST, Measured, SAMPLES_NEEDED};
use crate::model::Amount;
use crate::wire::Usage;
use std::collections::BTreeSet;

/// The usage of one container over the pods of its workload, also deleted ones.
#[derive(Clone, Debug, Default)]
pub(super) struct History<'a> {
    memory: i64,
    /// The largest 95th percentile of CPU, over the pods with enough samples.
    cpu: Option<i64>,
    /// The largest CPU usage over the other pods.
    cpu_of_few: i64,
    samples: i64,
    /// The longest time that one pod was sampled, and the sum over all pods, in seconds.
    longest: i64,
    together: i64,
    /// The requested window, in seconds.
    window: i64,
    /// Where the numbers come from.
    sources: BTreeSet<&'a str>,
}

impl<'a> History<'a> {
    /// Adds the usage of one pod. The percentile of a few samples is their maximum: the usage of one starting pod,
    /// not of all.
    pub(super) fn add(&mut self, usage: &'a Usage) {
        let (seconds, used) = (usage.samples.saturating_mul(usage.step_seconds), usage.used());
        self.memory = self.memory.max(used.memory);
        if usage.samples >= FEWEST {
            self.cpu = self.cpu.max(Some(used.cpu));
        } else {
            self.cpu_of_few = self.cpu_of_few.max(used.cpu);
        }
        self.samples = self.samples.saturating_add(usage.samples);
        self.longest = self.longest.max(seconds);
        self.together = self.together.saturating_add(seconds);
        self.window = self.window.max(usage.window_seconds);
        self.sources.extend(Some(&*usage.source).filter(|source| !source.is_empty()));
    }

    /// Returns the CPU and memory usage of the samples.
    pub(super) fn usage(&self) -> Amount {
        Amount { cpu: self.cpu.unwrap_or(self.cpu_of_few), memory: self.memory }
    }

    /// Returns where the numbers come from; empty if the input does not say it.
    pub(super) fn sources(&self) -> impl Iterator<Item = &'a str> {
        self.sources.iter().copied()
    }

    /// Returns how far back the samples reach, for this number of pods. A few missed scrapes do not shorten it.
    pub(super) fn span(&self, pods: usize) -> i64 {
        let seconds = self.longest.max(for_each(self.together, pods));
        if seconds >= self.window - self.window / 50 { self.window } else { seconds }
    }
}

/// Returns the usage and its source: the history, and the current memory usage if it is higher.
pub(super) fn used(history: Option<&History>, now: Option<&Amount>, pods: usize) -> (Amount, Measured) {
    let Some(history) = history else {
        return now.map_or((Amount::default(), Measured::Nothing), |now| (*now, Measured::Once));
    };
    let now = now.copied().unwrap_or_default();
    let usage = history.usage();
    // An hour of samples from ten pods counts as one hour.
    match for_each(history.samples, pods).max(1) {
        samples if samples >= SAMPLES_NEEDED => {
            (usage.max(Amount { cpu: 0, ..now }), Measured::History(samples))
        }
        samples => (usage.max(now), Measured::Few(samples)),
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
            source: "Service monitoring/prometheus".to_owned(),
            step_seconds: 300,
            window_seconds: 604_800,
        }
    }

    fn history(of: &[Usage]) -> History<'_> {
        let mut history = History::default();
        for usage in of {
            history.add(usage);
        }
        history
    }

    #[test]
    fn ignores_the_cpu_of_pods_with_few_samples() {
        for (of, cpu) in [
            (vec![usage(100, 10, 2016), usage(900, 20, 2)], 100),
            (vec![usage(100, 10, 2016), usage(900, 20, 19)], 100),
            (vec![usage(100, 10, 2016), usage(900, 20, 20)], 900),
            (vec![usage(100, 10, 60), usage(100, 10, 60), usage(900, 20, 2)], 100),
            // If no pod has enough samples, all count.
            (vec![usage(100, 10, 3), usage(900, 20, 2)], 900),
        ] {
            let (used, _) = used(Some(&history(&of)), None, 1);
            assert_eq!(used, Amount { cpu, memory: 20 }, "{of:?}");
        }
    }

    #[test]
    fn takes_the_larger_memory_and_the_cpu_of_the_history() {
        let (many, few) = ([usage(100, 10, 2016)], [usage(100, 10, 99)]);
        let (then, now) = (history(&many), Amount { cpu: 500, memory: 70 });
        let usage_with = |now: Option<&Amount>| used(Some(&then), now, 1).0;
        assert_eq!(usage_with(Some(&now)), Amount { cpu: 100, memory: 70 });
        assert_eq!(usage_with(Some(&Amount { cpu: 500, memory: 7 })), Amount { cpu: 100, memory: 10 });
        assert_eq!(used(Some(&history(&few)), Some(&now), 1), (now, Measured::Few(99)));
        assert_eq!(used(None, Some(&now), 1), (now, Measured::Once));
    }

    #[test]
    fn spans_the_time_of_the_samples() {
        const DAY: i64 = 86_400;
        for (of, pods, days) in [
            (vec![usage(1, 1, 2016)], 1, 7),
            (vec![usage(1, 1, 1990)], 1, 7),
            (vec![usage(1, 1, 288)], 1, 1),
            (vec![usage(1, 1, 2016), usage(1, 1, 288)], 2, 7),
            // One pod a day, one after the other.
            (vec![usage(1, 1, 288); 5], 1, 5),
            (vec![usage(1, 1, 2016); 9], 1, 7),
        ] {
            assert_eq!(history(&of).span(pods), days * DAY, "{of:?}");
        }
    }
}
