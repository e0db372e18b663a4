//! One JSON object per line: each finding, and the summary at the end.

use super::{coverage, findings};
use crate::contract::{FindingLine, Line, Summary, Tool};
use crate::report::{Overall, Report};
use crate::snapshot::VERSION;
use crate::text::EscapedJson;
use std::io::{self, Write};

/// Writes the lines of some clusters.
pub(in crate::render) fn lines(reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
    for report in reports {
        for (of, cause) in report.findings.iter().zip(report.causes()) {
            let finding = findings::finding(of, report);
            write(&Line::Finding(Box::new(FindingLine { incident: cause.key.clone(), finding })), out)?;
        }
    }
    write(&Line::Summary(Box::new(summary(reports))), out)
}

fn summary(reports: &[Report]) -> Summary {
    let all: Vec<&Report> = reports.iter().collect();
    let overall = Overall::of(&all);
    let count = |of: fn(&Report) -> usize| reports.iter().map(of).sum();
    Summary {
        api_version: VERSION.to_owned(),
        tool: Tool::this(),
        clusters: all.iter().map(|report| report.snapshot.cluster.clone()).collect(),
        started_at: overall.started_at,
        finished_at: overall.finished_at,
        verdict: overall.verdict,
        totals: overall.totals,
        incidents: count(|report| report.incidents.len()),
        findings: count(|report| report.findings.len()),
        muted: count(|report| report.muted.findings.len()),
        coverage: coverage(&all, &overall),
    }
}

fn write(line: &Line, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(EscapedJson(&mut *out), line)?;
    out.write_all(b"\n")
}
