//! A node as it is kept.

use super::{Amount, Names, quantity};
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

    /// The first condition of a type.
    pub fn condition(&self, kind: &str) -> Option<&NodeCondition> {
        self.conditions.iter().find(|condition| condition.r#type == kind)
    }

    /// The pressures it is under: conditions named so that are true.
    pub fn pressures(&self) -> impl Iterator<Item = &str> {
        let real = self.conditions.iter().filter(|c| c.status == "True");
        real.filter_map(|condition| condition.r#type.strip_suffix("Pressure"))
    }

    /// Whether its kubelet says it is Ready. A node without the condition has never reported.
    pub fn is_ready(&self) -> bool {
        self.condition("Ready").is_some_and(|c| c.status == "True")
    }
}
