//! The numbers of findings whose growth means something: what is compared from run to run, and which way is better.
//!
//! What does not belong here: ages. Whatever lasts gets older, and that is no news.

use crate::model::in_percent;
use crate::text::Text;

/// A number that findings of some check tell.
#[derive(Debug)]
pub struct Measure {
    /// The fact's name.
    pub name: &'static str,
    /// The check that tells it; empty where it means the same in all of them.
    pub check: &'static str,
    /// What it means when it grows.
    pub growth: Growth,
    /// What it is counted in.
    pub unit: Unit,
    /// What it is called.
    pub called: Text,
}

/// What it means when a number grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// Better; and worse when it falls.
    Good,
    /// Worse; and better when it falls.
    Bad,
    /// Worse. It only ever falls because counting began anew, with another pod or another event: that is no news.
    Counted,
}

/// What a number is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Pieces.
    Pieces,
    /// Thousandths of a whole, shown in percent.
    Thousandths,
}

/// Declares measures.
macro_rules! measures {
    ($($name:literal of $check:literal, $growth:ident $unit:ident: $en:literal, $tw:literal, $cn:literal;)*) => {
        &[$(Measure {
            name: $name,
            check: $check,
            growth: Growth::$growth,
            unit: Unit::$unit,
            called: Text { en: $en, zh_tw: $tw, zh_cn: $cn },
        },)*]
    };
}

/// Every measure, sorted by name and check.
pub static MEASURES: &[Measure] = measures! {
    "available" of "", Good Pieces: "available", "可用", "可用";
    "begun" of "cronjob-failing", Bad Pieces: "runs without success", "未成功的執行次數", "未成功的运行次数";
    "count" of "image-ids-differ", Bad Pieces: "images", "映像檔", "镜像";
    "count" of "pod-evicted", Bad Pieces: "pods left behind", "殘留 Pod", "残留 Pod";
    "count" of "pod-sandbox-failed", Counted Pieces: "attempts", "嘗試次數", "尝试次数";
    "count" of "pod-volume-not-mounted", Counted Pieces: "attempts", "嘗試次數", "尝试次数";
    "errors" of "error-logs", Bad Pieces: "errors in logs", "日誌錯誤", "日志错误";
    "failed" of "", Bad Pieces: "failed", "失敗", "失败";
    "healthy" of "pdb-not-enough-healthy", Good Pieces: "healthy", "健康", "健康";
    "minors" of "node-version-skew", Bad Pieces: "minor versions behind", "落後的次要版本", "落后的次版本";
    "misscheduled" of "", Bad Pieces: "misplaced pods", "錯置的 Pod", "错放的 Pod";
    "pods" of "node-nearly-full", Bad Pieces: "pods on it", "其上的 Pod", "其上的 Pod";
    "pods" of "node-network-unavailable", Bad Pieces: "pods on it", "其上的 Pod", "其上的 Pod";
    "pods" of "node-not-ready", Bad Pieces: "pods on it", "其上的 Pod", "其上的 Pod";
    "restarts" of "", Counted Pieces: "restarts", "重啟次數", "重启次数";
    "thousandths" of "cpu-throttled", Bad Thousandths: "throttled", "限流比例", "限流比例";
    "updated" of "", Good Pieces: "updated", "已更新", "已更新";
    "waiting" of "", Bad Pieces: "waiting", "等待中", "等待中";
};

impl Measure {
    /// The measure that a fact of a check is, if it is one.
    pub fn of(check: &str, name: &str) -> Option<&'static Measure> {
        MEASURES
            .iter()
            .find(|measure| measure.name == name && (measure.check.is_empty() || measure.check == check))
    }

    /// Of the same number told by several findings, the one that speaks for all: the worst.
    pub fn worst(&self, a: i64, b: i64) -> i64 {
        match self.growth {
            Growth::Good => a.min(b),
            Growth::Bad | Growth::Counted => a.max(b),
        }
    }

    /// Whether it got worse, or else better, by a tenth at least of what it was; `None` if neither.
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

    /// The number as people read it: `12`, `42.2 %`.
    pub fn shown(&self, number: i64) -> String {
        match self.unit {
            Unit::Pieces => number.to_string(),
            Unit::Thousandths => in_percent(number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::CHECKS;

    #[test]
    fn measures_are_sorted_unique_and_of_checks_that_exist() {
        let order: Vec<_> = MEASURES.iter().map(|measure| (measure.name, measure.check)).collect();
        assert!(order.is_sorted_by(|a, b| a < b), "{order:?}");
        for measure in MEASURES.iter().filter(|measure| !measure.check.is_empty()) {
            assert!(CHECKS.iter().any(|check| check.id == measure.check), "{}", measure.check);
            assert!(!MEASURES.iter().any(|other| other.name == measure.name && other.check.is_empty()));
        }
    }

    #[test]
    fn a_tenth_is_a_change_and_less_is_none() {
        let of = |check, name| Measure::of(check, name).unwrap();
        let restarts = of("pod-crash-loop", "restarts");
        for (before, now, worse) in [
            (12, 40, Some(true)),
            (100, 110, Some(true)),
            (100, 109, None),
            (40, 3, None),
            (0, 1, Some(true)),
        ] {
            assert_eq!(restarts.got_worse(before, now), worse, "{before} {now}");
        }
        let available = of("workload-replicas-missing", "available");
        assert_eq!((available.got_worse(3, 1), available.got_worse(1, 3)), (Some(true), Some(false)));
        let waiting = of("node-nearly-full", "waiting");
        assert_eq!(
            (waiting.got_worse(3, 1), waiting.got_worse(i64::MIN, i64::MAX)),
            (Some(false), Some(true))
        );
        assert!(
            Measure::of("pod-crash-loop", "age").is_none() && Measure::of("node-cordoned", "pods").is_none()
        );
    }

    #[test]
    fn shares_are_shown_in_percent() {
        let share = Measure {
            name: "throttled",
            check: "",
            growth: Growth::Bad,
            unit: Unit::Thousandths,
            called: Text { en: "throttled", zh_tw: "受限", zh_cn: "受限" },
        };
        assert_eq!([422, 30, 1000, 5].map(|n| share.shown(n)), ["42.2 %", "3.0 %", "100.0 %", "0.5 %"]);
        assert_eq!((share.worst(422, 30), share.got_worse(422, 30)), (422, Some(false)));
    }
}
