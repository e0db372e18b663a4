//! The middle of the screen: the problems.

use super::super::document::{Block, Column, Line, Table, message, name, own};
use super::super::words::{self, texts};
use super::super::{Sort, changed, links, next};
use super::Screen;
use super::head::HOUR;
use super::rows::{Row, Rows, Tally};
use crate::compare::changes::Change;
use crate::finding::Severity;
use crate::text::{Fact, Text};
use owo_colors::Style;
use std::cmp::Reverse;

texts! {
    FOLDED: "Not shown: {rest} (--all)", "未列出：{rest}（--all）", "未列出：{rest}（--all）";
    OLD: "Older than 7d: {rest} (--older 7d)", "超過 7 天：{rest}（--older 7d）", "超过 7 天：{rest}（--older 7d）";
    CLUSTER: "WHOLE CLUSTER", "整個叢集", "整个集群";
    NEW: "NEW IN THE LAST HOUR", "最近一小時新增", "最近一小时新增";
    LONGER: "FOR LONGER THAN AN HOUR", "持續超過一小時", "持续超过一小时";
}

/// A group of rows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    /// All of the cluster depends on it.
    Cluster,
    /// It began in the last hour.
    New,
    /// All others.
    Longer,
}

impl Group {
    fn head(self) -> &'static Text {
        match self {
            Group::Cluster => &CLUSTER,
            Group::New => &NEW,
            Group::Longer => &LONGER,
        }
    }
}

impl Screen<'_> {
    /// Returns the problems and the changes.
    pub(super) fn problems(&self, rows: &Rows) -> Vec<Block> {
        let Rows { shown, rest, old } = rows;
        let mut blocks = Vec::new();
        if !shown.is_empty() {
            let mut table = self.problem_table(shown);
            table.groups = if self.is_grouped() { self.groups(shown) } else { Vec::new() };
            blocks.push(Block::Table(table));
        }
        if let Some(marks) = self.marks {
            blocks.push(Block::Parts(marks.position(self.from, shown.len(), self.look.lang)));
            return blocks;
        }
        let hidden = [(&FOLDED, rest), (&OLD, old)].map(|(text, tally)| self.folded(text, tally));
        blocks.push(Block::Parts(hidden.into_iter().flatten().map(|part| own(part).dim()).collect()));
        blocks
    }

    /// Returns whether the rows are grouped by reach and age.
    pub(super) fn is_grouped(&self) -> bool {
        let is_listed = self.is_compared() || self.marks.is_some();
        self.is_of_many() && self.look.rows.sort == Sort::Severity && !is_listed
    }

    fn is_compared(&self) -> bool {
        self.report.changes().is_some()
    }

    pub(super) fn group(&self, row: &Row) -> Group {
        match row.incident {
            Some(incident) if incident.is_of_cluster => Group::Cluster,
            _ if self.age(row).is_some_and(|age| age <= HOUR) => Group::New,
            _ => Group::Longer,
        }
    }

    /// Returns the heading of each group, with the index of its first row.
    fn groups(&self, rows: &[Row]) -> Vec<(usize, Line)> {
        let groups: Vec<Group> = rows.iter().map(|row| self.group(row)).collect();
        let begins = |index: &usize| *index == 0 || groups[*index] != groups[*index - 1];
        let heads = (0..groups.len()).filter(begins);
        heads.map(|index| (index, own(groups[index].head().get(self.look.lang)))).collect()
    }

    /// Returns how many problems of each severity are not among the rows.
    fn folded(&self, text: &Text, rest: &Tally) -> Option<String> {
        let lang = self.look.lang;
        let counts: Vec<String> = rest
            .iter()
            .map(|(Reverse(severity), n)| format!("{} {n}", words::severity(*severity, lang)))
            .collect();
        let rest = Fact::Text(words::list(&counts, lang));
        (!counts.is_empty()).then(|| text.fill(lang, &[("rest", rest)]))
    }

    fn problem_table(&self, rows: &[Row]) -> Table {
        let below = |row: &Row| self.below(row);
        Table {
            columns: self.columns(rows, false),
            narrow: self.columns(rows, true),
            text: Some(Column::new(words::WHAT.get(self.look.lang), rows.iter().map(|row| self.text(row)))),
            below: if self.wide { rows.iter().map(below).collect() } else { Vec::new() },
            groups: Vec::new(),
            density: self.density,
        }
    }

    /// Returns the columns before the text. On a narrow terminal the namespace is below its object.
    fn columns(&self, rows: &[Row], narrow: bool) -> Vec<Column> {
        let column = |head: &Text, of: &dyn Fn(&Row) -> Line| {
            Column::new(head.get(self.look.lang), rows.iter().map(of))
        };
        let change = |row: &Row| row.changed.map_or_else(Line::default, |of| self.change(of.change).into());
        let mut columns = Vec::new();
        if self.is_compared() {
            columns.push(column(&changed::CHANGE, &change));
        }
        columns.push(self.severities(rows));
        columns.push(column(&words::SINCE, &|row| self.since(row).into()).expendable(1));
        if narrow {
            let both = |row: &Row| match row.place() {
                Some(object) if !object.namespace.is_empty() => row.object().then("\n").then(row.namespace()),
                _ => row.object(),
            };
            columns.push(column(&words::OBJECT, &both));
        } else {
            columns.push(column(&words::NAMESPACE, &|row| row.namespace()));
            columns.push(column(&words::OBJECT, &|row| row.object()));
        }
        let ready: Vec<String> = rows.iter().map(|row| self.ready(row)).collect();
        if ready.iter().any(|cell| !cell.is_empty()) {
            columns.push(Column::new(words::READY.get(self.look.lang), ready).expendable(2));
        }
        columns
    }

    /// Returns the severities, with the marks of a cluster that is watched.
    fn severities(&self, rows: &[Row]) -> Column {
        let head = words::SEVERITY.get(self.look.lang);
        let cells = rows.iter().map(|row| self.severity(row.severity));
        let Some(marks) = self.marks else { return Column::new(head, cells.map(Line::from)) };
        let marked = |(row, cell): (&Row, String)| marks.of(row).then(cell);
        Column::new(format!("   {head}"), rows.iter().zip(cells).map(marked))
    }

    /// Returns the READY column of the object that the row names.
    fn ready(&self, row: &Row) -> String {
        row.named().and_then(|object| self.report.ready(&object)).unwrap_or_default()
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
