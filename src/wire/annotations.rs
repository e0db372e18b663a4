//! Annotations. Users may write up to 256 KiB of anything into those of an object, and `kubectl apply` writes whole objects
//! with their secrets. So the entries that no check reads are dropped while they are decoded, and the size of the rest is
//! limited.
//!
//! What does not belong here: the meaning of an annotation.

use super::shape::Sieve;
use crate::text::head;
use bytes::{Buf, BufMut};
use prost::DecodeError;
use prost::encoding::{DecodeContext, WireType, btree_map, message, string};
use serde::de::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::ops::Bound;

/// The prefix of the annotations for this tool.
pub const PREFIX: &str = "healthcheck.dev/";

/// The other annotations that checks read.
const READ: [&str; 18] = [
    "cert-manager.io/cluster-issuer",
    "cert-manager.io/issuer",
    "haproxy.org/route-acl",
    "ingressclass.kubernetes.io/is-default-class",
    "konghq.com/methods",
    "kubernetes.io/ingress.class",
    "kubernetes.io/tls-acme",
    "kueue.x-k8s.io/queue-name",
    "nginx.ingress.kubernetes.io/canary",
    "nginx.org/mergeable-ingress-type",
    "scheduling.volcano.sh/queue-name",
    "storageclass.beta.kubernetes.io/is-default-class",
    "storageclass.kubernetes.io/is-default-class",
    "traefik.ingress.kubernetes.io/router.entrypoints",
    "traefik.ingress.kubernetes.io/router.priority",
    "volcano.sh/queue-name",
    "volume.kubernetes.io/selected-node",
    "zalando.org/skipper-predicate",
];

/// The beginnings of further annotations that checks read: what follows is a name that a user chose.
const STARTS: [&str; 2] = ["alb.ingress.kubernetes.io/conditions.", "konghq.com/headers."];

/// The most annotations for this tool that an object may have; the first by name are kept.
const MOST: usize = 64;

/// The most bytes of a name after the prefix. The API server accepts no longer one.
const LONGEST_NAME: usize = 63;

/// The most bytes of a value; the rest is cut off.
const LONGEST_VALUE: usize = 1024;

/// The annotations of an object that are read: those for this tool, and the others that a check reads. There is at least one.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Annotations(BTreeMap<String, String>);

/// An entry of the map. A value may not be UTF-8, which must not make its list unreadable.
#[derive(Clone, PartialEq, prost::Message)]
struct Entry {
    #[prost(bytes = "vec", tag = "1")]
    key: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

impl Annotations {
    /// The value of an annotation that is kept.
    pub fn get(&self, key: &str) -> Option<&str> {
        debug_assert!(is_kept(key), "{key} is read, and not kept");
        self.0.get(key).map(String::as_str)
    }

    /// Whether there is an annotation with this beginning.
    pub fn has(&self, start: &str) -> bool {
        debug_assert!(STARTS.contains(&start), "{start} is read, and not kept");
        self.0
            .range::<str, _>((Bound::Included(start), Bound::Unbounded))
            .next()
            .is_some_and(|(key, _)| key.starts_with(start))
    }

    /// The annotations for this tool, without the prefix, sorted by name.
    pub fn ours(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(key, value)| Some((key.strip_prefix(PREFIX)?, value.as_str())))
    }

    fn insert(&mut self, key: &str, value: &str) {
        self.0.insert(key.to_owned(), head(value, LONGEST_VALUE).to_owned());
        let from_ours = (Bound::Included(PREFIX), Bound::Unbounded);
        let mut ours = self.0.range::<str, _>(from_ours).take_while(|(key, _)| key.starts_with(PREFIX));
        if let Some(last) = ours.nth(MOST).map(|(key, _)| key.clone()) {
            self.0.remove(&last);
        }
    }
}

/// The functions that prost calls for the field that `wire!` declares. To prost the field is a oneof, as only oneofs read and
/// write themselves; on the wire it is the map of the API. prost documents these functions for derived code only: if they
/// change, this does not compile.
impl Annotations {
    pub(super) fn merge(
        kept: &mut Option<Self>,
        _: u32,
        wire_type: WireType,
        buffer: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        let mut entry = Entry::default();
        message::merge(wire_type, &mut entry, buffer, context)?;
        if let Some(key) = str::from_utf8(&entry.key).ok().filter(|key| is_kept(key)) {
            // A character at the cut has at most three more bytes.
            let head = entry.value.get(..LONGEST_VALUE + 3).unwrap_or(&entry.value);
            kept.get_or_insert_default().insert(key, &String::from_utf8_lossy(head));
        }
        Ok(())
    }

    pub(super) fn encode(&self, buffer: &mut impl BufMut) {
        btree_map::encode(
            string::encode,
            string::encoded_len,
            string::encode,
            string::encoded_len,
            12,
            &self.0,
            buffer,
        );
    }

    pub(super) fn encoded_len(&self) -> usize {
        btree_map::encoded_len(string::encoded_len, string::encoded_len, 12, &self.0)
    }
}

/// Reads the annotations that are kept, if there are any.
pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Annotations>, D::Error> {
    let read = Option::<Annotations>::deserialize(deserializer)?;
    Ok(read.filter(|annotations| !annotations.0.is_empty()))
}

impl<'de> Deserialize<'de> for Annotations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let keep = |kept: &mut Self, key: &str, value: String| kept.insert(key, &value);
        deserializer.deserialize_map(Sieve { what: "annotations", keeps: is_kept, keep })
    }
}

fn is_kept(key: &str) -> bool {
    match key.strip_prefix(PREFIX) {
        Some(name) => (1..=LONGEST_NAME).contains(&name.len()),
        None => READ.contains(&key) || STARTS.iter().any(|start| key.starts_with(start)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Deployment, Ingress, Kind, Object};
    use prost::Message;
    use serde_json::{Map, Value, json};

    /// A message with annotations, as the server sends it.
    fn protobuf(entries: &[(&[u8], &[u8])]) -> Vec<u8> {
        #[derive(Clone, PartialEq, Message)]
        struct Metadata {
            #[prost(message, repeated, tag = "12")]
            annotations: Vec<Entry>,
        }
        #[derive(Clone, PartialEq, Message)]
        struct Whole {
            #[prost(message, required, tag = "1")]
            metadata: Metadata,
        }
        let entry = |(key, value): &(&[u8], &[u8])| Entry { key: key.to_vec(), value: value.to_vec() };
        Whole { metadata: Metadata { annotations: entries.iter().map(entry).collect() } }.encode_to_vec()
    }

    /// What is kept of these, which is the same in both encodings.
    fn kept(entries: &[(&str, &str)]) -> Vec<(String, String)> {
        let bytes: Vec<_> = entries.iter().map(|(key, value)| (key.as_bytes(), value.as_bytes())).collect();
        let read = Deployment::decode(&*protobuf(&bytes)).unwrap();
        let map: Map<String, Value> = entries.iter().map(|(k, v)| ((*k).to_owned(), json!(v))).collect();
        let value = json!({ "metadata": { "annotations": map } });
        let from_json: Deployment = serde_json::from_str(&value.to_string()).unwrap();
        assert_eq!(read, from_json);
        assert_eq!(serde_json::from_value::<Deployment>(value).unwrap(), from_json);
        // Nothing is lost when it is written again.
        assert_eq!(Deployment::decode(&*read.encode_to_vec()).unwrap(), read);
        assert_eq!(serde_json::from_value::<Deployment>(serde_json::to_value(&read).unwrap()).unwrap(), read);
        let kept = read.metadata.annotations.map(|annotations| annotations.0).unwrap_or_default();
        kept.into_iter().collect()
    }

    fn owned(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    #[test]
    fn only_what_is_read_is_kept() {
        let entries = [
            ("kubectl.kubernetes.io/last-applied-configuration", "CANARY"),
            ("healthcheck.dev/b", ""),
            ("healthcheck.dev/a", "1"),
            ("healthcheck.dev/", "no name"),
            ("healthcheck.dev", "no prefix"),
            ("x.healthcheck.dev/a", "another's"),
            ("Healthcheck.dev/a", "another's too"),
            ("kubernetes.io/ingress.class", "nginx"),
        ];
        let expected = [
            owned("healthcheck.dev/a", "1"),
            owned("healthcheck.dev/b", ""),
            owned("kubernetes.io/ingress.class", "nginx"),
        ];
        assert_eq!(kept(&entries), expected);
        let mut reversed = entries;
        reversed.reverse();
        assert_eq!(kept(&reversed), expected);
        assert_eq!(kept(&[("a", "b")]), []);
    }

    #[test]
    fn there_is_an_end_to_them() {
        let keys: Vec<String> = (0..200).map(|i| format!("{PREFIX}{i:03}")).collect();
        let mut entries: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), "v")).collect();
        entries.push((READ[7], "node"));
        let expected: Vec<_> =
            keys[..64].iter().map(|key| owned(key, "v")).chain([owned(READ[7], "node")]).collect();
        assert_eq!(kept(&entries), expected);
        // In any order.
        entries.reverse();
        assert_eq!(kept(&entries), expected);
        let name = |length: usize| format!("{PREFIX}{}", "n".repeat(length));
        assert_eq!(kept(&[(&name(64), "too long"), (&name(63), "")]), [owned(&name(63), "")]);
    }

    #[test]
    fn a_value_is_cut_between_characters() {
        for (character, bytes) in [("a", 1024), ("é", 1024), ("字", 1023), ("🔴", 1024)] {
            for before in 0..4 {
                let value = "-".repeat(before) + &character.repeat(5000);
                let [(_, kept)] = &kept(&[("healthcheck.dev/a", &value)])[..] else { panic!() };
                assert!(value.starts_with(kept.as_str()), "{kept}");
                assert!(kept.len() + character.len() > 1024 && kept.len() <= 1024, "{}", kept.len());
                assert!(before > 0 || kept.len() == bytes, "{}", kept.len());
            }
        }
    }

    /// The API server checks keys, and accepts any bytes as a value.
    #[test]
    fn values_that_are_no_text_cost_nothing() {
        let bytes = protobuf(&[
            (b"example.com/other", b"\xff\xfe"),
            (b"\xff", b"no key"),
            (b"healthcheck.dev/a", b"caf\xe9"),
        ]);
        let read = Deployment::decode(&*bytes).unwrap().metadata.annotations.unwrap();
        assert_eq!(read.ours().collect::<Vec<_>>(), [("a", "caf\u{fffd}")]);
    }

    #[test]
    fn a_null_is_no_annotation_and_unread_ones_may_be_anything() {
        for (annotations, ours) in [
            (json!(null), None),
            (json!({}), None),
            (json!({ "a": 1, "b": ["c"] }), None),
            (json!({ "healthcheck.dev/a": null, "b": true }), Some(vec![("a", "")])),
        ] {
            let value = json!({ "metadata": { "name": "x", "annotations": annotations } });
            let read: Deployment = serde_json::from_value(value).unwrap();
            let kept = read.metadata.annotations.as_ref();
            assert_eq!(kept.map(|kept| kept.ours().collect::<Vec<_>>()), ours);
        }
        let wrong = json!({ "metadata": { "annotations": { "healthcheck.dev/a": 1 } } });
        assert!(serde_json::from_value::<Deployment>(wrong).is_err());
    }

    /// A capture contains no other annotations, of any kind and in either encoding.
    #[test]
    fn no_kind_lets_anything_else_through() {
        let secret = ("kubectl.kubernetes.io/last-applied-configuration", "CANARY");
        let bytes: [(&[u8], &[u8]); 2] =
            [(secret.0.as_bytes(), secret.1.as_bytes()), (b"healthcheck.dev/a", b"kept")];
        let value =
            json!({ "metadata": { "annotations": { secret.0: secret.1, "healthcheck.dev/a": "kept" } } });
        let mut with_ours = Vec::new();
        for kind in Kind::ALL {
            let object = Object::from_value(kind, value.clone()).unwrap();
            if kind.place() != crate::wire::Place::Measured {
                assert_eq!(object, Object::decode(kind, &protobuf(&bytes)).unwrap());
            }
            let capture = serde_json::to_string(&object).unwrap();
            assert!(!capture.contains("CANARY") && !capture.contains("last-applied"), "{capture}");
            if capture.contains("kept") {
                with_ours.push(kind);
            }
        }
        for kind in
            [Kind::Namespace, Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet, Kind::Job, Kind::CronJob]
        {
            assert!(with_ours.contains(&kind), "{kind:?}");
        }
        assert!(!with_ours.contains(&Kind::Pod) && !with_ours.contains(&Kind::ReplicaSet));
    }

    #[test]
    fn what_checks_read_is_sorted_and_kept() {
        assert!(READ.is_sorted() && READ.iter().all(|key| is_kept(key)));
        let value = json!({ "metadata": { "annotations": { READ[3]: "nginx", READ[2]: "true" } } });
        let ingress: Ingress = serde_json::from_value(value).unwrap();
        assert_eq!(ingress.metadata.annotation(READ[3]), Some("nginx"));
        assert!(ingress.metadata.is_annotated(READ[2]) && !ingress.metadata.is_annotated(READ[3]));
    }
}
