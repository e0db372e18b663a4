//! What logs said, for machines.

use crate::logs::{Class, Pattern, Source, Tally};
use crate::report::Report;
use crate::wire::Time;
use serde_json::{Value, json};

/// Totals by namespace, and every source with its patterns; `None` where no log was read.
pub(super) fn logs(reports: &[Report]) -> Option<Value> {
    let each = |report: &Report| -> Vec<Value> {
        let context = &report.snapshot.cluster.context;
        report.snapshot.rows.logs.iter().map(|read| source(context, read)).collect()
    };
    let sources: Vec<Value> = reports.iter().flat_map(each).collect();
    let namespaces: Vec<Value> = reports.iter().flat_map(namespaces).collect();
    (!sources.is_empty()).then(|| json!({ "namespaces": namespaces, "sources": sources }))
}

fn namespaces(report: &Report) -> Vec<Value> {
    let row = |(name, sum): (&str, Tally)| {
        json!({
            "context": report.snapshot.cluster.context, "name": name, "lines": sum.lines, "errors": sum.errors,
            "warnings": sum.warnings, "clientErrors": sum.client, "benign": sum.benign,
        })
    };
    Source::by_namespace(&report.snapshot.rows.logs).into_iter().map(row).collect()
}

fn source(context: &str, source: &Source) -> Value {
    let tally = &source.summary.tally;
    json!({
        "context": context,
        "namespace": &*source.object.namespace,
        "kind": &*source.object.kind,
        "name": &*source.object.name,
        "container": source.container,
        "pod": source.pod,
        "pods": source.pods,
        "cutPods": source.cut_pods,
        "windowSeconds": source.window,
        "first": source.summary.first.map(Time::at),
        "last": source.summary.last.map(Time::at),
        "lines": tally.lines,
        "bytes": tally.bytes,
        "errors": tally.errors,
        "warnings": tally.warnings,
        "clientErrors": tally.client,
        "benign": tally.benign,
        "joined": tally.joined,
        "binary": tally.binary,
        "long": tally.cut,
        "otherErrors": tally.other_errors,
        "patterns": source.summary.patterns.iter().map(pattern).collect::<Vec<_>>(),
    })
}

fn pattern(pattern: &Pattern) -> Value {
    json!({
        "class": pattern.class.id(),
        "rule": if let Class::Benign(rule) = pattern.class { Some(rule) } else { None },
        "text": pattern.text,
        "count": pattern.count,
        "first": pattern.first.map(Time::at),
        "last": pattern.last.map(Time::at),
        "sample": pattern.sample,
    })
}
