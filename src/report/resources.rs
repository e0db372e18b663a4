//! The capacity of the nodes, its requests and usage, and the largest consumers.

use super::{NodeLoad, Report};
use crate::checks::{Loss, View};
use crate::model::{Amount, Metered, Node, ObjectRef, Owner, Pod};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The resources of a cluster.
#[derive(Debug)]
pub struct Resources<'a> {
    /// Whether every pod of the cluster was read. If not, the sums are lower bounds.
    pub complete: bool,
    /// The sums over the nodes.
    pub capacity: Capacity,
    /// Pods that are on none of the counted nodes.
    pub not_on_nodes: Requested,
    /// The namespaces with pods, the largest share of the nodes first.
    pub namespaces: Vec<(Arc<str>, Requested)>,
    /// The largest workloads, by usage or else by requests: topmost owners, and pods without an owner.
    pub consumers: Vec<(ObjectRef, Requested)>,
    /// Whether any pod is measured. For a pod that is not, its requests stand for its usage.
    pub is_measured: bool,
    /// The number of pods in the namespaces.
    pub pods: u64,
    /// The number of those pods that are measured.
    pub measured_pods: u64,
    /// The number of nodes that accept pods without tolerations.
    pub open_nodes: usize,
    /// The effect of losing the largest of these nodes; empty if it is unknown.
    pub losses: Vec<Loss<'a>>,
}

/// The sums over the nodes, and over the pods on them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capacity {
    /// The number of nodes that report allocatable CPU and memory.
    pub nodes: usize,
    /// The number of nodes that do not. They are not counted.
    pub without_allocatable: usize,
    /// The allocatable resources.
    pub allocatable: Amount,
    /// The requests of the pods.
    pub requests: Amount,
    /// The limits of the pods, as far as they have limits.
    pub limits: Amount,
    /// The number of nodes whose usage is measured.
    pub measured: usize,
    /// The allocatable resources of those nodes.
    pub measured_allocatable: Amount,
    /// The usage of those nodes; `None` if no node is measured.
    pub usage: Option<Amount>,
}

/// The requests, limits and usage of pods that have not ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requested {
    /// The number of pods.
    pub pods: u64,
    /// Their requests.
    pub requests: Amount,
    /// Their limits, as far as they have limits.
    pub limits: Amount,
    /// The number of those that are measured.
    pub measured: u64,
    /// The usage of the measured pods.
    used: Amount,
    /// The requests of the pods that are on a node and not measured.
    unmeasured: Amount,
}

/// The maximum number of workloads that are listed.
const CONSUMERS: usize = 10;

/// Returns the allocatable resources of a node that reports them. Only such a node is counted.
fn allocatable(node: &Node) -> Option<Amount> {
    let Amount { cpu, memory } = node.allocatable;
    (cpu > 0 && memory > 0).then_some(node.allocatable)
}

impl Capacity {
    fn of(nodes: &[NodeLoad]) -> Self {
        let mut sum = Self::default();
        for load in nodes {
            let Some(node) = load.node else { continue };
            let Some(allocatable) = allocatable(node) else {
                sum.without_allocatable += 1;
                continue;
            };
            sum.nodes += 1;
            sum.allocatable = sum.allocatable.plus(allocatable);
            sum.requests = sum.requests.plus(load.requests);
            sum.limits = sum.limits.plus(load.limits);
            if let Some(used) = node.usage {
                sum.measured += 1;
                sum.measured_allocatable = sum.measured_allocatable.plus(allocatable);
                sum.usage = Some(sum.usage.unwrap_or_default().plus(used));
            }
        }
        sum
    }
}

impl Requested {
    /// Returns the usage of the measured pods; `None` if none is measured.
    pub fn usage(&self) -> Option<Amount> {
        (self.measured > 0).then_some(self.used)
    }

    fn of(pod: &Pod, metered: &[Metered]) -> Self {
        let used = metered.iter().map(|metered| metered.used).fold(Amount::default(), Amount::plus);
        let (requests, limits) = (pod.shared.template.totals.requests, pod.shared.template.totals.limits);
        let measured = u64::from(!metered.is_empty());
        // A pod without a node uses nothing.
        let is_unknown = metered.is_empty() && pod.node.is_some();
        let unmeasured = if is_unknown { requests } else { Amount::default() };
        Self { pods: 1, requests, limits, measured, used, unmeasured }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            pods: self.pods + other.pods,
            requests: self.requests.plus(other.requests),
            limits: self.limits.plus(other.limits),
            measured: self.measured + other.measured,
            used: self.used.plus(other.used),
            unmeasured: self.unmeasured.plus(other.unmeasured),
        }
    }
}

impl<'a> Report<'a> {
    /// Returns the resources of the cluster.
    pub fn resources(&self) -> Resources<'a> {
        let capacity = Capacity::of(&self.nodes);
        let view = &self.view;
        let (namespaces, not_on_nodes) = by_namespace(view, &self.nodes);
        let all = namespaces.values().copied().fold(Requested::default(), Requested::plus);
        // Without nodes, the share of all requests.
        let whole = if capacity.nodes > 0 { capacity.allocatable } else { all.requests };
        let namespaces = namespaces.into_iter().map(|(name, taken)| (Arc::clone(name), taken)).collect();
        let is_measured = all.measured > 0;
        let asked = |taken: &Requested| share(taken.requests, whole);
        let used = |taken: &Requested| {
            if is_measured { share(taken.used.plus(taken.unmeasured), whole) } else { asked(taken) }
        };
        let consumers = consumers(view, |taken| (used(taken), asked(taken)));
        Resources {
            complete: view.saw_all_pods(),
            capacity,
            not_on_nodes,
            namespaces: largest_first(namespaces, |taken| (asked(taken), used(taken))),
            consumers,
            is_measured,
            pods: all.pods,
            measured_pods: all.measured,
            open_nodes: view.open_nodes().count(),
            losses: view.losses(),
        }
    }
}

/// Returns the use of the pods of each namespace, and that of the pods on none of the counted nodes.
fn by_namespace<'s>(view: &View<'s>, nodes: &[NodeLoad]) -> (BTreeMap<&'s Arc<str>, Requested>, Requested) {
    let mut known: Vec<&str> = nodes
        .iter()
        .filter(|load| load.node.is_some_and(|node| allocatable(node).is_some()))
        .map(|load| load.name)
        .collect();
    known.sort_unstable();
    let (mut namespaces, mut not_on_nodes) = (BTreeMap::<_, Requested>::new(), Requested::default());
    for pod in view.snapshot.rows.pods.iter().filter(|pod| pod.shared.ended.is_none()) {
        let taken = taken(view, pod);
        let of_namespace = namespaces.entry(&pod.shared.namespace).or_default();
        *of_namespace = of_namespace.plus(taken);
        let is_known = |node: &Arc<str>| known.binary_search(&&**node).is_ok();
        if !pod.node.as_ref().is_some_and(is_known) {
            not_on_nodes = not_on_nodes.plus(taken);
        }
    }
    (namespaces, not_on_nodes)
}

/// Returns the use of a pod. The measurements are in the order of the pods.
fn taken(view: &View, pod: &Pod) -> Requested {
    let metered = view.snapshot.rows.metered.as_slice();
    let key = (&*pod.shared.namespace, &*pod.name);
    let of = |metered: &Metered| (&*metered.namespace, &*metered.object).cmp(&key);
    let own = &metered[metered.partition_point(|metered| of(metered).is_lt())..];
    Requested::of(pod, &own[..own.partition_point(|metered| of(metered).is_eq())])
}

/// Returns the largest workloads. Each pod may have an owner of its own, so only the largest of a namespace are kept.
fn consumers(view: &View, size: impl Fn(&Requested) -> (i128, i128)) -> Vec<(ObjectRef, Requested)> {
    let mut largest = Vec::new();
    for namespace in view.snapshot.rows.pods.chunk_by(|a, b| a.shared.namespace == b.shared.namespace) {
        let mut pods: Vec<&Pod> = namespace.iter().filter(|pod| pod.shared.ended.is_none()).collect();
        pods.sort_by(|a, b| owner(a).cmp(&owner(b)));
        // Two owners may have the same topmost owner, which is searched once for each of them.
        let mut owned: Vec<(ObjectRef, &[&Pod])> =
            pods.chunk_by(|a, b| owner(a) == owner(b)).map(|pods| (root(view, pods[0]), pods)).collect();
        owned.sort_by(|(a, _), (b, _)| a.cmp(b));
        for of_root in owned.chunk_by(|(a, _), (b, _)| a == b) {
            let pods = of_root.iter().flat_map(|(_, pods)| *pods);
            let sum = pods.map(|pod| taken(view, pod)).fold(Requested::default(), Requested::plus);
            largest.push((of_root[0].0.clone(), sum));
            if largest.len() >= 2 * CONSUMERS {
                keep_largest(&mut largest, &size);
            }
        }
    }
    keep_largest(&mut largest, &size);
    largest
}

/// The owner of a pod, as the pod names it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum PodOwner<'s> {
    Owner(&'s Owner),
    /// None: the pod itself.
    Pod(&'s str),
}

/// Returns the owner of a pod. A static pod is owned by its node, and counts as its own workload.
fn owner(pod: &Pod) -> PodOwner<'_> {
    let owner = pod.shared.owner.as_ref().filter(|owner| &*owner.kind != "Node");
    owner.map_or(PodOwner::Pod(&pod.name), PodOwner::Owner)
}

/// Returns the topmost owner of a pod, or the pod.
fn root(view: &View, pod: &Pod) -> ObjectRef {
    let namespace = &pod.shared.namespace;
    match owner(pod) {
        PodOwner::Pod(pod) => ObjectRef::new(namespace, "Pod", pod),
        PodOwner::Owner(owner) => {
            let Owner { kind, name } = view.topmost(namespace, owner);
            ObjectRef { namespace: Arc::clone(namespace), kind, name }
        }
    }
}

/// Returns the larger of the shares of CPU and memory, in millionths.
fn share(part: Amount, whole: Amount) -> i128 {
    let of = |part: i64, whole: i64| i128::from(part) * 1_000_000 / i128::from(whole.max(1));
    of(part.cpu, whole.cpu).max(of(part.memory, whole.memory))
}

/// Sorts workloads by size and keeps the largest.
fn keep_largest(rows: &mut Vec<(ObjectRef, Requested)>, size: impl Fn(&Requested) -> (i128, i128)) {
    *rows = largest_first(std::mem::take(rows), size);
    rows.truncate(CONSUMERS);
}

/// Sorts by size, then by name.
fn largest_first<T: Ord>(
    mut rows: Vec<(T, Requested)>,
    size: impl Fn(&Requested) -> (i128, i128),
) -> Vec<(T, Requested)> {
    rows.sort_by(|(a, of_a), (b, of_b)| size(of_b).cmp(&size(of_a)).then_with(|| a.cmp(b)));
    rows
}
