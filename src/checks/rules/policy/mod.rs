//! Checks of quotas, budgets, webhooks, API services and namespaces.

pub(crate) mod apiservice_unavailable;
pub(crate) mod namespace_stuck_terminating;
pub(crate) mod pdb_blocks_evictions;
pub(crate) mod pdb_matches_nothing;
pub(crate) mod pdb_not_enough_healthy;
pub(crate) mod pdbs_overlap;
pub(crate) mod quota_full;
pub(crate) mod webhook_backend_dead;
