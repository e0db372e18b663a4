//! How often hosts are asked for: counted in access logs, or known to a Prometheus that scrapes ingress-nginx.

use super::super::Untold;
use super::super::area::names as matcher;
use super::super::prometheus::Prometheus;
use super::super::series::whole;
use crate::hosts::{Counted, count};
use crate::model::{Gap, Reason};
use crate::output::io_words;
use crate::wire::{HostRequests, Kind};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// A Prometheus is asked for so long.
const WINDOW: i64 = 86_400;

/// Of more hosts a Prometheus is asked for the first ones by name: the question must have an end.
const MOST: usize = 500;

/// Counts in logs, one after the other, each to its end.
pub(super) async fn in_logs(
    logs: Vec<PathBuf>,
    names: Vec<String>,
) -> (BTreeMap<String, HostRequests>, Vec<Gap>) {
    let read = tokio::task::spawn_blocking(move || {
        let requests = names.into_iter().map(|name| (name, 0)).collect();
        let mut counted = Counted { requests, ..Counted::default() };
        let mut gaps = Vec::new();
        for log in logs {
            if let Err(error) = count(&log, &mut counted) {
                let detail = format!("{}: {}", log.display(), io_words(&error));
                gaps.push(Gap { detail, ..Gap::new(Kind::Host.name(), Reason::Unreadable) });
            }
        }
        (counted, gaps)
    });
    let Ok((counted, mut gaps)) = read.await else { return (BTreeMap::new(), Vec::new()) };
    if counted.unread > 0 {
        let detail = format!(
            "access log: lines that name no host: {}, that name one: {}",
            counted.unread, counted.read
        );
        gaps.push(Gap { detail, ..Gap::new(Kind::Host.name(), Reason::Unreadable) });
    }
    // Where not one line could be read nothing was counted, and zero would be a lie.
    let all = if counted.read > 0 { counted.requests } else { BTreeMap::new() };
    let of = |count| HostRequests { count, source: HostRequests::ACCESS_LOG.to_owned(), window_seconds: 0 };
    (all.into_iter().map(|(name, count)| (name, of(count))).collect(), gaps)
}

/// Asks for the last day.
///
/// # Errors
/// When it does not answer.
pub(super) async fn ask(
    prometheus: &Prometheus,
    names: &[String],
    deadline: Duration,
) -> Result<BTreeMap<String, HostRequests>, Untold> {
    let asked = names.iter().take(MOST).map(String::as_str);
    let metric = format!("nginx_ingress_controller_requests{{{}}}", matcher("host", asked));
    let query = format!("sum by (host) (increase({metric}[{WINDOW}s]))");
    let told = prometheus.by_host(&query, deadline).await.map_err(|error| prometheus.untold(&error))?;
    let of =
        |count| HostRequests { count, source: HostRequests::PROMETHEUS.to_owned(), window_seconds: WINDOW };
    let known = told.into_iter().filter(|(host, _)| names.contains(host));
    Ok(known.filter_map(|(host, count)| Some((host, of(whole(count.round())?)))).collect())
}
