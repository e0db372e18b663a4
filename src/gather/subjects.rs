//! The objects that evidence is read about.
//!
//! What does not belong here: requests.

use crate::checks::control_plane::{CONTROLLERS, OF_NODES, silent};
use crate::checks::traffic::{self, Empty, Unanswered};
use crate::checks::{self, View};
use crate::model::{Container, Job, LogTail, ObjectRef, Pod, PodProblem, Workload};
use crate::snapshot::Rows;
use crate::text::Lang;
use crate::tls::{HTTPS, Tls, tls_terminations};
use crate::wire::{HorizontalPodAutoscaler, Kind, Place, Time};
use std::collections::BTreeSet;

/// Stands for all objects of a kind in a namespace.
pub(super) fn all_of(kind: Kind, namespace: &str) -> ObjectRef {
    ObjectRef::new(namespace, kind.name(), "")
}

/// Returns the leases of the nodes that are marked ready, if the component that judges them has stopped.
pub(super) fn node_leases(view: &View) -> BTreeSet<ObjectRef> {
    if silent(view, CONTROLLERS).is_none() {
        return BTreeSet::new();
    }
    let ready = view.nodes().filter(|node| node.is_ready());
    ready.map(|node| ObjectRef::new(OF_NODES, "Lease", &node.name)).collect()
}

/// Returns the nodes whose kubelets may wait for a certificate: those that do not report, and those that refuse the logs of
/// their pods because of a certificate. If there are any, a node without a name stands for new nodes.
pub(super) fn nodes_without_certificates(view: &View) -> BTreeSet<ObjectRef> {
    let silent = view.nodes().filter(|node| node.is_silent()).map(|node| &*node.name);
    let is_refusal = |tail: &&LogTail| {
        let why = tail.refused.as_ref().map(|why| why.in_lang(Lang::En)).unwrap_or_default();
        why.contains("tls: ") || why.contains("x509: ")
    };
    let refusing = view.snapshot.logs.iter().filter(is_refusal);
    let refusing =
        refusing.filter_map(|tail| view.snapshot.rows.pod(&tail.namespace, &tail.pod)?.node.as_deref());
    let mut names: BTreeSet<&str> = silent.chain(refusing).collect();
    if !names.is_empty() {
        names.insert("");
    }
    names.into_iter().map(|name| ObjectRef::of_cluster("Node", name)).collect()
}

/// Returns the objects that warnings are asked about: those that may fail, and those with findings before any event
/// is known. Only objects of the requested namespaces are asked about.
pub(super) fn objects_to_explain(view: &View, found: BTreeSet<ObjectRef>) -> BTreeSet<ObjectRef> {
    let scope = &view.snapshot.scope;
    // Hosts and other objects outside of the API have no events.
    let has_events = |kind: &str| Kind::from_name(kind).is_none_or(|kind| kind.place() == Place::Namespace);
    let mut about: BTreeSet<ObjectRef> =
        found.into_iter().filter(|object| has_events(&object.kind)).collect();
    about.extend(failing_objects(&view.snapshot.rows));
    about.retain(|object| !object.namespace.is_empty() && scope.holds(&object.namespace));
    if scope.is_whole_cluster() && scope.holds(EVENTS_OF_NODES) {
        about.extend(nodes_to_explain(&view.snapshot.rows));
    }
    about
}

/// Returns the pods that the scheduler finds no node for.
pub(super) fn unscheduled_pods(view: &View) -> BTreeSet<ObjectRef> {
    let waiting = view.problems().filter(|(_, problem)| matches!(problem, PodProblem::Unschedulable));
    waiting.map(|(pod, _)| pod.object_ref()).collect()
}

/// Returns the autoscalers that have just changed the replicas of their targets.
pub(super) fn rescaled(view: &View) -> BTreeSet<ObjectRef> {
    let scaled = |autoscaler: &&HorizontalPodAutoscaler| {
        let last = autoscaler.status.last_scale_time.and_then(Time::known);
        last.is_some_and(|last| view.age(last) < checks::CALM)
    };
    let autoscalers = view.snapshot.rows.autoscalers.iter().filter(scaled).map(|of| &of.metadata);
    autoscalers.map(|of| ObjectRef::new(&of.namespace, "HorizontalPodAutoscaler", &of.name)).collect()
}

/// The namespace of the events about nodes.
const EVENTS_OF_NODES: &str = "default";

/// Returns the namespace of the events about an object.
pub(super) fn place(object: &ObjectRef) -> &str {
    if &*object.kind == "Node" { EVENTS_OF_NODES } else { &object.namespace }
}

/// Returns the nodes that may explain an end: a kill, or an end that no runtime saw.
fn nodes_to_explain(rows: &Rows) -> impl Iterator<Item = ObjectRef> {
    let is_odd = |container: Container| {
        let end = container.last_end();
        end.is_some_and(|end| matches!(end.exit_code, 137 | 255) && !end.is_for_memory())
    };
    let pods = rows.pods.iter().filter(move |pod| pod.containers().any(is_odd));
    pods.filter_map(|pod| pod.node.as_deref()).map(|node| ObjectRef::of_cluster("Node", node))
}

/// Whether a pod is the object of this name, or one of its pods. The start of a name is enough.
pub(super) fn is_of(pod: &Pod, name: &str) -> bool {
    let owner = pod.shared.owner.as_ref().is_some_and(|owner| owner.name.starts_with(name));
    owner || pod.name.starts_with(name) || pod.node.as_deref() == Some(name)
}

/// Returns the pods that may fail: those that do not serve, or have as many restarts as need attention by the thresholds
/// that apply to them.
pub(super) fn pods_to_explain<'a>(view: &View<'a>) -> Vec<&'a Pod> {
    let often = |pod: &Pod| pod.shared.restarts >= view.thresholds(pod).restarts_attention;
    let pods = view.snapshot.rows.pods.iter().filter(|pod| pod.object.is_some());
    pods.filter(|pod| !pod.serves() || often(pod)).collect()
}

/// Returns the objects that may fail.
fn failing_objects(rows: &Rows) -> BTreeSet<ObjectRef> {
    let pods = rows.pods.iter().filter(|pod| pod.object.is_some());
    let workloads = rows.workloads.iter().filter(|workload| !workload.is_available());
    let jobs = rows.jobs.iter().filter(|job| job.failure().is_some() || job.lacks_pods());
    let services = rows.services.iter().filter(|service| service.waits_for_load_balancer());
    let services = services.map(|service| &service.metadata);
    let claims =
        rows.claims.iter().filter(|claim| claim.status.phase != "Bound").map(|claim| &claim.metadata);
    pods.map(Pod::object_ref)
        .chain(workloads.map(Workload::object))
        .chain(jobs.map(Job::object))
        .chain(services.map(|service| ObjectRef::new(&service.namespace, "Service", &service.name)))
        .chain(claims.map(|claim| ObjectRef::new(&claim.namespace, "PersistentVolumeClaim", &claim.name)))
        .collect()
}

/// Returns the volumes of pods that have a node and have waited there for longer than the grace period without starting a
/// container. They may still be attached to another node.
pub(super) fn awaited_volumes(view: &View) -> BTreeSet<ObjectRef> {
    let waits = |container: Container| {
        container.status.state.waiting.is_some() && container.status.last_state.terminated.is_none()
    };
    let pods = view.snapshot.rows.pods.iter().filter(|pod| pod.shared.ended.is_none() && pod.node.is_some());
    let waiting = pods.filter(|pod| !pod.serves() && !view.within_grace(pod.created()));
    let waiting = waiting.filter(|pod| pod.containers().all(waits));
    let volumes = waiting.flat_map(|pod| view.exclusive_volumes_of(pod));
    volumes.map(|volume| ObjectRef::of_cluster("PersistentVolume", volume)).collect()
}

/// Returns the Services that may convert custom resources and do not answer: those without a ready endpoint at the default port,
/// those of webhooks that do not answer, and those that a namespace names which cannot be deleted.
pub(super) fn doubtful_converters(view: &View) -> BTreeSet<ObjectRef> {
    let rows = &view.snapshot.rows;
    let empty = rows.services.iter().filter(|service| {
        service.spec.ports.iter().any(|port| port.port == i32::from(HTTPS))
            && Empty::of(view, service).is_some()
    });
    let empty = empty.map(traffic::service_ref);
    let conditions = rows.namespaces.iter().flat_map(|namespace| &namespace.conditions);
    let named = conditions.flat_map(|condition| traffic::named_converters(&condition.message));
    // A webhook configuration and the custom resources of the same software name the same Service.
    let webhooks = rows.webhooks.iter().flat_map(|(_, configuration)| &configuration.webhooks);
    let asked = webhooks.filter_map(|webhook| webhook.client_config.service.clone());
    let dead = asked.filter(|named| Unanswered::of(view, named).is_some());
    empty.chain(named.chain(dead).map(|service| traffic::named_service_ref(&service))).collect()
}

/// Returns the Secrets that Ingresses and Gateways name and whose certificates were not read.
pub(super) fn missing_secrets(rows: &Rows) -> BTreeSet<ObjectRef> {
    let ends = tls_terminations(&rows.ingresses, &rows.gateways, &[]);
    let named = ends.iter().flat_map(|end| &end.secrets);
    let read = |secret: &ObjectRef| {
        let key = |tls: &Tls| (&tls.namespace, &tls.name).cmp(&(&secret.namespace, &secret.name));
        rows.certificates.binary_search_by(key).is_ok()
    };
    let named = named.map(|(namespace, name)| ObjectRef::new(namespace, "Secret", name));
    named.filter(|secret| !read(secret)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn secrets_of_gateways_are_looked_for_too() {
        fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
            serde_json::from_value(value).unwrap()
        }
        let meta = |name: &str| json!({ "namespace": "shop", "name": name });
        let mut rows = Rows::default();
        let tls = json!([{ "secretName": "one" }, { "hosts": ["a.example.com"] }]);
        rows.ingresses.push(read(json!({ "metadata": meta("web"), "spec": { "tls": tls } })));
        let refs = json!([{ "name": "two" }, { "name": "three", "namespace": "certs" }, { "kind": "Vault", "name": "four" }]);
        let listener = json!({ "protocol": "HTTPS", "tls": { "certificateRefs": refs } });
        rows.gateways.push(read(json!({ "metadata": meta("edge"), "spec": { "listeners": [listener] } })));
        let missing: Vec<String> = missing_secrets(&rows).iter().map(ToString::to_string).collect();
        assert_eq!(missing, ["Secret certs/three", "Secret shop/one", "Secret shop/two"]);
    }
}
