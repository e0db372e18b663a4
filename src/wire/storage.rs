//! Claims, volumes, their attachments, storage classes, and the names and certificates of secrets.

use super::{
    Condition, LabelSelector, LabelledMeta, NodeSelector, ObjectMeta, ObjectReference, Public, Quantity,
    Resources, Time,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

wire! {
    /// `v1.PersistentVolumeClaim`.
    PersistentVolumeClaim {
        /// Name, age, and the annotation with its node.
        [message, required, tag = "1"] metadata: LabelledMeta,
        /// The desired state.
        [message, required, tag = "2"] spec: PersistentVolumeClaimSpec,
        /// The current state.
        [message, required, tag = "3"] status: PersistentVolumeClaimStatus,
    }
}

impl PersistentVolumeClaim {
    /// Whether its volume has another size than requested.
    pub fn is_resized(&self) -> bool {
        let requested = self.spec.resources.requests.iter().find(|resource| resource.name == "storage");
        let has = self.status.capacity.get("storage");
        requested.zip(has).is_some_and(|(requested, has)| requested.quantity != *has)
    }
}

wire! {
    /// `v1.PersistentVolumeClaimSpec`.
    PersistentVolumeClaimSpec {
        /// How nodes and pods may share it.
        [string, repeated, tag = "1"] access_modes: Vec<String>,
        /// Its size.
        [message, required, tag = "2"] resources: Resources,
        /// The volume that it is bound to, or requests.
        [string, tag = "3"] volume_name: String,
        /// The labels of the volumes that it accepts.
        [message, optional, tag = "4"] selector: Option<LabelSelector>,
        /// Unset for the default class; empty for none.
        [string, optional, tag = "5"] storage_class_name: Option<String>,
        /// `Filesystem`, which is the default, or `Block`.
        [string, tag = "6"] volume_mode: String,
    }
}

wire! {
    /// `v1.PersistentVolumeClaimStatus`.
    PersistentVolumeClaimStatus {
        /// `Pending`, `Bound` or `Lost`.
        [string, tag = "1"] phase: String,
        /// The size of its volume.
        [btree_map = "string, message", tag = "3"] capacity: BTreeMap<String, Quantity>,
        /// `Resizing`, `FileSystemResizePending` and others.
        [message, repeated, tag = "4"] conditions: Vec<Condition>,
        /// The state of a resize by resource, such as `NodeResizePending`.
        [btree_map = "string, string", tag = "7"] allocated_resource_statuses: BTreeMap<String, String>,
    }
}

wire! {
    /// `v1.PersistentVolume`.
    PersistentVolume {
        /// Name, age, and the labels that claims select by.
        [message, required, tag = "1"] metadata: LabelledMeta,
        /// The desired state.
        [message, required, tag = "2"] spec: PersistentVolumeSpec,
        /// The current state.
        [message, required, tag = "3"] status: PersistentVolumeStatus,
    }
}

wire! {
    /// `v1.PersistentVolumeSpec`.
    PersistentVolumeSpec {
        /// Its size.
        [btree_map = "string, message", tag = "1"] capacity: BTreeMap<String, Quantity>,
        /// How nodes and pods may share it.
        [string, repeated, tag = "3"] access_modes: Vec<String>,
        /// The claim that it is or was bound to.
        [message, optional, tag = "4"] claim_ref: Option<ObjectReference>,
        /// `Retain`, `Delete` or `Recycle`.
        [string, tag = "5"] persistent_volume_reclaim_policy: String,
        /// Its class.
        [string, tag = "6"] storage_class_name: String,
        /// `Filesystem`, which is the default, or `Block`.
        [string, tag = "8"] volume_mode: String,
        /// The nodes that can use it.
        [message, optional, tag = "9"] node_affinity: Option<VolumeNodeAffinity>,
    }
}

wire! {
    /// `v1.VolumeNodeAffinity`.
    VolumeNodeAffinity {
        /// One of its terms must match.
        [message, optional, tag = "1"] required: Option<NodeSelector>,
    }
}

wire! {
    /// `v1.PersistentVolumeStatus`.
    PersistentVolumeStatus {
        /// `Pending`, `Available`, `Bound`, `Released` or `Failed`.
        [string, tag = "1"] phase: String,
        /// The message.
        [string, tag = "2"] message: String,
        /// The reason in one word.
        [string, tag = "3"] reason: String,
        /// When the phase last changed.
        [message, optional, tag = "4"] last_phase_transition_time: Option<Time>,
    }
}

wire! {
    /// `storage.k8s.io/v1.StorageClass`.
    StorageClass {
        /// Name, and the annotation that makes it the default.
        [message, required, tag = "1"] metadata: LabelledMeta,
        /// The provisioner of its volumes.
        [string, tag = "2"] provisioner: String,
        /// `Immediate` or `WaitForFirstConsumer`.
        [string, tag = "7"] volume_binding_mode: String,
    }
}

wire! {
    /// `storage.k8s.io/v1.VolumeAttachment`.
    VolumeAttachment {
        /// Name and age.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// The volume and its node.
        [message, required, tag = "2"] spec: VolumeAttachmentSpec,
        /// The current state.
        [message, required, tag = "3"] status: VolumeAttachmentStatus,
    }
}

wire! {
    /// `storage.k8s.io/v1.VolumeAttachmentSpec`.
    VolumeAttachmentSpec {
        /// The volume.
        [message, required, tag = "2"] source: VolumeAttachmentSource,
        /// The node.
        [string, tag = "3"] node_name: String,
    }
}

wire! {
    /// `storage.k8s.io/v1.VolumeAttachmentSource`.
    VolumeAttachmentSource {
        /// The PersistentVolume; absent for an inline volume.
        [string, optional, tag = "1"] persistent_volume_name: Option<String>,
    }
}

wire! {
    /// `storage.k8s.io/v1.VolumeAttachmentStatus`.
    VolumeAttachmentStatus {
        /// Whether the volume is attached.
        [bool, tag = "1"] attached: bool,
        /// Why it could not be detached.
        [message, optional, tag = "4"] detach_error: Option<VolumeError>,
    }
}

wire! {
    /// `storage.k8s.io/v1.VolumeError`.
    VolumeError {
        /// The message of the driver.
        [string, tag = "2"] message: String,
    }
}

/// The name of a `v1.Secret`, and the certificates of one of type `kubernetes.io/tls`. Nothing else of it is kept.
#[derive(Clone, PartialEq, prost::Message, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Secret {
    /// Its name.
    #[prost(message, required, tag = "1")]
    pub metadata: ObjectMeta,
    /// Its certificates, if they were requested.
    #[prost(oneof = "super::Public", tags = "2")]
    #[serde(deserialize_with = "super::public::read", skip_serializing_if = "Option::is_none")]
    pub data: Option<Public>,
    /// Such as `kubernetes.io/tls`; empty if only its name was requested.
    #[prost(string, tag = "3")]
    #[serde(deserialize_with = "super::shape::nullable", skip_serializing_if = "String::is_empty")]
    pub r#type: String,
}

impl Secret {
    /// The type of Secrets with certificates.
    pub const TLS: &'static str = "kubernetes.io/tls";
}
