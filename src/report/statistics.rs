//! Distributions over the pods of the scope.

use crate::checks::View;
use crate::model::{Pod, Workload};
use crate::wire::Time;
use std::collections::BTreeMap;

/// Distributions over all pods of the scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Pods by STATUS, most frequent first.
    pub status: Vec<(String, u64)>,
    /// Pods by age, in the order of [`AGES`].
    pub age: [u64; AGES.len()],
    /// Pods by node, most first; pods without a node are under the empty name.
    pub nodes: Vec<(String, u64)>,
    /// The number of pods that have restarted.
    pub restarted: u64,
    /// The number of pods with so many restarts that they need attention.
    pub restless: u64,
    /// The most restarts of one pod.
    pub most_restarts: i64,
    /// The number of nodes that matter to the scope, and how many of them are ready.
    pub relevant_nodes: (usize, usize),
    /// The number of workloads, if there are any and each has all its replicas.
    pub available_workloads: Option<usize>,
}

/// The age groups of a report. The first three overlap: a pod of 100 days is in all of them. Each pod is in one of the
/// last three.
pub const AGES: [&str; 5] = [">90d", ">70d", ">30d", "7d-30d", "<7d"];

impl Statistics {
    pub(super) fn of(view: &View) -> Self {
        let rows = &view.snapshot.rows;
        let mut out = Self {
            relevant_nodes: (view.nodes().count(), view.nodes().filter(|node| node.is_ready()).count()),
            available_workloads: available(&rows.workloads),
            ..Self::default()
        };
        let limit = view.settings.thresholds.restarts_attention;
        let (mut status, mut nodes) = (BTreeMap::new(), BTreeMap::new());
        for pod in &rows.pods {
            *status.entry(&*pod.shared.status).or_insert(0) += 1;
            *nodes.entry(pod.node.as_deref().unwrap_or_default()).or_insert(0) += 1;
            out.restarted += u64::from(pod.shared.restarts > 0);
            out.restless += u64::from(pod.shared.restarts >= limit);
            out.most_restarts = out.most_restarts.max(pod.shared.restarts);
            for (count, within) in out.age.iter_mut().zip(ages(pod, view.now())) {
                *count += u64::from(within);
            }
        }
        out.status = most_first(status);
        out.nodes = most_first(nodes);
        out
    }

    /// Returns the spread of the pods over the nodes.
    pub fn spread(&self) -> Option<Spread> {
        let used = self.nodes.iter().filter(|(node, _)| !node.is_empty());
        let all = self.nodes.iter().map(|(_, pods)| pods).sum();
        Spread::of(used.map(|(node, pods)| (node.as_str(), *pods)), all)
    }
}

/// Returns in which of the [`AGES`] a pod is.
fn ages(pod: &Pod, now: Time) -> [bool; AGES.len()] {
    // In whole days, as the AGE column.
    let days = pod.created().map(|created| now.seconds_since(created).div_euclid(86_400));
    let groups =
        |days: i64| [days > 90, days > 70, days > 30, (7..=30).contains(&days), (0..7).contains(&days)];
    days.map(groups).unwrap_or_default()
}

fn available(workloads: &[Workload]) -> Option<usize> {
    let wanted = || workloads.iter().filter(|workload| workload.desired > 0);
    (wanted().next().is_some() && workloads.iter().all(Workload::is_available))
        .then(|| wanted().filter(|workload| workload.owner.is_none()).count())
}

fn most_first(counts: BTreeMap<&str, u64>) -> Vec<(String, u64)> {
    let mut counts: Vec<(String, u64)> = counts.into_iter().map(|(name, n)| (name.to_owned(), n)).collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts
}

/// The spread of pods over the nodes that run any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spread {
    /// The number of nodes.
    pub nodes: u64,
    /// The node with the most pods.
    pub busiest: String,
    /// Its pods.
    pub most: u64,
    /// The fewest pods of a node.
    pub least: u64,
    /// All pods.
    pub all: u64,
    /// `most` as a multiple of the mean, in tenths.
    pub ratio_tenths: u64,
    /// Whether the busiest node has at most one and a half times the mean.
    pub is_even: bool,
    /// Whether one of several nodes carries more than a third of the pods.
    pub is_heavy: bool,
}

impl Spread {
    /// Returns the spread of pods over nodes, which need not be sorted; `None` without pods on nodes.
    pub(super) fn of<'n>(used: impl Iterator<Item = (&'n str, u64)>, all: u64) -> Option<Self> {
        let mut used: Vec<(&str, u64)> = used.filter(|(_, pods)| *pods > 0).collect();
        used.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let ((busiest, most), (_, least)) = (*used.first()?, *used.last()?);
        let (nodes, pods) = (used.len() as u64, used.iter().map(|(_, pods)| pods).sum::<u64>());
        Some(Self {
            nodes,
            busiest: busiest.to_owned(),
            most,
            least,
            all,
            // most / (pods / nodes), half up.
            ratio_tenths: (most * nodes * 20 + pods) / (pods * 2),
            is_even: most * nodes * 2 <= pods * 3,
            is_heavy: most * 3 > pods && nodes > 2,
        })
    }
}
