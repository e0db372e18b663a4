//! A service has pods, but none of them has the port that it names.

use crate::checks::prelude::*;
use crate::checks::traffic;
use crate::finding::command::selector;
use crate::wire::{Service, ServicePort};

pub(crate) static CHECK: Check = Check {
    id: "service-port-unmatched",
    since: "0.1.0",
    severity: Severity::Warning,
    needs: &[Kind::Service, Kind::EndpointSlice, Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet],
    title: Text {
        en: "Service port that no pod has",
        zh_tw: "服務的連接埠對不到 Pod",
        zh_cn: "服务端口对不上 Pod",
    },
    meaning: Text {
        en: "Connections to this port of the service are refused, though its pods are ready.",
        zh_tw: "Pod 都已就緒，但連到服務的這個連接埠會被拒絕。",
        zh_cn: "Pod 都已就绪，但连接服务的这个端口会被拒绝。",
    },
    remedy: Text {
        en: "Name the container's port as the service does, or give the service a port number.",
        zh_tw: "讓容器的 port 名稱與 Service 的 targetPort 一致，或在 Service 改用埠號。",
        zh_cn: "让容器的 port 名称与 Service 的 targetPort 一致，或在 Service 中改用端口号。",
    },
    prevention: Text {
        en: "Keep the names of ports in one place of the template that makes both.",
        zh_tw: "port 名稱在同一份範本裡只寫一次，供 Deployment 與 Service 共用。",
        zh_cn: "port 名称在同一份模板里只写一次，供 Deployment 与 Service 共用。",
    },
    page: page!("service-port-unmatched"),
    run,
};

static MESSAGE: Text = Text {
    en: "no container port of its pods is named {names} (service port {ports}, ready endpoints: {ready})",
    zh_tw: "Pod 的容器都沒有名為 {names} 的連接埠（服務連接埠 {ports}，就緒端點 {ready} 個）",
    zh_cn: "Pod 的容器都没有名为 {names} 的端口（服务端口 {ports}，就绪端点 {ready} 个）",
};

fn run(view: &View, out: &mut Reporter) {
    for service in &view.snapshot.rows.services {
        let (namespace, name) = (&*service.metadata.namespace, &*service.metadata.name);
        let parts = view.endpoints(namespace, name).iter().filter(|part| part.ready > 0);
        let served =
            |port: &&ServicePort| parts.clone().any(|part| part.ports.iter().any(|p| **p == *port.name));
        let lost: Vec<&ServicePort> =
            service.spec.ports.iter().filter(|port| port.target_port.r#type == 1 && !served(port)).collect();
        let ready: i64 = parts.clone().map(|part| i64::from(part.ready)).sum();
        if lost.is_empty() || ready == 0 || !is_judged(view, service) {
            continue;
        }
        let joined = |each: fn(&ServicePort) -> String| {
            Fact::Text(lost.iter().map(|port| each(port)).collect::<Vec<_>>().join(", "))
        };
        let facts = vec![
            ("ready", Fact::Number(ready)),
            ("names", joined(|port| port.target_port.to_string())),
            ("ports", joined(|port| port.port.to_string())),
        ];
        let finding =
            out.object(traffic::service_ref(service), &[], Severity::Warning, Message::new(&MESSAGE, facts));
        let kubectl = &view.settings.kubectl;
        let ports = "custom-columns=POD:.metadata.name,PORTS:.spec.containers[*].ports";
        let labels = selector(&service.spec.selector);
        finding.actions = vec![
            kubectl.line(&["get", "pods", "-n", namespace, "-l", &labels, "-o", ports]),
            kubectl.describe(&finding.object),
        ];
    }
}

/// Without an address of its own a service has no port to connect to, and a rollout may be what brings the port.
fn is_judged(view: &View, service: &Service) -> bool {
    let metadata = &service.metadata;
    let namespace = &*metadata.namespace;
    let rolls = |workload: &crate::model::Workload| {
        workload.is_rolling()
            || workload.rollout().is_some_and(|rollout| rollout.unfinished || rollout.unseen)
    };
    !service.spec.selector.is_empty()
        && !service.is_headless()
        && service.spec.r#type != "ExternalName"
        && metadata.deleted().is_none()
        && view.older_than(metadata.created(), traffic::NEW)
        && view.saw(Kind::EndpointSlice, namespace)
        && !view.workloads_selected_by(namespace, &service.spec.selector).any(rolls)
}
