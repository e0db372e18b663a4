//! A page of a list in JSON.

use super::object::is_list_of;
use super::{Kind, ListMeta, Object, decoded};
use crate::memory::Guarded;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// Reads a page and passes on each object as it is read. Returns its metadata, and the number of objects that were left out
/// because they take too much memory.
///
/// # Errors
/// When the bytes are not a list or end early; the text states where.
pub(super) fn json_list(
    kind: Kind,
    body: &[u8],
    each: &mut impl FnMut(Object),
) -> Result<(ListMeta, u64), String> {
    // A slice would be read faster, and the objects of a page that is small for its memory could take any amount.
    let mut json = serde_json::Deserializer::from_reader(Guarded::new(body));
    let (mut each, mut too_large) = (each, 0);
    let page = Page { items: Items { kind, each: &mut each, too_large: &mut too_large } };
    let (said, metadata) = json.deserialize_map(page).map_err(|error| error.to_string())?;
    json.end().map_err(|error| error.to_string())?;
    is_list_of(kind, &said)?;
    Ok((metadata, too_large))
}

struct Page<'e, E> {
    items: Items<'e, E>,
}

impl<'de, E: FnMut(Object)> Visitor<'de> for Page<'_, E> {
    /// The kind that the list states, and its metadata.
    type Value = (String, ListMeta);

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_map<M: MapAccess<'de>>(mut self, mut map: M) -> Result<Self::Value, M::Error> {
        let (mut said, mut metadata) = (String::new(), ListMeta::default());
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "kind" => said = map.next_value::<Option<String>>()?.unwrap_or_default(),
                "metadata" => metadata = map.next_value::<Option<ListMeta>>()?.unwrap_or_default(),
                "items" => map.next_value_seed(&mut self.items)?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok((said, metadata))
    }
}

struct Items<'e, E> {
    kind: Kind,
    each: &'e mut E,
    too_large: &'e mut u64,
}

impl<'de, E: FnMut(Object)> DeserializeSeed<'de> for &mut Items<'_, E> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, E: FnMut(Object)> Visitor<'de> for &mut Items<'_, E> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the items of a list")
    }

    /// Go writes an empty list as `null`.
    fn visit_unit<F>(self) -> Result<(), F> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element::<Value>()? {
            if decoded::is_too_large(&item) {
                *self.too_large += 1;
            } else {
                (self.each)(Object::from_small_value(self.kind, &item).map_err(A::Error::custom)?);
            }
        }
        Ok(())
    }
}
