//! A node as it is kept.

use super::{Amount, Names, ObjectRef, quantity};
use crate::wire::{self, Time};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A node: what it is, what it has, how it is.
#[derive(Debug)]
pub struct Node {
    /// Its name.
    pub name: Arc<str>,
    /// When it was created.
    pub created: Option<Time>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Whether it is cordoned.
    pub cordoned: bool,
    /// What keeps pods away from it.
    pub taints: Vec<wire::Taint>,
    /// Such as `v1.36.3`; empty if it has never reported.
    pub kubelet_version: String,
    /// Such as `amd64`; empty if it has never reported.
    pub architecture: String,
    /// What pods may have of it.
    pub allocatable: Amount,
    /// How many pods it may hold, if it says.
    pub pods: Option<i64>,
    /// What is used of it, where that is measured.
    pub usage: Option<Amount>,
    /// Its conditions, in the order of the API.
    pub conditions: Vec<NodeCondition>,
}

/// Taints of a node that somebody takes away for good: autoscalers, and clouds that want their machine back.
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
    pub fn fold(object: wire::Node, names: &Names) -> Self {
        Self {
            name: names.get(&object.metadata.name),
            created: object.metadata.created(),
            labels: object.metadata.labels,
            cordoned: object.spec.unschedulable,
            taints: object.spec.taints,
            kubelet_version: object.status.node_info.kubelet_version,
            architecture: object.status.node_info.architecture,
            allocatable: Amount::of(object.status.allocatable.iter().map(|(k, v)| (&**k, &*v.text))),
            pods: object.status.allocatable.get("pods").and_then(|pods| quantity::whole(&pods.text)),
            usage: None,
            conditions: object.status.conditions,
        }
    }

    /// The object, as a finding names it.
    pub fn object(&self) -> ObjectRef {
        ObjectRef { namespace: "".into(), kind: "Node".into(), name: Arc::clone(&self.name) }
    }

    /// Whether it has a taint of this key.
    pub fn is_tainted(&self, key: &str) -> bool {
        self.taints.iter().any(|taint| taint.key == key)
    }

    /// Whether it is being taken away, so that what becomes of it is nobody's fault.
    pub fn is_leaving(&self) -> bool {
        LEAVING.iter().any(|key| self.is_tainted(key))
    }

    /// Since when it is cordoned, if that was written down.
    pub fn cordoned_since(&self) -> Option<Time> {
        self.taints.iter().find(|taint| taint.key == CORDON)?.time_added?.known()
    }

    /// Its kubelet's version as major and minor; `None` if that is no version of Kubernetes.
    pub fn minor_version(&self) -> Option<(u32, u32)> {
        minor_version(&self.kubelet_version)
    }

    /// The first condition of a type.
    pub fn condition(&self, kind: &str) -> Option<&NodeCondition> {
        self.conditions.iter().find(|condition| condition.r#type == kind)
    }

    /// The pressures it is under: conditions named so that are true.
    pub fn pressures(&self) -> impl Iterator<Item = &str> {
        let real = self.conditions.iter().filter(|c| c.status == "True");
        real.filter_map(|condition| condition.r#type.strip_suffix("Pressure"))
    }

    /// How much of its allocatable memory is in use, in thousandths; more than 1000 where what the system uses is more than
    /// what is kept back for it. `None` where that is not measured, or it has not said what pods may have.
    pub fn memory_used(&self) -> Option<i64> {
        let whole = Some(self.allocatable.memory).filter(|memory| *memory > 0)?;
        let share = i128::from(self.usage?.memory) * 1000 / i128::from(whole);
        Some(i64::try_from(share).unwrap_or(i64::MAX))
    }

    /// Whether its kubelet says it is Ready. A node without the condition has never reported.
    pub fn is_ready(&self) -> bool {
        self.condition("Ready").is_some_and(|c| c.status == "True")
    }
}

/// The first two numbers of a version, however it goes on: `v1.33.4-eks-3abbec1`, `v1.31+`.
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
