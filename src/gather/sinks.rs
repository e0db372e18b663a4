//! What takes the objects of a list: the rows of a snapshot, or a capture.

use crate::cluster::Sink;
use crate::snapshot::{Capture, Rows};
use crate::wire::{Kind, Object};

impl Sink for Rows {
    fn keep(&mut self, object: Object) {
        self.add(object);
    }

    fn part(&self) -> Self {
        Rows::part(self)
    }

    fn append(&mut self, part: Self) {
        Rows::append(self, part);
    }

    fn expect(&mut self, kind: Kind, count: usize) {
        self.reserve(kind, count);
    }
}

impl Sink for Capture {
    fn keep(&mut self, object: Object) {
        // It writes to memory, which cannot fail.
        let _ = self.add(&object);
    }

    fn part(&self) -> Self {
        Capture::default()
    }

    fn append(&mut self, part: Self) {
        // This writes to memory, too.
        let _ = Capture::append(self, part);
    }

    fn expect(&mut self, _: Kind, _: usize) {}
}
