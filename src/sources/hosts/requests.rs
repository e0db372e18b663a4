//! How often hosts are asked for: counted in access logs, or known to a Prometheus that scrapes ingress-nginx.

use super::super::Unavailable;
use super::super::prometheus::Prometheus;
use super::super::selector::{PromSelector, names as matcher};
use super::super::series::whole;
use crate::cluster::Stop;
use crate::finding::Fact;
use crate::model::{Gap, Reason, unseen};
use crate::text::io_words;
use crate::tls::{Counted, count};
use crate::wire::{HostRequests, Kind};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

/// A Prometheus is asked for so long.
const WINDOW: i64 = 86_400;

/// Of more hosts a Prometheus is not asked: the question must have an end.
pub(crate) const MOST: usize = 500;

/// Counts in logs, one after the other, each to its end. One that is named twice is counted once.
pub(crate) async fn in_logs(
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
                Some(why) => (Reason::Stopped, why.to_owned()),
                None => (Reason::Unreadable, io_words(&error)),
            };
            let detail = format!("{}: {why}", log.display());
            gaps.push(Gap { detail, ..Gap::new(Kind::Host.name(), reason) });
        }
        (counted, gaps)
    });
    let Ok((counted, mut gaps)) = read.await else { return (BTreeMap::new(), Vec::new()) };
    if counted.unread > 0 {
        let facts = [("count", Fact::count(counted.unread)), ("read", Fact::count(counted.read))];
        let detail = unseen::detail(&unseen::ACCESS_LOG, &facts);
        gaps.push(Gap { detail, ..Gap::new(Kind::Host.name(), Reason::Unreadable) });
    }
    // Where not one line could be read nothing was counted, and zero would be a lie.
    let all = if counted.read > 0 { counted.requests } else { BTreeMap::new() };
    let of = |count| HostRequests { count, source: HostRequests::ACCESS_LOG.to_owned(), window_seconds: 0 };
    (all.into_iter().map(|(name, count)| (name, of(count))).collect(), gaps)
}

/// Asks for the last day, at most for so many hosts as [`MOST`] says.
///
/// # Errors
/// When it does not answer.
pub(crate) async fn ask(
    prometheus: &Prometheus,
    selector: &PromSelector,
    names: &[&String],
    deadline: Duration,
) -> Result<BTreeMap<String, HostRequests>, Unavailable> {
    let wanted: BTreeSet<&str> = names.iter().map(|name| name.as_str()).collect();
    let matchers: Vec<String> =
        std::iter::once(matcher("host", wanted.iter().copied())).chain(selector.labels()).collect();
    let metric = format!("nginx_ingress_controller_requests{{{}}}", matchers.join(","));
    let query = format!("sum by (host) (increase({metric}[{WINDOW}s]))");
    let told = prometheus.by_host(&query, deadline).await.map_err(|error| prometheus.untold(&error))?;
    let of =
        |count| HostRequests { count, source: HostRequests::PROMETHEUS.to_owned(), window_seconds: WINDOW };
    let known = told.into_iter().filter(|(host, _)| wanted.contains(&**host));
    Ok(known.filter_map(|(host, count)| Some((host, of(whole(count.round())?)))).collect())
}
