//! What is known of a container that was killed for its memory, and what that tells together.
//!
//! What does not belong here: words, and what to do about it.

use super::View;
use crate::model::{Container, Heap, MemoryTrend, Node, Pod, whole};
use crate::wire::Container as Spec;

/// A container that was killed, and what is known of that.
pub struct Killed<'a> {
    /// The container.
    pub container: Container<'a>,
    /// Its memory limit as written, and in bytes.
    pub limit: Option<(&'a str, Option<i64>)>,
    /// That of its pod as a whole, as written, where it has none of its own.
    pub limit_of_pod: Option<&'a str>,
    /// How its memory went before.
    pub memory_trend: Option<MemoryTrend>,
    /// What it uses at this moment.
    pub now: Option<i64>,
    node: Option<&'a Node>,
}

/// Why it was killed.
pub enum Cause<'a> {
    /// It grew without bound.
    Leak(MemoryTrend),
    /// Its node was short of memory, and it was far below its limit.
    NodeShort(MemoryTrend, &'a Node),
    /// It came to its limit of so many bytes, and its runtime was told how much it may take.
    Flags(i64, Heap),
    /// It came to its limit, or its node ran out of memory.
    Limit,
}

/// What uses less of its limit than this, in percent, was not killed for it.
const FAR_BELOW: i64 = 70;

/// A node of which more is used, in percent, is short of memory.
const SHORT_ABOVE: i64 = 95;

impl<'a> View<'a> {
    /// What is known of a container that was killed.
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
    /// What the limit, the runtime's own flags and the time before tell together.
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

    /// Its node, where that is short of memory.
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
