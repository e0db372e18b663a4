//! The nodes: how each is, and what it carries.

mod resources;

use super::escape::visible;
use super::grid::{self, Column};
use super::sections::spread;
use super::table::{signed, wrap};
use super::words::{self, texts};
use super::{Look, coverage};
use crate::model::{Amount, Node, cores, gibibytes};
use crate::report::{Class, NodeLoad, Report};
use crate::text::{Fact, Lang, Text};
use owo_colors::{OwoColorize, Style};
use std::io::{self, Write};

texts! {
    HEAD: "{nodes} nodes, {ready} ready · {pods} pods", "{nodes} 個節點，{ready} 個就緒 · {pods} 個 Pod",
        "{nodes} 个节点，{ready} 个就绪 · {pods} 个 Pod";
    PRESSURE: "PRESSURE", "資源壓力", "资源压力";
    CPU_REQUESTED: "CPU REQUESTED", "CPU 請求量", "CPU 请求量";
    MEMORY_REQUESTED: "MEMORY REQUESTED", "記憶體請求量", "内存请求量";
    CPU_LIMITS: "CPU LIMITS", "CPU 上限", "CPU 限制量";
    MEMORY_LIMITS: "MEMORY LIMITS", "記憶體上限", "内存限制量";
    CPU_USED: "CPU USED", "CPU 使用量", "CPU 使用量";
    MEMORY_USED: "MEMORY USED", "記憶體使用量", "内存使用量";
    MORE: "{count} more nodes, healthy and less full: --all", "其餘 {count} 個節點健康且負載較低：--all", "其余 {count} 个节点健康且负载较低：--all";
    NONE: "no nodes were seen", "沒有檢查到節點", "没有检查到节点";
}

/// So many healthy nodes are shown, the fullest ones; those that are not healthy always are.
const SHOWN: usize = 20;

/// Writes the nodes of some clusters.
///
/// # Errors
/// When `out` fails.
pub fn nodes(reports: &[Report], look: Look, out: &mut dyn Write) -> io::Result<()> {
    for (index, report) in reports.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        write_one(report, look, out)?;
    }
    Ok(())
}

fn write_one(report: &Report, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let lang = look.lang;
    writeln!(out, "{}", bold(&head(report, lang), look))?;
    let sick = report.nodes.iter().filter(|load| load.class > Class::Healthy).count();
    let shown: Vec<&NodeLoad> =
        report.nodes.iter().take(if look.all { usize::MAX } else { sick.max(SHOWN) }).collect();
    if !shown.is_empty() {
        writeln!(out)?;
        table(columns(report, &shown, lang), look, out)?;
    }
    if shown.len() < report.nodes.len() {
        writeln!(out, "{}", MORE.fill(lang, &[("count", Fact::count(report.nodes.len() - shown.len()))]))?;
    }
    writeln!(out)?;
    resources::write(&report.resources(), look, out)?;
    let mut used: Vec<(String, u64)> = report
        .nodes
        .iter()
        .map(|load| (load.node.name.to_string(), load.pods))
        .filter(|(_, pods)| *pods > 0)
        .collect();
    used.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let all = used.iter().map(|(_, pods)| pods).sum();
    let mut notes = spread(&used.iter().collect::<Vec<_>>(), all, lang, visible);
    notes.push(coverage::summary(&report.coverage, lang));
    notes.extend(coverage::short_notes(report, lang));
    notes.iter().flat_map(|line| wrap(line, look.width)).try_for_each(|line| writeln!(out, "{line}"))
}

/// What columns of it fit, under a bold head.
fn table(columns: Vec<Column>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    for (index, line) in grid::lines(&grid::fit(columns, look.width)).iter().enumerate() {
        writeln!(out, "{}", if index == 0 { bold(line, look) } else { line.clone() })?;
    }
    Ok(())
}

fn bold(text: &str, look: Look) -> String {
    if look.color { text.style(Style::new().bold()).to_string() } else { text.to_owned() }
}

/// `104 nodes, 103 ready · 9842 pods · context tp-hkidc`.
fn head(report: &Report, lang: Lang) -> String {
    let worst = report.nodes.iter().map(|load| load.class).max();
    let Some(worst) = worst else {
        return format!("{} {}", words::verdict_glyph(crate::report::Verdict::Incomplete), NONE.get(lang));
    };
    let ready = report.nodes.iter().filter(|load| load.node.is_ready()).count();
    let pods = report.nodes.iter().map(|load| signed(load.pods)).sum();
    let facts = [
        ("nodes", Fact::count(report.nodes.len())),
        ("ready", Fact::count(ready)),
        ("pods", Fact::Number(pods)),
    ];
    let context = match report.snapshot.cluster.context.as_str() {
        "" => String::new(),
        context => format!(" · context {}", visible(context)),
    };
    let scope = &report.snapshot.scope;
    let places: Vec<String> = scope.namespaces.iter().map(|name| visible(name)).collect();
    let places =
        if places.is_empty() { String::new() } else { format!(" · {}", words::list(&places, lang)) };
    format!("{} {}{context}{places}", words::class_glyph(worst), HEAD.fill(lang, &facts))
}

fn columns(report: &Report, shown: &[&NodeLoad], lang: Lang) -> Vec<Column> {
    let cells = |of: &dyn Fn(&NodeLoad) -> String| shown.iter().map(|load| of(load)).collect::<Vec<_>>();
    let cpu = |used: Option<Amount>, node: &Node| {
        used.map_or_else(unknown, |used| share(used.cpu, node.allocatable.cpu, cores))
    };
    let memory = |used: Option<Amount>, node: &Node| {
        used.map_or_else(unknown, |used| share(used.memory, node.allocatable.memory, gibibytes))
    };
    let now = report.snapshot.taken_at;
    let age = |load: &NodeLoad| {
        load.node.created.map_or_else(unknown, |created| crate::text::human(now.seconds_since(created)))
    };
    let pods = |load: &NodeLoad| match load.node.pods {
        Some(room) => format!("{}/{room}", load.pods),
        None => load.pods.to_string(),
    };
    let column = |head: &'static Text, cells: Vec<String>| Column::new(head.get(lang), cells);
    let mut columns = vec![
        column(&words::NODE, cells(&|load| visible(&load.node.name))),
        column(
            &words::STATUS,
            cells(&|load| format!("{} {}", words::class_glyph(load.class), status(load.node))),
        ),
        column(&PRESSURE, cells(&pressure)).expendable(4),
        column(&words::PODS, cells(&pods)).numeric(),
        column(&CPU_REQUESTED, cells(&|load| cpu(Some(load.requests), load.node))).numeric().expendable(2),
        column(&MEMORY_REQUESTED, cells(&|load| memory(Some(load.requests), load.node)))
            .numeric()
            .expendable(1),
        column(&CPU_LIMITS, cells(&|load| cpu(Some(load.limits), load.node))).numeric().expendable(6),
        column(&MEMORY_LIMITS, cells(&|load| memory(Some(load.limits), load.node))).numeric().expendable(5),
    ];
    if report.nodes.iter().any(|load| load.node.usage.is_some()) {
        columns.push(column(&CPU_USED, cells(&|load| cpu(load.node.usage, load.node))).numeric());
        columns.push(column(&MEMORY_USED, cells(&|load| memory(load.node.usage, load.node))).numeric());
    }
    columns.push(column(&words::AGE, cells(&age)).expendable(3));
    columns
}

fn unknown() -> String {
    "-".to_owned()
}

/// As in `kubectl get nodes`.
fn status(node: &Node) -> String {
    let ready = match node.condition("Ready").map(|condition| condition.status.as_str()) {
        Some("True") => "Ready",
        Some(_) => "NotReady",
        None => "Unknown",
    };
    if node.cordoned { format!("{ready},SchedulingDisabled") } else { ready.to_owned() }
}

fn pressure(load: &NodeLoad) -> String {
    let pressures: Vec<String> = load.node.pressures().map(visible).collect();
    if pressures.is_empty() { unknown() } else { pressures.join(",") }
}

/// `3.2/32 (10 %)`; of nothing there is no share.
fn share(part: i64, whole: i64, unit: fn(i64) -> String) -> String {
    match percent(part, whole) {
        Some(percent) => format!("{}/{} ({percent} %)", unit(part), unit(whole)),
        None => unit(part),
    }
}

fn percent(part: i64, whole: i64) -> Option<i128> {
    (whole > 0).then(|| i128::from(part) * 100 / i128::from(whole))
}
