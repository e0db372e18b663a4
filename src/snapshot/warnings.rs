//! The objects whose warning events a snapshot has, if there are any.

use super::Snapshot;
use crate::model::{ObjectRef, is_named_for};
use std::collections::BTreeSet;

/// The objects that warning events were read about. Gaps in the coverage reduce them further.
#[derive(Debug, Default)]
pub enum Warnings {
    /// No events were read.
    #[default]
    OfNone,
    /// All objects, as in a capture.
    OfAll,
    /// The objects of these namespaces: files contain events of them.
    OfNamespaces(BTreeSet<String>),
    /// These objects, as of a run that asks about objects with findings.
    OfObjects {
        /// The objects.
        objects: BTreeSet<ObjectRef>,
        /// The object that is investigated: it and its parts in the requested namespaces.
        part_of: Option<String>,
    },
}

impl Snapshot {
    /// Whether warning events about an object were asked for. Those about objects of the cluster are in the namespace
    /// `default` and are not.
    pub(crate) fn asked_for_warnings(&self, object: &ObjectRef) -> bool {
        let is_asked = match &self.warnings {
            Warnings::OfNone => false,
            Warnings::OfAll => true,
            Warnings::OfNamespaces(names) => names.contains(&*object.namespace),
            Warnings::OfObjects { objects, part_of } => {
                let is_named = self.scope.namespaces.iter().any(|name| **name == *object.namespace);
                let is_part = part_of.as_deref().is_some_and(|name| is_named_for(&object.name, name));
                objects.contains(object) || is_named && is_part
            }
        };
        is_asked && !object.namespace.is_empty()
    }
}
