//! The ends of the logs of failing pods: each is read once for each end of its container.

use super::follow::Update;
use crate::checks::View;
use crate::cluster::page::ApiClient;
use crate::gather::{log_tails, subjects};
use crate::model::LogTail;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// The log of a container, and how often its pod had restarted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    namespace: String,
    pod: String,
    container: String,
    previous: bool,
    restarts: i64,
}

/// The end of a log that was read.
pub(super) struct Tail(Key, LogTail);

/// The ends of logs that are known.
pub(super) struct Tails {
    client: Arc<ApiClient>,
    to: mpsc::Sender<(usize, Update)>,
    /// `None` while it is read.
    known: BTreeMap<Key, Option<LogTail>>,
    tasks: JoinSet<()>,
}

impl Tails {
    pub(super) fn new(client: Arc<ApiClient>, to: mpsc::Sender<(usize, Update)>) -> Self {
        Self { client, to, known: BTreeMap::new(), tasks: JoinSet::new() }
    }

    /// Returns those that were read.
    pub(super) fn known(&self) -> Vec<LogTail> {
        self.known.values().flatten().cloned().collect()
    }

    /// Takes one that was read.
    pub(super) fn take(&mut self, Tail(key, tail): Tail) {
        if let Some(known) = self.known.get_mut(&key) {
            *known = Some(tail);
        }
    }

    /// Reads the logs of the pods that fail, unless they are known, and forgets those of the others.
    pub(super) fn ask(&mut self, view: &View) {
        while self.tasks.try_join_next().is_some() {}
        let wanted = log_tails::wanted(&subjects::pods_to_explain(view));
        let wanted: BTreeMap<Key, LogTail> =
            wanted.into_iter().map(|(tail, restarts)| (Key::of(&tail, restarts), tail)).collect();
        self.known.retain(|key, _| wanted.contains_key(key));
        for (key, tail) in wanted {
            if self.known.contains_key(&key) {
                continue;
            }
            self.known.insert(key.clone(), None);
            let (client, to) = (Arc::clone(&self.client), self.to.clone());
            self.tasks.spawn(async move {
                let tail = log_tails::end_of(&client, tail).await;
                // It fails only if the cluster is not watched any more.
                let _ = to.send((usize::MAX, Update::Tail(Tail(key, tail)))).await;
            });
        }
    }
}

impl Key {
    fn of(tail: &LogTail, restarts: i64) -> Self {
        let (namespace, pod, container) = (tail.namespace.clone(), tail.pod.clone(), tail.container.clone());
        Self { namespace, pod, container, previous: tail.previous, restarts }
    }
}
