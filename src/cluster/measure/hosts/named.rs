//! The hosts of the scope, told while Ingresses, gateways and routes are still being listed.

use super::MOST;
use crate::wire::{Gateway, HttpRoute, Ingress, Namespace, Object};
use std::collections::{BTreeMap, BTreeSet};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Tells of each. The one who hears of them knows all when every clone is gone.
#[derive(Clone, Debug)]
pub(in crate::cluster) struct Named(Option<UnboundedSender<Told>>);

/// What is told.
#[derive(Debug)]
pub(in crate::cluster) enum Told {
    /// A host of an object in a namespace, and whether TLS is ended for it.
    Host { host: String, namespace: String, tls: bool },
    /// A namespace whose certificates nobody shall look at.
    Quiet(String),
}

/// What is asked about a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// Whether a list names it.
    pub(super) listed: bool,
    /// Whether its certificate is looked at.
    pub(super) tls: bool,
}

/// Who tells, and who hears; nobody tells anything where nobody wants to know.
pub(in crate::cluster) fn named(wanted: bool) -> (Named, UnboundedReceiver<Told>) {
    let (tell, told) = unbounded_channel();
    (Named(wanted.then_some(tell)), told)
}

impl Named {
    /// Tells those of an object.
    pub(in crate::cluster::measure) fn note(&self, object: &Object) {
        if self.0.is_none() {
            return;
        }
        match object {
            Object::Ingress(ingress) => self.ingress(ingress),
            Object::Gateway(gateway) => self.gateway(gateway),
            Object::HTTPRoute(route) => self.route(route),
            Object::Namespace(namespace) if is_quiet(namespace) => {
                self.tell(Told::Quiet(namespace.metadata.name.clone()));
            }
            _ => {}
        }
    }

    fn ingress(&self, ingress: &Ingress) {
        let tls = || ingress.spec.tls.iter();
        let ended =
            |host: &str| tls().any(|tls| tls.hosts.is_empty() || tls.hosts.iter().any(|of| covers(of, host)));
        let namespace = &ingress.metadata.namespace;
        for rule in &ingress.spec.rules {
            self.host(&rule.host, namespace, ended(&rule.host));
        }
        for host in tls().flat_map(|tls| &tls.hosts) {
            self.host(host, namespace, true);
        }
    }

    fn gateway(&self, gateway: &Gateway) {
        for listener in &gateway.spec.listeners {
            let tls = matches!(&*listener.protocol, "HTTPS" | "TLS");
            self.host(&listener.hostname, &gateway.metadata.namespace, tls);
        }
    }

    fn route(&self, route: &HttpRoute) {
        for host in route.spec.hostnames.iter().filter(|_| !route.spec.parent_refs.is_empty()) {
            self.host(host, &route.metadata.namespace, false);
        }
    }

    /// Tells of a host that can be looked up: no wildcard can.
    fn host(&self, host: &str, namespace: &str, tls: bool) {
        if let Ok(host) = crate::hosts::name(host).as_ref().map(String::as_str)
            && !host.starts_with('*')
        {
            self.tell(Told::Host { host: host.to_owned(), namespace: namespace.to_owned(), tls });
        }
    }

    fn tell(&self, told: Told) {
        // Nobody may be listening any more.
        drop(self.0.as_ref().map(|tell| tell.send(told)));
    }
}

/// Whether a host of a certificate, which may have a wildcard, is another.
fn covers(of: &str, host: &str) -> bool {
    let below = of.strip_prefix('*').and_then(|parent| host.split_once('.').map(|(_, rest)| (parent, rest)));
    of.eq_ignore_ascii_case(host)
        || below.is_some_and(|(parent, rest)| {
            parent.strip_prefix('.').is_some_and(|p| p.eq_ignore_ascii_case(rest))
        })
}

fn is_quiet(namespace: &Namespace) -> bool {
    let written = namespace.metadata.annotations.as_ref();
    written.is_some_and(|written| {
        written.ours().any(|(name, value)| name == "skip-tls-check" && value.trim() == "true")
    })
}

/// Hears until nobody tells any more. Of more hosts than can be looked up the first by name stay.
pub(super) async fn all(
    mut told: UnboundedReceiver<Told>,
    listed: &BTreeSet<String>,
) -> BTreeMap<String, Asked> {
    let (mut hosts, mut quiet) = (BTreeMap::<String, BTreeMap<String, bool>>::new(), BTreeSet::new());
    while let Some(told) = told.recv().await {
        match told {
            Told::Quiet(namespace) => {
                quiet.insert(namespace);
            }
            Told::Host { host, namespace, tls } => {
                *hosts.entry(host).or_default().entry(namespace).or_default() |= tls;
                if hosts.len() > MOST {
                    hosts.pop_last();
                }
            }
        }
    }
    let tls =
        |of: &BTreeMap<String, bool>| of.iter().any(|(namespace, tls)| *tls && !quiet.contains(namespace));
    let mut all: BTreeMap<String, Asked> =
        hosts.iter().map(|(host, of)| (host.clone(), Asked { listed: false, tls: tls(of) })).collect();
    for host in listed.iter().filter(|host| !host.starts_with('*')) {
        let asked = all.entry(host.clone()).or_insert(Asked { listed: true, tls: true });
        asked.listed = true;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Kind;
    use serde_json::{Value, json};

    fn asked(objects: &[(Kind, Value)], listed: &[&str]) -> Vec<(String, bool, bool)> {
        let (named, told) = named(true);
        for (kind, value) in objects {
            named.note(&Object::from_value(*kind, value.clone()).unwrap());
        }
        drop(named);
        let listed = listed.iter().map(|host| (*host).to_owned()).collect();
        let all = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(all(told, &listed));
        all.into_iter().map(|(host, asked)| (host, asked.listed, asked.tls)).collect()
    }

    #[test]
    fn hosts_of_the_scope_and_of_lists_are_asked_about() {
        let ingress = json!({
            "metadata": { "namespace": "shop", "name": "web" },
            "spec": {
                "tls": [{ "hosts": ["*.example.com", "pay.example.org"] }],
                "rules": [{ "host": "Web.example.com" }, { "host": "plain.example.org" }, {}, { "host": "*.example.net" }, { "host": "not a host" }],
            },
        });
        let gateway = json!({
            "metadata": { "namespace": "edge", "name": "public" },
            "spec": { "listeners": [{ "hostname": "api.example.com", "protocol": "HTTPS" }, { "protocol": "HTTP" }] },
        });
        let route = json!({
            "metadata": { "namespace": "api", "name": "v2" },
            "spec": { "hostnames": ["v2.example.com"], "parentRefs": [{ "name": "public" }] },
        });
        let loose = json!({ "metadata": { "namespace": "api", "name": "v1" }, "spec": { "hostnames": ["v1.example.com"] } });
        let objects = [
            (Kind::Ingress, ingress),
            (Kind::Gateway, gateway),
            (Kind::HTTPRoute, route),
            (Kind::HTTPRoute, loose),
        ];
        let wanted = [
            ("api.example.com", false, true),
            ("listed.example.com", true, true),
            ("pay.example.org", false, true),
            ("plain.example.org", false, false),
            ("v2.example.com", true, false),
            ("web.example.com", false, true),
        ];
        let listed = ["listed.example.com", "v2.example.com", "*.wild.example.com"];
        let wanted: Vec<_> = wanted.map(|(host, listed, tls)| (host.to_owned(), listed, tls)).into();
        assert_eq!(asked(&objects, &listed), wanted);
        // Where nobody shall look at certificates, nobody does.
        let note = json!({ "healthcheck.dev/skip-tls-check": "true" });
        let quiet = json!({ "metadata": { "name": "shop", "annotations": note } });
        let asked = asked(&[objects[0].clone(), (Kind::Namespace, quiet)], &[]);
        assert!(asked.iter().all(|(_, _, tls)| !tls), "{asked:?}");
    }
}
