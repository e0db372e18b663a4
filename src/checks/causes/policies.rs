//! The network policy that is in the way of a call that gets no answer.
//!
//! The rules are those of `networking.k8s.io/v1`: policies add up, and a pod that none selects for a direction admits everything. What
//! is not known here, such as the labels of a pod without a workload or an address in a block, counts as admitted.

use super::calls::Directory;
use super::{Around, why};
use crate::checks::fit::labels::selects;
use crate::checks::view::View;
use crate::finding::{Link, Need};
use crate::logs::unreachable;
use crate::model::{ObjectRef, Pod, Workload};
use crate::text::texts;
use crate::wire::{LabelSelector, NetworkPolicy, PolicyPeer, PolicyPort, Service};
use std::collections::BTreeSet;
use std::sync::Arc;

texts! {
    TO_PODS: "gets no answer: {object} admits no traffic from its pods", "得不到回應：{object} 不允許來自它的 Pod 的流量",
        "得不到响应：{object} 不允许来自它的 Pod 的流量";
    FROM_PODS: "gets no answer: {object} does not let its pods connect there", "得不到回應：{object} 不允許它的 Pod 連往該處",
        "得不到响应：{object} 不允许它的 Pod 连往该处";
    NO_DNS: "cannot resolve names: {object} does not let its pods reach the DNS of the cluster",
        "無法解析名稱：{object} 不允許它的 Pod 連到叢集 DNS", "无法解析域名：{object} 不允许它的 Pod 访问集群 DNS";
}

/// The most lines of a container that are searched for calls without an answer.
const LINES: usize = 40;

/// Returns the namespaces whose policies may be in the way of calls that got no answer: those of the pods, and of the Services that
/// they call.
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

/// Labels; `None` if they are not known.
type Labels<'a> = Option<&'a [(Arc<str>, Arc<str>)]>;

/// Pods as a policy sees them.
struct Pods<'a> {
    namespace: &'a str,
    labels: Labels<'a>,
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
    let there = Pods { namespace, labels: labels(backend) };
    let port = target_port(service, port);
    let from = &*around.finding.object.namespace;
    let link = |policy: &NetworkPolicy, text| {
        let object = policy_ref(policy);
        Need::Policy.shown(object.clone()).because(why(text, &object, from))
    };
    let in_the_way = ingress(view, &there, &own, port).map(|policy| link(policy, &TO_PODS));
    in_the_way.or_else(|| egress(view, &own, &End::Pods(&there), port).map(|policy| link(policy, &FROM_PODS)))
}

/// Returns the link of a pod that gets no answer from the DNS of the cluster, which is in a namespace. Its Service is known if that
/// namespace was read.
pub(super) fn to_dns(around: &Around, pod: &Pod, namespace: &str, service: Option<&Service>) -> Option<Link> {
    let view = around.view;
    let selector = service.map(|service| &service.spec.selector);
    let backend = selector.and_then(|selector| view.workloads_selected_by(namespace, selector).next());
    let there = Pods { namespace, labels: backend.and_then(labels) };
    let policy =
        egress(view, &pods_of(view, pod), &End::Pods(&there), Port { number: Some(53), protocol: "UDP" })?;
    let object = policy_ref(policy);
    Some(Need::Policy.shown(object.clone()).because(why(&NO_DNS, &object, &around.finding.object.namespace)))
}

/// Returns the link of a pod that gets no answer from a host outside the cluster.
pub(super) fn to_outside(around: &Around, pod: &Pod, port: Option<u16>) -> Option<Link> {
    let port = Port { number: port.map(i32::from), protocol: "TCP" };
    let policy = egress(around.view, &pods_of(around.view, pod), &End::Outside, port)?;
    let object = policy_ref(policy);
    let why = why(&FROM_PODS, &object, &around.finding.object.namespace);
    Some(Need::Policy.shown(object).because(why))
}

fn policy_ref(policy: &NetworkPolicy) -> ObjectRef {
    ObjectRef::new(&policy.metadata.namespace, "NetworkPolicy", &policy.metadata.name)
}

fn pods_of<'a>(view: &View<'a>, pod: &'a Pod) -> Pods<'a> {
    let namespace = &*pod.shared.namespace;
    let owner = view.root(pod);
    let workload = owner.and_then(|owner| view.workload(namespace, &owner.kind, &owner.name));
    Pods { namespace, labels: workload.and_then(labels) }
}

fn labels(workload: &Workload) -> Labels<'_> {
    workload.rollout().map(|rollout| &*rollout.labels)
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
    let number = match found {
        Some(of) if of.target_port.r#type == 1 => None,
        Some(of) if of.target_port.int_val != 0 => Some(of.target_port.int_val),
        Some(of) => Some(of.port),
        None => port.map(i32::from),
    };
    let protocol = found.map_or("", |of| &*of.protocol);
    Port { number, protocol: if protocol.is_empty() { "TCP" } else { protocol } }
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
        !is_gone(policy) && matches(&policy.spec.pod_selector, pods.labels) == Some(true)
    })
}

/// Whether a selector matches labels; `None` if that is not known.
fn matches(selector: &LabelSelector, labels: Labels) -> Option<bool> {
    if selector.match_labels.is_empty() && selector.match_expressions.is_empty() {
        return Some(true);
    }
    let labels = labels?;
    Some(selects(selector, |key| labels.iter().find(|(name, _)| **name == *key).map(|(_, value)| &**value)))
}

fn admits_port(ports: &[PolicyPort], port: Port) -> bool {
    let is_it = |of: &PolicyPort| {
        if of.protocol.as_deref().unwrap_or("TCP") != port.protocol {
            return false;
        }
        let (Some(named), Some(number)) = (&of.port, port.number) else { return true };
        named.r#type == 1 || (named.int_val..=of.end_port.unwrap_or(named.int_val)).contains(&number)
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
                peer.pod_selector.as_ref().map_or(Some(true), |selector| matches(selector, pods.labels));
            is_in != Some(false) && is_pod != Some(false)
        }
    };
    peers.is_empty() || peers.iter().any(is_it)
}

/// Whether a selector matches a namespace; `None` if its labels are not known.
fn matches_namespace(view: &View, selector: &LabelSelector, name: &str) -> Option<bool> {
    const NAME: &str = "kubernetes.io/metadata.name";
    let known = view.namespace(name);
    let keys = selector.match_labels.keys().chain(selector.match_expressions.iter().map(|of| &of.key));
    if known.is_none() && keys.into_iter().any(|key| key != NAME) {
        return None;
    }
    Some(selects(selector, |key| match known.and_then(|namespace| namespace.labels.get(key)) {
        None if key == NAME => Some(name),
        value => value.map(String::as_str),
    }))
}
