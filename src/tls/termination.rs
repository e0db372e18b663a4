//! TLS termination: the hosts of each Ingress and gateway listener, and the Secrets with their certificates.
//!
//! Out of scope: judging certificates (`checks`).

use super::{ByHost, Wildcard};
use crate::model::ObjectRef;
use crate::wire::{Gateway, HttpRoute, Ingress, IngressTls, LabelledMeta, Listener};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const HTTPS: u16 = 443;

/// Annotations of objects whose Secrets a controller creates.
const ISSUERS: [&str; 3] =
    ["cert-manager.io/issuer", "cert-manager.io/cluster-issuer", "kubernetes.io/tls-acme"];

/// An object that terminates TLS.
#[derive(Clone, Debug)]
pub(crate) struct TlsTermination<'a> {
    pub(crate) object: ObjectRef,
    /// The metadata of the object.
    pub(crate) metadata: &'a LabelledMeta,
    /// The hosts in the object itself.
    pub(crate) hosts: Vec<&'a str>,
    /// The hosts of its routes, if it has none itself.
    pub(crate) routed: Vec<&'a str>,
    /// Namespace and name of the Secrets with its certificates.
    pub(crate) secrets: Vec<(&'a str, &'a str)>,
    /// Whether certificates from other places may be served for these hosts.
    pub(crate) others: bool,
    /// The HTTPS port, or `None` if TLS carries another protocol.
    pub(crate) port: Option<u16>,
    wildcard: Wildcard,
}

impl TlsTermination<'_> {
    /// Returns whether a controller creates its Secrets.
    pub(crate) fn is_issued(&self) -> bool {
        ISSUERS.iter().any(|issuer| self.metadata.annotation(issuer).is_some())
    }
}

/// Returns all TLS terminations of these objects.
pub(crate) fn tls_terminations<'a>(
    ingresses: &'a [Ingress],
    gateways: &'a [Gateway],
    routes: &'a [HttpRoute],
) -> Vec<TlsTermination<'a>> {
    let routes = Routes::of(routes);
    let of_gateways = gateways.iter().flat_map(|gateway| of_gateway(gateway, &routes));
    ingresses.iter().flat_map(of_ingress).chain(of_gateways).collect()
}

/// Returns the TLS terminations of an Ingress. An entry without hosts covers the hosts of its rules that no other
/// entry names.
pub(crate) fn of_ingress(ingress: &Ingress) -> impl Iterator<Item = TlsTermination<'_>> {
    let metadata = &ingress.metadata;
    let is_open = |tls: &&IngressTls| tls.hosts.is_empty();
    let open = ingress.spec.tls.iter().filter(is_open).count();
    let mut named = ByHost::default();
    ingress.spec.tls.iter().flat_map(|tls| &tls.hosts).for_each(|host| {
        named.insert(host, Wildcard::OneLabel, ());
    });
    let rules = ingress.spec.rules.iter().map(|rule| &*rule.host).filter(|_| open > 0);
    let rest: BTreeSet<&str> = rules.filter(|host| !host.is_empty() && named.of(host).is_empty()).collect();
    ingress.spec.tls.iter().map(move |tls| {
        let hosts = if tls.hosts.is_empty() {
            rest.iter().copied().collect()
        } else {
            tls.hosts.iter().map(String::as_str).collect()
        };
        let secret = Some((&*metadata.namespace, &*tls.secret_name)).filter(|(_, name)| !name.is_empty());
        TlsTermination {
            object: ObjectRef::new(&metadata.namespace, "Ingress", &metadata.name),
            metadata,
            hosts,
            routed: Vec::new(),
            secrets: secret.into_iter().collect(),
            others: secret.is_none() || tls.hosts.is_empty() && open > 1,
            port: Some(HTTPS),
            wildcard: Wildcard::OneLabel,
        }
    })
}

fn of_gateway<'a>(gateway: &'a Gateway, routes: &Routes<'a>) -> impl Iterator<Item = TlsTermination<'a>> {
    let metadata = &gateway.metadata;
    let carries = |listener: &&Listener| {
        matches!(&*listener.protocol, "HTTPS" | "TLS") || !listener.tls.certificate_refs.is_empty()
    };
    let ended = gateway.spec.listeners.iter().filter(carries);
    ended.filter(|listener| listener.tls.mode != "Passthrough").map(move |listener| {
        let refs = &listener.tls.certificate_refs;
        let ours = refs.iter().filter(|named| named.kind.is_empty() || named.kind == "Secret");
        let secret = |named: &'a crate::wire::Reference| {
            let own = named.namespace.is_empty();
            (if own { &*metadata.namespace } else { &*named.namespace }, &*named.name)
        };
        let secrets: Vec<_> = ours.map(secret).collect();
        let is_open = listener.hostname.is_empty();
        let on_it = routes.on(gateway, listener).filter(|_| is_open);
        TlsTermination {
            object: ObjectRef::new(&metadata.namespace, "Gateway", &metadata.name),
            metadata,
            hosts: Some(&*listener.hostname).filter(|host| !host.is_empty()).into_iter().collect(),
            routed: on_it.flat_map(|route| &route.spec.hostnames).map(String::as_str).collect(),
            others: secrets.is_empty() || secrets.len() < refs.len(),
            secrets,
            port: u16::try_from(listener.port).ok().filter(|port| *port > 0 && listener.protocol == "HTTPS"),
            wildcard: Wildcard::Labels,
        }
    })
}

/// Routes by their gateway.
pub(crate) struct Routes<'a>(BTreeMap<(&'a str, &'a str), Vec<(&'a str, &'a HttpRoute)>>);

impl<'a> Routes<'a> {
    pub(crate) fn of(routes: &'a [HttpRoute]) -> Self {
        let mut out: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for route in routes {
            let parents = route.spec.parent_refs.iter();
            for parent in parents.filter(|parent| parent.kind.is_empty() || parent.kind == "Gateway") {
                let own = parent.namespace.is_empty();
                let namespace = if own { &*route.metadata.namespace } else { &*parent.namespace };
                out.entry((namespace, &*parent.name)).or_default().push((&*parent.section_name, route));
            }
        }
        Self(out)
    }

    /// Returns the routes of a listener.
    pub(crate) fn on<'r>(
        &'r self,
        gateway: &'r Gateway,
        listener: &'r Listener,
    ) -> impl Iterator<Item = &'a HttpRoute> {
        let metadata = &gateway.metadata;
        let all = self.0.get(&(&*metadata.namespace, &*metadata.name)).into_iter().flatten();
        all.filter(|(section, _)| section.is_empty() || *section == listener.name).map(|(_, route)| *route)
    }
}

/// TLS terminations by host.
pub(crate) struct TerminationsByHost<'e, 'a>(ByHost<(&'e TlsTermination<'a>, bool)>);

impl<'e, 'a> TerminationsByHost<'e, 'a> {
    pub(crate) fn of(ends: &'e [TlsTermination<'a>]) -> Self {
        let mut out = ByHost::default();
        for end in ends {
            end.hosts.iter().for_each(|host| out.insert(host, end.wildcard, (end, true)));
            end.routed.iter().for_each(|host| out.insert(host, end.wildcard, (end, false)));
        }
        Self(out)
    }

    /// Returns the terminations that match a host most closely. Those without hosts of their own come last.
    pub(crate) fn closest(&self, host: &str) -> Vec<&'e TlsTermination<'a>> {
        let close = |close: usize, named: bool| if named { close } else { 0 };
        let found: Vec<_> =
            self.0.of(host).into_iter().map(|(fit, (end, named))| (close(fit, *named), *end)).collect();
        let best = found.iter().map(|(fit, _)| *fit).max();
        found.into_iter().filter(|(fit, _)| Some(*fit) == best).map(|(_, end)| end).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
        serde_json::from_value(value).unwrap()
    }

    fn gateway(listeners: &Value) -> Gateway {
        read(
            json!({ "metadata": { "namespace": "edge", "name": "public" }, "spec": { "listeners": listeners } }),
        )
    }

    fn closest(ends: &[TlsTermination], host: &str) -> Vec<String> {
        let index = TerminationsByHost::of(ends);
        index
            .closest(host)
            .iter()
            .map(|end| format!("{}:{}", end.object.slashed(), end.port.unwrap_or(0)))
            .collect()
    }

    #[test]
    fn an_ingress_entry_without_hosts_covers_the_hosts_of_its_rules() {
        let ingress: Ingress = read(json!({
            "metadata": { "namespace": "shop", "name": "web" },
            "spec": {
                "tls": [{ "hosts": ["*.a.example"], "secretName": "wild" }, { "secretName": "rest" }],
                "rules": [{ "host": "www.a.example" }, { "host": "b.example" }, { "host": "b.example" }, {}],
            },
        }));
        let ends: Vec<TlsTermination> = of_ingress(&ingress).collect();
        let shown: Vec<_> = ends.iter().map(|end| (&*end.hosts, end.secrets[0].1, end.others)).collect();
        assert_eq!(shown, [(&["*.a.example"][..], "wild", false), (&["b.example"][..], "rest", false)]);
    }

    #[test]
    fn a_listener_covers_its_hostname_or_its_routes() {
        let gateway = gateway(&json!([
            { "name": "wild", "hostname": "*.example.com", "port": 8443, "protocol": "HTTPS" },
            { "name": "one", "hostname": "a.example.com", "port": 443, "protocol": "HTTPS" },
            { "name": "any", "port": 9443, "protocol": "HTTPS" },
            { "name": "plain", "hostname": "p.example.com", "port": 80, "protocol": "HTTP" },
            { "name": "through", "hostname": "t.example.org", "port": 443, "protocol": "HTTPS", "tls": { "mode": "Passthrough" } },
            { "name": "mail", "hostname": "mail.example.org", "port": 993, "protocol": "TLS" },
        ]));
        let route = |name: &str, host: &str, parent: Value| -> HttpRoute {
            read(json!({
                "metadata": { "namespace": "edge", "name": name },
                "spec": { "hostnames": [host], "parentRefs": [parent] },
            }))
        };
        let routes = [
            route("x", "x.example.org", json!({ "name": "public" })),
            route("y", "y.example.org", json!({ "name": "public", "sectionName": "plain" })),
            route("z", "z.example.org", json!({ "name": "public", "namespace": "elsewhere" })),
            route("a", "a.example.com", json!({ "name": "public" })),
        ];
        let ends = tls_terminations(&[], std::slice::from_ref(&gateway), &routes);
        for (host, at) in [
            ("a.example.com", &["gateway/public:443"][..]),
            ("b.example.com", &["gateway/public:8443"]),
            ("b.c.example.com", &["gateway/public:8443"]),
            ("x.example.org", &["gateway/public:9443"]),
            ("y.example.org", &[]),
            ("z.example.org", &[]),
            ("t.example.org", &[]),
            ("mail.example.org", &["gateway/public:0"]),
        ] {
            assert_eq!(closest(&ends, host), at, "{host}");
        }
    }

    #[test]
    fn returns_all_equally_close_terminations() {
        let ingress = |name: &str, host: &str| -> Ingress {
            read(json!({
                "metadata": { "namespace": "shop", "name": name },
                "spec": { "tls": [{ "hosts": [host], "secretName": name }] },
            }))
        };
        let all = [
            ingress("one", "a.example.com"),
            ingress("two", "A.example.com"),
            ingress("wild", "*.example.com"),
        ];
        let ends = tls_terminations(&all, &[], &[]);
        assert_eq!(closest(&ends, "a.example.com"), ["ingress/one:443", "ingress/two:443"]);
        assert_eq!(closest(&ends, "b.example.com"), ["ingress/wild:443"]);
        assert_eq!(closest(&ends, "b.c.example.com"), [""; 0]);
    }
}
