//! The reports of several clusters, together.

use super::{Counts, Report, Statistics, Verdict};
use crate::model::Cost;
use crate::wire::Time;
use std::collections::BTreeMap;

/// The sums over the reports of one document.
#[derive(Debug)]
pub(crate) struct Overall {
    /// The worst verdict.
    pub(crate) verdict: Verdict,
    pub(crate) totals: Counts,
    pub(crate) cost: Cost,
    /// Whether the scope of every cluster was read.
    pub(crate) complete: bool,
    /// The first start; `None` if no cluster was read.
    pub(crate) started_at: Option<Time>,
    /// The last end; `None` if no cluster was read.
    pub(crate) finished_at: Option<Time>,
    /// The largest clock skew, in seconds.
    pub(crate) skew: i64,
    /// Pods by STATUS.
    pub(crate) status: BTreeMap<String, u64>,
    /// Pods by age, in the order of [`super::AGES`].
    pub(crate) age: [u64; super::AGES.len()],
    /// Pods by node.
    pub(crate) nodes: BTreeMap<String, u64>,
    /// The number of pods that have restarted.
    pub(crate) restarted: u64,
    /// The most restarts of one pod.
    pub(crate) most_restarts: i64,
}

impl Overall {
    /// Adds up reports.
    pub(crate) fn of(reports: &[&Report]) -> Self {
        let snapshots = || reports.iter().map(|report| report.snapshot);
        // A cluster that was not read has no times.
        let read = || snapshots().filter(|snapshot| snapshot.taken_at.known().is_some());
        let mut overall = Self {
            verdict: reports.iter().map(|report| report.verdict).max().unwrap_or(Verdict::Incomplete),
            totals: Counts::default(),
            cost: Cost::default(),
            complete: reports.iter().all(|report| report.coverage.gaps.is_empty()),
            started_at: read().filter_map(|snapshot| snapshot.started_at.known()).min(),
            finished_at: read().map(|snapshot| snapshot.taken_at).max(),
            skew: snapshots().map(|snapshot| snapshot.skew).max_by_key(|skew| skew.abs()).unwrap_or(0),
            status: BTreeMap::new(),
            age: [0; super::AGES.len()],
            nodes: BTreeMap::new(),
            restarted: 0,
            most_restarts: 0,
        };
        for report in reports {
            overall.totals.add(&report.totals);
            overall.cost.add(&report.coverage.cost);
            overall.add(&report.statistics);
        }
        overall
    }

    fn add(&mut self, statistics: &Statistics) {
        for (sum, part) in [(&mut self.status, &statistics.status), (&mut self.nodes, &statistics.nodes)] {
            for (name, count) in part {
                *sum.entry(name.clone()).or_default() += count;
            }
        }
        for (sum, count) in self.age.iter_mut().zip(statistics.age) {
            *sum += count;
        }
        self.restarted += statistics.restarted;
        self.most_restarts = self.most_restarts.max(statistics.most_restarts);
    }
}
