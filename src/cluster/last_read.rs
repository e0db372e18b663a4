//! The objects that a list has read last, so that another list can go on without repeating them.

use crate::wire::Identity;
use std::collections::HashSet;

/// The objects of the namespace that a list has reached. Lists are in the order of their keys, so no other object can come
/// twice.
#[derive(Clone, Debug, Default)]
pub(crate) struct LastRead {
    /// The namespace; `None` before the first object.
    pub(crate) namespace: Option<String>,
    uids: HashSet<u128>,
}

impl LastRead {
    /// Records an object.
    pub(super) fn note(&mut self, object: Identity) {
        if self.namespace.as_deref() != Some(object.namespace) {
            self.namespace = Some(object.namespace.to_owned());
            self.uids.clear();
        }
        self.uids.extend(number(object.uid));
    }

    /// Whether an object has been recorded.
    pub(super) fn contains(&self, object: Identity) -> bool {
        !self.uids.is_empty() && number(object.uid).is_some_and(|uid| self.uids.contains(&uid))
    }

    /// Continues with what a later page has read.
    pub(super) fn append(&mut self, later: LastRead) {
        match later.namespace {
            None => {}
            Some(_) if later.namespace == self.namespace => self.uids.extend(later.uids),
            Some(_) => *self = later,
        }
    }

    pub(super) fn len(&self) -> u64 {
        self.uids.len() as u64
    }
}

/// A UID as the number of its 128 bits. Objects without one cannot be told apart.
fn number(uid: &str) -> Option<u128> {
    let digit = |number: u128, c: char| Some(number.checked_mul(16)? + u128::from(c.to_digit(16)?));
    let digits = uid.chars().filter(|c| *c != '-').try_fold(0, digit);
    digits.filter(|_| !uid.is_empty())
}
