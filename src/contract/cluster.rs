//! Nodes, and the resources of a cluster.

use super::Amount;
use crate::finding::verdict::NodeClass;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Node {
    pub(crate) context: Arc<str>,
    pub(crate) name: String,
    /// From the worst finding about the node: unhealthy for high, attention for medium, healthy otherwise. A node that
    /// runs pods of the scope and could not be read is not-observed.
    pub(crate) class: NodeClass,
    /// null for a node that was not read.
    pub(crate) ready: Option<bool>,
    /// null for a node that was not read.
    pub(crate) cordoned: Option<bool>,
    pub(crate) pressures: Vec<String>,
    /// The number of pods of the scope on the node that have not ended.
    pub(crate) pods: u64,
    pub(crate) pod_capacity: Option<i64>,
    pub(crate) requests: Amount,
    /// The sum of the limits that are set.
    pub(crate) limits: Amount,
    /// null for a node that was not read.
    pub(crate) allocatable: Option<Amount>,
    /// From the metrics API, if it was queried and measures the node.
    pub(crate) usage: Option<Amount>,
}

/// Capacity of one cluster, its requests and usage, and the largest consumers.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Resources {
    pub(crate) context: Arc<str>,
    /// Whether every pod of the cluster was read. If not, requests and limits are lower bounds.
    pub(crate) complete: bool,
    /// The number of nodes in the sums `allocatable`, `requests` and `limits`.
    pub(crate) nodes: usize,
    /// The number of nodes that report no allocatable CPU or memory. They are not in the sums.
    #[serde(alias = "unstatedNodes")]
    pub(crate) nodes_without_allocatable: usize,
    pub(crate) allocatable: Amount,
    pub(crate) requests: Amount,
    /// The sum of the limits that are set.
    pub(crate) limits: Amount,
    /// The usage of the measured nodes; null if none is measured.
    pub(crate) usage: Option<Amount>,
    #[serde(alias = "measured")]
    pub(crate) measured_nodes: MeasuredNodes,
    /// Pods that are on none of the counted nodes: not scheduled, or on a node that was not read or is not counted.
    #[serde(alias = "elsewhere")]
    pub(crate) not_on_nodes: Use,
    /// Namespaces with pods that have not ended; the largest share of requests first.
    pub(crate) namespaces: Vec<NamedUse>,
    /// The workloads (topmost owners, or pods without an owner) that use most, or request most if nothing is measured.
    #[cfg_attr(test, schemars(length(max = 10)))]
    pub(crate) consumers: Vec<WorkloadUse>,
    /// The number of nodes that accept pods without tolerations: ready, not cordoned, without a taint that keeps pods away.
    #[serde(alias = "openNodes")]
    pub(crate) schedulable_nodes: usize,
    /// The effect of losing the largest schedulable node, by CPU and by memory. Empty if not every pod was read, or if
    /// there are fewer than 2 such nodes.
    #[serde(alias = "losses")]
    pub(crate) largest_node_loss: Vec<LargestNodeLoss>,
}

/// The nodes whose usage is measured.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct MeasuredNodes {
    #[serde(alias = "nodes")]
    pub(crate) count: usize,
    pub(crate) allocatable: Amount,
}

/// Requests, limits and usage of pods that have not ended.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Use {
    pub(crate) pods: u64,
    pub(crate) requests: Amount,
    /// The sum of the limits that are set.
    pub(crate) limits: Amount,
    /// The usage of the measured pods; null if none is measured.
    pub(crate) usage: Option<Amount>,
    pub(crate) measured_pods: u64,
}

/// A namespace, and the use of its pods.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct NamedUse {
    pub(crate) name: Arc<str>,
    #[serde(flatten)]
    pub(crate) of: Use,
}

/// A workload, and the use of its pods.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct WorkloadUse {
    pub(crate) namespace: Arc<str>,
    pub(crate) kind: Arc<str>,
    pub(crate) name: Arc<str>,
    #[serde(flatten)]
    pub(crate) of: Use,
}

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct LargestNodeLoss {
    /// The resource, and its unit.
    #[cfg_attr(test, schemars(extend("enum" = ["cpuMillis", "memoryBytes"])))]
    pub(crate) resource: String,
    /// The node with the most of the resource.
    pub(crate) node: String,
    pub(crate) other_nodes: usize,
    /// The requests on the other nodes, with those of the pods that would have to move there.
    pub(crate) needed: i64,
    /// The capacity of the other nodes.
    #[serde(alias = "left")]
    pub(crate) available: i64,
    /// The part of `needed` that exceeds `available`; 0 if all pods fit.
    #[serde(alias = "short")]
    pub(crate) shortage: i64,
}
