//! A disruption budget that never allows an eviction.

use crate::checks::emptied::Emptied;
use crate::checks::prelude::*;
use crate::model::{Node, Workload};
use crate::wire::PodDisruptionBudget;

static INFO: CheckInfo = CheckInfo {
    id: "pdb-blocks-evictions",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[
        Kind::PodDisruptionBudget,
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::DaemonSet,
        Kind::ReplicaSet,
        Kind::Pod,
        Kind::Node,
    ],
    title: Text {
        en: "Disruption budget never allows an eviction",
        zh_tw: "PDB 永遠不允許驅逐",
        zh_cn: "PDB 永远不允许驱逐",
    },
    meaning: Text {
        en: "A node with one of its pods cannot be drained: upgrades and autoscalers wait forever.",
        zh_tw: "有這些 Pod 的節點無法 drain：升級與自動縮容會一直等。",
        zh_cn: "有这些 Pod 的节点无法腾空（drain）：升级与自动缩容会一直等。",
    },
    remedy: Text {
        en: "Run one replica more than the budget requires, or allow one pod to be unavailable.",
        zh_tw: "副本數比必須保留的多一個，或允許一個 Pod 不可用。",
        zh_cn: "副本数比必须保留的多一个，或允许一个 Pod 不可用。",
    },
    prevention: Text {
        en: "Use maxUnavailable: 1 in budgets; it works for any number of replicas.",
        zh_tw: "PDB 用 maxUnavailable: 1，副本數多少都適用。",
        zh_cn: "PDB 用 maxUnavailable: 1，副本数多少都适用。",
    },
    page: page!("pdb-blocks-evictions"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static NEVER: Text = Text {
    en: "requires {desired} of {expected:# pod|# pods} to be healthy, so it never allows an eviction",
    zh_tw: "要求 {expected} 個 Pod 中有 {desired} 個健康，永遠不能驅逐任何一個",
    zh_cn: "要求 {expected} 个 Pod 中有 {desired} 个健康，永远不能驱逐任何一个",
};

static DRAIN: Text = Text {
    en: "node {node} is cordoned and cannot be drained: the budget requires {desired} of {expected:# pod|# pods} to be \
         healthy, and one of them is on the node",
    zh_tw: "節點 {node} 已 cordon（停止排程）但無法 drain：PDB 要求 {expected} 個 Pod 中有 {desired} 個健康，其中一個在該節點上",
    zh_cn: "节点 {node} 已隔离（cordon）但无法腾空（drain）：PDB 要求 {expected} 个 Pod 中有 {desired} 个健康，其中一个在该节点上",
};

static REMOVAL: Text = Text {
    en: "node {node} has been in removal for {age} and cannot be drained: the budget requires {desired} of \
         {expected:# pod|# pods} to be healthy, and one of them is on the node; run {enough} replicas, or set \
         maxUnavailable: 1",
    zh_tw: "節點 {node} 移除中已 {age}，但無法 drain：PDB 要求 {expected} 個 Pod 中有 {desired} 個健康，其中一個在該節點上；\
            請增為 {enough} 個副本，或設定 maxUnavailable: 1",
    zh_cn: "节点 {node} 移除中已 {age}，但无法腾空（drain）：PDB 要求 {expected} 个 Pod 中有 {desired} 个健康，其中一个在该节点上；\
            请增为 {enough} 个副本，或设置 maxUnavailable: 1",
};

static NOT_NOW: Text = Text {
    en: "node {node} has been in removal for {age}: the budget allows no eviction while {healthy} of {expected:# pod|# pods} \
         are healthy and {desired} are required",
    zh_tw: "節點 {node} 移除中已 {age}：{expected} 個 Pod 中只有 {healthy} 個健康，PDB 要求 {desired} 個，因此不能驅逐",
    zh_cn: "节点 {node} 移除中已 {age}：{expected} 个 Pod 中只有 {healthy} 个健康，PDB 要求 {desired} 个，因此不能驱逐",
};

/// The seconds for which the removal of a node may wait for other pods of the budget.
const LASTS: i64 = 15 * 60;

fn run(view: &View, out: &mut Reporter) {
    let emptied = Emptied::of(view);
    for budget in view.snapshot.rows.budgets.iter().filter(|budget| allows_nothing(budget)) {
        let never = never_allows(budget);
        let (namespace, name) = (&*budget.metadata.namespace, &*budget.metadata.name);
        let held = emptied.node_of(view, protected(view, budget));
        let desired = i64::from(budget.status.desired_healthy);
        let mut facts = vec![
            ("desired", Fact::Number(desired)),
            ("expected", Fact::Number(budget.status.expected_pods.into())),
            ("enough", Fact::Number(desired + 1)),
            ("healthy", Fact::Number(budget.status.current_healthy.into())),
        ];
        facts.extend(held.map(|node| ("node", Fact::text(&node.name))));
        let leaving = held.filter(|node| node.is_leaving());
        let lasts = |node: &Node| node.leaving_since().is_some_and(|since| view.age(since) >= LASTS);
        if !never && !leaving.is_some_and(lasts) {
            continue; // It may allow an eviction when its other pods are ready.
        }
        let since = leaving.map_or_else(|| held.and_then(Node::cordoned_since), Node::leaving_since);
        facts.push(("age", view.ago(since)));
        let just_begun = view.within_grace(since);
        let (text, severity) = judge(never, held.is_some(), leaving.map(|_| just_begun));
        let object = ObjectRef::new(namespace, "PodDisruptionBudget", name);
        let finding = out.object(object, &[], severity, Message::new(text, facts));
        finding.since = since;
        finding.serving = true;
        if !never {
            let short = protected(view, budget).filter(|workload| !workload.is_available());
            finding.because = declared(short.flat_map(|workload| view.behind(workload)));
        }
        finding.affected = held.map(|node| ObjectRef::of_cluster("Node", &node.name)).into_iter().collect();
        let kubectl = &view.settings.kubectl;
        finding.actions = vec![kubectl.describe(&finding.object)];
        let on = |node: &Node| {
            let on = format!("--field-selector=spec.nodeName={}", node.name);
            kubectl.line(&["get", "pods", "-n", namespace, "-o", "wide", &on])
        };
        finding.actions.extend(held.map(on));
    }
}

/// Returns the text and the severity for a budget: whether it never allows an eviction, whether a node waits for one, and if
/// that node is being removed, whether that has just begun.
fn judge(never: bool, is_held: bool, just_begun: Option<bool>) -> (&'static Text, Severity) {
    match just_begun {
        Some(false) if never => (&REMOVAL, Severity::Medium),
        Some(false) => (&NOT_NOW, Severity::Medium),
        None if is_held => (&DRAIN, Severity::Medium),
        Some(true) | None => (&NEVER, Severity::Low),
    }
}

/// Returns whether it allows no eviction now, although it has as many healthy pods as it requires.
fn allows_nothing(budget: &PodDisruptionBudget) -> bool {
    let status = &budget.status;
    status.observed_generation > 0
        && status.disruptions_allowed == 0
        && status.expected_pods > 0
        && status.current_healthy >= status.desired_healthy
}

/// Returns whether it allows no eviction even if all its pods are healthy.
fn never_allows(budget: &PodDisruptionBudget) -> bool {
    budget.status.desired_healthy >= budget.status.expected_pods
}

/// Returns the workloads that a budget protects.
fn protected<'a>(view: &View<'a>, budget: &PodDisruptionBudget) -> impl Iterator<Item = &'a Workload> {
    view.workloads_selected_by(&budget.metadata.namespace, &budget.spec.selector.match_labels)
}
