//! Checks of nodes and of the capacity of the cluster.

pub(crate) mod cluster_overcommitted;
pub(crate) mod node_cordoned;
pub(crate) mod node_memory_used;
pub(crate) mod node_nearly_full;
pub(crate) mod node_network_unavailable;
pub(crate) mod node_not_ready;
pub(crate) mod node_pressure;
pub(crate) mod node_problem;
pub(crate) mod node_restarted;
pub(crate) mod node_version_skew;
