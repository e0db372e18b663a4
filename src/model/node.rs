//! A node as it is kept.

use super::Names;
use crate::wire::{self, Time};
use std::sync::Arc;

/// A node: its conditions.
#[derive(Debug)]
pub struct Node {
    /// Its name.
    pub name: Arc<str>,
    /// When it was created.
    pub created: Option<Time>,
    /// Its conditions, in the order of the API.
    pub conditions: Vec<NodeCondition>,
}

/// One condition of a node.
pub type NodeCondition = wire::NodeCondition;

impl Node {
    /// Folds a node.
    pub fn fold(object: wire::Node, names: &Names) -> Self {
        Self {
            name: names.get(&object.metadata.name),
            created: object.metadata.created(),
            conditions: object.status.conditions,
        }
    }

    /// The first condition of a type.
    pub fn condition(&self, kind: &str) -> Option<&NodeCondition> {
        self.conditions.iter().find(|condition| condition.r#type == kind)
    }

    /// Whether its kubelet says it is Ready. A node without the condition has never reported.
    pub fn is_ready(&self) -> bool {
        self.condition("Ready").is_some_and(|c| c.status == "True")
    }
}
