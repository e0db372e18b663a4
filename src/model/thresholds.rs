//! The thresholds of problems, and how they differ for some workloads.

use super::throttling::LEAST_SHARE;
use crate::text::{Fact, Lang, Message, NoDuration, Text, human, in_percent, parse_duration};

/// The thresholds of problems. Durations are in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// Restarts from which a pod needs attention.
    pub(crate) restarts_attention: i64,
    /// Restarts from which a pod is unhealthy.
    pub(crate) restarts_unhealthy: i64,
    /// The time without a restart or kill after which earlier ones are not reported.
    pub(crate) quiet_after: i64,
    /// The time without a restart after which earlier ones are low.
    pub(crate) silent_after: i64,
    /// The time that something may take to start before it is stuck.
    pub(crate) grace: i64,
    /// The largest share of CPU periods in which a container may be throttled, in thousandths.
    pub(crate) throttled: i64,
    /// The share of allocatable memory from which a node uses too much, in thousandths. It belongs to nodes, so that no
    /// workload changes it.
    pub(crate) node_memory: i64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            restarts_attention: 5,
            restarts_unhealthy: 10,
            quiet_after: 7 * 86_400,
            silent_after: 30 * 86_400,
            grace: 120,
            throttled: 100,
            node_memory: 900,
        }
    }
}

static NO_COUNT: Text = Text {
    en: "{name}: \"{value}\" is not a number from 1",
    zh_tw: "{name}：「{value}」不是 1 以上的整數",
    zh_cn: "{name}：“{value}”不是 1 以上的整数",
};
static NO_DURATION: Text = Text {
    en: "{name}: \"{value}\" is not a duration such as 90s, 2m or 7d",
    zh_tw: "{name}：「{value}」不是時間長度，例如 90s、2m 或 7d",
    zh_cn: "{name}：“{value}”不是时间长度，例如 90s、2m 或 7d",
};
static TOO_LONG: Text = Text {
    en: "{name}: \"{value}\" is too long; the longest duration is 370000d",
    zh_tw: "{name}：「{value}」太長，最長為 370000d",
    zh_cn: "{name}：“{value}”太长，最长为 370000d",
};
static NO_SHARE: Text = Text {
    en: "{name}: \"{value}\" is not a percentage from 1 to 100, such as 20 or 12.5",
    zh_tw: "{name}：「{value}」不是 1 到 100 的百分比，例如 20 或 12.5",
    zh_cn: "{name}：“{value}”不是 1 到 100 的百分比，例如 20 或 12.5",
};
static NO_THRESHOLD: Text = Text {
    en: "no threshold is called \"{name}\"",
    zh_tw: "沒有名為「{name}」的門檻",
    zh_cn: "没有名为“{name}”的阈值",
};

/// The thresholds that differ for some workloads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ThresholdChanges {
    restarts_attention: Option<i64>,
    restarts_unhealthy: Option<i64>,
    quiet_after: Option<i64>,
    silent_after: Option<i64>,
    grace: Option<i64>,
    throttled: Option<i64>,
}

impl ThresholdChanges {
    /// The names that [`ThresholdChanges::set`] knows.
    pub(crate) const NAMES: [&'static str; 6] =
        ["restarts-attention", "restarts-unhealthy", "quiet-after", "silent-after", "grace", "throttled"];

    /// Sets the threshold of this name.
    ///
    /// # Errors
    /// When it does not exist, or the value is invalid.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<(), Message> {
        let refuse =
            |text| Message::new(text, vec![("name", Fact::text(name)), ("value", Fact::text(value))]);
        let count = || match value.parse::<i64>() {
            Ok(count @ 1..) => Ok(Some(count)),
            _ => Err(refuse(&NO_COUNT)),
        };
        let seconds = || match parse_duration(value) {
            Ok(millis) => Ok(i64::try_from(millis / 1000).ok()),
            Err(NoDuration::TooLong(_)) => Err(refuse(&TOO_LONG)),
            Err(NoDuration::Malformed(_)) => Err(refuse(&NO_DURATION)),
        };
        match name {
            "restarts-attention" => self.restarts_attention = count()?,
            "restarts-unhealthy" => self.restarts_unhealthy = count()?,
            "quiet-after" => self.quiet_after = seconds()?,
            "silent-after" => self.silent_after = seconds()?,
            "grace" => self.grace = seconds()?,
            "throttled" => self.throttled = Some(percent(value).map_err(|_| refuse(&NO_SHARE))?),
            _ => return Err(refuse(&NO_THRESHOLD)),
        }
        Ok(())
    }

    /// These changes, and the other ones of thresholds that these do not change.
    #[must_use]
    pub(crate) fn or(&self, other: &ThresholdChanges) -> Self {
        Self {
            restarts_attention: self.restarts_attention.or(other.restarts_attention),
            restarts_unhealthy: self.restarts_unhealthy.or(other.restarts_unhealthy),
            quiet_after: self.quiet_after.or(other.quiet_after),
            silent_after: self.silent_after.or(other.silent_after),
            grace: self.grace.or(other.grace),
            throttled: self.throttled.or(other.throttled),
        }
    }

    /// These thresholds with the changes. Restarts stay unhealthy from at least as many as need attention.
    pub(crate) fn over(&self, base: &Thresholds) -> Thresholds {
        let restarts_unhealthy = self.restarts_unhealthy.unwrap_or(base.restarts_unhealthy);
        let restarts_attention = self.restarts_attention.unwrap_or(base.restarts_attention);
        // If only one of the pair is changed, the other one follows.
        let (restarts_attention, restarts_unhealthy) = match self.restarts_unhealthy {
            Some(_) => (restarts_attention.min(restarts_unhealthy), restarts_unhealthy),
            None => (restarts_attention, restarts_unhealthy.max(restarts_attention)),
        };
        Thresholds {
            restarts_attention,
            restarts_unhealthy,
            quiet_after: self.quiet_after.unwrap_or(base.quiet_after),
            silent_after: self.silent_after.unwrap_or(base.silent_after),
            grace: self.grace.unwrap_or(base.grace),
            throttled: self.throttled.unwrap_or(base.throttled),
            node_memory: base.node_memory,
        }
    }
}

impl std::fmt::Display for ThresholdChanges {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let count = |value: Option<i64>| value.map(|count| count.to_string());
        let time = |value: Option<i64>| value.map(human);
        let values = [
            count(self.restarts_attention),
            count(self.restarts_unhealthy),
            time(self.quiet_after),
            time(self.silent_after),
            time(self.grace),
            self.throttled.map(|share| in_percent(share, Lang::En)),
        ];
        let set = Self::NAMES
            .into_iter()
            .zip(values)
            .filter_map(|(name, value)| Some(format!("{name} {}", value?)));
        f.write_str(&set.collect::<Vec<_>>().join(", "))
    }
}

/// Reads a share in percent, such as `20`, `12.5` or `20 %`, into thousandths.
///
/// # Errors
/// When it is not a number from 1 to 100 with at most one decimal.
pub fn percent(text: &str) -> Result<i64, String> {
    let refuse = || format!("\"{text}\" is not a percentage from 1 to 100, such as 20 or 12.5");
    let number = text.trim().trim_end_matches('%').trim();
    let (whole, tenths) = number.split_once('.').unwrap_or((number, "0"));
    let digits =
        |part: &str, most| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole, 3) || !digits(tenths, 1) {
        return Err(refuse());
    }
    let thousandths = whole.parse::<i64>().ok().zip(tenths.parse::<i64>().ok()).map(|(w, t)| w * 10 + t);
    thousandths.filter(|share| (LEAST_SHARE..=1000).contains(share)).ok_or_else(refuse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_take_the_place_of_what_they_name() {
        let mut changes = ThresholdChanges::default();
        assert!(changes == ThresholdChanges::default());
        assert_eq!(changes.set("restarts-unhealthy", "3"), Ok(()));
        assert_eq!(changes.set("grace", "10m"), Ok(()));
        let thresholds = changes.over(&Thresholds::default());
        assert_eq!((thresholds.restarts_attention, thresholds.restarts_unhealthy), (3, 3));
        assert_eq!((thresholds.quiet_after, thresholds.grace), (604_800, 600));
        let mut changes = ThresholdChanges::default();
        assert_eq!(changes.set("restarts-attention", "20"), Ok(()));
        assert_eq!(changes.over(&Thresholds::default()).restarts_unhealthy, 20);
    }

    #[test]
    fn nonsense_is_refused_by_its_name() {
        for (name, value) in [
            ("restarts-attention", "0"),
            ("restarts-unhealthy", "many"),
            ("grace", "soon"),
            ("patience", "1"),
        ] {
            let refused = ThresholdChanges::default().set(name, value).unwrap_err().to_string();
            assert!(refused.contains(name), "{refused}");
        }
    }
}
