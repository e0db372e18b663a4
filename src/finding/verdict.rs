//! The result of a report: the overall state, the classes of pods, and their counts.

use crate::finding::Severity;
use crate::model::Pod;
use serde::{Deserialize, Serialize};

/// The overall state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Everything was read, and nothing is wrong.
    Healthy,
    /// Nothing wrong was found, but not everything was read.
    Incomplete,
    /// Something is wrong, and every affected object still serves.
    Attention,
    /// Something does not work.
    Unhealthy,
}

impl Verdict {
    /// Returns the state that follows from findings: their severities, and whether their objects still serve. `complete`
    /// says whether the whole scope was read.
    pub fn of(findings: impl Iterator<Item = (Severity, bool)>, complete: bool) -> Self {
        let of = |(severity, serving): (Severity, bool)| match severity {
            Severity::High if !serving => Verdict::Unhealthy,
            Severity::High | Severity::Medium => Verdict::Attention,
            Severity::Low => Verdict::Healthy,
        };
        let seen = if complete { Verdict::Healthy } else { Verdict::Incomplete };
        findings.map(of).max().unwrap_or(seen).max(seen)
    }

    /// Returns the word in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Verdict::Healthy => "healthy",
            Verdict::Incomplete => "incomplete",
            Verdict::Attention => "attention",
            Verdict::Unhealthy => "unhealthy",
        }
    }
}

/// The class of a pod. Each pod has exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Completed with success.
    Completed,
    /// Running and ready, without a finding.
    Healthy,
    /// With a medium finding, or starting or terminating.
    Attention,
    /// With a high finding.
    Unhealthy,
}

impl Class {
    /// Returns the word in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Class::Completed => "completed",
            Class::Healthy => "healthy",
            Class::Attention => "attention",
            Class::Unhealthy => "unhealthy",
        }
    }
}

/// Pods by class, and their restarts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// The number of pods.
    pub pods: u64,
    /// Healthy pods.
    pub healthy: u64,
    /// Pods that need attention.
    pub attention: u64,
    /// Unhealthy pods.
    pub unhealthy: u64,
    /// Completed pods.
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

    /// Returns the number of pods that should run: all but the completed ones.
    pub fn active(&self) -> u64 {
        self.pods.saturating_sub(self.completed)
    }

    /// Returns the number of pods that need attention or are unhealthy.
    pub fn sick(&self) -> u64 {
        self.attention.saturating_add(self.unhealthy)
    }

    /// Returns the worst class of any pod.
    pub fn worst(&self) -> Class {
        match self {
            Counts { unhealthy: 1.., .. } => Class::Unhealthy,
            Counts { attention: 1.., .. } => Class::Attention,
            _ => Class::Healthy,
        }
    }
}
