//! The number of requests for hosts, from a Prometheus that scrapes ingress-nginx.

use super::super::Unavailable;
use super::super::selector::{PromSelector, names as matcher};
use super::super::series::whole;
use super::Prometheus;
use crate::wire::HostRequests;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The window in seconds.
const WINDOW: i64 = 86_400;

/// The most hosts in a query, which would be too long otherwise.
pub(crate) const MOST: usize = 500;

/// Asks for the last day of at most [`MOST`] hosts.
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
    let counted =
        prometheus.by_host(&query, deadline).await.map_err(|error| prometheus.unavailable(&error))?;
    let of =
        |count| HostRequests { count, source: HostRequests::PROMETHEUS.to_owned(), window_seconds: WINDOW };
    let known = counted.into_iter().filter(|(host, _)| wanted.contains(&**host));
    Ok(known.filter_map(|(host, count)| Some((host, of(whole(count.round())?)))).collect())
}
