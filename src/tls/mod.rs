//! Certificates, the hosts they are for, and where TLS is terminated. Also hosts as files list them: names, and the access
//! logs of nginx.

mod access_log;
mod certificate;
mod host;
mod host_list;
mod secret;
mod termination;

pub use access_log::{Counted, LARGEST_LOG, count};
pub use certificate::{Certificate, Chain, LONGEST_CHAIN, Unreadable as UnreadableChain};
pub use host::{ByHost, LONGEST_HOST, Wildcard, parents};
pub use host_list::{is_name, name, read};
pub use secret::Tls;
pub use termination::{
    HTTPS, Routes, TerminationsByHost, TlsTermination, of_ingress as terminations_of_ingress,
    tls_terminations,
};
