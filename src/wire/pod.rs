//! `v1.Pod`.

use super::{Condition, ObjectMeta, Quantity, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

wire! {
    /// `v1.Pod`.
    Pod {
        /// Name, owner, ages.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// What was asked for.
        [message, required, tag = "2"] spec: PodSpec,
        /// What there is.
        [message, required, tag = "3"] status: PodStatus,
    }
}

wire! {
    /// `v1.PodSpec`.
    PodSpec {
        /// The containers that make the pod's work.
        [message, repeated, tag = "2"] containers: Vec<Container>,
        /// `Always`, `OnFailure` or `Never`.
        [string, tag = "3"] restart_policy: String,
        /// Empty until the pod is scheduled.
        [string, tag = "10"] node_name: String,
        /// Containers that run before the others, and native sidecars.
        [message, repeated, tag = "20"] init_containers: Vec<Container>,
        /// What the runtime itself takes.
        [btree_map = "string, message", tag = "32"] overhead: BTreeMap<String, Quantity>,
        /// Requests and limits of the pod as a whole, where they are set.
        [message, optional, tag = "40"] resources: Option<Resources>,
    }
}

wire! {
    /// `v1.Container`.
    Container {
        /// Unique in the pod.
        [string, tag = "1"] name: String,
        /// As written in the spec.
        [string, tag = "2"] image: String,
        /// Requests and limits.
        [message, required, tag = "8"] resources: Resources,
        /// `Always` on an init container makes it a native sidecar.
        [string, tag = "24"] restart_policy: String,
    }
}

/// `v1.ResourceRequirements`. There is one for each container of each pod, so its maps are short lists here.
#[derive(Clone, PartialEq, prost::Message, Serialize, Deserialize)]
#[serde(default)]
pub struct Resources {
    /// What the container may use at most.
    #[prost(message, repeated, tag = "1")]
    #[serde(with = "as_map", skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Resource>,
    /// What is set aside for it.
    #[prost(message, repeated, tag = "2")]
    #[serde(with = "as_map", skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<Resource>,
}

/// An entry of a `v1.ResourceList`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Resource {
    /// Such as `memory`.
    #[prost(string, tag = "1")]
    pub name: String,
    /// How much of it.
    #[prost(message, required, tag = "2")]
    pub quantity: Quantity,
}

/// A resource list is a map in JSON.
mod as_map {
    use super::{BTreeMap, Quantity, Resource};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(list: &[Resource], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(list.iter().map(|resource| (&resource.name, &resource.quantity)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Resource>, D::Error> {
        let map = Option::<BTreeMap<String, Quantity>>::deserialize(deserializer)?.unwrap_or_default();
        Ok(map.into_iter().map(|(name, quantity)| Resource { name, quantity }).collect())
    }
}

wire! {
    /// `v1.PodStatus`.
    PodStatus {
        /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
        [string, tag = "1"] phase: String,
        /// `PodScheduled`, `Initialized`, `ContainersReady`, `Ready` and others.
        [message, repeated, tag = "2"] conditions: Vec<Condition>,
        /// Why the pod is in this state, for people.
        [string, tag = "3"] message: String,
        /// Such as `Evicted` or `NodeLost`.
        [string, tag = "4"] reason: String,
        /// One for each of `spec.containers` the kubelet knows.
        [message, repeated, tag = "8"] container_statuses: Vec<ContainerStatus>,
        /// One for each of `spec.initContainers` the kubelet knows.
        [message, repeated, tag = "10"] init_container_statuses: Vec<ContainerStatus>,
    }
}

impl PodStatus {
    /// The first condition of a type, as kubectl reads them.
    pub fn condition(&self, kind: &str) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.r#type == kind)
    }
}

wire! {
    /// `v1.ContainerStatus`.
    ContainerStatus {
        /// The container it is about.
        [string, tag = "1"] name: String,
        /// Now.
        [message, required, tag = "2"] state: ContainerState,
        /// Before the last restart.
        [message, required, tag = "3"] last_state: ContainerState,
        /// Whether the readiness probe passes.
        [bool, tag = "4"] ready: bool,
        /// As the kubelet counts; may start over when it forgets.
        [int32, tag = "5"] restart_count: i32,
        /// Whether the startup probe has passed; unset in old kubelets.
        [bool, optional, tag = "9"] started: Option<bool>,
    }
}

wire! {
    /// `v1.ContainerState`: one of three, or none.
    ContainerState {
        /// Not running yet, or again.
        [message, optional, tag = "1"] waiting: Option<Waiting>,
        /// Running.
        [message, optional, tag = "2"] running: Option<Running>,
        /// Ended.
        [message, optional, tag = "3"] terminated: Option<Terminated>,
    }
}

wire! {
    /// `v1.ContainerStateWaiting`.
    Waiting {
        /// Such as `CrashLoopBackOff`.
        [string, tag = "1"] reason: String,
        /// A sentence for people.
        [string, tag = "2"] message: String,
    }
}

wire! {
    /// `v1.ContainerStateRunning`.
    Running {
    }
}

wire! {
    /// `v1.ContainerStateTerminated`.
    Terminated {
        /// The exit code; 128 plus the signal when a signal ended it.
        [int32, tag = "1"] exit_code: i32,
        /// The signal, where the runtime says.
        [int32, tag = "2"] signal: i32,
        /// Such as `Error`, `Completed` or `OOMKilled`.
        [string, tag = "3"] reason: String,
        /// What the container or the runtime left to say.
        [string, tag = "4"] message: String,
        /// When it ended.
        [message, optional, tag = "6"] finished_at: Option<Time>,
    }
}

impl Terminated {
    /// When it ended, if that was written down.
    pub fn finished(&self) -> Option<Time> {
        self.finished_at.and_then(Time::known)
    }
}
