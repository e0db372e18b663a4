//! The changes between two runs as a document of its own.

use super::document::{Block, Column, Document, Line, Table, flow, name, own};
use super::escape::visible;
use super::json::{self, Encoding};
use super::screen::{CountRow, count_columns};
use super::words::{self, texts};
use super::{DiffFormat, Look, changed, coverage, next};
use crate::compare::changes::{Change, Changed, Changes, Row, Trend};
use crate::compare::run_record::RunRecord;
use crate::finding::Severity;
use crate::finding::command::Kubectl;
use crate::report::NextCommands;
use crate::text::Fact;
use crate::text::Text;
use crate::wire::Time;
use std::collections::BTreeSet;
use std::io::{self, Write};

texts! {
    TITLE: "Changes", "變化", "变化";
    FROM_TO: "{before} → {now}", "{before} → {now}", "{before} → {now}";
    APART: "{moments} ({age})", "{moments}（相隔 {age}）", "{moments}（相隔 {age}）";
    NO_TIME: "time unknown", "時間不明", "时间未知";
    NOTHING: "No changes.", "沒有變化。", "没有变化。";
    MORE: "{count:# more change|# more changes}: --all", "還有 {count} 項變化：--all", "还有 {count} 项变化：--all";
    REST: "Unchanged or unknown: --all", "未變或無從比較的：--all", "未变或无法比较的：--all";
    THEN: "{what} (the earlier run)", "{what}（前次）", "{what}（前次）";
    NOW: "{what} (the later run)", "{what}（後次）", "{what}（后次）";
}

/// The number of changes on one screen.
const ROWS_SHOWN: usize = 20;

/// Two runs, and the changes between them.
pub struct Difference<'a> {
    /// The earlier run.
    pub old: &'a RunRecord,
    /// The later run.
    pub new: &'a RunRecord,
    /// The change of each finding.
    pub changes: &'a Changes,
    /// The counts of the earlier run.
    pub trend: &'a Trend,
    /// The time that ages are relative to.
    pub now: Time,
}

/// Writes the changes between two runs.
///
/// # Errors
/// When `out` fails.
pub fn difference(
    difference: &Difference,
    format: DiffFormat,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let screen = Screen { of: difference, look, wide: format == DiffFormat::Wide };
    match format {
        DiffFormat::Table | DiffFormat::Wide => screen.document().terminal(look, out),
        DiffFormat::Markdown => screen.page().markdown(out),
        DiffFormat::Json => json::write(&json::difference(difference), Encoding::Json, out),
        DiffFormat::Yaml => json::write(&json::difference(difference), Encoding::Yaml, out),
        DiffFormat::Name => screen.names(out),
    }
}

struct Screen<'a> {
    of: &'a Difference<'a>,
    look: Look,
    wide: bool,
}

impl Screen<'_> {
    fn document(&self) -> Document {
        let mut document = Document::default();
        document.section(self.head());
        document.section([Block::Table(self.counts())]);
        document.section([self.table(self.limit())]);
        let commands = self.commands();
        let commands = NextCommands::of(commands.iter().map(String::as_str));
        document.section(if self.wide {
            Vec::new()
        } else {
            next::section(&commands, next::SHOWN, self.look)
        });
        document.section([Block::Lines(self.foot())]);
        document
    }

    fn page(&self) -> Document {
        let lang = self.look.lang;
        let counts = changed::counts(&self.of.changes.counts, lang).join(" · ");
        let mut page = Document::default();
        page.section([
            Block::Heading(1, own(TITLE.get(lang))),
            Block::items([Some(self.states()), self.moments(), Some(counts)].into_iter().flatten().map(name)),
            self.table(usize::MAX),
        ]);
        page.section(next::on_page(&self.commands(), lang));
        page
    }

    /// Returns the states, the times and the number of each change.
    fn head(&self) -> Vec<Block> {
        let mut states = vec![self.look.bold(&self.states())];
        let context = [self.of.new, self.of.old].map(|record| record.cluster.context.as_str());
        let context = context.into_iter().find(|context| !context.is_empty());
        states.extend(context.map(|context| format!("context {}", visible(context))));
        let counts = changed::counts(&self.of.changes.counts, self.look.lang);
        vec![
            Block::Lines(flow(&states, self.look.width).into_iter().map(own).collect()),
            Block::Lines(self.moments().into_iter().map(own).collect()),
            Block::Parts(counts.into_iter().map(own).collect()),
        ]
    }

    fn states(&self) -> String {
        let state = |record: &RunRecord| {
            let word = words::verdict(record.verdict).get(self.look.lang);
            Fact::Text(format!("{} {word}", words::verdict_glyph(record.verdict)))
        };
        FROM_TO.fill(self.look.lang, &[("before", state(self.of.old)), ("now", state(self.of.new))])
    }

    /// Returns the times of the runs; nothing if both are unknown.
    fn moments(&self) -> Option<String> {
        let lang = self.look.lang;
        let moment =
            |time: Option<Time>| Fact::Text(time.map_or_else(|| NO_TIME.get(lang).to_owned(), words::minute));
        let (then, now) = (self.of.old.taken_at, self.of.new.taken_at);
        then.or(now)?;
        let moments = FROM_TO.fill(lang, &[("before", moment(then)), ("now", moment(now))]);
        let Some((then, now)) = then.zip(now) else { return Some(moments) };
        let age = Fact::Age(now.seconds_since(then));
        Some(APART.fill(lang, &[("moments", Fact::Text(moments)), ("age", age)]))
    }

    /// Returns the counts of each namespace, without `--all` of those that have changed.
    fn counts(&self) -> Table {
        let (lang, new) = (self.look.lang, self.of.new);
        let before = |name: &str| self.of.trend.namespaces.get(name).copied();
        let now = |name: &str| new.namespaces.get(name).copied().unwrap_or_default();
        // A deleted namespace had pods.
        let all: BTreeSet<&String> = new.namespaces.keys().chain(self.of.trend.namespaces.keys()).collect();
        let is_shown = |name: &&&String| self.look.all || before(name).is_none_or(|then| then != now(name));
        let shown: Vec<&String> = all.iter().filter(is_shown).copied().collect();
        let mut counts: Vec<CountRow> = shown.iter().map(|name| (Some(now(name)), before(name))).collect();
        counts.push((Some(new.totals), self.of.trend.totals));
        let names = shown.into_iter().map(name).chain([own(words::TOTAL.get(lang))]);
        let mut columns = vec![Column::new(words::NAMESPACE.get(lang), names)];
        columns.extend(count_columns(&counts, lang));
        Table::new(columns)
    }

    /// Returns one row for each changed incident; with `-o wide` for each changed key, with `--all` for each key.
    fn rows(&self) -> Vec<Row> {
        let changes = self.of.changes;
        let rows = if self.look.all || self.wide { changes.each() } else { changes.rows.clone() };
        rows.into_iter().filter(|row| self.look.all || row.is_news()).collect()
    }

    fn limit(&self) -> usize {
        if self.look.all || self.wide { usize::MAX } else { ROWS_SHOWN }
    }

    fn table(&self, most: usize) -> Block {
        let (mut rows, lang) = (self.rows(), self.look.lang);
        rows.truncate(most);
        if rows.is_empty() {
            return Block::Parts(vec![own(NOTHING.get(lang))]);
        }
        let mut table = changed::table(self.of.changes, &rows, Some(self.of.now), lang);
        if self.wide {
            let below = |row: &Row| {
                let command: Vec<String> = self.command(self.of.changes.named(row)).into_iter().collect();
                next::of_finding(&command, self.look)
            };
            table.below = rows.iter().map(below).collect();
        }
        Block::Table(table)
    }

    /// Returns the command that comes next, for a problem that is there now.
    fn command(&self, changed: &Changed) -> Option<String> {
        changed.severity.now?;
        // A record has none.
        let context = self.of.new.cluster.context.as_str();
        let global =
            if context.is_empty() { Vec::new() } else { vec!["--context".to_owned(), context.to_owned()] };
        let describe = || Kubectl::with(global).describe(&changed.object);
        Some(changed.action.as_deref().map_or_else(describe, visible))
    }

    /// Returns the command of each row that is new or worse.
    fn commands(&self) -> Vec<String> {
        let rows = self.rows();
        let wanted = rows.iter().filter(|row| row.is_news() && row.change <= Change::Worse);
        let mut commands: Vec<String> = Vec::new();
        for command in wanted.filter_map(|row| self.command(self.of.changes.named(row))) {
            if !commands.contains(&command) {
                commands.push(command);
            }
        }
        commands
    }

    /// Returns which of the runs is incomplete, and how to see the rest.
    fn foot(&self) -> Vec<Line> {
        let lang = self.look.lang;
        let gap = |record: &RunRecord, text: &Text| {
            let what = Fact::text(coverage::INCOMPLETE.get(lang));
            (!record.sight.is_complete()).then(|| text.fill(lang, &[("what", what)]))
        };
        let mut lines: Vec<String> =
            gap(self.of.old, &THEN).into_iter().chain(gap(self.of.new, &NOW)).collect();
        let rest = self.rows().len().saturating_sub(self.limit());
        lines.extend((rest > 0).then(|| MORE.fill(lang, &[("count", Fact::count(rest))])));
        let unchanged = self.of.changes.counts.keys().any(|change| *change >= Change::Unseen);
        lines.extend((unchanged && !self.look.all).then(|| REST.get(lang).to_owned()));
        lines.into_iter().map(|line| own(line).dim()).collect()
    }

    /// Writes the objects that are new or worse, one per line.
    fn names(&self, out: &mut dyn Write) -> io::Result<()> {
        let one = matches!(self.of.new.scope.namespaces.as_slice(), [_]);
        let news =
            self.of.changes.all.iter().filter(|changed| {
                changed.change <= Change::Worse && changed.severity.now > Some(Severity::Low)
            });
        let line = |changed: &Changed| {
            let object = visible(&changed::object(changed));
            match &*changed.object.namespace {
                namespace if !one && !namespace.is_empty() => format!("-n {} {object}", visible(namespace)),
                _ => object,
            }
        };
        let lines: BTreeSet<String> = news.map(line).collect();
        lines.iter().try_for_each(|line| writeln!(out, "{line}"))
    }
}
