//! Several clusters in parallel. A cluster that does not answer does not delay the others.

use super::{Plan, gather};
use crate::cluster::{ConnectOptions, Error, Progress, Session, Silence, connect};
use crate::snapshot::Snapshot;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, timeout};

/// When all clusters that have answered are done, the run waits this fraction of the elapsed time for the others, before
/// it returns without them.
const TIME_FOR_THE_OTHERS: u32 = 20;

/// A cluster that is silent for this time is not awaited any more before the others are shown.
const SILENT: Duration = Duration::from_secs(10);

/// How often the run asks whether a cluster is silent.
const TICK: Duration = Duration::from_secs(1);

/// Returns the error of a context after its task panicked. Standard error has the panic itself.
const PANICKED: &str = "a fault in this program ended the reading of the cluster; please report it";

/// The clusters of a run, read in parallel.
pub struct MultiCluster {
    tasks: JoinSet<(usize, Result<Snapshot, Unseen>)>,
    contexts: Vec<String>,
    /// The task of each context.
    ids: Vec<Id>,
    answered: Vec<Answered>,
    /// The clusters that are not done.
    pending: Vec<bool>,
    began: Instant,
}

/// The silence of a cluster; unset until it has answered.
type Answered = Arc<OnceLock<Arc<Silence>>>;

/// Why a cluster could not be read.
#[derive(Clone, Debug)]
pub struct Unseen {
    /// The error.
    pub error: Error,
    /// A hint from the kubeconfig.
    pub hint: Option<&'static str>,
}

/// The context of a cluster, and its snapshot or the error.
pub type ClusterResult = (String, Result<Snapshot, Unseen>);

impl MultiCluster {
    /// Starts to gather all these contexts.
    pub fn start(connect: &ConnectOptions, contexts: Vec<String>, plan: &Plan, progress: &Progress) -> Self {
        Self::read(contexts, |context, answered| {
            let (connect, plan, progress) = (connect.clone(), plan.clone(), progress.clone());
            async move {
                let answered = |silence| drop(answered.set(silence));
                Box::pin(one(&connect, &context, &plan, &progress, answered)).await
            }
        })
    }

    /// Starts to read all these contexts. A cluster that has answered sets its silence.
    fn read<F>(contexts: Vec<String>, one: impl Fn(String, Answered) -> F) -> Self
    where
        F: Future<Output = Result<Snapshot, Unseen>> + Send + 'static,
    {
        let mut multi_cluster = Self {
            tasks: JoinSet::new(),
            contexts: Vec::new(),
            ids: Vec::new(),
            answered: Vec::new(),
            pending: Vec::new(),
            began: Instant::now(),
        };
        for (index, context) in contexts.into_iter().enumerate() {
            let answered = Answered::default();
            let read = one(context.clone(), Arc::clone(&answered));
            let task = multi_cluster.tasks.spawn(async move { (index, read.await) });
            multi_cluster.ids.push(task.id());
            multi_cluster.contexts.push(context);
            multi_cluster.answered.push(answered);
            multi_cluster.pending.push(true);
        }
        multi_cluster
    }

    /// Returns the next clusters that are done, sorted by context. Empty at the end.
    pub async fn next(&mut self) -> Vec<ClusterResult> {
        let mut done = BTreeMap::new();
        while let Some(joined) = self.join(!done.is_empty()).await {
            // A task that panics must not end the others.
            let failed =
                |index| (index, Err(Unseen { error: Error::Config(PANICKED.to_owned()), hint: None }));
            let of = |error: JoinError| self.ids.iter().position(|id| *id == error.id()).map(failed);
            let Some((index, outcome)) = joined.map_or_else(of, Some) else { continue };
            self.pending[index] = false;
            done.insert(self.contexts[index].clone(), outcome);
        }
        done.into_iter().collect()
    }

    /// Waits for all clusters. Returns them sorted by context.
    pub async fn all(mut self) -> Vec<ClusterResult> {
        let mut all: Vec<ClusterResult> = Vec::new();
        loop {
            let next = self.next().await;
            if next.is_empty() {
                all.sort_by(|(a, _), (b, _)| a.cmp(b));
                return all;
            }
            all.extend(next);
        }
    }

    /// Waits for the next cluster. If no cluster is being read, it waits only a little longer than the others took.
    async fn join(&mut self, some: bool) -> Option<Result<(usize, Result<Snapshot, Unseen>), JoinError>> {
        if !some {
            return self.tasks.join_next().await;
        }
        loop {
            let is_last = !self.is_reading();
            let limit = if is_last { self.began.elapsed() / TIME_FOR_THE_OTHERS } else { TICK };
            match timeout(limit, self.tasks.join_next()).await {
                Ok(joined) => return joined,
                Err(_) if is_last && !self.is_reading() => return None,
                Err(_) => {}
            }
        }
    }

    /// Whether a cluster is being read: it has answered, is not done, and is not silent.
    fn is_reading(&self) -> bool {
        let mut pending = self.answered.iter().zip(&self.pending).filter(|(_, pending)| **pending);
        pending.any(|(answered, _)| answered.get().is_some_and(|silence| silence.time() < SILENT))
    }
}

async fn one(
    options: &ConnectOptions,
    context: &str,
    plan: &Plan,
    progress: &Progress,
    answered: impl FnOnce(Arc<Silence>),
) -> Result<Snapshot, Unseen> {
    let unseen = |hint| move |error| Unseen { error, hint };
    let context = Some(context).filter(|name| !name.is_empty());
    let stop = &plan.budget.stop;
    let session: Session = stop.or(connect(options, context)).await.map_err(unseen(None))?;
    let hint = session.hint;
    gather(session, plan, progress, answered).await.map_err(unseen(hint))
}

#[cfg(test)]
mod tests;
