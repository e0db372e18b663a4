//! What was read and what was not, of all clusters of a document together.

use crate::model::{Cost, Reason};
use serde::{Deserialize, Serialize};

/// What was read and what was not, and the requests of the run.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Coverage {
    /// Whether everything in the scope was read.
    #[serde(default)]
    pub(crate) complete: bool,
    #[serde(flatten)]
    pub(crate) cost: Cost,
    /// Parts of the scope that were not read. The report is incomplete.
    pub(crate) gaps: Vec<Gap>,
    /// Objects that were not read because they are outside the scope, or were left out by request.
    #[serde(alias = "outside")]
    pub(crate) not_in_scope: Vec<Gap>,
    /// Objects that were read, but not as expected: given twice, or at two different times.
    #[serde(default, alias = "remarks")]
    pub(crate) notes: Vec<Gap>,
}

/// Objects of one kind that were not read, or not as expected.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Gap {
    #[serde(default)]
    pub(crate) context: String,
    /// null for the whole cluster.
    pub(crate) namespace: Option<String>,
    /// A kind such as `Pod`, or the id of a check that did not run.
    pub(crate) kind: String,
    pub(crate) reason: Reason,
    /// The error of the server, or an explanation.
    #[serde(default)]
    pub(crate) detail: String,
    /// The number of objects that were read, or left out.
    pub(crate) got: u64,
    /// The number of objects that were not read, if the server reported it.
    #[serde(default)]
    pub(crate) missing: Option<u64>,
}
