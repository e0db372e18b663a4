//! A node has no pod network.

use crate::checks::prelude::*;

static INFO: CheckInfo = CheckInfo {
    id: "node-network-unavailable",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Node],
    title: Text {
        en: "Node has no pod network", zh_tw: "節點沒有 Pod 網路", zh_cn: "节点没有 Pod 网络"
    },
    meaning: Text {
        en: "Pods on the node cannot reach pods on other nodes, and cannot be reached from there. New pods without a \
             toleration are not scheduled to it.",
        zh_tw: "其上的 Pod 與其他節點的 Pod 互相連不到；沒有對應容忍的新 Pod 也不會排上來。",
        zh_cn: "其上的 Pod 与其他节点的 Pod 互相不通；没有对应容忍度的新 Pod 也不会调度上来。",
    },
    remedy: Text {
        en: "Check the network plugin's pod on the node. If the cloud creates the routes, check its route table.",
        zh_tw: "查看該節點上網路外掛的 Pod；由雲端建立路由者，查看雲端路由表。",
        zh_cn: "查看该节点上网络插件的 Pod；由云厂商建路由的，查看云路由表。",
    },
    prevention: Text {
        en: "Monitor the cloud's route limit, and update the network plugin node by node.",
        zh_tw: "注意雲端路由數量上限；網路外掛逐節點更新。",
        zh_cn: "留意云路由条数上限；网络插件逐节点升级。",
    },
    page: page!("node-network-unavailable"),
    traits: Traits { measures: &[Measure::PODS_ON_NODE], ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "no pod network ({reason}): {detail} {pods:# pod|# pods} affected",
    zh_tw: "沒有 Pod 網路（{reason}）：{detail} 受影響的 Pod：{pods} 個",
    zh_cn: "没有 Pod 网络（{reason}）：{detail} 受影响的 Pod：{pods} 个",
};

fn run(view: &View, out: &mut Reporter) {
    for node in view.nodes() {
        let Some(condition) = node.condition("NetworkUnavailable").filter(|c| c.status == "True") else {
            continue;
        };
        let since = condition.since();
        let pods = i64::try_from(view.load(&node.name).pods).unwrap_or(i64::MAX);
        let facts = vec![
            ("reason", Fact::text(&condition.reason)),
            ("detail", Fact::text(crate::checks::rules::nodes::node_not_ready::sentence(&condition.message))),
            ("pods", Fact::Number(pods)),
        ];
        // If a cloud creates the routes, every new node starts in this state.
        let coming = view.within_grace(since) || view.within_grace(node.created) || node.is_leaving();
        let severity = if coming { Severity::Low } else { Severity::High };
        let finding = out.node(node, &[], severity, Message::new(&MESSAGE, facts));
        finding.since = since;
        // The kubelet does not know about it and reports the node as ready.
        finding.serving = false;
        let field = format!("--field-selector=spec.nodeName={}", node.name);
        finding.actions.push(view.settings.kubectl.line(&["get", "pods", "-A", "-o", "wide", &field]));
    }
}
