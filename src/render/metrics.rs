//! The figures of a report in the text formats of Prometheus: for the textfile collector of `node_exporter`, and for `serve`.
//! The names follow the conventions of Prometheus; docs/exporter.md lists them.

pub use super::figures::Figures;

use crate::report::{Report, Verdict};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use std::fmt;
use std::io::{self, Write};

/// The most incidents that have a series of their own.
const MOST_INCIDENTS: usize = 200;

/// Writes the figures of some clusters in the text format of Prometheus. Each series has its context as a label, so that
/// the files of several clusters can be in one folder.
///
/// # Errors
/// When `out` fails.
pub(super) fn write(reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(OfReports(reports.iter().map(Figures::of).collect())));
    let mut text = String::new();
    encode(&mut text, &registry).map_err(io::Error::other)?;
    out.write_all(plain(&text).as_bytes())
}

/// The figures of the clusters of a document.
#[derive(Debug)]
struct OfReports(Vec<Figures>);

impl Collector for OfReports {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let mut all: Vec<Family> = Vec::new();
        for figures in &self.0 {
            let mut families = gauges(figures);
            for (labels, _) in families.iter_mut().flat_map(|family| &mut family.values) {
                if !labels.iter().any(|(name, _)| *name == "context") {
                    labels.insert(0, ("context", &figures.context));
                }
            }
            if all.is_empty() {
                all = families;
                continue;
            }
            // Each report has the same families.
            for (family, more) in all.iter_mut().zip(families) {
                family.values.extend(more.values);
            }
        }
        all.iter().try_for_each(|family| encode_family(&mut encoder, family, ConstGauge::new))
    }
}

/// Turns OpenMetrics into the older format: there, the name of a counter ends in `_total` in its description, too, and
/// nothing marks the end.
pub(crate) fn plain(text: &str) -> String {
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

pub(crate) type Labels<'l> = Vec<(&'static str, &'l str)>;

/// A metric with its values.
pub(crate) struct Family<'l> {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) values: Vec<(Labels<'l>, f64)>,
}

/// Writes a metric of the kind that `metric` makes of a value.
pub(crate) fn encode_family<M: EncodeMetric>(
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
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

/// Turns seconds since 1970 into a value.
pub(crate) fn of_time(seconds: i64) -> f64 {
    float(u64::try_from(seconds).unwrap_or(0))
}

/// A metric with one value.
pub(crate) fn one(name: &'static str, help: &'static str, value: f64) -> Family<'static> {
    Family { name, help, values: vec![(Vec::new(), value)] }
}

/// Returns the metrics of a report.
pub(crate) fn gauges(figures: &Figures) -> Vec<Family<'_>> {
    let mut all = of_cluster(figures);
    all.extend(of_certificates(figures));
    all.extend(of_incidents(figures));
    all.extend(of_run(figures));
    all
}

/// When the certificates expire.
fn of_certificates(figures: &Figures) -> Vec<Family<'_>> {
    let certificates = figures.certificates.iter().map(|(namespace, secret, end)| {
        (vec![("namespace", namespace.as_str()), ("secret", secret)], of_time(*end))
    });
    vec![
        Family {
            name: "healthcheck_certificate_not_after_timestamp_seconds",
            help: "When the certificate in a Secret expires; the 1000 that expire first have a series",
            values: certificates.collect(),
        },
        one(
            "healthcheck_certificates_omitted",
            "Certificates without a series",
            float(figures.certificates_omitted as u64),
        ),
    ]
}

/// The pods, and what was not seen.
fn of_cluster(figures: &Figures) -> Vec<Family<'_>> {
    let pods = figures.pods.iter().map(|((namespace, class), count)| {
        (vec![("namespace", namespace.as_str()), ("class", class)], float(*count))
    });
    let gaps = figures
        .gaps
        .iter()
        .map(|((kind, reason), count)| (vec![("kind", kind.as_str()), ("reason", reason)], float(*count)));
    // Each verdict has a series, so that a series does not end when the verdict changes.
    let verdicts = Verdict::ALL.map(|verdict| {
        (vec![("verdict", verdict.id())], f64::from(u8::from(figures.verdict == Some(verdict))))
    });
    vec![
        Family {
            name: "healthcheck_verdict",
            help: "1 for the verdict of the report, 0 for the others",
            values: verdicts.into(),
        },
        Family { name: "healthcheck_pods", help: "Pods by class", values: pods.collect() },
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

/// The program, and when it judged.
fn of_run(figures: &Figures) -> Vec<Family<'_>> {
    let labels = vec![("version", crate::VERSION), ("context", figures.context.as_str())];
    vec![
        Family {
            name: "healthcheck_build_info",
            help: "The version of the program, and the context that it reads",
            values: vec![(labels, 1.0)],
        },
        one(
            "healthcheck_evaluation_timestamp_seconds",
            "When the cluster was last judged",
            of_time(figures.judged_at),
        ),
    ]
}
