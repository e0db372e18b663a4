//! How often containers of the scope are held back by their CPU limits: what a Prometheus has counted, else what the
//! kubelets count while we wait. It is done beside the lists, and a report is complete without it.
//!
//! What does not belong here: what the numbers mean (`model`, `checks`).

mod area;
mod exposition;
mod find;
mod kubelets;
mod lines;
mod nodes;
mod prometheus;
mod series;

pub(super) use nodes::{Noted, channel};

use super::gather::Run;
use super::page::Asker;
use super::{Error, Keep, Stop};
use crate::cli::Address;
use crate::model::{Gap, Reason};
use crate::wire::{Kind, Object, Throttling};
use area::Area;
use prometheus::Question;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;

/// How long one question may take; a page may be given less.
const DEADLINE: Duration = Duration::from_secs(10);

/// How far a Prometheus looks back, unless more is asked for.
const WINDOW: Duration = Duration::from_secs(300);

/// What can be done where nobody tells.
const HINT: &str = "--prometheus-url names one, --throttle-window 30s asks the kubelets";

/// What was measured, and what is to be said about it.
#[derive(Debug, Default)]
pub(super) struct Measured {
    /// Sorted by namespace and name.
    objects: Vec<Throttling>,
    /// Why there is nothing, or less than there should be.
    unseen: Option<Gap>,
    /// That it came from somebody else than who was asked first.
    remark: Option<Gap>,
}

/// Why somebody did not tell.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Untold {
    reason: Reason,
    detail: String,
}

/// A measurement of one cluster, ready to be taken.
pub(super) struct Measurement {
    asker: Arc<Asker>,
    area: Arc<Area>,
    address: Option<Address>,
    window: Option<Duration>,
    /// Several clusters are asked, and an address is of one of them.
    several: bool,
    deadline: Duration,
}

impl Measurement {
    /// That of a run; `None` where it was left out by request.
    ///
    /// # Errors
    /// When the address that was given is none.
    pub(super) fn of(run: &Run) -> Result<Option<Self>, Error> {
        let scope = &run.plan.scope;
        let url = scope.measure.prometheus_url.as_ref();
        let address = url.map(|url| url.address().map_err(Error::Config)).transpose()?;
        if scope.no_evidence || scope.skip_kinds.contains(&Kind::Throttling) {
            return Ok(None);
        }
        let patterns = scope.exclude_namespace.clone();
        Ok(Some(Self {
            asker: Arc::clone(&run.asker),
            area: Arc::new(Area::new(run.namespaces.clone(), patterns, run.excluded.clone())),
            address,
            window: scope.measure.throttle_window,
            several: run.plan.clusters > 1,
            deadline: DEADLINE.min(run.plan.list.page_timeout),
        }))
    }

    /// Whether it may come to the kubelets, so that it must be known which nodes there are.
    pub(super) fn wants_nodes(&self) -> bool {
        self.window.is_some()
    }

    /// Takes it. `nodes` tells the nodes that carry pods of the scope, and ends.
    pub(super) async fn take(self, nodes: UnboundedReceiver<String>) -> Measured {
        let untold = match self.of_prometheus().await {
            Ok(objects) => return Measured { objects, ..Measured::default() },
            Err(untold) => untold,
        };
        let Some(window) = self.window else {
            return Measured { unseen: Some(untold.gap(0)), ..Measured::default() };
        };
        let read = kubelets::read(&self.asker, &self.area, window, self.deadline, nodes).await;
        let got = u64::try_from(read.objects.len()).unwrap_or(u64::MAX);
        Measured {
            objects: read.objects,
            unseen: read.untold.map(|untold| untold.gap(got)),
            // That there is no Prometheus is no news to whoever asks the kubelets.
            remark: (untold.reason != Reason::Skipped).then(|| untold.and("the kubelets were asked").gap(0)),
        }
    }

    /// What a Prometheus has counted: the one that was named, else the first one in the cluster.
    async fn of_prometheus(&self) -> Result<Vec<Throttling>, Untold> {
        let back = self.window.unwrap_or_default().max(WINDOW);
        let question = Question { area: &self.area, back, deadline: self.deadline };
        match &self.address {
            Some(_) if self.several => Err(Untold::left_out(
                "--prometheus-url speaks of one cluster, and there are several contexts".to_owned(),
            )),
            Some(address) => prometheus::at(&self.asker, address, &question).await,
            None => {
                let service = find::service(&self.asker, self.deadline).await?;
                prometheus::behind(&self.asker, &service, &question).await
            }
        }
    }
}

impl Measured {
    /// Puts it into what was seen otherwise.
    pub(super) fn put<K: Keep>(self, into: &mut K, coverage: &mut crate::model::Coverage) {
        for object in self.objects {
            into.keep(Object::Throttling(object));
        }
        coverage.outside.extend(self.unseen);
        coverage.remarks.extend(self.remark);
    }
}

impl Untold {
    /// Nobody was asked, or nobody has such numbers.
    fn left_out(detail: String) -> Self {
        Self { reason: Reason::Skipped, detail }
    }

    /// Why somebody does not answer as a source of numbers does.
    fn of(who: &str, error: &Error) -> Self {
        let reason = match error.reason() {
            // A gap of these reasons is told without the words of whoever refused, and here they are all there is.
            Reason::Forbidden | Reason::Absent | Reason::Expired => Reason::Failed,
            reason => reason,
        };
        let said = match error {
            Error::Status(status) if status.message.is_empty() => format!("HTTP {}", status.code),
            Error::Status(status) => format!("HTTP {}: {}", status.code, status.message),
            Error::Foreign { code: code @ 300..=399, .. } => {
                format!("HTTP {code}: it sends elsewhere, which is not followed")
            }
            Error::Foreign { code, text } if text.is_empty() => format!("HTTP {code}"),
            Error::Foreign { code, text } => format!("HTTP {code}: {text}"),
            Error::Refused { .. } => "the connection was refused".to_owned(),
            // In tenths: the timer is not exact.
            Error::TimedOut { after } => {
                format!("no answer within {} s", (after.as_secs_f32() * 10.0).round() / 10.0)
            }
            Error::Unreadable(text) => format!("its answer cannot be read: {text}"),
            Error::Unreached(text) | Error::Transport(text) | Error::Config(text) | Error::Stopped(text) => {
                text.clone()
            }
        };
        Self { reason, detail: format!("{who}: {said}") }
    }

    /// The same with something more to say.
    fn and(self, more: &str) -> Self {
        Self { detail: format!("{}; {more}", self.detail), ..self }
    }

    /// The line in the coverage; so many measurements are there all the same.
    fn gap(self, got: u64) -> Gap {
        let Self { reason, detail } = self;
        Gap { namespace: None, kind: Kind::Throttling.name().to_owned(), reason, detail, got, missing: None }
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
