//! The ends of the logs of failing pods: one for each owner and container, since pods of one owner fail for the same
//! reason.

use crate::cluster::{ApiClient, Error, logs};
use crate::logs::last_words;
use crate::model::{Container, LINES, LogTail, Pod};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// The maximum number of logs.
const LOGS: usize = 40;
/// The time limit of one log. A node that does not answer must not delay the report.
const DEADLINE: Duration = Duration::from_secs(3);
/// The number of lines read of one log: a stack has many lines below the line that says why.
const READ: usize = 200;
/// The maximum number of bytes of one log. The kubelet cuts the end of a longer answer.
const BYTES: usize = 256 << 10;

/// Reads the ends of the logs of the first pods that have a node.
pub(super) async fn read(client: &Arc<ApiClient>, pods: &[&Pod]) -> Vec<LogTail> {
    let mut tails = JoinSet::new();
    for (tail, _) in wanted(pods) {
        let client = Arc::clone(client);
        tails.spawn(async move { end_of(&client, tail).await });
    }
    tails.join_all().await
}

/// Returns the logs to read of the first pods that have a node, and the restarts of these pods.
pub(super) fn wanted(pods: &[&Pod]) -> Vec<(LogTail, i64)> {
    let mut known = BTreeSet::new();
    let on_nodes = pods.iter().filter(|pod| pod.node.is_some());
    let wanted = on_nodes.filter_map(|pod| Some((pod, culprit(pod)?)));
    let first_of_owner = wanted.filter(|(pod, container)| {
        let owner = pod.shared.owner.as_ref().map_or(&*pod.name, |owner| &*owner.name);
        known.insert((pod.shared.namespace.to_string(), owner.to_owned(), container.status.name.clone()))
    });
    let tail = |(pod, container): (&&Pod, Container)| {
        let tail = LogTail {
            namespace: pod.shared.namespace.to_string(),
            pod: pod.name.to_string(),
            container: container.status.name.clone(),
            previous: container.status.state.running.is_some() && container.last_end().is_some(),
            ..LogTail::default()
        };
        (tail, pod.shared.restarts)
    };
    first_of_owner.take(LOGS).map(tail).collect()
}

/// Returns the container whose log is most useful: one that failed, or one that is not ready, or the last one.
fn culprit(pod: &Pod) -> Option<Container<'_>> {
    let failed = |c: &Container| c.last_end().is_some_and(|end| end.exit_code != 0);
    let unready = |c: &Container| c.status.state.running.is_some() && !c.status.ready;
    let started = pod.containers().filter(|c| c.status.state.running.is_some() || c.last_end().is_some());
    pod.containers().find(failed).or_else(|| pod.containers().find(unready)).or_else(|| started.last())
}

/// Reads the end of a log.
pub(super) async fn end_of(client: &ApiClient, mut tail: LogTail) -> LogTail {
    let mut answer = lines_of(client, &tail, READ).await;
    // The last lines of very long ones are more useful than the first of many.
    if answer.as_ref().is_ok_and(|text| text.len() >= BYTES) {
        answer = lines_of(client, &tail, LINES).await;
    }
    match answer {
        Ok(text) => {
            tail.cause = last_words(&text);
            tail.keep(&text);
        }
        Err(error) => tail.refused = Some(error.why()),
    }
    tail
}

/// Reads the last lines of a log.
async fn lines_of(client: &ApiClient, tail: &LogTail, lines: usize) -> Result<String, Error> {
    let previous = if tail.previous { "&previous=true" } else { "" };
    let options = format!("tailLines={lines}&limitBytes={BYTES}{previous}");
    let request = logs::request(&tail.namespace, &tail.pod, &tail.container, &options, DEADLINE);
    Ok(String::from_utf8_lossy(&client.ask(&request).await?.body).into_owned())
}
