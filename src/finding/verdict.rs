//! What a report comes to: the overall state, the classes of pods, and how many there are of each.

use crate::finding::Severity;
use crate::model::Pod;
use serde::{Deserialize, Serialize};

/// The overall state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// All was seen and nothing is wrong.
    Healthy,
    /// Nothing wrong was seen, but not all was seen.
    Incomplete,
    /// Something is wrong, and everything it concerns still does its work.
    Attention,
    /// Something does not do its work.
    Unhealthy,
}

impl Verdict {
    /// The state in which findings of these severities leave things; with each, whether what it is about does its work
    /// in spite of it. `complete`: all of the scope was seen.
    pub fn of(findings: impl Iterator<Item = (Severity, bool)>, complete: bool) -> Self {
        let of = |(severity, serving): (Severity, bool)| match severity {
            Severity::High if !serving => Verdict::Unhealthy,
            Severity::High | Severity::Medium => Verdict::Attention,
            Severity::Low => Verdict::Healthy,
        };
        let seen = if complete { Verdict::Healthy } else { Verdict::Incomplete };
        findings.map(of).max().unwrap_or(seen).max(seen)
    }

    /// As in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Verdict::Healthy => "healthy",
            Verdict::Incomplete => "incomplete",
            Verdict::Attention => "attention",
            Verdict::Unhealthy => "unhealthy",
        }
    }
}

/// What a pod counts as. The four exclude each other and add up to the pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Done as it should be.
    Completed,
    /// Running, ready, nothing found.
    Healthy,
    /// Something of severity warning was found, or it is coming or going.
    Attention,
    /// Something of high severity was found.
    Unhealthy,
}

impl Class {
    /// As in JSON.
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
    /// All pods.
    pub pods: u64,
    /// Of class healthy.
    pub healthy: u64,
    /// Of class attention.
    pub attention: u64,
    /// Of class unhealthy.
    pub unhealthy: u64,
    /// Of class completed.
    pub completed: u64,
    /// The sum of the RESTARTS column.
    pub restarts: i64,
}

impl Counts {
    /// Adds the counts of another part.
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

    /// Pods that should be doing work: all but the completed ones.
    pub fn active(&self) -> u64 {
        self.pods.saturating_sub(self.completed)
    }

    /// Pods that are neither healthy nor completed.
    pub fn sick(&self) -> u64 {
        self.attention.saturating_add(self.unhealthy)
    }

    /// The worst class among them.
    pub fn worst(&self) -> Class {
        match self {
            Counts { unhealthy: 1.., .. } => Class::Unhealthy,
            Counts { attention: 1.., .. } => Class::Attention,
            _ => Class::Healthy,
        }
    }
}
