//! One object, in the words in which kubectl takes them: `pod web-0`, `deploy/web`, `pods/web-0`.

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

impl Target {
    /// The object that these words name; `None` for no words.
    ///
    /// # Errors
    /// When they name no object, or an object of a kind that cannot be investigated.
    pub fn of(words: &[String]) -> Result<Option<Self>, String> {
        let (kind, name) = match words {
            [] => return Ok(None),
            [word] => word.split_once('/').ok_or_else(|| {
                format!("unknown command \"{word}\"; to investigate an object, say TYPE NAME or TYPE/NAME")
            })?,
            [kind, name, ..] => (kind.as_str(), name.as_str()),
        };
        let lower = kind.to_lowercase();
        // kubectl also takes `deployments.apps`.
        let plain = lower.split('.').next().unwrap_or_default();
        let short = SHORT.iter().find(|(short, _)| *short == plain).map(|(_, kind)| *kind);
        let long = KINDS.into_iter().find(|k| k.plural() == plain || k.name().to_lowercase() == plain);
        let Some(kind) = short.or(long) else {
            let known: Vec<String> = KINDS.iter().map(|kind| kind.name().to_lowercase()).collect();
            return Err(format!("\"{kind}\" cannot be investigated; one of {}", known.join(", ")));
        };
        if name.is_empty() || name.contains('/') {
            return Err(format!("\"{name}\" is not the name of an object"));
        }
        Ok(Some(Self { kind, name: name.to_owned() }))
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
}
