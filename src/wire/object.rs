//! The kinds that are read, their addresses, and lists of them in either encoding.

use super::{
    CronJob, DaemonSet, Deployment, Event, Job, ListMeta, Namespace, Node, ObjectMeta, Pod, ReplicaSet,
    StatefulSet,
};
use bytes::Bytes;
use prost::Message;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A kind of object that is read from the cluster or a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each variant is the Kubernetes kind of that name")]
pub enum Kind {
    Namespace,
    Node,
    Pod,
    ReplicaSet,
    Deployment,
    StatefulSet,
    DaemonSet,
    Job,
    CronJob,
    Event,
}

impl Kind {
    /// Every kind, in the order in which they are asked for: the longest lists first.
    pub const ALL: [Kind; 10] = [
        Kind::Pod,
        Kind::ReplicaSet,
        Kind::Node,
        Kind::Job,
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::DaemonSet,
        Kind::CronJob,
        Kind::Namespace,
        Kind::Event,
    ];

    /// As in an object's `kind`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Namespace => "Namespace",
            Kind::Node => "Node",
            Kind::Pod => "Pod",
            Kind::ReplicaSet => "ReplicaSet",
            Kind::Deployment => "Deployment",
            Kind::StatefulSet => "StatefulSet",
            Kind::DaemonSet => "DaemonSet",
            Kind::Job => "Job",
            Kind::CronJob => "CronJob",
            Kind::Event => "Event",
        }
    }

    /// The kind of this name, if it is one that is read.
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// As in URLs and RBAC rules.
    pub fn plural(self) -> &'static str {
        match self {
            Kind::Namespace => "namespaces",
            Kind::Node => "nodes",
            Kind::Pod => "pods",
            Kind::ReplicaSet => "replicasets",
            Kind::Deployment => "deployments",
            Kind::StatefulSet => "statefulsets",
            Kind::DaemonSet => "daemonsets",
            Kind::Job => "jobs",
            Kind::CronJob => "cronjobs",
            Kind::Event => "events",
        }
    }

    /// As in an object's `apiVersion`.
    pub fn api_version(self) -> &'static str {
        match self {
            Kind::Namespace | Kind::Node | Kind::Pod | Kind::Event => "v1",
            Kind::ReplicaSet | Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet => "apps/v1",
            Kind::Job | Kind::CronJob => "batch/v1",
        }
    }

    /// Whether its objects live in namespaces.
    pub fn namespaced(self) -> bool {
        !matches!(self, Kind::Namespace | Kind::Node)
    }

    /// The path of its list, in one namespace or everywhere.
    pub fn path(self, namespace: Option<&str>) -> String {
        let group = match self.api_version() {
            "v1" => "/api/v1".to_owned(),
            version => format!("/apis/{version}"),
        };
        match namespace.filter(|_| self.namespaced()) {
            Some(namespace) => format!("{group}/namespaces/{namespace}/{}", self.plural()),
            None => format!("{group}/{}", self.plural()),
        }
    }
}

/// One object of a kind that is read.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "each variant holds the Kubernetes kind of that name")]
pub enum Object {
    Namespace(Namespace),
    Node(Node),
    Pod(Pod),
    ReplicaSet(ReplicaSet),
    Deployment(Deployment),
    StatefulSet(StatefulSet),
    DaemonSet(DaemonSet),
    Job(Job),
    CronJob(CronJob),
    Event(Event),
}

/// Calls `$body` with `$object` bound to what the variant holds.
macro_rules! each_kind {
    ($value:expr, $object:ident => $body:expr) => {
        match $value {
            Object::Namespace($object) => $body,
            Object::Node($object) => $body,
            Object::Pod($object) => $body,
            Object::ReplicaSet($object) => $body,
            Object::Deployment($object) => $body,
            Object::StatefulSet($object) => $body,
            Object::DaemonSet($object) => $body,
            Object::Job($object) => $body,
            Object::CronJob($object) => $body,
            Object::Event($object) => $body,
        }
    };
}

impl Object {
    /// Which kind it is.
    pub fn kind(&self) -> Kind {
        match self {
            Object::Namespace(_) => Kind::Namespace,
            Object::Node(_) => Kind::Node,
            Object::Pod(_) => Kind::Pod,
            Object::ReplicaSet(_) => Kind::ReplicaSet,
            Object::Deployment(_) => Kind::Deployment,
            Object::StatefulSet(_) => Kind::StatefulSet,
            Object::DaemonSet(_) => Kind::DaemonSet,
            Object::Job(_) => Kind::Job,
            Object::CronJob(_) => Kind::CronJob,
            Object::Event(_) => Kind::Event,
        }
    }

    /// Its metadata.
    pub fn metadata(&self) -> &ObjectMeta {
        each_kind!(self, object => &object.metadata)
    }

    /// Reads an object of a known kind from parsed JSON or YAML.
    ///
    /// # Errors
    /// When a field that is read has a value of another type.
    pub fn from_value(kind: Kind, value: serde_json::Value) -> Result<Object, serde_json::Error> {
        Ok(match kind {
            Kind::Namespace => Object::Namespace(serde_json::from_value(value)?),
            Kind::Node => Object::Node(serde_json::from_value(value)?),
            Kind::Pod => Object::Pod(serde_json::from_value(value)?),
            Kind::ReplicaSet => Object::ReplicaSet(serde_json::from_value(value)?),
            Kind::Deployment => Object::Deployment(serde_json::from_value(value)?),
            Kind::StatefulSet => Object::StatefulSet(serde_json::from_value(value)?),
            Kind::DaemonSet => Object::DaemonSet(serde_json::from_value(value)?),
            Kind::Job => Object::Job(serde_json::from_value(value)?),
            Kind::CronJob => Object::CronJob(serde_json::from_value(value)?),
            Kind::Event => Object::Event(serde_json::from_value(value)?),
        })
    }
}

impl Object {
    /// Reads an object of a known kind from protobuf.
    ///
    /// # Errors
    /// When the bytes are no such message.
    pub(super) fn decode(kind: Kind, bytes: &[u8]) -> Result<Object, String> {
        let object = match kind {
            Kind::Namespace => Namespace::decode(bytes).map(Object::Namespace),
            Kind::Node => Node::decode(bytes).map(Object::Node),
            Kind::Pod => Pod::decode(bytes).map(Object::Pod),
            Kind::ReplicaSet => ReplicaSet::decode(bytes).map(Object::ReplicaSet),
            Kind::Deployment => Deployment::decode(bytes).map(Object::Deployment),
            Kind::StatefulSet => StatefulSet::decode(bytes).map(Object::StatefulSet),
            Kind::DaemonSet => DaemonSet::decode(bytes).map(Object::DaemonSet),
            Kind::Job => Job::decode(bytes).map(Object::Job),
            Kind::CronJob => CronJob::decode(bytes).map(Object::CronJob),
            Kind::Event => Event::decode(bytes).map(Object::Event),
        };
        object.map_err(|error| error.to_string())
    }
}

/// As a JSON object with `apiVersion` and `kind`, which is how a capture keeps it.
impl Serialize for Object {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Typed<'a, T> {
            api_version: &'a str,
            kind: &'a str,
            #[serde(flatten)]
            object: &'a T,
        }
        let (api_version, kind) = (self.kind().api_version(), self.kind().name());
        each_kind!(self, object => Typed { api_version, kind, object }.serialize(serializer))
    }
}

/// A page of objects of one kind, as JSON has it.
#[derive(Deserialize)]
#[serde(default, bound = "T: DeserializeOwned")]
struct JsonList<T> {
    #[serde(deserialize_with = "super::shape::nullable")]
    kind: String,
    #[serde(deserialize_with = "super::shape::nullable")]
    metadata: ListMeta,
    #[serde(deserialize_with = "super::shape::nullable")]
    items: Vec<T>,
}

impl<T> Default for JsonList<T> {
    fn default() -> Self {
        Self { kind: String::new(), metadata: ListMeta::default(), items: Vec::new() }
    }
}

/// The first four bytes of everything the API server says in protobuf.
pub const PROTOBUF_MAGIC: [u8; 4] = *b"k8s\0";

/// `runtime.Unknown`: what follows the magic bytes, holding the real message.
#[derive(Clone, PartialEq, Message)]
pub struct Envelope {
    /// What the encoded object says it is.
    #[prost(message, required, tag = "1")]
    pub type_meta: TypeMeta,
    /// The encoded object.
    #[prost(bytes = "bytes", tag = "2")]
    pub raw: Bytes,
}

/// `metav1.TypeMeta`.
#[derive(Clone, PartialEq, Message)]
pub struct TypeMeta {
    /// Such as `PodList`.
    #[prost(string, tag = "2")]
    pub kind: String,
}

/// Whether a list says that it is one of this kind: an answer that says nothing of the sort is not an empty list.
pub(super) fn is_list_of(kind: Kind, said: &str) -> Result<(), String> {
    match said.strip_suffix("List") == Some(kind.name()) {
        true => Ok(()),
        false => Err(format!("\"{said}\" where a {}List should be", kind.name())),
    }
}

/// Reads a page in JSON.
///
/// # Errors
/// When the bytes are no list, or end too early; the text says where.
pub(super) fn json_list(kind: Kind, body: &[u8]) -> Result<(ListMeta, Vec<Object>), String> {
    match kind {
        Kind::Namespace => json(kind, body, Object::Namespace),
        Kind::Node => json(kind, body, Object::Node),
        Kind::Pod => json(kind, body, Object::Pod),
        Kind::ReplicaSet => json(kind, body, Object::ReplicaSet),
        Kind::Deployment => json(kind, body, Object::Deployment),
        Kind::StatefulSet => json(kind, body, Object::StatefulSet),
        Kind::DaemonSet => json(kind, body, Object::DaemonSet),
        Kind::Job => json(kind, body, Object::Job),
        Kind::CronJob => json(kind, body, Object::CronJob),
        Kind::Event => json(kind, body, Object::Event),
    }
}

fn json<T: DeserializeOwned>(
    kind: Kind,
    body: &[u8],
    object: fn(T) -> Object,
) -> Result<(ListMeta, Vec<Object>), String> {
    let list: JsonList<T> = serde_json::from_slice(body).map_err(|e| e.to_string())?;
    is_list_of(kind, &list.kind)?;
    Ok((list.metadata, list.items.into_iter().map(object).collect()))
}
