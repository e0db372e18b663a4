//! The kinds of the `apps` and `batch` groups.

use super::{Condition, ObjectMeta, Time};

wire! {
    /// `spec.replicas`, which `v1.ReplicaSet` and `v1.StatefulSet` keep under the same tag.
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
        /// The generation this status speaks of.
        [int64, tag = "3"] observed_generation: i64,
        /// Pods that pass their readiness probe.
        [int32, tag = "4"] ready_replicas: i32,
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
        [message, required, tag = "1"] metadata: ObjectMeta,
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
        /// Whether changes of the template wait.
        [bool, tag = "7"] paused: bool,
    }
}

wire! {
    /// `apps/v1.DeploymentStatus`.
    DeploymentStatus {
        /// The generation this status speaks of.
        [int64, tag = "1"] observed_generation: i64,
        /// Pods of the newest template.
        [int32, tag = "3"] updated_replicas: i32,
        /// Pods that have been ready for `minReadySeconds`.
        [int32, tag = "4"] available_replicas: i32,
        /// `Available`, `Progressing`, `ReplicaFailure`.
        [message, repeated, tag = "6"] conditions: Vec<DeploymentCondition>,
        /// Pods that pass their readiness probe.
        [int32, tag = "7"] ready_replicas: i32,
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
        /// When the status or the reason last changed.
        [message, optional, tag = "6"] last_update_time: Option<Time>,
        /// When the status last changed.
        [message, optional, tag = "7"] last_transition_time: Option<Time>,
    }
}

wire! {
    /// `apps/v1.StatefulSet`.
    StatefulSet {
        /// Name, owner, ages.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// What was asked for.
        [message, required, tag = "2"] spec: ReplicasSpec,
        /// What there is.
        [message, required, tag = "3"] status: StatefulSetStatus,
    }
}

wire! {
    /// `apps/v1.StatefulSetStatus`.
    StatefulSetStatus {
        /// The generation this status speaks of.
        [int64, tag = "1"] observed_generation: i64,
        /// Pods that pass their readiness probe.
        [int32, tag = "3"] ready_replicas: i32,
        /// Pods of the newest revision.
        [int32, tag = "5"] updated_replicas: i32,
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
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// What there is; a DaemonSet's wanted number is part of it.
        [message, required, tag = "3"] status: DaemonSetStatus,
    }
}

wire! {
    /// `apps/v1.DaemonSetStatus`.
    DaemonSetStatus {
        /// Nodes that should run the pod.
        [int32, tag = "3"] desired_number_scheduled: i32,
        /// Nodes where it is ready.
        [int32, tag = "4"] number_ready: i32,
        /// The generation this status speaks of.
        [int64, tag = "5"] observed_generation: i64,
        /// Nodes that run the newest template.
        [int32, tag = "6"] updated_number_scheduled: i32,
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
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// What was asked for.
        [message, required, tag = "2"] spec: JobSpec,
        /// What there is.
        [message, required, tag = "3"] status: JobStatus,
    }
}

wire! {
    /// `batch/v1.JobSpec`.
    JobSpec {
        /// Failed pods it takes to fail the job; the server's default is 6.
        [int32, optional, tag = "7"] backoff_limit: Option<i32>,
        /// Whether the job may not create pods.
        [bool, tag = "10"] suspend: bool,
    }
}

wire! {
    /// `batch/v1.JobStatus`.
    JobStatus {
        /// `Complete`, `Failed`, `Suspended` and others.
        [message, repeated, tag = "1"] conditions: Vec<Condition>,
        /// Pods that run or wait.
        [int32, tag = "4"] active: i32,
        /// Pods that succeeded.
        [int32, tag = "5"] succeeded: i32,
        /// Pods that failed.
        [int32, tag = "6"] failed: i32,
    }
}

wire! {
    /// `batch/v1.CronJob`.
    CronJob {
        /// Name, owner, ages.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// What was asked for.
        [message, required, tag = "2"] spec: CronJobSpec,
        /// What there is.
        [message, required, tag = "3"] status: CronJobStatus,
    }
}

wire! {
    /// `batch/v1.CronJobSpec`.
    CronJobSpec {
        /// Whether no more jobs are started.
        [bool, tag = "4"] suspend: bool,
    }
}

wire! {
    /// `batch/v1.CronJobStatus`.
    CronJobStatus {
        /// When a job of it last succeeded.
        [message, optional, tag = "5"] last_successful_time: Option<Time>,
    }
}
