//! The patrol report: nine sections for whoever reads it the next morning, or a year later.

use super::escape;
use super::{Look, sections};
use crate::report::Report;
use crate::text::{Lang, Text};
use std::io::{self, Write};

pub(super) fn write(reports: &[Report], look: Look, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(look.lang, look.all);
    if reports.len() > 1 {
        sections::clusters(reports, &mut page);
    }
    for report in reports.iter().filter(|report| reports.len() == 1 || !report.is_of_nothing()) {
        for section in sections::ALL {
            section(report, &mut page);
        }
    }
    page.write(out)
}

/// The Markdown being written, line by line.
pub(super) struct Page {
    pub(super) lang: Lang,
    /// Whether long lists are written in full.
    pub(super) all: bool,
    lines: Vec<String>,
}

impl Page {
    pub(super) fn new(lang: Lang, all: bool) -> Self {
        Self { lang, all, lines: Vec::new() }
    }

    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        self.lines.iter().try_for_each(|line| writeln!(out, "{line}"))
    }

    /// A text of ours.
    pub(super) fn word(&self, text: &Text) -> &'static str {
        text.get(self.lang)
    }

    /// What stands between a name and its value.
    pub(super) fn colon(&self) -> &'static str {
        super::words::colon(self.lang)
    }

    /// A heading after an empty line.
    pub(super) fn heading(&mut self, level: usize, text: &str) {
        if !self.lines.is_empty() {
            self.lines.push(String::new());
        }
        self.lines.push(format!("{} {text}", "#".repeat(level)));
    }

    /// A paragraph after an empty line.
    pub(super) fn paragraph(&mut self, text: impl Into<String>) {
        self.lines.push(String::new());
        self.lines.push(text.into());
    }

    /// A list after an empty line; an empty list is nothing.
    pub(super) fn bullets(&mut self, items: impl IntoIterator<Item = String>) {
        let mut items = items.into_iter().peekable();
        if items.peek().is_some() {
            self.lines.push(String::new());
            self.lines.extend(items.map(|item| format!("- {item}")));
        }
    }

    /// A table after an empty line. Cells must be escaped; the first row is the head.
    pub(super) fn table(&mut self, rows: &[Vec<String>]) {
        let Some((head, body)) = rows.split_first() else { return };
        let row = |cells: &[String]| format!("| {} |", cells.join(" | "));
        self.lines.push(String::new());
        self.lines.push(row(head));
        self.lines.push(row(&vec!["---".to_owned(); head.len()]));
        self.lines.extend(body.iter().map(|cells| row(cells)));
    }

    /// Commands in a block of their own, which nothing in them can leave.
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

/// A cell or a part of a sentence that came from the cluster.
pub(super) fn text(text: &str) -> String {
    escape::markdown(text)
}

/// A message that came from the cluster, not too long for a table.
pub(super) fn message(text: &str) -> String {
    // Cut first, so that the cut does not fall into an escape.
    escape::markdown(&escape::message(text)).replace("\\\\n", " ")
}
