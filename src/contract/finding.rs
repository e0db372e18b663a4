//! Findings, the incidents they belong to, and the mutes that hide them.

use super::Change;
use crate::finding::Severity;
use crate::model::{ObjectRef, Owner};
use crate::wire::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Something that is wrong with an object.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Finding {
    /// The check, in kebab-case: `kubectl healthcheck explain ID`. An id is never reused.
    #[cfg_attr(test, schemars(regex(pattern = "^[a-z]+(-[a-z]+)*$")))]
    pub(crate) id: String,
    /// The identity of the finding across runs: check, namespace, topmost owner, and what separates it from other
    /// findings of that check. Findings about several pods of one workload may share it. See docs/keys.md.
    pub(crate) key: String,
    /// The change since the earlier run; null if nothing was compared.
    #[serde(default)]
    pub(crate) change: Option<Change>,
    pub(crate) severity: Severity,
    #[serde(default)]
    pub(crate) context: String,
    pub(crate) object: ObjectRef,
    /// The topmost owner of the object.
    pub(crate) owner: Option<Owner>,
    /// Other objects that are affected.
    #[serde(default)]
    pub(crate) affected: Vec<ObjectRef>,
    /// Objects whose trouble explains the finding, the most important first.
    #[serde(default)]
    pub(crate) caused_by: Vec<CausedBy>,
    pub(crate) since: Option<Time>,
    /// Whether the object, or the workload it belongs to, still serves despite the finding.
    #[serde(alias = "serving")]
    pub(crate) still_serving: bool,
    #[serde(default)]
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) message: String,
    #[serde(default)]
    pub(crate) evidence: Vec<String>,
    /// Suggested commands. Commands that only read come first.
    pub(crate) actions: Vec<Action>,
    /// Pages about the finding, from the profile.
    #[serde(default)]
    pub(crate) links: Vec<Link>,
    /// The values in the message, by name. Durations are in seconds.
    pub(crate) facts: BTreeMap<String, Fact>,
}

/// An object whose trouble explains a finding. It may be one that no API serves, such as an image or a host.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct CausedBy {
    #[serde(flatten)]
    pub(crate) object: ObjectRef,
    /// What the object of the finding needs it for: `call`, `dns`, `node` and others. See docs/incidents.md.
    #[serde(default)]
    #[cfg_attr(test, schemars(regex(pattern = "^[a-z]*$")))]
    pub(crate) reason: String,
    /// `shown` if the state of the object proves the link, `likely` if only words name it.
    #[serde(default)]
    #[cfg_attr(test, schemars(extend("enum" = ["shown", "likely", ""])))]
    pub(crate) proof: String,
    /// A sentence without its subject, the object of the finding: what it does with this object, and the state of that.
    /// Null if the reason says enough.
    #[serde(default)]
    pub(crate) why: Option<String>,
}

/// A suggested command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(from = "Written")]
pub(crate) struct Action {
    #[cfg_attr(test, schemars(regex(pattern = "^kubectl ")))]
    pub(crate) command: String,
    /// Whether the command changes the cluster.
    pub(crate) changes: bool,
}

impl Action {
    pub(crate) fn new(command: &str) -> Self {
        Self { command: command.to_owned(), changes: crate::finding::command::changes_cluster(command) }
    }
}

/// An action as it is read. An older report has only the command.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
enum Written {
    Command(String),
    Action { command: String, changes: bool },
}

impl From<Written> for Action {
    fn from(written: Written) -> Self {
        match written {
            Written::Command(command) => Self::new(&command),
            Written::Action { command, changes } => Self { command, changes },
        }
    }
}

/// A page about a finding.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Link {
    pub(crate) name: String,
    #[cfg_attr(test, schemars(regex(pattern = "^https?://")))]
    pub(crate) url: String,
}

/// A value in a message.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub(crate) enum Fact {
    Number(i64),
    Text(String),
}

/// Findings with one cause.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Incident {
    /// The key of the finding that names the cause.
    #[serde(alias = "id")]
    pub(crate) key: String,
    /// The worst severity of its findings.
    pub(crate) severity: Severity,
    /// The message of the finding that names the cause.
    #[serde(default)]
    pub(crate) cause: String,
    /// The start of its oldest finding.
    #[serde(default)]
    pub(crate) since: Option<Time>,
    /// The start of its newest finding.
    #[serde(default)]
    pub(crate) newest: Option<Time>,
    /// The number of affected objects.
    #[serde(default)]
    pub(crate) affected: usize,
    /// The number of pods among them.
    #[serde(default)]
    pub(crate) pods: usize,
    /// The number of workloads among them, or whose pods are among them.
    #[serde(default)]
    pub(crate) workloads: usize,
    /// What fails because it needs the cause.
    #[serde(default)]
    pub(crate) victims: Victims,
    /// Indices into `findings`. The first is the finding that names the cause.
    pub(crate) findings: Vec<usize>,
}

/// Workloads that fail because they need the cause of an incident.
#[derive(Debug, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Victims {
    /// The number of workloads, without the one that causes the incident.
    pub(crate) workloads: usize,
    /// The number of their namespaces.
    pub(crate) namespaces: usize,
}

/// A finding that a mute hides. It is not in `findings`, `incidents` or the verdict.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct MutedFinding {
    #[serde(flatten)]
    pub(crate) finding: Finding,
    /// Index into `mutes`.
    #[serde(default)]
    pub(crate) mute: usize,
}

/// A mute of the profile or of an annotation, and its effect.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Mute {
    pub(crate) context: String,
    /// The id of a check, or a pattern.
    pub(crate) check: String,
    #[cfg_attr(test, schemars(extend("enum" = ["active", "expired", "unused", "not-judged"])))]
    pub(crate) state: String,
    /// The number of findings that match. Those of an expired mute are reported.
    pub(crate) findings: usize,
    pub(crate) reason: String,
    pub(crate) owner: String,
    /// The last day, in UTC.
    #[cfg_attr(test, schemars(regex(pattern = "^-?[0-9]{4,6}-[0-9]{2}-[0-9]{2}$")))]
    pub(crate) until: String,
    /// The file and line, or the annotation, that sets it.
    #[serde(alias = "place")]
    pub(crate) source: String,
}

/// An annotation `healthcheck.dev/*` that has no effect.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct IgnoredAnnotation {
    pub(crate) context: String,
    pub(crate) object: ObjectRef,
    #[serde(alias = "why")]
    pub(crate) reason: String,
}
