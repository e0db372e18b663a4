//! Compares the requests and limits of workloads with their usage and suggests better values. `docs/rightsize.md` has
//! the rules.
//!
//! Out of scope: requests to a server, and texts.

mod fold;
mod propose;
mod used;

use crate::checks::View;
use crate::finding::Severity;
use crate::model::{Amount, ObjectRef, Owner};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The number of samples needed for a suggestion; the same as `points_required` of Krr.
pub(crate) const SAMPLES_NEEDED: i64 = 100;

/// With fewer samples of one pod, the 95th percentile is the maximum.
const FEWEST: i64 = 20;

/// The numbers in the rules, in percent or samples, by their names in JSON.
pub(crate) const RULES: [(&str, i64); 8] = [
    ("contradictionPercent", propose::CONTRADICTION),
    ("cpuPercentile", 95),
    ("limitMarginPercent", propose::LIMIT_MARGIN),
    ("marginPercent", propose::MARGIN),
    ("nearLimitPercent", propose::NEAR),
    ("samplesForPercentile", FEWEST),
    ("samplesNeeded", SAMPLES_NEEDED),
    ("worthPercent", propose::WORTH),
];

/// The source of the current usage.
pub(crate) const METRICS_API: &str = "metrics.k8s.io";

/// The result for one cluster.
#[derive(Debug, Default)]
pub struct Rightsizing {
    /// The window of the longest history, in seconds; `None` without a history.
    pub(crate) window: Option<i64>,
    /// The containers with usage data or risks, sorted by namespace and workload, then in the order of the pod.
    pub rows: Vec<Row>,
    /// The number of objects that were not judged, by reason; never 0.
    pub(crate) not_judged: Vec<(NotJudged, usize)>,
    /// The requests of all containers of the workloads.
    pub(crate) requests: Amount,
}

/// A container of a workload, over all its pods.
#[derive(Clone, Debug)]
pub struct Row {
    /// The topmost owner of its pods.
    pub workload: ObjectRef,
    /// The owner that manages the workload and may revert changes.
    pub(crate) managed_by: Option<Owner>,
    /// Whether the controller keeps its pods when the template changes.
    pub(crate) on_delete: bool,
    pub(crate) container: Arc<str>,
    /// Whether it is a sidecar: an init container that keeps running.
    pub(crate) sidecar: bool,
    /// The current number of pods.
    pub(crate) pods: usize,
    /// The most that each pod can save: its init containers need the rest.
    pub(crate) room: Amount,
    /// The data about it.
    pub facts: Facts,
    /// The risks, the worst first.
    pub(crate) risks: Vec<Risk>,
    /// The suggested values.
    pub proposal: Proposal,
    /// Whether there are no suggested values because the current usage contradicts the history.
    pub(crate) contradicted: bool,
}

/// The data about a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The requests of the newest pod; 0 if it sets none.
    pub(crate) requests: Amount,
    /// The limits of the newest pod; 0 if it sets none.
    pub(crate) limits: Amount,
    /// The largest CPU (95th percentile) and memory usage of its pods.
    pub used: Amount,
    /// The usage that the history alone shows.
    pub(crate) recorded: Option<Amount>,
    /// The largest current usage of its pods, from the metrics API.
    pub(crate) now: Option<Amount>,
    /// Where the numbers come from.
    pub(crate) sources: Vec<String>,
    pub(crate) measured: Measured,
    /// Why the CPU request must not change.
    pub(crate) cpu_stays: Option<CpuStays>,
    pub(crate) killed: Killed,
    /// The share of throttled CPU periods in thousandths, and the CPU limit, if it is throttled too often.
    pub(crate) throttled: Option<(i64, Option<i64>)>,
}

/// The source of the usage data of a container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Measured {
    /// Enough samples, with their number.
    History(i64),
    /// Too few samples, with their number.
    Few(i64),
    /// The current value of the metrics server.
    Once,
    #[default]
    Nothing,
}

/// Whether the container was OOM-killed when it last ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Killed {
    #[default]
    No,
    /// It was, far below its limit: the node was out of memory.
    NodeShort,
    Yes,
    /// It was, and the flags of its runtime need this many bytes.
    Needs(i64),
    /// It was, after its memory grew without bound: no limit is enough.
    Leaks,
}

/// Why a CPU request must not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CpuStays {
    /// The target of an autoscaler is a percentage of it.
    Autoscaled,
    /// The autoscalers could not be read.
    AutoscalersNotSeen,
}

/// A risk of the current requests and limits, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Risk {
    OomKilled,
    /// The memory usage is near the limit.
    NearLimit,
    /// The CPU limit throttles the container in this share of its periods, in thousandths.
    Throttled(i64),
    /// The memory usage is above the request: the kubelet evicts such pods first if the node is out of memory.
    AboveMemoryRequest,
    /// The CPU usage is above the request.
    AboveCpuRequest,
}

/// The suggested values; `None` keeps the current one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// The requests.
    pub requests: Change,
    /// The limits.
    pub limits: Change,
}

/// Values for CPU, in thousandths of a core, and memory, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change<T = Option<i64>> {
    /// CPU.
    pub cpu: T,
    /// Memory.
    pub memory: T,
}

/// Why objects were not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NotJudged {
    /// Workloads without usage data.
    NotMeasured,
    WithoutPods,
    /// Workloads that were not read. Their template is unknown, so containers that a webhook added cannot be
    /// recognized.
    NotSeen,
    /// Workloads with pod-level resources.
    AsWhole,
    /// Containers that are not in the template of their workload.
    Injected,
    OfJobs,
    /// Pods without an owner.
    Bare,
    /// Pods of owners of other kinds.
    OfOthers,
}

impl Risk {
    pub(crate) fn severity(self) -> Severity {
        match self {
            Risk::OomKilled | Risk::NearLimit => Severity::High,
            Risk::Throttled(_) | Risk::AboveMemoryRequest => Severity::Medium,
            Risk::AboveCpuRequest => Severity::Low,
        }
    }

    /// Returns the position in the ranking, from 1.
    fn rank(self) -> u8 {
        match self {
            Risk::OomKilled => 1,
            Risk::NearLimit => 2,
            Risk::Throttled(_) => 3,
            Risk::AboveMemoryRequest => 4,
            Risk::AboveCpuRequest => 5,
        }
    }

    /// Returns the name in JSON.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Risk::OomKilled => "oom-killed",
            Risk::NearLimit => "near-memory-limit",
            Risk::Throttled(_) => "cpu-throttled",
            Risk::AboveMemoryRequest => "above-memory-request",
            Risk::AboveCpuRequest => "above-cpu-request",
        }
    }
}

impl Proposal {
    /// Returns whether any value is set.
    pub fn is_any(&self) -> bool {
        *self != Self::default()
    }
}

impl Row {
    /// Returns the savings of its current pods together.
    pub(crate) fn gives_back(&self) -> Amount {
        self.saving().times(self.pods)
    }

    /// Returns the additional requests of its current pods together.
    pub(crate) fn asks_more(&self) -> Amount {
        self.wanted().less(self.facts.requests).times(self.pods)
    }

    /// Returns the saving of each pod.
    fn saving(&self) -> Amount {
        self.facts.requests.less(self.wanted()).min(self.room)
    }

    /// Returns the suggested requests, or the current ones.
    fn wanted(&self) -> Amount {
        let (now, wanted) = (self.facts.requests, self.proposal.requests);
        Amount { cpu: wanted.cpu.unwrap_or(now.cpu), memory: wanted.memory.unwrap_or(now.memory) }
    }

    /// Returns a number that orders rows with the same risk: the share of throttled periods, the usage in millionths
    /// of the limit, or the usage of all pods beyond their requests.
    fn weight(&self, risk: Risk) -> i128 {
        let Facts { used, requests, limits, .. } = self.facts;
        let beyond = used.less(requests).times(self.pods);
        match risk {
            Risk::OomKilled | Risk::NearLimit => {
                i128::from(used.memory) * 1_000_000 / i128::from(limits.memory.max(1))
            }
            Risk::Throttled(share) => share.into(),
            Risk::AboveMemoryRequest => beyond.memory.into(),
            Risk::AboveCpuRequest => beyond.cpu.into(),
        }
    }

    /// Returns the severity of the worst risk.
    pub(crate) fn severity(&self) -> Option<Severity> {
        self.risks.first().map(|risk| risk.severity())
    }
}

impl Rightsizing {
    /// Judges the workloads of a snapshot.
    pub fn new(view: &View) -> Self {
        fold::fold(view)
    }

    /// Returns the over-provisioned containers, those with the largest share of savings first.
    pub(crate) fn over(&self) -> Vec<&Row> {
        let mut rows: Vec<&Row> =
            self.rows.iter().filter(|row| row.gives_back() != Amount::default()).collect();
        rows.sort_by_key(|row| Reverse(self.share(row.gives_back())));
        rows
    }

    /// Returns the under-provisioned containers, the worst risk first. Rows with the same risk are sorted by their
    /// usage.
    pub(crate) fn under(&self) -> Vec<&Row> {
        let mut rows: Vec<&Row> = self.rows.iter().filter(|row| !row.risks.is_empty()).collect();
        rows.sort_by_key(|row| {
            let risk = row.risks.first();
            (risk.map(|risk| risk.rank()), Reverse(risk.map(|risk| row.weight(*risk))))
        });
        rows
    }

    /// Returns the containers with too few samples for a suggestion, those with the most unused requests first.
    pub(crate) fn too_few(&self) -> Vec<&Row> {
        let is_few = |row: &&Row| matches!(row.facts.measured, Measured::Few(_) | Measured::Once);
        let mut rows: Vec<&Row> = self.rows.iter().filter(is_few).collect();
        let beyond = |row: &Row| row.facts.requests.less(row.facts.used).times(row.pods);
        rows.sort_by_key(|row| Reverse(self.share(beyond(row))));
        rows
    }

    /// Returns the containers whose current usage contradicts their history.
    pub(crate) fn contradicted(&self) -> Vec<&Row> {
        self.rows.iter().filter(|row| row.contradicted).collect()
    }

    /// Returns where the numbers come from, and whether all histories have a source.
    pub(crate) fn sources(&self) -> (BTreeSet<&str>, bool) {
        let is_named = |row: &Row| {
            row.facts.recorded.is_none() || row.facts.sources.iter().any(|source| source != METRICS_API)
        };
        let all = self.rows.iter().flat_map(|row| row.facts.sources.iter().map(String::as_str));
        (all.collect(), self.rows.iter().all(is_named))
    }

    /// Returns the savings of all containers.
    pub(crate) fn gives_back(&self) -> Amount {
        self.rows.iter().map(Row::gives_back).fold(Amount::default(), Amount::plus)
    }

    /// Returns the additional requests of all containers.
    pub(crate) fn asks_more(&self) -> Amount {
        self.rows.iter().map(Row::asks_more).fold(Amount::default(), Amount::plus)
    }

    /// Returns the share of an amount in all requests, in millionths of millionths: that of CPU or memory, whichever
    /// is larger.
    fn share(&self, amount: Amount) -> i128 {
        let of = |part: i64, whole: i64| i128::from(part) * 1_000_000_000_000 / i128::from(whole.max(1));
        of(amount.cpu, self.requests.cpu).max(of(amount.memory, self.requests.memory))
    }
}
