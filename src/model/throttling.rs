//! How often containers were held back by their CPU limits, and which limit would hold them back less.

use super::Names;
use crate::wire;
use std::sync::Arc;

/// CFS periods a second, as Kubernetes sets them: 100 ms each.
const PERIODS_A_SECOND: i64 = 10;

/// A container that wants to run in fewer of its periods is idle, in percent: then a handful of them decide the share,
/// and mean nothing.
const IDLE_BELOW: i64 = 5;

/// Fewer periods than this tell nothing, however short the window.
const LEAST_PERIODS: i64 = 25;

/// No threshold of a share is lower, in thousandths: what is stopped more rarely is of no interest to anybody.
pub(super) const LEAST_SHARE: i64 = 10;

/// What was measured of a container, or of the same container in all pods of a workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Throttling {
    /// The namespace.
    pub namespace: Arc<str>,
    /// The pod.
    pub pod: Arc<str>,
    /// The container.
    pub container: Arc<str>,
    /// How often.
    pub periods: Periods,
    /// Its CPU limit in thousandths of a core, if known.
    pub limit: Option<i64>,
}

/// CFS periods within a window of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Periods {
    /// Those in which the container wanted to run.
    pub all: i64,
    /// Those of them in which it was stopped because its quota was used up.
    pub throttled: i64,
    /// How many there could have been.
    pub possible: i64,
    /// The length of the window in seconds.
    pub window: i64,
}

impl Throttling {
    /// Folds what somebody measured. What cannot be, such as more periods stopped than there were, counts as none at all.
    pub fn fold(measured: &wire::Throttling, names: &Names) -> Self {
        let name = &measured.metadata.name;
        let (pod, container) = name.split_once('/').unwrap_or((name, ""));
        let window = measured.window_seconds;
        let (all, throttled) = match (measured.periods, measured.throttled) {
            (all, throttled @ 0..) if throttled <= all && window > 0 => (all, throttled),
            _ => (0, 0),
        };
        Self {
            namespace: names.get(&measured.metadata.namespace),
            pod: names.get(pod),
            container: names.get(container),
            periods: Periods { all, throttled, possible: window.saturating_mul(PERIODS_A_SECOND), window },
            limit: Some(measured.limit_millis).filter(|limit| *limit > 0),
        }
    }
}

impl Periods {
    /// Together with those of another pod.
    #[must_use]
    pub fn plus(self, other: Periods) -> Self {
        Self {
            all: self.all.saturating_add(other.all),
            throttled: self.throttled.saturating_add(other.throttled),
            possible: self.possible.saturating_add(other.possible),
            window: self.window.max(other.window),
        }
    }

    /// Which part of its periods it was stopped in, in thousandths, rounded half up.
    pub fn share(&self) -> i64 {
        let (part, whole) = (i128::from(self.throttled), i128::from(self.all.max(1)));
        i64::try_from((part * 2000 + whole) / (whole * 2)).unwrap_or(i64::MAX)
    }

    /// Whether it was stopped in more of its periods than so many thousandths, to the exact period.
    pub fn is_above(&self, thousandths: i64) -> bool {
        i128::from(self.throttled) * 1000 > i128::from(self.all) * i128::from(thousandths)
    }

    /// Whoever is stopped in no more periods of a window, in seconds, is idle or below every threshold. It is half of what
    /// it could be, as counts are rounded.
    #[allow(clippy::cast_precision_loss, reason = "windows are some days at most")]
    pub fn negligible(window: i64) -> f64 {
        window as f64 * (PERIODS_A_SECOND * IDLE_BELOW * LEAST_SHARE) as f64 / (100.0 * 1000.0 * 2.0)
    }

    /// Whether it ran so little that its share means nothing.
    pub fn is_idle(&self) -> bool {
        let share = i128::from(self.all) * 100;
        self.all < LEAST_PERIODS || share < i128::from(self.possible) * i128::from(IDLE_BELOW)
    }
}

/// Limits as people write them, in thousandths of a core.
const WRITTEN: [i64; 11] = [50, 100, 200, 500, 800, 1000, 1500, 2000, 3000, 4000, 6000];

/// The limit to try for a container that is stopped in this share (in thousandths) of its periods: below a core at least
/// twice as much, from there a third more; and where more than half of its periods are cut short, as much more as
/// that share says. Rounded up to what people write.
pub fn next_limit(limit: i64, share: i64) -> i64 {
    let step = if limit < 1000 { limit.saturating_mul(2) } else { limit.saturating_add(limit.div_euclid(3)) };
    let asked = match share {
        501.. => limit.saturating_add(limit.saturating_mul(share) / 1000),
        _ => 0,
    };
    let needed = step.max(asked);
    let whole = || needed.saturating_add(1999) / 2000 * 2000;
    WRITTEN.into_iter().find(|written| *written >= needed).unwrap_or_else(whole)
}

/// A limit as a manifest has it: `500m`, `1000m`, `3000m`.
pub fn millis(limit: i64) -> String {
    format!("{limit}m")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The changes that operators made, with shares between the smallest and the largest that they acted on.
    #[test]
    fn limits_are_raised_as_people_raise_them() {
        for share in [101, 113, 143, 227, 231, 275, 395, 422, 500] {
            for (limit, next) in [(200, 500), (400, 800), (500, 1000), (2000, 3000), (3000, 4000)] {
                assert_eq!(next_limit(limit, share), next, "{limit} at {share}");
            }
        }
        assert_eq!((next_limit(1000, 113), next_limit(10, 113), next_limit(4000, 113)), (1500, 50, 6000));
        // Cut short in nine periods of ten.
        assert_eq!((next_limit(2000, 900), next_limit(3000, 900), next_limit(500, 900)), (4000, 6000, 1000));
        assert_eq!((next_limit(6000, 113), next_limit(7000, 300)), (8000, 10_000));
        assert!(next_limit(i64::MAX, 1000) > 0);
    }

    #[test]
    fn shares_are_exact_at_the_threshold() {
        let of = |throttled, all| Periods { all, throttled, possible: 3000, window: 300 };
        assert!(!of(200, 1000).is_above(200) && of(201, 1000).is_above(200));
        assert!(!of(100, 1000).is_above(100) && of(1001, 10_000).is_above(100));
        assert_eq!((of(422, 1000).share(), of(1, 3).share(), of(0, 0).share()), (422, 333, 0));
        assert!(of(3, 9).is_idle() && of(80, 140).is_idle() && !of(80, 150).is_idle());
        assert!(!of(i64::MAX, i64::MAX).is_idle());
    }

    /// Of a workload above its threshold one pod at least is, that is not idle.
    #[test]
    fn what_is_negligible_is_idle_or_below_every_threshold() {
        let window = 300;
        for (all, throttled) in (0..200).flat_map(|all| (0..=all).map(move |throttled| (all, throttled))) {
            let periods = Periods { all, throttled, possible: 3000, window };
            if f64::from(i32::try_from(throttled).unwrap()) <= Periods::negligible(window) {
                assert!(periods.is_idle() || !periods.is_above(LEAST_SHARE), "{throttled} of {all}");
            }
        }
    }
}
