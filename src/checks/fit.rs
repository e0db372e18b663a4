//! Whether a pod fits a node, by cordons, taints, labels, host ports, free resources and the domains of topology spread. The
//! order is that of the scheduler's filters, so each node counts for the first reason that rules it out. Volumes, devices of
//! resource claims and affinity between pods are not compared: for them the scheduler's own reason counts.

pub(crate) mod labels;
mod ports;
pub(crate) mod scheduler;
pub(crate) mod taints;
mod words;

pub(crate) use words::{CPU, MEMORY};

use super::View;
use crate::model::{Amount, HostPort, Node, Pod, step};
use crate::text::Message;
use crate::wire::{PodSpec, Taint};
use labels::{missing_domains, missing_labels, tolerates};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// The reason why a node does not take a pod.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Misfit {
    Cordoned,
    /// The taint: its key, and as kubectl writes it.
    Taint(String, String),
    /// The labels that the pod requires.
    Labels(Vec<String>),
    /// A host port that another pod has, such as `80/TCP`.
    Port(String),
    /// The pod is larger than the whole node.
    TooLarge(Resource),
    /// The pod is larger than the free part of the node.
    NoRoom(Resource),
    /// The labels that a topology spread constraint counts by.
    Domains(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Resource {
    Cpu,
    Memory,
    Pods,
    /// Such as `ephemeral-storage` or `nvidia.com/gpu`.
    Other(Arc<str>),
}

impl Resource {
    /// Returns its name in the API.
    pub(crate) fn name(&self) -> &str {
        match self {
            Resource::Cpu => "cpu",
            Resource::Memory => "memory",
            Resource::Pods => "pods",
            Resource::Other(name) => name,
        }
    }
}

/// Why no node takes a pod.
#[derive(Debug, Default)]
pub(crate) struct Explained<'a> {
    /// Whether the first reason is the one that matters. Otherwise the scheduler knows more.
    pub(crate) known: bool,
    /// The reason that rules out most of the nodes that the pod is meant for comes first.
    pub(crate) reasons: Vec<Reason<'a>>,
}

/// A reason, and the nodes that it rules out, by name.
#[derive(Debug)]
pub(crate) struct Reason<'a> {
    pub(crate) misfit: Misfit,
    pub(crate) nodes: Vec<&'a Node>,
    pub(crate) message: Message,
}

impl Explained<'_> {
    /// Whether every node is ruled out by something that no other pod's end changes.
    pub(crate) fn lasts(&self, view: &View) -> bool {
        self.known && !self.reasons.is_empty() && self.reasons.iter().all(|reason| reason.lasts(view))
    }
}

impl Reason<'_> {
    fn lasts(&self, view: &View) -> bool {
        match &self.misfit {
            Misfit::Taint(key, _) => taints::removed(key).is_none(),
            // A new node offers its devices some time after it has registered.
            Misfit::TooLarge(Resource::Other(_)) => {
                !self.nodes.iter().any(|node| view.within_grace(node.created))
            }
            Misfit::Labels(_) | Misfit::Domains(_) | Misfit::TooLarge(_) => true,
            Misfit::Cordoned | Misfit::NoRoom(_) | Misfit::Port(_) => false,
        }
    }
}

/// What a pod asks for.
struct Asked<'p> {
    spec: &'p PodSpec,
    requests: Amount,
    others: &'p [(Arc<str>, i64)],
    ports: &'p [HostPort],
}

/// The number of comparisons of a pod with a node: 200 different pods in a cluster of 5,000 nodes.
const COMPARED: usize = 1_000_000;

/// The resources of the nodes, and their free part.
pub(crate) struct Fit<'v, 'a> {
    view: &'v View<'a>,
    nodes: &'a [Node],
    /// Whether the load of the nodes is known.
    knows_loads: bool,
    /// What was explained, by what a pod asks for: the pods of a workload ask for the same.
    known: RefCell<BTreeMap<String, Rc<Explained<'a>>>>,
    /// How many more pods are compared with all nodes.
    left: Cell<usize>,
    /// What the pods of each node take of a resource other than CPU and memory.
    taken: OnceCell<BTreeMap<(&'a str, &'a str), i64>>,
    /// The pods with host ports.
    takers: OnceCell<ports::Takers<'a>>,
}

impl<'v, 'a> Fit<'v, 'a> {
    pub(crate) fn new(view: &'v View<'a>) -> Self {
        let (nodes, known) = (&view.snapshot.rows.nodes, RefCell::default());
        let left = Cell::new(COMPARED / nodes.len().max(1));
        let (taken, takers) = (OnceCell::new(), OnceCell::new());
        Self { view, nodes, knows_loads: view.saw_all_pods(), known, left, taken, takers }
    }

    /// Returns why no node takes a pod. If very many different pods wait in a large cluster, the reason of the scheduler counts
    /// for the last ones.
    pub(crate) fn explain(&self, pod: &Pod) -> Rc<Explained<'a>> {
        let Some(spec) = pod.object.as_deref().map(|object| &object.spec) else { return Rc::default() };
        let template = &pod.shared.template;
        let (others, ports) = (template.others(), template.ports());
        let asked = Asked { spec, requests: template.totals.requests, others, ports };
        let rules = (&spec.node_selector, &spec.affinity, &spec.tolerations);
        let spread = &spec.topology_spread_constraints;
        let asks = format!("{:?}", (asked.requests, asked.others, asked.ports, rules, spread));
        let mut known = self.known.borrow_mut();
        let explained = || match self.left.get().checked_sub(1) {
            Some(left) => {
                self.left.set(left);
                Rc::new(self.explained(&asked))
            }
            None => Rc::default(),
        };
        Rc::clone(known.entry(asks).or_insert_with(explained))
    }

    fn explained(&self, asked: &Asked) -> Explained<'a> {
        let mut found: BTreeMap<Misfit, Vec<&Node>> = BTreeMap::new();
        let mut fits = false;
        for node in self.nodes {
            match self.misfit(asked, node) {
                Some(reason) => found.entry(reason).or_default().push(node),
                None => fits = true,
            }
        }
        let mut found: Vec<(Misfit, Vec<&Node>)> = found.into_iter().collect();
        let meant = |nodes: &[&Node]| nodes.iter().any(|node| is_meant_for(asked, node));
        found.sort_by_cached_key(|(reason, nodes)| {
            let labelled = nodes.iter().any(|node| missing_labels(asked.spec, node).is_none());
            (std::cmp::Reverse((meant(nodes), labelled, nodes.len())), reason.clone())
        });
        let reason = |(misfit, nodes): (Misfit, Vec<&'a Node>)| {
            let message = self.message(&misfit, asked, &nodes);
            Reason { misfit, nodes, message }
        };
        Explained { known: !fits, reasons: found.into_iter().map(reason).collect() }
    }

    fn misfit(&self, asked: &Asked, node: &Node) -> Option<Misfit> {
        step();
        let spec = asked.spec;
        if node.cordoned && !spec.tolerations.iter().any(|t| tolerates(t, &cordon())) {
            return Some(Misfit::Cordoned);
        }
        if let Some(taint) = untolerated(spec, node).next() {
            return Some(Misfit::Taint(taint.key.clone(), named(taint)));
        }
        if let Some(missing) = missing_labels(spec, node) {
            return Some(Misfit::Labels(missing));
        }
        if let Some((port, _)) = self.conflict(asked, node) {
            return Some(Misfit::Port(format!("{}/{}", port.number, port.protocol)));
        }
        let domains = || {
            let missing = missing_domains(spec, node);
            (!missing.is_empty()).then_some(Misfit::Domains(missing))
        };
        too_large(asked, node).or_else(|| self.no_room(asked, node)).or_else(domains)
    }

    /// Returns the first host port of the pod that another pod of the node has, and that pod.
    fn conflict<'p>(&self, asked: &Asked<'p>, node: &Node) -> Option<(&'p HostPort, &'a Pod)> {
        if asked.ports.is_empty() {
            return None;
        }
        ports::conflict(asked.ports, self.takers.get_or_init(|| ports::takers(self.view)), &node.name)
    }

    /// Returns the resource that the node has too little left of, if its free part is known.
    fn no_room(&self, asked: &Asked, node: &Node) -> Option<Misfit> {
        let (free, pods) = self.free(node)?;
        let short = [
            (Resource::Pods, pods < 1),
            (Resource::Cpu, asked.requests.cpu > free.cpu),
            (Resource::Memory, asked.requests.memory > free.memory),
        ];
        let short = short.into_iter().find(|(_, is_short)| *is_short).map(|(resource, _)| resource);
        let other = || {
            let mut short = asked.others.iter().filter(|(name, needed)| *needed > self.free_of(node, name));
            short.next().map(|(name, _)| Resource::Other(Arc::clone(name)))
        };
        short.or_else(other).map(Misfit::NoRoom)
    }

    /// Returns the free resources of a node, if they are known.
    fn free(&self, node: &Node) -> Option<(Amount, i64)> {
        let load = self.knows_loads.then(|| self.view.load(&node.name))?;
        let pods = i64::try_from(load.pods).unwrap_or(i64::MAX);
        let left = node.pods.unwrap_or(i64::MAX).saturating_sub(pods).max(0);
        Some((node.allocatable.less(load.requests), left))
    }

    /// Returns the free part of another resource of a node.
    fn free_of(&self, node: &Node, resource: &str) -> i64 {
        let taken = self.taken.get_or_init(|| taken(self.view)).get(&(&*node.name, resource));
        let whole = node.others.get(resource).copied().unwrap_or(0);
        whole.saturating_sub(taken.copied().unwrap_or(0)).max(0)
    }
}

/// Returns the resource that the whole node has too little of.
fn too_large(asked: &Asked, node: &Node) -> Option<Misfit> {
    let Amount { cpu, memory } = asked.requests;
    if cpu > node.allocatable.cpu {
        return Some(Misfit::TooLarge(Resource::Cpu));
    }
    if memory > node.allocatable.memory {
        return Some(Misfit::TooLarge(Resource::Memory));
    }
    // A node of a broken file may state no resources at all.
    let has = |name: &str| node.others.get(name).copied().unwrap_or(0);
    let mut short = asked.others.iter().filter(|(name, needed)| *needed > has(name) && counts(node, name));
    short.next().map(|(name, _)| Misfit::TooLarge(Resource::Other(Arc::clone(name))))
}

/// Whether a node would state a resource if it had it. Old files may lack `ephemeral-storage`.
fn counts(node: &Node, resource: &str) -> bool {
    resource.contains('/') || node.others.contains_key(resource)
}

/// Returns what the pods of each node take of resources other than CPU and memory.
fn taken<'a>(view: &View<'a>) -> BTreeMap<(&'a str, &'a str), i64> {
    let mut taken: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for pod in view.snapshot.rows.pods.iter().filter(|pod| pod.shared.ended.is_none()) {
        let Some(node) = pod.node.as_deref() else { continue };
        for (name, amount) in pod.shared.template.others() {
            let sum = taken.entry((node, name)).or_default();
            *sum = sum.saturating_add(*amount);
        }
    }
    taken
}

/// Returns the taints of a node that keep a pod away.
fn untolerated<'n>(spec: &'n PodSpec, node: &'n Node) -> impl Iterator<Item = &'n Taint> {
    let hard = node.taints.iter().filter(|taint| taint.effect != "PreferNoSchedule");
    hard.filter(|taint| !spec.tolerations.iter().any(|toleration| tolerates(toleration, taint)))
}

/// Returns whether a node is for pods like this one: it is in use, it has the labels and the devices that the pod
/// requires, and no taint of an operator keeps the pod away. The taints of components keep pods away for a while only.
fn is_meant_for(asked: &Asked, node: &Node) -> bool {
    let in_use = !node.cordoned && !node.is_leaving();
    let has = |name: &str| node.others.get(name).is_some_and(|whole| *whole > 0);
    let has_devices = asked.others.iter().all(|(name, _)| !name.contains('/') || has(name));
    let kept_away = |taint: &Taint| taints::removed(&taint.key).is_none();
    let open = !untolerated(asked.spec, node).any(kept_away);
    in_use && has_devices && open && missing_labels(asked.spec, node).is_none()
}

/// Whether a node has the labels that a pod requires, and no taint but that of its cordon keeps the pod away.
pub(crate) fn takes_but_for_its_cordon(node: &Node, pod: &Pod) -> bool {
    let Some(spec) = pod.object.as_deref().map(|object| &object.spec) else { return false };
    let is_cordon = |taint: &Taint| taint.key == cordon().key;
    missing_labels(spec, node).is_none() && untolerated(spec, node).all(is_cordon)
}

fn cordon() -> Taint {
    let (key, effect) = ("node.kubernetes.io/unschedulable".to_owned(), "NoSchedule".to_owned());
    Taint { key, effect, ..Taint::default() }
}

fn named(taint: &Taint) -> String {
    match taint.value.as_str() {
        "" => format!("{}:{}", taint.key, taint.effect),
        value => format!("{}={value}:{}", taint.key, taint.effect),
    }
}
