//! The record of one run on one cluster, for the comparison with another: the counts, the coverage, and the severity and
//! measures of each finding. It has names and numbers only, no messages and no logs.
//!
//! What does not belong here: the comparison (`changes`), and the folder of records (`history`).

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
use std::collections::{BTreeMap, BTreeSet};

/// The `kind` of a record.
pub const KIND: &str = "Record";

/// The record of one run on one cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunRecord {
    /// Always `healthcheck/v1`.
    pub api_version: String,
    /// Always `Record`.
    pub kind: String,
    /// The version of the tool that made it.
    pub tool_version: String,
    /// Its time; unknown for kubectl output.
    pub taken_at: Option<Time>,
    /// The cluster.
    pub cluster: Cluster,
    /// The scope.
    pub scope: Scope,
    /// The overall state.
    pub verdict: Verdict,
    /// The counts of all pods.
    pub totals: Counts,
    /// The counts of each namespace.
    pub namespaces: BTreeMap<String, Counts>,
    /// What was not seen.
    #[serde(rename = "notObserved", alias = "sight")]
    pub sight: Visibility,
    /// Each key once, in the order of the report.
    pub findings: Vec<FindingRecord>,
}

/// The findings that share a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingRecord {
    /// The key.
    pub key: String,
    /// The check.
    pub check: String,
    /// The worst severity.
    pub severity: Severity,
    /// The object of the first of them.
    pub object: ObjectRef,
    /// Its topmost owner.
    pub owner: Option<Owner>,
    /// The start of the oldest of them, if known.
    pub since: Option<Time>,
    /// The number of their objects.
    pub objects: u64,
    /// Their measures, by name.
    pub measures: BTreeMap<String, i64>,
    /// The key of the finding that names their cause.
    pub incident: String,
    /// Whether what they are about does its work in spite of them.
    #[serde(rename = "stillServing", alias = "serving")]
    pub serving: bool,
    /// Whether they were muted.
    #[serde(default)]
    pub muted: bool,
    /// The command to run next. It is not part of a record.
    #[serde(skip)]
    pub action: Option<String>,
}

impl RunRecord {
    /// Returns the findings of a key.
    pub fn find(&self, key: &str) -> Option<&FindingRecord> {
        self.findings.iter().find(|noted| noted.key == key)
    }

    /// Fills in, from an earlier run of the same scope, everything that this run could not read.
    pub fn fill(&mut self, earlier: &RunRecord) {
        let is_unread =
            |noted: &&FindingRecord| matches!(self.blind_to(noted, earlier), Some(Blindness::Kind(_)));
        let filled: Vec<FindingRecord> = earlier.findings.iter().filter(is_unread).cloned().collect();
        let keys: BTreeSet<&str> = filled.iter().map(|noted| &*noted.key).collect();
        self.findings.retain(|own| !keys.contains(&*own.key));
        self.findings.extend(filled.iter().cloned());
        self.sight.fill(&earlier.sight);
    }

    /// Keeps only these namespaces, and findings about objects of the cluster.
    pub fn narrow(&mut self, names: &[String]) {
        let names: BTreeSet<&str> = names.iter().map(String::as_str).collect();
        let keep = |name: &str| names.contains(name);
        self.findings.retain(|noted| noted.object.namespace.is_empty() || keep(&noted.object.namespace));
        self.namespaces.retain(|name, _| keep(name));
        self.totals = Counts::default();
        self.namespaces.values().for_each(|counts| self.totals.add(counts));
        self.sight.narrow(&names);
        self.scope.namespaces =
            names.into_iter().filter(|name| self.scope.holds(name)).map(str::to_owned).collect();
        let shown = self.findings.iter().filter(|noted| !noted.muted);
        let weights = shown.map(|noted| (noted.severity, noted.serving));
        // Which namespaces were in progress is not recorded.
        let progressing = self.verdict == Verdict::Progressing;
        self.verdict = Verdict::of(weights, self.sight.is_complete(), progressing);
    }
}
