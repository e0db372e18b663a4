//! The hosts that objects of the scope name, collected while Ingresses, gateways, routes and namespaces are listed.

use super::{Hosts, MOST};
use crate::tls::{HTTPS, TerminationsByHost, TlsTermination, terminations_of_ingress, tls_terminations};
use crate::wire::{Gateway, HttpRoute, Ingress, Namespace, Object};
use std::collections::{BTreeMap, BTreeSet};

/// The hosts that objects name, and the objects that decide which of them end TLS.
#[derive(Debug, Default)]
pub(crate) struct NamedHosts {
    /// Whether an Ingress ends TLS for a host, by host and namespace.
    pub(crate) hosts: BTreeMap<String, BTreeMap<String, bool>>,
    /// Gateways: for which hosts they end TLS is known when all routes are.
    gateways: Vec<Gateway>,
    /// Routes with a parent.
    routes: Vec<HttpRoute>,
    /// The namespaces whose annotation turns off TLS checks.
    skipped: BTreeSet<String>,
    /// Hosts after the first [`MOST`] by name.
    left_out: BTreeSet<String>,
}

/// What is requested about a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Whether a list names it.
    pub(crate) listed: bool,
    /// Whether an object of the scope does.
    pub(crate) named: bool,
    /// The port for the TLS probe; `None` without a probe.
    pub(crate) tls: Option<u16>,
}

/// What is requested about the hosts of a run.
#[derive(Debug, Default)]
pub(crate) struct AllAsked {
    /// Each host.
    pub(crate) hosts: BTreeMap<String, Asked>,
    /// The number of hosts that are not looked up because there are too many.
    pub(crate) left_out: usize,
}

impl NamedHosts {
    /// Collects the hosts that an object names.
    pub(crate) fn note(&mut self, object: &Object) {
        match object {
            Object::Ingress(ingress) => self.ingress(ingress),
            Object::Gateway(gateway) => self.gateways.push(Gateway::clone(gateway)),
            Object::HTTPRoute(route) if !route.spec.parent_refs.is_empty() => {
                self.routes.push(HttpRoute::clone(route));
            }
            Object::Namespace(namespace) if skips_tls_check(namespace) => {
                self.skipped.insert(namespace.metadata.name.clone());
            }
            _ => {}
        }
    }

    /// Adds those of another part of the run.
    pub(crate) fn append(&mut self, other: Self) {
        for (host, of) in other.hosts {
            for (namespace, tls) in of {
                self.host(host.clone(), namespace, tls);
            }
        }
        self.gateways.extend(other.gateways);
        self.routes.extend(other.routes);
        self.skipped.extend(other.skipped);
        self.left_out.extend(other.left_out);
    }

    fn ingress(&mut self, ingress: &Ingress) {
        let ends: Vec<TlsTermination> = terminations_of_ingress(ingress).collect();
        let (ended, namespace) = (TerminationsByHost::of(&ends), &ingress.metadata.namespace);
        let rules = ingress.spec.rules.iter().map(|rule| &*rule.host);
        for host in rules.chain(ends.iter().flat_map(|end| end.hosts.iter().copied())).filter_map(name) {
            let tls = !ended.closest(&host).is_empty();
            self.host(host, namespace.clone(), tls);
        }
    }

    /// Adds a host. Only the first [`MOST`] by name stay.
    fn host(&mut self, host: String, namespace: String, tls: bool) {
        *self.hosts.entry(host).or_default().entry(namespace).or_default() |= tls;
        if self.hosts.len() > MOST {
            self.left_out.extend(self.hosts.pop_last().map(|(host, _)| host));
        }
    }

    /// Decides what is requested about each host, with those of lists.
    pub(super) fn asked(mut self, wanted: &Hosts) -> AllAsked {
        if wanted.no_annotations {
            self.skipped.clear();
        }
        let (gateways, routes) = (std::mem::take(&mut self.gateways), std::mem::take(&mut self.routes));
        let listeners = gateways.iter().flat_map(|gateway| {
            let hosts = gateway.spec.listeners.iter().map(|listener| &listener.hostname);
            hosts.map(|host| (host, &gateway.metadata.namespace))
        });
        let of_routes = routes
            .iter()
            .flat_map(|route| route.spec.hostnames.iter().map(|host| (host, &route.metadata.namespace)));
        for (host, namespace) in listeners.chain(of_routes) {
            if let Some(host) = name(host) {
                self.host(host, namespace.clone(), false);
            }
        }
        let mut ends = tls_terminations(&[], &gateways, &routes);
        ends.retain(|end| end.port.is_some() && !self.skipped.contains(&end.metadata.namespace));
        self.with_listed(&wanted.listed, &TerminationsByHost::of(&ends))
    }

    fn with_listed(&self, listed: &BTreeSet<String>, gateways: &TerminationsByHost) -> AllAsked {
        let asked = |(host, of): (&String, &BTreeMap<String, bool>)| {
            (host.clone(), Asked { listed: false, named: true, tls: self.port(host, of, gateways) })
        };
        let mut hosts: BTreeMap<String, Asked> = self.hosts.iter().map(asked).collect();
        for host in listed.iter().filter(|host| !host.starts_with('*')) {
            let named = self.hosts.get(host);
            let skipped = named.is_some_and(|of| of.keys().all(|namespace| self.skipped.contains(namespace)));
            let asked = hosts.entry(host.clone()).or_default();
            asked.listed = true;
            asked.tls = asked.tls.or(Some(HTTPS).filter(|_| !skipped));
        }
        let left_out = self.left_out.iter().filter(|host| !hosts.contains_key(*host)).count();
        AllAsked { hosts, left_out }
    }

    /// The port for the TLS probe of a host, unless its namespaces turn that off.
    fn port(&self, host: &str, of: &BTreeMap<String, bool>, gateways: &TerminationsByHost) -> Option<u16> {
        let checked = || of.iter().filter(|(namespace, _)| !self.skipped.contains(*namespace));
        let by_ingress = checked().any(|(_, tls)| *tls).then_some(HTTPS);
        let ended = gateways.closest(host);
        let by_gateway = ended.iter().filter_map(|end| end.port).min_by_key(|port| (*port != HTTPS, *port));
        by_ingress.or(by_gateway.filter(|_| checked().next().is_some()))
    }
}

/// The name of a host that can be looked up; `None` for a wildcard.
fn name(host: impl AsRef<str>) -> Option<String> {
    crate::tls::name(host.as_ref()).ok().filter(|host| !host.starts_with('*'))
}

fn skips_tls_check(namespace: &Namespace) -> bool {
    let written = namespace.metadata.annotations.as_ref();
    written.is_some_and(|written| {
        written.ours().any(|(name, value)| name == "skip-tls-check" && value.trim() == "true")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Kind;
    use serde_json::{Value, json};

    fn asked(objects: &[(Kind, Value)], wanted: &Hosts) -> Vec<(String, bool, Option<u16>)> {
        let mut named = NamedHosts::default();
        for (kind, value) in objects {
            let mut part = NamedHosts::default();
            part.note(&Object::from_value(*kind, value.clone()).unwrap());
            named.append(part);
        }
        let all = named.asked(wanted);
        all.hosts.into_iter().map(|(host, asked)| (host, asked.listed, asked.tls)).collect()
    }

    fn listed(hosts: &[&str]) -> Hosts {
        Hosts { listed: hosts.iter().map(|host| (*host).to_owned()).collect(), ..Hosts::default() }
    }

    fn ingress() -> (Kind, Value) {
        let ingress = json!({
            "metadata": { "namespace": "shop", "name": "web" },
            "spec": {
                "tls": [{ "hosts": ["*.example.com", "pay.example.org"] }],
                "rules": [{ "host": "Web.example.com" }, { "host": "plain.example.org" }, {}, { "host": "*.example.net" }, { "host": "not a host" }],
            },
        });
        (Kind::Ingress, ingress)
    }

    /// A gateway, and routes on it: on all listeners, on the one without TLS, and on nothing.
    fn gateway() -> [(Kind, Value); 4] {
        let listener = |hostname: &str, port: u16, protocol: &str| json!({ "hostname": hostname, "port": port, "protocol": protocol });
        let mut through = listener("through.example.com", 443, "HTTPS");
        through["tls"] = json!({ "mode": "Passthrough" });
        let mut plain = listener("", 80, "HTTP");
        plain["name"] = json!("plain");
        let listeners = [
            listener("api.example.com", 8443, "HTTPS"),
            listener("*.wide.example.com", 443, "HTTPS"),
            listener("*.wide.example.com", 9443, "HTTPS"),
            listener("mail.example.com", 993, "TLS"),
            listener("", 7443, "HTTPS"),
            through,
            plain,
        ];
        let gateway = json!({ "metadata": { "namespace": "edge", "name": "public" }, "spec": { "listeners": listeners } });
        let route = |hosts: &[&str], parents: Value| {
            let spec = json!({ "hostnames": hosts, "parentRefs": parents });
            (Kind::HTTPRoute, json!({ "metadata": { "namespace": "api", "name": hosts[0] }, "spec": spec }))
        };
        let on = |section: &str| json!([{ "name": "public", "namespace": "edge", "sectionName": section }]);
        [
            (Kind::Gateway, gateway),
            route(&["v2.example.com", "a.b.wide.example.com"], on("")),
            route(&["plain.example.com", "both.example.com"], on("plain")),
            route(&["v1.example.com"], json!([])),
        ]
    }

    #[test]
    fn hosts_of_objects_and_of_lists_are_requested() {
        let objects: Vec<_> = gateway().into_iter().chain([ingress()]).collect();
        let lists =
            listed(&["both.example.com", "listed.example.com", "v2.example.com", "*.wild.example.com"]);
        let wanted = [
            ("a.b.wide.example.com", false, Some(443)),
            ("api.example.com", false, Some(8443)),
            ("both.example.com", true, Some(443)),
            ("listed.example.com", true, Some(443)),
            ("mail.example.com", false, None),
            ("pay.example.org", false, Some(443)),
            ("plain.example.com", false, None),
            ("plain.example.org", false, None),
            ("through.example.com", false, None),
            ("v2.example.com", true, Some(7443)),
            ("web.example.com", false, Some(443)),
        ];
        let wanted: Vec<_> = wanted.map(|(host, listed, tls)| (host.to_owned(), listed, tls)).into();
        assert_eq!(asked(&objects, &lists), wanted);
    }

    #[test]
    fn an_annotation_of_the_namespace_turns_the_probe_off() {
        let note = json!({ "healthcheck.dev/skip-tls-check": "true" });
        let quiet = json!({ "metadata": { "name": "shop", "annotations": note } });
        let objects = [ingress(), (Kind::Namespace, quiet)];
        let pay = listed(&["pay.example.org"]);
        let quiet = asked(&objects, &pay);
        assert!(quiet.len() == 3 && quiet.iter().all(|(_, _, tls)| tls.is_none()), "{quiet:?}");
        // Unless annotations are ignored.
        let all = asked(&objects, &Hosts { no_annotations: true, ..pay });
        assert_eq!(all.iter().filter(|(_, _, tls)| tls.is_some()).count(), 2, "{all:?}");
    }

    #[test]
    fn hosts_beyond_the_limit_are_counted() {
        let rules: Vec<Value> =
            (0..MOST + 7).map(|number| json!({ "host": format!("h{number}.example.com") })).collect();
        let ingress =
            json!({ "metadata": { "namespace": "shop", "name": "web" }, "spec": { "rules": rules } });
        let mut named = NamedHosts::default();
        let object = Object::from_value(Kind::Ingress, ingress).unwrap();
        // The same names in another part add none.
        let mut part = NamedHosts::default();
        named.note(&object);
        part.note(&object);
        named.append(part);
        let listed = ["z.example.com".to_owned(), "h9999.example.com".to_owned()].into();
        let all = named.asked(&Hosts { listed, ..Hosts::default() });
        assert_eq!((all.hosts.len(), all.left_out), (MOST + 2, 6));
    }
}
