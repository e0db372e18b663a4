//! Reports autoscalers that cannot compute or apply a scale.

use crate::checks::prelude::*;
use crate::wire::{HorizontalPodAutoscaler, WorkloadCondition};

static INFO: CheckInfo = CheckInfo {
    id: "hpa-cannot-scale",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::HorizontalPodAutoscaler, Kind::Deployment, Kind::StatefulSet, Kind::ReplicaSet, Kind::Pod],
    title: Text { en: "Autoscaler cannot scale", zh_tw: "HPA 無法運作", zh_cn: "HPA 无法工作" },
    meaning: Text {
        en: "The number of pods does not follow the load.",
        zh_tw: "不論負載如何變化，Pod 數量都不會變。",
        zh_cn: "无论负载如何变化，Pod 数量都不会变。",
    },
    remedy: Text {
        en: "Check that its target exists, that the metrics API answers, and that all containers request the measured \
             resource.",
        zh_tw: "確認目標存在、metrics API 有回應，而且所有容器都設定了被量測資源的請求量（request）。",
        zh_cn: "确认目标存在、metrics API 有响应，而且所有容器都设置了被度量资源的请求（request）。",
    },
    prevention: Text {
        en: "Run metrics-server with more than one replica; keep an autoscaler and its target in one manifest.",
        zh_tw: "metrics-server 不要只跑一個副本；HPA 與目標放在同一份設定。",
        zh_cn: "metrics-server 不要只跑一个副本；HPA 与目标放在同一份配置里。",
    },
    page: page!("hpa-cannot-scale"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static NO_TARGET: Text = Text {
    en: "target {kind} {target} does not exist ({reason})",
    zh_tw: "目標 {kind} {target} 不存在（{reason}）",
    zh_cn: "目标 {kind} {target} 不存在（{reason}）",
};

static NO_API: Text = Text {
    en: "API {api} does not answer, so {kind} {target} is not scaled ({reason}): {detail}",
    zh_tw: "API {api} 沒有回應，{kind} {target} 無法擴縮（{reason}）：{detail}",
    zh_cn: "API {api} 没有响应，{kind} {target} 无法扩缩（{reason}）：{detail}",
};

static NO_REQUEST: Text = Text {
    en: "{kind} {target} has containers without requests, so utilization cannot be computed ({reason}): {detail}",
    zh_tw: "{kind} {target} 的容器沒有設定請求量（request），無法計算使用率（{reason}）：{detail}",
    zh_cn: "{kind} {target} 的容器没有设置请求（request），无法计算使用率（{reason}）：{detail}",
};

static NO_REQUEST_IN: Text = Text {
    en: "container {container} in the pods of {kind} {target} has no {resource} request, so utilization cannot be computed \
         ({reason}): {detail}",
    zh_tw: "{kind} {target} 的 Pod 中，容器 {container} 沒有設定 {resource} 請求量（request），無法計算使用率（{reason}）：{detail}",
    zh_cn: "{kind} {target} 的 Pod 中，容器 {container} 没有设置 {resource} 请求（request），无法计算使用率（{reason}）：{detail}",
};

static OTHER: Text = Text {
    en: "{kind} {target} is not scaled ({reason}): {detail}",
    zh_tw: "{kind} {target} 無法擴縮（{reason}）：{detail}",
    zh_cn: "{kind} {target} 无法扩缩（{reason}）：{detail}",
};

/// The delay of the rules of kubernetes-mixin about autoscalers, in seconds.
const LASTS: i64 = 15 * 60;

/// The metrics APIs, by their name in the controller's messages. The last name is part of the others.
const METRICS: [(&str, &str); 3] = [
    ("external.metrics.k8s.io", "v1beta1.external.metrics.k8s.io"),
    ("custom.metrics.k8s.io", "v1beta1.custom.metrics.k8s.io"),
    ("metrics.k8s.io", "v1beta1.metrics.k8s.io"),
];

/// Messages that show that an API is missing or unavailable.
const SILENT: [&str; 3] = [
    "the server could not find the requested resource",
    "the server is currently unable to handle the request",
    "service unavailable",
];

fn run(view: &View, out: &mut Reporter) {
    for autoscaler in &view.snapshot.rows.autoscalers {
        let (namespace, name) = (&*autoscaler.metadata.namespace, &*autoscaler.metadata.name);
        let target = &autoscaler.spec.scale_target_ref;
        let workload = view.workload(namespace, &target.kind, &target.name);
        // Scaled to 0 on purpose.
        let asleep = workload.is_some_and(|workload| workload.desired == 0);
        let Some(condition) = fault(autoscaler).filter(|_| !asleep) else { continue };
        let since = condition.since().or(autoscaler.metadata.created());
        let patience = if is_definite(condition) { view.settings.thresholds.grace } else { LASTS };
        if !view.older_than(since, patience) || !view.older_than(autoscaler.metadata.created(), patience) {
            continue;
        }
        let api = silent_api(&condition.message);
        let text = match (&*condition.reason, api) {
            ("FailedGetScale", _) if condition.message.contains("not found") => &NO_TARGET,
            (_, Some(_)) => &NO_API,
            _ if without_request(&condition.message).is_some() => &NO_REQUEST_IN,
            _ if condition.message.contains("missing request for") => &NO_REQUEST,
            _ => &OTHER,
        };
        let mut facts = vec![
            ("kind", Fact::text(&target.kind)),
            ("target", Fact::text(&target.name)),
            ("reason", Fact::text(&condition.reason)),
            ("detail", Fact::text(&condition.message)),
        ];
        if let Some((resource, container)) = without_request(&condition.message) {
            facts.push(("resource", Fact::text(resource)));
            facts.push(("container", Fact::text(container)));
        }
        facts.extend(api.map(|api| ("api", Fact::text(api))));
        let object = ObjectRef::new(namespace, "HorizontalPodAutoscaler", name);
        let finding = out.object(object, &[], Severity::Medium, Message::new(text, facts));
        finding.since = since;
        finding.serving = workload.is_none_or(crate::model::Workload::is_available);
        finding.because = declared(api.map(|api| ObjectRef::of_cluster("APIService", api)));
        finding.because.extend(declared(workload.into_iter().flat_map(|workload| view.behind(workload))));
        let kubectl = &view.settings.kubectl;
        finding.actions = vec![kubectl.describe(&finding.object)];
        finding.actions.extend(api.map(|api| kubectl.line(&["get", "apiservice", api])));
    }
}

/// Whether only a change of a manifest corrects it: the target does not exist, or a container states no request.
fn is_definite(condition: &WorkloadCondition) -> bool {
    let has_no_target = condition.reason == "FailedGetScale" && condition.message.contains("not found");
    has_no_target || condition.message.contains("missing request for")
}

/// Returns the condition that shows that it cannot scale.
fn fault(autoscaler: &HorizontalPodAutoscaler) -> Option<&WorkloadCondition> {
    let is_false = |kind| autoscaler.condition(kind).filter(|condition| condition.status == "False");
    // The pause between two scaling steps is normal.
    let able = is_false("AbleToScale").filter(|condition| !condition.reason.starts_with("Backoff"));
    able.or_else(|| is_false("ScalingActive").filter(|condition| condition.reason != "ScalingDisabled"))
}

/// Returns the resource and the container that has no request of it. A sidecar without one is enough to fail.
fn without_request(message: &str) -> Option<(&str, &str)> {
    let (_, rest) = message.split_once("missing request for ")?;
    let (resource, rest) = rest.split_once(" in container ")?;
    let (container, _) = rest.split_once(' ')?;
    Some((resource, container))
}

/// Returns the metrics API that does not answer.
fn silent_api(message: &str) -> Option<&'static str> {
    if !SILENT.iter().any(|words| message.to_lowercase().contains(words)) {
        return None;
    }
    METRICS.iter().find(|(group, _)| message.contains(group)).map(|(_, api)| *api)
}
