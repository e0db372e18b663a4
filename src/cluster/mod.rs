//! The client of the API server.
//!
//! `connect` creates a [`Session`] from the kubeconfig and the options. `page` makes one request within its deadline and
//! the [`Budget`] of the run. `list` reads a list page by page. `post` sends the message of a run to a webhook.
//!
//! What does not belong here: what to read of a cluster (`gather`).

mod budget;
pub(crate) mod connect;
mod contexts;
mod discovery;
pub(crate) mod error;
mod event;
mod exec;
pub(crate) mod kubeconfig;
mod last_read;
pub(crate) mod list;
mod list_result;
pub(crate) mod logs;
pub(crate) mod meter;
mod options;
pub(crate) mod page;
mod page_size;
mod post;
mod progress;
mod readiness;
pub(crate) mod refusal;
mod renewal;
mod review;
mod silence;
mod stop;
pub(crate) mod watch;

#[cfg(test)]
pub(crate) mod fake;

pub use budget::Budget;
pub use connect::{Session, connect, names, whereabouts};
pub use contexts::contexts;
pub use error::Error;
pub use event::LogFormat;
pub use kubeconfig::fingerprint;
pub(crate) use last_read::LastRead;
pub use list::{ListRequest, Sink};
pub(crate) use list_result::ListResult;
pub use options::{ConnectOptions, ListOptions};
pub use page::{Accept, ApiClient, Request, RetryPolicy};
pub use post::{Body as Message, NotSent, post};
pub use progress::Progress;
pub use review::{Access, access};
pub use silence::Silence;
pub use stop::Stop;
