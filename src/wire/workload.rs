//! The kinds of the `apps` and `batch` groups.

use super::{AnnotatedMeta, Condition, ObjectMeta, Time, WorkloadMeta};
use std::collections::BTreeMap;

wire! {
    /// `spec.replicas`, which Deployments, ReplicaSets and StatefulSets keep under the same tag.
    ReplicasSpec {
        /// How many are wanted; the server's default is 1.
        [int32, optional, tag = "1"] replicas: Option<i32>,
    }
}

wire! {
    /// The condition of a ReplicaSet, StatefulSet or DaemonSet.
    WorkloadCondition {
        /// Such as `ReplicaFailure`.
        [string, tag = "1"] r#type: String,
        /// `True`, `False` or `Unknown`.
        [string, tag = "2"] status: String,
        /// When the status last changed.
        [message, optional, tag = "3"] last_transition_time: Option<Time>,
        /// One word for machines.
        [string, tag = "4"] reason: String,
        /// A sentence for people.
        [string, tag = "5"] message: String,
    }
}

wire! {
    /// `apps/v1.ReplicaSet`.
    ReplicaSet {
        /// Name, owner, ages.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// What was asked for.
        [message, required, tag = "2"] spec: ReplicasSpec,
        /// What there is.
        [message, required, tag = "3"] status: ReplicaSetStatus,
    }
}

wire! {
    /// `apps/v1.ReplicaSetStatus`.
    ReplicaSetStatus {
        /// Pods that have been ready for `minReadySeconds`.
        [int32, tag = "5"] available_replicas: i32,
        /// `ReplicaFailure` and others.
        [message, repeated, tag = "6"] conditions: Vec<WorkloadCondition>,
    }
}

wire! {
    /// `apps/v1.Deployment`.
    Deployment {
        /// Name, owner, ages.
        [message, required, tag = "1"] metadata: WorkloadMeta,
        /// What was asked for.
        [message, required, tag = "2"] spec: DeploymentSpec,
        /// What there is.
        [message, required, tag = "3"] status: DeploymentStatus,
    }
}

wire! {
    /// `apps/v1.DeploymentSpec`.
    DeploymentSpec {
        /// How many are wanted; the server's default is 1.
        [int32, optional, tag = "1"] replicas: Option<i32>,
        /// What its pods are like.
        [message, required, tag = "3"] template: Template,
        /// Whether its rollouts are held back.
        [bool, tag = "7"] paused: bool,
    }
}

wire! {
    /// `v1.PodTemplateSpec`: by what its pods are selected, and the names of what runs in them.
    Template {
        /// Their metadata.
        [message, required, tag = "1"] metadata: TemplateMeta,
        /// What they are to run.
        [message, required, tag = "2"] spec: TemplateSpec,
    }
}

wire! {
    /// `v1.PodSpec` of a template.
    TemplateSpec {
        /// The containers that somebody wrote; webhooks may add others to the pods.
        [message, repeated, tag = "2"] containers: Vec<TemplateContainer>,
        /// The init containers that somebody wrote.
        [message, repeated, tag = "20"] init_containers: Vec<TemplateContainer>,
    }
}

wire! {
    /// `v1.Container` of a template.
    TemplateContainer {
        /// Unique in the pod.
        [string, tag = "1"] name: String,
    }
}

wire! {
    /// `metav1.ObjectMeta` of a template.
    TemplateMeta {
        /// For selectors.
        [btree_map = "string, string", tag = "11"] labels: BTreeMap<String, String>,
    }
}

wire! {
    /// `apps/v1.DeploymentStatus`.
    DeploymentStatus {
        /// The generation of the spec that the controller has seen.
        [int64, tag = "1"] observed_generation: i64,
        /// Pods there are.
        [int32, tag = "2"] replicas: i32,
        /// Pods of the newest template.
        [int32, tag = "3"] updated_replicas: i32,
        /// Pods that have been ready for `minReadySeconds`.
        [int32, tag = "4"] available_replicas: i32,
        /// `Available`, `Progressing`, `ReplicaFailure`.
        [message, repeated, tag = "6"] conditions: Vec<DeploymentCondition>,
    }
}

wire! {
    /// `apps/v1.DeploymentCondition`.
    DeploymentCondition {
        /// Such as `Progressing`.
        [string, tag = "1"] r#type: String,
        /// `True`, `False` or `Unknown`.
        [string, tag = "2"] status: String,
        /// One word for machines.
        [string, tag = "4"] reason: String,
        /// A sentence for people.
        [string, tag = "5"] message: String,
        /// When the status last changed.
        [message, optional, tag = "7"] last_transition_time: Option<Time>,
    }
}

wire! {
    /// `apps/v1.StatefulSet`.
    StatefulSet {
        /// Name, owner, ages.
        [message, required, tag = "1"] metadata: WorkloadMeta,
        /// What was asked for.
        [message, required, tag = "2"] spec: StatefulSetSpec,
        /// What there is.
        [message, required, tag = "3"] status: StatefulSetStatus,
    }
}

wire! {
    /// `apps/v1.StatefulSetSpec`.
    StatefulSetSpec {
        /// How many are wanted; the server's default is 1.
        [int32, optional, tag = "1"] replicas: Option<i32>,
        /// What its pods are like.
        [message, required, tag = "3"] template: Template,
        /// `OrderedReady`, which is the default, or `Parallel`.
        [string, tag = "6"] pod_management_policy: String,
        /// How pods are replaced.
        [message, required, tag = "7"] update_strategy: UpdateStrategy,
    }
}

wire! {
    /// The update strategy of a StatefulSet or DaemonSet.
    UpdateStrategy {
        /// `RollingUpdate` or `OnDelete`.
        [string, tag = "1"] r#type: String,
    }
}

wire! {
    /// `apps/v1.StatefulSetStatus`.
    StatefulSetStatus {
        /// The generation of the spec that the controller has seen.
        [int64, tag = "1"] observed_generation: i64,
        /// Pods of the newest revision.
        [int32, tag = "5"] updated_replicas: i32,
        /// The revision of the pods before an update.
        [string, tag = "6"] current_revision: String,
        /// The revision an update leads to.
        [string, tag = "7"] update_revision: String,
        /// Rarely used by the controller.
        [message, repeated, tag = "10"] conditions: Vec<WorkloadCondition>,
        /// Pods that have been ready for `minReadySeconds`.
        [int32, tag = "11"] available_replicas: i32,
    }
}

wire! {
    /// `apps/v1.DaemonSet`.
    DaemonSet {
        /// Name, owner, ages.
        [message, required, tag = "1"] metadata: WorkloadMeta,
        /// What was asked for.
        [message, required, tag = "2"] spec: DaemonSetSpec,
        /// What there is; a DaemonSet's wanted number is part of it.
        [message, required, tag = "3"] status: DaemonSetStatus,
    }
}

wire! {
    /// `apps/v1.DaemonSetSpec`.
    DaemonSetSpec {
        /// What its pods are like.
        [message, required, tag = "2"] template: Template,
        /// How pods are replaced.
        [message, required, tag = "3"] update_strategy: UpdateStrategy,
    }
}

wire! {
    /// `apps/v1.DaemonSetStatus`.
    DaemonSetStatus {
        /// Nodes that run the pod and should.
        [int32, tag = "1"] current_number_scheduled: i32,
        /// Nodes that run the pod and should not.
        [int32, tag = "2"] number_misscheduled: i32,
        /// Nodes that should run the pod.
        [int32, tag = "3"] desired_number_scheduled: i32,
        /// The generation of the spec that the controller has seen.
        [int64, tag = "5"] observed_generation: i64,
        /// Nodes where it has been ready for `minReadySeconds`.
        [int32, tag = "7"] number_available: i32,
        /// Rarely used by the controller.
        [message, repeated, tag = "10"] conditions: Vec<WorkloadCondition>,
    }
}

wire! {
    /// `batch/v1.Job`.
    Job {
        /// Name, owner, ages.
        [message, required, tag = "1"] metadata: AnnotatedMeta,
        /// What was asked for.
        [message, required, tag = "2"] spec: JobSpec,
        /// What there is.
        [message, required, tag = "3"] status: JobStatus,
    }
}

wire! {
    /// `batch/v1.JobSpec`.
    JobSpec {
        /// Seconds it may take.
        [int64, optional, tag = "3"] active_deadline_seconds: Option<i64>,
        /// Failures it may have.
        [int32, optional, tag = "7"] backoff_limit: Option<i32>,
        /// Whether it is held back.
        [bool, tag = "10"] suspend: bool,
    }
}

wire! {
    /// `batch/v1.JobStatus`.
    JobStatus {
        /// `Complete`, `Failed`, `Suspended` and others.
        [message, repeated, tag = "1"] conditions: Vec<Condition>,
        /// When the controller first saw it.
        [message, optional, tag = "2"] start_time: Option<Time>,
        /// Pods that run.
        [int32, tag = "4"] active: i32,
        /// Pods that failed.
        [int32, tag = "6"] failed: i32,
    }
}

wire! {
    /// `batch/v1.CronJob`.
    CronJob {
        /// Name, owner, ages.
        [message, required, tag = "1"] metadata: WorkloadMeta,
        /// What was asked for.
        [message, required, tag = "2"] spec: CronJobSpec,
        /// What there is.
        [message, required, tag = "3"] status: CronJobStatus,
    }
}

wire! {
    /// `batch/v1.CronJobSpec`.
    CronJobSpec {
        /// A cron line.
        [string, tag = "1"] schedule: String,
        /// A late run is skipped after so many seconds.
        [int64, optional, tag = "2"] starting_deadline_seconds: Option<i64>,
        /// `Allow`, `Forbid` or `Replace`.
        [string, tag = "3"] concurrency_policy: String,
        /// Whether it is held back.
        [bool, tag = "4"] suspend: bool,
        /// What its jobs are like.
        [message, required, tag = "5"] job_template: JobTemplate,
        /// Of the cron line; unset for that of the controller.
        [string, optional, tag = "8"] time_zone: Option<String>,
    }
}

wire! {
    /// `batch/v1.JobTemplateSpec`.
    JobTemplate {
        /// What is asked for.
        [message, required, tag = "2"] spec: JobTemplateSpec,
    }
}

wire! {
    /// `batch/v1.JobSpec` of a template.
    JobTemplateSpec {
        /// A job is deleted so many seconds after its end.
        [int32, optional, tag = "8"] ttl_seconds_after_finished: Option<i32>,
    }
}

wire! {
    /// `batch/v1.CronJobStatus`.
    CronJobStatus {
        /// Jobs of it that run.
        [message, repeated, tag = "1"] active: Vec<super::ObjectReference>,
        /// When it last started a job.
        [message, optional, tag = "4"] last_schedule_time: Option<Time>,
        /// When a job of it last succeeded.
        [message, optional, tag = "5"] last_successful_time: Option<Time>,
    }
}
