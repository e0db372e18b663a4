//! The nodes: the state and the load of each, then the resources of the cluster.

mod resources;

use super::document::{Block, Column, Document, Line, Table, name, own};
use super::json::{self, Encoding};
use super::words::{self, texts};
use super::{Look, NodesFormat, coverage, sections};
use crate::model::{Amount, Node, cores, gibibytes};
use crate::report::{NodeClass, NodeLoad, NodeTotals, Report, Verdict};
use crate::text::Fact;
use crate::text::{Lang, Text};
use std::io::{self, Write};

texts! {
    TITLE: "{nodes:# node|# nodes}, {ready} ready · {pods:# pod|# pods}", "{nodes} 個節點，{ready} 個就緒 · {pods} 個 Pod",
        "{nodes} 个节点，{ready} 个就绪 · {pods} 个 Pod";
    PRESSURE: "PRESSURE", "資源壓力", "资源压力";
    CPU_REQUESTED: "CPU REQUESTED", "CPU 請求量", "CPU 请求量";
    MEMORY_REQUESTED: "MEMORY REQUESTED", "記憶體請求量", "内存请求量";
    CPU_LIMITS: "CPU LIMITS", "CPU 上限", "CPU 限制";
    MEMORY_LIMITS: "MEMORY LIMITS", "記憶體上限", "内存限制";
    CPU_USED: "CPU USED", "CPU 使用量", "CPU 使用量";
    MEMORY_USED: "MEMORY USED", "記憶體使用量", "内存使用量";
    MORE_HEALTHY: "{count:# more node|# more nodes}, healthy and less full: --all", "其餘 {count} 個節點健康且負載較低：--all", "其余 {count} 个节点健康且负载较低：--all";
    MORE: "{count:# more node|# more nodes}: --all", "其餘 {count} 個節點：--all", "其余 {count} 个节点：--all";
    SHARE: "{part} ({percent} %)", "{part}（{percent}%）", "{part}（{percent}%）";
    NONE: "no nodes were read", "沒有讀取到節點", "没有读取到节点";
}

/// The number of nodes without problems that are shown, the fullest first.
const SHOWN: usize = 20;

/// Writes the nodes of some clusters.
///
/// # Errors
/// When `out` fails.
pub fn nodes(reports: &[Report], format: NodesFormat, look: Look, out: &mut dyn Write) -> io::Result<()> {
    match format {
        NodesFormat::Table => {
            // Nothing is known of the nodes of a cluster that could not be read.
            let read = reports.iter().filter(|report| !report.is_of_nothing());
            for (index, report) in read.enumerate() {
                if index > 0 {
                    writeln!(out)?;
                }
                document(report, look).terminal(look, out)?;
            }
            Ok(())
        }
        NodesFormat::Markdown => reports.iter().try_for_each(|report| document(report, look).markdown(out)),
        NodesFormat::Json => json::write(&json::report(reports), Encoding::Json, out),
        NodesFormat::Yaml => json::write(&json::report(reports), Encoding::Yaml, out),
        NodesFormat::Name => super::name::nodes(reports, out),
    }
}

fn document(report: &Report, look: Look) -> Document {
    let lang = look.lang;
    let totals = report.node_totals();
    let sick = report.nodes.iter().filter(|load| load.class > NodeClass::NotObserved).count();
    let most = if look.all { usize::MAX } else { sick.max(SHOWN) };
    let (shown, rest) = report.nodes.split_at(report.nodes.len().min(most));
    let mut document = Document::default();
    document.section([Block::Heading(1, head(report, totals, lang))]);
    let mut list = Vec::new();
    if !shown.is_empty() {
        list.push(Block::Table(table(report, shown, lang)));
    }
    if !rest.is_empty() {
        let healthy = rest.iter().all(|load| load.class == NodeClass::Healthy);
        let text = if healthy { &MORE_HEALTHY } else { &MORE };
        list.push(Block::Parts(vec![own(text.fill(lang, &[("count", Fact::count(rest.len()))]))]));
    }
    document.section(list);
    for blocks in resources::sections(&report.resources(), look) {
        document.section(blocks);
    }
    let mut notes: Vec<Line> = sections::spread(report.node_spread().as_ref(), lang);
    notes.push(own(coverage::summary(&report.coverage, lang)));
    notes.extend(coverage::short_notes(report, lang).into_iter().map(name));
    document.section([Block::items(notes)]);
    document
}

/// Returns `🟢 104 nodes, 103 ready · 9842 pods · context tp-hkidc`.
fn head(report: &Report, totals: NodeTotals, lang: Lang) -> Line {
    let head = match totals.worst {
        None => own(format!("{} {}", words::verdict_glyph(Verdict::Incomplete), NONE.get(lang))),
        Some(worst) => {
            let facts = [
                ("nodes", Fact::count(totals.nodes)),
                ("ready", Fact::count(totals.ready)),
                ("pods", Fact::count(totals.pods)),
            ];
            own(format!("{} {}", words::node_glyph(worst), TITLE.fill(lang, &facts)))
        }
    };
    let context = report.snapshot.cluster.context.as_str();
    let head = if context.is_empty() { head } else { head.then(" · context ").then(name(context)) };
    match report.snapshot.scope.namespaces.as_slice() {
        [] => head,
        places => head.then(" · ").then(name(words::list(places, lang))),
    }
}

fn table(report: &Report, shown: &[NodeLoad], lang: Lang) -> Table {
    let column =
        |head: &Text, cell: &dyn Fn(&NodeLoad) -> Line| Column::new(head.get(lang), shown.iter().map(cell));
    let share = |head: &Text, of: fn(&NodeLoad, &Node) -> Option<Amount>, (part, unit): Unit| {
        let cell = |load: &NodeLoad| {
            let of = |node| Some(share(part(of(load, node)?), part(node.allocatable), unit, lang));
            own(load.node.and_then(of).unwrap_or_else(unknown))
        };
        Column::new(head.get(lang), shown.iter().map(cell)).numeric()
    };
    let (cpu, memory): (Unit, Unit) = ((|of| of.cpu, cores), (|of| of.memory, gibibytes));
    let now = report.snapshot.taken_at;
    let age = |load: &NodeLoad| {
        let created = load.node.and_then(|node| node.created);
        own(created.map_or_else(unknown, |created| crate::text::human(now.seconds_since(created))))
    };
    let pods = |load: &NodeLoad| match load.node.and_then(|node| node.pods) {
        Some(room) => own(format!("{}/{room}", load.pods)),
        None => own(load.pods.to_string()),
    };
    let mut columns = vec![
        column(&words::NODE, &|load| name(load.name)),
        column(&words::STATUS, &|load| own(status(load, lang))),
        column(&PRESSURE, &pressure).expendable(7),
        column(&words::PODS, &pods).numeric().expendable(1),
        share(&CPU_REQUESTED, |load, _| Some(load.requests), cpu).expendable(5),
        share(&MEMORY_REQUESTED, |load, _| Some(load.requests), memory).expendable(4),
        share(&CPU_LIMITS, |load, _| Some(load.limits), cpu).expendable(9),
        share(&MEMORY_LIMITS, |load, _| Some(load.limits), memory).expendable(8),
    ];
    if report.nodes.iter().any(|load| load.node.is_some_and(|node| node.usage.is_some())) {
        columns.push(share(&CPU_USED, |_, node| node.usage, cpu).expendable(2));
        columns.push(share(&MEMORY_USED, |_, node| node.usage, memory).expendable(3));
    }
    columns.push(column(&words::AGE, &age).expendable(6));
    Table::new(columns)
}

/// A part of an amount, and how to write it.
type Unit = (fn(Amount) -> i64, fn(i64) -> String);

fn unknown() -> String {
    "-".to_owned()
}

/// Returns the glyph of the class, and STATUS as in `kubectl get nodes`.
fn status(load: &NodeLoad, lang: Lang) -> String {
    let glyph = words::node_glyph(load.class);
    let Some(node) = load.node else { return format!("{glyph} {}", words::NOT_READ.get(lang)) };
    let ready = match node.condition("Ready").map(|condition| condition.status.as_str()) {
        Some("True") => "Ready",
        Some(_) => "NotReady",
        None => "Unknown",
    };
    let cordoned = if node.cordoned { ",SchedulingDisabled" } else { "" };
    format!("{glyph} {ready}{cordoned}")
}

fn pressure(load: &NodeLoad) -> Line {
    let pressures: Vec<&str> = load.node.iter().flat_map(|node| node.pressures()).collect();
    if pressures.is_empty() { own(unknown()) } else { name(pressures.join(",")) }
}

/// Returns `3.2/32 (10 %)`, or only the part if the whole is 0.
fn share(part: i64, whole: i64, unit: fn(i64) -> String, lang: Lang) -> String {
    match percent(part, whole) {
        Some(percent) => {
            let of = format!("{}/{}", unit(part), unit(whole));
            SHARE.fill(lang, &[("part", Fact::Text(of)), ("percent", Fact::count(percent))])
        }
        None => unit(part),
    }
}

fn percent(part: i64, whole: i64) -> Option<i128> {
    (whole > 0).then(|| i128::from(part) * 100 / i128::from(whole))
}
