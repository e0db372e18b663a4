//! Asking a cluster: the only async code, and the only `use kube`.
//!
//! `connect` makes a [`Session`] of the kubeconfig and the flags; `page` makes one request within its deadline and
//! the [`Budget`] of the run; `list` makes a chain of pages; `gather` runs the chains of a scope side by side, and
//! `fleet` several clusters. What could not be had is
//! data (a gap in the coverage); an error means that nothing can be said at all. `post` asks nobody anything: it sends
//! the message of a run to a webhook, by the same client.

mod budget;
mod connect;
mod error;
mod exec;
mod fleet;
mod gather;
mod kubeconfig;
mod list;
mod logs;
mod measure;
mod named;
mod one_by_one;
mod page;
mod page_size;
mod post;
mod progress;
mod refusal;
mod scope;
mod stop;
mod trouble;
mod used;

pub use budget::Budget;
pub use connect::{Session, connect, names, whereabouts};
pub use error::Error;
pub use fleet::{Fleet, Seen, Unseen, contexts};
pub use gather::{Plan, gather, namespaces, snapshot};
pub use list::{Chain, Keep};
pub use measure::Hosts;
pub use page::{Accept, Asker, Patience, Request};
use page_size::PageSize;
pub use post::post;
pub use progress::{LogFormat, Progress};
pub use stop::Stop;
