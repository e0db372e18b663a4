//! The memory usage of a container before it was OOM-killed: whether it grew without levelling off.

use crate::wire::{MemoryHistory, Terminated, Time};

/// A life with fewer samples has no trend.
const FEWEST: usize = 12;

/// Memory that does not level off has this percentage of its growth in its last quarter. Steady growth has a third there;
/// growth that slows down, such as that of a cache that fills, a sixth or less.
const LATE_PERCENT: i64 = 28;

/// Memory that has grown by less than this percentage is level.
const GROWTH_PERCENT: i64 = 30;

/// The sampled part of the life of a container that was killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryTrend {
    /// The smallest sample in bytes.
    pub(crate) least: i64,
    /// The largest.
    pub(crate) most: i64,
    /// The last sample before the end.
    pub(crate) last: i64,
    /// Seconds from the first sample to the last.
    pub(crate) seconds: i64,
    /// Whether it grew to its end without levelling off.
    pub(crate) grew: bool,
}

impl MemoryHistory {
    /// Whether it names a container, and its times are possible.
    pub(crate) fn is_possible(&self) -> bool {
        !self.metadata.container().is_empty() && self.step_seconds > 0 && self.start().is_some()
    }

    fn start(&self) -> Option<Time> {
        self.start.and_then(Time::known)
    }

    /// The trend of the life that ended so; `None` without a sample of it.
    pub(crate) fn memory_trend(&self, end: &Terminated) -> Option<MemoryTrend> {
        let until = end.finished()?;
        let from = end.started().unwrap_or_default();
        let life: Vec<(Time, i64)> = self.samples().filter(|(at, _)| (from..=until).contains(at)).collect();
        let ((first_at, _), (last_at, last)) = (*life.first()?, *life.last()?);
        let bytes: Vec<i64> = life.iter().map(|(_, bytes)| *bytes).collect();
        Some(MemoryTrend {
            least: bytes.iter().copied().min()?,
            most: bytes.iter().copied().max()?,
            last,
            seconds: last_at.seconds_since(first_at),
            grew: grew(&bytes),
        })
    }

    /// The samples that are there, each with its time.
    fn samples(&self) -> impl Iterator<Item = (Time, i64)> {
        let start = self.start().unwrap_or_default().seconds;
        let at = move |index: usize| {
            let after = i64::try_from(index).unwrap_or(i64::MAX).saturating_mul(self.step_seconds);
            Time::at(start.saturating_add(after))
        };
        let samples = self.bytes.iter().enumerate().filter(|(_, bytes)| **bytes >= 0);
        samples.map(move |(index, bytes)| (at(index), *bytes))
    }
}

/// Whether samples rise from quarter to quarter and do not level off at the end. It compares medians, so that peaks within a
/// quarter do not count.
fn grew(bytes: &[i64]) -> bool {
    if bytes.len() < FEWEST {
        return false;
    }
    let size = bytes.len().div_ceil(4);
    let quarters: Vec<i64> = bytes.chunks(size).map(median).collect();
    let [first, .., before, last] = quarters[..] else { return false };
    let rises = quarters.windows(2).all(|pair| pair[0] < pair[1]);
    let (growth, late) = (last.saturating_sub(first), last.saturating_sub(before));
    let part =
        |of: i64, percent: i64| i64::try_from(i128::from(of) * i128::from(percent) / 100).unwrap_or(of);
    rises && growth >= part(first, GROWTH_PERCENT) && late >= part(growth, LATE_PERCENT)
}

fn median(bytes: &[i64]) -> i64 {
    let mut sorted = bytes.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::MeasuredMeta;

    const MEBI: f64 = 1_048_576.0;

    /// A day of samples, two minutes apart, as a function of the part of the day that is over.
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "small numbers")]
    fn day(bytes: impl Fn(f64) -> f64) -> Vec<i64> {
        (0..720).map(|i| (bytes(f64::from(i) / 720.0) * MEBI) as i64).collect()
    }

    #[test]
    fn a_leak_grows_to_the_end_and_a_cache_does_not() {
        let saw = |part: f64| (part * 96.0).fract();
        for (what, grows, bytes) in [
            ("steadily", true, day(|part| 300.0 + 700.0 * part)),
            ("with collections", true, day(|part| 300.0 + 600.0 * part + 90.0 * saw(part))),
            ("faster and faster", true, day(|part| 300.0 + 700.0 * part * part)),
            ("level", false, day(|_| 900.0)),
            ("level with collections", false, day(|part| 600.0 + 300.0 * saw(part))),
            ("warming up", false, day(|part| if part < 0.1 { 300.0 + 6000.0 * part } else { 900.0 })),
            ("filling a cache", false, day(|part| 300.0 + 200.0 * (1.0 + 50.0 * part).ln())),
            ("in a burst", false, day(|part| if part < 0.98 { 300.0 } else { 1000.0 })),
            ("a little", false, day(|part| 900.0 + 100.0 * part)),
            ("and shrinks", false, day(|part| 1000.0 - 700.0 * part)),
        ] {
            assert_eq!(grew(&bytes), grows, "{what}");
        }
        assert!(
            !grew(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) && grew(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
        );
        assert!(!grew(&[]) && !grew(&[i64::MAX; 20]) && !grew(&[0; 20]));
    }

    #[test]
    fn only_the_life_that_ended_counts() {
        let history = MemoryHistory {
            metadata: MeasuredMeta::of_container("shop", "web-0", "app"),
            start: Some(Time::at(10_000)),
            step_seconds: 60,
            bytes: vec![900, 950, 100, 200, -1, 300, 120],
        };
        let end = |started: i64, finished: i64| Terminated {
            started_at: Some(Time::at(started)),
            finished_at: Some(Time::at(finished)),
            ..Terminated::default()
        };
        let memory_trend = history.memory_trend(&end(10_100, 10_320)).unwrap();
        assert_eq!(
            (memory_trend.least, memory_trend.most, memory_trend.last, memory_trend.seconds),
            (100, 300, 300, 180)
        );
        assert_eq!(history.memory_trend(&end(20_000, 20_100)), None);
        assert_eq!(history.memory_trend(&Terminated::default()), None);
    }
}
