//! One document of a file: a single object, or a list. The items of a list are passed on as they are read.

use super::Header;
use crate::wire::{Kind, Object, from_value};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// One part of a document.
#[derive(Debug)]
pub(super) enum Item {
    /// An object of a kind that is read.
    Object(Object),
    /// An object of another kind.
    Unknown(String),
    /// An object that cannot be read: its kind, and its position with the reason.
    Broken(String, String),
    /// The header of a capture.
    Header(Box<Header>),
    /// Another document of this tool: its kind and its content.
    Written(String, Value),
}

/// Reads one document and passes each item to `sink`.
pub(super) struct Document<'s, S>(pub(super) &'s mut S);

impl<'de, S: FnMut(Item)> DeserializeSeed<'de> for Document<'_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(DocumentVisitor(self.0))
    }
}

struct DocumentVisitor<'s, S>(&'s mut S);

impl<'de, S: FnMut(Item)> Visitor<'de> for DocumentVisitor<'_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a Kubernetes object or list")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let mut rest = Map::new();
        let mut items = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == "items" {
                // The items of a PodList have no kind of their own, and the kind of the list may follow them.
                let list_kind = rest.get("kind").and_then(Value::as_str).and_then(item_kind);
                let mut read = ItemsSeed { sink: self.0, list_kind, waiting: Vec::new(), count: 0 };
                map.next_value_seed(&mut read)?;
                items = Some(read.waiting);
            } else {
                rest.insert(key, map.next_value()?);
            }
        }
        let kind = rest.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
        match items {
            _ if kind == "Snapshot" => {
                let header = from_value(&Value::Object(rest)).map_err(M::Error::custom)?;
                (self.0)(Item::Header(Box::new(header)));
            }
            Some(waiting) => {
                for (index, value) in waiting {
                    (self.0)(item(value, item_kind(&kind), &format!("items[{index}]")));
                }
            }
            None if is_ours(&rest) && Kind::from_name(&kind).is_none() => {
                (self.0)(Item::Written(kind, Value::Object(rest)));
            }
            None if kind.is_empty() => {
                return Err(M::Error::custom("no kind: not a Kubernetes object or list"));
            }
            None => (self.0)(item(Value::Object(rest), None, "the object")),
        }
        Ok(())
    }
}

/// Whether this tool wrote it.
fn is_ours(document: &Map<String, Value>) -> bool {
    let version = document.get("apiVersion").and_then(Value::as_str);
    version.is_some_and(|version| version.starts_with("healthcheck/"))
}

/// The kind of the items of a list of this kind: Pods in a `PodList`, unknown in a `List`.
fn item_kind(list: &str) -> Option<Kind> {
    list.strip_suffix("List").and_then(Kind::from_name)
}

struct ItemsSeed<'s, S> {
    sink: &'s mut S,
    list_kind: Option<Kind>,
    /// Items whose kind is not known yet.
    waiting: Vec<(usize, Value)>,
    count: usize,
}

impl<'de, S: FnMut(Item)> DeserializeSeed<'de> for &mut ItemsSeed<'_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: FnMut(Item)> Visitor<'de> for &mut ItemsSeed<'_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the items of a list")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(value) = seq.next_element::<Value>()? {
            let index = self.count;
            self.count += 1;
            if self.list_kind.is_none() && value.get("kind").is_none() {
                self.waiting.push((index, value));
            } else {
                (self.sink)(item(value, self.list_kind, &format!("items[{index}]")));
            }
        }
        Ok(())
    }
}

/// Reads one object, whose kind is its own or that of its list.
fn item(value: Value, list_kind: Option<Kind>, place: &str) -> Item {
    if !value.is_object() {
        let kind = list_kind.map_or("Object", Kind::name);
        return Item::Broken(kind.to_owned(), format!("{place}: not an object"));
    }
    let own = value.get("kind").and_then(Value::as_str);
    let Some(kind) = own.map_or(list_kind, Kind::from_name) else {
        return Item::Unknown(own.unwrap_or("an object without kind").to_owned());
    };
    // Another group may have a kind of the same name. An object without a version is read as this kind.
    let version = value.get("apiVersion").and_then(Value::as_str);
    if let Some(version) = version.filter(|version| *version != kind.api_version()) {
        return Item::Unknown(format!("{version} {}", kind.name()));
    }
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or("?").to_owned();
    let name = format!("{}/{}", text("/metadata/namespace"), text("/metadata/name"));
    match Object::from_value(kind, value) {
        Ok(object) => Item::Object(object),
        Err(error) => Item::Broken(kind.name().to_owned(), format!("{place} {name}: {error}")),
    }
}
