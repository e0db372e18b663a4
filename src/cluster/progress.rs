//! The progress of a run: a bar on a terminal, or a log.

use super::event::{Event, LogFormat};
use super::{Error, ListRequest};
use crate::output;
use crate::text::on_one_line;
use crate::wire::{Kind, Time};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The progress of a run in one cluster.
#[derive(Clone)]
pub struct Progress {
    context: String,
    board: Arc<Board>,
}

/// The progress of all clusters of a run.
struct Board {
    bar: Option<ProgressBar>,
    log: Option<LogFormat>,
    /// Writes a line of the log.
    write: fn(&str),
    clock: fn() -> Time,
    clusters: usize,
    /// The number of lists of pods: one for each namespace, or one for all.
    namespaces: AtomicU64,
    namespaces_done: AtomicU64,
    pages: AtomicU64,
    pods: AtomicU64,
    waiting: Mutex<Waiting>,
}

/// The lists that have an open request, and since when: context, kind and namespace.
type Waiting = BTreeMap<(String, Kind, String), Instant>;

/// The bar on the terminal, if there is one. A process has one terminal.
fn shown() -> MutexGuard<'static, Option<ProgressBar>> {
    static SHOWN: Mutex<Option<ProgressBar>> = Mutex::new(None);
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes a text of a credential plugin to standard error at once. With a bar it ends its line: the bar would replace it.
pub(super) fn aside(text: &str) {
    if text.is_empty() {
        return;
    }
    let bar = shown().clone();
    match bar {
        Some(bar) => bar.suspend(|| output::raw(text, !text.ends_with('\n'))),
        None => output::raw(text, false),
    }
}

impl Progress {
    /// Shows a bar, or writes a log to standard error. With several clusters each line names its context.
    pub fn new(bar: bool, log: Option<LogFormat>, clock: fn() -> Time, clusters: usize) -> Self {
        Self::to(output::line, bar, log, clock, clusters)
    }

    /// As [`Progress::new`], but writes the log elsewhere.
    pub(crate) fn to(
        write: fn(&str),
        bar: bool,
        log: Option<LogFormat>,
        clock: fn() -> Time,
        clusters: usize,
    ) -> Self {
        let bar = (bar && log.is_none()).then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            *shown() = Some(bar.clone());
            bar
        });
        let zero = || AtomicU64::new(0);
        let board = Board {
            bar,
            log,
            write,
            clock,
            clusters,
            namespaces: zero(),
            namespaces_done: zero(),
            pages: zero(),
            pods: zero(),
            waiting: Mutex::default(),
        };
        Self { context: String::new(), board: Arc::new(board) }
    }

    /// Returns the progress of one context.
    #[must_use]
    pub fn of(&self, context: &str) -> Self {
        Self { context: context.to_owned(), board: Arc::clone(&self.board) }
    }

    /// Returns how many pages and how many pods have been read.
    pub(crate) fn read(&self) -> (u64, u64) {
        let count = |number: &AtomicU64| number.load(Ordering::Relaxed);
        (count(&self.board.pages), count(&self.board.pods))
    }

    /// Runs something while the bar is hidden.
    pub fn suspend<T>(&self, what: impl FnOnce() -> T) -> T {
        match &self.board.bar {
            Some(bar) => bar.suspend(what),
            None => what(),
        }
    }

    /// Removes the bar.
    pub fn end(&self) {
        if let Some(bar) = &self.board.bar {
            bar.finish_and_clear();
            *shown() = None;
        }
    }

    /// The server has answered; these lists will be read.
    pub(crate) fn started(&self, server: &str, version: &str, lists: &[ListRequest]) {
        let namespaces = lists.iter().filter(|list| list.kind == Kind::Pod).count();
        self.board.namespaces.fetch_add(namespaces as u64, Ordering::Relaxed);
        self.log(&Event::Start { context: &self.context, server, version, lists: lists.len() });
        self.show();
    }

    /// A page has been requested.
    pub(crate) fn asked(&self, list: &ListRequest) {
        self.board.waiting().entry(self.key(list)).or_insert_with(Instant::now);
    }

    /// A page has been read.
    pub(crate) fn page(&self, list: &ListRequest, number: u64, items: u64, took: Duration) {
        self.board.pages.fetch_add(1, Ordering::Relaxed);
        if list.kind == Kind::Pod {
            self.board.pods.fetch_add(items, Ordering::Relaxed);
        }
        let (kind, namespace) = (list.kind.plural(), list.namespace.as_deref());
        self.log(&Event::Page { kind, namespace, page: number, items, millis: took.as_millis() });
        self.board.waiting().insert(self.key(list), Instant::now());
        self.show();
    }

    /// A request is retried.
    pub(crate) fn retry(&self, path: &str, error: &Error, wait: Duration) {
        let path = path.split('?').next().unwrap_or_default();
        self.log(&Event::Retry { path, reason: &error.to_string(), wait_millis: wait.as_millis() });
    }

    /// Pages have a smaller size from here on.
    pub(crate) fn halved(&self, list: &ListRequest, page_size: u32) {
        let (kind, namespace) = (list.kind.plural(), list.namespace.as_deref());
        self.log(&Event::Halved { kind, namespace, page_size });
    }

    /// An expired list goes on from another moment.
    pub(crate) fn expired(&self, list: &ListRequest) {
        self.log(&Event::Expired { kind: list.kind.plural(), namespace: list.namespace.as_deref() });
    }

    /// A watch has ended early, or a list that is followed could not be read.
    pub(crate) fn interrupted(&self, list: &ListRequest, error: &Error) {
        let (kind, namespace) = (list.kind.plural(), list.namespace.as_deref());
        self.log(&Event::Interrupted { kind, namespace, reason: &error.to_string() });
    }

    /// A list that is followed is read again as a whole.
    pub(crate) fn relist(&self, list: &ListRequest) {
        self.log(&Event::Relist { kind: list.kind.plural(), namespace: list.namespace.as_deref() });
    }

    /// A list has ended.
    pub(crate) fn ended(&self, list: &ListRequest, got: u64, error: Option<&Error>) {
        self.board.namespaces_done.fetch_add(u64::from(list.kind == Kind::Pod), Ordering::Relaxed);
        self.board.waiting().remove(&self.key(list));
        let (kind, namespace) = (list.kind.plural(), list.namespace.as_deref());
        match error {
            Some(error) => self.log(&Event::Gap { kind, namespace, reason: &error.to_string() }),
            None if list.kind == Kind::Node => self.log(&Event::Nodes { nodes: got }),
            None => {}
        }
    }

    /// The cluster has been read.
    pub(crate) fn finished(&self, active_pods: u64, pages: u64, requests: u64, retries: u64) {
        self.log(&Event::Done { active_pods, pages, requests, retries });
    }

    fn key(&self, list: &ListRequest) -> (String, Kind, String) {
        (self.context.clone(), list.kind, list.namespace.clone().unwrap_or_default())
    }

    fn log(&self, event: &Event) {
        let context = self.context.as_str();
        match self.board.log {
            Some(LogFormat::Text) if self.board.clusters < 2 => {
                (self.board.write)(&on_one_line(&event.to_string()));
            }
            Some(LogFormat::Text) => (self.board.write)(&on_one_line(&format!("{context}: {event}"))),
            Some(LogFormat::Json) => (self.board.write)(&event.json((self.board.clock)(), context)),
            None => {}
        }
    }

    fn show(&self) {
        if let Some(bar) = &self.board.bar {
            bar.set_message(on_one_line(&self.message()));
        }
    }

    /// `prod  namespaces 3/29  pods 4500  pages 12  waiting for pods in shop (8 s)`.
    fn message(&self) -> String {
        let count = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let namespaces = match count(&self.board.namespaces) {
            0 | 1 => String::new(),
            all => format!("  namespaces {}/{all}", count(&self.board.namespaces_done)),
        };
        let (pods, pages) = (count(&self.board.pods), count(&self.board.pages));
        let slowest = self.slowest().unwrap_or_default();
        format!("{}{namespaces}  pods {pods}  pages {pages}{slowest}", self.context)
    }

    /// Returns the list whose request has been open for longest.
    fn slowest(&self) -> Option<String> {
        let waiting = self.board.waiting();
        let ((context, kind, namespace), since) = waiting.iter().min_by_key(|(_, since)| **since)?;
        let place = if namespace.is_empty() { String::new() } else { format!(" in {namespace}") };
        let cluster = if *context == self.context { String::new() } else { format!(" of context {context}") };
        let seconds = since.elapsed().as_secs();
        Some(format!("  waiting for {}{place}{cluster} ({seconds} s)", kind.plural()))
    }
}

impl Board {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Board {
    /// Removes the bar before an error is printed.
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests;
