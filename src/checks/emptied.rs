//! The nodes that are being emptied: they are cordoned, or they are being removed.

use super::View;
use crate::model::{Node, Owner, Workload};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The namespace, the kind and the name of a workload.
type Key<'a> = (&'a str, Arc<str>, Arc<str>);

/// The first node that is being emptied with a pod of a workload. Nodes that are only cordoned come last.
pub(crate) struct Emptied<'a>(BTreeMap<Key<'a>, (bool, &'a str)>);

impl<'a> Emptied<'a> {
    /// Finds the nodes that are being emptied, and the workloads with pods on them.
    pub(crate) fn of(view: &View<'a>) -> Self {
        let nodes = view.snapshot.rows.nodes.iter().filter(|node| node.cordoned || node.is_leaving());
        let nodes: BTreeMap<&str, bool> = nodes.map(|node| (&*node.name, !node.is_leaving())).collect();
        let mut first = BTreeMap::new();
        if nodes.is_empty() {
            return Self(first);
        }
        for pod in view.snapshot.rows.pods.iter().filter(|pod| pod.shared.ended.is_none()) {
            let node = pod.node.as_deref().and_then(|node| Some((*nodes.get(node)?, node)));
            let (Some(node), Some(root)) = (node, view.root(pod)) else { continue };
            let first = first.entry((&*pod.shared.namespace, root.kind, root.name)).or_insert(node);
            *first = node.min(*first);
        }
        Self(first)
    }

    /// Returns the first node that is being emptied with a pod of one of these workloads.
    pub(crate) fn node_of<'w>(
        &self,
        view: &View<'a>,
        workloads: impl Iterator<Item = &'w Workload>,
    ) -> Option<&'a Node> {
        let of_workload = |workload: &'w Workload| {
            // The pods of a ReplicaSet of an Argo Rollout belong to the Rollout.
            let above = workload.owner.clone().filter(|_| workload.is_lone_set());
            let own = || Owner { kind: workload.kind.name().into(), name: Arc::clone(&workload.name) };
            let root = above.unwrap_or_else(own);
            self.0.get(&(&*workload.namespace, root.kind, root.name))
        };
        let (_, first) = workloads.filter_map(of_workload).min()?;
        view.node(first)
    }
}
