//! The kinds of the `apps` and `batch` groups.

use super::{Condition, JobMeta, ObjectMeta, Time, WorkloadMeta};
use std::collections::BTreeMap;

wire! {
    /// `apps/v1.ReplicaSetSpec`.
    ReplicaSetSpec {
        /// The desired pods; the default of the server is 1.
        [int32, optional, tag = "1"] replicas: Option<i32>,
        /// The template of its pods.
        [message, required, tag = "3"] template: LabelledTemplate,
    }
}

wire! {
    /// `v1.PodTemplateSpec` of a ReplicaSet: the labels of its pods.
    LabelledTemplate {
        /// Their metadata.
        [message, required, tag = "1"] metadata: TemplateMeta,
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
        /// The reason in one word.
        [string, tag = "4"] reason: String,
        /// The message.
        [string, tag = "5"] message: String,
    }
}

wire! {
    /// `apps/v1.ReplicaSet`.
    ReplicaSet {
        /// Name, owner, ages.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// The desired state.
        [message, required, tag = "2"] spec: ReplicaSetSpec,
        /// The current state.
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
        /// The desired state.
        [message, required, tag = "2"] spec: DeploymentSpec,
        /// The current state.
        [message, required, tag = "3"] status: DeploymentStatus,
    }
}

wire! {
    /// `apps/v1.DeploymentSpec`.
    DeploymentSpec {
        /// The desired pods; the default of the server is 1.
        [int32, optional, tag = "1"] replicas: Option<i32>,
        /// The template of its pods.
        [message, required, tag = "3"] template: Template,
        /// Whether its rollouts are paused.
        [bool, tag = "7"] paused: bool,
    }
}

wire! {
    /// `v1.PodTemplateSpec`: the labels of its pods, and the names of their containers.
    Template {
        /// Their metadata.
        [message, required, tag = "1"] metadata: TemplateMeta,
        /// Their spec.
        [message, required, tag = "2"] spec: TemplateSpec,
    }
}

wire! {
    /// `v1.PodSpec` of a template.
    TemplateSpec {
        /// The containers; webhooks may add others to the pods.
        [message, repeated, tag = "2"] containers: Vec<TemplateContainer>,
        /// The init containers.
        [message, repeated, tag = "20"] init_containers: Vec<TemplateContainer>,
    }
}

wire! {
    /// `v1.Container` of a template.
    TemplateContainer {
        /// Unique in the pod.
        [string, tag = "1"] name: String,
        /// The ports that it declares.
        [message, repeated, tag = "6"] ports: Vec<ContainerPort>,
    }
}

wire! {
    /// `v1.ContainerPort`.
    ContainerPort {
        /// The name that a Service may use; may be empty.
        [string, tag = "1"] name: String,
        /// The number.
        [int32, tag = "3"] container_port: i32,
        /// `TCP`, `UDP` or `SCTP`; empty for TCP.
        [string, tag = "4"] protocol: String,
    }
}

wire! {
    /// `metav1.ObjectMeta` of a template.
    TemplateMeta {
        /// The labels.
        [btree_map = "string, string", tag = "11"] labels: BTreeMap<String, String>,
    }
}

wire! {
    /// `apps/v1.DeploymentStatus`.
    DeploymentStatus {
        /// The generation of the spec that the controller has seen.
        [int64, tag = "1"] observed_generation: i64,
        /// All pods.
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
        /// The reason in one word.
        [string, tag = "4"] reason: String,
        /// The message.
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
        /// The desired state.
        [message, required, tag = "2"] spec: StatefulSetSpec,
        /// The current state.
        [message, required, tag = "3"] status: StatefulSetStatus,
    }
}

wire! {
    /// `apps/v1.StatefulSetSpec`.
    StatefulSetSpec {
        /// The desired pods; the default of the server is 1.
        [int32, optional, tag = "1"] replicas: Option<i32>,
        /// The template of its pods.
        [message, required, tag = "3"] template: Template,
        /// `OrderedReady`, which is the default, or `Parallel`.
        [string, tag = "6"] pod_management_policy: String,
        /// How pods are replaced.
        [message, required, tag = "7"] update_strategy: StatefulSetUpdateStrategy,
    }
}

wire! {
    /// `apps/v1.StatefulSetUpdateStrategy`.
    StatefulSetUpdateStrategy {
        /// `RollingUpdate` or `OnDelete`.
        [string, tag = "1"] r#type: String,
        /// The pods that are replaced.
        [message, required, tag = "2"] rolling_update: RollingUpdate,
    }
}

wire! {
    /// `apps/v1.RollingUpdateStatefulSetStrategy`.
    RollingUpdate {
        /// Pods with a lower number keep the old revision.
        [int32, tag = "1"] partition: i32,
    }
}

wire! {
    /// The update strategy of a DaemonSet.
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
        /// Pods that are ready.
        [int32, tag = "3"] ready_replicas: i32,
        /// Pods of the newest revision.
        [int32, tag = "5"] updated_replicas: i32,
        /// The revision of the pods before an update.
        [string, tag = "6"] current_revision: String,
        /// The revision of the pods after an update.
        [string, tag = "7"] update_revision: String,
        /// Rarely used by the controller.
        [message, repeated, tag = "10"] conditions: Vec<WorkloadCondition>,
        /// Pods that have been ready for `minReadySeconds`; unset before Kubernetes 1.22.
        [int32, optional, tag = "11"] available_replicas: Option<i32>,
    }
}

wire! {
    /// `apps/v1.DaemonSet`.
    DaemonSet {
        /// Name, owner, ages.
        [message, required, tag = "1"] metadata: WorkloadMeta,
        /// The desired state.
        [message, required, tag = "2"] spec: DaemonSetSpec,
        /// The current state, with the desired number of pods.
        [message, required, tag = "3"] status: DaemonSetStatus,
    }
}

wire! {
    /// `apps/v1.DaemonSetSpec`.
    DaemonSetSpec {
        /// The template of its pods.
        [message, required, tag = "2"] template: Template,
        /// How pods are replaced.
        [message, required, tag = "3"] update_strategy: UpdateStrategy,
    }
}

wire! {
    /// `apps/v1.DaemonSetStatus`.
    DaemonSetStatus {
        /// The nodes that run the pod and should not.
        [int32, tag = "2"] number_misscheduled: i32,
        /// The nodes that should run the pod.
        [int32, tag = "3"] desired_number_scheduled: i32,
        /// The generation of the spec that the controller has seen.
        [int64, tag = "5"] observed_generation: i64,
        /// The nodes that run the pod of the newest template.
        [int32, tag = "6"] updated_number_scheduled: i32,
        /// The nodes where it has been ready for `minReadySeconds`.
        [int32, tag = "7"] number_available: i32,
        /// Rarely used by the controller.
        [message, repeated, tag = "10"] conditions: Vec<WorkloadCondition>,
    }
}

wire! {
    /// `batch/v1.Job`.
    Job {
        /// Name, owner, ages.
        [message, required, tag = "1"] metadata: JobMeta,
        /// The desired state.
        [message, required, tag = "2"] spec: JobSpec,
        /// The current state.
        [message, required, tag = "3"] status: JobStatus,
    }
}

wire! {
    /// `batch/v1.JobSpec`.
    JobSpec {
        /// The seconds that it may take.
        [int64, optional, tag = "3"] active_deadline_seconds: Option<i64>,
        /// Whether it is suspended.
        [bool, tag = "10"] suspend: bool,
        /// Its controller; unset for that of Kubernetes.
        [string, optional, tag = "15"] managed_by: Option<String>,
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
        /// The desired state.
        [message, required, tag = "2"] spec: CronJobSpec,
        /// The current state.
        [message, required, tag = "3"] status: CronJobStatus,
    }
}

wire! {
    /// `batch/v1.CronJobSpec`.
    CronJobSpec {
        /// A cron line.
        [string, tag = "1"] schedule: String,
        /// The seconds after which a late run is skipped.
        [int64, optional, tag = "2"] starting_deadline_seconds: Option<i64>,
        /// `Allow`, `Forbid` or `Replace`.
        [string, tag = "3"] concurrency_policy: String,
        /// Whether it is suspended.
        [bool, tag = "4"] suspend: bool,
        /// The template of its Jobs.
        [message, required, tag = "5"] job_template: JobTemplate,
        /// The time zone of the cron line; unset for that of the controller.
        [string, optional, tag = "8"] time_zone: Option<String>,
    }
}

wire! {
    /// `batch/v1.JobTemplateSpec`.
    JobTemplate {
        /// The spec.
        [message, required, tag = "2"] spec: JobTemplateSpec,
    }
}

wire! {
    /// `batch/v1.JobSpec` of a template.
    JobTemplateSpec {
        /// The seconds after its end when a Job is deleted.
        [int32, optional, tag = "8"] ttl_seconds_after_finished: Option<i32>,
    }
}

wire! {
    /// `batch/v1.CronJobStatus`.
    CronJobStatus {
        /// The Jobs that run.
        [message, repeated, tag = "1"] active: Vec<super::ObjectReference>,
        /// When it last started a Job.
        [message, optional, tag = "4"] last_schedule_time: Option<Time>,
        /// When one of its Jobs last succeeded.
        [message, optional, tag = "5"] last_successful_time: Option<Time>,
    }
}
