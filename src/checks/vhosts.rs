//! Virtual hosts: which Ingresses, routes and listeners are for a host, and who answers behind them.
//!
//! What does not belong here: what DNS and the server behind an address say of a host (`wire::Host`).

use super::View;
use super::traffic::ingress_ref;
use crate::model::ObjectRef;
use crate::snapshot::Snapshot;
use crate::wire::{Gateway, HttpRoute, Ingress, Kind, Time};
use std::collections::BTreeSet;

/// The kinds that give a cluster its virtual hosts.
const KINDS: [Kind; 3] = [Kind::Ingress, Kind::Gateway, Kind::HTTPRoute];

/// A host that an object is for.
#[derive(Clone, Debug)]
pub struct VirtualHost<'a> {
    /// The host; `*.` at its beginning stands for other names.
    pub host: &'a str,
    /// Whose it is.
    pub object: ObjectRef,
    /// The services behind it, sorted; none where it leads to something else.
    pub services: Vec<&'a str>,
    /// Since when.
    pub since: Option<Time>,
}

/// Every virtual host of a snapshot. An Ingress rule without a host is none: it takes what nobody else does.
pub fn virtual_hosts(snapshot: &Snapshot) -> Vec<VirtualHost<'_>> {
    let rows = &snapshot.rows;
    let ingresses = rows.ingresses.iter().flat_map(of_ingress);
    let gateways = rows.gateways.iter().flat_map(of_gateway);
    ingresses.chain(rows.routes.iter().flat_map(of_route)).chain(gateways).collect()
}

impl VirtualHost<'_> {
    /// Whether it is for a host. The wildcard of an Ingress stands for one label, that of a route for any number.
    pub fn is_for(&self, host: &str) -> bool {
        let Some(parent) = self.host.strip_prefix('*') else { return self.host.eq_ignore_ascii_case(host) };
        let start = host.len().saturating_sub(parent.len());
        let (Some(first), Some(rest)) = (host.get(..start), host.get(start..)) else { return false };
        let deep = &*self.object.kind != "Ingress";
        rest.eq_ignore_ascii_case(parent) && !first.is_empty() && (deep || !first.contains('.'))
    }

    /// Whether it names one host.
    pub fn is_exact(&self) -> bool {
        !self.host.contains('*')
    }
}

/// Whether whatever could be a virtual host of the cluster was seen.
pub(super) fn saw_all(view: &View) -> bool {
    let scope = &view.snapshot.scope;
    let whole = scope.is_whole_cluster() && scope.excluded.is_empty() && !scope.selected;
    whole && KINDS.into_iter().all(|kind| view.saw(kind, ""))
}

/// Where TLS is ended for hosts.
#[derive(Clone, Debug)]
pub(super) struct Ends<'a> {
    /// Who ends it.
    pub object: ObjectRef,
    /// The hosts; empty for every host of the object's rules.
    hosts: Vec<&'a str>,
    /// Namespace and name of the secret, where one is named.
    pub secret: Option<(&'a str, &'a str)>,
}

impl Ends<'_> {
    /// Whether it is for a host.
    pub(super) fn covers(&self, host: &str) -> bool {
        let object = ObjectRef::of_cluster("Ingress", "");
        let one = |pattern: &&str| {
            VirtualHost { host: pattern, object: object.clone(), services: Vec::new(), since: None }
                .is_for(host)
        };
        self.hosts.iter().any(one)
    }
}

/// Everywhere that TLS is ended, the exact hosts first.
pub(super) fn tls_ends(snapshot: &Snapshot) -> Vec<Ends<'_>> {
    let rows = &snapshot.rows;
    let of_ingress = rows.ingresses.iter().flat_map(|ingress| {
        ingress.spec.tls.iter().map(move |tls| {
            let rules = ingress.spec.rules.iter().map(|rule| &*rule.host);
            let named: Vec<&str> = tls.hosts.iter().map(String::as_str).collect();
            let secret = (&*ingress.metadata.namespace, &*tls.secret_name);
            Ends {
                object: ingress_ref(ingress),
                hosts: if named.is_empty() { rules.collect() } else { named },
                secret: Some(secret).filter(|(_, name)| !name.is_empty()),
            }
        })
    });
    let of_gateway = rows.gateways.iter().flat_map(|gateway| {
        let metadata = &gateway.metadata;
        let ended = gateway.spec.listeners.iter().filter(|listener| listener.tls.mode != "Passthrough");
        ended.filter(|listener| listener.protocol == "HTTPS").map(move |listener| {
            let only = match listener.tls.certificate_refs.as_slice() {
                [one] if one.kind.is_empty() || one.kind == "Secret" => Some(one),
                _ => None,
            };
            let secret = only.map(|one| {
                let own = one.namespace.is_empty();
                (if own { &*metadata.namespace } else { &*one.namespace }, &*one.name)
            });
            let object = ObjectRef::new(&metadata.namespace, "Gateway", &metadata.name);
            Ends { object, hosts: vec![&listener.hostname], secret }
        })
    });
    let mut all: Vec<Ends> = of_ingress.chain(of_gateway).collect();
    all.sort_by_key(|ends| ends.hosts.iter().any(|host| host.starts_with('*')));
    all
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

/// A route that hangs on nothing is for nobody.
fn of_route(route: &HttpRoute) -> impl Iterator<Item = VirtualHost<'_>> {
    let metadata = &route.metadata;
    let hosts =
        route.spec.hostnames.iter().filter(|host| !host.is_empty() && !route.spec.parent_refs.is_empty());
    hosts.map(move |host| {
        let backends = route.spec.rules.iter().flat_map(|rule| &rule.backend_refs);
        let services = backends.filter(|of| of.kind.is_empty() || of.kind == "Service");
        VirtualHost {
            host,
            object: ObjectRef::new(&metadata.namespace, "HTTPRoute", &metadata.name),
            services: sorted(services.map(|service| &*service.name)),
            since: metadata.created(),
        }
    })
}

fn of_gateway(gateway: &Gateway) -> impl Iterator<Item = VirtualHost<'_>> {
    let metadata = &gateway.metadata;
    let listeners = gateway.spec.listeners.iter().filter(|listener| !listener.hostname.is_empty());
    listeners.map(move |listener| VirtualHost {
        host: &listener.hostname,
        object: ObjectRef::new(&metadata.namespace, "Gateway", &metadata.name),
        services: Vec::new(),
        since: metadata.created(),
    })
}

fn sorted<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_stands_for_what_its_kind_says() {
        let of = |kind: &str, pattern: &'static str, host: &str| {
            let object = ObjectRef::new("shop", kind, "web");
            VirtualHost { host: pattern, object, services: Vec::new(), since: None }.is_for(host)
        };
        assert!(of("Ingress", "Shop.example.com", "shop.example.com"));
        assert!(of("Ingress", "*.example.com", "shop.example.com"));
        for (kind, host, is_for) in [
            ("Ingress", "a.shop.example.com", false),
            ("HTTPRoute", "a.shop.example.com", true),
            ("Gateway", "example.com", false),
            ("Ingress", ".example.com", false),
            ("Ingress", "shop.example.org", false),
            ("Ingress", "com", false),
            ("Ingress", "é.example.com", true),
        ] {
            assert_eq!(of(kind, "*.example.com", host), is_for, "{kind} {host}");
        }
    }
}
