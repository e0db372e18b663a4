//! The answer of `coverage`: what was read, what was not, and the rights that are missing.

use super::super::coverage as seen;
use super::page::{Section, larger};
use super::quote::{command, quoted};
use super::{SENTENCE, head};
use crate::model::{Gap, Reason};
use crate::report::Report;
use crate::text::{Lang, without_middle};
use crate::wire::Kind;
use std::collections::BTreeSet;

/// Returns the answer.
pub(crate) fn coverage(report: &Report, lang: Lang, most: usize) -> String {
    let mut page = head(report, lang);
    let notes = seen::notes(report, lang);
    let notes =
        notes.iter().map(|note| format!("- {}", quoted(&without_middle(note, 2 * SENTENCE)))).collect();
    page.sections.push(Section::new("What was not read, and notes:", "notes", 3, notes));
    let read = report.snapshot.rows.counts().into_iter().filter(|(_, count)| *count > 0);
    let shown = |kinds: &[Kind]| kinds.iter().map(|kind| kind.shown()).collect::<Vec<_>>().join(" and ");
    let read: Vec<String> = read.map(|(kinds, count)| format!("{} {count}", shown(kinds))).collect();
    let read = read.chunks(8).map(|kinds| format!("- {}", kinds.join(", "))).collect();
    page.sections.push(Section::new("Objects that were read:", "lines of kinds", 1, read));
    page.sections.push(Section::new("To check the missing rights:", "commands", 2, rights(report)));
    page.with_rest(most, &larger())
}

/// Returns the commands that ask for the rights that were refused.
fn rights(report: &Report) -> Vec<String> {
    let refused = report.coverage.gaps.iter().filter(|gap| gap.reason == Reason::Forbidden);
    let question = |gap: &Gap| {
        let kind = Kind::from_name(&gap.kind)?.plural();
        let kubectl = &report.settings.kubectl;
        command(&match &gap.namespace {
            Some(namespace) => kubectl.line(&["auth", "can-i", "list", kind, "-n", namespace]),
            None => kubectl.line(&["auth", "can-i", "list", kind, "-A"]),
        })
    };
    let all: BTreeSet<String> = refused.filter_map(question).collect();
    all.into_iter().map(|command| format!("- {command}")).collect()
}
