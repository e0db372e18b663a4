//! Finds a Prometheus in the cluster by the labels that its operator and its charts set on its services.
//!
//! Any user who may create a Service can set these labels. So a Prometheus counts for the whole scope only in a namespace of
//! the operators of the cluster, and elsewhere only for its own namespace.

use super::super::Unavailable;
use super::super::selector::PromSelector;
use crate::cluster::page::{Accept, ApiClient, Request, RetryPolicy};
use crate::text::reasons::{
    NO_PROMETHEUS, OTHER_NAMESPACE, SERVICES_FORBIDDEN, SERVICES_UNREADABLE, SET_PROMETHEUS,
};
use crate::text::{Fact, Message, Text};
use crate::wire;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use std::time::Duration;

/// The label of the operator, then that of the charts. A selector has no "or", so the second is requested only if the first
/// finds nothing.
const LABELS: [&str; 2] = ["operated-prometheus=true", "app.kubernetes.io/name=prometheus"];

/// The namespaces in which the operators of a cluster install its Prometheus, unless the user names others. A user of other
/// namespaces has no rights in them.
const OPERATED: [&str; 6] = [
    "kube-prometheus-stack",
    "kube-system",
    "monitoring",
    "observability",
    "openshift-monitoring",
    "prometheus",
];

/// A service, as the proxy of the API server names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Service {
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// The name or the number of the port.
    pub(crate) port: String,
}

#[derive(Deserialize)]
struct List {
    kind: String,
    #[serde(default)]
    items: Vec<wire::Service>,
}

/// A Prometheus in the cluster.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) service: Service,
    /// Whether its numbers count for its own namespace only.
    pub(crate) is_of_namespace: bool,
}

/// The first service of a Prometheus in the namespaces of the operators; without one, the first in the scope, which counts
/// for its own namespace.
///
/// # Errors
/// When there is none, or the services cannot be listed.
pub(crate) async fn service(
    client: &ApiClient,
    namespaces: &[String],
    selector: &PromSelector,
    deadline: Duration,
) -> Result<Found, Unavailable> {
    let mut others = Vec::new();
    for label in LABELS {
        let services = list(client, label, deadline).await?.into_iter();
        let is_operated = |service: &wire::Service| is_of_operators(namespaces, &service.metadata.namespace);
        let (operated, rest): (Vec<_>, Vec<_>) = services.partition(is_operated);
        if let Some(service) = first(&operated) {
            return Ok(Found { service, is_of_namespace: false });
        }
        others.extend(rest);
    }
    own(others, selector)
}

fn is_of_operators(namespaces: &[String], namespace: &str) -> bool {
    if namespaces.is_empty() {
        return OPERATED.contains(&namespace);
    }
    namespaces.iter().any(|name| name == namespace)
}

/// The first of the services that are in the scope.
fn own(mut services: Vec<wire::Service>, selector: &PromSelector) -> Result<Found, Unavailable> {
    let elsewhere = first(&services);
    services.retain(|service| selector.holds(&service.metadata.namespace));
    match (first(&services), elsewhere) {
        (Some(service), _) => Ok(Found { service, is_of_namespace: true }),
        (None, Some(Service { namespace, name, .. })) => {
            let facts = vec![("service", Fact::Text(format!("{namespace}/{name}")))];
            Err(Unavailable::left_out(Message::new(&OTHER_NAMESPACE, facts)))
        }
        (None, None) => Err(none(&NO_PROMETHEUS)),
    }
}

/// Why there is none, and what to set instead.
fn none(why: &'static Text) -> Unavailable {
    Unavailable::left_out(Message::plain(why)).within(&SET_PROMETHEUS)
}

async fn list(
    client: &ApiClient,
    label: &str,
    deadline: Duration,
) -> Result<Vec<wire::Service>, Unavailable> {
    let label = utf8_percent_encode(label, NON_ALPHANUMERIC);
    let request = Request {
        path: format!("/api/v1/services?labelSelector={label}&limit=500"),
        accept: Accept::Json,
        deadline,
        patience: RetryPolicy::Once,
        form: None,
    };
    match client.ask(&request).await {
        Ok(answer) => match serde_json::from_slice::<List>(&answer.body) {
            Ok(list) if list.kind == "ServiceList" => Ok(list.items),
            _ => Err(none(&SERVICES_UNREADABLE)),
        },
        Err(error) if error.is_forbidden() => Err(none(&SERVICES_FORBIDDEN)),
        Err(error) => Err(Unavailable::of("services", &error).within(&SET_PROMETHEUS)),
    }
}

/// The first one by port, namespace and name with the port of a Prometheus.
fn first(services: &[wire::Service]) -> Option<Service> {
    let found = services.iter().filter_map(|service| {
        let ports = service.spec.ports.iter();
        let (rank, port) =
            ports.filter_map(|port| Some((rank(port)?, port))).min_by_key(|(rank, _)| *rank)?;
        let port = if port.name.is_empty() { port.port.to_string() } else { port.name.clone() };
        let metadata = &service.metadata;
        let (namespace, name) = (metadata.namespace.clone(), metadata.name.clone());
        Some((rank, Service { namespace, name, port }))
    });
    let key = |(rank, service): &(u8, Service)| (*rank, service.namespace.clone(), service.name.clone());
    found.min_by_key(key).map(|(_, service)| service)
}

/// How likely a port is that of a Prometheus: by its own name, its number, or a general name.
fn rank(port: &wire::ServicePort) -> Option<u8> {
    match (port.name.as_str(), port.port) {
        ("web", _) => Some(0),
        (_, 9090) => Some(1),
        ("http" | "http-web", _) => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn service(namespace: &str, name: &str, ports: &[(&str, i32)]) -> wire::Service {
        let ports: Vec<_> = ports.iter().map(|(name, port)| json!({ "name": name, "port": port })).collect();
        let value =
            json!({ "metadata": { "namespace": namespace, "name": name }, "spec": { "ports": ports } });
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn the_port_of_a_prometheus_is_known_by_name_or_number() {
        let port = |ports: &[(&str, i32)]| first(&[service("a", "b", ports)]).map(|service| service.port);
        assert_eq!(port(&[("reloader-web", 8080), ("http-web", 9090)]), Some("http-web".to_owned()));
        assert_eq!(port(&[("http", 80), ("web", 9091)]), Some("web".to_owned()));
        assert_eq!(port(&[("", 9090)]), Some("9090".to_owned()));
        assert_eq!(port(&[("http", 80)]), Some("http".to_owned()));
        assert_eq!(port(&[("grpc", 10901)]), None);
        assert_eq!(port(&[]), None);
    }

    #[test]
    fn the_choice_of_several_does_not_depend_on_their_order() {
        let thanos = service("a", "sidecar", &[("grpc", 10901), ("http", 10902)]);
        let (one, two) = (service("m", "one", &[("web", 9090)]), service("m", "two", &[("web", 9090)]));
        let names = |services: &[wire::Service]| first(services).map(|service| service.name);
        assert_eq!(names(&[two.clone(), thanos.clone(), one.clone()]), Some("one".to_owned()));
        assert_eq!(names(&[one, two, thanos]), Some("one".to_owned()));
    }

    #[test]
    fn a_prometheus_of_a_tenant_counts_for_its_own_namespace() {
        let scope = |names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            PromSelector::new(names, Vec::new(), globset::GlobSet::empty())
        };
        let services = || {
            vec![service("tenant-b", "prom", &[("web", 9090)]), service("tenant-a", "x", &[("web", 9090)])]
        };
        let found = own(services(), &scope(&[])).unwrap();
        assert_eq!((found.service.namespace.as_str(), found.is_of_namespace), ("tenant-a", true));
        assert_eq!(own(services(), &scope(&["tenant-b"])).unwrap().service.name, "prom");
        let outside = own(services(), &scope(&["shop"])).unwrap_err().why.to_string();
        assert!(outside.starts_with("Service tenant-a/x looks like a Prometheus"), "{outside}");
        assert!(own(Vec::new(), &scope(&[])).unwrap_err().why.to_string().starts_with("no Prometheus found"));
    }

    #[test]
    fn the_user_can_name_the_namespaces_of_the_operators() {
        let named = ["metrics".to_owned()];
        assert!(OPERATED.iter().all(|name| is_of_operators(&[], name) && !is_of_operators(&named, name)));
        assert!(is_of_operators(&named, "metrics") && !is_of_operators(&[], "metrics"));
        assert!(!is_of_operators(&[], "monitoring-2") && !is_of_operators(&[], ""));
    }
}
