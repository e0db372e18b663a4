//! The memory usage over time of containers that were OOM-killed.

use super::super::Partial;
use super::super::selector::{PromSelector, names};
use super::super::series::whole;
use super::Prometheus;
use crate::text::reasons::NO_HISTORY;
use crate::wire::{MeasuredMeta, MemoryHistory, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::Instant;

/// The number of samples of each container: every two minutes of a day.
const SAMPLES: u64 = 720;

/// Scrapes are at most a minute apart.
const SHORTEST_STEP: u64 = 60;

/// Asks for the last `back` of some containers, all within a deadline. If a query fails, the answers to the others stay.
pub(crate) async fn ask(
    prometheus: &Prometheus,
    selector: &PromSelector,
    killed: &BTreeSet<MeasuredMeta>,
    (back, deadline): (Duration, Duration),
) -> Partial<MemoryHistory> {
    let (step, end) = ((back.as_secs() / SAMPLES).max(SHORTEST_STEP), Instant::now() + deadline);
    let mut all = Partial::default();
    for query in queries(selector, killed, back.as_secs(), step) {
        let left = end.saturating_duration_since(Instant::now());
        let answer = prometheus.ranges(&query, selector, left).await.map(|ranges| {
            let of_killed = ranges.into_iter().filter(|(name, _)| killed.contains(name));
            of_killed.filter_map(|(name, points)| parse(name, &points, step)).collect()
        });
        if all.add(answer, prometheus).is_break() {
            break;
        }
    }
    all.or_missing(|| prometheus.has_none(&NO_HISTORY))
}

/// One query for each namespace. A restarted container is a new series, and only one of its series has a value at a time.
fn queries(selector: &PromSelector, killed: &BTreeSet<MeasuredMeta>, back: u64, step: u64) -> Vec<String> {
    let mut by_namespace: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for (namespace, pod, container) in killed.iter().map(MeasuredMeta::key) {
        let (pods, containers) = by_namespace.entry(namespace).or_default();
        pods.insert(pod);
        containers.insert(container);
    }
    let query = |(namespace, (pods, containers)): (&str, (BTreeSet<&str>, BTreeSet<&str>))| {
        let matchers = [names("namespace", [namespace]), names("pod", pods), names("container", containers)];
        let matchers: Vec<String> = matchers.into_iter().chain(selector.labels()).collect();
        let metric = format!("container_memory_working_set_bytes{{{}}}", matchers.join(","));
        format!("(max by (namespace,pod,container) ({metric}))[{back}s:{step}s]")
    };
    by_namespace.into_iter().map(query).collect()
}

/// The time of the first point, and all points one step apart; -1 where a point is missing.
fn on_grid(points: &[(f64, f64)], step: u64) -> Option<(i64, Vec<i64>)> {
    let start = whole(points.first()?.0)?;
    let step = i64::try_from(step).ok()?;
    // Points after the requested range are dropped.
    let most = 2 * usize::try_from(SAMPLES).ok()?;
    let mut bytes = Vec::new();
    for (at, value) in points {
        let place = usize::try_from((whole(*at)? - start).div_euclid(step)).unwrap_or(usize::MAX);
        if (bytes.len()..=most).contains(&place) {
            bytes.resize(place, -1);
            bytes.push(whole(*value).unwrap_or(-1));
        }
    }
    Some((start, bytes))
}

fn parse(metadata: MeasuredMeta, points: &[(f64, f64)], step: u64) -> Option<MemoryHistory> {
    let (start, bytes) = on_grid(points, step)?;
    let step_seconds = i64::try_from(step).unwrap_or(i64::MAX);
    Some(MemoryHistory { metadata, start: Some(Time::at(start)), step_seconds, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_killed_containers_are_queried() {
        let killed = [("a", "p.1", "app"), ("a", "p2", "side"), ("b", "p1", "app")];
        let killed = killed.map(|(a, b, c)| MeasuredMeta::of_container(a, b, c));
        let selector = PromSelector::default().with_labels(vec!["cluster=prod".parse().unwrap()]);
        let [a, b] = &queries(&selector, &killed.into(), 86_400, 120)[..] else { panic!() };
        assert_eq!(
            a,
            &format!(
                "(max by (namespace,pod,container) (container_memory_working_set_bytes{{{}}}))[86400s:120s]",
                r#"namespace=~"^(?:a)$",pod=~"^(?:p\\.1|p2)$",container=~"^(?:app|side)$",cluster="prod""#
            )
        );
        assert!(b.contains(r#"namespace=~"^(?:b)$",pod=~"^(?:p1)$""#), "{b}");
    }

    #[test]
    fn points_are_one_step_apart() {
        assert_eq!(
            on_grid(&[(600.0, 1.0), (660.0, 2.4), (840.0, 3.0)], 60),
            Some((600, vec![1, 2, -1, -1, 3]))
        );
        assert_eq!(
            on_grid(&[(600.0, 1.0), (600.0, 9.0), (540.0, 9.0), (1e14, 9.0)], 60),
            Some((600, vec![1]))
        );
        assert_eq!(on_grid(&[], 60), None);
        assert_eq!(on_grid(&[(f64::NAN, 1.0)], 60), None);
    }
}
