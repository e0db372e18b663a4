//! The objects in trouble, one a line, for `xargs`: `pod/web-0` where one namespace was asked about, as kubectl
//! names objects; `-n shop pod/web-0` where there are several.

use crate::finding::Severity;
use crate::model::ObjectRef;
use crate::report::Report;
use std::collections::BTreeSet;
use std::io::{self, Write};

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let one = matches!(report.snapshot.scope.namespaces.as_slice(), [_]);
    let findings = report.findings.iter().filter(|finding| finding.severity > Severity::Info);
    let objects: BTreeSet<&ObjectRef> = findings.map(|finding| &finding.object).collect();
    for object in objects {
        let name = super::escape::visible(&object.slashed());
        match &*object.namespace {
            namespace if !one && !namespace.is_empty() => {
                writeln!(out, "-n {} {name}", super::escape::visible(namespace))?;
            }
            _ => writeln!(out, "{name}")?,
        }
    }
    Ok(())
}
