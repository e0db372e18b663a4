//! How often containers were throttled by their CPU limits, and which limit would throttle them less.

use crate::wire::Throttling;

/// CFS periods a second, as Kubernetes sets them: 100 ms each.
const PERIODS_A_SECOND: i64 = 10;

/// A container that wants to run in less than this percentage of its periods is idle: the share of a few periods means
/// nothing.
const IDLE_BELOW: i64 = 5;

/// Fewer periods than this mean nothing, however short the window.
const LEAST_PERIODS: i64 = 25;

/// The smallest threshold of a share, in thousandths.
pub(super) const LEAST_SHARE: i64 = 10;

/// CFS periods within a window of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Periods {
    /// Those in which the container wanted to run.
    pub(crate) all: i64,
    /// Those of them in which it was stopped because its quota was used up.
    pub(crate) throttled: i64,
    /// All periods of the window.
    pub(crate) possible: i64,
    /// The length of the window in seconds.
    pub(crate) window: i64,
}

impl Throttling {
    /// The periods of the container. Impossible counts, such as more stopped periods than periods, count as none.
    pub(crate) fn counted(&self) -> Periods {
        let window = self.window_seconds;
        let (all, throttled) = match (self.periods, self.throttled) {
            (all, throttled @ 0..) if throttled <= all && window > 0 => (all, throttled),
            _ => (0, 0),
        };
        Periods { all, throttled, possible: window.saturating_mul(PERIODS_A_SECOND), window }
    }

    /// Its CPU limit in thousandths of a core, if known.
    pub(crate) fn limit(&self) -> Option<i64> {
        Some(self.limit_millis).filter(|limit| *limit > 0)
    }
}

impl Periods {
    /// Adds those of another pod.
    #[must_use]
    pub(crate) fn plus(self, other: Periods) -> Self {
        Self {
            all: self.all.saturating_add(other.all),
            throttled: self.throttled.saturating_add(other.throttled),
            possible: self.possible.saturating_add(other.possible),
            window: self.window.max(other.window),
        }
    }

    /// The share of throttled periods in thousandths, rounded half up.
    pub(crate) fn share(&self) -> i64 {
        let (part, whole) = (i128::from(self.throttled), i128::from(self.all.max(1)));
        i64::try_from((part * 2000 + whole) / (whole * 2)).unwrap_or(i64::MAX)
    }

    /// Whether the share of throttled periods is above this many thousandths, to the exact period.
    pub(crate) fn is_above(&self, thousandths: i64) -> bool {
        i128::from(self.throttled) * 1000 > i128::from(self.all) * i128::from(thousandths)
    }

    /// The number of throttled periods in a window of so many seconds up to which a container is idle or below every
    /// threshold. It is half of the possible number, as counts are rounded.
    #[allow(clippy::cast_precision_loss, reason = "windows are some days at most")]
    pub(crate) fn negligible(window: i64) -> f64 {
        window as f64 * (PERIODS_A_SECOND * IDLE_BELOW * LEAST_SHARE) as f64 / (100.0 * 1000.0 * 2.0)
    }

    /// Whether the container ran so little that its share means nothing.
    pub(crate) fn is_idle(&self) -> bool {
        let share = i128::from(self.all) * 100;
        self.all < LEAST_PERIODS || share < i128::from(self.possible) * i128::from(IDLE_BELOW)
    }
}

/// Common limits, in thousandths of a core.
const WRITTEN: [i64; 11] = [50, 100, 200, 500, 800, 1000, 1500, 2000, 3000, 4000, 6000];

/// The limit to suggest for a container that is throttled in this share (in thousandths) of its periods: below a core at
/// least twice as much, from there a third more; above a share of one half, more by that share. It is rounded up to a
/// common limit.
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

/// Formats a limit for a manifest: `500m`, `1000m`, `3000m`.
pub fn millis(limit: i64) -> String {
    format!("{limit}m")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Changes that operators made, at shares between the smallest and the largest that they acted on.
    #[test]
    fn limits_are_raised_as_people_raise_them() {
        for share in [101, 113, 143, 227, 231, 275, 395, 422, 500] {
            for (limit, next) in [(200, 500), (400, 800), (500, 1000), (2000, 3000), (3000, 4000)] {
                assert_eq!(next_limit(limit, share), next, "{limit} at {share}");
            }
        }
        assert_eq!((next_limit(1000, 113), next_limit(10, 113), next_limit(4000, 113)), (1500, 50, 6000));
        // Throttled in nine periods of ten.
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

    /// If a workload is above its threshold, at least one of its pods is, and that pod is not idle.
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
