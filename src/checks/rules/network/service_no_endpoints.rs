//! A service has no ready endpoint.

use crate::checks::near_miss::near_miss;
use crate::checks::prelude::*;
use crate::checks::traffic::{self, Empty};
use crate::finding::command::selector;
use crate::wire::Service;

static INFO: CheckInfo = CheckInfo {
    id: "service-no-endpoints",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[
        Kind::Service,
        Kind::EndpointSlice,
        Kind::Pod,
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::DaemonSet,
        Kind::ReplicaSet,
        Kind::Job,
        Kind::CronJob,
        Kind::Ingress,
        Kind::ValidatingWebhookConfiguration,
        Kind::MutatingWebhookConfiguration,
        Kind::APIService,
        Kind::Namespace,
    ],
    title: Text {
        en: "Service without endpoints",
        zh_tw: "Service 沒有可用的端點",
        zh_cn: "Service 没有可用的端点",
    },
    meaning: Text {
        en: "Requests to the Service fail, because it has no ready pod.",
        zh_tw: "背後沒有就緒的 Pod，呼叫端得不到回應。",
        zh_cn: "后面没有就绪的 Pod，调用方得不到响应。",
    },
    remedy: Text {
        en: "Make its pods ready. If no pod has its labels, compare the selector of the Service with the \
             labels of the pods.",
        zh_tw: "先讓 Pod 恢復就緒；若沒有 Pod 符合，比對 Service 的 selector 與 Pod 的標籤。",
        zh_cn: "先让 Pod 恢复就绪；如果没有 Pod 匹配，核对 Service 的选择算符（selector）与 Pod 的标签。",
    },
    prevention: Text {
        en: "Run at least two replicas with a PodDisruptionBudget, keep the selector and the labels in one \
             template, and delete Services together with their workloads.",
        zh_tw: "至少兩個副本並搭配 PodDisruptionBudget；selector 與標籤出自同一份範本；\
                下架工作負載時一併刪除 Service。",
        zh_cn: "至少两个副本并配合 PodDisruptionBudget；选择算符与标签出自同一份模板；\
                下线工作负载时一并删除 Service。",
    },
    page: page!("service-no-endpoints"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static UNREADY: Text = Text {
    en: "no endpoint is ready ({count} not ready)",
    zh_tw: "沒有就緒的端點（未就緒：{count}）",
    zh_cn: "没有就绪的端点（未就绪：{count}）",
};

static MISSING: Text = Text {
    en: "no endpoint: {workload} should have {desired:# pod|# pods} and has no ready pod",
    zh_tw: "沒有端點：{workload} 應有 {desired} 個 Pod，沒有一個就緒",
    zh_cn: "没有端点：{workload} 应有 {desired} 个 Pod，没有一个就绪",
};

static UNLISTED: Text = Text {
    en: "no endpoint, although {workload} has available pods: check whether they have the labels {selector}",
    zh_tw: "沒有端點，但 {workload} 有可用的 Pod：請確認 Pod 是否帶有標籤 {selector}",
    zh_cn: "没有端点，但 {workload} 有可用的 Pod：请确认 Pod 是否带有标签 {selector}",
};

static NOBODY: Text = Text {
    en: "no endpoint: no pod has the labels {selector}",
    zh_tw: "沒有端點：沒有 Pod 符合 selector（{selector}）",
    zh_cn: "没有端点：没有 Pod 匹配选择算符（{selector}）",
};

static NEAR: Text = Text {
    en: "no endpoint: no pod has the labels {selector}, but those of {workload} have {near}",
    zh_tw: "沒有端點：沒有 Pod 符合 selector（{selector}），但 {workload} 的 Pod 帶有相近的標籤 {near}",
    zh_cn: "没有端点：没有 Pod 匹配选择算符（{selector}），但 {workload} 的 Pod 带有相近的标签 {near}",
};

static ZERO: Text = Text {
    en: "no endpoint, as expected: {workload} is scaled to 0",
    zh_tw: "沒有端點，屬預期：{workload} 設定的 Pod 數為 0",
    zh_cn: "没有端点，符合预期：{workload} 设定的 Pod 数为 0",
};

static COMING: Text = Text {
    en: "no ready endpoint yet; its pods are starting or being replaced",
    zh_tw: "尚無就緒的端點，Pod 正在啟動或更新",
    zh_cn: "尚无就绪的端点，Pod 正在启动或更新",
};

static LED: Text = Text {
    en: "receives external traffic from Ingress {ingresses}",
    zh_tw: "外部流量經由 Ingress {ingresses} 進入",
    zh_cn: "外部流量经由 Ingress {ingresses} 进入",
};

fn run(view: &View, out: &mut Reporter) {
    for service in view.snapshot.rows.services.iter().filter(|service| is_judged(view, service)) {
        let Some(empty) = Empty::of(view, service) else { continue };
        let (namespace, name) = (&*service.metadata.namespace, &*service.metadata.name);
        let ingresses: Vec<_> = view.ingresses_to(namespace, name).collect();
        let open = service.spec.r#type == "LoadBalancer" && !service.status.load_balancer.ingress.is_empty();
        let used = open || !ingresses.is_empty() || view.is_asked_by_server(namespace, name);
        let (mut text, mut severity) = judge(view, service, &empty, used);
        let mut facts = facts(service, &empty);
        let near = if *text == NOBODY { near_miss(view, service) } else { None };
        if let Some((workload, near)) = near {
            (text, severity) = (&NEAR, severity.max(Severity::Medium));
            facts.retain(|(name, _)| *name != "workload");
            facts.push(("workload", Fact::Text(format!("{} {}", workload.kind.name(), workload.name))));
            facts.push(("near", Fact::Text(near)));
        }
        let finding = out.object(traffic::service_ref(service), &[], severity, Message::new(text, facts));
        finding.since = empty.since();
        finding.because = declared(empty.because());
        finding.affected = ingresses.iter().map(|ingress| traffic::ingress_ref(ingress)).collect();
        if !ingresses.is_empty() {
            let names = ingresses.iter().map(|ingress| &*ingress.metadata.name);
            finding.evidence.push(Message::new(&LED, vec![("ingresses", Fact::list(names))]));
        }
        let kubectl = &view.settings.kubectl;
        finding.actions = vec![
            kubectl.line(&[
                "get",
                "pods",
                "-n",
                namespace,
                "-l",
                &selector(&service.spec.selector),
                "-o",
                "wide",
            ]),
            kubectl.describe(&finding.object),
        ];
    }
}

/// Whether the check applies. Endpoints of a service without a selector are managed elsewhere, and a service that is
/// new or is being deleted may have none.
fn is_judged(view: &View, service: &Service) -> bool {
    let metadata = &service.metadata;
    !service.spec.selector.is_empty()
        && metadata.deleted().is_none()
        && view.older_than(metadata.created(), traffic::NEW)
        && !traffic::is_going(view, &metadata.namespace)
}

fn judge(view: &View, service: &Service, empty: &Empty, used: bool) -> (&'static Text, Severity) {
    let worst = |wanted: bool| if wanted || used { Severity::High } else { Severity::Medium };
    if empty.is_scaled_to_zero() {
        (&ZERO, Severity::Low)
    } else if empty.is_coming(view) {
        (&COMING, Severity::Low)
    } else if empty.is_contradicted() && !empty.unready.is_empty() {
        // The two lists were not read at the same moment.
        (&COMING, Severity::Low)
    } else if empty.is_contradicted() {
        (&UNLISTED, worst(false))
    } else if !empty.unready.is_empty() {
        (&UNREADY, worst(empty.is_wanted(view)))
    } else if !empty.workloads.is_empty() {
        (&MISSING, Severity::High)
    } else if used {
        (&NOBODY, Severity::High)
    } else if may_be_meant(view, service) {
        (&NOBODY, Severity::Low)
    } else {
        (&NOBODY, Severity::Medium)
    }
}

/// Whether a service that selects no pod may be intended: its pods get their labels while they run, come and go with
/// jobs, or the service only names targets for monitoring.
fn may_be_meant(view: &View, service: &Service) -> bool {
    let (namespace, selector) = (&*service.metadata.namespace, &service.spec.selector);
    service.is_headless()
        || !traffic::saw_workloads(view, namespace)
        || selector.keys().any(|key| is_given_later(key))
        || selector
            .values()
            .any(|name| view.job(namespace, name).is_some() || view.cron_job(namespace, name).is_some())
}

/// Whether a controller or an operator sets this label on pods, not their template: a leader, a replica, the pod of one
/// ordinal, the new half of a rollout, the run of a job.
fn is_given_later(key: &str) -> bool {
    let name = key.rsplit('/').next().unwrap_or(key).to_lowercase();
    ["role", "leader", "primary", "master"].iter().any(|word| name.contains(word))
        || name.ends_with("pod-template-hash")
        || matches!(&*name, "pod-name" | "pod-index" | "job-name" | "controller-uid")
}

fn facts(service: &Service, empty: &Empty) -> Facts {
    let wanted = empty.workloads.iter().find(|workload| workload.desired > 0).or(empty.workloads.first());
    let shown = wanted.map_or_else(String::new, |w| format!("{} {}", w.kind.name(), w.name));
    vec![
        ("selector", Fact::Text(selector(&service.spec.selector))),
        ("count", Fact::count(empty.unready.len())),
        ("workload", Fact::Text(shown)),
        ("desired", Fact::Number(wanted.map_or(0, |workload| workload.desired.into()))),
    ]
}
