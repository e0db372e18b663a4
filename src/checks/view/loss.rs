//! What the loss of the largest node would leave: room on the others, for what the pods ask for.

use super::View;
use crate::model::{Amount, Node, Pod, cores, gibibytes};

/// One of the two things that are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// In thousandths of a core.
    Cpu,
    /// In bytes.
    Memory,
}

impl Resource {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Cpu, Self::Memory];

    /// As people write it.
    pub fn name(self) -> &'static str {
        match self {
            Resource::Cpu => "CPU",
            Resource::Memory => "memory",
        }
    }

    /// How much there is of it in an amount.
    pub fn of(self, amount: Amount) -> i64 {
        match self {
            Resource::Cpu => amount.cpu,
            Resource::Memory => amount.memory,
        }
    }

    /// So much of it for people: cores or GiB, in tenths.
    pub fn shown(self, part: i64) -> String {
        match self {
            Resource::Cpu => cores(part),
            Resource::Memory => gibibytes(part),
        }
    }
}

/// What the loss of the largest node would leave of one resource.
#[derive(Clone, Copy, Debug)]
pub struct Loss<'a> {
    /// Of what.
    pub resource: Resource,
    /// The node that has most of it.
    pub node: &'a Node,
    /// What the pods would ask for that are on the others, or would have to go there.
    pub needed: i64,
    /// What the others have; more than 0 or not.
    pub left: i64,
    /// How many others there are; at least 1.
    pub others: usize,
}

impl Loss<'_> {
    /// How much is missing; 0 where all fits.
    pub fn short(&self) -> i64 {
        self.needed.saturating_sub(self.left).max(0)
    }
}

impl<'a> View<'a> {
    /// The nodes that take ordinary pods: ready, and nothing keeps all of them away.
    pub fn open_nodes(&self) -> impl Iterator<Item = &'a Node> {
        self.nodes().filter(|node| takes_pods(node))
    }

    /// What the loss of the largest of the nodes that take ordinary pods would leave, by CPU and by memory. Nothing where
    /// not every pod of the cluster was seen, or there are not two such nodes.
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
        let staying = total(staying.map(|pod| resource.of(pod.shared.requests)));
        let asked = total(nodes.iter().map(|node| resource.of(self.load(&node.name).requests)));
        let needed = asked.saturating_sub(staying);
        Some(Loss { resource, node: largest, needed, left, others: nodes.len() - 1 })
    }
}

fn takes_pods(node: &Node) -> bool {
    let closed = |effect: &str| effect == "NoSchedule" || effect == "NoExecute";
    node.is_ready() && !node.cordoned && !node.taints.iter().any(|taint| closed(&taint.effect))
}

/// Whether a pod that has not ended is put nowhere else when its node is lost.
fn goes_with_its_node(pod: &Pod) -> bool {
    let owner = pod.shared.owner.as_ref().map(|owner| &*owner.kind);
    pod.shared.ended.is_none() && matches!(owner, Some("DaemonSet" | "Node"))
}

fn total(amounts: impl Iterator<Item = i64>) -> i64 {
    amounts.fold(0, i64::saturating_add)
}
