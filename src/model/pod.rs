//! The row of a pod.

mod slim;

use super::names::Interned;
use super::spec::{PodTemplate, is_claim_of_pod};
use super::{Name, Names, ObjectRef, Owner, status};
use crate::wire::{self, ContainerStatus, Time};
use slim::slim;
use std::ops::Deref;
use std::sync::Arc;

/// A pod: the columns of `kubectl get pods`, its owner, and its whole object if something may be wrong.
#[derive(Debug)]
pub struct Pod {
    /// What it has in common with other pods of its owner.
    pub(crate) shared: Arc<SharedPod>,
    pub(crate) name: Name,
    /// In seconds since 1970; zero if unknown, which takes less memory than an `Option`.
    created: i64,
    /// Its node, once it is scheduled.
    pub(crate) node: Option<Arc<str>>,
    /// The object itself; `None` for a pod that is certainly healthy, or that has completed as that of a Job should.
    pub(crate) object: Option<Box<wire::Pod>>,
}

/// What the pods of one owner have in common while they are in the same state. It is stored once for all of them.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct SharedPod {
    /// The owner that manages them.
    pub(crate) owner: Option<Owner>,
    /// Pods of other owners may have the same: each run of a CronJob has a Job of its own.
    state: Interned<PodState>,
}

impl Deref for SharedPod {
    type Target = PodState;

    fn deref(&self) -> &PodState {
        &self.state
    }
}

/// What the pods of one namespace that run the same have in common while they are in the same state.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct PodState {
    /// Their namespace.
    pub(crate) namespace: Arc<str>,
    /// The STATUS column.
    pub(crate) status: Arc<str>,
    /// Containers that are ready.
    pub(crate) ready: u32,
    /// Containers and native sidecars in the spec.
    pub(crate) total: u32,
    /// What they run.
    pub(crate) template: Interned<PodTemplate>,
    /// The RESTARTS column. Negative only in a broken object.
    pub(crate) restarts: i64,
    /// In seconds since 1970; zero if unknown.
    last_restart: i64,
    /// How they ended; `None` while they have not.
    pub(crate) ended: Option<Ended>,
}

/// Owners that replace a pod that has ended. Pods of all others are done when they succeed.
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
    /// Folds a pod.
    pub(crate) fn fold(mut object: wire::Pod, names: &Names) -> Self {
        let columns = status::columns(&object);
        let seconds = |time: Option<Time>| time.map_or(0, |time| time.seconds);
        let state = names.state(PodState {
            namespace: names.get(&object.metadata.namespace),
            status: names.get(&columns.status),
            ready: columns.ready,
            total: columns.total,
            template: names.template(PodTemplate::fold(&object, names)),
            restarts: columns.restarts,
            last_restart: seconds(columns.last_restart),
            ended: Ended::of(&object),
        });
        let owner = object.metadata.controller().map(|o| Owner::new(&o.kind, &o.name, names));
        let shared = names.shared(SharedPod { owner, state });
        let mut pod = Self {
            shared,
            name: std::mem::take(&mut object.metadata.name).into(),
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

    /// The reference of findings to it.
    pub(crate) fn object_ref(&self) -> ObjectRef {
        ObjectRef {
            namespace: Arc::clone(&self.shared.namespace),
            kind: "Pod".into(),
            name: (*self.name).into(),
        }
    }

    /// When it was created, if known.
    pub(crate) fn created(&self) -> Option<Time> {
        Time::at(self.created).known()
    }

    /// When the last of its restarts was, if known.
    pub(crate) fn last_restart(&self) -> Option<Time> {
        Time::at(self.shared.last_restart).known()
    }

    /// When the last of its restarts was at the latest: a container whose last end is not recorded has run since its start.
    pub(crate) fn restarted_at(&self) -> Option<Time> {
        let at = |container: Container| {
            let (status, last) = (container.status, &container.status.last_state.terminated);
            let start = status.state.running.as_ref().filter(|_| status.restart_count > 0);
            let end = last.as_deref().and_then(wire::Terminated::finished);
            end.or_else(|| start?.started_at?.known())
        };
        self.containers().filter_map(at).max().or_else(|| self.last_restart())
    }

    /// The READY column.
    pub(crate) fn ready_column(&self) -> String {
        format!("{}/{}", self.shared.ready, self.shared.total)
    }

    /// The AGE column.
    pub(crate) fn age_column(&self, now: Time) -> String {
        self.created().map_or_else(|| "<unknown>".to_owned(), |t| crate::text::human(now.seconds_since(t)))
    }

    /// The RESTARTS column, with the time of the last restart.
    pub(crate) fn restarts_column(&self, now: Time) -> String {
        match self.last_restart() {
            Some(last) if self.shared.restarts != 0 => {
                format!("{} ({} ago)", self.shared.restarts, crate::text::human(now.seconds_since(last)))
            }
            _ => self.shared.restarts.to_string(),
        }
    }

    /// Whether STATUS is Running and READY is x/x.
    pub(crate) fn runs_and_is_ready(&self) -> bool {
        &*self.shared.status == "Running" && self.shared.ready == self.shared.total && self.shared.total > 0
    }

    /// Whether it serves: it runs, its containers are ready, and its Ready condition does not deny it.
    pub(crate) fn serves(&self) -> bool {
        self.runs_and_is_ready() && !self.object.as_deref().is_some_and(says_not_ready)
    }

    /// Whether it is being deleted.
    pub(crate) fn is_going(&self) -> bool {
        self.object.as_ref().is_some_and(|object| object.metadata.deletion_timestamp.is_some())
    }

    /// Whether it has ended in this way and is not being deleted.
    pub(crate) fn is_leftover_of(&self, end: Ended) -> bool {
        self.shared.ended == Some(end)
            && self.object.as_ref().is_some_and(|o| o.metadata.deletion_timestamp.is_none())
    }

    /// Whether a pod that is meant to end makes progress: each container has completed or runs, and at least one runs. The
    /// readiness of such a pod does not matter.
    pub(crate) fn is_working_off(&self) -> bool {
        let policy = self.object.as_deref().map_or("", |object| object.spec.restart_policy.as_str());
        let done = |c: Container| c.status.state.terminated.as_ref().is_some_and(|end| end.exit_code == 0);
        matches!(policy, "Never" | "OnFailure")
            && self.containers().any(|c| c.status.state.running.is_some())
            && self.containers().all(|c| done(c) || c.status.state.running.is_some())
    }

    /// Every container with a status, init containers first, in the order of the API.
    pub(crate) fn containers(&self) -> impl Iterator<Item = Container<'_>> {
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

    /// The memory limit of the pod as a whole as written, if it has one; unknown unless a container was OOM-killed.
    pub(crate) fn memory_limit(&self) -> Option<&str> {
        self.object.as_ref()?.spec.resources.as_ref()?.memory_limit()
    }

    /// Since when it has not been ready, by its Ready condition.
    pub(crate) fn unready_since(&self) -> Option<Time> {
        let ready = self.object.as_deref()?.status.condition("Ready").filter(|c| c.status != "True");
        ready.and_then(wire::Condition::since)
    }

    /// The names of the claims that it mounts; unknown for a healthy pod.
    pub(crate) fn claims(&self) -> impl Iterator<Item = &str> {
        let volumes = self.object.iter().flat_map(|object| &object.spec.volumes);
        volumes.filter_map(|volume| Some(volume.source.persistent_volume_claim.as_ref()?.claim_name.as_str()))
    }

    /// Its volumes with the secrets of a `SecretProviderClass`, and the names of these; unknown for a healthy pod.
    pub(crate) fn provider_classes(&self) -> impl Iterator<Item = (&str, &str)> {
        let volumes = self.object.iter().flat_map(|object| &object.spec.volumes);
        volumes.filter_map(|volume| Some((&*volume.name, volume.source.csi.as_ref()?.provider_class()?)))
    }

    /// The names of the claims that it mounts and that are not named after it, and of the others if it may be in trouble; none
    /// if it has ended.
    pub(crate) fn known_claims(&self) -> impl Iterator<Item = &str> {
        let shared = self.shared.template.claims.iter().map(|name| &**name);
        shared.chain(self.claims()).filter(|_| self.shared.ended.is_none())
    }

    /// Whether it is healthy and mounts a claim that its StatefulSet has named after it.
    pub(crate) fn mounts_by_name(&self, claim: &str) -> bool {
        let of_set = self.shared.owner.as_ref().is_some_and(|owner| owner.kind.ends_with("StatefulSet"));
        of_set && self.object.is_none() && self.shared.ended.is_none() && is_claim_of_pod(claim, &self.name)
    }

    /// The references of findings to the claims that it mounts.
    pub(crate) fn claim_refs(&self) -> impl Iterator<Item = ObjectRef> {
        self.claims().map(|name| ObjectRef::new(&self.shared.namespace, "PersistentVolumeClaim", name))
    }

    /// When the last of its containers ended.
    pub(crate) fn finished(&self) -> Option<Time> {
        self.containers().filter_map(|c| c.status.state.terminated.as_ref()?.finished()).max()
    }
}

/// Whether the pod's Ready condition denies that of its containers: a readiness gate is False, or its node is lost.
fn says_not_ready(object: &wire::Pod) -> bool {
    object.status.condition("Ready").is_some_and(|c| c.status == "False")
}

/// The role of a container in its pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Runs once, before the others.
    Init,
    /// An init container that keeps running.
    Sidecar,
    /// Does the work of the pod.
    Main,
}

/// One container of a pod: its status and, if the spec has the name, its spec.
#[derive(Clone, Copy, Debug)]
pub struct Container<'a> {
    pub(crate) role: Role,
    pub(crate) status: &'a ContainerStatus,
    pub(crate) spec: Option<&'a wire::Container>,
}

impl Container<'_> {
    /// The image in the spec.
    pub(crate) fn image(&self) -> &str {
        self.spec.map_or("", |spec| spec.image.as_str())
    }

    /// Its last end: the current one, or that before its last restart.
    pub(crate) fn last_end(&self) -> Option<&wire::Terminated> {
        self.status.state.terminated.as_deref().or(self.status.last_state.terminated.as_deref())
    }
}
