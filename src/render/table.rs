//! One screen for people: the verdict first, trouble before health, then the next commands.

mod problems;
mod rows;

pub(super) use rows::{of_incident, of_objects};

use super::certificates;
use super::changed;
use super::escape::visible;
use super::grid::{self, Column};
use super::hosts;
use super::words::{self, texts};
use super::{Look, coverage, error_logs, muted};
use crate::finding::Severity;
use crate::report::{Class, Counts, Report, Verdict};
use crate::text::{Fact, Lang, Text};
use owo_colors::{OwoColorize, Style};
use std::io::{self, Write};

texts! {
    HEALTHY_OF: "{healthy} of {active} pods healthy", "{active} 個 Pod 中 {healthy} 個健康",
        "{active} 个 Pod 中 {healthy} 个健康";
    COMPLETED: "+{completed} completed", "另有 {completed} 個已完成", "另有 {completed} 个已完成";
    BY_SEVERITY: "{count} {severity}", "{severity} {count}", "{severity} {count}";
    CONTEXT: "context {context}", "context {context}", "context {context}";
    NAMESPACES: "{count} namespaces", "{count} 個命名空間", "{count} 个命名空间";
    SECONDS: "{seconds} s", "{seconds} 秒", "{seconds} 秒";
    MORE: "{count} more namespaces, all healthy: {pods} pods", "其餘 {count} 個命名空間全部健康，共 {pods} 個 Pod",
        "其余 {count} 个命名空间全部健康，共 {pods} 个 Pod";
    EVERY_POD: "Every pod: --all", "列出所有 Pod：--all", "列出所有 Pod：--all";
    FULL: "Full report: -o markdown", "完整報告：-o markdown", "完整报告：-o markdown";
    WHY: "Why: kubectl healthcheck explain {id}", "說明：kubectl healthcheck explain {id}",
        "说明：kubectl healthcheck explain {id}";
}

/// With more namespaces than this, healthy ones are folded into one line.
const NAMESPACES_SHOWN: usize = 10;

pub(super) fn write(report: &Report, look: Look, wide: bool, out: &mut dyn Write) -> io::Result<()> {
    let screen = Screen { report, look, wide };
    let blocks = [
        screen.head(),
        screen.namespaces(),
        screen.problems(),
        screen.next(),
        error_logs::lines(report, look, wide),
        screen.pods(),
        screen.certificates(),
        screen.hosts(),
        screen.foot(),
    ];
    let blocks: Vec<String> = blocks.into_iter().filter(|b| !b.is_empty()).map(|b| b.join("\n")).collect();
    writeln!(out, "{}", blocks.join("\n\n"))
}

struct Screen<'r> {
    report: &'r Report<'r>,
    look: Look,
    wide: bool,
}

impl Screen<'_> {
    fn paint(&self, text: impl AsRef<str>, style: Style) -> String {
        let text = text.as_ref();
        if self.look.color && !text.is_empty() { text.style(style).to_string() } else { text.to_owned() }
    }

    fn dim(&self, text: impl AsRef<str>) -> String {
        self.paint(text, Style::new().dimmed())
    }

    /// The verdict and where it holds; then what has changed.
    fn head(&self) -> Vec<String> {
        let mut lines = self.verdict();
        lines.extend(flow(&changed::since(self.report, self.look.lang), self.look.width));
        lines
    }

    fn verdict(&self) -> Vec<String> {
        let (report, lang) = (self.report, self.look.lang);
        let style = style_of(report.verdict);
        let mut left = vec![format!(
            "{} {}",
            words::verdict_glyph(report.verdict),
            self.paint(words::verdict(report.verdict).get(lang), style)
        )];
        left.push(healthy_of(&report.totals, lang));
        let counts: Vec<String> = [Severity::High, Severity::Medium]
            .into_iter()
            .filter(|severity| report.count(*severity) > 0)
            .map(|severity| {
                let shown = words::severity(severity, lang);
                let word = shown.split_once(' ').map_or("", |(_, word)| word).to_owned();
                BY_SEVERITY.fill(
                    lang,
                    &[("count", Fact::count(report.count(severity))), ("severity", Fact::Text(word))],
                )
            })
            .collect();
        left.extend((!counts.is_empty()).then(|| words::list(&counts, lang)));
        let right = self.whereabouts();
        let (one_line, aside) = (left.join(" · "), right.join(" · "));
        let room =
            self.look.width.map(|width| width.saturating_sub(grid::width(&one_line) + grid::width(&aside)));
        match room {
            None => vec![format!("{one_line} · {aside}")],
            Some(room) if room >= 3 => {
                vec![format!("{one_line}{}{}", " ".repeat(room.min(12)), self.dim(aside))]
            }
            Some(_) => {
                let mut lines = flow(&left, self.look.width);
                lines.extend(flow(&right, self.look.width).into_iter().map(|line| self.dim(line)));
                lines
            }
        }
    }

    fn whereabouts(&self) -> Vec<String> {
        let (snapshot, lang) = (self.report.snapshot, self.look.lang);
        let mut parts = Vec::new();
        if !snapshot.cluster.context.is_empty() {
            parts.push(CONTEXT.fill(lang, &[("context", Fact::Text(visible(&snapshot.cluster.context)))]));
        }
        parts.push(match self.report.namespaces.as_slice() {
            [(name, _)] => visible(name),
            many => NAMESPACES.fill(lang, &[("count", Fact::count(many.len()))]),
        });
        if self.report.coverage.cost.requests > 0 {
            let (started, taken) = (snapshot.started_at, snapshot.taken_at);
            let tenths =
                (taken.seconds - started.seconds) * 10 + i64::from(taken.nanos - started.nanos) / 100_000_000;
            let seconds = Fact::Text(format!("{}.{}", tenths.max(0) / 10, tenths.max(0) % 10));
            parts.push(SECONDS.fill(lang, &[("seconds", seconds)]));
        }
        parts
    }

    /// The namespaces, each with its counts. One healthy namespace needs no table.
    fn namespaces(&self) -> Vec<String> {
        let (report, lang, all) = (self.report, self.look.lang, self.look.all || self.wide);
        if report.namespaces.len() < 2 && !all && !self.has_moved() {
            return Vec::new();
        }
        let fold = report.namespaces.len() > NAMESPACES_SHOWN && !all;
        let is_folded = |counts: &Counts| fold && counts.worst() == Class::Healthy;
        let mut rows: Vec<(String, Counts, &str)> = report
            .namespaces
            .iter()
            .filter(|(_, counts)| !is_folded(counts))
            .map(|(name, counts)| (name.clone(), *counts, words::class_glyph(counts.worst())))
            .collect();
        if report.namespaces.len() > 1 {
            let overall = words::verdict_glyph(report.verdict);
            rows.push((words::TOTAL.get(lang).to_owned(), report.totals, overall));
        }
        let mut counts: Vec<(Option<Counts>, Option<Counts>)> =
            rows.iter().map(|(name, counts, _)| (Some(*counts), self.before(name))).collect();
        if let Some((_, before)) = counts.last_mut().filter(|_| report.namespaces.len() > 1) {
            *before = report.trend.as_ref().and_then(|trend| trend.totals);
        }
        let names = rows.iter().map(|row| visible(&row.0)).collect();
        let mut columns = vec![Column::new(words::NAMESPACE.get(lang), names)];
        columns.extend(count_columns(&counts, lang));
        columns.push(Column::new("", rows.iter().map(|row| row.2.to_owned()).collect()));
        let mut lines = self.headed(grid::lines(&grid::fit(columns, self.look.width)));
        let folded: Vec<&Counts> =
            report.namespaces.iter().map(|(_, c)| c).filter(|c| is_folded(c)).collect();
        if !folded.is_empty() {
            let pods = folded.iter().map(|counts| signed(counts.pods)).sum();
            lines.push(
                self.dim(
                    MORE.fill(lang, &[("count", Fact::count(folded.len())), ("pods", Fact::Number(pods))]),
                ),
            );
        }
        lines
    }

    /// The counts of a namespace in the run that this one is compared with.
    fn before(&self, namespace: &str) -> Option<Counts> {
        self.report.trend.as_ref()?.namespaces.get(namespace).copied()
    }

    /// Whether any count of a namespace is another than it was.
    fn has_moved(&self) -> bool {
        let moved = |(name, now): &(String, Counts)| self.before(name).is_some_and(|before| before != *now);
        self.report.namespaces.iter().any(moved)
    }

    /// The pods: all of them with `--all`, else with `-o wide` those that are not healthy.
    fn pods(&self) -> Vec<String> {
        let (report, lang, all) = (self.report, self.look.lang, self.look.all);
        let now = report.snapshot.taken_at;
        let shown: Vec<_> = report
            .pods()
            .filter(|(_, class)| all || self.wide && matches!(class, Class::Attention | Class::Unhealthy))
            .collect();
        if shown.is_empty() {
            return Vec::new();
        }
        let cells = |of: &dyn Fn(&crate::model::Pod) -> String| {
            shown.iter().map(|(pod, _)| of(pod)).collect::<Vec<_>>()
        };
        let class = |class: Class| format!("{} {}", words::class_glyph(class), words::class(class).get(lang));
        let node = |pod: &crate::model::Pod| pod.node.as_deref().map_or_else(|| "<none>".to_owned(), visible);
        let mut columns = vec![
            Column::new(words::NAMESPACE.get(lang), cells(&|pod| visible(&pod.shared.namespace))),
            Column::new(words::NAME.get(lang), cells(&|pod| visible(&pod.name))),
            Column::new(words::READY.get(lang), cells(&crate::model::Pod::ready_column)),
            Column::new(words::STATUS.get(lang), cells(&|pod| visible(&pod.shared.status))),
            Column::new(words::RESTARTS.get(lang), cells(&|pod| pod.restarts_column(now))).expendable(1),
            Column::new(words::AGE.get(lang), cells(&|pod| pod.age_column(now))),
            Column::new(words::NODE.get(lang), cells(&node)).expendable(2),
            Column::new(words::CLASS.get(lang), shown.iter().map(|(_, c)| class(*c)).collect()).expendable(3),
        ];
        if self.wide {
            let owner = |pod: &crate::model::Pod| {
                pod.shared.owner.as_ref().map_or_else(
                    || "<none>".to_owned(),
                    |owner| visible(&format!("{}/{}", owner.kind.to_lowercase(), owner.name)),
                )
            };
            columns.push(Column::new(words::OWNER.get(lang), cells(&owner)).expendable(4));
        }
        self.headed(grid::lines(&grid::fit(columns, self.look.width)))
    }

    /// The hosts that were looked up.
    fn hosts(&self) -> Vec<String> {
        let rows = if self.wide { hosts::rows(self.report, self.look.lang) } else { Vec::new() };
        if rows.is_empty() {
            return Vec::new();
        }
        let column = |(index, head): (usize, &&Text)| {
            let cells = rows.iter().filter_map(|row| row.get(index)).map(|cell| visible(cell)).collect();
            Column::new(head.get(self.look.lang), cells)
        };
        let columns: Vec<Column> = hosts::HEADS.iter().enumerate().map(column).collect();
        let mut lines = vec![self.bold(&hosts::HOSTS.get(self.look.lang).to_uppercase())];
        lines.extend(self.headed(grid::lines(&grid::fit(columns, self.look.width))));
        lines
    }

    /// The certificates, where there is room for them.
    fn certificates(&self) -> Vec<String> {
        let (lang, all) = (self.look.lang, self.look.all);
        let (rows, more) = certificates::rows(self.report, (lang, all), visible);
        if !self.wide || rows.is_empty() {
            return Vec::new();
        }
        let column = |(at, head): (usize, &&Text)| {
            let column = Column::new(head.get(lang), rows.iter().map(|row| row[at].clone()).collect());
            match at {
                2 | 3 => column.expendable(u8::try_from(at).unwrap_or(1)),
                5 => column.numeric(),
                _ => column,
            }
        };
        let columns = certificates::HEADS.iter().enumerate().map(column).collect();
        let mut lines = vec![self.bold(&certificates::HEADING.get(lang).to_uppercase())];
        lines.extend(self.headed(grid::lines(&grid::fit(columns, self.look.width))));
        lines.extend(more.into_iter().map(|line| self.dim(line)));
        lines
    }

    /// What was seen, and where to read on.
    fn foot(&self) -> Vec<String> {
        let (report, lang) = (self.report, self.look.lang);
        let coverage = &report.coverage;
        let mut lines = vec![self.dim(coverage::summary(coverage, lang))];
        lines.extend(coverage::short_notes(report, lang).iter().flat_map(|line| wrap(line, self.look.width)));
        lines.extend(muted::notes(report, lang).iter().flat_map(|line| wrap(line, self.look.width)));
        if let Some(incident) = report.incidents.iter().find(|i| i.severity > Severity::Low) {
            let id = Fact::text(report.findings[incident.cause].check.id);
            let hints =
                [EVERY_POD.get(lang).to_owned(), FULL.get(lang).to_owned(), WHY.fill(lang, &[("id", id)])];
            lines.extend(flow(&hints, self.look.width).into_iter().map(|line| self.dim(line)));
        }
        lines
    }

    fn bold(&self, text: &str) -> String {
        self.paint(text, Style::new().bold())
    }

    fn command(&self, line: &str) -> String {
        self.paint(line, Style::new().cyan())
    }

    fn headed(&self, mut lines: Vec<String>) -> Vec<String> {
        if let Some(head) = lines.first_mut() {
            *head = self.bold(head);
        }
        lines
    }
}

fn style_of(verdict: Verdict) -> Style {
    let bold = Style::new().bold();
    match verdict {
        Verdict::Healthy => bold.green(),
        Verdict::Incomplete => bold,
        Verdict::Attention => bold.yellow(),
        Verdict::Unhealthy => bold.red(),
    }
}

/// `46 of 48 pods healthy (+2 completed)`.
fn healthy_of(totals: &Counts, lang: Lang) -> String {
    let facts = [
        ("healthy", Fact::Number(signed(totals.healthy))),
        ("active", Fact::Number(signed(totals.active()))),
        ("completed", Fact::Number(signed(totals.completed))),
    ];
    match totals.completed {
        0 => HEALTHY_OF.fill(lang, &facts),
        _ => format!("{} ({})", HEALTHY_OF.fill(lang, &facts), COMPLETED.fill(lang, &facts)),
    }
}

/// Sets parts on as few lines as they fit, none of them broken: a part may be a command.
pub(super) fn flow(parts: &[String], width: Option<usize>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if width.is_none_or(|width| grid::width(line) + 3 + grid::width(part) <= width) => {
                line.push_str(" · ");
                line.push_str(part);
            }
            _ => lines.push(part.clone()),
        }
    }
    lines
}

/// Breaks a text into lines at places where its language allows it; words stay whole.
pub(super) fn wrap(text: &str, width: Option<usize>) -> Vec<String> {
    let Some(width) = width else { return vec![text.to_owned()] };
    let options = textwrap::Options::new(width.max(10))
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

/// The columns of counts, a row each: those of now, and those they are held against. Of what was not seen there are no
/// numbers, not even zero.
pub(super) fn count_columns(rows: &[(Option<Counts>, Option<Counts>)], lang: Lang) -> [Column; 6] {
    let numbers = |head: &'static Text, of: fn(&Counts) -> i64| {
        let cell = |(now, before): &(Option<Counts>, Option<Counts>)| match now {
            Some(now) => changed::trend(of(now), before.as_ref().map(of)),
            None => ("-".to_owned(), String::new()),
        };
        let cells: Vec<(String, String)> = rows.iter().map(cell).collect();
        // Numbers stand below numbers, and arrows below arrows.
        let room = cells.iter().map(|(_, arrow)| grid::width(arrow)).max().unwrap_or(0);
        let aligned = |(number, arrow): (String, String)| {
            let gap = " ".repeat(room - grid::width(&arrow));
            format!("{number}{arrow}{gap}")
        };
        Column::new(head.get(lang), cells.into_iter().map(aligned).collect()).numeric()
    };
    [
        numbers(&words::PODS, |c| signed(c.pods)),
        numbers(&words::COL_HEALTHY, |c| signed(c.healthy)),
        numbers(&words::COL_ATTENTION, |c| signed(c.attention)),
        numbers(&words::COL_UNHEALTHY, |c| signed(c.unhealthy)),
        numbers(&words::COL_COMPLETED, |c| signed(c.completed)).expendable(2),
        numbers(&words::RESTARTS, |c| c.restarts).expendable(1),
    ]
}

pub(super) fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
