//! The public part of a Secret of type `kubernetes.io/tls`: its certificates. The server sends the private key beside them,
//! and whatever else somebody put there: it is let go entry by entry, while it is read, and nobody looks into it.
//!
//! What does not belong here: what a certificate says (`model`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{Buf, BufMut};
use prost::DecodeError;
use prost::encoding::{DecodeContext, WireType, btree_map, bytes as prost_bytes, message, string};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// The certificate and those that lead from it to its issuer, in PEM.
pub const CERTIFICATE: &str = "tls.crt";

/// Who is to be trusted, where whoever made the Secret says so.
pub const AUTHORITY: &str = "ca.crt";

/// What is kept.
const KEPT: [&str; 2] = [CERTIFICATE, AUTHORITY];

/// Bytes of a value; the rest is cut off. A certificate takes two thousand.
const LONGEST: usize = 64 << 10;

/// What of a Secret may be read. There is at least one entry.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Public(BTreeMap<String, Vec<u8>>);

/// An entry of the map.
#[derive(Clone, PartialEq, prost::Message)]
struct Entry {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

impl fmt::Debug for Public {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Public {
    /// What stands under a name that is kept.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(Vec::as_slice)
    }

    fn insert(&mut self, name: &str, mut value: Vec<u8>) {
        value.truncate(LONGEST);
        value.shrink_to_fit();
        self.0.insert(name.to_owned(), value);
    }
}

/// What prost calls for the field, as for [`super::Annotations`]: to prost it is a oneof, on the wire a map.
impl Public {
    pub(super) fn merge(
        kept: &mut Option<Self>,
        _: u32,
        wire_type: WireType,
        buffer: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        let mut entry = Entry::default();
        message::merge(wire_type, &mut entry, buffer, context)?;
        if KEPT.contains(&&*entry.name) {
            kept.get_or_insert_default().insert(&entry.name, entry.value);
        }
        Ok(())
    }

    pub(super) fn encode(&self, buffer: &mut impl BufMut) {
        btree_map::encode(
            string::encode,
            string::encoded_len,
            prost_bytes::encode,
            prost_bytes::encoded_len,
            2,
            &self.0,
            buffer,
        );
    }

    pub(super) fn encoded_len(&self) -> usize {
        btree_map::encoded_len(string::encoded_len, prost_bytes::encoded_len, 2, &self.0)
    }
}

impl Serialize for Public {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, STANDARD.encode(value))))
    }
}

/// Reads what is kept, if there is any.
pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Public>, D::Error> {
    let read = Option::<Public>::deserialize(deserializer)?;
    Ok(read.filter(|public| !public.0.is_empty()))
}

impl<'de> Deserialize<'de> for Public {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries)
    }
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Public;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the data of a Secret")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Public, M::Error> {
        let mut kept = Public::default();
        while let Some(name) = map.next_key::<String>()? {
            if KEPT.contains(&&*name) {
                let text = map.next_value::<Option<String>>()?.unwrap_or_default();
                // What is no base64 is no certificate: it is kept as it is, to be told as that.
                let value = STANDARD.decode(text.trim()).unwrap_or_else(|_| text.into_bytes());
                kept.insert(&name, value);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Secret;
    use prost::Message;
    use serde_json::json;

    /// A Secret as the server sends it.
    fn protobuf(entries: &[(&str, &[u8])]) -> Vec<u8> {
        #[derive(Clone, PartialEq, Message)]
        struct Whole {
            #[prost(message, repeated, tag = "2")]
            data: Vec<Entry>,
            #[prost(string, tag = "3")]
            r#type: String,
        }
        let entry = |(name, value): &(&str, &[u8])| Entry { name: (*name).to_owned(), value: value.to_vec() };
        Whole { data: entries.iter().map(entry).collect(), r#type: "kubernetes.io/tls".to_owned() }
            .encode_to_vec()
    }

    #[test]
    fn nothing_but_certificates_is_kept() {
        let entries: [(&str, &[u8]); 4] =
            [("tls.key", b"CANARY"), ("tls.crt", b"public"), ("ca.crt", b"root"), ("password", b"CANARY")];
        let read = Secret::decode(&*protobuf(&entries)).unwrap();
        let data: serde_json::Map<String, serde_json::Value> =
            entries.iter().map(|(name, value)| ((*name).to_owned(), json!(STANDARD.encode(value)))).collect();
        let text = json!({ "type": "kubernetes.io/tls", "data": data }).to_string();
        let from_json: Secret = serde_json::from_str(&text).unwrap();
        assert_eq!(read, from_json);
        let public = read.data.clone().unwrap();
        assert_eq!((public.get("tls.crt"), public.get("ca.crt")), (Some(&b"public"[..]), Some(&b"root"[..])));
        assert_eq!(public.0.len(), 2);
        let written = serde_json::to_string(&read).unwrap();
        let canary = STANDARD.encode("CANARY");
        assert!(!written.contains(&canary) && !written.contains("CANARY"), "{written}");
        assert!(
            !format!("{read:?}").contains("112"),
            "not even the bytes of what is public are logged: {read:?}"
        );
        // Neither way is anything lost when it is written.
        assert_eq!(Secret::decode(&*read.encode_to_vec()).unwrap(), read);
        assert_eq!(serde_json::from_str::<Secret>(&written).unwrap(), read);
    }

    #[test]
    fn odd_data_is_told_and_has_an_end() {
        let of =
            |data: serde_json::Value| serde_json::from_value::<Secret>(json!({ "data": data })).unwrap().data;
        assert_eq!(of(json!(null)), None);
        assert_eq!(of(json!({ "tls.key": 7, "other": [1] })), None);
        assert_eq!(of(json!({ "tls.crt": "no base64!" })).unwrap().get("tls.crt"), Some(&b"no base64!"[..]));
        assert_eq!(of(json!({ "tls.crt": null })).unwrap().get("tls.crt"), Some(&b""[..]));
        let long = of(json!({ "tls.crt": STANDARD.encode(vec![b'x'; 1 << 20]) })).unwrap();
        assert_eq!(long.get("tls.crt").map(<[u8]>::len), Some(LONGEST));
    }
}
