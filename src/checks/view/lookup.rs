//! The objects by name, and what is known about them: everything is sorted, so it is found at once.

use super::View;
use crate::model::{
    CronJob, Endpoints, Event, Job, LogTail, Namespace, Node, ObjectRef, Owner, Pod, PodContext, Workload,
};
use crate::wire::{self, Kind};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Owners that give each pod another name.
const DRAW_NAMES: [&str; 4] = ["DaemonSet", "Job", "ReplicaSet", "ReplicationController"];

impl<'a> View<'a> {
    /// The ReplicaSet, Deployment, StatefulSet or DaemonSet of this name.
    pub fn workload(&self, namespace: &str, kind: &str, name: &str) -> Option<&'a Workload> {
        let kind = Kind::from_name(kind)?;
        let key = (namespace, kind.name(), name);
        search(&self.snapshot.rows.workloads, |w| (&*w.namespace, w.kind.name(), &*w.name).cmp(&key))
    }

    /// The Job of this name.
    pub fn job(&self, namespace: &str, name: &str) -> Option<&'a Job> {
        search(&self.snapshot.rows.jobs, |j| (&*j.namespace, &*j.name).cmp(&(namespace, name)))
    }

    /// The CronJob of this name.
    pub fn cron_job(&self, namespace: &str, name: &str) -> Option<&'a CronJob> {
        search(&self.snapshot.rows.cron_jobs, |j| (&*j.namespace, &*j.name).cmp(&(namespace, name)))
    }

    /// The namespace of this name.
    pub fn namespace(&self, name: &str) -> Option<&'a Namespace> {
        search(&self.snapshot.rows.namespaces, |n| (*n.name).cmp(name))
    }

    /// The pods of a namespace.
    pub fn pods_in(&self, namespace: &str) -> &'a [Pod] {
        let all = &self.snapshot.rows.pods;
        let from = all.partition_point(|pod| &*pod.shared.namespace < namespace);
        let to = all.partition_point(|pod| &*pod.shared.namespace <= namespace);
        &all[from..to]
    }

    /// The node of this name.
    pub fn node(&self, name: &str) -> Option<&'a Node> {
        search(&self.snapshot.rows.nodes, |n| (*n.name).cmp(name))
    }

    /// The service of this name.
    pub fn service(&self, namespace: &str, name: &str) -> Option<&'a wire::Service> {
        search(&self.snapshot.rows.services, |s| {
            (&*s.metadata.namespace, &*s.metadata.name).cmp(&(namespace, name))
        })
    }

    /// The parts of what stands behind a service; empty where nothing keeps them.
    pub fn endpoints(&self, namespace: &str, service: &str) -> &'a [Endpoints] {
        let all = &self.snapshot.rows.endpoints;
        let key = |part: &Endpoints| (&*part.namespace, &*part.service).cmp(&(namespace, service));
        let (from, to) =
            (all.partition_point(|part| key(part).is_lt()), all.partition_point(|part| key(part).is_le()));
        &all[from..to]
    }

    /// The claim of this name.
    pub fn claim(&self, namespace: &str, name: &str) -> Option<&'a wire::PersistentVolumeClaim> {
        search(&self.snapshot.rows.claims, |c| {
            (&*c.metadata.namespace, &*c.metadata.name).cmp(&(namespace, name))
        })
    }

    /// The topmost owner of the pod that a claim was made for along with it, and the volume that it is of: the claim of
    /// an ephemeral volume has the name of its pod, which a controller drew.
    pub fn owner_of_claim<'c>(&self, claim: &'c ObjectRef) -> Option<(Owner, &'c str)> {
        if &*claim.kind != "PersistentVolumeClaim" {
            return None;
        }
        let splits = claim.name.match_indices('-').filter_map(|(at, _)| claim.name.split_at_checked(at));
        let named = splits.filter_map(|(pod, volume)| Some((pod, volume.strip_prefix('-')?)));
        let mut made = named.filter_map(|(pod, volume)| {
            let pod = self.snapshot.rows.pod(&claim.namespace, pod)?;
            let draws = |owner: &Owner| DRAW_NAMES.contains(&&*owner.kind);
            pod.shared.owner.as_ref().filter(|owner| draws(owner))?;
            Some((self.root(pod)?, volume))
        });
        made.next()
    }

    /// The volume of this name.
    pub fn volume(&self, name: &str) -> Option<&'a wire::PersistentVolume> {
        search(&self.snapshot.rows.volumes, |volume| (*volume.metadata.name).cmp(name))
    }

    /// The volumes that matter to the scope: those that are, or were, of a claim in it.
    pub fn volumes(&self) -> impl Iterator<Item = &'a wire::PersistentVolume> {
        let scope = &self.snapshot.scope;
        let claimed = |volume: &wire::PersistentVolume| {
            volume.spec.claim_ref.as_ref().is_some_and(|claim| scope.holds(&claim.namespace))
        };
        let asked = move |volume: &&wire::PersistentVolume| {
            !scope.selected && (scope.is_whole_cluster() || claimed(volume))
        };
        self.snapshot.rows.volumes.iter().filter(asked)
    }

    /// The claims that matter to the scope: all of them, or where a selector chose pods, those that they wait for.
    pub fn claims(&self) -> impl Iterator<Item = &'a wire::PersistentVolumeClaim> {
        let selected = self.snapshot.scope.selected;
        let claims = self.snapshot.rows.claims.iter();
        claims.filter(move |claim| !selected || !self.pods_with_claim(claim).is_empty())
    }

    /// The class of claims that name none.
    pub fn default_class(&self) -> Option<&'a wire::StorageClass> {
        const DEFAULT: [&str; 2] = [
            "storageclass.kubernetes.io/is-default-class",
            "storageclass.beta.kubernetes.io/is-default-class",
        ];
        let is_default =
            |class: &&wire::StorageClass| DEFAULT.iter().any(|key| class.metadata.is_annotated(key));
        self.snapshot.rows.storage_classes.iter().find(is_default)
    }

    /// The storage class of this name.
    pub fn storage_class(&self, name: &str) -> Option<&'a wire::StorageClass> {
        search(&self.snapshot.rows.storage_classes, |class| (*class.metadata.name).cmp(name))
    }

    /// The Deployments, StatefulSets and DaemonSets of a namespace whose pods a selector chooses.
    pub fn workloads_selected_by(
        &self,
        namespace: &str,
        selector: &BTreeMap<String, String>,
    ) -> impl Iterator<Item = &'a Workload> {
        let all = &self.snapshot.rows.workloads;
        let from = all.partition_point(|workload| &*workload.namespace < namespace);
        let of_namespace = all[from..].iter().take_while(move |workload| &*workload.namespace == namespace);
        of_namespace.filter(move |workload| workload.is_selected_by(selector))
    }

    /// The pods in trouble, and not ended, that mount a claim.
    pub fn pods_with_claim(&self, claim: &wire::PersistentVolumeClaim) -> Vec<&'a Pod> {
        let metadata = &claim.metadata;
        let near = self.troubled_pods().filter(|pod| *pod.shared.namespace == metadata.namespace);
        let waiting = near.filter(|pod| pod.shared.ended.is_none() && !pod.serves());
        waiting.filter(|pod| pod.claims().any(|name| name == metadata.name)).collect()
    }

    /// The warnings about an object, newest first. With a uid, only those about that very object.
    pub fn events(&self, object: &ObjectRef, uid: &str) -> Vec<&'a Event> {
        let events = &self.snapshot.rows.events;
        let first = events.partition_point(|event| event.object < *object);
        let about = events[first..].iter().take_while(|event| event.object == *object);
        let mut found: Vec<&Event> = about.filter(|event| event.is_about(object, uid)).collect();
        found.sort_by_key(|event| std::cmp::Reverse(event.last_seen));
        found
    }

    /// The warnings about an object and, of a Deployment, about the ReplicaSets that make its pods, newest first.
    pub fn events_around(&self, object: &ObjectRef) -> Vec<&'a Event> {
        let mut found = self.events(object, "");
        if &*object.kind == "Deployment" {
            let sets = self.replica_sets(&object.namespace, &object.name);
            found.extend(sets.flat_map(|set| self.events(&set.object(), "")));
            found.sort_by_key(|event| std::cmp::Reverse(event.last_seen));
        }
        found
    }

    /// The ReplicaSets of a Deployment, which it names after itself.
    fn replica_sets(&self, namespace: &str, deployment: &str) -> impl Iterator<Item = &'a Workload> {
        let all = &self.snapshot.rows.workloads;
        let from = (namespace, Kind::ReplicaSet.name(), deployment);
        let first = all.partition_point(|w| (&*w.namespace, w.kind.name(), &*w.name) < from);
        let named = all[first..].iter().take_while(move |w| {
            (&*w.namespace, w.kind) == (namespace, Kind::ReplicaSet) && w.name.starts_with(deployment)
        });
        named.filter(move |w| {
            w.owner.as_ref().is_some_and(|o| &*o.kind == "Deployment" && &*o.name == deployment)
        })
    }

    /// The warnings about a pod, newest first.
    pub fn pod_events(&self, pod: &Pod) -> Vec<&'a Event> {
        let uid = pod.object.as_deref().map_or("", |object| &object.metadata.uid);
        self.events(&pod.object_ref(), uid)
    }

    /// The ends of the logs of a pod's containers, where they were asked for.
    pub fn logs(&self, pod: &Pod) -> impl Iterator<Item = &'a LogTail> {
        let logs = &self.snapshot.logs;
        let key = |log: &LogTail| (&*log.namespace, &*log.pod).cmp(&(&*pod.shared.namespace, &*pod.name));
        let (from, to) =
            (logs.partition_point(|log| key(log).is_lt()), logs.partition_point(|log| key(log).is_le()));
        logs[from..to].iter()
    }

    /// What is known about a pod besides its own status.
    pub fn context(&self, pod: &Pod) -> PodContext<'a> {
        PodContext { events: self.pod_events(pod), logs: self.logs(pod).collect() }
    }
}

/// The row that compares equal, in a sorted list.
fn search<T>(rows: &[T], order: impl Fn(&T) -> Ordering) -> Option<&T> {
    rows.binary_search_by(order).ok().map(|index| &rows[index])
}
