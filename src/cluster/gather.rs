//! A scope, gathered: which lists to read, all of them side by side, and what is asked about trouble afterwards.

use super::list::{self, ListResult, Seen};
use super::page::{Accept, ApiClient, Request, RetryPolicy};
use super::{Budget, Error, ListRequest, Progress, Session, Sink, Stop};
use crate::cli::{ListArgs, ScopeArgs};
use crate::model::{Cost, Ended};
use crate::snapshot::{Capture, Header, Rows, Snapshot};
use crate::sources::{Hosts, Noted, Sources};
use crate::wire::{Kind, Object, Time};
use globset::GlobSet;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;

/// What to gather, and how.
#[derive(Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is asked for by itself")]
pub struct Plan {
    /// What to look at.
    pub scope: ScopeArgs,
    /// How to list.
    pub list: ListArgs,
    /// How long one attempt may take; zero is as long as its page.
    pub request_timeout: Duration,
    /// The clock.
    pub clock: fn() -> Time,
    /// How many clusters share the budget.
    pub clusters: usize,
    /// Whether to ask what every pod uses, where that is measured; what nodes use is always asked.
    pub with_usage: bool,
    /// Whether to read the certificates in secrets, and to look for the secrets that should hold some.
    pub with_certificates: bool,
    /// Whether to ask about what is in trouble: for its warnings, and the ends of its logs.
    pub with_trouble: bool,
    /// How far back a Prometheus is asked what every container used, and which workloads are scaled by that is asked too;
    /// `None` where that is not wanted.
    pub history: Option<Duration>,
    /// Whether the logs of all containers are read.
    pub with_logs: bool,
    /// Which hosts are looked up; `None` where none are.
    pub hosts: Option<Arc<Hosts>>,
    /// The object that is asked about, by name: then every warning of the scope is kept, and the logs are those of its
    /// pods.
    pub about: Option<String>,
    /// What all requests share.
    pub budget: Arc<Budget>,
}

/// Gathers a scope into a snapshot. `answered` is told when the server has answered the first time.
///
/// # Errors
/// When the server cannot be reached or refuses everything, or a namespace does not exist.
pub async fn gather(
    session: Session,
    plan: &Plan,
    progress: &Progress,
    answered: impl FnOnce(),
) -> Result<Snapshot, Error> {
    let mut run = Run::start(session, plan, progress).await?;
    answered();
    let (mut snapshot, parts) = run.everything::<Rows>().await?;
    for rows in parts {
        snapshot.rows.append(rows);
    }
    snapshot.sort();
    if !plan.scope.no_evidence {
        if plan.with_trouble {
            run.ask_about_trouble(&mut snapshot).await;
        }
        run.ask_what_the_killed_use(&mut snapshot).await;
    }
    run.finish(&mut snapshot);
    snapshot.sort();
    Ok(snapshot)
}

/// Gathers a scope into a capture: its head, and the objects of each list.
///
/// # Errors
/// When the server cannot be reached or refuses everything.
pub async fn snapshot(
    session: Session,
    plan: &Plan,
    progress: &Progress,
) -> Result<(Header, Vec<Capture>), Error> {
    let mut run = Run::start(session, plan, progress).await?;
    run.with_evidence = !plan.scope.no_evidence;
    let (mut snapshot, parts) = run.everything::<Capture>().await?;
    run.finish(&mut snapshot);
    snapshot.coverage.sort();
    let header = Header::of(&snapshot, crate::VERSION);
    Ok((header, parts))
}

/// The names of the namespaces of a cluster, for completion.
///
/// # Errors
/// When they cannot be listed.
pub async fn namespaces(session: Session, deadline: Duration) -> Result<Vec<String>, Error> {
    let budget = Arc::new(Budget::new(1, 0, Stop::default()));
    let silent = Progress::new(false, None, Time::default, 1);
    names(Arc::new(ApiClient::new(session, &budget, 1, deadline, silent)), deadline).await
}

/// The names of the namespaces of a cluster.
pub(crate) async fn names(asker: Arc<ApiClient>, deadline: Duration) -> Result<Vec<String>, Error> {
    let chain = ListRequest {
        kind: Kind::Namespace,
        namespace: None,
        labels: None,
        fields: None,
        excluded: GlobSet::empty(),
        page_size: 500,
        page_timeout: deadline,
    };
    let listing = list::list(asker, &chain, Rows::default()).await;
    match listing.error {
        Some(error) => Err(error),
        None => Ok(listing.kept.namespaces.iter().map(|namespace| namespace.name.to_string()).collect()),
    }
}

impl Sink for Rows {
    fn keep(&mut self, object: Object) {
        self.add(object);
    }

    fn part(&self) -> Self {
        Rows::part(self)
    }

    fn append(&mut self, part: Self) {
        Rows::append(self, part);
    }

    fn expect(&mut self, kind: Kind, count: usize) {
        self.reserve(kind, count);
    }
}

impl Sink for Capture {
    fn keep(&mut self, object: Object) {
        // Into memory: it cannot fail.
        drop(self.add(&object));
    }

    fn part(&self) -> Self {
        Capture::default()
    }

    fn append(&mut self, part: Self) {
        // Nor can this.
        drop(Capture::append(self, part));
    }

    fn expect(&mut self, _: Kind, _: usize) {}
}

/// One run against one cluster.
pub(crate) struct Run<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) asker: Arc<ApiClient>,
    /// By name; empty for all of them.
    pub(crate) namespaces: Vec<String>,
    pub(crate) excluded: GlobSet,
    /// Whether what is asked about trouble is asked at once: nobody will know what is in trouble.
    pub(crate) with_evidence: bool,
    started_at: Time,
    /// By how many seconds the server's clock is ahead of ours.
    skew: i64,
    version: String,
}

impl<'a> Run<'a> {
    /// Greets the server: whoever cannot be greeted is not asked further.
    async fn start(session: Session, plan: &'a Plan, progress: &Progress) -> Result<Self, Error> {
        let started_at = (plan.clock)();
        let scope = &plan.scope;
        let namespaces = match scope.all_namespaces {
            true => Vec::new(),
            false if scope.namespace.is_empty() => vec![session.namespace.clone()],
            false => scope.namespace.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect(),
        };
        if let Some(bad) = namespaces.iter().find(|name| !super::scope::is_name(name)) {
            return Err(Error::Config(format!("\"{bad}\" is not the name of a namespace")));
        }
        let excluded = scope.excluded().map_err(Error::Config)?;
        let progress = progress.of(&session.cluster.context);
        let asker = ApiClient::new(session, &plan.budget, plan.clusters, plan.request_timeout, progress);
        let mut run = Self {
            plan,
            asker: Arc::new(asker),
            namespaces,
            excluded,
            with_evidence: false,
            started_at,
            skew: 0,
            version: String::new(),
        };
        run.greet().await?;
        Ok(run)
    }

    /// Asks for the version, once: whether somebody is there, who it is, and what time it is there.
    pub(crate) async fn greet(&mut self) -> Result<(), Error> {
        let request = Request {
            path: "/version".to_owned(),
            accept: Accept::Json,
            deadline: self.plan.list.page_timeout,
            patience: RetryPolicy::Greeting,
            form: None,
        };
        match self.asker.ask(&request).await {
            Ok(answer) => {
                let version: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                let git = version.get("gitVersion").and_then(serde_json::Value::as_str);
                git.unwrap_or_default().clone_into(&mut self.version);
                let ahead = answer.date.map_or(0, |date| date.seconds - (self.plan.clock)().seconds);
                // The header has whole seconds, and the answer was under way.
                self.skew = if ahead.abs() > 2 { ahead } else { 0 };
                Ok(())
            }
            // Some clusters hide their version.
            Err(error) if error.is_forbidden() || error.is_not_found() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Reads every list of the scope, and measures at the same time.
    async fn everything<K: Sink + Default>(&mut self) -> Result<(Snapshot, Vec<K>), Error> {
        let sources = Sources::of(self)?;
        let blank = Noted::new(K::default(), sources.follow_ups());
        let lists = async {
            let (snapshot, parts) = self.lists(blank).await?;
            let (parts, follow_ups) = Noted::separate(parts);
            Ok(((snapshot, parts), follow_ups))
        };
        let ((mut snapshot, mut parts), measured) = sources.beside(lists).await?;
        let mut part = K::default();
        measured.put(&mut part, &mut snapshot.coverage);
        parts.push(part);
        Ok((snapshot, parts))
    }

    /// Reads every list of the scope. An error where not one list of pods could be begun, or a namespace does not exist.
    async fn lists<K: Sink>(&mut self, blank: K) -> Result<(Snapshot, Vec<K>), Error> {
        let chains = self.chains();
        self.asker.progress.started(&self.asker.session.cluster.server, &self.version, &chains);
        let (mut read, named) = tokio::join!(self.read(&blank, chains), self.named());
        if self.namespaces.is_empty() {
            read = self.per_namespace(&blank, read).await;
        }
        let mut pods = read.iter().filter(|(chain, _)| chain.kind == Kind::Pod).peekable();
        // What was stopped is told as far as it went, even if it did not go far.
        let refused = |(_, listing): &(ListRequest, ListResult<K>)| {
            listing.got == 0 && listing.error.as_ref().is_some_and(|error| !error.is_stopped())
        };
        if pods.peek().is_some() && pods.clone().all(refused) {
            return Err(pods
                .find_map(|(_, listing)| listing.error.clone())
                .unwrap_or(Error::Config(String::new())));
        }
        let mut snapshot = Snapshot { scope: self.scope(), ..Snapshot::default() };
        let mut parts = vec![Self::keep_named(blank.part(), named, &read, &mut snapshot.coverage)?];
        for (chain, listing) in read {
            let mut coverage = listing.coverage(&chain);
            self.mark_out_of_scope(&chain, &mut coverage);
            snapshot.coverage.add(coverage);
            parts.push(listing.kept);
        }
        snapshot.coverage.outside.extend(self.left_out());
        Ok((snapshot, parts))
    }

    /// Reads lists side by side; they come back in the order in which they were given.
    pub(crate) async fn read<K: Sink>(
        &self,
        blank: &K,
        chains: Vec<ListRequest>,
    ) -> Vec<(ListRequest, ListResult<K>)> {
        self.read_rest(blank, chains.into_iter().map(|chain| (chain, Seen::default())).collect()).await
    }

    /// The same of lists of which something has been seen.
    pub(crate) async fn read_rest<K: Sink>(
        &self,
        blank: &K,
        chains: Vec<(ListRequest, Seen)>,
    ) -> Vec<(ListRequest, ListResult<K>)> {
        let mut tasks = JoinSet::new();
        for (order, (chain, seen)) in chains.into_iter().enumerate() {
            let (asker, part) = (Arc::clone(&self.asker), blank.part());
            tasks.spawn(async move {
                let listing = list::list_rest(Arc::clone(&asker), &chain, part, seen).await;
                asker.progress.ended(&chain, listing.got, listing.error.as_ref());
                (order, (chain, listing))
            });
        }
        let done: BTreeMap<usize, (ListRequest, ListResult<K>)> =
            tasks.join_all().await.into_iter().collect();
        done.into_values().collect()
    }

    /// Writes down what it cost, and by whose clock it is told.
    fn finish(&self, snapshot: &mut Snapshot) {
        let active =
            snapshot.rows.pods.iter().filter(|pod| pod.shared.ended != Some(Ended::Succeeded)).count();
        snapshot.cluster = self.asker.session.cluster.clone();
        snapshot.cluster.version.clone_from(&self.version);
        snapshot.skew = self.skew;
        let shift = |time: Time| time.minus(-self.skew);
        (snapshot.started_at, snapshot.taken_at) = (shift(self.started_at), shift((self.plan.clock)()));
        let count = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let meter = &self.asker.meter;
        let (requests, retries) = (count(&meter.requests), count(&meter.retries));
        let cost = &mut snapshot.coverage.cost;
        cost.add(&Cost {
            requests,
            retries,
            bytes: count(&meter.bytes),
            throttled_millis: count(&meter.throttled),
            ..Cost::default()
        });
        self.asker.progress.finished(active as u64, cost.pages, requests, retries);
    }
}
