//! Two runs beside each other: how each was, what became of each finding, and which commands come next.

use super::changed;
use super::escape::visible;
use super::grid::{self, Column};
use super::markdown::{self, Page};
use super::table::{count_columns, flow};
use super::words::{self, texts};
use super::wrapped_table::Told;
use super::{Format, Look, coverage, json};
use crate::compare::changes::{Change, Changed, Changes, Row, Trend};
use crate::compare::run_record::RunRecord;
use crate::finding::Severity;
use crate::finding::command::Kubectl;
use crate::text::Fact;
use crate::text::human;
use crate::wire::Time;
use owo_colors::{OwoColorize, Style};
use std::collections::BTreeSet;
use std::io::{self, Write};

texts! {
    TITLE: "What has changed", "有何變化", "有何变化";
    FROM_TO: "{before} → {now}", "{before} → {now}", "{before} → {now}";
    APART: "{moments} ({age})", "{moments}（相隔 {age}）", "{moments}（相隔 {age}）";
    NO_TIME: "time not known", "時間不明", "时间未知";
    NOTHING: "Nothing has changed.", "沒有變化。", "没有变化。";
    MORE: "{count} more changes: --all", "還有 {count} 項變化：--all", "还有 {count} 项变化：--all";
    REST: "What is unchanged or unknown: --all", "未變或無從比較的：--all", "未变或无法比较的：--all";
    THEN: "{what} (the earlier run)", "{what}（前次）", "{what}（前次）";
    NOW: "{what} (the later run)", "{what}（後次）", "{what}（后次）";
}

/// As many rows as fit one look; what is new comes first.
const ROWS_SHOWN: usize = 20;
/// As many commands as fit one look.
const COMMANDS_SHOWN: usize = 6;

/// Two runs, and what differs between them.
pub struct Difference<'a> {
    /// The earlier run.
    pub old: &'a RunRecord,
    /// The later run.
    pub new: &'a RunRecord,
    /// What became of each finding.
    pub changes: &'a Changes,
    /// The counts of the earlier run.
    pub trend: &'a Trend,
}

/// Writes what differs between two runs.
///
/// # Errors
/// When `out` fails.
pub fn difference(
    difference: &Difference,
    format: Format,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let screen = Screen { of: difference, look, wide: format == Format::Wide };
    match format {
        Format::Table | Format::Wide => screen.write(out),
        Format::Markdown => screen.markdown(out),
        Format::Json => json::write_difference(difference, false, out),
        Format::Yaml => json::write_difference(difference, true, out),
        Format::Name => screen.names(out),
    }
}

struct Screen<'a> {
    of: &'a Difference<'a>,
    look: Look,
    wide: bool,
}

impl Screen<'_> {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let blocks = [self.head(), self.counts(), self.table(), self.next(), self.foot()];
        let blocks: Vec<String> =
            blocks.into_iter().filter(|block| !block.is_empty()).map(|block| block.join("\n")).collect();
        writeln!(out, "{}", blocks.join("\n\n"))
    }

    fn paint(&self, text: &str, style: Style) -> String {
        if self.look.color && !text.is_empty() { text.style(style).to_string() } else { text.to_owned() }
    }

    fn headed(&self, mut lines: Vec<String>) -> Vec<String> {
        if let Some(head) = lines.first_mut() {
            *head = self.paint(head, Style::new().bold());
        }
        lines
    }

    /// From which state to which, of what, when; then how much of what became.
    fn head(&self) -> Vec<String> {
        let mut states = vec![self.paint(&self.states(), Style::new().bold())];
        let context = [self.of.new, self.of.old].map(|past| past.cluster.context.as_str());
        let context = context.into_iter().find(|context| !context.is_empty());
        states.extend(context.map(|context| format!("context {}", visible(context))));
        let mut lines = flow(&states, self.look.width);
        lines.push(self.moments());
        lines.extend(flow(&changed::counts(&self.of.changes.counts, self.look.lang), self.look.width));
        lines
    }

    fn states(&self) -> String {
        let state = |past: &RunRecord| {
            let verdict = past.verdict;
            Fact::Text(format!(
                "{} {}",
                words::verdict_glyph(verdict),
                words::verdict(verdict).get(self.look.lang)
            ))
        };
        FROM_TO.fill(self.look.lang, &[("before", state(self.of.old)), ("now", state(self.of.new))])
    }

    fn moments(&self) -> String {
        let lang = self.look.lang;
        let moment =
            |time: Option<Time>| Fact::Text(time.map_or_else(|| NO_TIME.get(lang).to_owned(), words::minute));
        let (then, now) = (self.of.old.taken_at, self.of.new.taken_at);
        let moments = FROM_TO.fill(lang, &[("before", moment(then)), ("now", moment(now))]);
        match then.zip(now) {
            Some((then, now)) => {
                let age = Fact::Text(human(now.seconds_since(then)));
                APART.fill(lang, &[("moments", Fact::Text(moments)), ("age", age)])
            }
            None => moments,
        }
    }

    /// The counts of each namespace, and by how much they differ; without `--all`, of those that do.
    fn counts(&self) -> Vec<String> {
        let (lang, new) = (self.look.lang, self.of.new);
        let before = |name: &str| self.of.trend.namespaces.get(name).copied();
        // A namespace that is gone had pods.
        let names: BTreeSet<&String> = new.namespaces.keys().chain(self.of.trend.namespaces.keys()).collect();
        let now = |name: &str| new.namespaces.get(name).copied().unwrap_or_default();
        let is_shown = |name: &&String| self.look.all || before(name).is_none_or(|then| then != now(name));
        let row = |name: &String| (visible(name), now(name), before(name));
        let mut rows: Vec<_> = names.into_iter().filter(is_shown).map(row).collect();
        rows.push((words::TOTAL.get(lang).to_owned(), new.totals, self.of.trend.totals));
        let counts: Vec<_> = rows.iter().map(|(_, now, then)| (Some(*now), *then)).collect();
        let names = rows.into_iter().map(|(name, ..)| name).collect();
        let mut columns = vec![Column::new(words::NAMESPACE.get(lang), names)];
        columns.extend(count_columns(&counts, lang));
        self.headed(grid::lines(&grid::fit(columns, self.look.width)))
    }

    /// One row an incident that is news; every key of those with `-o wide`, every key at all with `--all`.
    fn rows(&self) -> Vec<Row> {
        let changes = self.of.changes;
        let rows = if self.look.all || self.wide { changes.each() } else { changes.rows.clone() };
        rows.into_iter().filter(|row| self.look.all || row.is_news()).collect()
    }

    fn limit(&self) -> usize {
        if self.look.all || self.wide { usize::MAX } else { ROWS_SHOWN }
    }

    fn table(&self) -> Vec<String> {
        let (mut rows, lang) = (self.rows(), self.look.lang);
        rows.truncate(self.limit());
        if rows.is_empty() {
            return vec![NOTHING.get(lang).to_owned()];
        }
        let changes = self.of.changes;
        let text = |row: &Row| changed::what(changes.named(row), row.others, lang);
        let below = |row: &Row| self.command(changes.named(row)).map(|line| self.cyan(&format!("$ {line}")));
        let told = Told {
            columns: self.columns(&rows, false),
            narrower: self.columns(&rows, true),
            head: words::WHAT.get(lang),
            texts: rows.iter().map(text).collect(),
            below: if self.wide {
                rows.iter().map(|row| below(row).into_iter().collect()).collect()
            } else {
                Vec::new()
            },
        };
        self.headed(told.lines(self.look.width))
    }

    fn columns(&self, rows: &[Row], narrower: bool) -> Vec<Column> {
        let lang = self.look.lang;
        let cells = |of: &dyn Fn(&Row) -> String| rows.iter().map(of).collect::<Vec<_>>();
        let changes = self.of.changes;
        let namespace = |row: &Row| visible(&changes.named(row).object.namespace);
        let object = |row: &Row| changed::object(changes.named(row));
        let since = |row: &Row| changed::lasted(changes, changes.named(row), self.of.new.taken_at);
        let mut columns = vec![
            Column::new(changed::CHANGE.get(lang), cells(&|row| changed::label(row.change, lang))),
            Column::new(words::SEVERITY.get(lang), cells(&|row| words::severity(row.severity, lang))),
            Column::new(words::SINCE.get(lang), cells(&since)).expendable(1),
        ];
        if narrower {
            let both = |row: &Row| format!("{}\n{}", object(row), namespace(row));
            columns.push(Column::new(words::OBJECT.get(lang), cells(&both)));
        } else {
            columns.push(Column::new(words::NAMESPACE.get(lang), cells(&namespace)));
            columns.push(Column::new(words::OBJECT.get(lang), cells(&object)));
        }
        columns
    }

    fn cyan(&self, command: &str) -> String {
        self.paint(command, Style::new().cyan())
    }

    /// The command that comes next, for what is there now.
    fn command(&self, changed: &Changed) -> Option<String> {
        changed.severity.now?;
        // A record keeps none.
        let context = self.of.new.cluster.context.as_str();
        let global =
            if context.is_empty() { Vec::new() } else { vec!["--context".to_owned(), context.to_owned()] };
        let describe = || Kubectl { global }.describe(&changed.object);
        Some(changed.action.as_deref().map_or_else(describe, visible))
    }

    /// The first command of each row that is new or worse.
    fn next(&self) -> Vec<String> {
        let rows = self.rows();
        let wanted = rows.iter().filter(|row| row.is_news() && row.change <= Change::Worse);
        let mut commands: Vec<String> = Vec::new();
        for command in wanted.filter_map(|row| self.command(self.of.changes.named(row))) {
            if !commands.contains(&command) {
                commands.push(command);
            }
        }
        if commands.is_empty() || self.wide {
            return Vec::new();
        }
        let lang = self.look.lang;
        let mut lines = vec![self.paint(words::NEXT.get(lang), Style::new().bold())];
        let shown = commands.iter().take(COMMANDS_SHOWN);
        lines.extend(shown.map(|line| format!("  {}", self.cyan(line))));
        let rest = commands.len().saturating_sub(COMMANDS_SHOWN);
        lines.extend(
            (rest > 0)
                .then(|| format!("  {}", words::MORE_COMMANDS.fill(lang, &[("count", Fact::count(rest))]))),
        );
        lines
    }

    /// Which of the two did not see everything, and where the rest is.
    fn foot(&self) -> Vec<String> {
        let lang = self.look.lang;
        let gap = |past: &RunRecord, text: &crate::text::Text| {
            let what = Fact::text(coverage::INCOMPLETE.get(lang));
            (!past.sight.is_complete()).then(|| text.fill(lang, &[("what", what)]))
        };
        let mut lines: Vec<String> =
            gap(self.of.old, &THEN).into_iter().chain(gap(self.of.new, &NOW)).collect();
        let rest = self.rows().len().saturating_sub(self.limit());
        lines.extend((rest > 0).then(|| MORE.fill(lang, &[("count", Fact::count(rest))])));
        let unchanged = self.of.changes.counts.keys().any(|change| *change >= Change::Unseen);
        lines.extend((unchanged && !self.look.all).then(|| REST.get(lang).to_owned()));
        lines.into_iter().map(|line| self.paint(&line, Style::new().dimmed())).collect()
    }

    fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        let lang = self.look.lang;
        let mut page = Page::new(lang, self.look.all);
        page.heading(1, TITLE.get(lang));
        let counts = changed::counts(&self.of.changes.counts, lang).join(" · ");
        page.bullets([self.states(), self.moments(), counts].map(|line| markdown::text(&line)));
        let rows = self.rows();
        match rows.as_slice() {
            [] => page.paragraph(NOTHING.get(lang)),
            rows => page.table(&changed::cells(self.of.changes, rows, self.of.new.taken_at, lang)),
        }
        page.commands(
            &self.next().into_iter().skip(1).map(|line| line.trim_start().to_owned()).collect::<Vec<_>>(),
        );
        page.write(out)
    }

    /// The objects that are new or worse, one a line, as a report names those in trouble.
    fn names(&self, out: &mut dyn Write) -> io::Result<()> {
        let one = matches!(self.of.new.scope.namespaces.as_slice(), [_]);
        let news =
            self.of.changes.all.iter().filter(|changed| {
                changed.change <= Change::Worse && changed.severity.now > Some(Severity::Low)
            });
        let line = |changed: &Changed| match &*changed.object.namespace {
            namespace if !one && !namespace.is_empty() => {
                format!("-n {} {}", visible(namespace), changed::object(changed))
            }
            _ => changed::object(changed),
        };
        let lines: BTreeSet<String> = news.map(line).collect();
        lines.iter().try_for_each(|line| writeln!(out, "{line}"))
    }
}
