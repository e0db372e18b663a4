//! The settings of a run: read once, passed by reference.

use crate::finding::Severity;
use crate::finding::command::Kubectl;
use crate::model::{Gap, Reason, Thresholds};
use crate::policy::profile::Rules;
use crate::text::{Message, reasons};
use std::collections::{BTreeMap, BTreeSet};

/// The settings that findings depend on.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The thresholds.
    pub thresholds: Thresholds,
    /// How suggested commands reach the cluster.
    pub kubectl: Kubectl,
    /// The checks to run, and their severities.
    pub choice: Choice,
    /// Classes, mutes and links.
    pub rules: Rules,
    /// Whether to ignore the annotations of namespaces and workloads.
    pub no_annotations: bool,
}

/// The checks to run, and their severities.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The checks that do not run, by id.
    pub left_out: BTreeSet<&'static str>,
    /// Those of them that one setting left out together, as the checks of certificates.
    pub tls: BTreeSet<&'static str>,
    /// Severities that replace those of a check, by id.
    pub severities: BTreeMap<&'static str, Severity>,
}

impl Choice {
    /// Returns the checks that do not run, as gaps in the coverage.
    pub fn gaps(&self) -> impl Iterator<Item = Gap> {
        self.left_out.iter().map(|id| {
            let why = self.tls.contains(id).then(|| Message::plain(&reasons::TLS_CHECKS_SKIPPED));
            Gap { why, ..Gap::new(*id, Reason::Skipped) }
        })
    }

    /// Returns the severity of a finding. A low finding of a check that also has worse ones stays low: it may still
    /// resolve by itself.
    pub fn severity(&self, id: &str, worst: Severity, found: Severity) -> Severity {
        match self.severities.get(id) {
            Some(chosen) if found > Severity::Low || worst == Severity::Low => *chosen,
            _ => found,
        }
    }
}
