//! Checks of certificates and hosts.

pub(crate) mod certificate_chain_incomplete;
pub(crate) mod certificate_expiring;
pub(crate) mod certificate_host_uncovered;
pub(crate) mod certificate_not_issued;
pub(crate) mod certificate_served;
pub(crate) mod certificate_unreadable;
pub(crate) mod host_not_resolving;
pub(crate) mod host_without_vhost;
