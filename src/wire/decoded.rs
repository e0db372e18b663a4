//! The memory that an object takes once it is decoded. An empty message has two bytes in protobuf and hundreds in memory,
//! so a small answer may need gigabytes. The memory is computed from the bytes, before anything is decoded.

use super::stream::field;
use crate::text::{Fact, Message, reasons};
use serde_json::Value;
use std::collections::BTreeMap;

/// The most memory of one decoded object in bytes. An object of 1.5 MiB, the most that etcd accepts by default, takes less.
pub(super) const MOST: usize = 16 << 20;

/// Objects of this many bytes in protobuf cannot take more than `MOST`, so they are not measured.
pub(super) const SMALL: usize = 32 << 10;

/// The memory of an object of JSON in bytes: that of the largest struct.
const STRUCT: usize = 512;

/// The memory of the content of a field, apart from the struct that has it. It is never less than what is used.
pub(super) trait Decoded {
    /// Returns it in bytes.
    fn heap(content: &[u8]) -> usize;
}

/// Types without parts on the heap.
macro_rules! flat {
    ($($type:ty)*) => { $(impl Decoded for $type {
        fn heap(_: &[u8]) -> usize {
            0
        }
    })* };
}

/// Messages that are not declared with `wire!`. Their parts are texts and small messages of texts.
macro_rules! small {
    ($($type:ty)*) => { $(impl Decoded for $type {
        fn heap(content: &[u8]) -> usize {
            content.len().saturating_mul(64)
        }
    })* };
}

/// Messages that are not declared with `wire!` and have larger parts.
macro_rules! parts {
    ($($type:ident { $($tag:literal: $part:ty),* })*) => { $(impl Decoded for super::$type {
        fn heap(content: &[u8]) -> usize {
            sum(content, &|number, content| match number {
                $($tag => <$part>::heap(content),)*
                _ => 0,
            })
        }
    })* };
}

parts! {
    IngressRule { 1: String, 2: super::IngressRuleValue }
    Volume { 1: String, 2: super::VolumeSource }
    WebhookRule { 1: String, 2: super::WebhookResources }
    Secret { 1: super::ObjectMeta, 2: String, 3: String }
}
flat! { bool i32 i64 super::Time }
small! { super::IntOrString super::Quantity super::Resource super::Resources }

impl Decoded for String {
    fn heap(content: &[u8]) -> usize {
        content.len()
    }
}

impl<T: Decoded> Decoded for Option<T> {
    fn heap(content: &[u8]) -> usize {
        T::heap(content)
    }
}

impl<T: Decoded> Decoded for Box<T> {
    fn heap(content: &[u8]) -> usize {
        size_of::<T>() + T::heap(content)
    }
}

/// A list grows by doubling.
impl<T: Decoded> Decoded for Vec<T> {
    fn heap(content: &[u8]) -> usize {
        2 * size_of::<T>() + T::heap(content)
    }
}

/// The nodes of a tree are at least half full.
impl<K, V> Decoded for BTreeMap<K, V> {
    fn heap(content: &[u8]) -> usize {
        2 * size_of::<(K, V)>() + 2 * content.len()
    }
}

/// Adds up the memory of the fields of a message. Bytes that are no message are decoded no further either.
pub(super) fn sum(message: &[u8], heap: &dyn Fn(u64, &[u8]) -> usize) -> usize {
    let (mut rest, mut total) = (message, 0_usize);
    while let Ok(Some(field)) = field(rest) {
        let Some((content, after)) = field.split(rest) else { break };
        total = total.saturating_add(heap(field.number, content));
        rest = after;
    }
    total
}

/// Returns the tag of a field as `prost` states it: `string, optional, tag = "3"`.
pub(super) const fn tag(attributes: &str) -> u64 {
    let bytes = attributes.as_bytes();
    let (mut index, mut quotes, mut tag, mut place) = (bytes.len(), 0, 0, 1);
    // The tag is the last text in quotes.
    while index > 0 && quotes < 2 {
        index -= 1;
        #[allow(clippy::indexing_slicing, reason = "the index is within the text")]
        let byte = bytes[index];
        if byte == b'"' {
            quotes += 1;
        } else if quotes == 1 {
            assert!(byte.is_ascii_digit(), "a tag is a number");
            tag += (byte - b'0') as u64 * place;
            place *= 10;
        }
    }
    tag
}

/// Says that each of some objects takes more than `MOST`.
pub(crate) fn too_large(count: u64) -> Message {
    let facts = vec![("count", Fact::count(count)), ("size", Fact::count(MOST >> 20))];
    Message::new(&reasons::OBJECTS_TOO_LARGE, facts)
}

/// Whether a parsed object would take too much memory.
pub(super) fn is_too_large(value: &Value) -> bool {
    of_value(value) > MOST
}

/// Returns the memory of a parsed object, decoded.
fn of_value(value: &Value) -> usize {
    match value {
        Value::Object(fields) => {
            let parts = fields.iter().map(|(name, value)| name.len() + of_value(value));
            parts.fold(STRUCT, usize::saturating_add)
        }
        Value::Array(items) => items.iter().map(of_value).fold(size_of::<Vec<u8>>(), usize::saturating_add),
        Value::String(text) => 2 * size_of::<String>() + text.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) => size_of::<Value>(),
    }
}

#[cfg(test)]
mod tests;
