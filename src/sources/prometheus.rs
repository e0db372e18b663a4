//! A Prometheus and its query API: at an address of its own, or through the API server.
//!
//! What does not belong here: the queries, which have a file for each measurement.

pub(super) mod find;
pub(super) mod memory;
pub(super) mod requests;
pub(super) mod throttling;
pub(super) mod usage;

use super::Unavailable;
use super::options::Address;
use super::selector::PromSelector;
use super::series::Numbers;
use crate::cluster::connect::{CONNECT, foreign, innermost};
use crate::cluster::meter::Meter;
use crate::cluster::page::{Accept, ApiClient, Body, Request, RetryPolicy, too_large};
use crate::cluster::{Error, Session};
use crate::memory::Guarded;
use crate::snapshot::Cluster;
use crate::text::{Fact, Message, Text, parse_words, reasons};
use crate::wire::{MeasuredMeta, without_secrets};
use find::{Found, Service};
use kube::Client;
use kube::config::AuthInfo;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The largest answer in bytes: a quarter of a million containers.
const LARGEST: usize = 64 << 20;

/// A long body that is kept as it is.
#[derive(Default)]
struct Long(Vec<u8>);

impl Body for Long {
    type Whole = Vec<u8>;

    fn take(&mut self, bytes: &[u8]) -> Result<(), Message> {
        if self.0.len() + bytes.len() > LARGEST {
            return Err(too_large(LARGEST));
        }
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn end(self) -> Result<Vec<u8>, Message> {
        Ok(self.0)
    }
}

/// An answer of `/api/v1/query`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound = "T: DeserializeOwned")]
struct Answer<T> {
    status: String,
    #[serde(default)]
    error: String,
    warnings: Option<Vec<String>>,
    /// Set by `VictoriaMetrics` if some of its stores did not answer.
    #[serde(default)]
    is_partial: bool,
    data: Option<Data<T>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound = "T: DeserializeOwned")]
struct Data<T> {
    result_type: String,
    result: Vec<T>,
}

/// The time, and the number as a text.
type Point<T> = (T, String);

/// A series of a vector: its newest point.
#[derive(Deserialize)]
struct Newest {
    #[serde(default)]
    metric: Labels,
    value: Point<IgnoredAny>,
}

/// A series of a matrix: its points, oldest first.
#[derive(Deserialize)]
struct PointSeries {
    #[serde(default)]
    metric: Labels,
    values: Vec<Point<f64>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Labels {
    namespace: String,
    pod: String,
    container: String,
    host: String,
    /// The name that the query gives the number; empty if the query has one number.
    counted: String,
}

/// Numbers by their names in the query.
pub(crate) type Counts = BTreeMap<String, Numbers>;

/// Points of each container: seconds since 1970, and the number.
pub(crate) type RangeSeries = BTreeMap<MeasuredMeta, Vec<(f64, f64)>>;

/// A Prometheus.
pub(crate) struct Prometheus {
    /// Its name in messages.
    who: Message,
    /// Its name next to its numbers, in all languages.
    source: String,
    /// The only namespace that its numbers count for.
    only: Option<String>,
    client: Arc<ApiClient>,
    way: Way,
}

/// How a query is sent.
enum Way {
    /// As a form, to a server of its own.
    Form,
    /// In the address: to post through the proxy of the API server needs another right than to get.
    Through(Service),
}

impl Prometheus {
    /// The Prometheus at an address.
    ///
    /// # Errors
    /// When no client can be made for it.
    pub(crate) fn at(client: &ApiClient, address: &Address) -> Result<Self, Unavailable> {
        let source = address.base.authority().map_or_else(String::new, ToString::to_string);
        let who = Message::new(&reasons::PROMETHEUS_AT, vec![("address", Fact::text(&source))]);
        let session = session(address).map_err(|error| Unavailable::of(who.clone(), &error))?;
        let own = ApiClient::new(session, &client.budget, 1, Duration::ZERO, client.progress.clone());
        Ok(Self { who, source, only: None, client: Arc::new(own), way: Way::Form })
    }

    /// The Prometheus behind a service, through the API server.
    pub(crate) fn behind(client: &Arc<ApiClient>, found: Found) -> Self {
        let Found { service, is_of_namespace } = found;
        let name = format!("{}/{}", service.namespace, service.name);
        let source = format!("Service {name}");
        let who = Message::new(&reasons::PROMETHEUS_BEHIND, vec![("service", Fact::Text(name))]);
        let only = is_of_namespace.then(|| service.namespace.clone());
        Self { who, source, only, client: Arc::clone(client), way: Way::Through(service) }
    }

    /// Its name next to its numbers: `Service monitoring/prometheus-operated`, or its address.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// The part of a scope that its numbers count for.
    pub(crate) fn part_of(&self, selector: &PromSelector) -> PromSelector {
        match &self.only {
            Some(namespace) => selector.clone().within(namespace),
            None => selector.clone(),
        }
    }

    /// Why its numbers do not count for all of a scope, if they do not.
    pub(crate) fn is_partial_for(&self, selector: &PromSelector) -> Option<Unavailable> {
        let namespace = self.only.as_ref().filter(|only| !selector.is_only(only))?;
        let facts = vec![("who", Fact::Message(self.who.clone())), ("namespace", Fact::text(namespace))];
        Some(Unavailable::left_out(Message::new(&reasons::OWN_NAMESPACE, facts)))
    }

    /// Whether its numbers count for all namespaces.
    pub(crate) fn is_of_cluster(&self) -> bool {
        self.only.is_none()
    }

    /// Asks for the current numbers of each container, by the label `counted`.
    ///
    /// # Errors
    /// When it does not answer, or the answer cannot be read.
    pub(crate) async fn counts(
        &self,
        query: &str,
        selector: &PromSelector,
        deadline: Duration,
    ) -> Result<Counts, Error> {
        self.ask(query, deadline, |body| counts(body, selector)).await
    }

    /// Asks for one current number of each container.
    ///
    /// # Errors
    /// As above.
    pub(crate) async fn numbers(
        &self,
        query: &str,
        selector: &PromSelector,
        deadline: Duration,
    ) -> Result<Numbers, Error> {
        Ok(self.counts(query, selector, deadline).await?.remove("").unwrap_or_default())
    }

    /// Asks whether a query has any current result.
    ///
    /// # Errors
    /// As above.
    pub(crate) async fn has_any(&self, query: &str, deadline: Duration) -> Result<bool, Error> {
        self.ask(query, deadline, |body| Ok(!vector(body)?.is_empty())).await
    }

    /// Asks for the current number of each namespace.
    ///
    /// # Errors
    /// As above.
    pub(crate) async fn by_namespace(
        &self,
        query: &str,
        selector: &PromSelector,
        deadline: Duration,
    ) -> Result<BTreeMap<String, f64>, Error> {
        let of = |(labels, number): (Labels, f64)| (labels.namespace, number);
        let all = self.ask(query, deadline, |body| Ok(vector(body)?.into_iter().map(of))).await?;
        Ok(all.filter(|(namespace, _)| selector.holds(namespace)).collect())
    }

    /// Asks for the current number of each host.
    ///
    /// # Errors
    /// As above.
    pub(crate) async fn by_host(
        &self,
        query: &str,
        deadline: Duration,
    ) -> Result<BTreeMap<String, f64>, Error> {
        let of = |(labels, number): (Labels, f64)| (labels.host, number);
        self.ask(query, deadline, |body| Ok(vector(body)?.into_iter().map(of).collect())).await
    }

    /// Asks for the points of each container in a range.
    ///
    /// # Errors
    /// As above.
    pub(crate) async fn ranges(
        &self,
        query: &str,
        selector: &PromSelector,
        deadline: Duration,
    ) -> Result<RangeSeries, Error> {
        self.ask(query, deadline, |body| ranges(body, selector)).await
    }

    async fn ask<T>(
        &self,
        query: &str,
        deadline: Duration,
        parse: impl FnOnce(&[u8]) -> Result<T, Message>,
    ) -> Result<T, Error> {
        let answer = self.client.read(&self.way.request(query, deadline), Long::default).await?;
        parse(&answer.body).map_err(Error::Unreadable)
    }

    /// Why it has no answer.
    pub(crate) fn unavailable(&self, error: &Error) -> Unavailable {
        Unavailable::of(self.who.clone(), error)
    }

    /// States that it has no such numbers.
    pub(crate) fn has_none(&self, said: &'static Text) -> Unavailable {
        Unavailable::left_out(Message::new(said, vec![("who", Fact::Message(self.who.clone()))]))
    }

    /// Adds the requests to a server of its own to those of the run.
    pub(crate) fn count_for(&self, run: &ApiClient) {
        if !std::ptr::eq(&raw const *self.client, run) {
            count(&self.client.meter, &run.meter);
        }
    }
}

fn count(from: &Meter, to: &Meter) {
    let add = |from: &AtomicU64, to: &AtomicU64| {
        to.fetch_add(from.load(Ordering::Relaxed), Ordering::Relaxed);
    };
    add(&from.requests, &to.requests);
    add(&from.bytes, &to.bytes);
    add(&from.throttled, &to.throttled);
}

/// The session of a client of its own.
fn session(address: &Address) -> Result<Session, Error> {
    let mut config = foreign(address.base.clone())?;
    config.connect_timeout = Some(CONNECT);
    if let Some((name, password)) = &address.login {
        let (username, password) = (Some(name.clone()), Some(password.clone().into()));
        config.auth_info = AuthInfo { username, password, ..AuthInfo::default() };
    }
    let client = Client::try_from(config).map_err(|error| Error::Config(innermost(&error)))?;
    let host = address.base.authority().map_or_else(String::new, ToString::to_string);
    Ok(Session {
        client,
        cluster: Cluster::default(),
        host,
        namespace: String::new(),
        hint: None,
        inside: false,
        origin: None,
    })
}

impl Way {
    fn request(&self, query: &str, deadline: Duration) -> Request {
        let query = format!("query={}", utf8_percent_encode(query, NON_ALPHANUMERIC));
        let (path, form) = match self {
            Way::Form => ("/api/v1/query".to_owned(), Some(query)),
            Way::Through(Service { namespace, name, port }) => {
                let service = format!("/api/v1/namespaces/{namespace}/services/{name}:{port}");
                (format!("{service}/proxy/api/v1/query?{query}"), None)
            }
        };
        Request { path, accept: Accept::Json, deadline, patience: RetryPolicy::Once, form }
    }
}

/// Parses the series of a complete answer.
fn series<T: DeserializeOwned>(body: &[u8], wanted: &str) -> Result<Vec<T>, Message> {
    let answer: Answer<T> =
        serde_json::from_reader(Guarded::new(body)).map_err(|error| parse_words(&error.to_string()))?;
    if answer.status != "success" {
        let why = format!("status \"{}\": {}", answer.status, answer.error);
        return Err(Message::quoted(without_secrets(&why)));
    }
    // In a partial answer one half of a pair may be missing, and a share would be any number.
    if let Some(warning) = answer.warnings.as_ref().and_then(|warnings| warnings.first()) {
        return Err(Message::new(
            &reasons::MAYBE_PARTIAL,
            vec![("why", Fact::text(without_secrets(warning)))],
        ));
    }
    if answer.is_partial {
        return Err(Message::plain(&reasons::PARTIAL));
    }
    let data = answer.data.filter(|data| data.result_type == wanted);
    let other = || Message::new(&reasons::NOT_A_RESULT, vec![("kind", Fact::text(wanted))]);
    Ok(data.ok_or_else(other)?.result)
}

fn counts(body: &[u8], selector: &PromSelector) -> Result<Counts, Message> {
    let mut counts = Counts::new();
    for (mut labels, number) in vector(body)? {
        let counted = std::mem::take(&mut labels.counted);
        if let Some(name) = labels.name(selector) {
            // Each occurs once; of repeated ones the first counts.
            counts.entry(counted).or_default().entry(name).or_insert(number);
        }
    }
    Ok(counts)
}

/// Parses the newest number of each series.
fn vector(body: &[u8]) -> Result<Vec<(Labels, f64)>, Message> {
    let of = |Newest { metric, value: (_, value) }: Newest| Some((metric, real(&value)?));
    Ok(series(body, "vector")?.into_iter().filter_map(of).collect())
}

/// Parses the points of each series.
fn ranges(body: &[u8], selector: &PromSelector) -> Result<RangeSeries, Message> {
    let mut ranges = RangeSeries::new();
    for PointSeries { metric, values } in series(body, "matrix")? {
        let point = |(at, value): Point<f64>| Some((at, real(&value)?));
        if let Some(name) = metric.name(selector) {
            ranges.entry(name).or_insert_with(|| values.into_iter().filter_map(point).collect());
        }
    }
    Ok(ranges)
}

impl Labels {
    /// The container of the scope that they name.
    fn name(&self, selector: &PromSelector) -> Option<MeasuredMeta> {
        let is_whole = !self.pod.is_empty() && !self.container.is_empty() && self.container != "POD";
        (is_whole && selector.holds(&self.namespace))
            .then(|| MeasuredMeta::of_container(&self.namespace, &self.pod, &self.container))
    }
}

/// A number that a counter can have.
fn real(value: &str) -> Option<f64> {
    value.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0)
}

#[cfg(test)]
mod tests;
