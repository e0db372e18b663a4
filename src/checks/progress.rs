//! What has not begun to work: workloads of which nothing is ready, and pods without an owner that are not ready.

use super::View;
use super::rules::workloads::workload_replicas_missing::stands_alone;
use crate::model::{ObjectRef, Pod, Workload};

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
        let is_kept =
            pod.object.as_deref().is_some_and(|object| object.metadata.deletion_timestamp.is_none());
        pod.shared.owner.is_none() && pod.shared.ended.is_none() && is_kept && !pod.serves()
    };
    let workloads = rows.workloads.iter().filter(lacks_all).map(Workload::object);
    workloads.chain(rows.pods.iter().filter(is_unready).map(Pod::object_ref)).collect()
}
