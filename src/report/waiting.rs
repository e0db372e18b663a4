//! What a cluster lacks to be settled or healthy.

use super::{Report, Verdict};
use crate::checks::progress;
use crate::finding::Severity;
use crate::model::ObjectRef;
use std::collections::BTreeSet;

/// The state that a run waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitFor {
    /// Nothing is in progress: every rollout is done, or has failed.
    Settled,
    /// The verdict is healthy, and nothing is in progress.
    Healthy,
}

impl WaitFor {
    /// Returns the word of the flag.
    pub(crate) fn word(self) -> &'static str {
        match self {
            WaitFor::Settled => "settled",
            WaitFor::Healthy => "healthy",
        }
    }
}

impl Report<'_> {
    /// Returns what is missing for a state, as `shop deployment/web`; empty when it is reached.
    pub(crate) fn missing_for(&self, state: WaitFor) -> Vec<String> {
        let mut missing: BTreeSet<ObjectRef> = self.in_motion().into_iter().collect();
        if state == WaitFor::Healthy {
            missing.extend(self.serious().map(|(_, cause)| cause.object.clone()));
        }
        let mut missing: Vec<String> = missing.iter().map(ObjectRef::placed).collect();
        if state == WaitFor::Healthy && missing.is_empty() && self.verdict != Verdict::Healthy {
            missing.push("everything in scope to be read".to_owned());
        }
        missing
    }

    /// Returns the objects in progress, other than those that a finding of high severity explains: they have failed.
    fn in_motion(&self) -> Vec<ObjectRef> {
        let high = self.findings.iter().filter(|finding| finding.severity == Severity::High);
        let failed = super::objects_and_owners(high);
        let mut objects = progress::objects_in_progress(&self.view);
        objects.extend(progress::rollouts(&self.view));
        objects.retain(|object| !failed.contains(object));
        objects
    }
}
