//! A node's kubelet does not report, or reports that it cannot run pods.

use super::prelude::*;

pub(super) static CHECK: Check = Check {
    id: "node-not-ready",
    since: "0.1.0",
    severity: Severity::Critical,
    needs: &[Kind::Node],
    title: Text { en: "Node is not ready", zh_tw: "節點未就緒", zh_cn: "节点未就绪" },
    meaning: Text {
        en: "It takes no new pods. Those on it may have stopped, and are replaced elsewhere only after their \
             toleration runs out, five minutes by default.",
        zh_tw: "節點不再接收新的 Pod。其上的 Pod 可能已停止，預設要等五分鐘的容忍時間過後才會在他處重建。",
        zh_cn: "节点不再接收新的 Pod。其上的 Pod 可能已停止，默认要等五分钟的容忍时间过后才会在别处重建。",
    },
    remedy: Text {
        en: "See whether the machine answers; then its kubelet, container runtime, disk and network.",
        zh_tw: "先確認機器是否有回應，再查 kubelet、容器執行環境、磁碟與網路。",
        zh_cn: "先确认机器是否有响应，再查 kubelet、容器运行时、磁盘与网络。",
    },
    prevention: Text {
        en: "Spread replicas over nodes with topologySpreadConstraints, and keep room for one node's loss.",
        zh_tw: "用 topologySpreadConstraints 將副本分散到不同節點，並保留一個節點失效的餘裕。",
        zh_cn: "用 topologySpreadConstraints 把副本分散到不同节点，并预留一个节点失效的余量。",
    },
    page: page!("node-not-ready"),
    run,
};

static NOT_READY: Text = Text {
    en: "Ready={status} ({reason}): {detail} Pods of the scope on it: {pods}",
    zh_tw: "Ready={status}（{reason}）：{detail} 範圍內的 Pod：{pods} 個",
    zh_cn: "Ready={status}（{reason}）：{detail} 范围内的 Pod：{pods} 个",
};

static NEVER: Text = Text {
    en: "has never reported a Ready condition. Pods of the scope on it: {pods}",
    zh_tw: "從未回報 Ready 狀態。範圍內的 Pod：{pods} 個",
    zh_cn: "从未上报 Ready 状态。范围内的 Pod：{pods} 个",
};

fn run(view: &View, out: &mut Reporter) {
    for node in view.nodes().filter(|node| !node.is_ready()) {
        let pods: Vec<&Pod> = view.pods_on(&node.name).collect();
        let mut facts = vec![("pods", Fact::Number(i64::try_from(pods.len()).unwrap_or(i64::MAX)))];
        let ready = node.condition("Ready");
        if let Some(ready) = ready {
            facts.push(("status", Fact::text(&ready.status)));
            facts.push(("reason", Fact::text(&ready.reason)));
            facts.push(("detail", Fact::text(&ready.message)));
        }
        let since = ready.and_then(|c| c.last_transition_time).and_then(Time::known).or(node.created);
        // A node that has just joined has not had the time to report.
        let joining = view.is_young(node.created);
        let severity = if joining { Severity::Info } else { Severity::Critical };
        let object = ObjectRef { namespace: "".into(), kind: "Node".into(), name: node.name.clone() };
        let affected = pods.iter().map(|pod| view.pod_ref(pod)).collect();
        let message = say(if ready.is_some() { &NOT_READY } else { &NEVER }, facts);
        let finding = out.object(object, severity, message);
        // Its kubelet changes its mind about the reason; it is one outage.
        finding.key = format!("{}//Node/{}", CHECK.id, node.name);
        finding.since = since;
        finding.affected = affected;
        let field = format!("--field-selector=spec.nodeName={}", node.name);
        finding.actions = vec![
            view.settings.kubectl.line(&["describe", "node", &node.name]),
            view.settings.kubectl.line(&["get", "pods", "-A", "-o", "wide", &field]),
        ];
    }
}
