//! Numbers of containers, put together to measurements.

use crate::wire::{ObjectMeta, Throttling};
use std::collections::BTreeMap;

/// Namespace, pod and container.
pub(in crate::cluster) type Name = (String, String, String);

/// A number of each container.
pub(super) type Numbers = BTreeMap<Name, f64>;

/// What was counted of a container within a window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Counted {
    pub(super) periods: f64,
    pub(super) throttled: f64,
    /// In cores; 0 where it is not known.
    pub(super) limit: f64,
    /// In seconds.
    pub(super) window: i64,
}

/// A count as an object; `None` for what no container can have done.
pub(super) fn object((namespace, pod, container): &Name, counted: Counted) -> Option<Throttling> {
    let (periods, throttled) = (whole(counted.periods)?, whole(counted.throttled)?);
    if periods == 0 || throttled > periods || counted.window <= 0 {
        return None;
    }
    let metadata = ObjectMeta {
        namespace: namespace.clone(),
        name: format!("{pod}/{container}"),
        ..ObjectMeta::default()
    };
    let limit_millis = whole(counted.limit * 1000.0).unwrap_or(0);
    Some(Throttling { metadata, periods, throttled, window_seconds: counted.window, limit_millis })
}

/// Pairs of the same container; what has no other half is nothing.
pub(super) fn paired(
    periods: &Numbers,
    throttled: &Numbers,
    limits: &Numbers,
    window: i64,
) -> Vec<Throttling> {
    let one = |(name, periods): (&Name, &f64)| {
        let limit = limits.get(name).copied().unwrap_or_default();
        object(name, Counted { periods: *periods, throttled: *throttled.get(name)?, limit, window })
    };
    periods.iter().filter_map(one).collect()
}

/// A count in whole numbers: `increase` gives parts of periods.
#[allow(clippy::cast_possible_truncation, reason = "it was looked at before")]
pub(super) fn whole(number: f64) -> Option<i64> {
    // Beyond this not every whole number is there, and no container comes so far.
    (number.is_finite() && (0.0..9e15).contains(&number)).then(|| number.round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(of: &[(&str, f64)]) -> Numbers {
        of.iter()
            .map(|(pod, number)| (("shop".to_owned(), (*pod).to_owned(), "app".to_owned()), *number))
            .collect()
    }

    #[test]
    fn halves_are_put_together_and_rounded() {
        let periods = numbers(&[("a", 2999.6), ("b", 10.0), ("c", 0.4), ("d", f64::NAN), ("e", 5.0)]);
        let throttled = numbers(&[("a", 1265.49), ("c", 0.0), ("d", 1.0), ("e", -1.0), ("f", 7.0)]);
        let limits = numbers(&[("a", 0.5), ("b", 2.0)]);
        let made = paired(&periods, &throttled, &limits, 300);
        let [one] = made.as_slice() else { panic!("{made:?}") };
        assert_eq!((one.metadata.namespace.as_str(), one.metadata.name.as_str()), ("shop", "a/app"));
        assert_eq!(
            (one.periods, one.throttled, one.window_seconds, one.limit_millis),
            (3000, 1265, 300, 500)
        );
    }

    #[test]
    fn no_number_is_too_odd() {
        for (number, made) in [
            (f64::INFINITY, None),
            (1e300, None),
            (-0.0, Some(0)),
            (-0.1, None),
            (0.5, Some(1)),
            (3e3, Some(3000)),
        ] {
            assert_eq!(whole(number), made, "{number}");
        }
        let limits = numbers(&[("a", f64::INFINITY)]);
        let one = numbers(&[("a", 10.0)]);
        assert_eq!(paired(&one, &one, &limits, 300)[0].limit_millis, 0);
        assert!(paired(&one, &numbers(&[("a", 11.0)]), &limits, 300).is_empty());
    }
}
