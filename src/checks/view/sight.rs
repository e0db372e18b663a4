//! What was read of each kind, by namespace: there may be a gap for each kind in each of very many namespaces.

use crate::snapshot::Snapshot;
use crate::wire::Kind;
use std::collections::BTreeSet;

/// The kinds that were not read completely.
#[derive(Default)]
pub(super) struct Sight<'a> {
    /// Kinds with a gap.
    anywhere: BTreeSet<&'a str>,
    /// Kinds with a gap that has no namespace.
    everywhere: BTreeSet<&'a str>,
    /// Kinds with a gap in a namespace.
    places: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Sight<'a> {
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        let mut sight = Self::default();
        for gap in snapshot.coverage.gaps.iter().chain(&snapshot.coverage.not_in_scope) {
            sight.anywhere.insert(&gap.kind);
            match &gap.namespace {
                Some(namespace) => drop(sight.places.insert((&gap.kind, namespace))),
                None => drop(sight.everywhere.insert(&gap.kind)),
            }
        }
        sight
    }

    /// Whether all objects of a kind in a namespace of the scope were read; the namespace is empty for objects of the
    /// cluster.
    pub(super) fn is_whole(&self, kind: Kind, namespace: &str) -> bool {
        let name = kind.name();
        if namespace.is_empty() {
            return !self.anywhere.contains(name);
        }
        !self.everywhere.contains(name) && !self.places.contains(&(name, namespace))
    }
}
