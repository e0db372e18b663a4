//! The certificates of the report.

use crate::finding::Severity;
use crate::report::{self, Report};
use crate::tls::Certificate;
use crate::wire::Time;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CertificateRow<'r> {
    context: &'r str,
    namespace: &'r str,
    secret: &'r str,
    hosts: &'r [&'r str],
    used_by: Vec<String>,
    subject: Option<&'r str>,
    issuer: Option<&'r str>,
    serial: Option<&'r str>,
    not_before: Option<Time>,
    not_after: Option<Time>,
    days_left: Option<i64>,
    chain: usize,
    state: &'static str,
    severity: Option<&'static str>,
}

pub(super) fn of<'r>(report: &'r Report) -> impl Iterator<Item = CertificateRow<'r>> {
    report.certificates.iter().map(|row| certificate(report, row))
}

fn certificate<'r>(report: &'r Report, row: &'r report::CertificateRow) -> CertificateRow<'r> {
    let leaf: Option<&Certificate> = row.tls.chain.as_ref().ok().map(|chain| &chain.leaf);
    CertificateRow {
        context: &report.snapshot.cluster.context,
        namespace: &row.tls.namespace,
        secret: &row.tls.name,
        hosts: &row.hosts,
        used_by: row.users.iter().map(|user| format!("{}/{}", user.namespace, user.slashed())).collect(),
        subject: leaf.map(|leaf| &*leaf.subject),
        issuer: leaf.map(|leaf| &*leaf.issuer),
        serial: leaf.map(|leaf| &*leaf.serial),
        not_before: leaf.map(|leaf| leaf.not_before),
        not_after: row.ends_first().map(|first| first.not_after),
        days_left: row.days_left(report.snapshot.taken_at),
        chain: row.tls.chain.as_ref().map_or(0, |chain| chain.given),
        state: row.state.id(),
        severity: row.state.severity().map(Severity::id),
    }
}
