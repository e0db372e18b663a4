//! The counts of pods of an earlier run.

use crate::compare::run_record::RunRecord;
use crate::finding::verdict::Counts;
use std::collections::BTreeMap;

/// The counts of an earlier run, as far as both runs counted the same pods.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trend {
    /// All pods; `None` if the scopes differ, or a run did not read all pods.
    pub totals: Option<Counts>,
    /// The namespaces whose pods both runs read.
    pub namespaces: BTreeMap<String, Counts>,
}

impl Trend {
    /// Returns the counts to compare those of the later run with.
    pub fn between(old: &RunRecord, new: &RunRecord) -> Self {
        let alike = !old.scope.selected && !new.scope.selected || old.scope.selector == new.scope.selector;
        let saw =
            |past: &RunRecord, name: &str| past.scope.holds(name) && past.sight.blind("Pod", name).is_none();
        let both_saw = |name: &&String| alike && saw(old, name) && saw(new, name);
        let counts = |name: &String| old.namespaces.get(name).copied().unwrap_or_default();
        let names = old.namespaces.keys().chain(new.namespaces.keys());
        let same = alike && old.scope.covers(&new.scope) && new.scope.covers(&old.scope);
        let blind = |past: &RunRecord| past.sight.blind("Pod", "").is_some();
        Self {
            totals: (same && !blind(old) && !blind(new)).then_some(old.totals),
            namespaces: names.filter(both_saw).map(|name| (name.clone(), counts(name))).collect(),
        }
    }
}
