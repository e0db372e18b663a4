//! What the checks read: the snapshot, the settings, and the relations between objects.

mod annotations;
mod index;
mod killed;
mod lookup;
pub(super) use lookup::said_by;
mod loss;
mod sight;
mod thresholds;
mod throttled;
mod time;

pub use killed::{Cause, Killed};
pub use loss::{Loss, Resource};
pub use throttled::Throttled;

use crate::model::{
    Amount, Container, Job, Node, NodeRestart, ObjectRef, Owner, Pod, PodProblem, Workload, node_restarts,
    problems,
};
use crate::policy::overrides::{IgnoredAnnotations, Override};
use crate::policy::settings::Settings;
use crate::snapshot::Snapshot;
use crate::text::Fact;
use crate::wire::{Kind, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A snapshot and the settings to check it with. Its rows must be sorted, as by [`Snapshot::sort`].
pub struct View<'a> {
    /// The snapshot.
    pub snapshot: &'a Snapshot,
    /// The settings.
    pub settings: &'a Settings,
    /// The pods whose own status shows troubles.
    troubled: Vec<(&'a Pod, Vec<PodProblem<'a>>)>,
    /// The pods in trouble that have not ended, by their topmost owner.
    troubled_of: BTreeMap<Root, Vec<&'a Pod>>,
    /// The newest pod that a node evicted or rejected, by its topmost owner.
    turned_away: BTreeMap<Root, &'a Pod>,
    /// For each owner with a pod that ended: its newest pod that serves.
    successors: BTreeMap<Root, &'a Pod>,
    /// The names of the nodes that run pods of the scope.
    used_nodes: BTreeSet<&'a str>,
    /// The load of the nodes, by name.
    loads: BTreeMap<&'a str, Load>,
    /// The last restart of each node that has restarted, by node.
    node_restarts: BTreeMap<&'a str, NodeRestart<'a>>,
    /// The topmost owners of the pods that a selector chose; empty without a selector.
    selected: BTreeSet<Root>,
    /// The annotations for this tool on namespaces and workloads, sorted by object.
    overrides: Vec<Override>,
    /// Those that cannot be used.
    ignored_annotations: IgnoredAnnotations,
    /// For the kinds in [`MAKERS`]: the namespaces with pods in which all objects of the kind were seen.
    seen_makers: BTreeSet<(Kind, &'a str)>,
    /// What was read.
    sight: sight::Sight<'a>,
    /// Objects by what they belong to.
    index: index::Index<'a>,
}

/// Kinds whose names are known from the names of what they create.
const MAKERS: [Kind; 2] = [Kind::Deployment, Kind::CronJob];

/// The seconds for which an eviction or rejection explains that a replica is missing.
const TURNED_AWAY_LATELY: i64 = 86_400;

/// The seconds that the removal of a node may take.
const REMOVAL: i64 = 3600;

/// The load of a node: the pods of the scope on it that have not ended.
#[derive(Clone, Copy, Debug, Default)]
pub struct Load {
    /// The number of pods.
    pub pods: u64,
    /// The sum of their requests.
    pub requests: Amount,
    /// The sum of their limits, as far as they have limits.
    pub limits: Amount,
}

/// The topmost known owner of a pod: its namespace and the owner.
type Root = (Arc<str>, Owner);

impl<'a> View<'a> {
    /// Creates the view of a snapshot.
    pub fn new(snapshot: &'a Snapshot, settings: &'a Settings) -> Self {
        let pods = &snapshot.rows.pods;
        let mut view = Self {
            snapshot,
            settings,
            troubled: Vec::new(),
            troubled_of: BTreeMap::new(),
            turned_away: BTreeMap::new(),
            successors: BTreeMap::new(),
            used_nodes: pods.iter().filter_map(|pod| pod.node.as_deref()).collect(),
            loads: loads(pods),
            node_restarts: node_restarts(pods, &snapshot.rows.nodes, &snapshot.rows.events),
            selected: BTreeSet::new(),
            overrides: Vec::new(),
            ignored_annotations: IgnoredAnnotations::default(),
            seen_makers: BTreeSet::new(),
            sight: sight::Sight::of(snapshot),
            index: index::Index::default(),
        };
        view.seen_makers = view.find_seen_makers();
        if snapshot.scope.selected {
            let root = |pod: &Pod| Some((Arc::clone(&pod.shared.namespace), view.root(pod)?));
            view.selected = pods.iter().filter_map(root).collect();
        }
        (view.overrides, view.ignored_annotations) = view.read_overrides();
        view.troubled = pods
            .iter()
            .filter(|pod| pod.object.is_some())
            .map(|pod| (pod, problems(pod, &view.context(pod), snapshot.taken_at, &view.thresholds(pod))))
            .filter(|(_, problems)| !problems.is_empty())
            .collect();
        view.troubled_of = view.find_troubled();
        view.turned_away = view.find_turned_away();
        view.successors = view.find_successors();
        view.index = index::Index::of(&snapshot.rows, view.troubled_pods());
        view
    }

    /// Returns the failing pods, by their topmost owner.
    fn find_troubled(&self) -> BTreeMap<Root, Vec<&'a Pod>> {
        let mut found: BTreeMap<Root, Vec<&Pod>> = BTreeMap::new();
        for pod in self.failing_pods() {
            if let Some(root) = self.root(pod) {
                found.entry((Arc::clone(&pod.shared.namespace), root)).or_default().push(pod);
            }
        }
        found
    }

    /// The time that ages are relative to.
    pub fn now(&self) -> Time {
        self.snapshot.taken_at
    }

    /// Returns the seconds from a time to now.
    pub fn age(&self, since: Time) -> i64 {
        self.now().seconds_since(since)
    }

    /// Returns how long ago something was, as a fact.
    pub fn ago(&self, at: Option<Time>) -> Fact {
        Fact::age(at.map(|at| self.age(at)))
    }

    /// Whether something began so recently that it may still recover on its own.
    pub fn within_grace(&self, since: Option<Time>) -> bool {
        since.is_some_and(|since| self.age(since) < self.settings.thresholds.grace)
    }

    /// Returns every trouble of every pod, in the order of the pods.
    pub fn problems(&self) -> impl Iterator<Item = (&'a Pod, PodProblem<'a>)> {
        self.troubled.iter().flat_map(|(pod, problems)| problems.iter().map(|trouble| (*pod, *trouble)))
    }

    /// Returns every pod with a trouble.
    pub fn troubled_pods(&self) -> impl Iterator<Item = &'a Pod> {
        self.troubled.iter().map(|(pod, _)| *pod)
    }

    /// Returns every pod with a trouble that has not ended.
    pub fn failing_pods(&self) -> impl Iterator<Item = &'a Pod> {
        self.troubled_pods().filter(|pod| pod.shared.ended.is_none())
    }

    /// Returns the troubles of a pod.
    pub fn troubles_of(&self, pod: &Pod) -> impl Iterator<Item = PodProblem<'a>> {
        let key = (&pod.shared.namespace, &pod.name);
        let found =
            self.troubled.binary_search_by(|(other, _)| (&other.shared.namespace, &other.name).cmp(&key));
        found.ok().into_iter().flat_map(|index| self.troubled[index].1.iter().copied())
    }

    /// Returns the pods of the scope on a node.
    pub fn pods_on(&self, node: &str) -> impl Iterator<Item = &'a Pod> {
        self.snapshot.rows.pods.iter().filter(move |pod| pod.node.as_deref() == Some(node))
    }

    /// Returns the pods in trouble that have not ended and belong to a workload: it is their topmost owner, or a ReplicaSet
    /// whose owner is, such as an Argo Rollout.
    pub fn pods_of(&self, workload: &Workload) -> impl Iterator<Item = &'a Pod> {
        let own = Owner { kind: workload.kind.name().into(), name: Arc::clone(&workload.name) };
        let above = workload.owner.clone().filter(|_| workload.is_lone_set());
        let is_part = above.is_some();
        let root = (Arc::clone(&workload.namespace), above.unwrap_or_else(|| own.clone()));
        let pods = self.troubled_of.get(&root).into_iter().flatten().copied();
        pods.filter(move |pod| !is_part || pod.shared.owner.as_ref() == Some(&own))
    }

    /// Returns what may explain that a workload is in trouble: its pods in trouble, or else the last one that a node evicted
    /// or rejected, then the workload itself.
    pub fn behind(&self, workload: &Workload) -> Vec<ObjectRef> {
        let mut pods: Vec<ObjectRef> = self.pods_of(workload).map(Pod::object_ref).collect();
        if pods.is_empty() {
            let owner = Owner { kind: workload.kind.name().into(), name: Arc::clone(&workload.name) };
            let last = self.turned_away.get(&(Arc::clone(&workload.namespace), owner));
            let recent = last.filter(|pod| pod.created().is_some_and(|at| self.age(at) < TURNED_AWAY_LATELY));
            pods.extend(recent.map(|pod| pod.object_ref()));
        }
        pods.into_iter().chain([workload.object()]).collect()
    }

    /// Whether a workload belongs to the scope. A selector chooses pods and thereby their owners.
    pub fn is_asked_for(&self, workload: &Workload) -> bool {
        let owner = || Owner { kind: workload.kind.name().into(), name: Arc::clone(&workload.name) };
        !self.snapshot.scope.selected || self.is_selected(&workload.namespace, owner())
    }

    /// Whether an owner is the topmost owner of a pod that a selector chose.
    fn is_selected(&self, namespace: &Arc<str>, owner: Owner) -> bool {
        self.selected.contains(&(Arc::clone(namespace), owner))
    }

    /// Returns the nodes that matter to the scope: all nodes, or those that run its pods.
    pub fn nodes(&self) -> impl Iterator<Item = &'a Node> {
        let scope = &self.snapshot.scope;
        let all = scope.is_whole_cluster() && !scope.selected;
        self.snapshot.rows.nodes.iter().filter(move |n| all || self.used_nodes.contains(&*n.name))
    }

    /// Whether a node is being removed, and that may still go on: a removal that takes longer is stuck.
    pub(crate) fn is_going(&self, node: &Node) -> bool {
        node.is_leaving() && node.leaving_since().is_none_or(|since| self.age(since) < REMOVAL)
    }

    /// Returns the load of a node.
    pub fn load(&self, node: &str) -> Load {
        self.loads.get(node).copied().unwrap_or_default()
    }

    /// Whether every pod of the cluster was seen: only then is the load of the nodes known.
    pub fn saw_all_pods(&self) -> bool {
        let scope = &self.snapshot.scope;
        scope.is_whole_cluster() && scope.excluded.is_empty() && !scope.selected && self.saw(Kind::Pod, "")
    }

    /// Returns the Job that created a pod.
    pub fn job_of(&self, pod: &Pod) -> Option<&'a Job> {
        let owner = pod.shared.owner.as_ref().filter(|owner| &*owner.kind == "Job")?;
        self.job(&pod.shared.namespace, &owner.name)
    }

    /// Returns the topmost known owner above this owner: a ReplicaSet's Deployment, a Job's CronJob. If the ReplicaSet
    /// or the Job itself was not seen, its name gives the owner.
    pub fn topmost(&self, namespace: &str, owner: &Owner) -> Owner {
        let above = match &*owner.kind {
            "ReplicaSet" => self.workload(namespace, "ReplicaSet", &owner.name).map(|set| set.owner.as_ref()),
            "Job" => self.job(namespace, &owner.name).map(|job| job.owner.as_deref()),
            _ => return owner.clone(),
        };
        match above {
            Some(above) => above.unwrap_or(owner).clone(),
            None => self.inferred_owner(namespace, owner).unwrap_or_else(|| owner.clone()),
        }
    }

    /// Returns the object that created an owner, by the owner's name, unless that object is known not to exist.
    fn inferred_owner(&self, namespace: &str, owner: &Owner) -> Option<Owner> {
        let inferred_owner = owner.inferred_owner()?;
        let is_there = match &*inferred_owner.kind {
            "Deployment" => self.workload(namespace, "Deployment", &inferred_owner.name).is_some(),
            _ => self.cron_job(namespace, &inferred_owner.name).is_some(),
        };
        let kind = Kind::from_name(&inferred_owner.kind)?;
        (is_there || !self.seen_makers.contains(&(kind, namespace))).then_some(inferred_owner)
    }

    /// Returns the topmost known owner of a pod.
    pub fn root(&self, pod: &Pod) -> Option<Owner> {
        Some(self.topmost(&pod.shared.namespace, pod.shared.owner.as_ref()?))
    }

    /// Returns the newest pod that serves in place of a pod that ended, created after it by the same owner.
    pub fn successor(&self, pod: &Pod) -> Option<&'a Pod> {
        let newest = self.successors.get(&(Arc::clone(&pod.shared.namespace), self.root(pod)?))?;
        (newest.created() > pod.created() && pod.created().is_some()).then_some(*newest)
    }

    /// Whether the owner of a pod has all its pods in spite of it. For a pod without a known owner, whether it serves
    /// itself.
    pub fn is_served(&self, pod: &Pod) -> bool {
        let root = self.root(pod);
        let of = |owner: &Owner| self.workload(&pod.shared.namespace, &owner.kind, &owner.name);
        // The owner of a lone ReplicaSet, such as an Argo Rollout, is not read.
        let set = || pod.shared.owner.as_ref().and_then(of).filter(|set| set.is_lone_set());
        let workload = root.as_ref().and_then(of).or_else(set);
        workload.map_or_else(|| pod.serves(), Workload::is_available)
    }

    /// Whether something has lasted for a number of seconds; also true if its start is unknown.
    pub fn older_than(&self, since: Option<Time>, seconds: i64) -> bool {
        since.is_none_or(|since| self.age(since) >= seconds)
    }

    /// Whether all objects of a kind in a namespace were seen: only then can one of them be missing. The namespace is
    /// empty for objects of the cluster.
    pub fn saw(&self, kind: Kind, namespace: &str) -> bool {
        (namespace.is_empty() || self.snapshot.scope.holds(namespace)) && self.sight.is_whole(kind, namespace)
    }

    /// Whether all warning events about an object were read. Only then does it have none if the snapshot has none.
    pub fn saw_warnings(&self, object: &ObjectRef) -> bool {
        self.snapshot.asked_for_warnings(object) && self.saw(Kind::Event, &object.namespace)
    }

    /// Returns the command that describes a pod.
    pub fn describe(&self, pod: &Pod) -> String {
        self.settings.kubectl.describe(&pod.object_ref())
    }

    /// Returns the command that shows the end of a container's log, from before its last restart if it has restarted.
    pub fn show_log(&self, pod: &Pod, container: &Container) -> String {
        let mut words = vec!["logs", "-n", &pod.shared.namespace, &pod.name, "-c", &container.status.name];
        if container.status.last_state.terminated.is_some() {
            words.push("--previous");
        }
        words.push("--tail=50");
        self.settings.kubectl.line(&words)
    }

    /// Computed once for each namespace, as there may be very many pods.
    fn find_seen_makers(&self) -> BTreeSet<(Kind, &'a str)> {
        let pods = &self.snapshot.rows.pods;
        let namespaces: BTreeSet<&str> = pods.iter().map(|pod| &*pod.shared.namespace).collect();
        let of_kind = |kind: Kind| namespaces.iter().map(move |namespace| (kind, *namespace));
        MAKERS.into_iter().flat_map(of_kind).filter(|(kind, namespace)| self.saw(*kind, namespace)).collect()
    }

    fn find_turned_away(&self) -> BTreeMap<Root, &'a Pod> {
        let mut newest: BTreeMap<Root, &Pod> = BTreeMap::new();
        for (pod, problems) in &self.troubled {
            let is_turned_away = problems.iter().any(|problem| matches!(problem, PodProblem::Evicted));
            let Some(root) = self.root(pod).filter(|_| is_turned_away) else { continue };
            let last = newest.entry((Arc::clone(&pod.shared.namespace), root)).or_insert(pod);
            if (pod.created(), &pod.name) > (last.created(), &last.name) {
                *last = pod;
            }
        }
        newest
    }

    fn find_successors(&self) -> BTreeMap<Root, &'a Pod> {
        let pods = &self.snapshot.rows.pods;
        let root = |pod: &Pod| Some((Arc::clone(&pod.shared.namespace), self.root(pod)?));
        let ended = pods.iter().filter(|pod| pod.shared.ended.is_some() && pod.object.is_some());
        let wanted: BTreeSet<Root> =
            ended.filter_map(root).filter(|(_, owner)| !matches!(&*owner.kind, "Job" | "CronJob")).collect();
        let mut newest: BTreeMap<Root, &Pod> = BTreeMap::new();
        if wanted.is_empty() {
            return newest;
        }
        for pod in pods.iter().filter(|pod| pod.serves()) {
            let Some(root) = root(pod).filter(|root| wanted.contains(root)) else { continue };
            let best = newest.entry(root).or_insert(pod);
            if pod.created() > best.created() {
                *best = pod;
            }
        }
        newest
    }
}

fn loads(pods: &[Pod]) -> BTreeMap<&str, Load> {
    let mut loads: BTreeMap<&str, Load> = BTreeMap::new();
    for pod in pods.iter().filter(|pod| pod.shared.ended.is_none()) {
        if let Some(node) = &pod.node {
            let load = loads.entry(node).or_default();
            load.pods += 1;
            load.requests = load.requests.plus(pod.shared.template.totals.requests);
            load.limits = load.limits.plus(pod.shared.template.totals.limits);
        }
    }
    loads
}
