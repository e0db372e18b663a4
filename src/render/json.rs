//! The report for machines, in the one language machines read: English texts beside the facts they speak of.
//! Fields may be added and are never renamed; docs/report.schema.json is the contract.

mod certificates;
mod comparison;
mod findings;
mod hosts;
mod logs;
mod resources;

pub(super) use comparison::write_difference;

use crate::finding::incident::Incident;
use crate::model::{Amount, Cost, Coverage, Gap};
use crate::report::{AGES, Counts, NodeLoad, Report, Statistics, Verdict};
use crate::snapshot::{Cluster, Scope};
use crate::story::{Moment, Story};
use crate::text::Lang;
use crate::wire::Time;
use certificates::CertificateRow;
use findings::{
    FindingRow, IgnoredAnnotation, MuteRow, MutedRow, Named, finding, ignored_annotations, muted, mutes,
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};

pub(super) fn write_json(reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &document(reports))?;
    out.write_all(b"\n")
}

pub(super) fn write_yaml(reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
    let text = serde_saphyr::to_string(&document(reports)).map_err(io::Error::other)?;
    out.write_all(text.as_bytes())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'r> {
    api_version: &'static str,
    kind: &'static str,
    tool: Value,
    clusters: Vec<&'r Cluster>,
    started_at: Time,
    finished_at: Time,
    lang: &'static str,
    verdict: &'static str,
    totals: Counts,
    namespaces: Vec<Namespace<'r>>,
    incidents: Vec<IncidentRow<'r>>,
    findings: Vec<FindingRow<'r>>,
    muted: Vec<MutedRow<'r>>,
    mutes: Vec<MuteRow<'r>>,
    ignored_annotations: Vec<IgnoredAnnotation<'r>>,
    pods: Vec<Row<'r>>,
    nodes: Vec<Value>,
    resources: Vec<Value>,
    certificates: Vec<CertificateRow<'r>>,
    hosts: Vec<Value>,
    statistics: Value,
    coverage: Seen<'r>,
    clock_skew_seconds: i64,
    scopes: Vec<Scope>,
    comparisons: Vec<Value>,
    /// Only where logs were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    logs: Option<Value>,
}

#[derive(Serialize)]
struct Namespace<'r> {
    context: &'r str,
    name: &'r str,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Serialize)]
struct IncidentRow<'r> {
    id: &'r str,
    severity: &'static str,
    cause: String,
    since: Option<Time>,
    affected: usize,
    pods: usize,
    workloads: usize,
    findings: Vec<usize>,
}

#[derive(Serialize)]
struct Row<'r> {
    context: &'r str,
    namespace: &'r str,
    name: &'r str,
    status: &'r str,
    ready: String,
    restarts: i64,
    age: String,
    node: Option<&'r str>,
    class: &'static str,
}

/// The coverage of all clusters together; each gap names its own.
#[derive(Serialize)]
pub(super) struct Seen<'r> {
    complete: bool,
    #[serde(flatten)]
    cost: Cost,
    gaps: Vec<Missing<'r>>,
    outside: Vec<Missing<'r>>,
    remarks: Vec<Missing<'r>>,
}

#[derive(Serialize)]
struct Missing<'r> {
    context: &'r str,
    #[serde(flatten)]
    gap: &'r Gap,
}

fn document<'r>(reports: &'r [Report<'r>]) -> Document<'r> {
    let snapshots = || reports.iter().map(|report| report.snapshot);
    let mut totals = Counts::default();
    for report in reports {
        totals.add(&report.totals);
    }
    let verdict = reports.iter().map(|report| report.verdict).max().unwrap_or(Verdict::Incomplete);
    // A cluster that was never seen has no times.
    let seen = || snapshots().filter(|snapshot| snapshot.taken_at != Time::default());
    Document {
        api_version: "healthcheck/v1",
        kind: "Report",
        tool: json!({ "name": crate::NAME, "version": crate::VERSION }),
        clusters: snapshots().map(|snapshot| &snapshot.cluster).collect(),
        started_at: seen().map(|snapshot| snapshot.started_at).min().unwrap_or_default(),
        finished_at: seen().map(|snapshot| snapshot.taken_at).max().unwrap_or_default(),
        lang: Lang::En.tag(),
        verdict: verdict.id(),
        totals,
        namespaces: reports.iter().flat_map(namespaces).collect(),
        incidents: incidents(reports),
        findings: reports.iter().flat_map(|r| r.findings.iter().map(move |f| finding(f, r))).collect(),
        muted: muted(reports),
        mutes: reports.iter().flat_map(mutes).collect(),
        ignored_annotations: reports.iter().flat_map(ignored_annotations).collect(),
        pods: reports.iter().flat_map(pods).collect(),
        nodes: reports.iter().flat_map(nodes).collect(),
        resources: reports.iter().map(resources::of).collect(),
        certificates: reports.iter().flat_map(certificates::of).collect(),
        hosts: reports.iter().flat_map(hosts::of).collect(),
        statistics: statistics(reports),
        clock_skew_seconds: snapshots().map(|s| s.skew).max_by_key(|skew| skew.abs()).unwrap_or(0),
        coverage: coverage(&reports.iter().collect::<Vec<_>>()),
        scopes: reports.iter().map(Report::scope).collect(),
        comparisons: reports.iter().filter_map(comparison::of).collect(),
        logs: logs::logs(reports),
    }
}

/// The incidents of all clusters, whose findings stand one after another.
fn incidents<'r>(reports: &'r [Report<'r>]) -> Vec<IncidentRow<'r>> {
    let mut offset = 0;
    let mut incidents = Vec::new();
    for report in reports {
        incidents.extend(report.incidents.iter().map(|i| incident(i, report, offset)));
        offset += report.findings.len();
    }
    incidents
}

fn context<'r>(report: &'r Report) -> &'r str {
    &report.snapshot.cluster.context
}

fn namespaces<'r>(report: &'r Report) -> impl Iterator<Item = Namespace<'r>> {
    let row =
        |(name, counts): &'r (String, Counts)| Namespace { context: context(report), name, counts: *counts };
    report.namespaces.iter().map(row)
}

fn pods<'r>(report: &'r Report) -> impl Iterator<Item = Row<'r>> {
    report.pods().map(|(pod, class)| Row {
        context: context(report),
        namespace: &pod.shared.namespace,
        name: &pod.name,
        status: &pod.shared.status,
        ready: pod.ready_column(),
        restarts: pod.shared.restarts,
        age: pod.age_column(report.snapshot.taken_at),
        node: pod.node.as_deref(),
        class: class.id(),
    })
}

fn amount(amount: Amount) -> Value {
    json!({ "cpuMillis": amount.cpu, "memoryBytes": amount.memory })
}

/// The nodes: CPU in thousandths, memory in bytes.
fn nodes(report: &Report) -> Vec<Value> {
    let row = |load: &NodeLoad| {
        let node = load.node;
        json!({
            "context": context(report),
            "name": &*node.name,
            "class": load.class.id(),
            "ready": node.is_ready(),
            "cordoned": node.cordoned,
            "pressures": node.pressures().collect::<Vec<_>>(),
            "pods": load.pods,
            "podCapacity": node.pods,
            "requests": amount(load.requests),
            "limits": amount(load.limits),
            "allocatable": amount(node.allocatable),
            "usage": node.usage.map(amount),
        })
    };
    report.nodes.iter().map(row).collect()
}

/// What was seen of some clusters, and what was not.
pub(super) fn coverage<'r>(reports: &[&'r Report]) -> Seen<'r> {
    let gaps = |of: fn(&Coverage) -> &[Gap]| -> Vec<Missing<'r>> {
        let each = |report: &&'r Report<'r>| {
            let report: &'r Report = report;
            of(&report.coverage).iter().map(move |gap| Missing { context: context(report), gap })
        };
        reports.iter().flat_map(each).collect()
    };
    let mut cost = Cost::default();
    for report in reports {
        cost.add(&report.coverage.cost);
    }
    Seen {
        complete: reports.iter().all(|report| report.coverage.gaps.is_empty()),
        cost,
        gaps: gaps(|coverage| &coverage.gaps),
        outside: gaps(|coverage| &coverage.outside),
        remarks: gaps(|coverage| &coverage.remarks),
    }
}

/// An incident; its findings are counted over all clusters.
fn incident<'r>(incident: &'r Incident, report: &'r Report, offset: usize) -> IncidentRow<'r> {
    let cause = &report.findings[incident.cause];
    IncidentRow {
        id: &cause.key,
        severity: incident.severity.id(),
        cause: cause.message.in_lang(Lang::En),
        since: incident.since,
        affected: incident.affected,
        pods: incident.pods,
        workloads: incident.workloads,
        findings: incident.findings.iter().map(|index| index + offset).collect(),
    }
}

/// The distributions over all clusters together.
fn statistics(reports: &[Report]) -> Value {
    let sum = |of: fn(&Statistics) -> &[(String, u64)]| -> Value {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for (name, n) in reports.iter().flat_map(|report| of(&report.statistics)) {
            *counts.entry(name).or_default() += n;
        }
        json!(counts)
    };
    let ages: Map<String, Value> = AGES
        .iter()
        .enumerate()
        .map(|(i, group)| {
            ((*group).to_owned(), json!(reports.iter().map(|r| r.statistics.age[i]).sum::<u64>()))
        })
        .collect();
    let restarts: i64 = reports.iter().fold(0, |sum, report| sum.saturating_add(report.totals.restarts));
    json!({
        "status": sum(|statistics| &statistics.status),
        "age": ages,
        "nodes": sum(|statistics| &statistics.nodes),
        "restarts": {
            "total": restarts,
            "pods": reports.iter().map(|report| report.statistics.restarted).sum::<u64>(),
            "most": reports.iter().map(|report| report.statistics.most_restarts).max(),
        },
    })
}

/// The story of one object, with its findings as a report has them.
pub(super) fn write_story(report: &Report, story: &Story, yaml: bool, out: &mut dyn Write) -> io::Result<()> {
    let moment = |moment: &Moment| {
        json!({
            "at": moment.at,
            "object": Named::of(&moment.object),
            "others": moment.others,
            "message": moment.what.in_lang(Lang::En),
            "bad": moment.bad,
        })
    };
    let document = json!({
        "apiVersion": "healthcheck/v1",
        "kind": "Investigation",
        "tool": { "name": crate::NAME, "version": crate::VERSION },
        "cluster": report.snapshot.cluster,
        "finishedAt": report.snapshot.taken_at,
        "object": Named::of(&story.object),
        "exists": story.exists,
        "owners": story.owners.iter().map(Named::of).collect::<Vec<_>>(),
        "pods": story.pods.iter().map(|pod| &*pod.name).collect::<Vec<_>>(),
        "nodes": story.nodes.iter().map(|node| &*node.name).collect::<Vec<_>>(),
        "findings": story.findings.iter().map(|f| finding(f, report)).collect::<Vec<_>>(),
        "timeline": story.moments.iter().map(moment).collect::<Vec<_>>(),
        "logs": story.logs,
        "actions": story.actions(),
        "coverage": report.coverage,
    });
    if yaml {
        let text = serde_saphyr::to_string(&document).map_err(io::Error::other)?;
        return out.write_all(text.as_bytes());
    }
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}
