//! The objects of files that cannot be read. A file may have any number of them.

use crate::model::{Gap, Reason};
use crate::text::{Fact, Message, reasons};
use std::collections::BTreeMap;

/// The number of gaps that are named; the others are counted.
const NAMED: usize = 100;

/// The objects so far.
#[derive(Debug, Default)]
pub(super) struct Broken {
    named: Vec<Gap>,
    /// The number of the others, by kind.
    others: BTreeMap<String, u64>,
}

impl Broken {
    /// Adds an object: its kind, its place, and the reason.
    pub(super) fn add(&mut self, kind: String, place: String, why: Message) {
        if self.named.len() < NAMED {
            let facts = vec![("who", Fact::text(place)), ("why", Fact::Message(why))];
            self.named.push(Gap::new(kind, Reason::Unreadable).because(Message::new(&reasons::OF, facts)));
        } else {
            *self.others.entry(kind).or_default() += 1;
        }
    }

    /// Returns their gaps.
    pub(super) fn gaps(&mut self) -> Vec<Gap> {
        let others = std::mem::take(&mut self.others).into_iter().map(|(kind, count)| {
            let why = Message::new(&reasons::MORE_UNREADABLE, vec![("count", Fact::count(count))]);
            Gap::new(kind, Reason::Unreadable).because(why)
        });
        std::mem::take(&mut self.named).into_iter().chain(others).collect()
    }
}
