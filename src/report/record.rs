//! The record of a report, to compare a later run with.

use super::Report;
use crate::compare::run_record::{FindingRecord, KIND, RunRecord, Visibility, together};
use crate::finding::Finding;
use crate::snapshot::{Scope, VERSION};
use crate::text::Fact;

impl Report<'_> {
    /// Returns the scope. For files that do not name one, it is the namespaces in them.
    pub fn scope(&self) -> Scope {
        let mut scope = self.snapshot.scope.clone();
        scope.excluded.sort();
        scope.excluded.dedup();
        if self.snapshot.plain && scope.is_whole_cluster() {
            scope.namespaces = self.snapshot.namespaces();
        }
        scope
    }

    /// Returns the record of the run.
    pub fn record(&self) -> RunRecord {
        let mut incidents = vec![""; self.findings.len()];
        for incident in &self.incidents {
            for &index in &incident.findings {
                incidents[index] = &self.findings[incident.cause].key;
            }
        }
        let found = self.findings.iter().zip(incidents);
        let shown = found.map(|(finding, incident)| (finding.object.clone(), noted(finding, incident)));
        let quiet = self.muted.findings.iter().map(|(finding, _)| {
            (finding.object.clone(), FindingRecord { muted: true, ..noted(finding, &finding.key) })
        });
        let snapshot = self.snapshot;
        RunRecord {
            api_version: VERSION.to_owned(),
            kind: KIND.to_owned(),
            tool_version: snapshot.taken_by.as_deref().unwrap_or(crate::VERSION).to_owned(),
            taken_at: snapshot.taken_at.known().filter(|_| !snapshot.plain),
            cluster: snapshot.cluster.clone(),
            scope: self.scope(),
            verdict: self.verdict,
            totals: self.totals,
            namespaces: self.namespaces.iter().map(|of| (of.name.clone(), of.counts)).collect(),
            sight: Visibility::of(&self.coverage),
            findings: together(shown.chain(quiet)),
        }
    }
}

fn noted(finding: &Finding, incident: &str) -> FindingRecord {
    let number = |(name, fact): &(&'static str, Fact)| match (fact, finding.check.measure(name)) {
        (Fact::Number(number), Some(_)) => Some(((*name).to_owned(), *number)),
        _ => None,
    };
    FindingRecord {
        key: finding.key.clone(),
        check: finding.check.id.to_owned(),
        severity: finding.severity,
        object: finding.object.clone(),
        owner: finding.owner.clone(),
        since: finding.since,
        objects: 1,
        measures: finding.message.facts.iter().filter_map(number).collect(),
        incident: incident.to_owned(),
        serving: finding.serving,
        muted: false,
        action: finding.actions.first().cloned(),
    }
}
