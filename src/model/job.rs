//! Jobs and cron jobs.

use super::{Annotations, Names, ObjectRef, Owner};
use crate::wire::{self, Condition, Time};
use std::sync::Arc;

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
    /// When its controller first saw it.
    pub started: Option<Time>,
    /// Whether it is held back.
    pub suspended: bool,
    /// Seconds it may take.
    pub deadline: Option<i64>,
    /// Failures it may have.
    pub backoff_limit: i32,
    /// Pods that run.
    pub active: i32,
    /// Pods that failed.
    pub failed: i32,
    /// `Complete`, `Failed` and others.
    pub conditions: Vec<Condition>,
    /// What was written on it for this tool.
    pub annotations: Annotations,
}

impl Job {
    /// Folds a Job.
    pub fn fold(object: wire::Job, names: &Names) -> Self {
        Self {
            namespace: names.get(&object.metadata.namespace),
            name: names.get(&object.metadata.name),
            owner: object.metadata.controller().map(|o| Owner::new(&o.kind, &o.name, names)),
            created: object.metadata.created(),
            started: object.status.start_time.and_then(Time::known),
            suspended: object.spec.suspend,
            deadline: object.spec.active_deadline_seconds,
            backoff_limit: object.spec.backoff_limit.unwrap_or(6),
            active: object.status.active,
            failed: object.status.failed,
            annotations: Annotations::fold(object.metadata.annotations.as_ref(), names),
            conditions: object.status.conditions,
        }
    }

    /// The object, as a finding names it.
    pub fn object(&self) -> ObjectRef {
        ObjectRef { namespace: Arc::clone(&self.namespace), kind: "Job".into(), name: Arc::clone(&self.name) }
    }

    /// Whether it has come to its end.
    pub fn is_done(&self) -> bool {
        self.is("Complete").is_some() || self.is("Failed").is_some()
    }

    /// Whether it should have pods and has none: they may be refused.
    pub fn lacks_pods(&self) -> bool {
        self.active == 0 && !self.suspended && !self.is_done()
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
    /// When it was created.
    pub created: Option<Time>,
    /// A cron line.
    pub schedule: String,
    /// Of the cron line; unset for that of the controller.
    pub time_zone: Option<String>,
    /// A late run is skipped after so many seconds.
    pub starting_deadline: Option<i64>,
    /// Whether a run waits for the one before it.
    pub one_at_a_time: bool,
    /// Whether it is held back.
    pub suspended: bool,
    /// Jobs of it that run.
    pub active: Vec<String>,
    /// When it last started a job.
    pub last_schedule: Option<Time>,
    /// When a job of it last succeeded.
    pub last_success: Option<Time>,
    /// When its spec was last changed, if that is known.
    pub changed: Option<Time>,
    /// Seconds after which its jobs are deleted once they are done.
    pub keeps_jobs: Option<i32>,
    /// What was written on it for this tool.
    pub annotations: Annotations,
}

impl CronJob {
    /// The object, as a finding names it.
    pub fn object(&self) -> ObjectRef {
        ObjectRef {
            namespace: Arc::clone(&self.namespace),
            kind: "CronJob".into(),
            name: Arc::clone(&self.name),
        }
    }

    /// Folds a CronJob.
    pub fn fold(object: wire::CronJob, names: &Names) -> Self {
        Self {
            namespace: names.get(&object.metadata.namespace),
            name: names.get(&object.metadata.name),
            created: object.metadata.created(),
            schedule: object.spec.schedule,
            time_zone: object.spec.time_zone,
            starting_deadline: object.spec.starting_deadline_seconds,
            one_at_a_time: object.spec.concurrency_policy == "Forbid",
            suspended: object.spec.suspend,
            active: object.status.active.into_iter().map(|job| job.name).collect(),
            last_schedule: object.status.last_schedule_time.and_then(Time::known),
            last_success: object.status.last_successful_time.and_then(Time::known),
            changed: object.metadata.changed(),
            keeps_jobs: object.spec.job_template.spec.ttl_seconds_after_finished,
            annotations: Annotations::fold(object.metadata.annotations.as_ref(), names),
        }
    }
}
