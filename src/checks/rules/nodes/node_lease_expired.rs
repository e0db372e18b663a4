//! Reports nodes that are marked ready although their kubelet no longer renews its lease.

use crate::checks::control_plane::{CONTROLLERS, OF_NODES, is_abandoned, lease_ref, silent};
use crate::checks::prelude::*;

static INFO: CheckInfo = CheckInfo {
    id: "node-lease-expired",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Node, Kind::Lease],
    title: Text {
        en: "Node marked ready, kubelet silent",
        zh_tw: "節點顯示就緒，kubelet 卻沒有回報",
        zh_cn: "节点显示就绪，kubelet 却没有上报",
    },
    meaning: Text {
        en: "The node may be down. Without the node controller, it stays ready and its pods keep receiving requests.",
        zh_tw: "節點可能已經停擺；節點控制器沒有運作，所以它仍顯示就緒，流量也繼續送給它的 Pod。",
        zh_cn: "节点可能已宕机；节点控制器没有工作，所以它仍显示就绪，流量也继续发给它的 Pod。",
    },
    remedy: Text {
        en: "Restore kube-controller-manager first. Then check the kubelet and the network of the node.",
        zh_tw: "先恢復 kube-controller-manager，再檢查該節點的 kubelet 與網路。",
        zh_cn: "先恢复 kube-controller-manager，再检查该节点的 kubelet 和网络。",
    },
    prevention: Text {
        en: "Run several instances of the control plane, and monitor nodes from outside the cluster too.",
        zh_tw: "控制平面部署多個副本，並從叢集外部也監控節點。",
        zh_cn: "控制平面部署多个副本，并从集群外部也监控节点。",
    },
    page: page!("node-lease-expired"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "the kubelet has not renewed its lease for {age}, but the node is still marked Ready; {pods:# pod|# pods} on it",
    zh_tw: "kubelet 已 {age} 沒有更新 lease，節點卻仍顯示 Ready；其上有 {pods} 個 Pod",
    zh_cn: "kubelet 已 {age} 没有续期 Lease，节点却仍显示 Ready；其上有 {pods} 个 Pod",
};

/// A kubelet renews its lease every ten seconds; this many without a renewal mean that it is silent.
const SILENT: i64 = 160;

fn run(view: &View, out: &mut Reporter) {
    // While the node controller works, it decides which nodes are ready.
    if silent(view, CONTROLLERS).is_none() {
        return;
    }
    for node in view.nodes().filter(|node| node.is_ready()) {
        let Some(lease) = view.lease(OF_NODES, &node.name).filter(|lease| is_abandoned(lease, view.now()))
        else {
            continue;
        };
        let Some(renewed) = lease.renewed().filter(|renewed| view.age(*renewed) >= SILENT) else { continue };
        let pods = i64::try_from(view.load(&node.name).pods).unwrap_or(i64::MAX);
        let facts = vec![("age", Fact::Age(view.age(renewed))), ("pods", Fact::Number(pods))];
        let severity = if view.within_grace(Some(renewed)) { Severity::Low } else { Severity::High };
        let finding = out.node(node, &[], severity, Message::new(&MESSAGE, facts));
        finding.since = Some(renewed);
        finding.serving = false;
        finding.because = declared([lease_ref(CONTROLLERS)]);
        let lease = ["get", "lease", "-n", OF_NODES, &node.name, "-o", "yaml"];
        finding.actions.push(view.settings.kubectl.line(&lease));
    }
}
