//! The lines of `-o ndjson`.

use super::{Coverage, Finding, Tool};
use crate::finding::verdict::{Counts, Verdict};
use crate::snapshot::Cluster;
use crate::wire::Time;
use serde::Serialize;

/// A line: a finding, or the summary, which is the last line. Without it the output is incomplete.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "A line of kubectl healthcheck -o ndjson"))]
#[serde(tag = "kind")]
pub(crate) enum Line {
    Finding(Box<FindingLine>),
    Summary(Box<Summary>),
}

/// A finding of the report, with its incident.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct FindingLine {
    /// The key of its incident: that of the finding that names the cause.
    pub(crate) incident: String,
    #[serde(flatten)]
    pub(crate) finding: Finding,
}

/// The report without its lists.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Summary {
    #[cfg_attr(test, schemars(extend("const" = "healthcheck/v1")))]
    pub(crate) api_version: String,
    pub(crate) tool: Tool,
    pub(crate) clusters: Vec<Cluster>,
    pub(crate) started_at: Option<Time>,
    /// The time that ages are relative to.
    pub(crate) finished_at: Option<Time>,
    /// The worst of all clusters.
    pub(crate) verdict: Verdict,
    pub(crate) totals: Counts,
    /// The number of incidents.
    pub(crate) incidents: usize,
    /// The number of findings, which is that of the other lines.
    pub(crate) findings: usize,
    /// The number of muted findings, which have no line.
    pub(crate) muted: usize,
    pub(crate) coverage: Coverage,
}
