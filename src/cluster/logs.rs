//! The ends of the logs of pods in trouble: one for each owner and container, since siblings die of the same.

use super::page::{Accept, ApiClient, Request, RetryPolicy, SEGMENT};
use crate::model::{Container, LINES, LogTail, Pod};
use percent_encoding::utf8_percent_encode;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// At most so many logs; a report with more trouble is not read log by log.
const LOGS: usize = 40;
/// A node that does not answer must not hold up the report.
const DEADLINE: Duration = Duration::from_secs(3);
/// At most so many bytes of each.
const BYTES: usize = 16 << 10;

/// Returns the request for the log of a container. The names are escaped; `options` are the other parameters of the query.
pub(crate) fn request(
    namespace: &str,
    pod: &str,
    container: &str,
    options: &str,
    deadline: Duration,
) -> Request {
    let [namespace, pod, container] =
        [namespace, pod, container].map(|name| utf8_percent_encode(name, SEGMENT));
    let path = format!("/api/v1/namespaces/{namespace}/pods/{pod}/log?container={container}&{options}");
    Request { path, accept: Accept::Text, deadline, patience: RetryPolicy::Once, form: None }
}

/// Reads the ends of the logs of pods that have a node, the first ones only.
pub(crate) async fn read(asker: &Arc<ApiClient>, pods: impl Iterator<Item = &Pod>) -> Vec<LogTail> {
    let mut known = BTreeSet::new();
    let mut tails = tokio::task::JoinSet::new();
    let wanted = pods.filter(|pod| pod.node.is_some()).filter_map(|pod| Some((pod, culprit(pod)?)));
    let first_of_kind = wanted.filter(|(pod, container)| {
        let owner = pod.shared.owner.as_ref().map_or(&*pod.name, |owner| &*owner.name);
        known.insert((pod.shared.namespace.to_string(), owner.to_owned(), container.status.name.clone()))
    });
    for (pod, container) in first_of_kind.take(LOGS) {
        let asker = Arc::clone(asker);
        let tail = LogTail {
            namespace: pod.shared.namespace.to_string(),
            pod: pod.name.to_string(),
            container: container.status.name.clone(),
            previous: container.status.state.running.is_some() && container.last_end().is_some(),
            ..LogTail::default()
        };
        tails.spawn(async move { end_of(&asker, tail).await });
    }
    tails.join_all().await
}

/// The container whose log says most: one that ended badly, else one that is not ready, else the last.
fn culprit(pod: &Pod) -> Option<Container<'_>> {
    let ended = |c: &Container| c.last_end().is_some_and(|end| end.exit_code != 0);
    let unready = |c: &Container| c.status.state.running.is_some() && !c.status.ready;
    let started = pod.containers().filter(|c| c.status.state.running.is_some() || c.last_end().is_some());
    pod.containers().find(ended).or_else(|| pod.containers().find(unready)).or_else(|| started.last())
}

async fn end_of(asker: &ApiClient, mut tail: LogTail) -> LogTail {
    let previous = if tail.previous { "&previous=true" } else { "" };
    let options = format!("tailLines={LINES}&limitBytes={BYTES}{previous}");
    let request = request(&tail.namespace, &tail.pod, &tail.container, &options, DEADLINE);
    match asker.ask(&request).await {
        Ok(answer) => tail.keep(&String::from_utf8_lossy(&answer.body)),
        Err(error) => tail.refused = Some(error.detail()),
    }
    tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_the_names_in_the_path_of_a_log() {
        let path =
            |namespace, pod, container| request(namespace, pod, container, "tailLines=1", DEADLINE).path;
        assert_eq!(
            path("shop", "web-7d9f.x_1", "app"),
            "/api/v1/namespaces/shop/pods/web-7d9f.x_1/log?container=app&tailLines=1"
        );
        assert_eq!(
            path("a/../b", "p?x=1", "c&previous=true#"),
            "/api/v1/namespaces/a%2F..%2Fb/pods/p%3Fx%3D1/log?container=c%26previous%3Dtrue%23&tailLines=1"
        );
    }
}
