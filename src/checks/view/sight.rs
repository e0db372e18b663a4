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
    /// The only namespaces that are known to be whole; `None` for all. Files without Namespaces may lack any of them.
    given: Option<BTreeSet<&'a str>>,
}

impl<'a> Sight<'a> {
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        let rows = &snapshot.rows;
        let given = (snapshot.plain && rows.namespaces.is_empty()).then(|| rows.places());
        let mut sight = Self { given, ..Self::default() };
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
        !self.everywhere.contains(name)
            && !self.places.contains(&(name, namespace))
            && self.given.as_ref().is_none_or(|given| given.contains(namespace))
    }
}
