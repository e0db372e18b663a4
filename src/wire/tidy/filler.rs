//! Fills every field of an object: each text with the same one, each list and map with one entry.

use serde::de::value::{BorrowedStrDeserializer, Error, MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

/// Where the value of a field is read from.
#[derive(Clone, Copy)]
pub(in crate::wire) struct Filler {
    text: &'static str,
    /// The name of the field.
    field: &'static str,
}

impl Filler {
    pub(in crate::wire) fn new(text: &'static str) -> Self {
        Self { text, field: "" }
    }

    fn is_time(self) -> bool {
        let field = self.field.to_ascii_lowercase();
        ["time", "timestamp"].iter().any(|end| field.ends_with(end))
            || ["first", "last", "start", "startedAt", "finishedAt", "timeAdded"].contains(&self.field)
    }
}

impl IntoDeserializer<'_, Error> for Filler {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Filler {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let text = if self.is_time() { "2025-12-26T02:00:00Z" } else { self.text };
        visitor.visit_borrowed_str(text)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        // A message contains messages without an end.
        if self.field == "sentence" { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(SeqDeserializer::new(std::iter::once(self)))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        // Only some entries of a Secret are read.
        let key = if self.field == "data" { "tls.crt" } else { self.text };
        visitor.visit_map(MapDeserializer::new(std::iter::once((BorrowedStrDeserializer::new(key), self))))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let filled = fields.iter().map(|field| (BorrowedStrDeserializer::new(field), Self { field, ..self }));
        visitor.visit_map(MapDeserializer::new(filled))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_bool(true)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_i32(1)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_i64(1)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_u64(1)
    }

    forward_to_deserialize_any! {
        i8 i16 i128 u8 u16 u32 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple
        tuple_struct enum identifier ignored_any
    }
}
