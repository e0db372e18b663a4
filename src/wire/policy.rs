//! What limits and scales workloads: budgets, autoscalers, quotas.

use super::{ObjectMeta, Quantity, WorkloadCondition};
use std::collections::BTreeMap;

wire! {
    /// `autoscaling/v2.HorizontalPodAutoscaler`.
    HorizontalPodAutoscaler {
        /// Name and age.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// What was asked for.
        [message, required, tag = "2"] spec: HorizontalPodAutoscalerSpec,
        /// What there is.
        [message, required, tag = "3"] status: HorizontalPodAutoscalerStatus,
    }
}

wire! {
    /// `autoscaling/v2.HorizontalPodAutoscalerSpec`.
    HorizontalPodAutoscalerSpec {
        /// What is scaled.
        [message, required, tag = "1"] scale_target_ref: ScaleTarget,
        /// At least so many; the server's default is 1.
        [int32, optional, tag = "2"] min_replicas: Option<i32>,
        /// At most so many.
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
        /// When it last changed the number.
        [message, optional, tag = "2"] last_scale_time: Option<super::Time>,
        /// So many there are.
        [int32, tag = "3"] current_replicas: i32,
        /// So many it wants.
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
        /// What was asked for.
        [message, required, tag = "2"] spec: PodDisruptionBudgetSpec,
        /// What there is.
        [message, required, tag = "3"] status: PodDisruptionBudgetStatus,
    }
}

wire! {
    /// `policy/v1.PodDisruptionBudgetSpec`.
    PodDisruptionBudgetSpec {
        /// The pods it is about.
        [message, required, tag = "2"] selector: LabelSelector,
    }
}

wire! {
    /// `metav1.LabelSelector`: its plain part.
    LabelSelector {
        /// Labels that must have these values.
        [btree_map = "string, string", tag = "1"] match_labels: BTreeMap<String, String>,
    }
}

wire! {
    /// `policy/v1.PodDisruptionBudgetStatus`.
    PodDisruptionBudgetStatus {
        /// The generation the numbers are of; 0 before the controller has looked.
        [int64, tag = "1"] observed_generation: i64,
        /// So many pods may be evicted now.
        [int32, tag = "3"] disruptions_allowed: i32,
        /// So many of its pods are ready.
        [int32, tag = "4"] current_healthy: i32,
        /// So many must be.
        [int32, tag = "5"] desired_healthy: i32,
        /// So many pods it is about.
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
        /// What there is.
        [message, required, tag = "3"] status: ResourceQuotaStatus,
    }
}

wire! {
    /// `v1.ResourceQuotaStatus`.
    ResourceQuotaStatus {
        /// At most so much of each resource.
        [btree_map = "string, message", tag = "1"] hard: BTreeMap<String, Quantity>,
        /// So much is used.
        [btree_map = "string, message", tag = "2"] used: BTreeMap<String, Quantity>,
    }
}
