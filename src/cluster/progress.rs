//! What a run is doing, for whoever waits: a bar on a terminal, log lines as text or JSON, else nothing.

use super::{Error, ListRequest};
use crate::output;
use crate::wire::{Kind, Time};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// A line of text.
    Text,
    /// A JSON object a line.
    Json,
}

/// Tells what a run is doing in one cluster.
#[derive(Clone)]
pub struct Progress {
    context: String,
    board: Arc<Board>,
}

/// What all clusters of a run write on.
struct Board {
    bar: Option<ProgressBar>,
    log: Option<LogFormat>,
    clock: fn() -> Time,
    clusters: usize,
    /// Lists of pods: one for each namespace, or one for all.
    namespaces: AtomicU64,
    namespaces_done: AtomicU64,
    pages: AtomicU64,
    pods: AtomicU64,
    /// The lists that are waited for, and since when.
    waiting: Mutex<BTreeMap<(String, Kind, String), Instant>>,
}

/// Something that happened, as a log line.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "camelCase")]
enum Event<'a> {
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
                write!(f, "start: context {context}, {server} {version}, {lists} lists to read")
            }
            Event::Nodes { nodes } => write!(f, "nodes: {nodes}"),
            Event::Page { kind, namespace, page, items, millis } => {
                write!(f, "page {page} of {kind} in {}: {items} in {millis} ms", place(*namespace))
            }
            Event::Retry { path, reason, wait_millis } => {
                write!(f, "again in {wait_millis} ms: {path}: {reason}")
            }
            Event::Halved { kind, namespace, page_size } => {
                write!(f, "too slow: {kind} in {}: pages of {page_size} from here", place(*namespace))
            }
            Event::Expired { kind, namespace } => {
                write!(f, "expired: {kind} in {}: going on from a later moment", place(*namespace))
            }
            Event::Gap { kind, namespace, reason } => write!(f, "{kind} in {}: {reason}", place(*namespace)),
            Event::Done { active_pods, pages, requests, retries } => {
                write!(
                    f,
                    "done: {active_pods} active pods, {pages} pages, {requests} requests, {retries} retries"
                )
            }
        }
    }
}

/// A log line for machines.
#[derive(Serialize)]
struct Line<'a> {
    time: Time,
    context: &'a str,
    #[serde(flatten)]
    event: &'a Event<'a>,
}

impl Progress {
    /// A bar where somebody watches, log lines where somebody asked for them; with several clusters each line
    /// says of which it speaks.
    pub fn new(watched: bool, log: Option<LogFormat>, clock: fn() -> Time, clusters: usize) -> Self {
        let bar = (watched && log.is_none()).then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        let zero = || AtomicU64::new(0);
        let waiting = Mutex::default();
        let board = Board {
            bar,
            log,
            clock,
            clusters,
            namespaces: zero(),
            namespaces_done: zero(),
            pages: zero(),
            pods: zero(),
            waiting,
        };
        Self { context: String::new(), board: Arc::new(board) }
    }

    /// The same for one context.
    #[must_use]
    pub fn of(&self, context: &str) -> Self {
        Self { context: context.to_owned(), board: Arc::clone(&self.board) }
    }

    /// Does something while the bar is out of the way.
    pub fn suspend<T>(&self, what: impl FnOnce() -> T) -> T {
        match &self.board.bar {
            Some(bar) => bar.suspend(what),
            None => what(),
        }
    }

    /// Nothing more will be done: the bar goes.
    pub fn end(&self) {
        if let Some(bar) = &self.board.bar {
            bar.finish_and_clear();
        }
    }

    /// The lists that will be read are known.
    pub(crate) fn started(&self, server: &str, version: &str, chains: &[ListRequest]) {
        let namespaces = chains.iter().filter(|chain| chain.kind == Kind::Pod).count();
        self.board.namespaces.fetch_add(namespaces as u64, Ordering::Relaxed);
        self.say(&Event::Start { context: &self.context, server, version, lists: chains.len() });
        self.show();
    }

    /// A page has been asked for.
    pub(crate) fn asked(&self, chain: &ListRequest) {
        self.board.waiting().entry(self.key(chain)).or_insert_with(Instant::now);
    }

    /// A page has come.
    pub(crate) fn page(&self, chain: &ListRequest, number: u64, items: u64, took: Duration) {
        self.board.pages.fetch_add(1, Ordering::Relaxed);
        if chain.kind == Kind::Pod {
            self.board.pods.fetch_add(items, Ordering::Relaxed);
        }
        let (kind, namespace) = (chain.kind.plural(), chain.namespace.as_deref());
        self.say(&Event::Page { kind, namespace, page: number, items, millis: took.as_millis() });
        self.board.waiting().insert(self.key(chain), Instant::now());
        self.show();
    }

    /// A request is made again.
    pub(crate) fn retry(&self, path: &str, error: &Error, wait: Duration) {
        let path = path.split('?').next().unwrap_or_default();
        self.say(&Event::Retry { path, reason: &error.to_string(), wait_millis: wait.as_millis() });
    }

    /// Pages are smaller from here on.
    pub(crate) fn halved(&self, chain: &ListRequest, page_size: u32) {
        let (kind, namespace) = (chain.kind.plural(), chain.namespace.as_deref());
        self.say(&Event::Halved { kind, namespace, page_size });
    }

    /// A list goes on from another moment.
    pub(crate) fn expired(&self, chain: &ListRequest) {
        self.say(&Event::Expired { kind: chain.kind.plural(), namespace: chain.namespace.as_deref() });
    }

    /// A list has been read, or given up.
    pub(crate) fn ended(&self, chain: &ListRequest, got: u64, error: Option<&Error>) {
        self.board.namespaces_done.fetch_add(u64::from(chain.kind == Kind::Pod), Ordering::Relaxed);
        self.board.waiting().remove(&self.key(chain));
        let (kind, namespace) = (chain.kind.plural(), chain.namespace.as_deref());
        match error {
            Some(error) => self.say(&Event::Gap { kind, namespace, reason: &error.to_string() }),
            None if chain.kind == Kind::Node => self.say(&Event::Nodes { nodes: got }),
            None => {}
        }
    }

    /// Everything of this cluster has been read.
    pub(crate) fn finished(&self, active_pods: u64, pages: u64, requests: u64, retries: u64) {
        self.say(&Event::Done { active_pods, pages, requests, retries });
    }

    fn key(&self, chain: &ListRequest) -> (String, Kind, String) {
        (self.context.clone(), chain.kind, chain.namespace.clone().unwrap_or_default())
    }

    fn say(&self, event: &Event) {
        let context = self.context.as_str();
        match self.board.log {
            Some(LogFormat::Text) if self.board.clusters < 2 => output::log(&event.to_string()),
            Some(LogFormat::Text) => output::log(&format!("{context}: {event}")),
            Some(LogFormat::Json) => {
                let line = Line { time: (self.board.clock)(), context, event };
                output::log(&serde_json::to_string(&line).unwrap_or_default());
            }
            None => {}
        }
    }

    /// `tp-hkidc  namespaces 3/29  pods 4500  page 12  waiting for pods of shop (8 s)`.
    fn show(&self) {
        let Some(bar) = &self.board.bar else { return };
        let count = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let namespaces = match count(&self.board.namespaces) {
            0 | 1 => String::new(),
            all => format!("  namespaces {}/{all}", count(&self.board.namespaces_done)),
        };
        let (pods, pages) = (count(&self.board.pods), count(&self.board.pages));
        let slowest = self.slowest().unwrap_or_default();
        bar.set_message(format!("{}{namespaces}  pods {pods}  page {pages}{slowest}", self.context));
    }

    /// The list that has been waited for longest.
    fn slowest(&self) -> Option<String> {
        let waiting = self.board.waiting();
        let ((context, kind, namespace), since) = waiting.iter().min_by_key(|(_, since)| **since)?;
        let place = if namespace.is_empty() { String::new() } else { format!(" of {namespace}") };
        let cluster = if *context == self.context { String::new() } else { format!(" in {context}") };
        let seconds = since.elapsed().as_secs();
        Some(format!("  waiting for {}{place}{cluster} ({seconds} s)", kind.plural()))
    }
}

impl Board {
    fn waiting(&self) -> MutexGuard<'_, BTreeMap<(String, Kind, String), Instant>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Board {
    /// An error must not find the bar in its way.
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
