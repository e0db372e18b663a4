//! Under the nodes: what they have together, what the loss of one would leave, and who takes most.

use super::super::Look;
use super::super::escape::visible;
use super::super::grid::Column;
use super::super::table::wrap;
use super::super::words::{self, texts};
use super::{CPU_LIMITS, CPU_REQUESTED, CPU_USED, MEMORY_LIMITS, MEMORY_REQUESTED, MEMORY_USED};
use super::{bold, percent, table, unknown};
use crate::checks::{Loss, Resource};
use crate::model::{Amount, cores_or_millis, gibi_or_mebibytes};
use crate::report::{Capacity, Requested, Resources};
use crate::text::{Fact, Lang, Text};
use std::io::{self, Write};

texts! {
    CPU: "CPU", "CPU", "CPU";
    MEMORY: "Memory", "記憶體", "内存";
    TOGETHER: "{resource}: {all} allocatable · requests {requests} · limits {limits} · {usage}",
        "{resource}：可分配 {all} · 請求量 {requests} · 上限 {limits} · {usage}",
        "{resource}：可分配 {all} · 请求量 {requests} · 限制量 {limits} · {usage}";
    SHARE: "{part} ({percent} %)", "{part}（{percent} %）", "{part}（{percent} %）";
    AT_LEAST: "at least {part}", "至少 {part}", "至少 {part}";
    USED: "used {used}", "使用量 {used}", "使用量 {used}";
    USED_ON: "used {used} on {measured} of {nodes} nodes", "{nodes} 個節點中 {measured} 個的使用量 {used}",
        "{nodes} 个节点中 {measured} 个的使用量 {used}";
    NONE: "none", "無", "无";
    UNMEASURED: "usage not measured", "使用量未量測", "使用量未测量";
    UNSTATED: "Nodes that do not say what pods may have of them, and are not counted: {count}",
        "未回報可分配資源、因此不計入的節點：{count} 個", "未上报可分配资源、因此不计入的节点：{count} 个";
    ELSEWHERE: "On no node that is counted: {pods} pods, which request {cpu} CPU and {memory} memory",
        "不在計入節點上的 Pod：{pods} 個，請求 CPU {cpu}、記憶體 {memory}", "不在计入节点上的 Pod：{pods} 个，请求 CPU {cpu}、内存 {memory}";
    FITS: "{resource}: without the largest node, {node}, requests are {percent} % of what the other {others} have",
        "{resource}：少了最大的節點 {node}，請求量為其餘 {others} 個節點的 {percent} %",
        "{resource}：少了最大的节点 {node}，请求量为其余 {others} 个节点的 {percent} %";
    SHORT: "{resource}: without the largest node, {node}, requests would not fit: {short} short, {needed} for the {left} of the \
        other {others}", "{resource}：少了最大的節點 {node} 就放不下，尚缺 {short}：需要 {needed}，其餘 {others} 個節點只有 {left}",
        "{resource}：少了最大的节点 {node} 就放不下，还缺 {short}：需要 {needed}，其余 {others} 个节点只有 {left}";
    TOO_FEW: "Nodes that take ordinary pods: 1. Without it, its pods have nowhere to go",
        "可接收一般 Pod 的節點：1 個。少了它，其上的 Pod 無處可去", "可接收普通 Pod 的节点：1 个。少了它，上面的 Pod 无处可去";
    NO_OPEN: "No node takes ordinary pods", "沒有節點可接收一般 Pod", "没有节点可接收普通 Pod";
    LOSS_UNKNOWN: "What the loss of a node would leave is not known: not every pod of the cluster was looked at",
        "未檢查叢集的所有 Pod，無法得知少了一個節點後是否放得下", "没有检查集群的所有 Pod，无法得知少了一个节点后能否放得下";
    NAMESPACES: "Namespaces, by requests", "命名空間（依請求量排序）", "命名空间（按请求量排序）";
    BY_USAGE: "Workloads that take most, by usage where it is measured and else by requests",
        "用量最大的工作負載（沒有量測值者以請求量計）", "用量最大的工作负载（没有测量值的按请求量计）";
    BY_REQUESTS: "Workloads that request most; usage is not measured", "請求量最高的工作負載（使用量未量測）",
        "请求量最高的工作负载（使用量未测量）";
    WORKLOAD: "WORKLOAD", "工作負載", "工作负载";
    MORE: "{count} more namespaces: --all", "其餘 {count} 個命名空間：--all", "其余 {count} 个命名空间：--all";
    MEASURED_OF: "Usage was measured of {measured} of {pods} pods", "{pods} 個 Pod 中 {measured} 個有使用量量測值",
        "{pods} 个 Pod 中 {measured} 个有使用量测量值";
}

/// So many namespaces are shown.
const NAMESPACES_SHOWN: usize = 10;

pub(super) fn write(resources: &Resources, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let lang = look.lang;
    let lines = together(resources, lang).into_iter().chain(losses(resources, lang));
    let lines: Vec<String> = lines.flat_map(|line| wrap(&line, look.width)).collect();
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    if !lines.is_empty() {
        writeln!(out)?;
    }
    if resources.namespaces.is_empty() {
        return Ok(());
    }
    namespaces(resources, look, out)?;
    let by = if resources.is_measured { &BY_USAGE } else { &BY_REQUESTS };
    writeln!(out, "\n{}", bold(by.get(lang), look))?;
    table(consumers(resources, lang), look, out)?;
    writeln!(out)
}

/// What the nodes have together, of CPU and of memory; nothing where no node says.
fn together(resources: &Resources, lang: Lang) -> Vec<String> {
    let capacity = &resources.capacity;
    let mut lines = Vec::new();
    if capacity.nodes > 0 {
        lines.extend(Resource::ALL.map(|resource| line(resource, resources, lang)));
    }
    if capacity.unstated > 0 {
        lines.push(UNSTATED.fill(lang, &[("count", Fact::count(capacity.unstated))]));
    }
    let Requested { pods, requests, .. } = resources.elsewhere;
    if capacity.nodes > 0 && pods > 0 {
        let facts = [
            ("pods", Fact::count(pods)),
            ("cpu", Fact::Text(cores_or_millis(requests.cpu))),
            ("memory", Fact::Text(gibi_or_mebibytes(requests.memory))),
        ];
        lines.push(ELSEWHERE.fill(lang, &facts));
    }
    lines
}

fn line(resource: Resource, resources: &Resources, lang: Lang) -> String {
    let capacity = &resources.capacity;
    let of = |amount: Amount| resource.of(amount);
    let asked = |amount: Amount| {
        let part = part(resource, of(amount), of(capacity.allocatable), lang);
        if resources.complete { part } else { AT_LEAST.fill(lang, &[("part", Fact::Text(part))]) }
    };
    // Of pods that were not looked at nobody knows.
    let limited = of(capacity.limits) != 0 || !resources.complete;
    let facts = [
        ("resource", Fact::text(name(resource).get(lang))),
        ("all", Fact::Text(resource.shown(of(capacity.allocatable)))),
        ("requests", Fact::Text(asked(capacity.requests))),
        ("limits", if limited { Fact::Text(asked(capacity.limits)) } else { Fact::text(NONE.get(lang)) }),
        ("usage", Fact::Text(usage(resource, capacity, lang))),
    ];
    TOGETHER.fill(lang, &facts)
}

/// What is used of the nodes that are measured.
fn usage(resource: Resource, capacity: &Capacity, lang: Lang) -> String {
    let Some(used) = capacity.usage else { return UNMEASURED.get(lang).to_owned() };
    let used = part(resource, resource.of(used), resource.of(capacity.measured_allocatable), lang);
    let facts = [
        ("used", Fact::Text(used)),
        ("measured", Fact::count(capacity.measured)),
        ("nodes", Fact::count(capacity.nodes)),
    ];
    if capacity.measured == capacity.nodes { &USED } else { &USED_ON }.fill(lang, &facts)
}

/// `3.2 (10 %)`.
fn part(resource: Resource, part: i64, whole: i64, lang: Lang) -> String {
    let shown = resource.shown(part);
    let Some(percent) = percent(part, whole) else { return shown };
    SHARE.fill(lang, &[("part", Fact::Text(shown)), ("percent", Fact::count(percent))])
}

fn name(resource: Resource) -> &'static Text {
    match resource {
        Resource::Cpu => &CPU,
        Resource::Memory => &MEMORY,
    }
}

/// What the loss of the largest node would leave, or why that is not known. Where there are no nodes, nobody asks.
fn losses(resources: &Resources, lang: Lang) -> Vec<String> {
    match (resources.capacity.nodes, resources.complete, resources.open_nodes) {
        (0, ..) => Vec::new(),
        (_, false, _) => vec![LOSS_UNKNOWN.get(lang).to_owned()],
        (_, true, 0) => vec![NO_OPEN.get(lang).to_owned()],
        (_, true, 1) => vec![TOO_FEW.get(lang).to_owned()],
        (_, true, _) => resources.losses.iter().map(|of| loss(of, lang)).collect(),
    }
}

fn loss(loss: &Loss, lang: Lang) -> String {
    let Loss { resource, node, needed, left, others } = *loss;
    let shown = |part: i64| Fact::Text(resource.shown(part));
    let mut facts = vec![
        ("node", Fact::Text(visible(&node.name))),
        ("resource", Fact::text(name(resource).get(lang))),
        ("others", Fact::count(others)),
        ("needed", shown(needed)),
        ("left", shown(left)),
        ("short", shown(loss.short())),
    ];
    match percent(needed, left).filter(|_| loss.short() == 0) {
        Some(percent) => {
            facts.push(("percent", Fact::count(percent)));
            FITS.fill(lang, &facts)
        }
        None => SHORT.fill(lang, &facts),
    }
}

fn namespaces(resources: &Resources, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let (all, lang) = (&resources.namespaces, look.lang);
    let shown = if look.all { all.len() } else { NAMESPACES_SHOWN };
    let cells = |of: &dyn Fn(&Requested) -> String| {
        all.iter().take(shown).map(|(_, taken)| of(taken)).collect::<Vec<_>>()
    };
    let names = all.iter().take(shown).map(|(name, _)| visible(name)).collect();
    let number = |head: &'static Text, of: &dyn Fn(&Requested) -> String| {
        Column::new(head.get(lang), cells(of)).numeric()
    };
    let mut columns = vec![
        Column::new(words::NAMESPACE.get(lang), names),
        number(&words::PODS, &|taken| taken.pods.to_string()).expendable(2),
        number(&CPU_REQUESTED, &|taken| cores_or_millis(taken.requests.cpu)).expendable(1),
        number(&CPU_LIMITS, &|taken| limit(taken.limits.cpu, cores_or_millis)).expendable(4),
        number(&MEMORY_REQUESTED, &|taken| gibi_or_mebibytes(taken.requests.memory)),
        number(&MEMORY_LIMITS, &|taken| limit(taken.limits.memory, gibi_or_mebibytes)).expendable(3),
    ];
    if resources.is_measured {
        columns.insert(4, number(&CPU_USED, &cpu_used));
        columns.push(number(&MEMORY_USED, &memory_used));
    }
    writeln!(out, "{}", bold(NAMESPACES.get(lang), look))?;
    table(columns, look, out)?;
    if let Some(more) = all.len().checked_sub(shown).filter(|more| *more > 0) {
        writeln!(out, "{}", MORE.fill(lang, &[("count", Fact::count(more))]))?;
    }
    let sum = |of: fn(&Requested) -> u64| all.iter().map(|(_, taken)| of(taken)).sum::<u64>();
    let (pods, measured) = (sum(|taken| taken.pods), sum(|taken| taken.measured));
    if resources.is_measured && measured < pods {
        let facts = [("pods", Fact::count(pods)), ("measured", Fact::count(measured))];
        writeln!(out, "{}", MEASURED_OF.fill(lang, &facts))?;
    }
    Ok(())
}

fn consumers(resources: &Resources, lang: Lang) -> Vec<Column> {
    let shown = &resources.consumers;
    let number = |head: &'static Text, of: &dyn Fn(&Requested) -> String| {
        Column::new(head.get(lang), shown.iter().map(|(_, taken)| of(taken)).collect()).numeric()
    };
    let (namespaces, names) =
        shown.iter().map(|(object, _)| (visible(&object.namespace), visible(&object.slashed()))).unzip();
    let mut columns =
        vec![Column::new(words::NAMESPACE.get(lang), namespaces), Column::new(WORKLOAD.get(lang), names)];
    columns.push(number(&words::PODS, &|taken| taken.pods.to_string()).expendable(1));
    let cpu = number(&CPU_REQUESTED, &|taken| cores_or_millis(taken.requests.cpu));
    let memory = number(&MEMORY_REQUESTED, &|taken| gibi_or_mebibytes(taken.requests.memory));
    if resources.is_measured {
        columns.push(number(&CPU_USED, &cpu_used));
        columns.push(cpu.expendable(3));
        columns.push(number(&MEMORY_USED, &memory_used));
        columns.push(memory.expendable(2));
    } else {
        columns.extend([cpu, memory]);
    }
    columns
}

/// Where nothing is limited, nothing is no limit.
fn limit(sum: i64, shown: fn(i64) -> String) -> String {
    if sum == 0 { unknown() } else { shown(sum) }
}

fn cpu_used(taken: &Requested) -> String {
    taken.usage().map_or_else(unknown, |used| cores_or_millis(used.cpu))
}

fn memory_used(taken: &Requested) -> String {
    taken.usage().map_or_else(unknown, |used| gibi_or_mebibytes(used.memory))
}
