//! The metrics of `serve`: those of a report, and those of the service. The names follow the conventions of Prometheus;
//! docs/exporter.md lists them.

use crate::gather::{Stats, Tally};
use crate::render::metrics::{Family, Figures, encode_family, float, gauges, one, plain};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The upper bounds of the durations of lists, in seconds. A page has 30 s by default.
const BOUNDS: [f64; 9] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 60.0];

/// The metrics of a cluster that is watched.
pub struct Metrics {
    registry: Registry,
    values: Arc<Values>,
}

/// The last report of a cluster that is watched.
#[derive(Debug, Default)]
pub struct Judged {
    /// Its figures.
    pub figures: Figures,
    /// How long it took to make it.
    pub took: Duration,
    /// For how long a list has not been followed, at most.
    pub behind: Duration,
}

struct Values {
    judged: Mutex<Judged>,
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
        let values = Arc::new(Values { judged: Mutex::default(), stats, durations });
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Arc::clone(&values)));
        Self { registry, values }
    }

    /// Takes the last report.
    pub fn set(&self, judged: Judged) {
        *self.values.judged.lock().unwrap_or_else(PoisonError::into_inner) = judged;
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

impl Collector for Values {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let judged = self.judged.lock().unwrap_or_else(PoisonError::into_inner);
        let tally = self.stats.now();
        for family in gauges(&judged.figures).into_iter().chain(of_service(&judged)) {
            encode_family(&mut encoder, &family, ConstGauge::new)?;
        }
        for family in counters(&tally) {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a count of requests"
            )]
            encode_family(&mut encoder, &family, |value| ConstCounter::new(value as u64))?;
        }
        let (name, help) = ("healthcheck_list_duration_seconds", "Time to read a whole list");
        self.durations.encode(encoder.encode_descriptor(name, help, None, self.durations.metric_type())?)
    }
}

/// The service itself.
fn of_service(judged: &Judged) -> [Family<'static>; 2] {
    [
        one(
            "healthcheck_cache_age_seconds",
            "For how long a list has not been followed, at most",
            judged.behind.as_secs_f64(),
        ),
        one(
            "healthcheck_evaluation_duration_seconds",
            "Time to judge the cluster",
            judged.took.as_secs_f64(),
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
