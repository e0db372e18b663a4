//! A cluster that is watched: its lists are read once, and the rows follow the changes from then on.
//!
//! [`follow`] keeps one list up to date. This file has the rows, and applies what the lists tell in the order in which they
//! tell it.

mod follow;
mod kept;
mod measured;
mod stats;
mod tails;

pub use stats::{Stats, Tally, Verb};

use super::{Plan, Run};
use crate::checks::View;
use crate::cluster::page::ApiClient;
use crate::cluster::watch::DEAD_AFTER;
use crate::cluster::{Error, ListRequest, ListResult, Progress, Session, Silence, Sink};
use crate::model::{Coverage, Gap, Names, Reason};
use crate::snapshot::{Snapshot, Warnings};
use crate::wire::{Kind, Object, WatchEvent};
use follow::{Follow, Update};
use kept::{Kept, KnownWarnings};
use measured::Measuring;
use std::sync::Arc;
use std::time::Duration;
use tails::Tails;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// The number of updates that wait until they are applied. A list that changes faster waits.
const WAITING: usize = 1024;

/// How often texts are dropped that no row uses any more.
const TIDY: Duration = Duration::from_secs(600);

/// A cluster that is watched.
pub struct Watched<'p> {
    run: Run<'p>,
    snapshot: Snapshot,
    names: Names,
    warnings: KnownWarnings,
    lists: Vec<List>,
    tails: Tails,
    updates: mpsc::Receiver<(usize, Update)>,
    /// The tasks that follow the lists; they end when this is dropped.
    _tasks: JoinSet<()>,
    stats: Arc<Stats>,
    /// The coverage that does not change: namespaces, and what was left out by request.
    fixed: Coverage,
    /// The coverage of what was measured last.
    measured: Coverage,
    tidied: Instant,
}

/// A list that is followed.
struct List {
    request: ListRequest,
    coverage: Coverage,
    /// Since when nothing is heard of its changes, and why.
    interrupted: Option<(Instant, Error)>,
}

/// Greets the server. Nothing else is requested if that fails.
async fn greeted<'p>(session: Session, plan: &'p Plan, progress: &Progress) -> Result<Run<'p>, Error> {
    let mut run = Run::start(session, plan, progress).await?;
    run.all_evidence = !plan.scope.no_evidence;
    run.follows = true;
    // Each list notices for itself that the server is silent, and goes on when it is not.
    if let Some(client) = Arc::get_mut(&mut run.client) {
        client.silence = Arc::new(Silence::new(None));
    }
    Ok(run)
}

/// The lists that are followed, and their tasks.
struct Following {
    lists: Vec<List>,
    tasks: JoinSet<()>,
    stats: Arc<Stats>,
}

impl Following {
    /// Follows a list from what was read of it. Returns its objects.
    fn add(
        &mut self,
        client: &Arc<ApiClient>,
        (names, to): (&Names, &mpsc::Sender<(usize, Update)>),
        request: ListRequest,
        (result, coverage): (ListResult<Kept>, Coverage),
    ) -> Kept {
        self.stats.list(request.kind, result.pages, result.took, result.error.as_ref());
        let follow = Follow {
            client: Arc::clone(client),
            request: request.clone(),
            names: names.clone(),
            index: self.lists.len(),
            to: to.clone(),
            stats: Arc::clone(&self.stats),
        };
        self.tasks.spawn(follow.run(result.version, result.error));
        self.lists.push(List { request, coverage, interrupted: None });
        result.kept
    }
}

impl<'p> Watched<'p> {
    /// Reads every list of the scope, and follows them.
    ///
    /// # Errors
    /// As [`super::gather`].
    pub async fn start(session: Session, plan: &'p Plan, progress: &Progress) -> Result<Self, Error> {
        let mut run = greeted(session, plan, progress).await?;
        let names = Names::default();
        let blank = Kept::new(names.clone());
        let (read, named) = Box::pin(run.read_lists(&blank)).await?;
        let mut fixed = Coverage::default();
        let mut first = Run::keep_named(blank, named, &read, &mut fixed)?;
        fixed.not_in_scope.extend(run.left_out());
        let (sender, updates) = mpsc::channel(WAITING);
        let mut following = Following { lists: Vec::new(), tasks: JoinSet::new(), stats: Arc::default() };
        for (request, result) in read {
            let coverage = run.coverage_of(&request, &result);
            first.append(following.add(&run.client, (&names, &sender), request, (result, coverage)));
        }
        let measuring = Measuring { request: run.source_request(), names: names.clone(), to: sender.clone() };
        let measured = measuring.once().await;
        following.tasks.spawn(measuring.run());
        let warnings = if run.all_evidence { Warnings::OfAll } else { Warnings::OfNone };
        let snapshot = Snapshot { scope: run.scope(), rows: first.rows, warnings, ..Snapshot::default() };
        let Following { lists, tasks, stats } = following;
        let mut watched = Self {
            tails: Tails::new(Arc::clone(&run.client), sender),
            run,
            snapshot,
            names,
            warnings: first.warnings,
            lists,
            updates,
            _tasks: tasks,
            stats,
            fixed,
            measured: Coverage::default(),
            tidied: Instant::now(),
        };
        if let Some((kept, coverage)) = measured {
            watched.measure(kept, coverage);
        }
        watched.sort();
        Ok(watched)
    }

    /// Waits for changes and applies all that have arrived. It can be dropped while it waits.
    pub async fn changed(&mut self) {
        // The sender of `tails` is never dropped.
        let Some(first) = self.updates.recv().await else { return std::future::pending().await };
        let mut next = Some(first);
        while let Some((index, update)) = next {
            self.apply(index, update);
            next = self.updates.try_recv().ok();
        }
        if self.tidied.elapsed() >= TIDY {
            self.tidied = Instant::now();
            self.names.forget_unused();
        }
    }

    /// Returns the cluster as it is known now, and asks for the logs of pods that fail.
    pub fn snapshot(&mut self) -> &Snapshot {
        self.warnings.put_into(&mut self.snapshot.rows);
        self.snapshot.logs = self.tails.known();
        self.snapshot.coverage = self.coverage();
        self.run.describe(&mut self.snapshot);
        self.snapshot.coverage.sort();
        self.run.set_times(&mut self.snapshot);
        if self.run.all_evidence {
            self.tails.ask(&View::new(&self.snapshot, &self.run.plan.settings));
        }
        &self.snapshot
    }

    /// The number of requests so far.
    pub fn stats(&self) -> Arc<Stats> {
        Arc::clone(&self.stats)
    }

    /// The client of its API server.
    pub fn client(&self) -> Arc<ApiClient> {
        Arc::clone(&self.run.client)
    }

    /// Returns for how long the rows of a list may have been out of date, at most.
    pub fn behind(&self) -> Duration {
        let interrupted = self.lists.iter().filter_map(|list| list.interrupted.as_ref());
        interrupted.map(|(since, _)| since.elapsed()).max().unwrap_or_default()
    }

    fn coverage(&self) -> Coverage {
        let mut coverage = self.fixed.clone();
        for list in &self.lists {
            let mut of_list = list.coverage.clone();
            let lost = list.interrupted.as_ref().filter(|(since, _)| since.elapsed() >= DEAD_AFTER);
            if let Some((_, error)) = lost.filter(|_| of_list.gaps.is_empty()) {
                let namespace = list.request.namespace.clone();
                let gap = Gap::new(list.request.kind.name(), Reason::Stale).because(error.why());
                of_list.gaps.push(Gap { namespace, ..gap });
                self.run.mark_out_of_scope(&list.request, &mut of_list);
            }
            coverage.add(of_list);
        }
        coverage.add(self.measured.clone());
        coverage
    }

    fn apply(&mut self, index: usize, update: Update) {
        let update = match update {
            Update::Tail(tail) => return self.tails.take(tail),
            Update::Measured(kept, coverage) => {
                self.measure(kept, coverage);
                return self.sort();
            }
            update => update,
        };
        let Some(list) = self.lists.get_mut(index) else { return };
        match update {
            Update::Event(event) => self.change(index, event),
            Update::Read(kept, result) => {
                list.interrupted = None;
                list.coverage = self.run.coverage_of(&list.request, &result);
                self.replace(index, kept);
            }
            Update::Unread(result) => {
                list.coverage = self.run.coverage_of(&list.request, &result);
                if result.error.as_ref().is_some_and(|error| error.reason() == Reason::Absent) {
                    // Its definition was removed, and its objects with it.
                    self.replace(index, Kept::new(self.names.clone()));
                }
            }
            Update::Interrupted(error) => {
                list.interrupted.get_or_insert((Instant::now(), error));
            }
            Update::Resumed => list.interrupted = None,
            Update::Tail(_) | Update::Measured(..) => {}
        }
    }

    fn change(&mut self, index: usize, event: WatchEvent) {
        match event {
            WatchEvent::Changed(Object::Event(event)) => self.warnings.add(*event, &self.names),
            WatchEvent::Deleted(Object::Event(event)) => self.warnings.remove(&event.metadata),
            WatchEvent::Changed(object) => self.snapshot.rows.put(object, &self.names),
            WatchEvent::Deleted(object) => self.snapshot.rows.remove(object, &self.names),
            WatchEvent::TooLarge(..) => {
                if let Some(list) = self.lists.get_mut(index) {
                    list.coverage.gaps.push(list.request.too_large());
                }
            }
            WatchEvent::Bookmark | WatchEvent::Failed(_) => {}
        }
    }

    /// Replaces the rows of a list.
    fn replace(&mut self, index: usize, kept: Kept) {
        let Some(list) = self.lists.get(index) else { return };
        let (kind, namespace) = (list.request.kind, list.request.namespace.as_deref());
        let rows = &mut self.snapshot.rows;
        match kind {
            Kind::Event => self.warnings.replace(namespace, kept.warnings),
            Kind::Secret => rows.forget_secrets(list.request.is_of_certificates(), namespace),
            _ => rows.forget(kind, namespace),
        }
        rows.append(kept.rows);
        self.sort();
    }

    /// Replaces what was measured.
    fn measure(&mut self, kept: Kept, coverage: Coverage) {
        self.snapshot.rows.forget(Kind::Throttling, None);
        self.snapshot.rows.append(kept.rows);
        self.measured = coverage;
    }

    /// Sorts the rows. What that finds belongs to the coverage from then on.
    fn sort(&mut self) {
        self.snapshot.coverage = Coverage::default();
        self.snapshot.sort();
        self.fixed.add(std::mem::take(&mut self.snapshot.coverage));
        // A list that is read again may have the same defect.
        for gaps in [&mut self.fixed.gaps, &mut self.fixed.not_in_scope, &mut self.fixed.notes] {
            gaps.sort();
            gaps.dedup();
        }
    }
}

#[cfg(test)]
mod tests;
