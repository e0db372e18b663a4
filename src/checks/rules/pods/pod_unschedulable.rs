//! The scheduler finds no node for a pod.

use crate::checks::fit::labels::{is_selected, of_terms};
use crate::checks::fit::scheduler::{is_about_volumes, short_of, without_preemption};
use crate::checks::fit::{Fit, Misfit, Reason, Resource, taints};
use crate::checks::prelude::*;
use crate::model::{Event, NOT_SCALED_UP};

static INFO: CheckInfo = CheckInfo {
    id: "pod-unschedulable",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Pod, Kind::Node],
    title: Text { en: "Pod cannot be scheduled", zh_tw: "Pod 無法排程", zh_cn: "Pod 无法调度" },
    meaning: Text {
        en: "No node fits: not enough resources, a taint that the pod does not tolerate, or a selector or \
             volume that no node matches.",
        zh_tw: "沒有合適的節點：資源不足、taint（污點）不被容忍，或選擇條件、磁碟區沒有節點符合。",
        zh_cn: "没有合适的节点：资源不足、污点不被容忍，或选择算符、卷没有节点满足。",
    },
    remedy: Text {
        en: "Find out what rules out each node. Then lower the requests, free resources, correct the selector and \
             the tolerations of the pod, or add a node. A taint that a component sets disappears when the component works.",
        zh_tw: "看各節點分別因何被排除：降低要求、騰出資源、修正 Pod 的選擇條件與容忍設定，或新增節點。由元件設定的 taint 會在該元件恢復\
                正常後消失。",
        zh_cn: "看各节点分别因何被排除：降低要求、腾出资源、修正 Pod 的选择算符与容忍度，或新增节点。由组件设置的污点会在该组件恢复\
                正常后消失。",
    },
    prevention: Text {
        en: "Keep room for the loss of one node, and set a ResourceQuota for namespaces that grow.",
        zh_tw: "保留可容許一個節點失效的餘裕，並為會成長的命名空間設定 ResourceQuota。",
        zh_cn: "预留可承受一个节点失效的余量，并为会增长的命名空间设置 ResourceQuota。",
    },
    page: page!("pod-unschedulable"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "not scheduled for {age}: {detail}",
    zh_tw: "已 {age} 無法排程：{detail}",
    zh_cn: "已 {age} 无法调度：{detail}",
};

static EXPLAINED: Text = Text {
    en: "not scheduled for {age}: {cause}; scheduler message: {detail}",
    zh_tw: "已 {age} 無法排程：{cause}；排程器訊息：{detail}",
    zh_cn: "已 {age} 无法调度：{cause}；调度器消息：{detail}",
};

static BY: Text = Text {
    en: "not scheduled for {age} by {scheduler}: {detail}",
    zh_tw: "{scheduler} 已 {age} 未排程這個 Pod：{detail}",
    zh_cn: "{scheduler} 已 {age} 未调度这个 Pod：{detail}",
};

static BY_FOR: Text = Text {
    en: "not scheduled for {age} by {scheduler} ({reason}): {detail}",
    zh_tw: "{scheduler} 已 {age} 未排程這個 Pod（{reason}）：{detail}",
    zh_cn: "{scheduler} 已 {age} 未调度这个 Pod（{reason}）：{detail}",
};

static NO_DEFAULT: Text = Text {
    en: "Pending for {age}, and no scheduler has processed it: {scheduler} does not run or does not keep up",
    zh_tw: "已 Pending {age}，沒有任何排程器處理過：{scheduler} 沒有執行或來不及處理",
    zh_cn: "已 Pending {age}，没有任何调度器处理过：{scheduler} 没有运行或来不及处理",
};

static NO_OTHER: Text = Text {
    en: "Pending for {age}, and no scheduler has processed it: schedulerName is {scheduler}, and no scheduler of that \
         name runs, or it does not keep up",
    zh_tw: "已 Pending {age}，沒有任何排程器處理過：schedulerName 為 {scheduler}，該名稱的排程器沒有執行或來不及處理",
    zh_cn: "已 Pending {age}，没有任何调度器处理过：schedulerName 为 {scheduler}，该名称的调度器没有运行或来不及处理",
};

static GATED: Text = Text {
    en: "not scheduled for {age} because of scheduling gate {gates}",
    zh_tw: "已 {age} 暫緩排程：scheduling gate {gates}",
    zh_cn: "已 {age} 暂缓调度：调度门控（scheduling gate）{gates}",
};

static PLACE: Text = Text {
    en: "volume {volume} can be used only on nodes with {labels}; {nodes:# node has|# nodes have} these labels",
    zh_tw: "磁碟區 {volume} 只能用於符合 {labels} 的節點，符合的節點有 {nodes} 個",
    zh_cn: "卷 {volume} 只能用于满足 {labels} 的节点，满足的节点有 {nodes} 个",
};

static GONE: Text = Text {
    en: "volume {volume} is on node {node}, which does not exist",
    zh_tw: "磁碟區 {volume} 位於節點 {node}，而該節點不存在",
    zh_cn: "卷 {volume} 位于节点 {node}，而该节点不存在",
};

/// The label with the name of a node, to which local volumes are tied.
const HOSTNAME: &str = "kubernetes.io/hostname";

/// The scheduler of a pod that names none.
const DEFAULT: &str = "default-scheduler";

/// How many nodes explain that a pod waits: there may be as many waiting pods as nodes.
const BEHIND: usize = 10;

/// The seconds for which a refusal of the cluster autoscaler counts. It repeats the event every few minutes.
const REFUSED: i64 = 15 * 60;

/// What is the same for all pods.
struct Around<'v, 'a> {
    fit: Fit<'v, 'a>,
    /// The pods of schedulers that fail.
    schedulers: Vec<&'a Pod>,
    /// Whether an autoscaler may add a node that fits.
    may_grow: bool,
}

fn run(view: &View, out: &mut Reporter) {
    let around =
        Around { fit: Fit::new(view), schedulers: failing_schedulers(view), may_grow: may_grow(view) };
    for (pod, trouble) in view.problems() {
        match trouble {
            PodProblem::Gated => gated(view, pod, out),
            PodProblem::Unschedulable => waiting(view, pod, &around, out),
            _ => {}
        }
    }
}

/// Reports a pod behind a gate. A gate is set on purpose. The pod has its own key: a lack of room after the gate opens is
/// a new finding.
fn gated(view: &View, pod: &Pod, out: &mut Reporter) {
    let gates = pod.object.iter().flat_map(|object| &object.spec.scheduling_gates);
    let gates = Fact::list(gates.map(|gate| gate.name.as_str()));
    let since = since(pod);
    let facts = vec![("age", view.ago(since)), ("gates", gates)];
    let finding = out.pod(pod, &["gated"], Severity::Low, Message::new(&GATED, facts));
    finding.since = since;
    finding.actions = vec![view.describe(pod)];
}

fn waiting(view: &View, pod: &Pod, around: &Around<'_, '_>, out: &mut Reporter) {
    let Some(object) = pod.object.as_deref() else { return };
    let scheduler = Some(&*object.spec.scheduler_name).filter(|name| !name.is_empty()).unwrap_or(DEFAULT);
    let condition = object.status.condition("PodScheduled");
    let (reason, said) = condition.map_or(("", ""), |of| (of.reason.as_str(), of.message.as_str()));
    let since = since(pod);
    let mut facts = vec![
        ("age", view.ago(since)),
        ("detail", Fact::text(without_preemption(said))),
        ("scheduler", Fact::text(scheduler)),
        ("reason", Fact::text(reason)),
    ];
    let explained = around.fit.explain(pod);
    // Another scheduler has rules of its own, and finds or makes nodes in its own way.
    let is_foreign = scheduler != DEFAULT || !matches!(reason, "" | "SchedulerError" | "Unschedulable");
    let is_volume = is_about_volumes(said);
    let first = explained.reasons.first();
    let lead = first.filter(|_| explained.known && !is_foreign && !is_volume);
    let gone = (!is_foreign && is_volume).then(|| gone(view, pod)).flatten();
    let cause = lead.map(|lead| &lead.message).or(gone.as_ref());
    facts.extend(cause.map(|cause| ("cause", Fact::Message(cause.clone()))));
    let text = text(condition.map(|_| reason), scheduler == DEFAULT, is_foreign, cause.is_some());
    let may_grow = around.may_grow && !is_refused(view, pod);
    let definite = !may_grow && (no_node_fits(said) || (!is_foreign && explained.lasts(view)));
    let severity = view.high_unless_passing(pod, since, definite);
    let finding = out.pod(pod, &[], severity, Message::new(text, facts));
    finding.since = since;
    finding.because = declared(match lead {
        _ if condition.is_none() => nobody(&around.schedulers, scheduler),
        Some(lead) => behind(lead),
        None => because(pod, said),
    });
    if !is_foreign && condition.is_some() {
        finding.evidence = explained.reasons.iter().map(|reason| reason.message.clone()).collect();
        let places = (is_volume && gone.is_none()).then(|| places(view, pod));
        finding.evidence.extend(places.into_iter().flatten());
    }
    finding.actions = actions(view, pod, is_foreign, condition.is_none());
}

/// Returns the commands for a pod, and for the cluster if its scheduler is that of Kubernetes or has written nothing.
fn actions(view: &View, pod: &Pod, is_foreign: bool, is_unseen: bool) -> Vec<String> {
    let kubectl = &view.settings.kubectl;
    let nodes = || kubectl.line(&["describe", "nodes"]);
    let system = || kubectl.line(&["get", "pods", "-n", "kube-system", "-o", "wide"]);
    let of_cluster = if is_unseen { Some(system()) } else { (!is_foreign).then(nodes) };
    std::iter::once(view.describe(pod)).chain(of_cluster).collect()
}

/// Returns the text for the reason of the condition, if there is a condition.
fn text(reason: Option<&str>, is_default: bool, is_foreign: bool, is_explained: bool) -> &'static Text {
    match reason {
        None if is_default => &NO_DEFAULT,
        None => &NO_OTHER,
        Some("" | "Unschedulable") if is_foreign => &BY,
        Some(_) if is_foreign => &BY_FOR,
        Some(_) if is_explained => &EXPLAINED,
        Some(_) => &MESSAGE,
    }
}

/// Returns since when a pod waits.
fn since(pod: &Pod) -> Option<Time> {
    let scheduled = pod.object.as_deref().and_then(|object| object.status.condition("PodScheduled"));
    scheduled.and_then(crate::wire::Condition::since).or(pod.created())
}

/// Returns the pods of schedulers that fail, by their names.
fn failing_schedulers<'a>(view: &View<'a>) -> Vec<&'a Pod> {
    let failing = view.failing_pods().filter(|pod| pod.node.is_some());
    failing.filter(|pod| pod.name.contains("scheduler")).take(BEHIND).collect()
}

/// Returns the scheduler that has not processed a pod, and its own pods if they fail.
fn nobody(failing: &[&Pod], scheduler: &str) -> Vec<ObjectRef> {
    let named = if scheduler == DEFAULT { "kube-scheduler" } else { scheduler };
    let failing = failing.iter().filter(|pod| pod.name.contains(named)).map(|pod| pod.object_ref());
    std::iter::once(ObjectRef::of_cluster("Scheduler", scheduler)).chain(failing).collect()
}

/// Returns the objects that explain a reason: the nodes if they are at fault, or what the pod lacks. Pods that lack the
/// same belong together.
fn behind(lead: &Reason) -> Vec<ObjectRef> {
    let nodes = || lead.nodes.iter().take(BEHIND).map(|node| node.object()).collect();
    match &lead.misfit {
        Misfit::Taint(key, _) if taints::removed(key).is_some() => nodes(),
        Misfit::Cordoned | Misfit::NoRoom(Resource::Pods) => nodes(),
        Misfit::Taint(_, taint) => vec![ObjectRef::of_cluster("Taint", taint)],
        Misfit::Labels(labels) | Misfit::Domains(labels) => {
            vec![ObjectRef::of_cluster("Label", &labels.join(", "))]
        }
        Misfit::Port(port) => vec![ObjectRef::of_cluster("HostPort", port)],
        Misfit::NoRoom(resource) => vec![ObjectRef::of_cluster("Capacity", resource.name())],
        // The pod is at fault.
        Misfit::TooLarge(_) => Vec::new(),
    }
}

/// Returns the objects that may explain a message of a scheduler: the pod's claims, or the capacity of the cluster.
fn because(pod: &Pod, message: &str) -> Vec<ObjectRef> {
    if is_about_volumes(message) {
        return pod.claim_refs().collect();
    }
    short_of(message).into_iter().map(|name| ObjectRef::of_cluster("Capacity", name)).collect()
}

/// Returns where the volumes of a pod can be used, if nodes could be read.
fn places(view: &View, pod: &Pod) -> Vec<Message> {
    let nodes = &view.snapshot.rows.nodes;
    if !view.saw(Kind::Node, "") || nodes.is_empty() {
        return Vec::new();
    }
    let place = |claim: &str| {
        let name = &view.claim(&pod.shared.namespace, claim)?.spec.volume_name;
        let selector = view.volume(name)?.spec.node_affinity.as_ref()?.required.as_ref()?;
        let facts = vec![
            ("volume", Fact::text(name)),
            ("labels", Fact::list(of_terms(&selector.node_selector_terms))),
            ("nodes", Fact::count(nodes.iter().filter(|node| is_selected(selector, node)).count())),
        ];
        Some(Message::new(&PLACE, facts))
    };
    pod.claims().filter_map(place).collect()
}

/// Returns the first volume of a pod that is tied to a node that does not exist, with that node, if nodes could be read.
fn gone(view: &View, pod: &Pod) -> Option<Message> {
    let nodes = &view.snapshot.rows.nodes;
    if !view.saw(Kind::Node, "") || nodes.is_empty() {
        return None;
    }
    let lost = |claim: &str| {
        let name = &view.claim(&pod.shared.namespace, claim)?.spec.volume_name;
        let terms = &view.volume(name)?.spec.node_affinity.as_ref()?.required.as_ref()?.node_selector_terms;
        let [term] = &terms[..] else { return None };
        let of_host = term.match_expressions.iter().find(|of| of.key == HOSTNAME && of.operator == "In")?;
        let [host] = &of_host.values[..] else { return None };
        let is_it = |node: &Node| node.labels.get(HOSTNAME) == Some(host);
        if view.node(host).is_some() || nodes.iter().any(is_it) {
            return None;
        }
        Some(Message::new(&GONE, vec![("volume", Fact::text(name)), ("node", Fact::text(host))]))
    };
    pod.claims().find_map(lost)
}

/// Labels of nodes that a cloud or an autoscaler adds and removes.
const POOLS: [&str; 5] = [
    "cloud.google.com/gke-nodepool",
    "eks.amazonaws.com/nodegroup",
    "karpenter.sh/nodepool",
    "karpenter.sh/provisioner-name",
    "kubernetes.azure.com/agentpool",
];

/// Whether an autoscaler may add a node that fits.
fn may_grow(view: &View) -> bool {
    let rows = &view.snapshot.rows;
    rows.nodes.iter().any(|node| POOLS.iter().any(|label| node.labels.contains_key(*label)))
        || rows.workloads.iter().any(|workload| workload.name.contains("cluster-autoscaler"))
}

/// Whether the cluster autoscaler has said lately that it adds no node for a pod. The event is evidence of the finding.
fn is_refused(view: &View, pod: &Pod) -> bool {
    let events = view.pod_events(pod);
    let lately = |event: &&Event| {
        event.reason == NOT_SCALED_UP && event.last_seen.is_some_and(|at| view.age(at) < REFUSED)
    };
    events.iter().any(lately)
}

/// Whether every node is ruled out by something that no other pod's end changes: its labels, the place of a volume, or a
/// taint that operators set. Taints of Kubernetes itself pass.
fn no_node_fits(message: &str) -> bool {
    if message.contains("persistentvolumeclaim \"") && message.contains("\" not found") {
        return true;
    }
    let Some((_, reasons)) = without_preemption(message).split_once("nodes are available: ") else {
        return false;
    };
    let lasts = |reason: &str| {
        let taint = reason.split_once("untolerated taint {").map(|(_, taint)| taint);
        let operators =
            taint.is_some_and(|taint| !taint.contains("kubernetes.io/") || taint.contains("node-role"));
        let where_it_may_run = ["node selector", "node affinity/selector", "volume node affinity conflict"];
        operators || where_it_may_run.iter().any(|words| reason.contains(words))
    };
    reasons.trim_end_matches('.').split(", ").all(lasts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_taints_of_operators_last() {
        for said in [
            "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. preemption: 0/3 nodes",
            "0/3 nodes are available: 1 node(s) had untolerated taint {gpu: true}, 2 node(s) didn't match Pod's node \
             affinity/selector.",
            "0/1 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }.",
            "0/2 nodes are available: persistentvolumeclaim \"data\" not found.",
        ] {
            assert!(no_node_fits(said), "{said}");
        }
        for said in [
            "",
            "no nodes available to schedule pods",
            "0/3 nodes are available: 2 Insufficient cpu, 1 node(s) didn't match Pod's node affinity/selector.",
            "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.",
        ] {
            assert!(!no_node_fits(said), "{said}");
        }
    }
}
