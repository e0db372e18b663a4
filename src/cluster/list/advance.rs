//! Whether a list comes closer to its end. A server that repeats itself must not keep a run busy.

use crate::cluster::Error;
use crate::text::{Fact, Message, reasons};
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The most pages in a row without a new object. An API server fills each page before it sends a token.
const MOST_EMPTY: u32 = 20;

/// The most requests in a row for a page that timed out in the smallest size.
const MOST_STALLS: u32 = 2;

/// What a list has read, as far as it shows whether the list ends.
#[derive(Debug, Default)]
pub(super) struct Advance {
    /// The hashes of the tokens so far. A list that expired begins with fresh ones.
    tokens: BTreeSet<u64>,
    /// The number of pages in a row without a new object.
    empty: u32,
    /// The number of timeouts in a row in the smallest size.
    stalls: u32,
    /// The number of objects when the list last expired.
    expired_at: Option<u64>,
}

impl Advance {
    /// Counts a page with a number of new objects, and the token of the next page; it is empty after the last page.
    ///
    /// # Errors
    /// When the list repeats itself.
    pub(super) fn page(&mut self, new: u64, token: &str) -> Result<(), Error> {
        self.stalls = 0;
        self.empty = if new == 0 { self.empty + 1 } else { 0 };
        if token.is_empty() {
            return Ok(());
        }
        let mut hasher = DefaultHasher::new();
        token.hash(&mut hasher);
        if !self.tokens.insert(hasher.finish()) {
            return Err(Error::Limit(Message::plain(&reasons::SAME_TOKEN)));
        }
        if self.empty >= MOST_EMPTY {
            let count = Fact::count(self.empty);
            return Err(Error::Limit(Message::new(&reasons::EMPTY_PAGES, vec![("count", count)])));
        }
        Ok(())
    }

    /// Whether a page that timed out in the smallest size is requested again.
    pub(super) fn stalled(&mut self) -> bool {
        self.stalls += 1;
        self.stalls < MOST_STALLS
    }

    /// Whether a list that expired after a number of objects goes on. A token that expires at once does not help.
    pub(super) fn expired(&mut self, got: u64) -> bool {
        let advanced = self.expired_at.is_none_or(|before| got > before);
        if advanced {
            self.expired_at = Some(got);
            self.tokens.clear();
        }
        advanced
    }

    /// Whether the list has expired.
    pub(super) fn has_expired(&self) -> bool {
        self.expired_at.is_some()
    }
}
