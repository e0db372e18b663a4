//! The settings of a run: read once, passed by reference.

use crate::finding::Severity;
use crate::finding::command::Kubectl;
use crate::model::{Gap, Reason, Thresholds};
use crate::policy::profile::Rules;
use std::collections::{BTreeMap, BTreeSet};

/// Why the checks of certificates are left out: by the setting that says just that.
pub const SKIP_TLS: &str = "skip-tls-check";

/// The settings that judgement depends on.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// When trouble is trouble.
    pub thresholds: Thresholds,
    /// How suggested commands reach the cluster.
    pub kubectl: Kubectl,
    /// Which checks run, and how bad what they find is.
    pub choice: Choice,
    /// Classes, mutes and links.
    pub rules: Rules,
    /// Whether the annotations of namespaces and workloads are not heeded.
    pub no_annotations: bool,
}

/// Which checks run, and how bad what they find is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Checks that do not run, by id.
    pub left_out: BTreeSet<&'static str>,
    /// Those of them that were left out together, as the checks of certificates.
    pub tls: BTreeSet<&'static str>,
    /// Severities that take the place of a check's own, by id.
    pub severities: BTreeMap<&'static str, Severity>,
}

impl Choice {
    /// The checks that do not run, as a report names what was not looked at.
    pub fn gaps(&self) -> impl Iterator<Item = Gap> {
        let detail = |id| if self.tls.contains(id) { SKIP_TLS } else { "" };
        self.left_out
            .iter()
            .map(move |id| Gap { detail: detail(id).to_owned(), ..Gap::new(*id, Reason::Skipped) })
    }

    /// How bad a finding of a check is. What is only worth knowing, where the check can find worse, stays so: it may
    /// still come right by itself.
    pub fn severity(&self, id: &str, worst: Severity, found: Severity) -> Severity {
        match self.severities.get(id) {
            Some(chosen) if found > Severity::Low || worst == Severity::Low => *chosen,
            _ => found,
        }
    }
}
