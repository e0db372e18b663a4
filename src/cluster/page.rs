//! One request within its deadline: asked again while asking again may help, counted, and read whole.

use super::error::transport;
use super::refusal::{asked_to_wait, first_words, is_for_people, refusal, sent_at};
use super::{Budget, Error, Progress, Session};
use crate::wire::{Kind, Object, Time};
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http_body_util::BodyExt;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep, timeout};

/// The most an answer that is wanted whole may hold: a version, a refusal, the end of a log.
const LARGEST: usize = 1 << 20;
/// The pause before the first repetition; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause of our own; a server may ask for more.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The characters that are escaped in a segment of a path or a value of a query.
pub(crate) const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// In which form an answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accept {
    /// Protobuf, or JSON from servers that do not speak it.
    Protobuf,
    /// That the objects exist, and nothing of what they hold.
    Names,
    /// JSON.
    Json,
    /// Anything: logs.
    Text,
}

/// How often something is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryPolicy {
    /// As long as asking again may help and there is time.
    Full,
    /// A first word to a server: one that refuses the connection is left alone.
    Greeting,
    /// Once: whoever answers may be what is wrong.
    Once,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Request {
    /// Path and query, without the `timeout` parameter.
    pub path: String,
    /// The form of the answer.
    pub accept: Accept,
    /// How long all attempts together may take.
    pub deadline: Duration,
    /// How often it is asked.
    pub patience: RetryPolicy,
    /// What is posted, as a form; `None` where nothing is.
    pub form: Option<String>,
}

/// What takes the body of an answer as it arrives. A body that breaks off is begun anew with another.
pub(crate) trait Body: Send {
    /// What it is when it is whole.
    type Whole;

    /// Takes the next bytes.
    fn take(&mut self, bytes: &[u8]) -> Result<(), String>;

    /// Whether the rest is not wanted.
    fn is_full(&self) -> bool {
        false
    }

    /// Nothing more comes.
    fn end(self) -> Result<Self::Whole, String>;
}

/// A body that is wanted as it is; only short ones are.
impl Body for Vec<u8> {
    type Whole = Self;

    fn end(self) -> Result<Self, String> {
        Ok(self)
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), String> {
        if self.len() + bytes.len() > LARGEST {
            return Err(format!("an answer of more than {} MiB", LARGEST >> 20));
        }
        self.extend_from_slice(bytes);
        Ok(())
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer<T> {
    pub(crate) body: T,
    /// When the server sent it, by its own clock.
    pub(crate) date: Option<Time>,
    /// How long the attempt took that brought it.
    pub(crate) took: Duration,
}

/// Why there is none, and how long the server asks to wait.
type Refused = (Error, Option<Duration>);

/// What a cluster was asked, and what it cost.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    pub(crate) requests: AtomicU64,
    pub(crate) retries: AtomicU64,
    /// Of bodies, after decompression.
    pub(crate) bytes: AtomicU64,
    /// Milliseconds that requests waited because the server or `--max-rps` asked them to.
    pub(crate) throttled: AtomicU64,
}

/// Asks one cluster.
pub struct ApiClient {
    pub(crate) session: Session,
    pub(crate) budget: Arc<Budget>,
    pub(crate) progress: Progress,
    pub(crate) meter: Meter,
    /// Of the run's requests, so many may be this cluster's.
    share: Semaphore,
    /// `--request-timeout`, for one attempt.
    attempt_limit: Option<Duration>,
}

impl ApiClient {
    /// Asks the cluster of a session, one of `clusters`; an `attempt_limit` of zero is none.
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
            share: Semaphore::new(budget.share(clusters)),
            attempt_limit: (!attempt_limit.is_zero()).then_some(attempt_limit),
        }
    }

    /// Asks for something short and reads it whole.
    pub(crate) async fn ask(&self, request: &Request) -> Result<Answer<Vec<u8>>, Error> {
        self.read(request, Vec::new).await
    }

    /// Asks for one object by its name; `namespace` is that of a kind that lives in one.
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
        let unreadable = |error: serde_json::Error| Error::Unreadable(error.to_string());
        let value: serde_json::Value = serde_json::from_slice(&answer.body).map_err(unreadable)?;
        if value["kind"] != kind.name() || value["metadata"]["name"] != name {
            return Err(Error::Unreadable(format!("it is not the {} {name}", kind.name().to_lowercase())));
        }
        Object::from_value(kind, value).map_err(unreadable)
    }

    /// Asks until there is an answer, a refusal that is final, no time left, or the run is stopped. Each attempt
    /// fills a body of its own.
    pub(crate) async fn read<B: Body>(
        &self,
        request: &Request,
        body: impl Fn() -> B,
    ) -> Result<Answer<B::Whole>, Error> {
        self.budget.stop.or(self.read_on(request, body)).await
    }

    /// Waits until this cluster may have one more request under way.
    pub(crate) async fn permit(&self) -> (Option<SemaphorePermit<'_>>, Option<SemaphorePermit<'_>>) {
        (self.share.acquire().await.ok(), self.budget.permit().await)
    }

    async fn read_on<B: Body>(
        &self,
        request: &Request,
        body: impl Fn() -> B,
    ) -> Result<Answer<B::Whole>, Error> {
        // A server that has not answered yet must not take the place of those that have.
        let _permits = match request.patience {
            RetryPolicy::Greeting => None,
            _ => Some(self.permit().await),
        };
        self.wait(self.budget.turn()).await;
        let end = Instant::now() + request.deadline;
        for attempt in 1.. {
            let left = end.saturating_duration_since(Instant::now());
            let limit = self.attempt_limit.map_or(left, |limit| limit.min(left));
            let (error, asked) = match self.within(limit, request, body()).await {
                Ok(answer) => return Ok(answer),
                Err(refused) => refused,
            };
            let pause = asked.unwrap_or_else(|| pause(attempt));
            let left = end.saturating_duration_since(Instant::now());
            if attempt >= error.attempts(request.patience) || pause >= left || !self.budget.repeat() {
                return Err(match error {
                    // What the last attempt had left tells nobody anything.
                    Error::TimedOut { .. } if attempt > 1 => Error::TimedOut { after: request.deadline },
                    error => error,
                });
            }
            self.meter.retries.fetch_add(1, Ordering::Relaxed);
            self.progress.retry(&request.path, &error, pause);
            if asked.is_some() || error.is_throttling() {
                self.wait(pause).await;
            } else {
                sleep(pause).await;
            }
            self.wait(self.budget.turn()).await;
        }
        Err(Error::TimedOut { after: request.deadline })
    }

    /// Waits because somebody asked to.
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

    async fn attempt<B: Body>(
        &self,
        request: &Request,
        limit: Duration,
        mut into: B,
    ) -> Result<Answer<B::Whole>, Refused> {
        let call = call(request, limit).map_err(|error| (error, None))?;
        let failed = |error: kube::Error| match error {
            kube::Error::Auth(error) => (Error::Config(error.to_string()), None),
            error => (transport(&error, &self.session.host), None),
        };
        let began = Instant::now();
        let unreadable = |reason| (Error::Unreadable(reason), None);
        let (parts, mut stream) = self.session.client.send(call).await.map_err(failed)?.into_parts();
        let foreign = is_for_people(&parts.headers) && request.accept != Accept::Text;
        let good = parts.status.is_success() && !foreign;
        let mut refused = Vec::<u8>::new();
        while let Some(frame) = stream.frame().await {
            let Ok(data) = frame.map_err(failed)?.into_data() else { continue };
            self.meter.bytes.fetch_add(data.len() as u64, Ordering::Relaxed);
            let taken = if good { into.take(&data) } else { refused.take(&data) };
            taken.map_err(unreadable)?;
            if good && into.is_full() {
                break;
            }
        }
        let code = parts.status.as_u16();
        if good {
            let body = into.end().map_err(unreadable)?;
            return Ok(Answer { body, date: sent_at(&parts.headers), took: began.elapsed() });
        }
        let wait = asked_to_wait(&parts.headers);
        if foreign {
            Err((Error::Foreign { code, text: first_words(&refused) }, wait))
        } else {
            Err((refusal(code, &Bytes::from(refused)), wait))
        }
    }
}

fn call(request: &Request, limit: Duration) -> Result<http::Request<kube::client::Body>, Error> {
    // The server stops working on what nobody waits for any more.
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
    match &request.form {
        None => http::Request::get(address).header(ACCEPT, accept).body(kube::client::Body::empty()),
        Some(form) => http::Request::post(address)
            .header(ACCEPT, accept)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(kube::client::Body::from(form.clone().into_bytes())),
    }
    .map_err(|error| Error::Config(error.to_string()))
}

/// The pause after so many attempts: between half and one and a half times what it should be, so that many
/// clients do not come back together.
fn pause(attempts: u32) -> Duration {
    let doubled = FIRST_PAUSE * 2u32.saturating_pow(attempts.saturating_sub(1).min(10));
    let random = RandomState::new().hash_one(0u8) % 1000;
    let pause = doubled.min(LONGEST_PAUSE);
    pause / 2 + pause * u32::try_from(random).unwrap_or(0) / 1000
}
