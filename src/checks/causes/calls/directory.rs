//! Finds the object of the cluster behind an address that a program uses, and the state of a Service.

use crate::checks::View;
use crate::checks::traffic::Empty;
use crate::logs::Address;
use crate::model::{ObjectRef, Pod, Workload};
use crate::wire::{Kind, Service, Time};
use std::cell::RefCell;
use std::collections::HashMap;
use std::net::IpAddr;

/// Where an address leads.
pub(in super::super) enum Place<'a> {
    /// To an object of the cluster.
    In(Target<'a>),
    /// To a host outside.
    Outside,
    /// The address is in the cluster, or may be, and no object is known to have it.
    Unknown,
}

impl<'a> Place<'a> {
    /// Returns the namespace of the Service that it leads to.
    pub(in super::super) fn namespace(&self) -> Option<&'a str> {
        match self {
            Place::In(Target::Service(service)) => Some(&service.metadata.namespace),
            _ => None,
        }
    }
}

/// An object of the cluster that a program calls.
pub(in super::super) enum Target<'a> {
    Service(&'a Service),
    /// A pod, by its name or its address.
    Pod(&'a Pod),
    /// A Service that does not exist, in a namespace of which all Services were read.
    Missing(String, String),
    /// A Service of a namespace whose Services were not read.
    Unread(String, String),
}

impl Target<'_> {
    pub(super) fn object(&self) -> ObjectRef {
        match self {
            Target::Service(service) => crate::checks::traffic::service_ref(service),
            Target::Pod(pod) => pod.object_ref(),
            Target::Missing(namespace, name) | Target::Unread(namespace, name) => {
                ObjectRef::new(namespace, "Service", name)
            }
        }
    }
}

/// The namespaces and names of the Service of the DNS: kubeadm, k3s and the clouds; RKE2; `OpenShift`.
const DNS: [(&str, &str); 4] = [
    ("kube-system", "kube-dns"),
    ("kube-system", "coredns"),
    ("kube-system", "rke2-coredns-rke2-coredns"),
    ("openshift-dns", "dns-default"),
];

/// Whether a Service answers.
#[derive(Clone)]
pub(in super::super) enum State<'a> {
    /// It has a ready endpoint, or that is not known.
    Well,
    /// It has no ready endpoint, since this time.
    Empty(Option<Time>),
    /// The workload behind it has no pods on purpose.
    ScaledToZero(&'a Workload),
}

/// The namespace and name of a Service.
type Name<'a> = (&'a str, &'a str);

/// Services and pods in trouble by address, and the states of the Services that were looked at.
pub(in super::super) struct Directory<'a> {
    services: HashMap<&'a str, &'a Service>,
    pods: HashMap<&'a str, &'a Pod>,
    states: RefCell<HashMap<Name<'a>, State<'a>>>,
}

impl<'a> Directory<'a> {
    pub(in super::super) fn of(view: &View<'a>) -> Self {
        let services = view.snapshot.rows.services.iter();
        let address = |pod: &'a Pod| Some((&*pod.object.as_deref()?.status.pod_ip, pod));
        Self {
            services: services.map(|service| (&*service.spec.cluster_ip, service)).collect(),
            pods: view.troubled_pods().filter_map(address).collect(),
            states: RefCell::default(),
        }
    }

    /// Returns the state of a Service. Many programs may call the same one.
    pub(super) fn state(&self, view: &View<'a>, service: &'a Service) -> State<'a> {
        let name = (&*service.metadata.namespace, &*service.metadata.name);
        if let Some(known) = self.states.borrow().get(&name) {
            return known.clone();
        }
        let state = match Empty::of(view, service) {
            None => State::Well,
            Some(empty) => match empty.workloads.first().filter(|_| empty.is_scaled_to_zero()) {
                Some(workload) => State::ScaledToZero(workload),
                None => State::Empty(empty.since()),
            },
        };
        self.states.borrow_mut().insert(name, state.clone());
        state
    }

    /// Returns the Service that an address leads to and since when it has no endpoint, if it has none and does not lead to the
    /// pod itself.
    pub(in super::super) fn without_endpoint(
        &self,
        view: &View<'a>,
        pod: &Pod,
        address: &Address,
    ) -> Option<(ObjectRef, Option<Time>)> {
        let place = self.find(view, &pod.shared.namespace, address);
        let Place::In(target @ Target::Service(service)) = &place else { return None };
        if super::leads_to(view, service, pod) {
            return None;
        }
        match self.state(view, service) {
            State::Empty(since) => Some((target.object(), since)),
            State::ScaledToZero(_) => Some((target.object(), None)),
            State::Well => None,
        }
    }

    /// Returns the Service of the cluster's DNS: the one with the address of the name server, or the one with a usual name.
    /// `None` if another server was asked.
    pub(super) fn dns(&self, view: &View<'a>, server: Option<&str>) -> Option<Name<'a>> {
        let there = DNS.into_iter().find_map(|(namespace, name)| view.service(namespace, name));
        let key = |service: &'a Service| (&*service.metadata.namespace, &*service.metadata.name);
        match (server, there) {
            (Some(server), _) if !is_in_cluster(server) => None,
            (Some(server), Some(service)) if service.spec.cluster_ip != server => {
                self.services.get(server).copied().map(key)
            }
            (_, Some(service)) => Some(key(service)),
            (_, None) => Some(DNS[0]),
        }
    }

    /// Finds where an address leads to, as seen from a namespace.
    pub(in super::super) fn find(&self, view: &View<'a>, from: &str, address: &Address) -> Place<'a> {
        match address.host.parse::<IpAddr>() {
            Ok(ip) => self.by_ip(ip, &address.host),
            Err(_) => by_name(view, from, &address.host),
        }
    }

    fn by_ip(&self, ip: IpAddr, host: &str) -> Place<'a> {
        if let Some(service) = self.services.get(host) {
            return Place::In(Target::Service(service));
        }
        if let Some(pod) = self.pods.get(host) {
            return Place::In(Target::Pod(pod));
        }
        let is_private = match ip {
            IpAddr::V4(ip) => ip.is_private(),
            IpAddr::V6(ip) => ip.is_unique_local(),
        };
        // Pods and nodes have private addresses. Which one had this address is not known.
        if is_private { Place::Unknown } else { Place::Outside }
    }
}

/// Whether the address of a name server may be that of the cluster's DNS: a private one, and not a cache on the node.
fn is_in_cluster(server: &str) -> bool {
    match server.parse() {
        Ok(IpAddr::V4(ip)) => ip.is_private() || ip.octets()[0] == 100 && ip.octets()[1] & 0xc0 == 64,
        Ok(IpAddr::V6(ip)) => ip.is_unique_local(),
        Err(_) => false,
    }
}

/// Whether a host is an IP address.
pub(super) fn is_number(host: &str) -> bool {
    host.parse::<IpAddr>().is_ok()
}

/// Ends of names outside that namespaces have, too.
const DOMAINS: [&str; 8] = ["ai", "app", "com", "dev", "io", "net", "org", "test"];

/// Finds a name in the forms of the cluster's DNS: `db`, `db.shop`, `db.shop.svc`, `db.shop.svc.cluster.local`, and a pod of a
/// headless Service before one of them.
fn by_name<'a>(view: &View<'a>, from: &str, host: &str) -> Place<'a> {
    let (short, is_sure) = match host.split_once(".svc") {
        Some((short, "" | ".cluster.local")) => (short, true),
        // Another cluster, or a cluster with a domain of its own.
        Some((_, rest)) if rest.starts_with('.') => return Place::Unknown,
        _ => (host, false),
    };
    let labels: Vec<&str> = short.split('.').collect();
    let (pod, name, namespace) = match *labels.as_slice() {
        [name] if !is_sure => (None, name, from),
        [pod, name] if !is_sure && view.service(from, name).is_some_and(Service::is_headless) => {
            (Some(pod), name, from)
        }
        [name, namespace] => (None, name, namespace),
        [pod, name, namespace] => (Some(pod), name, namespace),
        _ => return Place::Outside,
    };
    if let Some(service) = view.service(namespace, name) {
        let of_pod = pod.and_then(|pod| view.snapshot.rows.pod(namespace, pod));
        return Place::In(of_pod.map_or(Target::Service(service), Target::Pod));
    }
    // `acme.dev` is a host outside, even if a namespace has the name.
    if !is_sure && labels.len() > 1 && DOMAINS.contains(&namespace) {
        return Place::Outside;
    }
    // With `.svc`, with a namespace, or without a dot, only a Service can have the name.
    if !is_sure && labels.len() > 1 && view.namespace(namespace).is_none() {
        // Not every namespace was read: `db.shop` may be in the cluster, `example.com` and `db.example.com` are not.
        let may_be_inside = !view.saw(Kind::Namespace, "") && labels.len() == 2 && namespace.len() > 3;
        return if may_be_inside { Place::Unknown } else { Place::Outside };
    }
    let (name, namespace) = (name.to_owned(), namespace.to_owned());
    if view.saw(Kind::Service, &namespace) {
        Place::In(Target::Missing(namespace, name))
    } else {
        Place::In(Target::Unread(namespace, name))
    }
}
