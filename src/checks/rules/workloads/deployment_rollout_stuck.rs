//! Reports rollouts that made no progress within their deadline.

use crate::checks::prelude::*;
use crate::checks::rules::workloads::workload_create_refused::{Refusal, refused_workloads};
use crate::model::Workload;
use crate::wire::Condition;
use std::collections::BTreeMap;

static INFO: CheckInfo = CheckInfo {
    id: "deployment-rollout-stuck",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[
        Kind::Deployment,
        Kind::ReplicaSet,
        Kind::Pod,
        Kind::Event,
        Kind::ValidatingWebhookConfiguration,
        Kind::MutatingWebhookConfiguration,
    ],
    title: Text { en: "Rollout is stuck", zh_tw: "更新卡住", zh_cn: "发布卡住" },
    meaning: Text {
        en: "The new version does not start. The old version still serves, possibly with fewer pods, or none is left.",
        zh_tw: "新版本起不來。還在服務的是舊版本，副本可能較少，或完全沒有。",
        zh_cn: "新版本起不来。还在服务的是旧版本，副本可能更少，或完全没有。",
    },
    remedy: Text {
        en: "Check the pods of the newest ReplicaSet; fix the new version, or roll back to the previous one.",
        zh_tw: "查看最新 ReplicaSet 的 Pod；修正新版本，或退回前一版。",
        zh_cn: "查看最新 ReplicaSet 的 Pod；修复新版本，或回滚到上一版。",
    },
    prevention: Text {
        en: "Let the pipeline wait with kubectl rollout status and undo failed rollouts; keep maxUnavailable small.",
        zh_tw: "在 CI 以 kubectl rollout status 等待，失敗就自動復原；maxUnavailable 不要太大。",
        zh_cn: "在流水线里用 kubectl rollout status 等待，失败就自动回滚；maxUnavailable 不要太大。",
    },
    page: page!("deployment-rollout-stuck"),
    traits: Traits { measures: &[Measure::AVAILABLE, Measure::UPDATED], ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static STUCK: Text = Text {
    en: "rollout exceeded its progress deadline {age} ago: {updated} of {desired:# pod|# pods} updated, {available} \
         available",
    zh_tw: "更新逾時後已停滯 {age}：新版 Pod {updated}/{desired}，可用 {available}",
    zh_cn: "发布超时后已停滞 {age}：新版 Pod {updated}/{desired}，可用 {available}",
};

fn run(view: &View, out: &mut Reporter) {
    let asked = view.snapshot.rows.workloads.iter().filter(|workload| view.is_asked_for(workload));
    let found: Vec<_> = asked.filter_map(|workload| Some((workload, stuck(workload)?))).collect();
    if found.is_empty() {
        return;
    }
    let refused = refused_workloads(view).into_iter().map(|(workload, refusal)| (workload.object(), refusal));
    let refused: BTreeMap<ObjectRef, Refusal> = refused.collect();
    for (deployment, (updated, condition)) in found {
        let since = condition.since();
        let facts = vec![
            ("age", view.ago(since)),
            ("updated", Fact::Number(updated.into())),
            ("desired", Fact::Number(deployment.desired.into())),
            ("available", Fact::Number(deployment.available.into())),
        ];
        let severity = if deployment.available == 0 { Severity::High } else { Severity::Medium };
        let finding = out.object(deployment.object(), &[], severity, Message::new(&STUCK, facts));
        finding.serving = deployment.is_available();
        let refusal = refused.get(&finding.object);
        // While its pods are rejected, that finding leads: this one is not older.
        finding.since = since.max(refusal.and_then(|refusal| refusal.since));
        // As in that finding, so that both are one incident.
        finding.because = declared(refusal.map(|refusal| refusal.because.clone()).unwrap_or_default());
        finding.because.extend(declared(view.behind(deployment)));
        let (kubectl, namespace) = (&view.settings.kubectl, &*deployment.namespace);
        let target = format!("deployment/{}", deployment.name);
        finding.actions = vec![kubectl.describe(&finding.object)];
        // Earlier revisions do not tell what rejects the pods of this one.
        if refusal.is_some() {
            continue;
        }
        finding.actions.push(kubectl.line(&["rollout", "history", "-n", namespace, &target]));
        // A Deployment has as many ReplicaSets as revisions.
        if view.sets_of(&deployment.object()).len() > 1 {
            finding.actions.push(kubectl.line(&["rollout", "undo", "-n", namespace, &target]));
        }
    }
}

/// Returns the number of updated pods and the condition, if the rollout is stuck. A Deployment with all its pods keeps
/// the condition of a rollout that finished too late.
fn stuck(deployment: &Workload) -> Option<(i32, &Condition)> {
    let rollout = deployment.rollout().filter(|rollout| !rollout.paused)?;
    let progressing = deployment.condition("Progressing")?;
    let late = progressing.status == "False" && progressing.reason == "ProgressDeadlineExceeded";
    let done = deployment.is_available() && !rollout.unfinished;
    (late && !done && deployment.desired > 0).then_some((rollout.updated, progressing))
}
