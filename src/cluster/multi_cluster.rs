//! Several clusters side by side. One that does not answer holds up none of the others.

use super::gather::gather;
use super::{Error, Plan, Progress, Session, connect, kubeconfig};
use crate::cli::ConnectArgs;
use crate::snapshot::Snapshot;
use globset::Glob;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

/// When all clusters that have answered are done, the others get a twentieth of that time more before they are
/// left for later.
const TIME_FOR_THE_OTHERS: u32 = 20;

/// The clusters of a run, all under way.
pub struct MultiCluster {
    tasks: JoinSet<(usize, Result<Snapshot, Unseen>)>,
    contexts: Vec<String>,
    answered: Vec<Arc<AtomicBool>>,
    began: Instant,
}

/// Why nothing can be said of a cluster.
#[derive(Clone, Debug)]
pub struct Unseen {
    /// The error.
    pub error: Error,
    /// What the way to the cluster knows to be wrong.
    pub hint: Option<&'static str>,
}

/// What is known of a cluster, by its context.
pub type Seen = (String, Result<Snapshot, Unseen>);

/// The contexts that are asked for: each name or pattern in its turn, in the order of the kubeconfig; one
/// empty name where none is, for the current one.
///
/// # Errors
/// When the kubeconfig cannot be read, or a name or pattern fits none of its contexts.
pub fn contexts(args: &ConnectArgs) -> Result<Vec<String>, Error> {
    if args.context.is_empty() && !args.all_contexts {
        return Ok(vec![String::new()]);
    }
    let known = kubeconfig::load(args.kubeconfig.as_deref())?.contexts;
    let known: Vec<&str> = known.iter().map(|named| named.name.as_str()).collect();
    let mut chosen: Vec<String> = Vec::new();
    let all = args.all_contexts.then(|| "*".to_owned());
    for wanted in args.context.iter().chain(&all) {
        // A comma or a star may be part of a name.
        let parts: Vec<&str> = if known.contains(&wanted.as_str()) {
            vec![wanted]
        } else {
            wanted.split(',').filter(|part| !part.is_empty()).collect()
        };
        for part in parts {
            let fitting = fitting(part, &known)?;
            chosen.extend(fitting.into_iter().filter(|name| !chosen.contains(name)).collect::<Vec<_>>());
        }
    }
    Ok(chosen)
}

fn fitting(wanted: &str, known: &[&str]) -> Result<Vec<String>, Error> {
    if known.contains(&wanted) {
        return Ok(vec![wanted.to_owned()]);
    }
    let glob = Glob::new(wanted).map_err(|error| Error::Config(error.to_string()))?.compile_matcher();
    let found: Vec<String> =
        known.iter().filter(|name| glob.is_match(name)).map(|name| (*name).to_owned()).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let listed = match known {
        [] => String::new(),
        names => format!("; the kubeconfig has: {}", names.join(", ")),
    };
    Err(Error::Config(format!("context \"{wanted}\" does not exist{listed}")))
}

impl MultiCluster {
    /// Begins to gather all these contexts.
    pub fn start(args: &ConnectArgs, contexts: Vec<String>, plan: &Plan, progress: &Progress) -> Self {
        let mut multi_cluster = Self {
            tasks: JoinSet::new(),
            answered: contexts.iter().map(|_| Arc::default()).collect(),
            contexts,
            began: Instant::now(),
        };
        for (index, context) in multi_cluster.contexts.iter().enumerate() {
            let (args, context, plan) = (args.clone(), context.clone(), plan.clone());
            let (progress, answered) = (progress.clone(), Arc::clone(&multi_cluster.answered[index]));
            multi_cluster.tasks.spawn(async move {
                let told = || answered.store(true, Ordering::Relaxed);
                (index, one(&args, &context, &plan, &progress, told).await)
            });
        }
        multi_cluster
    }

    /// The next clusters, sorted by context: all that have answered and are done. Empty at the end.
    pub async fn next(&mut self) -> Vec<Seen> {
        let mut done = BTreeMap::new();
        let mut pending: Vec<bool> = vec![true; self.contexts.len()];
        while let Some(Ok((index, seen))) = self.join(&pending, !done.is_empty()).await {
            pending[index] = false;
            self.answered[index].store(false, Ordering::Relaxed);
            done.insert(self.contexts[index].clone(), seen);
        }
        done.into_iter().collect()
    }

    /// Waits for the next cluster; while none is being read, only for a little longer than the others took.
    async fn join(
        &mut self,
        pending: &[bool],
        some: bool,
    ) -> Option<Result<(usize, Result<Snapshot, Unseen>), tokio::task::JoinError>> {
        let being_read =
            |(answered, pending): (&Arc<AtomicBool>, &bool)| *pending && answered.load(Ordering::Relaxed);
        let patience = self.began.elapsed() / TIME_FOR_THE_OTHERS;
        if !some || self.answered.iter().zip(pending).any(being_read) {
            return self.tasks.join_next().await;
        }
        match timeout(patience, self.tasks.join_next()).await {
            Ok(joined) => joined,
            Err(_) if self.answered.iter().zip(pending).any(being_read) => self.tasks.join_next().await,
            Err(_) => None,
        }
    }
}

async fn one(
    args: &ConnectArgs,
    context: &str,
    plan: &Plan,
    progress: &Progress,
    answered: impl FnOnce(),
) -> Result<Snapshot, Unseen> {
    let unseen = |hint| move |error| Unseen { error, hint };
    let context = Some(context).filter(|name| !name.is_empty());
    let stop = &plan.budget.stop;
    let session: Session = stop.or(connect(args, context)).await.map_err(unseen(None))?;
    let hint = session.hint;
    gather(session, plan, progress, answered).await.map_err(unseen(hint))
}
