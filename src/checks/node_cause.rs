//! What a pod's node and its claims explain: one dead kubelet is one fault, however many pods it carries.

use super::View;
use crate::finding::{Finding, Severity};
use crate::model::ObjectRef;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is found about a pod because its node has stopped reporting. What its containers did before is their own.
const BY_NODE: [&str; 3] = ["pod-not-ready", "pod-probe-failing", "pod-stuck-terminating"];

/// Says of each such finding that its node is the reason.
pub(crate) fn nodes(view: &View, findings: &mut [Finding]) {
    let dead = findings
        .iter()
        .filter(|finding| finding.check.id == "node-not-ready" && finding.severity == Severity::Critical);
    let dead: BTreeSet<Arc<str>> = dead.map(|finding| Arc::clone(&finding.object.name)).collect();
    for finding in findings.iter_mut().filter(|finding| BY_NODE.contains(&finding.check.id)) {
        let pod = view.snapshot.rows.pod(&finding.object.namespace, &finding.object.name);
        let Some(name) = pod.and_then(|pod| pod.node.as_ref()) else { continue };
        let leaving = view.node(name).is_some_and(|node| node.is_leaving() && !node.is_ready());
        if leaving {
            // It goes with its node, on purpose. What is missed of it, its owner says.
            finding.severity = Severity::Info;
        }
        if leaving || dead.contains(name) {
            finding.because.insert(0, ObjectRef::of_cluster("Node", name));
        }
    }
}
