//! Fewer pods are healthy than a disruption budget requires.

use crate::checks::prelude::*;
use crate::checks::rules::workloads::workload_replicas_missing::{is_coming, since};
use crate::model::Workload;
use crate::wire::PodDisruptionBudget;

static INFO: CheckInfo = CheckInfo {
    id: "pdb-not-enough-healthy",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[
        Kind::PodDisruptionBudget,
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::DaemonSet,
        Kind::ReplicaSet,
        Kind::Pod,
    ],
    title: Text {
        en: "Fewer healthy pods than the disruption budget requires",
        zh_tw: "健康的 Pod 少於 PDB 要求",
        zh_cn: "健康的 Pod 少于 PDB 要求",
    },
    meaning: Text {
        en: "The service has fewer pods than its owner considers safe, and no node with one of them can be drained.",
        zh_tw: "可用的 Pod 已低於負責人認定的安全數量，而且有這些 Pod 的節點都無法 drain。",
        zh_cn: "可用的 Pod 已低于负责人认定的安全数量，而且有这些 Pod 的节点都无法腾空（drain）。",
    },
    remedy: Text {
        en: "Fix the unready pods; the budget recovers on its own.",
        zh_tw: "修好未就緒的 Pod，PDB 會自動恢復。",
        zh_cn: "修好未就绪的 Pod，PDB 会自动恢复。",
    },
    prevention: Text {
        en: "Set unhealthyPodEvictionPolicy: AlwaysAllow, so that broken pods do not block a drain.",
        zh_tw: "設定 unhealthyPodEvictionPolicy: AlwaysAllow，避免壞掉的 Pod 擋住 drain。",
        zh_cn: "设置 unhealthyPodEvictionPolicy: AlwaysAllow，避免坏掉的 Pod 挡住腾空（drain）。",
    },
    page: page!("pdb-not-enough-healthy"),
    traits: Traits {
        measures: &[Measure::good("healthy", Text { en: "healthy", zh_tw: "健康", zh_cn: "健康" })],
        ..Traits::NONE
    },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "{healthy} of {expected:# pod|# pods} healthy, {desired} required",
    zh_tw: "健康的 Pod 有 {healthy} 個，要求 {desired} 個（共 {expected} 個）",
    zh_cn: "健康的 Pod 有 {healthy} 个，要求 {desired} 个（共 {expected} 个）",
};

/// The wait of the alert `KubePdbNotEnoughHealthyPods` in kubernetes-mixin, in seconds.
const LASTS: i64 = 15 * 60;

fn run(view: &View, out: &mut Reporter) {
    for budget in &view.snapshot.rows.budgets {
        let status = &budget.status;
        let short = status.expected_pods > 0 && status.current_healthy < status.desired_healthy;
        if !short || status.observed_generation == 0 {
            continue;
        }
        let (namespace, name) = (&*budget.metadata.namespace, &*budget.metadata.name);
        let labels = &budget.spec.selector.match_labels;
        let workloads: Vec<&Workload> = view
            .workloads_selected_by(namespace, labels)
            .filter(|workload| !workload.is_available())
            .collect();
        let begun = begun(view, budget, &workloads);
        let older_than = begun.is_some_and(|begun| view.age(begun) >= LASTS);
        let facts = vec![
            ("healthy", Fact::Number(status.current_healthy.into())),
            ("desired", Fact::Number(status.desired_healthy.into())),
            ("expected", Fact::Number(status.expected_pods.into())),
        ];
        let severity = if older_than { Severity::Medium } else { Severity::Low };
        let object = ObjectRef::new(namespace, "PodDisruptionBudget", name);
        let finding = out.object(object, &[], severity, Message::new(&MESSAGE, facts));
        finding.since = begun;
        finding.because = declared(workloads.iter().flat_map(|workload| view.behind(workload)));
        finding.actions = vec![
            view.settings.kubectl.describe(&finding.object),
            view.settings.kubectl.line(&["get", "pods", "-n", namespace, "-o", "wide"]),
        ];
    }
}

/// Returns since when it has too few healthy pods. Its condition shows when it stopped to allow evictions. For a budget
/// that never allows an eviction the condition is useless, so the workload decides.
fn begun(view: &View, budget: &PodDisruptionBudget, workloads: &[&Workload]) -> Option<Time> {
    let status = &budget.status;
    let own = status.conditions.iter().find(|c| c.r#type == "DisruptionAllowed" && c.status == "False");
    let own = own.and_then(crate::wire::Condition::since);
    if status.desired_healthy < status.expected_pods {
        // While a rollout replaces pods, the state changes back and forth.
        let all_coming = !workloads.is_empty() && workloads.iter().all(|workload| is_coming(view, workload));
        return own.filter(|_| !all_coming);
    }
    let sick = workloads.iter().filter(|workload| !is_coming(view, workload));
    sick.filter_map(|workload| since(view, workload)).min()
}
