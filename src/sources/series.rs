//! Turns numbers of containers into measurements.

use crate::wire::{MeasuredMeta, Throttling};
use std::collections::BTreeMap;

/// A number of each container.
pub(crate) type Numbers = BTreeMap<MeasuredMeta, f64>;

/// The counts of a container within a window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counted {
    pub(crate) periods: f64,
    pub(crate) throttled: f64,
    /// In cores; 0 if unknown.
    pub(crate) limit: f64,
    /// In seconds.
    pub(crate) window: i64,
}

/// The largest difference from a whole number that counts as an error of summation.
const NOISE: f64 = 1e-6;

/// Turns the counts of a container into a measurement; `None` if they are impossible.
///
/// `increase` returns parts of periods. They are rounded so that a share becomes no larger, that of one container or that of
/// several: a container exactly at its threshold is not found because of rounding.
pub(crate) fn measurement(name: &MeasuredMeta, counted: Counted) -> Option<Throttling> {
    let periods = whole((counted.periods - NOISE).ceil())?;
    let throttled = whole((counted.throttled + NOISE).floor())?;
    if periods == 0 || throttled > periods || counted.window <= 0 {
        return None;
    }
    let limit_millis = whole((counted.limit * 1000.0).round()).unwrap_or(0);
    Some(Throttling {
        metadata: name.clone(),
        periods,
        throttled,
        window_seconds: counted.window,
        limit_millis,
    })
}

/// Joins the two counts of each container. A container that lacks one of them is left out.
pub(crate) fn paired(periods: &Numbers, throttled: &Numbers, window: i64) -> Vec<Throttling> {
    let one = |(name, periods): (&MeasuredMeta, &f64)| {
        let (periods, throttled) = (*periods, *throttled.get(name)?);
        measurement(name, Counted { periods, throttled, window, ..Counted::default() })
    };
    periods.iter().filter_map(one).collect()
}

/// Converts a number to an integer; `None` if it is negative or too large.
#[allow(clippy::cast_possible_truncation, reason = "the range is checked")]
pub(crate) fn whole(number: f64) -> Option<i64> {
    // Beyond this floats skip integers, and no counter gets there.
    (number.is_finite() && (0.0..9e15).contains(&number)).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers(of: &[(&str, f64)]) -> Numbers {
        of.iter().map(|(pod, number)| (MeasuredMeta::of_container("shop", pod, "app"), *number)).collect()
    }

    #[test]
    fn counts_are_joined_and_rounded() {
        let periods = numbers(&[("a", 2999.6), ("b", 10.0), ("c", 0.0), ("d", f64::NAN), ("e", 5.0)]);
        let throttled = numbers(&[("a", 1265.49), ("c", 0.0), ("d", 1.0), ("e", -1.0), ("f", 7.0)]);
        let made = paired(&periods, &throttled, 300);
        let [one] = made.as_slice() else { panic!("{made:?}") };
        assert_eq!((one.metadata.namespace.as_str(), one.metadata.name.as_str()), ("shop", "a/app"));
        assert_eq!((one.periods, one.throttled, one.window_seconds, one.limit_millis), (3000, 1265, 300, 0));
    }

    /// `increase` multiplies both counts of a container by any factor to fill its window.
    #[test]
    fn rounding_makes_no_share_larger() {
        let share = |periods, throttled| {
            measurement(&MeasuredMeta::default(), Counted { periods, throttled, limit: 0.0, window: 300 })
                .unwrap()
        };
        let one = share(2997.5, 599.5);
        assert_eq!((one.periods, one.throttled), (2998, 599), "a fifth, which 600 of 2998 is not");
        let counted = share(3000.0 + 4e-10, 600.0 - 4e-10);
        assert_eq!((counted.periods, counted.throttled), (3000, 600), "whole numbers with noise");
    }

    proptest! {
        #[test]
        fn several_at_their_threshold_are_not_above_it(
            thousandths in 0_u32..=1000,
            counts in proptest::collection::vec((1_u32..40, 0.8_f64..1.2), 1..6),
        ) {
            let (mut periods, mut throttled) = (0, 0);
            for (count, factor) in counts {
                let all = f64::from(count * 1000) * factor;
                let stopped = f64::from(count * thousandths) * factor;
                let counted = Counted { periods: all, throttled: stopped, limit: 0.0, window: 300 };
                let one = measurement(&MeasuredMeta::default(), counted).unwrap();
                prop_assert!(one.periods >= one.throttled && one.periods - whole(all.floor()).unwrap() <= 1);
                prop_assert!(whole(stopped.ceil()).unwrap() - one.throttled <= 1);
                periods += one.periods;
                throttled += one.throttled;
            }
            prop_assert!(throttled * 1000 <= periods * i64::from(thousandths), "{} of {}", throttled, periods);
        }
    }

    #[test]
    fn impossible_numbers_are_left_out() {
        for (number, made) in
            [(f64::INFINITY, None), (1e300, None), (-0.0, Some(0)), (-1.0, None), (3e3, Some(3000))]
        {
            assert_eq!(whole(number), made, "{number}");
        }
        for (periods, throttled) in
            [(f64::NAN, 1.0), (10.0, f64::NAN), (-0.1, 0.0), (10.0, -0.1), (1e300, 1.0)]
        {
            let counted = Counted { periods, throttled, limit: 1.0, window: 300 };
            assert_eq!(measurement(&MeasuredMeta::default(), counted), None, "{throttled} of {periods}");
        }
        let one = numbers(&[("a", 10.0)]);
        let endless = Counted { periods: 10.0, throttled: 1.0, limit: f64::INFINITY, window: 300 };
        assert_eq!(measurement(&MeasuredMeta::default(), endless).unwrap().limit_millis, 0);
        assert!(paired(&one, &numbers(&[("a", 11.0)]), 300).is_empty());
    }
}
