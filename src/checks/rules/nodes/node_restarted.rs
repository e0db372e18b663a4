//! A node restarted and ended the containers of its pods, which is reported once and not for each pod.

use crate::checks::prelude::*;
use crate::model::NodeRestart;

static INFO: CheckInfo = CheckInfo {
    id: "node-restarted",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::Pod],
    title: Text { en: "Node restarted", zh_tw: "節點曾重啟", zh_cn: "节点曾重启" },
    meaning: Text {
        en: "The node, or its container runtime, restarted and ended all containers on it at once. The programs in \
             them did nothing wrong.",
        zh_tw: "節點或其容器執行環境重啟，其上的容器同時結束，並非程式本身的問題。",
        zh_cn: "节点或其容器运行时重启，其上的容器同时退出，并非程序自身的问题。",
    },
    remedy: Text {
        en: "Find out why the node restarts: planned maintenance, power, the kernel, or memory that ran out.",
        zh_tw: "查明節點為何重啟：計畫中的維護、電源、核心，或記憶體耗盡。",
        zh_cn: "查明节点为何重启：计划内维护、电源、内核，或内存耗尽。",
    },
    prevention: Text {
        en: "Drain a node before it restarts, and spread the replicas of a workload over nodes.",
        zh_tw: "重啟節點前先 drain，並將工作負載的副本分散到不同節點。",
        zh_cn: "重启节点前先腾空（drain），并把工作负载的副本分散到不同节点。",
    },
    page: page!("node-restarted"),
    traits: Traits { measures: &[Measure::RESTARTS], ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "the node or its container runtime restarted {age} ago and ended the containers of {pods:# pod|# pods} at once; \
         they have run since (up to {restarts:# restart|# restarts})",
    zh_tw: "節點或其容器執行環境在 {age} 前重啟，{pods} 個 Pod 的容器同時結束，之後都正常執行（最多重啟 {restarts} 次）",
    zh_cn: "节点或其容器运行时在 {age} 前重启，{pods} 个 Pod 的容器同时退出，之后都正常运行（最多重启 {restarts} 次）",
};

fn run(view: &View, out: &mut Reporter) {
    for restart in view.node_restarts() {
        let restarts = restart.pods.iter().map(|pod| pod.shared.restarts).max().unwrap_or(0);
        let facts = vec![
            ("age", Fact::Age(view.age(restart.at))),
            ("pods", Fact::count(restart.pods.len())),
            ("restarts", Fact::Number(restarts)),
        ];
        let node = ObjectRef::of_cluster("Node", restart.node);
        let finding =
            out.object(node.clone(), &[], severity(view, restart, restarts), Message::new(&MESSAGE, facts));
        finding.since = Some(restart.at);
        finding.serving = true;
        finding.affected = restart.pods.iter().map(|pod| pod.object_ref()).collect();
        finding.because = declared([node.clone()]);
        let about = format!("involvedObject.kind=Node,involvedObject.name={}", restart.node);
        let kubectl = &view.settings.kubectl;
        finding.actions = vec![
            kubectl.describe(&node),
            kubectl.line(&["get", "events", "-n", "default", "--field-selector", &about]),
        ];
    }
}

/// Returns medium for a node that seems to restart again and again. A single restart may be planned.
fn severity(view: &View, restart: &NodeRestart, restarts: i64) -> Severity {
    let thresholds = &view.settings.thresholds;
    let is_often = restarts >= thresholds.restarts_attention && view.age(restart.at) < thresholds.quiet_after;
    if is_often { Severity::Medium } else { Severity::Low }
}
