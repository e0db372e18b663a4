//! The answer of `check`: the worst incidents, and how to ask for the others.

use super::super::screen::of_objects;
use super::quote::quoted;
use super::{SENTENCE, counted, head, severity_and_age};
use crate::finding::Severity;
use crate::finding::incident::Incident;
use crate::render::agent::page::Section;
use crate::report::Report;
use crate::text::Lang;
use std::fmt::Write as _;

/// The incidents that are asked for.
pub(crate) struct Incidents<'a> {
    /// The least severity.
    pub(crate) severity: Severity,
    /// The most incidents.
    pub(crate) limit: usize,
    /// The key of the last incident of an earlier answer.
    pub(crate) after: Option<&'a str>,
}

/// Returns the answer, or the key that no incident has.
pub(crate) fn check<'a>(
    report: &Report,
    ask: &Incidents<'a>,
    lang: Lang,
    most: usize,
) -> Result<String, &'a str> {
    let key = |incident: &Incident| report.findings[incident.cause].key.as_str();
    let asked: Vec<&Incident> =
        report.incidents.iter().filter(|incident| incident.severity >= ask.severity).collect();
    let from = match ask.after {
        None => 0,
        Some(after) => 1 + asked.iter().position(|incident| key(incident) == after).ok_or(after)?,
    };
    let rest = &asked[from..];
    let listed = rest.iter().take(ask.limit);
    let items = listed.enumerate().map(|(index, of)| item(report, of, from + index + 1, lang)).collect();
    let mut page = head(report, lang);
    page.head.push(counts(report));
    page.sections.push(Section::new("", "incidents", 1, items));
    let within = rest.len().min(ask.limit);
    Ok(page.text(most, |hidden| foot(rest, within - hidden.iter().sum::<usize>())))
}

fn counts(report: &Report) -> String {
    let counts = counted(report.incidents.iter().map(|incident| incident.severity));
    let mut line = match counts.as_str() {
        "" => "Incidents: none.".to_owned(),
        counts => format!("Incidents: {counts}, the worst first."),
    };
    let muted = report.muted.findings.len();
    if muted > 0 {
        let _ = write!(line, " Muted findings: {muted}.");
    }
    line
}

/// Returns the severity, the age and the key of an incident, and what it is and whom it reaches.
fn item(report: &Report, incident: &Incident, number: usize, lang: Lang) -> String {
    let cause = &report.findings[incident.cause];
    let first = severity_and_age(incident.severity, report.age_of(incident));
    let (before, after) = of_objects(incident, &report.findings, lang);
    let what = format!("{before}{}{after}", cause.message.shortened(lang, SENTENCE));
    let cluster = if incident.is_of_cluster { ", whole cluster" } else { "" };
    format!("{number}. {first}{cluster} {}\n   {}", quoted(&cause.key), quoted(&what))
}

/// Returns how many incidents are not shown, and how to ask for them.
fn foot(rest: &[&Incident], shown: usize) -> String {
    let details = "Details of one: investigate with its key as object.";
    let hidden = counted(rest.iter().skip(shown).map(|incident| incident.severity));
    match (hidden.as_str(), shown) {
        ("", 0) => String::new(),
        ("", _) => details.to_owned(),
        (hidden, 0) => format!("Not shown: {hidden}. Ask with a larger max_tokens."),
        (hidden, _) => {
            format!(
                "Not shown: {hidden}. For those: check with after = the last key above, or fewer namespaces. {details}"
            )
        }
    }
}
