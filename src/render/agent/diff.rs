//! The answer of `diff`: what has changed since an earlier run.

use super::super::changed;
use super::page::{Section, larger};
use super::quote::quoted;
use super::{SENTENCE, head, severity_and_age};
use crate::compare::changes::{Change, Changes, Row};
use crate::report::Report;
use crate::text::{Lang, without_middle};

/// Returns the answer.
pub(crate) fn diff(report: &Report, changes: &Changes, lang: Lang, most: usize) -> String {
    let mut page = head(report, lang);
    page.head.push(changed::since(report, lang).join(", "));
    let news = changes.rows.iter().filter(|row| row.is_news());
    let items: Vec<String> = news.map(|row| item(report, changes, row, lang)).collect();
    if items.is_empty() {
        page.head.push("No changes above low severity.".to_owned());
    }
    page.sections.push(Section::new("", "changes", 1, items));
    page.with_rest(most, &larger())
}

fn item(report: &Report, changes: &Changes, row: &Row, lang: Lang) -> String {
    let of = changes.named(row);
    let word = match row.change {
        Change::New => "new",
        Change::Worse => "worse",
        Change::Fixed => "fixed",
        Change::Better => "better",
        Change::Unseen => "unknown",
        Change::Unchanged => "unchanged",
    };
    let age = severity_and_age(row.severity, changes.lasted(of, Some(report.snapshot.taken_at)));
    let what = changed::what(of, row.others, lang).on_terminal();
    format!("- {word}: {age} {} {}", quoted(&of.key), quoted(&without_middle(&what, SENTENCE)))
}
