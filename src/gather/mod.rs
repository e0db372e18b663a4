//! Reads a scope of a cluster into a snapshot: all lists in parallel, then the evidence about failing objects.
//!
//! What a run could not read is data (a gap in the coverage). An error means that there is nothing to report.
//! [`MultiCluster`] reads several clusters in parallel.

mod log_tails;
mod multi_cluster;
pub(crate) mod namespaces;
mod per_namespace;
mod plan;
mod pod_metrics;
mod problem;
mod scope;
mod sinks;
mod subjects;
mod watch;

pub use multi_cluster::{ClusterResult, MultiCluster, Unseen};
pub use namespaces::namespaces;
pub use plan::{Plan, ScopeOptions};
pub use watch::{Stats, Tally, Verb, Watched};

use crate::cluster::error::not_ready;
use crate::cluster::list;
use crate::cluster::page::{Accept, ApiClient, Request, RetryPolicy};
use crate::cluster::{Error, LastRead, ListRequest, ListResult, Progress, Session, Silence, Sink};
use crate::model::{Cost, Coverage, Ended, Gap, Reason};
use crate::snapshot::{Capture, Header, Rows, Snapshot};
use crate::sources::{Noted, SourceRequest, Sources};
use crate::text::{Fact, Message, reasons};
use crate::wire::{Kind, Time, without_secrets};
use globset::GlobSet;
use namespaces::Named;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::JoinSet;

/// Gathers a scope into a snapshot. `answered` is called when the server has answered for the first time, with how long it
/// is silent from then on.
///
/// # Errors
/// If the server cannot be reached or rejects every list of pods, or a namespace does not exist.
pub async fn gather(
    session: Session,
    plan: &Plan,
    progress: &Progress,
    answered: impl FnOnce(Arc<Silence>),
) -> Result<Snapshot, Error> {
    let mut run = Run::start(session, plan, progress).await?;
    answered(Arc::clone(&run.client.silence));
    let (mut snapshot, parts) = Box::pin(run.everything::<Rows>()).await?;
    for rows in parts {
        snapshot.rows.append(rows);
    }
    snapshot.sort();
    // What to ask for depends on ages.
    run.set_times(&mut snapshot);
    if !plan.scope.no_evidence {
        if plan.with_evidence {
            run.read_evidence(&mut snapshot).await;
        }
        run.read_usage_of_killed(&mut snapshot).await;
    }
    run.finish(&mut snapshot);
    snapshot.sort();
    Ok(snapshot)
}

/// Gathers a scope into a capture: its header, and the objects of each list.
///
/// # Errors
/// As [`gather`].
pub async fn snapshot(
    session: Session,
    plan: &Plan,
    progress: &Progress,
) -> Result<(Header, Vec<Capture>), Error> {
    let mut run = Run::start(session, plan, progress).await?;
    run.all_evidence = !plan.scope.no_evidence;
    let (mut snapshot, parts) = Box::pin(run.everything::<Capture>()).await?;
    run.finish(&mut snapshot);
    snapshot.coverage.sort();
    let header = Header::of(&snapshot, crate::VERSION);
    Ok((header, parts))
}

/// A list, and what was read of it.
type Read<K> = (ListRequest, ListResult<K>);

/// One run against one cluster.
struct Run<'a> {
    plan: &'a Plan,
    client: Arc<ApiClient>,
    /// The namespaces, sorted; empty for all of them.
    namespaces: Vec<String>,
    excluded: GlobSet,
    /// Whether the evidence about all objects is read with the lists. A capture does not know which objects fail.
    all_evidence: bool,
    /// Whether the lists are followed from then on.
    follows: bool,
    started_at: Time,
    /// By how many seconds the server's clock is ahead of this machine's.
    skew: i64,
    /// The time of the server, if it cannot be right: the local clock is used.
    implausible_clock: Option<Time>,
    version: String,
}

impl<'a> Run<'a> {
    /// Greets the server. If that fails, nothing else is requested.
    async fn start(session: Session, plan: &'a Plan, progress: &Progress) -> Result<Self, Error> {
        let started_at = (plan.clock)();
        let scope = &plan.scope;
        let namespaces = if scope.all_namespaces {
            Vec::new()
        } else if scope.namespaces.is_empty() {
            vec![session.namespace.clone()]
        } else {
            scope.namespaces.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect()
        };
        if let Some(bad) =
            namespaces.iter().find(|name| !namespaces::is_pattern(name) && !namespaces::is_name(name))
        {
            return Err(Error::Config(format!("\"{bad}\" is not a valid namespace name")));
        }
        let excluded = scope.excluded_set().map_err(|error| Error::Config(error.to_string()))?;
        let progress = progress.of(&session.cluster.context);
        let mut client = ApiClient::new(session, &plan.budget, plan.clusters, plan.request_timeout, progress);
        client.silence = Arc::new(Silence::new(Some(Silence::limit_for(plan.list.page_timeout))));
        let mut run = Self {
            plan,
            client: Arc::new(client),
            namespaces,
            excluded,
            all_evidence: false,
            follows: false,
            started_at,
            skew: 0,
            implausible_clock: None,
            version: String::new(),
        };
        run.greet().await.map_err(|error| match error {
            Error::TimedOut { after } => Error::Silent { after },
            other => other,
        })?;
        run.find_namespaces().await?;
        Ok(run)
    }

    /// Requests the version: whether the server answers, its version and its time.
    async fn greet(&mut self) -> Result<(), Error> {
        let request = Request {
            path: "/version".to_owned(),
            accept: Accept::Json,
            deadline: self.plan.list.page_timeout,
            patience: RetryPolicy::Greeting,
            form: None,
        };
        match self.client.ask(&request).await {
            Ok(answer) => {
                let version: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                let git = version.get("gitVersion").and_then(serde_json::Value::as_str);
                self.version = without_secrets(git.unwrap_or_default());
                let local = (self.plan.clock)().seconds;
                let ahead = answer.date.map_or(0, |date| date.seconds.saturating_sub(local));
                match ahead.saturating_abs() {
                    // The header has whole seconds, and the response took some time.
                    0..=2 => {}
                    3..=MOST_SKEW => self.skew = ahead,
                    _ => self.implausible_clock = answer.date,
                }
                Ok(())
            }
            // Some clusters hide their version.
            Err(error) if error.is_forbidden() || error.is_not_found() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Reads every list of the scope, and the sources in parallel.
    async fn everything<K: Sink + Default>(&mut self) -> Result<(Snapshot, Vec<K>), Error> {
        let sources = Sources::of(&self.source_request())?;
        let blank = Noted::new(K::default(), sources.follow_ups());
        let lists = async {
            let (snapshot, parts) = self.lists(blank).await?;
            let (parts, follow_ups) = Noted::separate(parts);
            Ok(((snapshot, parts), follow_ups))
        };
        let ((mut snapshot, mut parts), measured) = sources.alongside(lists).await?;
        let mut part = K::default();
        measured.put(&mut part, &mut snapshot.coverage);
        parts.push(part);
        self.note_readiness(&mut snapshot.coverage).await;
        Ok((snapshot, parts))
    }

    /// What the sources are read for.
    fn source_request(&self) -> SourceRequest {
        let scope = &self.plan.scope;
        let mut skip_kinds = scope.skip_kinds.clone();
        if scope.no_evidence {
            skip_kinds.extend([Kind::Throttling, Kind::MemoryHistory]);
        }
        SourceRequest {
            client: Arc::clone(&self.client),
            options: self.plan.sources.clone(),
            namespaces: self.namespaces.clone(),
            patterns: scope.excluded.clone(),
            excluded: self.excluded.clone(),
            skip_kinds,
            several: self.plan.clusters > 1,
            page_timeout: self.plan.list.page_timeout,
        }
    }

    /// Reads every list of the scope, and its namespaces by name. Fails if no list of pods could be started.
    async fn read_lists<K: Sink>(&mut self, blank: &K) -> Result<(Vec<Read<K>>, Vec<Named>), Error> {
        let requests = self.requests();
        self.client.progress.started(&self.client.session.cluster.server, &self.version, &requests);
        let reading = async { tokio::join!(self.read(blank, requests), self.named()) };
        let (mut read, mut named) = tokio::select! {
            done = reading => done,
            error = self.client.is_down() => return Err(error),
        };
        self.suggest(&mut named).await;
        if self.namespaces.is_empty() {
            read = self.per_namespace(blank, read).await;
        }
        match no_pods(&read) {
            Some(error) => Err(self.explained(error).await),
            None => Ok((read, named)),
        }
    }

    /// Returns an error of the server with the parts of the server that fail, if it says so.
    async fn explained(&self, error: Error) -> Error {
        if !is_of_the_server(error.reason()) {
            return error;
        }
        match self.client.failing_parts().await {
            parts if parts.is_empty() => error,
            parts => Error::NotReady { parts, error: Some(Box::new(error)) },
        }
    }

    /// Notes the parts of the server that fail, if lists failed.
    async fn note_readiness(&self, coverage: &mut Coverage) {
        if !coverage.gaps.iter().any(|gap| is_of_the_server(gap.reason)) {
            return;
        }
        let parts = self.client.failing_parts().await;
        if !parts.is_empty() {
            coverage.notes.push(Gap::new(Gap::CLUSTER, Reason::Failed).because(not_ready(&parts)));
        }
    }

    /// Reads every list of the scope. Fails if no list of pods could be started, or a namespace does not exist.
    async fn lists<K: Sink>(&mut self, blank: K) -> Result<(Snapshot, Vec<K>), Error> {
        let (read, named) = self.read_lists(&blank).await?;
        let mut snapshot = Snapshot { scope: self.scope(), ..Snapshot::default() };
        let mut parts = vec![Self::keep_named(blank.part(), named, &read, &mut snapshot.coverage)?];
        for (request, result) in read {
            snapshot.coverage.add(self.coverage_of(&request, &result));
            parts.push(result.kept);
        }
        snapshot.coverage.not_in_scope.extend(self.left_out());
        Ok((snapshot, parts))
    }

    /// Returns the part of a list in the coverage of the scope.
    fn coverage_of<K>(&self, request: &ListRequest, result: &ListResult<K>) -> Coverage {
        let mut coverage = result.coverage(request);
        self.mark_out_of_scope(request, &mut coverage);
        coverage
    }

    /// Reads lists in parallel; returns them in the given order.
    async fn read<K: Sink>(
        &self,
        blank: &K,
        requests: Vec<ListRequest>,
    ) -> Vec<(ListRequest, ListResult<K>)> {
        self.read_rest(blank, requests.into_iter().map(|request| (request, LastRead::default())).collect())
            .await
    }

    /// Reads lists of which an earlier list has read some objects.
    async fn read_rest<K: Sink>(
        &self,
        blank: &K,
        requests: Vec<(ListRequest, LastRead)>,
    ) -> Vec<(ListRequest, ListResult<K>)> {
        let mut tasks = JoinSet::new();
        for (order, (request, last_read)) in requests.into_iter().enumerate() {
            let (client, part) = (Arc::clone(&self.client), blank.part());
            tasks.spawn(async move {
                let result = list::list_rest(Arc::clone(&client), &request, part, last_read).await;
                client.progress.ended(&request, result.got, result.error.as_ref());
                (order, (request, result))
            });
        }
        let done: BTreeMap<usize, (ListRequest, ListResult<K>)> =
            tasks.join_all().await.into_iter().collect();
        done.into_values().collect()
    }

    /// Sets the times of the run until now, by the server's clock.
    fn set_times(&self, snapshot: &mut Snapshot) {
        let shift = |time: Time| time.minus(-self.skew);
        (snapshot.started_at, snapshot.taken_at) = (shift(self.started_at), shift((self.plan.clock)()));
    }

    /// Records the cost of the run, and its times by the server's clock.
    fn finish(&self, snapshot: &mut Snapshot) {
        self.describe(snapshot);
        self.set_times(snapshot);
        let active =
            snapshot.rows.pods.iter().filter(|pod| pod.shared.ended != Some(Ended::Succeeded)).count();
        let cost = &snapshot.coverage.cost;
        self.client.progress.finished(active as u64, cost.pages, cost.requests, cost.retries);
    }

    /// Records the cluster and the cost of the run.
    fn describe(&self, snapshot: &mut Snapshot) {
        snapshot.cluster = self.client.session.cluster.clone();
        snapshot.cluster.version.clone_from(&self.version);
        snapshot.skew = self.skew;
        snapshot.coverage.notes.extend(self.implausible_clock.map(clock_note));
        let count = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let meter = &self.client.meter;
        let (requests, retries) = (count(&meter.requests), count(&meter.retries));
        let cost = &mut snapshot.coverage.cost;
        cost.add(&Cost {
            requests,
            retries,
            bytes: count(&meter.bytes),
            throttled_millis: count(&meter.throttled),
            ..Cost::default()
        });
    }
}

/// The largest difference between the clocks that is believed, in seconds. A proxy may send any date.
const MOST_SKEW: i64 = 86_400;

/// Returns the note that the clock of the server was not used.
fn clock_note(date: Time) -> Gap {
    let time = date.to_timestamp().unwrap_or_default().to_string();
    let why = Message::new(&reasons::SERVER_CLOCK, vec![("time", Fact::text(time))]);
    Gap::new(Gap::CLUSTER, Reason::Inconsistent).because(why)
}

/// Whether a list that ends for this reason may mean that the server is not ready.
fn is_of_the_server(reason: Reason) -> bool {
    matches!(reason, Reason::Failed | Reason::TimedOut)
}

/// The error of the pods, if no list of them could be started. A stopped run is reported as far as it came.
fn no_pods<K>(read: &[(ListRequest, ListResult<K>)]) -> Option<Error> {
    let mut first = None;
    for (_, result) in read.iter().filter(|(request, _)| request.kind == Kind::Pod) {
        let error = result.error.as_ref().filter(|error| result.got == 0 && !error.is_stopped())?;
        first.get_or_insert_with(|| error.clone());
    }
    first
}

#[cfg(test)]
mod tests;
