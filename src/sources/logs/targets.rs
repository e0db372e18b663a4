//! The containers whose logs are read.

use crate::model::{Names, ObjectRef, Owner};
use crate::wire::{ContainerStatus, Pod};
use std::collections::BTreeMap;

/// The log of one container of a pod. Targets are sorted by workload and container, then by pod.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Target {
    /// The workload, or a pod without an owner.
    pub(crate) object: ObjectRef,
    pub(crate) container: String,
    pub(crate) pod: String,
    pub(crate) node: String,
}

impl Target {
    pub(crate) fn shown(&self) -> String {
        format!("{}/{}/{}", self.object.namespace, self.pod, self.container)
    }
}

/// The targets of a pod that runs.
pub(crate) fn targets_of<'a>(pod: &'a Pod, names: &'a Names) -> impl Iterator<Item = Target> + 'a {
    pod.lasting().filter(|status| has_log(status)).map(|container| Target {
        object: source(pod, names),
        container: container.name.clone(),
        pod: pod.metadata.name.clone(),
        node: pod.spec.node_name.clone(),
    })
}

/// Sorts the targets so that the first pods of all sources come first: no source is left out for the second pod of another.
pub(super) fn ranked(mut targets: Vec<Target>) -> Vec<Target> {
    targets.sort();
    targets.dedup();
    let mut siblings: BTreeMap<(ObjectRef, String), usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, Target)> = Vec::with_capacity(targets.len());
    for target in targets {
        let before = siblings.entry((target.object.clone(), target.container.clone())).or_default();
        *before += 1;
        ranked.push((*before, target));
    }
    ranked.sort();
    ranked.into_iter().map(|(_, target)| target).collect()
}

/// Whether a container has run: only then it has a log.
fn has_log(status: &ContainerStatus) -> bool {
    let state = &status.state;
    state.running.is_some() || state.terminated.is_some() || status.last_state.terminated.is_some()
}

/// The workload of a pod, as far as names show it: while pods are listed, the owners of ReplicaSets and Jobs are unknown.
fn source(pod: &Pod, names: &Names) -> ObjectRef {
    let metadata = &pod.metadata;
    let owner = metadata.controller().filter(|owner| owner.kind != "Node");
    let owner = owner.map(|owner| Owner::new(&owner.kind, &owner.name, names));
    let (kind, name) = match owner.map(|owner| owner.inferred_owner().unwrap_or(owner)) {
        Some(owner) => (names.get(&owner.kind), names.get(&owner.name)),
        None => (names.get("Pod"), metadata.name.as_str().into()),
    };
    ObjectRef { namespace: names.get(&metadata.namespace), kind, name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pod(name: &str, set: &str) -> Pod {
        let value = json!({
            "metadata": { "namespace": "shop", "name": name, "ownerReferences": [{ "kind": "ReplicaSet", "name": set, "controller": true }] },
            "spec": { "nodeName": "n1" },
            "status": { "phase": "Running", "containerStatuses": [
                { "name": "app", "state": { "running": {} } }, { "name": "side", "state": { "waiting": { "reason": "x" } } },
            ] },
        });
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn sidecars_have_logs_and_init_containers_have_none() {
        let mut pod = pod("web-a", "web-7d9f8b6c5d");
        let value = json!({
            "spec": { "initContainers": [{ "name": "setup" }, { "name": "proxy", "restartPolicy": "Always" }] },
            "status": { "initContainerStatuses": [
                { "name": "setup", "state": { "terminated": { "exitCode": 0 } } }, { "name": "proxy", "state": { "running": {} } },
            ] },
        });
        let begun: Pod = serde_json::from_value(value).unwrap();
        pod.spec.init_containers = begun.spec.init_containers;
        pod.status.init_container_statuses = begun.status.init_container_statuses;
        let names = Names::default();
        let containers: Vec<String> = targets_of(&pod, &names).map(|target| target.container).collect();
        assert_eq!(containers, ["app", "proxy"]);
    }

    #[test]
    fn every_source_comes_before_the_second_pod_of_any() {
        let (names, mut all) = (Names::default(), Vec::new());
        for (name, set) in [
            ("web-b", "web-7d9f8b6c5d"),
            ("web-a", "web-7d9f8b6c5d"),
            ("api-a", "api-5d9c"),
            ("web-c", "web-5d9c"),
        ] {
            all.extend(targets_of(&pod(name, set), &names));
        }
        let shown: Vec<String> =
            ranked(all).iter().map(|target| format!("{} {}", target.object.slashed(), target.pod)).collect();
        assert_eq!(
            shown,
            ["deployment/api api-a", "deployment/web web-a", "deployment/web web-b", "deployment/web web-c"]
        );
    }
}
