//! One document of a file: a single object, or a list. The items of a list are passed on as they are read.

use super::Header;
use super::object_text::object_ends;
use crate::text::{Fact, Message, parse_words, reasons};
use crate::wire::{Kind, Object, Time, from_value};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// One part of a document.
#[derive(Debug)]
pub(super) enum Item {
    /// An object of a kind that is read, and its age.
    Object(Object, Age),
    /// A list of a kind that is read, which may be empty.
    List(Kind),
    /// A list that is one page of a longer one: the kind of the items, the number that it has, and the number that follow, if
    /// the server stated it.
    Page(String, u64, Option<u64>),
    /// An object of another kind.
    Unknown(String),
    /// An object that cannot be read: its kind, its position and name, and the reason.
    Broken(String, String, Message),
    /// The header of a capture.
    Header(Box<Header>),
    /// Another document of this tool: its kind and its content.
    Written(String, Value),
}

/// What tells which of two copies of an object is newer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Age {
    version: Option<u64>,
    created: Option<Time>,
    /// Whether an API server has set anything in it. A manifest was never in a cluster.
    pub(super) stored: bool,
}

impl Age {
    fn of(object: &Value) -> Self {
        let version = object.pointer("/metadata/resourceVersion").and_then(Value::as_str);
        let created = object.pointer("/metadata/creationTimestamp");
        let is_set = |pointer: &str| {
            object.pointer(pointer).is_some_and(|value| match value {
                Value::Null => false,
                Value::Object(fields) => !fields.is_empty(),
                _ => true,
            })
        };
        let server_fields =
            ["/metadata/uid", "/metadata/creationTimestamp", "/metadata/resourceVersion", "/status"];
        Self {
            stored: server_fields.into_iter().any(is_set),
            version: version.and_then(|version| version.parse().ok()),
            created: created.and_then(|time| Time::deserialize(time).ok()),
        }
    }

    /// Whether it is newer than another copy: by the version of the object, else by its creation.
    pub(super) fn is_newer_than(self, other: Self) -> bool {
        match (self.version, other.version) {
            (Some(version), Some(other)) => version > other,
            _ => self.created > other.created,
        }
    }
}

/// What a document contains, in errors about one that does not.
pub(super) const OBJECTS: &str = "a Kubernetes object or list";

/// Reads one document and passes each item to `sink`.
pub(super) struct Document<'s, S>(pub(super) &'s mut S);

impl<'de, S: FnMut(Item)> DeserializeSeed<'de> for Document<'_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(DocumentVisitor(self.0, None))
    }
}

/// Reads an array of objects without a list around them, as some support bundles have it. The kind is that of objects that
/// state none, if the name of the file tells it.
pub(super) struct Array<'s, S>(pub(super) &'s mut S, pub(super) Option<Kind>);

impl<'de, S: FnMut(Item)> DeserializeSeed<'de> for Array<'_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(DocumentVisitor(self.0, self.1))
    }
}

struct DocumentVisitor<'s, S>(&'s mut S, Option<Kind>);

impl<'de, S: FnMut(Item)> Visitor<'de> for DocumentVisitor<'_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(OBJECTS)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        let Self(sink, list_kind) = self;
        let mut read = ItemsSeed { sink, list_kind, waiting: Vec::new(), count: 0 };
        Visitor::visit_seq(&mut read, seq)?;
        if read.waiting.is_empty() {
            if let Some(kind) = list_kind {
                (read.sink)(Item::List(kind));
            }
            return Ok(());
        }
        Err(A::Error::custom(format_args!("no kind: not {OBJECTS}")))
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
                items = Some((read.waiting, read.count));
            } else {
                rest.insert(key, map.next_value()?);
            }
        }
        object_ends();
        let kind = rest.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
        if let Some(page) = items.as_ref().and_then(|(_, count)| page(&kind, &rest, *count)) {
            (self.0)(page);
        }
        match items.map(|(waiting, _)| waiting) {
            _ if kind == "Snapshot" => {
                let header = from_value(&Value::Object(rest)).map_err(M::Error::custom)?;
                (self.0)(Item::Header(Box::new(header)));
            }
            Some(waiting) => {
                if let Some(kind) = item_kind(&kind) {
                    (self.0)(Item::List(kind));
                }
                for (index, value) in waiting {
                    (self.0)(item(value, item_kind(&kind), &format!("items[{index}]")));
                }
            }
            None if is_ours(&rest) && Kind::from_name(&kind).is_none() => {
                (self.0)(Item::Written(kind, Value::Object(rest)));
            }
            None if kind.is_empty() => {
                return Err(M::Error::custom(format_args!("no kind: not {OBJECTS}")));
            }
            None => (self.0)(item(Value::Object(rest), None, "the object")),
        }
        Ok(())
    }
}

/// The note that a list is one page of a longer one.
fn page(kind: &str, list: &Map<String, Value>, count: usize) -> Option<Item> {
    let metadata = list.get("metadata")?;
    let token = metadata.get("continue").and_then(Value::as_str).unwrap_or_default();
    let follow = metadata.get("remainingItemCount").and_then(Value::as_u64).filter(|count| *count > 0);
    let items = kind.strip_suffix("List").filter(|items| !items.is_empty()).unwrap_or(kind);
    (!token.is_empty() || follow.is_some()).then(|| Item::Page(items.to_owned(), count as u64, follow))
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
            object_ends();
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

/// Earlier versions of kinds in which all fields that are read are the same.
const OLDER: [(&str, Kind); 4] = [
    ("autoscaling/v2beta2", Kind::HorizontalPodAutoscaler),
    ("batch/v1beta1", Kind::CronJob),
    ("discovery.k8s.io/v1beta1", Kind::EndpointSlice),
    ("policy/v1beta1", Kind::PodDisruptionBudget),
];

/// Reads one object, whose kind is its own or that of its list.
fn item(value: Value, list_kind: Option<Kind>, place: &str) -> Item {
    if !value.is_object() {
        let kind = list_kind.map_or("Object", Kind::name);
        return Item::Broken(kind.to_owned(), place.to_owned(), Message::plain(&reasons::EXPECTED_OBJECT));
    }
    let own = value.get("kind").and_then(Value::as_str);
    let Some(kind) = own.map_or(list_kind, Kind::from_name) else {
        return Item::Unknown(own.unwrap_or("an object without kind").to_owned());
    };
    // Another group may have a kind of the same name. An object without a version is read as this kind.
    let version = value.get("apiVersion").and_then(Value::as_str);
    let is_read = |version: &str| version == kind.api_version() || OLDER.contains(&(version, kind));
    if let Some(version) = version.filter(|version| !is_read(version)) {
        return Item::Unknown(format!("{version} {}", kind.name()));
    }
    let nameless = value.pointer("/metadata/name").and_then(Value::as_str).is_none_or(str::is_empty);
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or("?").to_owned();
    let name = format!("{}/{}", text("/metadata/namespace"), text("/metadata/name"));
    let age = Age::of(&value);
    match Object::from_value(kind, value) {
        Ok(_) if nameless => {
            let why = Message::new(&reasons::FIELD_MISSING, vec![("name", Fact::text("metadata.name"))]);
            Item::Broken(kind.name().to_owned(), place.to_owned(), why)
        }
        Ok(object) => Item::Object(object, age),
        Err(error) => {
            Item::Broken(kind.name().to_owned(), format!("{place} {name}"), parse_words(&error.to_string()))
        }
    }
}
