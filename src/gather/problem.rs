//! The evidence about failing objects and objects with findings: their warnings, the ends of their logs, and where the volumes
//! are attached that pods wait for. Also the Secrets that Ingresses name and that were not listed.

use super::subjects::{
    all_of, awaited_volumes, doubtful_converters, is_of, missing_secrets, node_leases,
    nodes_without_certificates, objects_to_explain, place, pods_to_explain, rescaled, unscheduled_pods,
};
use super::{Run, log_tails};
use crate::checks::control_plane::{CLOUD, CONTROLLERS, SCHEDULER, is_abandoned, lease_ref};
use crate::checks::{self, View};
use crate::cluster::{ListRequest, Sink, list};
use crate::model::{
    Coverage, Job, NOT_SCALED_UP, Names, Node, ObjectRef, Pod, RESCALED, Reason, Workload, is_named_for,
};
use crate::snapshot::{Rows, Snapshot, Warnings};
use crate::wire::{Kind, Object};
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
            Object::CertificateSigningRequest(request) => {
                let name = request.node().or_else(|| request.is_of_new_node().then_some(""))?;
                return Some(ObjectRef::of_cluster("Node", name));
            }
            Object::CustomResourceDefinition(definition) => {
                let converter = definition.converter()?;
                (&converter.namespace, "Service", &converter.name)
            }
            Object::Lease(lease) => (&lease.metadata.namespace, "Lease", &lease.metadata.name),
            Object::LimitRange(limits) => return Some(all_of(Kind::LimitRange, &limits.metadata.namespace)),
            Object::NetworkPolicy(policy) => {
                return Some(all_of(Kind::NetworkPolicy, &policy.metadata.namespace));
            }
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
            !matches!(&*object.kind, "Lease" | "LimitRange" | "NetworkPolicy" | "Secret")
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
    /// the findings.
    pub(super) async fn read_evidence(&self, snapshot: &mut Snapshot) {
        let view = View::new(snapshot, &self.plan.settings);
        let found = checks::objects_with_findings(&view);
        let missing =
            if self.plan.with_certificates { missing_secrets(&snapshot.rows) } else { BTreeSet::new() };
        let in_doubt = found.iter().filter(|object| self.plan.with_certificates && &*object.kind == "Secret");
        let issued = in_doubt.chain(&missing).cloned().collect();
        let (volumes, leases) = (awaited_volumes(&view), self.leases(&view));
        let about = objects_to_explain(&view, found);
        let mut failing = pods_to_explain(&view);
        failing.retain(|pod| self.plan.about.as_ref().is_none_or(|name| is_of(pod, name)));
        let tails = log_tails::read(&self.client, &failing);
        let asked = vec![
            Asked::of(Kind::Event, about.clone()),
            Asked { reason: Some(NOT_SCALED_UP), ..Asked::of(Kind::Event, unscheduled_pods(&view)) },
            Asked { reason: Some(RESCALED), ..Asked::of(Kind::Event, rescaled(&view)) },
            Asked::of(Kind::Secret, self.secrets(missing)),
            Asked::of(Kind::VolumeAttachment, volumes),
            Asked::of(Kind::Certificate, issued),
            Asked::of(Kind::Lease, leases),
            Asked::of(Kind::CustomResourceDefinition, doubtful_converters(&view)),
        ];
        let (logs, read) = tokio::join!(tails, self.read_about(asked));
        snapshot.logs = logs;
        snapshot.warnings = Warnings::OfObjects { objects: about, part_of: self.plan.about.clone() };
        self.take_in(snapshot, read);
        self.read_causes(snapshot).await;
    }

    /// Reads the kinds that are needed because of the logs, the leases, the nodes or the warnings that were read.
    async fn read_causes(&self, snapshot: &mut Snapshot) {
        let now = snapshot.taken_at;
        let has_silent_nodes = snapshot.rows.nodes.iter().any(Node::is_silent);
        let has_abandoned_leases = snapshot.rows.leases.iter().any(|lease| is_abandoned(lease, now));
        let lacks_pods = snapshot.rows.workloads.iter().any(|workload| !workload.is_available())
            || snapshot.rows.jobs.iter().any(Job::lacks_pods);
        if snapshot.logs.is_empty() && !has_abandoned_leases && !has_silent_nodes && !lacks_pods {
            return;
        }
        let view = View::new(snapshot, &self.plan.settings);
        let limits = checks::namespaces_with_limit_refusals(&view);
        let policies = checks::namespaces_with_unanswered_calls(&view);
        let asked = vec![
            Asked::all_in(Kind::NetworkPolicy, policies),
            Asked::all_in(Kind::LimitRange, limits),
            Asked::of(Kind::Lease, node_leases(&view)),
            Asked::of(Kind::CertificateSigningRequest, nodes_without_certificates(&view)),
        ];
        let read = self.read_about(asked).await;
        self.take_in(snapshot, read);
    }

    /// Adds what was read to a snapshot, and sorts it.
    fn take_in(&self, snapshot: &mut Snapshot, read: Vec<About>) {
        if read.is_empty() {
            return;
        }
        for (request, reason, mut coverage, rows) in read {
            self.mark_out_of_scope(&request, &mut coverage);
            if reason.is_some() {
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
        // Only the pods that wait and the autoscalers that have just scaled are asked about, whatever is investigated.
        let asked = asked.into_iter().filter(|asked| asked.reason.is_none() || !asked.about.is_empty());
        for Asked { kind, reason, about } in asked {
            let (requests, about) = (self.requests_about(kind, &about), Arc::new(about));
            for mut request in requests {
                let client = Arc::clone(&self.client);
                let kept = Wanted {
                    about: Arc::clone(&about),
                    part_of: self.plan.about.clone(),
                    names: Names::default(),
                    rows: Rows::default(),
                };
                request.fields = reason.map(|reason| format!("reason={reason}")).or(request.fields);
                tasks.spawn(async move {
                    let result = list::list(Arc::clone(&client), &request, kept).await;
                    client.progress.ended(&request, result.got, result.error.as_ref());
                    let coverage = result.coverage(&request);
                    (request, reason, coverage, result.kept.rows)
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
    /// The reason of the events of an autoscaler, in place of warnings.
    reason: Option<&'static str>,
    about: BTreeSet<ObjectRef>,
}

impl Asked {
    fn of(kind: Kind, about: BTreeSet<ObjectRef>) -> Self {
        Self { kind, reason: None, about }
    }

    /// All objects of a kind in some namespaces.
    fn all_in(kind: Kind, namespaces: BTreeSet<&str>) -> Self {
        Self::of(kind, namespaces.into_iter().map(|namespace| all_of(kind, namespace)).collect())
    }
}

/// A list of objects that are about others, the reason of the events in it if it is one of an autoscaler, its coverage, and what
/// was kept of it.
type About = (ListRequest, Option<&'static str>, Coverage, Rows);
