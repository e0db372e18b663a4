//! What identifies objects, and states their kind.

use super::{Kind, without_secrets};
use crate::text::head;
use bytes::Bytes;
use prost::Message;
use serde::Serialize;

/// What distinguishes an object from all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity<'a> {
    /// Empty for objects of the cluster.
    pub namespace: &'a str,
    /// Unique among the objects of a kind in a namespace.
    pub name: &'a str,
    /// Unique among all objects that ever existed.
    pub uid: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Typed<'a, T> {
    pub(super) api_version: &'a str,
    pub(super) kind: &'a str,
    #[serde(flatten)]
    pub(super) object: &'a T,
}

/// The first four bytes of every protobuf answer of the API server.
pub const PROTOBUF_MAGIC: [u8; 4] = *b"k8s\0";

/// `runtime.Unknown`: the message after the magic bytes. It contains the object.
#[derive(Clone, PartialEq, Message)]
pub struct Envelope {
    /// The type of the encoded object.
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

/// Checks that a list states this kind: an answer that states no kind is not an empty list.
pub(super) fn is_list_of(kind: Kind, said: &str) -> Result<(), String> {
    // Often only the names of secrets are requested.
    let is_name = |said: &str| said == kind.name() || kind == Kind::Secret && said == "PartialObjectMetadata";
    if said.strip_suffix("List").is_some_and(is_name) {
        Ok(())
    } else {
        // A server may state any text.
        Err(format!("\"{}\" instead of {}List", without_secrets(head(said, 64)), kind.name()))
    }
}
