//! Reports Ingresses that name a Service or a port that does not exist.

use crate::checks::prelude::*;
use crate::checks::traffic;
use crate::text::Message;
use crate::wire::{Ingress, Service, ServiceBackendPort};
use std::collections::BTreeMap;

static INFO: CheckInfo = CheckInfo {
    id: "ingress-backend-missing",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Ingress, Kind::Service],
    title: Text {
        en: "Ingress backend missing",
        zh_tw: "Ingress 的後端不存在",
        zh_cn: "Ingress 的后端不存在",
    },
    meaning: Text {
        en: "The ingress controller answers requests for these hosts and paths with an error.",
        zh_tw: "這些主機與路徑的請求，會由 Ingress 控制器直接回錯誤。",
        zh_cn: "这些主机与路径的请求，会由 Ingress 控制器直接返回错误。",
    },
    remedy: Text {
        en: "Create the Service, or name an existing Service and port; delete the rule if it is no longer needed.",
        zh_tw: "建立該 Service，或改成實際存在的名稱與連接埠；若是殘留的規則就刪除。",
        zh_cn: "创建该 Service，或改成实际存在的名称与端口；如果是遗留的规则就删除。",
    },
    prevention: Text {
        en: "Deploy an Ingress together with its Service, from one template.",
        zh_tw: "Ingress 與 Service 由同一份範本一起部署。",
        zh_cn: "Ingress 与 Service 由同一份模板一起部署。",
    },
    page: page!("ingress-backend-missing"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static NO_SERVICE: Text = Text {
    en: "{paths}: Service {service} does not exist",
    zh_tw: "{paths}：Service {service} 不存在",
    zh_cn: "{paths}：Service {service} 不存在",
};

static NO_PORT: Text = Text {
    en: "{paths}: Service {service} has no port {port}, only {ports}",
    zh_tw: "{paths}：Service {service} 沒有連接埠 {port}，只有 {ports}",
    zh_cn: "{paths}：Service {service} 没有端口 {port}，只有 {ports}",
};

static NAMED: Text = Text { en: "{port} ({name})", zh_tw: "{port}（{name}）", zh_cn: "{port}（{name}）" };

static UNNAMED: Text = Text { en: "{port}", zh_tw: "{port}", zh_cn: "{port}" };

/// How many hosts and paths of one Service the message names.
const SHOWN: usize = 3;

/// With this port name, an annotation defines the backend (AWS Load Balancer Controller).
const BY_ANNOTATION: &str = "use-annotation";

fn run(view: &View, out: &mut Reporter) {
    for ingress in &view.snapshot.rows.ingresses {
        let metadata = &ingress.metadata;
        let namespace = &*metadata.namespace;
        if traffic::is_going(view, namespace) || !view.saw(Kind::Service, namespace) {
            continue;
        }
        for (name, used) in by_service(ingress) {
            let Some((message, severity)) = judge(view.service(namespace, name), name, &used) else {
                continue;
            };
            let finding = out.object(traffic::ingress_ref(ingress), &[name], severity, message);
            finding.since = metadata.created();
            finding.because = declared([ObjectRef::new(namespace, "Service", name)]);
            let kubectl = &view.settings.kubectl;
            finding.actions =
                vec![kubectl.describe(&finding.object), kubectl.line(&["get", "services", "-n", namespace])];
        }
    }
}

/// A host and path, and the port of its backend.
type Use<'a> = (String, &'a ServiceBackendPort);

/// Returns the Services of an Ingress, with their hosts and paths.
fn by_service(ingress: &Ingress) -> BTreeMap<&str, Vec<Use<'_>>> {
    let default = ingress.spec.default_backend.iter().map(|backend| ("*".to_owned(), backend));
    let rules = ingress.spec.rules.iter().flat_map(|rule| {
        let host = if rule.host.is_empty() { "*" } else { &rule.host };
        rule.value.http.paths.iter().map(move |path| (format!("{host}{}", path.path), &path.backend))
    });
    let mut out: BTreeMap<&str, Vec<Use>> = BTreeMap::new();
    for (place, backend) in default.chain(rules) {
        if let Some(service) = backend.service.as_ref().filter(|service| service.port.name != BY_ANNOTATION) {
            out.entry(&service.name).or_default().push((place, &service.port));
        }
    }
    out
}

/// Returns the problem of one Service of an Ingress.
fn judge(service: Option<&Service>, name: &str, used: &[Use]) -> Option<(Message, Severity)> {
    let wrong = |(_, port): &&Use| service.is_none_or(|service| !has(service, port));
    let lost: Vec<&Use> = used.iter().filter(wrong).collect();
    let (_, port) = lost.first()?;
    let paths = Fact::first(SHOWN, lost.iter().map(|(place, _)| place.as_str()));
    let mut facts = vec![("paths", paths), ("service", Fact::text(name))];
    let Some(service) = service else { return Some((Message::new(&NO_SERVICE, facts), Severity::High)) };
    let ports = service.spec.ports.iter().map(|port| {
        let facts = vec![("port", Fact::count(port.port)), ("name", Fact::text(&port.name))];
        Message::new(if port.name.is_empty() { &UNNAMED } else { &NAMED }, facts)
    });
    let ports: Vec<Message> = ports.collect();
    let wanted = if port.name.is_empty() { port.number.to_string() } else { port.name.clone() };
    facts.push(("port", Fact::Text(wanted)));
    facts.push(("ports", if ports.is_empty() { Fact::text("-") } else { Fact::Messages(ports) }));
    Some((Message::new(&NO_PORT, facts), Severity::High))
}

/// Whether a Service has the port that an Ingress names. An `ExternalName` Service has any port.
fn has(service: &Service, wanted: &ServiceBackendPort) -> bool {
    let by_name = !wanted.name.is_empty();
    let is_it = |port: &crate::wire::ServicePort| {
        if by_name { port.name == wanted.name } else { port.port == wanted.number }
    };
    service.spec.r#type == "ExternalName" || service.spec.ports.iter().any(is_it)
}
