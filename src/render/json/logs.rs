//! Error logs.

use crate::contract::{LogNamespace, LogPattern, LogSource, Logs};
use crate::logs::{Class, Pattern, Tally};
use crate::report::{self, Report};
use crate::wire::Time;

/// Returns the error logs of some clusters; `None` if no log was read.
pub(super) fn of(reports: &[Report]) -> Option<Logs> {
    let mut out = Logs { namespaces: Vec::new(), sources: Vec::new() };
    for report in reports {
        let Some(logs) = report.error_logs() else { continue };
        let context = || super::context(report);
        out.namespaces.extend(logs.namespaces.iter().map(|(name, tally)| namespace(context(), name, tally)));
        out.sources.extend(logs.sources.iter().map(|of| source(context(), of)));
    }
    (!out.sources.is_empty()).then_some(out)
}

fn namespace(context: String, name: &str, tally: &Tally) -> LogNamespace {
    LogNamespace {
        context,
        name: name.to_owned(),
        lines: tally.lines,
        errors: tally.errors,
        warnings: tally.warnings,
        client_errors: tally.client,
        benign: tally.benign,
    }
}

fn source(context: String, of: &report::LogSource) -> LogSource {
    let (source, tally) = (of.source, &of.source.summary.tally);
    LogSource {
        context,
        namespace: source.object.namespace.to_string(),
        kind: source.object.kind.to_string(),
        name: source.object.name.to_string(),
        container: source.container.to_string(),
        worst_pod: source.pod.to_string(),
        pods: source.pods,
        truncated_pods: source.cut_pods,
        window_seconds: source.window,
        first: source.summary.first.map(Time::at),
        last: source.summary.last.map(Time::at),
        lines: tally.lines,
        bytes: tally.bytes,
        errors: tally.errors,
        warnings: tally.warnings,
        client_errors: tally.client,
        benign: tally.benign,
        continuation_lines: tally.joined,
        binary_lines: tally.binary,
        truncated_lines: tally.cut,
        unlisted_errors: tally.other_errors,
        patterns: source.summary.patterns.iter().map(pattern).collect(),
    }
}

fn pattern(pattern: &Pattern) -> LogPattern {
    LogPattern {
        class: pattern.class.id().to_owned(),
        rule: if let Class::Benign(rule) = pattern.class { Some(rule.to_owned()) } else { None },
        text: pattern.text.clone(),
        count: pattern.count,
        first: pattern.first.map(Time::at),
        last: pattern.last.map(Time::at),
        sample: pattern.sample.clone(),
    }
}
