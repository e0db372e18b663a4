//! The events of a run, as lines of the log.

use crate::output::Level;
use crate::wire::Time;
use serde::Serialize;
use std::fmt;

/// The format of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines of text.
    Text,
    /// One JSON object per line.
    Json,
}

/// An event of a run.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(super) enum Event<'a> {
    Start {
        #[serde(skip)]
        context: &'a str,
        server: &'a str,
        version: &'a str,
        lists: usize,
    },
    Nodes {
        nodes: u64,
    },
    Page {
        kind: &'a str,
        namespace: Option<&'a str>,
        page: u64,
        items: u64,
        millis: u128,
    },
    Retry {
        path: &'a str,
        reason: &'a str,
        wait_millis: u128,
    },
    Halved {
        kind: &'a str,
        namespace: Option<&'a str>,
        page_size: u32,
    },
    Expired {
        kind: &'a str,
        namespace: Option<&'a str>,
    },
    Interrupted {
        kind: &'a str,
        namespace: Option<&'a str>,
        reason: &'a str,
    },
    Relist {
        kind: &'a str,
        namespace: Option<&'a str>,
    },
    Gap {
        kind: &'a str,
        namespace: Option<&'a str>,
        reason: &'a str,
    },
    Done {
        active_pods: u64,
        pages: u64,
        requests: u64,
        retries: u64,
    },
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let place = |namespace: Option<&str>| namespace.unwrap_or("all namespaces").to_owned();
        match self {
            Event::Start { context, server, version, lists } => {
                let version = if version.is_empty() { "unknown" } else { version };
                write!(f, "start: context {context}, server {server}, version {version}, lists {lists}")
            }
            Event::Nodes { nodes } => write!(f, "nodes: {nodes}"),
            Event::Page { kind, namespace, page, items, millis } => {
                write!(f, "page {page} of {kind} in {}: {items} in {millis} ms", place(*namespace))
            }
            Event::Retry { path, reason, wait_millis } => {
                write!(f, "retry in {wait_millis} ms: {path}: {reason}")
            }
            Event::Halved { kind, namespace, page_size } => {
                write!(f, "timeout: {kind} in {}: page size {page_size} from here", place(*namespace))
            }
            Event::Expired { kind, namespace } => {
                write!(f, "expired: {kind} in {}: going on from a later moment", place(*namespace))
            }
            Event::Interrupted { kind, namespace, reason } => {
                write!(f, "watch interrupted: {kind} in {}: {reason}", place(*namespace))
            }
            Event::Relist { kind, namespace } => {
                write!(f, "reading again: {kind} in {}", place(*namespace))
            }
            Event::Gap { kind, namespace, reason } => {
                write!(f, "gap: {kind} in {}: {reason}", place(*namespace))
            }
            Event::Done { active_pods, pages, requests, retries } => write!(
                f,
                "done: active pods {active_pods}, pages {pages}, requests {requests}, retries {retries}"
            ),
        }
    }
}

/// A line of the JSON log.
#[derive(Serialize)]
struct Line<'a> {
    time: Time,
    level: Level,
    context: &'a str,
    #[serde(flatten)]
    event: &'a Event<'a>,
    message: String,
}

impl Event<'_> {
    /// The event as a line of the JSON log. Its first keys are those of every line on standard error.
    pub(super) fn json(&self, time: Time, context: &str) -> String {
        let line = Line { time, level: self.level(), context, event: self, message: self.to_string() };
        serde_json::to_string(&line).unwrap_or_default()
    }

    fn level(&self) -> Level {
        match self {
            Event::Retry { .. }
            | Event::Halved { .. }
            | Event::Expired { .. }
            | Event::Interrupted { .. }
            | Event::Relist { .. } => Level::Warn,
            Event::Gap { .. } => Level::Error,
            Event::Start { .. } | Event::Nodes { .. } | Event::Page { .. } | Event::Done { .. } => {
                Level::Info
            }
        }
    }
}
