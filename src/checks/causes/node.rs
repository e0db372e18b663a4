//! Findings that a pod's node explains: one failed kubelet is one fault, whatever the number of its pods.

use crate::checks::View;
use crate::finding::{Finding, Need, Relation, Severity};
use crate::model::ObjectRef;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Marks the node as the cause of each such finding.
pub(crate) fn nodes(view: &View, findings: &mut [Finding]) {
    let is_of = |finding: &Finding, relation| finding.check.traits.relation == relation;
    let dead = findings
        .iter()
        .filter(|finding| is_of(finding, Relation::NodeDown) && finding.severity == Severity::High);
    let dead: BTreeSet<Arc<str>> = dead.map(|finding| Arc::clone(&finding.object.name)).collect();
    for finding in findings.iter_mut().filter(|finding| is_of(finding, Relation::CausedByNode)) {
        let pod = view.snapshot.rows.pod(&finding.object.namespace, &finding.object.name);
        let Some(name) = pod.and_then(|pod| pod.node.as_ref()) else { continue };
        let leaving = view.node(name).is_some_and(|node| view.is_going(node) && !node.is_ready());
        if leaving {
            // The pod is removed with its node, on purpose. Its owner reports missing replicas.
            finding.severity = Severity::Low;
        }
        if leaving || dead.contains(name) {
            finding.because.insert(0, Need::Node.shown(ObjectRef::of_cluster("Node", name)));
        }
    }
}
