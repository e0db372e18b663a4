//! What the nodes have, what is asked for and used of it, and by whom. Made only for those who show it: every pod is looked
//! at once, and nothing is kept of each.

use super::{NodeLoad, Report};
use crate::checks::{Loss, View};
use crate::model::{Amount, Metered, ObjectRef, Owner, Pod};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a cluster has, and who takes it.
#[derive(Debug)]
pub struct Resources<'a> {
    /// Whether every pod of the cluster was seen; else the sums are those of what was seen, and at least so much.
    pub complete: bool,
    /// The nodes together.
    pub capacity: Capacity,
    /// Pods that are on none of the nodes that count.
    pub elsewhere: Requested,
    /// Each namespace that has pods, the largest share of the nodes first.
    pub namespaces: Vec<(Arc<str>, Requested)>,
    /// The workloads that take most, by usage where it is measured: the topmost owner, or a pod that nobody owns.
    pub consumers: Vec<(ObjectRef, Requested)>,
    /// Whether any pod was measured. Of those that were not, what is set aside for them stands for what they use.
    pub is_measured: bool,
    /// Nodes that take ordinary pods.
    pub open_nodes: usize,
    /// What the loss of the largest of these would leave; nothing where that is not known.
    pub losses: Vec<Loss<'a>>,
}

/// What nodes have together, and what of it is asked for by the pods on them and used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capacity {
    /// How many there are that say how much CPU and memory pods may have.
    pub nodes: usize,
    /// How many do not; of them nothing is counted.
    pub unstated: usize,
    /// What pods may have.
    pub allocatable: Amount,
    /// What is set aside for them.
    pub requests: Amount,
    /// What they may use at most, as far as they are limited.
    pub limits: Amount,
    /// Nodes whose usage is measured.
    pub measured: usize,
    /// What pods may have of those.
    pub measured_allocatable: Amount,
    /// What is used of those; `None` where no node is measured.
    pub usage: Option<Amount>,
}

/// What some pods take, of those that have not ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requested {
    /// How many they are.
    pub pods: u64,
    /// What is set aside for them.
    pub requests: Amount,
    /// What they may use at most, as far as they are limited.
    pub limits: Amount,
    /// How many of them are measured.
    pub measured: u64,
    /// What those use.
    used: Amount,
    /// What is set aside for those that are on a node and not measured.
    unmeasured: Amount,
}

/// So many workloads are named.
const CONSUMERS: usize = 10;

/// Whether a node says what pods may have of it: only then it counts.
fn is_stated(load: &NodeLoad) -> bool {
    let Amount { cpu, memory } = load.node.allocatable;
    cpu > 0 && memory > 0
}

impl Capacity {
    fn of(nodes: &[NodeLoad]) -> Self {
        let mut sum = Self::default();
        for load in nodes {
            let allocatable = load.node.allocatable;
            if !is_stated(load) {
                sum.unstated += 1;
                continue;
            }
            sum.nodes += 1;
            sum.allocatable = sum.allocatable.plus(allocatable);
            sum.requests = sum.requests.plus(load.requests);
            sum.limits = sum.limits.plus(load.limits);
            if let Some(used) = load.node.usage {
                sum.measured += 1;
                sum.measured_allocatable = sum.measured_allocatable.plus(allocatable);
                sum.usage = Some(sum.usage.unwrap_or_default().plus(used));
            }
        }
        sum
    }
}

impl Requested {
    /// What is used by those that are measured; `None` where none is.
    pub fn usage(&self) -> Option<Amount> {
        (self.measured > 0).then_some(self.used)
    }

    fn of(pod: &Pod, metered: &[Metered]) -> Self {
        let used = metered.iter().map(|metered| metered.used).fold(Amount::default(), Amount::plus);
        let (requests, limits) = (pod.shared.requests, pod.shared.limits);
        let measured = u64::from(!metered.is_empty());
        // What is on no node uses nothing.
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
    /// What the cluster has, and who takes it.
    pub fn resources(&self) -> Resources<'a> {
        let view = View::new(self.snapshot, self.settings);
        let capacity = Capacity::of(&self.nodes);
        let (owners, elsewhere) = by_owner(&view, &self.nodes);
        let mut namespaces: BTreeMap<&Arc<str>, Requested> = BTreeMap::new();
        let mut consumers: BTreeMap<ObjectRef, Requested> = BTreeMap::new();
        for ((namespace, owner), taken) in owners {
            let of_namespace = namespaces.entry(namespace).or_default();
            *of_namespace = of_namespace.plus(taken);
            let of_root = consumers.entry(owner.root(&view, namespace)).or_default();
            *of_root = of_root.plus(taken);
        }
        let all = namespaces.values().copied().fold(Requested::default(), Requested::plus);
        // Without nodes, of everything that is asked for.
        let whole = if capacity.nodes > 0 { capacity.allocatable } else { all.requests };
        let namespaces = namespaces.into_iter().map(|(name, taken)| (Arc::clone(name), taken)).collect();
        let is_measured = all.measured > 0;
        let asked = |taken: &Requested| share(taken.requests, whole);
        let used = |taken: &Requested| {
            if is_measured { share(taken.used.plus(taken.unmeasured), whole) } else { asked(taken) }
        };
        let mut consumers =
            largest_first(consumers.into_iter().collect(), |taken| (used(taken), asked(taken)));
        consumers.truncate(CONSUMERS);
        Resources {
            complete: view.saw_all_pods(),
            capacity,
            elsewhere,
            namespaces: largest_first(namespaces, |taken| (asked(taken), used(taken))),
            consumers,
            is_measured,
            open_nodes: view.open_nodes().count(),
            losses: view.losses(),
        }
    }
}

/// Who owns some pods as they say it themselves.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Maker<'s> {
    Owner(&'s Owner),
    /// Nobody: the pod itself.
    Nobody(&'s str),
}

impl Maker<'_> {
    /// The topmost owner, asked for once for all pods of one owner.
    fn root(&self, view: &View, namespace: &Arc<str>) -> ObjectRef {
        match self {
            Maker::Nobody(pod) => ObjectRef::new(namespace, "Pod", pod),
            Maker::Owner(owner) => {
                let Owner { kind, name } = view.topmost(namespace, owner);
                ObjectRef { namespace: Arc::clone(namespace), kind, name }
            }
        }
    }
}

type ByOwner<'s> = BTreeMap<(&'s Arc<str>, Maker<'s>), Requested>;

/// What the pods of each owner take; and those together that are on none of the nodes that count. Pods and what was measured of them
/// are in the same order.
fn by_owner<'s>(view: &View<'s>, nodes: &[NodeLoad]) -> (ByOwner<'s>, Requested) {
    let rows = &view.snapshot.rows;
    let mut known: Vec<&str> =
        nodes.iter().filter(|load| is_stated(load)).map(|load| &*load.node.name).collect();
    known.sort_unstable();
    let (mut owners, mut elsewhere) = (ByOwner::new(), Requested::default());
    let mut rest = rows.metered.as_slice();
    for pod in &rows.pods {
        let key = (&*pod.shared.namespace, &*pod.name);
        let of = |metered: &Metered| (&*metered.namespace, &*metered.object).cmp(&key);
        let own;
        (_, rest) = rest.split_at(rest.iter().take_while(|metered| of(metered).is_lt()).count());
        (own, rest) = rest.split_at(rest.iter().take_while(|metered| of(metered).is_eq()).count());
        if pod.shared.ended.is_some() {
            continue;
        }
        let taken = Requested::of(pod, own);
        // A static pod is its node's, and nobody's work but its own.
        let owner = pod.shared.owner.as_ref().filter(|owner| &*owner.kind != "Node");
        let inferred_owner = owner.map_or(Maker::Nobody(&pod.name), Maker::Owner);
        let of_owner = owners.entry((&pod.shared.namespace, inferred_owner)).or_default();
        *of_owner = of_owner.plus(taken);
        let is_known = |node: &Arc<str>| known.binary_search(&&**node).is_ok();
        if !pod.node.as_ref().is_some_and(is_known) {
            elsewhere = elsewhere.plus(taken);
        }
    }
    (owners, elsewhere)
}

/// The larger of the shares of CPU and memory, in millionths.
fn share(part: Amount, whole: Amount) -> i128 {
    let of = |part: i64, whole: i64| i128::from(part) * 1_000_000 / i128::from(whole.max(1));
    of(part.cpu, whole.cpu).max(of(part.memory, whole.memory))
}

/// Of equals the first by name.
fn largest_first<T: Ord>(
    mut rows: Vec<(T, Requested)>,
    size: impl Fn(&Requested) -> (i128, i128),
) -> Vec<(T, Requested)> {
    rows.sort_by(|(a, of_a), (b, of_b)| size(of_b).cmp(&size(of_a)).then_with(|| a.cmp(b)));
    rows
}
