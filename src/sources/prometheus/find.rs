//! Finds a Prometheus in the cluster by the labels that its operator and its charts set on its services.

use super::super::Unavailable;
use crate::cluster::page::{Accept, ApiClient, Request, RetryPolicy};
use crate::text::reasons::{NO_PROMETHEUS, SERVICES_FORBIDDEN, SERVICES_UNREADABLE, SET_PROMETHEUS};
use crate::text::{Message, Text};
use crate::wire;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use std::time::Duration;

/// The label of the operator, then that of the charts. A selector has no "or", so the second is requested only if the first
/// finds nothing.
const LABELS: [&str; 2] = ["operated-prometheus=true", "app.kubernetes.io/name=prometheus"];

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

/// The first service of a Prometheus in the cluster.
///
/// # Errors
/// When there is none, or the services cannot be listed.
pub(crate) async fn service(client: &ApiClient, deadline: Duration) -> Result<Service, Unavailable> {
    for label in LABELS {
        if let Some(service) = first(&list(client, label, deadline).await?) {
            return Ok(service);
        }
    }
    Err(none(&NO_PROMETHEUS))
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
        path: format!("/api/v1/services?labelSelector={label}&limit=100"),
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
}
