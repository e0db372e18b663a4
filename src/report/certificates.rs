//! The certificates of the scope, each with the worst that was found about it.

use crate::checks::{self, CATALOG, View};
use crate::finding::{CheckInfo, Finding, Group, Severity};
use crate::model::ObjectRef;
use crate::policy::mute::Muted;
use crate::tls::{Certificate, Tls};
use crate::wire::Time;
use std::collections::{BTreeMap, BTreeSet};

/// A secret with a certificate, or that should have one.
#[derive(Debug)]
pub struct CertificateRow<'a> {
    /// The secret.
    pub tls: &'a Tls,
    /// Whom it is for: the hosts that Ingresses and Gateways name beside it, or those it names itself; sorted.
    pub hosts: Vec<&'a str>,
    /// Who shows it to visitors; sorted.
    pub users: Vec<ObjectRef>,
    /// How it is.
    pub state: State,
}

/// How a certificate is, as far as it is judged.
#[derive(Clone, Copy, Debug)]
pub enum State {
    /// The worst that was found about it.
    Found(Severity, &'static CheckInfo),
    /// What there is to find about it somebody has accepted for a time.
    Muted(&'static CheckInfo),
    /// There is something to find, and the check that finds it was left out.
    NotJudged(&'static CheckInfo),
    /// Its namespace asked not to be judged.
    Skipped,
    /// There is nothing to find.
    Valid,
}

impl State {
    /// As in JSON: one word, or the check that found the worst.
    pub fn id(self) -> &'static str {
        match self {
            State::Found(_, check) => check.id,
            State::Muted(_) => "muted",
            State::NotJudged(_) => "not-judged",
            State::Skipped => "skipped",
            State::Valid => "valid",
        }
    }

    /// How bad it is.
    pub fn severity(self) -> Option<Severity> {
        match self {
            State::Found(severity, _) => Some(severity),
            _ => None,
        }
    }

    /// What is worth a look comes first.
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
    /// The first of its chain to end.
    pub fn ends_first(&self) -> Option<&Certificate> {
        self.tls.chain.as_ref().ok().map(|chain| chain.ends_first())
    }

    /// Whole days until its end, negative after it.
    pub fn days_left(&self, now: Time) -> Option<i64> {
        self.ends_first().map(|first| first.not_after.seconds_since(now).div_euclid(86_400))
    }
}

/// What is said about secrets: the worst of it.
type Worst<'f> = BTreeMap<&'f ObjectRef, (Severity, &'static CheckInfo)>;

/// Worst first, then by their end; none where no check of certificates runs.
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
    // Whatever is heard of it, a certificate is as it is.
    let all = checks::about_certificates(view);
    let (all, found) = (worst(all.iter()), worst(findings.iter()));
    let muted = worst(muted.findings.iter().map(|(finding, _)| finding));
    let state = |tls: &Tls| {
        let object = tls.object();
        let of = |worst: &Worst| worst.get(&object).copied();
        match (of(&found), of(&muted), of(&all)) {
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
        let worst = out.entry(&finding.object).or_insert((finding.severity, finding.check));
        if worst.0 < finding.severity {
            *worst = (finding.severity, finding.check);
        }
    }
    out
}
