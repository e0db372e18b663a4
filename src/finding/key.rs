//! The key of a finding: what it is known by from run to run. `docs/keys.md` tells operators the same.
//!
//! What does not belong here: anything that changes while the trouble does not. No name that a controller draws, no
//! words of a component, no count, no time, no severity.

use crate::model::{ObjectRef, Owner};
use std::fmt::Write;

/// No segment of a key is longer, as no name in Kubernetes is.
const LONGEST: usize = 253;

/// What a finding of a check about an object is known by: `check/namespace/Kind/name`, and the `part` that tells it
/// from others of the same check about the same object. A drawn name is replaced by that of whoever drew it.
pub(crate) fn key(check: &str, object: &ObjectRef, part: &[&str]) -> String {
    let named = Owner { kind: object.kind.clone(), name: object.name.clone() };
    let Owner { kind, name } = named.inferred_owner().unwrap_or(named);
    // A Rollout (Argo) stands in for a Deployment, and behind a ReplicaSet that cannot be read nobody can tell the two
    // apart.
    let kind = if &*kind == "Rollout" { "Deployment" } else { &*kind };
    let mut key = check.to_owned();
    for segment in [&*object.namespace, kind, &*name].iter().chain(part) {
        key.push('/');
        key.push_str(&escaped(segment));
    }
    key
}

/// A segment that can be told from its neighbours and printed anywhere: what no name in Kubernetes has is written as
/// in a URL, and what is too long ends in its checksum.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'/' | b'%' => write!(out, "%{byte:02X}"),
            byte if byte.is_ascii_graphic() => write!(out, "{}", char::from(byte)),
            byte => write!(out, "%{byte:02X}"),
        }
        // Nothing fails to be written into a string.
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
    fn names_that_controllers_draw_are_not_in_a_key() {
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
    fn whatever_a_file_says_a_key_is_of_one_meaning_printable_and_short() {
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
