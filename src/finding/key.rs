//! The key of a finding: its identity from run to run. `docs/keys.md` describes it.
//!
//! What does not belong here: anything that changes while the problem stays the same. No generated name, no message of a
//! component, no count, no time, no severity.

use crate::model::{ObjectRef, Owner};
use std::fmt::Write;

/// The maximum length of a segment, as of a name in Kubernetes.
const LONGEST: usize = 253;

/// Returns the key of a finding: `check/namespace/Kind/name`, and the `part` that distinguishes it from other findings of
/// the check about the object. A generated name is replaced by the name of its generator.
pub(crate) fn key(check: &str, object: &ObjectRef, part: &[&str]) -> String {
    let named = Owner { kind: object.kind.clone(), name: object.name.clone() };
    let Owner { kind, name } = named.inferred_owner().unwrap_or(named);
    // A Rollout (Argo) takes the place of a Deployment, and the two cannot be distinguished by the name of a ReplicaSet.
    let kind = if &*kind == "Rollout" { "Deployment" } else { &*kind };
    let mut key = check.to_owned();
    for segment in [&*object.namespace, kind, &*name].iter().chain(part) {
        key.push('/');
        key.push_str(&escaped(segment));
    }
    key
}

/// Escapes a segment, so that it has no `/` and only printable ASCII. Other characters are written as in a URL, and a long
/// segment ends in its checksum.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'/' | b'%' => write!(out, "%{byte:02X}"),
            byte if byte.is_ascii_graphic() => write!(out, "{}", char::from(byte)),
            byte => write!(out, "%{byte:02X}"),
        }
        // Writing into a string cannot fail.
        .unwrap_or_default();
        if out.len() > LONGEST {
            let mut sum = flate2::Crc::new();
            sum.update(text.as_bytes());
            out.truncate(LONGEST - 9);
            return format!("{out}~{:08x}", sum.sum());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_names_are_not_in_a_key() {
        for (object, of) in [
            (ObjectRef::new("shop", "ReplicaSet", "web-7d9f8b6c5d"), "c/shop/Deployment/web/app"),
            (ObjectRef::new("shop", "Rollout", "web"), "c/shop/Deployment/web/app"),
            (ObjectRef::new("shop", "Job", "backup-29443620"), "c/shop/CronJob/backup/app"),
            (ObjectRef::new("shop", "StatefulSet", "db"), "c/shop/StatefulSet/db/app"),
            (ObjectRef::of_cluster("Node", "n1"), "c//Node/n1/app"),
        ] {
            assert_eq!(key("c", &object, &["app"]), of);
        }
    }

    #[test]
    fn a_key_is_unique_printable_and_short_for_any_input() {
        let odd = ["a/b", "a%2Fb", "a\u{1b}[31mb", "a b", "a\nb", "\u{202e}a", "映像檔", "", "%"];
        let of = |part: &[&str]| key("c", &ObjectRef::new("shop", "Pod", "x"), part);
        let keys: std::collections::BTreeSet<String> = odd.iter().map(|text| of(&[text])).collect();
        assert_eq!(keys.len(), odd.len(), "{keys:?}");
        assert!(keys.iter().all(|key| key.bytes().all(|byte| byte.is_ascii_graphic())), "{keys:?}");
        assert_ne!(of(&["a", "b"]), of(&["a/b"]));
        let (long, longer) = ("映".repeat(5000), "映".repeat(5001));
        assert!(of(&[&long]).len() < 300 && of(&[&long]) != of(&[&longer]));
        let longest = "a".repeat(LONGEST);
        assert!(of(&[&longest]).ends_with(&longest), "a name of Kubernetes is never cut");
    }
}
