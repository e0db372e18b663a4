//! The changes between two runs.

use super::super::Difference;
use crate::compare::changes::{self, Change, Changes, Tally};
use crate::compare::run_record::RunRecord;
use crate::contract::{
    ChangeCounts, Changed, ComparedWith, Comparison, NotCompared, ReportComparison, Run, Tool,
};
use crate::report::{Compared, Report};
use crate::snapshot::VERSION;

/// Returns the changes in one cluster, if it was compared with an earlier run.
pub(super) fn of(report: &Report) -> Option<ReportComparison> {
    let Compared::With(changes, source) = &report.compared else { return None };
    let with = &changes.with;
    Some(ReportComparison {
        context: super::context(report),
        compared_with: ComparedWith {
            source: source.id().to_owned(),
            taken_at: with.taken_at,
            tool_version: with.tool_version.clone(),
            verdict: with.verdict,
            totals: with.totals,
        },
        counts: counts(&changes.keys),
        changes: all(changes),
    })
}

/// Returns two runs and the changes between them.
pub(in crate::render) fn difference(difference: &Difference) -> Comparison {
    Comparison {
        api_version: VERSION.to_owned(),
        kind: "Comparison".to_owned(),
        tool: Tool::this(),
        before: run(difference.old),
        now: run(difference.new),
        counts: counts(&difference.changes.keys),
        changes: all(difference.changes),
    }
}

fn run(record: &RunRecord) -> Run {
    Run {
        taken_at: record.taken_at,
        tool_version: record.tool_version.clone(),
        cluster: record.cluster.clone(),
        scope: record.scope.clone(),
        verdict: record.verdict,
        totals: record.totals,
        namespaces: record.namespaces.clone(),
        complete: record.sight.is_complete(),
    }
}

fn counts(tally: &Tally) -> ChangeCounts {
    let of = |change| tally.get(&change).copied().unwrap_or(0);
    ChangeCounts {
        new: of(Change::New),
        worse: of(Change::Worse),
        fixed: of(Change::Fixed),
        better: of(Change::Better),
        unknown: of(Change::Unseen),
        unchanged: of(Change::Unchanged),
    }
}

fn all(changes: &Changes) -> Vec<Changed> {
    changes.all.iter().map(changed).collect()
}

fn changed(of: &changes::Changed) -> Changed {
    let not_compared = |(side, why): &(changes::Side, crate::compare::run_record::Blindness)| NotCompared {
        run: *side,
        reason: why.id().to_owned(),
    };
    Changed {
        key: of.key.clone(),
        id: of.check.clone(),
        change: of.change,
        object: of.object.clone(),
        owner: of.owner.clone(),
        since: of.since,
        severity: of.severity,
        objects: of.objects,
        measures: of.measures.clone(),
        incident: of.incident.clone(),
        not_compared: of.unseen.as_ref().map(not_compared),
    }
}
