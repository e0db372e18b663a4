//! Checks of volumes and claims.

pub(crate) mod pv_failed;
pub(crate) mod pv_released;
pub(crate) mod pvc_lost;
pub(crate) mod pvc_pending;
pub(crate) mod pvc_resize_stuck;
pub(crate) mod pvc_stuck_terminating;
