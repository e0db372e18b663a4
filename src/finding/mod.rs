//! The findings of checks: facts, not sentences. A renderer fills the sentence in its reader's language.

mod check_info;
pub mod command;
pub mod incident;
mod key;
mod link;
mod measure;
mod roots;
pub mod verdict;

pub use check_info::{Catalog, CheckInfo, Group, Relation, Traits};
pub(crate) use key::key;
pub(crate) use link::declared;
pub use link::{Link, Need, Proof};
pub use measure::{Growth, Measure, Unit};

use crate::model::{ObjectRef, Owner};
use crate::text::{Fact, Message};
use crate::wire::Time;
use serde::{Deserialize, Serialize};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing; nothing to do now.
    #[serde(alias = "info")]
    Low,
    /// Degraded, or about to be.
    #[serde(alias = "warning")]
    Medium,
    /// Something does not work now.
    #[serde(alias = "critical")]
    High,
}

impl Severity {
    /// Returns the word in JSON and in `--fail-on`.
    pub fn id(self) -> &'static str {
        match self {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
        }
    }
}

/// A problem of an object.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The check that found it.
    pub check: &'static CheckInfo,
    /// Its severity, at most that of the check unless a setting changes it.
    pub severity: Severity,
    /// The object.
    pub object: ObjectRef,
    /// The topmost known owner of the object.
    pub owner: Option<Owner>,
    /// Other objects that suffer from it.
    pub affected: Vec<ObjectRef>,
    /// Links to objects whose problems explain this one: the finding joins the worst finding about any of them. The first
    /// object gathers findings even if there is no finding about it, such as an image or a missing Secret.
    pub because: Vec<Link>,
    /// Since when, if known.
    pub since: Option<Time>,
    /// The problem, with its facts.
    pub message: Message,
    /// Observations that support it.
    pub evidence: Vec<Message>,
    /// Commands to run next, the most useful first.
    pub actions: Vec<String>,
    /// Whether the object still serves: its workload has all its replicas.
    pub serving: bool,
    /// The identity of the finding from run to run and from version to version: the check, the topmost owner or else the
    /// object, and what distinguishes it from other findings of the check, separated by `/`, in printable ASCII. It is the
    /// same through rollouts and runs of a CronJob, in every language, and whether or not the owners could be read.
    /// Findings about several pods of one workload may share a key. `docs/keys.md` describes it.
    pub key: String,
}

impl Finding {
    /// Returns the text of a fact of its message.
    pub(crate) fn fact(&self, name: &str) -> Option<&str> {
        let (_, fact) = self.message.facts.iter().find(|(known, _)| *known == name)?;
        match fact {
            Fact::Text(text) => Some(text),
            _ => None,
        }
    }
}
