//! A pod as it is kept.

use super::spec::{Spec, is_whole, limits, requests, specs, startup};
use super::{Amount, Names, ObjectRef, Owner, status};
use crate::wire::{self, ContainerStatus, Time};
use std::sync::Arc;

/// A pod: the columns of `kubectl get pods`, its owner, and its whole object where something may be wrong.
#[derive(Debug)]
pub struct Pod {
    /// What it has in common with its siblings.
    pub shared: Arc<SharedPod>,
    /// Its name, as the server gave it.
    pub name: Box<str>,
    /// In seconds, like the API's own times; zero where it is not known.
    created: i64,
    /// Where it runs, once scheduled.
    pub node: Option<Arc<str>>,
    /// The object itself; `None` for a pod that is plainly healthy, or done as a job's pod should be.
    pub object: Option<Box<wire::Pod>>,
}

/// What the pods of one workload have in common while they are in the same state: kept once for all of them.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct SharedPod {
    /// Their namespace.
    pub namespace: Arc<str>,
    /// Who manages them.
    pub owner: Option<Owner>,
    /// The STATUS column.
    pub status: Arc<str>,
    /// Containers that are ready.
    pub ready: u32,
    /// Containers and native sidecars there should be.
    pub total: u32,
    /// What the scheduler sets aside for each.
    pub requests: Amount,
    /// What of that must stay whatever their containers ask for: their init containers need it.
    pub startup: Amount,
    /// Whether CPU or memory are set for each pod as a whole, which then goes before what its containers say.
    pub is_whole: bool,
    /// What each may use at most, as far as its containers are limited.
    pub limits: Amount,
    /// The RESTARTS column. Negative only in a broken object.
    pub restarts: i64,
    /// In seconds; zero where it is not known.
    last_restart: i64,
    /// Whether they have ended for good: phase `Succeeded` or `Failed`.
    pub ended: Option<Ended>,
    /// What their containers and sidecars are to run, in the order of the spec; of pods that have ended, nothing.
    pub specs: Box<[Spec]>,
}

/// Owners that put a new pod in the place of one that ended. Pods of all others are done when they succeed.
const KEEPERS: [&str; 4] = ["DaemonSet", "ReplicaSet", "ReplicationController", "StatefulSet"];

/// How a pod ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ended {
    /// Phase `Succeeded`.
    Succeeded,
    /// Phase `Failed`.
    Failed,
}

impl Ended {
    pub(super) fn of(object: &wire::Pod) -> Option<Self> {
        match object.status.phase.as_str() {
            "Succeeded" => Some(Ended::Succeeded),
            "Failed" => Some(Ended::Failed),
            _ => None,
        }
    }
}

impl Pod {
    /// Folds a pod into its row.
    pub fn fold(mut object: wire::Pod, names: &Names) -> Self {
        let columns = status::columns(&object);
        let seconds = |time: Option<Time>| time.map_or(0, |time| time.seconds);
        let shared = names.shared(SharedPod {
            namespace: names.get(&object.metadata.namespace),
            owner: object.metadata.controller().map(|o| Owner::new(&o.kind, &o.name, names)),
            status: names.get(&columns.status),
            ready: columns.ready,
            total: columns.total,
            requests: requests(&object.spec),
            startup: startup(&object.spec),
            is_whole: is_whole(&object.spec),
            limits: limits(&object.spec),
            restarts: columns.restarts,
            last_restart: seconds(columns.last_restart),
            ended: Ended::of(&object),
            specs: specs(&object, names),
        });
        let mut pod = Self {
            shared,
            name: std::mem::take(&mut object.metadata.name).into_boxed_str(),
            created: seconds(object.metadata.created()),
            node: (!object.spec.node_name.is_empty()).then(|| names.get(&object.spec.node_name)),
            object: None,
        };
        let replaceable = pod.shared.owner.as_ref().is_some_and(|owner| KEEPERS.contains(&&*owner.kind));
        let plain = object.metadata.deletion_timestamp.is_none()
            && (pod.runs_and_is_ready() && pod.shared.restarts == 0 && !says_not_ready(&object)
                || pod.shared.ended == Some(Ended::Succeeded) && !replaceable);
        if !plain {
            slim(&mut object);
            pod.object = Some(Box::new(object));
        }
        pod
    }

    /// The pod, as a finding names it.
    pub fn object_ref(&self) -> ObjectRef {
        ObjectRef {
            namespace: Arc::clone(&self.shared.namespace),
            kind: "Pod".into(),
            name: (*self.name).into(),
        }
    }

    /// When it was created, if known.
    pub fn created(&self) -> Option<Time> {
        Time::at(self.created).known()
    }

    /// When the last of its restarts was, if known.
    pub fn last_restart(&self) -> Option<Time> {
        Time::at(self.shared.last_restart).known()
    }

    /// The READY column.
    pub fn ready_column(&self) -> String {
        format!("{}/{}", self.shared.ready, self.shared.total)
    }

    /// The AGE column.
    pub fn age_column(&self, now: Time) -> String {
        self.created().map_or_else(|| "<unknown>".to_owned(), |t| crate::text::human(now.seconds_since(t)))
    }

    /// The RESTARTS column, with when the last one was.
    pub fn restarts_column(&self, now: Time) -> String {
        match self.last_restart() {
            Some(last) if self.shared.restarts != 0 => {
                format!("{} ({} ago)", self.shared.restarts, crate::text::human(now.seconds_since(last)))
            }
            _ => self.shared.restarts.to_string(),
        }
    }

    /// The first half of "healthy": STATUS is Running and READY is x/x.
    pub fn runs_and_is_ready(&self) -> bool {
        &*self.shared.status == "Running" && self.shared.ready == self.shared.total && self.shared.total > 0
    }

    /// Whether it serves: running, ready in every column, and Ready by its own condition.
    pub fn serves(&self) -> bool {
        self.runs_and_is_ready() && !self.object.as_deref().is_some_and(says_not_ready)
    }

    /// Whether it has reached its end and was not deleted since.
    pub fn is_leftover_of(&self, end: Ended) -> bool {
        self.shared.ended == Some(end)
            && self.object.as_ref().is_some_and(|o| o.metadata.deletion_timestamp.is_none())
    }

    /// Every container with a status, init containers first, in the order of the API.
    pub fn containers(&self) -> impl Iterator<Item = Container<'_>> {
        let object = self.object.as_deref();
        let of = |init: bool| {
            let (specs, statuses) = match object {
                Some(o) if init => (&*o.spec.init_containers, &*o.status.init_container_statuses),
                Some(o) => (&*o.spec.containers, &*o.status.container_statuses),
                None => Default::default(),
            };
            statuses.iter().map(move |status| {
                let spec = specs.iter().find(|spec| spec.name == status.name);
                let role = match spec {
                    _ if !init => Role::Main,
                    Some(spec) if spec.is_sidecar() => Role::Sidecar,
                    _ => Role::Init,
                };
                Container { role, status, spec }
            })
        };
        of(true).chain(of(false))
    }

    /// The memory limit of the pod as a whole as it is written, if it has one; of a healthy pod it is not known.
    pub fn memory_limit(&self) -> Option<&str> {
        self.object.as_ref()?.spec.resources.as_ref()?.memory_limit()
    }

    /// Since when it has not been ready, if it says so.
    pub fn unready_since(&self) -> Option<Time> {
        let ready = self.object.as_deref()?.status.condition("Ready").filter(|c| c.status != "True");
        ready.and_then(wire::Condition::since)
    }

    /// The claims that it mounts, by name; of a healthy pod they are not known.
    pub fn claims(&self) -> impl Iterator<Item = &str> {
        let volumes = self.object.iter().flat_map(|object| &object.spec.volumes);
        volumes.filter_map(|volume| Some(volume.source.persistent_volume_claim.as_ref()?.claim_name.as_str()))
    }

    /// The same, as findings name them.
    pub fn claim_refs(&self) -> impl Iterator<Item = ObjectRef> {
        self.claims().map(|name| ObjectRef::new(&self.shared.namespace, "PersistentVolumeClaim", name))
    }

    /// When it came to its end: the last of its containers' ends.
    pub fn finished(&self) -> Option<Time> {
        self.containers().filter_map(|c| c.status.state.terminated.as_ref()?.finished()).max()
    }
}

/// Lets go of what the row says already, and of what no check asks of a pod in its state: there are many of these in a
/// bad hour.
fn slim(object: &mut wire::Pod) {
    let (metadata, spec, status) = (&mut object.metadata, &mut object.spec, &mut object.status);
    metadata.namespace = String::new();
    metadata.owner_references = Vec::new();
    // Where it may run is of interest while it runs nowhere.
    if !spec.node_name.is_empty() {
        (spec.tolerations, spec.scheduling_gates, spec.affinity) = (Vec::new(), Vec::new(), None);
        spec.node_selector.clear();
    }
    spec.node_name = String::new();
    spec.volumes.retain(|volume| volume.source.persistent_volume_claim.is_some());
    spec.volumes.shrink_to_fit();
    spec.containers.shrink_to_fit();
    for container in spec.containers.iter_mut().chain(&mut spec.init_containers) {
        container.resources.limits.shrink_to_fit();
        // They are counted.
        container.resources.requests = Vec::new();
        container.env.shrink_to_fit();
        container.command.shrink_to_fit();
        container.args.shrink_to_fit();
    }
    status.conditions.shrink_to_fit();
    status.container_statuses.shrink_to_fit();
    for container in &mut status.container_statuses {
        container.image_id = String::new();
    }
}

/// Whether the pod's own Ready condition denies what its containers say: a readiness gate is open, or its node
/// is lost.
fn says_not_ready(object: &wire::Pod) -> bool {
    object.status.condition("Ready").is_some_and(|c| c.status == "False")
}

/// What a container is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Runs once, before the others.
    Init,
    /// An init container that keeps running.
    Sidecar,
    /// The pod's work.
    Main,
}

/// One container of a pod: its status and, if the spec knows the name, its spec.
#[derive(Clone, Copy, Debug)]
pub struct Container<'a> {
    /// What it is for.
    pub role: Role,
    /// What there is.
    pub status: &'a ContainerStatus,
    /// What was asked for.
    pub spec: Option<&'a wire::Container>,
}

impl Container<'_> {
    /// The image that was asked for.
    pub fn image(&self) -> &str {
        self.spec.map_or("", |spec| spec.image.as_str())
    }

    /// How it last ended: now, or before its last restart.
    pub fn last_end(&self) -> Option<&wire::Terminated> {
        self.status.state.terminated.as_ref().or(self.status.last_state.terminated.as_ref())
    }
}
