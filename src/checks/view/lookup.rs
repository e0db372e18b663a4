//! Finds objects by name, and what is known about them, by binary search in the sorted rows.

use super::View;
use crate::logs::last_words;
use crate::model::{
    Container, CronJob, Endpoints, Event, Job, LogTail, NODE_KILLS, Namespace, Node, ObjectRef, Owner, Pod,
    PodContext, Workload, step,
};
use crate::wire::{self, Kind};
use std::cmp::Ordering;

/// Owners that give each pod a generated name.
const DRAW_NAMES: [&str; 4] = ["DaemonSet", "Job", "ReplicaSet", "ReplicationController"];

impl<'a> View<'a> {
    /// Returns the ReplicaSet, Deployment, StatefulSet or DaemonSet of this name.
    pub fn workload(&self, namespace: &str, kind: &str, name: &str) -> Option<&'a Workload> {
        let kind = Kind::from_name(kind)?;
        let key = (namespace, kind.name(), name);
        search(&self.snapshot.rows.workloads, |w| (&*w.namespace, w.kind.name(), &*w.name).cmp(&key))
    }

    /// Returns the workloads of a namespace.
    pub fn workloads_in(&self, namespace: &str) -> &'a [Workload] {
        let all = &self.snapshot.rows.workloads;
        let from = all.partition_point(|workload| &*workload.namespace < namespace);
        let to = all.partition_point(|workload| &*workload.namespace <= namespace);
        &all[from..to]
    }

    /// Returns the Job of this name.
    pub fn job(&self, namespace: &str, name: &str) -> Option<&'a Job> {
        search(&self.snapshot.rows.jobs, |j| (&*j.namespace, &*j.name).cmp(&(namespace, name)))
    }

    /// Returns the CronJob of this name.
    pub fn cron_job(&self, namespace: &str, name: &str) -> Option<&'a CronJob> {
        search(&self.snapshot.rows.cron_jobs, |j| (&*j.namespace, &*j.name).cmp(&(namespace, name)))
    }

    /// Returns the namespace of this name.
    pub fn namespace(&self, name: &str) -> Option<&'a Namespace> {
        search(&self.snapshot.rows.namespaces, |n| (*n.name).cmp(name))
    }

    /// Returns the pods of a namespace.
    pub fn pods_in(&self, namespace: &str) -> &'a [Pod] {
        let rows = &self.snapshot.rows;
        &rows.pods[rows.places_of_pods(namespace)]
    }

    /// Returns the node of this name.
    pub fn node(&self, name: &str) -> Option<&'a Node> {
        search(&self.snapshot.rows.nodes, |n| (*n.name).cmp(name))
    }

    /// Returns the lease of this name.
    pub fn lease(&self, namespace: &str, name: &str) -> Option<&'a wire::Lease> {
        search(&self.snapshot.rows.leases, |lease| {
            (&*lease.metadata.namespace, &*lease.metadata.name).cmp(&(namespace, name))
        })
    }

    /// Returns the service of this name.
    pub fn service(&self, namespace: &str, name: &str) -> Option<&'a wire::Service> {
        search(&self.snapshot.rows.services, |s| {
            (&*s.metadata.namespace, &*s.metadata.name).cmp(&(namespace, name))
        })
    }

    /// Returns the endpoints of a service by slice; empty if no controller maintains them.
    pub fn endpoints(&self, namespace: &str, service: &str) -> &'a [Endpoints] {
        let all = &self.snapshot.rows.endpoints;
        let key = |part: &Endpoints| (&*part.namespace, &*part.service).cmp(&(namespace, service));
        let (from, to) =
            (all.partition_point(|part| key(part).is_lt()), all.partition_point(|part| key(part).is_le()));
        &all[from..to]
    }

    /// Returns the claim of this name.
    pub fn claim(&self, namespace: &str, name: &str) -> Option<&'a wire::PersistentVolumeClaim> {
        search(&self.snapshot.rows.claims, |c| {
            (&*c.metadata.namespace, &*c.metadata.name).cmp(&(namespace, name))
        })
    }

    /// Returns the topmost owner of the pod that an ephemeral claim was created with, and the name of its volume. The
    /// name of such a claim begins with that of its pod, which a controller generated.
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

    /// Returns the volume of this name.
    pub fn volume(&self, name: &str) -> Option<&'a wire::PersistentVolume> {
        search(&self.snapshot.rows.volumes, |volume| (*volume.metadata.name).cmp(name))
    }

    /// Returns the names of the volumes that a pod mounts and that only one node can have at a time.
    pub fn exclusive_volumes_of(&self, pod: &'a Pod) -> impl Iterator<Item = &'a str> {
        let claims = pod.claims().filter_map(|name| self.claim(&pod.shared.namespace, name));
        let is_shared = |mode: &String| mode.ends_with("Many");
        let exclusive =
            claims.map(|claim| &claim.spec).filter(move |spec| !spec.access_modes.iter().any(is_shared));
        exclusive.map(|spec| &*spec.volume_name).filter(|name| !name.is_empty())
    }

    /// Returns the volumes that matter to the scope: those bound, now or formerly, to a claim in it.
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

    /// Returns the claims that matter to the scope: all claims, or with a selector those that the chosen pods wait for.
    pub fn claims(&self) -> impl Iterator<Item = &'a wire::PersistentVolumeClaim> {
        let selected = self.snapshot.scope.selected;
        let claims = self.snapshot.rows.claims.iter();
        claims.filter(move |claim| !selected || !self.pods_with_claim(claim).is_empty())
    }

    /// Returns the storage class of this name.
    pub fn storage_class(&self, name: &str) -> Option<&'a wire::StorageClass> {
        search(&self.snapshot.rows.storage_classes, |class| (*class.metadata.name).cmp(name))
    }

    /// Returns the warnings about an object, newest first. With a uid, only those about the object with that uid.
    pub fn events(&self, object: &ObjectRef, uid: &str) -> Vec<&'a Event> {
        let events = &self.snapshot.rows.events;
        let first = events.partition_point(|event| event.object < *object);
        let about = events[first..].iter().take_while(|event| {
            step();
            event.object == *object
        });
        let mut found: Vec<&Event> = about.filter(|event| event.is_about(object, uid)).collect();
        found.sort_by_key(|event| std::cmp::Reverse(event.last_seen));
        found
    }

    /// Returns the warnings about an object and about what it has created: the ReplicaSets of a Deployment, the Jobs of a
    /// CronJob. Newest first.
    pub fn events_around(&self, object: &ObjectRef) -> Vec<&'a Event> {
        let mut found = self.events(object, "");
        found.extend(self.sets_of(object).into_iter().flat_map(|set| self.events(&set, "")));
        if &*object.kind == Kind::CronJob.name() {
            let jobs = self.jobs_of(&object.namespace, &object.name);
            found.extend(jobs.flat_map(|job| self.events(&job.object(), "")));
        }
        found.sort_by_key(|event| std::cmp::Reverse(event.last_seen));
        found
    }

    /// Returns the ReplicaSets of an object; none unless it is a Deployment.
    pub(crate) fn sets_of(&self, object: &ObjectRef) -> Vec<ObjectRef> {
        match &*object.kind {
            "Deployment" => {
                self.replica_sets(&object.namespace, &object.name).map(Workload::object).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns the ReplicaSets of a Deployment, whose names begin with that of the Deployment.
    fn replica_sets(&self, namespace: &str, deployment: &str) -> impl Iterator<Item = &'a Workload> {
        let all = &self.snapshot.rows.workloads;
        let from = (namespace, Kind::ReplicaSet.name(), deployment);
        let first = all.partition_point(|w| (&*w.namespace, w.kind.name(), &*w.name) < from);
        let named = all[first..].iter().take_while(move |w| {
            step();
            (&*w.namespace, w.kind) == (namespace, Kind::ReplicaSet) && w.name.starts_with(deployment)
        });
        named.filter(move |w| {
            w.owner.as_ref().is_some_and(|o| &*o.kind == "Deployment" && &*o.name == deployment)
        })
    }

    /// Returns the warnings about a pod, newest first.
    pub fn pod_events(&self, pod: &Pod) -> Vec<&'a Event> {
        let uid = pod.object.as_deref().map_or("", |object| &object.metadata.uid);
        self.events(&pod.object_ref(), uid)
    }

    /// Returns the ends of the logs of a pod's containers, if they were read.
    pub fn logs(&self, pod: &Pod) -> impl Iterator<Item = &'a LogTail> {
        let logs = &self.snapshot.logs;
        let key = |log: &LogTail| (&*log.namespace, &*log.pod).cmp(&(&*pod.shared.namespace, &*pod.name));
        let (from, to) =
            (logs.partition_point(|log| key(log).is_lt()), logs.partition_point(|log| key(log).is_le()));
        logs[from..to].iter()
    }

    /// Returns the line that says why a container ended: of its log, or of its termination message.
    pub fn last_words(&self, pod: &Pod, container: &Container) -> Option<String> {
        let mut logs = self.logs(pod).filter(|log| log.container == container.status.name);
        logs.find_map(said_by)
            .or_else(|| last_words(&container.last_end().filter(|end| !end.message.is_empty())?.message))
    }

    /// Returns the lines at the end of a container's log, or of its termination message, the last one first.
    pub(in crate::checks) fn end_of<'i>(
        &'i self,
        pod: &'i Pod,
        container: &'i Container<'i>,
    ) -> impl Iterator<Item = &'i str> {
        let name = &*container.status.name;
        let logs = self.logs(pod).filter(move |log| *log.container == *name);
        let logs = logs.flat_map(|log| log.lines.iter().rev().map(String::as_str));
        let message = container.last_end().map_or("", |end| &end.message);
        logs.chain(message.lines().rev())
    }

    /// Returns the warnings that the kernel of a node killed processes because memory ran out, newest first.
    fn node_kills(&self, node: &str) -> Vec<&'a Event> {
        let events = self.events(&ObjectRef::of_cluster("Node", node), "").into_iter();
        events.filter(|event| NODE_KILLS.contains(&&*event.reason)).collect()
    }

    /// Returns what is known about a pod besides its own status.
    pub fn context(&self, pod: &Pod) -> PodContext<'a> {
        PodContext {
            events: self.pod_events(pod),
            logs: self.logs(pod).collect(),
            node_kills: pod.node.as_deref().map_or_else(Vec::new, |node| self.node_kills(node)),
            restarted_with_node: self.node_restart_of(pod).is_some(),
        }
    }
}

/// Returns the row that compares equal, in a sorted list.
fn search<T>(rows: &[T], order: impl Fn(&T) -> Ordering) -> Option<&T> {
    let order = |row: &T| {
        step();
        order(row)
    };
    rows.binary_search_by(order).ok().map(|index| &rows[index])
}

/// Returns the line of a log that says why its program ended. Captures of earlier versions have only the last lines.
pub(in super::super) fn said_by(log: &LogTail) -> Option<String> {
    log.cause.clone().or_else(|| last_words(&log.lines.join("\n")))
}
