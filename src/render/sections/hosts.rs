//! The hosts that were looked up. It has no number: the nine sections keep theirs.

use super::super::hosts::{HEADS, HOSTS, rows};
use super::super::markdown::{Page, text};
use super::heads;
use crate::report::Report;

pub(super) fn write(report: &Report, page: &mut Page) {
    let rows = rows(report, page.lang);
    if rows.is_empty() {
        return;
    }
    page.heading(2, page.word(&HOSTS));
    let mut table = vec![heads(&HEADS, page)];
    table.extend(rows.iter().map(|row| row.iter().map(|cell| text(cell)).collect()));
    page.table(&table);
}
