//! Mutes: what somebody has accepted for a time is left out of problems, verdict and exit code, and counted. A mute
//! that has ended hides nothing, and one that fits nothing is said to, so that nobody's list grows for ever.
//!
//! A mute takes away findings alone: what could not be seen stays a gap, and pods stay what they are.

use crate::checks::View;
use crate::finding::{Fact, Finding};
use crate::policy::profile::Mute;
use crate::text::{Message, Text};
use crate::wire::Time;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A mute, and what became of it in this run.
#[derive(Clone, Debug)]
pub struct Muting {
    /// The mute.
    pub mute: Mute,
    /// What became of it.
    pub state: State,
    /// How many findings it fits.
    pub findings: usize,
}

/// What became of a mute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It keeps findings quiet.
    Active,
    /// Its last day is over: what it fits, if anything, is reported again.
    Expired,
    /// It holds, and fits nothing that was found.
    Unused,
    /// It fits nothing, but not all that it may fit was looked at.
    NotJudged,
}

impl State {
    /// As in JSON.
    pub fn id(self) -> &'static str {
        match self {
            State::Active => "active",
            State::Expired => "expired",
            State::Unused => "unused",
            State::NotJudged => "not-judged",
        }
    }
}

/// The mutes of a run, and what they keep quiet.
#[derive(Debug, Default)]
pub struct Muted {
    /// Every mute, in the order in which they are written.
    pub mutes: Vec<Muting>,
    /// What they keep quiet, each with the index of its mute; in the order of findings.
    pub findings: Vec<(Finding, usize)>,
}

impl Muted {
    /// How many mutes are in this state.
    pub fn count(&self, state: State) -> usize {
        self.mutes.iter().filter(|muting| muting.state == state).count()
    }
}

static ENDED: Text = Text {
    en: "Reported again: its mute ended with {day} (reason: {why}; owner: {who})",
    zh_tw: "再次回報：靜音已於 {day} 到期（原因：{why}；負責人：{who}）",
    zh_cn: "再次报告：静默已于 {day} 到期（原因：{why}；负责人：{who}）",
};

/// The day of an instant, in UTC: mutes end on the same day wherever they are read.
pub fn day_of(time: Time) -> Date {
    let timestamp = time.to_timestamp().unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    timestamp.to_zoned(TimeZone::UTC).date()
}

/// Takes out of the findings what the profile and annotations mute. What an ended mute fits says so.
pub fn apply(view: &View, findings: &mut Vec<Finding>) -> Muted {
    let today = day_of(view.now());
    let written = view.overrides().iter().filter_map(|over| over.mute.clone());
    let mutes = view.settings.rules.mutes.iter().cloned().chain(written);
    let muting = |mute: Mute| {
        let state = if mute.until < today { State::Expired } else { State::Unused };
        Muting { mute, state, findings: 0 }
    };
    let mut muted = Muted { mutes: mutes.map(muting).collect(), findings: Vec::new() };
    for mut finding in std::mem::take(findings) {
        let mut quiet = None;
        for (index, muting) in muted.mutes.iter_mut().enumerate() {
            if !fits(&muting.mute, &finding) {
                continue;
            }
            muting.findings += 1;
            if muting.state == State::Expired {
                finding.evidence.push(ended(&muting.mute));
            } else {
                muting.state = State::Active;
                quiet = quiet.or(Some(index));
            }
        }
        match quiet {
            Some(index) => muted.findings.push((finding, index)),
            None => findings.push(finding),
        }
    }
    for muting in muted.mutes.iter_mut().filter(|muting| muting.findings == 0) {
        if !was_looked_at(view, &muting.mute) {
            muting.state = State::NotJudged;
        }
    }
    muted
}

fn fits(mute: &Mute, finding: &Finding) -> bool {
    let object = &finding.object;
    let named =
        |kind: &str, name: &str| mute.object.as_ref().is_none_or(|object| object.is_match(kind, name));
    let owner = || finding.owner.as_ref().is_some_and(|owner| named(&owner.kind, &owner.name));
    mute.checks.contains(finding.check.id)
        && mute.namespace.as_ref().is_none_or(|namespace| namespace.is_match(&*object.namespace))
        && (named(&object.kind, &object.name) || owner())
}

/// Whether everything was looked at that a mute may fit: only then is it known that it fits nothing.
fn was_looked_at(view: &View, mute: &Mute) -> bool {
    let (snapshot, choice) = (view.snapshot, &view.settings.choice);
    let scope = &snapshot.scope;
    let place = match &mute.namespace {
        None => scope.is_whole_cluster() && scope.excluded.is_empty(),
        Some(_) if scope.is_whole_cluster() => scope.excluded.is_empty(),
        Some(pattern) => scope.namespaces.iter().any(|name| pattern.is_match(name)),
    };
    let gaps = snapshot.coverage.gaps.is_empty() && !scope.selected;
    gaps && place && !mute.checks.iter().any(|id| choice.left_out.contains(id))
}

fn ended(mute: &Mute) -> Message {
    let facts = vec![
        ("day", Fact::text(mute.until.to_string())),
        ("why", Fact::text(&mute.reason)),
        ("who", Fact::text(&mute.owner)),
    ];
    Message { text: &ENDED, facts }
}
