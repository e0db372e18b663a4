//! `v1.Pod`.

use super::{Condition, Container, ObjectMeta, Quantity, Resources, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

wire! {
    /// `v1.Pod`.
    Pod {
        /// Name, owner, ages.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// The desired state.
        [message, required, tag = "2"] spec: PodSpec,
        /// The current state.
        [message, required, tag = "3"] status: PodStatus,
    }
}

impl Pod {
    /// Whether it has succeeded or failed.
    pub fn has_ended(&self) -> bool {
        matches!(self.status.phase.as_str(), "Succeeded" | "Failed")
    }

    /// Its containers, then its sidecars, but not its other init containers.
    pub fn lasting(&self) -> impl Iterator<Item = &ContainerStatus> {
        let is_sidecar = |status: &&ContainerStatus| {
            self.spec.init_containers.iter().any(|spec| spec.name == status.name && spec.is_sidecar())
        };
        let sidecars = self.status.init_container_statuses.iter().filter(is_sidecar);
        self.status.container_statuses.iter().chain(sidecars)
    }
}

wire! {
    /// `v1.PodSpec`.
    PodSpec {
        /// Its volumes.
        [message, repeated, tag = "1"] volumes: Vec<Volume>,
        /// Its containers.
        [message, repeated, tag = "2"] containers: Vec<Container>,
        /// `Always`, `OnFailure` or `Never`.
        [string, tag = "3"] restart_policy: String,
        /// The seconds that its containers get to end.
        [int64, optional, tag = "4"] termination_grace_period_seconds: Option<i64>,
        /// The labels that its node must have.
        [btree_map = "string, string", tag = "7"] node_selector: BTreeMap<String, String>,
        /// Empty until the pod is scheduled.
        [string, tag = "10"] node_name: String,
        /// The user and the group of its files.
        [message, optional, tag = "14"] security_context: Option<PodSecurityContext>,
        /// Rules for its node.
        [message, optional, tag = "18"] affinity: Option<Affinity>,
        /// The scheduler that must assign its node.
        [string, tag = "19"] scheduler_name: String,
        /// Containers that run before the others, and native sidecars.
        [message, repeated, tag = "20"] init_containers: Vec<Container>,
        /// The taints that it tolerates.
        [message, repeated, tag = "22"] tolerations: Vec<Toleration>,
        /// The resources of the runtime itself.
        [btree_map = "string, message", tag = "32"] overhead: BTreeMap<String, Quantity>,
        /// How its pods are spread over the nodes.
        [message, repeated, tag = "33"] topology_spread_constraints: Vec<SpreadConstraint>,
        /// The conditions that must be true before it is ready.
        [message, repeated, tag = "28"] readiness_gates: Vec<ReadinessGate>,
        /// The gates that delay its scheduling.
        [message, repeated, tag = "38"] scheduling_gates: Vec<SchedulingGate>,
        /// Requests and limits of the pod as a whole, if they are set.
        [message, optional, tag = "40"] resources: Option<Resources>,
    }
}

wire! {
    /// The part of `v1.PodSecurityContext` about files.
    PodSecurityContext {
        /// The user; unset for that of the image.
        [int64, optional, tag = "2"] run_as_user: Option<i64>,
        /// Whether the user must not be root.
        [bool, optional, tag = "3"] run_as_non_root: Option<bool>,
        /// The group of the files of its volumes.
        [int64, optional, tag = "5"] fs_group: Option<i64>,
    }
}

/// `v1.Volume`. In JSON, its source is a part of the volume itself.
#[derive(Clone, PartialEq, prost::Message, Serialize, Deserialize)]
#[serde(from = "FlatVolume", into = "FlatVolume")]
pub struct Volume {
    /// Unique in the pod.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Its source.
    #[prost(message, required, tag = "2")]
    pub source: VolumeSource,
}

wire! {
    /// `v1.VolumeSource`.
    VolumeSource {
        /// A claim of the same namespace.
        [message, optional, tag = "10"] persistent_volume_claim: Option<ClaimSource>,
        /// A volume that a driver makes for the pod.
        [message, optional, tag = "28"] csi: Option<CsiSource>,
    }
}

wire! {
    /// `v1.PersistentVolumeClaimVolumeSource`.
    ClaimSource {
        /// The claim.
        [string, tag = "1"] claim_name: String,
    }
}

wire! {
    /// `v1.CSIVolumeSource`.
    CsiSource {
        /// Settings for the driver. Only the name of a `SecretProviderClass` is kept.
        [btree_map = "string, string", tag = "4"] volume_attributes: BTreeMap<String, String>,
    }
}

impl CsiSource {
    /// The attribute with the name of a `SecretProviderClass`, by the documentation of the Secrets Store CSI driver.
    const PROVIDER_CLASS: &str = "secretProviderClass";

    /// Removes all attributes but the name of a `SecretProviderClass`: others may contain a credential.
    pub(super) fn keep_only_class(&mut self) {
        self.volume_attributes.retain(|key, _| key == Self::PROVIDER_CLASS);
    }

    /// The `SecretProviderClass` in the namespace of the pod.
    pub fn provider_class(&self) -> Option<&str> {
        self.volume_attributes.get(Self::PROVIDER_CLASS).map(String::as_str)
    }
}

wire! {
    /// A [`Volume`] in JSON.
    FlatVolume {
        /// Unique in the pod.
        [string, tag = "1"] name: String,
        /// A claim of the same namespace.
        [message, optional, tag = "2"] persistent_volume_claim: Option<ClaimSource>,
        /// A volume that a driver makes for the pod.
        [message, optional, tag = "3"] csi: Option<CsiSource>,
    }
}

impl From<FlatVolume> for Volume {
    fn from(FlatVolume { name, persistent_volume_claim, csi }: FlatVolume) -> Self {
        Self { name, source: VolumeSource { persistent_volume_claim, csi } }
    }
}

impl From<Volume> for FlatVolume {
    fn from(volume: Volume) -> Self {
        let VolumeSource { persistent_volume_claim, csi } = volume.source;
        Self { name: volume.name, persistent_volume_claim, csi }
    }
}

wire! {
    /// The part of `v1.Affinity` about nodes.
    Affinity {
        /// Rules for the labels of the node.
        [message, optional, tag = "1"] node_affinity: Option<NodeAffinity>,
    }
}

wire! {
    /// The required part of `v1.NodeAffinity`.
    NodeAffinity {
        /// One of its terms must match.
        [message, optional, tag = "1"]
        required_during_scheduling_ignored_during_execution: Option<NodeSelector>,
    }
}

wire! {
    /// `v1.NodeSelector`.
    NodeSelector {
        /// One of these must match.
        [message, repeated, tag = "1"] node_selector_terms: Vec<NodeSelectorTerm>,
    }
}

wire! {
    /// `v1.NodeSelectorTerm`.
    NodeSelectorTerm {
        /// All of these must match the labels.
        [message, repeated, tag = "1"] match_expressions: Vec<Requirement>,
        /// All of these must match the fields.
        [message, repeated, tag = "2"] match_fields: Vec<Requirement>,
    }
}

wire! {
    /// `v1.NodeSelectorRequirement`.
    Requirement {
        /// The label.
        [string, tag = "1"] key: String,
        /// `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt` or `Lt`.
        [string, tag = "2"] operator: String,
        /// The values that it is compared with.
        [string, repeated, tag = "3"] values: Vec<String>,
    }
}

wire! {
    /// `v1.Toleration`.
    Toleration {
        /// The taint; empty for all of them.
        [string, tag = "1"] key: String,
        /// `Equal`, which is the default, or `Exists`.
        [string, tag = "2"] operator: String,
        /// The value that the taint must have.
        [string, tag = "3"] value: String,
        /// Empty for every effect.
        [string, tag = "4"] effect: String,
    }
}

wire! {
    /// `v1.TopologySpreadConstraint`.
    SpreadConstraint {
        /// The label of a node that names its domain.
        [string, tag = "2"] topology_key: String,
        /// `DoNotSchedule` or `ScheduleAnyway`.
        [string, tag = "3"] when_unsatisfiable: String,
    }
}

wire! {
    /// `v1.PodReadinessGate`.
    ReadinessGate {
        /// The type of the condition.
        [string, tag = "1"] condition_type: String,
    }
}

wire! {
    /// `v1.PodSchedulingGate`.
    SchedulingGate {
        /// Its name.
        [string, tag = "1"] name: String,
    }
}

impl PodSpec {
    /// Forgets every word of commands, arguments and environment that neither sets a memory limit nor names a host.
    pub(super) fn keep_only_memory_and_hosts(&mut self) {
        let containers = self.containers.iter_mut().chain(&mut self.init_containers);
        containers.for_each(Container::keep_only_memory_and_hosts);
    }
}

wire! {
    /// `v1.PodStatus`.
    PodStatus {
        /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
        [string, tag = "1"] phase: String,
        /// `PodScheduled`, `Initialized`, `ContainersReady`, `Ready` and others.
        [message, repeated, tag = "2"] conditions: Vec<Condition>,
        /// Why the pod is in this state.
        [string, tag = "3"] message: String,
        /// Such as `Evicted` or `NodeLost`.
        [string, tag = "4"] reason: String,
        /// Its address.
        #[serde(rename = "podIP")]
        [string, tag = "6"] pod_ip: String,
        /// The status of each container that the kubelet knows.
        [message, repeated, tag = "8"] container_statuses: Vec<ContainerStatus>,
        /// The status of each init container that the kubelet knows.
        [message, repeated, tag = "10"] init_container_statuses: Vec<ContainerStatus>,
    }
}

impl PodStatus {
    /// The first condition of a type, as in kubectl.
    pub fn condition(&self, kind: &str) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.r#type == kind)
    }

    /// The bytes of all its texts that users and programs may choose.
    pub(crate) fn text_length(&self) -> usize {
        let states = self.container_statuses.iter().chain(&self.init_container_statuses);
        let states = states.flat_map(|status| [&status.state, &status.last_state]);
        let waiting = states.clone().filter_map(|state| Some(state.waiting.as_ref()?.message.len()));
        let ended = states.filter_map(|state| Some(state.terminated.as_ref()?.message.len()));
        let conditions = self.conditions.iter().map(|condition| condition.message.len());
        waiting.chain(ended).chain(conditions).sum::<usize>() + self.message.len()
    }
}

wire! {
    /// `v1.ContainerStatus`.
    ContainerStatus {
        /// The container.
        [string, tag = "1"] name: String,
        /// The current state.
        [message, required, tag = "2"] state: ContainerState,
        /// The state before the last restart.
        [message, required, tag = "3"] last_state: ContainerState,
        /// Whether the readiness probe passes.
        [bool, tag = "4"] ready: bool,
        /// The count of the kubelet, which may restart at zero.
        [int32, tag = "5"] restart_count: i32,
        /// The ID of the image that was pulled.
        #[serde(rename = "imageID")]
        [string, tag = "7"] image_id: String,
        /// Whether the startup probe has passed; unset in old kubelets.
        [bool, optional, tag = "9"] started: Option<bool>,
    }
}

impl ContainerStatus {
    /// Whether the container was OOM-killed, now or before its last restart.
    pub fn was_oom_killed(&self) -> bool {
        let ends = [&self.state.terminated, &self.last_state.terminated];
        ends.into_iter().flatten().any(|end| end.is_for_memory())
    }
}

wire! {
    /// `v1.ContainerState`: one of three, or none.
    ContainerState {
        /// Set while it waits.
        [message, optional, tag = "1"] waiting: Option<Waiting>,
        /// Set while it runs.
        [message, optional, tag = "2"] running: Option<Running>,
        /// Set when it has ended.
        [message, optional, boxed, tag = "3"] terminated: Option<Box<Terminated>>,
    }
}

wire! {
    /// `v1.ContainerStateWaiting`.
    Waiting {
        /// Such as `CrashLoopBackOff`.
        [string, tag = "1"] reason: String,
        /// The message.
        [string, tag = "2"] message: String,
    }
}

wire! {
    /// `v1.ContainerStateRunning`.
    Running {
        /// When it started.
        [message, optional, tag = "1"] started_at: Option<Time>,
    }
}

wire! {
    /// `v1.ContainerStateTerminated`.
    Terminated {
        /// The exit code; 128 plus the signal if a signal ended it.
        [int32, tag = "1"] exit_code: i32,
        /// The signal, if the runtime states it.
        [int32, tag = "2"] signal: i32,
        /// Such as `Error`, `Completed` or `OOMKilled`.
        [string, tag = "3"] reason: String,
        /// The message of the container or the runtime.
        [string, tag = "4"] message: String,
        /// When it started.
        [message, optional, tag = "5"] started_at: Option<Time>,
        /// When it ended.
        [message, optional, tag = "6"] finished_at: Option<Time>,
    }
}

impl Terminated {
    /// Whether it was OOM-killed, by the kubelet's reason.
    pub fn is_for_memory(&self) -> bool {
        self.reason == "OOMKilled"
    }

    /// When it started, if known.
    pub fn started(&self) -> Option<Time> {
        self.started_at.and_then(Time::known)
    }

    /// When it ended, if known.
    pub fn finished(&self) -> Option<Time> {
        self.finished_at.and_then(Time::known)
    }

    /// The seconds that it ran, if known.
    pub fn ran(&self) -> Option<i64> {
        Some(self.finished()?.seconds_since(self.started()?))
    }
}
