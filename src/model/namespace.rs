//! The row of a namespace.

use super::{Annotations, Names, ObjectRef};
use crate::wire::{self, Condition, Time};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The label with the name of a namespace.
pub(crate) const NAME_OF_NAMESPACE: &str = "kubernetes.io/metadata.name";

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

    /// Returns the value of a label. Every namespace has that of its name, which old servers do not write.
    pub(crate) fn label(&self, key: &str) -> Option<&str> {
        match self.labels.get(key) {
            None if key == NAME_OF_NAMESPACE => Some(&self.name),
            value => value.map(String::as_str),
        }
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
