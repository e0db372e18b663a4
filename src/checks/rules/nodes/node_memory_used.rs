//! A node has little memory left, by what is measured and before its kubelet says so.

use crate::checks::prelude::*;
use crate::model::{gibi_or_mebibytes, gibibytes};
use std::collections::BTreeMap;

pub(crate) static CHECK: Check = Check {
    id: "node-memory-used",
    since: "0.1.0",
    severity: Severity::Critical,
    needs: &[Kind::Node, Kind::NodeMetrics],
    title: Text {
        en: "Node nearly out of memory", zh_tw: "節點記憶體即將用盡", zh_cn: "节点内存即将耗尽"
    },
    meaning: Text {
        en: "A little more, and the kubelet evicts pods, or the kernel kills whatever asks next.",
        zh_tw: "再多用一點，kubelet 就會驅逐 Pod，或由核心終止下一個要記憶體的程序。",
        zh_cn: "再多用一点，kubelet 就会驱逐 Pod，或由内核杀掉下一个要内存的进程。",
    },
    remedy: Text {
        en: "Find the pods that use most, above all those that use more than they request, and move or limit them.",
        zh_tw: "找出用量最大的 Pod，尤其是用量高於 request 的，移到別處或加上 limit。",
        zh_cn: "找出用量最大的 Pod，尤其是用量超过 request 的，迁走或加上 limit。",
    },
    prevention: Text {
        en: "Request the memory that pods use, so that the scheduler knows what a node has left.",
        zh_tw: "request 依實際記憶體用量設定，scheduler 才知道節點還剩多少。",
        zh_cn: "request 按实际内存用量设置，调度器才知道节点还剩多少。",
    },
    page: page!("node-memory-used"),
    run,
};

static MESSAGE: Text = Text {
    en: "{used} of memory in use, {share} of the {allocatable} that pods may have",
    zh_tw: "記憶體已用 {used}，為可分配量 {allocatable} 的 {share}",
    zh_cn: "内存已用 {used}，为可分配量 {allocatable} 的 {share}",
};

static REQUESTED: Text = Text {
    en: "requested by the pods on it: {requests}",
    zh_tw: "其上 Pod 的記憶體請求量：{requests}",
    zh_cn: "其上 Pod 的内存请求量：{requests}",
};

static REQUESTED_BY_SEEN: Text = Text {
    en: "requested by the pods on it that were looked at: {requests}",
    zh_tw: "其上已檢查的 Pod 的記憶體請求量：{requests}",
    zh_cn: "其上已检查的 Pod 的内存请求量：{requests}",
};

static LARGEST: Text = Text {
    en: "pods that use most of it: {pods}",
    zh_tw: "用量最大的 Pod：{pods}",
    zh_cn: "用量最大的 Pod：{pods}",
};

/// From so many thousandths on there is next to nothing left: a kubelet evicts when less than 100Mi are available.
const NEXT_TO_NOTHING: i64 = 970;

/// So many pods are named.
const NAMED: usize = 3;

fn run(view: &View, out: &mut Reporter) {
    let least = view.settings.thresholds.node_memory;
    let used = |node: &'_ Node| node.memory_used().filter(|used| *used >= least);
    // What the kubelet says itself says more.
    let spoken_for = |node: &Node| node.pressures().any(|pressure| pressure == "Memory");
    let short: Vec<(&Node, i64)> =
        view.nodes().filter(|node| !spoken_for(node)).filter_map(|node| Some((node, used(node)?))).collect();
    let largest = largest(view, &short);
    for (node, share) in short {
        let severity = match node.is_leaving() {
            // What is being taken away need not be rescued.
            true => Severity::Info,
            false if share >= least.max(NEXT_TO_NOTHING) => Severity::Critical,
            false => Severity::Warning,
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
        ("share", Fact::text(format!("{}.{} %", share / 10, share % 10))),
        ("usedBytes", Fact::Number(used)),
        ("allocatableBytes", Fact::Number(node.allocatable.memory)),
    ];
    Message::new(&MESSAGE, facts)
}

/// What is set aside on it, if any pod on it was looked at.
fn requested(view: &View, node: &Node) -> Option<Message> {
    let load = view.load(&node.name);
    let text = if view.saw_all_pods() { &REQUESTED } else { &REQUESTED_BY_SEEN };
    (load.pods > 0)
        .then(|| Message::new(text, vec![("requests", Fact::text(gibibytes(load.requests.memory)))]))
}

/// What each pod on some nodes uses, in bytes: by node, the largest first, no more than are named. Nothing of a node where
/// only some pods were measured: they may well not be the largest.
fn largest<'a>(view: &View<'a>, nodes: &[(&Node, i64)]) -> BTreeMap<&'a str, Vec<(i64, &'a Pod)>> {
    let mut found: BTreeMap<&str, Vec<(i64, &Pod)>> = BTreeMap::new();
    let mut measured: BTreeMap<&str, u64> = BTreeMap::new();
    let (rows, mut names) =
        (&view.snapshot.rows, nodes.iter().map(|(node, _)| &*node.name).collect::<Vec<_>>());
    names.sort_unstable();
    if names.is_empty() {
        return found;
    }
    // All containers of a pod stand together.
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
    // Those that began a moment ago are never measured.
    let mostly = |node: &str| measured.get(node).is_some_and(|count| count * 2 >= view.load(node).pods);
    found.retain(|node, _| mostly(node));
    found
}

fn named(pods: &[(i64, &Pod)]) -> Message {
    let named = pods
        .iter()
        .map(|(used, pod)| format!("{}/{} {}", pod.shared.namespace, pod.name, gibi_or_mebibytes(*used)));
    Message::new(&LARGEST, vec![("pods", Fact::text(named.collect::<Vec<_>>().join(", ")))])
}
