//! One request within its deadline: retried while that may help, counted, and read to its end.

use super::connect::LONGEST_ADDRESS;
use super::error::transport;
use super::meter::Meter;
use super::refusal::{first_words, is_html, refusal, retry_after, sent_at};
use super::renewal::Renewal;
use super::{Budget, Error, Progress, Session, Silence};
use crate::memory::{self, Gauge};
use crate::text::{Fact, Message, parse_words, reasons};
use crate::wire::{Kind, Object, Time};
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http_body_util::BodyExt;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep, timeout};

/// The maximum size of a short response: a version, an error, the end of a log.
const LARGEST: usize = 1 << 20;
/// The maximum length of the path of a request with its query. With the address of the server, the HTTP client takes 65,534
/// bytes. A token of a server may be longer.
const LONGEST_PATH: usize = 65_534 - LONGEST_ADDRESS;
/// The pause before the first retry; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The maximum pause, unless the server asks for a longer one.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The characters that are escaped in a segment of a path or a value of a query.
pub(crate) const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// The format of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accept {
    /// Protobuf, or JSON from a server without protobuf.
    Protobuf,
    /// Names of objects only.
    Names,
    /// JSON.
    Json,
    /// Any text, such as logs.
    Text,
}

/// How often a request is retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryPolicy {
    /// As long as that may help, within the deadline.
    Full,
    /// The first request to a server: not retried if the connection is refused.
    Greeting,
    /// Never: the report is complete without the response.
    Once,
    /// Never. The request asks whether a silent server is ready: a silence does not end it, and its answer does not end a
    /// silence.
    Probe,
}

impl RetryPolicy {
    /// Whether a missing answer says that the server is silent. A request without retries goes to a kubelet or another server.
    fn is_of_the_server(self) -> bool {
        matches!(self, RetryPolicy::Full | RetryPolicy::Greeting)
    }
}

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    /// Path and query, without the `timeout` parameter.
    pub path: String,
    /// The format of the response.
    pub accept: Accept,
    /// The time limit of all attempts together.
    pub deadline: Duration,
    /// How often it is retried.
    pub patience: RetryPolicy,
    /// The form to post; `None` for a GET.
    pub form: Option<String>,
}

/// Takes the body of a response as it arrives. If it breaks off, the next attempt uses a new one.
pub(crate) trait Body: Send {
    /// The result of a complete body.
    type Whole;

    /// Takes the next bytes.
    fn take(&mut self, bytes: &[u8]) -> Result<(), Message>;

    /// Whether the rest of the body can be dropped.
    fn is_full(&self) -> bool {
        false
    }

    /// Nothing more comes.
    fn end(self) -> Result<Self::Whole, Message>;
}

/// Says that an answer has more bytes than this.
pub(crate) fn too_large(bytes: usize) -> Message {
    Message::new(&reasons::TOO_LARGE, vec![("size", Fact::count(bytes >> 20))])
}

/// A short body as it is.
impl Body for Vec<u8> {
    type Whole = Self;

    fn end(self) -> Result<Self, Message> {
        Ok(self)
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Message> {
        if self.len() + bytes.len() > LARGEST {
            return Err(too_large(LARGEST));
        }
        self.extend_from_slice(bytes);
        Ok(())
    }
}

/// A response.
#[derive(Debug)]
pub(crate) struct Answer<T> {
    pub(crate) body: T,
    /// When the server sent it, by the server's clock.
    pub(crate) date: Option<Time>,
    /// The duration of the successful attempt.
    pub(crate) took: Duration,
}

/// The error, and the pause that the server asks for.
type Refused = (Error, Option<Duration>);

/// Makes the requests to one cluster.
pub struct ApiClient {
    pub(crate) session: Session,
    pub(crate) budget: Arc<Budget>,
    pub(crate) progress: Progress,
    pub(crate) meter: Meter,
    /// Ends the requests to a cluster that stalls.
    pub(crate) silence: Arc<Silence>,
    /// The groups of the API with their versions, once one of them matters.
    pub(super) group_versions: OnceCell<Option<BTreeSet<String>>>,
    /// The parallel requests of this cluster.
    share: Semaphore,
    /// The time limit of one attempt (`--request-timeout`).
    attempt_limit: Option<Duration>,
    pub(super) renewal: Renewal,
}

impl ApiClient {
    /// Creates the client of a session, one of `clusters`. An `attempt_limit` of zero is no limit.
    pub(crate) fn new(
        session: Session,
        budget: &Arc<Budget>,
        clusters: usize,
        attempt_limit: Duration,
        progress: Progress,
    ) -> Self {
        Self {
            session,
            budget: Arc::clone(budget),
            progress,
            meter: Meter::default(),
            silence: Arc::new(Silence::new(None)),
            group_versions: OnceCell::new(),
            share: Semaphore::new(budget.share(clusters)),
            attempt_limit: (!attempt_limit.is_zero()).then_some(attempt_limit),
            renewal: Renewal::default(),
        }
    }

    /// Makes a request with a short response.
    pub(crate) async fn ask(&self, request: &Request) -> Result<Answer<Vec<u8>>, Error> {
        self.read(request, Vec::new).await
    }

    /// Reads one object by its name.
    pub(crate) async fn object(
        &self,
        kind: Kind,
        namespace: Option<&str>,
        name: &str,
        (deadline, patience): (Duration, RetryPolicy),
    ) -> Result<Object, Error> {
        let path = format!("{}/{name}", kind.path(namespace));
        let request = Request { path, accept: Accept::Json, deadline, patience, form: None };
        let answer = self.ask(&request).await?;
        let unreadable = |error: serde_json::Error| Error::Unreadable(parse_words(&error.to_string()));
        let value: serde_json::Value = serde_json::from_slice(&answer.body).map_err(unreadable)?;
        if value["kind"] != kind.name() || value["metadata"]["name"] != name {
            let facts = vec![("kind", Fact::text(kind.name().to_lowercase())), ("name", Fact::text(name))];
            return Err(Error::Unreadable(Message::new(&reasons::OTHER_OBJECT, facts)));
        }
        Object::from_value(kind, value).map_err(unreadable)
    }

    /// Makes a request, with retries, until there is a response, a final error, no time left, or the run is stopped. Each
    /// attempt has its own body.
    pub(crate) async fn read<B: Body>(
        &self,
        request: &Request,
        body: impl Fn() -> B,
    ) -> Result<Answer<B::Whole>, Error> {
        let answer = Box::pin(self.read_on(request, body));
        match request.patience {
            RetryPolicy::Probe => self.budget.stop.or(answer).await,
            _ => self.budget.stop.or(self.silence.or(answer)).await,
        }
    }

    /// Waits until another request to this cluster may start.
    pub(crate) async fn permit(&self) -> (Option<SemaphorePermit<'_>>, Option<SemaphorePermit<'_>>) {
        (self.share.acquire().await.ok(), self.budget.permit().await)
    }

    async fn read_on<B: Body>(
        &self,
        request: &Request,
        body: impl Fn() -> B,
    ) -> Result<Answer<B::Whole>, Error> {
        // A server that has not answered yet must not block those that have.
        let _permits = match request.patience {
            RetryPolicy::Greeting | RetryPolicy::Probe => None,
            _ => Some(self.permit().await),
        };
        self.wait(self.budget.turn()).await;
        let end = Instant::now() + request.deadline;
        let _waiting = request.patience.is_of_the_server().then(|| self.silence.waiting());
        let began = Instant::now();
        let mut renewed = false;
        for attempt in 1.. {
            let left = end.saturating_duration_since(Instant::now());
            let limit = self.attempt_limit.map_or(left, |limit| limit.min(left));
            let (error, retry_after) = match self.within(limit, request, body()).await {
                Ok(answer) => return Ok(answer),
                Err((error, _)) if error.is_unauthorized() && !renewed && self.renew(began).await => {
                    renewed = true;
                    continue;
                }
                Err(refused) => refused,
            };
            let pause = retry_after.unwrap_or_else(|| pause(attempt));
            let left = end.saturating_duration_since(Instant::now());
            if attempt >= error.attempts(request.patience) || pause >= left || !self.budget.retry() {
                return Err(match error {
                    // The time that was left for the last attempt is of no interest.
                    Error::TimedOut { .. } if attempt > 1 => Error::TimedOut { after: request.deadline },
                    error => error,
                });
            }
            self.meter.retries.fetch_add(1, Ordering::Relaxed);
            self.progress.retry(&request.path, &error, pause);
            if retry_after.is_some() || error.is_throttling() {
                self.wait(pause).await;
            } else {
                sleep(pause).await;
            }
            self.wait(self.budget.turn()).await;
        }
        Err(Error::TimedOut { after: request.deadline })
    }

    /// Waits because of throttling.
    async fn wait(&self, time: Duration) {
        if !time.is_zero() {
            self.meter.throttled.fetch_add(u64::try_from(time.as_millis()).unwrap_or(0), Ordering::Relaxed);
            sleep(time).await;
        }
    }

    async fn within<B: Body>(
        &self,
        limit: Duration,
        request: &Request,
        body: B,
    ) -> Result<Answer<B::Whole>, Refused> {
        self.meter.requests.fetch_add(1, Ordering::Relaxed);
        let done = timeout(limit, self.attempt(request, limit, body)).await;
        let done = done.unwrap_or(Err((Error::TimedOut { after: limit }, None)));
        if done.is_ok() {
            self.budget.answered();
        }
        done
    }

    /// Sends a request, and waits for the headers of its answer.
    pub(super) async fn send(
        &self,
        call: http::Request<kube::client::Body>,
    ) -> Result<http::Response<kube::client::Body>, Refused> {
        let client = self.client();
        tokio::select! {
            answer = client.send(call) => answer.map_err(|error| self.failed(&error)),
            () = memory_used_up() => Err((Error::Limit(memory::exhausted()), None)),
        }
    }

    fn failed(&self, error: &kube::Error) -> Refused {
        match error {
            kube::Error::Auth(error) => (Error::Config(error.to_string()), None),
            error => (transport(error, &self.session.host), None),
        }
    }

    async fn attempt<B: Body>(
        &self,
        request: &Request,
        limit: Duration,
        mut into: B,
    ) -> Result<Answer<B::Whole>, Refused> {
        let call = call(request, limit).map_err(|error| (error, None))?;
        let began = Instant::now();
        let unreadable = |why| (Error::unreadable(why), None);
        // A server that sends headers and nothing else is silent.
        let (parts, mut stream) = self.send(call).await?.into_parts();
        let foreign = is_html(&parts.headers) && request.accept != Accept::Text;
        let good = parts.status.is_success() && !foreign;
        let mut refused = Vec::<u8>::new();
        let mut gauge = Gauge::default();
        let heard = || (request.patience != RetryPolicy::Probe).then(|| self.silence.heard());
        while let Some(frame) = stream.frame().await {
            let Ok(data) = frame.map_err(|error| self.failed(&error))?.into_data() else { continue };
            heard();
            self.meter.bytes.fetch_add(data.len() as u64, Ordering::Relaxed);
            if !gauge.has_room(data.len()) {
                return Err((Error::Limit(memory::exhausted()), None));
            }
            let taken = if good { into.take(&data) } else { refused.take(&data) };
            taken.map_err(unreadable)?;
            if good && into.is_full() {
                break;
            }
        }
        heard();
        let code = parts.status.as_u16();
        if good {
            let body = into.end().map_err(unreadable)?;
            return Ok(Answer { body, date: sent_at(&parts.headers), took: began.elapsed() });
        }
        let wait = retry_after(&parts.headers);
        if foreign {
            Err((Error::Foreign { code, text: first_words(&refused) }, wait))
        } else {
            Err((refusal(code, &Bytes::from(refused)), wait))
        }
    }
}

/// Ends when the process has used up its memory. The client library reads the answer of a login server as a whole before it
/// sends a request, however large the answer is.
async fn memory_used_up() {
    while let Some(pause) = memory::time_to_look() {
        sleep(pause).await;
    }
}

fn call(request: &Request, limit: Duration) -> Result<http::Request<kube::client::Body>, Error> {
    // The server stops its work when the client stops waiting.
    let mark = if request.path.contains('?') { '&' } else { '?' };
    let seconds = limit.as_secs().max(1);
    let accept = match request.accept {
        Accept::Protobuf => "application/vnd.kubernetes.protobuf,application/json",
        Accept::Names => concat!(
            "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,",
            "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
        ),
        Accept::Json => "application/json",
        Accept::Text => "*/*",
    };
    let address = format!("{}{mark}timeout={seconds}s", request.path);
    if address.len() > LONGEST_PATH {
        return Err(Error::Config(format!("the address of a request has {} bytes", address.len())));
    }
    match &request.form {
        None => http::Request::get(address).header(ACCEPT, accept).body(kube::client::Body::empty()),
        Some(form) => http::Request::post(address)
            .header(ACCEPT, accept)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(kube::client::Body::from(form.clone().into_bytes())),
    }
    .map_err(|error| Error::Config(error.to_string()))
}

/// Returns the pause after a number of attempts. It varies by half, so that clients do not retry at the same time.
pub(crate) fn pause(attempts: u32) -> Duration {
    let doubled = FIRST_PAUSE * 2u32.saturating_pow(attempts.saturating_sub(1).min(10));
    let random = RandomState::new().hash_one(0u8) % 1000;
    let pause = doubled.min(LONGEST_PAUSE);
    pause / 2 + pause * u32::try_from(random).unwrap_or(0) / 1000
}

#[cfg(test)]
mod tests;
