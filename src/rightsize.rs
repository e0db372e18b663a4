//! What workloads ask for against what they have used, and what they should ask for. `docs/rightsize.md` has the rules.
//!
//! What does not belong here: asking anybody, and words for people.

mod fold;
mod propose;
mod used;

use crate::checks::View;
use crate::finding::Severity;
use crate::model::{Amount, ObjectRef, Owner};
use std::cmp::Reverse;
use std::sync::Arc;

/// With fewer samples nothing is proposed; Krr's `points_required` is the same.
pub const SAMPLES_NEEDED: i64 = 100;

/// Of fewer samples of one pod the 95th percentile is the largest.
const FEWEST: i64 = 20;

/// The rules in numbers, in percent, by their names in JSON.
pub const RULES: [(&str, i64); 7] = [
    ("cpuPercentile", 95),
    ("limitMarginPercent", propose::LIMIT_MARGIN),
    ("marginPercent", propose::MARGIN),
    ("nearLimitPercent", propose::NEAR),
    ("samplesForPercentile", FEWEST),
    ("samplesNeeded", SAMPLES_NEEDED),
    ("worthPercent", propose::WORTH),
];

/// A cluster, right-sized.
#[derive(Debug, Default)]
pub struct Rightsizing {
    /// How far back the longest history tells, in seconds; `None` where there is none.
    pub window: Option<i64>,
    /// Every container of which something is known, by namespace and workload, then as its pod has them.
    pub rows: Vec<Row>,
    /// What was not judged, and how many of it; none of them is zero.
    pub not_judged: Vec<(NotJudged, usize)>,
    /// What all containers of the workloads in sight ask for.
    pub requests: Amount,
}

/// A container of a workload, over all its pods.
#[derive(Clone, Debug)]
pub struct Row {
    /// The topmost owner of its pods.
    pub workload: ObjectRef,
    /// Who manages that, and will undo what others change.
    pub managed_by: Option<Owner>,
    /// Whether its pods are made anew only when somebody deletes them.
    pub on_delete: bool,
    /// Its name.
    pub container: Arc<str>,
    /// Whether it is an init container that keeps running.
    pub sidecar: bool,
    /// Pods of it that there are now.
    pub pods: usize,
    /// What each of them gives back at most: its init containers need the rest, whatever this one asks for.
    pub room: Amount,
    /// What is known of it.
    pub facts: Facts,
    /// What is wrong, the worst first.
    pub risks: Vec<Risk>,
    /// What to set instead.
    pub proposal: Proposal,
}

/// What is known of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// What the newest pod asks for; 0 is nothing.
    pub requests: Amount,
    /// What the newest pod may use at most; 0 is no limit.
    pub limits: Amount,
    /// The most CPU (95 of 100 samples) and memory of its pods.
    pub used: Amount,
    /// How well that is known.
    pub measured: Measured,
    /// Why its CPU request must stay.
    pub cpu_stays: Option<CpuStays>,
    /// Whether it was killed for its memory.
    pub killed: Killed,
    /// In which share of its CPU periods it is held back too often, in thousandths, and at which limit.
    pub throttled: Option<(i64, Option<i64>)>,
}

/// How well it is known what a container uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Measured {
    /// By so many samples, which is enough.
    History(i64),
    /// By so few samples.
    Few(i64),
    /// By what a metrics server says of this moment.
    Once,
    /// Not at all.
    #[default]
    Nothing,
}

/// Whether a container was killed for its memory the last time that it ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Killed {
    /// It was not, or ended otherwise since.
    #[default]
    No,
    /// It was, far below its limit: its node was short of memory.
    NodeShort,
    /// It was.
    Yes,
    /// It was, and by the flags of its own runtime it needs so many bytes.
    Needs(i64),
    /// It was, after it had grown without bound: no limit is enough.
    Leaks,
}

/// Why a CPU request must stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CpuStays {
    /// An autoscaler takes its target as a share of it.
    Autoscaled,
    /// It was not seen whether there is one.
    AutoscalersNotSeen,
}

/// What is wrong with what a container asks for, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// It was killed for its memory.
    OomKilled,
    /// Its memory came near its limit.
    NearLimit,
    /// It is held back by its CPU limit, in so many thousandths of its periods.
    Throttled(i64),
    /// It used more memory than it asks for: it is evicted first where memory is short.
    AboveMemoryRequest,
    /// It used more CPU than it asks for.
    AboveCpuRequest,
}

/// What to set instead; `None` stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// What to ask for.
    pub requests: Change,
    /// What to allow at most.
    pub limits: Change,
}

/// Of CPU, in thousandths of a core, and of memory, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change<T = Option<i64>> {
    /// CPU.
    pub cpu: T,
    /// Memory.
    pub memory: T,
}

/// What was not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotJudged {
    /// Workloads of which no measurement is known.
    NotMeasured,
    /// Workloads without pods.
    WithoutPods,
    /// Workloads that were not seen themselves: which containers are not of their template is not known.
    NotSeen,
    /// Workloads whose pods are given CPU and memory as a whole.
    AsWhole,
    /// Containers that are in the pods and not in the template of their workload.
    Injected,
    /// Pods of Jobs.
    OfJobs,
    /// Pods without an owner.
    Bare,
    /// Pods of owners of other kinds.
    OfOthers,
}

impl Risk {
    /// How bad it is.
    pub fn severity(self) -> Severity {
        match self {
            Risk::OomKilled | Risk::NearLimit => Severity::High,
            Risk::Throttled(_) | Risk::AboveMemoryRequest => Severity::Medium,
            Risk::AboveCpuRequest => Severity::Low,
        }
    }

    /// Its place in the ranking, from 1.
    fn rank(self) -> u8 {
        match self {
            Risk::OomKilled => 1,
            Risk::NearLimit => 2,
            Risk::Throttled(_) => 3,
            Risk::AboveMemoryRequest => 4,
            Risk::AboveCpuRequest => 5,
        }
    }

    /// As in JSON.
    pub fn id(self) -> &'static str {
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
    /// Whether there is anything to set.
    pub fn is_any(&self) -> bool {
        *self != Self::default()
    }
}

impl Row {
    /// What its pods of now would give back together.
    pub fn gives_back(&self) -> Amount {
        self.falls().times(self.pods)
    }

    /// What its pods of now would ask for more.
    pub fn asks_more(&self) -> Amount {
        self.wanted().less(self.facts.requests).times(self.pods)
    }

    /// What each pod gives back.
    fn falls(&self) -> Amount {
        self.facts.requests.less(self.wanted()).min(self.room)
    }

    /// What it should ask for.
    fn wanted(&self) -> Amount {
        let (now, wanted) = (self.facts.requests, self.proposal.requests);
        Amount { cpu: wanted.cpu.unwrap_or(now.cpu), memory: wanted.memory.unwrap_or(now.memory) }
    }

    /// How bad a risk of it is beside the same of others: the share of periods, the part of the limit in millionths, or
    /// what all its pods use beyond what they ask for.
    fn badness(&self, risk: Risk) -> i128 {
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

    /// The worst of what is wrong with it.
    pub fn severity(&self) -> Option<Severity> {
        self.risks.first().map(|risk| risk.severity())
    }
}

impl Rightsizing {
    /// Judges what was seen.
    pub fn new(view: &View) -> Self {
        fold::fold(view)
    }

    /// The containers that ask for too much, those first that would give back most of what all ask for.
    pub fn over(&self) -> Vec<&Row> {
        let mut rows: Vec<&Row> =
            self.rows.iter().filter(|row| row.gives_back() != Amount::default()).collect();
        rows.sort_by_key(|row| Reverse(self.share(row.gives_back())));
        rows
    }

    /// The containers that have too little, the greatest risk first, and of one risk those that are worst off; of equals the
    /// first by name.
    pub fn under(&self) -> Vec<&Row> {
        let mut rows: Vec<&Row> = self.rows.iter().filter(|row| !row.risks.is_empty()).collect();
        rows.sort_by_key(|row| {
            let risk = row.risks.first();
            (risk.map(|risk| risk.rank()), Reverse(risk.map(|risk| row.badness(*risk))))
        });
        rows
    }

    /// The containers of which too little is known to propose anything, those first that ask for most beyond what was seen.
    pub fn too_few(&self) -> Vec<&Row> {
        let is_few = |row: &&Row| matches!(row.facts.measured, Measured::Few(_) | Measured::Once);
        let mut rows: Vec<&Row> = self.rows.iter().filter(is_few).collect();
        let beyond = |row: &Row| row.facts.requests.less(row.facts.used).times(row.pods);
        rows.sort_by_key(|row| Reverse(self.share(beyond(row))));
        rows
    }

    /// What all of them would give back.
    pub fn gives_back(&self) -> Amount {
        self.rows.iter().map(Row::gives_back).fold(Amount::default(), Amount::plus)
    }

    /// What all of them would ask for more.
    pub fn asks_more(&self) -> Amount {
        self.rows.iter().map(Row::asks_more).fold(Amount::default(), Amount::plus)
    }

    /// Which part of all requests an amount is, by whichever of CPU and memory it is more of, in millionths of millionths.
    fn share(&self, amount: Amount) -> i128 {
        let of = |part: i64, whole: i64| i128::from(part) * 1_000_000_000_000 / i128::from(whole.max(1));
        of(amount.cpu, self.requests.cpu).max(of(amount.memory, self.requests.memory))
    }
}
