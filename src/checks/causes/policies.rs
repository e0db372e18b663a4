//! The network policy that blocks a call without an answer.
//!
//! The rules are those of `networking.k8s.io/v1`: policies add up, and a pod that none selects for a direction admits everything. What
//! is not known here, such as the labels of a pod without a workload or an address in a block, counts as admitted.

use super::Around;
use super::calls::{Directory, LINES};
use crate::checks::fit::labels::selects;
use crate::checks::view::View;
use crate::finding::{Link, Need};
use crate::logs::unreachable;
use crate::model::{NAME_OF_NAMESPACE, ObjectRef, Pod, Rollout, Workload};
use crate::text::{Text, texts};
use crate::wire::{LabelSelector, NetworkPolicy, PolicyPeer, PolicyPort, Service, TCP};
use std::collections::BTreeSet;

texts! {
    TO_PODS: "gets no answer: {object} admits no traffic from its pods", "得不到回應：{object} 不允許來自它的 Pod 的流量",
        "得不到响应：{object} 不允许来自它的 Pod 的流量";
    FROM_PODS: "gets no answer: {object} does not let its pods connect there", "得不到回應：{object} 不允許它的 Pod 連往該處",
        "得不到响应：{object} 不允许它的 Pod 连往该处";
    NO_DNS: "cannot resolve names: {object} does not let its pods reach the DNS of the cluster",
        "無法解析名稱：{object} 不允許它的 Pod 連到叢集 DNS", "无法解析域名：{object} 不允许它的 Pod 访问集群 DNS";
}

/// Returns the namespaces whose policies may block calls that get no answer: those of the pods, and those of the Services that the
/// pods call.
pub(crate) fn namespaces_with_unanswered_calls<'a>(view: &View<'a>) -> BTreeSet<&'a str> {
    let directory = Directory::of(view);
    let mut found = BTreeSet::new();
    for pod in view.troubled_pods() {
        let from = &*pod.shared.namespace;
        for container in pod.containers() {
            let said = view.end_of(pod, &container).take(LINES).filter_map(unreachable);
            for said in said.filter(|said| said.is_unanswered) {
                found.insert(from);
                let places = said.addresses.iter().map(|address| directory.find(view, from, address));
                found.extend(places.filter_map(|place| place.namespace()));
            }
        }
    }
    found
}

/// Pods as a policy sees them.
struct Pods<'a> {
    namespace: &'a str,
    /// Has their labels; `None` if these are not known.
    rollout: Option<&'a Rollout>,
}

/// The other end of a call.
enum End<'p, 'a> {
    Pods(&'p Pods<'a>),
    /// A host outside the cluster.
    Outside,
}

/// Returns the link of a pod that gets no answer from a Service.
pub(super) fn to_service(around: &Around, pod: &Pod, service: &Service, port: Option<u16>) -> Option<Link> {
    let view = around.view;
    let own = pods_of(view, pod);
    let namespace = &*service.metadata.namespace;
    let mut backends = view.workloads_selected_by(namespace, &service.spec.selector);
    let backend = backends.next()?;
    let there = Pods { namespace, rollout: backend.rollout() };
    let port = target_port(service, port);
    let at_the_pods = ingress(view, &there, &own, port).map(|policy| link(around, policy, &TO_PODS));
    let at_its_own =
        || egress(view, &own, &End::Pods(&there), port).map(|policy| link(around, policy, &FROM_PODS));
    at_the_pods.or_else(at_its_own)
}

/// Returns the link of a pod that gets no answer from the DNS of the cluster, which is in a namespace. Its Service is known if that
/// namespace was read.
pub(super) fn to_dns(around: &Around, pod: &Pod, namespace: &str, service: Option<&Service>) -> Option<Link> {
    let view = around.view;
    let selector = service.map(|service| &service.spec.selector);
    let backend = selector.and_then(|selector| view.workloads_selected_by(namespace, selector).next());
    let there = Pods { namespace, rollout: backend.and_then(Workload::rollout) };
    let port = Port { number: Some(53), protocol: "UDP" };
    egress(view, &pods_of(view, pod), &End::Pods(&there), port).map(|policy| link(around, policy, &NO_DNS))
}

/// Returns the link of a pod that gets no answer from a host outside the cluster.
pub(super) fn to_outside(around: &Around, pod: &Pod, port: Option<u16>) -> Option<Link> {
    let port = Port { number: port.map(i32::from), protocol: TCP };
    egress(around.view, &pods_of(around.view, pod), &End::Outside, port)
        .map(|policy| link(around, policy, &FROM_PODS))
}

fn link(around: &Around, policy: &NetworkPolicy, text: &'static Text) -> Link {
    let object = ObjectRef::new(&policy.metadata.namespace, "NetworkPolicy", &policy.metadata.name);
    around.shown(Need::Policy, object, text)
}

fn pods_of<'a>(view: &View<'a>, pod: &'a Pod) -> Pods<'a> {
    let namespace = &*pod.shared.namespace;
    let owner = view.root(pod);
    let workload = owner.and_then(|owner| view.workload(namespace, &owner.kind, &owner.name));
    Pods { namespace, rollout: workload.and_then(Workload::rollout) }
}

/// A port of pods.
#[derive(Clone, Copy)]
struct Port<'p> {
    /// `None` if it is not known.
    number: Option<i32>,
    protocol: &'p str,
}

/// Returns the port of the pods behind a port of a Service.
fn target_port(service: &Service, port: Option<u16>) -> Port<'_> {
    let ports = &service.spec.ports;
    let found = ports.iter().find(|of| port.is_none_or(|port| of.port == i32::from(port)));
    match found {
        Some(of) => Port { number: of.target_number(), protocol: of.transport() },
        None => Port { number: port.map(i32::from), protocol: TCP },
    }
}

/// Returns the first policy that restricts the traffic to some pods, if none of them admits it from others.
fn ingress<'a>(view: &View<'a>, to: &Pods, from: &Pods, port: Port) -> Option<&'a NetworkPolicy> {
    let is_ingress = |policy: &NetworkPolicy| {
        let types = &policy.spec.policy_types;
        types.is_empty() || types.iter().any(|of| of == "Ingress")
    };
    let admits = |policy: &NetworkPolicy| {
        policy.spec.ingress.iter().any(|rule| {
            admits_port(&rule.ports, port) && admits_peer(view, policy, &rule.from, &End::Pods(from))
        })
    };
    first_unless(policies_of(view, to).filter(|policy| is_ingress(policy)), admits)
}

/// Returns the first policy that restricts the traffic from some pods, if none of them admits it to the other end.
fn egress<'a>(view: &View<'a>, from: &Pods, to: &End, port: Port) -> Option<&'a NetworkPolicy> {
    let is_egress = |policy: &NetworkPolicy| {
        let types = &policy.spec.policy_types;
        types.iter().any(|of| of == "Egress") || types.is_empty() && !policy.spec.egress.is_empty()
    };
    let admits = |policy: &NetworkPolicy| {
        let mut rules = policy.spec.egress.iter();
        rules.any(|rule| admits_port(&rule.ports, port) && admits_peer(view, policy, &rule.to, to))
    };
    first_unless(policies_of(view, from).filter(|policy| is_egress(policy)), admits)
}

/// Returns the first policy, unless one of them admits the traffic.
fn first_unless<'a>(
    policies: impl Iterator<Item = &'a NetworkPolicy>,
    admits: impl Fn(&NetworkPolicy) -> bool,
) -> Option<&'a NetworkPolicy> {
    let mut first = None;
    for policy in policies {
        if admits(policy) {
            return None;
        }
        first = first.or(Some(policy));
    }
    first
}

/// Returns the policies that select some pods for certain.
fn policies_of<'v, 'a>(
    view: &'v View<'a>,
    pods: &'v Pods,
) -> impl Iterator<Item = &'a NetworkPolicy> + use<'v, 'a> {
    let all = &view.snapshot.rows.network_policies;
    let from = all.partition_point(|policy| &*policy.metadata.namespace < pods.namespace);
    let here = all[from..].iter().take_while(|policy| *policy.metadata.namespace == *pods.namespace);
    let is_gone = |policy: &NetworkPolicy| policy.metadata.deleted().is_some();
    here.filter(move |policy| {
        !is_gone(policy) && matches(&policy.spec.pod_selector, pods.rollout) == Some(true)
    })
}

/// Whether a selector matches labels; `None` if that is not known.
fn matches(selector: &LabelSelector, rollout: Option<&Rollout>) -> Option<bool> {
    if selector.match_labels.is_empty() && selector.match_expressions.is_empty() {
        return Some(true);
    }
    let rollout = rollout?;
    Some(selects(selector, |key| rollout.label(key)))
}

fn admits_port(ports: &[PolicyPort], port: Port) -> bool {
    let is_it = |of: &PolicyPort| {
        if of.protocol.as_deref().unwrap_or(TCP) != port.protocol {
            return false;
        }
        let (Some(named), Some(number)) = (&of.port, port.number) else { return true };
        named.number().is_none_or(|first| (first..=of.end_port.unwrap_or(first)).contains(&number))
    };
    ports.is_empty() || ports.iter().any(is_it)
}

fn admits_peer(view: &View, policy: &NetworkPolicy, peers: &[PolicyPeer], end: &End) -> bool {
    let is_it = |peer: &PolicyPeer| match end {
        _ if peer.ip_block.is_some() => true,
        End::Outside => false,
        End::Pods(pods) => {
            let is_in = match &peer.namespace_selector {
                None => Some(*policy.metadata.namespace == *pods.namespace),
                Some(selector) => matches_namespace(view, selector, pods.namespace),
            };
            let is_pod =
                peer.pod_selector.as_ref().map_or(Some(true), |selector| matches(selector, pods.rollout));
            is_in != Some(false) && is_pod != Some(false)
        }
    };
    peers.is_empty() || peers.iter().any(is_it)
}

/// Whether a selector matches a namespace; `None` if its labels are not known.
fn matches_namespace(view: &View, selector: &LabelSelector, name: &str) -> Option<bool> {
    if let Some(namespace) = view.namespace(name) {
        return Some(selects(selector, |key| namespace.label(key)));
    }
    let mut keys = selector.match_labels.keys().chain(selector.match_expressions.iter().map(|of| &of.key));
    keys.all(|key| key == NAME_OF_NAMESPACE).then(|| selects(selector, |_| Some(name)))
}
