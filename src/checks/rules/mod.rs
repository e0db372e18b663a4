//! The checks, one file each, by topic.

pub(crate) mod network;
pub(crate) mod nodes;
pub(crate) mod pods;
pub(crate) mod policy;
pub(crate) mod storage;
pub(crate) mod tls;
pub(crate) mod workloads;
