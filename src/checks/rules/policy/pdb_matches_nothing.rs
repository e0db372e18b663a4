//! A disruption budget matches no pods.

use crate::checks::prelude::*;
use crate::finding::command::selector;

static INFO: CheckInfo = CheckInfo {
    id: "pdb-matches-nothing",
    since: "0.1.0",
    severity: Severity::Low,
    needs: &[Kind::PodDisruptionBudget, Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet],
    title: Text {
        en: "Disruption budget matches no pods",
        zh_tw: "PDB 沒有選到任何 Pod",
        zh_cn: "PDB 没有选中任何 Pod",
    },
    meaning: Text {
        en: "The budget protects no pods: a drain can evict all pods that it was meant for at once.",
        zh_tw: "它沒有保護任何 Pod：原本要保護的 Pod 可能一次全被驅逐。",
        zh_cn: "它没有保护任何 Pod：原本要保护的 Pod 可能一次全被驱逐。",
    },
    remedy: Text {
        en: "Compare its selector with the labels of the pods. Delete the budget if its workload is gone.",
        zh_tw: "比對 selector 與 Pod 標籤；若保護對象已不存在就刪除。",
        zh_cn: "对比选择算符与 Pod 标签；如果保护对象已不存在就删除。",
    },
    prevention: Text {
        en: "Keep the budget in the manifest of its workload, and define the labels in one place.",
        zh_tw: "PDB 與工作負載放在同一份設定，標籤從同一處產生。",
        zh_cn: "PDB 与工作负载放在同一份配置里，标签从同一处生成。",
    },
    page: page!("pdb-matches-nothing"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "its selector matches no pods ({labels})",
    zh_tw: "selector 沒有選到任何 Pod（{labels}）",
    zh_cn: "选择算符没有选中任何 Pod（{labels}）",
};

/// The time in seconds that pods have to appear after their budget.
const LASTS: i64 = 15 * 60;

fn run(view: &View, out: &mut Reporter) {
    for budget in &view.snapshot.rows.budgets {
        let (namespace, name) = (&*budget.metadata.namespace, &*budget.metadata.name);
        let labels = &budget.spec.selector.match_labels;
        let seen = budget.status.observed_generation > 0 && view.older_than(budget.metadata.created(), LASTS);
        if !seen || budget.status.expected_pods > 0 {
            continue;
        }
        // The workload is scaled to zero, or another check reports its problem.
        if view.workloads_selected_by(namespace, labels).next().is_some() {
            continue;
        }
        let facts = vec![("labels", Fact::Text(selector(labels)))];
        let object = ObjectRef::new(namespace, "PodDisruptionBudget", name);
        let finding = out.object(object, &[], Severity::Low, Message::new(&MESSAGE, facts));
        finding.serving = true;
        let kubectl = &view.settings.kubectl;
        finding.actions = vec![
            kubectl.describe(&finding.object),
            kubectl.line(&["get", "pods", "-n", namespace, "--show-labels"]),
        ];
    }
}
