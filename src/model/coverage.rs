//! What was asked for, and what of it could not be seen.

use serde::{Deserialize, Serialize};

/// How much was seen, at what cost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Coverage {
    /// What it cost.
    #[serde(flatten)]
    pub cost: Cost,
    /// What lies in the scope and was not seen: the report is incomplete.
    pub gaps: Vec<Gap>,
    /// What lies outside the scope or was left out by request, and was not seen either.
    #[serde(rename = "notInScope", alias = "outside")]
    pub outside: Vec<Gap>,
    /// What was seen, but not as it should be: given twice, or of two moments.
    #[serde(rename = "notes", alias = "remarks")]
    pub remarks: Vec<Gap>,
}

/// The requests of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Cost {
    /// The number of requests, retries included.
    pub requests: u64,
    /// The number of list pages received.
    pub pages: u64,
    /// The size of the bodies received, after decompression.
    pub bytes: u64,
    /// The number of retries.
    pub retries: u64,
    /// The time that all requests together waited for a rate limit of the server or of --max-rps.
    pub throttled_millis: u64,
    /// The slowest page.
    pub slowest_page: Option<SlowPage>,
    /// The smallest page size that was used, if larger pages were too slow.
    pub smallest_page: Option<u32>,
}

/// A slow page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SlowPage {
    /// The time it took; for a page that timed out, at least the timeout.
    pub millis: u64,
    /// Such as `Pod`.
    pub kind: String,
    /// The namespace; `None` for the whole cluster.
    pub namespace: Option<String>,
}

/// Something that was not seen, or not all of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Gap {
    /// The namespace; `None` for the whole cluster.
    pub namespace: Option<String>,
    /// Such as `Pod`.
    pub kind: String,
    /// Why, in one word.
    pub reason: Reason,
    /// Why, in the words of whoever refused.
    pub detail: String,
    /// How many objects were read before.
    pub got: u64,
    /// How many were not, as far as the server said.
    #[serde(default)]
    pub missing: Option<u64>,
}

/// Why something was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The user has no permission to list it.
    Forbidden,
    /// A page timed out.
    TimedOut,
    /// The list expired and could not be read to its end.
    Expired,
    /// The server or the connection failed.
    Failed,
    /// The response or the file cannot be decoded.
    Unreadable,
    /// The server does not serve the kind.
    Absent,
    /// The input files do not contain the kind.
    NotGiven,
    /// Left out by request.
    Skipped,
    /// The input files contain it more than once; it is counted once.
    Repeated,
    /// The run was interrupted or timed out before.
    Stopped,
    /// The list expired while it was read: its parts are from different times.
    Inconsistent,
    /// It was measured too long ago.
    Stale,
}

impl Gap {
    /// The kind of a gap that is a whole cluster.
    pub const CLUSTER: &'static str = "Cluster";

    /// The kind of a gap that is the certificates in secrets.
    pub const CERTIFICATES: &'static str = "Certificates";

    /// Nothing of a kind was seen, in the whole cluster; why, in one word.
    pub fn new(kind: impl Into<String>, reason: Reason) -> Self {
        Self { namespace: None, kind: kind.into(), reason, detail: String::new(), got: 0, missing: None }
    }
}

impl Coverage {
    /// Puts what was not seen in its one order.
    pub fn sort(&mut self) {
        self.gaps.sort();
        self.outside.sort();
        self.remarks.sort();
    }

    /// Adds what another part of the run saw.
    pub fn add(&mut self, other: Coverage) {
        self.cost.add(&other.cost);
        self.gaps.extend(other.gaps);
        self.outside.extend(other.outside);
        self.remarks.extend(other.remarks);
    }
}

impl Cost {
    /// Adds what another part of the run cost.
    pub fn add(&mut self, other: &Cost) {
        self.requests += other.requests;
        self.pages += other.pages;
        self.bytes += other.bytes;
        self.retries += other.retries;
        self.throttled_millis += other.throttled_millis;
        let slower = other
            .slowest_page
            .as_ref()
            .filter(|page| self.slowest_page.as_ref().is_none_or(|slowest| slowest.millis < page.millis));
        if let Some(page) = slower {
            self.slowest_page = Some(page.clone());
        }
        self.smallest_page = [self.smallest_page, other.smallest_page].into_iter().flatten().min();
    }
}
