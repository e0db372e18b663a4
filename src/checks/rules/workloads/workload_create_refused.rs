//! The API server rejects the pods of a workload.

use crate::checks::limit_range::rejecting;
use crate::checks::prelude::*;
use crate::checks::rules::workloads::workload_replicas_missing::stands_alone;
use crate::model::{Event, Workload};
use std::collections::{BTreeMap, BTreeSet};

static INFO: CheckInfo = CheckInfo {
    id: "workload-create-refused",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[
        Kind::Deployment,
        Kind::ReplicaSet,
        Kind::StatefulSet,
        Kind::DaemonSet,
        Kind::Job,
        Kind::CronJob,
        Kind::Pod,
        Kind::Event,
        Kind::ValidatingWebhookConfiguration,
        Kind::MutatingWebhookConfiguration,
        Kind::LimitRange,
    ],
    title: Text { en: "Pods cannot be created", zh_tw: "無法建立 Pod", zh_cn: "无法创建 Pod" },
    meaning: Text {
        en: "The API server rejects new pods of the workload, so lost pods are not replaced.",
        zh_tw: "API server 拒絕這個工作負載的新 Pod，少了的不會補上。",
        zh_cn: "API server 拒绝这个工作负载的新 Pod，少了的不会补上。",
    },
    remedy: Text {
        en: "The message says what rejects the pods: a quota, a LimitRange, a webhook, a pod security level, or an \
             object that does not exist. Fix that, or the template of the workload.",
        zh_tw: "訊息會指出原因：配額、LimitRange、webhook、Pod 安全等級，或缺少的物件。修正該處，或修改工作負載的範本。",
        zh_cn: "消息会指出原因：配额、LimitRange、webhook、Pod 安全级别，或缺少的对象。修正该处，或修改工作负载的模板。",
    },
    prevention: Text {
        en: "Leave room in the quota for rollouts. Run webhooks with several replicas, separate from the \
             pods they check.",
        zh_tw: "配額要留更新時的餘裕；webhook 跑多個副本，並且不要攔自己的 Pod。",
        zh_cn: "配额要留发布时的余量；webhook 跑多个副本，并且不要拦自己的 Pod。",
    },
    page: page!("workload-create-refused"),
    traits: Traits { measures: &[Measure::AVAILABLE], ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static QUOTA: Text = Text {
    en: "pods rejected by quota {by}, {available} of {desired} available: {detail}",
    zh_tw: "配額 {by} 拒絕它的 Pod，可用 {available}/{desired}：{detail}",
    zh_cn: "配额 {by} 拒绝它的 Pod，可用 {available}/{desired}：{detail}",
};

static UNSPECIFIED: Text = Text {
    en: "pods rejected because they do not set what quota {by} counts, {available} of {desired} available: {detail}",
    zh_tw: "Pod 沒有設定配額 {by} 要計算的資源而被拒絕，可用 {available}/{desired}：{detail}",
    zh_cn: "Pod 没有设置配额 {by} 要计算的资源而被拒绝，可用 {available}/{desired}：{detail}",
};

static WEBHOOK_DOWN: Text = Text {
    en: "pods rejected because webhook {by} does not respond, {available} of {desired} available: {detail}",
    zh_tw: "webhook {by} 沒有回應，Pod 無法建立，可用 {available}/{desired}：{detail}",
    zh_cn: "webhook {by} 没有响应，Pod 无法创建，可用 {available}/{desired}：{detail}",
};

static WEBHOOK: Text = Text {
    en: "pods rejected by webhook {by}, {available} of {desired} available: {detail}",
    zh_tw: "webhook {by} 拒絕它的 Pod，可用 {available}/{desired}：{detail}",
    zh_cn: "webhook {by} 拒绝它的 Pod，可用 {available}/{desired}：{detail}",
};

static ACCOUNT: Text = Text {
    en: "pods rejected because service account {by} does not exist, {available} of {desired} available: \
         {detail}",
    zh_tw: "ServiceAccount {by} 不存在，Pod 被拒絕，可用 {available}/{desired}：{detail}",
    zh_cn: "ServiceAccount {by} 不存在，Pod 被拒绝，可用 {available}/{desired}：{detail}",
};

static PRIORITY: Text = Text {
    en: "pods rejected because PriorityClass {by} does not exist, {available} of {desired} available: {detail}",
    zh_tw: "PriorityClass {by} 不存在，Pod 被拒絕，可用 {available}/{desired}：{detail}",
    zh_cn: "PriorityClass {by} 不存在，Pod 被拒绝，可用 {available}/{desired}：{detail}",
};

static RUNTIME: Text = Text {
    en: "pods rejected because RuntimeClass {by} does not exist, {available} of {desired} available: {detail}",
    zh_tw: "RuntimeClass {by} 不存在，Pod 被拒絕，可用 {available}/{desired}：{detail}",
    zh_cn: "RuntimeClass {by} 不存在，Pod 被拒绝，可用 {available}/{desired}：{detail}",
};

static SECURITY: Text = Text {
    en: "pods rejected by the pod security level of the namespace, {available} of {desired} available: \
         {detail}",
    zh_tw: "命名空間的 Pod 安全等級拒絕它的 Pod，可用 {available}/{desired}：{detail}",
    zh_cn: "命名空间的 Pod 安全级别拒绝它的 Pod，可用 {available}/{desired}：{detail}",
};

static LIMITS: Text = Text {
    en: "pods rejected by a LimitRange of the namespace, {available} of {desired} available: {detail}",
    zh_tw: "命名空間的 LimitRange 拒絕它的 Pod，可用 {available}/{desired}：{detail}",
    zh_cn: "命名空间的 LimitRange 拒绝它的 Pod，可用 {available}/{desired}：{detail}",
};

static LIMITS_BY: Text = Text {
    en: "pods rejected by LimitRange {by}, {available} of {desired} available: {detail}",
    zh_tw: "LimitRange {by} 拒絕它的 Pod，可用 {available}/{desired}：{detail}",
    zh_cn: "LimitRange {by} 拒绝它的 Pod，可用 {available}/{desired}：{detail}",
};

static OTHER: Text = Text {
    en: "pods cannot be created, {available} of {desired} available: {detail}",
    zh_tw: "無法建立它的 Pod，可用 {available}/{desired}：{detail}",
    zh_cn: "无法创建它的 Pod，可用 {available}/{desired}：{detail}",
};

/// What rejects pods: its word in keys, its text, and the words before its name in the API server's message.
struct Refuser {
    reason: &'static str,
    text: &'static Text,
    sign: &'static str,
    /// The text that ends its name; empty if it has no name.
    end: &'static str,
}

/// In the order in which they are matched against the message.
static REFUSERS: [Refuser; 14] = [
    Refuser { reason: "quota", text: &QUOTA, sign: "exceeded quota: ", end: "," },
    Refuser { reason: "quota-unspecified", text: &UNSPECIFIED, sign: "failed quota: ", end: ":" },
    Refuser { reason: "webhook-down", text: &WEBHOOK_DOWN, sign: "failed calling webhook \"", end: "\"" },
    Refuser { reason: "webhook", text: &WEBHOOK, sign: "admission webhook \"", end: "\"" },
    Refuser {
        reason: "service-account",
        text: &ACCOUNT,
        sign: "error looking up service account ",
        end: ":",
    },
    Refuser {
        reason: "priority-class",
        text: &PRIORITY,
        sign: "no PriorityClass with name ",
        end: " was found",
    },
    Refuser { reason: "runtime-class", text: &RUNTIME, sign: "RuntimeClass \"", end: "\" not found" },
    Refuser { reason: "pod-security", text: &SECURITY, sign: "violates PodSecurity", end: "" },
    Refuser { reason: "limit-range", text: &LIMITS, sign: " usage per Container is ", end: "" },
    Refuser { reason: "limit-range", text: &LIMITS, sign: " usage per Pod is ", end: "" },
    Refuser { reason: "limit-range", text: &LIMITS, sign: " usage per PersistentVolumeClaim is ", end: "" },
    Refuser { reason: "limit-range", text: &LIMITS, sign: "max limit to request ratio per ", end: "" },
    Refuser { reason: "forbidden", text: &OTHER, sign: "forbidden: ", end: "" },
    Refuser { reason: "other", text: &OTHER, sign: "", end: "" },
];

/// Why pods are not created.
pub(crate) struct Refusal<'a> {
    /// The API server's message.
    pub(crate) detail: &'a str,
    /// The start time, if known.
    pub(crate) since: Option<Time>,
    /// The object that rejects them, if it has a name.
    pub(crate) because: Vec<ObjectRef>,
    refuser: &'static Refuser,
    by: &'a str,
}

fn run(view: &View, out: &mut Reporter) {
    for (workload, refusal) in refused_workloads(view) {
        report(view, &workload.object(), (workload.available, workload.desired), &refusal, out);
    }
    let mut told = BTreeSet::new();
    for job in view.snapshot.rows.jobs.iter().filter(|job| job.lacks_pods()) {
        let Some(refusal) = of_events(view, &job.object()).filter(|refusal| !refusal.may_pass(view)) else {
            continue;
        };
        let owner = job.owner.as_ref().filter(|owner| &*owner.kind == "CronJob");
        let object = owner.map_or_else(|| job.object(), |o| ObjectRef::new(&job.namespace, &o.kind, &o.name));
        if told.insert(object.clone()) {
            report(view, &object, (0, 1), &refusal, out);
        }
    }
}

/// Returns the workloads that lack pods because the API server rejects them, with the reason.
pub(crate) fn refused_workloads<'a>(view: &View<'a>) -> Vec<(&'a Workload, Refusal<'a>)> {
    let workloads = view.snapshot.rows.workloads.iter();
    let asked = workloads.filter(|w| stands_alone(w) && view.is_asked_for(w));
    let mut refused: Vec<(&Workload, Refusal)> =
        asked.filter_map(|workload| Some((workload, lasting_refusal(view, workload)?))).collect();
    separate_policies(&mut refused);
    for (workload, refusal) in refused.iter_mut().filter(|(_, refusal)| refusal.because.is_empty()) {
        refusal.because.push(workload.object());
    }
    refused
}

/// Removes the webhook as the common cause of workloads that it rejects for different reasons: it enforces several policies.
fn separate_policies(refused: &mut [(&Workload, Refusal)]) {
    let mut reasons: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (workload, refusal) in refused.iter() {
        reasons.entry(refusal.by).or_default().insert(refusal.without_names(workload));
    }
    for (workload, refusal) in refused.iter_mut().filter(|(_, refusal)| refusal.refuser.reason == "webhook") {
        if reasons.get(refusal.by).is_some_and(|reasons| reasons.len() > 1) {
            refusal.because = vec![workload.object()];
        }
    }
}

fn report(view: &View, object: &ObjectRef, pods: (i32, i32), refusal: &Refusal, out: &mut Reporter) {
    let (available, desired) = pods;
    let facts: Facts = vec![
        ("available", Fact::Number(available.into())),
        ("desired", Fact::Number(desired.into())),
        ("reason", Fact::text(refusal.refuser.reason)),
        ("by", Fact::text(refusal.by)),
        ("detail", Fact::text(refusal.detail)),
    ];
    let severity = if available == 0 { Severity::High } else { Severity::Medium };
    let is_known = refusal.refuser.reason == "limit-range" && !refusal.by.is_empty();
    let text = if is_known { &LIMITS_BY } else { refusal.refuser.text };
    let finding = out.object(object.clone(), &[refusal.refuser.reason], severity, Message::new(text, facts));
    finding.since = refusal.since;
    finding.because = declared(refusal.because.iter().cloned());
    let (kubectl, namespace) = (&view.settings.kubectl, &*object.namespace);
    finding.actions = vec![match refusal.refuser.reason {
        "quota" | "quota-unspecified" => {
            kubectl.line(&["describe", "resourcequota", "-n", namespace, refusal.by])
        }
        "webhook" | "webhook-down" => kubectl.line(&[
            "get",
            "validatingwebhookconfigurations,mutatingwebhookconfigurations",
            "-o",
            "wide",
        ]),
        "priority-class" => kubectl.line(&["get", "priorityclasses"]),
        "runtime-class" => kubectl.line(&["get", "runtimeclasses"]),
        "service-account" => kubectl.line(&["get", "serviceaccounts", "-n", namespace]),
        "pod-security" => kubectl.line(&["get", "namespace", namespace, "--show-labels"]),
        "limit-range" if is_known => kubectl.line(&["describe", "limitrange", "-n", namespace, refusal.by]),
        "limit-range" => kubectl.line(&["describe", "limitrange", "-n", namespace]),
        _ => kubectl.line(&["get", "events", "-n", namespace, "--field-selector=reason=FailedCreate"]),
    }];
    finding.actions.push(kubectl.describe(object));
}

impl Refusal<'_> {
    /// Returns the message without the words that name the workload, its pods and its namespace.
    fn without_names(&self, workload: &Workload) -> String {
        let names = |word: &&str| !word.contains(&*workload.name) && !word.contains(&*workload.namespace);
        self.detail.split_whitespace().filter(names).collect::<Vec<_>>().join(" ")
    }

    /// Whether the next attempt may succeed: a webhook restarts, or the service account of a new namespace is created. A
    /// quota or a policy that rejects pods does not pass.
    pub(crate) fn may_pass(&self, view: &View) -> bool {
        let passing = match self.refuser.reason {
            "service-account" => self.by.ends_with("/default"),
            reason => matches!(reason, "webhook-down" | "other"),
        };
        passing && view.within_grace(self.since)
    }
}

/// Whether a workload waits for pods: it lacks some, or replaces those of an old version.
fn awaits_pods(workload: &Workload) -> bool {
    !workload.is_available() || workload.rollout().is_some_and(|rollout| rollout.unfinished)
}

/// Returns why the pods of a workload or of its new version are not created, if that does not pass on its own.
pub(crate) fn lasting_refusal<'a>(view: &View<'a>, workload: &'a Workload) -> Option<Refusal<'a>> {
    if !awaits_pods(workload) {
        return None;
    }
    let refusal = refusal(view, workload)?;
    // The pods of the old version may end and leave the quota to the new ones.
    let may_free = workload.is_available() && refusal.refuser.reason == "quota";
    let may_pass = refusal.may_pass(view) || may_free && view.within_grace(refusal.since);
    (!may_pass).then_some(refusal)
}

/// Returns why the pods of a workload are not created. Deployments and ReplicaSets have a condition that is cleared
/// again; the others only have events, which may be outdated.
pub(crate) fn refusal<'a>(view: &View<'a>, workload: &'a Workload) -> Option<Refusal<'a>> {
    if matches!(workload.kind, Kind::Deployment | Kind::ReplicaSet) {
        let failure = workload.condition("ReplicaFailure").filter(|c| c.status == "True")?;
        // The condition also reports failed deletions, which are a different problem.
        let created = failure.reason != "FailedDelete";
        return created.then(|| read(view, &workload.namespace, &failure.message, failure.since()));
    }
    if workload.is_available() {
        return None;
    }
    let object = workload.object();
    let is_current = |event: &&Event| event.last_seen.is_none_or(|last| view.age(last) < TRIED_AGAIN);
    let event = newest_rejection(view, &object).filter(is_current)?;
    lacks_pods(view, workload).then(|| of_event(view, &object, event))
}

/// Returns the namespaces where a LimitRange rejects pods.
pub(crate) fn namespaces_with_limit_refusals<'a>(view: &View<'a>) -> BTreeSet<&'a str> {
    let rows = &view.snapshot.rows;
    let workloads = rows.workloads.iter().filter(|workload| awaits_pods(workload));
    let of_workloads =
        workloads.filter_map(|workload| Some((&*workload.namespace, refusal(view, workload)?)));
    let jobs = rows.jobs.iter().filter(|job| job.lacks_pods());
    let of_jobs = jobs.filter_map(|job| Some((&*job.namespace, of_events(view, &job.object())?)));
    let all = of_workloads.chain(of_jobs);
    all.filter(|(_, refusal)| refusal.refuser.reason == "limit-range")
        .map(|(namespace, _)| namespace)
        .collect()
}

/// Whether fewer pods exist than desired; if not, an earlier rejection is over.
fn lacks_pods(view: &View, workload: &Workload) -> bool {
    let there = view.pods_owned_by(&workload.namespace, workload.kind.name(), &workload.name).count();
    i64::try_from(there).unwrap_or(i64::MAX) < i64::from(workload.desired)
}

/// The time after which the controller of a StatefulSet or a DaemonSet has tried again, in seconds: it waits up to a quarter of
/// an hour after many failures.
const TRIED_AGAIN: i64 = 20 * 60;

/// Returns the rejection in the newest `FailedCreate` event of an object.
fn of_events<'a>(view: &View<'a>, object: &ObjectRef) -> Option<Refusal<'a>> {
    newest_rejection(view, object).map(|event| of_event(view, object, event))
}

fn of_event<'a>(view: &View<'a>, object: &ObjectRef, event: &'a Event) -> Refusal<'a> {
    read(view, &object.namespace, &event.message, event.first_seen.or(event.last_seen))
}

fn newest_rejection<'a>(view: &View<'a>, object: &ObjectRef) -> Option<&'a Event> {
    view.events(object, "").into_iter().find(|event| event.reason == "FailedCreate")
}

/// Reads the API server's message.
fn read<'a>(view: &View<'a>, namespace: &str, detail: &'a str, since: Option<Time>) -> Refusal<'a> {
    let fits = |refuser: &'static Refuser| {
        let (_, rest) = detail.split_once(refuser.sign)?;
        // A name without its end does not count.
        let by = if refuser.end.is_empty() { "" } else { rest.split_once(refuser.end)?.0 };
        Some((refuser, by))
    };
    let last = REFUSERS.len() - 1;
    let (refuser, mut by) = REFUSERS.iter().find_map(fits).unwrap_or((&REFUSERS[last], ""));
    if refuser.reason == "limit-range" {
        by = rejecting(view, namespace, detail).map_or("", |range| &*range.metadata.name);
    }
    let because = match refuser.reason {
        "quota" => vec![ObjectRef::new(namespace, "ResourceQuota", by)],
        "webhook" | "webhook-down" => webhook(view, by),
        "limit-range" if !by.is_empty() => vec![ObjectRef::new(namespace, "LimitRange", by)],
        "priority-class" => vec![ObjectRef::of_cluster("PriorityClass", by)],
        "runtime-class" => vec![ObjectRef::of_cluster("RuntimeClass", by)],
        "service-account" => {
            let name = by.rsplit('/').next().unwrap_or(by);
            vec![ObjectRef::new(namespace, "ServiceAccount", name)]
        }
        _ => Vec::new(),
    };
    Refusal { detail, since, because, refuser, by }
}

/// Returns the configuration that contains a webhook, if it was seen, and the webhook itself.
fn webhook(view: &View, name: &str) -> Vec<ObjectRef> {
    view.webhook_configurations(name)
        .map(|(kind, configuration)| ObjectRef::of_cluster(kind.name(), &configuration.metadata.name))
        .chain([ObjectRef::of_cluster("Webhook", name)])
        .collect()
}
