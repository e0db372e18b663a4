//! Rows in columns, as kubectl sets them: upper-case heads, three spaces between, no borders. Widths are
//! display columns, so that Chinese and emoji line up, and colour codes count for nothing.

use tabled::builder::Builder;
use tabled::settings::object::Columns;
use tabled::settings::{Alignment, Padding, Style};
use unicode_width::UnicodeWidthStr;

/// One column of a table.
pub(super) struct Column {
    /// Its head.
    pub(super) head: String,
    /// One cell for each row; line breaks are kept.
    pub(super) cells: Vec<String>,
    /// Numbers stand to the right.
    pub(super) numeric: bool,
    /// Columns with a higher number go first when the terminal is too narrow; 0 stays.
    pub(super) expendable: u8,
}

impl Column {
    pub(super) fn new(head: impl Into<String>, cells: Vec<String>) -> Self {
        Self { head: head.into(), cells, numeric: false, expendable: 0 }
    }

    pub(super) fn numeric(self) -> Self {
        Self { numeric: true, ..self }
    }

    pub(super) fn expendable(self, rank: u8) -> Self {
        Self { expendable: rank, ..self }
    }

    fn width(&self) -> usize {
        let widest = self.cells.iter().flat_map(|cell| cell.lines()).map(width).max();
        widest.unwrap_or(0).max(width(&self.head))
    }
}

/// How many columns of a terminal a text takes, colour codes aside.
pub(super) fn width(text: &str) -> usize {
    if !text.contains('\u{1b}') {
        return text.width();
    }
    let mut columns = 0;
    let mut rest = text;
    while let Some((before, code)) = rest.split_once('\u{1b}') {
        columns += before.width();
        rest = code.split_once('m').map_or("", |(_, after)| after);
    }
    columns + rest.width()
}

/// The width the columns take side by side.
pub(super) fn total_width(columns: &[Column]) -> usize {
    columns.iter().map(Column::width).sum::<usize>() + GAP * columns.len().saturating_sub(1)
}

const GAP: usize = 3;

/// Drops expendable columns until the table fits, the least useful first. Names are never cut: if what is left
/// is still too wide, it is left so.
pub(super) fn fit(mut columns: Vec<Column>, terminal: Option<usize>) -> Vec<Column> {
    let Some(terminal) = terminal else { return columns };
    while total_width(&columns) > terminal {
        let least = columns.iter().enumerate().max_by_key(|(_, c)| c.expendable);
        match least {
            Some((index, column)) if column.expendable > 0 => {
                columns.remove(index);
            }
            _ => break,
        }
    }
    columns
}

/// Sets the columns side by side; no line ends in a space.
pub(super) fn lines(columns: &[Column]) -> Vec<String> {
    let rows = columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    let mut builder = Builder::with_capacity(rows + 1, columns.len());
    builder.push_record(columns.iter().map(|column| column.head.as_str()));
    for row in 0..rows {
        builder.push_record(columns.iter().map(|c| c.cells.get(row).map_or("", String::as_str)));
    }
    let mut table = builder.build();
    table.with(Style::empty()).with(Padding::new(0, GAP, 0, 0));
    for (index, _) in columns.iter().enumerate().filter(|(_, column)| column.numeric) {
        table.modify(Columns::one(index), Alignment::right());
    }
    table.to_string().lines().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(head: &str, cells: &[&str]) -> Column {
        Column::new(head, cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn chinese_emoji_and_colour_line_up() {
        let columns = [
            column("命名空間", &["pigo-dev", "測試"]),
            column("STATE", &["🔴", "\u{1b}[31mok\u{1b}[0m"]),
            column("N", &["1", "12"]).numeric(),
        ];
        assert_eq!(
            lines(&columns),
            ["命名空間   STATE    N", "pigo-dev   🔴       1", "測試       \u{1b}[31mok\u{1b}[0m      12"]
        );
    }

    #[test]
    fn the_least_useful_column_goes_first_and_names_stay_whole() {
        let name = "a-name-that-an-operator-will-copy";
        let columns = || {
            vec![
                column("NAME", &[name]),
                column("NODE", &["node-1"]).expendable(2),
                column("AGE", &["5d"]).expendable(1),
            ]
        };
        let heads = |width| -> Vec<String> { fit(columns(), width).into_iter().map(|c| c.head).collect() };
        assert_eq!(heads(None), ["NAME", "NODE", "AGE"]);
        assert_eq!(heads(Some(45)), ["NAME", "AGE"]);
        assert_eq!(heads(Some(10)), ["NAME"]);
        assert!(lines(&fit(columns(), Some(10)))[1].contains(name));
    }
}
