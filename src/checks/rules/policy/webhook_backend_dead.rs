//! The API server must call a webhook whose backend does not exist or is not ready.

mod conversion;

use crate::checks::fit::labels::selects;
use crate::checks::prelude::*;
use crate::checks::rules::workloads::workload_create_refused::refusal;
use crate::checks::traffic::{self, Empty};
use crate::finding::Finding;
use crate::model::Workload;
use crate::wire::{Webhook, WebhookConfiguration};

static INFO: CheckInfo = CheckInfo {
    id: "webhook-backend-dead",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[
        Kind::ValidatingWebhookConfiguration,
        Kind::MutatingWebhookConfiguration,
        Kind::CustomResourceDefinition,
        Kind::Service,
        Kind::EndpointSlice,
        Kind::Pod,
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::DaemonSet,
        Kind::Namespace,
        Kind::Event,
    ],
    title: Text {
        en: "Webhook backend unavailable",
        zh_tw: "Webhook 後端無回應",
        zh_cn: "Webhook 后端无响应",
    },
    meaning: Text {
        en: "The API server cannot call the webhook. With failurePolicy Fail it rejects every request that \
             matches the webhook, often including new pods. Without a conversion webhook, objects of a custom \
             resource can only be read and written in the version they are stored in.",
        zh_tw: "API server 連不到 webhook：failurePolicy 為 Fail 時，由它把關的請求一律被拒，往往連 Pod \
                都建不出來。少了轉換 webhook，自訂資源的物件只能以儲存的版本讀寫。",
        zh_cn: "API server 无法访问 webhook：failurePolicy 为 Fail 时，由它把关的请求一律被拒，往往连 Pod \
                都建不出来。缺少转换 webhook 时，自定义资源的对象只能按存储的版本读写。",
    },
    remedy: Text {
        en: "Restore the pods behind the service. If the service is gone, install its software again, or delete the \
             webhook configuration it left behind. If a webhook rejects its own pods, set its failurePolicy to Ignore \
             until they are ready, or exclude its namespace by the namespaceSelector. Do not delete a \
             CustomResourceDefinition: all its objects go with it.",
        zh_tw: "先恢復 Service 後端的 Pod；Service 已不存在就重新安裝軟體，或刪除它留下的 webhook 設定。若 webhook \
                連自己的 Pod 都擋，先把 failurePolicy 改為 Ignore 直到 Pod 就緒，或以 namespaceSelector 排除它的命名空間。\
                不要刪除 CustomResourceDefinition：它的物件會全部跟著刪除。",
        zh_cn: "先恢复 Service 后端的 Pod；Service 已不存在就重新安装软件，或删除它留下的 webhook 配置。如果 webhook \
                连自己的 Pod 也拦，先把 failurePolicy 改为 Ignore 直到 Pod 就绪，或用 namespaceSelector 排除它的命名空间。\
                不要删除 CustomResourceDefinition：它的对象会全部一起删除。",
    },
    prevention: Text {
        en: "Run webhooks with two replicas and a PodDisruptionBudget, and exempt kube-system and the \
             webhook's own namespace.",
        zh_tw: "webhook 至少兩個副本並搭配 PodDisruptionBudget，且排除 kube-system 與自身的命名空間。",
        zh_cn: "webhook 至少两个副本并配合 PodDisruptionBudget，且排除 kube-system 与自身的命名空间。",
    },
    page: page!("webhook-backend-dead"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static GONE: Text = Text {
    en: "service {service} does not exist; every request matching {webhooks} is rejected",
    zh_tw: "Service {service} 不存在，須經 {webhooks} 的請求一律被拒",
    zh_cn: "Service {service} 不存在，须经 {webhooks} 的请求一律被拒",
};

static DEAD: Text = Text {
    en: "service {service} has no ready endpoint; every request matching {webhooks} is rejected",
    zh_tw: "Service {service} 沒有就緒的端點，須經 {webhooks} 的請求一律被拒",
    zh_cn: "Service {service} 没有就绪的端点，须经 {webhooks} 的请求一律被拒",
};

static LOCKED: Text = Text {
    en: "service {service} has no ready endpoint, and {webhooks} also rejects the new pods of {workload} behind it: it \
         does not recover by itself",
    zh_tw: "Service {service} 沒有就緒的端點，而 {webhooks} 連它後端 {workload} 的新 Pod 也拒絕，無法自行恢復",
    zh_cn: "Service {service} 没有就绪的端点，而 {webhooks} 连它后端 {workload} 的新 Pod 也拒绝，无法自行恢复",
};

static GONE_UNASKED: Text = Text {
    en: "service {service} does not exist; requests pass without {webhooks}",
    zh_tw: "Service {service} 不存在，請求未經 {webhooks} 就放行",
    zh_cn: "Service {service} 不存在，请求未经 {webhooks} 就放行",
};

static DEAD_UNASKED: Text = Text {
    en: "service {service} has no ready endpoint; requests pass without {webhooks}",
    zh_tw: "Service {service} 沒有就緒的端點，請求未經 {webhooks} 就放行",
    zh_cn: "Service {service} 没有就绪的端点，请求未经 {webhooks} 就放行",
};

static COMING: Text = Text {
    en: "service {service} of {webhooks} has no ready endpoint yet; its pods are starting or being replaced",
    zh_tw: "{webhooks} 的 Service {service} 尚無就緒的端點，Pod 正在啟動或更新",
    zh_cn: "{webhooks} 的 Service {service} 尚无就绪的端点，Pod 正在启动或更新",
};

/// Why a webhook does not answer.
enum Why<'a> {
    /// Its service does not exist.
    Gone,
    /// Its service has no ready endpoint.
    Dead(Empty<'a>),
    /// Its service has no ready endpoint since this time, as it rejects the pods of this workload behind it.
    Locked(Option<Time>, &'a Workload),
}

fn run(view: &View, out: &mut Reporter) {
    let configurations = view.snapshot.rows.webhooks.iter();
    for (kind, configuration) in configurations
        .filter(|(_, configuration)| view.older_than(configuration.metadata.created(), traffic::NEW))
    {
        let mut dead: Vec<(&Webhook, Why)> = configuration
            .webhooks
            .iter()
            .filter_map(|webhook| Some((webhook, why(view, webhook)?)))
            .collect();
        // The first one gives the cause: a webhook that must answer and does not recover on its own.
        let is_locked = |why: &Why| matches!(why, Why::Locked(..));
        dead.sort_by_key(|(webhook, why)| (!webhook.must_answer(), !is_locked(why), is_coming(view, why)));
        report(view, out, *kind, configuration, &dead);
    }
    conversion::run(view, out);
}

/// Whether a finding is about a webhook that rejects the pods of its own backend.
pub(crate) fn is_locked(finding: &Finding) -> bool {
    std::ptr::eq(finding.message.text, &raw const LOCKED)
}

fn is_coming(view: &View, why: &Why) -> bool {
    match why {
        Why::Gone | Why::Locked(..) => false,
        Why::Dead(empty) => empty.is_recovering(view),
    }
}

fn why<'a>(view: &View<'a>, webhook: &Webhook) -> Option<Why<'a>> {
    let named = webhook.client_config.service.as_ref()?;
    match view.service(&named.namespace, &named.name) {
        None => traffic::is_gone(view, named).then_some(Why::Gone),
        Some(service) if !view.older_than(service.metadata.created(), traffic::NEW) => None,
        Some(service) => {
            let selector = &service.spec.selector;
            let mut behind = view.workloads_selected_by(&named.namespace, selector);
            let empty = Empty::of(view, service);
            // Without EndpointSlices, a workload without pods tells.
            let is_empty = empty.is_some() || !view.saw(Kind::EndpointSlice, &named.namespace);
            let locked =
                behind.find(|workload| is_empty && webhook.must_answer() && rejects(view, webhook, workload));
            match (locked, empty) {
                (Some(workload), empty) => {
                    let since = empty.and_then(|empty| empty.since());
                    let refused = || refusal(view, workload).and_then(|refusal| refusal.since);
                    Some(Why::Locked(since.or_else(refused), workload))
                }
                (None, empty) => empty.map(Why::Dead),
            }
        }
    }
}

/// Whether a webhook rejects all pods of a workload behind it: the API server says so, or the workload has no pods and they
/// match.
fn rejects(view: &View, webhook: &Webhook, workload: &Workload) -> bool {
    if workload.desired <= 0 || workload.available > 0 || view.pods_of(workload).next().is_some() {
        return false;
    }
    let itself = ObjectRef::of_cluster("Webhook", &webhook.name);
    match refusal(view, workload) {
        Some(refusal) => refusal.because.contains(&itself),
        None => {
            view.saw(Kind::Pod, &workload.namespace)
                && view.older_than(workload.created(), traffic::NEW)
                && matches_pods(view, webhook, workload)
        }
    }
}

/// Whether new pods of a workload match the rules and selectors of a webhook, as far as that can be known.
fn matches_pods(view: &View, webhook: &Webhook, workload: &Workload) -> bool {
    let Some(namespace) = view.namespace(&workload.namespace) else { return false };
    let Some(rollout) = workload.rollout() else { return false };
    webhook.match_conditions.is_empty()
        && webhook.rules.iter().any(crate::wire::WebhookRule::matches_new_pods)
        && selects(&webhook.namespace_selector, |key| namespace.label(key))
        && selects(&webhook.object_selector, |key| rollout.label(key))
}

fn report(
    view: &View,
    out: &mut Reporter,
    kind: Kind,
    configuration: &WebhookConfiguration,
    dead: &[(&Webhook, Why)],
) {
    let Some((worst, why)) = dead.first() else { return };
    let Some(service) = &worst.client_config.service else { return };
    let coming = is_coming(view, why);
    let (text, severity) = match (why, worst.must_answer()) {
        _ if coming => (&COMING, Severity::Low),
        (Why::Gone, true) => (&GONE, Severity::High),
        (Why::Dead(_), true) => (&DEAD, Severity::High),
        (Why::Locked(..), true) => (&LOCKED, Severity::High),
        (Why::Gone, false) => (&GONE_UNASKED, Severity::Medium),
        (Why::Dead(_) | Why::Locked(..), false) => (&DEAD_UNASKED, Severity::Medium),
    };
    let same = dead.iter().filter(|(webhook, _)| webhook.must_answer() == worst.must_answer());
    let mut facts = vec![
        ("service", Fact::Text(format!("{}/{}", service.namespace, service.name))),
        ("webhooks", Fact::list(same.map(|(webhook, _)| &*webhook.name))),
    ];
    if let Why::Locked(_, workload) = why {
        facts.push(("workload", Fact::Text(format!("{} {}", workload.kind.name(), workload.name))));
    }
    let name = &*configuration.metadata.name;
    let finding =
        out.object(ObjectRef::of_cluster(kind.name(), name), &[], severity, Message::new(text, facts));
    let kubectl = &view.settings.kubectl;
    finding.actions = vec![
        kubectl.line(&["get", "service,endpointslice", "-n", &service.namespace]),
        kubectl.describe(&finding.object),
    ];
    match why {
        Why::Gone => finding.because = declared([traffic::named_service_ref(service)]),
        Why::Dead(empty) => {
            finding.since = empty.since();
            finding.because = declared([traffic::named_service_ref(service)]);
            finding.because.extend(declared(empty.because()));
        }
        // It is the cause: its Service and its pods wait for it.
        Why::Locked(since, workload) => {
            finding.since = *since;
            finding.affected = vec![workload.object()];
            finding.actions.extend(ignore(view, configuration, worst, &finding.object));
        }
    }
}

/// Returns the command after which requests pass without a webhook.
fn ignore(
    view: &View,
    configuration: &WebhookConfiguration,
    webhook: &Webhook,
    object: &ObjectRef,
) -> Option<String> {
    let index = configuration.webhooks.iter().position(|other| other.name == webhook.name)?;
    let patch = format!(r#"[{{"op":"replace","path":"/webhooks/{index}/failurePolicy","value":"Ignore"}}]"#);
    let kind = object.kind.to_lowercase();
    Some(view.settings.kubectl.line(&["patch", &kind, &object.name, "--type=json", "-p", &patch]))
}
