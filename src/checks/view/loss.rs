//! The loss of the largest node: the capacity of the other nodes, and what the pods request.

use super::View;
use crate::model::{Amount, Node, Pod, cores, gibibytes};

/// One of the two resources that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// CPU, in thousandths of a core.
    Cpu,
    /// Memory, in bytes.
    Memory,
}

impl Resource {
    /// Both resources.
    pub const ALL: [Self; 2] = [Self::Cpu, Self::Memory];

    /// Returns the name to show.
    pub fn name(self) -> &'static str {
        match self {
            Resource::Cpu => "CPU",
            Resource::Memory => "memory",
        }
    }

    /// Returns its part of an amount.
    pub fn of(self, amount: Amount) -> i64 {
        match self {
            Resource::Cpu => amount.cpu,
            Resource::Memory => amount.memory,
        }
    }

    /// Formats a value to show: cores or GiB, in tenths.
    pub fn shown(self, part: i64) -> String {
        match self {
            Resource::Cpu => cores(part),
            Resource::Memory => gibibytes(part),
        }
    }
}

/// The effect of the loss of the largest node on one resource.
#[derive(Clone, Copy, Debug)]
pub struct Loss<'a> {
    /// The resource.
    pub resource: Resource,
    /// The node with the most of the resource.
    pub node: &'a Node,
    /// The requests of the pods on the other nodes, and of those that would have to move there.
    pub needed: i64,
    /// The capacity of the other nodes; may be 0.
    pub left: i64,
    /// The number of other nodes; at least 1.
    pub others: usize,
}

impl Loss<'_> {
    /// Returns how much is missing; 0 if all pods fit.
    pub fn short(&self) -> i64 {
        self.needed.saturating_sub(self.left).max(0)
    }
}

impl<'a> View<'a> {
    /// Returns the nodes that accept pods without tolerations: ready, not cordoned, and without a taint that keeps pods away.
    pub fn open_nodes(&self) -> impl Iterator<Item = &'a Node> {
        self.nodes().filter(|node| takes_pods(node))
    }

    /// Returns the effect of losing the largest node that accepts pods without tolerations, by CPU and by memory. Empty unless
    /// every pod of the cluster was seen and there are at least 2 such nodes.
    pub fn losses(&self) -> Vec<Loss<'a>> {
        if !self.saw_all_pods() {
            return Vec::new();
        }
        let nodes: Vec<&Node> = self.open_nodes().collect();
        Resource::ALL.into_iter().filter_map(|resource| self.loss(&nodes, resource)).collect()
    }

    fn loss(&self, nodes: &[&'a Node], resource: Resource) -> Option<Loss<'a>> {
        let has = |node: &Node| resource.of(node.allocatable);
        let largest = nodes.iter().max_by_key(|node| (has(node), std::cmp::Reverse(&node.name)));
        let largest = *largest.filter(|node| nodes.len() > 1 && has(node) > 0)?;
        let left = total(nodes.iter().map(|node| has(node))).saturating_sub(has(largest));
        let staying = self.pods_on(&largest.name).filter(|pod| goes_with_its_node(pod));
        let staying = total(staying.map(|pod| resource.of(pod.shared.template.totals.requests)));
        let asked = total(nodes.iter().map(|node| resource.of(self.load(&node.name).requests)));
        let needed = asked.saturating_sub(staying);
        Some(Loss { resource, node: largest, needed, left, others: nodes.len() - 1 })
    }
}

fn takes_pods(node: &Node) -> bool {
    let closed = |effect: &str| effect == "NoSchedule" || effect == "NoExecute";
    node.is_ready()
        && !node.cordoned
        && !node.is_virtual()
        && !node.taints.iter().any(|taint| closed(&taint.effect))
}

/// Whether a pod that has not ended is not moved to another node when its node is lost.
fn goes_with_its_node(pod: &Pod) -> bool {
    let owner = pod.shared.owner.as_ref().map(|owner| &*owner.kind);
    pod.shared.ended.is_none() && matches!(owner, Some("DaemonSet" | "Node"))
}

fn total(amounts: impl Iterator<Item = i64>) -> i64 {
    amounts.fold(0, i64::saturating_add)
}
