//! A node has little memory left according to its metrics, before its kubelet reports memory pressure.

use crate::checks::prelude::*;
use crate::model::{gibi_or_mebibytes, gibibytes};
use std::collections::BTreeMap;

static INFO: CheckInfo = CheckInfo {
    id: "node-memory-used",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Node, Kind::NodeMetrics],
    title: Text {
        en: "Node nearly out of memory", zh_tw: "節點記憶體即將用盡", zh_cn: "节点内存即将耗尽"
    },
    meaning: Text {
        en: "If usage grows a little more, the kubelet evicts pods, or the kernel kills the next process that \
             allocates memory.",
        zh_tw: "再多用一點，kubelet 就會驅逐 Pod，或由核心終止下一個要記憶體的程序。",
        zh_cn: "再多用一点，kubelet 就会驱逐 Pod，或由内核终止下一个申请内存的进程。",
    },
    remedy: Text {
        en: "Find the pods that use the most memory, especially those above their requests, and move or limit them.",
        zh_tw: "找出用量最大的 Pod，尤其是用量高於請求量的，移到別處或加上上限。",
        zh_cn: "找出用量最大的 Pod，尤其是用量超过请求量的，迁走或加上限制（limit）。",
    },
    prevention: Text {
        en: "Set memory requests to the real usage of the pods, so that the scheduler knows the free memory of a node.",
        zh_tw: "記憶體請求量依實際用量設定，排程器才知道節點還剩多少。",
        zh_cn: "内存请求量按实际用量设置，调度器才知道节点还剩多少。",
    },
    page: page!("node-memory-used"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "{used} of memory in use, {share} of the allocatable {allocatable}",
    zh_tw: "記憶體已用 {used}，為可分配量 {allocatable} 的 {share}",
    zh_cn: "内存已用 {used}，为可分配量 {allocatable} 的 {share}",
};

static REQUESTED: Text = Text {
    en: "memory requested by its pods: {requests}",
    zh_tw: "其上 Pod 的記憶體請求量：{requests}",
    zh_cn: "其上 Pod 的内存请求量：{requests}",
};

static REQUESTED_BY_SEEN: Text = Text {
    en: "memory requested by its pods that were read: {requests}",
    zh_tw: "其上已檢查的 Pod 的記憶體請求量：{requests}",
    zh_cn: "其上已检查的 Pod 的内存请求量：{requests}",
};

static LARGEST: Text = Text {
    en: "pods that use the most memory: {pods}",
    zh_tw: "用量最大的 Pod：{pods}",
    zh_cn: "用量最大的 Pod：{pods}",
};

/// The share in thousandths from which almost no memory is left. A kubelet evicts below 100Mi of available memory.
const NEXT_TO_NOTHING: i64 = 970;

/// The number of pods that are named.
const NAMED: usize = 3;

fn run(view: &View, out: &mut Reporter) {
    let least = view.settings.thresholds.node_memory;
    let used = |node: &'_ Node| node.memory_used().filter(|used| *used >= least);
    // The condition of the kubelet is more precise; another check reports it.
    let spoken_for = |node: &Node| node.pressures().any(|pressure| pressure == "Memory");
    let short: Vec<(&Node, i64)> =
        view.nodes().filter(|node| !spoken_for(node)).filter_map(|node| Some((node, used(node)?))).collect();
    let largest = largest(view, &short);
    for (node, share) in short {
        let severity = if node.is_leaving() {
            // A node that is being removed needs no repair.
            Severity::Low
        } else if share >= least.max(NEXT_TO_NOTHING) {
            Severity::High
        } else {
            Severity::Medium
        };
        let finding = out.node(node, &[], severity, message(node, share));
        finding.evidence.extend(requested(view, node));
        finding.evidence.extend(largest.get(&*node.name).map(|pods| named(pods)));
        finding.actions.insert(0, view.settings.kubectl.line(&["top", "pods", "-A", "--sort-by=memory"]));
    }
}

fn message(node: &Node, share: i64) -> Message {
    let used = node.usage.unwrap_or_default().memory;
    let facts = vec![
        ("used", Fact::text(gibibytes(used))),
        ("allocatable", Fact::text(gibibytes(node.allocatable.memory))),
        ("share", Fact::Share(share)),
        ("usedBytes", Fact::Number(used)),
        ("allocatableBytes", Fact::Number(node.allocatable.memory)),
    ];
    Message::new(&MESSAGE, facts)
}

/// Returns the memory that its pods request, if any of its pods was read.
fn requested(view: &View, node: &Node) -> Option<Message> {
    let load = view.load(&node.name);
    let text = if view.saw_all_pods() { &REQUESTED } else { &REQUESTED_BY_SEEN };
    (load.pods > 0)
        .then(|| Message::new(text, vec![("requests", Fact::text(gibibytes(load.requests.memory)))]))
}

/// Returns the memory use of the largest pods in bytes, by node, largest first, at most [`NAMED`] for each node. Leaves
/// out nodes where only some pods were measured: the measured pods may not be the largest.
fn largest<'a>(view: &View<'a>, nodes: &[(&Node, i64)]) -> BTreeMap<&'a str, Vec<(i64, &'a Pod)>> {
    let mut found: BTreeMap<&str, Vec<(i64, &Pod)>> = BTreeMap::new();
    let mut measured: BTreeMap<&str, u64> = BTreeMap::new();
    let (rows, mut names) =
        (&view.snapshot.rows, nodes.iter().map(|(node, _)| &*node.name).collect::<Vec<_>>());
    names.sort_unstable();
    if names.is_empty() {
        return found;
    }
    // The containers of a pod are adjacent.
    for of_pod in rows.metered.chunk_by(|a, b| a.namespace == b.namespace && a.object == b.object) {
        let pod = of_pod.first().and_then(|metered| rows.pod(&metered.namespace, &metered.object));
        let Some((pod, node)) = pod.and_then(|pod| Some((pod, pod.node.as_deref()?))) else { continue };
        if names.binary_search(&node).is_ok() {
            let used = of_pod.iter().fold(0_i64, |sum, metered| sum.saturating_add(metered.used.memory));
            *measured.entry(node).or_default() += 1;
            let largest = found.entry(node).or_default();
            let place = largest.partition_point(|(other, _)| *other >= used);
            largest.insert(place, (used, pod));
            largest.truncate(NAMED);
        }
    }
    // Pods that started a moment ago have no metrics yet.
    let mostly = |node: &str| measured.get(node).is_some_and(|count| count * 2 >= view.load(node).pods);
    found.retain(|node, _| mostly(node));
    found
}

fn named(pods: &[(i64, &Pod)]) -> Message {
    let named = pods
        .iter()
        .map(|(used, pod)| format!("{}/{} {}", pod.shared.namespace, pod.name, gibi_or_mebibytes(*used)));
    Message::new(&LARGEST, vec![("pods", Fact::list(named))])
}
