//! What a run is doing, for whoever waits: a bar on a terminal, log lines with `-v`, else nothing.

use super::Chain;
use crate::output;
use crate::wire::Kind;
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Tells what a run is doing.
pub struct Progress {
    bar: Option<ProgressBar>,
    log: bool,
    /// Lists of pods: one for each namespace, or one for all.
    namespaces: AtomicU64,
    namespaces_done: AtomicU64,
    pages: AtomicU64,
    pods: AtomicU64,
}

impl Progress {
    /// A bar where somebody watches, log lines where somebody asked for them.
    pub fn new(watched: bool, log: bool) -> Self {
        let bar = (watched && !log).then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}  {wide_msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        let zero = || AtomicU64::new(0);
        Self { bar, log, namespaces: zero(), namespaces_done: zero(), pages: zero(), pods: zero() }
    }

    /// The lists that will be read are known.
    pub(super) fn started(&self, context: &str, chains: &[Chain]) {
        let namespaces = chains.iter().filter(|chain| chain.kind == Kind::Pod).count();
        self.namespaces.store(namespaces as u64, Ordering::Relaxed);
        if let Some(bar) = &self.bar {
            bar.set_prefix(context.to_owned());
        }
        self.say(|| format!("start: context {context}, {} lists to read", chains.len()));
    }

    /// A page has come.
    pub(super) fn page(&self, chain: &Chain, number: u64, items: u64, took: Duration) {
        let pages = self.pages.fetch_add(1, Ordering::Relaxed) + 1;
        if chain.kind == Kind::Pod {
            self.pods.fetch_add(items, Ordering::Relaxed);
        }
        let place = chain.namespace.as_deref().unwrap_or("all namespaces");
        let millis = took.as_millis();
        self.say(|| format!("page {number} of {} in {place}: {items} in {millis} ms", chain.kind.plural()));
        if let Some(bar) = &self.bar {
            let namespaces = match self.namespaces.load(Ordering::Relaxed) {
                0 | 1 => String::new(),
                all => format!("namespaces {}/{all}  ", self.namespaces_done.load(Ordering::Relaxed)),
            };
            let pods = self.pods.load(Ordering::Relaxed);
            let kind = chain.kind.plural();
            bar.set_message(format!(
                "{namespaces}pods {pods}  page {pages} ({kind} in {place}, {millis} ms)"
            ));
        }
    }

    /// A list has been read, or given up.
    pub(super) fn ended(&self, chain: &Chain, error: Option<&super::Error>) {
        self.namespaces_done.fetch_add(u64::from(chain.kind == Kind::Pod), Ordering::Relaxed);
        if let Some(error) = error {
            let place = chain.namespace.as_deref().unwrap_or("all namespaces");
            self.say(|| format!("{} in {place}: {error}", chain.kind.plural()));
        }
    }

    /// Everything has been read.
    pub(super) fn finished(&self, active: u64) {
        let pages = self.pages.load(Ordering::Relaxed);
        self.say(|| format!("done: {active} active pods, {pages} pages"));
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn say(&self, line: impl FnOnce() -> String) {
        if self.log {
            output::log(&line());
        }
    }
}

impl Drop for Progress {
    /// An error must not find the bar in its way.
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
