//! The kubelet of a node does not report, or reports that it cannot run pods.

use crate::checks::prelude::*;
use crate::model::Owner;
use std::collections::{BTreeMap, BTreeSet};

static INFO: CheckInfo = CheckInfo {
    id: "node-not-ready",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Node],
    title: Text { en: "Node is not ready", zh_tw: "節點未就緒", zh_cn: "节点未就绪" },
    meaning: Text {
        en: "The node takes no new pods. Pods on it may have stopped. They are replaced on other nodes only after \
             their toleration expires, 5 minutes by default.",
        zh_tw: "節點不再接收新的 Pod。其上的 Pod 可能已停止，預設要等 5 分鐘的容忍時間過後才會在他處重建。",
        zh_cn: "节点不再接收新的 Pod。其上的 Pod 可能已停止，默认要等 5 分钟的容忍时间过后才会在别处重建。",
    },
    remedy: Text {
        en: "Check whether the machine responds, then its kubelet, container runtime, disk and network.",
        zh_tw: "先確認機器是否有回應，再查 kubelet、容器執行環境、磁碟與網路。",
        zh_cn: "先确认机器是否有响应，再查 kubelet、容器运行时、磁盘与网络。",
    },
    prevention: Text {
        en: "Spread replicas over nodes with topologySpreadConstraints, and keep room for the loss of a node.",
        zh_tw: "用 topologySpreadConstraints 將副本分散到不同節點，並保留一個節點失效的餘裕。",
        zh_cn: "用 topologySpreadConstraints 把副本分散到不同节点，并预留一个节点失效的余量。",
    },
    page: page!("node-not-ready"),
    traits: Traits { relation: Relation::NodeDown, measures: &[Measure::PODS_ON_NODE], ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static NOT_READY: Text = Text {
    en: "Ready={status} ({reason}): {detail} {pods:# pod|# pods} of {owners:# workload|# workloads} affected",
    zh_tw: "Ready={status}（{reason}）：{detail} 受影響的 Pod：{pods} 個，所屬工作負載：{owners} 個",
    zh_cn: "Ready={status}（{reason}）：{detail} 受影响的 Pod：{pods} 个，所属工作负载：{owners} 个",
};

static NOT_READY_EMPTY: Text = Text {
    en: "Ready={status} ({reason}): {detail} No pod in scope runs on the node",
    zh_tw: "Ready={status}（{reason}）：{detail} 節點上沒有範圍內的 Pod",
    zh_cn: "Ready={status}（{reason}）：{detail} 节点上没有范围内的 Pod",
};

static SILENT: Text = Text {
    en: "kubelet has not reported for {age} ({reason}); {pods:# pod|# pods} of {owners:# workload|# workloads} \
         affected",
    zh_tw: "kubelet 已 {age} 沒有回報（{reason}）。受影響的 Pod：{pods} 個，所屬工作負載：{owners} 個",
    zh_cn: "kubelet 已 {age} 没有上报（{reason}）。受影响的 Pod：{pods} 个，所属工作负载：{owners} 个",
};

static NEVER: Text = Text {
    en: "never reported a Ready condition; {pods:# pod|# pods} of {owners:# workload|# workloads} affected",
    zh_tw: "從未回報 Ready 狀態。受影響的 Pod：{pods} 個，所屬工作負載：{owners} 個",
    zh_cn: "从未上报 Ready 状态。受影响的 Pod：{pods} 个，所属工作负载：{owners} 个",
};

static SILENT_EMPTY: Text = Text {
    en: "kubelet has not reported for {age} ({reason}); no pod in scope runs on the node",
    zh_tw: "kubelet 已 {age} 沒有回報（{reason}）。節點上沒有範圍內的 Pod",
    zh_cn: "kubelet 已 {age} 没有上报（{reason}）。节点上没有范围内的 Pod",
};

static NEVER_EMPTY: Text = Text {
    en: "never reported a Ready condition; no pod in scope runs on the node",
    zh_tw: "從未回報 Ready 狀態。節點上沒有範圍內的 Pod",
    zh_cn: "从未上报 Ready 状态。节点上没有范围内的 Pod",
};

fn run(view: &View, out: &mut Reporter) {
    let nodes: Vec<&Node> = view.nodes().filter(|node| !node.is_ready()).collect();
    // Many nodes may be down at once, with many pods.
    let mut pods_on: BTreeMap<&str, Vec<&Pod>> = nodes.iter().map(|node| (&*node.name, Vec::new())).collect();
    for pod in view.snapshot.rows.pods.iter().filter(|pod| pod.shared.ended.is_none()) {
        if let Some(pods) = pod.node.as_deref().and_then(|node| pods_on.get_mut(node)) {
            pods.push(pod);
        }
    }
    for node in nodes {
        let ready = node.condition("Ready");
        let since = ready.and_then(crate::wire::NodeCondition::since);
        let pods = pods_on.remove(&*node.name).unwrap_or_default();
        let (text, facts) = message(view, node, &pods);
        // A new node needs time to report, and a reboot takes a moment. A node that is being removed is not ready on
        // purpose.
        let passing = view.within_grace(node.created) || view.within_grace(since) || view.is_going(node);
        let severity = match passing {
            true => Severity::Low,
            // Its pods have moved, but its removal does not end.
            false if node.is_leaving() && pods.is_empty() => Severity::Medium,
            false => Severity::High,
        };
        let finding = out.node(node, &[], severity, Message::new(text, facts));
        finding.since = since.or(node.created);
        finding.affected = pods.iter().map(|pod| pod.object_ref()).collect();
        let field = format!("--field-selector=spec.nodeName={}", node.name);
        finding.actions.push(view.settings.kubectl.line(&["get", "pods", "-A", "-o", "wide", &field]));
    }
}

/// Returns the message: the status of the node, and the number of its pods and their workloads.
fn message(view: &View, node: &Node, pods: &[&Pod]) -> (&'static Text, Facts) {
    let count = |number: usize| Fact::count(number);
    let owners: BTreeSet<(&str, Option<Owner>)> =
        pods.iter().map(|pod| (&*pod.shared.namespace, view.root(pod))).collect();
    let owners = owners.iter().filter(|(_, owner)| owner.is_some()).count();
    let mut facts = vec![("pods", count(pods.len())), ("owners", count(owners))];
    let Some(ready) = node.condition("Ready") else {
        return (if pods.is_empty() { &NEVER_EMPTY } else { &NEVER }, facts);
    };
    facts.push(("status", Fact::text(&ready.status)));
    facts.push(("reason", Fact::text(&ready.reason)));
    facts.push(("detail", Fact::text(sentence(&ready.message))));
    match ready.since().filter(|_| ready.status == "Unknown") {
        Some(since) => {
            facts.push(("age", Fact::Age(view.age(since))));
            (if pods.is_empty() { &SILENT_EMPTY } else { &SILENT }, facts)
        }
        None => (if pods.is_empty() { &NOT_READY_EMPTY } else { &NOT_READY }, facts),
    }
}

/// Returns a message with a full stop, so that another sentence can follow.
pub(crate) fn sentence(message: &str) -> String {
    let message = message.trim_end();
    if message.is_empty() || message.ends_with(['.', '!', '?']) {
        message.to_owned()
    } else {
        format!("{message}.")
    }
}
