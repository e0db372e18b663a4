//! The evidence about failing objects and objects with findings: their warnings, the ends of their logs, and where the volumes
//! are attached that pods wait for. Also the Secrets that Ingresses name and that were not listed.

use super::{Run, log_tails};
use crate::checks::control_plane::{
    CLOUD, CONTROLLERS, OF_NODES, SCHEDULER, is_abandoned, lease_ref, silent,
};
use crate::checks::{self, View};
use crate::cluster::{ListRequest, Sink, list};
use crate::model::{
    Container, Coverage, Job, Names, ObjectRef, Pod, PodProblem, Reason, Workload, is_named_for,
};
use crate::snapshot::{Rows, Snapshot, Warnings};
use crate::tls::{Tls, tls_terminations};
use crate::wire::{Kind, Object, Place};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::task::JoinSet;

/// The maximum number of lists of single namespaces. For more namespaces the whole cluster is listed.
const LISTS: usize = 8;

/// Keeps the warnings about some objects, the attachments of some volumes, and some Secrets.
struct Wanted {
    about: Arc<BTreeSet<ObjectRef>>,
    /// The object that is investigated: warnings about it and its parts are kept, even if it does not exist.
    part_of: Option<String>,
    names: Names,
    rows: Rows,
}

impl Wanted {
    /// The object that a warning is about, the volume that is attached, or the Secret itself.
    fn object_ref(&self, object: &Object) -> Option<ObjectRef> {
        let (namespace, kind, name) = match object {
            Object::Event(event) => {
                let about = &event.involved_object;
                (&about.namespace, about.kind.as_str(), &about.name)
            }
            Object::Secret(secret) => (&secret.metadata.namespace, "Secret", &secret.metadata.name),
            Object::Certificate(of) => (&of.metadata.namespace, "Secret", &of.spec.secret_name),
            Object::Lease(lease) => (&lease.metadata.namespace, "Lease", &lease.metadata.name),
            Object::NetworkPolicy(policy) => return Some(all_policies(&policy.metadata.namespace)),
            Object::VolumeAttachment(attachment) => {
                let volume = attachment.spec.source.persistent_volume_name.as_ref()?;
                return Some(ObjectRef::of_cluster("PersistentVolume", volume));
            }
            _ => return None,
        };
        Some(ObjectRef {
            namespace: self.names.get(namespace),
            kind: self.names.get(kind),
            name: name.as_str().into(),
        })
    }
}

impl Sink for Wanted {
    fn keep(&mut self, object: Object) {
        let is_part = |object: &ObjectRef| {
            !matches!(&*object.kind, "Lease" | "NetworkPolicy" | "Secret")
                && self.part_of.as_deref().is_some_and(|name| is_named_for(&object.name, name))
        };
        let wanted = |object: ObjectRef| is_part(&object) || self.about.contains(&object);
        if self.object_ref(&object).is_some_and(wanted) {
            self.rows.add(object);
        }
    }

    fn part(&self) -> Self {
        Self {
            about: Arc::clone(&self.about),
            part_of: self.part_of.clone(),
            names: self.names.clone(),
            rows: self.rows.part(),
        }
    }

    fn append(&mut self, part: Self) {
        self.rows.append(part.rows);
    }

    fn expect(&mut self, _: Kind, _: usize) {}
}

impl Run<'_> {
    /// Reads the warnings and the ends of the logs of failing objects, the Secrets that must exist, and what else explains
    /// the findings. What the logs name comes last.
    pub(super) async fn read_evidence(&self, snapshot: &mut Snapshot) {
        let view = View::new(snapshot, &self.plan.settings);
        let found = checks::objects_with_findings(&view);
        let missing =
            if self.plan.with_certificates { missing_secrets(&snapshot.rows) } else { BTreeSet::new() };
        let in_doubt = found.iter().filter(|object| self.plan.with_certificates && &*object.kind == "Secret");
        let issued = in_doubt.chain(&missing).cloned().collect();
        let (volumes, leases) = (awaited_volumes(&view), self.leases(&view));
        let about = objects_to_explain(&view, found);
        let mut failing = failing_pods(&view);
        failing.retain(|pod| self.plan.about.as_ref().is_none_or(|name| is_of(pod, name)));
        let tails = log_tails::read(&self.client, &failing);
        let asked = vec![
            Asked::of(Kind::Event, about.clone()),
            Asked { fields: Some(REFUSALS), ..Asked::of(Kind::Event, unscheduled_pods(&view)) },
            Asked::of(Kind::Secret, self.secrets(missing)),
            Asked::of(Kind::VolumeAttachment, volumes),
            Asked::of(Kind::Certificate, issued),
            Asked::of(Kind::Lease, leases),
        ];
        let (logs, read) = tokio::join!(tails, self.read_about(asked));
        snapshot.logs = logs;
        snapshot.warnings = Warnings::OfObjects { objects: about, part_of: self.plan.about.clone() };
        self.take_in(snapshot, read);
        let now = snapshot.taken_at;
        if snapshot.logs.is_empty() && !snapshot.rows.leases.iter().any(|lease| is_abandoned(lease, now)) {
            return;
        }
        let view = View::new(snapshot, &self.plan.settings);
        let policies =
            checks::namespaces_with_unanswered_calls(&view).into_iter().map(all_policies).collect();
        let asked =
            vec![Asked::of(Kind::NetworkPolicy, policies), Asked::of(Kind::Lease, node_leases(&view))];
        let read = self.read_about(asked).await;
        self.take_in(snapshot, read);
    }

    /// Adds what was read to a snapshot, and sorts it.
    fn take_in(&self, snapshot: &mut Snapshot, read: Vec<About>) {
        if read.is_empty() {
            return;
        }
        for (request, mut coverage, rows) in read {
            self.mark_out_of_scope(&request, &mut coverage);
            if request.fields.as_deref() == Some(REFUSALS) {
                // The list of the warnings reports it.
                coverage.gaps.retain(|gap| gap.reason != Reason::Forbidden);
            }
            snapshot.coverage.add(coverage);
            snapshot.rows.append(rows);
        }
        snapshot.sort();
    }

    /// Reads lists of objects that are about others.
    async fn read_about(&self, asked: Vec<Asked>) -> Vec<About> {
        let mut tasks = JoinSet::new();
        // Only the pods that wait are asked about for refusals, whatever is investigated.
        let asked = asked.into_iter().filter(|asked| asked.fields.is_none() || !asked.about.is_empty());
        for Asked { kind, fields, about } in asked {
            let (requests, about) = (self.requests_about(kind, &about), Arc::new(about));
            for mut request in requests {
                let client = Arc::clone(&self.client);
                let kept = Wanted {
                    about: Arc::clone(&about),
                    part_of: self.plan.about.clone(),
                    names: Names::default(),
                    rows: Rows::default(),
                };
                request.fields = fields.map(str::to_owned).or(request.fields);
                tasks.spawn(async move {
                    let result = list::list(Arc::clone(&client), &request, kept).await;
                    client.progress.ended(&request, result.got, result.error.as_ref());
                    let coverage = result.coverage(&request);
                    (request, coverage, result.kept.rows)
                });
            }
        }
        tasks.join_all().await
    }

    /// Returns the leases of the control plane: a report of the whole cluster says whether its components work, and other
    /// reports need them only if something waits for a component.
    fn leases(&self, view: &View) -> BTreeSet<ObjectRef> {
        let rows = &view.snapshot.rows;
        let waits =
            |pod: &Pod| pod.node.is_none() && pod.shared.ended.is_none() && !view.within_grace(pod.created());
        let is_unseen = |workload: &Workload| {
            workload.rollout().is_some_and(|rollout| rollout.unseen) || !workload.is_available()
        };
        let is_needed = view.snapshot.scope.is_whole_cluster()
            || rows.pods.iter().any(waits)
            || rows.workloads.iter().any(is_unseen);
        if !is_needed || self.plan.scope.skip_kinds.contains(&Kind::Lease) {
            return BTreeSet::new();
        }
        [SCHEDULER, CONTROLLERS, CLOUD].map(lease_ref).into_iter().collect()
    }

    /// Returns those of the missing Secrets that can be looked up by name.
    fn secrets(&self, mut secrets: BTreeSet<ObjectRef>) -> BTreeSet<ObjectRef> {
        // A Gateway may name a Secret of a namespace outside the scope.
        secrets.retain(|secret| {
            self.namespaces.is_empty()
                || self.namespaces.binary_search_by(|name| (**name).cmp(&*secret.namespace)).is_ok()
        });
        secrets
    }

    /// Returns the lists of a kind in the namespaces of these objects, with that of the events about nodes, or one list of all
    /// namespaces if there are many.
    fn requests_about(&self, kind: Kind, about: &BTreeSet<ObjectRef>) -> Vec<ListRequest> {
        let mut places: BTreeSet<&str> = about.iter().map(place).filter(|name| !name.is_empty()).collect();
        if kind == Kind::Event && self.plan.about.is_some() {
            places.extend(self.namespaces.iter().map(String::as_str));
        }
        if self.plan.scope.skip_kinds.contains(&kind) || about.is_empty() && !kind.namespaced() {
            return Vec::new();
        }
        if !kind.namespaced() {
            return vec![self.request(kind, None)];
        }
        if self.namespaces.is_empty() && places.len() > LISTS {
            return vec![self.request(kind, None)];
        }
        places.iter().map(|name| self.request(kind, Some(name))).collect()
    }
}

/// Objects that are read about others.
struct Asked {
    kind: Kind,
    /// A field selector, in place of that of the kind.
    fields: Option<&'static str>,
    about: BTreeSet<ObjectRef>,
}

impl Asked {
    fn of(kind: Kind, about: BTreeSet<ObjectRef>) -> Self {
        Self { kind, fields: None, about }
    }
}

/// A list of objects that are about others, its coverage, and what was kept of it.
type About = (ListRequest, Coverage, Rows);

/// Stands for all network policies of a namespace.
fn all_policies(namespace: impl AsRef<str>) -> ObjectRef {
    ObjectRef::new(namespace.as_ref(), "NetworkPolicy", "")
}

/// Returns the leases of the nodes that are marked ready, if the component that judges them has stopped.
fn node_leases(view: &View) -> BTreeSet<ObjectRef> {
    if silent(view, CONTROLLERS).is_none() {
        return BTreeSet::new();
    }
    let ready = view.nodes().filter(|node| node.is_ready());
    ready.map(|node| ObjectRef::new(OF_NODES, "Lease", &node.name)).collect()
}

/// Returns the objects that warnings are asked about: those that may fail, and those with findings before any event
/// is known. Only objects of the requested namespaces are asked about.
fn objects_to_explain(view: &View, found: BTreeSet<ObjectRef>) -> BTreeSet<ObjectRef> {
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

/// The events by which the cluster autoscaler says that it adds no node for a pod.
const REFUSALS: &str = "reason=NotTriggerScaleUp";

/// Returns the pods that the scheduler finds no node for.
fn unscheduled_pods(view: &View) -> BTreeSet<ObjectRef> {
    let waiting = view.problems().filter(|(_, problem)| matches!(problem, PodProblem::Unschedulable));
    waiting.map(|(pod, _)| pod.object_ref()).collect()
}

/// The namespace of the events about nodes.
const EVENTS_OF_NODES: &str = "default";

fn place(object: &ObjectRef) -> &str {
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
fn is_of(pod: &Pod, name: &str) -> bool {
    let owner = pod.shared.owner.as_ref().is_some_and(|owner| owner.name.starts_with(name));
    owner || pod.name.starts_with(name) || pod.node.as_deref() == Some(name)
}

/// Returns the pods that may fail: those that do not serve, or have as many restarts as need attention by the thresholds
/// that apply to them.
pub(super) fn failing_pods<'a>(view: &View<'a>) -> Vec<&'a Pod> {
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
fn awaited_volumes(view: &View) -> BTreeSet<ObjectRef> {
    let waits = |container: Container| {
        container.status.state.waiting.is_some() && container.status.last_state.terminated.is_none()
    };
    let pods = view.snapshot.rows.pods.iter().filter(|pod| pod.shared.ended.is_none() && pod.node.is_some());
    let waiting = pods.filter(|pod| !pod.serves() && !view.within_grace(pod.created()));
    let waiting = waiting.filter(|pod| pod.containers().all(waits));
    let volumes = waiting.flat_map(|pod| view.exclusive_volumes_of(pod));
    volumes.map(|volume| ObjectRef::of_cluster("PersistentVolume", volume)).collect()
}

/// Returns the Secrets that Ingresses and Gateways name and whose certificates were not read.
fn missing_secrets(rows: &Rows) -> BTreeSet<ObjectRef> {
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
