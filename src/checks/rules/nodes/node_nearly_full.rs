//! A node holds almost as many pods as it can.

use crate::checks::fit::scheduler::NO_SLOT;
use crate::checks::prelude::*;
use crate::model::Owner;
use std::collections::BTreeSet;

static INFO: CheckInfo = CheckInfo {
    id: "node-nearly-full",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::Node, Kind::Pod],
    title: Text {
        en: "Node nearly out of pod slots",
        zh_tw: "節點 Pod 數將達上限",
        zh_cn: "节点 Pod 数将达上限",
    },
    meaning: Text {
        en: "A node takes a limited number of pods, even with CPU and memory left. When the last slot is taken, \
             new pods go to other nodes or wait.",
        zh_tw: "節點能容納的 Pod 數有上限，與剩餘的 CPU、記憶體無關。額滿後新的 Pod 只能去別處或等待。",
        zh_cn: "节点能容纳的 Pod 数有上限，与剩余的 CPU、内存无关。满了之后新的 Pod 只能去别处或等待。",
    },
    remedy: Text {
        en: "Add nodes, raise the kubelet's maxPods, or delete pods that are no longer needed.",
        zh_tw: "增加節點、調高 kubelet 的 maxPods，或刪除不需要的 Pod。",
        zh_cn: "增加节点、调高 kubelet 的 maxPods，或删除不需要的 Pod。",
    },
    prevention: Text {
        en: "Choose maxPods and the size of the pod network's range for the size of the machines.",
        zh_tw: "依機器規格規劃 maxPods 與 Pod 網段大小。",
        zh_cn: "按机器规格规划 maxPods 与 Pod 网段大小。",
    },
    page: page!("node-nearly-full"),
    traits: Traits { measures: &[Measure::PODS_ON_NODE, Measure::WAITING], ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static NEARLY: Text = Text {
    en: "{pods} of {room:# pod slot|# pod slots} used",
    zh_tw: "已有 {pods} 個 Pod，上限 {room} 個",
    zh_cn: "已有 {pods} 个 Pod，上限 {room} 个",
};

static FULL: Text = Text {
    en: "full: {pods} of {room:# pod slot|# pod slots} used, no slot is left on {names}; {waiting:# pod|# pods} of \
         {owners:# workload waits|# workloads wait} for a slot",
    zh_tw: "已滿：{pods} 個 Pod，上限 {room} 個，{names} 都沒有空位；{owners} 個工作負載的 {waiting} 個 Pod 在等待空位",
    zh_cn: "已满：{pods} 个 Pod，上限 {room} 个，{names} 都没有空位；{owners} 个工作负载的 {waiting} 个 Pod 在等待空位",
};

/// The threshold of `KubeletTooManyPods` in kubernetes-mixin, in percent.
const NEARLY_FULL: i64 = 95;

/// How many full nodes are named.
const NAMED: usize = 5;

fn run(view: &View, out: &mut Reporter) {
    if !view.saw_all_pods() {
        return;
    }
    let waiting: Vec<&Pod> = view.troubled_pods().filter(|pod| waits_for_a_slot(pod)).collect();
    let owners: BTreeSet<(&str, Owner)> = waiting
        .iter()
        .map(|pod| {
            let itself = || Owner { kind: "Pod".into(), name: (*pod.name).into() };
            (&*pod.shared.namespace, view.root(pod).unwrap_or_else(itself))
        })
        .collect();
    let nodes: Vec<(&Node, i64, i64)> = view.nodes().filter_map(|node| used(view, node)).collect();
    let is_missed =
        |(node, pods, room): &&(&Node, i64, i64)| pods >= room && !node.cordoned && !waiting.is_empty();
    let full: Vec<&Node> = nodes.iter().filter(is_missed).map(|(node, ..)| *node).collect();
    for of in
        nodes.iter().filter(|(_, pods, room)| pods.saturating_mul(100) >= room.saturating_mul(NEARLY_FULL))
    {
        let (node, pods, room) = *of;
        let mut facts = vec![("pods", Fact::Number(pods)), ("room", Fact::Number(room))];
        let is_missed = is_missed(&of);
        let (text, severity) = if is_missed { (&FULL, Severity::Medium) } else { (&NEARLY, Severity::Low) };
        if is_missed {
            facts.push(("waiting", Fact::count(waiting.len())));
            facts.push(("owners", Fact::count(owners.len())));
            facts.push(("names", Fact::first(NAMED, full.iter().map(|node| &*node.name))));
        }
        let finding = out.node(node, &[], severity, Message::new(text, facts));
        if let Some(first) = full.first().filter(|_| is_missed) {
            // All full nodes belong to one incident: the pods wait for a slot on any of them.
            finding.because = declared([first.object()]);
            finding.since = waiting.iter().filter_map(|pod| pod.created()).min();
        }
        let field = format!("--field-selector=spec.nodeName={}", node.name);
        finding.actions.push(view.settings.kubectl.line(&["get", "pods", "-A", "-o", "wide", &field]));
    }
}

/// Returns the pods of a node and the most that it can have, unless its number of pods says nothing about the cluster.
fn used<'a>(view: &View<'a>, node: &'a Node) -> Option<(&'a Node, i64, i64)> {
    let made_for_pods = node.is_virtual() || node.is_of_one_pod();
    let room =
        node.pods.filter(|room| *room > 0 && !made_for_pods && node.is_ready() && !node.is_leaving())?;
    Some((node, i64::try_from(view.load(&node.name).pods).unwrap_or(i64::MAX), room))
}

fn waits_for_a_slot(pod: &Pod) -> bool {
    let scheduled = pod.object.as_deref().and_then(|object| object.status.condition("PodScheduled"));
    scheduled.is_some_and(|condition| condition.status == "False" && condition.message.contains(NO_SLOT))
}
