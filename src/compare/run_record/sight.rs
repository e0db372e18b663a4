//! What a run read. A run that could not have found something can neither miss it nor find it new.

use super::{FindingRecord, RunRecord};
use crate::checks::CATALOG;
use crate::contract;
use crate::model::{Coverage, Gap, Reason};
use crate::wire::Kind;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What was not read: by kind, then by namespace. The empty namespace stands for all.
pub type Places = BTreeMap<String, BTreeMap<String, NotObserved>>;

/// What a run did not read. The kinds include the ids of checks that did not run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visibility {
    /// In the scope; without any, the run was complete.
    pub gaps: Places,
    /// What lies outside the scope, or was left out by request.
    #[serde(rename = "notInScope", alias = "outside")]
    pub not_in_scope: Places,
}

/// How much of a kind was not read in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotObserved {
    /// All of it.
    Wholly,
    /// An unknown part of it.
    Partly,
}

/// Why a run could not have found what another found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blindness {
    /// It lies outside its scope.
    Scope,
    /// It did not read this kind there.
    Kind(String),
    /// The check did not run.
    LeftOut,
    /// Its version did not have the check yet, or no longer has it.
    Version,
}

impl Blindness {
    /// Returns the word in JSON.
    pub fn id(&self) -> &'static str {
        match self {
            Blindness::Scope => "out-of-scope",
            Blindness::Kind(_) => "kind-not-seen",
            Blindness::LeftOut => "check-left-out",
            Blindness::Version => "check-unknown",
        }
    }
}

impl Visibility {
    /// Returns what a coverage lists.
    pub fn of(coverage: &Coverage) -> Self {
        let of = |gaps: &[Gap]| {
            places(gaps.iter().map(|gap| (gap.kind.as_str(), gap.namespace.as_deref(), gap.got, gap.reason)))
        };
        Self { gaps: of(&coverage.gaps), not_in_scope: of(&coverage.not_in_scope) }
    }

    /// Returns the same from the coverage of a written report.
    pub(super) fn of_contract(coverage: &contract::Coverage) -> Self {
        let of = |gaps: &[contract::Gap]| {
            places(gaps.iter().map(|gap| (gap.kind.as_str(), gap.namespace.as_deref(), gap.got, gap.reason)))
        };
        Self { gaps: of(&coverage.gaps), not_in_scope: of(&coverage.not_in_scope) }
    }

    /// Returns whether the whole scope was read.
    pub fn is_complete(&self) -> bool {
        self.gaps.is_empty()
    }

    /// Returns how much of a kind was not read in a namespace, or anywhere for the empty one.
    pub fn blind(&self, kind: &str, namespace: &str) -> Option<NotObserved> {
        let in_places = |places: &BTreeMap<String, NotObserved>| match namespace {
            "" if !places.contains_key("") => Some(NotObserved::Partly).filter(|_| !places.is_empty()),
            namespace => places.get("").max(places.get(namespace)).copied(),
        };
        let of = |places: &Places| places.get(kind).and_then(in_places);
        of(&self.gaps).max(of(&self.not_in_scope))
    }

    /// Returns whether a check was left out for a namespace, or for all for the empty one.
    fn is_left_out(&self, check: &str, namespace: &str) -> bool {
        let left_out = |places: &BTreeMap<String, NotObserved>| {
            places.contains_key("") || places.contains_key(namespace)
        };
        self.not_in_scope.get(check).is_some_and(left_out)
    }

    /// Removes the gaps that another run filled.
    pub(crate) fn fill(&mut self, other: &Visibility) {
        for (kind, places) in &mut self.gaps {
            let nowhere = BTreeMap::new();
            let theirs = |of: &Places| of.get(kind).unwrap_or(&nowhere).clone();
            let mut left: BTreeMap<String, NotObserved> = theirs(&other.not_in_scope);
            left.extend(theirs(&other.gaps));
            if places.contains_key("") {
                places.clone_from(&left);
            } else if !left.contains_key("") {
                places.retain(|place, _| left.contains_key(place));
            }
        }
        self.gaps.retain(|_, places| !places.is_empty());
    }

    pub(super) fn narrow(&mut self, names: &BTreeSet<&str>) {
        for places in [&mut self.gaps, &mut self.not_in_scope] {
            for of_kind in places.values_mut() {
                of_kind.retain(|place, _| place.is_empty() || names.contains(&**place));
            }
            places.retain(|_, of_kind| !of_kind.is_empty());
        }
    }
}

/// Collects gaps: the kind, the namespace, the number of objects that were read, and the reason of each.
fn places<'g>(gaps: impl Iterator<Item = (&'g str, Option<&'g str>, u64, Reason)>) -> Places {
    let mut out = Places::new();
    for (kind, namespace, got, reason) in gaps {
        // What kubectl saved is all there is of a kind it saved, but for what could not be read.
        let blind =
            if got > 0 || reason == Reason::Unreadable { NotObserved::Partly } else { NotObserved::Wholly };
        let of_kind = out.entry(kind.to_owned()).or_default();
        let place = of_kind.entry(namespace.unwrap_or_default().to_owned()).or_insert(blind);
        *place = blind.max(*place);
    }
    out
}

impl RunRecord {
    /// Returns why this run could not have found what another run found; `None` if it could.
    pub fn blind_to(&self, noted: &FindingRecord, other: &RunRecord) -> Option<Blindness> {
        let namespace = &*noted.object.namespace;
        let needs = match CATALOG.find(&noted.check) {
            Some(check) if is_older(&self.tool_version, check.since) => return Some(Blindness::Version),
            Some(check) => check.needs,
            None if self.tool_version != other.tool_version => return Some(Blindness::Version),
            None => &[],
        };
        // An annotation can leave a check out for one workload; if both runs left it out, it did not prevent this finding.
        let left_out = |past: &RunRecord| past.sight.is_left_out(&noted.check, namespace);
        if left_out(self) && !left_out(other) {
            return Some(Blindness::LeftOut);
        }
        let (ours, theirs) = (&self.scope, &other.scope);
        let in_scope = if namespace.is_empty() { ours.covers(theirs) } else { ours.holds(namespace) };
        if !in_scope || ours.selected && ours.selector != theirs.selector {
            return Some(Blindness::Scope);
        }
        let unseen = |kind: &&Kind| match self.sight.blind(kind.name(), namespace) {
            // A finding that another run made without the kind can be made without it.
            Some(NotObserved::Wholly) => {
                other.sight.blind(kind.name(), namespace) != Some(NotObserved::Wholly)
            }
            Some(NotObserved::Partly) => true,
            None => false,
        };
        needs.iter().find(unseen).map(|kind| Blindness::Kind(kind.name().to_owned()))
    }
}

/// Returns whether a version is older than another; a malformed one is not.
fn is_older(version: &str, than: &str) -> bool {
    let parts = |text: &str| -> Option<Vec<u64>> {
        let plain = text.split(['-', '+']).next().unwrap_or_default();
        plain.trim_start_matches('v').split('.').map(|part| part.parse().ok()).collect()
    };
    parts(version).zip(parts(than)).is_some_and(|(version, than)| version < than)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        assert!(is_older("0.9.0", "0.10.0") && is_older("0.1.0", "1.0.0"));
        assert!(!is_older("0.10.0", "0.9.0") && !is_older("1.0.0", "1.0.0") && !is_older("", "0.1.0"));
        assert!(!is_older("1.2.0-rc.1", "1.2.0"));
    }
}
