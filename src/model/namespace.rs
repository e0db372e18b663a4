//! The row of a namespace.

use super::{Annotations, Names, ObjectRef};
use crate::wire::{self, Condition, Time};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A namespace, and what blocks its deletion.
#[derive(Debug)]
pub struct Namespace {
    pub(crate) name: Arc<str>,
    /// When it was deleted; unset while it is in use.
    pub(crate) deleted: Option<Time>,
    /// What blocks its deletion.
    pub(crate) conditions: Vec<Condition>,
    pub(crate) annotations: Annotations,
    /// Its labels, which select it for webhooks.
    pub(crate) labels: BTreeMap<String, String>,
}

impl Namespace {
    /// The reference of findings to it.
    pub(crate) fn object(&self) -> ObjectRef {
        ObjectRef::of_cluster("Namespace", &self.name)
    }

    /// Folds a namespace.
    pub(crate) fn fold(object: wire::Namespace, names: &Names) -> Self {
        Self {
            name: names.get(&object.metadata.name),
            deleted: object.metadata.deleted(),
            annotations: Annotations::fold(object.metadata.annotations.as_ref(), names),
            conditions: object.status.conditions,
            labels: object.metadata.labels,
        }
    }
}
