//! A pod is not ready for a reason that no other check reports.

use crate::checks::prelude::*;
use crate::model::{Job, Role};
use crate::wire::Condition;

static INFO: CheckInfo = CheckInfo {
    id: "pod-not-ready",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Pod],
    title: Text { en: "Pod is not ready", zh_tw: "Pod 未就緒", zh_cn: "Pod 未就绪" },
    meaning: Text {
        en: "The pod gets no traffic: a container has not started, has ended, or fails its readiness probe.",
        zh_tw: "不會收到流量：有容器尚未啟動、已結束，或沒有通過就緒探針（readiness）。",
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
        zh_tw: "啟動慢的服務加上 startupProbe；就緒探針只檢查 Pod 自身所需。",
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

static INIT: Text = Text {
    en: "init container {init} has not finished for {initAge}",
    zh_tw: "init 容器 {init} 已 {initAge} 未結束",
    zh_cn: "Init 容器 {init} 已 {initAge} 未结束",
};

static GATE: Text = Text {
    en: "readiness gate {gate} has been {value} for {age} (containers are ready)",
    zh_tw: "readiness gate {gate} 已 {age} 為 {value}（容器都已就緒）",
    zh_cn: "就绪门控（readiness gate）{gate} 已 {age} 为 {value}（容器都已就绪）",
};

static GATE_UNSET: Text = Text {
    en: "readiness gate {gate} has not been set for {age} (containers are ready)",
    zh_tw: "readiness gate {gate} 已 {age} 沒有任何狀態（容器都已就緒）",
    zh_cn: "就绪门控（readiness gate）{gate} 已 {age} 没有任何状态（容器都已就绪）",
};

static GATE_SAYS: Text = Text {
    en: "the readiness gate reports: {said}",
    zh_tw: "readiness gate 回報：{said}",
    zh_cn: "就绪门控报告：{said}",
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
        let since = ready.filter(|c| c.status != "True").and_then(Condition::since).or(pod.created());
        let mut facts = vec![
            ("age", view.ago(since)),
            ("status", Fact::text(shown(&pod.shared.status))),
            ("ready", Fact::Text(pod.ready_column())),
        ];
        let young = view.is_young_for(pod, since);
        let waiting = unready(pod);
        let text = match ready {
            Some(denied) if pod.runs_and_is_ready() => explain(pod, denied, &mut facts),
            _ if young => &STARTING,
            _ if waiting.is_empty() => &STUCK,
            _ => {
                facts.push(("containers", Fact::list(waiting)));
                of_init(view, pod, &mut facts).unwrap_or(&UNREADY)
            }
        };
        let severity = if young || pod.is_working_off() { Severity::Low } else { Severity::High };
        let finding = out.pod(pod, &[], severity, Message::new(text, facts));
        finding.since = since;
        finding.evidence = closed_gate(pod).and_then(|(_, state)| gate_says(state?)).into_iter().collect();
        // Its Job reports if it does not end.
        let job = view.job_of(pod).filter(|_| pod.is_working_off());
        finding.because.extend(declared(job.map(Job::object)));
        finding.actions = vec![view.describe(pod)];
    }
}

/// The status to show; a placeholder if the pod has none.
fn shown(status: &str) -> &str {
    if status.is_empty() { "(no status)" } else { status }
}

/// The names of the containers that run and are not ready.
fn unready(pod: &Pod) -> Vec<&str> {
    let running = pod.containers().filter(|c| c.status.state.running.is_some() && !c.status.ready);
    running.map(|c| c.status.name.as_str()).collect()
}

/// Explains a pod that is not ready although its containers are: by its readiness gates, or by the condition.
fn explain(pod: &Pod, denied: &Condition, facts: &mut Facts) -> &'static Text {
    if !denied.reason.is_empty() || !denied.message.is_empty() {
        facts.push(("reason", Fact::text(&denied.reason)));
        facts.push(("detail", Fact::text(&denied.message)));
    }
    match closed_gate(pod) {
        Some((gate, state)) => {
            facts.push(("gate", Fact::text(gate)));
            facts.extend(state.map(|state| ("value", Fact::text(&state.status))));
            if state.is_some() { &GATE } else { &GATE_UNSET }
        }
        None if denied.reason.is_empty() && denied.message.is_empty() => &DENIED_SILENTLY,
        None => &DENIED,
    }
}

/// Returns the first readiness gate that is not true, and its condition.
fn closed_gate(pod: &Pod) -> Option<(&str, Option<&Condition>)> {
    let object = pod.object.as_deref()?;
    let gates = object.spec.readiness_gates.iter();
    let mut states = gates.map(|gate| (&*gate.condition_type, object.status.condition(&gate.condition_type)));
    states.find(|(_, state)| state.is_none_or(|state| state.status != "True"))
}

/// Quotes the condition of a readiness gate.
fn gate_says(state: &Condition) -> Option<Message> {
    (!state.message.is_empty()).then(|| Message::new(&GATE_SAYS, vec![("said", Fact::text(&state.message))]))
}

/// Names the init container that the pod waits for, if there is one.
fn of_init(view: &View, pod: &Pod, facts: &mut Facts) -> Option<&'static Text> {
    let runs = |c: &Container| c.role == Role::Init && c.status.state.running.is_some();
    let init = pod.containers().find(runs)?;
    let started = init.status.state.running.as_ref().and_then(|running| running.started_at);
    facts.push(("init", Fact::text(&init.status.name)));
    facts.push(("initAge", view.ago(started.and_then(Time::known).or(pod.created()))));
    Some(&INIT)
}
