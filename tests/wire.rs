//! Compares our narrow messages with the generated ones of k8s-pb: they read and write back all that we write. A
//! wrong tag or type would be lost or rejected.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]
#![allow(clippy::too_many_lines, reason = "tables of cases are long")]

use k8s_pb::api::{
    admissionregistration::v1 as admission, apps::v1 as apps, batch::v1 as batch, core::v1 as core,
    networking::v1 as networking,
};
use kubectl_healthcheck::wire;
use proptest::prelude::*;
use prost::Message;
use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, Visitor};

/// A deserializer that generates every value: each field of a struct is present, filled from a stream of numbers.
struct MadeUp<'n> {
    numbers: &'n mut dyn FnMut() -> u32,
    /// The current field: times must look like times.
    field: &'static str,
}

impl MadeUp<'_> {
    fn text(&mut self) -> String {
        let number = (self.numbers)();
        match self.field {
            name if name == "time"
                || name == "timeAdded"
                || name.ends_with("Time")
                || name.ends_with("Timestamp")
                || name.ends_with("At") =>
            {
                jiff::Timestamp::from_second(1 + i64::from(number)).unwrap().to_string()
            }
            // Only annotations of the tool are read.
            "key" => format!("{}{number}", wire::PREFIX),
            _ => format!("{}-{number}", self.field),
        }
    }
}

impl<'de> Deserializer<'de> for MadeUp<'_> {
    type Error = de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_string(self.text())
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_bool((self.numbers)().is_multiple_of(2))
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_i32((self.numbers)().cast_signed())
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_i64(i64::from((self.numbers)()) << 20)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        if (self.numbers)().is_multiple_of(4) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        let left = (self.numbers)() % 3;
        visitor.visit_seq(Several { numbers: self.numbers, field: self.field, left })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        let left = (self.numbers)() % 3;
        visitor.visit_map(Several { numbers: self.numbers, field: self.field, left })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_map(Fields { numbers: self.numbers, left: fields.iter(), field: "" })
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct
        tuple tuple_struct enum identifier ignored_any
    }
}

struct Several<'n> {
    numbers: &'n mut dyn FnMut() -> u32,
    field: &'static str,
    left: u32,
}

impl<'de> de::SeqAccess<'de> for Several<'_> {
    type Error = de::value::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Self::Error> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(MadeUp { numbers: self.numbers, field: self.field }).map(Some)
    }
}

impl<'de> de::MapAccess<'de> for Several<'_> {
    type Error = de::value::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Self::Error> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(MadeUp { numbers: self.numbers, field: "key" }).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Self::Error> {
        seed.deserialize(MadeUp { numbers: self.numbers, field: "value" })
    }
}

struct Fields<'n> {
    numbers: &'n mut dyn FnMut() -> u32,
    left: std::slice::Iter<'static, &'static str>,
    field: &'static str,
}

impl<'de> de::MapAccess<'de> for Fields<'_> {
    type Error = de::value::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Self::Error> {
        let Some(field) = self.left.next() else { return Ok(None) };
        self.field = field;
        seed.deserialize(field.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Self::Error> {
        seed.deserialize(MadeUp { numbers: self.numbers, field: self.field })
    }
}

/// Generates an object and sends it through the generated message and back.
fn goes_around<Ours, Theirs>(seed: u64) -> Result<(), TestCaseError>
where
    Ours: Message + Default + DeserializeOwned + PartialEq + std::fmt::Debug,
    Theirs: Message + Default,
{
    let mut state = seed;
    let mut numbers = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(state >> 33).unwrap()
    };
    let ours = Ours::deserialize(MadeUp { numbers: &mut numbers, field: "" }).unwrap();
    let theirs = Theirs::decode(ours.encode_to_vec().as_slice()).unwrap();
    let back = Ours::decode(theirs.encode_to_vec().as_slice()).unwrap();
    prop_assert_eq!(back, ours);
    Ok(())
}

/// Compares a kind with the message that the API server sends. A new kind does not compile without its message.
fn has_the_tags_of_the_api(kind: wire::Kind, seed: u64) -> Result<(), TestCaseError> {
    use k8s_pb::api::{
        autoscaling::v2 as autoscaling, certificates::v1 as certificates, coordination::v1 as coordination,
        discovery::v1 as discovery, policy::v1 as policy, storage::v1 as storage,
    };
    use k8s_pb::apiextensions_apiserver::pkg::apis::apiextensions::v1 as extensions;
    use k8s_pb::kube_aggregator::pkg::apis::apiregistration::v1 as registration;
    use wire::Kind;
    match kind {
        Kind::Pod => goes_around::<wire::Pod, core::Pod>(seed),
        Kind::Node => goes_around::<wire::Node, core::Node>(seed),
        Kind::Namespace => goes_around::<wire::Namespace, core::Namespace>(seed),
        Kind::Event => goes_around::<wire::Event, core::Event>(seed),
        Kind::ReplicaSet => goes_around::<wire::ReplicaSet, apps::ReplicaSet>(seed),
        Kind::Deployment => goes_around::<wire::Deployment, apps::Deployment>(seed),
        Kind::StatefulSet => goes_around::<wire::StatefulSet, apps::StatefulSet>(seed),
        Kind::DaemonSet => goes_around::<wire::DaemonSet, apps::DaemonSet>(seed),
        Kind::Job => goes_around::<wire::Job, batch::Job>(seed),
        Kind::CronJob => goes_around::<wire::CronJob, batch::CronJob>(seed),
        Kind::Service => goes_around::<wire::Service, core::Service>(seed),
        Kind::EndpointSlice => goes_around::<wire::EndpointSlice, discovery::EndpointSlice>(seed),
        Kind::Ingress => goes_around::<wire::Ingress, networking::Ingress>(seed),
        Kind::IngressClass => goes_around::<wire::IngressClass, networking::IngressClass>(seed),
        Kind::PersistentVolumeClaim => {
            goes_around::<wire::PersistentVolumeClaim, core::PersistentVolumeClaim>(seed)
        }
        Kind::PersistentVolume => goes_around::<wire::PersistentVolume, core::PersistentVolume>(seed),
        Kind::StorageClass => goes_around::<wire::StorageClass, storage::StorageClass>(seed),
        Kind::VolumeAttachment => goes_around::<wire::VolumeAttachment, storage::VolumeAttachment>(seed),
        Kind::HorizontalPodAutoscaler => {
            goes_around::<wire::HorizontalPodAutoscaler, autoscaling::HorizontalPodAutoscaler>(seed)
        }
        Kind::PodDisruptionBudget => {
            goes_around::<wire::PodDisruptionBudget, policy::PodDisruptionBudget>(seed)
        }
        Kind::ResourceQuota => goes_around::<wire::ResourceQuota, core::ResourceQuota>(seed),
        Kind::ValidatingWebhookConfiguration => {
            goes_around::<wire::WebhookConfiguration, admission::ValidatingWebhookConfiguration>(seed)
        }
        Kind::MutatingWebhookConfiguration => {
            goes_around::<wire::MutatingWebhookConfiguration, admission::MutatingWebhookConfiguration>(seed)
        }
        Kind::APIService => goes_around::<wire::ApiService, registration::APIService>(seed),
        Kind::Secret => goes_around::<wire::Secret, core::Secret>(seed),
        Kind::NetworkPolicy => goes_around::<wire::NetworkPolicy, networking::NetworkPolicy>(seed),
        Kind::LimitRange => goes_around::<wire::LimitRange, core::LimitRange>(seed),
        Kind::Lease => goes_around::<wire::Lease, coordination::Lease>(seed),
        Kind::CertificateSigningRequest => {
            goes_around::<wire::CertificateSigningRequest, certificates::CertificateSigningRequest>(seed)
        }
        Kind::CustomResourceDefinition => {
            goes_around::<wire::CustomResourceDefinition, extensions::CustomResourceDefinition>(seed)
        }
        // No generated message exists for these.
        Kind::PodMetrics
        | Kind::NodeMetrics
        | Kind::Gateway
        | Kind::Certificate
        | Kind::HTTPRoute
        | Kind::Throttling
        | Kind::Usage
        | Kind::MemoryHistory
        | Kind::LogSource
        | Kind::Host => Ok(()),
    }
}

proptest! {
    #[test]
    fn every_kind_has_the_tags_of_the_api(seed in any::<u64>()) {
        for kind in wire::Kind::ALL {
            has_the_tags_of_the_api(kind, seed)?;
        }
        goes_around::<wire::ListMeta, k8s_pb::apimachinery::pkg::apis::meta::v1::ListMeta>(seed)?;
        goes_around::<wire::Status, k8s_pb::apimachinery::pkg::apis::meta::v1::Status>(seed)?;
    }
}

/// Only annotations of the tool are read from generated messages. Written again, the generated messages contain just
/// these.
#[test]
fn reads_only_annotations_of_the_tool() {
    let written = [
        ("kubectl.kubernetes.io/last-applied-configuration", "CANARY".repeat(10_000)),
        ("healthcheck.dev/class", "best-effort".to_owned()),
        ("healthcheck.dev/empty", String::new()),
        ("deployment.kubernetes.io/revision", "7".to_owned()),
    ];
    let metadata = k8s_pb::apimachinery::pkg::apis::meta::v1::ObjectMeta {
        annotations: written.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        ..Default::default()
    };
    macro_rules! only_ours {
        ($($ours:ident $theirs:path,)*) => {$(
            let mut theirs = <$theirs>::default();
            theirs.metadata = Some(metadata.clone());
            let bytes = theirs.encode_to_vec();
            let ours = wire::$ours::decode(bytes.as_slice()).unwrap();
            let read = ours.metadata.annotations.as_ref().unwrap().ours().collect::<Vec<_>>();
            assert_eq!(read, [("class", "best-effort"), ("empty", "")]);
            let json = serde_json::to_string(&ours).unwrap();
            assert!(!json.contains("CANARY") && !json.contains("revision"), "{json}");
            assert_eq!(serde_json::from_str::<wire::$ours>(&json).unwrap(), ours);
            let back = <$theirs>::decode(ours.encode_to_vec().as_slice()).unwrap();
            let back = back.metadata.unwrap().annotations;
            assert_eq!((back.len(), back["healthcheck.dev/class"].as_str()), (2, "best-effort"));
        )*};
    }
    only_ours! {
        Namespace core::Namespace, Deployment apps::Deployment, StatefulSet apps::StatefulSet,
        DaemonSet apps::DaemonSet, Job batch::Job, CronJob batch::CronJob, Node core::Node,
        Ingress networking::Ingress, PersistentVolumeClaim core::PersistentVolumeClaim,
    }
}
