//! Requests and limits, compared with usage.

use super::{Amount, Coverage, Tool};
use crate::finding::Severity;
use crate::model::Owner;
use crate::snapshot::{Cluster, Scope};
use crate::wire::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Requests and limits of workloads, compared with usage, and proposed values. docs/rightsize.md has the rules.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "kubectl healthcheck rightsize -o json"))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Rightsizing {
    #[cfg_attr(test, schemars(extend("const" = "healthcheck/v1")))]
    pub(crate) api_version: String,
    #[cfg_attr(test, schemars(extend("const" = "RightsizeReport")))]
    pub(crate) kind: String,
    pub(crate) tool: Tool,
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) clusters: Vec<Cluster>,
    pub(crate) started_at: Option<Time>,
    pub(crate) finished_at: Option<Time>,
    /// The numbers of the rules.
    pub(crate) rules: BTreeMap<String, i64>,
    /// One entry for each cluster.
    pub(crate) totals: Vec<SizingTotals>,
    /// By namespace and workload, then in the order of the pod.
    pub(crate) containers: Vec<SizedContainer>,
    pub(crate) not_evaluated: Vec<NotEvaluated>,
    pub(crate) coverage: Coverage,
    pub(crate) scopes: Vec<Scope>,
}

/// Sums over all containers of a cluster.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct SizingTotals {
    pub(crate) context: String,
    /// The time that the longest history covers; null without history.
    pub(crate) window_seconds: Option<i64>,
    /// Where the usage comes from: the Service or the address of a Prometheus, and `metrics.k8s.io`.
    pub(crate) sources: Vec<String>,
    pub(crate) requests: Amount,
    /// By how much the proposed values lower the requests.
    pub(crate) request_decrease: Amount,
    /// By how much the proposed values raise the requests.
    pub(crate) request_increase: Amount,
    /// The number of containers.
    pub(crate) over_provisioned: usize,
    /// The number of containers.
    pub(crate) under_provisioned: usize,
    /// The number of containers without proposed values, because their current usage contradicts the history.
    pub(crate) contradicted: usize,
}

/// One container of a workload.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct SizedContainer {
    pub(crate) context: String,
    pub(crate) namespace: String,
    pub(crate) workload: Owner,
    /// The owner of the workload, which may revert changes.
    pub(crate) managed_by: Option<Owner>,
    pub(crate) container: String,
    /// Whether it is an init container that keeps running.
    pub(crate) sidecar: bool,
    /// The current number of pods of the workload.
    pub(crate) pods: usize,
    #[cfg_attr(test, schemars(extend("enum" = ["history", "few-samples", "one-sample", "nothing"])))]
    pub(crate) measured: String,
    /// The number of samples per current pod.
    pub(crate) samples: i64,
    /// The highest of all its pods; null without samples.
    pub(crate) used: Option<Used>,
    /// Where its usage comes from. A history is missing here if the input does not name its source.
    pub(crate) sources: Vec<String>,
    /// The highest current usage of its pods; null if the metrics API has none.
    pub(crate) used_now: Option<Amount>,
    /// From the newest pod; null if not set.
    pub(crate) requests: Values,
    /// From the newest pod; null if not set.
    pub(crate) limits: Values,
    /// Why the CPU request is not changed; null if it may be changed.
    #[cfg_attr(test, schemars(extend("enum" = ["autoscaled", "autoscalers-not-seen", null])))]
    pub(crate) cpu_request_fixed_by: Option<String>,
    pub(crate) severity: Option<Severity>,
    /// `oom-killed`, `near-memory-limit`, `cpu-throttled`, `above-memory-request` and `above-cpu-request`; worst first.
    pub(crate) risks: Vec<String>,
    /// The share of CPU periods in which the container is throttled.
    pub(crate) throttled_thousandths: Option<i64>,
    /// Whether no values are proposed because the current usage is far above them or above the history.
    pub(crate) contradicted: bool,
    pub(crate) proposal: Proposal,
    /// For all its pods.
    pub(crate) request_decrease: Amount,
    /// For all its pods.
    pub(crate) request_increase: Amount,
}

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Used {
    #[serde(rename = "cpuP95Millis")]
    pub(crate) cpu_p95_millis: i64,
    pub(crate) memory_max_bytes: i64,
}

/// CPU in thousandths of a core, memory in bytes; null if not set or not changed.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Values {
    pub(crate) cpu_millis: Option<i64>,
    pub(crate) memory_bytes: Option<i64>,
}

/// The proposed values.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Proposal {
    pub(crate) requests: Values,
    pub(crate) limits: Values,
}

/// Workloads, containers or pods that were not evaluated.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct NotEvaluated {
    pub(crate) context: String,
    #[cfg_attr(test, schemars(extend("enum" = [
        "workloads-not-measured", "workloads-without-pods", "workloads-not-seen", "workloads-of-pods-as-a-whole",
        "containers-not-in-template", "pods-of-jobs", "pods-without-owner", "pods-of-other-owners"])))]
    pub(crate) what: String,
    pub(crate) count: usize,
}
