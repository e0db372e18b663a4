//! A Prometheus and its query API: at an address of its own, or through the API server.
//!
//! What does not belong here: what is asked of it.

use super::Unavailable;
use super::find::Service;
use super::options::Address;
use super::selector::PromSelector;
use super::series::{Name, Numbers};
use crate::cluster::connect::{CONNECT, foreign, innermost};
use crate::cluster::page::{Accept, ApiClient, Body, Meter, Request, RetryPolicy, too_large};
use crate::cluster::{Error, Session};
use crate::snapshot::Cluster;
use crate::text::{Fact, Message, Text, reasons};
use kube::Client;
use kube::config::AuthInfo;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The most an answer may hold: a quarter of a million containers.
const LARGEST: usize = 64 << 20;

/// A body that is wanted as it is, and may be long.
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
    /// How a `VictoriaMetrics` says that some of its stores did not answer.
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

/// When, and how much: a number as a text.
type Point<T> = (T, String);

/// A series of a vector: its newest point.
#[derive(Deserialize)]
struct Newest {
    #[serde(default)]
    metric: Labels,
    value: Point<IgnoredAny>,
}

/// A series of a matrix: its points, the oldest first.
#[derive(Deserialize)]
struct RangeSeries {
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
    /// What was counted, as the query calls it; empty where it asks for one thing.
    counted: String,
}

/// What an answer tells, by what was counted.
pub(crate) type Counts = BTreeMap<String, Numbers>;

/// Points of each container: seconds since 1970, and how much.
pub(crate) type Courses = BTreeMap<Name, Vec<(f64, f64)>>;

/// One that can be asked.
pub(crate) struct Prometheus {
    /// How it is called where it does not answer.
    who: Message,
    asker: Arc<ApiClient>,
    way: Way,
}

/// How a query is put.
enum Way {
    /// As a form, to a server of its own.
    Form,
    /// As part of the address: to post through the API server's proxy is another right than to get.
    Through(Service),
}

impl Prometheus {
    /// The one at an address.
    ///
    /// # Errors
    /// When there is no way to reach it.
    pub(crate) fn at(asker: &ApiClient, address: &Address) -> Result<Self, Unavailable> {
        let host = Fact::text(address.base.authority().map_or("", |host| host.as_str()));
        let who = Message::new(&reasons::PROMETHEUS_AT, vec![("address", host)]);
        let session = session(address).map_err(|error| Unavailable::of(who.clone(), &error))?;
        let beside = ApiClient::new(session, &asker.budget, 1, Duration::ZERO, asker.progress.clone());
        Ok(Self { who, asker: Arc::new(beside), way: Way::Form })
    }

    /// The one behind a service, through the API server.
    pub(crate) fn behind(asker: &Arc<ApiClient>, service: Service) -> Self {
        let name = Fact::Text(format!("{}/{}", service.namespace, service.name));
        let who = Message::new(&reasons::PROMETHEUS_BEHIND, vec![("service", name)]);
        Self { who, asker: Arc::clone(asker), way: Way::Through(service) }
    }

    /// The numbers of each container that a query gives at this moment, by its label `counted`.
    ///
    /// # Errors
    /// When it does not answer, or with something else.
    pub(crate) async fn counts(
        &self,
        query: &str,
        selector: &PromSelector,
        deadline: Duration,
    ) -> Result<Counts, Error> {
        self.ask(query, deadline, |body| counts(body, selector)).await
    }

    /// The same of a query that gives one number of each.
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

    /// Whether a query gives anything at this moment.
    ///
    /// # Errors
    /// As above.
    pub(crate) async fn has_any(&self, query: &str, deadline: Duration) -> Result<bool, Error> {
        self.ask(query, deadline, |body| Ok(!vector(body)?.is_empty())).await
    }

    /// The number of each namespace that a query gives at this moment.
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

    /// The number of each host that a query gives at this moment.
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

    /// The points of each container that a query with a range gives.
    ///
    /// # Errors
    /// As above.
    pub(crate) async fn courses(
        &self,
        query: &str,
        selector: &PromSelector,
        deadline: Duration,
    ) -> Result<Courses, Error> {
        self.ask(query, deadline, |body| courses(body, selector)).await
    }

    async fn ask<T>(
        &self,
        query: &str,
        deadline: Duration,
        read: impl FnOnce(&[u8]) -> Result<T, Message>,
    ) -> Result<T, Error> {
        let answer = self.asker.read(&self.way.request(query, deadline), Long::default).await?;
        read(&answer.body).map_err(Error::Unreadable)
    }

    /// Why it does not tell.
    pub(crate) fn untold(&self, error: &Error) -> Unavailable {
        Unavailable::of(self.who.clone(), error)
    }

    /// That it has nothing of the sort.
    pub(crate) fn has_none(&self, said: &'static Text) -> Unavailable {
        Unavailable::left_out(Message::new(said, vec![("who", Fact::Message(self.who.clone()))]))
    }

    /// What was sent to another server was sent by the same run.
    pub(crate) fn count_for(&self, run: &ApiClient) {
        if !std::ptr::eq(&raw const *self.asker, run) {
            count(&self.asker.meter, &run.meter);
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

/// A client of its own.
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

/// The series in an answer that is whole.
fn series<T: DeserializeOwned>(body: &[u8], wanted: &str) -> Result<Vec<T>, Message> {
    let answer: Answer<T> =
        serde_json::from_slice(body).map_err(|error| Message::quoted(error.to_string()))?;
    if answer.status != "success" {
        return Err(Message::quoted(format!("status \"{}\": {}", answer.status, answer.error)));
    }
    // Of what is partial, one half of a pair may be missing: a share of it would be any number.
    if let Some(warning) = answer.warnings.as_ref().and_then(|warnings| warnings.first()) {
        return Err(Message::new(&reasons::MAYBE_PARTIAL, vec![("why", Fact::text(warning))]));
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
            // Each comes once; should a server say it twice, the first one counts.
            counts.entry(counted).or_default().entry(name).or_insert(number);
        }
    }
    Ok(counts)
}

/// The newest number of each series.
fn vector(body: &[u8]) -> Result<Vec<(Labels, f64)>, Message> {
    let of = |Newest { metric, value: (_, value) }: Newest| Some((metric, real(&value)?));
    Ok(series(body, "vector")?.into_iter().filter_map(of).collect())
}

fn courses(body: &[u8], selector: &PromSelector) -> Result<Courses, Message> {
    let mut courses = Courses::new();
    for RangeSeries { metric, values } in series(body, "matrix")? {
        let point = |(at, value): Point<f64>| Some((at, real(&value)?));
        if let Some(name) = metric.name(selector) {
            courses.entry(name).or_insert_with(|| values.into_iter().filter_map(point).collect());
        }
    }
    Ok(courses)
}

impl Labels {
    /// The container of the scope that they name.
    fn name(self, selector: &PromSelector) -> Option<Name> {
        let is_whole = !self.pod.is_empty() && !self.container.is_empty() && self.container != "POD";
        let name = (self.namespace, self.pod, self.container);
        (is_whole && selector.holds(&name.0)).then_some(name)
    }
}

/// A number that something can have been counted to.
fn real(value: &str) -> Option<f64> {
    value.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0)
}

#[cfg(test)]
mod tests;
