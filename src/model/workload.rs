//! Owners of pods: workloads, jobs, cron jobs.

use super::Names;
use crate::wire::{self, Condition, Kind, Time};
use std::sync::Arc;

/// Who manages an object, in the object's own namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// Such as `Deployment`.
    pub kind: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
}

impl Owner {
    /// An owner of this kind and name.
    pub fn new(kind: &str, name: &str, names: &Names) -> Self {
        Self { kind: names.get(kind), name: names.get(name) }
    }
}

/// The object a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// Empty for objects of the cluster.
    pub namespace: Arc<str>,
    /// Such as `Pod`.
    pub kind: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
}

impl ObjectRef {
    /// As kubectl names it on the command line: `pod/web-0`.
    pub fn slashed(&self) -> String {
        format!("{}/{}", self.kind.to_lowercase(), self.name)
    }
}

/// A Deployment, ReplicaSet, StatefulSet or DaemonSet: how many pods it wants and has.
#[derive(Debug)]
pub struct Workload {
    /// Which of the four.
    pub kind: Kind,
    /// Its namespace.
    pub namespace: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Who manages it: a ReplicaSet's Deployment.
    pub owner: Option<Owner>,
    /// In seconds; zero where it is not known, which takes less room than an `Option`.
    created: i64,
    /// Pods it should have.
    pub desired: i32,
    /// Pods that have been ready for `minReadySeconds`.
    pub available: i32,
    /// Its conditions.
    conditions: Box<[Condition]>,
}

impl Workload {
    /// When it was created, if known.
    pub fn created(&self) -> Option<Time> {
        Time::at(self.created).known()
    }

    /// The first condition of a type.
    pub fn condition(&self, kind: &str) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.r#type == kind)
    }

    /// Whether every pod it wants is available.
    pub fn is_full(&self) -> bool {
        self.available >= self.desired
    }

    /// Folds a ReplicaSet.
    pub fn replica_set(object: wire::ReplicaSet, names: &Names) -> Self {
        let (status, metadata) = (object.status, object.metadata);
        Self {
            desired: object.spec.replicas.unwrap_or(1),
            available: status.available_replicas,
            conditions: status.conditions.into_iter().map(Condition::from).collect(),
            ..Self::named(Kind::ReplicaSet, &metadata, names)
        }
    }

    /// Folds a Deployment.
    pub fn deployment(object: wire::Deployment, names: &Names) -> Self {
        let (status, metadata) = (object.status, object.metadata);
        Self {
            desired: object.spec.replicas.unwrap_or(1),
            available: status.available_replicas,
            conditions: status.conditions.into_iter().map(Condition::from).collect(),
            ..Self::named(Kind::Deployment, &metadata, names)
        }
    }

    /// Folds a StatefulSet.
    pub fn stateful_set(object: wire::StatefulSet, names: &Names) -> Self {
        let (status, metadata) = (object.status, object.metadata);
        Self {
            desired: object.spec.replicas.unwrap_or(1),
            available: status.available_replicas,
            conditions: status.conditions.into_iter().map(Condition::from).collect(),
            ..Self::named(Kind::StatefulSet, &metadata, names)
        }
    }

    /// Folds a DaemonSet.
    pub fn daemon_set(object: wire::DaemonSet, names: &Names) -> Self {
        let (status, metadata) = (object.status, object.metadata);
        Self {
            desired: status.desired_number_scheduled,
            available: status.number_available,
            conditions: status.conditions.into_iter().map(Condition::from).collect(),
            ..Self::named(Kind::DaemonSet, &metadata, names)
        }
    }

    fn named(kind: Kind, metadata: &wire::ObjectMeta, names: &Names) -> Self {
        Self {
            kind,
            namespace: names.get(&metadata.namespace),
            name: names.get(&metadata.name),
            owner: metadata.controller().map(|o| Owner::new(&o.kind, &o.name, names)),
            created: metadata.created().map_or(0, |time| time.seconds),
            desired: 0,
            available: 0,
            conditions: Box::default(),
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

/// A Job.
#[derive(Debug)]
pub struct Job {
    /// Its namespace.
    pub namespace: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its CronJob, if it has one.
    pub owner: Option<Owner>,
    /// When it was created.
    pub created: Option<Time>,
    /// Pods that failed.
    pub failed: i32,
    /// `Complete`, `Failed` and others.
    pub conditions: Vec<Condition>,
}

impl Job {
    /// Folds a Job.
    pub fn fold(object: wire::Job, names: &Names) -> Self {
        Self {
            namespace: names.get(&object.metadata.namespace),
            name: names.get(&object.metadata.name),
            owner: object.metadata.controller().map(|o| Owner::new(&o.kind, &o.name, names)),
            created: object.metadata.created(),
            failed: object.status.failed,
            conditions: object.status.conditions,
        }
    }

    /// The condition of this type, if it is true.
    pub fn is(&self, kind: &str) -> Option<&Condition> {
        self.conditions.iter().find(|c| c.r#type == kind && c.status == "True")
    }
}

/// A CronJob.
#[derive(Debug)]
pub struct CronJob {
    /// Its namespace.
    pub namespace: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// When a job of it last succeeded.
    pub last_success: Option<Time>,
}

impl CronJob {
    /// Folds a CronJob.
    pub fn fold(object: &wire::CronJob, names: &Names) -> Self {
        Self {
            namespace: names.get(&object.metadata.namespace),
            name: names.get(&object.metadata.name),
            last_success: object.status.last_successful_time.and_then(Time::known),
        }
    }
}
