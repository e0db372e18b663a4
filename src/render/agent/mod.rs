//! Answers for a language model: short texts within a budget of tokens, in which everything from a cluster is quoted.
//!
//! The frame is English, as in all formats for programs. Messages, titles and pages are in the language of the answer.

mod check;
mod coverage;
mod diff;
mod explain;
mod investigate;
mod page;
mod quote;
#[cfg(test)]
mod tests;
mod tokens;

pub(crate) use check::{Incidents, check};
pub(crate) use coverage::coverage;
pub(crate) use diff::diff;
pub(crate) use explain::explain;
pub(crate) use investigate::investigate;
pub(crate) use page::{LEAST, MOST, failed};

use super::{coverage as seen, words};
use crate::finding::Severity;
use crate::report::Report;
use crate::text::{Lang, human};
use page::Page;
use quote::within;
use std::fmt::Write as _;

/// The most characters of a sentence in a list.
const SENTENCE: usize = 240;

/// The most tokens of what a report says about its coverage in the head of an answer.
const GAPS: usize = 80;

/// The most tokens of a short and of a long name in the head of an answer.
const SHORT: usize = 24;
const LONG: usize = 60;

/// Begins an answer with the verdict and the coverage of a report.
fn head(report: &Report, lang: Lang) -> Page {
    let mut page = Page::new();
    page.head.push(verdict(report));
    page.head.push(covered(report, lang));
    page
}

/// Returns `Verdict: unhealthy. Cluster «prod», 3 namespaces, 46 of 48 pods healthy.`
fn verdict(report: &Report) -> String {
    let (totals, snapshot) = (&report.totals, report.snapshot);
    let mut line = format!("Verdict: {}.", report.verdict.id());
    if !snapshot.cluster.context.is_empty() {
        let _ = write!(line, " Cluster {}.", within(&snapshot.cluster.context, SHORT));
    }
    let _ = match report.namespaces.as_slice() {
        [only] => write!(line, " Namespace {}.", within(&only.name, SHORT)),
        many => write!(line, " {} namespaces.", many.len()),
    };
    let _ = write!(line, " {} of {} pods healthy.", totals.healthy, totals.active());
    if let Some(age) = snapshot.age.filter(|age| *age > 0) {
        let _ = write!(line, " Read {} ago.", human(age));
    }
    line
}

/// Returns the summary of the coverage, and what is missing in the scope and outside of it.
fn covered(report: &Report, lang: Lang) -> String {
    let mut line = seen::summary(&report.coverage, lang);
    let gaps = seen::not_seen(report, lang, true);
    let missing: Vec<String> = gaps.into_iter().chain(seen::left_out(report, lang)).collect();
    if !missing.is_empty() {
        let _ = write!(line, " · {} (all: coverage)", within(&missing.join("; "), GAPS));
    }
    line
}

/// Returns `high, 3h`.
fn severity_and_age(severity: Severity, age: Option<i64>) -> String {
    match age.filter(|age| *age >= 0) {
        Some(age) => format!("{}, {}", severity.id(), human(age)),
        None => severity.id().to_owned(),
    }
}

/// Returns `3 high, 34 medium`, as far as there are any.
fn counted(severities: impl Iterator<Item = Severity>) -> String {
    let mut counts = [(Severity::High, 0), (Severity::Medium, 0), (Severity::Low, 0)];
    for severity in severities {
        counts.iter_mut().filter(|(of, _)| *of == severity).for_each(|(_, count)| *count += 1);
    }
    let some = counts.iter().filter(|(_, count)| *count > 0);
    some.map(|(severity, count)| format!("{count} {}", severity.id())).collect::<Vec<_>>().join(", ")
}
