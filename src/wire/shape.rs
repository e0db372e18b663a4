//! One macro that gives an API struct both of its encodings.

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
                /// For everything else; of them only what is read.
                #[prost(oneof = "crate::wire::Annotations", tags = "12")]
                #[serde(
                    deserialize_with = "crate::wire::annotations::read",
                    skip_serializing_if = "Option::is_none"
                )]
                pub $annotations: Option<crate::wire::Annotations>,
            )?
        }
    };
}

/// A map of texts of which only some entries are kept: the others are let go while they are read.
pub(in crate::wire) struct Sieve<T> {
    /// What it is, for errors.
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

/// Reads a value, taking `null` for the default.
pub(in crate::wire) fn nullable<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Whether a field can be left out when written.
pub(in crate::wire) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
