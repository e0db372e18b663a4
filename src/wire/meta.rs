//! The parts that many objects have: metadata, owners, conditions, quantities.

use super::Time;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

wire! {
    /// `metav1.ListMeta`.
    ListMeta {
        /// The moment of the list; a watch goes on from it.
        [string, tag = "2"] resource_version: String,
        /// The token of the next page; empty on the last one.
        [string, tag = "3"] r#continue: String,
        /// The number of objects after this page; unknown with selectors, and on the last page.
        [int64, optional, tag = "4"] remaining_item_count: Option<i64>,
    }
}

wire! {
    /// `metav1.ObjectMeta`.
    ObjectMeta {
        /// Unique among the objects of a kind in a namespace.
        [string, tag = "1"] name: String,
        /// Empty for objects of the cluster.
        [string, tag = "3"] namespace: String,
        /// Unique among all objects that ever existed.
        [string, tag = "5"] uid: String,
        /// When the API server accepted the object.
        [message, optional, tag = "8"] creation_timestamp: Option<Time>,
        /// When the object is deleted: the time of the request plus its grace period.
        [message, optional, tag = "9"] deletion_timestamp: Option<Time>,
        /// The objects that it depends on, with its controller.
        [message, repeated, tag = "13"] owner_references: Vec<OwnerReference>,
        /// What must happen before the object is deleted.
        [string, repeated, tag = "14"] finalizers: Vec<String>,
    }
}

wire! {
    /// `metav1.ObjectMeta` of Jobs.
    JobMeta with annotations {
        /// Unique among the objects of a kind in a namespace.
        [string, tag = "1"] name: String,
        /// Empty for objects of the cluster.
        [string, tag = "3"] namespace: String,
        /// Unique among all objects that ever existed.
        [string, tag = "5"] uid: String,
        /// When the API server accepted the object.
        [message, optional, tag = "8"] creation_timestamp: Option<Time>,
        /// When the object is deleted: the time of the request plus its grace period.
        [message, optional, tag = "9"] deletion_timestamp: Option<Time>,
        /// The labels, which may name a queue.
        [btree_map = "string, string", tag = "11"] labels: BTreeMap<String, String>,
        /// The objects that it depends on, with its controller.
        [message, repeated, tag = "13"] owner_references: Vec<OwnerReference>,
    }
}

impl JobMeta {
    /// The owner that manages this object.
    pub fn controller(&self) -> Option<&OwnerReference> {
        self.owner_references.iter().find(|owner| owner.controller)
    }

    /// When it was created, if known.
    pub fn created(&self) -> Option<Time> {
        self.creation_timestamp.and_then(Time::known)
    }

    /// Its deletion time, if it is being deleted.
    pub fn deleted(&self) -> Option<Time> {
        self.deletion_timestamp.and_then(Time::known)
    }
}

wire! {
    /// `metav1.ObjectMeta` of kinds for which checks read labels or annotations.
    LabelledMeta with annotations {
        /// Unique among the objects of a kind in a namespace.
        [string, tag = "1"] name: String,
        /// Empty for objects of the cluster.
        [string, tag = "3"] namespace: String,
        /// Unique among all objects that ever existed.
        [string, tag = "5"] uid: String,
        /// When the API server accepted the object.
        [message, optional, tag = "8"] creation_timestamp: Option<Time>,
        /// When the object is deleted: the time of the request plus its grace period.
        [message, optional, tag = "9"] deletion_timestamp: Option<Time>,
        /// The labels.
        [btree_map = "string, string", tag = "11"] labels: BTreeMap<String, String>,
        /// What must happen before the object is deleted.
        [string, repeated, tag = "14"] finalizers: Vec<String>,
    }
}

impl LabelledMeta {
    /// When it was created, if known.
    pub fn created(&self) -> Option<Time> {
        self.creation_timestamp.and_then(Time::known)
    }

    /// Its deletion time, if it is being deleted.
    pub fn deleted(&self) -> Option<Time> {
        self.deletion_timestamp.and_then(Time::known)
    }

    /// The value of an annotation.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.as_ref()?.get(key)
    }

    /// Whether an annotation says `true`.
    pub fn is_annotated(&self, key: &str) -> bool {
        self.annotation(key) == Some("true")
    }
}

wire! {
    /// `metav1.ObjectMeta` of kinds with a controller that may not have seen the newest spec.
    WorkloadMeta with annotations {
        /// Unique among the objects of a kind in a namespace.
        [string, tag = "1"] name: String,
        /// Empty for objects of the cluster.
        [string, tag = "3"] namespace: String,
        /// Unique among all objects that ever existed.
        [string, tag = "5"] uid: String,
        /// Counts the changes of the spec.
        [int64, tag = "7"] generation: i64,
        /// When the API server accepted the object.
        [message, optional, tag = "8"] creation_timestamp: Option<Time>,
        /// When the object is deleted: the time of the request plus its grace period.
        [message, optional, tag = "9"] deletion_timestamp: Option<Time>,
        /// The objects that it depends on, with its controller.
        [message, repeated, tag = "13"] owner_references: Vec<OwnerReference>,
        /// When each manager last changed its fields.
        [message, repeated, tag = "17"] managed_fields: Vec<ManagedFields>,
    }
}

wire! {
    /// `metav1.ManagedFieldsEntry`.
    ManagedFields {
        /// When the fields were changed.
        [message, optional, tag = "4"] time: Option<Time>,
        /// `status`; empty for the spec.
        [string, tag = "8"] subresource: String,
    }
}

impl WorkloadMeta {
    /// The owner that manages this object.
    pub fn controller(&self) -> Option<&OwnerReference> {
        self.owner_references.iter().find(|owner| owner.controller)
    }

    /// When it was created, if known.
    pub fn created(&self) -> Option<Time> {
        self.creation_timestamp.and_then(Time::known)
    }

    /// When anything but its status was last changed, if known.
    pub fn changed(&self) -> Option<Time> {
        let of_spec = self.managed_fields.iter().filter(|entry| entry.subresource.is_empty());
        of_spec.filter_map(|entry| entry.time?.known()).max()
    }
}

wire! {
    /// `metav1.OwnerReference`.
    OwnerReference {
        /// Such as `ReplicaSet`.
        [string, tag = "1"] kind: String,
        /// In the namespace of the owned object.
        [string, tag = "3"] name: String,
        /// Whether this owner manages the object; at most one does.
        [bool, tag = "6"] controller: bool,
    }
}

impl ObjectMeta {
    /// The owner that manages this object.
    pub fn controller(&self) -> Option<&OwnerReference> {
        self.owner_references.iter().find(|owner| owner.controller)
    }

    /// When it was created, if known.
    pub fn created(&self) -> Option<Time> {
        self.creation_timestamp.and_then(Time::known)
    }

    /// Its deletion time, if it is being deleted.
    pub fn deleted(&self) -> Option<Time> {
        self.deletion_timestamp.and_then(Time::known)
    }
}

wire! {
    /// The condition of a pod or a Job; `last_transition_time` has the same tag in both.
    Condition {
        /// Such as `Ready`.
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

impl Condition {
    /// When the status last changed, if known.
    pub fn since(&self) -> Option<Time> {
        self.last_transition_time.and_then(Time::known)
    }
}

/// Each metadata returns its owners, if they are read.
macro_rules! owners {
    ($($meta:ident: $owners:expr;)*) => {
        $(impl $meta {
            pub(super) fn owners_mut(&mut self) -> Option<&mut Vec<OwnerReference>> {
                let owners: fn(&mut Self) -> Option<&mut Vec<OwnerReference>> = $owners;
                owners(self)
            }
        })*
    };
}

owners! {
    ObjectMeta: |metadata| Some(&mut metadata.owner_references);
    JobMeta: |metadata| Some(&mut metadata.owner_references);
    WorkloadMeta: |metadata| Some(&mut metadata.owner_references);
    LabelledMeta: |_| None;
}

/// `resource.Quantity`, as written: a message with one string in protobuf, a string or a number in JSON.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct Quantity {
    /// Such as `500m` or `1Gi`.
    #[prost(string, tag = "1")]
    pub text: String,
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Text(String),
            Whole(i64),
            Fraction(f64),
        }
        let text = match Written::deserialize(deserializer)? {
            Written::Text(text) => text,
            Written::Whole(number) => number.to_string(),
            Written::Fraction(number) => number.to_string(),
        };
        Ok(Self { text })
    }
}
