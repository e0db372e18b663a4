//! How often CPU limits throttled containers, as Prometheus has counted it.

use super::super::Unavailable;
use super::super::selector::{PromSelector, beginnings, names};
use super::super::series::{self, Numbers};
use super::Prometheus;
use crate::model::Periods;
use crate::model::split_suffix;
use crate::text::reasons::NO_THROTTLING;
use crate::wire::Throttling;
use std::collections::BTreeSet;
use std::time::Duration;

/// The names of the counts in the answer.
const PERIODS: &str = "periods";
const THROTTLED: &str = "throttled";

/// The metrics: the periods of containers with a CPU limit, and those in which they were stopped.
const ALL: &str = "container_cpu_cfs_periods_total";
const STOPPED: &str = "container_cpu_cfs_throttled_periods_total";

/// The longest matcher of pod names in bytes: a query may have to fit into an address.
const LONGEST: usize = 4096;

/// Asks for the last `back` of the scope. Workloads that are rarely throttled are left out: in a large cluster these are
/// nearly all, and the counts of thousands of containers cost more than the lists.
///
/// # Errors
/// When it does not answer, or has no such numbers.
pub(crate) async fn ask(
    prometheus: &Prometheus,
    selector: &PromSelector,
    back: Duration,
    deadline: Duration,
) -> Result<Vec<Throttling>, Unavailable> {
    let window = i64::try_from(back.as_secs()).unwrap_or(i64::MAX);
    let asked = async {
        let stopped = prometheus.numbers(&stopped(selector, window), selector, deadline).await?;
        if stopped.is_empty() {
            let are_counted = format!("count({ALL}{{{}}})", selector.matchers());
            return Ok(prometheus.has_any(&are_counted, deadline).await?.then(Vec::new));
        }
        let counts = prometheus.counts(&counts(selector, &stopped, window), selector, deadline).await?;
        let none = Numbers::new();
        let [periods, throttled] = [PERIODS, THROTTLED].map(|counted| counts.get(counted).unwrap_or(&none));
        Ok(Some(series::paired(periods, throttled, window)).filter(|objects| !objects.is_empty()))
    };
    let counted = asked.await.map_err(|error| prometheus.unavailable(&error))?;
    counted.ok_or_else(|| prometheus.has_none(&NO_THROTTLING))
}

/// The query for the containers that may be throttled too often.
fn stopped(selector: &PromSelector, window: i64) -> String {
    format!("{} > {}", increase(STOPPED, &selector.matchers(), window), Periods::negligible(window))
}

fn increase(metric: &str, matchers: &str, window: i64) -> String {
    format!("sum by (namespace,pod,container) (increase({metric}{{{matchers}}}[{window}s]))")
}

/// The query for the periods of some containers and of the others of their workloads. It is one query for both counts: a
/// scrape between two queries would make the share wrong. The limits are known from the pods.
fn counts(selector: &PromSelector, of: &Numbers, window: i64) -> String {
    let matchers = around(selector, of);
    let part = |metric: &str, counted: &str| {
        format!(r#"label_replace({},"counted","{counted}","","")"#, increase(metric, &matchers, window))
    };
    format!("{} or {}", part(ALL, PERIODS), part(STOPPED, THROTTLED))
}

/// The matchers of these containers and of the others of their workloads. They may match more containers if that is shorter.
fn around(selector: &PromSelector, stopped: &Numbers) -> String {
    let namespaces: BTreeSet<&str> = stopped.keys().map(|name| name.namespace.as_str()).collect();
    let pods: BTreeSet<&str> = stopped.keys().map(|name| beginning(name.pod())).collect();
    let narrower = [names("namespace", namespaces), beginnings("pod", pods)];
    let fits = |matcher: &String| matcher.len() <= LONGEST;
    [selector.matchers()].into_iter().chain(narrower.into_iter().filter(fits)).collect::<Vec<_>>().join(",")
}

/// What the names of all pods of a workload begin with, or a part of it. Controllers append at most two words (that of a
/// ReplicaSet and that of a pod; an index and that of a pod), and a CronJob puts the time of a run before them.
fn beginning(pod: &str) -> &str {
    let shorter = |name| split_suffix(name).map_or(name, |(shorter, _)| shorter);
    let name = shorter(shorter(pod));
    match split_suffix(name) {
        Some((cron_job, run)) if is_time(run) => cron_job,
        _ => name,
    }
}

/// Whether a word is a time in minutes or seconds since 1970, as in the names of Jobs.
fn is_time(word: &str) -> bool {
    (8..=10).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::MeasuredMeta;

    fn shop() -> PromSelector {
        PromSelector::new(vec!["shop".to_owned()], Vec::new(), globset::GlobSet::empty())
    }

    fn of(pods: &[&str]) -> Numbers {
        pods.iter().map(|pod| (MeasuredMeta::of_container("shop", pod, "app"), 7.0)).collect()
    }

    #[test]
    fn the_queries_ask_for_the_scope_and_its_window() {
        let matchers = r#"container!="",container!="POD",namespace=~"^(?:shop)$""#;
        let increase = |metric: &str, matchers: &str| {
            format!(
                "sum by (namespace,pod,container) (increase(container_cpu_cfs_{metric}_total{{{matchers}}}[300s]))"
            )
        };
        assert_eq!(stopped(&shop(), 300), format!("{} > 0.75", increase("throttled_periods", matchers)));
        let narrower = format!(r#"{matchers},namespace=~"^(?:shop)$",pod=~"^(?:db|web).*$""#);
        let part = |metric: &str, counted: &str| {
            format!(r#"label_replace({},"counted","{counted}","","")"#, increase(metric, &narrower))
        };
        let all = format!("{} or {}", part("periods", "periods"), part("throttled_periods", "throttled"));
        assert_eq!(counts(&shop(), &of(&["web-7d9f8c6b5-x2x4z", "web-7d9f8c6b5-abcde", "db-0"]), 300), all);
    }

    #[test]
    fn too_many_names_are_not_matched() {
        for (count, narrower) in [(100, true), (400, false)] {
            let pods: Vec<String> = (0..count).map(|i| format!("a-service-{i:04}-7d9f8c6b5-x2x4z")).collect();
            let pods: Vec<&str> = pods.iter().map(String::as_str).collect();
            assert_eq!(around(&shop(), &of(&pods)).contains("pod=~"), narrower, "{count}");
        }
    }

    #[test]
    fn pods_of_one_workload_begin_alike() {
        for (pods, alike) in [
            (&["web-7d9f8c6b5-x2x4z", "web-5b6c7d8e9-abcde"][..], "web"),
            (&["my-db-0", "my-db-11"], "my"),
            (&["db-0", "db"], "db"),
            (&["web-2-7d9f8c6b5-x2x4z"], "web-2"),
            (&["nightly-29384756-abcde", "nightly-29384816-0-abcde"], "nightly"),
            (&[""], ""),
            (&["-0"], "-0"),
        ] {
            for pod in pods {
                assert_eq!(beginning(pod), alike, "{pod}");
            }
        }
    }
}
