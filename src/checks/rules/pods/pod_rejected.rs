//! Pods that the kubelet rejected when it was about to start them, counted by owner and node.

use crate::checks::prelude::*;
use crate::checks::rules::pods::pod_evicted::{ended, is_repeating, whose};
use crate::model::{Owner, is_rejection};
use std::collections::BTreeMap;

static INFO: CheckInfo = CheckInfo {
    id: "pod-rejected",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Pod],
    title: Text {
        en: "Pods rejected by their node", zh_tw: "Pod 被節點拒絕", zh_cn: "Pod 被节点拒绝"
    },
    meaning: Text {
        en: "The scheduler chose the node, but its kubelet could not take the pod: the two have different views of the \
             node's devices, resources or labels. The controller creates another pod, which may go to the same node.",
        zh_tw: "排程器選了該節點，但 kubelet 無法接收 Pod：兩者對節點的裝置、資源或標籤認知不同。控制器會另建 Pod，而它可能又被\
                排到同一個節點。",
        zh_cn: "调度器选了该节点，但 kubelet 无法接收 Pod：两者对节点的设备、资源或标签认知不同。控制器会另建 Pod，而它可能又被\
                调度到同一个节点。",
    },
    remedy: Text {
        en: "Cordon the node, so that new pods go elsewhere. Restart the device plugin on it, or its kubelet. Then delete the \
             failed pods and uncordon the node.",
        zh_tw: "先 cordon（停止排程）該節點，讓新的 Pod 排到別處；重啟該節點的裝置外掛（device plugin）或 kubelet；最後刪除失敗的 \
                Pod 並 uncordon。",
        zh_cn: "先隔离（cordon）该节点，让新的 Pod 调度到别处；重启该节点的设备插件（device plugin）或 kubelet；最后删除失败的 \
                Pod 并解除隔离（uncordon）。",
    },
    prevention: Text {
        en: "Alert on UnexpectedAdmissionError, and restart device plugins when their devices fail.",
        zh_tw: "對 UnexpectedAdmissionError 設定告警，並在裝置故障時重啟裝置外掛。",
        zh_cn: "对 UnexpectedAdmissionError 设置告警，并在设备故障时重启设备插件。",
    },
    page: page!("pod-rejected"),
    traits: Traits {
        measures: &[Measure::bad(
            "count",
            Text { en: "rejected pods", zh_tw: "被拒絕的 Pod", zh_cn: "被拒绝的 Pod" },
        )],
        ..Traits::NONE
    },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static NOT_REPLACED: Text = Text {
    en: "node {node} rejected {count:# pod|# pods} ({reason}), the last one {age} ago, and no pod has taken over: {detail}",
    zh_tw: "節點 {node} 拒絕了 {count} 個 Pod（{reason}），最近一次在 {age} 前，尚無其他 Pod 接手：{detail}",
    zh_cn: "节点 {node} 拒绝了 {count} 个 Pod（{reason}），最近一次在 {age} 前，尚无其他 Pod 接手：{detail}",
};

static NOT_MISSED: Text = Text {
    en: "{count:# pod|# pods} left over that node {node} rejected ({reason}); the workload is at full strength. {detail}",
    zh_tw: "殘留 {count} 個曾被節點 {node} 拒絕（{reason}）的 Pod：擁有者所需的 Pod 已足夠。{detail}",
    zh_cn: "残留 {count} 个曾被节点 {node} 拒绝（{reason}）的 Pod：属主所需的 Pod 已足够。{detail}",
};

static DEVICES: Text = Text {
    en: "cordon node {node}, restart the device plugin or the kubelet there, then delete the failed pods",
    zh_tw: "先 cordon 節點 {node}，重啟其上的裝置外掛或 kubelet，再刪除失敗的 Pod",
    zh_cn: "先隔离（cordon）节点 {node}，重启其上的设备插件或 kubelet，再删除失败的 Pod",
};

static RESOURCES: Text = Text {
    en: "look for static pods and pods with spec.nodeName on node {node}: the scheduler does not count them in time; cordon \
         the node, restart its kubelet if the counts stay wrong, then delete the failed pods",
    zh_tw: "檢查節點 {node} 上的靜態 Pod 與指定 spec.nodeName 的 Pod，排程器來不及計入它們；先 cordon 節點，若數字仍不符則重啟 \
            kubelet，再刪除失敗的 Pod",
    zh_cn: "检查节点 {node} 上的静态 Pod 与指定 spec.nodeName 的 Pod，调度器来不及计入它们；先隔离（cordon）节点，若数字仍不符则\
            重启 kubelet，再删除失败的 Pod",
};

static LABELS: Text = Text {
    en: "compare the labels and taints of node {node} with what the pod requires; a kubelet that restarts may not know them \
         yet. Then delete the failed pods",
    zh_tw: "比對節點 {node} 的標籤、taint 與 Pod 的要求；剛重啟的 kubelet 可能還不知道它們。之後刪除失敗的 Pod",
    zh_cn: "比对节点 {node} 的标签、污点与 Pod 的要求；刚重启的 kubelet 可能还不知道它们。之后删除失败的 Pod",
};

/// The namespace, owner, reason and node of rejected pods.
type Key<'a> = (&'a str, Owner, &'a str, &'a str);

fn run(view: &View, out: &mut Reporter) {
    // Reports one finding for each owner, reason and node, on the newest pod.
    let mut groups: BTreeMap<Key, Vec<&Pod>> = BTreeMap::new();
    for (pod, trouble) in view.problems() {
        let reason = pod.object.as_deref().map_or("", |object| object.status.reason.as_str());
        let rejected = matches!(trouble, PodProblem::Evicted) && is_rejection(reason);
        // A Job counts its failures.
        if rejected && view.job_of(pod).is_none() {
            let node = pod.node.as_deref().unwrap_or("?");
            groups.entry((&pod.shared.namespace, whose(view, pod), reason, node)).or_default().push(pod);
        }
    }
    let plugins: Vec<&Pod> = view.troubled_pods().filter(|pod| is_plugin(pod)).collect();
    for ((_, _, reason, node), mut pods) in groups {
        pods.sort_by(|a, b| (b.created(), &b.name).cmp(&(a.created(), &a.name)));
        let failing = plugins.iter().find(|pod| pod.node.as_deref() == Some(node));
        report(view, (reason, node), &pods, failing.copied(), out);
    }
}

/// Whether a pod is a device plugin, by its name.
fn is_plugin(pod: &Pod) -> bool {
    pod.shared.ended.is_none() && pod.name.contains("device-plugin")
}

/// Reports pods of one owner, newest first, with the device plugin of the node if it fails.
fn report(
    view: &View,
    (reason, node): (&str, &str),
    pods: &[&Pod],
    failing: Option<&Pod>,
    out: &mut Reporter,
) {
    let [newest, others @ ..] = pods else { return };
    let missed = view.successor(newest).is_none() && !view.is_served(newest);
    let detail = newest.object.as_deref().map_or("", |object| object.status.message.as_str());
    let facts = vec![
        ("reason", Fact::text(reason)),
        ("count", Fact::count(pods.len())),
        ("node", Fact::text(node)),
        ("age", view.ago(ended(newest))),
        ("detail", Fact::text(detail.strip_prefix("Pod was rejected: ").unwrap_or(detail))),
    ];
    let (text, severity) =
        if missed { (&NOT_REPLACED, Severity::High) } else { (&NOT_MISSED, Severity::Medium) };
    let finding = out.pod(newest, &[reason], severity, Message::new(text, facts));
    finding.since = pods.iter().filter_map(|pod| ended(pod)).min();
    finding.affected = others.iter().map(|pod| pod.object_ref()).collect();
    let object = ObjectRef::of_cluster("Node", node);
    if missed {
        finding.evidence.push(Message::new(advice(reason), vec![("node", Fact::text(node))]));
        finding.because = declared([object.clone()]);
        finding.because.extend(declared(failing.map(Pod::object_ref)));
    }
    let kubectl = &view.settings.kubectl;
    finding.actions = vec![kubectl.describe(&object)];
    if missed && view.node(node).is_some_and(|node| !node.cordoned) {
        finding.actions.push(kubectl.line(&["cordon", node]));
    }
    if !is_repeating(view, newest) {
        let names: Vec<&str> = pods.iter().map(|pod| &*pod.name).collect();
        let delete = [&["delete", "pod", "-n", &newest.shared.namespace], names.as_slice()].concat();
        finding.actions.push(kubectl.line(&delete));
    }
}

fn advice(reason: &str) -> &'static Text {
    match reason {
        "OutOfcpu" | "OutOfmemory" | "OutOfpods" | "OutOfephemeral-storage" => &RESOURCES,
        "TopologyAffinityError" | "UnexpectedAdmissionError" => &DEVICES,
        reason if reason.starts_with("OutOf") => &DEVICES,
        _ => &LABELS,
    }
}
