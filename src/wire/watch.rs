//! Reads the stream of a watch as it arrives, in the encoding that the server chose: protobuf in frames with a length, or
//! lines of JSON.
//!
//! The formats are those of `k8s.io/apimachinery/pkg/runtime/serializer`: a protobuf frame is four bytes of length and a
//! `metav1.WatchEvent` without the magic bytes; the object in it has them.

use super::object::{Envelope, PROTOBUF_MAGIC};
use super::{Kind, Object, Status};
use crate::memory::Guarded;
use bytes::{Buf, Bytes, BytesMut};
use prost::Message;
use serde::Deserialize;
use serde_json::Value;

/// The largest frame in bytes: the largest object, and what is around it.
const LARGEST_FRAME: usize = (16 << 20) + 4096;

/// What a watch tells.
#[derive(Debug, PartialEq)]
pub enum WatchEvent {
    /// An object was added or changed.
    Changed(Object),
    /// An object was deleted, or its fields or labels are not selected any more. This is its last state.
    Deleted(Object),
    /// An object was added, changed or deleted that would take too much memory: its namespace and name.
    TooLarge(String, String),
    /// Nothing has changed until the version.
    Bookmark,
    /// The server ends the watch.
    Failed(Box<Status>),
}

/// Reads the events of one watch.
pub struct WatchReader {
    kind: Kind,
    json: bool,
    buffer: BytesMut,
}

/// `metav1.WatchEvent`.
#[derive(Clone, PartialEq, Message)]
struct Frame {
    #[prost(string, tag = "1")]
    r#type: String,
    #[prost(message, optional, tag = "2")]
    object: Option<Raw>,
}

/// `runtime.RawExtension`.
#[derive(Clone, PartialEq, Message)]
struct Raw {
    #[prost(bytes = "bytes", tag = "1")]
    raw: Bytes,
}

/// The part of any object that says which version of it this is.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
struct Versioned {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Version>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
struct Version {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "3")]
    namespace: String,
    #[prost(string, tag = "6")]
    #[serde(rename = "resourceVersion")]
    at: String,
}

#[derive(Deserialize)]
struct Line {
    r#type: String,
    object: Value,
}

impl WatchReader {
    /// Reads a watch of a kind. `json` says that the server answers in JSON.
    pub fn new(kind: Kind, json: bool) -> Self {
        Self { kind, json, buffer: BytesMut::new() }
    }

    /// Takes the next bytes, and passes on each event that is complete, with the version of its object.
    ///
    /// # Errors
    /// When they are not events of the kind.
    pub fn push(&mut self, bytes: &[u8], each: &mut impl FnMut(WatchEvent, String)) -> Result<(), String> {
        self.buffer.extend_from_slice(bytes);
        while let Some(frame) = self.frame()? {
            if frame.is_empty() {
                continue;
            }
            let (event, version) =
                if self.json { of_line(self.kind, &frame)? } else { of_frame(self.kind, frame.freeze())? };
            each(event, version);
        }
        Ok(())
    }

    /// Takes a frame out of the buffer, if all of it is there.
    fn frame(&mut self) -> Result<Option<BytesMut>, String> {
        let (head, length, tail) = if self.json {
            match memchr::memchr(b'\n', &self.buffer) {
                Some(end) => (0, end, 1),
                None if self.buffer.len() > LARGEST_FRAME => return Err(too_long(self.buffer.len())),
                None => return Ok(None),
            }
        } else {
            let Some(head) = self.buffer.first_chunk::<4>() else { return Ok(None) };
            let length = usize::try_from(u32::from_be_bytes(*head)).map_err(|error| error.to_string())?;
            if length > LARGEST_FRAME {
                return Err(too_long(length));
            }
            (4, length, 0)
        };
        if self.buffer.len() < head + length + tail {
            return Ok(None);
        }
        self.buffer.advance(head);
        let frame = self.buffer.split_to(length);
        self.buffer.advance(tail);
        Ok(Some(frame))
    }
}

fn too_long(bytes: usize) -> String {
    format!("an event of {bytes} bytes")
}

fn of_frame(kind: Kind, frame: Bytes) -> Result<(WatchEvent, String), String> {
    let wrong = |error: prost::DecodeError| error.to_string();
    let frame = Frame::decode(frame).map_err(wrong)?;
    let raw = frame.object.map(|object| object.raw).unwrap_or_default();
    if !raw.starts_with(&PROTOBUF_MAGIC) {
        return Err("an event without an object".to_owned());
    }
    let object = Envelope::decode(raw.slice(PROTOBUF_MAGIC.len()..)).map_err(wrong)?;
    if frame.r#type == "ERROR" {
        return Ok((WatchEvent::Failed(Box::new(Status::decode(object.raw).map_err(wrong)?)), String::new()));
    }
    is_of(kind, &object.type_meta.kind)?;
    let version = Versioned::decode(object.raw.clone()).map_err(wrong)?.metadata.unwrap_or_default();
    let decode = || {
        if Object::is_too_large(kind, &object.raw) {
            return Ok(None);
        }
        Object::decode(kind, &object.raw).map(Some)
    };
    event(&frame.r#type, version, decode)
}

fn of_line(kind: Kind, line: &[u8]) -> Result<(WatchEvent, String), String> {
    let wrong = |error: serde_json::Error| error.to_string();
    // A slice would be read faster, and a line that is small for its memory could take any amount.
    let Line { r#type, object } = serde_json::from_reader(Guarded::new(line)).map_err(wrong)?;
    if r#type == "ERROR" {
        let status = serde_json::from_value(object).map_err(wrong)?;
        return Ok((WatchEvent::Failed(Box::new(status)), String::new()));
    }
    is_of(kind, object["kind"].as_str().unwrap_or_default())?;
    let version = Versioned::deserialize(&object).map_err(wrong)?;
    let decode = || {
        if super::decoded::is_too_large(&object) {
            return Ok(None);
        }
        Object::from_small_value(kind, &object).map(Some).map_err(wrong)
    };
    event(&r#type, version.metadata.unwrap_or_default(), decode)
}

/// Reads the object of an event, if the event has one.
fn event(
    what: &str,
    version: Version,
    decode: impl FnOnce() -> Result<Option<Object>, String>,
) -> Result<(WatchEvent, String), String> {
    let of: fn(Object) -> WatchEvent = match what {
        "ADDED" | "MODIFIED" => WatchEvent::Changed,
        "DELETED" => WatchEvent::Deleted,
        "BOOKMARK" => return Ok((WatchEvent::Bookmark, version.at)),
        _ => return Err("an event of an unknown type".to_owned()),
    };
    let event = match decode()? {
        Some(object) => of(object),
        None => WatchEvent::TooLarge(version.namespace, version.name),
    };
    Ok((event, version.at))
}

/// Checks that an object is of the kind that is watched.
fn is_of(kind: Kind, said: &str) -> Result<(), String> {
    if said == kind.name() || kind == Kind::Secret && said == "PartialObjectMetadata" {
        Ok(())
    } else {
        Err(format!("an event about another kind than {}", kind.name()))
    }
}

#[cfg(test)]
mod tests;
