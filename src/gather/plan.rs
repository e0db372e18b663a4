//! The plan of a run: what to gather of a cluster, and how.

use crate::cluster::{Budget, ListOptions};
use crate::policy::settings::Settings;
use crate::sources::SourceOptions;
use crate::wire::{Kind, Time};
use globset::{Glob, GlobSet, GlobSetBuilder};
use std::sync::Arc;
use std::time::Duration;

/// The scope of a run.
#[derive(Clone, Debug, Default)]
pub struct ScopeOptions {
    /// Namespaces by name (default: the namespace of the context).
    pub namespaces: Vec<String>,
    /// Whether all namespaces are in scope.
    pub all_namespaces: bool,
    /// Patterns of namespaces that are left out of all.
    pub excluded: Vec<Glob>,
    /// A label selector of pods.
    pub selector: Option<String>,
    /// A field selector of pods.
    pub field_selector: Option<String>,
    /// Whether events and logs of failing objects are left out.
    pub no_evidence: bool,
    /// Kinds that are left out.
    pub skip_kinds: Vec<Kind>,
}

impl ScopeOptions {
    /// Compiles the patterns of excluded namespaces.
    ///
    /// # Errors
    /// If the patterns are too large together.
    pub fn excluded_set(&self) -> Result<GlobSet, globset::Error> {
        let mut set = GlobSetBuilder::new();
        for glob in &self.excluded {
            set.add(glob.clone());
        }
        set.build()
    }

    /// Whether a selector narrows the pods.
    pub(crate) fn is_selected(&self) -> bool {
        self.selector.is_some() || self.field_selector.is_some()
    }
}

/// What to gather, and how.
#[derive(Clone)]
pub struct Plan {
    /// The scope.
    pub scope: ScopeOptions,
    /// How to list.
    pub list: ListOptions,
    /// Which other sources to read.
    pub sources: SourceOptions,
    /// The settings that the checks will use. Their thresholds decide which pods need evidence.
    pub settings: Settings,
    /// The time limit of one attempt; zero is the time limit of its page.
    pub request_timeout: Duration,
    /// The clock.
    pub clock: fn() -> Time,
    /// How many clusters share the budget.
    pub clusters: usize,
    /// Whether to read the usage of every pod, if there is a metrics server. The usage of nodes is always read.
    pub with_usage: bool,
    /// Whether to read certificates in Secrets, and to look for Secrets that should contain some.
    pub with_certificates: bool,
    /// Whether to read events and logs of failing objects.
    pub with_evidence: bool,
    /// The name of the object that is investigated: then all warnings of the scope are kept, and only the logs of its
    /// pods are read.
    pub about: Option<String>,
    /// The limits that all requests share.
    pub budget: Arc<Budget>,
}
