//! The objects of the lists that are followed: rows, and warnings by the name of their event, since an event that ends
//! must take its warning with it.

use crate::cluster::Sink;
use crate::model::{Event, Names};
use crate::snapshot::Rows;
use crate::wire::{self, Kind, Object, ObjectMeta};
use std::collections::BTreeMap;

/// The most warnings that are kept. More of them explain nothing more.
const MOST: usize = 20_000;

/// Keeps the objects of a list.
pub(super) struct Kept {
    pub(super) rows: Rows,
    pub(super) warnings: KnownWarnings,
    names: Names,
}

/// The warnings of the events that exist.
#[derive(Default)]
pub(super) struct KnownWarnings {
    /// By the namespace and name of the event.
    by_event: BTreeMap<(Box<str>, Box<str>), Event>,
    /// Whether the rows do not have them yet.
    changed: bool,
}

impl Kept {
    pub(super) fn new(names: Names) -> Self {
        Self { rows: Rows::with(names.clone()), warnings: KnownWarnings::default(), names }
    }
}

impl Sink for Kept {
    fn keep(&mut self, object: Object) {
        match object {
            Object::Event(event) => self.warnings.add(*event, &self.names),
            object => self.rows.add(object),
        }
    }

    fn part(&self) -> Self {
        Self::new(self.names.clone())
    }

    fn append(&mut self, part: Self) {
        self.rows.append(part.rows);
        self.warnings.by_event.extend(part.warnings.by_event);
        self.warnings.changed = true;
    }

    fn expect(&mut self, kind: Kind, count: usize) {
        self.rows.reserve(kind, count);
    }
}

impl KnownWarnings {
    /// Adds the warning of an event, in place of its earlier one.
    pub(super) fn add(&mut self, event: wire::Event, names: &Names) {
        let key = key(&event.metadata);
        if self.by_event.len() >= MOST && !self.by_event.contains_key(&key) {
            return;
        }
        if let Some(warning) = Event::fold(event, names) {
            self.changed = true;
            self.by_event.insert(key, warning);
        }
    }

    /// Removes the warning of an event that has ended.
    pub(super) fn remove(&mut self, event: &ObjectMeta) {
        self.changed |= self.by_event.remove(&key(event)).is_some();
    }

    /// Replaces the warnings of a namespace, or all of them.
    pub(super) fn replace(&mut self, namespace: Option<&str>, by: Self) {
        self.by_event.retain(|(place, _), _| namespace.is_some_and(|name| name != &**place));
        self.by_event.extend(by.by_event);
        self.changed = true;
    }

    /// Puts the warnings into rows, if they have changed.
    pub(super) fn put_into(&mut self, rows: &mut Rows) {
        if std::mem::take(&mut self.changed) {
            rows.set_events(self.by_event.values().cloned().collect());
        }
    }
}

fn key(event: &ObjectMeta) -> (Box<str>, Box<str>) {
    (event.namespace.as_str().into(), event.name.as_str().into())
}
