//! The model of the screens: sections of headings, lines, items, tables and commands. The terminal, Markdown and HTML write
//! the same document, each in its own layout.
//!
//! Text from the cluster is marked as such when it enters a document, and is escaped where the document is written.

mod line;

use super::grid::{self, Density, Wrapped};
use super::markdown::Page;
use super::words::sentence_case;
use super::{Look, wrap};
pub(super) use line::{Line, Span, brief, mark, message, name, own, strong};
use std::io::{self, Write};

/// An item of a list: a bullet in Markdown, wrapped lines on the terminal.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// The text before the wrapped text; on a line of its own if both do not fit in one line.
    pub(super) head: Option<Line>,
    pub(super) text: Line,
    /// The indentation of wrapped text on the terminal.
    pub(super) indent: usize,
}

impl<T: Into<Line>> From<T> for Item {
    fn from(text: T) -> Self {
        Item { head: None, text: text.into(), indent: 0 }
    }
}

/// A column of a table.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) head: String,
    pub(super) cells: Vec<Line>,
    pub(super) numeric: bool,
    expendable: u8,
    /// The part of each cell in a whole, in thousandths. HTML draws it as a bar.
    pub(super) shares: Vec<u64>,
}

impl Column {
    pub(super) fn new<T: Into<Line>>(head: impl Into<String>, cells: impl IntoIterator<Item = T>) -> Self {
        let cells = cells.into_iter().map(Into::into).collect();
        Self { head: head.into(), cells, numeric: false, expendable: 0, shares: Vec::new() }
    }

    /// Aligns the cells to the right on the terminal.
    pub(super) fn numeric(self) -> Self {
        Self { numeric: true, ..self }
    }

    /// Lets a narrow terminal drop the column; higher ranks go first.
    pub(super) fn expendable(self, rank: u8) -> Self {
        Self { expendable: rank, ..self }
    }

    /// Draws each cell as a part of a whole, in HTML.
    pub(super) fn shares(self, parts: impl IntoIterator<Item = u64>, whole: u64) -> Self {
        let share = |part: u64| part.saturating_mul(1000).checked_div(whole).unwrap_or(0).min(1000);
        Self { shares: parts.into_iter().map(share).collect(), ..self }
    }

    fn on_terminal(&self) -> grid::Column {
        grid::Column {
            head: self.head.clone(),
            cells: self.cells.iter().map(Line::on_terminal).collect(),
            numeric: self.numeric,
            expendable: self.expendable,
        }
    }
}

/// A table. Its last column may be a text that the terminal wraps.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) columns: Vec<Column>,
    /// The columns for a narrow terminal, with 2 lines for each row.
    pub(super) narrow: Vec<Column>,
    pub(super) text: Option<Column>,
    /// Blocks below the text of each row, on the terminal only.
    pub(super) below: Vec<Vec<Block>>,
    /// Headings between the rows, on the terminal only: each with the index of the row after it.
    pub(super) groups: Vec<(usize, Line)>,
    /// How much room the rows take on the terminal.
    pub(super) density: Density,
}

impl Table {
    pub(super) fn new(columns: Vec<Column>) -> Self {
        Self { columns, ..Self::default() }
    }

    fn on_terminal(&self, look: Look) -> Vec<String> {
        let columns = |of: &[Column]| of.iter().map(Column::on_terminal).collect::<Vec<_>>();
        let Some(text) = &self.text else {
            return grid::lines(&grid::fit(columns(&self.columns), look.width));
        };
        let narrower = Look { width: look.width.map(|width| width.saturating_sub(grid::INDENT)), ..look };
        let below = |blocks: &Vec<Block>| -> Vec<String> {
            blocks.iter().flat_map(|block| block.on_terminal(narrower)).collect()
        };
        let wrapped = Wrapped {
            columns: columns(&self.columns),
            narrow: columns(&self.narrow),
            text: text.on_terminal(),
            below: self.below.iter().map(below).collect(),
            groups: self.groups.iter().map(|(row, line)| (*row, look.bold(&line.on_terminal()))).collect(),
            density: self.density,
        };
        wrapped.lines(look.width)
    }

    /// Returns the rows, the heads first.
    pub(super) fn in_markdown(&self) -> Vec<Vec<String>> {
        let columns: Vec<&Column> = self.columns.iter().chain(&self.text).collect();
        let count = columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
        let row = |index: usize| {
            let cell = |column: &&Column| column.cells.get(index).map(Line::in_markdown).unwrap_or_default();
            columns.iter().map(cell).collect()
        };
        let heads = columns.iter().map(|column| sentence_case(&column.head)).collect();
        std::iter::once(heads).chain((0..count).map(row)).collect()
    }
}

/// A part of a section.
#[derive(Clone, Debug)]
pub(super) enum Block {
    /// The lines of a title.
    Title(Vec<Line>),
    /// A heading of a level, from 1.
    Heading(usize, Line),
    /// Parts with a dot between them. The terminal breaks lines only between parts.
    Parts(Vec<Line>),
    /// Lines that are not broken.
    Lines(Vec<Line>),
    /// A list.
    Items(Vec<Item>),
    /// A table.
    Table(Table),
    /// Commands to paste.
    Commands(Vec<String>),
    /// A heading and the blocks below it, which HTML folds.
    Fold(Fold),
}

/// A heading and the blocks below it.
#[derive(Clone, Debug)]
pub(super) struct Fold {
    /// A heading, or a line in bold.
    pub(super) head: Box<Block>,
    /// Whether HTML shows the blocks at first.
    pub(super) open: bool,
    pub(super) blocks: Vec<Block>,
}

impl Fold {
    fn parts(&self) -> impl Iterator<Item = &Block> {
        std::iter::once(&*self.head).chain(&self.blocks)
    }
}

/// The indentation from which a line without a head is a part of the item before it.
const NESTED: usize = 5;

impl Block {
    pub(super) fn items<T: Into<Item>>(items: impl IntoIterator<Item = T>) -> Self {
        Block::Items(items.into_iter().map(Into::into).collect())
    }

    fn on_terminal(&self, look: Look) -> Vec<String> {
        match self {
            Block::Heading(_, line) => {
                wrap(&line.on_terminal(), look.width).iter().map(|part| look.bold(part)).collect()
            }
            Block::Parts(parts) => {
                let shown: Vec<String> = parts.iter().map(Line::on_terminal).collect();
                let paint =
                    |text: &String| parts.first().map_or_else(String::new, |first| first.paint(text, look));
                flow(&shown, look.width).iter().map(paint).collect()
            }
            Block::Title(lines) | Block::Lines(lines) => {
                lines.iter().map(|line| line.paint(&line.on_terminal(), look)).collect()
            }
            Block::Items(items) => items.iter().flat_map(|item| of_item(item, look)).collect(),
            Block::Table(table) => {
                let mut lines = table.on_terminal(look);
                let has_head = table.density != Density::Tight;
                match lines.first_mut().filter(|_| has_head) {
                    Some(head) if look.rows.headers => *head = look.bold(head),
                    Some(_) => _ = lines.remove(0),
                    None => {}
                }
                lines
            }
            Block::Commands(commands) => {
                commands.iter().map(|line| format!("  {}", own(line).command().paint(line, look))).collect()
            }
            Block::Fold(fold) => fold.parts().flat_map(|block| block.on_terminal(look)).collect(),
        }
    }

    pub(super) fn in_markdown(&self, page: &mut Page) {
        match self {
            Block::Heading(level, line) => page.heading(*level, &line.in_markdown()),
            Block::Parts(parts) => {
                page.paragraph(parts.iter().map(Line::in_markdown).collect::<Vec<_>>().join(" · "));
            }
            Block::Title(lines) => {
                page.heading(1, &lines.iter().map(Line::in_markdown).collect::<Vec<_>>().join(" "));
            }
            Block::Lines(lines) => lines.iter().for_each(|line| page.paragraph(line.in_markdown())),
            Block::Items(items) => page.nested_bullets(items.iter().map(|item| {
                let head = item.head.as_ref().map(Line::in_markdown).unwrap_or_default();
                let is_nested = item.head.is_none() && item.indent >= NESTED;
                (is_nested, (head + &item.text.in_markdown()).trim().to_owned())
            })),
            Block::Table(table) => page.table(&table.in_markdown()),
            Block::Commands(commands) => page.commands(commands),
            Block::Fold(fold) => fold.parts().for_each(|block| block.in_markdown(page)),
        }
    }
}

fn of_item(Item { head, text, indent }: &Item, look: Look) -> Vec<String> {
    let shown = text.on_terminal();
    let head = head.as_ref().map(Line::on_terminal);
    let fits = |head: &str| {
        shown.is_empty() || look.width.is_none_or(|width| grid::width(head) + grid::width(&shown) <= width)
    };
    if let Some(head) = head.as_ref().filter(|head| fits(head)) {
        return vec![format!("{head}{}", text.paint(&shown, look))];
    }
    let margin = " ".repeat(*indent);
    let lines = wrap(&shown, look.width.map(|width| width.saturating_sub(*indent)));
    let lines = lines.iter().map(|line| format!("{margin}{}", text.paint(line, look)));
    head.map(|head| head.trim_end().to_owned()).into_iter().chain(lines).collect()
}

/// Sets parts on as few lines as possible. No part is broken: it may be a command.
pub(super) fn flow(parts: &[String], width: Option<usize>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if width.is_none_or(|width| grid::width(line) + 3 + grid::width(part) <= width) => {
                line.push_str(" · ");
                line.push_str(part);
            }
            _ => lines.push(part.clone()),
        }
    }
    lines
}

/// A screen, or a page.
#[derive(Clone, Debug, Default)]
pub(super) struct Document {
    sections: Vec<Vec<Block>>,
}

impl Document {
    /// Adds a section: blocks without an empty line between them on the terminal.
    pub(super) fn section(&mut self, blocks: impl IntoIterator<Item = Block>) {
        self.sections.push(blocks.into_iter().collect());
    }

    /// Writes the document for a terminal.
    pub(super) fn terminal(&self, look: Look, out: &mut dyn Write) -> io::Result<()> {
        terminal(self.sections.iter().map(Vec::as_slice), look, out)
    }

    /// Writes the document as Markdown.
    pub(super) fn markdown(self, out: &mut dyn Write) -> io::Result<()> {
        let mut page = Page::default();
        self.sections.into_iter().try_for_each(|blocks| page.section(blocks, out))
    }
}

/// Writes sections for a terminal, each when it is there, with an empty line between them.
pub(super) fn terminal<S: AsRef<[Block]>>(
    sections: impl IntoIterator<Item = S>,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut is_first = true;
    for section in sections {
        let mut lines = lines(section.as_ref(), look).peekable();
        if lines.peek().is_some() && !std::mem::take(&mut is_first) {
            writeln!(out)?;
        }
        lines.try_for_each(|line| writeln!(out, "{line}"))?;
    }
    Ok(())
}

/// Returns the same as a text, without the end of its last line.
pub(super) fn text(sections: impl Iterator<Item = Vec<Block>>, look: Look) -> String {
    let texts = sections.map(|section| lines(&section, look).collect::<Vec<_>>().join("\n"));
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn lines(section: &[Block], look: Look) -> impl Iterator<Item = String> {
    section.iter().flat_map(move |block| block.on_terminal(look))
}
