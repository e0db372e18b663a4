//! The number of requests for hosts, from access logs of nginx.

use crate::cluster::Stop;
use crate::model::{Gap, Reason};
use crate::text::{Fact, Message, io_words, reasons};
use crate::tls::{Counted, LARGEST_LOG, count};
use crate::wire::{HostRequests, Kind};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;

/// Counts the requests in logs, one log after the other. A log that is given twice is counted once.
pub(super) async fn ask(
    logs: &[PathBuf],
    names: Vec<String>,
    stop: Stop,
) -> (BTreeMap<String, HostRequests>, Vec<Gap>) {
    let mut seen = BTreeSet::new();
    let once = |log: &&PathBuf| seen.insert(log.canonicalize().unwrap_or_else(|_| (*log).clone()));
    let logs: Vec<PathBuf> = logs.iter().filter(once).cloned().collect();
    let read = tokio::task::spawn_blocking(move || {
        let requests = names.into_iter().map(|name| (name, 0)).collect();
        let mut counted = Counted { requests, ..Counted::default() };
        let mut gaps = Vec::new();
        for log in logs {
            let Err(error) = count(&log, &mut counted, &|| stop.why().is_some()) else { continue };
            let (reason, why) = match stop.why() {
                Some(why) => (Reason::Stopped, why),
                None => (Reason::Unreadable, unread(&error)),
            };
            let log = Fact::Message(Message::quoted(log.display().to_string()));
            let why = Message::new(&reasons::OF, vec![("who", log), ("why", Fact::Message(why))]);
            gaps.push(Gap::new(Kind::Host.name(), reason).because(why));
        }
        (counted, gaps)
    });
    let Ok((counted, mut gaps)) = read.await else { return (BTreeMap::new(), Vec::new()) };
    if counted.unread > 0 {
        let facts = vec![("count", Fact::count(counted.unread)), ("read", Fact::count(counted.read))];
        let why = Message::new(&reasons::ACCESS_LOG_LINES, facts);
        gaps.push(Gap::new(Kind::Host.name(), Reason::Unreadable).because(why));
    }
    // If no line could be read, zero requests would be wrong.
    let all = if counted.read > 0 { counted.requests } else { BTreeMap::new() };
    let of = |count| HostRequests { count, source: HostRequests::ACCESS_LOG.to_owned(), window_seconds: 0 };
    (all.into_iter().map(|(name, count)| (name, of(count))).collect(), gaps)
}

/// Why a log was not read to its end.
fn unread(error: &io::Error) -> Message {
    match error.kind() {
        io::ErrorKind::FileTooLarge => {
            Message::new(&reasons::ACCESS_LOG_TOO_LONG, vec![("size", Fact::count(LARGEST_LOG >> 30))])
        }
        _ => Message::quoted(io_words(error)),
    }
}
