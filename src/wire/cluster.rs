//! `v1.Namespace`, `v1.Node`, `v1.Event`.

use super::{Condition, LabelledMeta, ObjectMeta, Quantity, Time};
use std::collections::BTreeMap;

wire! {
    /// `v1.Namespace`.
    Namespace {
        /// Name, age and deletion.
        [message, required, tag = "1"] metadata: LabelledMeta,
        /// The current state.
        [message, required, tag = "3"] status: NamespaceStatus,
    }
}

wire! {
    /// `v1.NamespaceStatus`.
    NamespaceStatus {
        /// `Active` or `Terminating`.
        [string, tag = "1"] phase: String,
        /// What blocks its deletion.
        [message, repeated, tag = "2"] conditions: Vec<Condition>,
    }
}

wire! {
    /// `v1.Node`.
    Node {
        /// Its name, age and labels.
        [message, required, tag = "1"] metadata: LabelledMeta,
        /// The desired state.
        [message, required, tag = "2"] spec: NodeSpec,
        /// The current state.
        [message, required, tag = "3"] status: NodeStatus,
    }
}

wire! {
    /// `v1.NodeSpec`.
    NodeSpec {
        /// Whether it is cordoned.
        [bool, tag = "4"] unschedulable: bool,
        /// The taints that keep pods away.
        [message, repeated, tag = "5"] taints: Vec<Taint>,
    }
}

wire! {
    /// `v1.Taint`.
    Taint {
        /// Such as `node.kubernetes.io/unreachable`.
        [string, tag = "1"] key: String,
        /// Often empty.
        [string, tag = "2"] value: String,
        /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
        [string, tag = "3"] effect: String,
        /// When it was set, if known.
        [message, optional, tag = "4"] time_added: Option<Time>,
    }
}

wire! {
    /// `v1.NodeStatus`.
    NodeStatus {
        /// What its pods may use.
        [btree_map = "string, message", tag = "2"] allocatable: BTreeMap<String, Quantity>,
        /// `Ready`, the pressures, and those of other controllers.
        [message, repeated, tag = "4"] conditions: Vec<NodeCondition>,
        /// Its versions.
        [message, required, tag = "7"] node_info: NodeInfo,
    }
}

wire! {
    /// `v1.NodeSystemInfo`.
    NodeInfo {
        /// Such as `6.8.0-87-generic`, or `10.0.17763.6414` on Windows.
        [string, tag = "4"] kernel_version: String,
        /// Such as `v1.36.3`.
        [string, tag = "7"] kubelet_version: String,
        /// `linux` or `windows`.
        [string, tag = "9"] operating_system: String,
        /// Such as `amd64`.
        [string, tag = "10"] architecture: String,
    }
}

wire! {
    /// `v1.NodeCondition`.
    NodeCondition {
        /// Such as `Ready` or `MemoryPressure`.
        [string, tag = "1"] r#type: String,
        /// `True`, `False` or `Unknown`.
        [string, tag = "2"] status: String,
        /// When the status last changed.
        [message, optional, tag = "4"] last_transition_time: Option<Time>,
        /// The reason in one word.
        [string, tag = "5"] reason: String,
        /// The message.
        [string, tag = "6"] message: String,
    }
}

impl NodeCondition {
    /// When the status last changed, if known.
    pub fn since(&self) -> Option<Time> {
        self.last_transition_time.and_then(Time::known)
    }
}

wire! {
    /// `v1.Event`.
    Event {
        /// Its namespace and age.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// The object it is about.
        [message, required, tag = "2"] involved_object: ObjectReference,
        /// The reason in one word.
        [string, tag = "3"] reason: String,
        /// The message.
        [string, tag = "4"] message: String,
        /// First seen, in events of the old API.
        [message, optional, tag = "6"] first_timestamp: Option<Time>,
        /// Last seen, in events of the old API.
        [message, optional, tag = "7"] last_timestamp: Option<Time>,
        /// The number of repetitions, in events of the old API.
        [int32, tag = "8"] count: i32,
        /// `Normal` or `Warning`.
        [string, tag = "9"] r#type: String,
        /// First seen, in events of the new API.
        [message, optional, tag = "10"] event_time: Option<Time>,
        /// Repetitions, in events of the new API.
        [message, optional, tag = "11"] series: Option<EventSeries>,
    }
}

wire! {
    /// `v1.EventSeries`.
    EventSeries {
        /// The number.
        [int32, tag = "1"] count: i32,
        /// Last seen.
        [message, optional, tag = "2"] last_observed_time: Option<Time>,
    }
}

wire! {
    /// `v1.ObjectReference`.
    ObjectReference {
        /// Such as `Pod`.
        [string, tag = "1"] kind: String,
        /// Empty for objects of the cluster.
        [string, tag = "2"] namespace: String,
        /// Its name.
        [string, tag = "3"] name: String,
        /// Its uid.
        [string, tag = "4"] uid: String,
        /// The part of the object, such as `spec.containers{app}`.
        [string, tag = "7"] field_path: String,
    }
}
