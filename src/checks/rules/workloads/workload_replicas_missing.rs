//! A workload has fewer available pods than desired.

use crate::checks::prelude::*;
use crate::checks::rules::workloads::workload_create_refused::lasting_refusal;
use crate::model::Workload;

static INFO: CheckInfo = CheckInfo {
    id: "workload-replicas-missing",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet, Kind::ReplicaSet, Kind::Pod, Kind::Event],
    title: Text {
        en: "Replicas missing", zh_tw: "工作負載副本不足", zh_cn: "工作负载副本不足"
    },
    meaning: Text {
        en: "Fewer pods serve than the spec demands: there is less capacity for load and for the next \
             failure, or no service at all.",
        zh_tw: "可用的 Pod 少於設定值：承載與容錯能力下降，甚至完全沒有服務。",
        zh_cn: "可用的 Pod 少于设定值：承载与容错能力下降，甚至完全没有服务。",
    },
    remedy: Text {
        en: "Check the pods that are not ready, and the events of the workload.",
        zh_tw: "查看未就緒的 Pod，以及工作負載的事件。",
        zh_cn: "查看未就绪的 Pod，以及工作负载的事件。",
    },
    prevention: Text {
        en: "Run at least two replicas of services that must not stop, with a PodDisruptionBudget.",
        zh_tw: "不能停的服務至少兩個副本，並設定 PodDisruptionBudget。",
        zh_cn: "不能停的服务至少两个副本，并设置 PodDisruptionBudget。",
    },
    page: page!("workload-replicas-missing"),
    traits: Traits { measures: &[Measure::AVAILABLE], ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MISSING: Text = Text {
    en: "{available} of {desired:# replica|# replicas} available",
    zh_tw: "可用副本 {available}/{desired}",
    zh_cn: "可用副本 {available}/{desired}",
};

static ROLLING: Text = Text {
    en: "{available} of {desired:# replica|# replicas} available, rollout in progress",
    zh_tw: "可用副本 {available}/{desired}，更新進行中",
    zh_cn: "可用副本 {available}/{desired}，更新进行中",
};

fn run(view: &View, out: &mut Reporter) {
    let workloads = view.snapshot.rows.workloads.iter();
    for workload in workloads.filter(|w| !w.is_available() && stands_alone(w) && view.is_asked_for(w)) {
        if lasting_refusal(view, workload).is_some() {
            continue; // Another check reports the cause.
        }
        let facts = vec![
            ("available", Fact::Number(workload.available.into())),
            ("desired", Fact::Number(workload.desired.into())),
        ];
        let since = since(view, workload);
        let (text, severity) = match workload.available {
            _ if is_coming(view, workload) => {
                (if is_rolling(view, workload) { &ROLLING } else { &MISSING }, Severity::Low)
            }
            0 => (&MISSING, Severity::High),
            _ => (&MISSING, Severity::Medium),
        };
        let finding = out.object(workload.object(), &[], severity, Message::new(text, facts));
        finding.since = since;
        finding.because = declared(view.behind(workload));
        finding.actions = vec![view.settings.kubectl.describe(&finding.object)];
    }
}

/// Whether a workload is checked on its own: a ReplicaSet of a Deployment is not.
pub(crate) fn stands_alone(workload: &Workload) -> bool {
    workload.kind != Kind::ReplicaSet || workload.owner.as_ref().is_none_or(|o| &*o.kind != "Deployment")
}

/// Whether its replicas may still become available on their own.
pub(crate) fn is_coming(view: &View, workload: &Workload) -> bool {
    workload.is_rolling()
        || view.within_grace(since(view, workload).or(workload.created()))
        || is_settling(view, workload)
}

/// Whether a rollout is in progress, or pods of a new workload start. A Deployment that has finished its rollout says so.
fn is_rolling(view: &View, workload: &Workload) -> bool {
    let unfinished = workload.rollout().is_some_and(|rollout| rollout.unfinished || rollout.unseen);
    workload.is_rolling()
        || unfinished
        || view.within_grace(workload.created())
        || is_settling(view, workload)
}

/// Whether all its pods serve, but some of them not yet for `minReadySeconds`.
fn is_settling(view: &View, workload: &Workload) -> bool {
    let serving = view.serving(workload);
    serving > 0 && i32::try_from(serving).is_ok_and(|serving| serving >= workload.desired)
}

/// Returns since when replicas are missing, by the workload's own condition or those of its pods.
pub(crate) fn since(view: &View, workload: &Workload) -> Option<Time> {
    let own = workload.condition("Available").filter(|c| c.status == "False");
    let unready = own.and_then(crate::wire::Condition::since);
    let unready = unready.or_else(|| view.pods_of(workload).filter_map(Pod::unready_since).min());
    // The readiness of a pod that crashes again and again may flip with each restart.
    let failing = view.pods_of(workload).filter_map(|pod| view.troubled_since(pod)).min();
    if workload.available == 0 { unready.into_iter().chain(failing).min() } else { unready }
}
