//! One request within its deadline: asked again while asking again may help, counted, and read whole.

use super::error::transport;
use super::{Error, Session};
use crate::wire::{Envelope, PROTOBUF_MAGIC, Status, Time};
use bytes::Bytes;
use http::header::{ACCEPT, DATE, RETRY_AFTER};
use http_body_util::BodyExt;
use prost::Message;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

/// The most an answer that is wanted whole may hold: a version, a refusal, the end of a log.
const LARGEST: usize = 1 << 20;
/// The pause before the first repetition; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause, whatever a server asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// In which form an answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accept {
    /// Protobuf, or JSON from servers that do not speak it.
    Protobuf,
    /// JSON.
    Json,
    /// Anything: logs.
    Text,
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
}

/// What takes the body of an answer as it arrives. A body that breaks off is begun anew with another.
pub(super) trait Body: Send {
    /// Takes the next bytes.
    fn take(&mut self, bytes: &[u8]) -> Result<(), String>;
}

/// A body that is wanted whole; only short ones are.
impl Body for Vec<u8> {
    fn take(&mut self, bytes: &[u8]) -> Result<(), String> {
        if self.len() + bytes.len() > LARGEST {
            return Err(format!("an answer of more than {} MiB", LARGEST >> 20));
        }
        self.extend_from_slice(bytes);
        Ok(())
    }
}

/// An answer, and when the server sent it.
#[derive(Debug)]
pub(super) struct Answer<B> {
    pub(super) body: B,
    pub(super) date: Option<Time>,
}

/// Why there is none, and how long the server asks to wait.
type Refusal = (Error, Option<Duration>);

/// Asks one cluster: a session, the limits of the run, and what it has cost so far.
pub struct Asker {
    pub(super) session: Session,
    permits: Semaphore,
    /// `--request-timeout`, for one attempt.
    attempt_limit: Option<Duration>,
    pub(super) requests: AtomicU64,
    pub(super) retries: AtomicU64,
    pub(super) bytes: AtomicU64,
}

impl Asker {
    pub(super) fn new(session: Session, concurrency: u16, attempt_limit: Duration) -> Self {
        Self {
            session,
            permits: Semaphore::new(concurrency.into()),
            attempt_limit: (!attempt_limit.is_zero()).then_some(attempt_limit),
            requests: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    /// Asks once: whoever does not answer at first is not asked further.
    pub(super) async fn greet(&self, request: &Request) -> Result<Answer<Vec<u8>>, Error> {
        let limit = self.attempt_limit.map_or(request.deadline, |limit| limit.min(request.deadline));
        self.within(limit, request, Vec::new()).await.map_err(|(error, _)| error)
    }

    /// Asks for something short and reads it whole.
    pub(super) async fn ask(&self, request: &Request) -> Result<Answer<Vec<u8>>, Error> {
        self.read(request, Vec::new).await
    }

    /// Asks until there is an answer, a refusal that is final, or no time left. Each attempt fills a body of its
    /// own.
    pub(super) async fn read<B: Body>(
        &self,
        request: &Request,
        body: impl Fn() -> B,
    ) -> Result<Answer<B>, Error> {
        let Ok(_permit) = self.permits.acquire().await else {
            return Err(Error::Config("the run has ended".to_owned()));
        };
        let end = Instant::now() + request.deadline;
        let mut pause = FIRST_PAUSE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let limit = self.attempt_limit.map_or(left, |limit| limit.min(left));
            let (error, asked_to_wait) = match self.within(limit, request, body()).await {
                Ok(answer) => return Ok(answer),
                Err(refusal) => refusal,
            };
            let wait = asked_to_wait.unwrap_or_else(|| jittered(pause)).min(LONGEST_PAUSE);
            let time_left = end.saturating_duration_since(Instant::now()) > wait;
            // A log is asked for once: its kubelet may be what is wrong.
            if !error.is_passing() || !time_left || request.accept == Accept::Text {
                return Err(error);
            }
            self.retries.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(wait).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn within<B: Body>(
        &self,
        limit: Duration,
        request: &Request,
        body: B,
    ) -> Result<Answer<B>, Refusal> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        match timeout(limit, self.attempt(request, limit, body)).await {
            Ok(done) => done,
            Err(_) => Err((Error::TimedOut { after: limit }, None)),
        }
    }

    async fn attempt<B: Body>(
        &self,
        request: &Request,
        limit: Duration,
        mut into: B,
    ) -> Result<Answer<B>, Refusal> {
        let call = call(request, limit).map_err(|error| (error, None))?;
        let failed = |error: kube::Error| match error {
            kube::Error::Auth(error) => (Error::Config(error.to_string()), None),
            error => (transport(&error, &self.session.host), None),
        };
        let (parts, mut stream) = self.session.client.send(call).await.map_err(failed)?.into_parts();
        let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let mut refused = Vec::<u8>::new();
        while let Some(frame) = stream.frame().await {
            let Ok(data) = frame.map_err(failed)?.into_data() else { continue };
            self.bytes.fetch_add(data.len() as u64, Ordering::Relaxed);
            let taken = if parts.status.is_success() { into.take(&data) } else { refused.take(&data) };
            taken.map_err(|reason| (Error::Unreadable(reason), None))?;
        }
        if parts.status.is_success() {
            return Ok(Answer { body: into, date: header(DATE).and_then(http_date) });
        }
        let wait = header(RETRY_AFTER).and_then(|value| value.parse().ok()).map(Duration::from_secs);
        Err((refusal(parts.status.as_u16(), &Bytes::from(refused)), wait))
    }
}

fn call(request: &Request, limit: Duration) -> Result<http::Request<kube::client::Body>, Error> {
    // The server stops working on what nobody waits for any more.
    let mark = if request.path.contains('?') { '&' } else { '?' };
    let seconds = limit.as_secs().max(1);
    let accept = match request.accept {
        Accept::Protobuf => "application/vnd.kubernetes.protobuf,application/json",
        Accept::Json => "application/json",
        Accept::Text => "*/*",
    };
    http::Request::get(format!("{}{mark}timeout={seconds}s", request.path))
        .header(ACCEPT, accept)
        .body(kube::client::Body::empty())
        .map_err(|error| Error::Config(error.to_string()))
}

/// Reads an answer that is not 2xx: a Status in either encoding, or the words of something in between.
fn refusal(code: u16, body: &Bytes) -> Error {
    let status = if body.starts_with(&PROTOBUF_MAGIC) {
        Envelope::decode(body.slice(PROTOBUF_MAGIC.len()..)).and_then(|e| Status::decode(e.raw)).ok()
    } else {
        serde_json::from_slice::<Status>(body).ok()
    };
    match status.filter(|status| status.code != 0 || !status.message.is_empty()) {
        Some(status) => Error::Status(Box::new(Status { code: code.into(), ..status })),
        // The API server itself answers in plain text when it has no time to think.
        None if code == 429 || code == 401 => Error::Status(Box::new(Status {
            code: code.into(),
            message: first_words(body),
            reason: if code == 429 { "TooManyRequests".to_owned() } else { "Unauthorized".to_owned() },
            ..Status::default()
        })),
        None => Error::Foreign { code, text: first_words(body) },
    }
}

/// The beginning of a body, as text on one line.
fn first_words(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body.get(..200.min(body.len())).unwrap_or_default()).into_owned();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn http_date(text: &str) -> Option<Time> {
    let zoned = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Time::from(zoned))
}

/// Between half and one and a half times the pause, so that many clients do not come back together.
fn jittered(pause: Duration) -> Duration {
    let random = RandomState::new().hash_one(0u8) % 1000;
    pause / 2 + pause * u32::try_from(random).unwrap_or(0) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_http_are_read() {
        assert_eq!(http_date("Fri, 26 Dec 2025 02:00:00 GMT"), Some(Time::at(1_766_714_400)));
        assert_eq!(http_date("yesterday"), None);
    }

    #[test]
    fn refusals_are_told_in_kubectls_words() {
        let json = br#"{"kind":"Status","code":403,"reason":"Forbidden","message":"pods is forbidden"}"#;
        for (code, body, line) in [
            (403, &json[..], "Error from server (Forbidden): pods is forbidden"),
            (401, b"", "error: You must be logged in to the server (Unauthorized)"),
            (
                429,
                b"Too many requests, please try again later.\n",
                "Error from server (TooManyRequests): Too many requests, please try again later.",
            ),
            (502, b"<html>\n<b>Bad Gateway</b>", "Error from server: HTTP 502: <html> <b>Bad Gateway</b>"),
        ] {
            assert_eq!(refusal(code, &Bytes::copy_from_slice(body)).to_string(), line);
        }
    }
}
