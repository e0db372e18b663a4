//! The controller of a workload has not processed its newest spec.

use crate::checks::prelude::*;

static INFO: CheckInfo = CheckInfo {
    id: "workload-not-observed",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet],
    title: Text {
        en: "Workload change not processed",
        zh_tw: "工作負載的變更沒有被處理",
        zh_cn: "工作负载的变更没有被处理",
    },
    meaning: Text {
        en: "The controller has not processed the newest spec: rollouts, scaling and self-healing have \
             stopped.",
        zh_tw: "控制器還沒處理最新的 spec：更新、擴縮與自我修復都停住了。",
        zh_cn: "控制器还没处理最新的 spec：发布、扩缩与自愈都停住了。",
    },
    remedy: Text {
        en: "Check whether kube-controller-manager runs, holds its lease and reaches the API server.",
        zh_tw: "確認 kube-controller-manager 在執行、持有 Lease，而且連得到 API server。",
        zh_cn: "确认 kube-controller-manager 在运行、持有 Lease，而且能连上 API server。",
    },
    prevention: Text {
        en: "Monitor the leader lease of the controller manager and the depth of its work queues.",
        zh_tw: "監控 controller manager 的 leader Lease 與工作佇列長度。",
        zh_cn: "监控 controller manager 的领导者 Lease 与工作队列长度。",
    },
    page: page!("workload-not-observed"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "the newest spec has waited {age} for the controller",
    zh_tw: "最新的 spec 已等待控制器處理 {age}",
    zh_cn: "最新的 spec 已等待控制器处理 {age}",
};

static UNKNOWN: Text = Text {
    en: "the newest spec waits for the controller, start time unknown",
    zh_tw: "最新的 spec 還在等控制器處理，沒有記錄從何時開始",
    zh_cn: "最新的 spec 还在等控制器处理，没有记录从何时开始",
};

/// The `for` of `KubeDeploymentGenerationMismatch` and of the alert for StatefulSets, in seconds.
const LASTS: i64 = 15 * 60;

fn run(view: &View, out: &mut Reporter) {
    for workload in view.snapshot.rows.workloads.iter().filter(|workload| view.is_asked_for(workload)) {
        let Some(rollout) = workload.rollout().filter(|rollout| rollout.unseen) else { continue };
        let since = rollout.changed.or(workload.created());
        if !view.older_than(since, LASTS) {
            continue;
        }
        let age = since.map(|since| ("age", Fact::Age(view.age(since))));
        let (text, severity) = match age {
            Some(_) => (&MESSAGE, Severity::Medium),
            None => (&UNKNOWN, Severity::Low),
        };
        let finding =
            out.object(workload.object(), &[], severity, Message::new(text, age.into_iter().collect()));
        finding.since = since;
        finding.serving = workload.is_available();
        // All of them share one controller manager.
        finding.because = declared([ObjectRef::of_cluster("Component", "kube-controller-manager")]);
        let kubectl = &view.settings.kubectl;
        finding.actions = vec![
            kubectl.line(&["get", "lease", "-n", "kube-system", "kube-controller-manager"]),
            kubectl.describe(&finding.object),
        ];
    }
}
