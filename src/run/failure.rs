//! Why a run ended without a report.

use crate::compare::history;
use crate::model::Reason;
use crate::output::Level;
use crate::policy::setting::Set;
use crate::text::Message;
use crate::{cli, cluster, gather, output, policy, snapshot};
use std::borrow::Cow;
use std::io;

/// Why a run ended without a report.
#[derive(Debug)]
pub struct Failure {
    /// The line for standard error, as kubectl would print it.
    pub(super) line: String,
    /// What may help.
    pub(super) hint: Option<String>,
    /// The reason as a gap has it, for one cluster of several.
    pub(super) reason: Reason,
    /// The message of that gap, if the program words it.
    pub(super) error: Option<Message>,
}

impl Failure {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { line: format!("error: {}", text.into()), hint: None, reason: Reason::Failed, error: None }
    }

    /// The failures of several clusters, one line each.
    pub(super) fn of_lines(lines: &[String]) -> Self {
        Self { line: lines.join("\n"), hint: None, reason: Reason::Failed, error: None }
    }

    /// Returns why there is no report, as a gap says it.
    pub(super) fn why(&self) -> Message {
        self.error.clone().unwrap_or_else(|| Message::quoted(&*self.line))
    }

    pub(super) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Adds where the flag or the value of the error is set, if that is not the command line.
    pub(super) fn with_place(self, settings: &[Set]) -> Self {
        let words = || self.line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        let named = |set: &Set| {
            let value = |value: &String| match set.setting.id {
                "context" => self.line.contains(&format!("context \"{value}\"")),
                "kubeconfig" | "baseline" | "history" | "hosts_file" => {
                    value.len() > 3 && self.line.contains(value.as_str())
                }
                _ => false,
            };
            words().any(|word| word == set.flag) || set.values.iter().any(value)
        };
        let found = settings.iter().filter(|set| named(set)).find_map(|set| Some((set, cli::place(set)?)));
        match (found, &self.hint) {
            (Some((set, place)), None) => {
                let key = set.setting.key;
                self.with_hint(format!("{key} is set in {place}"))
            }
            _ => self,
        }
    }

    /// Writes it to standard error.
    pub fn print(&self) {
        output::event(Level::Error, "error", &self.line);
        if let Some(hint) = &self.hint {
            output::event(Level::Info, "hint", &format!("hint: {hint}"));
        }
    }
}

impl From<cluster::Error> for Failure {
    fn from(error: cluster::Error) -> Self {
        let foreign = matches!(error, cluster::Error::Config(_) | cluster::Error::Status(_));
        Self {
            line: error.to_string(),
            hint: error.hint().map(Cow::into_owned),
            reason: error.reason(),
            error: (!foreign).then(|| error.why()),
        }
    }
}

impl From<gather::Unseen> for Failure {
    /// A hint from the kubeconfig explains more than the error that follows from it.
    fn from(unseen: gather::Unseen) -> Self {
        let failure = Self::from(unseen.error);
        Self { hint: unseen.hint.map(str::to_owned).or(failure.hint), ..failure }
    }
}

impl From<cli::UsageError> for Failure {
    fn from(error: cli::UsageError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<cli::Unknown> for Failure {
    fn from(error: cli::Unknown) -> Self {
        Self { hint: error.hint, ..Self::new(error.text) }
    }
}

impl From<snapshot::Error> for Failure {
    fn from(error: snapshot::Error) -> Self {
        Self::new(error.to_string())
    }
}

impl From<policy::profile::Error> for Failure {
    fn from(error: policy::profile::Error) -> Self {
        Self { hint: error.hint.clone(), ..Self::new(error.to_string()) }
    }
}

impl From<history::Error> for Failure {
    fn from(error: history::Error) -> Self {
        Self::new(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(format!("cannot write the output: {}", crate::text::io_words(&error)))
    }
}
