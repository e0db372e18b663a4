//! What a run measures besides the lists: usage and throttling, logs, and hosts. A report is complete without it.
//!
//! Every source has the same three steps: `ask` sends the requests, a parser turns an answer into measurements, and
//! [`Unavailable`] becomes the gap of what is missing. Queries that need no list run at the same time as the lists; the rest
//! takes its [`FollowUps`] from the lists.
//!
//! What does not belong here: the interpretation of the numbers (`model`, `checks`).

mod access_log;
mod dns;
mod follow_ups;
mod hosts;
mod kubelets;
mod logs;
mod measured;
mod prometheus;
mod selector;
mod series;
mod tls_probe;

pub(crate) use follow_ups::{FollowUps, Noted};
pub use hosts::Hosts;
use measured::{Measured, Partial, Unavailable};

use crate::cli::Address;
use crate::cluster::gather::Run;
use crate::cluster::page::ApiClient;
use crate::cluster::{Error, Stop};
use crate::model::{Names, Reason};
use crate::text::{Message, reasons};
use crate::wire::{Kind, MeasuredMeta, Throttling};
use hosts::NamedHosts;
use logs::ErrorLogs;
use prometheus::{Prometheus, find, memory, throttling, usage};
use selector::PromSelector;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;

/// The time limit of one request; that of a page may be shorter.
const DEADLINE: Duration = Duration::from_secs(10);

/// The window of a Prometheus query for throttling, unless a longer one is requested.
const WINDOW: Duration = Duration::from_secs(300);

/// The shortest window of a Prometheus query for usage.
const SHORTEST: Duration = Duration::from_secs(2 * 3600);

/// The window of the memory history of containers that were OOM-killed, unless another one is requested.
const KILLED_SINCE: Duration = Duration::from_secs(86_400);

/// What is measured of a cluster.
struct Wanted {
    throttling: bool,
    /// The window of the usage of every container.
    usage: Option<Duration>,
    /// The window of the memory history of containers that were OOM-killed.
    memory: Option<Duration>,
    hosts: Option<Arc<Hosts>>,
}

/// The sources of one cluster.
pub(crate) struct Sources {
    client: Arc<ApiClient>,
    selector: Arc<PromSelector>,
    wanted: Wanted,
    logs: Option<Arc<ErrorLogs>>,
    address: Option<Address>,
    /// How long to sample the kubelets, if they may be asked.
    window: Option<Duration>,
    /// The run reads several clusters, and an address belongs to one of them.
    several: bool,
    page_timeout: Duration,
    /// The Prometheus, once it has been looked for.
    prometheus: OnceCell<Result<Prometheus, Unavailable>>,
    /// The throttling that Prometheus has counted, once it has been asked.
    throttled: OnceCell<Result<Vec<Throttling>, Unavailable>>,
}

impl Wanted {
    fn of(run: &Run) -> Self {
        let (plan, scope) = (run.plan, &run.plan.scope);
        let kept = |kind: Kind| !scope.skip_kinds.contains(&kind);
        let evidence = |kind: Kind| kept(kind) && !scope.no_evidence;
        let memory = scope.measure.since.unwrap_or(KILLED_SINCE).max(SHORTEST);
        Self {
            throttling: evidence(Kind::Throttling),
            usage: plan.history.filter(|_| kept(Kind::Usage)).map(|back| back.max(SHORTEST)),
            memory: evidence(Kind::MemoryHistory).then_some(memory),
            hosts: plan
                .hosts
                .as_ref()
                .filter(|_| kept(Kind::Host))
                .and_then(|hosts| hosts.wanted(run.asker.session.inside)),
        }
    }

    fn is_nothing(&self) -> bool {
        !self.throttling && self.usage.is_none() && self.memory.is_none() && self.hosts.is_none()
    }
}

impl Sources {
    /// Creates the sources of a run.
    ///
    /// # Errors
    /// When the given address of a Prometheus is invalid.
    pub(crate) fn of(run: &Run) -> Result<Self, Error> {
        let scope = &run.plan.scope;
        let url = scope.measure.prometheus_url.as_ref();
        let address = url.map(|url| url.address().map_err(Error::Config)).transpose()?;
        let patterns = scope.exclude_namespace.clone();
        let selector = PromSelector::new(run.namespaces.clone(), patterns, run.excluded.clone());
        Ok(Self {
            client: Arc::clone(&run.asker),
            selector: Arc::new(selector.with_labels(scope.measure.prometheus_label.clone())),
            wanted: Wanted::of(run),
            logs: ErrorLogs::of(run).map(Arc::new),
            address,
            window: scope.measure.throttle_window,
            several: run.plan.clusters > 1,
            page_timeout: run.plan.list.page_timeout,
            prometheus: OnceCell::new(),
            throttled: OnceCell::new(),
        })
    }

    /// The follow-ups that the lists collect for these sources.
    pub(crate) fn follow_ups(&self) -> FollowUps {
        FollowUps {
            nodes: (self.window.is_some() && self.wanted.throttling).then(BTreeSet::new),
            killed: self.wanted.memory.map(|_| BTreeSet::new()),
            log_targets: self.logs.as_ref().map(|_| Vec::new()),
            hosts: self.wanted.hosts.as_ref().map(|_| NamedHosts::default()),
            names: Names::default(),
        }
    }

    /// Reads the lists and measures at the same time. Queries that need follow-ups wait for the lists.
    ///
    /// # Errors
    /// Those of the lists. A source that does not answer is a gap.
    pub(crate) async fn beside<T>(
        mut self,
        lists: impl Future<Output = Result<(T, FollowUps), Error>>,
    ) -> Result<(T, Measured), Error> {
        let ahead = async { Ok(Box::pin(self.ask_ahead()).await) };
        let after = async {
            let (lists, follow_ups) = lists.await?;
            Ok((lists, Box::pin(self.ask_after(follow_ups)).await))
        };
        let (ahead, (lists, after)) = tokio::try_join!(ahead, after)?;
        if let Some(Ok(prometheus)) = self.prometheus.get() {
            prometheus.count_for(&self.client);
        }
        let throttled = self.throttled.take().and_then(Result::ok).unwrap_or_default();
        Ok((lists, Measured::all(throttled).and(ahead).and(after)))
    }

    /// Sends the queries that need no list.
    async fn ask_ahead(&self) -> Measured {
        if self.wanted.is_nothing() {
            return Measured::default();
        }
        // It is looked for now, even if only a follow-up needs it.
        let _ = self.prometheus().await;
        let (_, usage) = tokio::join!(self.throttled(), self.usage());
        usage
    }

    /// Sends the queries that need the lists.
    async fn ask_after(&self, follow_ups: FollowUps) -> Measured {
        let FollowUps { nodes, killed, log_targets, hosts, .. } = follow_ups;
        let (throttling, memory, hosts, logs) = tokio::join!(
            self.kubelets(nodes.unwrap_or_default()),
            self.memory(killed.unwrap_or_default()),
            self.hosts(hosts.unwrap_or_default()),
            self.logs(log_targets.unwrap_or_default()),
        );
        throttling.and(memory).and(hosts).and(logs)
    }

    /// The given Prometheus, otherwise the first one in the cluster.
    async fn prometheus(&self) -> Result<&Prometheus, &Unavailable> {
        let find = async || match &self.address {
            Some(_) if self.several => Err(Unavailable::left_out(Message::plain(&reasons::ONE_CLUSTER))),
            Some(address) => Prometheus::at(&self.client, address),
            None => {
                Ok(Prometheus::behind(&self.client, find::service(&self.client, self.deadline()).await?))
            }
        };
        self.prometheus.get_or_init(find).await.as_ref()
    }

    fn deadline(&self) -> Duration {
        DEADLINE.min(self.page_timeout)
    }

    /// The throttling that Prometheus has counted.
    async fn throttled(&self) -> Result<(), &Unavailable> {
        let ask = async || {
            if !self.wanted.throttling {
                return Ok(Vec::new());
            }
            let back = self.window.unwrap_or_default().max(WINDOW);
            let prometheus = self.prometheus().await.map_err(Unavailable::clone)?;
            throttling::ask(prometheus, &self.selector, back, self.deadline()).await
        };
        self.throttled.get_or_init(ask).await.as_ref().map(|_| ())
    }

    /// The throttling that the kubelets count, if Prometheus has none.
    async fn kubelets(&self, nodes: BTreeSet<String>) -> Measured {
        let Err(why) = self.throttled().await else { return Measured::default() };
        let Some(window) = self.window else { return Measured::missing(Kind::Throttling, why.clone()) };
        let read = kubelets::ask(&self.client, &self.selector, window, self.deadline(), nodes).await;
        let mut measured = Measured::of(Kind::Throttling, read);
        // A cluster without a Prometheus needs no remark.
        if why.reason != Reason::Skipped {
            let remark = why.clone().within(&reasons::KUBELETS_ASKED).gap(Kind::Throttling, 0);
            measured.coverage.remarks.push(remark);
        }
        measured
    }

    /// The usage of every container.
    async fn usage(&self) -> Measured {
        let Some(back) = self.wanted.usage else { return Measured::default() };
        let read = match self.prometheus().await {
            Ok(prometheus) => usage::ask(prometheus, &self.selector, back, self.page_timeout).await,
            Err(why) => Partial::missing(why.clone()),
        };
        Measured::of(Kind::Usage, read)
    }

    /// The memory history of the containers that were OOM-killed. Without such containers nothing is missing.
    async fn memory(&self, killed: BTreeSet<MeasuredMeta>) -> Measured {
        let Some(back) = self.wanted.memory.filter(|_| !killed.is_empty()) else {
            return Measured::default();
        };
        let time = (back, self.deadline());
        let read = match self.prometheus().await {
            Ok(prometheus) => memory::ask(prometheus, &self.selector, &killed, time).await,
            Err(why) => Partial::missing(why.clone()),
        };
        Measured::of(Kind::MemoryHistory, read)
    }

    /// The summaries of the logs.
    async fn logs(&self, targets: Vec<logs::Target>) -> Measured {
        match &self.logs {
            Some(logs) => logs.ask(targets).await,
            None => Measured::default(),
        }
    }
}

/// Waits, unless the run is stopped before.
async fn wait(stop: &Stop, time: Duration) -> Result<(), Error> {
    stop.or(async {
        tokio::time::sleep(time).await;
        Ok(())
    })
    .await
}
