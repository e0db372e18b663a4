//! Rows by name. They must be sorted.

use super::Rows;
use crate::model::{Metered, Pod};
use crate::wire::MemoryHistory;
use std::ops::Range;

impl Rows {
    /// The pod of this name.
    pub fn pod(&self, namespace: &str, name: &str) -> Option<&Pod> {
        let found =
            self.pods.binary_search_by(|pod| (&*pod.shared.namespace, &*pod.name).cmp(&(namespace, name)));
        found.ok().map(|index| &self.pods[index])
    }

    /// The places of the pods of a namespace.
    pub(crate) fn places_of_pods(&self, namespace: &str) -> Range<usize> {
        let from = self.pods.partition_point(|pod| &*pod.shared.namespace < namespace);
        from..self.pods.partition_point(|pod| &*pod.shared.namespace <= namespace)
    }

    /// The memory history of a container that was OOM-killed.
    pub(crate) fn memory_of(&self, namespace: &str, pod: &str, container: &str) -> Option<&MemoryHistory> {
        let key = |of: &MemoryHistory| of.metadata.key().cmp(&(namespace, pod, container));
        self.memory.binary_search_by(key).ok().map(|index| &self.memory[index])
    }

    /// The current usage of a container.
    pub(crate) fn metered(&self, namespace: &str, pod: &str, container: &str) -> Option<&Metered> {
        let key =
            |of: &Metered| (&*of.namespace, &*of.object, &*of.container).cmp(&(namespace, pod, container));
        self.metered.binary_search_by(key).ok().map(|index| &self.metered[index])
    }
}
