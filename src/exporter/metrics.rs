//! The figures in the text format of OpenMetrics. The names follow the conventions of Prometheus; docs/exporter.md lists them.

use super::Figures;
use crate::gather::{Stats, Tally};
use crate::report::Verdict;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Each verdict has a series, so that a series does not end when the verdict changes.
const VERDICTS: [(Verdict, &str); 5] = [
    (Verdict::Healthy, "healthy"),
    (Verdict::Incomplete, "incomplete"),
    (Verdict::Progressing, "progressing"),
    (Verdict::Attention, "attention"),
    (Verdict::Unhealthy, "unhealthy"),
];

/// The most incidents that have a series of their own.
const MOST_INCIDENTS: usize = 200;

/// The upper bounds of the durations of lists, in seconds. A page has 30 s by default.
const BOUNDS: [f64; 9] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 60.0];

/// The metrics of a cluster that is watched.
pub struct Metrics {
    registry: Registry,
    values: Arc<Values>,
}

struct Values {
    figures: Mutex<Figures>,
    stats: Arc<Stats>,
    durations: Histogram,
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("Values")
    }
}

impl Metrics {
    /// Creates metrics without a report.
    pub fn new(stats: Arc<Stats>) -> Self {
        let durations = Histogram::new(BOUNDS);
        let values = Arc::new(Values { figures: Mutex::default(), stats, durations });
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Arc::clone(&values)));
        Self { registry, values }
    }

    /// Takes the figures of a report.
    pub fn set(&self, figures: Figures) {
        *self.values.figures.lock().unwrap_or_else(PoisonError::into_inner) = figures;
        self.observe();
    }

    /// Takes the durations of the lists that have ended.
    fn observe(&self) {
        self.values
            .stats
            .take_durations()
            .into_iter()
            .for_each(|seconds| self.values.durations.observe(seconds));
    }

    /// Returns the metrics in the text format of Prometheus, which every scraper reads.
    pub(super) fn plain_text(&self) -> String {
        plain(&self.text())
    }

    /// Returns the metrics in the text format of OpenMetrics.
    pub(super) fn text(&self) -> String {
        self.observe();
        let mut text = String::new();
        // Writing to a text does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// Turns OpenMetrics into the older format: there, the name of a counter ends in `_total` in its description, too, and
/// nothing marks the end.
fn plain(text: &str) -> String {
    let is_counter = |name: &str| text.contains(&format!("# TYPE {name} counter\n"));
    let mut out = String::with_capacity(text.len());
    for line in text.lines().filter(|line| *line != "# EOF") {
        let described = line.strip_prefix("# HELP ").or_else(|| line.strip_prefix("# TYPE "));
        match described.and_then(|rest| rest.split_once(' ')).filter(|(name, _)| is_counter(name)) {
            Some((name, rest)) => {
                for part in [line.get(..7).unwrap_or_default(), name, "_total ", rest, "\n"] {
                    out.push_str(part);
                }
            }
            None => out.extend([line, "\n"]),
        }
    }
    out
}

type Labels<'l> = Vec<(&'static str, &'l str)>;

/// A metric with its values.
struct Family<'l> {
    name: &'static str,
    help: &'static str,
    values: Vec<(Labels<'l>, f64)>,
}

impl Collector for Values {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let figures = self.figures.lock().unwrap_or_else(PoisonError::into_inner);
        let tally = self.stats.now();
        for family in gauges(&figures) {
            write(&mut encoder, &family, ConstGauge::new)?;
        }
        for family in counters(&tally) {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a count of requests"
            )]
            write(&mut encoder, &family, |value| ConstCounter::new(value as u64))?;
        }
        let (name, help) = ("healthcheck_list_duration_seconds", "Time to read a whole list");
        self.durations.encode(encoder.encode_descriptor(name, help, None, self.durations.metric_type())?)
    }
}

fn write<M: EncodeMetric>(
    encoder: &mut DescriptorEncoder,
    family: &Family,
    metric: impl Fn(f64) -> M,
) -> fmt::Result {
    let mut all = encoder.encode_descriptor(family.name, family.help, None, metric(0.0).metric_type())?;
    if let [(labels, value)] = family.values.as_slice()
        && labels.is_empty()
    {
        return metric(*value).encode(all);
    }
    for (labels, value) in &family.values {
        metric(*value).encode(all.encode_family(labels)?)?;
    }
    Ok(())
}

#[allow(clippy::cast_precision_loss, reason = "counts are below 2^53")]
fn float(count: u64) -> f64 {
    count as f64
}

/// Turns seconds since 1970 into a value.
fn of_time(seconds: i64) -> f64 {
    float(u64::try_from(seconds).unwrap_or(0))
}

/// A metric with one value.
fn one(name: &'static str, help: &'static str, value: f64) -> Family<'static> {
    Family { name, help, values: vec![(Vec::new(), value)] }
}

fn gauges(figures: &Figures) -> Vec<Family<'_>> {
    let mut all = of_cluster(figures);
    all.extend(of_incidents(figures));
    all.extend(of_service(figures));
    all
}

/// The pods, the certificates, and what was not seen.
fn of_cluster(figures: &Figures) -> Vec<Family<'_>> {
    let pods = figures.pods.iter().map(|((namespace, class), count)| {
        (vec![("namespace", namespace.as_str()), ("class", class)], float(*count))
    });
    let certificates = figures.certificates.iter().map(|((namespace, secret), end)| {
        (vec![("namespace", namespace.as_str()), ("secret", secret)], of_time(*end))
    });
    let gaps = figures
        .gaps
        .iter()
        .map(|((kind, reason), count)| (vec![("kind", kind.as_str()), ("reason", reason)], float(*count)));
    let verdicts = VERDICTS.map(|(verdict, word)| {
        (vec![("verdict", word)], f64::from(u8::from(figures.verdict == Some(verdict))))
    });
    vec![
        Family {
            name: "healthcheck_verdict",
            help: "1 for the verdict of the report, 0 for the others",
            values: verdicts.into(),
        },
        Family { name: "healthcheck_pods", help: "Pods by class", values: pods.collect() },
        Family {
            name: "healthcheck_certificate_not_after_timestamp_seconds",
            help: "When the certificate in a Secret expires",
            values: certificates.collect(),
        },
        Family {
            name: "healthcheck_gaps",
            help: "Lists that could not be read or followed",
            values: gaps.collect(),
        },
        one(
            "healthcheck_coverage_complete",
            "Whether everything in scope was read: 1 or 0",
            f64::from(u8::from(figures.gaps.is_empty() && figures.judged_at > 0)),
        ),
    ]
}

fn of_incidents(figures: &Figures) -> Vec<Family<'_>> {
    let shown = figures.incidents.iter().take(MOST_INCIDENTS);
    let omitted = figures.incidents.len().saturating_sub(MOST_INCIDENTS);
    let by_severity =
        figures.by_severity.iter().map(|(severity, count)| (vec![("severity", *severity)], float(*count)));
    vec![
        Family {
            name: "healthcheck_incident_findings",
            help: "Findings of each incident; the worst 200 incidents have a series",
            values: shown.map(|incident| (incident.labels(), float(incident.findings))).collect(),
        },
        Family {
            name: "healthcheck_incidents",
            help: "Incidents by severity",
            values: by_severity.collect(),
        },
        one("healthcheck_incidents_omitted", "Incidents without a series", float(omitted as u64)),
    ]
}

/// The program itself.
fn of_service(figures: &Figures) -> Vec<Family<'_>> {
    let labels = vec![("version", crate::VERSION), ("context", figures.context.as_str())];
    vec![
        Family {
            name: "healthcheck_build_info",
            help: "The version of the program, and the context that it watches",
            values: vec![(labels, 1.0)],
        },
        one(
            "healthcheck_cache_age_seconds",
            "For how long a list has not been followed, at most",
            figures.behind.as_secs_f64(),
        ),
        one(
            "healthcheck_evaluation_duration_seconds",
            "Time to judge the cluster",
            figures.took.as_secs_f64(),
        ),
        one(
            "healthcheck_evaluation_timestamp_seconds",
            "When the cluster was last judged",
            of_time(figures.judged_at),
        ),
    ]
}

fn counters(tally: &Tally) -> Vec<Family<'static>> {
    vec![
        Family {
            name: "healthcheck_api_requests",
            help: "Pages of lists and watches by verb, kind and result",
            values: tally
                .requests
                .iter()
                .map(|((verb, kind, result), count)| {
                    (vec![("verb", verb.name()), ("kind", kind.name()), ("result", result)], float(*count))
                })
                .collect(),
        },
        Family {
            name: "healthcheck_relists",
            help: "Lists that were read again as a whole",
            values: tally
                .relists
                .iter()
                .map(|(kind, count)| (vec![("kind", kind.name())], float(*count)))
                .collect(),
        },
        Family {
            name: "healthcheck_watch_interruptions",
            help: "Watches that ended before their time",
            values: tally
                .interruptions
                .iter()
                .map(|(kind, count)| (vec![("kind", kind.name())], float(*count)))
                .collect(),
        },
    ]
}
