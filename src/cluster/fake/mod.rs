//! An API server for unit tests, in the process of the test.
//!
//! [`Fake::session`] answers without a network, so that a test with a paused clock takes no time and depends on no timing.
//! [`Fake::serve`] answers on a port of the loopback interface, for tests of the connection itself.
//!
//! It serves lists with pages, watches, objects by name, logs and the version. [`Fake::fault`] replaces responses.

mod body;
mod lists;
mod server;
mod watches;

pub(crate) use body::Broken;
pub(crate) use server::{Served, closed_port};

use super::{ApiClient, Budget, Progress, Session, Stop};
use crate::snapshot::Cluster;
use crate::wire::{Kind, Time};
use body::Body;
use bytes::Bytes;
use http::{Method, Request, Response};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The time of the fake cluster, in its clock and in its objects.
pub(crate) const NOW: i64 = 1_766_714_400;

/// The clock of the tests.
pub(crate) fn clock() -> Time {
    Time::at(NOW)
}

/// A response that replaces the normal one.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// A `Status` with this code, and headers.
    Status(u16, &'static [(&'static str, &'static str)]),
    /// The normal response with more headers.
    Headers(&'static [(&'static str, &'static str)]),
    /// The normal response in JSON with changes; the number is that of the request.
    Edit(fn(&mut Value, usize)),
    /// An expired list, with the token from which it goes on; empty for none.
    Expired(&'static str),
    /// A body of this type, as it is.
    Raw(u16, &'static str, &'static str),
    /// The normal response after a time.
    Slow(Duration),
    /// No response.
    Hang,
    /// A normal response that ends in the middle.
    Cut(Broken),
    /// A failed connection. Only for [`Fake::session`].
    Io(io::ErrorKind),
}

/// The API server of a test. Clones share the state.
#[derive(Clone, Default)]
pub(crate) struct Fake(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// The objects of each kind, in the order of their keys.
    objects: BTreeMap<Kind, Vec<Value>>,
    /// Logs by `namespace/pod/container`; those of an earlier run of the container end in `!`.
    logs: BTreeMap<String, String>,
    /// Parts of requests and the responses that replace the next ones; the last one stays if `true`.
    faults: Vec<(String, Vec<Fault>, bool)>,
    /// The kinds that the server does not serve.
    unserved: BTreeSet<Kind>,
    /// Whether lists of pods are served as protobuf, if the client accepts that.
    protobuf: bool,
    requests: Vec<String>,
    bodies: Vec<String>,
    /// The header `authorization` of each request over the network.
    authorizations: Vec<String>,
    /// The changes for watches, and how they end.
    history: watches::History,
}

impl Fake {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an object in JSON.
    pub(crate) fn add(&self, kind: Kind, object: Value) {
        let mut state = self.state();
        let objects = state.objects.entry(kind).or_default();
        objects.push(object);
        objects.sort_by_key(lists::key);
    }

    /// Adds a namespace with a number of healthy pods.
    pub(crate) fn namespace(&self, name: &str, pods: usize) {
        self.add(Kind::Namespace, json!({ "metadata": { "name": name, "uid": uid(name, 0) } }));
        for number in 0..pods {
            self.add(Kind::Pod, pod(name, number));
        }
    }

    /// Stops serving a kind, as a server of another version or without the extension.
    pub(crate) fn without(&self, kind: Kind) {
        self.state().unserved.insert(kind);
    }

    /// Sets the log of a container: `namespace/pod/container`, with a `!` at the end for its previous run.
    pub(crate) fn log(&self, container: &str, text: &str) {
        self.state().logs.insert(container.to_owned(), text.to_owned());
    }

    /// Serves lists of pods as protobuf.
    pub(crate) fn protobuf(self) -> Self {
        self.state().protobuf = true;
        self
    }

    /// Replaces the next responses to requests that contain a text, each fault once. A `$` is the end of the request.
    pub(crate) fn fault(&self, part: &str, faults: impl IntoIterator<Item = Fault>) {
        self.state().faults.push((part.to_owned(), faults.into_iter().collect(), false));
    }

    /// Replaces all responses to requests that contain a text.
    pub(crate) fn always(&self, part: &str, fault: Fault) {
        self.state().faults.push((part.to_owned(), vec![fault], true));
    }

    /// Returns the requests so far, without the parameter `timeout`: `GET /api/v1/pods?limit=500`.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.state().requests.clone()
    }

    /// Returns the requests that contain a text.
    pub(crate) fn requests_of(&self, part: &str) -> Vec<String> {
        self.requests().into_iter().filter(|line| line.contains(part)).collect()
    }

    /// Returns the bodies that were posted.
    pub(crate) fn posted(&self) -> Vec<String> {
        self.state().bodies.clone()
    }

    /// Returns the header `authorization` of each request over the network.
    pub(crate) fn authorizations(&self) -> Vec<String> {
        self.state().authorizations.clone()
    }

    /// Returns a session without a network.
    pub(crate) fn session(&self) -> Session {
        let fake = self.clone();
        let service = tower::service_fn(move |request: Request<kube::client::Body>| {
            let fake = fake.clone();
            async move { fake.answer(&request.map(|_| Bytes::new())).await }
        });
        Session {
            client: kube::Client::new(service, "default"),
            cluster: Cluster { context: "fake".to_owned(), ..Cluster::default() },
            host: "fake:443".to_owned(),
            namespace: "default".to_owned(),
            hint: None,
            inside: false,
            origin: None,
        }
    }

    /// Returns a client without a network.
    pub(crate) fn client(&self) -> Arc<ApiClient> {
        let progress = Progress::new(false, None, clock, 1);
        Arc::new(ApiClient::new(self.session(), &budget(), 1, Duration::ZERO, progress))
    }

    /// Answers a request.
    async fn answer(&self, request: &Request<Bytes>) -> Result<Response<Body>, io::Error> {
        let line = self.record(request);
        let normal = || match self.watch(request) {
            Some(watch) => watch,
            None => self.state().answer(request),
        };
        match self.next_fault(&line) {
            None => Ok(normal()),
            Some(Fault::Status(code, headers)) => Ok(with_headers(status(code, &line, ""), headers)),
            Some(Fault::Headers(headers)) => Ok(with_headers(normal(), headers)),
            Some(Fault::Edit(edit)) => {
                let mut document = serde_json::from_slice(&normal().into_body().bytes()).unwrap();
                edit(&mut document, self.requests().len());
                Ok(response(200, "application/json", document.to_string().into_bytes()))
            }
            Some(Fault::Expired(token)) => Ok(status(410, &line, token)),
            Some(Fault::Raw(code, kind, text)) => Ok(response(code, kind, text.as_bytes().to_vec())),
            Some(Fault::Slow(time)) => {
                tokio::time::sleep(time).await;
                Ok(normal())
            }
            Some(Fault::Hang) => std::future::pending().await,
            Some(Fault::Cut(how)) => Ok(normal().map(|body| body.cut(how))),
            Some(Fault::Io(kind)) => Err(kind.into()),
        }
    }

    /// Records a request; returns it as a line.
    fn record(&self, request: &Request<Bytes>) -> String {
        let uri = request.uri().to_string();
        let (path, query) = uri.split_once('?').unwrap_or((&uri, ""));
        let query = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("timeout="));
        let query = query.collect::<Vec<_>>().join("&");
        let mark = if query.is_empty() { "" } else { "?" };
        let line = format!("{} {path}{mark}{query}", request.method());
        let mut state = self.state();
        state.requests.push(line.clone());
        if request.method() == Method::POST {
            state.bodies.push(String::from_utf8_lossy(request.body()).into_owned());
        }
        line
    }

    fn next_fault(&self, line: &str) -> Option<Fault> {
        let mut state = self.state();
        let fits = |part: &str| match part.strip_suffix('$') {
            Some(end) => line.ends_with(end),
            None => line.contains(part),
        };
        let matching = |(part, left, _): &&mut (String, Vec<Fault>, bool)| !left.is_empty() && fits(part);
        let (_, left, stays) = state.faults.iter_mut().find(matching)?;
        if *stays { left.first().cloned() } else { Some(left.remove(0)) }
    }
}

/// Returns the limits of a test: no limit of requests per second.
pub(crate) fn budget() -> Arc<Budget> {
    Arc::new(Budget::new(8, 0, Stop::default()))
}

/// Returns a UID that no other object of the test has.
pub(crate) fn uid(namespace: &str, number: usize) -> String {
    let name = namespace.bytes().fold(7_u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
    format!("{name:016x}-{number:012x}")
}

/// Returns a healthy pod, `web-000`.
pub(crate) fn pod(namespace: &str, number: usize) -> Value {
    json!({
        "metadata": {
            "namespace": namespace, "name": format!("web-{number:03}"), "uid": uid(namespace, number),
            "creationTimestamp": "2025-12-25T02:00:00Z",
        },
        "spec": { "nodeName": "n1", "containers": [{ "name": "app", "image": "example.com/web:1" }] },
        "status": {
            "phase": "Running",
            "conditions": [{ "type": "Ready", "status": "True" }],
            "containerStatuses": [{
                "name": "app", "ready": true, "restartCount": 0,
                "state": { "running": { "startedAt": "2025-12-25T02:00:05Z" } },
            }],
        },
    })
}

/// Returns the response of the API server to an error.
fn status(code: u16, line: &str, token: &str) -> Response<Body> {
    let reason = match code {
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        410 => "Expired",
        429 => "TooManyRequests",
        504 => "Timeout",
        _ => "InternalError",
    };
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": { "continue": token }, "status": "Failure",
        "message": format!("fake {code}: {line}"), "reason": reason, "code": code,
    });
    response(code, "application/json", status.to_string().into_bytes())
}

fn response(code: u16, kind: &str, body: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::whole(body));
    *response.status_mut() = http::StatusCode::from_u16(code).unwrap();
    response.headers_mut().insert("content-type", kind.parse().unwrap());
    response
}

fn with_headers(mut response: Response<Body>, headers: &[(&'static str, &'static str)]) -> Response<Body> {
    for (name, value) in headers {
        response.headers_mut().insert(*name, value.parse().unwrap());
    }
    response
}
