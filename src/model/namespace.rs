//! A namespace as it is kept.

use super::Names;
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
}

impl Namespace {
    /// Folds a namespace.
    pub fn fold(object: wire::Namespace, names: &Names) -> Self {
        Self {
            name: names.get(&object.metadata.name),
            deleted: object.metadata.deleted(),
            conditions: object.status.conditions,
        }
    }
}
