//! Reading clusters: what the commands that do so have in common.

use super::{Failure, environment};
use crate::cli::{ConnectArgs, ListArgs, ScopeArgs};
use crate::cluster::{self, Budget, ConnectOptions, ListOptions, Progress, Session, Stop};
use crate::gather::{self, ClusterResult, MultiCluster, Plan, Unseen};
use crate::policy::settings::Settings;
use crate::sources::SourceOptions;
use crate::text::{Message, reasons};
use crate::wire::Time;
use std::future::Future;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// The time limit of a completion that reads the cluster.
const COMPLETION: Duration = Duration::from_secs(2);

/// The flags of a command that reads clusters.
#[derive(Clone, Copy)]
pub(super) struct Flags<'a> {
    pub(super) scope: &'a ScopeArgs,
    pub(super) list: &'a ListArgs,
    pub(super) connect: &'a ConnectArgs,
}

/// The clusters of a run, and what to gather of each.
pub(super) struct Live {
    pub(super) connect: ConnectOptions,
    pub(super) contexts: Vec<String>,
    pub(super) plan: Plan,
}

impl Live {
    /// Finds the contexts, and plans to gather the scope as for a report. From here on Ctrl-C stops the requests, and a
    /// second Ctrl-C ends the program.
    ///
    /// # Errors
    /// If the kubeconfig has no such context, or flags contradict each other.
    pub(super) fn new(flags: Flags, settings: &Settings, clock: fn() -> Time) -> Result<Self, Failure> {
        Self::stopped_by(on_ctrl_c(), flags, settings, clock)
    }

    /// Does the same with the signal that stops the requests.
    ///
    /// # Errors
    /// As [`Live::new`].
    pub(super) fn stopped_by(
        stop: Stop,
        flags: Flags,
        settings: &Settings,
        clock: fn() -> Time,
    ) -> Result<Self, Failure> {
        let connect = ConnectOptions::from(flags.connect);
        let contexts = cluster::contexts(&connect)?;
        flags.scope.check()?;
        let list = ListOptions::from(flags.list);
        let plan = Plan {
            scope: flags.scope.into(),
            sources: SourceOptions { logs: false, ..SourceOptions::from(&flags.scope.measure) },
            settings: settings.clone(),
            request_timeout: connect.request_timeout,
            clock,
            clusters: contexts.len(),
            with_usage: false,
            with_certificates: false,
            with_evidence: true,
            about: None,
            budget: budget(&list, stop),
            list,
        };
        Ok(Self { connect, contexts, plan })
    }

    /// Whether the run reads several clusters.
    pub(super) fn several(&self) -> bool {
        self.contexts.len() > 1
    }

    /// Returns the context of a command that reads one cluster; empty for the current one.
    pub(super) fn only(&self, why: &str) -> Result<&str, Failure> {
        match self.contexts.as_slice() {
            [context] => Ok(context),
            _ => Err(Failure::new(format!("{why}; select one context with --context"))),
        }
    }

    /// Shows progress on a terminal if the output is for people, or logs it.
    pub(super) fn progress(&self, for_people: bool) -> Progress {
        let dumb = environment("TERM").is_some_and(|term| term == "dumb") || environment("CI").is_some();
        let bar = for_people && io::stderr().is_terminal() && !dumb;
        Progress::new(bar, self.plan.list.log, self.plan.clock, self.plan.clusters)
    }

    /// Starts to read all clusters.
    pub(super) fn start(&self, progress: &Progress) -> MultiCluster {
        MultiCluster::start(&self.connect, self.contexts.clone(), &self.plan, progress)
    }

    /// Reads all clusters.
    pub(super) fn all(&self, progress: &Progress) -> Result<Vec<ClusterResult>, Failure> {
        self.wait_for(async { self.start(progress).all().await })
    }

    /// Connects to one cluster and gathers something of it.
    pub(super) async fn one<T>(
        &self,
        context: &str,
        gather: impl AsyncFnOnce(Session) -> Result<T, cluster::Error>,
    ) -> Result<T, Failure> {
        let context = Some(context).filter(|name| !name.is_empty());
        let session = self.plan.budget.stop().or(cluster::connect(&self.connect, context)).await?;
        let hint = session.hint;
        gather(session).await.map_err(|error| Failure::from(Unseen { error, hint }))
    }

    /// Runs what reads clusters, within `--timeout`. When it is done, Ctrl-C ends the program.
    pub(super) fn wait_for<T>(&self, what: impl Future<Output = T>) -> Result<T, Failure> {
        let done = block_on(self.in_time(what));
        self.plan.budget.stop().now(Message::plain(&reasons::INTERRUPTED));
        done
    }

    /// Stops the requests after `--timeout` while something reads clusters.
    pub(super) async fn in_time<T>(&self, what: impl Future<Output = T>) -> T {
        let (stop, timeout) = (self.plan.budget.stop(), self.plan.list.timeout);
        let mut timer = JoinSet::new();
        if !timeout.is_zero() {
            timer.spawn(async move { stop.after(timeout).await });
        }
        what.await
    }
}

/// Creates the limits that all requests of a run share.
fn budget(list: &ListOptions, stop: Stop) -> Arc<Budget> {
    Arc::new(Budget::new(list.concurrency, list.max_rps, stop))
}

/// Returns the signal that Ctrl-C gives.
fn on_ctrl_c() -> Stop {
    let stop = Stop::default();
    let on_signal = stop.clone();
    // If no handler can be set, Ctrl-C ends the program at once.
    let _ = ctrlc::set_handler(move || {
        if on_signal.now(Message::plain(&reasons::INTERRUPTED)) {
            leave();
        }
    });
    stop
}

#[allow(clippy::exit, reason = "a second Ctrl-C must not wait for anything")]
fn leave() -> ! {
    // 128 plus the number of SIGINT, as shells count.
    std::process::exit(130)
}

/// Runs a future to its end.
pub(super) fn block_on<T>(what: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("cannot start: {error}")))?;
    let done = runtime.block_on(what);
    // A DNS lookup that has not ended is not awaited.
    runtime.shutdown_background();
    Ok(done)
}

/// Lists the namespaces for a command line that is being completed.
pub(super) fn namespaces(args: &ConnectArgs) -> Result<Vec<String>, Failure> {
    let options = ConnectOptions::from(args);
    block_on(async {
        let session = cluster::connect(&options, options.contexts.first().map(String::as_str)).await?;
        Ok(gather::namespaces(session, COMPLETION).await?)
    })?
}
