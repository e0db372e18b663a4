//! Pods, Jobs, Ingresses, attachments and workloads by what they belong to: a check of every object must not walk through all others for
//! each.

use super::View;
use crate::checks::platform::images_on_windows;
use crate::model::{Job, ObjectRef, Pod, Workload, step};
use crate::snapshot::Rows;
use crate::wire::{
    Ingress, Kind, PersistentVolumeClaim, StorageClass, VolumeAttachment, WebhookConfiguration,
};
use std::collections::{BTreeMap, BTreeSet};

/// The number of workloads of one selector.
const SELECTED: usize = 500;

/// A namespace, and two more parts of a key.
type Key<'a> = (&'a str, &'a str, &'a str);

/// The sorted lists.
#[derive(Default)]
pub(super) struct Index<'a> {
    /// There may be very many pods: their keys are not kept.
    by_owner: Vec<&'a Pod>,
    by_claim: Vec<(Key<'a>, &'a Pod)>,
    /// The pods of the claims that are deleted or resized.
    users: Vec<(Key<'a>, &'a Pod)>,
    jobs: Vec<(Key<'a>, &'a Job)>,
    ingresses: Vec<(Key<'a>, &'a Ingress)>,
    /// By the name of the volume.
    attachments: Vec<(Key<'a>, &'a VolumeAttachment)>,
    /// Workloads by each label of their pods.
    by_label: Vec<(Key<'a>, &'a Workload)>,
    /// Configurations of webhooks by the name of each webhook.
    webhooks: Vec<(Key<'a>, &'a (Kind, WebhookConfiguration))>,
    /// The Services that the API server itself depends on.
    asked: BTreeSet<(&'a str, &'a str)>,
    /// Namespace, kind and name of what autoscalers scale.
    scaled: BTreeSet<Key<'a>>,
    default_class: Option<&'a StorageClass>,
    /// The images of the pods that serve on Windows nodes.
    on_windows: BTreeSet<&'a str>,
}

impl<'a> Index<'a> {
    pub(super) fn of(rows: &'a Rows, troubled: impl Iterator<Item = &'a Pod>) -> Self {
        let mut by_owner: Vec<&Pod> = rows.pods.iter().filter(|pod| pod.shared.owner.is_some()).collect();
        // Pods of the same owner keep their order.
        by_owner.sort_by(|a, b| owner(a).cmp(&owner(b)));
        let waiting = troubled.filter(|pod| pod.shared.ended.is_none() && !pod.serves());
        let claims = |pod: &'a Pod| pod.claims().map(move |name| ((&*pod.shared.namespace, name, ""), pod));
        let of_cron_job = |job: &'a Job| {
            let owner = job.owner.as_ref().filter(|owner| &*owner.kind == "CronJob")?;
            Some(((&*job.namespace, &*owner.name, ""), job))
        };
        let services = |ingress: &'a Ingress| {
            let services = ingress.spec.backends().filter_map(|backend| backend.service.as_ref());
            services.map(move |to| ((&*ingress.metadata.namespace, &*to.name, ""), ingress))
        };
        Self {
            by_owner,
            by_claim: sorted(waiting.flat_map(claims)),
            users: users(rows),
            jobs: sorted(rows.jobs.iter().filter_map(of_cron_job)),
            ingresses: sorted(rows.ingresses.iter().flat_map(services)),
            attachments: sorted(rows.attachments.iter().filter_map(volume)),
            by_label: sorted(rows.workloads.iter().flat_map(labels)),
            webhooks: sorted(rows.webhooks.iter().flat_map(names)),
            asked: asked(rows),
            scaled: rows.autoscalers.iter().map(scaled).collect(),
            default_class: rows.storage_classes.iter().find(|class| is_default(class)),
            on_windows: images_on_windows(rows),
        }
    }
}

/// Returns the pods of each claim that is deleted or resized. Most clusters have none, and the pods are not walked through.
fn users(rows: &Rows) -> Vec<(Key<'_>, &Pod)> {
    let is_changing =
        |claim: &&PersistentVolumeClaim| claim.metadata.deleted().is_some() || claim.is_resized();
    let changing: Vec<&PersistentVolumeClaim> = rows.claims.iter().filter(is_changing).collect();
    if changing.is_empty() {
        return Vec::new();
    }
    let names: BTreeSet<(&str, &str)> =
        changing.iter().map(|claim| (&*claim.metadata.namespace, &*claim.metadata.name)).collect();
    let shared = rows
        .pods
        .iter()
        .flat_map(|pod| pod.known_claims().map(move |name| (&*pod.shared.namespace, name, pod)));
    let shared = shared.filter(|(namespace, name, _)| names.contains(&(*namespace, *name)));
    let shared = shared.map(|(namespace, name, pod)| ((namespace, name, ""), pod));
    let of_sets = changing.iter().filter_map(|claim| {
        let (namespace, name) = (&*claim.metadata.namespace, &*claim.metadata.name);
        let pods = name.match_indices('-').filter_map(|(at, _)| rows.pod(namespace, name.get(at + 1..)?));
        Some(((namespace, name, ""), pods.into_iter().find(|pod| pod.mounts_by_name(name))?))
    });
    sorted(shared.chain(of_sets))
}

fn volume(attachment: &VolumeAttachment) -> Option<(Key<'_>, &VolumeAttachment)> {
    Some(((attachment.spec.source.persistent_volume_name.as_deref()?, "", ""), attachment))
}

fn labels(workload: &Workload) -> impl Iterator<Item = (Key<'_>, &Workload)> {
    let labels = workload.rollout().into_iter().flat_map(|rollout| rollout.labels.iter());
    labels.map(move |(key, value)| ((&*workload.namespace, &**key, &**value), workload))
}

fn names(
    row: &(Kind, WebhookConfiguration),
) -> impl Iterator<Item = (Key<'_>, &(Kind, WebhookConfiguration))> {
    row.1.webhooks.iter().map(move |webhook| ((&*webhook.name, "", ""), row))
}

/// Returns the Services of webhooks that must answer, and of aggregated APIs.
fn asked(rows: &Rows) -> BTreeSet<(&str, &str)> {
    let webhooks = rows.webhooks.iter().flat_map(|(_, configuration)| &configuration.webhooks);
    let asked = webhooks
        .filter(|webhook| webhook.must_answer())
        .filter_map(|webhook| webhook.client_config.service.as_ref());
    let asked = asked.map(|named| (&*named.namespace, &*named.name));
    let served = rows.api_services.iter().filter_map(|api| api.spec.service.as_ref());
    asked.chain(served.map(|named| (&*named.namespace, &*named.name))).collect()
}

fn scaled(autoscaler: &crate::wire::HorizontalPodAutoscaler) -> Key<'_> {
    let target = &autoscaler.spec.scale_target_ref;
    (&autoscaler.metadata.namespace, &target.kind, &target.name)
}

fn is_default(class: &StorageClass) -> bool {
    const DEFAULT: [&str; 2] =
        ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];
    DEFAULT.iter().any(|key| class.metadata.is_annotated(key))
}

/// Returns the namespace of a pod, and the kind and name of its own owner.
fn owner(pod: &Pod) -> Key<'_> {
    let owner = pod.shared.owner.as_ref();
    (&pod.shared.namespace, owner.map_or("", |owner| &owner.kind), owner.map_or("", |owner| &owner.name))
}

/// Sorts rows by their keys, each row once for a key. Rows with the same key keep their order.
fn sorted<'a, T>(rows: impl Iterator<Item = (Key<'a>, &'a T)>) -> Vec<(Key<'a>, &'a T)> {
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by_key(|(key, _)| *key);
    rows.dedup_by(|(a, one), (b, other)| a == b && std::ptr::eq(*one, *other));
    rows
}

/// Returns the rows with a key.
fn of<'i, 'a, T>(
    rows: &'i [(Key<'a>, &'a T)],
    key: Key,
) -> impl ExactSizeIterator<Item = &'a T> + use<'i, 'a, T> {
    let from = rows.partition_point(|(of, _)| *of < key);
    let to = rows.partition_point(|(of, _)| *of <= key);
    rows[from..to].iter().map(|(_, row)| {
        step();
        *row
    })
}

impl<'a> View<'a> {
    /// Returns the pods whose own owner has this kind and name, by name.
    pub fn pods_owned_by(&self, namespace: &str, kind: &str, name: &str) -> impl Iterator<Item = &'a Pod> {
        let (pods, key) = (&self.index.by_owner, (namespace, kind, name));
        let from = pods.partition_point(|pod| owner(pod) < key);
        let to = pods.partition_point(|pod| owner(pod) <= key);
        pods[from..to].iter().copied()
    }

    /// Returns the number of pods of a workload that serve.
    pub fn serving(&self, workload: &Workload) -> usize {
        self.serving_pods(workload).count()
    }

    /// Returns the pods of a workload that serve.
    pub fn serving_pods<'i>(&'i self, workload: &'i Workload) -> impl Iterator<Item = &'a Pod> + use<'i, 'a> {
        let kind = workload.kind.name();
        // A Deployment owns its pods by ReplicaSets.
        let kinds = [Some(kind), (kind != "ReplicaSet").then_some("ReplicaSet")];
        let is_own = move |pod: &&Pod| {
            let root = self.root(pod).filter(|_| !workload.is_lone_set());
            let owner = root.or_else(|| pod.shared.owner.clone());
            owner.is_some_and(|owner| *owner.kind == *kind && owner.name == workload.name)
        };
        // Controllers name what they create after themselves.
        let named = move |kind| self.owned_from(&workload.namespace, kind, &workload.name);
        kinds.into_iter().flatten().flat_map(named).filter(|pod| pod.serves()).filter(is_own)
    }

    /// Returns the pods whose own owner has this kind and a name that begins with `start`.
    fn owned_from<'i>(
        &'i self,
        namespace: &'i str,
        kind: &'i str,
        start: &'i str,
    ) -> impl Iterator<Item = &'a Pod> {
        let pods = &self.index.by_owner;
        let from = pods.partition_point(|pod| owner(pod) < (namespace, kind, start));
        let named = pods[from..].iter().take_while(move |pod| {
            step();
            let (of, its, name) = owner(pod);
            (of, its) == (namespace, kind) && name.starts_with(start)
        });
        named.copied()
    }

    /// Returns the pods in trouble that mount a claim, have not ended and do not serve.
    pub fn pods_with_claim(&self, claim: &PersistentVolumeClaim) -> Vec<&'a Pod> {
        of(&self.index.by_claim, (&claim.metadata.namespace, &claim.metadata.name, "")).collect()
    }

    /// Returns the pods that mount a claim that is deleted or resized, and have not ended.
    pub fn users_of_claim(&self, claim: &PersistentVolumeClaim) -> impl Iterator<Item = &'a Pod> {
        of(&self.index.users, (&claim.metadata.namespace, &claim.metadata.name, ""))
    }

    /// Returns the attachments of a volume, by name, as far as they were read.
    pub fn attachments_of(&self, volume: &str) -> impl Iterator<Item = &'a VolumeAttachment> + use<'_, 'a> {
        of(&self.index.attachments, (volume, "", ""))
    }

    /// Returns the Jobs of a CronJob, by name.
    pub fn jobs_of(&self, namespace: &str, cron_job: &str) -> impl Iterator<Item = &'a Job> {
        of(&self.index.jobs, (namespace, cron_job, ""))
    }

    /// Returns the Deployments, StatefulSets and DaemonSets of a namespace whose pods a selector selects: of those with
    /// its rarest label, the ones with all others. Of very many, the first ones: many selectors may select the same.
    pub fn workloads_selected_by(
        &self,
        namespace: &str,
        selector: &BTreeMap<String, String>,
    ) -> impl Iterator<Item = &'a Workload> {
        let with = |(key, value): (&String, &String)| of(&self.index.by_label, (namespace, key, value));
        let rarest = selector.iter().map(with).min_by_key(ExactSizeIterator::len);
        let selected = rarest.into_iter().flatten().filter(move |workload| workload.is_selected_by(selector));
        selected.take(SELECTED)
    }

    /// Returns whether a pod with this image serves on a Windows node.
    pub(in crate::checks) fn serves_on_windows(&self, image: &str) -> bool {
        self.index.on_windows.contains(image)
    }

    /// Whether the API server itself depends on a Service: a webhook that must answer, or an aggregated API.
    pub fn is_asked_by_server(&self, namespace: &str, service: &str) -> bool {
        self.index.asked.contains(&(namespace, service))
    }

    /// Whether an autoscaler scales an object.
    pub fn is_autoscaled(&self, object: &ObjectRef) -> bool {
        self.index.scaled.contains(&(&*object.namespace, &*object.kind, &*object.name))
    }

    /// Returns the configurations that contain a webhook.
    pub fn webhook_configurations(
        &self,
        webhook: &str,
    ) -> impl Iterator<Item = &'a (Kind, WebhookConfiguration)> {
        of(&self.index.webhooks, (webhook, "", ""))
    }

    /// Returns the storage class of claims that name no class.
    pub fn default_class(&self) -> Option<&'a StorageClass> {
        self.index.default_class
    }

    /// Returns the Ingresses that lead to a Service, by name.
    pub fn ingresses_to(&self, namespace: &str, service: &str) -> impl Iterator<Item = &'a Ingress> {
        of(&self.index.ingresses, (namespace, service, ""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::settings::Settings;
    use crate::snapshot::read_bytes;
    use crate::wire::Time;
    use serde_json::{Value, json};

    fn object(kind: &str, name: &str, owner: (&str, &str), spec: &Value) -> Value {
        let owners = json!([{ "kind": owner.0, "name": owner.1, "controller": true }]);
        json!({ "kind": kind, "metadata": { "namespace": "shop", "name": name, "ownerReferences": owners },
            "spec": spec, "status": { "phase": "Pending" } })
    }

    fn cluster(count: usize) -> Value {
        let items = (0..count).flat_map(|n| {
            let backend = json!({ "service": { "name": format!("web-{n}"), "port": { "number": 80 } } });
            let volumes = json!([{ "persistentVolumeClaim": { "claimName": format!("data-{n}") } }]);
            let spec = json!({ "nodeName": format!("node-{n}"), "volumes": volumes });
            [
                object("Pod", &format!("web-{n}-x"), ("StatefulSet", &format!("web-{n}")), &spec),
                object("Job", &format!("night-{n}-1"), ("CronJob", &format!("night-{n}")), &json!({})),
                object("Ingress", &format!("way-{n}"), ("", ""), &json!({ "defaultBackend": backend })),
            ]
        });
        json!({ "kind": "List", "items": items.collect::<Vec<_>>() })
    }

    /// Each object is found once, whatever the number of others.
    #[test]
    fn what_is_looked_at_grows_with_what_belongs_together() {
        for count in [50, 200, 800] {
            let snapshot = read_bytes("test", cluster(count).to_string().as_bytes(), Time::at(1)).unwrap();
            let settings = Settings::default();
            let view = View::new(&snapshot, &settings);
            let mut found = [0; 3];
            for n in 0..count {
                let name = format!("web-{n}");
                found[0] += view.pods_owned_by("shop", "StatefulSet", &name).count();
                found[1] += view.jobs_of("shop", &format!("night-{n}")).count();
                found[2] += view.ingresses_to("shop", &name).count();
            }
            assert_eq!(found, [count; 3]);
            assert_eq!(view.pods_owned_by("blog", "StatefulSet", "web-1").count(), 0);
            // Names that begin with another: 4, 40 to 49, 400 to 499.
            let more = if count > 400 { 100 } else { 0 };
            assert_eq!(view.owned_from("shop", "StatefulSet", "web-4").count(), 11 + more);
        }
    }
}
