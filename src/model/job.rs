//! The rows of Jobs and CronJobs.

use super::{Annotations, Interned, Names, ObjectRef, Owner, annotations};
use crate::wire::{self, Condition, Time};
use std::sync::Arc;

/// A Job.
#[derive(Debug)]
pub struct Job {
    pub(crate) namespace: Arc<str>,
    pub(crate) name: Arc<str>,
    /// Its CronJob, if it has one.
    pub(crate) owner: Option<Interned<Owner>>,
    /// In seconds since 1970; zero if unknown, which takes less memory than an `Option`.
    created: i64,
    /// As above.
    started: i64,
    /// Pods that run.
    pub(crate) active: i32,
    /// Pods that failed.
    pub(crate) failed: i32,
    /// Whether it is complete. Most Jobs are, and need no memory for their conditions.
    is_complete: bool,
    /// Whether its controller has decided how it ends, and waits for its pods.
    is_ending: bool,
    /// What few Jobs have: without it the row takes one word.
    rare: Option<Box<Rare>>,
}

/// What few Jobs have.
#[derive(Debug)]
struct Rare {
    /// Set while it is suspended.
    suspension: Option<Suspension>,
    /// The seconds that it may take; zero without a limit.
    deadline: i64,
    /// Its condition `Failed`, if it is true.
    failure: Option<Condition>,
    annotations: Annotations,
}

impl Rare {
    fn fold(object: &mut wire::Job, names: &Names) -> Option<Box<Self>> {
        let failed = |condition: &Condition| is(condition, "Failed");
        let rare = Self {
            suspension: Suspension::fold(object),
            deadline: object.spec.active_deadline_seconds.unwrap_or(0),
            failure: std::mem::take(&mut object.status.conditions).into_iter().find(failed),
            annotations: Annotations::fold(object.metadata.annotations.as_ref(), names),
        };
        let is_empty = rare.suspension.is_none()
            && rare.deadline == 0
            && rare.failure.is_none()
            && rare.annotations.is_empty();
        (!is_empty).then(|| Box::new(rare))
    }
}

/// Whether a condition of a type is true.
fn is(condition: &Condition, kind: &str) -> bool {
    condition.r#type == kind && condition.status == "True"
}

/// The suspension of a Job.
#[derive(Debug)]
pub(crate) struct Suspension {
    /// When it began, if known.
    pub(crate) since: Option<Time>,
    /// Whether a queue or another controller resumes the Job.
    pub(crate) is_managed: bool,
}

impl Suspension {
    /// The controller of Jobs in Kubernetes.
    const CONTROLLER: &str = "kubernetes.io/job-controller";

    /// Annotations that name the queue of a Job.
    const QUEUES: [&str; 3] =
        ["kueue.x-k8s.io/queue-name", "scheduling.volcano.sh/queue-name", "volcano.sh/queue-name"];

    fn fold(object: &wire::Job) -> Option<Self> {
        let (metadata, spec) = (&object.metadata, &object.spec);
        let suspended =
            object.status.conditions.iter().find(|c| c.r#type == "Suspended" && c.status == "True");
        let annotations = metadata.annotations.as_ref();
        // Queue managers use several labels, such as `kueue.x-k8s.io/queue-name`.
        let is_queue = |label: &String| label.contains("queue") || label.starts_with("kueue.");
        let is_managed = spec.managed_by.as_deref().is_some_and(|controller| controller != Self::CONTROLLER)
            || metadata.controller().is_some_and(|owner| owner.kind != "CronJob")
            || metadata.labels.keys().any(is_queue)
            || annotations.is_some_and(|all| Self::QUEUES.iter().any(|key| all.get(key).is_some()));
        let since = suspended.and_then(Condition::since);
        spec.suspend.then_some(Self { since, is_managed })
    }
}

/// The conditions of a Job whose end is decided.
const ENDING: [&str; 2] = ["FailureTarget", "SuccessCriteriaMet"];

impl Job {
    /// Folds a Job.
    pub(crate) fn fold(mut object: wire::Job, names: &Names) -> Self {
        let conditions = &object.status.conditions;
        let is_complete = conditions.iter().any(|condition| is(condition, "Complete"));
        let is_ending = conditions.iter().any(|condition| ENDING.iter().any(|kind| is(condition, kind)));
        Self {
            namespace: names.get(&object.metadata.namespace),
            name: names.get(&object.metadata.name),
            is_complete,
            is_ending,
            rare: Rare::fold(&mut object, names),
            owner: object.metadata.controller().map(|o| names.owner(Owner::new(&o.kind, &o.name, names))),
            created: object.metadata.created().map_or(0, |time| time.seconds),
            started: object.status.start_time.map_or(0, |time| time.seconds),
            active: object.status.active,
            failed: object.status.failed,
        }
    }

    /// The reference of findings to it.
    pub(crate) fn object(&self) -> ObjectRef {
        ObjectRef { namespace: Arc::clone(&self.namespace), kind: "Job".into(), name: Arc::clone(&self.name) }
    }

    /// When it was created, if known.
    pub(crate) fn created(&self) -> Option<Time> {
        Time::at(self.created).known()
    }

    /// When its controller first saw it, or when it was created, if known.
    pub(crate) fn begun(&self) -> Option<Time> {
        Time::at(self.started).known().or(self.created())
    }

    /// Whether it is complete or failed.
    pub(crate) fn is_done(&self) -> bool {
        self.is_complete || self.failure().is_some()
    }

    /// Whether it has ended, or its controller has decided how it ends.
    pub(crate) fn is_ending(&self) -> bool {
        self.is_ending || self.is_done()
    }

    /// Whether it should have pods and has none: they may be rejected.
    pub(crate) fn lacks_pods(&self) -> bool {
        self.active == 0 && self.suspension().is_none() && !self.is_done()
    }

    /// Its condition `Failed`, if it is true.
    pub(crate) fn failure(&self) -> Option<&Condition> {
        self.rare.as_ref()?.failure.as_ref()
    }

    /// Its suspension, while it is suspended.
    pub(crate) fn suspension(&self) -> Option<&Suspension> {
        self.rare.as_ref()?.suspension.as_ref()
    }

    /// The seconds that it may take; zero without a limit.
    pub(crate) fn deadline(&self) -> i64 {
        self.rare.as_ref().map_or(0, |rare| rare.deadline)
    }

    /// Its annotations for this tool.
    pub(crate) fn annotations(&self) -> &Annotations {
        self.rare.as_ref().map_or(&annotations::NONE, |rare| &rare.annotations)
    }
}

/// A CronJob.
#[derive(Debug)]
pub struct CronJob {
    pub(crate) namespace: Arc<str>,
    pub(crate) name: Arc<str>,
    /// When it was created.
    pub(crate) created: Option<Time>,
    /// Its cron line.
    pub(crate) schedule: String,
    /// The time zone of the cron line; unset for that of the controller.
    pub(crate) time_zone: Option<String>,
    /// The seconds after which a late run is skipped.
    pub(crate) starting_deadline: Option<i64>,
    /// Whether a run is skipped while the one before it runs.
    pub(crate) one_at_a_time: bool,
    /// Whether it is suspended.
    pub(crate) suspended: bool,
    /// Its Jobs that run.
    pub(crate) active: Vec<String>,
    /// When it last started a Job.
    pub(crate) last_schedule: Option<Time>,
    /// When one of its Jobs last succeeded.
    pub(crate) last_success: Option<Time>,
    /// When its spec was last changed, if known.
    pub(crate) changed: Option<Time>,
    /// The seconds after which its Jobs are deleted when they are done.
    pub(crate) keeps_jobs: Option<i32>,
    pub(crate) annotations: Annotations,
}

impl CronJob {
    /// The reference of findings to it.
    pub(crate) fn object(&self) -> ObjectRef {
        ObjectRef {
            namespace: Arc::clone(&self.namespace),
            kind: "CronJob".into(),
            name: Arc::clone(&self.name),
        }
    }

    /// Folds a CronJob.
    pub(crate) fn fold(object: wire::CronJob, names: &Names) -> Self {
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
