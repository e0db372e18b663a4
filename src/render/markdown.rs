//! The full report, and the syntax of Markdown.

use super::document::Block;
use super::escape;
use super::{Look, sections};
use crate::report::Report;
use std::io::{self, Write};

/// Writes the report. Each section is dropped when it is written: together they may need as much memory as the rows.
pub(super) fn write(reports: &[Report], look: Look, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::default();
    if reports.len() > 1 {
        page.section(sections::clusters(reports, look), out)?;
    }
    for report in reports.iter().filter(|report| reports.len() == 1 || !report.is_of_nothing()) {
        page.section(sections::title(report, look), out)?;
        for section in sections::ALL {
            page.section(section(report, look), out)?;
        }
    }
    Ok(())
}

/// The Markdown that is being written, line by line.
#[derive(Default)]
pub(super) struct Page {
    lines: Vec<String>,
    has_begun: bool,
}

impl Page {
    /// Writes blocks.
    pub(super) fn section(&mut self, blocks: Vec<Block>, out: &mut dyn Write) -> io::Result<()> {
        for block in blocks {
            block.in_markdown(self);
            self.write(out)?;
        }
        Ok(())
    }

    /// Writes the lines so far.
    pub(super) fn write(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.has_begun |= !self.lines.is_empty();
        self.lines.drain(..).try_for_each(|line| writeln!(out, "{line}"))
    }

    /// Adds a heading after an empty line.
    pub(super) fn heading(&mut self, level: usize, text: &str) {
        if self.has_begun || !self.lines.is_empty() {
            self.lines.push(String::new());
        }
        self.lines.push(format!("{} {text}", "#".repeat(level)));
    }

    /// Adds a paragraph after an empty line.
    pub(super) fn paragraph(&mut self, text: impl Into<String>) {
        self.lines.push(String::new());
        self.lines.push(text.into());
    }

    /// Adds a list after an empty line. An empty list is nothing.
    pub(super) fn bullets(&mut self, items: impl IntoIterator<Item = String>) {
        self.nested_bullets(items.into_iter().map(|item| (false, item)));
    }

    /// Adds the same, each item with whether it is a part of the one before it.
    pub(super) fn nested_bullets(&mut self, items: impl IntoIterator<Item = (bool, String)>) {
        let mut items = items.into_iter().peekable();
        if items.peek().is_some() {
            self.lines.push(String::new());
            let line = |(is_nested, item)| format!("{}- {item}", if is_nested { "  " } else { "" });
            self.lines.extend(items.map(line));
        }
    }

    /// Adds a table after an empty line. Cells must be escaped; the first row is the head.
    pub(super) fn table(&mut self, rows: &[Vec<String>]) {
        let Some((head, body)) = rows.split_first() else { return };
        let row = |cells: &[String]| format!("| {} |", cells.join(" | "));
        self.lines.push(String::new());
        self.lines.push(row(head));
        self.lines.push(row(&vec!["---".to_owned(); head.len()]));
        self.lines.extend(body.iter().map(|cells| row(cells)));
    }

    /// Adds commands in a block of their own. No command can end the block.
    pub(super) fn commands(&mut self, commands: &[String]) {
        if commands.is_empty() {
            return;
        }
        let runs = commands.iter().flat_map(|line| line.split(|c| c != '`')).map(str::len).max();
        let fence = "`".repeat(runs.unwrap_or(0).max(2) + 1);
        self.lines.push(String::new());
        self.lines.push(format!("{fence}bash"));
        self.lines.extend(commands.iter().cloned());
        self.lines.push(fence);
    }
}

/// Escapes a cell or a part of a sentence from the cluster.
pub(super) fn text(text: &str) -> String {
    escape::markdown(text)
}

/// Escapes a message from the cluster.
pub(super) fn message(text: &str) -> String {
    escape::markdown(&escape::message(text)).replace("\\\\n", " ")
}
