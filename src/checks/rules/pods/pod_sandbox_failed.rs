//! The node cannot create the sandbox or the network of a pod.

use crate::checks::prelude::*;
use crate::model::{SANDBOX_EVENTS, is_about_system};

static INFO: CheckInfo = CheckInfo {
    id: "pod-sandbox-failed",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Pod, Kind::Event],
    title: Text {
        en: "Pod sandbox cannot be created",
        zh_tw: "無法建立 Pod 沙箱或網路",
        zh_cn: "无法创建 Pod 沙箱或网络",
    },
    meaning: Text {
        en: "The container runtime or the network plugin of the node fails, so no container of the pod \
             starts. Other new pods on the node are affected too.",
        zh_tw: "節點的執行環境或網路外掛異常，Pod 的容器都無法啟動；同節點的其他新 Pod 也會遇到。",
        zh_cn: "节点的运行时或网络插件异常，Pod 的容器都无法启动；同节点的其他新 Pod 也会遇到。",
    },
    remedy: Text {
        en: "Check the network plugin's pod on that node, the free IP addresses, and the container \
             runtime's log.",
        zh_tw: "檢查該節點上的網路外掛 Pod、IP 位址是否用盡，以及執行環境日誌。",
        zh_cn: "检查该节点上的网络插件 Pod、IP 地址是否用尽，以及运行时日志。",
    },
    prevention: Text {
        en: "Monitor the address pool and the network plugin's DaemonSet. Do not allow more pods on a node \
             than it has addresses.",
        zh_tw: "監控 IP 位址池與網路外掛的 DaemonSet；節點的 Pod 上限不要超過可用位址。",
        zh_cn: "监控 IP 地址池与网络插件的 DaemonSet；节点的 Pod 上限不要超过可用地址。",
    },
    page: page!("pod-sandbox-failed"),
    traits: Traits { measures: &[Measure::ATTEMPTS], ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "node {node} has not created the sandbox for {age} ({reason}, {count:# time|# times}): {detail}",
    zh_tw: "節點 {node} 已 {age} 無法建立其沙箱（{reason}，共 {count} 次）：{detail}",
    zh_cn: "节点 {node} 已 {age} 无法创建其沙箱（{reason}，共 {count} 次）：{detail}",
};

/// How the kubelet begins: the message says the same.
const PREFIXES: [&str; 3] =
    ["(combined from similar events): ", "Failed to create pod sandbox: ", "Failed create pod sandbox: "];

fn without_prefix(message: &str) -> &str {
    PREFIXES.iter().fold(message, |rest, prefix| rest.strip_prefix(prefix).unwrap_or(rest))
}

fn run(view: &View, out: &mut Reporter) {
    for (pod, trouble) in view.problems() {
        let PodProblem::Sandbox = trouble else { continue };
        let Some(warning) = view.context(pod).warning(&SANDBOX_EVENTS) else { continue };
        if is_about_system(&warning.message) {
            continue; // The image is at fault, which another check reports.
        }
        let node = pod.node.as_deref().unwrap_or("?");
        let since = pod.unready_since().or(pod.created());
        let facts = vec![
            ("node", Fact::text(node)),
            ("age", view.ago(since)),
            ("reason", Fact::text(&warning.reason)),
            ("count", Fact::count(warning.count)),
            ("detail", Fact::text(without_prefix(&warning.message))),
        ];
        // The network plugin may still come. A runtime class that the node does not know will not.
        let definite =
            warning.message.contains("no runtime for") || warning.message.contains("RuntimeHandler");
        let severity = view.high_unless_passing(pod, since, definite);
        let finding = out.pod(pod, &[], severity, Message::new(&MESSAGE, facts));
        finding.since = since;
        // Other pods that cannot start on the node have the same cause, which may be the node itself.
        finding.because = declared([ObjectRef::of_cluster("Node", node)]);
        let on_node = format!("spec.nodeName={node}");
        let kubectl = &view.settings.kubectl;
        finding.actions = vec![
            view.describe(pod),
            kubectl.line(&["get", "pods", "-n", "kube-system", "-o", "wide", "--field-selector", &on_node]),
        ];
    }
}
