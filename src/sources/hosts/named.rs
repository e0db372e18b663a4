//! The hosts of the scope, told while Ingresses, gateways and routes are still being listed.

use super::{Hosts, MOST};
use crate::tls::{HTTPS, TerminationsByHost, TlsTermination, terminations_of_ingress, tls_terminations};
use crate::wire::{Gateway, HttpRoute, Ingress, Namespace, Object};
use std::collections::{BTreeMap, BTreeSet};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Tells of each. The one who hears of them knows all when every clone is gone.
#[derive(Clone, Debug)]
pub(crate) struct Named(Option<UnboundedSender<Told>>);

/// What is told.
#[derive(Debug)]
pub(crate) enum Told {
    /// A host of an object in a namespace, and whether an Ingress ends TLS for it.
    Host { host: String, namespace: String, tls: bool },
    /// A gateway: for which hosts it ends TLS is known when all routes are.
    Gateway(Box<Gateway>),
    /// A route that hangs on something.
    Route(Box<HttpRoute>),
    /// A namespace whose certificates nobody shall look at.
    Quiet(String),
}

/// What is asked about a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Whether a list names it.
    pub(crate) listed: bool,
    /// Whether an object of the scope does.
    pub(crate) named: bool,
    /// The port at which its certificate is looked at; `None` where it is not.
    pub(crate) tls: Option<u16>,
}

/// What is asked about the hosts of a run.
#[derive(Debug, Default)]
pub(crate) struct AllAsked {
    /// Each host.
    pub(crate) hosts: BTreeMap<String, Asked>,
    /// How many more there were than can be looked up.
    pub(crate) left_out: usize,
}

/// Who tells, and who hears; nobody tells anything where nobody wants to know.
pub(crate) fn named(wanted: bool) -> (Named, UnboundedReceiver<Told>) {
    let (tell, told) = unbounded_channel();
    (Named(wanted.then_some(tell)), told)
}

impl Named {
    /// Tells those of an object.
    pub(crate) fn note(&self, object: &Object) {
        if self.0.is_none() {
            return;
        }
        match object {
            Object::Ingress(ingress) => self.ingress(ingress),
            Object::Gateway(gateway) => self.tell(Told::Gateway(Box::new(gateway.clone()))),
            Object::HTTPRoute(route) if !route.spec.parent_refs.is_empty() => {
                self.tell(Told::Route(Box::new(route.clone())));
            }
            Object::Namespace(namespace) if is_quiet(namespace) => {
                self.tell(Told::Quiet(namespace.metadata.name.clone()));
            }
            _ => {}
        }
    }

    fn ingress(&self, ingress: &Ingress) {
        let ends: Vec<TlsTermination> = terminations_of_ingress(ingress).collect();
        let (ended, namespace) = (TerminationsByHost::of(&ends), &ingress.metadata.namespace);
        let rules = ingress.spec.rules.iter().map(|rule| &*rule.host);
        for host in rules.chain(ends.iter().flat_map(|end| end.hosts.iter().copied())) {
            if let Some(host) = name(host) {
                let tls = !ended.closest(&host).is_empty();
                self.tell(Told::Host { host, namespace: namespace.clone(), tls });
            }
        }
    }

    fn tell(&self, told: Told) {
        // Nobody may be listening any more.
        if let Some(tell) = &self.0 {
            let _ = tell.send(told);
        }
    }
}

/// A host that can be looked up: no wildcard can.
fn name(host: &str) -> Option<String> {
    crate::tls::name(host).ok().filter(|host| !host.starts_with('*'))
}

fn is_quiet(namespace: &Namespace) -> bool {
    let written = namespace.metadata.annotations.as_ref();
    written.is_some_and(|written| {
        written.ours().any(|(name, value)| name == "skip-tls-check" && value.trim() == "true")
    })
}

/// Hears until nobody tells any more. Of more hosts than can be looked up the first by name stay.
pub(crate) async fn all(mut told: UnboundedReceiver<Told>, wanted: &Hosts) -> AllAsked {
    let mut heard = Heard::default();
    while let Some(told) = told.recv().await {
        heard.take(told);
    }
    if wanted.no_annotations {
        heard.quiet.clear();
    }
    let (gateways, routes) = (std::mem::take(&mut heard.gateways), std::mem::take(&mut heard.routes));
    for gateway in &gateways {
        let hosts = gateway.spec.listeners.iter().map(|listener| &listener.hostname);
        hosts.for_each(|host| heard.host(host, &gateway.metadata.namespace));
    }
    for route in &routes {
        route.spec.hostnames.iter().for_each(|host| heard.host(host, &route.metadata.namespace));
    }
    let mut ends = tls_terminations(&[], &gateways, &routes);
    ends.retain(|end| end.port.is_some() && !heard.quiet.contains(&end.metadata.namespace));
    heard.asked(&wanted.listed, &TerminationsByHost::of(&ends))
}

/// What was heard.
#[derive(Default)]
struct Heard {
    /// Whether an Ingress ends TLS for a host, by host and namespace.
    hosts: BTreeMap<String, BTreeMap<String, bool>>,
    gateways: Vec<Gateway>,
    routes: Vec<HttpRoute>,
    quiet: BTreeSet<String>,
    left_out: BTreeSet<String>,
}

impl Heard {
    fn take(&mut self, told: Told) {
        match told {
            Told::Quiet(namespace) => {
                self.quiet.insert(namespace);
            }
            Told::Gateway(gateway) => self.gateways.push(*gateway),
            Told::Route(route) => self.routes.push(*route),
            Told::Host { host, namespace, tls } => self.note(host, namespace, tls),
        }
    }

    fn host(&mut self, host: &str, namespace: &str) {
        if let Some(host) = name(host) {
            self.note(host, namespace.to_owned(), false);
        }
    }

    fn note(&mut self, host: String, namespace: String, tls: bool) {
        *self.hosts.entry(host).or_default().entry(namespace).or_default() |= tls;
        if self.hosts.len() > MOST {
            self.left_out.extend(self.hosts.pop_last().map(|(host, _)| host));
        }
    }

    fn asked(&self, listed: &BTreeSet<String>, gateways: &TerminationsByHost) -> AllAsked {
        let port = |host: &str, of: &BTreeMap<String, bool>| {
            let loud = || of.iter().filter(|(namespace, _)| !self.quiet.contains(*namespace));
            let by_ingress = loud().any(|(_, tls)| *tls).then_some(HTTPS);
            let ended = gateways.closest(host);
            let by_gateway =
                ended.iter().filter_map(|end| end.port).min_by_key(|port| (*port != HTTPS, *port));
            by_ingress.or(by_gateway.filter(|_| loud().next().is_some()))
        };
        let asked = |(host, of): (&String, &BTreeMap<String, bool>)| {
            (host.clone(), Asked { listed: false, named: true, tls: port(host, of) })
        };
        let mut hosts: BTreeMap<String, Asked> = self.hosts.iter().map(asked).collect();
        for host in listed.iter().filter(|host| !host.starts_with('*')) {
            let quiet = self.hosts.get(host).is_some_and(|of| of.keys().all(|of| self.quiet.contains(of)));
            let asked = hosts.entry(host.clone()).or_default();
            asked.listed = true;
            asked.tls = asked.tls.or(Some(HTTPS).filter(|_| !quiet));
        }
        let left_out = self.left_out.iter().filter(|host| !hosts.contains_key(*host)).count();
        AllAsked { hosts, left_out }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Kind;
    use serde_json::{Value, json};

    fn heard(told: UnboundedReceiver<Told>, wanted: &Hosts) -> AllAsked {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(all(told, wanted))
    }

    fn asked(objects: &[(Kind, Value)], wanted: &Hosts) -> Vec<(String, bool, Option<u16>)> {
        let (named, told) = named(true);
        for (kind, value) in objects {
            named.note(&Object::from_value(*kind, value.clone()).unwrap());
        }
        drop(named);
        let all = heard(told, wanted);
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
    fn hosts_of_the_scope_and_of_lists_are_asked_about() {
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
    fn where_nobody_shall_look_at_certificates_nobody_does() {
        let note = json!({ "healthcheck.dev/skip-tls-check": "true" });
        let quiet = json!({ "metadata": { "name": "shop", "annotations": note } });
        let objects = [ingress(), (Kind::Namespace, quiet)];
        let pay = listed(&["pay.example.org"]);
        let quiet = asked(&objects, &pay);
        assert!(quiet.len() == 3 && quiet.iter().all(|(_, _, tls)| tls.is_none()), "{quiet:?}");
        // Unless annotations are not heeded.
        let heard = asked(&objects, &Hosts { no_annotations: true, ..pay });
        assert_eq!(heard.iter().filter(|(_, _, tls)| tls.is_some()).count(), 2, "{heard:?}");
    }

    #[test]
    fn hosts_that_are_too_many_are_counted() {
        let rules: Vec<Value> =
            (0..MOST + 7).map(|number| json!({ "host": format!("h{number}.example.com") })).collect();
        let ingress =
            json!({ "metadata": { "namespace": "shop", "name": "web" }, "spec": { "rules": rules } });
        let (named, told) = named(true);
        let object = Object::from_value(Kind::Ingress, ingress).unwrap();
        // Naming one again adds none.
        named.note(&object);
        named.note(&object);
        drop(named);
        let listed = ["z.example.com".to_owned(), "h9999.example.com".to_owned()].into();
        let all = heard(told, &Hosts { listed, ..Hosts::default() });
        assert_eq!((all.hosts.len(), all.left_out), (MOST + 2, 6));
    }
}
