//! The public part of a Secret of type `kubernetes.io/tls`: its certificates. The server also sends the private key and any
//! other entries, which are dropped while they are decoded and never read. Of an entry with the name of a certificate only
//! the certificates are kept: some users put keys there too.
//!
//! What does not belong here: the content of a certificate (`tls`).

use super::shape::Sieve;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{Buf, BufMut};
use prost::DecodeError;
use prost::encoding::{DecodeContext, WireType, btree_map, bytes as prost_bytes, message, string};
use serde::de::{Deserialize, Deserializer};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// The entry with the certificate and the chain to its issuer, in PEM.
pub const CERTIFICATE: &str = "tls.crt";

/// The entry with the authority, if there is one.
pub const AUTHORITY: &str = "ca.crt";

/// The entries that are kept.
const KEPT: [&str; 2] = [CERTIFICATE, AUTHORITY];

/// Replaces an entry with a private key and no certificate.
pub const PRIVATE_KEY: &[u8] = b"PRIVATE KEY";

/// Replaces an entry without a certificate in PEM.
pub const NO_PEM: &[u8] = b"no PEM";

/// The first and the last line of a certificate.
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The most bytes of a value; the rest is cut off. A certificate has about two thousand.
const LONGEST: usize = 64 << 10;

/// The entries of a Secret that are kept. There is at least one.
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
    /// The entry of a name that is kept.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(Vec::as_slice)
    }

    fn insert(&mut self, name: &str, value: &[u8]) {
        self.0.insert(name.to_owned(), certificates(value));
    }
}

/// The complete certificates of a text, up to the limit, without the text around them; a marker if there is no
/// certificate.
fn certificates(value: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(value);
    let mut out = Vec::new();
    let mut block = String::new();
    for line in text.split(['\n', '\r']) {
        match line.trim_end() {
            BEGIN => block = format!("{BEGIN}\n"),
            _ if block.is_empty() => {}
            END if out.len() + block.len() + END.len() < LONGEST => {
                let whole = std::mem::take(&mut block);
                let kept = if holds_certificate(&whole) { &*whole } else { EMPTY };
                out.extend_from_slice(kept.as_bytes());
                out.extend_from_slice(END.as_bytes());
                out.push(b'\n');
            }
            END if !out.is_empty() => block.clear(),
            // A section that another one begins in is broken. Nothing of the other one is taken for it.
            line if line.starts_with("-----") => close(&mut block, &mut out),
            line => block = block + line + "\n",
        }
    }
    close(&mut block, &mut out);
    if out.is_empty() && !value.trim_ascii().is_empty() {
        out.extend_from_slice(if text.contains("PRIVATE KEY") { PRIVATE_KEY } else { NO_PEM });
    }
    out.shrink_to_fit();
    out
}

/// The first line of a section that is otherwise dropped.
const EMPTY: &str = "-----BEGIN CERTIFICATE-----\n";

/// The number of characters of a section that are decoded to find its type.
const HEAD: usize = 32;

/// Whether a section looks like a certificate: everything else with that name is dropped, keys above all. Only the first tags
/// are read: a sequence that begins with a sequence that begins with a version or a number. A key begins with its version, and
/// an encrypted key with its algorithm.
fn holds_certificate(section: &str) -> bool {
    let body = section.lines().skip(1).flat_map(str::bytes).filter(|byte| !byte.is_ascii_whitespace());
    let head = STANDARD.decode(body.take(HEAD).collect::<Vec<u8>>()).unwrap_or_default();
    let inside = within(&head).and_then(within);
    inside.and_then(<[u8]>::first).is_some_and(|tag| matches!(tag, 0xa0 | 0x02))
}

/// The content of a sequence in DER.
fn within(der: &[u8]) -> Option<&[u8]> {
    let (tag, rest) = der.split_first()?;
    let (length, rest) = rest.split_first()?;
    let more = if *length < 0x80 { 0 } else { usize::from(length & 0x7f) };
    rest.get(more..).filter(|_| *tag == 0x30)
}

/// Keeps only the first line of a section without an end: it is broken, and its content may be anything.
fn close(block: &mut String, out: &mut Vec<u8>) {
    if !block.is_empty() && out.len() + BEGIN.len() < LONGEST {
        out.extend_from_slice(EMPTY.as_bytes());
    }
    block.clear();
}

/// The functions that prost calls for the field, as for [`super::Annotations`]: to prost it is a oneof, on the wire a map.
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
        if is_kept(&entry.name) {
            kept.get_or_insert_default().insert(&entry.name, &entry.value);
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

/// Reads the entries that are kept, if there are any.
pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Public>, D::Error> {
    let read = Option::<Public>::deserialize(deserializer)?;
    Ok(read.filter(|public| !public.0.is_empty()))
}

impl<'de> Deserialize<'de> for Public {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let keep = |kept: &mut Self, name: &str, text: String| {
            // An entry that is not base64 has no certificate.
            kept.insert(name, &STANDARD.decode(text.trim()).unwrap_or_else(|_| text.into_bytes()));
        };
        deserializer.deserialize_map(Sieve { what: "the data of a Secret", keeps: is_kept, keep })
    }
}

fn is_kept(name: &str) -> bool {
    KEPT.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Secret;
    use prost::Message;
    use serde_json::json;

    /// Something that looks like a certificate.
    fn pem(text: &str) -> Vec<u8> {
        section(&[&[0x30, 0x82, 1, 0, 0x30, 0x81, 200, 0xa0], text.as_bytes()].concat()).into_bytes()
    }

    fn section(der: &[u8]) -> String {
        format!("{BEGIN}\n{}\n{END}\n", STANDARD.encode(der))
    }

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
        let entries: [(&str, &[u8]); 4] = [
            ("tls.key", b"CANARY"),
            ("tls.crt", &pem("public")),
            ("ca.crt", &pem("root")),
            ("password", b"CANARY"),
        ];
        let read = Secret::decode(&*protobuf(&entries)).unwrap();
        let data: serde_json::Map<String, serde_json::Value> =
            entries.iter().map(|(name, value)| ((*name).to_owned(), json!(STANDARD.encode(value)))).collect();
        let text = json!({ "type": "kubernetes.io/tls", "data": data }).to_string();
        let from_json: Secret = serde_json::from_str(&text).unwrap();
        assert_eq!(read, from_json);
        let public = read.data.clone().unwrap();
        assert_eq!(
            (public.get("tls.crt"), public.get("ca.crt")),
            (Some(&*pem("public")), Some(&*pem("root")))
        );
        assert_eq!(public.0.len(), 2);
        let written = serde_json::to_string(&read).unwrap();
        let canary = STANDARD.encode("CANARY");
        assert!(!written.contains(&canary) && !written.contains("CANARY"), "{written}");
        assert!(
            !format!("{read:?}").contains("45, 45"),
            "not even the bytes of what is public are logged: {read:?}"
        );
        // Nothing is lost when it is written again.
        assert_eq!(Secret::decode(&*read.encode_to_vec()).unwrap(), read);
        assert_eq!(serde_json::from_str::<Secret>(&written).unwrap(), read);
    }

    #[test]
    fn odd_data_is_told_and_has_an_end() {
        let of =
            |data: serde_json::Value| serde_json::from_value::<Secret>(json!({ "data": data })).unwrap().data;
        assert_eq!(of(json!(null)), None);
        assert_eq!(of(json!({ "tls.key": 7, "other": [1] })), None);
        assert_eq!(of(json!({ "tls.crt": "no base64!" })).unwrap().get("tls.crt"), Some(NO_PEM));
        assert_eq!(of(json!({ "tls.crt": null })).unwrap().get("tls.crt"), Some(&b""[..]));
        let many = of(json!({ "tls.crt": STANDARD.encode(pem("x").repeat(1 << 14)) })).unwrap();
        let kept = many.get("tls.crt").unwrap();
        assert!(kept.len() < LONGEST && kept.ends_with(b"END CERTIFICATE-----\n"), "{}", kept.len());
        let one = pem(&"x".repeat(1 << 20));
        let long = of(json!({ "tls.crt": STANDARD.encode(one) })).unwrap();
        assert_eq!(long.get("tls.crt"), Some(&b"-----BEGIN CERTIFICATE-----\n"[..]));
    }

    #[test]
    fn a_key_in_the_place_of_a_certificate_is_let_go() {
        let key = "-----BEGIN PRIVATE KEY-----\nCANARY\n-----END PRIVATE KEY-----\n";
        let kept = |text: &str| String::from_utf8(certificates(text.as_bytes())).unwrap();
        let one = String::from_utf8(pem("public")).unwrap();
        assert_eq!(kept(key), "PRIVATE KEY");
        assert_eq!(kept("CANARY"), "no PEM");
        assert_eq!(kept(" \n"), "");
        assert_eq!(kept(&format!("CANARY\n{key}{one}{key}{one}CANARY")), one.repeat(2));
        let begun = "-----BEGIN CERTIFICATE-----\n";
        assert_eq!(kept(&format!("{begun}CANARY\n{key}{one}")), begun.to_owned() + &one);
        assert_eq!(kept(&format!("{begun}CANARY")), begun);
        // So is a key with the name of a certificate: plain (PKCS #8, PKCS #1, SEC 1), encrypted, or other.
        let empty = format!("{BEGIN}\n{END}\n");
        for begins in [
            &[0x30, 0x82, 1, 0, 0x02, 1, 0, 0x30, 13][..],
            &[0x30, 0x77, 0x02, 1, 1, 0x04, 32],
            &[0x30, 0x81, 200, 0x30, 64, 0x06, 9],
            &[0x04, 3, 1, 2, 3],
            &[0x30],
            &[0x30, 0xff],
            &[],
        ] {
            let key = section(&[begins, b"CANARY"].concat());
            assert_eq!(kept(&(one.clone() + &key)), one.clone() + &empty, "{begins:x?}");
            assert_eq!(kept(&kept(&key)), empty, "read again from a capture");
        }
        assert_eq!(
            kept(&section(&[0x30, 0x0a, 0x30, 0x08, 0x02, 1, 7])),
            section(&[0x30, 0x0a, 0x30, 0x08, 0x02, 1, 7])
        );
        for text in ["PRIVATE KEY", "no PEM", &one, begun] {
            assert_eq!(kept(&kept(text)), kept(text), "read again from a capture");
        }
    }
}
