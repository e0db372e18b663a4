//! The kinds that are read, their addresses, and lists of them in either encoding.

use super::secret::hide_secrets;
use super::{
    ApiService, CronJob, DaemonSet, Deployment, EndpointSlice, Event, Gateway, HorizontalPodAutoscaler, Host,
    HttpRoute, Ingress, IngressClass, Job, ListMeta, LogSource, MemoryHistory, Namespace, Node, NodeMetrics,
    PersistentVolume, PersistentVolumeClaim, Pod, PodDisruptionBudget, PodMetrics, ReplicaSet, ResourceQuota,
    Secret, Service, StatefulSet, StorageClass, Throttling, Usage, WebhookConfiguration,
};
use bytes::Bytes;
use prost::Message;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Declares the kinds: how each is called, where its lists are, and which struct holds it.
macro_rules! kinds {
    ($($kind:ident $version:literal $plural:literal $place:ident $holds:ident,)*) => {
        /// A kind of object that is read from the cluster or a file.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[allow(missing_docs, reason = "each variant is the Kubernetes kind of that name")]
        pub enum Kind { $($kind,)* }

        impl Kind {
            /// Every kind, in the order in which they are asked for: the longest lists first.
            pub const ALL: [Kind; [$($plural,)*].len()] = [$(Kind::$kind,)*];

            /// As in an object's `kind`.
            pub fn name(self) -> &'static str {
                match self { $(Kind::$kind => stringify!($kind),)* }
            }

            /// As in URLs and RBAC rules.
            pub fn plural(self) -> &'static str {
                match self { $(Kind::$kind => $plural,)* }
            }

            /// As in an object's `apiVersion`.
            pub fn api_version(self) -> &'static str {
                match self { $(Kind::$kind => $version,)* }
            }

            /// Where its objects live.
            pub fn place(self) -> Place {
                match self { $(Kind::$kind => Place::$place,)* }
            }
        }

        /// One object of a kind that is read.
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs, reason = "each variant holds the Kubernetes kind of that name")]
        pub enum Object { $($kind($holds),)* }

        impl Object {
            /// Which kind it is.
            pub fn kind(&self) -> Kind {
                match self { $(Object::$kind(_) => Kind::$kind,)* }
            }

            /// What tells it apart.
            pub fn identity(&self) -> Identity<'_> {
                match self {
                    $(Object::$kind(object) => {
                        let metadata = &object.metadata;
                        Identity { namespace: &metadata.namespace, name: &metadata.name, uid: &metadata.uid }
                    })*
                }
            }

            /// Reads an object of a known kind from parsed JSON or YAML.
            ///
            /// # Errors
            /// When a field that is read has a value of another type.
            pub fn from_value(kind: Kind, value: serde_json::Value) -> Result<Object, serde_json::Error> {
                let object = match kind { $(Kind::$kind => Object::$kind(serde_json::from_value(value)?),)* };
                Ok(object.tidy())
            }

            /// Reads an object of a known kind from protobuf.
            ///
            /// # Errors
            /// When the bytes are no such message.
            pub(super) fn decode(kind: Kind, bytes: &[u8]) -> Result<Object, String> {
                let object = match kind { $(Kind::$kind => $holds::decode(bytes).map(Object::$kind),)* };
                object.map(Object::tidy).map_err(|error| error.to_string())
            }
        }

        /// As a JSON object with `apiVersion` and `kind`, which is how a capture keeps it.
        impl Serialize for Object {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let (api_version, kind) = (self.kind().api_version(), self.kind().name());
                match self { $(Object::$kind(object) => Typed { api_version, kind, object }.serialize(serializer),)* }
            }
        }

        /// Reads a page in JSON.
        ///
        /// # Errors
        /// When the bytes are no list, or end too early; the text says where.
        pub(super) fn json_list(kind: Kind, body: &[u8]) -> Result<(ListMeta, Vec<Object>), String> {
            match kind { $(Kind::$kind => json(kind, body, Object::$kind),)* }
        }
    };
}

kinds! {
    Pod "v1" "pods" Namespace Pod,
    PodMetrics "metrics.k8s.io/v1beta1" "pods" Namespace PodMetrics,
    ReplicaSet "apps/v1" "replicasets" Namespace ReplicaSet,
    EndpointSlice "discovery.k8s.io/v1" "endpointslices" Namespace EndpointSlice,
    Node "v1" "nodes" Cluster Node,
    NodeMetrics "metrics.k8s.io/v1beta1" "nodes" Beyond NodeMetrics,
    Job "batch/v1" "jobs" Namespace Job,
    Service "v1" "services" Namespace Service,
    Deployment "apps/v1" "deployments" Namespace Deployment,
    StatefulSet "apps/v1" "statefulsets" Namespace StatefulSet,
    DaemonSet "apps/v1" "daemonsets" Namespace DaemonSet,
    CronJob "batch/v1" "cronjobs" Namespace CronJob,
    PersistentVolumeClaim "v1" "persistentvolumeclaims" Namespace PersistentVolumeClaim,
    Ingress "networking.k8s.io/v1" "ingresses" Namespace Ingress,
    Gateway "gateway.networking.k8s.io/v1" "gateways" Namespace Gateway,
    HTTPRoute "gateway.networking.k8s.io/v1" "httproutes" Namespace HttpRoute,
    HorizontalPodAutoscaler "autoscaling/v2" "horizontalpodautoscalers" Namespace HorizontalPodAutoscaler,
    PodDisruptionBudget "policy/v1" "poddisruptionbudgets" Namespace PodDisruptionBudget,
    ResourceQuota "v1" "resourcequotas" Namespace ResourceQuota,
    PersistentVolume "v1" "persistentvolumes" Beyond PersistentVolume,
    StorageClass "storage.k8s.io/v1" "storageclasses" Beyond StorageClass,
    IngressClass "networking.k8s.io/v1" "ingressclasses" Beyond IngressClass,
    ValidatingWebhookConfiguration "admissionregistration.k8s.io/v1" "validatingwebhookconfigurations" Beyond WebhookConfiguration,
    MutatingWebhookConfiguration "admissionregistration.k8s.io/v1" "mutatingwebhookconfigurations" Beyond WebhookConfiguration,
    APIService "apiregistration.k8s.io/v1" "apiservices" Beyond ApiService,
    Namespace "v1" "namespaces" Cluster Namespace,
    Secret "v1" "secrets" Namespace Secret,
    Event "v1" "events" Namespace Event,
    Throttling "healthcheck/v1" "cpu-throttling" Measured Throttling,
    Usage "healthcheck/v1" "usage-history" Measured Usage,
    MemoryHistory "healthcheck/v1" "memory-history" Measured MemoryHistory,
    LogSource "healthcheck/v1" "error-logs" Measured LogSource,
    Host "healthcheck/v1" "hosts" Measured Host,
}

/// Where the objects of a kind live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In namespaces.
    Namespace,
    /// In the cluster, and a report of the whole cluster is not complete without them.
    Cluster,
    /// In the cluster, and read where the identity may: few have the right, and fewer need it.
    Beyond,
    /// In namespaces, and in no list: somebody measures it.
    Measured,
}

/// What tells an object apart from all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity<'a> {
    /// Empty for objects of the cluster.
    pub namespace: &'a str,
    /// Unique among the objects of a kind in a namespace.
    pub name: &'a str,
    /// Unique for all time.
    pub uid: &'a str,
}

impl Kind {
    /// The kind of this name, if it is one that is read.
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// As kubectl names it: `pods`, `deployments.apps`.
    pub fn resource(self) -> String {
        match self.api_version().split_once('/') {
            Some((group, _)) => format!("{}.{group}", self.plural()),
            None => self.plural().to_owned(),
        }
    }

    /// Whether it is of an extension that most clusters do without: that it is not served means that there is none.
    pub fn is_extension(self) -> bool {
        matches!(self, Kind::Gateway | Kind::HTTPRoute)
    }

    /// As people are told of it: the API's own name where another kind has the same.
    pub fn shown(self) -> String {
        if self.is_metered() { self.resource() } else { self.plural().to_owned() }
    }

    /// Whether a metrics server tells of it, where there is one: no report needs it.
    pub fn is_metered(self) -> bool {
        matches!(self, Kind::PodMetrics | Kind::NodeMetrics)
    }

    /// Whether its objects live in namespaces.
    pub fn namespaced(self) -> bool {
        matches!(self.place(), Place::Namespace | Place::Measured)
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

impl Object {
    /// Lets go of what is read but never kept: whatever a container is told that is not about its memory may be
    /// a secret, and whatever it says may hold one.
    fn tidy(mut self) -> Self {
        match &mut self {
            Object::Pod(pod) => {
                pod.spec.keep_only_memory_flags();
                pod.status.hide_secrets();
            }
            Object::Event(event) => hide_secrets(&mut event.message),
            Object::LogSource(source) => {
                for pattern in &mut source.patterns {
                    hide_secrets(&mut pattern.text);
                    hide_secrets(&mut pattern.sample);
                }
            }
            // What of another is called a certificate may be anything.
            Object::Secret(secret) if secret.r#type != Secret::TLS => secret.data = None,
            _ => {}
        }
        self
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Typed<'a, T> {
    api_version: &'a str,
    kind: &'a str,
    #[serde(flatten)]
    object: &'a T,
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
    // Of secrets often only the names are asked for.
    let is_name = |said: &str| said == kind.name() || kind == Kind::Secret && said == "PartialObjectMetadata";
    if said.strip_suffix("List").is_some_and(is_name) {
        Ok(())
    } else {
        Err(format!("\"{said}\" where a {}List should be", kind.name()))
    }
}

fn json<T: DeserializeOwned>(
    kind: Kind,
    body: &[u8],
    object: fn(T) -> Object,
) -> Result<(ListMeta, Vec<Object>), String> {
    let list: JsonList<T> = serde_json::from_slice(body).map_err(|e| e.to_string())?;
    is_list_of(kind, &list.kind)?;
    Ok((list.metadata, list.items.into_iter().map(|item| object(item).tidy()).collect()))
}
