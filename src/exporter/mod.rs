//! What `serve` offers over HTTP: figures of the last report for Prometheus, and its documents.
//!
//! What does not belong here: following a cluster (`gather`), judging, and writing documents (`render`).

mod http;
mod identity;
mod logins;
mod metrics;
mod told;

pub use http::{Asked, Document, Protection, Server};
pub use identity::Identity;
pub use logins::Logins;
pub use metrics::{Judged, Metrics};
pub use told::{Known, Pace, incidents};
