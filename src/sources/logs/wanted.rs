//! Which logs there are, told while the pods are still being listed.

use crate::model::{Names, ObjectRef, Owner};
use crate::wire::{ContainerStatus, Pod};
use std::collections::BTreeMap;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// A log: that of one container of a pod. They are sorted by source, then by pod.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Target {
    /// The workload, or a pod that nobody owns.
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

/// Tells of each. The one who hears of them knows all when every clone is gone.
#[derive(Clone, Debug)]
pub(crate) struct Wanted(UnboundedSender<Target>);

/// Who tells, and who hears.
pub(crate) fn wanted() -> (Wanted, UnboundedReceiver<Target>) {
    let (tell, told) = unbounded_channel();
    (Wanted(tell), told)
}

impl Wanted {
    /// Tells those of a pod that runs.
    pub(crate) fn note(&self, pod: &Pod) {
        if pod.has_ended() || pod.spec.node_name.is_empty() {
            return;
        }
        for container in pod.lasting().filter(|status| has_log(status)) {
            // Nobody may be listening any more.
            let _ = self.0.send(Target {
                object: source(pod),
                container: container.name.clone(),
                pod: pod.metadata.name.clone(),
                node: pod.spec.node_name.clone(),
            });
        }
    }
}

/// Hears until nobody tells any more. The first pods of all sources come first, so that none is left out for another's
/// siblings.
pub(crate) async fn all(mut told: UnboundedReceiver<Target>) -> Vec<Target> {
    let mut targets = Vec::new();
    while let Some(target) = told.recv().await {
        targets.push(target);
    }
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

/// Only a container that has run has said anything.
fn has_log(status: &ContainerStatus) -> bool {
    let state = &status.state;
    state.running.is_some() || state.terminated.is_some() || status.last_state.terminated.is_some()
}

/// Whose log it is: the workload as far as names tell, since a capture has no rows to ask.
fn source(pod: &Pod) -> ObjectRef {
    let metadata = &pod.metadata;
    let names = Names::default();
    let owner = metadata.controller().filter(|owner| owner.kind != "Node");
    let owner = owner.map(|owner| Owner::new(&owner.kind, &owner.name, &names));
    match owner.map(|owner| owner.inferred_owner().unwrap_or(owner)) {
        Some(owner) => ObjectRef::new(&metadata.namespace, &owner.kind, &owner.name),
        None => ObjectRef::new(&metadata.namespace, "Pod", &metadata.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pod(name: &str, set: &str, phase: &str) -> Pod {
        let value = json!({
            "metadata": { "namespace": "shop", "name": name, "ownerReferences": [{ "kind": "ReplicaSet", "name": set, "controller": true }] },
            "spec": { "nodeName": "n1" },
            "status": { "phase": phase, "containerStatuses": [
                { "name": "app", "state": { "running": {} } }, { "name": "side", "state": { "waiting": { "reason": "x" } } },
            ] },
        });
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn sidecars_have_logs_and_init_containers_had() {
        let mut pod = pod("web-a", "web-7d9f8b6c5d", "Running");
        let value = json!({
            "spec": { "initContainers": [{ "name": "setup" }, { "name": "proxy", "restartPolicy": "Always" }] },
            "status": { "initContainerStatuses": [
                { "name": "setup", "state": { "terminated": { "exitCode": 0 } } }, { "name": "proxy", "state": { "running": {} } },
            ] },
        });
        let begun: Pod = serde_json::from_value(value).unwrap();
        pod.spec.init_containers = begun.spec.init_containers;
        pod.status.init_container_statuses = begun.status.init_container_statuses;
        let (tell, mut told) = wanted();
        tell.note(&pod);
        let names: Vec<String> =
            std::iter::from_fn(|| told.try_recv().ok()).map(|target| target.container).collect();
        assert_eq!(names, ["app", "proxy"]);
    }

    #[test]
    fn every_source_comes_before_the_second_pod_of_any() {
        let (tell, told) = wanted();
        for (name, set) in [
            ("web-b", "web-7d9f8b6c5d"),
            ("web-a", "web-7d9f8b6c5d"),
            ("api-a", "api-5d9c"),
            ("web-c", "web-5d9c"),
        ] {
            tell.note(&pod(name, set, "Running"));
        }
        tell.note(&pod("done", "job", "Succeeded"));
        drop(tell);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let all = runtime.block_on(all(told));
        let shown: Vec<String> =
            all.iter().map(|target| format!("{} {}", target.object.slashed(), target.pod)).collect();
        assert_eq!(
            shown,
            ["deployment/api api-a", "deployment/web web-a", "deployment/web web-b", "deployment/web web-c"]
        );
    }
}
