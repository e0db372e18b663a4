//! Pods that were ended or rejected although their programs did nothing wrong: evicted, preempted, not admitted.

use super::Pod;
use super::pod::Ended;
use crate::wire;

/// What ended or rejected a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disruption<'a> {
    /// The reason of the pod's status, or that of its condition `DisruptionTarget`.
    pub(crate) reason: &'a str,
    /// The message of the kubelet or the controller; may be empty.
    pub(crate) detail: &'a str,
}

/// Reasons of a pod's status that the kubelet, the scheduler or the eviction API sets when it ends a pod that
/// did nothing wrong.
const TURNED_AWAY: [&str; 7] =
    ["Evicted", "NodeLost", "NodeShutdown", "Preempted", "Preempting", "Shutdown", "Terminated"];

/// Reasons of a pod's status that the kubelet sets when it does not start a pod that the scheduler sent to it.
const REJECTED: [&str; 10] = [
    "NodeAffinity",
    "NodeName",
    "NodePorts",
    "NodeUnschedulable",
    "PodOSNotSupported",
    "PodOSSelectorNodeLabelDoesNotMatch",
    "SysctlForbidden",
    "TaintToleration",
    "TopologyAffinityError",
    "UnexpectedAdmissionError",
];

/// The beginning of the reasons of a pod for which the node lacked a resource: `OutOfcpu`, `OutOfnvidia.com/gpu`.
const OUT_OF: &str = "OutOf";

/// Whether a kubelet did not start a pod with this reason in its status.
pub(crate) fn is_rejection(reason: &str) -> bool {
    REJECTED.contains(&reason) || reason.starts_with(OUT_OF)
}

/// The condition of a pod that a component ends, and its reason if that is the kubelet.
const TARGET: &str = "DisruptionTarget";
const BY_KUBELET: &str = "TerminationByKubelet";

/// How the kubelet's messages about evictions begin.
const EVICTION: [&str; 4] = [
    "The node had condition: ",
    "The node was low on resource",
    "Pod ephemeral local storage usage exceeds",
    "Usage of EmptyDir volume",
];

/// The reason of the kubelet's evictions.
const EVICTED: &str = "Evicted";

impl Pod {
    /// Returns what ended or rejected the pod, if its own containers did not.
    pub(crate) fn disruption(&self) -> Option<Disruption<'_>> {
        let status = &self.object.as_deref()?.status;
        let target = status.condition(TARGET).filter(|target| target.status == "True");
        let of_kubelet = target.filter(|target| target.reason == BY_KUBELET);
        match self.shared.ended? {
            Ended::Failed => of_status(status).or_else(|| Some(of_condition(target?))),
            // All its containers handled the signal and ended with 0.
            Ended::Succeeded => of_status(status).or_else(|| Some(of_condition(of_kubelet?))),
        }
    }
}

fn of_status(status: &wire::PodStatus) -> Option<Disruption<'_>> {
    let (reason, detail) = (status.reason.as_str(), status.message.trim());
    if TURNED_AWAY.contains(&reason) || is_rejection(reason) {
        return Some(Disruption { reason, detail });
    }
    let evicted = EVICTION.iter().any(|start| detail.starts_with(start));
    evicted.then_some(Disruption { reason: EVICTED, detail })
}

fn of_condition(target: &wire::Condition) -> Disruption<'_> {
    let detail = target.message.trim();
    let evicted = target.reason == BY_KUBELET && EVICTION.iter().any(|start| detail.starts_with(start));
    Disruption { reason: if evicted { EVICTED } else { &target.reason }, detail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Names;
    use serde_json::{Value, json};

    fn reason(status: &Value) -> Option<String> {
        let value = json!({
            "metadata": { "name": "web-1", "ownerReferences": [{ "kind": "ReplicaSet", "name": "web", "controller": true }] },
            "spec": { "containers": [{ "name": "app" }] }, "status": status,
        });
        let pod = Pod::fold(serde_json::from_value(value).unwrap(), &Names::default());
        pod.disruption().map(|disruption| disruption.reason.to_owned())
    }

    #[test]
    fn a_condition_tells_what_the_status_does_not() {
        let target = |reason: &str, message: &str| json!([{ "type": "DisruptionTarget", "status": "True", "reason": reason, "message": message }]);
        let low = "The node was low on resource: ephemeral-storage. ";
        for (phase, reason, message, told) in [
            ("Failed", "TerminationByKubelet", low, Some("Evicted")),
            ("Succeeded", "TerminationByKubelet", low, Some("Evicted")),
            ("Failed", "PreemptionByScheduler", "preempting", Some("PreemptionByScheduler")),
            ("Succeeded", "EvictionByEvictionAPI", "", None),
            ("Running", "EvictionByEvictionAPI", "", None),
        ] {
            let status = json!({ "phase": phase, "conditions": target(reason, message) });
            assert_eq!(self::reason(&status).as_deref(), told, "{phase} {reason}");
        }
    }

    #[test]
    fn a_kubelet_that_rejects_a_pod_says_so_in_its_status() {
        for reason in ["OutOfcpu", "OutOfnvidia.com/gpu", "UnexpectedAdmissionError", "NodeAffinity"] {
            let status = json!({ "phase": "Failed", "reason": reason });
            assert_eq!(self::reason(&status).as_deref(), Some(reason));
        }
        assert_eq!(
            reason(&json!({ "phase": "Failed", "message": "The node was low on resource: memory." }))
                .as_deref(),
            Some("Evicted")
        );
        assert_eq!(reason(&json!({ "phase": "Failed", "reason": "DeadlineExceeded" })), None);
    }
}
