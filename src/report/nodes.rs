//! The nodes that matter to the scope, each with its class and its load.

use super::{NodeClass, Report, Spread};
use crate::checks::{Load, View};
use crate::finding::{Finding, Severity};
use crate::model::{Amount, Node};
use crate::wire::Kind;
use std::collections::{BTreeMap, BTreeSet};

/// A node and its load.
#[derive(Clone, Debug)]
pub struct NodeLoad<'a> {
    /// The name.
    pub name: &'a str,
    /// The node; `None` if only pods name it, because nodes were not read.
    pub node: Option<&'a Node>,
    /// The class, from the worst finding about the node.
    pub class: NodeClass,
    /// The number of pods of the scope on it that have not ended.
    pub pods: u64,
    /// The sum of their requests.
    pub requests: Amount,
    /// The sum of their limits, as far as they have limits.
    pub limits: Amount,
}

/// The nodes that were read, together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeTotals {
    /// The number of nodes.
    pub nodes: usize,
    /// The number of nodes that are ready.
    pub ready: usize,
    /// The number of pods on them.
    pub pods: u64,
    /// The worst class; `None` without nodes.
    pub worst: Option<NodeClass>,
}

impl NodeLoad<'_> {
    /// Returns the largest share of its pod slots, CPU and memory that is taken, in thousandths.
    fn fullness(&self) -> i128 {
        let share = |part: i64, whole: i64| i128::from(part) * 1000 / i128::from(whole.max(1));
        let Some(node) = self.node else { return 0 };
        let pods = node.pods.map_or(0, |room| share(i64::try_from(self.pods).unwrap_or(i64::MAX), room));
        let room = node.allocatable;
        pods.max(share(self.requests.cpu, room.cpu)).max(share(self.requests.memory, room.memory))
    }
}

/// Returns the nodes of the scope, worst and fullest first.
pub(super) fn of<'a>(view: &View<'a>, findings: &[Finding]) -> Vec<NodeLoad<'a>> {
    let mut worst: BTreeMap<&str, Severity> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| &*finding.object.kind == "Node") {
        let of_node = worst.entry(&finding.object.name).or_insert(finding.severity);
        *of_node = finding.severity.max(*of_node);
    }
    let load = |name: &'a str, node: Option<&'a Node>, class: NodeClass| {
        let Load { pods, requests, limits } = view.load(name);
        NodeLoad { name, node, class, pods, requests, limits }
    };
    let read =
        view.nodes().map(|node| load(&node.name, Some(node), NodeClass::of(worst.get(&*node.name).copied())));
    let not_read = not_read(view).into_iter().map(|name| load(name, None, NodeClass::NotObserved));
    let mut nodes: Vec<NodeLoad> = read.chain(not_read.filter(|load| load.pods > 0)).collect();
    nodes.sort_by(|a, b| (b.class, b.fullness(), a.name).cmp(&(a.class, a.fullness(), b.name)));
    nodes
}

/// Returns the nodes that pods name and that were not read. If all nodes were read, such a node does not exist.
fn not_read<'a>(view: &View<'a>) -> BTreeSet<&'a str> {
    let rows = &view.snapshot.rows;
    if view.saw(Kind::Node, "") {
        return BTreeSet::new();
    }
    let mut names: BTreeSet<&str> = rows.pods.iter().filter_map(|pod| pod.node.as_deref()).collect();
    for node in &rows.nodes {
        names.remove(&*node.name);
    }
    names
}

impl Report<'_> {
    /// Returns the nodes that were read, together.
    pub fn node_totals(&self) -> NodeTotals {
        let mut totals = NodeTotals::default();
        for load in &self.nodes {
            let Some(node) = load.node else { continue };
            totals.nodes += 1;
            totals.ready += usize::from(node.is_ready());
            totals.pods = totals.pods.saturating_add(load.pods);
            totals.worst = totals.worst.max(Some(load.class));
        }
        totals
    }

    /// Returns the severity of the worst finding about a node or the capacity of the cluster: the findings that the view of
    /// nodes shows.
    pub fn worst_of_nodes(&self) -> Option<Severity> {
        let is_shown = |finding: &&Finding| matches!(&*finding.object.kind, "Node" | "Cluster");
        self.findings.iter().filter(is_shown).map(|finding| finding.severity).max()
    }

    /// Returns the spread of the pods that have not ended over the nodes.
    pub fn node_spread(&self) -> Option<Spread> {
        let all = self.nodes.iter().map(|load| load.pods).sum();
        Spread::of(self.nodes.iter().map(|load| (load.name, load.pods)), all)
    }
}
