//! The middle of the screen: the problems.

use super::super::document::{Block, Column, Line, Table, message, name, own};
use super::super::words::{self, texts};
use super::super::{changed, links, next};
use super::Screen;
use super::rows::Row;
use crate::compare::changes::Change;
use crate::finding::Severity;
use crate::text::Fact;
use crate::text::Text;
use owo_colors::Style;
use std::cmp::Reverse;
use std::collections::BTreeMap;

texts! {
    FOLDED: "Not shown: {rest}. --all shows them", "未列出：{rest}。--all 可列出", "未列出：{rest}。--all 可列出";
}

impl Screen<'_> {
    /// Returns the problems and the changes.
    pub(super) fn problems(&self) -> Vec<Block> {
        let (rows, rest) = self.rows();
        let mut blocks = Vec::new();
        if !rows.is_empty() {
            blocks.push(Block::Table(self.problem_table(&rows)));
        }
        blocks.extend(self.folded(rest).map(|line| Block::Lines(vec![own(line).dim()])));
        blocks
    }

    /// Returns how many problems of each severity are not among the rows.
    fn folded(&self, rest: BTreeMap<Reverse<Severity>, usize>) -> Option<String> {
        let lang = self.look.lang;
        let counts: Vec<String> = rest
            .into_iter()
            .map(|(Reverse(severity), n)| format!("{} {n}", words::severity(severity, lang)))
            .collect();
        let rest = Fact::Text(words::list(&counts, lang));
        (!counts.is_empty()).then(|| FOLDED.fill(lang, &[("rest", rest)]))
    }

    fn problem_table(&self, rows: &[Row]) -> Table {
        let below = |row: &Row| self.below(row);
        Table {
            columns: self.columns(rows, false),
            narrow: self.columns(rows, true),
            text: Some(Column::new(words::WHAT.get(self.look.lang), rows.iter().map(|row| self.text(row)))),
            below: if self.wide { rows.iter().map(below).collect() } else { Vec::new() },
        }
    }

    /// Returns the columns before the text. On a narrow terminal the namespace is below its object.
    fn columns(&self, rows: &[Row], narrow: bool) -> Vec<Column> {
        let column = |head: &Text, of: &dyn Fn(&Row) -> Line| {
            Column::new(head.get(self.look.lang), rows.iter().map(of))
        };
        let change = |row: &Row| row.changed.map_or_else(Line::default, |of| self.change(of.change).into());
        let mut columns = Vec::new();
        if self.report.changes().is_some() {
            columns.push(column(&changed::CHANGE, &change));
        }
        columns.push(column(&words::SEVERITY, &|row| self.severity(row.severity).into()));
        columns.push(column(&words::SINCE, &|row| self.since(row).into()).expendable(1));
        if narrow {
            let both = |row: &Row| row.object().then("\n").then(row.namespace());
            columns.push(column(&words::OBJECT, &both));
        } else {
            columns.push(column(&words::NAMESPACE, &|row| row.namespace()));
            columns.push(column(&words::OBJECT, &|row| row.object()));
        }
        columns
    }

    /// Returns the evidence and the commands of a finding, for `-o wide`.
    fn below(&self, row: &Row) -> Vec<Block> {
        let Some(finding) = row.finding else { return Vec::new() };
        let lang = self.look.lang;
        let evidence = finding.evidence.iter().map(|line| message(line.in_lang(lang)).dim());
        let links = links::of(self.report, finding);
        let links = links.map(|(title, url)| name(title).then(format!("{}{url}", words::colon(lang))).dim());
        let mut blocks = vec![Block::items(evidence)];
        blocks.extend(next::of_finding(&finding.actions, self.look));
        blocks.push(Block::Lines(links.collect()));
        blocks
    }

    fn severity(&self, severity: Severity) -> String {
        let style = match severity {
            Severity::High => Style::new().red().bold(),
            Severity::Medium => Style::new().yellow(),
            Severity::Low => Style::new().blue(),
        };
        let word = words::severity_word(severity).get(self.look.lang);
        format!("{} {}", words::severity_glyph(severity), self.look.paint(word, style))
    }

    fn change(&self, change: Change) -> String {
        let style = match change {
            Change::New | Change::Worse => Style::new().bold(),
            Change::Fixed | Change::Better => Style::new().green(),
            Change::Unseen | Change::Unchanged => Style::new().dimmed(),
        };
        self.look.paint(&changed::label(change, self.look.lang), style)
    }
}
