//! The objects that are not kept because of their names.

use crate::model::{Gap, Reason};
use crate::text::{Fact, Message, Text, reasons};
use crate::wire::{Kind, Object};
use std::collections::BTreeMap;

/// The number of refused names of each kind, and the first of them.
#[derive(Debug, Default)]
pub(super) struct Refused {
    objects: BTreeMap<Kind, (u64, String)>,
    owners: BTreeMap<Kind, (u64, String)>,
}

impl Refused {
    /// Returns whether an object can be kept. Removes its invalid owners.
    pub(super) fn admits(&mut self, object: &mut Object) -> bool {
        let kind = object.kind();
        if let Some(name) = object.invalid_name() {
            count(&mut self.objects, kind, 1, name);
            return false;
        }
        if let Some(name) = object.remove_invalid_owners() {
            count(&mut self.owners, kind, 1, &name);
        }
        true
    }

    /// Adds those of another part of the run.
    pub(super) fn append(&mut self, other: Self) {
        for (all, more) in [(&mut self.objects, other.objects), (&mut self.owners, other.owners)] {
            for (kind, (number, name)) in more {
                count(all, kind, number, &name);
            }
        }
    }

    /// Returns the gaps of the refused objects, and the notes about the removed owners.
    pub(super) fn gaps(self) -> (Vec<Gap>, Vec<Gap>) {
        (gaps(self.objects, &reasons::INVALID_NAMES), gaps(self.owners, &reasons::INVALID_OWNERS))
    }
}

fn count(all: &mut BTreeMap<Kind, (u64, String)>, kind: Kind, number: u64, name: &str) {
    let (count, first) = all.entry(kind).or_insert_with(|| (0, name.to_owned()));
    *count += number;
    // The same whichever part arrives first.
    if name < first.as_str() {
        name.clone_into(first);
    }
}

fn gaps(all: BTreeMap<Kind, (u64, String)>, text: &'static Text) -> Vec<Gap> {
    let gap = |(kind, (number, name)): (Kind, (u64, String))| {
        let facts = vec![("count", Fact::count(number)), ("name", Fact::text(name))];
        Gap::new(kind.name(), Reason::Unreadable).because(Message::new(text, facts))
    };
    all.into_iter().map(gap).collect()
}
