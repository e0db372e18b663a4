//! The namespaces of the scope: their pods, and their state.

use super::{Class, Counts, Verdict};
use crate::finding::{Finding, Severity};
use crate::model::{Ended, Gap, Pod};
use crate::snapshot::Snapshot;
use crate::wire::Kind;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// The name.
    pub name: String,
    /// Its pods, by class.
    pub counts: Counts,
    /// Its pods, by STATUS.
    pub running: Running,
    /// Its state, from its pods, its findings and its gaps.
    pub state: Verdict,
}

/// Pods by STATUS, as `kubectl get pods` shows them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Running {
    /// Pods that are `Running`.
    pub running: u64,
    /// Pods that have not succeeded.
    pub active: u64,
    /// Pods that have succeeded.
    pub completed: u64,
}

impl Running {
    pub(super) fn of<'p>(pods: impl IntoIterator<Item = &'p Pod>) -> Self {
        let mut out = Self::default();
        pods.into_iter().for_each(|pod| out.count(pod));
        out
    }

    fn count(&mut self, pod: &Pod) {
        match pod.shared.ended {
            Some(Ended::Succeeded) => self.completed += 1,
            _ => self.active += 1,
        }
        self.running += u64::from(pod.shared.ended.is_none() && &*pod.shared.status == "Running");
    }

    /// Returns the number of active pods that are not `Running`.
    pub fn not_running(&self) -> u64 {
        self.active - self.running
    }
}

/// Returns the namespaces that were asked for, and those with pods or findings, by name.
///
/// `progressing` are those in which something has nothing ready yet.
pub(super) fn of(
    snapshot: &Snapshot,
    gaps: &[Gap],
    findings: &[Finding],
    classes: &[Class],
    progressing: &BTreeSet<Arc<str>>,
) -> Vec<Namespace> {
    let mut rows: BTreeMap<&str, (Counts, Running, Verdict)> = BTreeMap::new();
    let blank = || (Counts::default(), Running::default(), Verdict::Healthy);
    for name in &snapshot.scope.namespaces {
        rows.entry(name).or_insert_with(blank);
    }
    for finding in findings.iter().filter(|finding| !finding.object.namespace.is_empty()) {
        let (.., state) = rows.entry(&finding.object.namespace).or_insert_with(blank);
        *state = state_of(finding.severity).max(*state);
    }
    for (pod, &class) in snapshot.rows.pods.iter().zip(classes) {
        let (counts, running, _) = rows.entry(&pod.shared.namespace).or_insert_with(blank);
        counts.count(pod, class);
        running.count(pod);
    }
    let unread: BTreeSet<&str> = gaps.iter().filter_map(|gap| gap.namespace.as_deref()).collect();
    let is_unread = gaps.iter().any(concerns_all);
    let row = |(name, (counts, running, found)): (&str, (Counts, Running, Verdict))| {
        let is_read = !is_unread && !unread.contains(name);
        let read = if is_read { Verdict::Healthy } else { Verdict::Incomplete };
        let pods = match counts.worst() {
            Class::Unhealthy => Verdict::Unhealthy,
            // Pods that only start need attention, and say no more than that their workload is in progress.
            _ if found == Verdict::Healthy && progressing.contains(name) => Verdict::Progressing,
            Class::Attention => Verdict::Attention,
            Class::Healthy | Class::Completed => Verdict::Healthy,
        };
        Namespace { name: name.to_owned(), counts, running, state: found.max(pods).max(read) }
    };
    rows.into_iter().map(row).collect()
}

fn state_of(severity: Severity) -> Verdict {
    match severity {
        Severity::High => Verdict::Unhealthy,
        Severity::Medium => Verdict::Attention,
        Severity::Low => Verdict::Healthy,
    }
}

/// Returns whether a gap is a gap of every namespace. A gap of cluster-scoped objects is a gap of none.
fn concerns_all(gap: &Gap) -> bool {
    gap.namespace.is_none() && Kind::from_name(&gap.kind).is_none_or(Kind::namespaced)
}
