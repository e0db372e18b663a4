//! The report on one screen: the verdict first, problems before health, then the next commands.

mod head;
mod live;
mod problems;
mod rows;

pub(super) use head::down_now;
pub use live::{Cursor, LiveScreen, Status, live_screen, status};
pub(super) use rows::{of_incident, of_objects};

use super::document::{self, Block, Column, Line, Table, name, own};
use super::grid::Density;
use super::words::{self, texts};
use super::{Look, certificates, changed, coverage, error_logs, hosts, muted, next};
use crate::finding::Severity;
use crate::finding::command::changes_cluster;
use crate::model::Pod;
use crate::report::{Class, Counts, Namespace, NextCommands, Report};
use crate::text::Fact;
use crate::text::{Lang, Text};
use rows::Row;
use std::collections::BTreeSet;
use std::io::{self, Write};

texts! {
    EVERY_POD: "Every pod: --all", "列出所有 Pod：--all", "列出所有 Pod：--all";
    FULL: "Full report: -o markdown", "完整報告：-o markdown", "完整报告：-o markdown";
    WHY: "Why: kubectl healthcheck explain {id}", "說明：kubectl healthcheck explain {id}",
        "说明：kubectl healthcheck explain {id}";
}

/// Of more namespaces than this, no table is shown on one screen.
const NAMESPACES_SHOWN: usize = 10;

/// The most pods of one table. Its cells are in memory, about 2.5 kB for a pod.
const ROWS: usize = 2000;

pub(super) fn write(report: &Report, look: Look, wide: bool, out: &mut dyn Write) -> io::Result<()> {
    let limit = look.rows.limit.unwrap_or(if look.all || wide { usize::MAX } else { rows::INCIDENTS_SHOWN });
    let mut screen = Screen::new(report, look, wide, limit);
    let height = look.height.filter(|_| !look.all && !wide && look.rows.limit.is_none());
    match height {
        Some(height) => writeln!(out, "{}", screen.fitted(height)),
        None => document::terminal(screen.sections(), look, out),
    }
}

struct Screen<'r> {
    report: &'r Report<'r>,
    look: Look,
    wide: bool,
    /// The number of rows that are passed over.
    from: usize,
    /// The maximum number of rows.
    limit: usize,
    /// The maximum number of next commands of each kind.
    commands: usize,
    /// Whether other views of the report are named.
    hints: bool,
    /// How much room the rows take.
    density: Density,
    /// The marks of a cluster that is watched.
    marks: Option<live::Marks<'r>>,
}

impl<'r> Screen<'r> {
    fn new(report: &'r Report<'r>, look: Look, wide: bool, limit: usize) -> Self {
        Self {
            report,
            look,
            wide,
            from: 0,
            limit,
            commands: next::SHOWN,
            hints: true,
            density: Density::Loose,
            marks: None,
        }
    }
}

impl Screen<'_> {
    /// Returns the sections. The list of pods may be long, so each section is made when it is written.
    fn sections(&self) -> impl Iterator<Item = Vec<Block>> {
        let (report, look, wide) = (self.report, self.look, self.wide);
        let rows = self.rows();
        let next = if wide { Vec::new() } else { self.next(&rows.shown) };
        let first = [self.head(), self.namespaces(), self.problems(&rows), next];
        let tls: [fn(&Report, Look) -> Vec<Block>; 2] = [certificates::section, hosts::section];
        let tls = tls.into_iter().filter(move |_| wide).map(move |section| section(report, look));
        let logs = error_logs::sections(report, look, wide);
        let foot = std::iter::once_with(|| self.foot());
        first.into_iter().chain(logs).chain(self.pods()).chain(tls).chain(foot)
    }

    /// Returns the screen with as many rows as fit above the prompt. Next commands and hints make room for a few rows.
    fn fitted(&mut self, height: usize) -> String {
        let most = self.rows().shown.len().max(1);
        // The number of commands, whether hints are shown, and the number of rows that they must leave room for.
        let steps = [
            (next::SHOWN, true, Density::Loose, 10),
            (next::SHOWN, true, Density::Dense, 8),
            (3, true, Density::Dense, 5),
            (3, false, Density::Tight, 5),
            (1, false, Density::Tight, 1),
            // A terminal of a few columns has room for the problems only.
            (0, false, Density::Tight, 1),
        ];
        for (commands, hints, density, least) in steps {
            (self.commands, self.hints, self.density) = (commands, hints, density);
            let limits: Vec<usize> = (least.min(most)..=most).collect();
            // More rows take more lines.
            let fitting = limits.partition_point(|limit| {
                self.limit = *limit;
                document::text(self.sections(), self.look).lines().count() < height
            });
            self.limit = fitting.checked_sub(1).map_or(least.min(most), |last| limits[last]);
            if fitting > 0 {
                break;
            }
        }
        document::text(self.sections(), self.look)
    }

    /// Returns whether the screen shows the problems only.
    fn is_bare(&self) -> bool {
        self.commands == 0
    }

    /// Returns whether the screen shows the reach of the trouble instead of a table of namespaces.
    fn is_of_many(&self) -> bool {
        self.report.namespaces.len() > NAMESPACES_SHOWN && !self.look.all && !self.wide
    }

    /// Returns the verdict and the scope, the reach of the trouble, then the changes.
    fn head(&self) -> Vec<Block> {
        let since = changed::since(self.report, self.look.lang);
        let reach = if self.is_of_many() && !self.is_bare() {
            head::reach(self.report, self.look)
        } else {
            Vec::new()
        };
        vec![
            Block::Lines(head::verdict(self.report, self.look, self.marks.is_none())),
            Block::items(reach),
            Block::Parts(since.into_iter().map(own).collect()),
        ]
    }

    /// Returns the namespaces with their counts. One healthy namespace needs no table.
    fn namespaces(&self) -> Vec<Block> {
        let (report, lang, all) = (self.report, self.look.lang, self.look.all || self.wide);
        if self.is_of_many() || self.is_bare() || report.namespaces.len() < 2 && !all && !self.has_moved() {
            return Vec::new();
        }
        let shown = &report.namespaces;
        let mut names: Vec<Line> = shown.iter().map(|of| name(&of.name)).collect();
        let mut states: Vec<&str> = shown.iter().map(|of| words::verdict_glyph(of.state)).collect();
        let mut counts: Vec<CountRow> =
            shown.iter().map(|of| (Some(of.counts), self.before(&of.name))).collect();
        if report.namespaces.len() > 1 {
            let before = report.trend.as_ref().and_then(|trend| trend.totals);
            names.push(own(words::TOTAL.get(lang)));
            states.push(words::verdict_glyph(report.verdict));
            counts.push((Some(report.totals), before));
        }
        let mut columns = vec![Column::new(words::NAMESPACE.get(lang), names)];
        columns.extend(count_columns(&counts, lang));
        columns.push(Column::new("", states));
        vec![Block::Table(Table::new(columns))]
    }

    /// Returns the counts of a namespace in the earlier run.
    fn before(&self, namespace: &str) -> Option<Counts> {
        self.report.trend.as_ref()?.namespaces.get(namespace).copied()
    }

    /// Returns whether the counts of a namespace have changed.
    fn has_moved(&self) -> bool {
        let moved = |of: &Namespace| self.before(&of.name).is_some_and(|before| before != of.counts);
        self.report.namespaces.iter().any(moved)
    }

    /// Returns the commands that show the objects of the rows, and those that change the cluster.
    fn next(&self, rows: &[Row]) -> Vec<Block> {
        let is_asked = |row: &&Row| self.marks.is_none_or(|marks| marks.has_chosen(row));
        let serious = rows.iter().filter(|row| row.severity > Severity::Low).filter(is_asked);
        let commands: Vec<String> = serious.flat_map(|row| self.commands_of(row)).collect();
        next::section(&NextCommands::of(commands.iter().map(String::as_str)), self.commands, self.look)
    }

    fn commands_of(&self, row: &Row) -> Vec<String> {
        let Some(finding) = row.finding else { return Vec::new() };
        let kubectl = &self.report.settings.kubectl;
        let shown = row.named().and_then(|object| {
            let others = self.other_namespaces(row, &object.namespace);
            kubectl.investigate(&object, finding.owner.as_ref(), &others)
        });
        let first = |changes| finding.actions.iter().find(|line| changes_cluster(line) == changes).cloned();
        shown.or_else(|| first(false)).into_iter().chain(first(true)).collect()
    }

    /// Returns the namespaces of the other workloads that an incident reaches.
    fn other_namespaces(&self, row: &Row, own: &str) -> BTreeSet<&str> {
        let reaching = row.incident.filter(|incident| incident.victims.workloads > 0);
        let findings = reaching.into_iter().flat_map(|incident| &incident.findings);
        let namespaces = findings.map(|index| &*self.report.findings[*index].object.namespace);
        namespaces.filter(|namespace| !namespace.is_empty() && *namespace != own).collect()
    }

    /// Returns the pods, in tables of [`ROWS`]: all of them with `--all`, those that are not healthy with `-o wide`.
    fn pods(&self) -> impl Iterator<Item = Vec<Block>> {
        let is_shown =
            |class: Class| self.look.all || self.wide && matches!(class, Class::Attention | Class::Unhealthy);
        let mut shown = self.report.pods().filter(move |(_, class)| is_shown(*class));
        std::iter::from_fn(move || {
            let rows: Vec<(&Pod, Class)> = shown.by_ref().take(ROWS).collect();
            (!rows.is_empty()).then(|| vec![Block::Table(self.table_of_pods(&rows))])
        })
    }

    fn table_of_pods(&self, shown: &[(&Pod, Class)]) -> Table {
        let (now, lang) = (self.report.snapshot.taken_at, self.look.lang);
        let column = |head: &Text, of: &dyn Fn(&Pod) -> Line| {
            Column::new(head.get(lang), shown.iter().map(|(pod, _)| of(pod)))
        };
        let class = |class: Class| format!("{} {}", words::class_glyph(class), words::class(class).get(lang));
        let mut columns = vec![
            column(&words::NAMESPACE, &|pod| name(&*pod.shared.namespace)),
            column(&words::NAME, &|pod| name(&*pod.name)),
            column(&words::READY, &|pod| own(pod.ready_column())),
            column(&words::STATUS, &|pod| name(&*pod.shared.status)),
            column(&words::RESTARTS, &|pod| own(words::restarts(pod, now, lang))).expendable(1),
            column(&words::AGE, &|pod| own(pod.age_column(now))),
            column(&words::NODE, &|pod| pod.node.as_deref().map_or_else(|| own("<none>"), name))
                .expendable(2),
            Column::new(words::CLASS.get(lang), shown.iter().map(|(_, of)| class(*of))).expendable(3),
        ];
        if self.wide {
            columns.push(column(&words::OWNER, &owner).expendable(4));
        }
        Table::new(columns)
    }

    /// Returns what was read, and where to read on.
    fn foot(&self) -> Vec<Block> {
        let (report, lang) = (self.report, self.look.lang);
        let summary = coverage::summary(&report.coverage, lang);
        let mut blocks = if self.wide {
            vec![
                Block::Lines(vec![own(summary).dim()]),
                Block::items(coverage::short_notes(report, lang).into_iter().map(name)),
            ]
        } else {
            let (outside, notes) = coverage::in_one_line(report, lang);
            let line = std::iter::once(own(summary)).chain(outside.into_iter().map(name));
            vec![Block::items([Line::join(line, " · ").dim()]), Block::items(notes.into_iter().map(name))]
        };
        blocks.push(Block::items(muted::notes(report, lang).into_iter().map(name)));
        if let Some((_, cause)) = report.serious().next().filter(|_| self.hints) {
            let why = WHY.fill(lang, &[("id", Fact::text(cause.check.id))]);
            let hints = [own(EVERY_POD.get(lang)), own(FULL.get(lang)), own(why)];
            blocks.push(Block::Parts(hints.map(Line::dim).to_vec()));
        }
        blocks
    }
}

fn owner(pod: &Pod) -> Line {
    let slashed = |owner: &crate::model::Owner| name(format!("{}/{}", owner.kind.to_lowercase(), owner.name));
    pod.shared.owner.as_ref().map_or_else(|| own("<none>"), slashed)
}

/// The counts of now and of the earlier run; `None` where nothing was read, which is not zero.
pub(super) type CountRow = (Option<Counts>, Option<Counts>);

/// Returns the columns of counts.
pub(super) fn count_columns(rows: &[CountRow], lang: Lang) -> [Column; 6] {
    let numbers = |head: &'static Text, of: fn(&Counts) -> i64| {
        let cell = |(now, before): &CountRow| match now {
            Some(now) => changed::trend(of(now), before.as_ref().map(of)),
            None => ("-".to_owned(), String::new()),
        };
        let cells: Vec<(String, String)> = rows.iter().map(cell).collect();
        // Numbers are aligned with numbers, and arrows with arrows.
        let room = cells.iter().map(|(_, arrow)| super::grid::width(arrow)).max().unwrap_or(0);
        let aligned = |(number, arrow): (String, String)| {
            let gap = " ".repeat(room - super::grid::width(&arrow));
            format!("{number}{arrow}{gap}")
        };
        Column::new(head.get(lang), cells.into_iter().map(aligned)).numeric()
    };
    [
        numbers(&words::PODS, |counts| signed(counts.pods)),
        numbers(&words::COL_HEALTHY, |counts| signed(counts.healthy)),
        numbers(&words::COL_ATTENTION, |counts| signed(counts.attention)),
        numbers(&words::COL_UNHEALTHY, |counts| signed(counts.unhealthy)),
        numbers(&words::COL_COMPLETED, |counts| signed(counts.completed)).expendable(2),
        numbers(&words::RESTARTS, |counts| counts.restarts).expendable(1),
    ]
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
