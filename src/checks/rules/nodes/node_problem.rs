//! An agent on a node, such as the node-problem-detector, reports a problem of the node.

use crate::checks::prelude::*;

static INFO: CheckInfo = CheckInfo {
    id: "node-problem",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Node],
    title: Text { en: "Node has a problem", zh_tw: "節點回報異常", zh_cn: "节点上报异常" },
    meaning: Text {
        en: "The kernel, disk, runtime or hardware of the node is faulty, even if its kubelet reports no \
             problem. Pods on it fail in ways that look like their own faults.",
        zh_tw: "節點的核心、磁碟、容器執行環境或硬體有問題，即使 kubelet 仍回報正常。其上的 Pod 出錯時，看起來像是應用程式\
                自己的問題。",
        zh_cn: "节点的内核、磁盘、容器运行时或硬件有问题，即使 kubelet 仍上报正常。其上的 Pod 出错时，看起来像是应用自己的问题。",
    },
    remedy: Text {
        en: "Cordon and drain the node, read its kernel log, then reboot or replace the machine.",
        zh_tw: "先 cordon（停止排程）並 drain 節點，查看核心日誌，再重開機或更換。",
        zh_cn: "先隔离（cordon）并腾空（drain）节点，查看内核日志，再重启或更换。",
    },
    prevention: Text {
        en: "Replace nodes with such conditions automatically, and keep kernels and drivers up to date.",
        zh_tw: "讓出現這類狀態的節點自動更換，並維持核心與驅動程式更新。",
        zh_cn: "让出现这类状态的节点自动替换，并保持内核与驱动更新。",
    },
    page: page!("node-problem"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "{condition}={status} ({reason}): {detail}",
    zh_tw: "{condition}={status}（{reason}）：{detail}",
    zh_cn: "{condition}={status}（{reason}）：{detail}",
};

static WITHOUT_MESSAGE: Text = Text {
    en: "{condition}={status} ({reason})",
    zh_tw: "{condition}={status}（{reason}）",
    zh_cn: "{condition}={status}（{reason}）",
};

/// Conditions of a node that cannot work.
const FATAL: [&str; 4] = ["CperHardwareErrorFatal", "KernelDeadlock", "ReadonlyFilesystem", "XfsShutdown"];

/// Bad when True: from the node-problem-detector's own configurations, and from those that AKS ships.
const BAD_IF_TRUE: [&str; 12] = [
    "ContainerRuntimeProblem",
    "ContainerRuntimeUnhealthy",
    "CorruptDockerOverlay2",
    "FilesystemCorruptionProblem",
    "FrequentContainerdRestart",
    "FrequentDockerRestart",
    "FrequentKubeletRestart",
    "FrequentUnregisterNetDevice",
    "KubeProxyUnhealthy",
    "KubeletProblem",
    "KubeletUnhealthy",
    "NTPProblem",
];

/// Bad when False: from the EKS node monitoring agent.
const BAD_IF_FALSE: [&str; 5] =
    ["AcceleratedHardwareReady", "ContainerRuntimeReady", "KernelReady", "NetworkingReady", "StorageReady"];

fn run(view: &View, out: &mut Reporter) {
    for node in view.nodes() {
        for condition in &node.conditions {
            let severity = match (condition.r#type.as_str(), condition.status.as_str()) {
                (kind, "True") if FATAL.contains(&kind) => Severity::High,
                (kind, "True") if BAD_IF_TRUE.contains(&kind) => Severity::Medium,
                (kind, "False") if BAD_IF_FALSE.contains(&kind) => Severity::Medium,
                // For all other conditions it is unknown which status is bad.
                _ => continue,
            };
            let severity = if node.is_leaving() { Severity::Low } else { severity };
            let facts = vec![
                ("condition", Fact::text(&condition.r#type)),
                ("status", Fact::text(&condition.status)),
                ("reason", Fact::text(&condition.reason)),
                ("detail", Fact::text(&condition.message)),
            ];
            let text = if condition.message.is_empty() { &WITHOUT_MESSAGE } else { &MESSAGE };
            let finding = out.node(node, &[&condition.r#type], severity, Message::new(text, facts));
            finding.since = condition.since();
            finding.actions.push(view.settings.kubectl.line(&["cordon", &node.name]));
        }
    }
}
