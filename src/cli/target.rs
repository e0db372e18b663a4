//! Objects, in the words in which kubectl takes them: `pod web-0`, `deploy/web svc/web`, `pods/web-0`.

use super::help::{is_command, nearest_command};
use crate::checks::status::topic;
use crate::text::suggest::{did_you_mean, nearest};
use crate::wire::Kind;

/// The short names that kubectl knows.
const SHORT: [(&str, Kind); 21] = [
    ("po", Kind::Pod),
    ("deploy", Kind::Deployment),
    ("rs", Kind::ReplicaSet),
    ("sts", Kind::StatefulSet),
    ("ds", Kind::DaemonSet),
    ("cj", Kind::CronJob),
    ("no", Kind::Node),
    ("pvc", Kind::PersistentVolumeClaim),
    ("pv", Kind::PersistentVolume),
    ("svc", Kind::Service),
    ("ing", Kind::Ingress),
    ("hpa", Kind::HorizontalPodAutoscaler),
    ("pdb", Kind::PodDisruptionBudget),
    ("quota", Kind::ResourceQuota),
    ("limits", Kind::LimitRange),
    ("sc", Kind::StorageClass),
    ("ns", Kind::Namespace),
    ("gtw", Kind::Gateway),
    ("crd", Kind::CustomResourceDefinition),
    ("csr", Kind::CertificateSigningRequest),
    ("netpol", Kind::NetworkPolicy),
];

/// An object by kind and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its kind: the `kind` of a known kind, else the word of the command line, such as `rollout`.
    pub kind: String,
    /// Its name, or the start of it.
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
    /// Returns the objects that these words name; none for no words.
    ///
    /// # Errors
    /// When they do not name objects of kinds that can be inspected.
    pub fn of(words: &[String]) -> Result<Vec<Self>, Unknown> {
        match words {
            [] => Ok(Vec::new()),
            [command, rest @ ..] if is_misplaced(command, rest) => Err(misplaced(command)),
            [first, ..] if first.contains('/') => words
                .iter()
                .map(|word| Self::new(word.split_once('/').ok_or_else(|| without_kind(word))?))
                .collect(),
            [word] => Err(not_an_object(word)),
            [kind, names @ ..] => names.iter().map(|name| Self::new((kind, name))).collect(),
        }
    }

    fn new((kind, name): (&str, &str)) -> Result<Self, Unknown> {
        if name.is_empty() || name.contains('/') {
            return Err(Unknown::new(format!("\"{name}\" is not the name of an object")));
        }
        let kind = match kind_of(kind) {
            Some(kind) => kind.name().to_owned(),
            None => other_kind(kind)?,
        };
        Ok(Self { kind, name: name.to_owned() })
    }

    /// Returns its kind, if this program reads it.
    pub fn known(&self) -> Option<Kind> {
        Kind::from_name(&self.kind)
    }
}

/// Returns a kind that this program does not read: it may own pods, such as `rollout`.
fn other_kind(word: &str) -> Result<String, Unknown> {
    let plain = word.split('.').next().unwrap_or_default().to_lowercase();
    let known: Vec<String> = inspected().map(|kind| kind.name().to_lowercase()).collect();
    let near = nearest(&plain, known.iter().map(String::as_str));
    let text = format!("\"{word}\" is not a kind of object");
    match near {
        Some(near) => Err(Unknown { text, hint: Some(did_you_mean(near)) }),
        None if plain.is_empty() || !plain.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            Err(Unknown::new(text))
        }
        None => Ok(plain),
    }
}

/// Returns the kinds that can be inspected.
fn inspected() -> impl Iterator<Item = Kind> {
    Kind::ALL.into_iter().filter(|kind| kind.has_state())
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
    short.or_else(|| inspected().find(|k| k.plural() == plain || k.name().to_lowercase() == plain))
}

fn without_kind(word: &str) -> Unknown {
    Unknown::new(format!("\"{word}\" has no kind: KIND/{word}"))
}

/// Describes a single word that is neither a command nor TYPE/NAME.
fn not_an_object(word: &str) -> Unknown {
    if kind_of(word).is_some() {
        return Unknown::new(format!("\"{word}\" needs a name: {word}/NAME"));
    }
    let near = nearest_command(word).or_else(|| topic(word).map(|_| format!("explain {word}")));
    Unknown {
        text: format!("unknown command \"{word}\"; to inspect an object use TYPE/NAME, e.g. deploy/{word}"),
        hint: near.map(|near| did_you_mean(&format!("kubectl healthcheck {near}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_named_as_kubectl_takes_them() {
        let of = |text: &str| -> Result<Vec<(String, String)>, Unknown> {
            let words: Vec<String> =
                text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
            let targets = Target::of(&words)?.into_iter();
            Ok(targets.map(|target| (target.kind, target.name)).collect::<Vec<_>>())
        };
        assert_eq!(of(""), Ok(Vec::new()));
        for (text, kind, name) in [
            ("pod web-0", Kind::Pod, "web-0"),
            ("pods/web-0", Kind::Pod, "web-0"),
            ("deploy/web", Kind::Deployment, "web"),
            ("Deployment web", Kind::Deployment, "web"),
            ("deployments.apps/web", Kind::Deployment, "web"),
            ("sts db", Kind::StatefulSet, "db"),
            ("node/n1", Kind::Node, "n1"),
            ("svc/web", Kind::Service, "web"),
            ("apiservice/v1beta1.metrics.k8s.io", Kind::APIService, "v1beta1.metrics.k8s.io"),
        ] {
            assert_eq!(of(text), Ok(vec![(kind.name().to_owned(), name.to_owned())]), "{text}");
        }
        let named = |kind: &str, name: &str| (kind.to_owned(), name.to_owned());
        assert_eq!(of("pod a b"), Ok(vec![named("Pod", "a"), named("Pod", "b")]));
        assert_eq!(of("deploy/a svc/b"), Ok(vec![named("Deployment", "a"), named("Service", "b")]));
        assert_eq!(of("rollouts.argoproj.io/a"), Ok(vec![named("rollouts", "a")]));
        for text in ["web", "pod/", "pod/a/b", "pod a/b", "pod/a b", "/a", "po d/a"] {
            assert!(of(text).is_err(), "{text}");
        }
        let misspelt = of("deploymnt/web").unwrap_err();
        assert_eq!(misspelt.hint.as_deref(), Some("did you mean \"deployment\"?"));
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
        assert!(of(&["nodes", "n1"]).unwrap().iter().all(|target| target.known() == Some(Kind::Node)));
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
