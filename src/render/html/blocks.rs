//! The blocks of a document as HTML.

use super::super::document::{Block, Column, Fold, Item, Line, Span, Table};
use super::super::escape::{message, visible};
use super::super::grid;
use super::super::words::sentence_case;
use super::charts::bar;
use crate::finding::Severity;
use crate::finding::command::changes_cluster;
use maud::{Markup, PreEscaped, html};

/// The place of blocks within the page.
pub(super) struct Place<'p> {
    /// The number of levels above the first heading.
    pub(super) level: usize,
    /// The prefix of ids, different for each cluster.
    pub(super) prefix: &'p str,
}

impl Place<'_> {
    /// Returns the ids of the headings that name a section: several clusters have sections of the same names.
    pub(super) fn names_of(&self, id: &str) -> String {
        if self.prefix.is_empty() { id.to_owned() } else { format!("{}top {id}", self.prefix) }
    }
}

/// Returns the blocks of a section. Its first block is the heading, which gets the id; pictures follow it.
pub(super) fn section(blocks: &[Block], place: &Place, id: &str, pictures: &Markup) -> Markup {
    let Some((Block::Heading(level, line), rest)) = blocks.split_first() else { return all(blocks, place) };
    html! {
        (heading(level + place.level, Some(id), &self::line(line)))
        (pictures)
        (below(rest, place, plain(line)))
    }
}

/// Returns blocks, in their order.
pub(super) fn all(blocks: &[Block], place: &Place) -> Markup {
    below(blocks, place, String::new())
}

/// Returns the blocks below a heading. A table that scrolls is named by the last heading above it.
fn below(blocks: &[Block], place: &Place, mut label: String) -> Markup {
    let mut out = String::new();
    for block in blocks {
        if let Block::Heading(_, line) = block {
            label = plain(line);
        }
        out.push_str(&one(block, place, &label).0);
    }
    PreEscaped(out)
}

fn one(block: &Block, place: &Place, label: &str) -> Markup {
    match block {
        Block::Title(lines) => heading(1 + place.level, None, &joined(lines, " ")),
        Block::Heading(level, line) => heading(level + place.level, None, &self::line(line)),
        Block::Parts(parts) if parts.is_empty() => Markup::default(),
        Block::Parts(parts) => html! { p { (joined(parts, " · ")) } },
        Block::Lines(lines) => html! { @for line in lines { p { (self::line(line)) } } },
        Block::Items(items) if items.is_empty() => Markup::default(),
        Block::Items(items) => html! { ul { @for item in items { li { (self::item(item)) } } } },
        Block::Table(table) => self::table(table, label),
        Block::Commands(commands) => self::commands(commands),
        Block::Fold(Fold { head, open, blocks }) => {
            let label = match &**head {
                Block::Heading(_, line) => plain(line),
                _ => label.to_owned(),
            };
            html! {
                details open[*open] {
                    summary { (fold_head(head, place)) }
                    @for block in blocks { (one(block, place, &label)) }
                }
            }
        }
    }
}

/// Returns the head of a fold. A paragraph is not allowed there.
fn fold_head(head: &Block, place: &Place) -> Markup {
    match head {
        Block::Parts(parts) => joined(parts, " · "),
        other => one(other, place, ""),
    }
}

fn item(Item { head, text, .. }: &Item) -> Markup {
    html! { @if let Some(head) = head { (line(head)) } (line(text)) }
}

/// Returns a heading of a level.
pub(super) fn heading(level: usize, id: Option<&str>, text: &Markup) -> Markup {
    match level {
        0 | 1 => html! { h1 id=[id] { (text) } },
        2 => html! { h2 id=[id] { (text) } },
        3 => html! { h3 id=[id] { (text) } },
        4 => html! { h4 id=[id] { (text) } },
        5 => html! { h5 id=[id] { (text) } },
        _ => html! { h6 id=[id] { (text) } },
    }
}

/// Returns a table, with a bar in each cell that is a part of a whole.
fn table(table: &Table, label: &str) -> Markup {
    let columns: Vec<&Column> = table.columns.iter().chain(&table.text).collect();
    let rows = columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    if rows == 0 {
        return Markup::default();
    }
    let columns: Vec<_> = columns.into_iter().map(|column| (column, class_of(column))).collect();
    html! {
        div.scroll role="group" tabindex="0" aria-label=[Some(label).filter(|label| !label.is_empty())] {
            table {
                thead { tr { @for (column, class) in &columns {
                    th scope="col" class=[*class] { (sentence_case(&column.head)) }
                } } }
                tbody { @for row in 0..rows {
                    tr { @for (column, class) in &columns { (cell(column, *class, row)) } }
                } }
            }
        }
    }
}

fn cell(column: &Column, class: Option<&str>, row: usize) -> Markup {
    let text = column.cells.get(row).map(line).unwrap_or_default();
    let share = column.shares.get(row);
    html! { td class=[class] { @if let Some(share) = share { (bar(&[(*share, "part")], 1000)) } (text) } }
}

/// The widest cell of a column that is not broken into lines, in columns of a terminal.
const SHORT: usize = 18;

/// Returns the class of the cells of a column.
fn class_of(column: &Column) -> Option<&'static str> {
    let is_short = |cell: &Line| grid::width(&plain(cell)) <= SHORT;
    if !column.shares.is_empty() {
        Some("share")
    } else if column.numeric {
        Some("number")
    } else {
        column.cells.iter().all(is_short).then_some("short")
    }
}

/// Returns commands, each with a mark if it changes the cluster.
pub(super) fn commands(commands: &[String]) -> Markup {
    html! {
        @for command in commands {
            div.command.changes[changes_cluster(command)] { code { (visible(command)) } }
        }
    }
}

/// Returns lines with a separator between them.
fn joined(lines: &[Line], separator: &str) -> Markup {
    html! {
        @for (index, line) in lines.iter().enumerate() {
            @if index > 0 { (separator) }
            (self::line(line))
        }
    }
}

/// Returns a line.
pub(super) fn line(line: &Line) -> Markup {
    let mut out = String::new();
    let mut is_strong = false;
    let mut rest = line.spans.as_slice();
    while let Some((span, after)) = rest.split_first() {
        rest = after;
        match (span, after) {
            (Span::Mark("**"), _) => {
                out.push_str(if is_strong { "</strong>" } else { "<strong>" });
                is_strong = !is_strong;
            }
            (Span::Mark("<br>"), _) => out.push_str("<br>"),
            (Span::Mark("<"), [Span::Own(url), Span::Mark(">"), tail @ ..]) => {
                out.push_str(&link(url).0);
                rest = tail;
            }
            (Span::Mark(_), _) => {}
            (Span::Own(text), _) => out.push_str(&own(text).0),
            (Span::Name(text), _) => out.push_str(&isolated(&visible(text)).0),
            (Span::Message(text) | Span::Brief(text), _) => out.push_str(&isolated(&message(text)).0),
        }
    }
    if is_strong {
        out.push_str("</strong>");
    }
    PreEscaped(out)
}

/// Returns the text of a line without marks.
pub(super) fn plain(line: &Line) -> String {
    let text = |span: &Span| match span {
        Span::Own(text) => text.chars().filter(|c| dot(*c).is_none()).collect(),
        Span::Name(text) | Span::Message(text) | Span::Brief(text) => visible(text),
        Span::Mark(_) => String::new(),
    };
    line.spans.iter().map(text).collect::<String>().trim().to_owned()
}

/// Returns a link. An address of another scheme is text.
fn link(url: &str) -> Markup {
    if url.starts_with("https://") || url.starts_with("http://") {
        html! { a href=(url) rel="noopener noreferrer" { (url) } }
    } else {
        html! { (visible(url)) }
    }
}

/// Returns text of the tool: code between backticks, and the coloured circles as marks that print alike everywhere.
fn own(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (visible(part)) } } @else { (dotted(part)) }
        }
    }
}

/// Returns text with its coloured circles as marks.
pub(super) fn dotted(text: &str) -> Markup {
    html! {
        @for part in text.split_inclusive(|c| dot(c).is_some()) {
            @let last = part.chars().next_back().and_then(dot);
            (visible(part.trim_end_matches(|c| dot(c).is_some())))
            @if let Some(class) = last { i class={ "dot " (class) } {} }
        }
    }
}

/// Returns the class of a severity.
pub(super) fn color(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "red",
        Severity::Medium => "yellow",
        Severity::Low => "blue",
    }
}

/// Returns the class of a coloured circle.
fn dot(c: char) -> Option<&'static str> {
    match c {
        '🔴' => Some("red"),
        '🟡' => Some("yellow"),
        '🟢' => Some("green"),
        '🔵' => Some("blue"),
        '⚪' => Some("white"),
        '⚫' => Some("black"),
        _ => None,
    }
}

/// Returns text of the cluster. Letters that are written from right to left do not reorder what is around them.
fn isolated(text: &str) -> Markup {
    if text.chars().any(is_right_to_left) {
        html! { bdi { (text) } }
    } else {
        html! { (text) }
    }
}

fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}
