//! Columns on a terminal, as kubectl lays them out: upper-case heads, three spaces between columns, no borders. Widths are
//! display columns: Chinese and emoji align, and colour codes take no space.

use super::wrap;
use tabled::builder::Builder;
use tabled::settings::object::Columns;
use tabled::settings::{Alignment, Padding, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// One column of a table.
pub(super) struct Column {
    pub(super) head: String,
    /// One cell for each row; line breaks are kept.
    pub(super) cells: Vec<String>,
    /// Aligned to the right.
    pub(super) numeric: bool,
    /// Columns with a higher number are dropped first on a narrow terminal; 0 is never dropped.
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

/// Returns the number of terminal columns of a text. Colour codes take none.
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

/// Returns the width of the columns side by side.
pub(super) fn total_width(columns: &[Column]) -> usize {
    columns.iter().map(Column::width).sum::<usize>() + GAP * columns.len().saturating_sub(1)
}

const GAP: usize = 3;

/// Drops expendable columns until the table fits. Names are never cut: what is left may still be too wide.
pub(super) fn fit(mut columns: Vec<Column>, terminal: Option<usize>) -> Vec<Column> {
    let Some(terminal) = terminal else { return columns };
    while total_width(&columns) > terminal {
        let least = columns.iter().enumerate().max_by_key(|(_, column)| column.expendable);
        let Some((index, _)) = least.filter(|(_, column)| column.expendable > 0) else { break };
        columns.remove(index);
    }
    columns
}

/// Lays out the columns side by side. No line ends in a space.
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

/// The width below which a text column moves under its row.
const TEXT_WIDTH: usize = 36;

/// The indentation of a text under its row.
pub(super) const INDENT: usize = 3;

/// Rows with a text each: in a last column if there is room, else under the row.
pub(super) struct Wrapped {
    /// The columns before the text, with one line for each row.
    pub(super) columns: Vec<Column>,
    /// The same for a narrow terminal, with 2 lines for each row. Expendable columns are dropped if it is still too wide.
    pub(super) narrow: Vec<Column>,
    pub(super) text: Column,
    /// Lines under the text of each row. If there are any, all texts are under their rows.
    pub(super) below: Vec<Vec<String>>,
    /// Lines between the rows: each with the index of the row after it.
    pub(super) groups: Vec<(usize, String)>,
    /// How much room the rows take.
    pub(super) density: Density,
}

/// How much room the rows of a table take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Density {
    /// The text is in a last column if there is room.
    #[default]
    Loose,
    /// The text of each row is below it, which takes fewer lines.
    Dense,
    /// The text is one line, and the table has no head.
    Tight,
}

impl Wrapped {
    /// Lays out the table; the first line is the head.
    pub(super) fn lines(mut self, width: Option<usize>) -> Vec<String> {
        let groups = std::mem::take(&mut self.groups);
        let has_head = self.density != Density::Tight;
        let (head, rows) = self.rows(width);
        let mut out = if has_head { vec![head] } else { Vec::new() };
        for (index, row) in rows.into_iter().enumerate() {
            out.extend(groups.iter().filter(|(before, _)| *before == index).map(|(_, line)| line.clone()));
            out.extend(row);
        }
        out
    }

    /// Returns the head and the lines of each row.
    fn rows(self, width: Option<usize>) -> (String, Vec<Vec<String>>) {
        let Self { mut columns, mut narrow, text, below, groups: _, density } = self;
        // Names in the text are not broken either.
        let longest = text.cells.iter().flat_map(|text| text.split_whitespace()).map(self::width).max();
        let needed = TEXT_WIDTH.max(longest.unwrap_or(0));
        let room = |columns: &[Column]| width.map(|width| width.saturating_sub(total_width(columns) + GAP));
        for columns in [&mut columns, &mut narrow] {
            let room = room(columns);
            if below.is_empty() && room.is_none_or(|room| room >= needed) && density == Density::Loose {
                let cells = text.cells.iter().map(|text| wrap(text, room).join("\n")).collect();
                columns.push(Column::new(text.head, cells));
                return by_row(columns);
            }
        }
        let columns = if density == Density::Loose { columns } else { fit(columns, width) };
        let fits = width.is_none_or(|width| total_width(&columns) <= width);
        let columns = if fits { columns } else { fit(narrow, width) };
        let (head, mut rows) = by_row(&columns);
        let mut below = below.into_iter();
        for (row, text) in rows.iter_mut().zip(text.cells) {
            let room = width.map(|width| width.saturating_sub(INDENT));
            let wrapped = match room.filter(|_| density == Density::Tight) {
                Some(room) => vec![on_one_line(&text, room)],
                None => wrap(&text, room),
            };
            let wrapped = wrapped.into_iter().chain(below.next().unwrap_or_default());
            row.extend(wrapped.map(|line| format!("{}{line}", " ".repeat(INDENT))));
        }
        (head, rows)
    }
}

/// The least columns of a quotation in brackets. If there is less room for it, it is left out.
const QUOTED: usize = 10;

/// Returns a text on one line. If it is too long, what is quoted in brackets at its end is shortened or left out first: the
/// words before say what it means.
fn on_one_line(text: &str, room: usize) -> String {
    let Some((head, open, quoted, close)) = quotation(text).filter(|_| width(text) > room) else {
        return without_middle(text, room);
    };
    let brackets = open.width().unwrap_or(0) + close.width().unwrap_or(0);
    match room.checked_sub(width(head) + brackets).filter(|left| *left >= QUOTED) {
        Some(left) => format!("{head}{open}{}{close}", without_middle(quoted, left)),
        None => without_middle(head.trim_end(), room),
    }
}

/// Returns the words before the brackets at the end of a text, the brackets, and the words in them.
fn quotation(text: &str) -> Option<(&str, char, &str, char)> {
    let close = text.chars().next_back().filter(|c| matches!(c, ')' | '）'))?;
    let mut open_brackets = 0;
    for (at, c) in text.char_indices().rev() {
        match c {
            ')' | '）' => open_brackets += 1,
            '(' | '（' => open_brackets -= 1,
            _ => {}
        }
        if open_brackets == 0 {
            let quoted = text.get(at + c.len_utf8()..text.len() - close.len_utf8())?;
            return Some((text.get(..at)?, c, quoted, close)).filter(|(head, ..)| !head.trim().is_empty());
        }
    }
    None
}

/// Returns a text on one line, without its middle if it is too long: the end of a wrapped error is its cause.
pub(super) fn without_middle(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let half = room.saturating_sub(1) / 2;
    let taken = |chars: &mut dyn Iterator<Item = char>| -> String {
        let mut used = 0;
        let fits = |c: &char| {
            used += c.width().unwrap_or(0);
            used <= half
        };
        chars.take_while(fits).collect()
    };
    let start = taken(&mut text.chars());
    let end: String = taken(&mut text.chars().rev()).chars().rev().collect();
    format!("{}…{}", start.trim_end(), end.trim_start())
}

/// Lays out the columns side by side, and returns the head and the lines of each row.
fn by_row(columns: &[Column]) -> (String, Vec<Vec<String>>) {
    let mut rest = lines(columns).into_iter();
    let head = rest.next().unwrap_or_default();
    let rows = columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    let height = |row: usize| {
        let cells = columns.iter().filter_map(|column| column.cells.get(row));
        cells.map(|cell| cell.split('\n').count()).max().unwrap_or(1)
    };
    (head, (0..rows).map(|row| rest.by_ref().take(height(row)).collect()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(head: &str, cells: &[&str]) -> Column {
        Column::new(head, cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn every_text_is_under_its_row() {
        let rows = Wrapped {
            columns: vec![column("OBJECT", &["node/a\n", "pod/b\nshop", "node/c\n"])],
            narrow: Vec::new(),
            text: column("WHY", &["one", "two", "three"]),
            below: Vec::new(),
            groups: Vec::new(),
            density: Density::Dense,
        };
        let lines = rows.lines(Some(40)).join("|");
        assert_eq!(lines, "OBJECT|node/a||   one|pod/b|shop|   two|node/c||   three");
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
    fn a_long_text_keeps_its_start_and_its_end() {
        let pull = "image x cannot be pulled (rpc error (code 5): not found)";
        assert_eq!(on_one_line(pull, 60), pull);
        assert_eq!(on_one_line(pull, 42), "image x cannot be pulled (rpc err…t found)");
        assert_eq!(on_one_line(pull, 30), "image x cannot be pulled");
        assert_eq!(on_one_line(pull, 15), "image x…pulled");
        assert_eq!(
            on_one_line("映像檔 x 無法拉取（找不到這個標籤，請確認名稱）", 34),
            "映像檔 x 無法拉取（找不到…認名稱）"
        );
        assert_eq!(on_one_line("(only a quotation)", 9), "(onl…ion)");
        assert_eq!(without_middle("short", 5), "short");
        assert_eq!(without_middle("mount failed: a: b: permission denied", 21), "mount fail…ion denied");
        assert_eq!(without_middle("容器反覆崩潰結束碼", 9), "容器…束碼");
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
