//! What differs between two runs on one cluster: what is new, worse, fixed or better, and what one of the two could not
//! have seen. `docs/changes.md` tells operators the same.
//!
//! What does not belong here: looking at anything but what is kept of the two runs.

mod mismatch;
mod rows;
#[cfg(test)]
mod tests;
mod trend;

pub use crate::contract::{Both, Change, Moved, Side};
pub use mismatch::{comparable, of_one_cluster};
pub use rows::Row;
pub use trend::Trend;

use crate::compare::measure::Measure;
use crate::compare::run_record::{Blindness, FindingRecord, RunRecord};
use crate::finding::Severity;
use crate::finding::verdict::{Counts, Verdict};
use crate::model::{ObjectRef, Owner};
use crate::wire::Time;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What became of the findings of one key.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// What became of them.
    pub change: Change,
    /// The key.
    pub key: String,
    /// The check.
    pub check: String,
    /// What they are about: as it is now, else as it was.
    pub object: ObjectRef,
    /// Its topmost owner.
    pub owner: Option<Owner>,
    /// Since when, by what both runs know.
    pub since: Option<Time>,
    /// How bad.
    pub severity: Both<Severity>,
    /// How many objects.
    pub objects: Both<u64>,
    /// Their numbers, sorted by name.
    pub measures: Vec<Moved>,
    /// The key of the finding that names their cause, or did.
    pub incident: String,
    /// Which run could not have found them, and why.
    pub unseen: Option<(Side, Blindness)>,
    /// The command that comes next, for what is there now.
    pub action: Option<String>,
}

/// The run that a later one is compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Earlier {
    /// When it was, if known.
    pub taken_at: Option<Time>,
    /// The version of the tool that looked.
    pub tool_version: String,
    /// The overall state.
    pub verdict: Verdict,
    /// All its pods.
    pub totals: Counts,
}

/// How many of each change there are.
pub type Tally = BTreeMap<Change, usize>;

/// What differs between two runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Changes {
    /// The earlier run.
    pub with: Earlier,
    /// Each key once; by change, then the worst first, then as the report has them.
    pub all: Vec<Changed>,
    /// The same for people, one row an incident, in the same order.
    pub rows: Vec<Row>,
    /// How many keys.
    pub keys: Tally,
    /// How many rows that are more than worth knowing.
    pub counts: Tally,
    /// The change of each key.
    of_key: BTreeMap<String, usize>,
}

impl Changed {
    /// The worse of what it was and what it is.
    pub fn weight(&self) -> Severity {
        self.severity.before.max(self.severity.now).unwrap_or(Severity::Low)
    }

    /// The numbers that have changed noticeably, each with its measure.
    pub fn moved(&self) -> impl Iterator<Item = (&'static Measure, i64, i64)> {
        self.measures.iter().filter_map(|moved| {
            let measure = Measure::of(&self.check, &moved.name)?;
            let (before, now) = moved.values.before.zip(moved.values.now)?;
            measure.got_worse(before, now).map(|_| (measure, before, now))
        })
    }
}

impl Changes {
    /// Compares two runs on one cluster.
    pub fn between(old: &RunRecord, new: &RunRecord) -> Self {
        let (before, now) = (by_key(old), by_key(new));
        let mut all: Vec<(usize, Changed)> = Vec::new();
        for (order, noted) in new.findings.iter().enumerate().filter(|(_, noted)| !noted.muted) {
            let changed = match before.get(noted.key.as_str()) {
                Some(earlier) => still(earlier, noted, old, new),
                None => only(noted, Side::Now, old.blind_to(noted, new)),
            };
            all.push((order, changed));
        }
        let gone = |noted: &FindingRecord| !noted.muted && !now.contains_key(noted.key.as_str());
        for (order, noted) in old.findings.iter().enumerate().filter(|(_, noted)| gone(noted)) {
            all.push((order, only(noted, Side::Baseline, new.blind_to(noted, old))));
        }
        all.sort_by(|(i, a), (j, b)| {
            (a.change, Reverse(a.weight()), i, &a.key).cmp(&(b.change, Reverse(b.weight()), j, &b.key))
        });
        Self::of(all.into_iter().map(|(_, changed)| changed).collect(), old)
    }

    fn of(all: Vec<Changed>, old: &RunRecord) -> Self {
        let rows = rows::fold(&all);
        let serious = rows.iter().filter(|row| row.severity > Severity::Low);
        Self {
            with: Earlier {
                taken_at: old.taken_at,
                tool_version: old.tool_version.clone(),
                verdict: old.verdict,
                totals: old.totals,
            },
            keys: tally(all.iter().map(|changed| changed.change)),
            counts: tally(serious.map(|row| row.change)),
            of_key: all.iter().enumerate().map(|(index, changed)| (changed.key.clone(), index)).collect(),
            rows,
            all,
        }
    }

    /// A row for each key.
    pub fn each(&self) -> Vec<Row> {
        let row = |(names, of): (usize, &Changed)| Row {
            change: of.change,
            severity: of.weight(),
            names,
            others: 0,
        };
        self.all.iter().enumerate().map(row).collect()
    }

    /// The key that names a row.
    pub fn named(&self, row: &Row) -> &Changed {
        &self.all[row.names]
    }

    /// What became of the findings of a key; `None` for a key that is muted, or in neither run.
    pub fn of_key(&self, key: &str) -> Option<&Changed> {
        self.of_key.get(key).map(|index| &self.all[*index])
    }

    /// The worst of what is new.
    pub fn worst_new(&self) -> Option<Severity> {
        let new = self.all.iter().filter(|changed| changed.change == Change::New);
        new.filter_map(|changed| changed.severity.now).max()
    }

    /// Whether anything is news.
    pub fn is_news(&self) -> bool {
        self.rows.iter().any(Row::is_news)
    }

    /// How many seconds something has lasted, or had lasted when it was last seen; `now` is when the later run was.
    pub fn lasted(&self, changed: &Changed, now: Option<Time>) -> Option<i64> {
        let seen = if changed.severity.now.is_some() { now } else { self.with.taken_at };
        Some(seen?.seconds_since(changed.since?))
    }
}

fn tally(changes: impl Iterator<Item = Change>) -> Tally {
    let mut out = Tally::new();
    changes.for_each(|change| *out.entry(change).or_default() += 1);
    out
}

fn by_key(past: &RunRecord) -> BTreeMap<&str, &FindingRecord> {
    past.findings.iter().map(|noted| (noted.key.as_str(), noted)).collect()
}

/// A key that only one of the runs found; `blind` is why the other could not have found it.
fn only(noted: &FindingRecord, found: Side, blind: Option<Blindness>) -> Changed {
    let (change, other) = match found {
        Side::Now => (Change::New, Side::Baseline),
        Side::Baseline => (Change::Fixed, Side::Now),
    };
    let change = if blind.is_some() { Change::Unseen } else { change };
    let (earlier, later) = match found {
        Side::Baseline => (Some(noted), None),
        Side::Now => (None, Some(noted)),
    };
    Changed { unseen: blind.map(|why| (other, why)), ..changed(change, noted, earlier, later) }
}

/// A key that both found.
fn still(earlier: &FindingRecord, later: &FindingRecord, old: &RunRecord, new: &RunRecord) -> Changed {
    // Where one of them saw less, fewer objects and smaller numbers mean nothing.
    let alike = old.blind_to(later, new).is_none() && new.blind_to(earlier, old).is_none();
    let change = match later.severity.cmp(&earlier.severity) {
        // What was only worth knowing was no trouble yet.
        std::cmp::Ordering::Greater if earlier.severity == Severity::Low && !earlier.muted => Change::New,
        std::cmp::Ordering::Greater => Change::Worse,
        std::cmp::Ordering::Less => Change::Better,
        std::cmp::Ordering::Equal if !alike => Change::Unchanged,
        std::cmp::Ordering::Equal => by_numbers(earlier, later),
    };
    changed(change, later, Some(earlier), Some(later))
}

/// More or fewer objects; where they are as many, the numbers.
fn by_numbers(earlier: &FindingRecord, later: &FindingRecord) -> Change {
    match later.objects.cmp(&earlier.objects) {
        std::cmp::Ordering::Greater => return Change::Worse,
        std::cmp::Ordering::Less => return Change::Better,
        std::cmp::Ordering::Equal => {}
    }
    let moves = later.measures.iter().filter_map(|(name, now)| {
        Measure::of(&later.check, name)?.got_worse(*earlier.measures.get(name)?, *now)
    });
    // One number that got worse outweighs all that got better.
    match moves.max() {
        Some(true) => Change::Worse,
        Some(false) => Change::Better,
        None => Change::Unchanged,
    }
}

fn changed(
    change: Change,
    shown: &FindingRecord,
    earlier: Option<&FindingRecord>,
    later: Option<&FindingRecord>,
) -> Changed {
    let names = [earlier, later].into_iter().flatten().flat_map(|noted| noted.measures.keys());
    let mut names: Vec<&String> = names.collect();
    names.sort();
    names.dedup();
    let value = |noted: Option<&FindingRecord>, name: &str| noted?.measures.get(name).copied();
    let moved = |name: &String| Moved {
        name: name.clone(),
        values: Both { before: value(earlier, name), now: value(later, name) },
    };
    Changed {
        change,
        key: shown.key.clone(),
        check: shown.check.clone(),
        object: shown.object.clone(),
        owner: shown.owner.clone(),
        since: [earlier, later].into_iter().flatten().filter_map(|noted| noted.since).min(),
        severity: Both { before: earlier.map(|n| n.severity), now: later.map(|n| n.severity) },
        objects: Both { before: earlier.map(|n| n.objects), now: later.map(|n| n.objects) },
        measures: names.into_iter().map(moved).collect(),
        incident: shown.incident.clone(),
        unseen: None,
        action: later.and_then(|noted| noted.action.clone()),
    }
}
