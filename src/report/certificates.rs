//! The certificates of the scope, each with the worst finding about it.

use crate::checks::{self, CATALOG, View};
use crate::finding::{CheckInfo, Finding, Group, Severity};
use crate::model::ObjectRef;
use crate::policy::mute::Muted;
use crate::tls::{Certificate, Tls};
use crate::wire::Time;
use std::collections::{BTreeMap, BTreeSet};

/// A Secret with a certificate, or that should have one.
#[derive(Debug)]
pub struct CertificateRow<'a> {
    /// The Secret.
    pub tls: &'a Tls,
    /// The hosts that Ingresses and Gateways name with it, or those that the certificate names; sorted.
    pub hosts: Vec<&'a str>,
    /// The objects that serve it; sorted.
    pub users: Vec<ObjectRef>,
    /// The state.
    pub state: State,
}

/// The state of a certificate.
#[derive(Clone, Copy, Debug)]
pub enum State {
    /// The worst finding.
    Found(Severity, &'static CheckInfo),
    /// A mute hides the finding of this check.
    Muted(&'static CheckInfo),
    /// The check that would report a finding was left out.
    NotJudged(&'static CheckInfo),
    /// The namespace has an annotation that skips the checks of certificates.
    Skipped,
    /// Nothing is wrong.
    Valid,
}

impl State {
    /// Returns the word in JSON: the id of the check with the worst finding, or one word.
    pub fn id(self) -> &'static str {
        match self {
            State::Found(_, check) => check.id,
            State::Muted(_) => "muted",
            State::NotJudged(_) => "not-judged",
            State::Skipped => "skipped",
            State::Valid => "valid",
        }
    }

    /// Returns the severity of the worst finding.
    pub fn severity(self) -> Option<Severity> {
        match self {
            State::Found(severity, _) => Some(severity),
            _ => None,
        }
    }

    /// Returns the rank in the list: certificates with findings come first.
    fn rank(self) -> (std::cmp::Reverse<Option<Severity>>, u8) {
        let calm = match self {
            State::Found(..) | State::Muted(_) | State::NotJudged(_) => 0,
            State::Valid => 1,
            State::Skipped => 2,
        };
        (std::cmp::Reverse(self.severity()), calm)
    }
}

impl CertificateRow<'_> {
    /// Returns the certificate of its chain that expires first.
    pub fn ends_first(&self) -> Option<&Certificate> {
        self.tls.chain.as_ref().ok().map(|chain| chain.ends_first())
    }

    /// Returns the whole days until it expires, negative after that.
    pub fn days_left(&self, now: Time) -> Option<i64> {
        self.ends_first().map(|first| first.not_after.seconds_since(now).div_euclid(86_400))
    }
}

/// The worst finding about each Secret.
type Worst<'f> = BTreeMap<&'f ObjectRef, (Severity, &'static CheckInfo)>;

/// Returns the certificates, worst first, then by expiry; none if no check of certificates runs.
pub(super) fn of<'a>(view: &View<'a>, findings: &[Finding], muted: &Muted) -> Vec<CertificateRow<'a>> {
    if CATALOG.is_without(Group::Tls, &view.settings.choice.left_out) {
        return Vec::new();
    }
    let quiet: BTreeSet<&str> = view
        .overrides()
        .iter()
        .filter(|over| over.is_of_namespace() && CATALOG.is_without(Group::Tls, &over.skip))
        .map(|over| &*over.object.name)
        .collect();
    // All findings, whether or not they are reported.
    let all = checks::about_certificates(view);
    let found = worst(findings.iter());
    let muted = worst(muted.findings.iter().map(|(finding, _)| finding));
    let state = |tls: &Tls| {
        let object = tls.object();
        let of = |worst: &Worst| worst.get(&object).copied();
        match (of(&found), of(&muted), all.get(&object).copied()) {
            _ if quiet.contains(&*tls.namespace) => State::Skipped,
            (Some((severity, check)), ..) => State::Found(severity, check),
            (None, Some((_, check)), _) => State::Muted(check),
            (None, None, Some((_, check))) => State::NotJudged(check),
            (None, None, None) => State::Valid,
        }
    };
    let row = |used: checks::Used<'a>| CertificateRow {
        tls: used.tls,
        hosts: used.all_hosts(),
        state: state(used.tls),
        users: used.users().cloned().collect(),
    };
    let mut rows: Vec<CertificateRow> = checks::certificates(view).into_iter().map(row).collect();
    let rank = |row: &CertificateRow| (row.state.rank(), row.ends_first().map(|first| first.not_after));
    rows.sort_by(|a, b| {
        (rank(a), &a.tls.namespace, &a.tls.name).cmp(&(rank(b), &b.tls.namespace, &b.tls.name))
    });
    rows
}

fn worst<'f>(findings: impl Iterator<Item = &'f Finding>) -> Worst<'f> {
    let mut out = Worst::new();
    for finding in findings.filter(|finding| finding.check.is_of(Group::Tls)) {
        checks::keep_worst(&mut out, &finding.object, (finding.severity, finding.check));
    }
    out
}
