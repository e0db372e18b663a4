//! One watch: the changes of a list from a moment on, until the server ends it.
//!
//! An API server ends a watch after a time that the request states, and sends the current moment shortly before. The time is
//! short, so that a watch from which nothing comes any more is noticed: nothing else distinguishes it from a quiet one.

use super::error::transport;
use super::page::ApiClient;
use super::refusal::{first_words, is_html, refusal, retry_after};
use super::{Error, ListRequest};
use crate::memory::{self, Gauge};
use crate::model::Reason;
use crate::text::parse_words;
use crate::wire::{WatchEvent, WatchReader, without_secrets};
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::response::Parts;
use http_body_util::BodyExt;
use kube::api::WatchParams;
use kube::client::Body;
use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::error::Elapsed;
use tokio::time::timeout;

/// The media type of protobuf.
const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

/// The time after which the server ends a watch, in seconds.
const ENDS_AFTER: u32 = 25;

/// The time without a byte after which a watch counts as dead.
pub(crate) const DEAD_AFTER: Duration = Duration::from_secs(30);

/// The largest body of a refused watch that is read.
const REFUSAL: usize = 64 << 10;

/// Why a watch ended early.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) error: Error,
    /// How long to wait, if the server asks for it.
    pub(crate) retry_after: Option<Duration>,
}

impl Ended {
    /// Whether the server does not have the list.
    pub(crate) fn is_absent(&self) -> bool {
        self.error.reason() == Reason::Absent
            || matches!(&self.error, Error::Status(status) if status.code == 404)
    }

    /// Whether the moment is not known any more, so that the list has to be read again.
    pub(crate) fn is_too_old(&self) -> bool {
        matches!(&self.error, Error::Status(status) if status.code == 410)
    }
}

impl From<Error> for Ended {
    fn from(error: Error) -> Self {
        Self { error, retry_after: None }
    }
}

/// A watch that the server has accepted.
pub(crate) struct Watch<'c> {
    client: &'c ApiClient,
    body: Body,
    reader: WatchReader,
    gauge: Gauge,
    /// The events that have arrived, each with the version of its object.
    events: VecDeque<(WatchEvent, String)>,
}

impl<'c> Watch<'c> {
    /// Watches a list from a version on.
    ///
    /// # Errors
    /// When the server does not accept the watch.
    pub(crate) async fn open(
        client: &'c ApiClient,
        list: &ListRequest,
        version: &str,
    ) -> Result<Self, Ended> {
        let request = request(list, version)?;
        client.meter.requests.fetch_add(1, Ordering::Relaxed);
        let answered = timeout(DEAD_AFTER, client.send(request)).await.map_err(late)?;
        let (parts, body) = answered.map_err(|(error, _)| error)?.into_parts();
        client.silence.heard();
        if !parts.status.is_success() || is_html(&parts.headers) {
            return Err(refused(&parts, body).await);
        }
        let kind = parts.headers.get(CONTENT_TYPE);
        let json = kind.is_none_or(|kind| !kind.as_bytes().starts_with(PROTOBUF.as_bytes()));
        let reader = WatchReader::new(list.kind, json);
        Ok(Self { client, body, reader, gauge: Gauge::default(), events: VecDeque::new() })
    }

    /// Waits for the next event. Returns it with the version of its object, or `None` when the time of the watch is over.
    ///
    /// # Errors
    /// When the watch ends before its time.
    pub(crate) async fn next(&mut self) -> Result<Option<(WatchEvent, String)>, Ended> {
        loop {
            match self.events.pop_front() {
                Some((WatchEvent::Failed(mut status), _)) => {
                    status.message = without_secrets(&status.message);
                    return Err(Error::Status(status).into());
                }
                Some(event) => return Ok(Some(event)),
                None => {}
            }
            let Some(frame) = timeout(DEAD_AFTER, self.body.frame()).await.map_err(late)? else {
                return Ok(None);
            };
            let Ok(data) = frame.map_err(|error| transport(&error, &self.client.session.host))?.into_data()
            else {
                continue;
            };
            self.client.silence.heard();
            self.client.meter.bytes.fetch_add(data.len() as u64, Ordering::Relaxed);
            if !self.gauge.has_room(data.len()) {
                return Err(Error::Limit(memory::exhausted()).into());
            }
            let unreadable = |why: String| Error::unreadable(parse_words(&why));
            let events = &mut self.events;
            self.reader
                .push(&data, &mut |event, version| events.push_back((event, version)))
                .map_err(unreadable)?;
        }
    }
}

fn late(_: Elapsed) -> Error {
    Error::TimedOut { after: DEAD_AFTER }
}

/// Reads the answer to a watch that was not accepted.
async fn refused(parts: &Parts, mut body: Body) -> Ended {
    let mut text = Vec::new();
    while let Ok(Some(Ok(frame))) = timeout(DEAD_AFTER, body.frame()).await {
        text.extend(frame.into_data().unwrap_or_default());
        if text.len() > REFUSAL {
            break;
        }
    }
    let code = parts.status.as_u16();
    let error = if is_html(&parts.headers) {
        Error::Foreign { code, text: first_words(&text) }
    } else {
        refusal(code, &Bytes::from(text))
    };
    Ended { error, retry_after: retry_after(&parts.headers) }
}

fn request(list: &ListRequest, version: &str) -> Result<http::Request<Body>, Error> {
    let params = WatchParams {
        label_selector: list.labels.clone(),
        field_selector: list.fields.clone(),
        timeout: Some(ENDS_AFTER),
        bookmarks: true,
        ..WatchParams::default()
    };
    let wrong = |why: String| Error::Config(why);
    let path = list.kind.path(list.namespace.as_deref());
    let call =
        kube::core::Request::new(path).watch(&params, version).map_err(|error| wrong(error.to_string()))?;
    let accept = if list.is_of_names() {
        concat!(
            "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1;stream=watch,",
            "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
        )
    } else {
        "application/vnd.kubernetes.protobuf;stream=watch,application/json"
    };
    let call = http::Request::get(call.uri()).header(ACCEPT, accept).body(Body::empty());
    call.map_err(|error| wrong(error.to_string()))
}
