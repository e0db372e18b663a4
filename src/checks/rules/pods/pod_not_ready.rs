//! A pod is not ready, for none of the reasons that have a check of their own.

use crate::checks::prelude::*;

pub(crate) static CHECK: Check = Check {
    id: "pod-not-ready",
    since: "0.1.0",
    severity: Severity::Critical,
    needs: &[Kind::Pod],
    title: Text { en: "Pod is not ready", zh_tw: "Pod 未就緒", zh_cn: "Pod 未就绪" },
    meaning: Text {
        en: "It gets no traffic: a container has not started, has ended, or does not pass its readiness probe.",
        zh_tw: "不會收到流量：有容器尚未啟動、已結束，或沒有通過 readiness probe。",
        zh_cn: "不会收到流量：有容器尚未启动、已退出，或没有通过 readiness probe。",
    },
    remedy: Text {
        en: "Look at the pod's events for a failing probe, mount or init container, then at the container's log.",
        zh_tw: "先看 Pod 事件（探針、掛載、init 容器），再看容器日誌。",
        zh_cn: "先看 Pod 事件（探针、挂载、init 容器），再看容器日志。",
    },
    prevention: Text {
        en: "Give slow starters a startupProbe, and let the readiness probe test only what the pod itself needs.",
        zh_tw: "啟動慢的服務加上 startupProbe；readiness probe 只檢查 Pod 自身所需。",
        zh_cn: "启动慢的服务加上 startupProbe；readiness probe 只检查 Pod 自身所需。",
    },
    page: page!("pod-not-ready"),
    run,
};

static STARTING: Text = Text {
    en: "starting for {age}: {status}",
    zh_tw: "啟動中，已 {age}：{status}",
    zh_cn: "启动中，已 {age}：{status}",
};

static STUCK: Text = Text {
    en: "has not come up in {age}: {status}, ready {ready}",
    zh_tw: "{age} 仍未啟動完成：{status}，就緒 {ready}",
    zh_cn: "{age} 仍未启动完成：{status}，就绪 {ready}",
};

static UNREADY: Text = Text {
    en: "not ready for {age}: {status}, ready {ready}, waiting for {containers}",
    zh_tw: "未就緒已 {age}：{status}，就緒 {ready}，等待 {containers}",
    zh_cn: "未就绪已 {age}：{status}，就绪 {ready}，等待 {containers}",
};

static DENIED: Text = Text {
    en: "its containers are ready, the pod is not for {age}: {reason} {detail}",
    zh_tw: "容器都已就緒，但 Pod 未就緒已 {age}：{reason} {detail}",
    zh_cn: "容器都已就绪，但 Pod 未就绪已 {age}：{reason} {detail}",
};

static DENIED_SILENTLY: Text = Text {
    en: "its containers are ready, the pod is not for {age}, and it does not say why",
    zh_tw: "容器都已就緒，但 Pod 未就緒已 {age}，狀態中沒有說明原因",
    zh_cn: "容器都已就绪，但 Pod 未就绪已 {age}，状态中没有说明原因",
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
        let severity = if young || works_off(pod) { Severity::Info } else { Severity::Critical };
        let finding = out.pod(pod, &[], severity, Message::new(text, facts));
        finding.since = since;
        finding.actions = vec![view.describe(pod)];
    }
}

/// Whether a pod that is meant to end is on its way there: some of its containers are done, the others run. Nobody asks
/// whether a job is ready.
fn works_off(pod: &Pod) -> bool {
    let policy = pod.object.as_deref().map_or("", |object| object.spec.restart_policy.as_str());
    let done = |c: Container| c.status.state.terminated.as_ref().is_some_and(|end| end.exit_code == 0);
    matches!(policy, "Never" | "OnFailure")
        && pod.containers().any(|c| c.status.state.running.is_some())
        && pod.containers().all(|c| done(c) || c.status.state.running.is_some())
}

/// A pod that says nothing of itself still has to be named.
fn shown(status: &str) -> &str {
    if status.is_empty() { "(no status)" } else { status }
}

/// The containers that run and are not ready, by name.
fn unready(pod: &Pod) -> String {
    let names: Vec<&str> = pod
        .containers()
        .filter(|c| c.status.state.running.is_some() && !c.status.ready)
        .map(|c| c.status.name.as_str())
        .collect();
    names.join(", ")
}
