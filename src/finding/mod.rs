//! What a check found: facts, not sentences. A renderer fills the sentence in its reader's language.

pub mod command;
pub mod incident;
mod key;
pub mod verdict;

pub(crate) use key::key;

use crate::checks::Check;
use crate::model::{ObjectRef, Owner};
use crate::text::human;
use crate::text::{Lang, Message, Text};
use crate::wire::Time;
use serde::{Deserialize, Serialize};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
    /// The word in JSON and in `--fail-on`.
    pub fn id(self) -> &'static str {
        match self {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
        }
    }
}

/// A value in a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A name, a reason, a message.
    Text(String),
    /// A count.
    Number(i64),
    /// A duration in seconds, shown as kubectl shows ages.
    Age(i64),
    /// Words of ours, in the reader's language; they may speak of the other facts.
    Words(&'static Text),
}

/// The values of a finding by name, in the order they were stated.
pub type Facts = Vec<(&'static str, Fact)>;

impl Fact {
    /// A text, from anything that has one.
    pub fn text(value: impl AsRef<str>) -> Self {
        Fact::Text(value.as_ref().to_owned())
    }

    /// A duration from a moment, if it is known.
    pub fn age(seconds: Option<i64>) -> Self {
        seconds.map_or_else(|| Fact::text("?"), Fact::Age)
    }

    /// A count.
    pub fn count(number: impl TryInto<i64>) -> Self {
        Fact::Number(number.try_into().unwrap_or(i64::MAX))
    }

    /// As it stands in a sentence beside these other facts.
    pub fn shown(&self, lang: Lang, facts: &[(&'static str, Fact)]) -> String {
        match self {
            Fact::Text(text) => text.clone(),
            Fact::Number(number) => number.to_string(),
            Fact::Age(seconds) => human(*seconds),
            Fact::Words(text) => text.fill(lang, facts),
        }
    }
}

/// Something that is wrong with an object.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The check that found it.
    pub check: &'static Check,
    /// How bad it is here; never worse than the check says.
    pub severity: Severity,
    /// The object it is about.
    pub object: ObjectRef,
    /// The topmost owner known of that object.
    pub owner: Option<Owner>,
    /// Other objects that suffer from it.
    pub affected: Vec<ObjectRef>,
    /// Objects whose trouble explains this: whichever of them has the worst finding takes this one in. The first one
    /// gathers findings even where nothing is found about itself: an image, a secret that is not there.
    pub because: Vec<ObjectRef>,
    /// Since when, if known.
    pub since: Option<Time>,
    /// What is wrong, with its facts.
    pub message: Message,
    /// What was seen that supports it.
    pub evidence: Vec<Message>,
    /// Commands that come next, the first one first.
    pub actions: Vec<String>,
    /// Whether what it is about does its work in spite of it: the workload has all its replicas.
    pub serving: bool,
    /// What it is known by from run to run and from version to version: its check, the topmost owner (or the object), and
    /// what else tells it from other findings of that check, each after a `/`, in printable ASCII. The same through
    /// rollouts and runs of a CronJob, in every language, and whether or not the owners could be read. Findings about
    /// several pods of one workload may share a key. `docs/keys.md` has the whole of it.
    pub key: String,
}
