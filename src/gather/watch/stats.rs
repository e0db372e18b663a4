//! The requests of a cluster that is watched.

use crate::cluster::Error;
use crate::model::Reason;
use crate::wire::Kind;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The most durations that are kept. A terminal takes none.
const DURATIONS: usize = 1000;

/// What a request does, in the words of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Reads a page of a list.
    List,
    /// Watches a list.
    Watch,
}

impl Verb {
    /// Its name in RBAC rules.
    pub fn name(self) -> &'static str {
        match self {
            Verb::List => "list",
            Verb::Watch => "watch",
        }
    }
}

/// The number of requests so far. Tasks that follow lists share it.
#[derive(Default)]
pub struct Stats(Mutex<Tally>);

/// The numbers of [`Stats`] at one moment.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// The number of requests by verb, kind and result.
    pub requests: BTreeMap<(Verb, Kind, &'static str), u64>,
    /// How often a list was read again as a whole, by kind.
    pub relists: BTreeMap<Kind, u64>,
    /// How often a watch ended before its time, by kind.
    pub interruptions: BTreeMap<Kind, u64>,
    /// How long whole lists took, in seconds, since the last call of [`Stats::take_durations`].
    durations: Vec<f64>,
}

impl Stats {
    /// Counts the pages of a list.
    pub(super) fn list(&self, kind: Kind, pages: u64, took: Duration, error: Option<&Error>) {
        let mut tally = self.tally();
        if pages > 0 {
            *tally.requests.entry((Verb::List, kind, "success")).or_default() += pages;
        }
        if let Some(error) = error {
            *tally.requests.entry((Verb::List, kind, result(error))).or_default() += 1;
        }
        if tally.durations.len() < DURATIONS {
            tally.durations.push(took.as_secs_f64());
        }
    }

    /// Counts a request, and why it failed.
    pub(super) fn request(&self, verb: Verb, kind: Kind, error: Option<&Error>) {
        *self.tally().requests.entry((verb, kind, error.map_or("success", result))).or_default() += 1;
    }

    /// Counts a list that is read again.
    pub(super) fn relist(&self, kind: Kind) {
        *self.tally().relists.entry(kind).or_default() += 1;
    }

    /// Counts a watch that ended before its time.
    pub(super) fn interruption(&self, kind: Kind) {
        *self.tally().interruptions.entry(kind).or_default() += 1;
    }

    /// Returns the numbers so far.
    pub fn now(&self) -> Tally {
        self.tally().clone()
    }

    /// Returns how long the lists took that have ended since the last call, in seconds.
    pub fn take_durations(&self) -> Vec<f64> {
        std::mem::take(&mut self.tally().durations)
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn result(error: &Error) -> &'static str {
    match error.reason() {
        Reason::Forbidden => "forbidden",
        Reason::TimedOut => "timeout",
        Reason::Expired => "expired",
        Reason::Unreadable => "unreadable",
        Reason::Absent => "absent",
        Reason::Stopped => "stopped",
        _ => "failed",
    }
}
