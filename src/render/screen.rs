//! The report on one screen: the verdict first, problems before health, then the next commands.

mod head;
mod problems;
mod rows;

pub(super) use rows::{of_incident, of_objects};

use super::document::{Block, Column, Document, Line, Table, name, own};
use super::words::{self, texts};
use super::{Look, certificates, changed, coverage, error_logs, hosts, muted, next};
use crate::model::Pod;
use crate::report::{Class, Counts, Namespace, Report, Verdict};
use crate::text::Fact;
use crate::text::{Lang, Text};
use std::io::{self, Write};

texts! {
    MORE: "{count:# more namespace|# more namespaces}, all healthy: {pods:# pod|# pods}", "其餘 {count} 個命名空間全部健康，共 {pods} 個 Pod",
        "其余 {count} 个命名空间全部健康，共 {pods} 个 Pod";
    EVERY_POD: "Every pod: --all", "列出所有 Pod：--all", "列出所有 Pod：--all";
    FULL: "Full report: -o markdown", "完整報告：-o markdown", "完整报告：-o markdown";
    WHY: "Why: kubectl healthcheck explain {id}", "說明：kubectl healthcheck explain {id}",
        "说明：kubectl healthcheck explain {id}";
}

/// Of more namespaces than this, the healthy ones are folded into one line.
const NAMESPACES_SHOWN: usize = 10;

pub(super) fn write(report: &Report, look: Look, wide: bool, out: &mut dyn Write) -> io::Result<()> {
    let screen = Screen { report, look, wide };
    let mut document = Document::default();
    document.section(screen.head());
    document.section(screen.namespaces());
    document.section(screen.problems());
    document.section(if wide { Vec::new() } else { next::section(&report.next_commands(), look) });
    for section in error_logs::sections(report, look, wide) {
        document.section(section);
    }
    document.section(screen.pods());
    if wide {
        document.section(certificates::section(report, look));
        document.section(hosts::section(report, look));
    }
    document.section(screen.foot());
    document.terminal(look, out)
}

struct Screen<'r> {
    report: &'r Report<'r>,
    look: Look,
    wide: bool,
}

impl Screen<'_> {
    /// Returns the verdict and the scope, then the changes.
    fn head(&self) -> Vec<Block> {
        let since = changed::since(self.report, self.look.lang);
        vec![
            Block::Lines(head::verdict(self.report, self.look)),
            Block::Parts(since.into_iter().map(own).collect()),
        ]
    }

    /// Returns the namespaces with their counts. One healthy namespace needs no table.
    fn namespaces(&self) -> Vec<Block> {
        let (report, lang, all) = (self.report, self.look.lang, self.look.all || self.wide);
        if report.namespaces.len() < 2 && !all && !self.has_moved() {
            return Vec::new();
        }
        let fold = report.namespaces.len() > NAMESPACES_SHOWN && !all;
        let (folded, shown): (Vec<&Namespace>, Vec<&Namespace>) =
            report.namespaces.iter().partition(|of| fold && of.state == Verdict::Healthy);
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
        let mut blocks = vec![Block::Table(Table::new(columns))];
        if !folded.is_empty() {
            let mut sum = Counts::default();
            for namespace in &folded {
                sum.add(&namespace.counts);
            }
            let facts = [("count", Fact::count(folded.len())), ("pods", Fact::count(sum.pods))];
            blocks.push(Block::Lines(vec![own(MORE.fill(lang, &facts)).dim()]));
        }
        blocks
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

    /// Returns the pods: all of them with `--all`, those that are not healthy with `-o wide`.
    fn pods(&self) -> Vec<Block> {
        let (report, lang, all) = (self.report, self.look.lang, self.look.all);
        let now = report.snapshot.taken_at;
        let is_shown =
            |class: Class| all || self.wide && matches!(class, Class::Attention | Class::Unhealthy);
        let shown: Vec<(&Pod, Class)> = report.pods().filter(|(_, class)| is_shown(*class)).collect();
        if shown.is_empty() {
            return Vec::new();
        }
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
        vec![Block::Table(Table::new(columns))]
    }

    /// Returns what was read, and where to read on.
    fn foot(&self) -> Vec<Block> {
        let (report, lang) = (self.report, self.look.lang);
        let mut blocks = vec![
            Block::Lines(vec![own(coverage::summary(&report.coverage, lang)).dim()]),
            Block::items(coverage::short_notes(report, lang).into_iter().map(name)),
            Block::items(muted::notes(report, lang).into_iter().map(name)),
        ];
        if let Some((_, cause)) = report.serious().next() {
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
