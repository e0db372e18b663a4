//! Reads earlier runs that this tool wrote: a record of a history, or a report of `-o json` or `-o yaml`.

use super::sight::Visibility;
use super::{FindingRecord, KIND, RunRecord};
use crate::checks::CATALOG;
use crate::contract;
use crate::model::ObjectRef;
use crate::snapshot::{VERSION, Written, with_article};
use crate::text::parse_words;
use crate::wire::{Time, from_value};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Why a document of this tool cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// A later version wrote it.
    #[error("was written by a later version ({0}); this one reads {VERSION}")]
    Newer(String),
    /// It is of another kind.
    #[error("is {}; compare with a report (-o json), a capture or a record of a history", with_article(.0))]
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
        let lacks = |error: serde_json::Error| Refused::Incomplete {
            kind: kind.clone(),
            reason: parse_words(&error.to_string()).to_string(),
        };
        match kind.as_str() {
            KIND => from_value(&document).map(RunRecord::tidy).map_err(lacks),
            "Report" => {
                let report: contract::Report = from_value(&document).map_err(lacks)?;
                match report.clusters.len() {
                    1 => Ok(into_record(report).tidy()),
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

fn into_record(report: contract::Report) -> RunRecord {
    let findings: Vec<contract::Finding> = report.findings.into_iter().collect();
    let mut incidents = vec![String::new(); findings.len()];
    for incident in report.incidents {
        for index in incident.findings {
            if let Some(of) = incidents.get_mut(index) {
                of.clone_from(&incident.key);
            }
        }
    }
    let shown = findings.into_iter().zip(incidents).map(|(of, incident)| record(of, incident));
    let quiet = report.muted.into_iter().map(|of| {
        let key = of.finding.key.clone();
        let (object, noted) = record(of.finding, key);
        (object, FindingRecord { muted: true, ..noted })
    });
    RunRecord {
        api_version: VERSION.to_owned(),
        kind: KIND.to_owned(),
        tool_version: report.tool.version,
        taken_at: report.finished_at,
        cluster: report.clusters.into_iter().next().unwrap_or_default(),
        scope: report.scopes.into_iter().next().unwrap_or_default(),
        verdict: report.verdict,
        totals: report.totals,
        namespaces: report.namespaces.into_iter().map(|of| (of.name, of.counts)).collect(),
        sight: Visibility::of_contract(&report.coverage),
        findings: together(shown.chain(quiet)),
    }
}

fn record(finding: contract::Finding, incident: String) -> (ObjectRef, FindingRecord) {
    let check = CATALOG.find(&finding.id);
    let number = |(name, value): (String, contract::Fact)| {
        let measure = check?.measure(&name)?;
        match value {
            contract::Fact::Number(number) => Some((measure.name.to_owned(), number)),
            contract::Fact::Text(_) => None,
        }
    };
    let noted = FindingRecord {
        measures: finding.facts.into_iter().filter_map(number).collect(),
        check: finding.id,
        key: finding.key,
        severity: finding.severity,
        object: finding.object.clone(),
        owner: finding.owner,
        since: finding.since,
        objects: 1,
        incident,
        serving: finding.still_serving,
        muted: false,
        action: finding.actions.into_iter().next().map(|action| action.command),
    };
    (finding.object, noted)
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
