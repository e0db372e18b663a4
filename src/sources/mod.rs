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
pub(crate) mod kubelets;
mod logs;
mod measured;
mod options;
mod prometheus;
mod selector;
mod series;
mod tls_probe;

pub(crate) use follow_ups::{FollowUps, Noted};
pub use hosts::Hosts;
pub use options::{Label, PrometheusUrl, SourceOptions};

use crate::cluster::page::ApiClient;
use crate::cluster::{Error, Stop};
use crate::model::{Names, Reason};
use crate::text::{Message, reasons};
use crate::wire::{Kind, MeasuredMeta, Throttling};
use globset::{Glob, GlobSet};
use hosts::NamedHosts;
use logs::ErrorLogs;
use measured::{Measured, Partial, Unavailable};
use options::Address;
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

/// What the sources of one cluster are read for.
pub(crate) struct SourceRequest {
    pub(crate) client: Arc<ApiClient>,
    pub(crate) options: SourceOptions,
    /// The namespaces of the scope; empty for all of them.
    pub(crate) namespaces: Vec<String>,
    /// The patterns of namespaces that are left out of all, as given and compiled.
    pub(crate) patterns: Vec<Glob>,
    pub(crate) excluded: GlobSet,
    /// Kinds that are not read.
    pub(crate) skip_kinds: Vec<Kind>,
    /// Whether several clusters are read: an address belongs to one of them only.
    pub(crate) several: bool,
    pub(crate) page_timeout: Duration,
}

impl SourceRequest {
    fn wants(&self, kind: Kind) -> bool {
        !self.skip_kinds.contains(&kind)
    }
}

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
    /// The namespaces of the operators of the cluster, if the user names them.
    prometheus_namespaces: Vec<String>,
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
    fn of(request: &SourceRequest) -> Self {
        let options = &request.options;
        let memory = options.since.unwrap_or(KILLED_SINCE).max(SHORTEST);
        let hosts = options.hosts.as_ref().filter(|_| request.wants(Kind::Host));
        Self {
            throttling: request.wants(Kind::Throttling),
            usage: options.usage.filter(|_| request.wants(Kind::Usage)).map(|back| back.max(SHORTEST)),
            memory: request.wants(Kind::MemoryHistory).then_some(memory),
            hosts: hosts.and_then(|hosts| hosts.wanted(request.client.session.inside)),
        }
    }

    fn is_nothing(&self) -> bool {
        !self.throttling && self.usage.is_none() && self.memory.is_none() && self.hosts.is_none()
    }
}

impl Sources {
    /// Creates the sources of a cluster.
    ///
    /// # Errors
    /// If the address of the Prometheus is invalid.
    pub(crate) fn of(request: &SourceRequest) -> Result<Self, Error> {
        let options = &request.options;
        let url = options.prometheus_url.as_ref();
        let address = url.map(|url| url.address().map_err(Error::Config)).transpose()?;
        let (patterns, excluded) = (request.patterns.clone(), request.excluded.clone());
        let selector = PromSelector::new(request.namespaces.clone(), patterns, excluded);
        Ok(Self {
            client: Arc::clone(&request.client),
            selector: Arc::new(selector.with_labels(options.prometheus_labels.clone())),
            wanted: Wanted::of(request),
            logs: ErrorLogs::of(request).map(Arc::new),
            address,
            prometheus_namespaces: options.prometheus_namespaces.clone(),
            window: options.throttle_window,
            several: request.several,
            page_timeout: request.page_timeout,
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
    pub(crate) async fn alongside<T>(
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

    /// The given Prometheus, otherwise the one that is found in the cluster.
    async fn prometheus(&self) -> Result<&Prometheus, &Unavailable> {
        let find = async || match &self.address {
            Some(_) if self.several => Err(Unavailable::left_out(Message::plain(&reasons::ONE_CLUSTER))),
            Some(address) => Prometheus::at(&self.client, address),
            None => {
                let (named, deadline) = (&self.prometheus_namespaces, self.deadline());
                let found = find::service(&self.client, named, &self.selector, deadline).await?;
                Ok(Prometheus::behind(&self.client, found))
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
            // The kubelets know all namespaces.
            if let Some(why) = prometheus.is_partial_for(&self.selector).filter(|_| self.window.is_some()) {
                return Err(why);
            }
            throttling::ask(prometheus, &prometheus.part_of(&self.selector), back, self.deadline()).await
        };
        self.throttled.get_or_init(ask).await.as_ref().map(|_| ())
    }

    /// The throttling that the kubelets count, if Prometheus has none.
    async fn kubelets(&self, nodes: BTreeSet<String>) -> Measured {
        let Err(why) = self.throttled().await else { return self.without_throttling().await };
        let Some(window) = self.window else { return Measured::missing(Kind::Throttling, why.clone()) };
        let read = kubelets::ask(&self.client, &self.selector, window, self.deadline(), nodes).await;
        let mut measured = Measured::of(Kind::Throttling, read);
        // A cluster without a Prometheus needs no remark.
        if why.reason != Reason::Skipped {
            let remark = why.clone().within(&reasons::KUBELETS_ASKED).gap(Kind::Throttling, 0);
            measured.coverage.notes.push(remark);
        }
        measured
    }

    /// The throttling that Prometheus has counted and that does not count.
    async fn without_throttling(&self) -> Measured {
        if !self.wanted.throttling {
            return Measured::default();
        }
        let prometheus = self.prometheus().await.ok();
        let partial = prometheus.and_then(|prometheus| prometheus.is_partial_for(&self.selector));
        Measured::default().with_outside(partial.map(|why| why.gap(Kind::Throttling, 0)))
    }

    /// The usage of every container.
    async fn usage(&self) -> Measured {
        let Some(back) = self.wanted.usage else { return Measured::default() };
        let read = match self.prometheus().await {
            Ok(prometheus) => {
                let part = prometheus.part_of(&self.selector);
                let read = usage::ask(prometheus, &part, back, self.page_timeout).await;
                read.lacking(prometheus.is_partial_for(&self.selector))
            }
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
            Ok(prometheus) => {
                let part = prometheus.part_of(&self.selector);
                let own: BTreeSet<MeasuredMeta> =
                    killed.iter().filter(|of| part.holds(&of.namespace)).cloned().collect();
                let partial = prometheus.is_partial_for(&self.selector).filter(|_| own.len() < killed.len());
                let read = if own.is_empty() {
                    Partial::default()
                } else {
                    memory::ask(prometheus, &part, &own, time).await
                };
                read.lacking(partial)
            }
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
