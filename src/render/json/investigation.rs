//! The investigation of one object.

use super::{coverage, findings};
use crate::contract::{Action, ChainStep, Investigation, LogTail, TimelineEntry, Tool};
use crate::finding::incident::Step;
use crate::model;
use crate::report::{Overall, Report};
use crate::snapshot::VERSION;
use crate::story::{Moment, Story};
use crate::text::Lang;

/// Returns the story of an object.
pub(in crate::render) fn investigation(report: &Report, story: &Story) -> Investigation {
    Investigation {
        api_version: VERSION.to_owned(),
        kind: "Investigation".to_owned(),
        tool: Tool::this(),
        cluster: report.snapshot.cluster.clone(),
        finished_at: report.snapshot.taken_at.known(),
        object: story.object.clone(),
        exists: story.exists,
        owners: story.owners.clone(),
        pods: story.pods.iter().map(|pod| pod.name.to_string()).collect(),
        nodes: story.nodes.iter().map(|node| node.name.to_string()).collect(),
        findings: story.findings.iter().map(|finding| findings::finding(finding, report)).collect(),
        chain: story.chain.iter().map(step).collect(),
        timeline: story.moments.iter().map(entry).collect(),
        logs: story.logs.iter().map(|log| tail(log)).collect(),
        actions: story.actions().into_iter().map(Action::new).collect(),
        coverage: coverage(&[report], &Overall::of(&[report])),
    }
}

fn step(step: &Step) -> ChainStep {
    ChainStep {
        key: step.finding.key.clone(),
        object: step.finding.object.clone(),
        severity: step.finding.severity,
        message: step.finding.message.in_lang(Lang::En),
        caused_by: step.link.map(findings::caused_by),
    }
}

fn entry(moment: &Moment) -> TimelineEntry {
    TimelineEntry {
        at: moment.at.known(),
        object: moment.object.clone(),
        other_objects: moment.others,
        message: moment.what.in_lang(Lang::En),
        problem: moment.bad,
    }
}

fn tail(log: &model::LogTail) -> LogTail {
    LogTail {
        namespace: log.namespace.clone(),
        pod: log.pod.clone(),
        container: log.container.clone(),
        previous: log.previous,
        error: log.refused.as_ref().map(|why| why.in_lang(Lang::En)),
        lines: log.lines.clone(),
        cause: log.cause.clone(),
    }
}
