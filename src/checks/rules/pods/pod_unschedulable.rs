//! The scheduler finds no node for a pod.

use crate::checks::fit::Fit;
use crate::checks::prelude::*;

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
        en: "Find out what rules out each node. Then lower the requests, free resources, tolerate the \
             taint, or add a node.",
        zh_tw: "看各節點分別因何被排除：降低要求、騰出資源、容忍 taint，或新增節點。",
        zh_cn: "看各节点分别因何被排除：降低要求、腾出资源、添加容忍度，或新增节点。",
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

static GATED: Text = Text {
    en: "not scheduled for {age} because of scheduling gate {gates}",
    zh_tw: "已 {age} 暫緩排程：scheduling gate {gates}",
    zh_cn: "已 {age} 暂缓调度：调度门控（scheduling gate）{gates}",
};

fn run(view: &View, out: &mut Reporter) {
    let fit = Fit::new(view);
    let may_grow = may_grow(view);
    for (pod, trouble) in view.problems() {
        let gated = match trouble {
            PodProblem::Gated => true,
            PodProblem::Unschedulable => false,
            _ => continue,
        };
        let object = pod.object.as_deref();
        let scheduled = object.and_then(|object| object.status.condition("PodScheduled"));
        let since = scheduled.and_then(crate::wire::Condition::since).or(pod.created());
        let gates = object.iter().flat_map(|object| &object.spec.scheduling_gates);
        let said = scheduled.map_or("", |condition| condition.message.as_str());
        let mut facts = vec![
            ("age", view.ago(since)),
            ("detail", Fact::text(without_preemption(said))),
            ("gates", Fact::list(gates.map(|gate| gate.name.as_str()))),
        ];
        let (known, reasons) = if gated { (false, Vec::new()) } else { fit.explain(pod) };
        let text = match reasons.first().filter(|_| known && !is_about_volumes(said)) {
            _ if gated => &GATED,
            Some(first) => {
                facts.push(("cause", Fact::Words(first.text)));
                facts.extend(first.facts.iter().cloned());
                &EXPLAINED
            }
            None => &MESSAGE,
        };
        // A gate is set on purpose.
        let definite = !may_grow && (no_node_fits(said) || is_too_large(view, pod));
        let severity = if gated { Severity::Low } else { view.high_unless_passing(pod, since, definite) };
        // A gated pod has its own key: a lack of room after the gate opens is a new finding.
        let part: &[&str] = if gated { &["gated"] } else { &[] };
        let finding = out.pod(pod, part, severity, Message::new(text, facts));
        finding.since = since;
        finding.because = because(pod, said);
        finding.evidence = reasons;
        finding.actions = vec![view.describe(pod), view.settings.kubectl.line(&["describe", "nodes"])];
    }
}

/// Returns the reasons of a scheduler's message, without the result of preemption that follows them.
fn without_preemption(message: &str) -> &str {
    let reasons = message.split_once(" preemption:").map_or(message, |(reasons, _)| reasons);
    reasons.trim_end_matches(" no new claims to deallocate,").trim_end_matches(". not found")
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

/// Whether every node is ruled out by something that no other pod's end changes: its labels, or a taint that operators
/// set. Taints of Kubernetes itself pass.
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
        operators || reason.contains("node selector") || reason.contains("node affinity/selector")
    };
    reasons.trim_end_matches('.').split(", ").all(lasts)
}

/// Whether the pod requests more than every node has.
fn is_too_large(view: &View, pod: &Pod) -> bool {
    let (requests, nodes) = (pod.shared.template.requests, &view.snapshot.rows.nodes);
    let exceeds =
        |node: &Node| requests.cpu > node.allocatable.cpu || requests.memory > node.allocatable.memory;
    view.saw(Kind::Node, "") && !nodes.is_empty() && nodes.iter().all(exceeds)
}

fn is_about_volumes(message: &str) -> bool {
    // Since 1.34 "volume node affinity conflict" is "PersistentVolume's node affinity".
    [
        "persistentvolumeclaim",
        "PersistentVolume",
        "persistent volume",
        "volume node affinity",
        "binding volumes",
    ]
    .iter()
    .any(|words| message.contains(words))
}

/// Returns the objects that may explain it: the pod's claims, or the full capacity of the cluster.
fn because(pod: &Pod, message: &str) -> Vec<ObjectRef> {
    if is_about_volumes(message) {
        return pod.claim_refs().collect();
    }
    let short =
        ["cpu", "memory"].into_iter().filter(|name| message.contains(&format!("Insufficient {name}")));
    short.map(|name| ObjectRef::of_cluster("Capacity", name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheduler_is_quoted_without_what_changes_nothing() {
        for (said, shown) in [
            (
                "0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are \
              available: 3 Preemption is not helpful for scheduling.",
                "0/3 nodes are available: 3 Insufficient cpu.",
            ),
            (
                "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available.",
                "0/3 nodes are available: 3 Insufficient cpu.",
            ),
            (
                "0/2 nodes are available: persistentvolumeclaim \"data\" not found. not found",
                "0/2 nodes are available: persistentvolumeclaim \"data\" not found",
            ),
            ("0/2 nodes are available: 2 Too many pods.", "0/2 nodes are available: 2 Too many pods."),
        ] {
            assert_eq!(without_preemption(said), shown);
        }
    }

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

    #[test]
    fn old_and_new_schedulers_say_that_it_is_the_volumes() {
        for said in [
            "0/6 nodes are available: 4 node(s) had volume node affinity conflict.",
            "0/6 nodes are available: 4 node(s) didn't match PersistentVolume's node affinity.",
            "0/6 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
            "0/6 nodes are available: persistentvolumeclaim \"data\" not found.",
        ] {
            assert!(is_about_volumes(said), "{said}");
        }
        assert!(!is_about_volumes(
            "0/6 nodes are available: 6 node(s) didn't match Pod's node affinity/selector."
        ));
    }
}
