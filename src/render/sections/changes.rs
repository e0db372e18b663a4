//! What has changed, where the report was compared with an earlier one. It has no number: the nine sections keep theirs.

use super::super::changed;
use super::super::markdown::{Page, text};
use super::super::words::texts;
use crate::compare::changes::Row;
use crate::report::Report;

texts! {
    CHANGES: "What has changed", "變化", "变化";
    NOTHING: "Nothing has changed.", "沒有變化。", "没有变化。";
}

pub(super) fn write(report: &Report, page: &mut Page) {
    let since = changed::since(report, page.lang);
    if since.is_empty() {
        return;
    }
    page.heading(2, page.word(&CHANGES));
    page.paragraph(text(&since.join(" · ")));
    let Some(changes) = report.changes() else { return };
    let rows = if page.all { changes.each() } else { changes.rows.clone() };
    let rows: Vec<Row> = rows.into_iter().filter(|row| page.all || row.is_news()).collect();
    match rows.as_slice() {
        [] => page.paragraph(page.word(&NOTHING)),
        rows => page.table(&changed::cells(changes, rows, Some(report.snapshot.taken_at), page.lang)),
    }
}
