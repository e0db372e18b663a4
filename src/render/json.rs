//! The report for machines, in the one language machines read: English texts beside the facts they speak of.
//! Fields may be added and are never renamed; docs/report.schema.json is the contract.

use crate::finding::{Fact, Facts, Finding};
use crate::incident::Incident;
use crate::model::{Coverage, ObjectRef};
use crate::report::{AGES, Counts, Report};
use crate::snapshot::Cluster;
use crate::text::Lang;
use crate::wire::Time;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::io::{self, Write};

pub(super) fn write_json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &document(report))?;
    out.write_all(b"\n")
}

pub(super) fn write_yaml(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let text = serde_saphyr::to_string(&document(report)).map_err(io::Error::other)?;
    out.write_all(text.as_bytes())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'r> {
    api_version: &'static str,
    kind: &'static str,
    tool: Value,
    clusters: [&'r Cluster; 1],
    started_at: Time,
    finished_at: Time,
    lang: &'static str,
    verdict: &'static str,
    totals: Tally,
    namespaces: Vec<Namespace<'r>>,
    incidents: Vec<IncidentRow<'r>>,
    findings: Vec<FindingRow<'r>>,
    pods: Vec<Row<'r>>,
    statistics: Value,
    coverage: Seen<'r>,
    clock_skew_seconds: i64,
}

#[derive(Serialize)]
struct Tally {
    pods: u64,
    healthy: u64,
    attention: u64,
    unhealthy: u64,
    completed: u64,
    restarts: i64,
}

impl From<Counts> for Tally {
    fn from(counts: Counts) -> Self {
        let Counts { pods, healthy, attention, unhealthy, completed, restarts } = counts;
        Self { pods, healthy, attention, unhealthy, completed, restarts }
    }
}

#[derive(Serialize)]
struct Namespace<'r> {
    context: &'r str,
    name: &'r str,
    #[serde(flatten)]
    counts: Tally,
}

#[derive(Serialize)]
struct IncidentRow<'r> {
    id: &'r str,
    severity: &'static str,
    cause: String,
    since: Option<Time>,
    affected: usize,
    findings: &'r [usize],
}

#[derive(Serialize)]
struct FindingRow<'r> {
    id: &'static str,
    key: &'r str,
    severity: &'static str,
    context: &'r str,
    object: Named<'r>,
    owner: Option<OwnerRow<'r>>,
    affected: Vec<Named<'r>>,
    since: Option<Time>,
    title: &'static str,
    message: String,
    evidence: Vec<String>,
    actions: &'r [String],
    facts: Value,
}

#[derive(Serialize)]
struct Named<'r> {
    kind: &'r str,
    namespace: &'r str,
    name: &'r str,
}

impl<'r> Named<'r> {
    fn of(object: &'r ObjectRef) -> Self {
        Self { kind: &object.kind, namespace: &object.namespace, name: &object.name }
    }
}

#[derive(Serialize)]
struct OwnerRow<'r> {
    kind: &'r str,
    name: &'r str,
}

#[derive(Serialize)]
struct Row<'r> {
    namespace: &'r str,
    name: &'r str,
    status: &'r str,
    ready: String,
    restarts: i64,
    age: String,
    node: Option<&'r str>,
    class: &'static str,
}

#[derive(Serialize)]
struct Seen<'r> {
    complete: bool,
    #[serde(flatten)]
    coverage: &'r Coverage,
}

fn document<'r>(report: &'r Report) -> Document<'r> {
    let snapshot = report.snapshot;
    let context = snapshot.cluster.context.as_str();
    let pods = report.pods.iter().map(|(pod, class)| Row {
        namespace: &pod.namespace,
        name: &pod.name,
        status: &pod.status,
        ready: pod.ready_column(),
        restarts: pod.restarts,
        age: pod.age_column(snapshot.taken_at),
        node: pod.node.as_deref(),
        class: class.id(),
    });
    Document {
        api_version: "healthcheck/v1",
        kind: "Report",
        tool: json!({ "name": crate::NAME, "version": crate::VERSION }),
        clusters: [&snapshot.cluster],
        started_at: snapshot.started_at,
        finished_at: snapshot.taken_at,
        lang: Lang::En.tag(),
        verdict: report.verdict.id(),
        totals: report.totals.into(),
        namespaces: report
            .namespaces
            .iter()
            .map(|(name, counts)| Namespace { context, name, counts: (*counts).into() })
            .collect(),
        incidents: report.incidents.iter().map(|i| incident(i, report)).collect(),
        findings: report.findings.iter().map(|f| finding(f, context)).collect(),
        pods: pods.collect(),
        statistics: statistics(report),
        clock_skew_seconds: snapshot.skew,
        coverage: Seen { complete: snapshot.coverage.gaps.is_empty(), coverage: &snapshot.coverage },
    }
}

fn incident<'r>(incident: &'r Incident, report: &'r Report) -> IncidentRow<'r> {
    let cause = &report.findings[incident.cause];
    IncidentRow {
        id: &cause.key,
        severity: incident.severity.id(),
        cause: cause.message.in_lang(Lang::En),
        since: incident.since,
        affected: incident.affected,
        findings: &incident.findings,
    }
}

fn finding<'r>(finding: &'r Finding, context: &'r str) -> FindingRow<'r> {
    FindingRow {
        id: finding.check.id,
        key: &finding.key,
        severity: finding.severity.id(),
        context,
        object: Named::of(&finding.object),
        owner: finding.owner.as_ref().map(|owner| OwnerRow { kind: &owner.kind, name: &owner.name }),
        affected: finding.affected.iter().map(Named::of).collect(),
        since: finding.since,
        title: finding.check.title.en,
        message: finding.message.in_lang(Lang::En),
        evidence: finding.evidence.iter().map(|say| say.in_lang(Lang::En)).collect(),
        actions: &finding.actions,
        facts: facts(&finding.message.facts),
    }
}

/// Numbers stay numbers; durations are in seconds.
fn facts(facts: &Facts) -> Value {
    let value = |fact: &Fact| match fact {
        Fact::Text(text) => json!(text),
        Fact::Number(number) | Fact::Age(number) => json!(number),
    };
    facts.iter().map(|(name, fact)| ((*name).to_owned(), value(fact))).collect::<Map<_, _>>().into()
}

fn statistics(report: &Report) -> Value {
    let statistics = &report.statistics;
    let counts = |counts: &[(String, u64)]| -> Value {
        counts.iter().map(|(name, n)| (name.clone(), json!(n))).collect::<Map<_, _>>().into()
    };
    let ages: Map<String, Value> =
        AGES.iter().zip(statistics.age).map(|(group, n)| ((*group).to_owned(), json!(n))).collect();
    json!({
        "status": counts(&statistics.status),
        "age": ages,
        "nodes": counts(&statistics.nodes),
        "restarts": {
            "total": report.totals.restarts,
            "pods": statistics.restarted,
            "most": statistics.most_restarts,
        },
    })
}
