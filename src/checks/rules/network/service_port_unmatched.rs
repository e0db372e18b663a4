//! A service has ready pods, but none of them has a port of the name, number or protocol that it uses.

use crate::checks::prelude::*;
use crate::checks::traffic;
use crate::finding::command::selector;
use crate::model::{Port, Workload};
use crate::wire::{Service, ServicePort};
use std::collections::BTreeSet;

static INFO: CheckInfo = CheckInfo {
    id: "service-port-unmatched",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[
        Kind::Service,
        Kind::EndpointSlice,
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::DaemonSet,
        Kind::Pod,
        Kind::Ingress,
    ],
    title: Text {
        en: "Service port matches no pod",
        zh_tw: "Service 的連接埠對不到 Pod",
        zh_cn: "Service 的端口对不上 Pod",
    },
    meaning: Text {
        en: "Connections to this port of the Service fail, although its pods are ready. For a port number this is likely, \
             not certain: containers need not declare the ports on which they listen.",
        zh_tw: "Pod 都已就緒，但連不到 Service 的這個連接埠。以號碼指定的連接埠只是可能如此：容器不必宣告自己監聽的連接埠。",
        zh_cn: "Pod 都已就绪，但连不上 Service 的这个端口。以数字指定的端口只是可能如此：容器不必声明自己监听的端口。",
    },
    remedy: Text {
        en: "Make the name, number and protocol of the port the same in the container and in the targetPort of the Service.",
        zh_tw: "讓容器與 Service 的 targetPort 使用相同的連接埠名稱、號碼與協定。",
        zh_cn: "让容器与 Service 的 targetPort 使用相同的端口名称、端口号和协议。",
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

static WRONG_PROTOCOL: Text = Text {
    en: "its pods declare port {names} as {declared} only, but service port {ports} is {wanted}",
    zh_tw: "Pod 宣告的連接埠 {names} 只有 {declared}，但 Service 的連接埠 {ports} 是 {wanted}",
    zh_cn: "Pod 声明的端口 {names} 只有 {declared}，但 Service 的端口 {ports} 是 {wanted}",
};

static UNDECLARED: Text = Text {
    en: "no container of {workload} declares port {names} (service port {ports}); declared: {declared}",
    zh_tw: "{workload} 的容器都沒有宣告連接埠 {names}（Service 的連接埠 {ports}）；已宣告：{declared}",
    zh_cn: "{workload} 的容器都没有声明端口 {names}（Service 的端口 {ports}）；已声明：{declared}",
};

/// Ports of a Service that its pods do not serve.
struct Lost<'a> {
    text: &'static Text,
    /// Distinguishes the finding from others about the Service.
    part: &'static [&'static str],
    severity: Severity,
    ports: Vec<&'a ServicePort>,
}

fn run(view: &View, out: &mut Reporter) {
    for service in &view.snapshot.rows.services {
        let (namespace, name) = (&*service.metadata.namespace, &*service.metadata.name);
        let ready: i64 = view.endpoints(namespace, name).iter().map(|part| i64::from(part.ready)).sum();
        if ready == 0 || !is_judged(view, service) {
            continue;
        }
        let workloads: Vec<&Workload> = view
            .workloads_selected_by(namespace, &service.spec.selector)
            .filter(|workload| workload.desired > 0)
            .collect();
        let declared: Vec<&Port> = workloads
            .iter()
            .filter_map(|workload| workload.rollout())
            .flat_map(|rollout| &rollout.ports)
            .collect();
        let (mut names, protocols) = (unnamed(view, service), of_other_protocol(service, &declared));
        // A name that exists with another protocol is no missing name.
        names.retain(|port| !protocols.iter().any(|other| std::ptr::eq(*other, *port)));
        let (severity, undeclared) = undeclared(view, service, &workloads, &declared);
        let medium = Severity::Medium;
        for lost in [
            Lost { text: &MESSAGE, part: &[], severity: medium, ports: names },
            Lost { text: &WRONG_PROTOCOL, part: &["protocol"], severity: medium, ports: protocols },
            Lost { text: &UNDECLARED, part: &["undeclared"], severity, ports: undeclared },
        ] {
            if !lost.ports.is_empty() {
                let mut facts = facts(&lost.ports, &workloads, &declared);
                facts.push(("ready", Fact::Number(ready)));
                report(view, out, service, &lost, facts);
            }
        }
    }
}

fn report(view: &View, out: &mut Reporter, service: &Service, lost: &Lost, facts: Facts) {
    let (namespace, name) = (&*service.metadata.namespace, &*service.metadata.name);
    let message = Message::new(lost.text, facts);
    let finding = out.object(traffic::service_ref(service), lost.part, lost.severity, message);
    finding.affected = view.ingresses_to(namespace, name).map(traffic::ingress_ref).collect();
    let kubectl = &view.settings.kubectl;
    let ports = "custom-columns=POD:.metadata.name,PORTS:.spec.containers[*].ports";
    let labels = selector(&service.spec.selector);
    finding.actions = vec![
        kubectl.line(&["get", "pods", "-n", namespace, "-l", &labels, "-o", ports]),
        kubectl.describe(&finding.object),
    ];
}

/// Returns the ports by name that no endpoint has: the EndpointSlice controller leaves them out.
fn unnamed<'a>(view: &View, service: &'a Service) -> Vec<&'a ServicePort> {
    let parts = view.endpoints(&service.metadata.namespace, &service.metadata.name);
    let ready = || parts.iter().filter(|part| part.ready > 0);
    let served = |port: &&ServicePort| ready().any(|part| part.ports.iter().any(|p| **p == *port.name));
    service.spec.ports.iter().filter(|port| port.target_number().is_none() && !served(port)).collect()
}

/// Returns the ports that the pods declare with another protocol only.
fn of_other_protocol<'a>(service: &'a Service, declared: &[&Port]) -> Vec<&'a ServicePort> {
    let is_other = |port: &&ServicePort| {
        let mut same = declared.iter().filter(|other| is_target(port, other)).peekable();
        same.peek().is_some() && !same.any(|other| *other.protocol == *port.transport())
    };
    service.spec.ports.iter().filter(is_other).collect()
}

/// Returns the ports by number that no container declares, although the containers declare ports. Containers need not declare
/// them, so this is low unless none of the ports is declared and there are other signs.
fn undeclared<'a>(
    view: &View,
    service: &'a Service,
    workloads: &[&Workload],
    declared: &[&Port],
) -> (Severity, Vec<&'a ServicePort>) {
    let is_known = |port: &&ServicePort| declared.iter().any(|other| is_target(port, other));
    let is_lost = |port: &&ServicePort| port.target_number().is_some() && !is_known(port);
    if declared.is_empty() || workloads.iter().any(|workload| has_other_containers(view, workload)) {
        return (Severity::Low, Vec::new());
    }
    let (namespace, name) = (&*service.metadata.namespace, &*service.metadata.name);
    let is_used = view.ingresses_to(namespace, name).next().is_some();
    let is_likely = is_used || declared.iter().any(|port| !port.name.is_empty());
    let severity = if is_likely && !service.spec.ports.iter().any(|port| is_known(&port)) {
        Severity::Medium
    } else {
        Severity::Low
    };
    (severity, service.spec.ports.iter().filter(is_lost).collect())
}

/// Whether a declared port is the one that a port of a Service leads to, regardless of the protocol.
fn is_target(port: &ServicePort, declared: &Port) -> bool {
    match port.target_number() {
        Some(number) => declared.number == number,
        None => *declared.name == *port.target_port.str_val,
    }
}

/// Whether a webhook has added containers to the pods of a workload: these may listen on any port.
fn has_other_containers(view: &View, workload: &Workload) -> bool {
    let Some(rollout) = workload.rollout() else { return true };
    let Some(pod) = view.serving_pods(workload).next() else { return false };
    pod.shared.template.specs.iter().any(|spec| !rollout.containers.contains(&spec.container))
}

fn facts(ports: &[&ServicePort], workloads: &[&Workload], declared: &[&Port]) -> Facts {
    let joined = |each: fn(&ServicePort) -> String| Fact::list(ports.iter().map(|port| each(port)));
    let wanted: BTreeSet<&str> = ports.iter().map(|port| port.transport()).collect();
    let is_lost = |other: &&&Port| ports.iter().any(|port| is_target(port, other));
    let mut others: BTreeSet<String> =
        declared.iter().filter(is_lost).map(|port| port.protocol.to_string()).collect();
    if others.is_empty() {
        others = declared.iter().map(|port| format!("{}/{}", port.number, port.protocol)).collect();
    }
    let shown = workloads.first().map_or_else(String::new, |w| format!("{} {}", w.kind.name(), w.name));
    vec![
        ("names", joined(target)),
        ("ports", joined(|port| port.port.to_string())),
        ("wanted", Fact::list(wanted)),
        ("declared", Fact::list(others)),
        ("workload", Fact::Text(shown)),
    ]
}

fn target(port: &ServicePort) -> String {
    port.target_number().map_or_else(|| port.target_port.to_string(), |number| number.to_string())
}

/// Whether the check applies. A headless service has no port to connect to, and a rollout may add the port.
fn is_judged(view: &View, service: &Service) -> bool {
    let metadata = &service.metadata;
    let namespace = &*metadata.namespace;
    let rolls = |workload: &Workload| {
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
