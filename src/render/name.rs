//! The objects with problems, one per line, for `xargs`: `pod/web-0` if the scope is one namespace, `-n shop pod/web-0` if
//! it is several, with `--context` before it for several clusters.

use crate::finding::Severity;
use crate::model::ObjectRef;
use crate::report::Report;
use std::collections::BTreeSet;
use std::io::{self, Write};

pub(super) fn write(reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
    for report in reports {
        let context = &report.snapshot.cluster.context;
        let prefix = match reports {
            [_] => String::new(),
            _ => format!("--context {} ", super::escape::visible(context)),
        };
        write_one(report, &prefix, out)?;
    }
    Ok(())
}

fn write_one(report: &Report, prefix: &str, out: &mut dyn Write) -> io::Result<()> {
    let one = prefix.is_empty() && matches!(report.snapshot.scope.namespaces.as_slice(), [_]);
    let findings = report.findings.iter().filter(|finding| finding.severity > Severity::Low);
    let objects: BTreeSet<&ObjectRef> = findings.map(|finding| &finding.object).collect();
    for object in objects {
        let name = super::escape::visible(&object.slashed());
        match &*object.namespace {
            namespace if !one && !namespace.is_empty() => {
                writeln!(out, "{prefix}-n {} {name}", super::escape::visible(namespace))?;
            }
            _ => writeln!(out, "{prefix}{name}")?,
        }
    }
    Ok(())
}
