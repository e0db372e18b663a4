//! Asking a cluster: the only async code, and the only `use kube`.
//!
//! `connect` makes a [`Session`] of the kubeconfig and the flags; `page` makes one request within its deadline and
//! the [`Budget`] of the run; `list` reads a list page by page; `post` sends the message of a run to a webhook. What to
//! read is decided in `gather`.

pub(crate) mod budget;
pub(crate) mod connect;
pub(crate) mod contexts;
pub(crate) mod error;
pub(crate) mod exec;
pub(crate) mod kubeconfig;
pub(crate) mod list;
pub(crate) mod options;
pub(crate) mod page;
pub(crate) mod page_size;
pub(crate) mod post;
pub(crate) mod progress;
pub(crate) mod refusal;
pub(crate) mod stop;

pub use budget::Budget;
pub use connect::{Session, connect, names, whereabouts};
pub use contexts::contexts;
pub use error::Error;
pub use list::{ListRequest, Sink};
pub use options::{ConnectOptions, ListOptions};
pub use page::{Accept, ApiClient, Request, RetryPolicy};
use page_size::PageSize;
pub use post::post;
pub use progress::{LogFormat, Progress};
pub use stop::Stop;
