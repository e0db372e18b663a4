//! What the containers use at this moment that were killed for their memory: of a few pods, asked one by one, where not
//! all pods are asked about.

use super::gather::Run;
use super::page::RetryPolicy;
use crate::model::{Pod, Reason};
use crate::snapshot::Snapshot;
use crate::wire::{Kind, Terminated};
use std::sync::Arc;
use tokio::task::JoinSet;

/// So many pods are asked about: in a bad hour the first of them tell of the others.
const MOST: usize = 20;

impl Run<'_> {
    /// Asks, where a metrics server may answer: what it was asked of the nodes tells. That it does not know a pod, or not
    /// yet, is no gap.
    pub(crate) async fn ask_what_the_killed_use(&self, snapshot: &mut Snapshot) {
        let coverage = &snapshot.coverage;
        let is_silent = coverage.outside.iter().any(|gap| {
            gap.kind == Kind::NodeMetrics.name() && !matches!(gap.reason, Reason::Forbidden | Reason::Skipped)
        });
        if is_silent || self.plan.with_usage || self.plan.scope.skip_kinds.contains(&Kind::PodMetrics) {
            return;
        }
        let mut tasks = JoinSet::new();
        for pod in snapshot.rows.pods.iter().filter(|pod| was_killed(pod)).take(MOST) {
            let (asker, deadline) = (Arc::clone(&self.asker), self.metered_timeout());
            let (namespace, name) = (Arc::clone(&pod.shared.namespace), pod.name.clone());
            tasks.spawn(async move {
                asker.object(Kind::PodMetrics, Some(&namespace), &name, (deadline, RetryPolicy::Once)).await
            });
        }
        for object in tasks.join_all().await.into_iter().flatten() {
            snapshot.rows.add(object);
        }
    }
}

/// Whether a container of it was, and it runs again.
fn was_killed(pod: &Pod) -> bool {
    let mut ends = pod.containers().filter_map(|container| container.status.last_state.terminated.as_ref());
    ends.any(Terminated::is_for_memory)
}
