//! Nodes, and the resources of a cluster.

use super::context;
use crate::checks::{Loss, Resource};
use crate::contract::{LargestNodeLoss, MeasuredNodes, NamedUse, Node, Resources, Use, WorkloadUse};
use crate::model::ObjectRef;
use crate::report::{NodeLoad, Report, Requested};
use std::sync::Arc;

pub(super) fn nodes(report: &Report) -> Vec<Node> {
    let context: Arc<str> = context(report).into();
    let row = |load: &NodeLoad| Node {
        context: Arc::clone(&context),
        name: load.name.to_owned(),
        class: load.class,
        ready: load.node.map(crate::model::Node::is_ready),
        cordoned: load.node.map(|node| node.cordoned),
        pressures: load.node.iter().flat_map(|node| node.pressures()).map(str::to_owned).collect(),
        pods: load.pods,
        pod_capacity: load.node.and_then(|node| node.pods),
        requests: load.requests.into(),
        limits: load.limits.into(),
        allocatable: load.node.map(|node| node.allocatable.into()),
        usage: load.node.and_then(|node| node.usage).map(Into::into),
    };
    report.nodes.iter().map(row).collect()
}

/// Returns the resources of one cluster.
pub(super) fn of(report: &Report) -> Resources {
    let resources = report.resources();
    let capacity = &resources.capacity;
    let consumer = |(ObjectRef { namespace, kind, name }, of): (ObjectRef, Requested)| WorkloadUse {
        namespace,
        kind,
        name,
        of: usage(&of),
    };
    Resources {
        context: context(report).into(),
        complete: resources.complete,
        nodes: capacity.nodes,
        nodes_without_allocatable: capacity.without_allocatable,
        allocatable: capacity.allocatable.into(),
        requests: capacity.requests.into(),
        limits: capacity.limits.into(),
        usage: capacity.usage.map(Into::into),
        measured_nodes: MeasuredNodes {
            count: capacity.measured,
            allocatable: capacity.measured_allocatable.into(),
        },
        not_on_nodes: usage(&resources.not_on_nodes),
        largest_node_loss: resources.losses.iter().map(loss).collect(),
        schedulable_nodes: resources.open_nodes,
        namespaces: resources
            .namespaces
            .into_iter()
            .map(|(name, of)| NamedUse { name, of: usage(&of) })
            .collect(),
        consumers: resources.consumers.into_iter().map(consumer).collect(),
    }
}

fn usage(of: &Requested) -> Use {
    Use {
        pods: of.pods,
        requests: of.requests.into(),
        limits: of.limits.into(),
        usage: of.usage().map(Into::into),
        measured_pods: of.measured,
    }
}

fn loss(loss: &Loss) -> LargestNodeLoss {
    let resource = match loss.resource {
        Resource::Cpu => "cpuMillis",
        Resource::Memory => "memoryBytes",
    };
    LargestNodeLoss {
        resource: resource.to_owned(),
        node: loss.node.name.to_string(),
        other_nodes: loss.others,
        needed: loss.needed,
        available: loss.left,
        shortage: loss.short(),
    }
}
