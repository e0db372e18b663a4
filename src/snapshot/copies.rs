//! Objects that the input files contain more than once: the newest copy counts, whatever the order of the files.

use super::Rows;
use super::document::Age;
use crate::wire::{Kind, Object};
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};

/// The copies of the objects so far.
#[derive(Debug, Default)]
pub(super) struct Copies {
    hashes: RandomState,
    /// The age of the newest copy, by the hash of kind, namespace and name.
    ages: HashMap<u64, Age>,
    /// The newest copies of objects, if they are newer than the first.
    newest: BTreeMap<(Kind, String, String), Object>,
}

impl Copies {
    /// Takes a copy of an object. Returns the copy that rows take in their order; the first one counts.
    pub(super) fn older(&mut self, object: Object, age: Age) -> Option<Object> {
        let kind = object.kind();
        let identity = object.identity();
        // Objects without a name cannot be told apart, and an event has rules of its own.
        if identity.name.is_empty() || kind == Kind::Event {
            return Some(object);
        }
        let key = self.hashes.hash_one((kind, identity.namespace, identity.name));
        let Some(known) = self.ages.get_mut(&key) else {
            self.ages.insert(key, age);
            return Some(object);
        };
        if !age.is_newer_than(*known) {
            return Some(object);
        }
        *known = age;
        let key = (kind, identity.namespace.to_owned(), identity.name.to_owned());
        self.newest.insert(key, object)
    }

    /// Puts the newest copies before the others, where they count.
    pub(super) fn put_first(self, rows: &mut Rows) {
        if self.newest.is_empty() {
            return;
        }
        let mut first = rows.part();
        self.newest.into_values().for_each(|object| first.add(object));
        first.append(std::mem::take(rows));
        *rows = first;
    }
}

#[cfg(test)]
mod tests {
    use crate::model::Reason;
    use crate::snapshot::{Snapshot, read_bytes};
    use crate::wire::Time;
    use serde_json::{Value, json};

    fn volume(version: &str, created: &str, phase: &str) -> Value {
        json!({
            "kind": "PersistentVolume", "apiVersion": "v1",
            "metadata": { "name": "data", "resourceVersion": version, "creationTimestamp": created },
            "status": { "phase": phase },
        })
    }

    fn read(objects: &[Value]) -> Snapshot {
        let text: Vec<String> = objects.iter().map(Value::to_string).collect();
        read_bytes("test", text.join("\n").as_bytes(), Time::default()).unwrap()
    }

    fn phases(objects: &[Value]) -> (Vec<String>, Vec<(Reason, u64)>) {
        let Snapshot { rows, coverage, .. } = read(objects);
        let repeated = coverage.notes.iter().chain(&coverage.gaps).chain(&coverage.not_in_scope);
        let repeated = repeated.filter(|gap| gap.reason == Reason::Repeated);
        (
            rows.volumes.into_iter().map(|volume| volume.status.phase).collect(),
            repeated.map(|gap| (gap.reason, gap.got)).collect(),
        )
    }

    #[test]
    fn the_newest_copy_counts_in_any_order() {
        let (monday, tuesday) = ("2025-12-22T00:00:00Z", "2025-12-23T00:00:00Z");
        let copies = [
            volume("90", monday, "Available"),
            volume("100", monday, "Bound"),
            volume("99", tuesday, "Released"),
        ];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let objects = order.map(|index: usize| copies[index].clone());
            assert_eq!(
                phases(&objects),
                (vec!["Bound".to_owned()], vec![(Reason::Repeated, 2)]),
                "{order:?}"
            );
        }
    }

    #[test]
    fn without_a_version_the_younger_copy_counts_and_else_the_first() {
        let old = volume("", "2025-12-22T00:00:00Z", "Available");
        let young = volume("", "2025-12-23T00:00:00Z", "Bound");
        assert_eq!(phases(&[old.clone(), young.clone()]).0, ["Bound"]);
        assert_eq!(phases(&[young, old.clone()]).0, ["Bound"]);
        let same = volume("", "2025-12-22T00:00:00Z", "Released");
        assert_eq!(phases(&[old, same]).0, ["Available"]);
    }

    #[test]
    fn one_page_of_a_longer_list_is_a_gap_with_the_number() {
        let page = |metadata: Value| {
            let list = json!({
                "kind": "PodList", "apiVersion": "v1", "metadata": metadata,
                "items": [{ "metadata": { "namespace": "shop", "name": "web" } }],
            });
            let gaps = read(&[list]).coverage.gaps.into_iter();
            gaps.map(|gap| (gap.kind, gap.got, gap.missing)).collect::<Vec<_>>()
        };
        let pod = || "Pod".to_owned();
        assert_eq!(page(json!({ "continue": "x", "remainingItemCount": 9500 })), [(pod(), 1, Some(9500))]);
        assert_eq!(page(json!({ "remainingItemCount": 3 })), [(pod(), 1, Some(3))]);
        assert_eq!(page(json!({ "continue": "x" })), [(pod(), 1, None)]);
        assert_eq!(page(json!({ "continue": "", "resourceVersion": "5" })), []);
        assert_eq!(page(Value::Null), []);
    }
}
