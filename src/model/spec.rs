//! What the containers of a pod run, and with how much CPU and memory.

use super::pod::Ended;
use super::{Amount, Interned, Names, whole};
use crate::wire::{self, ContainerStatus};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a pod runs, in any state. It is stored once for all pods with the same content, of any owner.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct PodTemplate {
    /// What all of its containers need.
    pub(crate) totals: Interned<Totals>,
    /// What few pods have: without it the template takes one word.
    rare: Option<Box<Rare>>,
    /// Its sidecars and containers, in the order of the spec; empty for a pod that has ended.
    pub(crate) specs: Box<[Spec]>,
    /// The claims that it mounts, except those that are named after the pod; empty for a pod that has ended.
    pub(crate) claims: Box<[Arc<str>]>,
}

/// The CPU and memory of a pod. Pods of different templates often have the same.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Totals {
    /// What the scheduler reserves.
    pub(crate) requests: Amount,
    /// The part of the requests that the init containers need, whatever the containers request.
    pub(crate) startup: Amount,
    /// What the pod may use at most, as far as its containers are limited.
    pub(crate) limits: Amount,
    /// Whether CPU or memory are set for the pod as a whole, which overrides its containers.
    pub(crate) is_whole: bool,
}

impl Totals {
    fn of(spec: &wire::PodSpec) -> Self {
        Self {
            requests: requests(spec),
            startup: startup(spec),
            limits: limits(spec),
            is_whole: is_whole(spec),
        }
    }
}

/// What few pods ask for.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Rare {
    /// What the scheduler reserves of other resources, such as `ephemeral-storage` and `nvidia.com/gpu`; sorted.
    others: Vec<(Arc<str>, i64)>,
    /// The ports of its node that it takes; none for a pod that has ended.
    ports: Vec<HostPort>,
}

impl Rare {
    fn fold(object: &wire::Pod, names: &Names) -> Option<Box<Self>> {
        let (others, ports) = (others(&object.spec, names), ports(object, names));
        (!others.is_empty() || !ports.is_empty()).then(|| Box::new(Self { others, ports }))
    }
}

impl PodTemplate {
    /// The requests of resources other than CPU and memory.
    pub(crate) fn others(&self) -> &[(Arc<str>, i64)] {
        self.rare.as_deref().map_or(&[], |rare| &rare.others)
    }

    /// The ports of its node that it takes.
    pub(crate) fn ports(&self) -> &[HostPort] {
        self.rare.as_deref().map_or(&[], |rare| &rare.ports)
    }

    pub(super) fn fold(object: &wire::Pod, names: &Names) -> Self {
        Self {
            totals: names.totals(Totals::of(&object.spec)),
            rare: Rare::fold(object, names),
            specs: specs(object, names),
            claims: claims(object, names),
        }
    }
}

/// A port of a node that a container takes.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct HostPort {
    pub(crate) number: i32,
    pub(crate) protocol: Arc<str>,
    /// Empty for all addresses of the node.
    pub(crate) address: Arc<str>,
}

/// The ports of its node that a pod takes.
fn ports(object: &wire::Pod, names: &Names) -> Vec<HostPort> {
    let spec = &object.spec;
    if Ended::of(object).is_some() {
        return Vec::new();
    }
    let sidecars = spec.init_containers.iter().filter(|container| container.is_sidecar());
    let taken = spec.containers.iter().chain(sidecars).flat_map(|container| &container.ports);
    let taken = taken.filter(|port| port.host_port > 0).map(|port| HostPort {
        number: port.host_port,
        protocol: names.get(if port.protocol.is_empty() { wire::TCP } else { &port.protocol }),
        address: names.get(&port.host_ip),
    });
    taken.collect()
}

/// What a container runs, and with how much CPU and memory.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Spec {
    pub(crate) container: Arc<str>,
    /// Whether it is an init container that keeps running next to the others.
    pub(crate) sidecar: bool,
    /// The image in the spec.
    pub(crate) image: Arc<str>,
    /// The ID of that image when the container was created, without the repository before an `@`; empty for one that does
    /// not run.
    pub(crate) id: Arc<str>,
    /// Whether a node that has an image of this name does not pull a newer one.
    pub(crate) pulled_once: bool,
    /// Its CPU and memory.
    pub(crate) resources: Interned<Resources>,
}

/// The CPU and memory of a container; 0 if unset. Containers of different pods often have the same.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Resources {
    /// A limit without a request is also the request, as for the API server.
    pub(crate) requests: Amount,
    pub(crate) limits: Amount,
}

/// The claims that a pod shares with the other pods of its owner. A StatefulSet names each of its claims after one pod: these
/// are known from their names.
fn claims(object: &wire::Pod, names: &Names) -> Box<[Arc<str>]> {
    if Ended::of(object).is_some() {
        return Box::default();
    }
    let claims =
        object.spec.volumes.iter().filter_map(|volume| volume.source.persistent_volume_claim.as_ref());
    let shared = claims.filter(|claim| !is_claim_of_pod(&claim.claim_name, &object.metadata.name));
    shared.map(|claim| names.get(&claim.claim_name)).collect()
}

/// Whether a claim has the name of a volume of a StatefulSet and of one of its pods: `data-db-0`.
pub(super) fn is_claim_of_pod(claim: &str, pod: &str) -> bool {
    claim.strip_suffix(pod).is_some_and(|start| start.ends_with('-'))
}

/// What the scheduler counts for a pod, as `PodRequests` in k8s.io/component-helpers.
fn requests(spec: &wire::PodSpec) -> Amount {
    together(spec, |resources| &resources.requests).plus(overhead(spec))
}

/// The requests of other resources: the sum of all containers, or what an init container needs.
fn others(spec: &wire::PodSpec, names: &Names) -> Vec<(Arc<str>, i64)> {
    let of = |container: &wire::Container| {
        let asked = container.resources.requests.iter();
        let others = asked.filter(|resource| !matches!(&*resource.name, "cpu" | "memory"));
        others.map(|one| (names.get(&one.name), whole(&one.quantity.text).unwrap_or(0))).collect::<Vec<_>>()
    };
    let mut total: BTreeMap<Arc<str>, i64> = BTreeMap::new();
    for (name, amount) in spec.containers.iter().flat_map(of) {
        let sum = total.entry(name).or_default();
        *sum = sum.saturating_add(amount);
    }
    for (name, amount) in spec.init_containers.iter().flat_map(of) {
        let most = total.entry(name).or_default();
        *most = amount.max(*most);
    }
    total.into_iter().filter(|(_, amount)| *amount > 0).collect()
}

/// What it must count while the most demanding init container of a pod runs.
fn startup(spec: &wire::PodSpec) -> Amount {
    init(spec, |resources| &resources.requests).1.plus(overhead(spec))
}

/// What a pod may use at most, if it is limited, as `PodLimits` there.
fn limits(spec: &wire::PodSpec) -> Amount {
    let (limits, overhead) = (together(spec, |resources| &resources.limits), overhead(spec));
    let with = |limit: i64, more: i64| if limit > 0 { limit.saturating_add(more) } else { 0 };
    Amount { cpu: with(limits.cpu, overhead.cpu), memory: with(limits.memory, overhead.memory) }
}

/// Whether CPU or memory are set for a pod as a whole.
fn is_whole(spec: &wire::PodSpec) -> bool {
    let lists = spec.resources.iter().flat_map(|resources| [&resources.requests, &resources.limits]);
    lists.flatten().any(|resource| matches!(&*resource.name, "cpu" | "memory"))
}

fn overhead(spec: &wire::PodSpec) -> Amount {
    Amount::of(spec.overhead.iter().map(|(name, quantity)| (&**name, &*quantity.text)))
}

/// Resources of one list: of requests, or of limits.
type Of = fn(&wire::Resources) -> &Vec<wire::Resource>;

/// The sum of all containers and sidecars of a pod, or what the most demanding init container and the sidecars before it
/// need.
fn together(spec: &wire::PodSpec, of: Of) -> Amount {
    let (sidecars, first) = init(spec, of);
    let containers = spec.containers.iter().map(|container| amount(of(&container.resources)));
    let mut total = containers.fold(sidecars, Amount::plus).max(first);
    // The values of the pod as a whole count instead.
    for list in spec.resources.iter().map(of) {
        let whole = amount(list);
        total.cpu = if is_set(list, "cpu") { whole.cpu } else { total.cpu };
        total.memory = if is_set(list, "memory") { whole.memory } else { total.memory };
    }
    total
}

/// The sum of all sidecars, and what the most demanding init container and the sidecars before it need.
fn init(spec: &wire::PodSpec, of: Of) -> (Amount, Amount) {
    let (mut sidecars, mut first) = (Amount::default(), Amount::default());
    for container in &spec.init_containers {
        let needed = sidecars.plus(amount(of(&container.resources)));
        if container.is_sidecar() {
            sidecars = needed;
        } else {
            first = first.max(needed);
        }
    }
    (sidecars, first)
}

fn is_set(list: &[wire::Resource], name: &str) -> bool {
    list.iter().any(|resource| resource.name == name)
}

fn amount(list: &[wire::Resource]) -> Amount {
    Amount::of(list.iter().map(|resource| (&*resource.name, &*resource.quantity.text)))
}

/// The specs of the sidecars and containers of a pod; empty for a pod that has ended.
fn specs(object: &wire::Pod, names: &Names) -> Box<[Spec]> {
    if Ended::of(object).is_some() {
        return Box::default();
    }
    let (spec, status) = (&object.spec, &object.status);
    let of = |container: &wire::Container, sidecar: bool, statuses: &[ContainerStatus]| {
        let status = statuses.iter().find(|status| status.name == container.name);
        let id =
            status.filter(|status| status.state.running.is_some()).map_or("", |status| &*status.image_id);
        let asked = &container.resources.requests;
        let (requests, limits) = (amount(asked), amount(&container.resources.limits));
        Spec {
            container: names.get(&container.name),
            sidecar,
            image: names.get(&container.image),
            id: names.get(digest(id)),
            pulled_once: container.image_pull_policy == "IfNotPresent",
            resources: names.resources(Resources {
                requests: Amount {
                    cpu: if is_set(asked, "cpu") { requests.cpu } else { limits.cpu },
                    memory: if is_set(asked, "memory") { requests.memory } else { limits.memory },
                },
                limits,
            }),
        }
    };
    let sidecars = spec.init_containers.iter().filter(|container| container.is_sidecar());
    sidecars
        .map(|container| of(container, true, &status.init_container_statuses))
        .chain(spec.containers.iter().map(|container| of(container, false, &status.container_statuses)))
        .collect()
}

/// The part of an image ID that identifies the image. The repository before it is that of the image's own name, or of another
/// name with the same content.
fn digest(id: &str) -> &str {
    id.rfind('@').and_then(|at| id.get(at..)).unwrap_or(id)
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
            // A sidecar runs next to the containers, and next to the init containers after it.
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

    #[test]
    fn only_init_containers_are_sidecars_and_only_absent_requests_come_from_the_limit() {
        let of = |requests: serde_json::Value| {
            json!({
                "name": "app", "restartPolicy": "Always",
                "resources": { "requests": requests, "limits": { "cpu": "1", "memory": "1Mi" } },
            })
        };
        let pod = json!({ "spec": {
            "initContainers": [of(json!({}))], "containers": [of(json!({ "cpu": "0" })), of(json!({ "memory": "0" }))],
        } });
        let specs = specs(&serde_json::from_value(pod).unwrap(), &Names::default());
        let read: Vec<_> = specs
            .iter()
            .map(|spec| (spec.sidecar, spec.resources.requests.cpu, spec.resources.requests.memory))
            .collect();
        assert_eq!(read, [(true, 1000, 1 << 20), (false, 0, 1 << 20), (false, 1000, 0)]);
    }

    #[test]
    fn startup_is_what_init_containers_need() {
        let of = |cpu: &str, policy: &str| json!({ "restartPolicy": policy, "resources": { "requests": { "cpu": cpu } } });
        let spec = json!({
            "containers": [of("1", "")], "initContainers": [of("50m", "Always"), of("400m", "")], "overhead": { "cpu": "10m" },
        });
        let spec: wire::PodSpec = serde_json::from_value(spec).unwrap();
        assert_eq!((startup(&spec).cpu, requests(&spec).cpu, is_whole(&spec)), (460, 1060, false));
        let alone = json!({ "initContainers": [of("2", "Always")], "containers": [of("1", "")] });
        let alone: wire::PodSpec = serde_json::from_value(alone).unwrap();
        assert_eq!((startup(&alone).cpu, requests(&alone).cpu), (0, 3000));
        let whole = json!({ "resources": { "limits": { "memory": "1Gi" } } });
        assert!(is_whole(&serde_json::from_value(whole).unwrap()));
    }
}
