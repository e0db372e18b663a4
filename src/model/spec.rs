//! What the containers of a pod are to run, and with how much of CPU and memory.

use super::pod::Ended;
use super::{Amount, Names};
use crate::wire::{self, ContainerStatus};
use std::sync::Arc;

/// What a container is to run, and with how much.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Spec {
    /// The container.
    pub container: Arc<str>,
    /// Whether it is an init container that keeps running beside the others.
    pub sidecar: bool,
    /// The image as it was asked for.
    pub image: Arc<str>,
    /// What that image was when the running container was made; empty for one that does not run.
    pub id: Arc<str>,
    /// Whether a node that has an image of this name does not ask for a newer one.
    pub pulled_once: bool,
    /// What it asks for; of what it does not, 0. A limit without a request is one, as the API server has it.
    pub requests: Amount,
    /// What it may use at most; where it is not limited, 0.
    pub limits: Amount,
}

/// What the scheduler counts for a pod; as `PodRequests` in k8s.io/component-helpers.
pub(super) fn requests(spec: &wire::PodSpec) -> Amount {
    let overhead = Amount::of(spec.overhead.iter().map(|(name, quantity)| (&**name, &*quantity.text)));
    together(spec, |resources| &resources.requests).plus(overhead)
}

/// What a pod may use at most, where it is limited; as `PodLimits` there.
pub(super) fn limits(spec: &wire::PodSpec) -> Amount {
    let overhead = Amount::of(spec.overhead.iter().map(|(name, quantity)| (&**name, &*quantity.text)));
    let limits = together(spec, |resources| &resources.limits);
    let with = |limit: i64, more: i64| if limit > 0 { limit.saturating_add(more) } else { 0 };
    Amount { cpu: with(limits.cpu, overhead.cpu), memory: with(limits.memory, overhead.memory) }
}

/// All containers and sidecars of a pod together, or what the most demanding init container needs beside the sidecars
/// that run by then.
fn together(spec: &wire::PodSpec, of: fn(&wire::Resources) -> &Vec<wire::Resource>) -> Amount {
    let of_container = |container: &wire::Container| amount(of(&container.resources));
    let (mut sidecars, mut first) = (Amount::default(), Amount::default());
    for container in &spec.init_containers {
        let needed = sidecars.plus(of_container(container));
        if container.restart_policy == "Always" {
            sidecars = needed;
        }
        first = first.max(needed);
    }
    let mut total = spec.containers.iter().map(of_container).fold(sidecars, Amount::plus).max(first);
    // What is set for the pod as a whole counts instead.
    for list in spec.resources.iter().map(of) {
        let whole = amount(list);
        let is_set = |name| list.iter().any(|resource| resource.name == name);
        total.cpu = if is_set("cpu") { whole.cpu } else { total.cpu };
        total.memory = if is_set("memory") { whole.memory } else { total.memory };
    }
    total
}

fn amount(list: &[wire::Resource]) -> Amount {
    Amount::of(list.iter().map(|resource| (&*resource.name, &*resource.quantity.text)))
}

/// What the containers and sidecars of a pod are to run; of one that has ended, nothing.
pub(super) fn specs(object: &wire::Pod, names: &Names) -> Box<[Spec]> {
    if Ended::of(object).is_some() {
        return Box::default();
    }
    let (spec, status) = (&object.spec, &object.status);
    let of = |container: &wire::Container, statuses: &[ContainerStatus]| {
        let status = statuses.iter().find(|status| status.name == container.name);
        let id =
            status.filter(|status| status.state.running.is_some()).map_or("", |status| &*status.image_id);
        let (requests, limits) = (amount(&container.resources.requests), amount(&container.resources.limits));
        let or = |request: i64, limit: i64| if request > 0 { request } else { limit };
        Spec {
            container: names.get(&container.name),
            sidecar: container.restart_policy == "Always",
            image: names.get(&container.image),
            id: names.get(id),
            pulled_once: container.image_pull_policy == "IfNotPresent",
            requests: Amount {
                cpu: or(requests.cpu, limits.cpu),
                memory: or(requests.memory, limits.memory),
            },
            limits,
        }
    };
    let sidecars = spec.init_containers.iter().filter(|container| container.restart_policy == "Always");
    sidecars
        .map(|container| of(container, &status.init_container_statuses))
        .chain(spec.containers.iter().map(|container| of(container, &status.container_statuses)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn requests_are_those_the_scheduler_counts() {
        let of = |cpu: &str, policy: &str| json!({ "restartPolicy": policy, "resources": { "requests": { "cpu": cpu, "memory": "1Mi" } } });
        let count = |spec: serde_json::Value| requests(&serde_json::from_value(spec).unwrap());
        let mebi = |n: i64| n << 20;
        for (spec, cpu, memory) in [
            (json!({}), 0, 0),
            (json!({ "containers": [of("100m", ""), of("0.2", "")] }), 300, mebi(2)),
            (json!({ "containers": [of("100m", "")], "initContainers": [of("2", "")] }), 2000, mebi(1)),
            // A sidecar runs beside the containers, and beside the init containers after it.
            (
                json!({ "containers": [of("100m", "")], "initContainers": [of("50m", "Always"), of("400m", "")] }),
                450,
                mebi(2),
            ),
            (
                json!({ "containers": [of("100m", "")], "overhead": { "cpu": "10m", "memory": "2Mi" } }),
                110,
                mebi(3),
            ),
            (
                json!({ "containers": [of("100m", "")], "resources": { "requests": { "cpu": "1" } } }),
                1000,
                mebi(1),
            ),
            (json!({ "containers": [of("lots", "")] }), 0, mebi(1)),
        ] {
            assert_eq!(count(spec.clone()), Amount { cpu, memory }, "{spec}");
        }
    }
}
