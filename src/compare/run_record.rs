//! What is kept of one run on one cluster, so that another can be compared with it: the counts, what was seen, and of
//! each finding what tells whether it got better or worse. Names and numbers only; no message and no log.
//!
//! What does not belong here: comparing (`changes`), and where records are kept (`history`).

mod sight;
mod written;

pub use sight::{Blindness, NotObserved, Places, Visibility};
pub use written::{Refused, together};

use crate::finding::Severity;
use crate::finding::verdict::{Counts, Verdict};
use crate::model::{ObjectRef, Owner};
use crate::snapshot::{Cluster, Scope};
use crate::wire::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The `kind` of a record of a run.
pub const KIND: &str = "Record";

/// What is kept of one run on one cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunRecord {
    /// Always `healthcheck/v1`.
    pub api_version: String,
    /// Always `Record`.
    pub kind: String,
    /// The version of the tool that looked.
    pub tool_version: String,
    /// When it looked; unknown for what kubectl saved.
    pub taken_at: Option<Time>,
    /// Which cluster.
    pub cluster: Cluster,
    /// What was looked at.
    pub scope: Scope,
    /// The overall state.
    pub verdict: Verdict,
    /// All pods of the scope.
    pub totals: Counts,
    /// Each namespace.
    pub namespaces: BTreeMap<String, Counts>,
    /// What was not seen.
    #[serde(rename = "notObserved", alias = "sight")]
    pub sight: Visibility,
    /// Each key once, in the order of the report.
    pub findings: Vec<FindingRecord>,
}

/// What is kept of the findings that share a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingRecord {
    /// The key.
    pub key: String,
    /// The check.
    pub check: String,
    /// The worst of them.
    pub severity: Severity,
    /// The object of the first of them.
    pub object: ObjectRef,
    /// Its topmost owner.
    pub owner: Option<Owner>,
    /// Since when the oldest of them lasts, if known.
    pub since: Option<Time>,
    /// How many objects they are about.
    pub objects: u64,
    /// Their numbers that can be compared, by name.
    pub measures: BTreeMap<String, i64>,
    /// The key of the finding that names their cause.
    pub incident: String,
    /// Whether what they are about does its work in spite of them.
    #[serde(rename = "stillServing", alias = "serving")]
    pub serving: bool,
    /// Whether they were muted: found, and not shown.
    #[serde(default)]
    pub muted: bool,
    /// The command that comes next. It is not part of a record.
    #[serde(skip)]
    pub action: Option<String>,
}

impl RunRecord {
    /// The finding of this key.
    pub fn find(&self, key: &str) -> Option<&FindingRecord> {
        self.findings.iter().find(|noted| noted.key == key)
    }

    /// Fills in what this run did not get to see from an earlier one of the same scope, so that what both leave out is
    /// all that nobody has seen.
    pub fn fill(&mut self, earlier: &RunRecord) {
        let mut filled = Vec::new();
        for noted in &earlier.findings {
            if matches!(self.blind_to(noted, earlier), Some(Blindness::Kind(_))) {
                self.findings.retain(|own| own.key != noted.key);
                filled.push(noted.clone());
            }
        }
        self.findings.append(&mut filled);
        self.sight.fill(&earlier.sight);
    }

    /// Leaves only these namespaces, and what belongs to none.
    pub fn narrow(&mut self, names: &[String]) {
        let keep = |name: &str| names.iter().any(|kept| kept == name);
        self.findings.retain(|noted| noted.object.namespace.is_empty() || keep(&noted.object.namespace));
        self.namespaces.retain(|name, _| keep(name));
        self.totals = Counts::default();
        self.namespaces.values().for_each(|counts| self.totals.add(counts));
        self.sight.narrow(names);
        self.scope.namespaces = names.iter().filter(|name| self.scope.holds(name)).cloned().collect();
        let shown = self.findings.iter().filter(|noted| !noted.muted);
        let weights = shown.map(|noted| (noted.severity, noted.serving));
        self.verdict = Verdict::of(weights, self.sight.is_complete());
    }
}
