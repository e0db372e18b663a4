//! The rows of workloads, and references to objects.

use super::{Annotations, Names, annotations};
use crate::wire::{self, Condition, Kind, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The owner of an object, in the namespace of the object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Owner {
    /// Such as `Deployment`.
    pub kind: Arc<str>,
    /// The name.
    pub name: Arc<str>,
}

impl Owner {
    /// Creates an owner.
    pub(crate) fn new(kind: &str, name: &str, names: &Names) -> Self {
        Self { kind: names.get(kind), name: names.get(name) }
    }

    /// The reference to it in a namespace.
    pub(crate) fn object(&self, namespace: &Arc<str>) -> ObjectRef {
        let (kind, name) = (Arc::clone(&self.kind), Arc::clone(&self.name));
        ObjectRef { namespace: Arc::clone(namespace), kind, name }
    }
}

/// A reference to an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ObjectRef {
    /// Empty for cluster-scoped objects.
    pub namespace: Arc<str>,
    /// Such as `Pod`.
    pub kind: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
}

impl std::fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match &*self.namespace {
            "" => write!(f, "{} {}", self.kind, self.name),
            namespace => write!(f, "{} {namespace}/{}", self.kind, self.name),
        }
    }
}

impl ObjectRef {
    /// Creates the reference to an object of a namespace.
    pub(crate) fn new(namespace: &str, kind: &str, name: &str) -> Self {
        Self { namespace: namespace.into(), kind: kind.into(), name: name.into() }
    }

    /// Creates the reference to an object of the cluster.
    pub(crate) fn of_cluster(kind: &str, name: &str) -> Self {
        Self::new("", kind, name)
    }

    /// Its namespace, if it has one, and its name on the command line of kubectl: `shop pod/web-0`.
    pub(crate) fn placed(&self) -> String {
        format!("{} {}", self.namespace, self.slashed()).trim_start().to_owned()
    }

    /// Its name on the command line of kubectl: `pod/web-0`.
    pub(crate) fn slashed(&self) -> String {
        format!("{}/{}", self.kind.to_lowercase(), self.name)
    }
}

/// A Deployment, ReplicaSet, StatefulSet or DaemonSet: its desired and available pods.
#[derive(Debug)]
pub struct Workload {
    /// One of the four kinds.
    pub(crate) kind: Kind,
    pub(crate) namespace: Arc<str>,
    pub(crate) name: Arc<str>,
    /// Its owner, such as the Deployment of a ReplicaSet.
    pub(crate) owner: Option<Owner>,
    /// In seconds since 1970; zero if unknown, which takes less memory than an `Option`.
    created: i64,
    /// The desired pods.
    pub(crate) desired: i32,
    /// Pods that have been ready for `minReadySeconds`.
    pub(crate) available: i32,
    /// Its conditions.
    conditions: Box<[Condition]>,
    /// Its template and the state of its rollout, which a ReplicaSet of a Deployment lacks.
    rollout: Option<Box<Rollout>>,
}

/// A port that a container of a template declares.
#[derive(Debug)]
pub struct Port {
    /// Empty if it has no name.
    pub(crate) name: Arc<str>,
    pub(crate) number: i32,
    /// `TCP`, `UDP` or `SCTP`.
    pub(crate) protocol: Arc<str>,
}

/// The template and the rollout of a Deployment, StatefulSet or DaemonSet. For a ReplicaSet without a Deployment, only the
/// labels are known.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Rollout {
    /// The labels of its pods.
    pub(crate) labels: Box<[(Arc<str>, Arc<str>)]>,
    /// The names of the containers and init containers of its template; empty if unknown.
    pub(crate) containers: Box<[Arc<str>]>,
    /// The ports that these containers declare.
    pub(crate) ports: Box<[Port]>,
    pub(crate) annotations: Annotations,
    /// When anything but its status was last changed, if known.
    pub(crate) changed: Option<Time>,
    /// Whether its controller has not seen the newest spec.
    pub(crate) unseen: bool,
    /// Whether it is paused.
    pub(crate) paused: bool,
    /// Whether an update has not reached all pods.
    pub(crate) unfinished: bool,
    /// Whether pods are replaced only when they are deleted.
    pub(crate) on_delete: bool,
    /// Whether each pod waits for the one before it.
    pub(crate) ordered: bool,
    /// Whether some pods of a StatefulSet keep the old template.
    pub(crate) partitioned: bool,
    /// Whether all others have the newest one, so that the update does not go on.
    pub(crate) reached_partition: bool,
    /// Pods of the newest template.
    pub(crate) updated: i32,
    /// The nodes that run the pod and should not.
    pub(crate) misscheduled: i32,
}

/// The strategy that replaces pods only when they are deleted.
const ON_DELETE: &str = "OnDelete";

impl Rollout {
    /// Returns the value of a label of its pods.
    pub(crate) fn label(&self, key: &str) -> Option<&str> {
        self.labels.iter().find(|(name, _)| **name == *key).map(|(_, value)| &**value)
    }

    fn new(metadata: &wire::WorkloadMeta, template: &wire::Template, observed: i64, names: &Names) -> Self {
        let containers = || template.spec.containers.iter().chain(&template.spec.init_containers);
        Self {
            labels: labels(&template.metadata, names),
            containers: containers().map(|container| names.get(&container.name)).collect(),
            ports: containers()
                .flat_map(|container| &container.ports)
                .map(|port| Port::fold(port, names))
                .collect(),
            annotations: Annotations::fold(metadata.annotations.as_ref(), names),
            unseen: observed < metadata.generation,
            changed: metadata.changed(),
            ..Self::default()
        }
    }
}

impl Port {
    fn fold(port: &wire::ContainerPort, names: &Names) -> Self {
        let protocol = if port.protocol.is_empty() { wire::TCP } else { &port.protocol };
        Self { name: names.get(&port.name), number: port.container_port, protocol: names.get(protocol) }
    }
}

fn labels(template: &wire::TemplateMeta, names: &Names) -> Box<[(Arc<str>, Arc<str>)]> {
    template.labels.iter().map(|(key, value)| (names.get(key), names.get(value))).collect()
}

impl Workload {
    /// Its rollout; `None` for a ReplicaSet of a Deployment.
    pub(crate) fn rollout(&self) -> Option<&Rollout> {
        self.rollout.as_deref()
    }

    /// Its annotations for this tool. Those of a ReplicaSet are copies of its Deployment's.
    pub fn annotations(&self) -> &Annotations {
        self.rollout().map_or(&annotations::NONE, |rollout| &rollout.annotations)
    }

    /// Whether a selector selects its pods. An empty one selects none, as that of a service.
    pub(crate) fn is_selected_by(&self, selector: &BTreeMap<String, String>) -> bool {
        super::step();
        let Some(rollout) = self.rollout() else { return false };
        let has = |(key, value): (&String, &String)| rollout.label(key) == Some(value);
        !selector.is_empty() && selector.iter().all(has)
    }

    /// The reference of findings to it.
    pub(crate) fn object(&self) -> ObjectRef {
        ObjectRef {
            namespace: Arc::clone(&self.namespace),
            kind: self.kind.name().into(),
            name: Arc::clone(&self.name),
        }
    }

    /// When it was created, if known.
    pub(crate) fn created(&self) -> Option<Time> {
        Time::at(self.created).known()
    }

    /// The first condition of a type.
    pub(crate) fn condition(&self, kind: &str) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.r#type == kind)
    }

    /// Whether a Deployment reports progress, which ends at its progress deadline.
    pub(crate) fn is_rolling(&self) -> bool {
        let progress = self.condition("Progressing");
        progress.is_some_and(|c| c.status == "True" && c.reason != "NewReplicaSetAvailable")
    }

    /// Whether it is a ReplicaSet that belongs to no Deployment.
    pub(crate) fn is_lone_set(&self) -> bool {
        self.kind == Kind::ReplicaSet && self.rollout.is_some()
    }

    /// Whether all desired pods are available.
    pub(crate) fn is_available(&self) -> bool {
        self.available >= self.desired
    }

    /// Folds a ReplicaSet.
    pub(crate) fn replica_set(object: wire::ReplicaSet, names: &Names) -> Self {
        let (spec, status, metadata) = (object.spec, object.status, object.metadata);
        let owner = metadata.controller().map(|o| Owner::new(&o.kind, &o.name, names));
        // The labels of a Deployment are its own.
        let alone = owner.as_ref().is_none_or(|owner| &*owner.kind != "Deployment");
        let labels = || labels(&spec.template.metadata, names);
        Self {
            desired: spec.replicas.unwrap_or(1),
            available: status.available_replicas,
            owner,
            rollout: alone
                .then(|| Box::new(Rollout { labels: labels(), on_delete: true, ..Rollout::default() })),
            conditions: status.conditions.into_iter().map(Condition::from).collect(),
            ..Self::named(Kind::ReplicaSet, &metadata.namespace, &metadata.name, metadata.created(), names)
        }
    }

    /// Folds a Deployment.
    pub(crate) fn deployment(object: wire::Deployment, names: &Names) -> Self {
        let (spec, status, metadata) = (object.spec, object.status, object.metadata);
        let desired = spec.replicas.unwrap_or(1);
        Self {
            desired,
            available: status.available_replicas,
            conditions: status.conditions.into_iter().map(Condition::from).collect(),
            rollout: Some(Box::new(Rollout {
                paused: spec.paused,
                unfinished: status.updated_replicas < desired || status.replicas > status.updated_replicas,
                updated: status.updated_replicas,
                ..Rollout::new(&metadata, &spec.template, status.observed_generation, names)
            })),
            ..Self::managed(Kind::Deployment, &metadata, names)
        }
    }

    /// Folds a StatefulSet.
    pub(crate) fn stateful_set(object: wire::StatefulSet, names: &Names) -> Self {
        let (spec, status, metadata) = (object.spec, object.status, object.metadata);
        let desired = spec.replicas.unwrap_or(1);
        let partition = spec.update_strategy.rolling_update.partition;
        Self {
            desired,
            available: status.available_replicas.unwrap_or(status.ready_replicas),
            conditions: status.conditions.into_iter().map(Condition::from).collect(),
            rollout: Some(Box::new(Rollout {
                unfinished: !status.update_revision.is_empty()
                    && status.update_revision != status.current_revision,
                on_delete: spec.update_strategy.r#type == ON_DELETE,
                partitioned: partition > 0,
                reached_partition: partition > 0
                    && status.updated_replicas >= desired.saturating_sub(partition),
                ordered: spec.pod_management_policy != "Parallel",
                // A server without revisions does not count the pods of the newest.
                updated: if status.update_revision.is_empty() { desired } else { status.updated_replicas },
                ..Rollout::new(&metadata, &spec.template, status.observed_generation, names)
            })),
            ..Self::managed(Kind::StatefulSet, &metadata, names)
        }
    }

    /// Folds a DaemonSet.
    pub(crate) fn daemon_set(object: wire::DaemonSet, names: &Names) -> Self {
        let (spec, status, metadata) = (object.spec, object.status, object.metadata);
        Self {
            desired: status.desired_number_scheduled,
            available: status.number_available,
            conditions: status.conditions.into_iter().map(Condition::from).collect(),
            rollout: Some(Box::new(Rollout {
                on_delete: spec.update_strategy.r#type == ON_DELETE,
                misscheduled: status.number_misscheduled,
                updated: status.updated_number_scheduled,
                ..Rollout::new(&metadata, &spec.template, status.observed_generation, names)
            })),
            ..Self::managed(Kind::DaemonSet, &metadata, names)
        }
    }

    fn managed(kind: Kind, metadata: &wire::WorkloadMeta, names: &Names) -> Self {
        Self {
            owner: metadata.controller().map(|o| Owner::new(&o.kind, &o.name, names)),
            ..Self::named(kind, &metadata.namespace, &metadata.name, metadata.created(), names)
        }
    }

    fn named(kind: Kind, namespace: &str, name: &str, created: Option<Time>, names: &Names) -> Self {
        Self {
            kind,
            namespace: names.get(namespace),
            name: names.get(name),
            owner: None,
            created: created.map_or(0, |time| time.seconds),
            desired: 0,
            available: 0,
            conditions: Box::default(),
            rollout: None,
        }
    }
}

impl From<wire::WorkloadCondition> for Condition {
    fn from(c: wire::WorkloadCondition) -> Self {
        let wire::WorkloadCondition { r#type, status, last_transition_time, reason, message } = c;
        Self { r#type, status, last_transition_time, reason, message }
    }
}

impl From<wire::DeploymentCondition> for Condition {
    fn from(c: wire::DeploymentCondition) -> Self {
        let wire::DeploymentCondition { r#type, status, last_transition_time, reason, message, .. } = c;
        Self { r#type, status, last_transition_time, reason, message }
    }
}
