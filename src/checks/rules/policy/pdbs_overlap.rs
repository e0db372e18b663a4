//! Several disruption budgets select the same pods, and the API server evicts none of them.

use crate::checks::emptied::Emptied;
use crate::checks::fit::labels::selects;
use crate::checks::prelude::*;
use crate::model::{Rollout, Workload};
use crate::wire::PodDisruptionBudget;
use std::collections::BTreeMap;

static INFO: CheckInfo = CheckInfo {
    id: "pdbs-overlap",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[
        Kind::PodDisruptionBudget,
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::ReplicaSet,
        Kind::Pod,
        Kind::Node,
    ],
    title: Text {
        en: "Several disruption budgets for one pod",
        zh_tw: "同一個 Pod 有多個 PDB",
        zh_cn: "同一个 Pod 有多个 PDB",
    },
    meaning: Text {
        en: "The API server rejects every eviction of these pods: a drain of their nodes never ends.",
        zh_tw: "API server 會拒絕驅逐這些 Pod：它們所在的節點永遠 drain 不完。",
        zh_cn: "API server 会拒绝驱逐这些 Pod：它们所在的节点永远无法腾空（drain）。",
    },
    remedy: Text {
        en: "Delete the redundant budget, or narrow its selector until each pod has one budget.",
        zh_tw: "刪除多餘的 PDB，或縮小其 selector，讓每個 Pod 只有一個 PDB。",
        zh_cn: "删除多余的 PDB，或缩小其选择算符，让每个 Pod 只有一个 PDB。",
    },
    prevention: Text {
        en: "Select the labels of one workload in each budget. Check charts for a budget of their own before adding one.",
        zh_tw: "每個 PDB 只選一個工作負載的標籤；新增前先確認 chart 是否已自帶 PDB。",
        zh_cn: "每个 PDB 只选一个工作负载的标签；新增前先确认 chart 是否已自带 PDB。",
    },
    page: page!("pdbs-overlap"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static OVERLAP: Text = Text {
    en: "{count} disruption budgets select its pods ({budgets}), so the API server rejects their eviction",
    zh_tw: "它的 Pod 同時被 {count} 個 PDB 選到（{budgets}），API server 因此會拒絕驅逐",
    zh_cn: "它的 Pod 同时被 {count} 个 PDB 选中（{budgets}），API server 因此会拒绝驱逐",
};

static DRAIN: Text = Text {
    en: "node {node} cannot be drained: {count} disruption budgets select the pods ({budgets}), so the API server rejects \
         their eviction",
    zh_tw: "節點 {node} 無法 drain：這些 Pod 同時被 {count} 個 PDB 選到（{budgets}），API server 因此會拒絕驅逐",
    zh_cn: "节点 {node} 无法腾空（drain）：这些 Pod 同时被 {count} 个 PDB 选中（{budgets}），API server 因此会拒绝驱逐",
};

/// How many budgets a message names.
const SHOWN: usize = 5;

/// The most workloads that a budget without labels is compared with.
const COMPARED: usize = 500;

fn run(view: &View, out: &mut Reporter) {
    let emptied = Emptied::of(view);
    for (workload, budgets) in budgeted(view) {
        let serving = view.serving(workload);
        let budgets: Vec<_> = budgets.into_iter().filter(|budget| counts(budget, serving)).collect();
        if budgets.len() > 1 {
            report(view, out, workload, &budgets, &emptied);
        }
    }
}

fn report(
    view: &View,
    out: &mut Reporter,
    workload: &Workload,
    budgets: &[&PodDisruptionBudget],
    emptied: &Emptied,
) {
    let held = emptied.node_of(view, std::iter::once(workload));
    let leaving = held.filter(|node| node.is_leaving());
    let since = leaving.map_or_else(|| held.and_then(Node::cordoned_since), Node::leaving_since);
    // A removal that has just begun may not have tried to evict the pod.
    let just_begun = leaving.is_some() && view.within_grace(since);
    let names = budgets.iter().map(|budget| budget.metadata.name.as_str());
    let mut facts = vec![("count", Fact::count(budgets.len())), ("budgets", Fact::first(SHOWN, names))];
    facts.extend(held.map(|node| ("node", Fact::text(&node.name))));
    let is_held = held.is_some() && !just_begun;
    let (text, severity) = if is_held { (&DRAIN, Severity::Medium) } else { (&OVERLAP, Severity::Low) };
    let finding = out.object(workload.object(), &[], severity, Message::new(text, facts));
    finding.since = since.filter(|_| is_held).or_else(|| overlapping_since(budgets));
    finding.serving = true;
    finding.affected = held.map(Node::object).into_iter().collect();
    let (kubectl, namespace) = (&view.settings.kubectl, &*workload.namespace);
    finding.actions =
        vec![kubectl.line(&["get", "pdb", "-n", namespace, "-o", "wide"]), kubectl.describe(&finding.object)];
}

/// Returns the workloads whose pods several budgets select, with these budgets by name.
fn budgeted<'a>(view: &View<'a>) -> Vec<(&'a Workload, Vec<&'a PodDisruptionBudget>)> {
    type Found<'a> = (&'a Workload, Vec<&'a PodDisruptionBudget>);
    let mut found: BTreeMap<(&str, &str, &str), Found<'a>> = BTreeMap::new();
    let active = |budget: &&PodDisruptionBudget| {
        budget.status.observed_generation > 0
            && budget.status.expected_pods > 0
            && budget.metadata.deleted().is_none()
    };
    for budget in view.snapshot.rows.budgets.iter().filter(active) {
        for workload in selected(view, budget) {
            let key = (&*workload.namespace, workload.kind.name(), &*workload.name);
            found.entry(key).or_insert_with(|| (workload, Vec::new())).1.push(budget);
        }
    }
    found.into_values().filter(|(_, budgets)| budgets.len() > 1).collect()
}

/// Returns the workloads with pods that a budget selects. A drain does not evict the pods of a DaemonSet.
fn selected<'a>(view: &View<'a>, budget: &'a PodDisruptionBudget) -> impl Iterator<Item = &'a Workload> {
    let (namespace, selector) = (&*budget.metadata.namespace, &budget.spec.selector);
    let by_label = view.workloads_selected_by(namespace, &selector.match_labels);
    // A selector without labels may select all pods of the namespace.
    let all = if selector.match_labels.is_empty() { view.workloads_in(namespace) } else { &[] };
    let workloads: Vec<&Workload> = by_label.chain(all.iter().take(COMPARED)).collect();
    let is_selected =
        |rollout: &Rollout| !rollout.labels.is_empty() && selects(selector, |key| rollout.label(key));
    workloads.into_iter().filter(move |workload| {
        workload.kind != Kind::DaemonSet
            && workload.desired > 0
            && workload.rollout().is_some_and(is_selected)
    })
}

/// Whether the budget counts as many pods as the workload has. Pods may have labels that their template lacks, such as their
/// role: a budget that excludes these does not count all of them.
fn counts(budget: &PodDisruptionBudget, serving: usize) -> bool {
    usize::try_from(budget.status.expected_pods).is_ok_and(|expected| expected >= serving)
}

/// Returns when the second of the budgets was created, if known.
fn overlapping_since(budgets: &[&PodDisruptionBudget]) -> Option<Time> {
    let mut created: Vec<Option<Time>> = budgets.iter().map(|budget| budget.metadata.created()).collect();
    created.sort();
    created.get(1).copied().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::settings::Settings;
    use crate::snapshot::read_bytes;
    use serde_json::{Value, json};

    fn budget(name: &str, selector: &Value, expected: i32) -> Value {
        json!({
            "apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
            "metadata": { "namespace": "shop", "name": name },
            "spec": { "selector": selector },
            "status": { "observedGeneration": 1, "expectedPods": expected },
        })
    }

    fn workload(kind: &str, replicas: i32) -> Value {
        json!({
            "apiVersion": "apps/v1", "kind": kind, "metadata": { "namespace": "shop", "name": "web" },
            "spec": { "replicas": replicas, "template": { "metadata": { "labels": { "app": "web", "tier": "front" } } } },
        })
    }

    /// Returns the names of the budgets of each workload that has several.
    fn found(objects: &[Value]) -> Vec<Vec<String>> {
        let list = json!({ "kind": "List", "apiVersion": "v1", "items": objects }).to_string();
        let snapshot = read_bytes("test", list.as_bytes(), Time::at(1)).unwrap();
        let settings = Settings::default();
        let view = View::new(&snapshot, &settings);
        let names = |budgets: Vec<&PodDisruptionBudget>| {
            budgets.iter().map(|budget| budget.metadata.name.clone()).collect()
        };
        budgeted(&view).into_iter().map(|(_, budgets)| names(budgets)).collect()
    }

    #[test]
    fn budgets_overlap_if_each_selects_the_labels_of_the_template() {
        let app = json!({ "matchLabels": { "app": "web" } });
        let expression = |operator: &str, values: &[&str]| json!({ "matchExpressions": [{ "key": "tier", "operator": operator, "values": values }] });
        for (other, overlaps) in [
            (json!({ "matchLabels": { "tier": "front" } }), true),
            (json!({ "matchLabels": { "app": "web", "tier": "back" } }), false),
            (expression("In", &["front", "back"]), true),
            (expression("NotIn", &["front"]), false),
            (json!({}), true),
        ] {
            let with = |workload: Value| found(&[budget("a", &app, 2), budget("b", &other, 2), workload]);
            let expected = if overlaps { vec![vec!["a", "b"]] } else { vec![] };
            assert_eq!(with(workload("Deployment", 2)), expected, "{other}");
            assert!(with(workload("DaemonSet", 2)).is_empty() && with(workload("Deployment", 0)).is_empty());
        }
        // Without pods, an empty selector is one that is absent.
        let absent = [budget("a", &app, 2), budget("b", &json!({}), 0), workload("Deployment", 2)];
        assert!(found(&absent).is_empty());
    }

    #[test]
    fn a_budget_that_counts_fewer_pods_does_not_select_all_of_them() {
        let read = |expected: i32| serde_json::from_value(budget("a", &json!({}), expected)).unwrap();
        assert!(counts(&read(3), 3));
        assert!(!counts(&read(2), 3));
    }
}
