//! How the memory of containers went that were killed for it, as a Prometheus knows it.

use super::Measurement;
use super::prometheus::Prometheus;
use super::selector::{PromSelector, names};
use super::series::{Name, whole};
use crate::text::reasons::NO_HISTORY;
use crate::wire::{MemoryHistory, ObjectMeta, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::Instant;

/// So many samples of each container are asked for: over a day every two minutes.
const SAMPLES: u64 = 720;

/// Scrapes are a minute apart or less.
const SHORTEST_STEP: u64 = 60;

/// Asks for the last `back` of some containers, for so long together. What came stays where others did not.
pub(crate) async fn ask(
    prometheus: &Prometheus,
    selector: &PromSelector,
    killed: &BTreeSet<Name>,
    (back, deadline): (Duration, Duration),
) -> Measurement<MemoryHistory> {
    let (step, end) = ((back.as_secs() / SAMPLES).max(SHORTEST_STEP), Instant::now() + deadline);
    let mut told = Measurement::default();
    for query in queries(selector, killed, back.as_secs(), step) {
        let left = end.saturating_duration_since(Instant::now());
        let courses = prometheus.courses(&query, selector, left).await.map(|courses| {
            let of_killed = courses.into_iter().filter(|(name, _)| killed.contains(name));
            of_killed.filter_map(|(name, points)| Some(object(name, on_grid(&points, step)?, step))).collect()
        });
        if told.take(courses, prometheus).is_break() {
            break;
        }
    }
    told.or_none(|| prometheus.has_none(&NO_HISTORY))
}

/// One of each namespace. A container that starts again is a series of its own: at each moment one of them runs.
fn queries(selector: &PromSelector, killed: &BTreeSet<Name>, back: u64, step: u64) -> Vec<String> {
    let mut by_namespace: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for (namespace, pod, container) in killed {
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

/// When the first point was, and all of them a step apart; -1 where there is none.
fn on_grid(points: &[(f64, f64)], step: u64) -> Option<(i64, Vec<i64>)> {
    let start = whole(points.first()?.0)?;
    let step = i64::try_from(step).ok()?;
    // More than was asked for is no answer.
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

fn object((namespace, pod, container): Name, (start, bytes): (i64, Vec<i64>), step: u64) -> MemoryHistory {
    MemoryHistory {
        metadata: ObjectMeta { namespace, name: format!("{pod}/{container}"), ..ObjectMeta::default() },
        start: Some(Time::at(start)),
        step_seconds: i64::try_from(step).unwrap_or(i64::MAX),
        bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_killed_is_asked_for() {
        let killed = [("a", "p.1", "app"), ("a", "p2", "side"), ("b", "p1", "app")];
        let killed = killed.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
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
    fn points_stand_a_step_apart_whatever_comes() {
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
