//! Reports Ingresses that define a host and path which another Ingress of the same controller sends elsewhere.

use crate::checks::prelude::*;
use crate::checks::traffic;
use crate::wire::{HttpIngressPath, Ingress, LoadBalancerIngress};
use std::collections::{BTreeMap, BTreeSet};

static INFO: CheckInfo = CheckInfo {
    id: "ingress-conflict",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::Ingress],
    title: Text {
        en: "Host and path in two Ingresses",
        zh_tw: "兩個 Ingress 設定相同的主機與路徑",
        zh_cn: "两个 Ingress 配置相同的主机与路径",
    },
    meaning: Text {
        en: "The controller uses only one of the two backends. Which one depends on the controller and may change.",
        zh_tw: "控制器只會用其中一個後端；用哪一個由控制器決定，也可能改變。",
        zh_cn: "控制器只会用其中一个后端；用哪一个由控制器决定，也可能变化。",
    },
    remedy: Text {
        en: "Decide which Ingress serves the path, and remove the rule from the other one.",
        zh_tw: "決定由哪一個 Ingress 提供該路徑，並從另一個移除這條規則。",
        zh_cn: "决定由哪一个 Ingress 提供该路径，并从另一个删除这条规则。",
    },
    prevention: Text {
        en: "Give each team its own hosts, and let the admission webhook of the controller reject duplicates.",
        zh_tw: "每個團隊使用各自的主機名稱，並啟用控制器的 admission webhook 來拒絕重複的規則。",
        zh_cn: "每个团队使用各自的主机名，并启用控制器的准入 Webhook 来拒绝重复的规则。",
    },
    page: page!("ingress-conflict"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "{paths}: also defined by Ingress {others}, with another backend; the controller uses only one of them",
    zh_tw: "{paths}：Ingress {others} 也有相同設定，但後端不同，控制器只會用其中一個",
    zh_cn: "{paths}：Ingress {others} 也有相同配置，但后端不同，控制器只会用其中一个",
};

/// How many paths and Ingresses the message names.
const SHOWN: usize = 3;

/// The paths of the Ingresses that cert-manager adds for a moment.
const ACME: &str = "/.well-known/acme-challenge";

/// The annotation that makes an Ingress the canary of another one.
const CANARY: &str = "nginx.ingress.kubernetes.io/canary";

/// Annotations by which a controller tells apart requests for the same host and path, or joins Ingresses.
const ROUTED: [&str; 5] = [
    "haproxy.org/route-acl",
    "konghq.com/methods",
    "nginx.org/mergeable-ingress-type",
    "traefik.ingress.kubernetes.io/router.priority",
    "zalando.org/skipper-predicate",
];

/// The beginnings of such annotations.
const ROUTED_BY: [&str; 2] = ["alb.ingress.kubernetes.io/conditions.", "konghq.com/headers."];

/// The annotation with the ports that Traefik serves an Ingress on.
const ENTRY_POINTS: &str = "traefik.ingress.kubernetes.io/router.entrypoints";

/// With this port name, an annotation defines the backend (AWS Load Balancer Controller).
const BY_ANNOTATION: &str = "use-annotation";

fn run(view: &View, out: &mut Reporter) {
    for ((namespace, name), Later { ingress, paths }) in conflicts(view) {
        let firsts: BTreeMap<(&str, &str), &Ingress> =
            paths.iter().map(|(_, first)| (key(first), *first)).collect();
        let paths: BTreeSet<&str> = paths.iter().map(|(path, _)| path.as_str()).collect();
        let others = firsts.keys().map(|(namespace, name)| format!("{namespace}/{name}"));
        let facts = vec![("paths", Fact::first(SHOWN, paths)), ("others", Fact::first(SHOWN, others))];
        let object = ObjectRef::new(namespace, "Ingress", name);
        let finding = out.object(object, &[], Severity::Medium, Message::new(&MESSAGE, facts));
        finding.since = ingress.metadata.created();
        finding.serving = true;
        let kubectl = &view.settings.kubectl;
        let first = firsts.into_values().next().map(|first| kubectl.describe(&traffic::ingress_ref(first)));
        finding.actions = std::iter::once(kubectl.describe(&finding.object)).chain(first).collect();
    }
}

fn key(ingress: &Ingress) -> (&str, &str) {
    (&ingress.metadata.namespace, &ingress.metadata.name)
}

/// A path of an Ingress. Paths of different Ingresses with the same place conflict.
struct Defined<'a> {
    place: Place<'a>,
    ingress: &'a Ingress,
    /// The namespace, the name and the port of its Service.
    backend: (&'a str, &'a str, String),
}

/// What a controller tells paths apart by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place<'a> {
    class: &'a str,
    /// Where the controller receives traffic: some controllers make a load balancer for each Ingress.
    addresses: Vec<&'a str>,
    entry_points: &'a str,
    host: String,
    path: &'a str,
    path_type: &'a str,
}

/// An Ingress with paths that earlier ones define.
struct Later<'a> {
    ingress: &'a Ingress,
    /// Each path, with the earlier Ingress.
    paths: Vec<(String, &'a Ingress)>,
}

/// The later Ingresses by namespace and name.
type Conflicts<'a> = BTreeMap<(&'a str, &'a str), Later<'a>>;

fn conflicts<'a>(view: &View<'a>) -> Conflicts<'a> {
    let ingresses = view.snapshot.rows.ingresses.iter().filter(|ingress| {
        ingress.metadata.deleted().is_none()
            && !traffic::is_going(view, &ingress.metadata.namespace)
            && !is_routed(ingress)
    });
    let mut paths: Vec<Defined> = ingresses.flat_map(defined).collect();
    // The earliest Ingress comes first: it is the one that others conflict with.
    let order = |path: &Defined<'a>| (path.ingress.metadata.created(), key(path.ingress));
    paths.sort_by(|a, b| a.place.cmp(&b.place).then_with(|| order(a).cmp(&order(b))));
    let mut found = Conflicts::new();
    for same in paths.chunk_by(|a, b| a.place == b.place) {
        let Some((first, later)) = same.split_first() else { continue };
        let is_other =
            |path: &&Defined| key(path.ingress) != key(first.ingress) && path.backend != first.backend;
        for path in later.iter().filter(is_other) {
            let host = if path.place.host.is_empty() { "*" } else { &path.place.host };
            let shown = format!("{host}{}", path.place.path);
            let later = || Later { ingress: path.ingress, paths: Vec::new() };
            found.entry(key(path.ingress)).or_insert_with(later).paths.push((shown, first.ingress));
        }
    }
    found
}

/// Whether more than host and path decide which requests an Ingress gets.
fn is_routed(ingress: &Ingress) -> bool {
    let metadata = &ingress.metadata;
    metadata.is_annotated(CANARY)
        || ROUTED.iter().any(|key| metadata.annotation(key).is_some())
        || metadata.annotations.as_ref().is_some_and(|all| ROUTED_BY.iter().any(|start| all.has(start)))
}

/// Returns the paths of an Ingress that lead to a Service; none if no controller is known to handle it.
fn defined(ingress: &Ingress) -> Vec<Defined<'_>> {
    let metadata = &ingress.metadata;
    let class = ingress.spec.ingress_class_name.as_deref().filter(|class| !class.is_empty());
    let class = class.or_else(|| metadata.annotation(traffic::CLASS)).unwrap_or_default();
    let mut addresses: Vec<&str> = ingress.status.load_balancer.ingress.iter().map(address).collect();
    addresses.sort_unstable();
    if class.is_empty() && addresses.is_empty() {
        return Vec::new();
    }
    let entry_points = metadata.annotation(ENTRY_POINTS).unwrap_or_default();
    let of_rules = ingress.spec.rules.iter().flat_map(|rule| {
        rule.value.http.paths.iter().map(move |path| (rule.host.to_ascii_lowercase(), path))
    });
    let defined = of_rules.filter_map(|(host, path)| {
        let service = path.backend.service.as_ref().filter(|service| service.port.name != BY_ANNOTATION)?;
        let port = if service.port.name.is_empty() {
            service.port.number.to_string()
        } else {
            service.port.name.clone()
        };
        let (path, path_type) = written(path);
        let place = Place { class, addresses: addresses.clone(), entry_points, host, path, path_type };
        Some(Defined { place, ingress, backend: (&metadata.namespace, &service.name, port) })
    });
    defined.filter(|defined| !defined.place.path.starts_with(ACME)).collect()
}

/// Returns a path and its type as the API defines them: a prefix matches with and without a slash at its end.
fn written(path: &HttpIngressPath) -> (&str, &str) {
    let kind = if path.path_type.is_empty() { "ImplementationSpecific" } else { &path.path_type };
    let text = if kind == "Prefix" { path.path.trim_end_matches('/') } else { &path.path };
    (if text.is_empty() { "/" } else { text }, kind)
}

fn address(of: &LoadBalancerIngress) -> &str {
    if of.ip.is_empty() { &of.hostname } else { &of.ip }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::settings::Settings;
    use crate::snapshot::read_bytes;
    use serde_json::{Value, json};

    /// An Ingress of the class nginx that sends one path to a Service of its own name.
    fn ingress(name: &str, path: &str, path_type: &str) -> Value {
        let backend = json!({ "service": { "name": name, "port": { "number": 80 } } });
        json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
            "metadata": { "namespace": "shop", "name": name, "annotations": {} },
            "spec": { "ingressClassName": "nginx", "rules": [
                { "host": "a.example.com", "http": { "paths": [{ "path": path, "pathType": path_type, "backend": backend }] } },
            ] },
            "status": { "loadBalancer": { "ingress": [] } },
        })
    }

    /// Returns the paths in conflict of each later Ingress.
    fn found(objects: &[Value]) -> Vec<String> {
        let list = json!({ "kind": "List", "apiVersion": "v1", "items": objects }).to_string();
        let snapshot = read_bytes("test", list.as_bytes(), Time::at(1)).unwrap();
        let settings = Settings::default();
        let told = |later: Later| {
            let paths: Vec<String> = later
                .paths
                .iter()
                .map(|(path, first)| format!("{path} of {}", first.metadata.name))
                .collect();
            format!("{}: {}", later.ingress.metadata.name, paths.join(", "))
        };
        conflicts(&View::new(&snapshot, &settings)).into_values().map(told).collect()
    }

    #[test]
    fn host_path_and_type_must_be_the_same() {
        let one = ingress("one", "/cart", "Prefix");
        for (path, path_type, conflicts) in [
            ("/cart", "Prefix", true),
            ("/cart/", "Prefix", true),
            ("/cart", "Exact", false),
            ("/car", "Prefix", false),
            ("/", "Prefix", false),
        ] {
            let told = found(&[one.clone(), ingress("two", path, path_type)]);
            let expected = if conflicts { vec!["two: a.example.com/cart of one"] } else { vec![] };
            assert_eq!(told, expected, "{path} {path_type}");
        }
        let mut elsewhere = ingress("two", "/cart", "Prefix");
        elsewhere["spec"]["rules"][0]["host"] = json!("b.example.com");
        assert!(found(&[one, elsewhere]).is_empty());
        let challenge = |name| ingress(name, "/.well-known/acme-challenge/t", "Exact");
        assert!(found(&[challenge("one"), challenge("two")]).is_empty());
    }

    #[test]
    fn only_ingresses_of_one_controller_conflict() {
        let with = |pointer: &str, value: Value| {
            let mut two = ingress("two", "/", "Prefix");
            *two.pointer_mut(pointer).unwrap() = value;
            found(&[ingress("one", "/", "Prefix"), two]).len()
        };
        assert_eq!(with("/spec/ingressClassName", json!("nginx")), 1);
        assert_eq!(with("/spec/ingressClassName", json!("internal")), 0);
        assert_eq!(with("/status/loadBalancer/ingress", json!([{ "hostname": "lb.example.com" }])), 0);
        assert_eq!(with("/metadata/namespace", json!("blog")), 1);
        // The same backend.
        assert_eq!(with("/spec/rules/0/http/paths/0/backend/service/name", json!("one")), 0);
        for (key, value) in [
            (CANARY, "true"),
            ("nginx.org/mergeable-ingress-type", "minion"),
            ("konghq.com/headers.x-version", "2"),
            (ENTRY_POINTS, "websecure"),
        ] {
            assert_eq!(with("/metadata/annotations", json!({ key: value })), 0, "{key}");
        }
        assert_eq!(with("/metadata/annotations", json!({ CANARY: "false" })), 1);
    }

    #[test]
    fn an_ingress_that_no_controller_is_known_to_handle_is_not_judged() {
        let without = |addresses: Value| {
            let of = |name| {
                let mut ingress = ingress(name, "/", "Prefix");
                ingress["spec"]["ingressClassName"] = Value::Null;
                ingress["status"]["loadBalancer"]["ingress"] = addresses.clone();
                ingress
            };
            found(&[of("one"), of("two")]).len()
        };
        assert_eq!(without(json!([])), 0);
        assert_eq!(without(json!([{ "ip": "10.0.0.1" }])), 1);
    }
}
