//! The row of a node.

use super::{Amount, Names, ObjectRef, quantity};
use crate::wire::{self, Time};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A node: its versions, resources and conditions.
#[derive(Debug)]
pub struct Node {
    pub(crate) name: Arc<str>,
    /// When it was created.
    pub(crate) created: Option<Time>,
    pub(crate) labels: BTreeMap<String, String>,
    /// Whether it is cordoned.
    pub(crate) cordoned: bool,
    pub(crate) taints: Vec<wire::Taint>,
    /// Such as `v1.36.3`; empty if it has never reported.
    pub(crate) kubelet_version: String,
    /// Such as `amd64`; empty if it has never reported.
    pub(crate) architecture: String,
    /// `linux` or `windows`; empty if it has never reported.
    pub(crate) system: String,
    /// The version of its kernel; on Windows the build.
    pub(crate) kernel: String,
    /// When it was deleted, if a finalizer keeps it.
    pub(crate) deleted: Option<Time>,
    /// The resources for its pods.
    pub(crate) allocatable: Amount,
    /// The other resources for its pods, such as `ephemeral-storage` and `nvidia.com/gpu`.
    pub(crate) others: BTreeMap<String, i64>,
    /// The most pods, if known.
    pub(crate) pods: Option<i64>,
    /// Its usage, if measured.
    pub(crate) usage: Option<Amount>,
    /// Its conditions, in the order of the API.
    pub(crate) conditions: Vec<NodeCondition>,
}

/// The taints of a node that an autoscaler or the cloud removes.
const LEAVING: [&str; 7] = [
    "ToBeDeletedByClusterAutoscaler",
    "aws-node-termination-handler/asg-lifecycle-termination",
    "aws-node-termination-handler/spot-itn",
    "cloud.google.com/impending-node-termination",
    "karpenter.sh/disrupted",
    "karpenter.sh/disruption",
    "karpenter.sh/termination",
];

/// The taint of a cordoned node.
const CORDON: &str = "node.kubernetes.io/unschedulable";

/// One condition of a node.
pub type NodeCondition = wire::NodeCondition;

impl Node {
    /// Folds a node.
    pub(crate) fn fold(object: wire::Node, names: &Names) -> Self {
        Self {
            name: names.get(&object.metadata.name),
            created: object.metadata.created(),
            labels: object.metadata.labels,
            cordoned: object.spec.unschedulable,
            taints: object.spec.taints,
            kubelet_version: object.status.node_info.kubelet_version,
            architecture: object.status.node_info.architecture,
            system: object.status.node_info.operating_system,
            kernel: object.status.node_info.kernel_version,
            deleted: object.metadata.deletion_timestamp.and_then(Time::known),
            others: others(&object.status.allocatable),
            allocatable: Amount::of(object.status.allocatable.iter().map(|(k, v)| (&**k, &*v.text))),
            pods: object.status.allocatable.get("pods").and_then(|pods| quantity::whole(&pods.text)),
            usage: None,
            conditions: object.status.conditions,
        }
    }

    /// The reference of findings to it.
    pub(crate) fn object(&self) -> ObjectRef {
        ObjectRef { namespace: "".into(), kind: "Node".into(), name: Arc::clone(&self.name) }
    }

    /// Whether it has a taint of this key.
    pub(crate) fn is_tainted(&self, key: &str) -> bool {
        self.taints.iter().any(|taint| taint.key == key)
    }

    /// Whether an autoscaler or the cloud removes it, which is not a problem.
    pub(crate) fn is_leaving(&self) -> bool {
        self.deleted.is_some() || LEAVING.iter().any(|key| self.is_tainted(key))
    }

    /// Since when it has been removed, if known.
    pub(crate) fn leaving_since(&self) -> Option<Time> {
        let taints = self.taints.iter().filter(|taint| LEAVING.contains(&&*taint.key));
        self.deleted.or_else(|| taints.filter_map(added).min())
    }

    /// Whether no machine stands behind it, but a service that runs containers: its version, its size and its pods are
    /// what that service makes of them.
    pub(crate) fn is_virtual(&self) -> bool {
        let says = |key: &str, value: &str| self.labels.get(key).is_some_and(|of| of == value);
        says("type", "virtual-kubelet")
            || self.taints.iter().any(|taint| taint.key.starts_with("virtual-kubelet.io/"))
            || says("node.kubernetes.io/instance-type", "eklet")
            || self.kubelet_version.split(['-', '+', '.']).any(|part| matches!(part, "vk" | "virtual"))
    }

    /// Whether it is made for one pod and goes with it, as on Fargate: it is full from the start.
    pub(crate) fn is_of_one_pod(&self) -> bool {
        self.labels.get("eks.amazonaws.com/compute-type").is_some_and(|kind| kind == "fargate")
    }

    /// Since when it has been cordoned, if known.
    pub(crate) fn cordoned_since(&self) -> Option<Time> {
        self.taints.iter().find(|taint| taint.key == CORDON)?.time_added?.known()
    }

    /// The major and minor version of its kubelet; `None` if it is not a version of Kubernetes.
    pub(crate) fn minor_version(&self) -> Option<(u32, u32)> {
        minor_version(&self.kubelet_version)
    }

    /// The first condition of a type.
    pub(crate) fn condition(&self, kind: &str) -> Option<&NodeCondition> {
        self.conditions.iter().find(|condition| condition.r#type == kind)
    }

    /// Its pressures: the conditions with that name that are true.
    pub(crate) fn pressures(&self) -> impl Iterator<Item = &str> {
        let real = self.conditions.iter().filter(|c| c.status == "True");
        real.filter_map(|condition| condition.r#type.strip_suffix("Pressure"))
    }

    /// The used share of its allocatable memory in thousandths; more than 1000 if the system uses more than its reservation.
    /// `None` if it is not measured or the allocatable memory is unknown.
    pub(crate) fn memory_used(&self) -> Option<i64> {
        let whole = Some(self.allocatable.memory).filter(|memory| *memory > 0)?;
        let share = i128::from(self.usage?.memory) * 1000 / i128::from(whole);
        Some(i64::try_from(share).unwrap_or(i64::MAX))
    }

    /// Whether its kubelet reports Ready. A node without the condition has never reported.
    pub(crate) fn is_ready(&self) -> bool {
        self.condition("Ready").is_some_and(|c| c.status == "True")
    }

    /// Whether its kubelet has stopped reporting.
    pub(crate) fn is_silent(&self) -> bool {
        self.condition("Ready").is_some_and(|c| c.status == "Unknown")
    }
}

/// When a taint of a node that is removed was added. The cluster autoscaler writes it into the value.
fn added(taint: &wire::Taint) -> Option<Time> {
    let written = || taint.value.parse().ok().filter(|_| taint.key == LEAVING[0]).map(Time::at);
    taint.time_added.or_else(written)?.known()
}

/// The resources besides CPU, memory and pods.
fn others(allocatable: &BTreeMap<String, wire::Quantity>) -> BTreeMap<String, i64> {
    let others = allocatable.iter().filter(|(name, _)| !matches!(name.as_str(), "cpu" | "memory" | "pods"));
    others.filter_map(|(name, amount)| Some((name.clone(), quantity::whole(&amount.text)?))).collect()
}

/// The first two numbers of a version with any suffix: `v1.33.4-eks-3abbec1`, `v1.31+`.
pub fn minor_version(version: &str) -> Option<(u32, u32)> {
    let (major, rest) = version.strip_prefix('v').unwrap_or(version).split_once('.')?;
    let minor = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_vendors_write_them() {
        for (text, version) in [
            ("v1.33.4", Some((1, 33))),
            ("v1.33.4-eks-3abbec1", Some((1, 33))),
            ("v1.31+", Some((1, 31))),
            ("1.30", Some((1, 30))),
            ("v1.32.6+k3s1", Some((1, 32))),
            ("v1.31.0-beta.1", Some((1, 31))),
            ("kwok-v0.7.0", None),
            ("v1", None),
            ("v.5", None),
            ("", None),
        ] {
            assert_eq!(minor_version(text), version, "{text}");
        }
    }
}
