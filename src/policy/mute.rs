//! Mutes: findings that are accepted until a day. Muted findings are left out of problems, verdict and exit code, and are
//! counted. An expired mute hides nothing, and a mute that matches no finding is reported.
//!
//! A mute hides findings only: gaps in the coverage stay, and pods keep their class. `checks::mute` applies them.

use super::profile::Mute;
use crate::finding::Finding;
use crate::text::{Fact, Message, Text};
use crate::wire::Time;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A mute and its effect in a run.
#[derive(Clone, Debug)]
pub struct Muting {
    /// The mute.
    pub mute: Mute,
    /// Its effect.
    pub state: State,
    /// The number of findings that it matches.
    pub findings: usize,
}

/// The effect of a mute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It hides findings.
    Active,
    /// Its last day is over: the findings that it matches are reported again.
    Expired,
    /// It is in force and matches no finding.
    Unused,
    /// It matches no finding, but not everything that it may match was checked.
    NotJudged,
}

impl State {
    /// Returns the word in JSON.
    pub fn id(self) -> &'static str {
        match self {
            State::Active => "active",
            State::Expired => "expired",
            State::Unused => "unused",
            State::NotJudged => "not-judged",
        }
    }
}

/// The mutes of a run, and the findings that they hide.
#[derive(Debug, Default)]
pub struct Muted {
    /// Every mute: those of the profile, then those of annotations.
    pub mutes: Vec<Muting>,
    /// The hidden findings, each with the index of its mute; in the order of findings.
    pub findings: Vec<(Finding, usize)>,
}

impl Muted {
    /// Returns how many mutes are in a state.
    pub fn count(&self, state: State) -> usize {
        self.mutes.iter().filter(|muting| muting.state == state).count()
    }
}

static ENDED: Text = Text {
    en: "reported again: its mute ended on {day} (reason: {why}; owner: {who})",
    zh_tw: "再次回報：靜音已於 {day} 到期（原因：{why}；負責人：{who}）",
    zh_cn: "再次报告：静默已于 {day} 到期（原因：{why}；负责人：{who}）",
};

/// Returns the day of an instant in UTC: mutes end on the same day everywhere.
pub fn day_of(time: Time) -> Date {
    let timestamp = time.to_timestamp().unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    timestamp.to_zoned(TimeZone::UTC).date()
}

impl Mute {
    /// Returns whether it matches a finding, by the object or its owner.
    pub(crate) fn fits(&self, finding: &Finding) -> bool {
        let object = &finding.object;
        let named =
            |kind: &str, name: &str| self.object.as_ref().is_none_or(|object| object.is_match(kind, name));
        let owner = || finding.owner.as_ref().is_some_and(|owner| named(&owner.kind, &owner.name));
        self.checks.contains(finding.check.id)
            && self.namespace.as_ref().is_none_or(|namespace| namespace.is_match(&object.namespace))
            && (named(&object.kind, &object.name) || owner())
    }

    /// Returns the evidence that a finding is reported because this mute has ended.
    pub(crate) fn ended(&self) -> Message {
        let facts = vec![
            ("day", Fact::text(self.until.to_string())),
            ("why", Fact::text(&self.reason)),
            ("who", Fact::text(&self.owner)),
        ];
        Message::new(&ENDED, facts)
    }
}
