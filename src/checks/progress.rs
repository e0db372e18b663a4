//! What has not begun to work: workloads of which nothing is ready, and pods without an owner that are not ready.

use super::View;
use super::rules::workloads::workload_replicas_missing::{is_coming, stands_alone};
use crate::model::{ObjectRef, Pod, Workload};
use crate::wire::Kind;

/// Returns the workloads that want pods and have none that is ready, and the pods without an owner that are not ready.
/// Whether that is a problem is left to the checks; such a cluster is not healthy yet.
pub(crate) fn objects_in_progress(view: &View) -> Vec<ObjectRef> {
    let rows = &view.snapshot.rows;
    let lacks_all = |workload: &&Workload| {
        workload.desired > 0
            && workload.available <= 0
            && stands_alone(workload)
            && view.is_asked_for(workload)
            && view.serving(workload) == 0
    };
    let is_unready = |pod: &&Pod| {
        pod.shared.owner.is_none()
            && pod.shared.ended.is_none()
            && pod.object.is_some()
            && !pod.is_going()
            && !pod.serves()
    };
    let workloads = rows.workloads.iter().filter(lacks_all).map(Workload::object);
    workloads.chain(rows.pods.iter().filter(is_unready).map(Pod::object_ref)).collect()
}

/// Returns the workloads with a rollout in progress, or with replicas that may still become available.
pub(crate) fn rollouts(view: &View) -> impl Iterator<Item = ObjectRef> {
    let moves = |workload: &&Workload| {
        let Some(rollout) = workload.rollout().filter(|rollout| !rollout.paused) else { return false };
        // The update of a StatefulSet may be held back by a partition.
        let updates = workload.kind == Kind::Deployment && (rollout.unfinished || workload.is_rolling());
        workload.desired > 0
            && (rollout.unseen || updates || !workload.is_available() && is_coming(view, workload))
    };
    let workloads = view.snapshot.rows.workloads.iter().filter(|workload| view.is_asked_for(workload));
    workloads.filter(move |workload| moves(workload)).map(Workload::object)
}
