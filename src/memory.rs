//! The memory limit of the process. Clusters, files and servers may send any amount, so whatever reads them asks here
//! whether there is room for more. What is over the limit is a gap, and the rest of the report stays.
//!
//! What does not belong here: limits of single values, which are where the values are read.

use crate::text::{Fact, Message, reasons};
use std::io::{self, Read};
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

/// The default limit in MiB. 100,000 pods take half of it.
pub(crate) const DEFAULT: u32 = 128;

/// The limit in bytes; 0 is no limit. There is one memory of the process, so there is one limit.
static LIMIT: AtomicUsize = AtomicUsize::new(0);

/// The share of the limit at which reading stops, in eighths. The rest is for one large object, and for judging and writing
/// the report of healthy objects.
const FOR_READING: usize = 7;

/// What the process needs in addition to the data of the report: the code that writes it, in bytes. A table of findings and a
/// page take up to 3 MiB.
const CODE: usize = 4 << 20;

/// The number of bytes that are read between two looks at the memory. A look costs about 4 µs.
const STEP: usize = 64 << 10;

/// The pause between two looks at the memory while something is read that cannot be counted.
const LOOK: Duration = Duration::from_millis(10);

/// The same if more than half of the limit is used: a server on the same machine sends 10 MiB within [`LOOK`].
const SHORT_LOOK: Duration = Duration::from_millis(1);

/// The bytes that will be needed for what was read so far.
static RESERVED: AtomicUsize = AtomicUsize::new(0);

/// What the report keeps in memory until it is written, as a number.
static KEPT: AtomicU8 = AtomicU8::new(0);

/// What a report keeps in memory until it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kept {
    /// A screen with the worst findings, names, or nothing: JSON and YAML are written as streams.
    Little,
    /// A part for each namespace.
    Namespaces,
    /// Tables of all findings.
    All,
    /// Tables of all findings and of all certificates.
    Every,
}

/// The bytes that a report takes until it is written, beyond the rows of its objects. Measured as the peak of reports with
/// 10,000 findings, with and without texts of 1,000 bytes.
struct Cost {
    /// A finding about a pod, with the lines that list the pod.
    pod: usize,
    /// Another finding.
    finding: usize,
    /// A namespace with pods.
    namespace: usize,
    /// A certificate, or a node, in addition to findings about it.
    row: usize,
    /// The annotations of an object.
    annotations: usize,
    /// How often a text of the cluster is in memory.
    copies: usize,
}

/// The costs of [`Kept::Little`].
const LITTLE: Cost =
    Cost { pod: 2560, finding: 1536, namespace: 1536, row: 384, annotations: 1024, copies: 3 };

/// The costs of [`Kept::Namespaces`].
const NAMESPACES: Cost = Cost { namespace: 4608, row: 768, ..LITTLE };

/// The costs of [`Kept::All`].
const ALL: Cost =
    Cost { pod: 11 << 10, finding: 6 << 10, namespace: 4608, row: 768, annotations: 2048, copies: 11 };

/// The costs of [`Kept::Every`].
const EVERY: Cost = Cost { row: 2048, ..ALL };

fn cost() -> &'static Cost {
    match KEPT.load(Ordering::Relaxed) {
        0 => &LITTLE,
        1 => &NAMESPACES,
        2 => &ALL,
        _ => &EVERY,
    }
}

/// Sets the limit of the process in MiB; 0 is no limit.
pub(crate) fn set_limit(mebibytes: u32, kept: Kept) {
    let bytes = usize::try_from(mebibytes).unwrap_or(usize::MAX).saturating_mul(1 << 20);
    LIMIT.store(bytes, Ordering::Relaxed);
    let kept = match kept {
        Kept::Little => 0,
        Kept::Namespaces => 1,
        Kept::All => 2,
        Kept::Every => 3,
    };
    KEPT.store(kept, Ordering::Relaxed);
}

/// Returns the bytes for the findings about a pod whose status has texts of this length.
pub(crate) fn of_pod(texts: usize) -> usize {
    cost().pod + cost().copies * texts
}

/// Returns the bytes for another finding.
pub(crate) fn of_finding(texts: usize) -> usize {
    cost().finding + cost().copies * texts
}

/// Returns the bytes for the row of a certificate or a node.
pub(crate) fn of_row() -> usize {
    cost().row
}

/// Returns the bytes for a namespace with pods.
pub(crate) fn of_namespace() -> usize {
    cost().namespace
}

/// Returns the bytes for annotations with texts of this length.
pub(crate) fn of_annotations(texts: usize) -> usize {
    cost().annotations + texts
}

/// Returns the bytes that are left for findings.
pub(crate) fn room() -> usize {
    match LIMIT.load(Ordering::Relaxed) {
        0 => usize::MAX,
        limit => limit.saturating_sub(CODE + resident() + RESERVED.load(Ordering::Relaxed)),
    }
}

/// Returns how many bytes of text one object of a file may have; the reader of YAML copies a text up to six times.
pub(crate) fn largest_text() -> usize {
    match LIMIT.load(Ordering::Relaxed) {
        0 => usize::MAX,
        limit => limit / 8,
    }
}

/// Returns the resident memory of the process; 0 if the system does not report it.
fn resident() -> usize {
    memory_stats::memory_stats().map_or(0, |stats| stats.physical_mem)
}

/// Whether there is no room for more input: the resident memory of the process is over its share of the limit. A system that
/// does not report it has no limit.
pub(crate) fn is_exhausted() -> bool {
    let limit = LIMIT.load(Ordering::Relaxed);
    limit > 0 && resident() + RESERVED.load(Ordering::Relaxed) > limit / 8 * FOR_READING
}

/// Returns the pause until the next look at the memory; `None` if the resident memory of the process has almost reached the limit,
/// whatever it is used for.
pub(crate) fn time_to_look() -> Option<Duration> {
    match LIMIT.load(Ordering::Relaxed) {
        0 => Some(LOOK),
        limit => match resident() {
            used if used > limit / 16 * 15 => None,
            used if used > limit / 2 => Some(SHORT_LOOK),
            _ => Some(LOOK),
        },
    }
}

/// Memory that judging and writing the report will need for some rows. It counts as long as this value is there.
#[derive(Default)]
pub(crate) struct Reserved(usize);

impl std::fmt::Debug for Reserved {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("Reserved")
    }
}

impl Reserved {
    /// Reserves more bytes.
    pub(crate) fn add(&mut self, bytes: usize) {
        self.0 += bytes;
        RESERVED.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Takes over those of another value.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.0 += std::mem::take(&mut other.0);
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        RESERVED.fetch_sub(self.0, Ordering::Relaxed);
    }
}

/// Why something was not read.
pub(crate) fn exhausted() -> Message {
    let size = Fact::count(LIMIT.load(Ordering::Relaxed) >> 20);
    Message::new(&reasons::MEMORY_LIMIT, vec![("size", size)])
}

/// Why findings were left out.
pub(crate) fn left_out(count: u64) -> Message {
    let size = Fact::count(LIMIT.load(Ordering::Relaxed) >> 20);
    Message::new(&reasons::FINDINGS_LEFT_OUT, vec![("count", Fact::count(count)), ("size", size)])
}

/// Whether something was not read because of the limit. Parsers put the error of their stream into one of their own.
pub(crate) fn is_cause_of(why: &Message) -> bool {
    why.to_string().contains(&exhausted().to_string())
}

/// Counts input, and looks at the memory from time to time.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    bytes: usize,
}

impl Gauge {
    /// Counts more bytes of input. Returns whether there is room for them.
    pub(crate) fn has_room(&mut self, bytes: usize) -> bool {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes < STEP {
            return true;
        }
        self.bytes = 0;
        !is_exhausted()
    }
}

/// A stream that ends with an error of the kind `OutOfMemory` when there is no room for more of it.
pub(crate) struct Guarded<R> {
    stream: R,
    gauge: Gauge,
}

impl<R: Read> Guarded<R> {
    pub(crate) fn new(stream: R) -> Self {
        Self { stream, gauge: Gauge::default() }
    }
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // A reader that takes more at once would look at the memory too rarely.
        let room = buffer.len().min(STEP);
        let count = self.stream.read(buffer.get_mut(..room).unwrap_or_default())?;
        if self.gauge.has_room(count) {
            Ok(count)
        } else {
            Err(io::Error::new(io::ErrorKind::OutOfMemory, exhausted().to_string()))
        }
    }
}
