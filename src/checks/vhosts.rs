//! Virtual hosts: the Ingresses, routes and listeners for a host, and the Services behind them.
//!
//! What does not belong here: the answers of DNS and of the server behind an address (`wire::Host`).

use super::View;
use super::traffic::ingress_ref;
use crate::model::ObjectRef;
use crate::snapshot::Snapshot;
use crate::tls::{ByHost, Routes, Wildcard};
use crate::wire::{Gateway, HttpRoute, Ingress, Kind, Time};
use std::collections::BTreeSet;

/// The kinds that define virtual hosts.
const KINDS: [Kind; 3] = [Kind::Ingress, Kind::Gateway, Kind::HTTPRoute];

/// A host that an object serves.
#[derive(Clone, Debug)]
pub struct VirtualHost<'a> {
    /// The host; a leading `*.` is a wildcard.
    pub host: &'a str,
    /// The object that defines it.
    pub object: ObjectRef,
    /// The Services behind it, sorted; none if it leads to another kind of backend.
    pub services: Vec<&'a str>,
    /// Since when it exists.
    pub since: Option<Time>,
}

/// Returns every virtual host of a snapshot. An Ingress rule without a host does not count.
pub fn virtual_hosts(snapshot: &Snapshot) -> Vec<VirtualHost<'_>> {
    let rows = &snapshot.rows;
    let routes = Routes::of(&rows.routes);
    let ingresses = rows.ingresses.iter().flat_map(of_ingress);
    let gateways = rows.gateways.iter().flat_map(|gateway| of_gateway(gateway, &routes));
    ingresses.chain(rows.routes.iter().flat_map(of_route)).chain(gateways).collect()
}

/// Indexes virtual hosts by their host.
pub fn by_host<'v, 'a>(all: &'v [VirtualHost<'a>]) -> ByHost<&'v VirtualHost<'a>> {
    let mut out = ByHost::default();
    for one in all {
        let of_ingress = &*one.object.kind == "Ingress";
        out.insert(one.host, if of_ingress { Wildcard::OneLabel } else { Wildcard::Labels }, one);
    }
    out
}

impl VirtualHost<'_> {
    /// Whether it is for exactly one host.
    pub fn is_exact(&self) -> bool {
        !self.host.contains('*')
    }
}

/// Whether all objects that can define a virtual host in the cluster were read.
pub(crate) fn saw_all(view: &View) -> bool {
    let scope = &view.snapshot.scope;
    let whole = scope.is_whole_cluster() && scope.excluded.is_empty() && !scope.selected;
    whole && KINDS.into_iter().all(|kind| view.saw(kind, ""))
}

fn of_ingress(ingress: &Ingress) -> impl Iterator<Item = VirtualHost<'_>> {
    ingress.spec.rules.iter().filter(|rule| !rule.host.is_empty()).map(|rule| {
        let paths = rule.value.http.paths.iter();
        let services = paths.filter_map(|path| Some(&*path.backend.service.as_ref()?.name));
        VirtualHost {
            host: &rule.host,
            object: ingress_ref(ingress),
            services: sorted(services),
            since: ingress.metadata.created(),
        }
    })
}

/// A route without a parent serves no host.
fn of_route(route: &HttpRoute) -> impl Iterator<Item = VirtualHost<'_>> {
    let metadata = &route.metadata;
    let hosts =
        route.spec.hostnames.iter().filter(|host| !host.is_empty() && !route.spec.parent_refs.is_empty());
    hosts.map(move |host| VirtualHost {
        host,
        object: ObjectRef::new(&metadata.namespace, "HTTPRoute", &metadata.name),
        services: sorted(services(route)),
        since: metadata.created(),
    })
}

fn services(route: &HttpRoute) -> impl Iterator<Item = &str> {
    let backends = route.spec.rules.iter().flat_map(|rule| &rule.backend_refs);
    backends.filter(|of| of.kind.is_empty() || of.kind == "Service").map(|service| &*service.name)
}

/// A listener has no backend of its own: it serves its host if it has a route without hosts, or one that was not read.
fn of_gateway<'a>(gateway: &'a Gateway, routes: &Routes<'a>) -> impl Iterator<Item = VirtualHost<'a>> {
    let metadata = &gateway.metadata;
    let listeners = gateway.spec.listeners.iter().filter(|listener| !listener.hostname.is_empty());
    listeners.filter_map(move |listener| {
        let on_it: Vec<&HttpRoute> = routes.on(gateway, listener).collect();
        let open = || on_it.iter().filter(|route| route.spec.hostnames.is_empty());
        let status = gateway.status.listeners.iter().find(|status| status.name == listener.name);
        let attached = status.map_or(0, |status| usize::try_from(status.attached_routes).unwrap_or(0));
        (open().next().is_some() || attached > on_it.len()).then(|| VirtualHost {
            host: &listener.hostname,
            object: ObjectRef::new(&metadata.namespace, "Gateway", &metadata.name),
            services: sorted(open().flat_map(|route| services(route))),
            since: metadata.created(),
        })
    })
}

fn sorted<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_listener_is_for_its_host_where_a_route_is() {
        let gateway = serde_json::from_value(json!({
            "metadata": { "namespace": "edge", "name": "public" },
            "spec": { "listeners": [
                { "name": "bare", "hostname": "bare.example.com" },
                { "name": "open", "hostname": "*.open.example.com" },
                { "name": "named", "hostname": "*.named.example.com" },
                { "name": "grpc", "hostname": "grpc.example.com" },
            ] },
            "status": { "listeners": [
                { "name": "bare", "attachedRoutes": 0 },
                { "name": "named", "attachedRoutes": 1 },
                { "name": "grpc", "attachedRoutes": 1 },
            ] },
        }));
        let route = |section: &str, hosts: &[&str]| {
            let parent = json!({ "name": "public", "sectionName": section });
            let rules = json!([{ "backendRefs": [{ "name": section }] }]);
            serde_json::from_value(json!({
                "metadata": { "namespace": "edge", "name": section },
                "spec": { "hostnames": hosts, "parentRefs": [parent], "rules": rules },
            }))
            .unwrap()
        };
        let mut snapshot = Snapshot::default();
        snapshot.rows.gateways = vec![gateway.unwrap()];
        snapshot.rows.routes = vec![route("open", &[]), route("named", &["a.named.example.com"])];
        let all = virtual_hosts(&snapshot);
        let shown: Vec<(&str, &[&str])> = all.iter().map(|of| (of.host, &*of.services)).collect();
        assert_eq!(
            shown,
            [
                ("a.named.example.com", &["named"][..]),
                ("*.open.example.com", &["open"]),
                ("grpc.example.com", &[])
            ]
        );
        let index = by_host(&all);
        assert!(index.of("bare.example.com").is_empty() && index.of("b.named.example.com").is_empty());
        assert_eq!(index.of("a.b.open.example.com").len(), 1);
    }
}
