//! The table of kinds. Each line states once what a kind is; names, addresses, lists of kinds, and the decoders of both
//! encodings follow from it. How its objects are kept is a line in `snapshot::rows`.

use super::decoded;
use super::object::{Identity, Typed};
use super::{
    ApiService, Certificate, CertificateSigningRequest, CronJob, CustomResourceDefinition, DaemonSet,
    Deployment, EndpointSlice, Event, Gateway, HorizontalPodAutoscaler, Host, HttpRoute, Ingress,
    IngressClass, Job, Lease, LimitRange, LogSource, MemoryHistory, MutatingWebhookConfiguration, Namespace,
    NetworkPolicy, Node, NodeMetrics, OwnerReference, PersistentVolume, PersistentVolumeClaim, Pod,
    PodDisruptionBudget, PodMetrics, ReplicaSet, ResourceQuota, Secret, Service, StatefulSet, StorageClass,
    Throttling, Usage, VolumeAttachment, WebhookConfiguration,
};
use prost::Message;
use serde::{Deserialize, Serialize};

/// Declares the kinds. A kind of the API: its name, `apiVersion`, plural, place, the struct that reads it, and its
/// properties. A measured kind: its name, plural, struct and properties.
macro_rules! kinds {
    (
        api { $($kind:ident $version:literal $plural:literal $place:ident $holds:ident [$($is:ident)*],)* }
        measured { $($measured:ident $measured_plural:literal $measured_holds:ident [$($measured_is:ident)*],)* }
    ) => {
        /// A kind of object that is read from the cluster or a file.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[allow(missing_docs, reason = "each variant is the Kubernetes kind of that name")]
        pub enum Kind { $($kind,)* $($measured,)* }

        impl Kind {
            /// Every kind, in the order of the requests: the longest lists first.
            pub const ALL: [Kind; [$($plural,)* $($measured_plural,)*].len()] =
                [$(Kind::$kind,)* $(Kind::$measured,)*];

            /// The `kind` of its objects.
            pub fn name(self) -> &'static str {
                match self {
                    $(Kind::$kind => stringify!($kind),)*
                    $(Kind::$measured => stringify!($measured),)*
                }
            }

            /// Its name in URLs and RBAC rules.
            pub fn plural(self) -> &'static str {
                match self {
                    $(Kind::$kind => $plural,)*
                    $(Kind::$measured => $measured_plural,)*
                }
            }

            /// The `apiVersion` of its objects.
            pub fn api_version(self) -> &'static str {
                match self {
                    $(Kind::$kind => $version,)*
                    $(Kind::$measured)|* => "healthcheck/v1",
                }
            }

            /// Where its objects live.
            pub fn place(self) -> Place {
                match self {
                    $(Kind::$kind => Place::$place,)*
                    $(Kind::$measured)|* => Place::Measured,
                }
            }

            fn is(self, property: Property) -> bool {
                let all: &[Property] = match self {
                    $(Kind::$kind => &[$(Property::$is),*],)*
                    $(Kind::$measured => &[$(Property::$measured_is),*],)*
                };
                all.contains(&property)
            }
        }

        /// One object of a kind that is read.
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs, reason = "each variant holds the Kubernetes kind of that name")]
        pub enum Object { $($kind(Box<$holds>),)* $($measured(Box<$measured_holds>),)* }

        $(impl From<$measured_holds> for Object {
            fn from(measured: $measured_holds) -> Self {
                Object::$measured(Box::new(measured))
            }
        })*

        impl Object {
            /// Its kind.
            pub fn kind(&self) -> Kind {
                match self {
                    $(Object::$kind(_) => Kind::$kind,)*
                    $(Object::$measured(_) => Kind::$measured,)*
                }
            }

            /// What distinguishes it from all other objects of its kind.
            pub fn identity(&self) -> Identity<'_> {
                match self {
                    $(Object::$kind(object) => {
                        let metadata = &object.metadata;
                        Identity { namespace: &metadata.namespace, name: &metadata.name, uid: &metadata.uid }
                    })*
                    $(Object::$measured(object) => {
                        let metadata = &object.metadata;
                        Identity { namespace: &metadata.namespace, name: &metadata.name, uid: "" }
                    })*
                }
            }

            /// Its owners, if they are read.
            pub(super) fn owners_mut(&mut self) -> Option<&mut Vec<OwnerReference>> {
                match self {
                    $(Object::$kind(object) => object.metadata.owners_mut(),)*
                    $(Object::$measured(_))|* => None,
                }
            }

            /// Reads an object of a known kind from parsed JSON or YAML.
            ///
            /// # Errors
            /// When a field that is read has a value of another type.
            pub fn from_value(kind: Kind, value: serde_json::Value) -> Result<Object, serde_json::Error> {
                if decoded::is_too_large(&value) {
                    return Err(serde::de::Error::custom(decoded::too_large(1)));
                }
                Object::from_small_value(kind, &value)
            }

            /// Reads an object of a known kind from parsed JSON that is not too large.
            pub(super) fn from_small_value(
                kind: Kind,
                value: &serde_json::Value,
            ) -> Result<Object, serde_json::Error> {
                let object = match kind {
                    $(Kind::$kind => Object::$kind(super::from_value(value)?),)*
                    $(Kind::$measured => Object::$measured(super::from_value(value)?),)*
                };
                Ok(object.tidy())
            }

            /// An object of a kind with every field filled, before anything is removed from it.
            #[cfg(test)]
            pub(crate) fn filled(kind: Kind, text: &'static str) -> Object {
                let filler = super::tidy::Filler::new(text);
                match kind {
                    $(Kind::$kind => Object::$kind(serde::Deserialize::deserialize(filler).unwrap()),)*
                    $(Kind::$measured => Object::$measured(serde::Deserialize::deserialize(filler).unwrap()),)*
                }
            }

            /// Reads an object of a known kind from protobuf.
            ///
            /// # Errors
            /// When the bytes are not such a message. No server sends a measured kind.
            pub(crate) fn decode(kind: Kind, bytes: &[u8]) -> Result<Object, String> {
                let object = match kind {
                    $(Kind::$kind => $holds::decode(bytes).map(Box::new).map(Object::$kind),)*
                    $(Kind::$measured)|* => return Err(format!("{} in protobuf", kind.name())),
                };
                object.map(Object::tidy).map_err(|error| error.to_string())
            }

            /// Whether an object in protobuf would take too much memory.
            pub(super) fn is_too_large(kind: Kind, bytes: &[u8]) -> bool {
                bytes.len() > decoded::SMALL && Object::decoded_size(kind, bytes) > decoded::MOST
            }

            /// Returns the memory that an object takes once it is decoded, at most.
            pub(super) fn decoded_size(kind: Kind, bytes: &[u8]) -> usize {
                match kind {
                    $(Kind::$kind => <Box<$holds> as decoded::Decoded>::heap(bytes),)*
                    $(Kind::$measured)|* => 0,
                }
            }

            /// Writes the object as protobuf, as a server sends it. `None` for a measured kind, which no server sends.
            pub fn encode(&self) -> Option<Vec<u8>> {
                match self {
                    $(Object::$kind(object) => Some(object.encode_to_vec()),)*
                    $(Object::$measured(_))|* => None,
                }
            }
        }

        /// Writes the object as JSON with `apiVersion` and `kind`. Captures keep objects in this form.
        impl Serialize for Object {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let (api_version, kind) = (self.kind().api_version(), self.kind().name());
                match self {
                    $(Object::$kind(object) => Typed { api_version, kind, object }.serialize(serializer),)*
                    $(Object::$measured(object) => Typed { api_version, kind, object }.serialize(serializer),)*
                }
            }
        }

    };
}

kinds! {
    api {
        Pod "v1" "pods" Namespace Pod [],
        PodMetrics "metrics.k8s.io/v1beta1" "pods" Namespace PodMetrics [Metered],
        ReplicaSet "apps/v1" "replicasets" Namespace ReplicaSet [],
        EndpointSlice "discovery.k8s.io/v1" "endpointslices" Namespace EndpointSlice [Unselected],
        Node "v1" "nodes" Cluster Node [],
        NodeMetrics "metrics.k8s.io/v1beta1" "nodes" Beyond NodeMetrics [Metered],
        Job "batch/v1" "jobs" Namespace Job [],
        Service "v1" "services" Namespace Service [Unselected],
        Deployment "apps/v1" "deployments" Namespace Deployment [],
        StatefulSet "apps/v1" "statefulsets" Namespace StatefulSet [],
        DaemonSet "apps/v1" "daemonsets" Namespace DaemonSet [],
        CronJob "batch/v1" "cronjobs" Namespace CronJob [],
        PersistentVolumeClaim "v1" "persistentvolumeclaims" Namespace PersistentVolumeClaim [],
        Ingress "networking.k8s.io/v1" "ingresses" Namespace Ingress [Unselected],
        Gateway "gateway.networking.k8s.io/v1" "gateways" Namespace Gateway [Extension Unselected],
        HTTPRoute "gateway.networking.k8s.io/v1" "httproutes" Namespace HttpRoute [Extension Unselected],
        HorizontalPodAutoscaler "autoscaling/v2" "horizontalpodautoscalers" Namespace HorizontalPodAutoscaler [Unselected],
        PodDisruptionBudget "policy/v1" "poddisruptionbudgets" Namespace PodDisruptionBudget [Unselected],
        ResourceQuota "v1" "resourcequotas" Namespace ResourceQuota [Unselected],
        PersistentVolume "v1" "persistentvolumes" Beyond PersistentVolume [],
        StorageClass "storage.k8s.io/v1" "storageclasses" Beyond StorageClass [],
        VolumeAttachment "storage.k8s.io/v1" "volumeattachments" Beyond VolumeAttachment [Evidence OnDemand Optional],
        IngressClass "networking.k8s.io/v1" "ingressclasses" Beyond IngressClass [Unselected],
        ValidatingWebhookConfiguration "admissionregistration.k8s.io/v1" "validatingwebhookconfigurations" Beyond WebhookConfiguration [Unselected],
        MutatingWebhookConfiguration "admissionregistration.k8s.io/v1" "mutatingwebhookconfigurations" Beyond MutatingWebhookConfiguration [Unselected],
        APIService "apiregistration.k8s.io/v1" "apiservices" Beyond ApiService [Unselected],
        Namespace "v1" "namespaces" Cluster Namespace [],
        Secret "v1" "secrets" Namespace Secret [Evidence Unselected],
        Certificate "cert-manager.io/v1" "certificates" Namespace Certificate [Evidence OnDemand Extension Unselected],
        NetworkPolicy "networking.k8s.io/v1" "networkpolicies" Namespace NetworkPolicy [Evidence OnDemand Optional Unselected],
        LimitRange "v1" "limitranges" Namespace LimitRange [Evidence OnDemand Optional Unselected],
        Lease "coordination.k8s.io/v1" "leases" Namespace Lease [Evidence OnDemand Optional Unselected],
        CertificateSigningRequest "certificates.k8s.io/v1" "certificatesigningrequests" Beyond CertificateSigningRequest [Evidence OnDemand Optional Unselected],
        CustomResourceDefinition "apiextensions.k8s.io/v1" "customresourcedefinitions" Beyond CustomResourceDefinition [Evidence OnDemand Optional Unselected],
        Event "v1" "events" Namespace Event [Evidence OnDemand],
    }
    measured {
        Throttling "cpu-throttling" Throttling [Evidence],
        Usage "usage-history" Usage [],
        MemoryHistory "memory-history" MemoryHistory [Evidence],
        LogSource "error-logs" LogSource [],
        Host "hosts" Host [Optional],
    }
}

/// Where the objects of a kind live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In namespaces.
    Namespace,
    /// In the cluster. A report of the whole cluster is incomplete without them.
    Cluster,
    /// In the cluster, and read if the identity may read them: few identities may, and few reports need them.
    Beyond,
    /// In namespaces, but not in the API: a source of this tool measures them.
    Measured,
}

/// What is special about a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Property {
    /// A metrics server serves it, if there is one; no report needs it.
    Metered,
    /// It belongs to an extension that most clusters lack.
    Extension,
    /// A selector of pods does not choose its objects.
    Unselected,
    /// It is read about failing objects, and left out without evidence.
    Evidence,
    /// It is requested only if failing objects need it, and for a capture.
    OnDemand,
    /// Nothing is missing if files lack it.
    Optional,
}

impl Kind {
    /// The kind of this name, if it is one that is read.
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Returns whether its objects have a state of their own. Events, endpoints, attachments and measurements are about others.
    pub fn has_state(self) -> bool {
        self.place() != Place::Measured
            && !self.is_metered()
            && !matches!(self, Kind::EndpointSlice | Kind::Event | Kind::VolumeAttachment)
    }

    /// The name that kubectl uses: `pods`, `deployments.apps`.
    pub fn resource(self) -> String {
        match self.api_version().split_once('/') {
            Some((group, _)) => format!("{}.{group}", self.plural()),
            None => self.plural().to_owned(),
        }
    }

    /// The name in messages: with its group if another kind has the same plural.
    pub fn shown(self) -> String {
        if self.is_metered() { self.resource() } else { self.plural().to_owned() }
    }

    /// Whether it belongs to an extension that most clusters lack: if the server does not know the kind, it has no objects
    /// of it.
    pub fn is_extension(self) -> bool {
        self.is(Property::Extension)
    }

    /// Whether a metrics server serves it, if there is one: no report needs it.
    pub fn is_metered(self) -> bool {
        self.is(Property::Metered)
    }

    /// Whether a service reads it from time to time instead of watching it: a metrics server has no watch, and leases change
    /// every few seconds.
    pub(crate) fn is_polled(self) -> bool {
        self.is_metered() || self == Kind::Lease
    }

    /// Whether a selector of pods does not choose its objects.
    pub(crate) fn is_unselected(self) -> bool {
        self.is(Property::Unselected)
    }

    /// Whether it is read about failing objects, and left out without evidence.
    pub(crate) fn is_evidence(self) -> bool {
        self.is(Property::Evidence)
    }

    /// Whether it is requested only if failing objects need it, and for a capture.
    pub(crate) fn is_on_demand(self) -> bool {
        self.is(Property::OnDemand)
    }

    /// Whether nothing is missing if files lack it.
    pub(crate) fn is_optional(self) -> bool {
        self.is(Property::Optional) || self.is_extension()
    }

    /// Whether its objects live in namespaces.
    pub fn namespaced(self) -> bool {
        matches!(self.place(), Place::Namespace | Place::Measured)
    }

    /// The path of its list, in one namespace or in all.
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
