//! What limits and scales workloads: budgets, autoscalers, quotas.

use super::{ObjectMeta, Quantity, WorkloadCondition};
use std::collections::BTreeMap;

wire! {
    /// `autoscaling/v2.HorizontalPodAutoscaler`.
    HorizontalPodAutoscaler {
        /// Name and age.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// The desired state.
        [message, required, tag = "2"] spec: HorizontalPodAutoscalerSpec,
        /// The current state.
        [message, required, tag = "3"] status: HorizontalPodAutoscalerStatus,
    }
}

wire! {
    /// `autoscaling/v2.HorizontalPodAutoscalerSpec`.
    HorizontalPodAutoscalerSpec {
        /// What is scaled.
        [message, required, tag = "1"] scale_target_ref: ScaleTarget,
        /// The least replicas; the default of the server is 1.
        [int32, optional, tag = "2"] min_replicas: Option<i32>,
        /// The most replicas.
        [int32, tag = "3"] max_replicas: i32,
    }
}

wire! {
    /// `autoscaling/v2.CrossVersionObjectReference`.
    ScaleTarget {
        /// Such as `Deployment`.
        [string, tag = "1"] kind: String,
        /// Its name.
        [string, tag = "2"] name: String,
    }
}

wire! {
    /// `autoscaling/v2.HorizontalPodAutoscalerStatus`.
    HorizontalPodAutoscalerStatus {
        /// When it last scaled.
        [message, optional, tag = "2"] last_scale_time: Option<super::Time>,
        /// The current replicas.
        [int32, tag = "3"] current_replicas: i32,
        /// The desired replicas.
        [int32, tag = "4"] desired_replicas: i32,
        /// `AbleToScale`, `ScalingActive` and `ScalingLimited`.
        [message, repeated, tag = "6"] conditions: Vec<WorkloadCondition>,
    }
}

impl HorizontalPodAutoscaler {
    /// The first condition of a type.
    pub fn condition(&self, kind: &str) -> Option<&WorkloadCondition> {
        self.status.conditions.iter().find(|condition| condition.r#type == kind)
    }
}

wire! {
    /// `policy/v1.PodDisruptionBudget`.
    PodDisruptionBudget {
        /// Name and age.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// The desired state.
        [message, required, tag = "2"] spec: PodDisruptionBudgetSpec,
        /// The current state.
        [message, required, tag = "3"] status: PodDisruptionBudgetStatus,
    }
}

wire! {
    /// `policy/v1.PodDisruptionBudgetSpec`.
    PodDisruptionBudgetSpec {
        /// Its pods.
        [message, required, tag = "2"] selector: LabelSelector,
    }
}

wire! {
    /// `metav1.LabelSelector`.
    LabelSelector {
        /// Labels that must have these values.
        [btree_map = "string, string", tag = "1"] match_labels: BTreeMap<String, String>,
        /// The conditions that labels must meet.
        [message, repeated, tag = "2"] match_expressions: Vec<super::Requirement>,
    }
}

wire! {
    /// `policy/v1.PodDisruptionBudgetStatus`.
    PodDisruptionBudgetStatus {
        /// The generation of the numbers; 0 before the controller has seen the object.
        [int64, tag = "1"] observed_generation: i64,
        /// The pods that may be evicted now.
        [int32, tag = "3"] disruptions_allowed: i32,
        /// The pods that are ready.
        [int32, tag = "4"] current_healthy: i32,
        /// The pods that must be ready.
        [int32, tag = "5"] desired_healthy: i32,
        /// All its pods.
        [int32, tag = "6"] expected_pods: i32,
        /// `DisruptionAllowed`.
        [message, repeated, tag = "7"] conditions: Vec<super::Condition>,
    }
}

wire! {
    /// `v1.ResourceQuota`.
    ResourceQuota {
        /// Name and age.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// The current state.
        [message, required, tag = "3"] status: ResourceQuotaStatus,
    }
}

wire! {
    /// `v1.ResourceQuotaStatus`.
    ResourceQuotaStatus {
        /// The limit of each resource.
        [btree_map = "string, message", tag = "1"] hard: BTreeMap<String, Quantity>,
        /// The used part of each resource.
        [btree_map = "string, message", tag = "2"] used: BTreeMap<String, Quantity>,
    }
}

wire! {
    /// `v1.LimitRange`.
    LimitRange {
        /// Name and age.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// The limits.
        [message, required, tag = "2"] spec: LimitRangeSpec,
    }
}

wire! {
    /// `v1.LimitRangeSpec`.
    LimitRangeSpec {
        /// The limits of containers, pods and claims.
        [message, repeated, tag = "1"] limits: Vec<LimitRangeItem>,
    }
}

wire! {
    /// `v1.LimitRangeItem`.
    LimitRangeItem {
        /// `Container`, `Pod` or `PersistentVolumeClaim`.
        [string, tag = "1"] r#type: String,
        /// The maximum of each resource.
        [btree_map = "string, message", tag = "2"] max: BTreeMap<String, Quantity>,
        /// The minimum of each resource.
        [btree_map = "string, message", tag = "3"] min: BTreeMap<String, Quantity>,
        /// The maximum of the limit divided by the request, for each resource.
        [btree_map = "string, message", tag = "6"] max_limit_request_ratio: BTreeMap<String, Quantity>,
    }
}
