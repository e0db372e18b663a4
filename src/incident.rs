//! Findings with one cause become one incident. The rules, in the order in which they apply:
//!
//! 1. A node that is not ready takes in the pods on it that are not ready or stuck terminating.
//! 2. Findings of one check about one owner are one incident, however many pods and containers they are of.
//! 3. A workload that misses replicas joins the worst incident of its own pods.
//!
//! Worst first, then oldest. What does not belong here: looking at anything but findings.

use crate::finding::{Finding, Severity};
use crate::model::ObjectRef;
use crate::snapshot::Rows;
use crate::wire::Time;
use std::collections::{BTreeMap, BTreeSet};

/// One cause, and the findings behind it.
#[derive(Debug)]
pub struct Incident {
    /// The worst of its findings.
    pub severity: Severity,
    /// The finding that names the cause, as an index.
    pub cause: usize,
    /// Since when the oldest of its findings lasts.
    pub since: Option<Time>,
    /// How many objects suffer: those of the findings and those they name as affected.
    pub affected: usize,
    /// Its findings as indices, the cause first.
    pub findings: Vec<usize>,
}

/// Groups findings, which must be sorted worst and oldest first.
pub fn group(findings: &[Finding], rows: &Rows) -> Vec<Incident> {
    let dead: BTreeSet<&str> = findings
        .iter()
        .filter(|f| f.check.id == "node-not-ready" && f.severity == Severity::Critical)
        .map(|f| &*f.object.name)
        .collect();
    let keys: Vec<String> = findings.iter().map(|f| cause_of(f, &dead, rows)).collect();
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, finding) in findings.iter().enumerate() {
        let own = if finding.check.id == "workload-replicas-missing" {
            pods_incident(finding, findings).unwrap_or(index)
        } else {
            index
        };
        groups.entry(&keys[own]).or_default().push(index);
    }
    let mut incidents: Vec<Incident> =
        groups.into_values().map(|members| incident(findings, members)).collect();
    incidents.sort_by(|a, b| {
        let rank = |i: &Incident| (std::cmp::Reverse(i.severity), i.since.is_none(), i.since, i.cause);
        rank(a).cmp(&rank(b))
    });
    incidents
}

/// What a finding is grouped by.
fn cause_of(finding: &Finding, dead: &BTreeSet<&str>, rows: &Rows) -> String {
    if matches!(finding.check.id, "pod-not-ready" | "pod-stuck-terminating") {
        let pod = rows.pod(&finding.object.namespace, &finding.object.name);
        if let Some(node) = pod.and_then(|pod| pod.node.as_deref()).filter(|node| dead.contains(node)) {
            return format!("node-not-ready//Node/{node}");
        }
    }
    let (kind, name) = finding
        .owner
        .as_ref()
        .map_or((&finding.object.kind, &finding.object.name), |owner| (&owner.kind, &owner.name));
    format!("{}/{}/{kind}/{name}", finding.check.id, finding.object.namespace)
}

/// The worst finding about a pod of the workload that this one is about.
fn pods_incident(workload: &Finding, findings: &[Finding]) -> Option<usize> {
    findings.iter().position(|f| {
        // A leftover is the opposite of a missing replica.
        f.check.id != "pod-leftover"
            && f.severity >= workload.severity
            && f.object.namespace == workload.object.namespace
            && f.owner
                .as_ref()
                .is_some_and(|owner| owner.kind == workload.object.kind && owner.name == workload.object.name)
    })
}

fn incident(findings: &[Finding], mut members: Vec<usize>) -> Incident {
    // A dead node is the cause, whichever of its pods was noticed first.
    members.sort_by_key(|&index| (findings[index].check.id != "node-not-ready", index));
    let objects: BTreeSet<&ObjectRef> = members
        .iter()
        .flat_map(|&index| std::iter::once(&findings[index].object).chain(&findings[index].affected))
        .collect();
    let of = |index: &usize| &findings[*index];
    Incident {
        severity: members.iter().map(of).map(|f| f.severity).max().unwrap_or(Severity::Info),
        cause: members.first().copied().unwrap_or_default(),
        since: members.iter().map(of).filter_map(|f| f.since).min(),
        affected: objects.len(),
        findings: members,
    }
}
