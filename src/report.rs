//! The report: what was seen and found, sorted and counted once. Renderers read it and count nothing.

mod certificates;
mod hosts;
mod past;
mod resources;

use crate::checks::{self, Load, View};
use crate::compare::changes::{Changes, Trend};
use crate::finding::incident::{self, Incident};
pub use crate::finding::verdict::{Class, Counts, Verdict};
use crate::finding::{Finding, Severity};
use crate::model::{Amount, Coverage, Ended, Gap, Node, ObjectRef, Pod, Thresholds};
use crate::policy::mute::{self, Muted};
use crate::policy::overrides::Override;
use crate::policy::settings::Settings;
use crate::snapshot::Snapshot;
pub use certificates::{CertificateRow, State as CertificateState};
pub use hosts::HostRow;
pub use resources::{Capacity, Requested, Resources};
use std::collections::{BTreeMap, BTreeSet};

/// Everything a renderer needs.
pub struct Report<'a> {
    /// What was seen.
    pub snapshot: &'a Snapshot,
    /// By which settings it was judged.
    pub settings: &'a Settings,
    /// The overall state.
    pub verdict: Verdict,
    /// What was seen and what was not, with the checks that were left out.
    pub coverage: Coverage,
    /// What is written on objects for this tool and was not heeded, and why.
    pub ignored_annotations: Vec<(ObjectRef, String)>,
    /// All pods of the scope.
    pub totals: Counts,
    /// Each namespace, sorted by name.
    pub namespaces: Vec<(String, Counts)>,
    /// Worst and oldest first.
    pub findings: Vec<Finding>,
    /// Worst and oldest first.
    pub incidents: Vec<Incident>,
    /// What somebody has accepted for a time.
    pub muted: Muted,
    /// The class of each pod of the snapshot.
    classes: Vec<Class>,
    /// Distributions.
    pub statistics: Statistics,
    /// The nodes that matter to the scope, worst and fullest first.
    pub nodes: Vec<NodeLoad<'a>>,
    /// The certificates in secrets, worst first, then by their end.
    pub certificates: Vec<CertificateRow<'a>>,
    /// What has changed.
    pub compared: Compared,
    /// The counts of an earlier run.
    pub trend: Option<Trend>,
}

/// What has changed since an earlier run.
#[derive(Debug, Default)]
pub enum Compared {
    /// Nobody asked.
    #[default]
    No,
    /// There is no earlier run on record.
    FirstRun,
    /// What differs, and where the earlier run is from.
    With(Box<Changes>, Source),
}

/// Where an earlier run is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    Baseline,
    /// The last record of a history.
    History,
}

impl Source {
    /// As in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Source::Baseline => "baseline",
            Source::History => "history",
        }
    }
}

/// A node, and what it carries.
#[derive(Clone, Debug)]
pub struct NodeLoad<'a> {
    /// The node.
    pub node: &'a Node,
    /// How it is.
    pub class: Class,
    /// Pods of the scope on it that have not ended.
    pub pods: u64,
    /// What is set aside for them.
    pub requests: Amount,
    /// What they may use at most, as far as they are limited.
    pub limits: Amount,
}

/// With so many percent of the pods it may hold, a node needs attention.
const NEARLY_FULL: i64 = 90;

impl<'a> NodeLoad<'a> {
    fn new(node: &'a Node, Load { pods, requests, limits }: Load, thresholds: &Thresholds) -> Self {
        let room = node.pods.unwrap_or(i64::MAX);
        let nearly_full =
            i64::try_from(pods).unwrap_or(i64::MAX).saturating_mul(100) >= room.saturating_mul(NEARLY_FULL);
        let low_on_memory = node.memory_used().is_some_and(|used| used >= thresholds.node_memory);
        let class = if !node.is_ready() {
            Class::Unhealthy
        } else if nearly_full || low_on_memory || node.pressures().next().is_some() {
            Class::Attention
        } else {
            Class::Healthy
        };
        Self { node, class, pods, requests, limits }
    }

    /// How full it is of what it is fullest of, in thousandths: pods, CPU or memory set aside.
    fn fullness(&self) -> i128 {
        let share = |part: i64, whole: i64| i128::from(part) * 1000 / i128::from(whole.max(1));
        let pods = self.node.pods.map_or(0, |room| share(i64::try_from(self.pods).unwrap_or(i64::MAX), room));
        let room = self.node.allocatable;
        pods.max(share(self.requests.cpu, room.cpu)).max(share(self.requests.memory, room.memory))
    }
}

/// What is left of a report when it has been shown: one row of the overview of several clusters.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The context.
    pub context: String,
    /// The overall state.
    pub verdict: Verdict,
    /// All pods.
    pub totals: Counts,
    /// The worst finding.
    pub worst: Option<Severity>,
    /// Whether all of the scope was seen.
    pub complete: bool,
    /// Why nothing of the cluster could be seen.
    pub unseen: Option<String>,
    /// The worst finding that was not there before.
    pub worst_new: Option<Severity>,
}

/// Distributions over all pods of the scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Pods by STATUS, most frequent first.
    pub status: Vec<(String, u64)>,
    /// Pods by age, in the order of [`AGES`].
    pub age: [u64; 4],
    /// Pods by node, most first; pods without a node are under the empty name.
    pub nodes: Vec<(String, u64)>,
    /// Pods that have restarted at all.
    pub restarted: u64,
    /// The most restarts of one pod.
    pub most_restarts: i64,
    /// Nodes that matter to the scope, and how many of them are ready.
    pub relevant_nodes: (usize, usize),
}

/// The age groups of a patrol report. The first three hold each other: a pod of 100 days is in all three.
pub const AGES: [&str; 4] = [">90d", ">70d", ">30d", "<7d"];

impl<'a> Report<'a> {
    /// Judges a snapshot.
    pub fn new(snapshot: &'a Snapshot, settings: &'a Settings) -> Self {
        let view = View::new(snapshot, settings);
        let mut findings = checks::run(&view);
        let muted = mute::apply(&view, &mut findings);
        let incidents = incident::group(&findings);
        let classes = classify(snapshot, &findings, &muted);
        let mut totals = Counts::default();
        let mut namespaces: BTreeMap<&str, Counts> = BTreeMap::new();
        let named = snapshot.scope.namespaces.iter().map(String::as_str);
        let concerned = findings.iter().map(|f| &*f.object.namespace).filter(|name| !name.is_empty());
        for name in named.chain(concerned) {
            namespaces.entry(name).or_default();
        }
        for (pod, &class) in snapshot.rows.pods.iter().zip(&classes) {
            totals.count(pod, class);
            namespaces.entry(&pod.shared.namespace).or_default().count(pod, class);
        }
        Self {
            snapshot,
            settings,
            verdict: Verdict::of(
                findings.iter().map(|finding| (finding.severity, finding.serving)),
                snapshot.coverage.gaps.is_empty(),
            ),
            coverage: coverage(&view),
            ignored_annotations: ignored_annotations(&view),
            totals,
            namespaces: namespaces.into_iter().map(|(name, counts)| (name.to_owned(), counts)).collect(),
            incidents,
            certificates: certificates::of(&view, &findings, &muted),
            muted,
            statistics: Statistics {
                relevant_nodes: (view.nodes().count(), view.nodes().filter(|node| node.is_ready()).count()),
                ..statistics(snapshot)
            },
            nodes: node_loads(&view),
            findings,
            classes,
            compared: Compared::No,
            trend: None,
        }
    }

    /// Every pod with its class, sorted by namespace and name.
    pub fn pods(&self) -> impl Iterator<Item = (&'a Pod, Class)> {
        self.snapshot.rows.pods.iter().zip(self.classes.iter().copied())
    }

    /// What is left of it when it has been shown.
    pub fn summary(&self) -> Summary {
        let coverage = &self.coverage;
        let unseen = coverage.gaps.iter().find(|gap| gap.kind == Gap::CLUSTER);
        Summary {
            context: self.snapshot.cluster.context.clone(),
            verdict: self.verdict,
            totals: self.totals,
            worst: self.findings.iter().map(|finding| finding.severity).max(),
            complete: coverage.gaps.is_empty(),
            unseen: unseen.map(|gap| gap.detail.clone()),
            worst_new: self.changes().and_then(Changes::worst_new),
        }
    }

    /// What has changed, if it was compared with anything.
    pub fn changes(&self) -> Option<&Changes> {
        match &self.compared {
            Compared::With(changes, _) => Some(changes),
            Compared::No | Compared::FirstRun => None,
        }
    }

    /// Whether there was nothing to look at, or nothing could be looked at.
    pub fn is_of_nothing(&self) -> bool {
        let gaps = &self.coverage.gaps;
        self.classes.is_empty() && self.findings.is_empty() && gaps.iter().all(|gap| gap.kind == Gap::CLUSTER)
    }

    /// How many incidents have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.incidents.iter().filter(|incident| incident.severity == severity).count()
    }

    /// The first command of each incident that needs one, without repetition; what has changed comes first.
    pub fn next_commands(&self) -> Vec<&str> {
        let serious = self.incidents.iter().filter(|incident| incident.severity > Severity::Low);
        let mut causes: Vec<&Finding> = serious.map(|incident| &self.findings[incident.cause]).collect();
        if let Some(changes) = self.changes() {
            causes.sort_by_key(|cause| changes.of_key(&cause.key).map(|changed| changed.change));
        }
        let mut commands: Vec<&str> = Vec::new();
        for cause in causes {
            let first = cause.actions.first().map(String::as_str);
            commands.extend(first.filter(|line| !commands.contains(line)));
        }
        commands
    }

    /// Whether anything of at least this severity was found.
    pub fn has(&self, severity: Severity) -> bool {
        self.findings.iter().any(|finding| finding.severity >= severity)
    }
}

/// Gives each pod its class: that of the worst finding about it.
fn classify(snapshot: &Snapshot, findings: &[Finding], muted: &Muted) -> Vec<Class> {
    let mut worst: BTreeMap<(&str, &str), Severity> = BTreeMap::new();
    // What a dead node does to a pod, the pod says itself.
    for finding in findings.iter().filter(|finding| &*finding.object.kind != "Node") {
        for object in std::iter::once(&finding.object).chain(&finding.affected) {
            let of_pod = worst.entry((&object.namespace, &object.name)).or_insert(finding.severity);
            *of_pod = finding.severity.max(*of_pod);
        }
    }
    let quiet: BTreeSet<&ObjectRef> = muted.findings.iter().map(|(finding, _)| &finding.object).collect();
    let accepted = |pod: &Pod| quiet.contains(&pod.object_ref());
    let class = |pod: &Pod| match worst.get(&(&*pod.shared.namespace, &*pod.name)) {
        Some(Severity::High) => Class::Unhealthy,
        Some(Severity::Medium) => Class::Attention,
        // That a failure is accepted does not make it a success.
        _ if pod.shared.ended == Some(Ended::Failed) && accepted(pod) => Class::Attention,
        _ if pod.shared.ended.is_some() => Class::Completed,
        _ if pod.serves() => Class::Healthy,
        _ => Class::Attention,
    };
    snapshot.rows.pods.iter().map(class).collect()
}

/// The nodes of the scope with what they carry, worst and fullest first.
fn node_loads<'a>(view: &View<'a>) -> Vec<NodeLoad<'a>> {
    let load = |node: &'a Node| NodeLoad::new(node, view.load(&node.name), &view.settings.thresholds);
    let mut nodes: Vec<NodeLoad> = view.nodes().map(load).collect();
    nodes.sort_by(|a, b| (b.class, b.fullness(), &a.node.name).cmp(&(a.class, a.fullness(), &b.node.name)));
    nodes
}

fn coverage(view: &View) -> Coverage {
    let mut coverage = view.snapshot.coverage.clone();
    coverage.outside.extend(view.settings.choice.gaps());
    coverage.outside.extend(view.overrides().iter().flat_map(Override::gaps));
    coverage.sort();
    coverage
}

fn ignored_annotations(view: &View) -> Vec<(ObjectRef, String)> {
    let each = |over: &Override| {
        over.ignored_annotations.iter().map(|why| (over.object.clone(), why.clone())).collect()
    };
    view.overrides().iter().flat_map::<Vec<_>, _>(each).collect()
}

fn statistics(snapshot: &Snapshot) -> Statistics {
    let mut out = Statistics::default();
    let (mut status, mut nodes) = (BTreeMap::new(), BTreeMap::new());
    for pod in &snapshot.rows.pods {
        *status.entry(&*pod.shared.status).or_insert(0) += 1;
        *nodes.entry(pod.node.as_deref().unwrap_or_default()).or_insert(0) += 1;
        out.restarted += u64::from(pod.shared.restarts > 0);
        out.most_restarts = out.most_restarts.max(pod.shared.restarts);
        // In whole days, as the AGE column counts them.
        let days = pod.created().map(|created| snapshot.taken_at.seconds_since(created).div_euclid(86_400));
        let groups = days.map(|days| [days > 90, days > 70, days > 30, (0..7).contains(&days)]);
        for (count, within) in out.age.iter_mut().zip(groups.unwrap_or_default()) {
            *count += u64::from(within);
        }
    }
    out.status = most_first(status);
    out.nodes = most_first(nodes);
    out
}

fn most_first(counts: BTreeMap<&str, u64>) -> Vec<(String, u64)> {
    let mut counts: Vec<(String, u64)> = counts.into_iter().map(|(name, n)| (name.to_owned(), n)).collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts
}
