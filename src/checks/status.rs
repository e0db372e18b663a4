//! The statuses, reasons and exit codes that kubectl shows, and the checks that report them: the topics of `explain`.
//!
//! The texts of findings do not belong here. They are with their checks; the short forms of exit codes in findings are in
//! `exit_code`.

mod containers;
mod exit_codes;
mod nodes;
mod objects;
mod pods;

use super::CATALOG;
use crate::finding::CheckInfo;
use crate::text::{Fact, Message, Text, suggest};

/// A status or reason as kubectl shows it.
pub(crate) struct Status {
    /// Its name, then the names of statuses with the same meaning.
    names: &'static [&'static str],
    /// The ids of the checks that report it, the most likely first.
    checks: &'static [&'static str],
    /// Its meaning in one or two sentences.
    meaning: Text,
}

const fn status(
    names: &'static [&'static str],
    checks: &'static [&'static str],
    en: &'static str,
    zh_tw: &'static str,
    zh_cn: &'static str,
) -> Status {
    Status { names, checks, meaning: Text { en, zh_tw, zh_cn } }
}

/// Something that can be explained.
pub(crate) enum Topic {
    /// A check.
    Check(&'static CheckInfo),
    /// A status, reason or exit code.
    Meaning(Meaning),
}

/// The meaning of a status, reason or exit code.
pub(crate) struct Meaning {
    /// The heading, a name or an exit code.
    pub(crate) name: Message,
    /// The sentences.
    pub(crate) sentences: Vec<Message>,
    /// The checks that report it.
    pub(crate) checks: Vec<&'static CheckInfo>,
}

/// The prefix in the STATUS column of a pod whose init containers are not done.
const INIT: &str = "init:";

static NAME: Text = Text { en: "{name}", zh_tw: "{name}", zh_cn: "{name}" };
static OF_INIT: Text = Text {
    en: "`Init:` marks the state of an init container; the main containers start only after all init containers.",
    zh_tw: "`Init:` 表示這是 init 容器的狀態；所有 init 容器完成後，主要容器才會啟動。",
    zh_cn: "`Init:` 表示这是 Init 容器的状态；所有 Init 容器完成后，主容器才会启动。",
};

/// Returns the topic of a word: the id of a check, a status or reason, an exit code or a signal. Case does not matter.
pub(crate) fn topic(word: &str) -> Option<Topic> {
    let word = word.trim().to_lowercase();
    if let Some(check) = CATALOG.find(&word) {
        return Some(Topic::Check(check));
    }
    let (word, is_init) = match word.strip_prefix(INIT) {
        // `Init:0/1` counts init containers.
        Some(count) if count.contains('/') => ("init", false),
        Some(reason) => (reason, true),
        None => (word.as_str(), false),
    };
    let prefix = if is_init { "Init:" } else { "" };
    let mut meaning = exit_codes::meaning(word).or_else(|| of_status(word, prefix))?;
    if is_init {
        meaning.sentences.push(Message::new(&OF_INIT, Vec::new()));
    }
    Some(Topic::Meaning(meaning))
}

fn all() -> impl Iterator<Item = &'static Status> {
    [pods::STATUSES, containers::STATUSES, nodes::STATUSES, objects::STATUSES].into_iter().flatten()
}

fn of_status(word: &str, prefix: &str) -> Option<Meaning> {
    let called = |name: &&&str| name.to_lowercase() == word;
    let (name, status) = all().find_map(|status| Some((*status.names.iter().find(called)?, status)))?;
    Some(Meaning {
        name: Message::new(&NAME, vec![("name", Fact::Text(format!("{prefix}{name}")))]),
        sentences: vec![Message::new(&status.meaning, Vec::new())],
        checks: checks(status.checks),
    })
}

fn checks(ids: &[&str]) -> Vec<&'static CheckInfo> {
    ids.iter().filter_map(|id| CATALOG.find(id)).collect()
}

/// Returns every word that [`topic`] knows, each with a short English description.
pub(crate) fn topics() -> Vec<(&'static str, &'static str)> {
    let first_sentence = |text: &'static str| text.split_once(". ").map_or(text, |(first, _)| first);
    let checks = CATALOG.iter().map(|check| (check.id, check.title.en));
    let statuses = all().flat_map(|status| status.names.iter().map(|name| (*name, status.meaning.en)));
    let codes = exit_codes::NOTABLE.iter().map(|code| (code.name, code.meaning.en));
    let described =
        statuses.chain(codes).map(|(name, text)| (name, first_sentence(text).trim_end_matches('.')));
    checks.chain(described).collect()
}

/// How many suggestions are useful.
const SUGGESTIONS: usize = 3;

/// Returns the topics that a word probably means: those that contain it, or else the one that is spelled most like it.
pub(crate) fn suggestions(word: &str) -> Vec<&'static str> {
    let word = word.trim().to_lowercase();
    if word.parse::<i64>().is_ok() {
        return Vec::new();
    }
    let names: Vec<&str> = topics().into_iter().map(|(name, _)| name).collect();
    let contain = names.iter().copied().filter(|name| word.len() > 2 && name.to_lowercase().contains(&word));
    let found: Vec<&str> = contain.take(SUGGESTIONS).collect();
    if found.is_empty() { suggest::nearest(&word, names).into_iter().collect() } else { found }
}

#[cfg(test)]
mod tests;
