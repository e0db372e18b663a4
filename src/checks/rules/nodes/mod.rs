//! Checks of nodes and of the capacity of the cluster.

pub(crate) mod cluster_overcommitted;
pub(crate) mod control_plane_silent;
pub(crate) mod node_certificate_pending;
pub(crate) mod node_cordoned;
pub(crate) mod node_lease_expired;
pub(crate) mod node_memory_used;
pub(crate) mod node_nearly_full;
pub(crate) mod node_network_unavailable;
pub(crate) mod node_not_initialized;
pub(crate) mod node_not_ready;
pub(crate) mod node_pressure;
pub(crate) mod node_problem;
pub(crate) mod node_restarted;
pub(crate) mod node_version_skew;

use crate::checks::View;
use crate::model::{Pod, PodProblem};

/// Returns the pods that have waited for a node for longer than the grace, and for which the message of the scheduler contains
/// some words, such as a taint.
pub(crate) fn held_off<'a>(view: &View<'a>, words: &str) -> Vec<&'a Pod> {
    let waiting = view.problems().filter(|(_, trouble)| matches!(trouble, PodProblem::Unschedulable));
    let held = waiting.filter(|(pod, _)| {
        let scheduled = pod.object.as_deref().and_then(|object| object.status.condition("PodScheduled"));
        scheduled.is_some_and(|condition| {
            condition.message.contains(words) && !view.is_young_for(pod, condition.since().or(pod.created()))
        })
    });
    held.map(|(pod, _)| pod).collect()
}
