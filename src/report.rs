//! The report: everything that was read and found, sorted and counted once. Renderers format it and count nothing.

mod certificates;
mod hosts;
mod logs;
mod namespaces;
mod nodes;
mod overall;
mod reach;
mod record;
mod resources;
mod statistics;
#[cfg(test)]
mod tests;
mod waiting;

use crate::checks::{self, View, mute};
use crate::compare::changes::{Changes, Trend};
use crate::finding::command::changes_cluster;
use crate::finding::incident::{self, Incident};
pub use crate::finding::verdict::{Class, Counts, NodeClass, Verdict};
use crate::finding::{Finding, Severity};
use crate::model::{Coverage, Ended, Gap, ObjectRef, Pod};
use crate::policy::mute::Muted;
use crate::policy::overrides::{self, IgnoredAnnotations};
use crate::policy::settings::Settings;
use crate::snapshot::Snapshot;
use crate::text::Message;
pub use certificates::{CertificateRow, State as CertificateState};
pub use hosts::HostRow;
pub use logs::{ErrorLogs, ErrorPattern, LogSource};
pub use namespaces::{Namespace, Running};
pub use nodes::{NodeLoad, NodeTotals};
pub(crate) use overall::Overall;
pub use reach::Down;
pub use resources::{Capacity, Requested, Resources};
pub use statistics::{AGES, Spread, Statistics};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
pub use waiting::WaitFor;

/// The report of one cluster.
pub struct Report<'a> {
    /// The snapshot.
    pub snapshot: &'a Snapshot,
    /// The settings it was judged by.
    pub settings: &'a Settings,
    view: View<'a>,
    /// The overall state.
    pub verdict: Verdict,
    /// What was read and what was not, with the checks that did not run.
    pub coverage: Coverage,
    /// All pods of the scope, by class.
    pub totals: Counts,
    /// All pods of the scope, by STATUS.
    pub running: Running,
    /// The namespaces, by name.
    pub namespaces: Vec<Namespace>,
    /// The findings, worst and oldest first. Commands that only read are the first actions of each.
    pub findings: Vec<Finding>,
    /// The incidents, worst first; of one severity, those of the whole cluster first, then newest first.
    pub incidents: Vec<Incident>,
    /// The mutes, and the findings they hide.
    pub muted: Muted,
    /// The class of each pod of the snapshot.
    classes: Vec<Class>,
    /// Distributions.
    pub statistics: Statistics,
    /// The nodes that matter to the scope, worst and fullest first.
    pub nodes: Vec<NodeLoad<'a>>,
    /// The certificates in Secrets, worst first, then by expiry.
    pub certificates: Vec<CertificateRow<'a>>,
    /// The changes since an earlier run.
    pub compared: Compared,
    /// The counts of the earlier run.
    pub trend: Option<Trend>,
}

/// The changes since an earlier run.
#[derive(Debug, Default)]
pub enum Compared {
    /// No comparison was asked for.
    #[default]
    No,
    /// The history has no earlier run.
    FirstRun,
    /// The changes, and the source of the earlier run.
    With(Box<Changes>, Source),
}

/// The source of an earlier run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    Baseline,
    /// The last record of a history.
    History,
}

impl Source {
    /// Returns the word in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Source::Baseline => "baseline",
            Source::History => "history",
        }
    }
}

/// The part of a report that is kept after it was shown: one row of the overview of several clusters.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The context.
    pub context: String,
    /// The overall state.
    pub verdict: Verdict,
    /// All pods.
    pub totals: Counts,
    /// The severity of the worst finding.
    pub worst: Option<Severity>,
    /// Whether all of the scope was read.
    pub complete: bool,
    /// The severity of the worst finding about a node or the capacity of the cluster.
    pub worst_of_nodes: Option<Severity>,
    /// Why nothing of the cluster could be read.
    pub unseen: Option<Message>,
    /// The severity of the worst new finding.
    pub worst_new: Option<Severity>,
}

/// The commands that come next, each once.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct NextCommands<'r> {
    /// Commands that only read.
    pub reading: Vec<&'r str>,
    /// Commands that change the cluster.
    pub changing: Vec<&'r str>,
}

impl<'r> NextCommands<'r> {
    /// Sorts commands into the two lists.
    pub fn of(commands: impl IntoIterator<Item = &'r str>) -> Self {
        let (mut next, mut known) = (Self::default(), HashSet::new());
        for command in commands.into_iter().filter(|command| known.insert(*command)) {
            let list = if changes_cluster(command) { &mut next.changing } else { &mut next.reading };
            list.push(command);
        }
        next
    }
}

impl<'a> Report<'a> {
    /// Judges a snapshot.
    pub fn new(snapshot: &'a Snapshot, settings: &'a Settings) -> Self {
        let view = View::new(snapshot, settings);
        let (mut findings, left_out) = checks::run(&view);
        let coverage = coverage(&view, left_out);
        for finding in &mut findings {
            finding.actions.sort_by_cached_key(|command| changes_cluster(command));
        }
        let muted = mute::apply(&view, &mut findings, coverage.gaps.is_empty());
        let classes = classify(snapshot, &findings, &muted);
        let progressing = in_progress(&view, &muted);
        let mut totals = Counts::default();
        snapshot.rows.pods.iter().zip(&classes).for_each(|(pod, class)| totals.count(pod, *class));
        Self {
            snapshot,
            settings,
            verdict: Verdict::of(
                findings.iter().map(|finding| (finding.severity, finding.serving)),
                coverage.gaps.is_empty(),
                !progressing.is_empty(),
            ),
            totals,
            running: Running::of(&snapshot.rows.pods),
            namespaces: namespaces::of(snapshot, &coverage.gaps, &findings, &classes, &progressing),
            coverage,
            incidents: incident::group(&findings),
            certificates: certificates::of(&view, &findings, &muted),
            muted,
            statistics: Statistics::of(&view),
            nodes: nodes::of(&view, &findings),
            findings,
            classes,
            compared: Compared::No,
            trend: None,
            view,
        }
    }

    /// Returns the view that the checks read.
    pub fn view(&self) -> &View<'a> {
        &self.view
    }

    /// Returns the annotations for this tool that have no effect, each with the reason.
    pub fn ignored_annotations(&self) -> &IgnoredAnnotations {
        self.view.ignored_annotations()
    }

    /// Returns every pod with its class, sorted by namespace and name.
    pub fn pods(&self) -> impl Iterator<Item = (&'a Pod, Class)> {
        self.snapshot.rows.pods.iter().zip(self.classes.iter().copied())
    }

    /// Returns the pods of a namespace with their classes, sorted by name.
    pub fn pods_of(&self, namespace: &str) -> impl Iterator<Item = (&'a Pod, Class)> {
        let rows = &self.snapshot.rows;
        let places = rows.places_of_pods(namespace);
        rows.pods[places.clone()].iter().zip(self.classes[places].iter().copied())
    }

    /// Returns the part of the report that is kept after it was shown.
    pub fn summary(&self) -> Summary {
        let coverage = &self.coverage;
        let unseen = coverage.gaps.iter().find(|gap| gap.kind == Gap::CLUSTER);
        Summary {
            context: self.snapshot.cluster.context.clone(),
            verdict: self.verdict,
            totals: self.totals,
            worst: self.findings.iter().map(|finding| finding.severity).max(),
            worst_of_nodes: self.worst_of_nodes(),
            complete: coverage.gaps.is_empty(),
            unseen: unseen.and_then(|gap| gap.why.clone()),
            worst_new: self.changes().and_then(Changes::worst_new),
        }
    }

    /// Returns the changes, if the report was compared with an earlier run.
    pub fn changes(&self) -> Option<&Changes> {
        match &self.compared {
            Compared::With(changes, _) => Some(changes),
            Compared::No | Compared::FirstRun => None,
        }
    }

    /// Returns whether there is nothing to report: no pods and no findings, or a cluster that could not be read. Files of
    /// other objects, or of an empty list of a kind, are something.
    pub fn is_of_nothing(&self) -> bool {
        let gaps = &self.coverage.gaps;
        !self.snapshot.has_other_objects()
            && self.classes.is_empty()
            && self.findings.is_empty()
            && gaps.iter().all(|gap| gap.kind == Gap::CLUSTER)
    }

    /// Returns the number of incidents of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.incidents.iter().filter(|incident| incident.severity == severity).count()
    }

    /// Returns the incidents above low severity, each with the finding that names its cause.
    pub fn serious(&self) -> impl Iterator<Item = (&Incident, &Finding)> {
        let serious = self.incidents.iter().filter(|incident| incident.severity > Severity::Low);
        serious.map(|incident| (incident, &self.findings[incident.cause]))
    }

    /// Returns the finding that names the cause of each finding, in the order of the findings.
    pub fn causes(&self) -> Vec<&Finding> {
        let mut causes: Vec<&Finding> = self.findings.iter().collect();
        for incident in &self.incidents {
            for index in &incident.findings {
                causes[*index] = &self.findings[incident.cause];
            }
        }
        causes
    }

    /// Returns how many seconds the oldest serious incident has lasted.
    pub fn oldest_problem(&self) -> Option<i64> {
        let since = self.serious().filter_map(|(_, cause)| cause.since);
        since.map(|since| self.snapshot.taken_at.seconds_since(since)).max()
    }

    /// Returns the findings about each pod, by namespace and name. Findings about nodes are not among them.
    pub fn findings_by_pod(&self) -> BTreeMap<(&str, &str), Vec<&Finding>> {
        let mut out: BTreeMap<(&str, &str), Vec<&Finding>> = BTreeMap::new();
        for (finding, object) in about_pods(&self.findings) {
            if &*object.kind == "Pod" {
                out.entry((&object.namespace, &object.name)).or_default().push(finding);
            }
        }
        out
    }
}

/// Returns each finding with each object it is about or affects. A pod on a failed node has findings of its own.
fn about_pods(findings: &[Finding]) -> impl Iterator<Item = (&Finding, &ObjectRef)> {
    let about = findings.iter().filter(|finding| &*finding.object.kind != "Node");
    about.flat_map(|finding| {
        std::iter::once(&finding.object).chain(&finding.affected).map(move |object| (finding, object))
    })
}

/// Returns the class of each pod, from the worst finding about it.
fn classify(snapshot: &Snapshot, findings: &[Finding], muted: &Muted) -> Vec<Class> {
    let mut worst: BTreeMap<(&str, &str), Severity> = BTreeMap::new();
    for (finding, object) in about_pods(findings) {
        let of_pod = worst.entry((&object.namespace, &object.name)).or_insert(finding.severity);
        *of_pod = finding.severity.max(*of_pod);
    }
    let quiet: BTreeSet<&ObjectRef> = muted.findings.iter().map(|(finding, _)| &finding.object).collect();
    let accepted = |pod: &Pod| quiet.contains(&pod.object_ref());
    let class = |pod: &Pod| match worst.get(&(&*pod.shared.namespace, &*pod.name)) {
        Some(Severity::High) => Class::Unhealthy,
        Some(Severity::Medium) => Class::Attention,
        // A mute does not make a failure a success.
        _ if pod.shared.ended == Some(Ended::Failed) && accepted(pod) => Class::Attention,
        _ if pod.shared.ended.is_some() => Class::Completed,
        _ if pod.serves() => Class::Healthy,
        _ => Class::Attention,
    };
    snapshot.rows.pods.iter().map(class).collect()
}

/// Returns the objects that findings are about, and their owners.
fn objects_and_owners<'f>(findings: impl Iterator<Item = &'f Finding>) -> BTreeSet<ObjectRef> {
    let both = |finding: &Finding| {
        let owner = finding.owner.as_ref().map(|owner| owner.object(&finding.object.namespace));
        std::iter::once(finding.object.clone()).chain(owner)
    };
    findings.flat_map(both).collect()
}

/// Returns the namespaces in which something has nothing ready yet, other than what a mute accepts.
fn in_progress(view: &View, muted: &Muted) -> BTreeSet<Arc<str>> {
    let accepted = objects_and_owners(muted.findings.iter().map(|(finding, _)| finding));
    let objects = checks::progress::objects_in_progress(view);
    objects.into_iter().filter(|object| !accepted.contains(object)).map(|object| object.namespace).collect()
}

fn coverage(view: &View, left_out: Vec<Gap>) -> Coverage {
    let mut coverage = view.snapshot.coverage.clone();
    coverage.gaps.extend(left_out);
    coverage.not_in_scope.extend(view.settings.choice.gaps());
    coverage.not_in_scope.extend(overrides::skipped(view.overrides()));
    coverage.sort();
    coverage
}
