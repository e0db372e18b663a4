//! The result of a list: its objects, and what is missing.

use super::{Error, LastRead, ListRequest};
use crate::model::{Cost, Coverage, Gap, Reason, SlowPage};
use crate::wire::too_large;
use std::time::Duration;

/// The result of a list.
#[derive(Debug)]
pub(crate) struct ListResult<K> {
    pub(crate) kept: K,
    pub(crate) pages: u64,
    pub(crate) got: u64,
    /// The moment of its first page, from which a watch goes on; empty before that page.
    pub(crate) version: String,
    /// Why it ended early, if it did.
    pub(crate) error: Option<Error>,
    /// The number of objects after the last page, if the server reported it.
    pub(super) missing: Option<u64>,
    pub(crate) last_read: LastRead,
    /// The smallest page size, if pages were halved.
    pub(super) smallest: Option<u32>,
    pub(super) slowest: Duration,
    /// How long all of it took.
    pub(crate) took: Duration,
    /// Whether the list expired and went on from another moment, or should have.
    pub(super) has_expired: bool,
    /// The number of objects that were left out because of their size.
    pub(super) too_large: u64,
}

impl<K> ListResult<K> {
    pub(super) fn new(kept: K, last_read: LastRead) -> Self {
        Self {
            kept,
            pages: 0,
            got: last_read.len(),
            version: String::new(),
            last_read,
            error: None,
            missing: None,
            smallest: None,
            slowest: Duration::ZERO,
            took: Duration::ZERO,
            has_expired: false,
            too_large: 0,
        }
    }

    /// Separates the objects from what is known about the list.
    pub(crate) fn without_objects(self) -> (K, ListResult<()>) {
        let rest = ListResult {
            kept: (),
            pages: self.pages,
            got: self.got,
            version: self.version,
            error: self.error,
            missing: self.missing,
            last_read: LastRead::default(),
            smallest: self.smallest,
            slowest: self.slowest,
            took: self.took,
            has_expired: self.has_expired,
            too_large: self.too_large,
        };
        (self.kept, rest)
    }

    /// Returns its part of the coverage.
    pub(crate) fn coverage(&self, request: &ListRequest) -> Coverage {
        let gap = |reason, why| Gap {
            namespace: request.namespace.clone(),
            kind: request.kind.name().to_owned(),
            reason,
            why,
            got: self.got,
            missing: None,
        };
        let missing = self
            .error
            .as_ref()
            .map(|error| Gap { missing: self.missing, ..gap(error.reason(), Some(error.why())) });
        let too_large = (self.too_large > 0).then(|| {
            let why = too_large(self.too_large);
            Gap { missing: Some(self.too_large), ..gap(Reason::Unreadable, Some(why)) }
        });
        let remark = self.has_expired.then(|| gap(Reason::Inconsistent, None));
        let slowest = SlowPage {
            millis: u64::try_from(self.slowest.as_millis()).unwrap_or(u64::MAX),
            kind: request.kind.name().to_owned(),
            namespace: request.namespace.clone(),
        };
        let cost = Cost {
            pages: self.pages,
            slowest_page: (self.pages > 0 || self.smallest.is_some()).then_some(slowest),
            smallest_page: self.smallest,
            ..Cost::default()
        };
        Coverage {
            cost,
            gaps: missing.into_iter().chain(too_large).collect(),
            notes: remark.into_iter().collect(),
            ..Coverage::default()
        }
    }
}
