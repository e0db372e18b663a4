//! Hosts, as files tell of them: lists of names, and the access logs of nginx.
//!
//! What does not belong here: asking DNS or servers about them (`cluster`), and what a host is to a cluster (`checks`).

mod access_log;
mod list;

pub use access_log::{Counted, count};
pub use list::{is_name, name, read};
