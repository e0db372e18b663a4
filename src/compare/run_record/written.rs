//! Reads earlier runs that this tool wrote: a record of a history, or a report of `-o json` or `-o yaml`.

use super::sight::Visibility;
use super::{FindingRecord, KIND, RunRecord};
use crate::checks::CATALOG;
use crate::finding::Severity;
use crate::finding::verdict::{Counts, Verdict};
use crate::model::{Coverage, Gap, ObjectRef, Owner};
use crate::snapshot::{Cluster, Scope, VERSION, Written};
use crate::wire::Time;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Why a document of this tool cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// A later version wrote it.
    #[error("was written by a later version ({0}); this one reads {VERSION}")]
    Newer(String),
    /// It is of another kind.
    #[error("is a {0}; compare with a report (-o json), a capture or a record of a history")]
    OtherKind(String),
    /// It is about several clusters.
    #[error("is a report of {0} clusters; compare with a report of one cluster")]
    Several(usize),
    /// It is incomplete.
    #[error("is not a complete {kind}: {reason}")]
    Incomplete {
        /// Its kind.
        kind: String,
        /// The problem.
        reason: String,
    },
}

impl RunRecord {
    /// Reads a document of this tool about a run.
    ///
    /// # Errors
    /// If it is of a later version, of another kind, of several clusters, or incomplete.
    pub fn from_written(written: Written) -> Result<Self, Refused> {
        let Written { kind, document, .. } = written;
        let version = document.get("apiVersion").and_then(Value::as_str).unwrap_or_default();
        if version != VERSION {
            return Err(Refused::Newer(version.to_owned()));
        }
        let lacks =
            |error: serde_json::Error| Refused::Incomplete { kind: kind.clone(), reason: error.to_string() };
        match kind.as_str() {
            KIND => serde_json::from_value(document).map(RunRecord::tidy).map_err(lacks),
            "Report" => {
                let report: Report = serde_json::from_value(document).map_err(lacks)?;
                match report.clusters.len() {
                    1 => Ok(report.into_past().tidy()),
                    several => Err(Refused::Several(several)),
                }
            }
            _ => Err(Refused::OtherKind(kind)),
        }
    }
}

impl RunRecord {
    /// Normalizes the content of a file: an unknown time is absent, and each key occurs once.
    #[must_use]
    pub fn tidy(mut self) -> Self {
        self.taken_at = self.taken_at.and_then(Time::known);
        let mut seen = BTreeSet::new();
        self.findings.retain(|noted| seen.insert(noted.key.clone()));
        for noted in &mut self.findings {
            noted.since = noted.since.and_then(Time::known);
        }
        self
    }
}

/// The fields of a report that are compared.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    tool: Tool,
    clusters: Vec<Cluster>,
    finished_at: Option<Time>,
    verdict: Verdict,
    totals: Counts,
    namespaces: Vec<Namespace>,
    incidents: Vec<Incident>,
    findings: Vec<Finding>,
    #[serde(default)]
    muted: Vec<Finding>,
    coverage: Seen,
    scopes: Vec<Scope>,
}

#[derive(Deserialize)]
struct Tool {
    version: String,
}

#[derive(Deserialize)]
struct Namespace {
    name: String,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Deserialize)]
struct Incident {
    id: String,
    findings: Vec<usize>,
}

#[derive(Deserialize)]
struct Finding {
    id: String,
    key: String,
    severity: Severity,
    object: ObjectRef,
    owner: Option<Owner>,
    since: Option<Time>,
    serving: bool,
    actions: Vec<String>,
    facts: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Seen {
    gaps: Vec<Gap>,
    outside: Vec<Gap>,
}

impl Report {
    fn into_past(self) -> RunRecord {
        let mut incidents = vec![String::new(); self.findings.len()];
        for incident in self.incidents {
            for index in incident.findings {
                if let Some(of) = incidents.get_mut(index) {
                    of.clone_from(&incident.id);
                }
            }
        }
        let coverage =
            Coverage { gaps: self.coverage.gaps, outside: self.coverage.outside, ..Coverage::default() };
        let shown = self.findings.into_iter().zip(incidents).map(|(of, incident)| of.noted(incident));
        let quiet = self.muted.into_iter().map(|of| {
            let key = of.key.clone();
            let (object, noted) = of.noted(key);
            (object, FindingRecord { muted: true, ..noted })
        });
        RunRecord {
            api_version: VERSION.to_owned(),
            kind: KIND.to_owned(),
            tool_version: self.tool.version,
            taken_at: self.finished_at,
            cluster: self.clusters.into_iter().next().unwrap_or_default(),
            scope: self.scopes.into_iter().next().unwrap_or_default(),
            verdict: self.verdict,
            totals: self.totals,
            namespaces: self.namespaces.into_iter().map(|of| (of.name, of.counts)).collect(),
            sight: Visibility::of(&coverage),
            findings: together(shown.chain(quiet)),
        }
    }
}

impl Finding {
    fn noted(self, incident: String) -> (ObjectRef, FindingRecord) {
        let check = CATALOG.find(&self.id);
        let number = |(name, value): (String, Value)| {
            let measure = check?.measure(&name)?;
            Some((measure.name.to_owned(), value.as_i64()?))
        };
        let noted = FindingRecord {
            measures: self.facts.into_iter().filter_map(number).collect(),
            check: self.id,
            key: self.key,
            severity: self.severity,
            object: self.object.clone(),
            owner: self.owner,
            since: self.since,
            objects: 1,
            incident,
            serving: self.serving,
            muted: false,
            action: self.actions.into_iter().next(),
        };
        (self.object, noted)
    }
}

/// Merges the findings of each key; each finding comes with its object, in the order of a report.
pub fn together(findings: impl Iterator<Item = (ObjectRef, FindingRecord)>) -> Vec<FindingRecord> {
    let mut out: Vec<FindingRecord> = Vec::new();
    let mut of_key: BTreeMap<String, (usize, BTreeSet<ObjectRef>)> = BTreeMap::new();
    for (object, noted) in findings {
        if let Some((index, objects)) = of_key.get_mut(&noted.key) {
            // Findings that are shown count before muted ones.
            if noted.muted && !out[*index].muted {
                continue;
            }
            objects.insert(object);
            out[*index].objects = objects.len() as u64;
            out[*index].take_in(noted);
        } else {
            of_key.insert(noted.key.clone(), (out.len(), BTreeSet::from([object])));
            out.push(noted);
        }
    }
    out
}

impl FindingRecord {
    /// Merges another finding of the same key.
    fn take_in(&mut self, other: FindingRecord) {
        self.severity = self.severity.max(other.severity);
        self.since = [self.since, other.since].into_iter().flatten().min();
        self.serving &= other.serving;
        self.muted &= other.muted;
        let check = CATALOG.find(&self.check);
        for (name, number) in other.measures {
            let Some(measure) = check.and_then(|check| check.measure(&name)) else { continue };
            let worst = self.measures.entry(name).or_insert(number);
            *worst = measure.worst(*worst, number);
        }
    }
}
