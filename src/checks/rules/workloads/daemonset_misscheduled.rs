//! Reports DaemonSets with pods on nodes where they should not run.

use crate::checks::prelude::*;
use crate::model::{Node, Workload};
use std::collections::BTreeSet;

static INFO: CheckInfo = CheckInfo {
    id: "daemonset-misscheduled",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::DaemonSet, Kind::Pod, Kind::Node],
    title: Text {
        en: "DaemonSet pods on the wrong nodes",
        zh_tw: "DaemonSet 跑在不該跑的節點",
        zh_cn: "DaemonSet 跑在不该跑的节点",
    },
    meaning: Text {
        en: "Node selector, affinity or a taint of the node excludes these pods, but they still run there.",
        zh_tw: "nodeSelector、affinity 或節點的 taint（污點）已排除這些 Pod，但它們仍在那裡執行。",
        zh_cn: "节点选择算符、亲和性或节点的污点已排除这些 Pod，但它们仍在那里运行。",
    },
    remedy: Text {
        en: "If the pods belong there, add a toleration for the taint; otherwise delete them: they are not created \
             there again.",
        zh_tw: "若應該留在那裡就加上 toleration；否則刪掉 Pod，不會在那裡重建。",
        zh_cn: "如果应该留在那里就加上容忍度；否则删掉 Pod，不会在那里重建。",
    },
    prevention: Text {
        en: "Set taints when a node joins, not while pods run on it.",
        zh_tw: "節點加入時就設好 taint（污點），不要等 Pod 跑起來才加。",
        zh_cn: "节点加入时就设好污点，不要等 Pod 跑起来才加。",
    },
    page: page!("daemonset-misscheduled"),
    traits: Traits {
        measures: &[Measure::bad(
            "misscheduled",
            Text { en: "misplaced pods", zh_tw: "錯置的 Pod", zh_cn: "错放的 Pod" },
        )],
        ..Traits::NONE
    },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static KNOWN: Text = Text {
    en: "{misscheduled:# pod|# pods} on nodes where the DaemonSet should not run ({nodes})",
    zh_tw: "有 {misscheduled} 個 Pod 在不該執行的節點上（{nodes}）",
    zh_cn: "有 {misscheduled} 个 Pod 在不该运行的节点上（{nodes}）",
};

static UNKNOWN: Text = Text {
    en: "{misscheduled:# pod|# pods} on nodes where the DaemonSet should not run",
    zh_tw: "有 {misscheduled} 個 Pod 在不該執行的節點上",
    zh_cn: "有 {misscheduled} 个 Pod 在不该运行的节点上",
};

/// The delay of `KubeDaemonSetMisScheduled`, in seconds. The object records no time, so the DaemonSet must be this old.
const LASTS: i64 = 15 * 60;

/// How many nodes the message names.
const NAMED: usize = 5;

/// Taints under these prefixes come from the node's own state, and every DaemonSet tolerates them.
const TOLERATED: &str = "node.kubernetes.io/";

fn run(view: &View, out: &mut Reporter) {
    for set in view.snapshot.rows.workloads.iter().filter(|set| view.is_asked_for(set)) {
        let misscheduled = set.rollout().map_or(0, |rollout| rollout.misscheduled);
        if misscheduled <= 0 || !view.older_than(set.created(), LASTS) {
            continue;
        }
        let suspects = suspects(view, set);
        let nodes: BTreeSet<&str> = suspects.iter().map(|(_, node)| &*node.name).collect();
        let leaves = |node: &Node| node.cordoned || node.is_leaving();
        let is_passing = !suspects.is_empty() && suspects.iter().all(|(_, node)| leaves(node));
        let facts = vec![
            ("misscheduled", Fact::Number(misscheduled.into())),
            ("nodes", Fact::first(NAMED, nodes.iter().copied())),
        ];
        let text = if nodes.is_empty() { &UNKNOWN } else { &KNOWN };
        let severity = if is_passing { Severity::Low } else { Severity::Medium };
        let finding = out.object(set.object(), &[], severity, Message::new(text, facts));
        finding.serving = set.is_available();
        finding.affected = suspects.iter().map(|(pod, _)| pod.object_ref()).collect();
        let kubectl = &view.settings.kubectl;
        finding.actions = vec![kubectl.describe(&finding.object)];
        finding.actions.extend(
            nodes.iter().take(NAMED).map(|node| kubectl.describe(&ObjectRef::of_cluster("Node", node))),
        );
    }
}

/// Returns its pods on nodes with a taint that repels new pods. Which taints it tolerates is not known.
fn suspects<'a>(view: &View<'a>, set: &Workload) -> Vec<(&'a Pod, &'a Node)> {
    let on = |pod: &'a Pod| {
        let node = view.node(pod.node.as_deref()?)?;
        let repels = |taint: &crate::wire::Taint| {
            taint.effect != "PreferNoSchedule" && !taint.key.starts_with(TOLERATED)
        };
        node.taints.iter().any(repels).then_some((pod, node))
    };
    view.pods_owned_by(&set.namespace, "DaemonSet", &set.name).filter_map(on).collect()
}
