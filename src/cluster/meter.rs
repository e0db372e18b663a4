//! What the requests to a cluster cost.

use std::sync::atomic::AtomicU64;

/// The cost of the requests to a cluster.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    pub(crate) requests: AtomicU64,
    pub(crate) retries: AtomicU64,
    /// Pages of lists that arrived.
    pub(crate) pages: AtomicU64,
    /// Bytes of bodies, after decompression.
    pub(crate) bytes: AtomicU64,
    /// Milliseconds that requests waited for the server's Retry-After or for `--max-rps`.
    pub(crate) throttled: AtomicU64,
}
