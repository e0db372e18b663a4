//! What is known about a container that was OOM-killed, and the cause that follows from it.
//!
//! What does not belong here: texts and remedies.

use super::View;
use crate::model::{Container, Heap, MemoryTrend, Node, Pod, whole};
use crate::wire::Container as Spec;

/// A container that was killed, and what is known about the kill.
pub struct Killed<'a> {
    /// The container.
    pub container: Container<'a>,
    /// Its memory limit as written, and in bytes.
    pub limit: Option<(&'a str, Option<i64>)>,
    /// The memory limit of its pod as a whole, as written, if the container has no limit of its own.
    pub limit_of_pod: Option<&'a str>,
    /// Its memory usage before the kill.
    pub memory_trend: Option<MemoryTrend>,
    /// Its current memory usage.
    pub now: Option<i64>,
    node: Option<&'a Node>,
}

/// Why it was killed.
pub enum Cause<'a> {
    /// Its memory usage grew without levelling off.
    Leak(MemoryTrend),
    /// Its node was short of memory, and the container was far below its limit.
    NodeShort(MemoryTrend, &'a Node),
    /// It reached its limit, in bytes, and its runtime has a memory setting of its own.
    Flags(i64, Heap),
    /// It reached its limit, or its node ran out of memory.
    Limit,
}

/// A container that uses less than this percentage of its limit was not killed because of the limit.
const FAR_BELOW: i64 = 70;

/// A node is short of memory if at least this percentage of it is used.
const SHORT_ABOVE: i64 = 95;

impl<'a> View<'a> {
    /// Returns what is known about a container that was killed.
    pub fn killed(&self, pod: &'a Pod, container: Container<'a>) -> Killed<'a> {
        let (rows, name) = (&self.snapshot.rows, &*container.status.name);
        let history = rows.memory_of(&pod.shared.namespace, &pod.name, name);
        let written = container.spec.and_then(Spec::memory_limit);
        Killed {
            container,
            limit: written.map(|written| (written, whole(written))),
            limit_of_pod: pod.memory_limit().filter(|_| written.is_none()),
            memory_trend: history.and_then(|history| history.memory_trend(container.last_end()?)),
            now: rows.metered(&pod.shared.namespace, &pod.name, name).map(|metered| metered.used.memory),
            node: pod.node.as_deref().and_then(|name| self.node(name)),
        }
    }
}

impl<'a> Killed<'a> {
    /// Returns the cause that follows from the limit, the runtime's own flags and the usage before the kill.
    pub fn cause(&self) -> Cause<'a> {
        let limit = self.limit.and_then(|(_, bytes)| bytes);
        if let Some(memory_trend) = self
            .memory_trend
            .filter(|memory_trend| memory_trend.grew && !is_far_below(memory_trend.last, limit))
        {
            return Cause::Leak(memory_trend);
        }
        if let Some((memory_trend, node)) = self.memory_trend.zip(self.short_node())
            && is_far_below(memory_trend.last, limit)
        {
            return Cause::NodeShort(memory_trend, node);
        }
        let heap = limit.and_then(|limit| Some((limit, Heap::of(self.container, limit)?)));
        heap.map_or(Cause::Limit, |(limit, heap)| Cause::Flags(limit, heap))
    }

    /// Returns its node, if the node is short of memory.
    pub fn short_node(&self) -> Option<&'a Node> {
        self.node.filter(|node| {
            let (used, whole) = (node.usage.map_or(0, |used| used.memory), node.allocatable.memory);
            let full = whole > 0 && i128::from(used) * 100 >= i128::from(whole) * i128::from(SHORT_ABOVE);
            full || node.pressures().any(|pressure| pressure == "Memory")
        })
    }
}

fn is_far_below(bytes: i64, limit: Option<i64>) -> bool {
    limit.is_some_and(|limit| i128::from(bytes) * 100 < i128::from(limit) * i128::from(FAR_BELOW))
}
