//! The certificates of the scope, each with the worst that was found about it.

use crate::checks::{self, Check, OF_TLS, View};
use crate::finding::{Finding, Severity};
use crate::model::{Certificate, ObjectRef, Tls};
use crate::wire::Time;

/// A secret with a certificate, or that should have one.
#[derive(Debug)]
pub struct CertificateRow<'a> {
    /// The secret.
    pub tls: &'a Tls,
    /// Whom it is for: the hosts that Ingresses and Gateways name beside it, or those it names itself; sorted.
    pub hosts: Vec<&'a str>,
    /// Who shows it to visitors; sorted.
    pub users: Vec<ObjectRef>,
    /// The worst that was found about it.
    pub worst: Option<(Severity, &'static Check)>,
    /// Whether its namespace asked not to be judged.
    pub skipped: bool,
}

impl CertificateRow<'_> {
    /// The first of its chain to end.
    pub fn ends_first(&self) -> Option<&Certificate> {
        self.tls.chain.as_ref().ok().map(|chain| chain.ends_first())
    }

    /// Whole days until its end, negative after it.
    pub fn days_left(&self, now: Time) -> Option<i64> {
        self.ends_first().map(|first| first.not_after.seconds_since(now).div_euclid(86_400))
    }

    /// As in JSON: `valid`, `skipped`, or the check that found the worst.
    pub fn state(&self) -> &'static str {
        match self.worst {
            _ if self.skipped => "skipped",
            Some((_, check)) => check.id,
            None => "valid",
        }
    }
}

/// Worst first, then by their end; none where no check of certificates runs.
pub(super) fn of<'a>(view: &View<'a>, findings: &[Finding]) -> Vec<CertificateRow<'a>> {
    if checks::is_without_tls(&view.settings.choice.left_out) {
        return Vec::new();
    }
    let skips = |tls: &Tls| {
        let own =
            |over: &&crate::overrides::Override| over.is_of_namespace() && over.object.name == tls.namespace;
        view.overrides().iter().filter(own).any(|over| checks::is_without_tls(&over.skip))
    };
    let about = |object: &ObjectRef| {
        let found = findings.iter().filter(|f| OF_TLS.contains(&f.check.id) && f.object == *object);
        found.map(|finding| (finding.severity, finding.check)).max_by_key(|(severity, _)| *severity)
    };
    let row = |used: checks::Used<'a>| CertificateRow {
        tls: used.tls,
        hosts: used.all_hosts(),
        worst: about(&used.tls.object()),
        skipped: skips(used.tls),
        users: used.by.users.into_iter().collect(),
    };
    let mut rows: Vec<CertificateRow> = checks::certificates(view).into_iter().map(row).collect();
    let rank = |row: &CertificateRow| {
        let end = row.ends_first().map(|first| first.not_after);
        (std::cmp::Reverse(row.worst.map(|(severity, _)| severity)), end)
    };
    rows.sort_by(|a, b| {
        (rank(a), &a.tls.namespace, &a.tls.name).cmp(&(rank(b), &b.tls.namespace, &b.tls.name))
    });
    rows
}
