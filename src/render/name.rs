//! The objects with problems, one per line, for `xargs`: `pod/web-0` if the scope is one namespace, `-n shop pod/web-0` if
//! it is several, with `--context` before it for several clusters.

use super::escape::visible;
use crate::finding::Severity;
use crate::model::ObjectRef;
use crate::report::{NodeClass, Report};
use std::collections::BTreeSet;
use std::io::{self, Write};

pub(super) fn write(reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
    reports.iter().try_for_each(|report| write_one(report, &prefix(report, reports), out))
}

/// Writes the nodes with problems.
pub(super) fn nodes(reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
    for report in reports {
        let prefix = prefix(report, reports);
        for load in report.nodes.iter().filter(|load| load.class > NodeClass::NotObserved) {
            writeln!(out, "{prefix}node/{}", visible(load.name))?;
        }
    }
    Ok(())
}

/// Returns the flag that chooses the cluster of a report, if there are several.
fn prefix(report: &Report, reports: &[Report]) -> String {
    match reports {
        [_] => String::new(),
        _ => format!("--context {} ", visible(&report.snapshot.cluster.context)),
    }
}

fn write_one(report: &Report, prefix: &str, out: &mut dyn Write) -> io::Result<()> {
    let one = prefix.is_empty() && matches!(report.snapshot.scope.namespaces.as_slice(), [_]);
    let findings = report.findings.iter().filter(|finding| finding.severity > Severity::Low);
    let objects: BTreeSet<&ObjectRef> = findings.map(|finding| &finding.object).collect();
    for object in objects {
        let name = visible(&object.slashed());
        match &*object.namespace {
            namespace if !one && !namespace.is_empty() => {
                writeln!(out, "{prefix}-n {} {name}", visible(namespace))?;
            }
            _ => writeln!(out, "{prefix}{name}")?,
        }
    }
    Ok(())
}
