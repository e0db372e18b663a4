//! What was asked for, and what of it could not be seen.

use serde::{Deserialize, Serialize};

/// How much was seen, at what cost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Coverage {
    /// Requests sent, retries included.
    pub requests: u64,
    /// List pages received.
    pub pages: u64,
    /// Bytes of bodies received, after decompression.
    pub bytes: u64,
    /// Requests that were sent again.
    pub retries: u64,
    /// What lies in the scope and was not seen: the report is incomplete.
    pub gaps: Vec<Gap>,
    /// What lies outside the scope or was left out by request, and was not seen either.
    pub outside: Vec<Gap>,
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
}

impl Coverage {
    /// Adds what another part of the run saw.
    pub fn add(&mut self, other: Coverage) {
        self.requests += other.requests;
        self.pages += other.pages;
        self.bytes += other.bytes;
        self.retries += other.retries;
        self.gaps.extend(other.gaps);
        self.outside.extend(other.outside);
    }
}
