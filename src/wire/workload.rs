//! The kinds of the `apps` and `batch` groups.

use super::{Condition, ObjectMeta, Time};

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
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// What was asked for.
        [message, required, tag = "2"] spec: ReplicasSpec,
        /// What there is.
        [message, required, tag = "3"] status: DeploymentStatus,
    }
}

wire! {
    /// `apps/v1.DeploymentStatus`.
    DeploymentStatus {
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
        /// What there is.
        [message, required, tag = "3"] status: JobStatus,
    }
}

wire! {
    /// `batch/v1.JobStatus`.
    JobStatus {
        /// `Complete`, `Failed`, `Suspended` and others.
        [message, repeated, tag = "1"] conditions: Vec<Condition>,
        /// Pods that failed.
        [int32, tag = "6"] failed: i32,
    }
}

wire! {
    /// `batch/v1.CronJob`.
    CronJob {
        /// Name, owner, ages.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// What there is.
        [message, required, tag = "3"] status: CronJobStatus,
    }
}

wire! {
    /// `batch/v1.CronJobStatus`.
    CronJobStatus {
        /// When a job of it last succeeded.
        [message, optional, tag = "5"] last_successful_time: Option<Time>,
    }
}
