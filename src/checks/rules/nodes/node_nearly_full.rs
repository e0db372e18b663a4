//! A node holds almost as many pods as it can.

use crate::checks::prelude::*;

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
        en: "Add nodes, or delete pods that are no longer needed. Then check whether the limit can be raised.",
        zh_tw: "增加節點，或刪除不需要的 Pod；再評估能否調高上限。",
        zh_cn: "增加节点，或删除不需要的 Pod；再评估能否调高上限。",
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
    en: "full: {pods} of {room:# pod slot|# pod slots} used, {waiting:# pod waits|# pods wait} for a slot",
    zh_tw: "已滿：{pods} 個 Pod，上限 {room} 個，等待空位的 Pod：{waiting} 個",
    zh_cn: "已满：{pods} 个 Pod，上限 {room} 个，等待空位的 Pod：{waiting} 个",
};

/// The threshold of `KubeletTooManyPods` in kubernetes-mixin, in percent.
const NEARLY_FULL: i64 = 95;

/// How many of the waiting pods explain that a node is full: the oldest ones, as there may be as many pods as nodes.
const BEHIND: usize = 10;

/// The message of the scheduler for a node without a free slot.
const NO_SLOT: &str = "Too many pods";

fn run(view: &View, out: &mut Reporter) {
    if !view.saw_all_pods() {
        return;
    }
    let mut waiting: Vec<&Pod> = view.troubled_pods().filter(|pod| waits_for_a_slot(pod)).collect();
    waiting.sort_by_key(|pod| (pod.created().is_none(), pod.created()));
    let oldest: Vec<ObjectRef> = waiting.iter().take(BEHIND).map(|pod| pod.object_ref()).collect();
    for node in view.nodes().filter(|node| node.is_ready() && !node.is_leaving()) {
        let pods = i64::try_from(view.load(&node.name).pods).unwrap_or(i64::MAX);
        let Some(room) = node.pods.filter(|room| *room > 0) else { continue };
        if pods.saturating_mul(100) < room.saturating_mul(NEARLY_FULL) {
            continue;
        }
        let mut facts = vec![("pods", Fact::Number(pods)), ("room", Fact::Number(room))];
        let is_missed = pods >= room && !node.cordoned && !waiting.is_empty();
        let (text, severity) = if is_missed { (&FULL, Severity::Medium) } else { (&NEARLY, Severity::Low) };
        if is_missed {
            facts.push(("waiting", Fact::count(waiting.len())));
        }
        let finding = out.node(node, &[], severity, Message::new(text, facts));
        if is_missed {
            // All full nodes belong to one incident: the pods wait for a slot on any of them.
            finding.because.clone_from(&oldest);
        }
        let field = format!("--field-selector=spec.nodeName={}", node.name);
        finding.actions.push(view.settings.kubectl.line(&["get", "pods", "-A", "-o", "wide", &field]));
    }
}

fn waits_for_a_slot(pod: &Pod) -> bool {
    let scheduled = pod.object.as_deref().and_then(|object| object.status.condition("PodScheduled"));
    scheduled.is_some_and(|condition| condition.status == "False" && condition.message.contains(NO_SLOT))
}
