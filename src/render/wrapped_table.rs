//! Rows with a text to each: beside them where there is room for it, else below.

use super::grid::{self, Column};
use super::table::wrap;

/// The text is not squeezed below this; then it moves under its row.
const TEXT_WIDTH: usize = 36;

/// Rows, and what is told of each.
pub(super) struct Told {
    /// The columns before the text, a line for each row.
    pub(super) columns: Vec<Column>,
    /// The same in a narrower form, two lines for each row; what is expendable goes if even that is too wide.
    pub(super) narrower: Vec<Column>,
    /// The head above the texts.
    pub(super) head: &'static str,
    /// The text of each row.
    pub(super) texts: Vec<String>,
    /// What stands below the text of each row, which then stands below it too; empty for none.
    pub(super) below: Vec<Vec<String>>,
}

impl Told {
    /// Sets it into so many columns of a terminal; the first line is the head.
    pub(super) fn lines(self, width: Option<usize>) -> Vec<String> {
        let Self { mut columns, mut narrower, head, texts, below } = self;
        // Names in the text are not broken either.
        let longest = texts.iter().flat_map(|text| text.split_whitespace()).map(grid::width).max();
        let needed = TEXT_WIDTH.max(longest.unwrap_or(0));
        let room =
            |columns: &[Column]| width.map(|width| width.saturating_sub(grid::total_width(columns) + 3));
        for columns in [&mut columns, &mut narrower] {
            let room = room(columns);
            if below.is_empty() && room.is_none_or(|room| room >= needed) {
                let wrapped = texts.iter().map(|text| wrap(text, room).join("\n")).collect();
                columns.push(Column::new(head, wrapped));
                return grid::lines(columns);
            }
        }
        let fits = width.is_none_or(|width| grid::total_width(&columns) <= width);
        let (columns, each) = if fits { (columns, 1) } else { (grid::fit(narrower, width), 2) };
        let mut lines = grid::lines(&columns);
        let rows = lines.split_off(1);
        let mut below = below.into_iter();
        for (row, text) in rows.chunks(each).zip(texts) {
            lines.extend_from_slice(row);
            let told = wrap(&text, width.map(|width| width.saturating_sub(3)));
            let told = told.into_iter().chain(below.next().unwrap_or_default());
            lines.extend(told.map(|line| format!("   {line}")));
        }
        lines
    }
}
