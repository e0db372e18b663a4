//! Checks of services and ingresses.

pub(crate) mod ingress_backend_missing;
pub(crate) mod ingress_class_missing;
pub(crate) mod ingress_conflict;
pub(crate) mod ingress_secret_missing;
pub(crate) mod service_load_balancer_pending;
pub(crate) mod service_no_endpoints;
pub(crate) mod service_port_unmatched;
