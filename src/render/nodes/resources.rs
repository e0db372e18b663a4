//! Below the nodes: their sums, the effect of losing the largest, and the largest namespaces and workloads.

use super::super::Look;
use super::super::document::{Block, Column, Line, Table, name, own};
use super::super::escape::visible;
use super::super::words::{self, texts};
use super::{CPU_LIMITS, CPU_REQUESTED, CPU_USED, MEMORY_LIMITS, MEMORY_REQUESTED, MEMORY_USED};
use super::{SHARE, percent, unknown};
use crate::checks::{Loss, Resource};
use crate::model::{Amount, ObjectRef, cores_or_millis, gibi_or_mebibytes};
use crate::report::{Capacity, Requested, Resources};
use crate::text::Fact;
use crate::text::{Lang, Text};

texts! {
    CPU: "CPU", "CPU", "CPU";
    MEMORY: "Memory", "記憶體", "内存";
    TOGETHER: "{resource}: {all} allocatable · requests {requests} · limits {limits} · {usage}",
        "{resource}：可分配 {all} · 請求量 {requests} · 上限 {limits} · {usage}",
        "{resource}：可分配 {all} · 请求量 {requests} · 限制 {limits} · {usage}";
    AT_LEAST: "at least {part}", "至少 {part}", "至少 {part}";
    USED: "used {used}", "使用量 {used}", "使用量 {used}";
    USED_ON: "used {used} on {measured} of {nodes:# node|# nodes}", "{nodes} 個節點中 {measured} 個的使用量 {used}",
        "{nodes} 个节点中 {measured} 个的使用量 {used}";
    NONE: "none", "無", "无";
    UNMEASURED: "usage not measured", "使用量未量測", "使用量未测量";
    UNSTATED: "Nodes that report no allocatable CPU or memory, not counted: {count}",
        "未回報可分配資源、因此不計入的節點：{count} 個", "未上报可分配资源、因此不计入的节点：{count} 个";
    NOT_ON_NODES: "{pods:# pod is|# pods are} not on any of these nodes; {pods:it requests|they request} {cpu} CPU and {memory} memory",
        "不在這些節點上的 Pod：{pods} 個，請求 CPU {cpu}、記憶體 {memory}", "不在这些节点上的 Pod：{pods} 个，请求 CPU {cpu}、内存 {memory}";
    FITS: "{resource}: without the largest node {node}, requests are {percent} % of the other {others:# node|# nodes}",
        "{resource}：若失去最大的節點 {node}，請求量占其餘 {others} 個節點的 {percent}%",
        "{resource}：如果失去最大的节点 {node}，请求量占其余 {others} 个节点的 {percent}%";
    SHORT: "{resource}: without the largest node {node}, {short} is missing: requests are {needed}, the other {others:# node has|# nodes have} {left}", "{resource}：若失去最大的節點 {node} 就放不下，尚缺 {short}：需要 {needed}，其餘 {others} 個節點只有 {left}",
        "{resource}：如果失去最大的节点 {node} 就放不下，还缺 {short}：需要 {needed}，其余 {others} 个节点只有 {left}";
    TOO_FEW: "Only 1 node accepts pods without tolerations: if it is lost, its pods cannot run",
        "可接收一般 Pod 的節點：1 個。若失去它，其上的 Pod 無處可去", "可接收普通 Pod 的节点：1 个。如果失去它，上面的 Pod 无处可去";
    NO_OPEN: "No node accepts pods without tolerations", "沒有節點可接收一般 Pod", "没有节点可接收普通 Pod";
    LOSS_UNKNOWN: "Capacity after losing a node: unknown (not every pod of the cluster was read)",
        "未檢查叢集的所有 Pod，無法得知失去一個節點後是否放得下", "没有检查集群的所有 Pod，无法得知失去一个节点后能否放得下";
    NAMESPACES: "Namespaces, by requests", "命名空間（依請求量排序）", "命名空间（按请求量排序）";
    BY_USAGE: "Largest workloads, by usage, or by requests if usage is not measured",
        "用量最大的工作負載（沒有量測值者以請求量計）", "用量最大的工作负载（没有测量值的按请求量计）";
    BY_REQUESTS: "Largest workloads, by requests (usage is not measured)", "請求量最高的工作負載（使用量未量測）",
        "请求量最高的工作负载（使用量未测量）";
    WORKLOAD: "WORKLOAD", "工作負載", "工作负载";
    MORE: "{count:# more namespace|# more namespaces}: --all", "其餘 {count} 個命名空間：--all", "其余 {count} 个命名空间：--all";
    MEASURED_OF: "Usage is measured for {measured} of {pods:# pod|# pods}", "{pods} 個 Pod 中 {measured} 個有使用量量測值",
        "{pods} 个 Pod 中 {measured} 个有使用量测量值";
}

/// The number of namespaces on one screen.
const NAMESPACES_SHOWN: usize = 10;

/// Returns the sections below the nodes.
pub(super) fn sections(resources: &Resources, look: Look) -> Vec<Vec<Block>> {
    let lang = look.lang;
    let sums = sums(resources, lang).into_iter().chain(losses(resources, lang)).map(own);
    let mut sections = vec![vec![Block::items(sums)]];
    if resources.namespaces.is_empty() {
        return sections;
    }
    sections.push(namespaces(resources, look));
    let by = if resources.is_measured { &BY_USAGE } else { &BY_REQUESTS };
    sections.push(vec![Block::Heading(2, own(by.get(lang))), Block::Table(consumers(resources, lang))]);
    sections
}

/// Returns the sums over the nodes, of CPU and of memory; nothing if no node reports them.
fn sums(resources: &Resources, lang: Lang) -> Vec<String> {
    let capacity = &resources.capacity;
    let mut lines = Vec::new();
    if capacity.nodes > 0 {
        lines.extend(Resource::ALL.map(|resource| line(resource, resources, lang)));
    }
    if capacity.without_allocatable > 0 {
        lines.push(UNSTATED.fill(lang, &[("count", Fact::count(capacity.without_allocatable))]));
    }
    let Requested { pods, requests, .. } = resources.not_on_nodes;
    if capacity.nodes > 0 && pods > 0 {
        let facts = [
            ("pods", Fact::count(pods)),
            ("cpu", Fact::Text(cores_or_millis(requests.cpu))),
            ("memory", Fact::Text(gibi_or_mebibytes(requests.memory))),
        ];
        lines.push(NOT_ON_NODES.fill(lang, &facts));
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
    // Pods that were not read may have limits.
    let limited = of(capacity.limits) != 0 || !resources.complete;
    let facts = [
        ("resource", Fact::text(title(resource).get(lang))),
        ("all", Fact::Text(resource.shown(of(capacity.allocatable)))),
        ("requests", Fact::Text(asked(capacity.requests))),
        ("limits", if limited { Fact::Text(asked(capacity.limits)) } else { Fact::text(NONE.get(lang)) }),
        ("usage", Fact::Text(usage(resource, capacity, lang))),
    ];
    TOGETHER.fill(lang, &facts)
}

/// Returns the usage of the measured nodes.
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

/// Returns `3.2 (10 %)`.
fn part(resource: Resource, part: i64, whole: i64, lang: Lang) -> String {
    let shown = resource.shown(part);
    let Some(percent) = percent(part, whole) else { return shown };
    SHARE.fill(lang, &[("part", Fact::Text(shown)), ("percent", Fact::count(percent))])
}

fn title(resource: Resource) -> &'static Text {
    match resource {
        Resource::Cpu => &CPU,
        Resource::Memory => &MEMORY,
    }
}

/// Returns the effect of losing the largest node, or why it is unknown; nothing without nodes.
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
        ("resource", Fact::text(title(resource).get(lang))),
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

fn namespaces(resources: &Resources, look: Look) -> Vec<Block> {
    let (all, lang) = (&resources.namespaces, look.lang);
    let shown = &all[..if look.all { all.len() } else { all.len().min(NAMESPACES_SHOWN) }];
    let number = |head: &Text, of: fn(&Requested) -> String| {
        Column::new(head.get(lang), shown.iter().map(|(_, taken)| of(taken))).numeric()
    };
    let mut columns = vec![
        Column::new(words::NAMESPACE.get(lang), shown.iter().map(|(namespace, _)| name(&**namespace))),
        number(&words::PODS, |taken| taken.pods.to_string()).expendable(2),
        number(&CPU_REQUESTED, |taken| cores_or_millis(taken.requests.cpu)).expendable(1),
        number(&CPU_LIMITS, |taken| limit(taken.limits.cpu, cores_or_millis)).expendable(4),
        number(&MEMORY_REQUESTED, |taken| gibi_or_mebibytes(taken.requests.memory)),
        number(&MEMORY_LIMITS, |taken| limit(taken.limits.memory, gibi_or_mebibytes)).expendable(3),
    ];
    if resources.is_measured {
        columns.insert(4, number(&CPU_USED, cpu_used));
        columns.push(number(&MEMORY_USED, memory_used));
    }
    let mut notes = Vec::new();
    if shown.len() < all.len() {
        notes.push(own(MORE.fill(lang, &[("count", Fact::count(all.len() - shown.len()))])));
    }
    if resources.is_measured && resources.measured_pods < resources.pods {
        let facts =
            [("pods", Fact::count(resources.pods)), ("measured", Fact::count(resources.measured_pods))];
        notes.push(own(MEASURED_OF.fill(lang, &facts)));
    }
    vec![Block::Heading(2, own(NAMESPACES.get(lang))), Block::Table(Table::new(columns)), Block::Lines(notes)]
}

fn consumers(resources: &Resources, lang: Lang) -> Table {
    let shown = &resources.consumers;
    let number = |head: &Text, of: fn(&Requested) -> String| {
        Column::new(head.get(lang), shown.iter().map(|(_, taken)| of(taken))).numeric()
    };
    let text = |head: &Text, of: fn(&ObjectRef) -> Line| {
        Column::new(head.get(lang), shown.iter().map(|(object, _)| of(object)))
    };
    let mut columns = vec![
        text(&words::NAMESPACE, |object| name(&*object.namespace)),
        text(&WORKLOAD, |object| name(object.slashed())),
        number(&words::PODS, |taken| taken.pods.to_string()).expendable(1),
    ];
    let cpu = number(&CPU_REQUESTED, |taken| cores_or_millis(taken.requests.cpu));
    let memory = number(&MEMORY_REQUESTED, |taken| gibi_or_mebibytes(taken.requests.memory));
    if resources.is_measured {
        columns.push(number(&CPU_USED, cpu_used));
        columns.push(cpu.expendable(3));
        columns.push(number(&MEMORY_USED, memory_used));
        columns.push(memory.expendable(2));
    } else {
        columns.extend([cpu, memory]);
    }
    Table::new(columns)
}

/// Returns a limit; `-` if nothing is limited.
fn limit(sum: i64, shown: fn(i64) -> String) -> String {
    if sum == 0 { unknown() } else { shown(sum) }
}

fn cpu_used(taken: &Requested) -> String {
    taken.usage().map_or_else(unknown, |used| cores_or_millis(used.cpu))
}

fn memory_used(taken: &Requested) -> String {
    taken.usage().map_or_else(unknown, |used| gibi_or_mebibytes(used.memory))
}
