//! What containers of the scope used over time, and how often they were held back by their CPU limits: what a Prometheus
//! has counted, and for the latter else what the kubelets count while we wait. It is done beside the lists, and a report
//! is complete without it.
//!
//! What does not belong here: what the numbers mean (`model`, `checks`).

mod exposition;
mod find;
mod history;
mod hosts;
mod killed;
mod kubelets;
mod logs;
mod memory;
mod nodes;
mod options;
mod prometheus;
mod selector;
mod series;
mod throttling;

pub use hosts::Hosts;
pub(crate) use hosts::named;
pub(crate) use killed::killed;
pub(crate) use logs::{ErrorLogs, wanted};
pub(crate) use nodes::{Noted, channel};
pub use options::{Label, PrometheusUrl, SourceOptions};

use crate::cluster::error::no_answer;
use crate::cluster::page::ApiClient;
use crate::cluster::{Error, Sink, Stop};
use crate::model::{Gap, Reason};
use crate::text::{Fact, Message, Text, reasons};
use crate::wire::{Kind, Object};
use globset::{Glob, GlobSet};
use options::Address;
use prometheus::Prometheus;
use selector::PromSelector;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;

/// How long one question may take; a page may be given less.
const DEADLINE: Duration = Duration::from_secs(10);

/// How far a Prometheus looks back, unless more is asked for.
const WINDOW: Duration = Duration::from_secs(300);

/// What is asked of a Prometheus is not worth asking of less.
const SHORTEST: Duration = Duration::from_secs(2 * 3600);

/// How far back the memory of what was killed is looked at, unless more is asked for.
const KILLED_SINCE: Duration = Duration::from_secs(86_400);

/// What was measured, and what is to be said about it.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// Each kind sorted by namespace and name.
    objects: Vec<Object>,
    /// Why there is nothing, or less than there should be.
    unseen: Vec<Gap>,
    /// Of what was asked for: without it a report is not complete.
    missing: Vec<Gap>,
    /// That it came from somebody else than who was asked first.
    remark: Option<Gap>,
}

/// Why somebody did not tell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unavailable {
    reason: Reason,
    why: Message,
}

/// What somebody told, and why that is less than there is, if it is.
#[derive(Debug)]
struct Measurement<T> {
    objects: Vec<T>,
    untold: Option<Unavailable>,
}

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
    /// What every container used, so far back.
    usage: Option<Duration>,
    /// How the memory went of what was killed for it, so far back.
    memory: Option<Duration>,
    /// What is known of hosts.
    hosts: Option<Arc<Hosts>>,
}

/// A measurement of one cluster, ready to be taken.
pub(crate) struct SourcesRun {
    asker: Arc<ApiClient>,
    selector: Arc<PromSelector>,
    wanted: Wanted,
    address: Option<Address>,
    window: Option<Duration>,
    /// Several clusters are asked, and an address is of one of them.
    several: bool,
    page_timeout: Duration,
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

impl SourcesRun {
    /// Prepares the sources of a cluster; `None` if none of them is wanted.
    ///
    /// # Errors
    /// If the address of the Prometheus is invalid.
    pub(crate) fn of(request: &SourceRequest) -> Result<Option<Self>, Error> {
        let options = &request.options;
        let url = options.prometheus_url.as_ref();
        let address = url.map(|url| url.address().map_err(Error::Config)).transpose()?;
        let wanted = Wanted::of(request);
        if wanted.is_nothing() {
            return Ok(None);
        }
        let (patterns, excluded) = (request.patterns.clone(), request.excluded.clone());
        let selector = PromSelector::new(request.namespaces.clone(), patterns, excluded);
        Ok(Some(Self {
            asker: Arc::clone(&request.client),
            selector: Arc::new(selector.with_labels(options.prometheus_labels.clone())),
            wanted,
            address,
            window: options.throttle_window,
            several: request.several,
            page_timeout: request.page_timeout,
        }))
    }

    /// Whether it must be known which hosts there are.
    pub(crate) fn wants_hosts(&self) -> bool {
        self.wanted.hosts.is_some()
    }

    /// Whether it may come to the kubelets, so that it must be known which nodes there are.
    pub(crate) fn wants_nodes(&self) -> bool {
        self.window.is_some() && self.wanted.throttling
    }

    /// Takes it. `nodes` tells the nodes that carry pods of the scope, `killed` what of them was killed for its memory,
    /// and `named` the hosts of the scope; they end when the lists do.
    pub(crate) async fn take(
        self,
        nodes: UnboundedReceiver<String>,
        killed: UnboundedReceiver<series::Name>,
        named: UnboundedReceiver<hosts::Told>,
    ) -> Measured {
        let found = self.prometheus().await;
        let prometheus = found.as_ref();
        let (throttling, usage, memory, hosts) = tokio::join!(
            self.throttling(prometheus, nodes),
            self.usage(prometheus),
            self.memory(prometheus, killed),
            self.hosts(prometheus, named)
        );
        if let Ok(prometheus) = prometheus {
            prometheus.count_for(&self.asker);
        }
        throttling.and(usage).and(memory).and(hosts)
    }

    /// The one that was named, else the first one in the cluster.
    async fn prometheus(&self) -> Result<Prometheus, Unavailable> {
        match &self.address {
            Some(_) if self.several => Err(Unavailable::left_out(Message::plain(&reasons::ONE_CLUSTER))),
            Some(address) => Prometheus::at(&self.asker, address),
            None => Ok(Prometheus::behind(&self.asker, find::service(&self.asker, self.deadline()).await?)),
        }
    }

    fn deadline(&self) -> Duration {
        DEADLINE.min(self.page_timeout)
    }

    /// How often containers were held back: what a Prometheus has counted, else what the kubelets count meanwhile.
    async fn throttling(
        &self,
        prometheus: Result<&Prometheus, &Unavailable>,
        nodes: UnboundedReceiver<String>,
    ) -> Measured {
        if !self.wanted.throttling {
            return Measured::default();
        }
        let back = self.window.unwrap_or_default().max(WINDOW);
        let told = match prometheus {
            Ok(prometheus) => throttling::ask(prometheus, &self.selector, back, self.deadline()).await,
            Err(untold) => Err(untold.clone()),
        };
        let untold = match told {
            Ok(objects) => return Measured::all(objects, Object::Throttling),
            Err(untold) => untold,
        };
        let Some(window) = self.window else { return Measured::none(Kind::Throttling, untold) };
        let told = kubelets::read(&self.asker, &self.selector, window, self.deadline(), nodes).await;
        let mut measured = Measured::told(Kind::Throttling, told, Object::Throttling);
        // That there is no Prometheus is no news to whoever asks the kubelets.
        let news = untold.reason != Reason::Skipped;
        measured.remark = news.then(|| untold.within(&reasons::KUBELETS_ASKED).gap(Kind::Throttling, 0));
        measured
    }

    /// What every container used, where that is wanted.
    async fn usage(&self, prometheus: Result<&Prometheus, &Unavailable>) -> Measured {
        let Some(back) = self.wanted.usage else { return Measured::default() };
        let told = match prometheus {
            Ok(prometheus) => history::ask(prometheus, &self.selector, back, self.page_timeout).await,
            Err(untold) => Measurement::none(untold.clone()),
        };
        Measured::told(Kind::Usage, told, Object::Usage)
    }

    /// How the memory of what was killed went. Where nothing was, nothing is missing.
    async fn memory(
        &self,
        prometheus: Result<&Prometheus, &Unavailable>,
        killed: UnboundedReceiver<series::Name>,
    ) -> Measured {
        let Some(back) = self.wanted.memory else { return Measured::default() };
        let killed = &killed::first(killed).await;
        if killed.is_empty() {
            return Measured::default();
        }
        let time = (back, self.deadline());
        let told = match prometheus {
            Ok(prometheus) => memory::ask(prometheus, &self.selector, killed, time).await,
            Err(untold) => Measurement::none(untold.clone()),
        };
        Measured::told(Kind::MemoryHistory, told, Object::MemoryHistory)
    }
}

impl<T> Default for Measurement<T> {
    fn default() -> Self {
        Self { objects: Vec::new(), untold: None }
    }
}

impl<T> Measurement<T> {
    fn none(untold: Unavailable) -> Self {
        Self { objects: Vec::new(), untold: Some(untold) }
    }

    /// Takes the answer to one of several questions. Whoever did not answer in time is not asked the next one.
    fn take(&mut self, answer: Result<Vec<T>, Error>, prometheus: &Prometheus) -> ControlFlow<()> {
        match answer {
            Ok(objects) => self.objects.extend(objects),
            Err(error) => {
                self.untold.get_or_insert_with(|| prometheus.untold(&error));
                if error.is_timeout() {
                    return ControlFlow::Break(());
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// The same, which says why there is nothing where nobody else has.
    fn or_none(self, why: impl FnOnce() -> Unavailable) -> Self {
        let untold = self.untold.or_else(|| self.objects.is_empty().then(why));
        Self { untold, ..self }
    }
}

impl Measured {
    fn all<T>(objects: Vec<T>, object: fn(T) -> Object) -> Self {
        Self { objects: objects.into_iter().map(object).collect(), ..Self::default() }
    }

    fn told<T>(kind: Kind, told: Measurement<T>, object: fn(T) -> Object) -> Self {
        let got = u64::try_from(told.objects.len()).unwrap_or(u64::MAX);
        let unseen = told.untold.map(|untold| untold.gap(kind, got));
        Self { unseen: unseen.into_iter().collect(), ..Self::all(told.objects, object) }
    }

    fn none(kind: Kind, untold: Unavailable) -> Self {
        Self { unseen: vec![untold.gap(kind, 0)], ..Self::default() }
    }

    /// With what was measured otherwise.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.objects.extend(other.objects);
        self.unseen.extend(other.unseen);
        self.missing.extend(other.missing);
        Self { remark: self.remark.or(other.remark), ..self }
    }

    /// Puts it into what was seen otherwise.
    pub(crate) fn put<K: Sink>(self, into: &mut K, coverage: &mut crate::model::Coverage) {
        self.objects.into_iter().for_each(|object| into.keep(object));
        coverage.outside.extend(self.unseen);
        coverage.gaps.extend(self.missing);
        coverage.remarks.extend(self.remark);
    }
}

impl Unavailable {
    /// Nothing was asked, or the source has no such numbers.
    fn left_out(why: Message) -> Self {
        Self { reason: Reason::Skipped, why }
    }

    /// Why a source does not answer.
    fn of(who: impl Into<Message>, error: &Error) -> Self {
        let reason = match error.reason() {
            // A gap of these reasons is shown without the server's words, and here they are all there is.
            Reason::Forbidden | Reason::Absent | Reason::Expired => Reason::Failed,
            reason => reason,
        };
        let facts = vec![("who", Fact::Message(who.into())), ("why", Fact::Message(said(error)))];
        Self { reason, why: Message::new(&reasons::OF, facts) }
    }

    /// The same inside a sentence that says more.
    fn within(self, text: &'static Text) -> Self {
        Self { why: Message::new(text, vec![("why", Fact::Message(self.why))]), ..self }
    }

    /// The gap in the coverage; so many measurements are there anyway.
    fn gap(self, kind: Kind, got: u64) -> Gap {
        Gap { got, ..Gap::new(kind.name(), self.reason) }.because(self.why)
    }
}

/// What an error says of a source.
fn said(error: &Error) -> Message {
    let unreadable =
        |why: &Message| Message::new(&reasons::ANSWER_UNREADABLE, vec![("why", Fact::Message(why.clone()))]);
    match error {
        Error::Refused { .. } => Message::plain(&reasons::CONNECTION_REFUSED),
        Error::TimedOut { after } => no_answer(*after),
        Error::Status(status) if status.message.is_empty() => {
            Message::quoted(format!("HTTP {}", status.code))
        }
        Error::Status(status) => Message::quoted(format!("HTTP {}: {}", status.code, status.message)),
        Error::Foreign { code: code @ 300..=399, .. } => {
            Message::new(&reasons::REDIRECTED, vec![("code", Fact::count(*code))])
        }
        Error::Foreign { code, text } if text.is_empty() => Message::quoted(format!("HTTP {code}")),
        Error::Foreign { code, text } => Message::quoted(format!("HTTP {code}: {text}")),
        Error::Unreadable(why) => unreadable(why),
        Error::Unreached(text) | Error::Transport(text) | Error::Config(text) => Message::quoted(text),
        Error::Stopped(why) => why.clone(),
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
