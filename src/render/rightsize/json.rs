//! Right-sizing for programs.

use super::super::json;
use super::Sized;
use crate::contract::{
    NotEvaluated, Proposal, Rightsizing, SizedContainer, SizingTotals, Tool, Used, Values,
};
use crate::model::{Amount, Owner};
use crate::report::{Overall, Report};
use crate::rightsize::{Change, CpuStays, Measured, NotJudged, RULES, Risk, Row};
use crate::snapshot::VERSION;

/// Returns the document of some clusters.
pub(super) fn document(clusters: &[Sized]) -> Rightsizing {
    let reports: Vec<&Report> = clusters.iter().map(|of| of.report).collect();
    let overall = Overall::of(&reports);
    Rightsizing {
        api_version: VERSION.to_owned(),
        kind: "RightsizeReport".to_owned(),
        tool: Tool::this(),
        clusters: reports.iter().map(|report| report.snapshot.cluster.clone()).collect(),
        started_at: overall.started_at,
        finished_at: overall.finished_at,
        rules: RULES.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect(),
        totals: clusters.iter().map(totals).collect(),
        containers: clusters.iter().flat_map(containers).collect(),
        not_evaluated: clusters.iter().flat_map(not_evaluated).collect(),
        coverage: json::coverage(&reports, &overall),
        scopes: reports.iter().map(|report| report.scope()).collect(),
    }
}

fn context(of: &Sized) -> String {
    of.report.snapshot.cluster.context.clone()
}

/// Returns an amount; a part that is not set is null.
fn set(amount: Amount) -> Values {
    let or_null = |number: i64| Some(number).filter(|number| *number > 0);
    Values { cpu_millis: or_null(amount.cpu), memory_bytes: or_null(amount.memory) }
}

fn change(change: Change) -> Values {
    Values { cpu_millis: change.cpu, memory_bytes: change.memory }
}

fn totals(of: &Sized) -> SizingTotals {
    SizingTotals {
        context: context(of),
        window_seconds: of.sizing.window,
        sources: of.sizing.sources().0.into_iter().map(str::to_owned).collect(),
        requests: of.sizing.requests.into(),
        request_decrease: of.sizing.gives_back().into(),
        request_increase: of.sizing.asks_more().into(),
        over_provisioned: of.sizing.over().len(),
        under_provisioned: of.sizing.under().len(),
        contradicted: of.sizing.contradicted().len(),
    }
}

fn containers(of: &Sized) -> Vec<SizedContainer> {
    of.sizing.rows.iter().map(|row| container(context(of), row)).collect()
}

fn container(context: String, row: &Row) -> SizedContainer {
    let facts = &row.facts;
    let (measured, samples) = match facts.measured {
        Measured::History(samples) => ("history", samples),
        Measured::Few(samples) => ("few-samples", samples),
        Measured::Once => ("one-sample", 1),
        Measured::Nothing => ("nothing", 0),
    };
    let cpu_request_fixed_by = facts.cpu_stays.map(|why| match why {
        CpuStays::Autoscaled => "autoscaled",
        CpuStays::AutoscalersNotSeen => "autoscalers-not-seen",
    });
    let used = Used { cpu_p95_millis: facts.used.cpu, memory_max_bytes: facts.used.memory };
    SizedContainer {
        context,
        namespace: row.workload.namespace.to_string(),
        workload: Owner { kind: row.workload.kind.clone(), name: row.workload.name.clone() },
        managed_by: row.managed_by.clone(),
        container: row.container.to_string(),
        sidecar: row.sidecar,
        pods: row.pods,
        measured: measured.to_owned(),
        samples,
        used: (samples > 0).then_some(used),
        sources: facts.sources.clone(),
        used_now: facts.now.map(Into::into),
        requests: set(facts.requests),
        limits: set(facts.limits),
        cpu_request_fixed_by: cpu_request_fixed_by.map(str::to_owned),
        severity: row.severity(),
        risks: row.risks.iter().map(|risk| risk.id().to_owned()).collect(),
        throttled_thousandths: row.risks.iter().find_map(|risk| match risk {
            Risk::Throttled(share) => Some(*share),
            _ => None,
        }),
        contradicted: row.contradicted,
        proposal: Proposal { requests: change(row.proposal.requests), limits: change(row.proposal.limits) },
        request_decrease: row.gives_back().into(),
        request_increase: row.asks_more().into(),
    }
}

fn not_evaluated(of: &Sized) -> Vec<NotEvaluated> {
    let one = |(what, count): &(NotJudged, usize)| {
        let what = match what {
            NotJudged::NotMeasured => "workloads-not-measured",
            NotJudged::WithoutPods => "workloads-without-pods",
            NotJudged::NotSeen => "workloads-not-seen",
            NotJudged::AsWhole => "workloads-of-pods-as-a-whole",
            NotJudged::Injected => "containers-not-in-template",
            NotJudged::OfJobs => "pods-of-jobs",
            NotJudged::Bare => "pods-without-owner",
            NotJudged::OfOthers => "pods-of-other-owners",
        };
        NotEvaluated { context: context(of), what: what.to_owned(), count: *count }
    };
    of.sizing.not_judged.iter().map(one).collect()
}
