//! The usage of containers over time.

use super::super::Partial;
use super::super::selector::{PromSelector, names};
use super::super::series::{Numbers, whole};
use super::Prometheus;
use crate::cluster::Error;
use crate::text::reasons::NO_HISTORY;
use crate::wire::{MeasuredMeta, Usage};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// The number of samples of each container: every five minutes of a week, which is enough for a 95th percentile.
const SAMPLES: u64 = 2016;

/// Scrapes are at most a minute apart.
const SHORTEST_STEP: u64 = 60;

/// The window of a rate, which needs several scrapes.
const RATE_SECONDS: u64 = 300;

/// Prometheus rejects a query of more than 50 million samples, and it serves other queries too.
const CONTAINERS_A_QUERY: u64 = 2_500;

/// The last characters of pod names.
const LAST: &str = "0123456789abcdefghijklmnopqrstuvwxyz";

/// A week of thousands of containers takes Prometheus several seconds.
const DEADLINE: Duration = Duration::from_secs(60);

/// The queries for some containers.
struct Queries {
    cpu: String,
    memory: String,
    samples: String,
}

/// Asks for the last `back` of the scope, in parts that Prometheus accepts, all within [`DEADLINE`]. If a query fails, the
/// answers to the others stay, except that a namespace is complete or missing: a part of it would look like all its usage.
pub(crate) async fn ask(
    prometheus: &Prometheus,
    selector: &PromSelector,
    back: Duration,
    page_timeout: Duration,
) -> Partial<Usage> {
    let (end, matchers) = (Instant::now() + DEADLINE, selector.matchers());
    let deadline = || end.saturating_duration_since(Instant::now()).min(page_timeout);
    // A pod that was not scraped for some minutes still counts.
    let metric = format!("last_over_time(container_memory_working_set_bytes{{{matchers}}}[1h])");
    let count = format!("count by (namespace) ({metric})");
    let counts = match prometheus.by_namespace(&count, selector, deadline()).await {
        Ok(counts) => counts,
        Err(error) => return Partial::missing(prometheus.unavailable(&error)),
    };
    let mut all = Partial::default();
    for parts in wholes(&counts) {
        let whole = async {
            let mut whole = Vec::new();
            for more in parts {
                let matchers = format!("{matchers},{more}");
                whole.extend(part(prometheus, selector, &matchers, (back, deadline())).await?);
            }
            Ok::<_, Error>(whole)
        };
        if all.add(whole.await, prometheus).is_break() {
            break;
        }
    }
    all.objects.sort_by(|a: &Usage, b| a.metadata.cmp(&b.metadata));
    all.or_missing(|| prometheus.has_none(&NO_HISTORY))
}

/// The matchers of the parts that are complete or missing: several small namespaces in one query, or one large namespace in
/// several queries, by the last character of the pod names.
fn wholes(counts: &BTreeMap<String, f64>) -> Vec<Vec<String>> {
    let mut wholes = Vec::new();
    let (mut some, mut together): (Vec<&str>, u64) = (Vec::new(), 0);
    let of = |some: &[&str]| names("namespace", some.iter().copied());
    for (namespace, count) in counts {
        let count = whole(*count).and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
        if count > CONTAINERS_A_QUERY {
            let parts = ends(count).map(|end| format!(r#"{},pod=~".*[{end}]""#, of(&[namespace])));
            wholes.push(parts.collect());
            continue;
        }
        if together + count > CONTAINERS_A_QUERY {
            wholes.push(vec![of(&some)]);
            (some, together) = (Vec::new(), 0);
        }
        some.push(namespace);
        together += count;
    }
    if !some.is_empty() {
        wholes.push(vec![of(&some)]);
    }
    wholes
}

/// The last characters of names, in as many groups as this number of containers needs.
fn ends(count: u64) -> impl Iterator<Item = &'static str> {
    let groups = count.div_ceil(CONTAINERS_A_QUERY).min(LAST.len() as u64);
    let size = LAST.len().div_ceil(usize::try_from(groups).unwrap_or(LAST.len()));
    (0..LAST.len()).step_by(size).filter_map(move |from| LAST.get(from..LAST.len().min(from + size)))
}

async fn part(
    prometheus: &Prometheus,
    selector: &PromSelector,
    matchers: &str,
    (back, deadline): (Duration, Duration),
) -> Result<Vec<Usage>, Error> {
    let step = step(back);
    let queries = Queries::new(matchers, back.as_secs(), step);
    let ask = |query: String| async move { prometheus.numbers(&query, selector, deadline).await };
    let (cpu, memory, samples) =
        tokio::try_join!(ask(queries.cpu), ask(queries.memory), ask(queries.samples))?;
    Ok(parse([&cpu, &memory, &samples], prometheus.source(), step, back.as_secs()))
}

/// Seconds from one sample to the next.
fn step(back: Duration) -> u64 {
    (back.as_secs() / SAMPLES).max(SHORTEST_STEP)
}

/// Joins the three answers. A container that one of them lacks is left out.
fn parse([cpu, memory, samples]: [&Numbers; 3], source: &str, step: u64, back: u64) -> Vec<Usage> {
    let seconds = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX);
    let one = |(name, cpu): (&MeasuredMeta, &f64)| {
        Some(Usage {
            metadata: name.clone(),
            // Rounded up, so that little usage is not none.
            cpu_p95_millis: whole((cpu * 1000.0).ceil())?,
            memory_max_bytes: whole(*memory.get(name)?)?,
            samples: whole(*samples.get(name)?)?,
            source: source.to_owned(),
            step_seconds: seconds(step),
            window_seconds: seconds(back),
        })
    };
    cpu.iter().filter_map(one).collect()
}

impl Queries {
    /// A restarted container is a new series, and only one of its series has a value at a time.
    fn new(matchers: &str, back: u64, step: u64) -> Self {
        const BY: &str = "max by (namespace,pod,container)";
        let rate = RATE_SECONDS.max(step);
        let cpu = format!("{BY} (rate(container_cpu_usage_seconds_total{{{matchers}}}[{rate}s]))");
        let memory = format!("container_memory_working_set_bytes{{{matchers}}}");
        Self {
            cpu: format!("quantile_over_time(0.95, ({cpu})[{back}s:{step}s])"),
            memory: format!("{BY} (max_over_time({memory}[{back}s]))"),
            samples: format!("count_over_time(({BY} ({memory}))[{back}s:{step}s])"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_small_enough_for_a_query() {
        let counts = |of: &[(&str, f64)]| of.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
        let some = wholes(&counts(&[("a", 2000.0), ("b.c", 400.0), ("d", 200.0), ("e", f64::NAN)]));
        assert_eq!(some.concat(), [r#"namespace=~"^(?:a|b\\.c)$""#, r#"namespace=~"^(?:d|e)$""#]);
        let large = wholes(&counts(&[("a", 1.0), ("big", 6000.0), ("c", 1.0)]));
        let of_big = |ends: &str| format!(r#"namespace=~"^(?:big)$",pod=~".*[{ends}]""#);
        let ends = ["0123456789ab", "cdefghijklmn", "opqrstuvwxyz"].map(of_big);
        assert_eq!(large, [ends.to_vec(), vec![r#"namespace=~"^(?:a|c)$""#.to_owned()]]);
        assert!(wholes(&BTreeMap::new()).is_empty());
        assert_eq!(super::ends(u64::MAX).collect::<String>(), LAST);
    }

    #[test]
    fn a_week_has_a_step_of_five_minutes_and_a_day_of_one() {
        assert_eq!([7 * 86_400, 86_400, 7200].map(|s| step(Duration::from_secs(s))), [300, 60, 60]);
        let queries = Queries::new("x", 604_800, 300);
        assert_eq!(
            queries.cpu,
            "quantile_over_time(0.95, (max by (namespace,pod,container) \
             (rate(container_cpu_usage_seconds_total{x}[300s])))[604800s:300s])"
        );
    }

    #[test]
    fn incomplete_containers_are_left_out() {
        let numbers = |of: &[(&str, f64)]| -> Numbers {
            of.iter().map(|(pod, n)| (MeasuredMeta::of_container("shop", pod, "app"), *n)).collect()
        };
        let cpu = numbers(&[("a", 0.0101), ("b", 1.0), ("c", 1e300)]);
        let memory = numbers(&[("a", 5e8), ("b", 5e8), ("c", 5e8)]);
        let samples = numbers(&[("a", 2016.0), ("c", 1.0)]);
        let parsed = parse([&cpu, &memory, &samples], "Service m/prom", 300, 604_800);
        let [one] = &parsed[..] else { panic!("{parsed:?}") };
        assert_eq!((&*one.metadata.name, one.cpu_p95_millis, one.samples), ("a/app", 11, 2016));
        assert_eq!(one.source, "Service m/prom");
    }
}
