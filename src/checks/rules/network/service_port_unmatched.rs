//! A service has ready pods, but none of them has a port of the name that it uses.

use crate::checks::prelude::*;
use crate::checks::traffic;
use crate::finding::command::selector;
use crate::wire::{Service, ServicePort};

static INFO: CheckInfo = CheckInfo {
    id: "service-port-unmatched",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::Service, Kind::EndpointSlice, Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet],
    title: Text {
        en: "Service port matches no pod",
        zh_tw: "Service 的連接埠對不到 Pod",
        zh_cn: "Service 的端口对不上 Pod",
    },
    meaning: Text {
        en: "Connections to this port of the Service are refused, although its pods are ready.",
        zh_tw: "Pod 都已就緒，但連到 Service 的這個連接埠會被拒絕。",
        zh_cn: "Pod 都已就绪，但连接 Service 的这个端口会被拒绝。",
    },
    remedy: Text {
        en: "Give the container port the name that the Service uses as targetPort, or set a port number in \
             the Service.",
        zh_tw: "讓容器的連接埠名稱與 Service 的 targetPort 一致，或在 Service 改用連接埠號碼。",
        zh_cn: "让容器的端口名称与 Service 的 targetPort 一致，或在 Service 中改用端口号。",
    },
    prevention: Text {
        en: "Define the port names once, in the template that generates both.",
        zh_tw: "連接埠名稱在同一份範本裡只寫一次，供 Deployment 與 Service 共用。",
        zh_cn: "端口名称在同一份模板里只写一次，供 Deployment 与 Service 共用。",
    },
    page: page!("service-port-unmatched"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "no pod port is named {names} (service port {ports}, {ready:# ready endpoint|# ready endpoints})",
    zh_tw: "Pod 的容器都沒有名為 {names} 的連接埠（Service 的連接埠 {ports}，就緒端點 {ready} 個）",
    zh_cn: "Pod 的容器都没有名为 {names} 的端口（Service 的端口 {ports}，就绪端点 {ready} 个）",
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
        let joined = |each: fn(&ServicePort) -> String| Fact::list(lost.iter().map(|port| each(port)));
        let facts = vec![
            ("ready", Fact::Number(ready)),
            ("names", joined(|port| port.target_port.to_string())),
            ("ports", joined(|port| port.port.to_string())),
        ];
        let finding =
            out.object(traffic::service_ref(service), &[], Severity::Medium, Message::new(&MESSAGE, facts));
        let kubectl = &view.settings.kubectl;
        let ports = "custom-columns=POD:.metadata.name,PORTS:.spec.containers[*].ports";
        let labels = selector(&service.spec.selector);
        finding.actions = vec![
            kubectl.line(&["get", "pods", "-n", namespace, "-l", &labels, "-o", ports]),
            kubectl.describe(&finding.object),
        ];
    }
}

/// Whether the check applies. A headless service has no port to connect to, and a rollout may add the port.
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
