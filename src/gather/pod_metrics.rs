//! The current memory usage of OOM-killed containers: a few pods, each by its name, if the usage of all pods is not read.

use super::Run;
use crate::cluster::page::RetryPolicy;
use crate::model::{Pod, Reason};
use crate::snapshot::Snapshot;
use crate::wire::Kind;
use std::sync::Arc;
use tokio::task::JoinSet;

/// The maximum number of pods.
const MOST: usize = 20;

impl Run<'_> {
    /// Reads the usage, unless the request for the usage of the nodes has shown that there is no metrics server. A pod
    /// without usage is not a gap.
    pub(super) async fn read_usage_of_killed(&self, snapshot: &mut Snapshot) {
        let coverage = &snapshot.coverage;
        let is_silent = coverage.not_in_scope.iter().any(|gap| {
            gap.kind == Kind::NodeMetrics.name() && !matches!(gap.reason, Reason::Forbidden | Reason::Skipped)
        });
        if is_silent || self.plan.with_usage || self.plan.scope.skip_kinds.contains(&Kind::PodMetrics) {
            return;
        }
        let mut tasks = JoinSet::new();
        for pod in snapshot.rows.pods.iter().filter(|pod| was_killed(pod)).take(MOST) {
            let (client, deadline) = (Arc::clone(&self.client), self.metered_timeout());
            let (namespace, name) = (Arc::clone(&pod.shared.namespace), pod.name.clone());
            tasks.spawn(async move {
                client.object(Kind::PodMetrics, Some(&namespace), &name, (deadline, RetryPolicy::Once)).await
            });
        }
        for object in tasks.join_all().await.into_iter().flatten() {
            snapshot.rows.add(object);
        }
    }
}

/// Whether a container of a pod was OOM-killed and has started again.
fn was_killed(pod: &Pod) -> bool {
    let mut ends = pod.containers().filter_map(|container| container.status.last_state.terminated.as_ref());
    ends.any(|end| end.is_for_memory())
}
