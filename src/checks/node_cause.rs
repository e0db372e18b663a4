//! Findings that a pod's node explains: one failed kubelet is one fault, whatever the number of its pods.

use super::View;
use crate::finding::{Finding, Severity};
use crate::model::ObjectRef;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The checks whose findings about a pod follow from its node. Other findings have causes of their own.
const BY_NODE: [&str; 3] = ["pod-not-ready", "pod-probe-failing", "pod-stuck-terminating"];

/// Marks the node as the cause of each such finding.
pub(crate) fn nodes(view: &View, findings: &mut [Finding]) {
    let dead = findings
        .iter()
        .filter(|finding| finding.check.id == "node-not-ready" && finding.severity == Severity::High);
    let dead: BTreeSet<Arc<str>> = dead.map(|finding| Arc::clone(&finding.object.name)).collect();
    for finding in findings.iter_mut().filter(|finding| BY_NODE.contains(&finding.check.id)) {
        let pod = view.snapshot.rows.pod(&finding.object.namespace, &finding.object.name);
        let Some(name) = pod.and_then(|pod| pod.node.as_ref()) else { continue };
        let leaving = view.node(name).is_some_and(|node| node.is_leaving() && !node.is_ready());
        if leaving {
            // The pod is removed with its node, on purpose. Its owner reports missing replicas.
            finding.severity = Severity::Low;
        }
        if leaving || dead.contains(name) {
            finding.because.insert(0, ObjectRef::of_cluster("Node", name));
        }
    }
}
