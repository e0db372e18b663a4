//! The changes between two runs: as a part of a report, and as the document of `kubectl healthcheck diff`.

use super::Tool;
use crate::finding::Severity;
use crate::finding::verdict::{Counts, Verdict};
use crate::model::{ObjectRef, Owner};
use crate::snapshot::{Cluster, Scope};
use crate::wire::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The change of a finding between two runs. The order is that of the screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Not found before, or found with severity low.
    New,
    /// Found before, and worse now.
    Worse,
    /// Not found any more.
    Fixed,
    /// Still found, and better now.
    Better,
    /// One of the two runs could not have found it.
    #[serde(rename = "unknown", alias = "unseen")]
    Unseen,
    /// Still found.
    Unchanged,
}

/// A value of both runs; null for the run that did not find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Both{T}"))]
pub struct Both<T> {
    /// The value of the earlier run.
    pub before: Option<T>,
    /// The value of the later run.
    pub now: Option<T>,
}

/// A number of both runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Moved {
    /// The name of the fact.
    pub name: String,
    /// Its values.
    #[serde(flatten)]
    pub values: Both<i64>,
}

/// One of the two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The earlier run.
    #[serde(rename = "before", alias = "baseline")]
    Baseline,
    /// The later run.
    Now,
}

/// The changes between two runs on one cluster.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "kubectl healthcheck diff OLD NEW -o json"))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Comparison {
    #[cfg_attr(test, schemars(extend("const" = "healthcheck/v1")))]
    pub(crate) api_version: String,
    #[cfg_attr(test, schemars(extend("const" = "Comparison")))]
    pub(crate) kind: String,
    pub(crate) tool: Tool,
    pub(crate) before: Run,
    pub(crate) now: Run,
    pub(crate) counts: ChangeCounts,
    /// Each key once; by change, then worst first.
    pub(crate) changes: Vec<Changed>,
}

/// One of the two runs.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Run {
    /// null for kubectl output, which has no time.
    pub(crate) taken_at: Option<Time>,
    pub(crate) tool_version: String,
    pub(crate) cluster: Cluster,
    pub(crate) scope: Scope,
    pub(crate) verdict: Verdict,
    pub(crate) totals: Counts,
    pub(crate) namespaces: BTreeMap<String, Counts>,
    /// Whether everything in the scope was read.
    pub(crate) complete: bool,
}

/// The changes in one cluster of a report.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportComparison {
    pub(crate) context: String,
    #[serde(alias = "with")]
    pub(crate) compared_with: ComparedWith,
    pub(crate) counts: ChangeCounts,
    /// Each key once; by change, then worst first.
    pub(crate) changes: Vec<Changed>,
}

/// The earlier run.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ComparedWith {
    /// The file of --baseline, or the last record of --history.
    #[cfg_attr(test, schemars(extend("enum" = ["baseline", "history"])))]
    pub(crate) source: String,
    pub(crate) taken_at: Option<Time>,
    pub(crate) tool_version: String,
    pub(crate) verdict: Verdict,
    pub(crate) totals: Counts,
}

/// The number of keys with each change.
#[derive(Debug, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ChangeCounts {
    pub(crate) new: usize,
    pub(crate) worse: usize,
    pub(crate) fixed: usize,
    pub(crate) better: usize,
    #[serde(alias = "unseen")]
    pub(crate) unknown: usize,
    pub(crate) unchanged: usize,
}

/// The change of the findings of one key.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Changed {
    pub(crate) key: String,
    /// The check.
    pub(crate) id: String,
    pub(crate) change: Change,
    pub(crate) object: ObjectRef,
    pub(crate) owner: Option<Owner>,
    pub(crate) since: Option<Time>,
    /// null for the run that did not find it.
    pub(crate) severity: Both<Severity>,
    /// The number of objects with the key.
    pub(crate) objects: Both<u64>,
    /// Numbers of the finding that can be compared.
    pub(crate) measures: Vec<Moved>,
    /// The key of the finding that names the cause.
    pub(crate) incident: String,
    /// Why the change is unknown; null if it is known.
    #[serde(alias = "unseen")]
    pub(crate) not_compared: Option<NotCompared>,
}

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct NotCompared {
    /// The run that could not have found it.
    #[serde(alias = "by")]
    pub(crate) run: Side,
    #[cfg_attr(test, schemars(extend("enum" =
        ["out-of-scope", "kind-not-seen", "check-left-out", "check-unknown"])))]
    #[serde(alias = "why")]
    pub(crate) reason: String,
}
