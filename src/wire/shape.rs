//! The macros that declare the structs, and what their encodings share.

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// Declares a struct that reads protobuf and JSON alike. In JSON a missing or `null` field is the default, as
/// in Go, and default fields are left out when written. `with annotations` adds that field.
macro_rules! wire {
    ($(#[$doc:meta])* $name:ident $(with $annotations:ident)? { $($(#[$field_doc:meta])* [$($prost:tt)*] $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, prost::Message, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        pub struct $name {
            $(
                $(#[$field_doc])*
                #[prost($($prost)*)]
                #[serde(
                    deserialize_with = "crate::wire::shape::nullable",
                    skip_serializing_if = "crate::wire::shape::is_default"
                )]
                pub $field: $type,
            )*
            $(
                /// The annotations that are read.
                #[prost(oneof = "crate::wire::Annotations", tags = "12")]
                #[serde(
                    deserialize_with = "crate::wire::annotations::read",
                    skip_serializing_if = "Option::is_none"
                )]
                pub $annotations: Option<crate::wire::Annotations>,
            )?
        }

        impl crate::wire::decoded::Decoded for $name {
            fn heap(content: &[u8]) -> usize {
                crate::wire::decoded::sum(content, &|number, content| {
                    $(if number == const { crate::wire::decoded::tag(stringify!($($prost)*)) } {
                        return <$type as crate::wire::decoded::Decoded>::heap(content);
                    })*
                    0
                })
            }
        }
    };
}

/// Declares a struct of a measured kind. It has no protobuf: no server sends it. Its JSON is as that of [`wire!`].
macro_rules! measured {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        pub struct $name {
            $(
                $(#[$field_doc])*
                #[serde(
                    deserialize_with = "crate::wire::shape::nullable",
                    skip_serializing_if = "crate::wire::shape::is_default"
                )]
                pub $field: $type,
            )*
        }
    };
}

/// Reads a map of texts and keeps only some entries.
pub(in crate::wire) struct Sieve<T> {
    /// A description for errors.
    pub what: &'static str,
    /// Whether an entry of this name is kept.
    pub keeps: fn(&str) -> bool,
    /// Keeps an entry.
    pub keep: fn(&mut T, &str, String),
}

impl<'de, T: Default> Visitor<'de> for Sieve<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.what)
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<T, M::Error> {
        let mut kept = T::default();
        while let Some(name) = map.next_key::<String>()? {
            if (self.keeps)(&name) {
                (self.keep)(&mut kept, &name, map.next_value::<Option<String>>()?.unwrap_or_default());
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(kept)
    }
}

/// Reads a value. `null` is the default.
pub(in crate::wire) fn nullable<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Whether a field is left out when written.
pub(in crate::wire) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
