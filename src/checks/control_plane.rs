//! The components of the control plane, by their leases: each renews its own every few seconds.

use super::View;
use crate::model::{ObjectRef, Pod};
use crate::wire::{Lease, Time};

/// The namespace of the leases of the control plane.
pub(crate) const NAMESPACE: &str = "kube-system";

/// The namespace of the leases of kubelets.
pub(crate) const OF_NODES: &str = "kube-node-lease";

/// The lease of the scheduler.
pub(crate) const SCHEDULER: &str = "kube-scheduler";

/// The lease of the controller manager.
pub(crate) const CONTROLLERS: &str = "kube-controller-manager";

/// The lease of the controller manager of a cloud.
pub(crate) const CLOUD: &str = "cloud-controller-manager";

/// A lease counts as abandoned after this many times its duration. Another instance takes it over within one.
const DURATIONS: i64 = 4;

/// The duration of a lease that does not state it, in seconds: the default of the components.
const DURATION: i64 = 15;

/// Something happened this many seconds after a renewal because of it.
const BEFORE: i64 = 60;

/// Kinds of owners whose pods the controller manager creates.
const MADE: [&str; 4] = ["DaemonSet", "Job", "ReplicaSet", "StatefulSet"];

/// Returns the reference to a lease of the control plane.
pub(crate) fn lease_ref(name: &str) -> ObjectRef {
    ObjectRef::new(NAMESPACE, "Lease", name)
}

/// Whether the holder of a lease has stopped renewing it by now.
pub(crate) fn is_abandoned(lease: &Lease, now: Time) -> bool {
    let duration = lease.spec.lease_duration_seconds.map_or(DURATION, i64::from).clamp(DURATION, 600);
    lease.renewed().is_some_and(|renewed| now.seconds_since(renewed) >= duration * DURATIONS)
}

/// Returns the lease of a component that has stopped, with the time of its last sign of life. A component that still does its
/// work may run without leader election: its lease is an old one.
pub(crate) fn silent<'a>(view: &View<'a>, name: &str) -> Option<(&'a Lease, Time)> {
    let lease = view.lease(NAMESPACE, name).filter(|lease| is_abandoned(lease, view.now()))?;
    let renewed = lease.renewed()?;
    let works = |pod: &Pod| match name {
        SCHEDULER => pod.node.is_some() && is_made(pod),
        CONTROLLERS => is_made(pod),
        _ => false,
    };
    let is_later = |pod: &Pod| pod.created().is_some_and(|created| created.seconds_since(renewed) > BEFORE);
    let is_contradicted = view.snapshot.rows.pods.iter().any(|pod| is_later(pod) && works(pod));
    (!is_contradicted).then_some((lease, renewed))
}

/// Whether the controller manager has created a pod.
fn is_made(pod: &Pod) -> bool {
    pod.shared.owner.as_ref().is_some_and(|owner| MADE.contains(&&*owner.kind))
}
