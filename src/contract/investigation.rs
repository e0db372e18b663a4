//! The investigation of one object.

use super::{Action, CausedBy, Coverage, Finding, Tool};
use crate::finding::Severity;
use crate::model::ObjectRef;
use crate::snapshot::Cluster;
use crate::wire::Time;
use serde::{Deserialize, Serialize};

/// One object: its owners, pods and nodes, the findings about them, the timeline, and the ends of the logs.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "kubectl healthcheck TYPE/NAME -o json"))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Investigation {
    #[cfg_attr(test, schemars(extend("const" = "healthcheck/v1")))]
    pub(crate) api_version: String,
    #[cfg_attr(test, schemars(extend("const" = "Investigation")))]
    pub(crate) kind: String,
    pub(crate) tool: Tool,
    pub(crate) cluster: Cluster,
    pub(crate) finished_at: Option<Time>,
    pub(crate) object: ObjectRef,
    /// Whether the object exists. If not, `pods` are the pods that replaced it.
    pub(crate) exists: bool,
    /// The topmost owner is last.
    pub(crate) owners: Vec<ObjectRef>,
    /// Pods with findings come first.
    pub(crate) pods: Vec<String>,
    pub(crate) nodes: Vec<String>,
    /// Worst first.
    pub(crate) findings: Vec<Finding>,
    /// The steps from the worst finding about the object, or about what it owns, to the cause. Empty without a finding.
    #[serde(default)]
    pub(crate) chain: Vec<ChainStep>,
    /// Oldest first.
    pub(crate) timeline: Vec<TimelineEntry>,
    pub(crate) logs: Vec<LogTail>,
    /// The actions of all findings, each once. Commands that only read come first.
    pub(crate) actions: Vec<Action>,
    pub(crate) coverage: Coverage,
}

/// A finding on the way to the cause.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChainStep {
    /// The key of the finding.
    pub(crate) key: String,
    pub(crate) object: ObjectRef,
    pub(crate) severity: Severity,
    pub(crate) message: String,
    /// The object of the next step. At the last step, an object without a finding, or null if the finding names the cause.
    pub(crate) caused_by: Option<CausedBy>,
}

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct TimelineEntry {
    pub(crate) at: Option<Time>,
    pub(crate) object: ObjectRef,
    /// The number of other objects of its kind with the same entry at the same time.
    pub(crate) other_objects: usize,
    pub(crate) message: String,
    /// Whether the entry is a problem.
    pub(crate) problem: bool,
}

/// The end of the log of a container.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct LogTail {
    pub(crate) namespace: String,
    pub(crate) pod: String,
    pub(crate) container: String,
    /// Whether it is the log from before the last restart.
    pub(crate) previous: bool,
    /// Why the log could not be read; null if it was read.
    pub(crate) error: Option<String>,
    /// The last lines, oldest first, without credentials.
    #[cfg_attr(test, schemars(length(max = 10)))]
    pub(crate) lines: Vec<String>,
    /// The line of the last 200 that says why the program ended, without credentials; null if none does.
    #[serde(default)]
    pub(crate) cause: Option<String>,
}
