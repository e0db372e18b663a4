//! What was found, and what of it somebody has accepted.

use super::super::links;
use super::context;
use crate::compare::changes::Change;
use crate::finding::Finding;
use crate::model::ObjectRef;
use crate::policy::mute::Muting;
use crate::policy::overrides as policy;
use crate::report::Report;
use crate::text::{Fact, Facts, Lang};
use crate::wire::Time;
use serde::Serialize;
use serde_json::{Map, Value, json};

#[derive(Serialize)]
pub(super) struct FindingRow<'r> {
    id: &'static str,
    key: &'r str,
    change: Option<Change>,
    severity: &'static str,
    context: &'r str,
    object: Named<'r>,
    owner: Option<OwnerRow<'r>>,
    affected: Vec<Named<'r>>,
    since: Option<Time>,
    serving: bool,
    title: &'static str,
    message: String,
    evidence: Vec<String>,
    actions: &'r [String],
    links: Vec<LinkRow<'r>>,
    facts: Value,
}

#[derive(Serialize)]
pub(super) struct LinkRow<'r> {
    name: &'r str,
    url: String,
}

/// A finding that somebody has accepted for a time, and by which of the mutes.
#[derive(Serialize)]
pub(super) struct MutedRow<'r> {
    #[serde(flatten)]
    finding: FindingRow<'r>,
    mute: usize,
}

#[derive(Serialize)]
pub(super) struct MuteRow<'r> {
    context: &'r str,
    check: &'r str,
    state: &'static str,
    findings: usize,
    reason: &'r str,
    owner: &'r str,
    until: String,
    place: &'r str,
}

/// What is written on an object for this tool, and makes no sense.
#[derive(Serialize)]
pub(super) struct IgnoredAnnotation<'r> {
    context: &'r str,
    object: Named<'r>,
    why: String,
}

#[derive(Serialize)]
pub(super) struct Named<'r> {
    kind: &'r str,
    namespace: &'r str,
    name: &'r str,
}

impl<'r> Named<'r> {
    pub(super) fn of(object: &'r ObjectRef) -> Self {
        Self { kind: &object.kind, namespace: &object.namespace, name: &object.name }
    }
}

#[derive(Serialize)]
pub(super) struct OwnerRow<'r> {
    kind: &'r str,
    name: &'r str,
}

pub(super) fn mutes<'r>(report: &'r Report) -> impl Iterator<Item = MuteRow<'r>> {
    report.muted.mutes.iter().map(|Muting { mute, state, findings }| MuteRow {
        context: context(report),
        check: &mute.check,
        state: state.id(),
        findings: *findings,
        reason: &mute.reason,
        owner: &mute.owner,
        until: mute.until.to_string(),
        place: &mute.place,
    })
}

pub(super) fn ignored_annotations<'r>(report: &'r Report) -> impl Iterator<Item = IgnoredAnnotation<'r>> {
    let row = |(object, ignored): &'r (ObjectRef, policy::IgnoredAnnotation)| IgnoredAnnotation {
        context: context(report),
        object: Named::of(object),
        why: ignored.in_lang(Lang::En),
    };
    report.ignored_annotations.iter().map(row)
}

/// What is muted; the mutes are counted over all clusters.
pub(super) fn muted<'r>(reports: &'r [Report<'r>]) -> Vec<MutedRow<'r>> {
    let (mut offset, mut out) = (0, Vec::new());
    for report in reports {
        let rows = report.muted.findings.iter();
        out.extend(rows.map(|(f, mute)| MutedRow { finding: finding(f, report), mute: mute + offset }));
        offset += report.muted.mutes.len();
    }
    out
}

pub(super) fn finding<'r>(finding: &'r Finding, report: &'r Report) -> FindingRow<'r> {
    let changed = report.changes().and_then(|changes| changes.of_key(&finding.key));
    FindingRow {
        id: finding.check.id,
        key: &finding.key,
        change: changed.map(|changed| changed.change),
        severity: finding.severity.id(),
        context: context(report),
        object: Named::of(&finding.object),
        owner: finding.owner.as_ref().map(|owner| OwnerRow { kind: &owner.kind, name: &owner.name }),
        affected: finding.affected.iter().map(Named::of).collect(),
        since: finding.since,
        serving: finding.serving,
        title: finding.check.title.en,
        message: finding.message.in_lang(Lang::En),
        evidence: finding.evidence.iter().map(|line| line.in_lang(Lang::En)).collect(),
        actions: &finding.actions,
        links: links::of(report, finding).map(|(name, url)| LinkRow { name, url }).collect(),
        facts: facts(&finding.message.facts),
    }
}

/// Numbers stay numbers; durations are in seconds.
pub(super) fn facts(facts: &Facts) -> Value {
    let value = |fact: &Fact| match fact {
        Fact::Text(text) => json!(text),
        Fact::Number(number) | Fact::Age(number) => json!(number),
        Fact::Words(_) | Fact::Message(_) | Fact::List(..) => json!(fact.shown(Lang::En, facts)),
    };
    facts.iter().map(|(name, fact)| ((*name).to_owned(), value(fact))).collect::<Map<_, _>>().into()
}
