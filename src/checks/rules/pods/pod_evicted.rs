//! Pods that their node evicted or rejected, counted by owner.

use crate::checks::prelude::*;
use crate::model::{Owner, is_rejection};
use std::collections::BTreeMap;

static INFO: CheckInfo = CheckInfo {
    id: "pod-evicted",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Pod],
    title: Text {
        en: "Pods evicted by their node", zh_tw: "Pod 被節點驅逐", zh_cn: "Pod 被节点驱逐"
    },
    meaning: Text {
        en: "The node was short of a resource, shut down, or could not take the pod. The leftover pod does no work; \
             its controller creates another.",
        zh_tw: "節點資源不足、關機或無法接收該 Pod。留下的只是空殼，控制器會另建新的 Pod。",
        zh_cn: "节点资源不足、关机或无法接收该 Pod。留下的只是空壳，控制器会另建新的 Pod。",
    },
    remedy: Text {
        en: "Find out which resource the node was short of, then delete the leftover pods.",
        zh_tw: "先查節點當時缺什麼資源，再清掉殘留的 Pod。",
        zh_cn: "先查节点当时缺什么资源，再清掉残留的 Pod。",
    },
    prevention: Text {
        en: "Set requests and limits for memory and ephemeral storage, and rotate logs on the nodes.",
        zh_tw: "為記憶體與 ephemeral-storage 設定請求量與上限，並在節點上輪替日誌。",
        zh_cn: "为内存与 ephemeral-storage 设置请求（request）与限制（limit），并在节点上轮转日志。",
    },
    page: page!("pod-evicted"),
    traits: Traits {
        measures: &[Measure::bad(
            "count",
            Text { en: "pods left behind", zh_tw: "殘留 Pod", zh_cn: "残留 Pod" },
        )],
        ..Traits::NONE
    },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static REPLACED: Text = Text {
    en: "{reason}: {count:# pod|# pods} left over, replaced by {successor}. {detail}",
    zh_tw: "{reason}，殘留 {count} 個 Pod：已由 {successor} 接手。{detail}",
    zh_cn: "{reason}，残留 {count} 个 Pod：已由 {successor} 接手。{detail}",
};

static NOT_MISSED: Text = Text {
    en: "{reason}: {count:# pod|# pods} left over; the workload is at full strength. {detail}",
    zh_tw: "{reason}，殘留 {count} 個 Pod：擁有者所需的 Pod 已足夠。{detail}",
    zh_cn: "{reason}，残留 {count} 个 Pod：属主所需的 Pod 已足够。{detail}",
};

static RUNS_AGAIN: Text = Text {
    en: "{reason}: {count:# pod|# pods}; the Job runs again. {detail}",
    zh_tw: "{reason}，{count} 個 Pod；Job 已重新執行。{detail}",
    zh_cn: "{reason}，{count} 个 Pod；Job 已重新运行。{detail}",
};

/// The reasons of the condition `DisruptionTarget`.
static BY_CONDITION: [(&str, Text); 5] = [
    (
        "PreemptionByScheduler",
        Text {
            en: "preempted for a pod of higher priority (PreemptionByScheduler)",
            zh_tw: "被優先權較高的 Pod 搶占（PreemptionByScheduler）",
            zh_cn: "被优先级更高的 Pod 抢占（PreemptionByScheduler）",
        },
    ),
    (
        "DeletionByTaintManager",
        Text {
            en: "removed because of a taint of its node (DeletionByTaintManager)",
            zh_tw: "因節點的 taint（污點）被移除（DeletionByTaintManager）",
            zh_cn: "因节点的污点被移除（DeletionByTaintManager）",
        },
    ),
    (
        "EvictionByEvictionAPI",
        Text {
            en: "evicted on request, as by a drain or an autoscaler (EvictionByEvictionAPI)",
            zh_tw: "依要求被驅逐，例如 drain 或 autoscaler（EvictionByEvictionAPI）",
            zh_cn: "应请求被驱逐，例如腾空（drain）或自动伸缩（EvictionByEvictionAPI）",
        },
    ),
    (
        "DeletionByPodGC",
        Text {
            en: "its node no longer exists (DeletionByPodGC)",
            zh_tw: "所在節點已不存在（DeletionByPodGC）",
            zh_cn: "所在节点已不存在（DeletionByPodGC）",
        },
    ),
    (
        "TerminationByKubelet",
        Text {
            en: "ended by the kubelet of its node (TerminationByKubelet)",
            zh_tw: "被節點的 kubelet 終止（TerminationByKubelet）",
            zh_cn: "被节点的 kubelet 终止（TerminationByKubelet）",
        },
    ),
];

static NOT_REPLACED: Text = Text {
    en: "{reason}: {count:# pod|# pods}, not replaced yet. {detail}",
    zh_tw: "{reason}，{count} 個 Pod，尚無其他 Pod 接手。{detail}",
    zh_cn: "{reason}，{count} 个 Pod，尚无其他 Pod 接手。{detail}",
};

fn run(view: &View, out: &mut Reporter) {
    // Reports one finding for each owner and reason, on the newest pod.
    let mut groups: BTreeMap<_, Vec<&Pod>> = BTreeMap::new();
    for (pod, trouble) in view.problems() {
        let PodProblem::Evicted = trouble else { continue };
        if view.job_of(pod).is_some_and(|job| job.is_done() || job.active == 0) {
            continue; // The Job counts its failures.
        }
        let reason = pod.disruption().map_or("", |disruption| disruption.reason);
        if is_rejection(reason) {
            continue; // Another check reports what the kubelet did not even start.
        }
        groups.entry((&pod.shared.namespace, whose(view, pod), reason)).or_default().push(pod);
    }
    for ((_, _, reason), mut pods) in groups {
        pods.sort_by(|a, b| (b.created(), &b.name).cmp(&(a.created(), &a.name)));
        let [newest, ..] = pods.as_slice() else { continue };
        let successor = view.successor(newest);
        let detail = newest.disruption().map_or("", |disruption| disruption.detail);
        let facts = vec![
            ("reason", named(reason)),
            ("count", Fact::count(pods.len())),
            ("successor", Fact::text(successor.map_or("", |pod| &*pod.name))),
            ("detail", Fact::text(detail)),
        ];
        let (text, severity) = match successor {
            None if view.job_of(newest).is_some() => (&RUNS_AGAIN, Severity::Low),
            Some(_) => (&REPLACED, Severity::Medium),
            // The workload was scaled down since, perhaps to zero.
            None if view.is_served(newest) => (&NOT_MISSED, Severity::Medium),
            None => (&NOT_REPLACED, Severity::High),
        };
        let affected = pods.iter().skip(1).map(|pod| pod.object_ref()).collect();
        let oldest = pods.iter().filter_map(|pod| ended(pod)).min();
        let finding = out.pod(newest, &[reason], severity, Message::new(text, facts));
        finding.since = oldest;
        finding.affected = affected;
        let stressed = newest.node.as_deref().and_then(|node| view.node(node));
        let stressed = stressed.filter(|node| node.pressures().count() > 0);
        finding.because = declared(stressed.map(Node::object));
        let lasts = is_repeating(view, newest) || stressed.is_some() && severity == Severity::High;
        finding.actions = actions(view, &pods, lasts);
    }
}

/// Returns the commands for evicted pods, newest first. While the evictions last, deleted pods are followed by others.
fn actions(view: &View, pods: &[&Pod], lasts: bool) -> Vec<String> {
    let [newest, ..] = pods else { return Vec::new() };
    let kubectl = &view.settings.kubectl;
    let names: Vec<&str> = pods.iter().map(|pod| &*pod.name).collect();
    let delete = [&["delete", "pod", "-n", &newest.shared.namespace], names.as_slice()].concat();
    let node = newest.node.as_deref().map(|node| ObjectRef::of_cluster("Node", node));
    let delete = (!lasts).then(|| kubectl.line(&delete));
    delete.into_iter().chain(node.map(|node| kubectl.describe(&node))).collect()
}

/// The seconds for which the newest failed pod of a loop is at most old: a controller replaces it at once.
const LOOP: i64 = 300;

/// Whether a controller still creates pods that fail in the same way: to delete them achieves nothing.
pub(crate) fn is_repeating(view: &View, newest: &Pod) -> bool {
    let owned = newest.shared.owner.is_some();
    owned && !view.is_served(newest) && newest.created().is_some_and(|at| view.age(at) < LOOP)
}

/// Returns the reason of the kubelet as it is, and that of a condition in words.
fn named(reason: &str) -> Fact {
    let known = BY_CONDITION.iter().find(|(name, _)| *name == reason);
    known.map_or_else(|| Fact::text(reason), |(_, words)| Fact::Words(words))
}

/// Returns the owner that groups the pod: its topmost owner, or the pod itself. Static pods of a node form no group.
pub(crate) fn whose(view: &View, pod: &Pod) -> Owner {
    let owner = view.root(pod).filter(|owner| &*owner.kind != "Node");
    owner.unwrap_or_else(|| Owner { kind: "Pod".into(), name: (*pod.name).into() })
}

/// Returns the time of the eviction, or of the creation if the former is unknown.
pub(crate) fn ended(pod: &Pod) -> Option<Time> {
    let object = pod.object.as_deref()?;
    let disrupted = object.status.condition("DisruptionTarget").and_then(crate::wire::Condition::since);
    disrupted.or_else(|| pod.finished()).or(pod.created())
}
