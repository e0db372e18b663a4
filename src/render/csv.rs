//! The findings and the pods as CSV (RFC 4180): a header, and one row each. A spreadsheet reads no cell as a formula.

use super::escape::visible;
use crate::finding::Finding;
use crate::finding::command::changes_cluster;
use crate::report::Report;
use crate::text::Lang;
use crate::wire::Time;
use ::csv::{ErrorKind, Terminator, Writer, WriterBuilder};
use serde::Serialize;
use std::io::{self, Write};

/// The columns of findings.
const FINDINGS: [&str; 14] = [
    "context",
    "namespace",
    "kind",
    "name",
    "owner",
    "severity",
    "check",
    "message",
    "since",
    "change",
    "still_serving",
    "incident",
    "key",
    "command",
];

/// The columns of pods: those of `kubectl get pods`. READY is two numbers: spreadsheets read `1/2` as a date.
const PODS: [&str; 10] = [
    "context",
    "namespace",
    "name",
    "ready",
    "containers",
    "status",
    "restarts",
    "age_seconds",
    "node",
    "class",
];

/// Writes the findings.
pub(super) fn findings(reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
    let mut csv = writer(out);
    row(&mut csv, FINDINGS)?;
    for report in reports {
        for (finding, cause) in report.findings.iter().zip(report.causes()) {
            row(&mut csv, cells(report, finding, &cause.key))?;
        }
    }
    csv.flush()
}

fn cells(report: &Report, finding: &Finding, incident: &str) -> [String; 14] {
    let object = &finding.object;
    let owner = finding.owner.as_ref();
    let change = report.changes().and_then(|changes| changes.of_key(&finding.key));
    let command = finding.actions.iter().find(|command| !changes_cluster(command));
    [
        cell(&report.snapshot.cluster.context),
        cell(&object.namespace),
        cell(&object.kind),
        cell(&object.name),
        cell(&owner.map_or_else(String::new, |owner| owner.object(&object.namespace).slashed())),
        finding.severity.id().to_owned(),
        finding.check.id.to_owned(),
        cell(&finding.message.in_lang(Lang::En)),
        finding.since.map(time).unwrap_or_default(),
        change.map(|changed| word(&changed.change)).unwrap_or_default(),
        finding.serving.to_string(),
        cell(incident),
        cell(&finding.key),
        cell(command.map_or("", String::as_str)),
    ]
}

/// Writes the pods.
pub(super) fn pods(reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
    let mut csv = writer(out);
    row(&mut csv, PODS)?;
    for report in reports {
        let (context, now) = (cell(&report.snapshot.cluster.context), report.snapshot.taken_at);
        for (pod, class) in report.pods() {
            let ready = pod.ready_column();
            let (ready, containers) = ready.split_once('/').unwrap_or((&ready, ""));
            let age = pod.created().map(|created| now.seconds_since(created).to_string());
            let cells = [
                context.clone(),
                cell(&pod.shared.namespace),
                cell(&pod.name),
                ready.to_owned(),
                containers.to_owned(),
                cell(&pod.shared.status),
                pod.shared.restarts.to_string(),
                age.unwrap_or_default(),
                cell(pod.node.as_deref().unwrap_or_default()),
                word(&class),
            ];
            row(&mut csv, cells)?;
        }
    }
    csv.flush()
}

fn writer(out: &mut dyn Write) -> Writer<&mut dyn Write> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out)
}

fn row<C: AsRef<[u8]>>(
    csv: &mut Writer<&mut dyn Write>,
    cells: impl IntoIterator<Item = C>,
) -> io::Result<()> {
    csv.write_record(cells).map_err(|error| match error.into_kind() {
        // A closed pipe must stay one.
        ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    })
}

/// Returns the word of a value in JSON.
fn word(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

fn time(time: Time) -> String {
    word(&time)
}

/// Returns a text of the cluster as a cell: visible, on one line, and never a formula. Spreadsheets read a cell as a formula
/// that begins with one of these characters; an apostrophe before it makes it a text.
fn cell(text: &str) -> String {
    let text = visible(text);
    let first = text.trim_start().chars().next();
    let is_formula = first.is_some_and(|c| "=+-@＝＋－＠".contains(c));
    if is_formula { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for text in ["=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"] {
            let cell = cell(text);
            assert!(cell.starts_with('\'') || cell.starts_with("\\r"), "{text:?} {cell:?}");
        }
        assert_eq!(cell("web-0"), "web-0");
        assert_eq!(cell("a\nb\u{202e}"), "a\\nb\\u{202e}");
    }
}
