//! One object, in the words in which kubectl takes them: `pod web-0`, `deploy/web`, `pods/web-0`.

use super::help::{is_command, nearest_command};
use crate::checks::status::topic;
use crate::wire::Kind;

/// The short names that kubectl knows, of the kinds that can be investigated.
const SHORT: [(&str, Kind); 8] = [
    ("po", Kind::Pod),
    ("deploy", Kind::Deployment),
    ("rs", Kind::ReplicaSet),
    ("sts", Kind::StatefulSet),
    ("ds", Kind::DaemonSet),
    ("cj", Kind::CronJob),
    ("no", Kind::Node),
    ("pvc", Kind::PersistentVolumeClaim),
];

/// Kinds that have a story to tell.
const KINDS: [Kind; 9] = [
    Kind::Pod,
    Kind::Deployment,
    Kind::ReplicaSet,
    Kind::StatefulSet,
    Kind::DaemonSet,
    Kind::Job,
    Kind::CronJob,
    Kind::Node,
    Kind::PersistentVolumeClaim,
];

/// An object by kind and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
}

/// Words that name neither an object nor a command.
#[derive(Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The error.
    pub text: String,
    /// The words that were probably meant.
    pub hint: Option<String>,
}

impl Unknown {
    fn new(text: String) -> Self {
        Self { text, hint: None }
    }
}

impl Target {
    /// Returns the object that these words name; `None` for no words.
    ///
    /// # Errors
    /// When they do not name an object of a kind that can be inspected.
    pub fn of(words: &[String]) -> Result<Option<Self>, Unknown> {
        let (kind, name) = match words {
            [] => return Ok(None),
            [command, rest @ ..] if is_misplaced(command, rest) => return Err(misplaced(command)),
            [word] => word.split_once('/').ok_or_else(|| not_an_object(word))?,
            [kind, name, ..] => (kind.as_str(), name.as_str()),
        };
        let Some(kind) = kind_of(kind) else {
            let known: Vec<String> = KINDS.iter().map(|kind| kind.name().to_lowercase()).collect();
            return Err(Unknown::new(format!("cannot inspect \"{kind}\"; use one of {}", known.join(", "))));
        };
        if name.is_empty() || name.contains('/') {
            return Err(Unknown::new(format!("\"{name}\" is not the name of an object")));
        }
        Ok(Some(Self { kind, name: name.to_owned() }))
    }
}

/// Whether a word is a command that was not read as one, because flags come before it.
fn is_misplaced(word: &str, rest: &[String]) -> bool {
    is_command(word) && (rest.is_empty() || kind_of(word).is_none())
}

fn misplaced(command: &str) -> Unknown {
    Unknown {
        text: format!("flags come after the command \"{command}\""),
        hint: Some(format!("kubectl healthcheck {command} [FLAGS]")),
    }
}

/// Returns the kind of a word such as `pod`, `po`, `pods` or `deployments.apps`.
fn kind_of(word: &str) -> Option<Kind> {
    let lower = word.to_lowercase();
    let plain = lower.split('.').next().unwrap_or_default();
    let short = SHORT.iter().find(|(short, _)| *short == plain).map(|(_, kind)| *kind);
    short.or_else(|| KINDS.into_iter().find(|k| k.plural() == plain || k.name().to_lowercase() == plain))
}

/// Describes a single word that is neither a command nor TYPE/NAME.
fn not_an_object(word: &str) -> Unknown {
    if kind_of(word).is_some() {
        return Unknown::new(format!("\"{word}\" needs a name: {word}/NAME"));
    }
    let near = nearest_command(word).or_else(|| topic(word).map(|_| format!("explain {word}")));
    Unknown {
        text: format!("unknown command \"{word}\"; to inspect an object use TYPE/NAME, e.g. deploy/{word}"),
        hint: near.map(|near| format!("did you mean \"kubectl healthcheck {near}\"?")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_named_as_kubectl_takes_them() {
        let of = |text: &str| {
            let words: Vec<String> =
                text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
            Target::of(&words).map(|target| target.map(|target| (target.kind, target.name)))
        };
        assert_eq!(of(""), Ok(None));
        for (text, kind, name) in [
            ("pod web-0", Kind::Pod, "web-0"),
            ("pods/web-0", Kind::Pod, "web-0"),
            ("deploy/web", Kind::Deployment, "web"),
            ("Deployment web", Kind::Deployment, "web"),
            ("deployments.apps/web", Kind::Deployment, "web"),
            ("sts db", Kind::StatefulSet, "db"),
            ("node/n1", Kind::Node, "n1"),
        ] {
            assert_eq!(of(text), Ok(Some((kind, name.to_owned()))), "{text}");
        }
        for text in ["web", "secret/db", "pod/", "pod/a/b", "pod a/b"] {
            assert!(of(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_command_after_flags_is_told_from_an_object() {
        let of =
            |words: &[&str]| Target::of(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        for words in [&["demo"][..], &["nodes"], &["checks"], &["explain", "137"], &["diff", "a.json"]] {
            let text = format!("flags come after the command \"{}\"", words[0]);
            let hint = Some(format!("kubectl healthcheck {} [FLAGS]", words[0]));
            assert_eq!(of(words), Err(Unknown { text, hint }));
        }
        assert!(of(&["nodes", "n1"]).unwrap().is_some_and(|target| target.kind == Kind::Node));
    }

    #[test]
    fn unknown_words_get_a_suggestion() {
        let of = |word: &str| Target::of(&[word.to_owned()]).unwrap_err();
        let unknown = |word: &str| {
            format!("unknown command \"{word}\"; to inspect an object use TYPE/NAME, e.g. deploy/{word}")
        };
        for (word, meant) in [
            ("node", None),
            ("nods", Some("nodes")),
            ("ImagePullBackOff", Some("explain ImagePullBackOff")),
            ("web", None),
        ] {
            let hint = meant.map(|meant| format!("did you mean \"kubectl healthcheck {meant}\"?"));
            let text =
                if word == "node" { "\"node\" needs a name: node/NAME".to_owned() } else { unknown(word) };
            assert_eq!(of(word), Unknown { text, hint });
        }
    }
}
