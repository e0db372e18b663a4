//! The API server must call a webhook whose backend does not exist or is not ready.

use crate::checks::prelude::*;
use crate::checks::traffic::{self, Empty};
use crate::wire::{Webhook, WebhookConfiguration};

static INFO: CheckInfo = CheckInfo {
    id: "webhook-backend-dead",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[
        Kind::ValidatingWebhookConfiguration,
        Kind::MutatingWebhookConfiguration,
        Kind::Service,
        Kind::EndpointSlice,
        Kind::Pod,
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::DaemonSet,
    ],
    title: Text {
        en: "Webhook backend unavailable",
        zh_tw: "Webhook 後端無回應",
        zh_cn: "Webhook 后端无响应",
    },
    meaning: Text {
        en: "The API server cannot call the webhook. With failurePolicy Fail it rejects every request that \
             matches the webhook, often including new pods.",
        zh_tw: "API server 連不到 webhook：failurePolicy 為 Fail 時，由它把關的請求一律被拒，往往連 Pod \
                都建不出來。",
        zh_cn: "API server 无法访问 webhook：failurePolicy 为 Fail 时，由它把关的请求一律被拒，往往连 Pod \
                都建不出来。",
    },
    remedy: Text {
        en: "Restore the pods of the webhook. If that requires the webhook itself, or its software was \
             removed, delete the configuration.",
        zh_tw: "先恢復後端 Pod；若恢復過程又被 webhook 擋住，或軟體早已移除，就刪除這份設定。",
        zh_cn: "先恢复后端 Pod；如果恢复过程又被 webhook 挡住，或软件早已移除，就删除这份配置。",
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
        dead.sort_by_key(|(webhook, why)| (!webhook.must_answer(), is_coming(view, why)));
        report(view, out, *kind, configuration, &dead);
    }
}

fn is_coming(view: &View, why: &Why) -> bool {
    match why {
        Why::Gone => false,
        Why::Dead(empty) => !empty.is_scaled_to_zero() && (empty.is_coming(view) || empty.is_contradicted()),
    }
}

fn why<'a>(view: &View<'a>, webhook: &Webhook) -> Option<Why<'a>> {
    let named = webhook.client_config.service.as_ref()?;
    if !view.saw(Kind::Service, &named.namespace) {
        return None;
    }
    match view.service(&named.namespace, &named.name) {
        None => Some(Why::Gone),
        Some(service) if !view.older_than(service.metadata.created(), traffic::NEW) => None,
        Some(service) => Empty::of(view, service).map(Why::Dead),
    }
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
        (Why::Gone, false) => (&GONE_UNASKED, Severity::Medium),
        (Why::Dead(_), false) => (&DEAD_UNASKED, Severity::Medium),
    };
    let same = dead.iter().filter(|(webhook, _)| webhook.must_answer() == worst.must_answer());
    let facts = vec![
        ("service", Fact::Text(format!("{}/{}", service.namespace, service.name))),
        ("webhooks", Fact::list(same.map(|(webhook, _)| &*webhook.name))),
    ];
    let name = &*configuration.metadata.name;
    let finding =
        out.object(ObjectRef::of_cluster(kind.name(), name), &[], severity, Message::new(text, facts));
    finding.because = vec![ObjectRef::new(&service.namespace, "Service", &service.name)];
    if let Why::Dead(empty) = why {
        finding.since = empty.since();
        finding.because.extend(empty.because());
    }
    let kubectl = &view.settings.kubectl;
    finding.actions = vec![
        kubectl.line(&["get", "service,endpointslice", "-n", &service.namespace]),
        kubectl.describe(&finding.object),
    ];
}
