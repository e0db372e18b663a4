//! Rightsizing as JSON or YAML, in thousandths of a core and bytes. Fields may be added and are never renamed:
//! docs/rightsize.schema.json is the contract.

use super::super::json::coverage;
use super::Sized;
use crate::model::Amount;
use crate::report::Report;
use crate::rightsize::{Change, CpuStays, Measured, NotJudged, RULES, Risk, Row};
use crate::wire::Time;
use serde_json::{Map, Value, json};
use std::io::{self, Write};

pub(super) fn write(clusters: &[Sized], yaml: bool, out: &mut dyn Write) -> io::Result<()> {
    let document = document(clusters);
    if yaml {
        let text = serde_saphyr::to_string(&document).map_err(io::Error::other)?;
        return out.write_all(text.as_bytes());
    }
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

fn document(clusters: &[Sized]) -> Value {
    let reports: Vec<&Report> = clusters.iter().map(|of| of.report).collect();
    let snapshots = || reports.iter().map(|report| report.snapshot);
    let seen = || snapshots().filter(|snapshot| snapshot.taken_at != Time::default());
    let rules: Map<String, Value> =
        RULES.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    json!({
        "apiVersion": "healthcheck/v1",
        "kind": "RightsizeReport",
        "tool": { "name": crate::NAME, "version": crate::VERSION },
        "clusters": snapshots().map(|snapshot| &snapshot.cluster).collect::<Vec<_>>(),
        "startedAt": seen().map(|snapshot| snapshot.started_at).min().unwrap_or_default(),
        "finishedAt": seen().map(|snapshot| snapshot.taken_at).max().unwrap_or_default(),
        "rules": rules,
        "totals": clusters.iter().map(totals).collect::<Vec<_>>(),
        "containers": clusters.iter().flat_map(containers).collect::<Vec<_>>(),
        "notJudged": clusters.iter().flat_map(not_judged).collect::<Vec<_>>(),
        "coverage": coverage(&reports),
        "scopes": reports.iter().map(|report| report.scope()).collect::<Vec<_>>(),
    })
}

fn context<'a>(of: &Sized<'a>) -> &'a str {
    &of.report.snapshot.cluster.context
}

fn amount(amount: Amount) -> Value {
    json!({ "cpuMillis": amount.cpu, "memoryBytes": amount.memory })
}

/// Writes unset values as null.
fn set(amount: Amount) -> Value {
    let or_null = |number: i64| Some(number).filter(|number| *number > 0);
    json!({ "cpuMillis": or_null(amount.cpu), "memoryBytes": or_null(amount.memory) })
}

fn change(change: Change) -> Value {
    json!({ "cpuMillis": change.cpu, "memoryBytes": change.memory })
}

fn totals(of: &Sized) -> Value {
    json!({
        "context": context(of),
        "windowSeconds": of.sizing.window,
        "requests": amount(of.sizing.requests),
        "givesBack": amount(of.sizing.gives_back()),
        "asksMore": amount(of.sizing.asks_more()),
        "overProvisioned": of.sizing.over().len(),
        "underProvisioned": of.sizing.under().len(),
    })
}

fn containers(of: &Sized) -> Vec<Value> {
    of.sizing.rows.iter().map(|row| container(context(of), row)).collect()
}

fn container(context: &str, row: &Row) -> Value {
    let facts = &row.facts;
    let (measured, samples) = match facts.measured {
        Measured::History(samples) => ("history", samples),
        Measured::Few(samples) => ("few-samples", samples),
        Measured::Once => ("one-sample", 1),
        Measured::Nothing => ("nothing", 0),
    };
    let cpu_stays = facts.cpu_stays.map(|why| match why {
        CpuStays::Autoscaled => "autoscaled",
        CpuStays::AutoscalersNotSeen => "autoscalers-not-seen",
    });
    let used = json!({ "cpuP95Millis": facts.used.cpu, "memoryMaxBytes": facts.used.memory });
    json!({
        "context": context,
        "namespace": &*row.workload.namespace,
        "workload": { "kind": &*row.workload.kind, "name": &*row.workload.name },
        "managedBy": row.managed_by,
        "container": &*row.container,
        "sidecar": row.sidecar,
        "pods": row.pods,
        "measured": measured,
        "samples": samples,
        "used": (samples > 0).then_some(used),
        "requests": set(facts.requests),
        "limits": set(facts.limits),
        "cpuRequestStays": cpu_stays,
        "severity": row.severity().map(crate::finding::Severity::id),
        "risks": row.risks.iter().map(|risk| risk.id()).collect::<Vec<_>>(),
        "throttledThousandths": row.risks.iter().find_map(|risk| match risk {
            Risk::Throttled(share) => Some(share),
            _ => None,
        }),
        "proposal": { "requests": change(row.proposal.requests), "limits": change(row.proposal.limits) },
        "givesBack": amount(row.gives_back()),
        "asksMore": amount(row.asks_more()),
    })
}

fn not_judged(of: &Sized) -> Vec<Value> {
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
        json!({ "context": context(of), "what": what, "count": count })
    };
    of.sizing.not_judged.iter().map(one).collect()
}
