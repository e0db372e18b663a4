//! The lists of a document.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A list of a document. A list that was read holds its items. A list to write makes each item when it is written, because all
/// of them at once would need several times the memory of the report.
pub(crate) enum List<'r, T> {
    Read(Vec<T>),
    Made(Box<dyn Fn() -> Items<'r, T> + 'r>),
}

/// The items of a list, one after the other.
pub(crate) type Items<'r, T> = Box<dyn Iterator<Item = T> + 'r>;

impl<'r, T> List<'r, T> {
    /// Returns a list that calls `items` each time it is written.
    pub(crate) fn of<I: Iterator<Item = T> + 'r>(items: impl Fn() -> I + 'r) -> Self {
        Self::Made(Box::new(move || Box::new(items())))
    }
}

impl<T> Default for List<'_, T> {
    fn default() -> Self {
        Self::Read(Vec::new())
    }
}

impl<'r, T: 'r> IntoIterator for List<'r, T> {
    type Item = T;
    type IntoIter = Items<'r, T>;

    fn into_iter(self) -> Items<'r, T> {
        match self {
            Self::Read(items) => Box::new(items.into_iter()),
            Self::Made(items) => items(),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Read(items) => items.fmt(f),
            Self::Made(_) => f.write_str("[..]"),
        }
    }
}

impl<T: Serialize> Serialize for List<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Read(items) => items.serialize(serializer),
            Self::Made(items) => serializer.collect_seq(items()),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<'_, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::Read)
    }
}

#[cfg(test)]
impl<T: schemars::JsonSchema> schemars::JsonSchema for List<'_, T> {
    fn inline_schema() -> bool {
        Vec::<T>::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        Vec::<T>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Vec::<T>::json_schema(generator)
    }
}
