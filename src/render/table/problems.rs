//! The middle of the screen: what is wrong, and the commands that come next.

use super::super::escape::{message, visible};
use super::super::grid::{self, Column};
use super::super::links;
use super::super::words::{self, texts};
use super::{Screen, wrap};
use crate::finding::{Fact, Finding, Severity};
use crate::incident::Incident;
use crate::model::human;
use owo_colors::Style;
use std::cmp::Reverse;
use std::collections::BTreeMap;

texts! {
    FOLDED: "Not shown: {rest}. --all shows them", "未列出：{rest}。--all 可列出", "未列出：{rest}。--all 可列出";
    OBJECTS: "{count} objects: ", "{count} 個物件：", "{count} 个对象：";
    PODS: "{pods} pods: ", "{pods} 個 Pod：", "{pods} 个 Pod：";
    PODS_OF: "{pods} pods of {workloads} workloads: ", "{workloads} 個工作負載的 {pods} 個 Pod：",
        "{workloads} 个工作负载的 {pods} 个 Pod：";
    AND_MORE: " (+{count} more)", "（另有 {count} 項）", "（另有 {count} 项）";
    NEXT: "NEXT", "下一步", "下一步";
    REST: "{count} more commands: -o wide", "還有 {count} 條指令：-o wide", "还有 {count} 条命令：-o wide";
}

/// As many causes as fit one look; the worst and oldest come first.
const INCIDENTS_SHOWN: usize = 20;
/// The text column is not squeezed below this; then it moves under its row.
const TEXT_WIDTH: usize = 36;
/// As many commands as fit one look.
const COMMANDS_SHOWN: usize = 6;

/// A row of the problem table.
struct Row<'r> {
    /// The finding it shows.
    finding: &'r Finding,
    /// The incident it stands for; `None` where every finding has a row of its own.
    incident: Option<&'r Incident>,
}

impl Screen<'_> {
    /// What is wrong, one row a cause; every finding with `--all`.
    pub(super) fn problems(&self) -> Vec<String> {
        let rows = self.rows();
        let mut lines = if rows.is_empty() { Vec::new() } else { self.problem_table(&rows) };
        lines.extend(self.folded(rows.len()).map(|line| self.dim(line)));
        lines
    }

    fn rows(&self) -> Vec<Row<'_>> {
        let report = self.report;
        if self.look.all {
            let row = |finding| Row { finding, incident: None };
            return report.findings.iter().map(row).collect();
        }
        let serious = report.incidents.iter().filter(|incident| incident.severity > Severity::Info);
        let shown = if self.wide { usize::MAX } else { INCIDENTS_SHOWN };
        let cause = |incident: &Incident| &report.findings[incident.cause];
        serious
            .take(shown)
            .map(|incident| Row { finding: cause(incident), incident: Some(incident) })
            .collect()
    }

    /// How many incidents of which severity are not among the rows.
    fn folded(&self, shown: usize) -> Option<String> {
        let lang = self.look.lang;
        let rest = self.report.incidents.iter().skip(if self.look.all { usize::MAX } else { shown });
        let mut counts = BTreeMap::new();
        rest.for_each(|incident| *counts.entry(Reverse(incident.severity)).or_insert(0) += 1);
        let counts: Vec<String> = counts
            .into_iter()
            .map(|(Reverse(severity), n)| format!("{} {n}", words::severity(severity, lang)))
            .collect();
        let rest = Fact::Text(words::list(&counts, lang));
        (!counts.is_empty()).then(|| FOLDED.fill(lang, &[("rest", rest)]))
    }

    /// The rows in columns: with the text beside them where there is room for it, else below them.
    fn problem_table(&self, rows: &[Row]) -> Vec<String> {
        let texts: Vec<String> = rows.iter().map(|row| self.text(row)).collect();
        // Names in the text are not broken either.
        let longest = texts.iter().flat_map(|text| text.split_whitespace()).map(grid::width).max();
        let needed = TEXT_WIDTH.max(longest.unwrap_or(0));
        for mut columns in [self.columns(rows, false), self.columns(rows, true)] {
            let room = self.look.width.map(|width| width.saturating_sub(grid::total_width(&columns) + 3));
            if !self.wide && room.is_none_or(|room| room >= needed) {
                let wrapped = texts.iter().map(|text| wrap(text, room).join("\n")).collect();
                columns.push(Column::new(words::WHAT.get(self.look.lang), wrapped));
                return self.headed(grid::lines(&columns));
            }
        }
        let mut lines = self.headed(grid::lines(&self.columns(rows, false))).into_iter();
        let head = lines.next().into_iter();
        let body = lines.zip(texts.iter().zip(rows));
        head.chain(
            body.flat_map(|(line, (text, row))| std::iter::once(line).chain(self.under(text, row.finding))),
        )
        .collect()
    }

    /// The columns before the text; in a narrower form the namespace stands below its object.
    fn columns(&self, rows: &[Row], narrower: bool) -> Vec<Column> {
        let lang = self.look.lang;
        let cells = |of: &dyn Fn(&Row) -> String| rows.iter().map(of).collect::<Vec<_>>();
        let namespace = |row: &Row| visible(&row.finding.object.namespace);
        // What names the cause may be milder than what comes of it.
        let severity = |row: &Row| row.incident.map_or(row.finding.severity, |incident| incident.severity);
        let mut columns = vec![
            Column::new(words::SEVERITY.get(lang), cells(&|row| self.severity(severity(row)))),
            Column::new(words::SINCE.get(lang), cells(&|row| self.since(row.finding))),
        ];
        if narrower {
            let both = |row: &Row| format!("{}\n{}", Self::object(row), namespace(row));
            columns.push(Column::new(words::OBJECT.get(lang), cells(&both)));
        } else {
            columns.push(Column::new(words::NAMESPACE.get(lang), cells(&namespace)));
            columns.push(Column::new(words::OBJECT.get(lang), cells(&Self::object)));
        }
        columns
    }

    /// What stands under the row of a finding: its text, and with `-o wide` its evidence and its commands.
    fn under(&self, text: &str, finding: &Finding) -> Vec<String> {
        let width = self.look.width.map(|width| width.saturating_sub(3));
        let mut lines = wrap(text, width);
        if self.wide {
            let evidence = finding.evidence.iter().map(|say| message(&say.in_lang(self.look.lang)));
            lines.extend(evidence.flat_map(|text| wrap(&text, width)).map(|line| self.dim(line)));
            lines.extend(finding.actions.iter().map(|command| self.command(&format!("$ {command}"))));
            let links = links::of(self.report, finding);
            lines.extend(links.map(|(name, url)| self.dim(format!("{}: {url}", visible(name)))));
        }
        lines.into_iter().map(|line| format!("   {line}")).collect()
    }

    fn severity(&self, severity: Severity) -> String {
        let style = match severity {
            Severity::Critical => Style::new().red().bold(),
            Severity::Warning => Style::new().yellow(),
            Severity::Info => Style::new().blue(),
        };
        let shown = words::severity(severity, self.look.lang);
        let (glyph, word) = shown.split_once(' ').unwrap_or(("", &shown));
        format!("{glyph} {}", self.paint(word, style))
    }

    fn since(&self, finding: &Finding) -> String {
        let now = self.report.snapshot.taken_at;
        finding.since.map_or_else(|| "?".to_owned(), |since| human(now.seconds_since(since)))
    }

    /// The object of a row. Several pods of one owner are shown as that owner, those of several as the first of them
    /// and how many more there are.
    fn object(row: &Row) -> String {
        let own = || visible(&row.finding.object.slashed());
        let Some((incident, owner)) = row.incident.zip(row.finding.owner.as_ref()) else { return own() };
        let owner = visible(&format!("{}/{}", owner.kind.to_lowercase(), owner.name));
        match incident {
            Incident { workloads: 2.., .. } => format!("{owner} +{}", incident.workloads - 1),
            Incident { pods: 2.., .. } => owner,
            _ => own(),
        }
    }

    /// What is wrong, and how much more of it there is.
    fn text(&self, row: &Row) -> String {
        let lang = self.look.lang;
        let text = message(&row.finding.message.in_lang(lang));
        let Some(incident) = row.incident else { return text };
        let facts = [
            ("pods", Fact::count(incident.pods)),
            ("workloads", Fact::count(incident.workloads)),
            ("count", Fact::count(incident.affected)),
        ];
        let more = incident.findings.len() - 1;
        let says_itself = row.finding.message.facts.iter().any(|(name, _)| *name == "pods");
        match incident {
            _ if says_itself => text,
            Incident { pods: 2.., workloads: 2.., .. } => PODS_OF.fill(lang, &facts) + &text,
            Incident { pods: 2.., .. } => PODS.fill(lang, &facts) + &text,
            Incident { pods: 0, affected: 2.., .. } => OBJECTS.fill(lang, &facts) + &text,
            Incident { affected: 1, .. } if more > 0 => {
                text + &AND_MORE.fill(lang, &[("count", Fact::count(more))])
            }
            _ => text,
        }
    }

    /// The first command of each cause.
    pub(super) fn next(&self) -> Vec<String> {
        let commands = self.report.next_commands();
        if commands.is_empty() || self.wide {
            return Vec::new();
        }
        let lang = self.look.lang;
        let mut lines = vec![self.bold(NEXT.get(lang))];
        lines.extend(commands.iter().take(COMMANDS_SHOWN).map(|line| format!("  {}", self.command(line))));
        let rest = commands.len().saturating_sub(COMMANDS_SHOWN);
        if rest > 0 {
            lines.push(self.dim(format!("  {}", REST.fill(lang, &[("count", Fact::count(rest))]))));
        }
        lines
    }
}
