//! The middle of the screen: what is wrong, and the commands that come next.

use super::super::changed;
use super::super::escape::{message, visible};
use super::super::grid::Column;
use super::super::links;
use super::super::words::{self, texts};
use super::super::wrapped_table::Told;
use super::rows::Row;
use super::{Screen, wrap};
use crate::compare::changes::Change;
use crate::finding::Severity;
use crate::text::Fact;
use owo_colors::Style;
use std::cmp::Reverse;
use std::collections::BTreeMap;

texts! {
    FOLDED: "Not shown: {rest}. --all shows them", "未列出：{rest}。--all 可列出", "未列出：{rest}。--all 可列出";
}

/// As many commands as fit one look.
const COMMANDS_SHOWN: usize = 6;

impl Screen<'_> {
    /// What is wrong, and what has changed.
    pub(super) fn problems(&self) -> Vec<String> {
        let (rows, rest) = self.rows();
        let mut lines = if rows.is_empty() { Vec::new() } else { self.problem_table(&rows) };
        lines.extend(self.folded(rest).map(|line| self.dim(line)));
        lines
    }

    /// How many of which severity are not among the rows.
    fn folded(&self, rest: BTreeMap<Reverse<Severity>, usize>) -> Option<String> {
        let lang = self.look.lang;
        let counts: Vec<String> = rest
            .into_iter()
            .map(|(Reverse(severity), n)| format!("{} {n}", words::severity(severity, lang)))
            .collect();
        let rest = Fact::Text(words::list(&counts, lang));
        (!counts.is_empty()).then(|| FOLDED.fill(lang, &[("rest", rest)]))
    }

    fn problem_table(&self, rows: &[Row]) -> Vec<String> {
        let below = |row: &Row| self.below(row);
        let told = Told {
            columns: self.columns(rows, false),
            narrower: self.columns(rows, true),
            head: words::WHAT.get(self.look.lang),
            texts: rows.iter().map(|row| self.text(row)).collect(),
            below: if self.wide { rows.iter().map(below).collect() } else { Vec::new() },
        };
        self.headed(told.lines(self.look.width))
    }

    /// The columns before the text; in a narrower form the namespace stands below its object.
    fn columns(&self, rows: &[Row], narrower: bool) -> Vec<Column> {
        let lang = self.look.lang;
        let cells = |of: &dyn Fn(&Row) -> String| rows.iter().map(of).collect::<Vec<_>>();
        let change = |row: &Row| row.changed.map_or_else(String::new, |changed| self.change(changed.change));
        let mut columns = Vec::new();
        if self.report.changes().is_some() {
            columns.push(Column::new(changed::CHANGE.get(lang), cells(&change)));
        }
        columns.push(Column::new(words::SEVERITY.get(lang), cells(&|row| self.severity(row.severity))));
        columns.push(Column::new(words::SINCE.get(lang), cells(&|row| self.since(row))).expendable(1));
        if narrower {
            let both = |row: &Row| format!("{}\n{}", row.object(), row.namespace());
            columns.push(Column::new(words::OBJECT.get(lang), cells(&both)));
        } else {
            columns.push(Column::new(words::NAMESPACE.get(lang), cells(&|row| row.namespace())));
            columns.push(Column::new(words::OBJECT.get(lang), cells(&|row| row.object())));
        }
        columns
    }

    /// What stands below the text of a finding with `-o wide`: its evidence and its commands.
    fn below(&self, row: &Row) -> Vec<String> {
        let Some(finding) = row.finding else { return Vec::new() };
        let width = self.look.width.map(|width| width.saturating_sub(3));
        let evidence = finding.evidence.iter().map(|line| message(&line.in_lang(self.look.lang)));
        let evidence = evidence.flat_map(|text| wrap(&text, width)).map(|line| self.dim(line));
        let actions = finding.actions.iter().map(|command| self.command(&format!("$ {command}")));
        let links = links::of(self.report, finding);
        let links = links.map(|(name, url)| self.dim(format!("{}: {url}", visible(name))));
        evidence.chain(actions).chain(links).collect()
    }

    fn severity(&self, severity: Severity) -> String {
        let style = match severity {
            Severity::High => Style::new().red().bold(),
            Severity::Medium => Style::new().yellow(),
            Severity::Low => Style::new().blue(),
        };
        let shown = words::severity(severity, self.look.lang);
        let (glyph, word) = shown.split_once(' ').unwrap_or(("", &shown));
        format!("{glyph} {}", self.paint(word, style))
    }

    fn change(&self, change: Change) -> String {
        let style = match change {
            Change::New | Change::Worse => Style::new().bold(),
            Change::Fixed | Change::Better => Style::new().green(),
            Change::Unseen | Change::Unchanged => Style::new().dimmed(),
        };
        self.paint(changed::label(change, self.look.lang), style)
    }

    /// The first command of each cause.
    pub(super) fn next(&self) -> Vec<String> {
        let commands = self.report.next_commands();
        if commands.is_empty() || self.wide {
            return Vec::new();
        }
        let lang = self.look.lang;
        let mut lines = vec![self.bold(words::NEXT.get(lang))];
        lines.extend(commands.iter().take(COMMANDS_SHOWN).map(|line| format!("  {}", self.command(line))));
        let rest = commands.len().saturating_sub(COMMANDS_SHOWN);
        if rest > 0 {
            lines.push(
                self.dim(format!("  {}", words::MORE_COMMANDS.fill(lang, &[("count", Fact::count(rest))]))),
            );
        }
        lines
    }
}
