//! The documents for programs: from a report to the structs of the contract.

mod comparison;
mod findings;
mod hosts;
mod investigation;
mod lines;
mod logs;
mod resources;

pub(super) use comparison::difference;
pub(super) use investigation::investigation;
pub(super) use lines::lines;

use crate::contract::{
    Coverage, Gap, Incident, List, Namespace, Pod, Report as Document, RestartStatistics, Statistics, Tool,
    Victims,
};
use crate::finding::incident;
use crate::model;
use crate::report::{self, AGES, Overall, Report};
use crate::snapshot::VERSION;
use crate::text::{EscapedJson, Lang, write_yaml};
use serde::Serialize;
use std::io::{self, Write};
use std::sync::Arc;

/// The encoding of a document for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Json,
    Yaml,
}

/// Writes a document.
pub(super) fn write(document: &impl Serialize, encoding: Encoding, out: &mut dyn Write) -> io::Result<()> {
    match encoding {
        Encoding::Json => {
            serde_json::to_writer_pretty(EscapedJson(&mut *out), document)?;
            out.write_all(b"\n")
        }
        Encoding::Yaml => write_yaml(document, out),
    }
}

/// Returns the document of some clusters.
pub(super) fn report<'r>(reports: &'r [Report<'r>]) -> Document<'r> {
    with_pods(reports, Some(List::of(|| reports.iter().flat_map(pods))))
}

/// Returns the document of some clusters without the list of pods.
pub(super) fn without_pods<'r>(reports: &'r [Report<'r>]) -> Document<'r> {
    with_pods(reports, None)
}

fn with_pods<'r>(reports: &'r [Report<'r>], pods: Option<List<'r, Pod>>) -> Document<'r> {
    let all: Vec<&Report> = reports.iter().collect();
    let overall = Overall::of(&all);
    Document {
        api_version: VERSION.to_owned(),
        kind: "Report".to_owned(),
        tool: Tool::this(),
        clusters: all.iter().map(|report| report.snapshot.cluster.clone()).collect(),
        started_at: overall.started_at,
        finished_at: overall.finished_at,
        lang: Lang::En.tag().to_owned(),
        verdict: overall.verdict,
        totals: overall.totals,
        namespaces: reports.iter().flat_map(namespaces).collect(),
        incidents: List::of(|| incidents(reports)),
        findings: List::of(|| reports.iter().flat_map(findings::all)),
        muted: List::of(|| findings::muted(reports)),
        mutes: reports.iter().flat_map(findings::mutes).collect(),
        ignored_annotations: List::of(|| reports.iter().flat_map(findings::ignored_annotations)),
        more_ignored_annotations: reports.iter().map(|report| report.ignored_annotations().more).sum(),
        pods,
        nodes: List::of(|| reports.iter().flat_map(resources::nodes)),
        resources: reports.iter().map(resources::of).collect(),
        certificates: List::of(|| reports.iter().flat_map(hosts::certificates)),
        hosts: List::of(|| reports.iter().flat_map(hosts::of)),
        clock_skew_seconds: overall.skew,
        coverage: coverage(&all, &overall),
        statistics: statistics(overall),
        scopes: reports.iter().map(Report::scope).collect(),
        comparisons: reports.iter().filter_map(comparison::of).collect(),
        logs: logs::of(reports),
    }
}

fn context(report: &Report) -> String {
    report.snapshot.cluster.context.clone()
}

fn namespaces(report: &Report) -> Vec<Namespace> {
    let context: Arc<str> = context(report).into();
    let row = |of: &report::Namespace| Namespace {
        context: Arc::clone(&context),
        name: of.name.clone(),
        counts: of.counts,
        state: of.state,
    };
    report.namespaces.iter().map(row).collect()
}

fn pods<'r>(report: &'r Report) -> impl Iterator<Item = Pod> + 'r {
    let context: Arc<str> = context(report).into();
    let row = move |(pod, class): (&model::Pod, report::Class)| Pod {
        context: Arc::clone(&context),
        namespace: Arc::clone(&pod.shared.namespace),
        name: pod.name.to_string(),
        status: Arc::clone(&pod.shared.status),
        ready: pod.ready_column(),
        restarts: pod.shared.restarts,
        age: pod.age_column(report.snapshot.taken_at),
        node: pod.node.clone(),
        class,
    };
    report.pods().map(row)
}

/// Returns the incidents of all clusters. The findings of all clusters are one list.
fn incidents<'r>(reports: &'r [Report<'r>]) -> impl Iterator<Item = Incident> + 'r {
    with_offsets(reports, |report| report.findings.len())
        .flat_map(|(report, offset)| report.incidents.iter().map(move |of| incident(of, report, offset)))
}

/// Returns the reports, each with the number of items in the reports before it.
fn with_offsets<'r>(
    reports: &'r [Report<'r>],
    count: fn(&Report) -> usize,
) -> impl Iterator<Item = (&'r Report<'r>, usize)> {
    reports.iter().scan(0, move |sum, report| {
        let offset = *sum;
        *sum += count(report);
        Some((report, offset))
    })
}

fn incident(of: &incident::Incident, report: &Report, offset: usize) -> Incident {
    let cause = &report.findings[of.cause];
    Incident {
        key: cause.key.clone(),
        severity: of.severity,
        cause: cause.message.in_lang(Lang::En),
        since: of.since,
        newest: of.newest,
        affected: of.affected,
        pods: of.pods,
        workloads: of.workloads,
        victims: Victims { workloads: of.victims.workloads, namespaces: of.victims.namespaces },
        findings: of.findings.iter().map(|index| index + offset).collect(),
    }
}

/// Returns what was read of some clusters, and what was not.
pub(super) fn coverage(reports: &[&Report], overall: &Overall) -> Coverage {
    let gaps = |of: fn(&model::Coverage) -> &[model::Gap]| {
        let each = |report: &&Report| -> Vec<Gap> {
            of(&report.coverage).iter().map(|gap| one_gap(gap, context(report))).collect()
        };
        reports.iter().flat_map(each).collect()
    };
    Coverage {
        complete: overall.complete,
        cost: overall.cost.clone(),
        gaps: gaps(|coverage| &coverage.gaps),
        not_in_scope: gaps(|coverage| &coverage.not_in_scope),
        notes: gaps(|coverage| &coverage.notes),
    }
}

fn one_gap(gap: &model::Gap, context: String) -> Gap {
    Gap {
        context,
        namespace: gap.namespace.clone(),
        kind: gap.kind.clone(),
        reason: gap.reason,
        detail: gap.why.as_ref().map(|why| why.in_lang(Lang::En)).unwrap_or_default(),
        got: gap.got,
        missing: gap.missing,
    }
}

fn statistics(overall: Overall) -> Statistics {
    Statistics {
        status: overall.status,
        age: AGES.iter().map(|group| (*group).to_owned()).zip(overall.age).collect(),
        nodes: overall.nodes,
        restarts: RestartStatistics {
            total: overall.totals.restarts,
            pods: overall.restarted,
            most: overall.most_restarts,
        },
    }
}
