//! The numbers of findings that are compared from run to run.
//!
//! What does not belong here: ages. They grow as long as the finding lasts.

use crate::text::{Lang, Text, in_percent};

/// A number in the findings of a check.
#[derive(Debug)]
pub struct Measure {
    /// The name of the fact.
    pub name: &'static str,
    /// What it means if it grows.
    pub growth: Growth,
    /// The unit.
    pub unit: Unit,
    /// What it is called.
    pub called: Text,
}

/// What it means if a number grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// Better; worse if it falls.
    Good,
    /// Worse; better if it falls.
    Bad,
    /// Worse. It falls only because the counter restarts with another pod or event, which means nothing.
    Counted,
}

/// The unit of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Pieces.
    Pieces,
    /// Thousandths of a whole, shown in percent.
    Thousandths,
}

impl Measure {
    /// Available replicas.
    pub const AVAILABLE: Self =
        Self::good("available", Text { en: "available", zh_tw: "可用", zh_cn: "可用" });
    /// Failed pods or runs.
    pub const FAILED: Self = Self::bad("failed", Text { en: "failed", zh_tw: "失敗", zh_cn: "失败" });
    /// Replicas of the newest revision.
    pub const UPDATED: Self = Self::good("updated", Text { en: "updated", zh_tw: "已更新", zh_cn: "已更新" });
    /// Waiting pods.
    pub const WAITING: Self = Self::bad("waiting", Text { en: "waiting", zh_tw: "等待中", zh_cn: "等待中" });
    /// Restarts.
    pub const RESTARTS: Self =
        Self::counted("restarts", Text { en: "restarts", zh_tw: "重啟次數", zh_cn: "重启次数" });
    /// Attempts that failed.
    pub const ATTEMPTS: Self =
        Self::counted("count", Text { en: "attempts", zh_tw: "嘗試次數", zh_cn: "尝试次数" });
    /// Pods on a node.
    pub const PODS_ON_NODE: Self =
        Self::bad("pods", Text { en: "pods on it", zh_tw: "其上的 Pod", zh_cn: "其上的 Pod" });

    /// Creates a number that is better the larger it is.
    pub const fn good(name: &'static str, called: Text) -> Self {
        Self { name, growth: Growth::Good, unit: Unit::Pieces, called }
    }

    /// Creates a number that is worse the larger it is.
    pub const fn bad(name: &'static str, called: Text) -> Self {
        Self { name, growth: Growth::Bad, unit: Unit::Pieces, called }
    }

    /// Creates a counter.
    pub const fn counted(name: &'static str, called: Text) -> Self {
        Self { name, growth: Growth::Counted, unit: Unit::Pieces, called }
    }

    /// Returns the same number in thousandths.
    #[must_use]
    pub const fn thousandths(self) -> Self {
        Self { name: self.name, growth: self.growth, unit: Unit::Thousandths, called: self.called }
    }

    /// Returns the worse of two values.
    pub fn worst(&self, a: i64, b: i64) -> i64 {
        match self.growth {
            Growth::Good => a.min(b),
            Growth::Bad | Growth::Counted => a.max(b),
        }
    }

    /// Returns whether it got worse or better by at least a tenth; `None` if it changed by less.
    pub fn got_worse(&self, before: i64, now: i64) -> Option<bool> {
        let moved = i128::from(now) - i128::from(before);
        if moved == 0 || moved.abs() * 10 < i128::from(before).abs() {
            return None;
        }
        match self.growth {
            Growth::Good => Some(moved < 0),
            Growth::Bad => Some(moved > 0),
            Growth::Counted => (moved > 0).then_some(true),
        }
    }

    /// Returns a value as reports show it: `12`, `42.2 %`.
    pub fn shown(&self, number: i64, lang: Lang) -> String {
        match self.unit {
            Unit::Pieces => number.to_string(),
            Unit::Thousandths => in_percent(number, lang),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_by_a_tenth_counts_and_less_does_not() {
        let restarts = Measure::RESTARTS;
        for (before, now, worse) in [
            (12, 40, Some(true)),
            (100, 110, Some(true)),
            (100, 109, None),
            (40, 3, None),
            (0, 1, Some(true)),
        ] {
            assert_eq!(restarts.got_worse(before, now), worse, "{before} {now}");
        }
        let available = Measure::AVAILABLE;
        assert_eq!((available.got_worse(3, 1), available.got_worse(1, 3)), (Some(true), Some(false)));
        let waiting = Measure::WAITING;
        assert_eq!(
            (waiting.got_worse(3, 1), waiting.got_worse(i64::MIN, i64::MAX)),
            (Some(false), Some(true))
        );
    }

    #[test]
    fn shares_are_shown_in_percent() {
        let share = Measure::bad("throttled", Text { en: "throttled", zh_tw: "受限", zh_cn: "受限" });
        let share = share.thousandths();
        assert_eq!(
            [422, 30, 1000, 5].map(|n| share.shown(n, Lang::En)),
            ["42.2 %", "3.0 %", "100.0 %", "0.5 %"]
        );
        assert_eq!((share.worst(422, 30), share.got_worse(422, 30)), (422, Some(false)));
    }
}
