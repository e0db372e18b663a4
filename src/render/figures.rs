//! The figures of a report that Prometheus reads.

use crate::finding::Severity;
use crate::report::{CertificateRow, Report, Verdict};
use crate::tls::Tls;
use std::collections::BTreeMap;

/// The most certificates that have a series of their own.
const MOST_CERTIFICATES: usize = 1000;

/// The figures of one report.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// The kubeconfig context.
    pub(super) context: String,
    /// The verdict; `None` before the first report.
    pub(super) verdict: Option<Verdict>,
    /// The number of pods by namespace and class.
    pub(super) pods: BTreeMap<(String, &'static str), u64>,
    /// The incidents, worst first.
    pub(super) incidents: Vec<IncidentFigure>,
    /// The number of incidents by severity; each severity has a number.
    pub(super) by_severity: BTreeMap<&'static str, u64>,
    /// The certificates that expire first, at most [`MOST_CERTIFICATES`]: namespace, Secret, and end in seconds since 1970.
    pub(super) certificates: Vec<(String, String, i64)>,
    /// The number of the other certificates.
    pub(super) certificates_omitted: usize,
    /// The number of gaps by kind and reason.
    pub(super) gaps: BTreeMap<(String, String), u64>,
    /// When the report was made, in seconds since 1970.
    pub(super) judged_at: i64,
}

/// An incident.
#[derive(Clone, Debug)]
pub(super) struct IncidentFigure {
    /// Its stable key.
    pub(super) key: String,
    pub(super) check: &'static str,
    pub(super) severity: Severity,
    pub(super) namespace: String,
    /// The number of its findings.
    pub(super) findings: u64,
}

impl Figures {
    /// Takes the figures of a report.
    pub fn of(report: &Report) -> Self {
        let incidents = incidents(report);
        let mut by_severity: BTreeMap<&'static str, u64> =
            [Severity::Low, Severity::Medium, Severity::High].map(|severity| (severity.id(), 0)).into();
        for incident in &report.incidents {
            *by_severity.entry(incident.severity.id()).or_default() += 1;
        }
        let (certificates, certificates_omitted) = certificates(report);
        Self {
            context: report.snapshot.cluster.context.clone(),
            verdict: Some(report.verdict),
            pods: pods(report),
            incidents,
            by_severity,
            certificates,
            certificates_omitted,
            gaps: gaps(report),
            judged_at: report.snapshot.taken_at.seconds,
        }
    }
}

/// Returns the certificates that expire first, by namespace and Secret, and the number of the others.
fn certificates(report: &Report) -> (Vec<(String, String, i64)>, usize) {
    let end = |row: &CertificateRow| row.tls.chain.as_ref().ok().map(|chain| chain.leaf.not_after.seconds);
    let mut all: Vec<(i64, &Tls)> =
        report.certificates.iter().filter_map(|row| Some((end(row)?, row.tls))).collect();
    all.sort_by_key(|(end, tls)| (*end, &tls.namespace, &tls.name));
    let omitted = all.len().saturating_sub(MOST_CERTIFICATES);
    all.truncate(MOST_CERTIFICATES);
    all.sort_by_key(|(_, tls)| (&tls.namespace, &tls.name));
    let shown = all.iter().map(|(end, tls)| (tls.namespace.to_string(), tls.name.to_string(), *end));
    (shown.collect(), omitted)
}

fn pods(report: &Report) -> BTreeMap<(String, &'static str), u64> {
    let mut pods = BTreeMap::new();
    for namespace in &report.namespaces {
        let counts = &namespace.counts;
        for (class, count) in [
            ("healthy", counts.healthy),
            ("attention", counts.attention),
            ("unhealthy", counts.unhealthy),
            ("completed", counts.completed),
        ] {
            pods.insert((namespace.name.clone(), class), count);
        }
    }
    pods
}

/// Returns the incidents, worst first. Those with the same key are one series: Prometheus refuses a series that comes twice.
fn incidents(report: &Report) -> Vec<IncidentFigure> {
    let mut incidents: Vec<IncidentFigure> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for incident in &report.incidents {
        let Some(cause) = report.findings.get(incident.cause) else { continue };
        let findings = incident.findings.len() as u64;
        if let Some(known) = places.get(&*cause.key).and_then(|place| incidents.get_mut(*place)) {
            known.findings += findings;
            continue;
        }
        places.insert(&cause.key, incidents.len());
        incidents.push(IncidentFigure {
            key: cause.key.clone(),
            check: cause.check.id,
            severity: incident.severity,
            namespace: cause.object.namespace.to_string(),
            findings,
        });
    }
    incidents
}

fn gaps(report: &Report) -> BTreeMap<(String, String), u64> {
    let mut gaps = BTreeMap::new();
    for gap in &report.coverage.gaps {
        // The word of a reason in JSON.
        let reason = serde_json::to_value(gap.reason).unwrap_or_default();
        let reason = reason.as_str().unwrap_or_default().to_owned();
        *gaps.entry((gap.kind.clone(), reason)).or_default() += 1;
    }
    gaps
}

impl IncidentFigure {
    /// The labels of its series.
    pub(super) fn labels(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("key", &self.key),
            ("check", self.check),
            ("severity", self.severity.id()),
            ("namespace", &self.namespace),
        ]
    }
}
