//! Findings, and the mutes that hide them.

use super::super::links;
use super::{context, with_offsets};
use crate::contract::{Action, CausedBy, Fact, Finding, IgnoredAnnotation, Link, Mute, MutedFinding};
use crate::finding;
use crate::policy::mute::Muting;
use crate::report::Report;
use crate::text::{self, Lang};

pub(super) fn all<'r>(report: &'r Report) -> impl Iterator<Item = Finding> + 'r {
    report.findings.iter().map(move |of| finding(of, report))
}

pub(super) fn mutes(report: &Report) -> Vec<Mute> {
    let row = |Muting { mute, state, findings }: &Muting| Mute {
        context: context(report),
        check: mute.check.clone(),
        state: state.id().to_owned(),
        findings: *findings,
        reason: mute.reason.clone(),
        owner: mute.owner.clone(),
        until: mute.until.to_string(),
        source: mute.place.clone(),
    };
    report.muted.mutes.iter().map(row).collect()
}

pub(super) fn ignored_annotations<'r>(report: &'r Report) -> impl Iterator<Item = IgnoredAnnotation> + 'r {
    report.ignored_annotations().first.iter().map(|(object, why)| IgnoredAnnotation {
        context: context(report),
        object: object.clone(),
        reason: why.in_lang(Lang::En),
    })
}

/// Returns the muted findings. The mutes of all clusters are one list.
pub(super) fn muted<'r>(reports: &'r [Report<'r>]) -> impl Iterator<Item = MutedFinding> + 'r {
    with_offsets(reports, |report| report.muted.mutes.len()).flat_map(|(report, offset)| {
        let rows = report.muted.findings.iter();
        rows.map(move |(of, mute)| MutedFinding { finding: finding(of, report), mute: mute + offset })
    })
}

pub(super) fn finding(finding: &finding::Finding, report: &Report) -> Finding {
    let changed = report.changes().and_then(|changes| changes.of_key(&finding.key));
    let facts = finding.message.facts.iter();
    Finding {
        id: finding.check.id.to_owned(),
        key: finding.key.clone(),
        change: changed.map(|changed| changed.change),
        severity: finding.severity,
        context: context(report),
        object: finding.object.clone(),
        owner: finding.owner.clone(),
        affected: finding.affected.clone(),
        caused_by: finding
            .because
            .iter()
            .filter(|link| link.object != finding.object)
            .map(caused_by)
            .collect(),
        since: finding.since,
        still_serving: finding.serving,
        title: finding.check.title.en.to_owned(),
        message: finding.message.in_lang(Lang::En),
        evidence: finding.evidence.iter().map(|line| line.in_lang(Lang::En)).collect(),
        actions: finding.actions.iter().map(|command| Action::new(command)).collect(),
        links: links::of(report, finding).map(|(name, url)| Link { name: name.to_owned(), url }).collect(),
        facts: facts.map(|(name, value)| ((*name).to_owned(), fact(value, finding))).collect(),
    }
}

pub(super) fn caused_by(link: &finding::Link) -> CausedBy {
    CausedBy {
        object: link.object.clone(),
        reason: link.need.id().to_owned(),
        proof: link.proof.id().to_owned(),
        why: link.why.as_ref().map(|why| why.in_lang(Lang::En)),
    }
}

/// Returns a fact. Numbers stay numbers; durations are in seconds.
fn fact(value: &text::Fact, finding: &finding::Finding) -> Fact {
    match value {
        text::Fact::Text(text) => Fact::Text(text.clone()),
        text::Fact::Number(number) | text::Fact::Age(number) => Fact::Number(*number),
        text::Fact::NoAge
        | text::Fact::Share(_)
        | text::Fact::Words(_)
        | text::Fact::Message(_)
        | text::Fact::List(..)
        | text::Fact::Messages(_) => Fact::Text(value.shown(Lang::En, &finding.message.facts)),
    }
}
