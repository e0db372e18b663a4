//! What is kept of a pod that may be in trouble.

use crate::wire::{self, ContainerStatus};

/// The conditions that checks read, besides those of readiness gates.
const CONDITIONS: [&str; 3] = ["DisruptionTarget", "PodScheduled", "Ready"];

/// Removes what the row has already, and what no check reads of a pod in its state: in a large outage there are many.
pub(super) fn slim(object: &mut wire::Pod) {
    let (metadata, spec, status) = (&mut object.metadata, &mut object.spec, &mut object.status);
    metadata.namespace = String::new();
    metadata.owner_references = Vec::new();
    // Where it may run matters until it is scheduled.
    if !spec.node_name.is_empty() {
        (spec.tolerations, spec.scheduling_gates, spec.affinity) = (Vec::new(), Vec::new(), None);
        spec.node_selector.clear();
        (spec.scheduler_name, spec.topology_spread_constraints) = (String::new(), Vec::new());
    }
    spec.node_name = String::new();
    let has_class = |csi: &wire::CsiSource| csi.provider_class().is_some();
    spec.volumes.retain(|wire::Volume { source, .. }| {
        source.persistent_volume_claim.is_some() || source.csi.as_ref().is_some_and(has_class)
    });
    spec.volumes.shrink_to_fit();
    spec.overhead.clear();
    let mut statuses = status.container_statuses.iter().chain(&status.init_container_statuses);
    if !statuses.any(ContainerStatus::was_oom_killed) {
        spec.resources = None;
        spec.containers.iter_mut().chain(&mut spec.init_containers).for_each(remove_memory_settings);
    }
    let claims = spec.volumes.iter().filter(|volume| volume.source.persistent_volume_claim.is_some());
    let claimed: Vec<&str> = claims.map(|volume| &*volume.name).collect();
    for containers in [&mut spec.containers, &mut spec.init_containers] {
        containers.shrink_to_fit();
        for container in containers.iter_mut() {
            // A program may lack the right to write to a claim.
            container.volume_mounts.retain(|mount| claimed.contains(&&*mount.name));
            slim_container(container);
        }
    }
    let is_gate = |kind: &str| spec.readiness_gates.iter().any(|gate| gate.condition_type == kind);
    status.conditions.retain(|c| CONDITIONS.contains(&&*c.r#type) || is_gate(&c.r#type));
    status.conditions.shrink_to_fit();
    for statuses in [&mut status.container_statuses, &mut status.init_container_statuses] {
        statuses.shrink_to_fit();
        for status in statuses.iter_mut() {
            status.image_id = String::new();
        }
    }
}

/// Limits and flags explain why a container was OOM-killed, and nothing else.
fn remove_memory_settings(container: &mut wire::Container) {
    container.resources.limits = Vec::new();
    container.keep_only_hosts();
}

/// The template has its requests, its ports, and whether its image is pulled once.
fn slim_container(container: &mut wire::Container) {
    container.ports = Vec::new();
    let resources = &mut container.resources;
    resources.requests = Vec::new();
    resources.limits.retain(|limit| limit.name == "memory");
    resources.limits.shrink_to_fit();
    container.image_pull_policy = String::new();
    container.volume_mounts.shrink_to_fit();
    container.env.shrink_to_fit();
    container.command.shrink_to_fit();
    container.args.shrink_to_fit();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Names, Pod};
    use serde_json::json;

    #[test]
    fn a_whole_object_keeps_what_checks_read() {
        let limits = json!({ "limits": { "memory": "1Gi", "cpu": "1" }, "requests": { "memory": "1Gi" } });
        let pod = |reason: &str| {
            let value = json!({
                "metadata": { "namespace": "shop", "name": "web-0" },
                "spec": {
                    "readinessGates": [{ "conditionType": "example.com/gate" }],
                    "containers": [{ "name": "app", "resources": limits, "args": ["-Xmx512m"] }],
                },
                "status": {
                    "phase": "Running",
                    "conditions": (["Initialized", "Ready", "PodScheduled", "example.com/gate", "example.com/other"])
                        .map(|kind| json!({ "type": kind, "status": "False" })),
                    "containerStatuses": [
                        { "name": "app", "restartCount": 1, "lastState": { "terminated": { "reason": reason } } },
                    ],
                },
            });
            Pod::fold(serde_json::from_value(value).unwrap(), &Names::default()).object.unwrap()
        };
        let object = pod("Error");
        let kept: Vec<&str> = object.status.conditions.iter().map(|condition| &*condition.r#type).collect();
        assert_eq!(kept, ["Ready", "PodScheduled", "example.com/gate"]);
        let settings = |object: &wire::Pod| {
            let container = &object.spec.containers[0];
            (
                container.memory_limit().map(str::to_owned),
                container.args.len(),
                container.resources.limits.len(),
            )
        };
        assert_eq!(settings(&object), (None, 0, 0));
        assert_eq!(settings(&pod("OOMKilled")), (Some("1Gi".to_owned()), 1, 1));
    }
}
