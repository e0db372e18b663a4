//! Test results as XML of `JUnit`, as GitLab, Jenkins and others read them: a suite for each namespace, one for objects of the
//! cluster, and one for the coverage. A case is a check in a namespace. It has the same name in each run, so that a reader
//! can tell which failures are new.
//!
//! | Case | When |
//! | --- | --- |
//! | failed | the check has findings of medium or high severity |
//! | skipped | a mute hides its findings |
//! | passed | it has objects to check and no findings but low ones, and everything it reads was read |
//! | error | something in the scope was not read, in the suite of the coverage |

mod write;

use super::escape::{message, visible};
use super::github;
use crate::checks::CATALOG;
use crate::finding::command::changes_cluster;
use crate::finding::{CheckInfo, Finding, Severity};
use crate::model::{Coverage, Gap};
use crate::policy::mute::Muting;
use crate::report::Report;
use crate::text::Lang;
use crate::wire::{Kind, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// The suite of objects of the cluster. No namespace has such a name.
const CLUSTER: &str = "(cluster)";

/// The suite of the coverage.
const COVERAGE: &str = "(coverage)";

/// The case that passes if the coverage is complete.
const COMPLETE: &str = "everything in scope was read";

/// A suite of a cluster.
struct Suite {
    name: String,
    /// The context and the name, as the class of the cases.
    class: String,
    at: Option<Time>,
    properties: Vec<(&'static str, String)>,
    cases: Vec<Case>,
}

/// A check in a namespace.
struct Case {
    name: String,
    result: Outcome,
}

enum Outcome {
    /// It passed, with a text about low findings.
    Passed(String),
    Failed {
        severity: Severity,
        message: String,
        text: String,
    },
    Skipped(String),
    /// It could not be judged.
    Error {
        reason: String,
        message: String,
    },
}

pub(super) fn write(reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
    let suites: Vec<Suite> = reports.iter().flat_map(suites).collect();
    write::suites(&suites, out)
}

/// The findings of a check in a namespace.
#[derive(Default)]
struct Found<'r> {
    /// Of medium and high severity, worst first, each with the finding that names its cause.
    serious: Vec<(&'r Finding, &'r Finding)>,
    low: Vec<(&'r Finding, &'r Finding)>,
    muted: Vec<(&'r Finding, &'r Muting)>,
}

/// The findings by namespace and check. Objects of the cluster have no namespace.
type ByPlace<'r> = BTreeMap<(&'r str, &'static str), Found<'r>>;

fn by_place<'r>(report: &'r Report) -> ByPlace<'r> {
    let mut found = ByPlace::new();
    for (finding, cause) in report.findings.iter().zip(report.causes()) {
        let of = found.entry((&*finding.object.namespace, finding.check.id)).or_default();
        let list = if finding.severity > Severity::Low { &mut of.serious } else { &mut of.low };
        list.push((finding, cause));
    }
    for (finding, mute) in &report.muted.findings {
        let Some(mute) = report.muted.mutes.get(*mute) else { continue };
        found.entry((&*finding.object.namespace, finding.check.id)).or_default().muted.push((finding, mute));
    }
    found
}

fn suites(report: &Report) -> Vec<Suite> {
    let found = by_place(report);
    let reaches: Vec<Reach> = CATALOG.iter().map(|check| Reach::of(check, report)).collect();
    let names = report.namespaces.iter().map(|namespace| namespace.name.as_str());
    let mut suites: Vec<Suite> = std::iter::once("")
        .chain(names)
        .map(|namespace| {
            let cases = reaches.iter().filter_map(|reach| {
                let check = reach.check;
                let result = match found.get(&(namespace, check.id)) {
                    Some(found) => outcome(found),
                    None if reach.passes(namespace, &report.coverage) => Outcome::Passed(String::new()),
                    None => return None,
                };
                Some(Case { name: check.id.to_owned(), result })
            });
            suite(report, if namespace.is_empty() { CLUSTER } else { namespace }, cases.collect())
        })
        .collect();
    suites.push(Suite { properties: properties(report), ..suite(report, COVERAGE, coverage(report)) });
    // The suite of a namespace stays, even if nothing could be judged in it.
    suites.retain(|suite| suite.name != CLUSTER || !suite.cases.is_empty());
    suites
}

fn suite(report: &Report, name: &str, cases: Vec<Case>) -> Suite {
    let (name, context) = (visible(name), visible(&report.snapshot.cluster.context));
    let class = if context.is_empty() { name.clone() } else { format!("{context}.{name}") };
    Suite { name, class, at: report.snapshot.taken_at.known(), properties: Vec::new(), cases }
}

fn properties(report: &Report) -> Vec<(&'static str, String)> {
    let cluster = &report.snapshot.cluster;
    vec![
        ("verdict", report.verdict.id().to_owned()),
        ("context", visible(&cluster.context)),
        ("server", visible(&cluster.server)),
        ("version", crate::VERSION.to_owned()),
    ]
}

/// The kinds that are read only if a flag or a source of measurements is there.
const ON_REQUEST: [Kind; 4] = [Kind::Host, Kind::LogSource, Kind::NodeMetrics, Kind::Throttling];

/// Where a check would have found something.
struct Reach<'r> {
    check: &'static CheckInfo,
    /// The namespaces of the objects that it is about.
    places: BTreeSet<&'r str>,
    /// Whether what it reads on request was read.
    is_read: bool,
}

impl<'r> Reach<'r> {
    fn of(check: &'static CheckInfo, report: &'r Report) -> Self {
        let objects = |kind: &Kind| report.snapshot.rows.objects_of(*kind);
        let places = check.needs.first().map(objects).unwrap_or_default();
        let mut on_request = check.needs.iter().filter(|kind| ON_REQUEST.contains(kind));
        Self {
            check,
            places: places.into_iter().map(|(namespace, _)| namespace).collect(),
            is_read: on_request.all(|kind| !objects(kind).is_empty()),
        }
    }

    /// Returns whether the check found nothing in a namespace although it could have: it has objects to check, was not left
    /// out, and no kind that it reads has a gap.
    fn passes(&self, namespace: &str, coverage: &Coverage) -> bool {
        let is_of_cluster = is_of_cluster(self.check);
        let has_objects =
            if is_of_cluster { !self.places.is_empty() } else { self.places.contains(namespace) };
        let is_here = |gap: &&Gap| {
            namespace.is_empty() || gap.namespace.as_deref().is_none_or(|place| place == namespace)
        };
        let is_unread = |gap: &Gap| {
            gap.kind == Gap::CLUSTER || self.check.needs.iter().any(|kind| kind.name() == gap.kind)
        };
        is_of_cluster == namespace.is_empty()
            && has_objects
            && self.is_read
            && !coverage.gaps.iter().filter(is_here).any(is_unread)
            && !coverage.not_in_scope.iter().filter(is_here).any(|gap| gap.kind == self.check.id)
    }
}

/// Returns whether the findings of a check are about objects of the cluster. Checks of nodes may read only pods.
fn is_of_cluster(check: &CheckInfo) -> bool {
    check.id.starts_with("node-") || check.needs.first().is_some_and(|kind| !kind.namespaced())
}

fn outcome(found: &Found) -> Outcome {
    let muted = || found.muted.iter().map(|(finding, mute)| of_mute(finding, mute));
    let Some((first, _)) = found.serious.first() else {
        if found.muted.is_empty() {
            let low: Vec<String> = found.low.iter().map(|(finding, cause)| about(finding, cause)).collect();
            return Outcome::Passed(low.join("\n\n"));
        }
        return Outcome::Skipped(muted().collect::<Vec<_>>().join("; "));
    };
    let more = found.serious.len() - 1;
    let title = headline(first);
    let title = if more > 0 { format!("{title} (+{more} more)") } else { title };
    let mut blocks: Vec<String> =
        found.serious.iter().map(|(finding, cause)| about(finding, cause)).collect();
    blocks.extend(muted());
    Outcome::Failed { severity: first.severity, message: title, text: blocks.join("\n\n") }
}

fn headline(finding: &Finding) -> String {
    format!("{}: {}", visible(&finding.object.slashed()), message(&finding.message.in_lang(Lang::En)))
}

/// Returns the lines about a finding.
fn about(finding: &Finding, cause: &Finding) -> String {
    let mut lines = vec![format!("{} {}", finding.severity.id(), headline(finding))];
    let since = finding.since.and_then(Time::to_timestamp);
    lines.extend(since.map(|since| format!("since {since}")));
    if !std::ptr::eq(finding, cause) {
        lines.push(format!("caused by {}", headline(cause)));
    }
    lines.extend(finding.evidence.iter().map(|line| message(&line.in_lang(Lang::En))));
    for command in &finding.actions {
        let what = if changes_cluster(command) { "changes the cluster: " } else { "" };
        lines.push(format!("{what}{}", visible(command)));
    }
    lines.join("\n  ")
}

fn of_mute(finding: &Finding, Muting { mute, .. }: &Muting) -> String {
    let (reason, owner) = (message(&mute.reason), visible(&mute.owner));
    format!("muted until {} ({reason}; {owner}): {}", mute.until, headline(finding))
}

fn coverage(report: &Report) -> Vec<Case> {
    let gaps = &report.coverage.gaps;
    if gaps.is_empty() {
        return vec![Case { name: COMPLETE.to_owned(), result: Outcome::Passed(String::new()) }];
    }
    let case = |gap: &Gap| {
        let place = gap.namespace.as_ref().map_or_else(String::new, |namespace| format!(" in {namespace}"));
        let reason = serde_json::to_value(gap.reason).unwrap_or_default();
        let reason = reason.as_str().unwrap_or_default().to_owned();
        let result = Outcome::Error { reason, message: github::gap(gap) };
        Case { name: visible(&format!("{}{place}", gap.kind)), result }
    };
    gaps.iter().map(case).collect()
}
