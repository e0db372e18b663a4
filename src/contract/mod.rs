//! The JSON contract: the documents of `-o json` and `-o yaml` as plain structs, in English in every locale. The schemas
//! in docs/ are generated from these structs, and an earlier report is read with the same structs.
//!
//! A key is renamed only before version 1.0. Each rename is listed in CHANGELOG.md and keeps an alias here, so that an
//! older report can still be a baseline.

mod cluster;
mod comparison;
mod coverage;
mod finding;
mod hosts;
mod investigation;
mod lines;
mod list;
mod logs;
mod report;
mod rightsize;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod tests;

pub(crate) use cluster::{LargestNodeLoss, MeasuredNodes, NamedUse, Node, Resources, Use, WorkloadUse};
pub use comparison::{Both, Change, Moved, Side};
pub(crate) use comparison::{
    ChangeCounts, Changed, ComparedWith, Comparison, NotCompared, ReportComparison, Run,
};
pub(crate) use coverage::{Coverage, Gap};
pub(crate) use finding::{
    Action, CausedBy, Fact, Finding, IgnoredAnnotation, Incident, Link, Mute, MutedFinding, Victims,
};
pub(crate) use hosts::{Certificate, Dns, Host, HostRequests, HostTls, ServedCertificate, VirtualHost};
pub(crate) use investigation::{ChainStep, Investigation, LogTail, TimelineEntry};
pub(crate) use lines::{FindingLine, Line, Summary};
pub(crate) use list::List;
pub(crate) use logs::{LogNamespace, LogPattern, LogSource, Logs};
pub(crate) use report::{Namespace, Pod, Report, RestartStatistics, Statistics};
pub(crate) use rightsize::{NotEvaluated, Proposal, Rightsizing, SizedContainer, SizingTotals, Used, Values};

use crate::model;
use serde::{Deserialize, Serialize};

/// The program that wrote the document.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) version: String,
}

impl Tool {
    pub(crate) fn this() -> Self {
        Self { name: crate::NAME.to_owned(), version: crate::VERSION.to_owned() }
    }
}

/// CPU in thousandths of a core, memory in bytes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Amount {
    pub(crate) cpu_millis: i64,
    pub(crate) memory_bytes: i64,
}

impl From<model::Amount> for Amount {
    fn from(amount: model::Amount) -> Self {
        Self { cpu_millis: amount.cpu, memory_bytes: amount.memory }
    }
}
