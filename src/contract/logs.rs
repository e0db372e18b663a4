//! Error logs.

use crate::wire::Time;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Logs {
    pub(crate) namespaces: Vec<LogNamespace>,
    pub(crate) sources: Vec<LogSource>,
}

/// Numbers of lines in one namespace.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct LogNamespace {
    pub(crate) context: String,
    pub(crate) name: String,
    pub(crate) lines: u64,
    pub(crate) errors: u64,
    pub(crate) warnings: u64,
    /// Requests that were answered with 4xx.
    pub(crate) client_errors: u64,
    pub(crate) benign: u64,
}

/// One container of a workload, over all its pods. Each line is without a problem, or in one of `errors`, `warnings`,
/// `clientErrors`, `benign`, `continuationLines` and `binaryLines`.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct LogSource {
    pub(crate) context: String,
    pub(crate) namespace: String,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) container: String,
    /// The pod with the most errors.
    #[serde(alias = "pod")]
    pub(crate) worst_pod: String,
    /// The number of pods whose logs were read.
    pub(crate) pods: u64,
    /// The number of those pods whose logs were read only in part.
    #[serde(alias = "cutPods")]
    pub(crate) truncated_pods: u64,
    pub(crate) window_seconds: i64,
    pub(crate) first: Option<Time>,
    pub(crate) last: Option<Time>,
    pub(crate) lines: u64,
    pub(crate) bytes: u64,
    pub(crate) errors: u64,
    pub(crate) warnings: u64,
    /// Requests that were answered with 4xx.
    pub(crate) client_errors: u64,
    /// Lines that match a rule for harmless messages.
    pub(crate) benign: u64,
    /// Lines that continue the line before, such as stack traces.
    #[serde(alias = "joined")]
    pub(crate) continuation_lines: u64,
    /// Lines that are not text.
    #[serde(alias = "binary")]
    pub(crate) binary_lines: u64,
    /// Lines, of any of these, that are too long and were read only in part.
    #[serde(alias = "long")]
    pub(crate) truncated_lines: u64,
    /// Errors that are in none of the listed patterns.
    #[serde(alias = "otherErrors")]
    pub(crate) unlisted_errors: u64,
    /// The worst class first, then the most frequent.
    pub(crate) patterns: Vec<LogPattern>,
}

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct LogPattern {
    #[cfg_attr(test, schemars(extend("enum" = ["fatal", "error", "client-error", "benign"])))]
    pub(crate) class: String,
    /// The rule by which the lines are harmless.
    pub(crate) rule: Option<String>,
    /// The words that all lines have in common; `<*>` is any text.
    pub(crate) text: String,
    pub(crate) count: u64,
    pub(crate) first: Option<Time>,
    pub(crate) last: Option<Time>,
    /// One of the lines, without credentials.
    pub(crate) sample: String,
}
