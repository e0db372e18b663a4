//! Watches: the changes of objects, as they happen.

use super::{Body, Fake, lists, response, status};
use crate::wire::Kind;
use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep};

/// How often a watch looks for changes.
const TICK: Duration = Duration::from_millis(20);

/// The changes so far.
#[derive(Default)]
pub(super) struct History {
    /// Type, kind and object; the version of a change is its place, from 1 on.
    changes: Vec<(&'static str, Kind, Value)>,
    /// Watches from before this version are refused.
    known_from: usize,
    /// How often all watches were cut.
    cuts: usize,
    /// Whether nothing arrives any more.
    stalled: bool,
}

impl History {
    /// The version of the objects now.
    pub(super) fn version(&self) -> String {
        (self.changes.len() + 1).to_string()
    }
}

/// An open watch.
pub(crate) struct Watching {
    fake: Fake,
    kind: Kind,
    namespace: Option<String>,
    seen: usize,
    cuts: usize,
    ends: Instant,
    sleep: Pin<Box<Sleep>>,
    over: bool,
}

impl Fake {
    /// Adds or replaces an object, and tells watches.
    pub(crate) fn change(&self, kind: Kind, object: Value) {
        let mut state = self.state();
        let objects = state.objects.entry(kind).or_default();
        let before = objects.len();
        objects.retain(|known| lists::key(known) != lists::key(&object));
        let what = if objects.len() < before { "MODIFIED" } else { "ADDED" };
        objects.push(object.clone());
        objects.sort_by_key(lists::key);
        state.history.changes.push((what, kind, object));
    }

    /// Deletes an object, and tells watches.
    pub(crate) fn delete(&self, kind: Kind, namespace: &str, name: &str) {
        let mut state = self.state();
        let key = format!("{namespace}/{name}");
        let objects = state.objects.entry(kind).or_default();
        let index = objects.iter().position(|known| lists::key(known) == key).unwrap();
        let object = objects.remove(index);
        state.history.changes.push(("DELETED", kind, object));
    }

    /// Forgets the changes so far, as a compaction of etcd does.
    pub(crate) fn compact(&self) {
        let mut state = self.state();
        state.history.known_from = state.history.changes.len() + 1;
    }

    /// Breaks the connections of all open watches.
    pub(crate) fn cut_watches(&self) {
        self.state().history.cuts += 1;
    }

    /// Sends nothing more on open watches, or goes on.
    pub(crate) fn stall_watches(&self, stalled: bool) {
        self.state().history.stalled = stalled;
    }

    /// Answers a watch; `None` for another request.
    pub(super) fn watch(&self, request: &Request<Bytes>) -> Option<Response<Body>> {
        lists::parameter(request, "watch").filter(|on| on == "true")?;
        let path = request.uri().path();
        let target = Kind::ALL.into_iter().find_map(|kind| lists::resolve(kind, path))?;
        let state = self.state();
        if !state.serves(target.kind) {
            return Some(status(404, path, ""));
        }
        let number = |name| lists::parameter(request, name).and_then(|text| text.parse::<usize>().ok());
        let from = number("resourceVersion").unwrap_or(0);
        let (kind, namespace) = (target.kind, target.namespace);
        if from < state.history.known_from {
            let gone = json!({ "kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version" });
            let line = json!({ "type": "ERROR", "object": gone }).to_string() + "\n";
            return Some(response(200, "application/json", line.into_bytes()));
        }
        let ends = Instant::now() + Duration::from_secs(number("timeoutSeconds").unwrap_or(300) as u64);
        let cuts = state.history.cuts;
        let (seen, sleep) = (from.saturating_sub(1), Box::pin(sleep(TICK)));
        let watching = Watching { fake: self.clone(), kind, namespace, seen, cuts, ends, sleep, over: false };
        let mut response = response(200, "application/json", Vec::new());
        *response.body_mut() = Body::of_watch(watching);
        Some(response)
    }
}

impl Watching {
    /// Returns the next event, as hyper asks for it.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, io::Error>>> {
        loop {
            if self.over {
                return Poll::Ready(None);
            }
            let event = {
                let state = self.fake.state();
                if state.history.cuts > self.cuts {
                    return Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into())));
                }
                let stalled = state.history.stalled;
                state.history.changes.get(self.seen).filter(|_| !stalled).cloned()
            };
            if let Some((what, kind, mut object)) = event {
                self.seen += 1;
                let elsewhere = |name: &String| object["metadata"]["namespace"] != name.as_str();
                if kind != self.kind || self.namespace.as_ref().is_some_and(elsewhere) {
                    continue;
                }
                object["kind"] = kind.name().into();
                object["metadata"]["resourceVersion"] = (self.seen + 1).to_string().into();
                return Poll::Ready(Some(Ok(line(what, &object))));
            }
            if Instant::now() >= self.ends && !self.fake.state().history.stalled {
                self.over = true;
                let version = (self.seen + 1).to_string();
                let bookmark =
                    json!({ "kind": self.kind.name(), "metadata": { "resourceVersion": version } });
                return Poll::Ready(Some(Ok(line("BOOKMARK", &bookmark))));
            }
            match self.sleep.as_mut().poll(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(()) => self.sleep.as_mut().reset(Instant::now() + TICK),
            }
        }
    }
}

fn line(what: &str, object: &Value) -> Bytes {
    Bytes::from(json!({ "type": what, "object": object }).to_string() + "\n")
}
