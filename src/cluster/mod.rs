//! Asking a cluster: the only async code, and the only `use kube`.
//!
//! `connect` makes a [`Session`] of the kubeconfig and the flags; `page` makes one request within its deadline and
//! the [`Budget`] of the run; `list` makes a chain of pages; `gather` runs the chains of a scope side by side, and
//! `multi_cluster` several clusters. What could not be had is
//! data (a gap in the coverage); an error means that nothing can be said at all. `post` asks nobody anything: it sends
//! the message of a run to a webhook, by the same client.

pub(crate) mod budget;
pub(crate) mod connect;
pub(crate) mod error;
pub(crate) mod exec;
pub(crate) mod gather;
pub(crate) mod kubeconfig;
pub(crate) mod list;
pub(crate) mod logs;
pub(crate) mod multi_cluster;
pub(crate) mod namespaces;
pub(crate) mod page;
pub(crate) mod page_size;
pub(crate) mod per_namespace;
pub(crate) mod pod_metrics;
pub(crate) mod post;
pub(crate) mod problem;
pub(crate) mod progress;
pub(crate) mod refusal;
pub(crate) mod scope;
pub(crate) mod stop;

pub use budget::Budget;
pub use connect::{Session, connect, names, whereabouts};
pub use error::Error;
pub use gather::{Plan, gather, namespaces, snapshot};
pub use list::{ListRequest, Sink};
pub use multi_cluster::{MultiCluster, Seen, Unseen, contexts};
pub use page::{Accept, ApiClient, Request, RetryPolicy};
use page_size::PageSize;
pub use post::post;
pub use progress::{LogFormat, Progress};
pub use stop::Stop;
