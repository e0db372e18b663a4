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
    pub outside: Vec<Gap>,
    /// What was seen, but not as it should be: given twice, or of two moments.
    pub remarks: Vec<Gap>,
}

/// What a run cost the servers and the way to them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Cost {
    /// Requests sent, retries included.
    pub requests: u64,
    /// List pages received.
    pub pages: u64,
    /// Bytes of bodies received, after decompression.
    pub bytes: u64,
    /// Requests that were sent again.
    pub retries: u64,
    /// Milliseconds that requests waited because the server, or the limit of the run, asked them to; the sum over
    /// all requests.
    pub throttled_millis: u64,
    /// The page that took longest.
    pub slowest_page: Option<SlowPage>,
    /// The smallest page that was asked for, where larger ones came too slowly.
    pub smallest_page: Option<u32>,
}

/// A page that took long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlowPage {
    /// How long; at least the time a page may take, where it did not come.
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

/// Why something was not seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The identity has no right to list it.
    Forbidden,
    /// No page came within its time.
    TimedOut,
    /// The list changed under the reader and could not be finished.
    Expired,
    /// The server or the way to it failed.
    Failed,
    /// An answer or a file made no sense.
    Unreadable,
    /// The server does not know the kind.
    Absent,
    /// The files given hold none of it.
    NotGiven,
    /// Left out by request.
    Skipped,
    /// The files give it more than once; it counts once.
    Repeated,
    /// The run was stopped before.
    Stopped,
    /// The list expired while it was read: its parts are of different moments.
    Inconsistent,
    /// It was measured too long ago to be told as what is.
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
