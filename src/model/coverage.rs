//! How much of the scope was read, and why the rest was not.

use crate::text::Message;
use crate::wire::{self, Sentence};
use serde::{Deserialize, Serialize};

/// How much was read, at what cost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Coverage {
    /// The cost.
    #[serde(flatten)]
    pub cost: Cost,
    /// Objects in the scope that were not read: the report is incomplete.
    pub gaps: Vec<Gap>,
    /// Objects outside the scope, or left out by request.
    #[serde(alias = "outside")]
    pub not_in_scope: Vec<Gap>,
    /// Objects that were read with a defect: given twice, or of two moments.
    #[serde(alias = "remarks")]
    pub notes: Vec<Gap>,
}

/// The cost of a run for the servers and the network.
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
    /// Requests that were sent again after a failure.
    pub retries: u64,
    /// The time that all requests together waited for a rate limit of the server or of --max-rps.
    pub throttled_millis: u64,
    /// The slowest page.
    pub slowest_page: Option<SlowPage>,
    /// The smallest page that was requested, if larger ones were too slow.
    pub smallest_page: Option<u32>,
}

/// A slow page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SlowPage {
    /// How long it took; for a page that did not arrive, at least the time a page may take.
    pub millis: u64,
    /// Such as `Pod`.
    pub kind: String,
    /// The namespace; `None` for the whole cluster.
    pub namespace: Option<String>,
}

/// Something that was not read, or only in part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Gap {
    /// The namespace; `None` for the whole cluster.
    pub namespace: Option<String>,
    /// Such as `Pod`.
    pub kind: String,
    /// Why, in one word.
    pub reason: Reason,
    /// Why, in a sentence; `None` if the word says it.
    pub why: Option<Message>,
    /// How many objects were read before.
    pub got: u64,
    /// How many were not, as far as the server reported.
    pub missing: Option<u64>,
}

/// A gap as captures and reports have it: with the English sentence, and the message behind it.
#[derive(Serialize, Deserialize)]
struct Written {
    namespace: Option<String>,
    kind: String,
    reason: Reason,
    detail: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<Sentence>,
    got: u64,
    #[serde(default)]
    missing: Option<u64>,
}

impl From<Gap> for Written {
    fn from(gap: Gap) -> Self {
        let Gap { namespace, kind, reason, why, got, missing } = gap;
        let (detail, message) = why.as_ref().map(wire::kept).unwrap_or_default();
        Self { namespace, kind, reason, detail, message, got, missing }
    }
}

impl From<Written> for Gap {
    fn from(written: Written) -> Self {
        let Written { namespace, kind, reason, detail, message, got, missing } = written;
        let why = wire::read_back(&detail, message.as_ref());
        Self { namespace, kind, reason, why, got, missing }
    }
}

/// Why something was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The user has no permission to list it.
    Forbidden,
    /// No page arrived in time.
    TimedOut,
    /// The list expired and could not be read to its end.
    Expired,
    /// The server or the network failed.
    Failed,
    /// An answer or a file could not be decoded.
    Unreadable,
    /// The server does not serve the kind.
    Absent,
    /// The input files contain none of it.
    NotGiven,
    /// Left out by request.
    Skipped,
    /// The input files contain it more than once; it is counted once.
    Repeated,
    /// The run was interrupted or timed out before.
    Stopped,
    /// The list expired while it was read: its parts are from different times.
    Inconsistent,
    /// It was measured too long ago to count as current.
    Stale,
}

impl Gap {
    /// The kind of a gap that stands for a whole cluster.
    pub const CLUSTER: &'static str = "Cluster";

    /// The kind of a gap that stands for the certificates in Secrets.
    pub const CERTIFICATES: &'static str = "Certificates";

    /// The kind of a gap that stands for files without objects.
    pub const FILES: &'static str = "Files";

    /// Creates the gap of a kind of which nothing was read in the whole cluster.
    pub fn new(kind: impl Into<String>, reason: Reason) -> Self {
        Self { namespace: None, kind: kind.into(), reason, why: None, got: 0, missing: None }
    }

    /// Sets why.
    #[must_use]
    pub fn because(self, why: Message) -> Self {
        Self { why: Some(why), ..self }
    }
}

impl Coverage {
    /// Sorts the gaps.
    pub fn sort(&mut self) {
        self.gaps.sort();
        self.not_in_scope.sort();
        self.notes.sort();
    }

    /// Adds the coverage of another part of the run.
    pub fn add(&mut self, other: Coverage) {
        self.cost.add(&other.cost);
        self.gaps.extend(other.gaps);
        self.not_in_scope.extend(other.not_in_scope);
        self.notes.extend(other.notes);
    }
}

impl Cost {
    /// Adds the cost of another part of the run.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract;
    use crate::text::{Fact, Lang, reasons};

    /// Captures have the same keys as reports, and earlier captures are read.
    #[test]
    fn captures_name_coverage_as_reports_do() {
        let gap = Gap::new("Node", Reason::Forbidden);
        let coverage = Coverage { not_in_scope: vec![gap.clone()], notes: vec![gap], ..Coverage::default() };
        let mut written = serde_json::to_value(&coverage).unwrap();
        let read: contract::Coverage = serde_json::from_value(written.clone()).unwrap();
        assert_eq!((read.not_in_scope.len(), read.notes.len()), (1, 1));
        let keys = written.as_object_mut().unwrap();
        for (now, earlier) in [("notInScope", "outside"), ("notes", "remarks")] {
            let gaps = keys.remove(now).unwrap();
            keys.insert(earlier.to_owned(), gaps);
        }
        assert_eq!(serde_json::from_value::<Coverage>(written).unwrap(), coverage);
    }

    #[test]
    fn a_gap_is_read_back_in_the_readers_language() {
        let why = Message::new(&reasons::NODE_SILENT, vec![("node", Fact::text("n1"))]);
        let gap = Gap { got: 3, ..Gap::new("LogSource", Reason::TimedOut) }.because(why);
        let text = serde_json::to_string(&gap).unwrap();
        assert!(text.contains(r#""detail":"node n1 does not answer""#), "{text}");
        let read: Gap = serde_json::from_str(&text).unwrap();
        assert_eq!(read, gap);
        assert_eq!(read.why.unwrap().in_lang(Lang::ZhTw), "節點 n1 沒有回應");
    }

    #[test]
    fn a_gap_of_an_earlier_version_keeps_its_words() {
        let old = r#"{"namespace":null,"kind":"Pod","reason":"failed","detail":"boom","got":0}"#;
        let gap: Gap = serde_json::from_str(old).unwrap();
        assert_eq!(gap.why, Some(Message::quoted("boom")));
        let silent: Gap = serde_json::from_str(&old.replace("boom", "")).unwrap();
        assert_eq!((silent.why, silent.missing), (None, None));
    }
}
