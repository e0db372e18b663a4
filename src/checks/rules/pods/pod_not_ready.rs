//! A pod is not ready for a reason that no other check reports.

use crate::checks::prelude::*;

static INFO: CheckInfo = CheckInfo {
    id: "pod-not-ready",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Pod],
    title: Text { en: "Pod is not ready", zh_tw: "Pod 未就緒", zh_cn: "Pod 未就绪" },
    meaning: Text {
        en: "The pod gets no traffic: a container has not started, has ended, or fails its readiness probe.",
        zh_tw: "不會收到流量：有容器尚未啟動、已結束，或沒有通過 readiness probe。",
        zh_cn: "不会收到流量：有容器尚未启动、已退出，或没有通过就绪探针。",
    },
    remedy: Text {
        en: "Check the pod's events for a failing probe, mount or init container, then read the container's \
             log.",
        zh_tw: "先看 Pod 事件（探針、掛載、init 容器），再看容器日誌。",
        zh_cn: "先看 Pod 事件（探针、挂载、Init 容器），再看容器日志。",
    },
    prevention: Text {
        en: "Add a startupProbe to containers that start slowly. The readiness probe should test only what \
             the pod itself needs.",
        zh_tw: "啟動慢的服務加上 startupProbe；readiness probe 只檢查 Pod 自身所需。",
        zh_cn: "启动慢的服务加上 startupProbe；就绪探针只检查 Pod 自身所需。",
    },
    page: page!("pod-not-ready"),
    traits: Traits { relation: Relation::CausedByNode, ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static STARTING: Text = Text {
    en: "starting for {age}: {status}",
    zh_tw: "啟動中，已 {age}：{status}",
    zh_cn: "启动中，已 {age}：{status}",
};

static STUCK: Text = Text {
    en: "not ready for {age}: {status}, ready {ready}",
    zh_tw: "已 {age} 未就緒：{status}，就緒 {ready}",
    zh_cn: "已 {age} 未就绪：{status}，就绪 {ready}",
};

static UNREADY: Text = Text {
    en: "not ready for {age}: {status}, ready {ready}, waiting for {containers}",
    zh_tw: "已 {age} 未就緒：{status}，就緒 {ready}，等待 {containers}",
    zh_cn: "已 {age} 未就绪：{status}，就绪 {ready}，等待 {containers}",
};

static DENIED: Text = Text {
    en: "not ready for {age} although its containers are ready: {reason} {detail}",
    zh_tw: "容器都已就緒，但 Pod 已 {age} 未就緒：{reason} {detail}",
    zh_cn: "容器都已就绪，但 Pod 已 {age} 未就绪：{reason} {detail}",
};

static DENIED_SILENTLY: Text = Text {
    en: "not ready for {age} although its containers are ready; its status gives no reason",
    zh_tw: "容器都已就緒，但 Pod 已 {age} 未就緒，狀態中沒有說明原因",
    zh_cn: "容器都已就绪，但 Pod 已 {age} 未就绪，状态中没有说明原因",
};

fn run(view: &View, out: &mut Reporter) {
    for (pod, trouble) in view.problems() {
        let PodProblem::NotReady = trouble else { continue };
        let ready = pod.object.as_deref().and_then(|object| object.status.condition("Ready"));
        let since =
            ready.filter(|c| c.status != "True").and_then(crate::wire::Condition::since).or(pod.created());
        let mut facts = vec![
            ("age", view.ago(since)),
            ("status", Fact::text(shown(&pod.shared.status))),
            ("ready", Fact::Text(pod.ready_column())),
        ];
        let young = view.is_young_for(pod, since);
        let waiting = unready(pod);
        let text = match ready {
            Some(denied)
                if pod.runs_and_is_ready() && denied.reason.is_empty() && denied.message.is_empty() =>
            {
                &DENIED_SILENTLY
            }
            Some(denied) if pod.runs_and_is_ready() => {
                facts.push(("reason", Fact::text(&denied.reason)));
                facts.push(("detail", Fact::text(&denied.message)));
                &DENIED
            }
            _ if young => &STARTING,
            _ if waiting.is_empty() => &STUCK,
            _ => {
                facts.push(("containers", Fact::Text(waiting)));
                &UNREADY
            }
        };
        let severity = if young || works_off(pod) { Severity::Low } else { Severity::High };
        let finding = out.pod(pod, &[], severity, Message::new(text, facts));
        finding.since = since;
        finding.actions = vec![view.describe(pod)];
    }
}

/// Whether a pod that is meant to end makes progress: each container has completed or runs, and at least one runs.
/// The readiness of such a pod does not matter.
fn works_off(pod: &Pod) -> bool {
    let policy = pod.object.as_deref().map_or("", |object| object.spec.restart_policy.as_str());
    let done = |c: Container| c.status.state.terminated.as_ref().is_some_and(|end| end.exit_code == 0);
    matches!(policy, "Never" | "OnFailure")
        && pod.containers().any(|c| c.status.state.running.is_some())
        && pod.containers().all(|c| done(c) || c.status.state.running.is_some())
}

/// The status to show; a placeholder if the pod has none.
fn shown(status: &str) -> &str {
    if status.is_empty() { "(no status)" } else { status }
}

/// The names of the containers that run and are not ready.
fn unready(pod: &Pod) -> String {
    let names: Vec<&str> = pod
        .containers()
        .filter(|c| c.status.state.running.is_some() && !c.status.ready)
        .map(|c| c.status.name.as_str())
        .collect();
    names.join(", ")
}
