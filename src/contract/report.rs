//! The report of a check.

use super::{
    Certificate, Coverage, Finding, Host, IgnoredAnnotation, Incident, List, Logs, Mute, MutedFinding, Node,
    ReportComparison, Resources, Tool,
};
use crate::finding::verdict::{Class, Counts, Verdict};
use crate::snapshot::{Cluster, Scope};
use crate::wire::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Texts are in English in every locale. Everything that a text says is also in a field.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "kubectl healthcheck -o json"))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report<'r> {
    #[cfg_attr(test, schemars(extend("const" = "healthcheck/v1")))]
    pub(crate) api_version: String,
    #[cfg_attr(test, schemars(extend("const" = "Report")))]
    pub(crate) kind: String,
    pub(crate) tool: Tool,
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) clusters: Vec<Cluster>,
    #[serde(default)]
    pub(crate) started_at: Option<Time>,
    /// The time that ages are relative to.
    pub(crate) finished_at: Option<Time>,
    #[cfg_attr(test, schemars(extend("const" = "en")))]
    #[serde(default)]
    pub(crate) lang: String,
    /// The worst of all clusters.
    pub(crate) verdict: Verdict,
    pub(crate) totals: Counts,
    pub(crate) namespaces: Vec<Namespace>,
    /// Worst first, then oldest.
    pub(crate) incidents: List<'r, Incident>,
    /// Worst first, then oldest.
    pub(crate) findings: List<'r, Finding>,
    #[serde(default)]
    pub(crate) muted: List<'r, MutedFinding>,
    #[serde(default)]
    pub(crate) mutes: Vec<Mute>,
    #[serde(default, alias = "unheeded")]
    pub(crate) ignored_annotations: List<'r, IgnoredAnnotation>,
    /// The number of ignored annotations that are not listed; left out if it is 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) more_ignored_annotations: u64,
    /// Left out only in the JSON within an HTML report of more than 1000 pods.
    #[cfg_attr(test, schemars(with = "Vec<Pod>"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pods: Option<List<'r, Pod>>,
    /// The nodes that matter to the scope, worst and fullest first.
    #[serde(default)]
    pub(crate) nodes: List<'r, Node>,
    /// One entry for each cluster, in the order of `clusters`.
    #[serde(default)]
    pub(crate) resources: Vec<Resources>,
    /// The Secrets of type kubernetes.io/tls, worst first, then by expiry. Empty if no check of certificates runs.
    #[serde(default)]
    pub(crate) certificates: List<'r, Certificate>,
    /// The hosts that were looked up (--resolve-hosts, --host, --hosts-file, --access-log, --probe-tls), by name.
    #[serde(default)]
    pub(crate) hosts: List<'r, Host>,
    #[serde(default)]
    pub(crate) statistics: Statistics,
    pub(crate) coverage: Coverage,
    /// How far the clock of the API server is ahead of the local clock; 0 within 2 seconds.
    #[serde(default)]
    pub(crate) clock_skew_seconds: i64,
    /// What was asked for, one entry for each cluster, in the order of `clusters`.
    pub(crate) scopes: Vec<Scope>,
    /// The changes in each cluster that was compared with an earlier run (--baseline, --history).
    #[serde(default)]
    pub(crate) comparisons: Vec<ReportComparison>,
    /// Only with --logs, and if any log was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) logs: Option<Logs>,
}

/// A namespace, and its pods by class.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Namespace {
    #[serde(default)]
    pub(crate) context: Arc<str>,
    pub(crate) name: String,
    #[serde(flatten)]
    pub(crate) counts: Counts,
    /// From its pods, its findings and its gaps.
    #[serde(default = "unknown")]
    pub(crate) state: Verdict,
}

/// The state of a namespace in a report that has none.
fn unknown() -> Verdict {
    Verdict::Incomplete
}

/// The columns of `kubectl get pods`, and the class.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Pod {
    pub(crate) context: Arc<str>,
    pub(crate) namespace: Arc<str>,
    pub(crate) name: String,
    pub(crate) status: Arc<str>,
    #[cfg_attr(test, schemars(regex(pattern = "^[0-9]+/[0-9]+$")))]
    pub(crate) ready: String,
    pub(crate) restarts: i64,
    pub(crate) age: String,
    pub(crate) node: Option<Arc<str>>,
    pub(crate) class: Class,
}

/// Numbers of pods.
#[derive(Debug, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Statistics {
    /// By STATUS.
    pub(crate) status: BTreeMap<String, u64>,
    /// By age. A pod older than 90 days is in `>90d`, `>70d` and `>30d`; each pod is in one of `>30d`, `7d-30d` and `<7d`.
    pub(crate) age: BTreeMap<String, u64>,
    /// By node. Pods without a node are under the empty name.
    pub(crate) nodes: BTreeMap<String, u64>,
    pub(crate) restarts: RestartStatistics,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct RestartStatistics {
    /// The sum of the RESTARTS column.
    pub(crate) total: i64,
    /// The number of pods that have restarted.
    pub(crate) pods: u64,
    /// The most restarts of one pod.
    pub(crate) most: i64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}
