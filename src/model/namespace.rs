//! A namespace as it is kept.

use super::{Annotations, Names, ObjectRef};
use crate::wire::{self, Condition, Time};
use std::sync::Arc;

/// A namespace: that it exists, or what keeps it from ceasing to.
#[derive(Debug)]
pub struct Namespace {
    /// Its name.
    pub name: Arc<str>,
    /// When it was deleted; unset while it is in use.
    pub deleted: Option<Time>,
    /// What holds up its deletion.
    pub conditions: Vec<Condition>,
    /// What was written on it for this tool.
    pub annotations: Annotations,
}

impl Namespace {
    /// The object, as a finding names it.
    pub fn object(&self) -> ObjectRef {
        ObjectRef::of_cluster("Namespace", &self.name)
    }

    /// Folds a namespace.
    pub fn fold(object: wire::Namespace, names: &Names) -> Self {
        Self {
            name: names.get(&object.metadata.name),
            deleted: object.metadata.deleted(),
            annotations: Annotations::fold(object.metadata.annotations.as_ref(), names),
            conditions: object.status.conditions,
        }
    }
}
