//! Claims, volumes, classes; and secrets, of which only the names are read.

use super::{LabelledMeta, ObjectMeta, ObjectReference, Time};

wire! {
    /// `v1.PersistentVolumeClaim`.
    PersistentVolumeClaim {
        /// Name, age, and the node that was chosen for it.
        [message, required, tag = "1"] metadata: LabelledMeta,
        /// What was asked for.
        [message, required, tag = "2"] spec: PersistentVolumeClaimSpec,
        /// What there is.
        [message, required, tag = "3"] status: PersistentVolumeClaimStatus,
    }
}

wire! {
    /// `v1.PersistentVolumeClaimSpec`.
    PersistentVolumeClaimSpec {
        /// The volume it is bound to, or asks for.
        [string, tag = "3"] volume_name: String,
        /// Unset for the default class; empty for none.
        [string, optional, tag = "5"] storage_class_name: Option<String>,
    }
}

wire! {
    /// `v1.PersistentVolumeClaimStatus`.
    PersistentVolumeClaimStatus {
        /// `Pending`, `Bound` or `Lost`.
        [string, tag = "1"] phase: String,
    }
}

wire! {
    /// `v1.PersistentVolume`.
    PersistentVolume {
        /// Name and age.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// What was asked for.
        [message, required, tag = "2"] spec: PersistentVolumeSpec,
        /// What there is.
        [message, required, tag = "3"] status: PersistentVolumeStatus,
    }
}

wire! {
    /// `v1.PersistentVolumeSpec`.
    PersistentVolumeSpec {
        /// The claim it is, or was, bound to.
        [message, optional, tag = "4"] claim_ref: Option<ObjectReference>,
        /// `Retain`, `Delete` or `Recycle`.
        [string, tag = "5"] persistent_volume_reclaim_policy: String,
        /// Its class.
        [string, tag = "6"] storage_class_name: String,
    }
}

wire! {
    /// `v1.PersistentVolumeStatus`.
    PersistentVolumeStatus {
        /// `Pending`, `Available`, `Bound`, `Released` or `Failed`.
        [string, tag = "1"] phase: String,
        /// A sentence for people.
        [string, tag = "2"] message: String,
        /// One word for machines.
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
        /// Who makes its volumes.
        [string, tag = "2"] provisioner: String,
        /// `Immediate` or `WaitForFirstConsumer`.
        [string, tag = "7"] volume_binding_mode: String,
    }
}

wire! {
    /// `v1.Secret`: that it exists. Its data is not asked for, and not read from files.
    Secret {
        /// Its name.
        [message, required, tag = "1"] metadata: ObjectMeta,
    }
}
