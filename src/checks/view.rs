//! What the checks look at: the snapshot, the settings, and the ways between objects.

mod annotations;
mod killed;
mod lookup;
mod loss;
mod thresholds;
mod throttled;

pub use killed::{Cause, Killed};
pub use loss::{Loss, Resource};
pub use throttled::Throttled;

use crate::finding::Fact;
use crate::model::{Amount, Container, Job, Node, ObjectRef, Owner, Pod, PodProblem, Workload, problems};
use crate::policy::overrides::Override;
use crate::policy::settings::Settings;
use crate::snapshot::Snapshot;
use crate::wire::{Kind, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A snapshot to be judged. Its rows must be sorted, as [`Snapshot::sort`] leaves them.
pub struct View<'a> {
    /// What was seen.
    pub snapshot: &'a Snapshot,
    /// By which settings.
    pub settings: &'a Settings,
    /// Pods with something wrong by their own status.
    troubled: Vec<(&'a Pod, Vec<PodProblem<'a>>)>,
    /// Those of them that have not ended, by their topmost owner.
    troubled_of: BTreeMap<Root, Vec<&'a Pod>>,
    /// For each owner that has a pod which ended: its newest pod that serves.
    successors: BTreeMap<Root, &'a Pod>,
    /// Names of the nodes that hold pods of the scope.
    used_nodes: BTreeSet<&'a str>,
    /// What the nodes carry, by their names.
    loads: BTreeMap<&'a str, Load>,
    /// The topmost owners of the pods, where a selector chose them; else empty.
    selected: BTreeSet<Root>,
    /// What is written on namespaces and workloads for this tool, sorted by object.
    overrides: Vec<Override>,
    /// Of the kinds that draw names: the namespaces with pods in which all of that kind were seen.
    seen_makers: BTreeSet<(Kind, &'a str)>,
}

/// Kinds whose names are known from what they make.
const MAKERS: [Kind; 2] = [Kind::Deployment, Kind::CronJob];

/// What a node carries: the pods of the scope on it that have not ended.
#[derive(Clone, Copy, Debug, Default)]
pub struct Load {
    /// How many they are.
    pub pods: u64,
    /// What is set aside for them.
    pub requests: Amount,
    /// What they may use at most, as far as they are limited.
    pub limits: Amount,
}

/// The topmost owner known of a pod: its namespace, and the owner.
type Root = (Arc<str>, Owner);

impl<'a> View<'a> {
    /// Looks at a snapshot.
    pub fn new(snapshot: &'a Snapshot, settings: &'a Settings) -> Self {
        let pods = &snapshot.rows.pods;
        let mut view = Self {
            snapshot,
            settings,
            troubled: Vec::new(),
            troubled_of: BTreeMap::new(),
            successors: BTreeMap::new(),
            used_nodes: pods.iter().filter_map(|pod| pod.node.as_deref()).collect(),
            loads: loads(pods),
            selected: BTreeSet::new(),
            overrides: Vec::new(),
            seen_makers: seen_makers(snapshot),
        };
        if snapshot.scope.selected {
            let root = |pod: &Pod| Some((Arc::clone(&pod.shared.namespace), view.root(pod)?));
            view.selected = pods.iter().filter_map(root).collect();
        }
        view.overrides = view.read_overrides();
        view.troubled = pods
            .iter()
            .filter(|pod| pod.object.is_some())
            .map(|pod| (pod, problems(pod, &view.context(pod), snapshot.taken_at, &view.thresholds(pod))))
            .filter(|(_, problems)| !problems.is_empty())
            .collect();
        let mut troubled_of: BTreeMap<Root, Vec<&Pod>> = BTreeMap::new();
        for (pod, _) in view.troubled.iter().filter(|(pod, _)| pod.shared.ended.is_none()) {
            if let Some(root) = view.root(pod) {
                troubled_of.entry((Arc::clone(&pod.shared.namespace), root)).or_default().push(pod);
            }
        }
        view.troubled_of = troubled_of;
        view.successors = view.find_successors();
        view
    }

    /// The moment ages are told by.
    pub fn now(&self) -> Time {
        self.snapshot.taken_at
    }

    /// Seconds from an instant to now.
    pub fn age(&self, since: Time) -> i64 {
        self.now().seconds_since(since)
    }

    /// How long ago something was, as a fact; `?` if that is not known.
    pub fn ago(&self, at: Option<Time>) -> Fact {
        Fact::age(at.map(|at| self.age(at)))
    }

    /// Whether something began so recently that it may still come right by itself.
    pub fn within_grace(&self, since: Option<Time>) -> bool {
        since.is_some_and(|since| self.age(since) < self.settings.thresholds.grace)
    }

    /// Every trouble of every pod, in the order of the pods.
    pub fn problems(&self) -> impl Iterator<Item = (&'a Pod, PodProblem<'a>)> {
        self.troubled.iter().flat_map(|(pod, problems)| problems.iter().map(|trouble| (*pod, *trouble)))
    }

    /// Every pod with a trouble.
    pub fn troubled_pods(&self) -> impl Iterator<Item = &'a Pod> {
        self.troubled.iter().map(|(pod, _)| *pod)
    }

    /// The troubles of one pod.
    pub fn troubles_of(&self, pod: &Pod) -> impl Iterator<Item = PodProblem<'a>> {
        let key = (&pod.shared.namespace, &pod.name);
        let found =
            self.troubled.binary_search_by(|(other, _)| (&other.shared.namespace, &other.name).cmp(&key));
        found.ok().into_iter().flat_map(|index| self.troubled[index].1.iter().copied())
    }

    /// The pods of the scope on a node.
    pub fn pods_on(&self, node: &str) -> impl Iterator<Item = &'a Pod> {
        self.snapshot.rows.pods.iter().filter(move |pod| pod.node.as_deref() == Some(node))
    }

    /// The pods in trouble, and not ended, that a workload is the topmost owner of.
    pub fn pods_of(&self, workload: &Workload) -> impl Iterator<Item = &'a Pod> {
        let owner = Owner { kind: workload.kind.name().into(), name: Arc::clone(&workload.name) };
        self.troubled_of.get(&(Arc::clone(&workload.namespace), owner)).into_iter().flatten().copied()
    }

    /// What may explain that a workload is in trouble: its pods in trouble, then whatever else is found about itself.
    pub fn behind(&self, workload: &Workload) -> Vec<ObjectRef> {
        self.pods_of(workload).map(Pod::object_ref).chain([workload.object()]).collect()
    }

    /// Whether a workload belongs to what was asked for. A selector chooses pods; with them it chooses their
    /// owners.
    pub fn is_asked_for(&self, workload: &Workload) -> bool {
        let owner = || Owner { kind: workload.kind.name().into(), name: Arc::clone(&workload.name) };
        !self.snapshot.scope.selected || self.is_selected(&workload.namespace, owner())
    }

    /// Whether it is the topmost owner of a pod that a selector chose.
    fn is_selected(&self, namespace: &Arc<str>, owner: Owner) -> bool {
        self.selected.contains(&(Arc::clone(namespace), owner))
    }

    /// How many pods of a workload serve.
    pub fn serving(&self, workload: &Workload) -> usize {
        // Controllers name what they make after themselves, which is seen at once.
        let named =
            |pod: &&Pod| pod.shared.owner.as_ref().is_some_and(|o| o.name.starts_with(&*workload.name));
        let own = |pod: &&Pod| {
            self.root(pod).is_some_and(|r| *r.kind == *workload.kind.name() && r.name == workload.name)
        };
        self.pods_in(&workload.namespace).iter().filter(|pod| pod.serves()).filter(named).filter(own).count()
    }

    /// The nodes that matter to the scope: all of them, or those that hold its pods.
    pub fn nodes(&self) -> impl Iterator<Item = &'a Node> {
        let scope = &self.snapshot.scope;
        let all = scope.is_whole_cluster() && !scope.selected;
        self.snapshot.rows.nodes.iter().filter(move |n| all || self.used_nodes.contains(&*n.name))
    }

    /// What a node carries.
    pub fn load(&self, node: &str) -> Load {
        self.loads.get(node).copied().unwrap_or_default()
    }

    /// Whether every pod of the cluster was seen: only then is it known what the nodes carry.
    pub fn saw_all_pods(&self) -> bool {
        let scope = &self.snapshot.scope;
        scope.is_whole_cluster() && scope.excluded.is_empty() && !scope.selected && self.saw(Kind::Pod, "")
    }

    /// The Job that made a pod.
    pub fn job_of(&self, pod: &Pod) -> Option<&'a Job> {
        let owner = pod.shared.owner.as_ref().filter(|owner| &*owner.kind == "Job")?;
        self.job(&pod.shared.namespace, &owner.name)
    }

    /// The topmost owner known of what this owner manages: a ReplicaSet's Deployment, a Job's CronJob. Where the
    /// ReplicaSet or the Job itself was not seen, its name tells.
    pub fn topmost(&self, namespace: &str, owner: &Owner) -> Owner {
        let above = match &*owner.kind {
            "ReplicaSet" => self.workload(namespace, "ReplicaSet", &owner.name).map(|set| set.owner.as_ref()),
            "Job" => self.job(namespace, &owner.name).map(|job| job.owner.as_ref()),
            _ => return owner.clone(),
        };
        match above {
            Some(above) => above.unwrap_or(owner).clone(),
            None => self.inferred_owner(namespace, owner).unwrap_or_else(|| owner.clone()),
        }
    }

    /// Who made an owner by its name, unless that is known not to be there.
    fn inferred_owner(&self, namespace: &str, owner: &Owner) -> Option<Owner> {
        let inferred_owner = owner.inferred_owner()?;
        let is_there = match &*inferred_owner.kind {
            "Deployment" => self.workload(namespace, "Deployment", &inferred_owner.name).is_some(),
            _ => self.cron_job(namespace, &inferred_owner.name).is_some(),
        };
        let kind = Kind::from_name(&inferred_owner.kind)?;
        (is_there || !self.seen_makers.contains(&(kind, namespace))).then_some(inferred_owner)
    }

    /// The topmost owner known of a pod.
    pub fn root(&self, pod: &Pod) -> Option<Owner> {
        Some(self.topmost(&pod.shared.namespace, pod.shared.owner.as_ref()?))
    }

    /// The newest pod that serves in the place of one that ended, made after it by the same owner.
    pub fn successor(&self, pod: &Pod) -> Option<&'a Pod> {
        let newest = self.successors.get(&(Arc::clone(&pod.shared.namespace), self.root(pod)?))?;
        (newest.created() > pod.created() && pod.created().is_some()).then_some(*newest)
    }

    /// Whether the owner of a pod does its work in spite of it. A pod without an owner that is known answers
    /// for itself.
    pub fn is_served(&self, pod: &Pod) -> bool {
        let root = self.root(pod);
        let workload =
            root.as_ref().and_then(|root| self.workload(&pod.shared.namespace, &root.kind, &root.name));
        workload.map_or_else(|| pod.serves(), Workload::is_available)
    }

    /// Whether something has lasted so many seconds; what has no time has.
    pub fn older_than(&self, since: Option<Time>, seconds: i64) -> bool {
        since.is_none_or(|since| self.age(since) >= seconds)
    }

    /// Whether all objects of a kind in a namespace were seen: only then can one of them be missing. For objects of
    /// the cluster the namespace is empty.
    pub fn saw(&self, kind: Kind, namespace: &str) -> bool {
        self.snapshot.saw(kind, namespace)
    }

    /// The command that tells most about a pod.
    pub fn describe(&self, pod: &Pod) -> String {
        self.settings.kubectl.describe(&pod.object_ref())
    }

    /// The command that shows the end of a container's log; before its last restart, where there was one.
    pub fn show_log(&self, pod: &Pod, container: &Container) -> String {
        let mut words = vec!["logs", "-n", &pod.shared.namespace, &pod.name, "-c", &container.status.name];
        if container.status.last_state.terminated.is_some() {
            words.push("--previous");
        }
        words.push("--tail=50");
        self.settings.kubectl.line(&words)
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

/// Asked once for each namespace, as there may be very many pods and gaps.
fn seen_makers(snapshot: &Snapshot) -> BTreeSet<(Kind, &str)> {
    let namespaces: BTreeSet<&str> = snapshot.rows.pods.iter().map(|pod| &*pod.shared.namespace).collect();
    let of_kind = |kind: Kind| namespaces.iter().map(move |namespace| (kind, *namespace));
    MAKERS.into_iter().flat_map(of_kind).filter(|(kind, namespace)| snapshot.saw(*kind, namespace)).collect()
}

fn loads(pods: &[Pod]) -> BTreeMap<&str, Load> {
    let mut loads: BTreeMap<&str, Load> = BTreeMap::new();
    for pod in pods.iter().filter(|pod| pod.shared.ended.is_none()) {
        if let Some(node) = &pod.node {
            let load = loads.entry(node).or_default();
            load.pods += 1;
            load.requests = load.requests.plus(pod.shared.requests);
            load.limits = load.limits.plus(pod.shared.limits);
        }
    }
    loads
}
