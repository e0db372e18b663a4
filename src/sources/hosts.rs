//! Hosts seen from outside of the cluster: the answer of DNS, the number of requests, and the certificate that is served. Three
//! sources are asked, each with a file of its own; this one decides about which hosts, and puts their answers together.
//!
//! What does not belong here: the interpretation of the answers (`checks`).

mod named;

pub(super) use named::NamedHosts;

use super::prometheus::requests;
use super::{Measured, Sources, access_log, dns, tls_probe};
use crate::model::{Gap, Reason};
use crate::text::{Fact, Message, Text, reasons};
use crate::wire::{DnsAnswer, Handshake, Host, HostRequests, Kind, MeasuredMeta};
use named::{AllAsked, Asked};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// The most hosts that are looked up: more than a cluster has, and few enough for a DNS server.
pub(crate) const MOST: usize = 10_000;

/// The hosts that are looked up, and the servers that are asked.
#[derive(Clone, Debug, Default)]
pub struct Hosts {
    /// Hosts besides those of Ingresses and routes.
    pub listed: BTreeSet<String>,
    /// Whether those of Ingresses and routes are looked up even if no other flag requests it.
    pub resolve: bool,
    /// The DNS server; by default that of the system.
    pub dns_server: Option<SocketAddr>,
    /// Access logs of nginx.
    pub access_logs: Vec<PathBuf>,
    /// Whether certificates are probed; `None` means only inside of a cluster, as far as they can be reached.
    pub probe: Option<bool>,
    /// The address of the probes; by default that of DNS.
    pub probe_to: Option<SocketAddr>,
    /// Whether the annotations of namespaces are ignored.
    pub no_annotations: bool,
}

impl Hosts {
    /// Whether the user requested it. Otherwise it is done because the run is inside of a cluster, from where some hosts cannot
    /// be reached: then nothing is missing.
    fn is_asked_for(&self) -> bool {
        let listed = !self.listed.is_empty() || !self.access_logs.is_empty();
        self.resolve || listed || self.probe == Some(true)
    }

    /// Completes it with what depends on where the run is; `None` if no hosts are looked up.
    pub(crate) fn wanted(self: &Arc<Self>, inside: bool) -> Option<Arc<Self>> {
        match (self.is_asked_for(), self.probe) {
            (true, probe) => {
                Some(Arc::new(Self { probe: Some(probe.unwrap_or(inside)), ..(**self).clone() }))
            }
            (false, None) if inside => Some(Arc::clone(self)),
            (false, _) => None,
        }
    }
}

impl Sources {
    /// Looks up the hosts that objects name, and those of the lists.
    pub(super) async fn hosts(&self, named: NamedHosts) -> Measured {
        let Some(hosts) = &self.wanted.hosts else { return Measured::default() };
        let AllAsked { hosts: asked, left_out } = named.asked(hosts);
        let names: Vec<String> = asked.keys().cloned().collect();
        let counted = unnamed_first(&asked);
        let ((mut answers, mut missing), (mut requests, mut outside)) =
            tokio::join!(dns::ask(&self.client, hosts.dns_server, &names), self.requests(hosts, &counted));
        let probed = asked.iter().filter_map(|(name, asked)| Some((name.clone(), asked.tls?)));
        let mut handshakes = match hosts.probe {
            Some(false) => BTreeMap::new(),
            _ => self.handshakes(hosts, probed.collect(), &answers, &mut outside).await,
        };
        if left_out > 0 {
            missing.push(limited(&reasons::HOSTS_LOOKED_UP, MOST, (left_out, names.len())));
        }
        if !hosts.is_asked_for() {
            (answers, handshakes) = (resolved(answers), served(handshakes));
            (missing, outside) = (Vec::new(), Vec::new());
        }
        let host = |(name, Asked { listed, .. }): (String, Asked)| Host {
            listed,
            dns: answers.remove(&name),
            tls: handshakes.remove(&name),
            requests: requests.remove(&name),
            metadata: MeasuredMeta { namespace: String::new(), name },
        };
        let mut measured = Measured::all(asked.into_iter().map(host).collect()).with_outside(outside);
        measured.coverage.gaps = missing;
        measured
    }

    /// The number of requests for each: from the given logs, otherwise from Prometheus if the user requested hosts.
    async fn requests(&self, hosts: &Hosts, names: &[&String]) -> (BTreeMap<String, HostRequests>, Vec<Gap>) {
        if names.is_empty() || !hosts.is_asked_for() {
            return (BTreeMap::new(), Vec::new());
        }
        if !hosts.access_logs.is_empty() {
            let names = names.iter().map(|name| (*name).clone()).collect();
            return access_log::ask(&hosts.access_logs, names, self.client.budget.stop()).await;
        }
        // The user did not request the numbers of Prometheus, so they are not missing.
        let prometheus = self.prometheus().await.ok().filter(|prometheus| prometheus.is_of_cluster());
        let Some(prometheus) = prometheus else { return (BTreeMap::new(), Vec::new()) };
        let (asked, rest) = names.split_at(names.len().min(requests::MOST));
        let Ok(counted) = requests::ask(prometheus, &self.selector, asked, self.deadline()).await else {
            return (BTreeMap::new(), Vec::new());
        };
        let left_out = limited(&reasons::HOSTS_COUNTED, requests::MOST, (rest.len(), asked.len()));
        (counted, Some(left_out).filter(|_| !rest.is_empty()).into_iter().collect())
    }

    /// The handshake with each, at its port.
    async fn handshakes(
        &self,
        hosts: &Hosts,
        names: Vec<(String, u16)>,
        answers: &BTreeMap<String, DnsAnswer>,
        outside: &mut Vec<Gap>,
    ) -> BTreeMap<String, Handshake> {
        let left_out = names.len().saturating_sub(tls_probe::MOST);
        if left_out > 0 {
            outside.push(limited(&reasons::HOSTS_PROBED, tls_probe::MOST, (left_out, tls_probe::MOST)));
        }
        let address = |(name, port): (String, u16)| {
            let first = answers.get(&name).and_then(|answer| answer.addresses.first()?.parse().ok());
            let to = hosts.probe_to.or_else(|| first.map(|address| SocketAddr::new(address, port)))?;
            Some((name, to))
        };
        let probes = names.into_iter().take(tls_probe::MOST).filter_map(address).collect();
        tls_probe::ask(&self.client, probes).await
    }
}

/// The hosts, first those that no object names: their number of requests matters most.
fn unnamed_first(asked: &BTreeMap<String, Asked>) -> Vec<&String> {
    let (named, unnamed): (Vec<_>, Vec<_>) = asked.iter().partition(|(_, asked)| asked.named);
    unnamed.into_iter().chain(named).map(|(name, _)| name).collect()
}

/// Those with an address: inside of a cluster some names are unknown that are known outside.
fn resolved(mut answers: BTreeMap<String, DnsAnswer>) -> BTreeMap<String, DnsAnswer> {
    answers.retain(|_, answer| answer.is_resolved());
    answers
}

/// Those with a certificate: inside of a cluster its own load balancer may refuse or close connections.
fn served(mut handshakes: BTreeMap<String, Handshake>) -> BTreeMap<String, Handshake> {
    handshakes.retain(|_, shaken| [Handshake::SERVED, Handshake::OTHER_KEY].contains(&&*shaken.outcome));
    handshakes
}

/// The gap of hosts that were left out because there are too many.
fn limited(said: &'static Text, most: usize, (left_out, got): (usize, usize)) -> Gap {
    gap(Reason::Skipped, Message::new(said, vec![("most", Fact::count(most))]), left_out, got)
}

pub(super) fn gap(reason: Reason, why: Message, missing: usize, got: usize) -> Gap {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let gap = Gap { got: count(got), missing: Some(count(missing)), ..Gap::new(Kind::Host.name(), reason) };
    gap.because(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_looked_up_on_request_or_inside_of_a_cluster() {
        let wanted = |hosts: Hosts, inside: bool| Arc::new(hosts).wanted(inside).map(|hosts| hosts.probe);
        let resolve = || Hosts { resolve: true, ..Hosts::default() };
        assert_eq!(wanted(Hosts::default(), false), None);
        assert_eq!(wanted(Hosts::default(), true), Some(None));
        assert_eq!(wanted(Hosts { probe: Some(false), ..Hosts::default() }, true), None);
        assert_eq!(wanted(resolve(), false), Some(Some(false)));
        assert_eq!(wanted(resolve(), true), Some(Some(true)));
        assert_eq!(wanted(Hosts { probe: Some(false), ..resolve() }, true), Some(Some(false)));
        assert_eq!(wanted(Hosts { probe: Some(true), ..Hosts::default() }, false), Some(Some(true)));
        let server = Some("127.0.0.1:53".parse().unwrap());
        assert_eq!(wanted(Hosts { dns_server: server, probe_to: server, ..Hosts::default() }, false), None);
    }

    #[test]
    fn hosts_that_no_object_names_are_counted_first() {
        let asked = |named: bool| Asked { named, ..Asked::default() };
        let all = [("a", true), ("b", false), ("c", true), ("d", false)];
        let all = all.map(|(name, named)| (name.to_owned(), asked(named))).into();
        assert_eq!(unnamed_first(&all), ["b", "d", "a", "c"]);
    }

    #[test]
    fn without_a_request_only_served_certificates_stay() {
        let all =
            ["served", "other-key", "plain-http", "no-tls", "refused", "closed", "timed-out", "unreached"];
        let shaken = |outcome: &str| Handshake { outcome: outcome.to_owned(), ..Handshake::default() };
        let kept = served(all.map(|outcome| (outcome.to_owned(), shaken(outcome))).into());
        assert_eq!(kept.into_keys().collect::<Vec<_>>(), ["other-key", "served"]);
    }
}
