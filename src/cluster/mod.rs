//! Asking a cluster: the only async code, and the only `use kube`.
//!
//! `connect` makes a [`Session`] of the kubeconfig and the flags; `page` makes one request within its deadline;
//! `list` makes a chain of pages; `gather` runs the chains of a scope side by side. What could not be had is
//! data (a gap in the coverage); an error means that nothing can be said at all.

mod connect;
mod error;
mod exec;
mod gather;
mod kubeconfig;
mod list;
mod logs;
mod page;
mod progress;
mod trouble;

pub use connect::{Session, connect, names};
pub use error::Error;
pub use gather::{Plan, gather, namespaces, snapshot};
pub use list::{Chain, Keep};
pub use page::{Accept, Asker, Request};
pub use progress::Progress;
