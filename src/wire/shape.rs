//! One macro that gives an API struct both of its encodings.

use serde::{Deserialize, Deserializer};

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
