//! The changes since an earlier run. This section has no number: the nine sections keep theirs.

use super::super::document::{Block, name, own};
use super::super::words::texts;
use super::super::{Look, changed};
use crate::compare::changes::Row;
use crate::report::Report;

texts! {
    CHANGES: "Changes", "變化", "变化";
    NOTHING: "No changes.", "沒有變化。", "没有变化。";
}

pub(super) fn section(report: &Report, look: Look) -> Vec<Block> {
    let since = changed::since(report, look.lang);
    if since.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![
        Block::Heading(2, own(CHANGES.get(look.lang))),
        Block::Parts(since.into_iter().map(name).collect()),
    ];
    let Some(changes) = report.changes() else { return blocks };
    let rows = if look.all { changes.each() } else { changes.rows.clone() };
    let rows: Vec<Row> = rows.into_iter().filter(|row| look.all || row.is_news()).collect();
    blocks.push(if rows.is_empty() {
        Block::Parts(vec![own(NOTHING.get(look.lang))])
    } else {
        Block::Table(changed::table(changes, &rows, Some(report.snapshot.taken_at), look.lang))
    });
    blocks
}
