//! The verdict of a report, the classes of pods and nodes, and the number of pods in each class.

use crate::finding::Severity;
use crate::model::Pod;
use serde::{Deserialize, Serialize};

/// The overall state of a cluster, a namespace or a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Everything was read, and nothing is wrong.
    Healthy,
    /// Nothing wrong was found, but not everything was read.
    Incomplete,
    /// Nothing wrong was found, but something that should serve has nothing ready yet.
    Progressing,
    /// Something is wrong, and everything still serves.
    Attention,
    /// Something does not serve.
    Unhealthy,
}

impl Verdict {
    /// All of them, the best first.
    pub const ALL: [Verdict; 5] =
        [Verdict::Healthy, Verdict::Incomplete, Verdict::Progressing, Verdict::Attention, Verdict::Unhealthy];

    /// Returns the word in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Verdict::Healthy => "healthy",
            Verdict::Incomplete => "incomplete",
            Verdict::Progressing => "progressing",
            Verdict::Attention => "attention",
            Verdict::Unhealthy => "unhealthy",
        }
    }

    /// Returns the verdict for findings: the severity of each, and whether its object still serves. `complete` is whether
    /// all of the scope was read, `progressing` whether something has nothing ready yet.
    pub fn of(findings: impl Iterator<Item = (Severity, bool)>, complete: bool, progressing: bool) -> Self {
        let of = |(severity, serving): (Severity, bool)| match severity {
            Severity::High if !serving => Verdict::Unhealthy,
            Severity::High | Severity::Medium => Verdict::Attention,
            Severity::Low => Verdict::Healthy,
        };
        let seen = match (progressing, complete) {
            (true, _) => Verdict::Progressing,
            (false, true) => Verdict::Healthy,
            (false, false) => Verdict::Incomplete,
        };
        findings.map(of).max().unwrap_or(seen).max(seen)
    }
}

/// The class of a pod. A pod has one class; the classes add up to all pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Ended with success, and not left over.
    Completed,
    /// Running and ready, without a finding.
    Healthy,
    /// With a finding of medium severity, or starting or stopping.
    Attention,
    /// With a finding of high severity.
    Unhealthy,
}

/// The class of a node, from the worst finding about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NodeClass {
    /// Without a finding of medium or high severity.
    Healthy,
    /// Not read: only pods name it.
    NotObserved,
    /// With a finding of medium severity.
    Attention,
    /// With a finding of high severity.
    Unhealthy,
}

impl NodeClass {
    /// Returns the class of a node that was read, by its worst finding.
    pub fn of(worst: Option<Severity>) -> Self {
        match worst {
            Some(Severity::High) => NodeClass::Unhealthy,
            Some(Severity::Medium) => NodeClass::Attention,
            Some(Severity::Low) | None => NodeClass::Healthy,
        }
    }
}

/// Pods by class, and their restarts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Counts {
    /// The number of pods.
    pub pods: u64,
    /// The number of healthy pods.
    pub healthy: u64,
    /// The number of pods that need attention.
    pub attention: u64,
    /// The number of unhealthy pods.
    pub unhealthy: u64,
    /// The number of completed pods.
    pub completed: u64,
    /// The sum of the RESTARTS column.
    pub restarts: i64,
}

impl Counts {
    /// Adds other counts.
    pub fn add(&mut self, other: &Counts) {
        self.pods = self.pods.saturating_add(other.pods);
        self.healthy = self.healthy.saturating_add(other.healthy);
        self.attention = self.attention.saturating_add(other.attention);
        self.unhealthy = self.unhealthy.saturating_add(other.unhealthy);
        self.completed = self.completed.saturating_add(other.completed);
        self.restarts = self.restarts.saturating_add(other.restarts);
    }

    /// Adds one pod.
    pub fn count(&mut self, pod: &Pod, class: Class) {
        self.pods += 1;
        self.restarts = self.restarts.saturating_add(pod.shared.restarts);
        *match class {
            Class::Completed => &mut self.completed,
            Class::Healthy => &mut self.healthy,
            Class::Attention => &mut self.attention,
            Class::Unhealthy => &mut self.unhealthy,
        } += 1;
    }

    /// Returns the number of pods that are not completed.
    pub fn active(&self) -> u64 {
        self.pods.saturating_sub(self.completed)
    }

    /// Returns the number of pods that are neither healthy nor completed.
    pub fn sick(&self) -> u64 {
        self.attention.saturating_add(self.unhealthy)
    }

    /// Returns the worst class of the pods.
    pub fn worst(&self) -> Class {
        match self {
            Counts { unhealthy: 1.., .. } => Class::Unhealthy,
            Counts { attention: 1.., .. } => Class::Attention,
            _ => Class::Healthy,
        }
    }
}
