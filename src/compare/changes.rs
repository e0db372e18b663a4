//! The differences between two runs on one cluster: findings that are new, worse, fixed or better, and those that one of
//! the runs could not have found. `docs/changes.md` describes them.
//!
//! What does not belong here: anything but the records of the two runs.

mod mismatch;
mod rows;
#[cfg(test)]
mod tests;
mod trend;

pub use crate::contract::{Both, Change, Moved, Side};
pub use mismatch::{comparable, of_one_cluster};
pub use rows::Row;
pub use trend::Trend;

use crate::checks::CATALOG;
use crate::compare::run_record::{Blindness, FindingRecord, RunRecord};
use crate::finding::verdict::{Counts, Verdict};
use crate::finding::{Measure, Severity};
use crate::model::{ObjectRef, Owner};
use crate::wire::Time;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What became of the findings of one key.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// The change.
    pub change: Change,
    /// The key.
    pub key: String,
    /// The check.
    pub check: String,
    /// The object, as in the later run if it found it.
    pub object: ObjectRef,
    /// Its topmost owner.
    pub owner: Option<Owner>,
    /// Since when, as far as either run knows.
    pub since: Option<Time>,
    /// The severities.
    pub severity: Both<Severity>,
    /// The numbers of objects.
    pub objects: Both<u64>,
    /// Their measures, sorted by name.
    pub measures: Vec<Moved>,
    /// The key of the finding that names their cause.
    pub incident: String,
    /// The run that could not have found them, and why.
    pub unseen: Option<(Side, Blindness)>,
    /// The command to run next, if they still exist.
    pub action: Option<String>,
}

/// The earlier run.
#[derive(Clone, Debug, PartialEq)]
pub struct Earlier {
    /// Its time, if known.
    pub taken_at: Option<Time>,
    /// The version of the tool that made it.
    pub tool_version: String,
    /// The overall state.
    pub verdict: Verdict,
    /// All its pods.
    pub totals: Counts,
}

/// The number of findings by change.
pub type Tally = BTreeMap<Change, usize>;

/// The differences between two runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Changes {
    /// The earlier run.
    pub with: Earlier,
    /// Each key once; sorted by change, then worst first, then in the order of the report.
    pub all: Vec<Changed>,
    /// The same with one row for each incident, in the same order.
    pub rows: Vec<Row>,
    /// The number of keys.
    pub keys: Tally,
    /// The number of rows above low.
    pub counts: Tally,
    /// The change of each key.
    of_key: BTreeMap<String, usize>,
}

impl Changed {
    /// Returns the worse of both severities.
    pub fn weight(&self) -> Severity {
        self.severity.before.max(self.severity.now).unwrap_or(Severity::Low)
    }

    /// Returns the numbers that changed by at least a tenth, each with its measure.
    pub fn moved(&self) -> impl Iterator<Item = (&'static Measure, i64, i64)> {
        self.measures.iter().filter_map(|moved| {
            let measure = CATALOG.find(&self.check)?.measure(&moved.name)?;
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

    /// Returns a row for each key.
    pub fn each(&self) -> Vec<Row> {
        let row = |(names, of): (usize, &Changed)| Row {
            change: of.change,
            severity: of.weight(),
            names,
            others: 0,
        };
        self.all.iter().enumerate().map(row).collect()
    }

    /// Returns the change that names a row.
    pub fn named(&self, row: &Row) -> &Changed {
        &self.all[row.names]
    }

    /// Returns the change of a key; `None` for a key that is muted or in neither run.
    pub fn of_key(&self, key: &str) -> Option<&Changed> {
        self.of_key.get(key).map(|index| &self.all[*index])
    }

    /// Returns the worst severity of a new finding.
    pub fn worst_new(&self) -> Option<Severity> {
        let new = self.all.iter().filter(|changed| changed.change == Change::New);
        new.filter_map(|changed| changed.severity.now).max()
    }

    /// Returns whether any row is news.
    pub fn is_news(&self) -> bool {
        self.rows.iter().any(Row::is_news)
    }

    /// Returns how many seconds a finding has lasted, or had lasted in the earlier run if it is gone; `now` is the time of
    /// the later run.
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

/// Returns the change of a key that only one run found; `blind` is why the other run could not have found it.
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

/// Returns the change of a key that both runs found.
fn still(earlier: &FindingRecord, later: &FindingRecord, old: &RunRecord, new: &RunRecord) -> Changed {
    // If one of the runs read less, fewer objects and smaller numbers mean nothing.
    let alike = old.blind_to(later, new).is_none() && new.blind_to(earlier, old).is_none();
    let change = match later.severity.cmp(&earlier.severity) {
        // A low finding was not a problem yet.
        std::cmp::Ordering::Greater if earlier.severity == Severity::Low && !earlier.muted => Change::New,
        std::cmp::Ordering::Greater => Change::Worse,
        std::cmp::Ordering::Less => Change::Better,
        std::cmp::Ordering::Equal if !alike => Change::Unchanged,
        std::cmp::Ordering::Equal => by_numbers(earlier, later),
    };
    changed(change, later, Some(earlier), Some(later))
}

/// Compares the numbers of objects, and if they are equal, the measures.
fn by_numbers(earlier: &FindingRecord, later: &FindingRecord) -> Change {
    match later.objects.cmp(&earlier.objects) {
        std::cmp::Ordering::Greater => return Change::Worse,
        std::cmp::Ordering::Less => return Change::Better,
        std::cmp::Ordering::Equal => {}
    }
    let check = CATALOG.find(&later.check);
    let moves = later
        .measures
        .iter()
        .filter_map(|(name, now)| check?.measure(name)?.got_worse(*earlier.measures.get(name)?, *now));
    // One number that is worse outweighs all that are better.
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
