//! The objects of a snapshot, folded into rows as they come.

use crate::model::{CronJob, Event, Gap, Job, Names, Node, Pod, Reason, Workload};
use crate::wire::{Kind, Object};
use std::sync::Arc;

/// The objects of a snapshot.
#[derive(Debug, Default)]
pub struct Rows {
    /// Pods.
    pub pods: Vec<Pod>,
    /// Nodes.
    pub nodes: Vec<Node>,
    /// Deployments, ReplicaSets, StatefulSets and DaemonSets.
    pub workloads: Vec<Workload>,
    /// Jobs.
    pub jobs: Vec<Job>,
    /// CronJobs.
    pub cron_jobs: Vec<CronJob>,
    /// Warnings about objects in trouble.
    pub events: Vec<Event>,
    /// Names of namespaces that exist.
    pub namespaces: Vec<Arc<str>>,
    names: Names,
}

impl Rows {
    /// Folds one object into its row.
    pub fn add(&mut self, object: Object) {
        let names = &self.names;
        match object {
            Object::Pod(pod) => self.pods.push(Pod::fold(pod, names)),
            Object::Node(node) => self.nodes.push(Node::fold(node, names)),
            Object::ReplicaSet(set) => self.workloads.push(Workload::replica_set(set, names)),
            Object::Deployment(deployment) => self.workloads.push(Workload::deployment(deployment, names)),
            Object::StatefulSet(set) => self.workloads.push(Workload::stateful_set(set, names)),
            Object::DaemonSet(set) => self.workloads.push(Workload::daemon_set(set, names)),
            Object::Job(job) => self.jobs.push(Job::fold(job, names)),
            Object::CronJob(job) => self.cron_jobs.push(CronJob::fold(&job, names)),
            Object::Event(event) => self.events.extend(Event::fold(event, names)),
            Object::Namespace(namespace) => self.namespaces.push(names.get(&namespace.metadata.name)),
        }
    }

    /// Makes room for so many more rows of a kind.
    pub fn reserve(&mut self, kind: Kind, count: usize) {
        match kind {
            Kind::Pod => self.pods.reserve_exact(count),
            Kind::ReplicaSet | Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet => {
                self.workloads.reserve_exact(count);
            }
            Kind::Job => self.jobs.reserve_exact(count),
            // There are never many of these.
            Kind::Node | Kind::CronJob | Kind::Namespace | Kind::Event => {}
        }
    }

    /// No rows, but the same names.
    #[must_use]
    pub fn part(&self) -> Self {
        Self { names: self.names.clone(), ..Self::default() }
    }

    /// The pod of this name; the rows must be sorted.
    pub fn pod(&self, namespace: &str, name: &str) -> Option<&Pod> {
        let found =
            self.pods.binary_search_by(|pod| (&*pod.kin.namespace, &*pod.name).cmp(&(namespace, name)));
        found.ok().map(|index| &self.pods[index])
    }

    /// Takes over the rows of another part of the run.
    pub fn append(&mut self, mut other: Rows) {
        take_over(&mut self.pods, &mut other.pods);
        take_over(&mut self.nodes, &mut other.nodes);
        take_over(&mut self.workloads, &mut other.workloads);
        take_over(&mut self.jobs, &mut other.jobs);
        take_over(&mut self.cron_jobs, &mut other.cron_jobs);
        take_over(&mut self.events, &mut other.events);
        take_over(&mut self.namespaces, &mut other.namespaces);
    }

    /// Sorts every list and drops what was given twice. Returns what was dropped, by kind.
    pub(super) fn sort(&mut self) -> Vec<Gap> {
        // Whoever sorts has them all.
        self.names = Names::default();
        let events = &mut self.events;
        events.sort_by(|a, b| {
            (&a.object, a.last_seen, &a.reason, &a.message).cmp(&(
                &b.object,
                b.last_seen,
                &b.reason,
                &b.message,
            ))
        });
        events.dedup_by(|a, b| {
            (&a.object, &a.uid, &a.reason, &a.message, a.last_seen, a.count)
                == (&b.object, &b.uid, &b.reason, &b.message, b.last_seen, b.count)
        });
        self.namespaces.sort();
        self.namespaces.dedup();
        let repeated = [
            (Kind::Pod, once(&mut self.pods, |p| (&p.kin.namespace, "", &p.name))),
            (Kind::Node, once(&mut self.nodes, |n| ("", "", &n.name))),
            (Kind::Deployment, once(&mut self.workloads, |w| (&w.namespace, w.kind.name(), &w.name))),
            (Kind::Job, once(&mut self.jobs, |j| (&j.namespace, "", &j.name))),
            (Kind::CronJob, once(&mut self.cron_jobs, |j| (&j.namespace, "", &j.name))),
        ];
        repeated
            .into_iter()
            .filter(|&(_, count)| count > 0)
            .map(|(kind, got)| Gap {
                namespace: None,
                kind: kind.name().to_owned(),
                reason: Reason::Repeated,
                detail: String::new(),
                got,
                missing: None,
            })
            .collect()
    }
}

/// Appends rows; the first ones are moved as a whole, so that a large list is never there twice.
fn take_over<T>(rows: &mut Vec<T>, other: &mut Vec<T>) {
    if rows.is_empty() {
        std::mem::swap(rows, other);
    } else {
        rows.append(other);
    }
}

/// Sorts rows by namespace, kind and name, and keeps the first of each; returns how many were dropped. Broken
/// objects without a name cannot be told apart, so all of them stay.
fn once<T>(rows: &mut Vec<T>, key: fn(&T) -> (&str, &str, &str)) -> u64 {
    let before = rows.len();
    // Servers send them sorted, or nearly so. Sorting needs room for half of them more, where it is needed.
    if !rows.is_sorted_by(|a, b| key(a) <= key(b)) {
        rows.sort_by(|a, b| key(a).cmp(&key(b)));
    }
    rows.dedup_by(|later, first| !key(first).2.is_empty() && key(first) == key(later));
    (before - rows.len()) as u64
}
