//! Reads a list as it arrives: an object is decoded when its last byte is there, so that a page of many megabytes needs the
//! memory of one object, and the token of the next page is known with the first bytes.
//!
//! prost decodes whole messages; this file reads the list around them.

use super::object::{PROTOBUF_MAGIC, TypeMeta, is_list_of};
use super::{Kind, ListMeta, Object, json_list};
use bytes::{Buf, BytesMut};
use prost::Message;

/// The largest object in bytes. etcd accepts 1.5 MiB by default, and servers are rarely set to more than 10 MiB.
const LARGEST_OBJECT: u64 = 16 << 20;

/// The largest page of JSON in bytes, which is read when all of it is there: ten times 500 pods of 10 kB.
const LARGEST_JSON: usize = 48 << 20;

/// Reads one page of a list, in the encoding that the server chose.
pub struct ListReader {
    kind: Kind,
    buffer: BytesMut,
    place: Place,
    /// Whether it has stated that it is a list of the kind.
    named: bool,
    metadata: Option<ListMeta>,
    /// The number of objects read.
    read: usize,
    /// The number of objects that were left out because of their size.
    too_large: u64,
}

/// The position of the next byte in the page.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    /// In the four bytes that distinguish the encodings.
    Start,
    /// In JSON, which is read at its end.
    Json,
    /// In the envelope, before the list.
    Envelope,
    /// In the list, with this number of bytes left.
    List(u64),
    /// In the envelope, after the list.
    After,
}

/// A field of a message.
pub(super) struct Field {
    pub(super) number: u64,
    /// The bytes of key and length before the content.
    head: usize,
    /// The bytes of the content.
    length: u64,
}

impl Field {
    /// Returns its content and what follows, if all of it is there.
    pub(super) fn split<'b>(&self, bytes: &'b [u8]) -> Option<(&'b [u8], &'b [u8])> {
        bytes.get(self.head..)?.split_at_checked(usize::try_from(self.length).ok()?)
    }
}

impl ListReader {
    /// Reads a list of this kind.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            buffer: BytesMut::new(),
            place: Place::Start,
            named: false,
            metadata: None,
            read: 0,
            too_large: 0,
        }
    }

    /// The token of the next page, as soon as it is known; empty on the last page.
    pub fn token(&self) -> Option<&str> {
        // In protobuf, the metadata comes before the objects.
        self.metadata.as_ref().map(|metadata| metadata.r#continue.as_str())
    }

    /// Takes the next bytes, and passes on each object that is complete.
    ///
    /// # Errors
    /// When they are not a list of the kind.
    pub fn push(&mut self, bytes: &[u8], each: &mut impl FnMut(Object)) -> Result<(), String> {
        if self.place == Place::Json && self.buffer.len() + bytes.len() > LARGEST_JSON {
            return Err(format!("a page of more than {} MiB of JSON", LARGEST_JSON >> 20));
        }
        self.buffer.extend_from_slice(bytes);
        if self.place == Place::Start && self.buffer.len() >= PROTOBUF_MAGIC.len() {
            self.place = if self.buffer.starts_with(&PROTOBUF_MAGIC) {
                self.buffer.advance(PROTOBUF_MAGIC.len());
                Place::Envelope
            } else {
                Place::Json
            };
        }
        while self.step(each)? {}
        Ok(())
    }

    /// Returns the metadata of the list after its last byte, and the number of objects that were left out because they take
    /// too much memory.
    ///
    /// # Errors
    /// When the list is not complete.
    pub fn finish(self, each: &mut impl FnMut(Object)) -> Result<(ListMeta, u64), String> {
        match self.place {
            Place::Start | Place::Json => json_list(self.kind, &self.buffer, each),
            Place::After | Place::List(0) if self.buffer.is_empty() => {
                // Every list has it, even an empty one.
                let metadata = self.metadata.filter(|_| self.named);
                Ok((metadata.ok_or("a list that does not state its kind")?, self.too_large))
            }
            _ => Err(format!("the list ends in the middle, after {} objects", self.read)),
        }
    }

    /// Reads one field, if all of it is there. Returns whether there may be another one.
    fn step(&mut self, each: &mut impl FnMut(Object)) -> Result<bool, String> {
        match self.place {
            Place::Start | Place::Json => Ok(false),
            Place::Envelope | Place::After => {
                let Some(field) = field(&self.buffer)? else { return Ok(false) };
                if field.number == 2 && self.place == Place::Envelope {
                    self.buffer.advance(field.head);
                    self.place = Place::List(field.length);
                    return Ok(true);
                }
                let content = self.content(&field)?;
                if let Some(content) = content.as_ref().filter(|_| field.number == 1) {
                    let said = TypeMeta::decode(&**content).map_err(|e| e.to_string())?;
                    is_list_of(self.kind, &said.kind)?;
                    self.named = true;
                }
                Ok(content.is_some())
            }
            Place::List(0) => {
                self.place = Place::After;
                Ok(true)
            }
            Place::List(left) => {
                let Some(field) = field(&self.buffer)? else { return Ok(false) };
                let Some(content) = self.content(&field)? else { return Ok(false) };
                match field.number {
                    1 => self.metadata = Some(ListMeta::decode(content).map_err(|e| e.to_string())?),
                    2 if Object::is_too_large(self.kind, &content) => self.too_large += 1,
                    2 => {
                        each(Object::decode(self.kind, &content)?);
                        self.read += 1;
                    }
                    _ => {}
                }
                let read = field.head as u64 + field.length;
                let left = left.checked_sub(read).ok_or("an object that is longer than its list")?;
                self.place = Place::List(left);
                Ok(true)
            }
        }
    }

    /// Takes the content of a field out of the buffer, if all of it is there.
    fn content(&mut self, field: &Field) -> Result<Option<BytesMut>, String> {
        if field.length > LARGEST_OBJECT {
            return Err(format!("an object of {} bytes", field.length));
        }
        let length = usize::try_from(field.length).map_err(|e| e.to_string())?;
        if self.buffer.len() < field.head + length {
            return Ok(None);
        }
        self.buffer.advance(field.head);
        Ok(Some(self.buffer.split_to(length)))
    }
}

/// Reads the key of the next field, and its length; `None` if they are not all there.
pub(super) fn field(bytes: &[u8]) -> Result<Option<Field>, String> {
    let Some((key, key_length)) = varint(bytes)? else { return Ok(None) };
    let rest = bytes.get(key_length..).unwrap_or_default();
    let (skip, length) = match key & 7 {
        0 => match varint(rest)? {
            Some((_, length)) => (0, length as u64),
            None => return Ok(None),
        },
        1 => (0, 8),
        2 => match varint(rest)? {
            Some((length, skip)) => (skip, length),
            None => return Ok(None),
        },
        5 => (0, 4),
        other => return Err(format!("a field of the unknown type {other}")),
    };
    Ok(Some(Field { number: key >> 3, head: key_length + skip, length }))
}

/// Reads a number and the number of its bytes; `None` if they are not all there.
fn varint(bytes: &[u8]) -> Result<Option<(u64, usize)>, String> {
    let mut value = 0;
    for (index, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok(Some((value, index + 1)));
        }
    }
    if bytes.len() < 10 { Ok(None) } else { Err("a number that does not end".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Envelope, Pod};
    use proptest::prelude::*;

    #[derive(Clone, PartialEq, Message)]
    struct PodList {
        #[prost(message, required, tag = "1")]
        metadata: ListMeta,
        #[prost(message, repeated, tag = "2")]
        items: Vec<Pod>,
    }

    fn page(names: &[String], token: &str) -> Vec<u8> {
        let mut list = PodList::default();
        list.metadata.r#continue = token.to_owned();
        for name in names {
            let mut pod = Pod::default();
            pod.metadata.name.clone_from(name);
            list.items.push(pod);
        }
        let mut bytes = PROTOBUF_MAGIC.to_vec();
        let type_meta = TypeMeta { kind: "PodList".to_owned() };
        bytes.extend(Envelope { type_meta, raw: list.encode_to_vec().into() }.encode_to_vec());
        bytes
    }

    fn read(bytes: &[u8], cut: usize) -> Result<(ListMeta, Vec<Object>), String> {
        let mut reader = ListReader::new(Kind::Pod);
        let mut objects = Vec::new();
        for chunk in bytes.chunks(cut) {
            reader.push(chunk, &mut |object| objects.push(object))?;
        }
        let (metadata, too_large) = reader.finish(&mut |object| objects.push(object))?;
        assert_eq!(too_large, 0);
        Ok((metadata, objects))
    }

    proptest! {
        #[test]
        fn a_page_reads_the_same_however_it_is_cut(
            names in proptest::collection::vec("[a-z]{0,40}", 0..20), cut in 1usize..200,
        ) {
            let bytes = page(&names, "more");
            let (metadata, objects) = read(&bytes, cut).unwrap();
            prop_assert_eq!(metadata.r#continue, "more");
            let read: Vec<String> = objects.iter().map(|object| object.identity().name.to_owned()).collect();
            prop_assert_eq!(read, names);
        }

        #[test]
        fn a_page_that_ends_early_is_an_error(
            names in proptest::collection::vec("[a-z]{1,40}", 1..20), cut in any::<prop::sample::Index>(),
        ) {
            let bytes = page(&names, "");
            let end = cut.index(bytes.len());
            prop_assert!(read(&bytes[..end], 50).is_err());
        }

        #[test]
        fn nonsense_is_an_error_and_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut framed = PROTOBUF_MAGIC.to_vec();
            framed.extend(&bytes);
            let _ = read(&framed, 7);
            let _ = read(&bytes, 7);
        }
    }

    #[test]
    fn the_token_is_known_before_the_objects() {
        let bytes = page(&vec!["x".repeat(1000); 20], "next");
        let mut reader = ListReader::new(Kind::Pod);
        reader.push(&bytes[..100], &mut |_| {}).unwrap();
        assert_eq!(reader.token(), Some("next"));
    }

    #[test]
    fn json_is_read_as_well() {
        let json = br#"{"kind":"PodList","metadata":{"continue":"c"},"items":[{"metadata":{"name":"a"}}]}"#;
        let (metadata, objects) = read(json, 9).unwrap();
        assert_eq!((metadata.r#continue.as_str(), objects.len()), ("c", 1));
        assert!(read(&json[..40], 9).is_err());
        assert!(read(b"", 1).is_err());
    }

    #[test]
    fn what_is_no_list_of_the_kind_is_not_taken_for_an_empty_one() {
        for json in [&b"{}"[..], br#"{"kind":"Status","code":200}"#, br#"{"kind":"PodListing"}"#] {
            assert!(read(json, 9).is_err(), "{}", String::from_utf8_lossy(json));
        }
        let mut pods = page(&[], "");
        assert!(read(&pods, 9).is_ok());
        pods.splice(4.., Envelope::default().encode_to_vec());
        assert!(read(&pods, 9).is_err());
        let nodes = TypeMeta { kind: "NodeList".to_owned() };
        pods.splice(4.., Envelope { type_meta: nodes, ..Envelope::default() }.encode_to_vec());
        assert!(read(&pods, 9).is_err());
    }
}
