//! Whether the logs of pods in trouble can be read. What they say is not kept.

use super::page::{Accept, Asker, Patience, Request};
use crate::model::Pod;
use crate::snapshot::LogAccess;
use std::sync::Arc;
use std::time::Duration;

/// For at most so many pods; a report with more trouble is not read pod by pod.
const PODS: usize = 10;
/// A node that does not answer must not hold up the report.
const DEADLINE: Duration = Duration::from_secs(3);

/// Tries the log of each pod that has a node, the first ones only.
pub(super) async fn probe(asker: &Arc<Asker>, pods: impl Iterator<Item = &Pod>) -> Vec<LogAccess> {
    let mut probes = tokio::task::JoinSet::new();
    for pod in pods.filter(|pod| pod.node.is_some()).take(PODS) {
        let (asker, namespace, name) =
            (Arc::clone(asker), pod.kin.namespace.to_string(), pod.name.to_string());
        let container = pod.containers().last().map(|c| format!("&container={}", c.status.name));
        let path = format!(
            "/api/v1/namespaces/{namespace}/pods/{name}/log?tailLines=1&limitBytes=256{}",
            container.unwrap_or_default()
        );
        probes.spawn(async move {
            let request =
                Request { path, accept: Accept::Text, deadline: DEADLINE, patience: Patience::Once };
            let refused = asker.ask(&request).await.err().map(|error| error.detail());
            LogAccess { namespace, pod: name, refused }
        });
    }
    probes.join_all().await
}
