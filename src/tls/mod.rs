//! Certificates, their hosts, and TLS termination. Also host lists and access logs of nginx.

pub(crate) mod access_log;
pub(crate) mod certificate;
mod host;
pub(crate) mod host_list;
mod secret;
mod termination;

pub(crate) use access_log::{Counted, LARGEST_LOG, count};
pub(crate) use certificate::{Certificate, Chain, LONGEST_CHAIN, Unreadable as UnreadableChain};
pub(crate) use host::{ByHost, LONGEST_HOST, Wildcard, parents};
pub(crate) use host_list::{is_name, name, read};
pub(crate) use secret::Tls;
pub(crate) use termination::{
    HTTPS, Routes, TerminationsByHost, TlsTermination, of_ingress as terminations_of_ingress,
    tls_terminations,
};
