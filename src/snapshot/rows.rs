//! The objects of a snapshot, folded into rows as they arrive.
//!
//! The table at the end states for each list of rows which kinds it holds, how an object becomes a row, and how the rows are
//! sorted. The struct, `add`, `append`, `sort` and the rest follow from it, so that no list can be left out of one of them.

mod lookup;
mod places;

use super::refused::Refused;
use super::reported;
use super::sorting::{once, once_derived, once_events, once_logs, put, remove};
use crate::logs::Source;
use crate::memory::{self, Reserved};
use crate::model::{
    CronJob, Endpoints, Event, Gap, Job, Metered, Name, Names, Namespace, Node, Pod, Reason, Workload,
};
use crate::tls::Tls;
use crate::wire::{self, Kind, MemoryHistory, Object, Time};
use places::{note, retain};
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// Declares [`Rows`] from a table of its lists:
///
/// ```text
/// LIST: ROW each|some { KIND => FOLD, … } namespaced|named|cluster KEY, SORT;
/// ```
///
/// - `each` list has one row for each object; `some` lists have none or several, and `FOLD` returns them.
/// - `FOLD` takes the object and the [`Names`].
/// - `KEY` returns namespace, kind and name of a row, or is `metadata` for an object that is kept as it is.
/// - `SORT` sorts the rows by that key, drops repeated ones and returns their number.
macro_rules! rows {
    ($(
        $(#[$doc:meta])*
        $list:ident: $row:ty, $each:ident { $($kind:ident => $fold:expr),* $(,)? }
        $place:ident $key:tt, $sort:ident;
    )*) => {
        /// The objects of a snapshot.
        #[derive(Debug, Default)]
        pub struct Rows {
            $($(#[$doc])* pub $list: Vec<$row>,)*
            names: Names,
            refused: Refused,
            /// The namespaces for which memory is reserved.
            namespaces_of_pods: HashSet<Arc<str>>,
            /// For what the report says about the pods, and about the other objects.
            reserved_for_pods: Reserved,
            reserved: Reserved,
        }

        impl Rows {
            /// Folds one object into its row. An object with a name that the API server would reject is counted and not
            /// kept.
            pub fn add(&mut self, mut object: Object) {
                if !self.refused.admits(&mut object) {
                    return;
                }
                let names = &self.names;
                if let Object::Secret(secret) = &object {
                    self.certificates.extend(Tls::fold(secret, names));
                }
                self.reserved.add(reported::of_object(&object));
                let is_pod = object.kind() == Kind::Pod;
                match object {
                    $($(Object::$kind(object) => rows!(@$each self.$list, ($fold)(*object, names)),)*)*
                }
                if is_pod {
                    let pod = self.pods.last();
                    self.reserved_for_pods.add(pod.map_or(0, reported::of_pod));
                    let namespace = pod.map(|pod| &pod.shared.namespace);
                    if let Some(new) = namespace.filter(|name| !self.namespaces_of_pods.contains(&***name)) {
                        self.namespaces_of_pods.insert(Arc::clone(new));
                        self.reserved.add(memory::of_namespace());
                    }
                }
            }

            /// Folds one object into its row, in place of the row that it had. The rows must be sorted. An object with a
            /// name that the API server would reject is dropped, and so is one of a kind with several rows for an object.
            pub(crate) fn put(&mut self, mut object: Object, names: &Names) {
                if !Refused::default().admits(&mut object) {
                    return;
                }
                if let Object::Secret(secret) = &object {
                    self.remove_certificate(secret);
                    if let Some(certificate) = Tls::fold(secret, names) {
                        put(&mut self.certificates, certificate, |tls| (&tls.namespace, "", &tls.name));
                    }
                }
                match object {
                    $($(Object::$kind(object) => {
                        rows!(@put $each self.$list, ($fold)(*object, names), rows!(@key $key));
                    })*)*
                }
            }

            /// Removes the row of an object. The rows must be sorted.
            pub(crate) fn remove(&mut self, object: Object, names: &Names) {
                if let Object::Secret(secret) = &object {
                    self.remove_certificate(secret);
                }
                match object {
                    $($(Object::$kind(object) => {
                        rows!(@remove $each self.$list, ($fold)(*object, names), rows!(@key $key));
                    })*)*
                }
            }

            /// Removes the rows of a kind, in one namespace or in all.
            pub(crate) fn forget(&mut self, kind: Kind, namespace: Option<&str>) {
                $({
                    let (kinds, key): (&[Kind], Key<$row>) = (&[$(Kind::$kind),*], rows!(@key $key));
                    if kinds.contains(&kind) {
                        self.$list.retain(|row| {
                            let (place, of, _) = key(row);
                            namespace.is_some_and(|name| name != place)
                                || kinds.len() > 1 && of != kind.name()
                        });
                    }
                })*
                if kind == Kind::Pod {
                    // A service reads its pods any number of times.
                    self.reserved_for_pods = Reserved::default();
                    self.reserved_for_pods.add(self.pods.iter().map(reported::of_pod).sum());
                }
            }

            /// Makes room for this many more rows of a kind.
            pub fn reserve(&mut self, kind: Kind, count: usize) {
                match kind { $($(Kind::$kind => self.$list.reserve_exact(count),)*)* }
            }

            /// Moves the rows of another part of the run to the end of these.
            pub fn append(&mut self, mut other: Rows) {
                Name::pack(other.pods.iter_mut().map(|pod| &mut pod.name));
                $(take_over(&mut self.$list, other.$list);)*
                self.refused.append(other.refused);
                self.reserved_for_pods.append(other.reserved_for_pods);
                self.reserved.append(other.reserved);
            }

            /// Keeps only the rows of some namespaces, and those of the cluster.
            pub(crate) fn retain_namespaces(&mut self, keep: &dyn Fn(&str) -> bool) {
                $(rows!(@$place self.$list, rows!(@key $key), keep);)*
            }

            /// The namespaces of the objects, and those that are objects themselves.
            pub(crate) fn places(&self) -> BTreeSet<&str> {
                let mut places = BTreeSet::new();
                $(rows!(@places $place self.$list, rows!(@key $key), places);)*
                places
            }

            /// The number of rows of the kinds that have exactly one row for each object.
            pub fn counts(&self) -> Vec<(&'static [Kind], usize)> {
                let lists: Vec<(bool, &[Kind], usize)> = vec![
                    $((stringify!($each) == "each", &[$(Kind::$kind),*], self.$list.len()),)*
                ];
                lists.into_iter().filter(|list| list.0).map(|(_, kinds, count)| (kinds, count)).collect()
            }

            /// Returns the namespace and name of every object of a kind.
            pub fn objects_of(&self, kind: Kind) -> Vec<(&str, &str)> {
                match kind {
                    $($(Kind::$kind => {
                        let key: Key<$row> = rows!(@key $key);
                        let keys = self.$list.iter().map(key);
                        let of_kind = keys.filter(|(_, of, _)| of.is_empty() || *of == kind.name());
                        of_kind.map(|(namespace, _, name)| (namespace, name)).collect()
                    })*)*
                }
            }

            /// Sorts every list and drops repeated rows. Returns their number by the first kind of the list.
            fn sort_lists(&mut self) -> Vec<(Option<Kind>, u64)> {
                vec![$((first(&[$(Kind::$kind),*]), $sort(&mut self.$list, rows!(@key $key))),)*]
            }
        }
    };
    (@each $list:expr, $row:expr) => { $list.push($row) };
    (@some $list:expr, $rows:expr) => { $list.extend($rows) };
    (@put each $list:expr, $row:expr, $key:expr) => { put(&mut $list, $row, $key) };
    (@put some $list:expr, $rows:expr, $key:expr) => { drop($rows) };
    (@remove each $list:expr, $row:expr, $key:expr) => { remove(&mut $list, &$row, $key) };
    (@remove some $list:expr, $rows:expr, $key:expr) => { drop($rows) };
    (@key metadata) => { |row| (&row.metadata.namespace, "", &row.metadata.name) };
    (@key ($key:expr)) => { $key };
    (@namespaced $list:expr, $key:expr, $keep:ident) => { retain(&mut $list, $key, |(namespace, ..)| $keep(namespace)) };
    (@named $list:expr, $key:expr, $keep:ident) => { retain(&mut $list, $key, |(.., name)| $keep(name)) };
    (@cluster $list:expr, $key:expr, $keep:ident) => {};
    (@places namespaced $list:expr, $key:expr, $places:ident) => { note(&mut $places, &$list, $key, |(place, ..)| place) };
    (@places named $list:expr, $key:expr, $places:ident) => { note(&mut $places, &$list, $key, |(.., name)| name) };
    (@places cluster $list:expr, $key:expr, $places:ident) => {};
}

/// The namespace, the kind if it matters, and the name of a row.
pub(super) type Key<T> = fn(&T) -> (&str, &str, &str);

/// Moves rows to the end of others. The first rows are moved as a whole, so that a large list never exists twice.
fn take_over<T>(rows: &mut Vec<T>, mut other: Vec<T>) {
    if rows.is_empty() {
        *rows = other;
    } else {
        rows.append(&mut other);
    }
}

fn first(kinds: &[Kind]) -> Option<Kind> {
    kinds.first().copied()
}

/// Keeps an object as it was read.
fn as_read<T>(object: T, _: &Names) -> T {
    object
}

impl Rows {
    /// Returns no rows. Those that are added have their texts from `names`.
    pub(crate) fn with(names: Names) -> Self {
        Self { names, ..Self::default() }
    }

    /// Returns an empty part with the same names.
    #[must_use]
    pub fn part(&self) -> Self {
        Self::with(self.names.clone())
    }

    fn remove_certificate(&mut self, secret: &wire::Secret) {
        let place = (&*secret.metadata.namespace, &*secret.metadata.name);
        let found = self.certificates.binary_search_by(|tls| (&*tls.namespace, &*tls.name).cmp(&place));
        if let Ok(index) = found {
            self.certificates.remove(index);
        }
    }

    /// Removes the rows of the Secrets of one of the two lists of them: those with certificates, or the others. Namespaces
    /// are as in [`Rows::forget`].
    pub(crate) fn forget_secrets(&mut self, with_certificates: bool, namespace: Option<&str>) {
        let is_elsewhere = |place: &str| namespace.is_some_and(|name| name != place);
        if with_certificates {
            self.certificates.retain(|tls| is_elsewhere(&tls.namespace));
        }
        let of_list = |secret: &wire::Secret| (secret.r#type == wire::Secret::TLS) == with_certificates;
        self.secrets.retain(|secret| is_elsewhere(&secret.metadata.namespace) || !of_list(secret));
    }

    /// Replaces the warnings.
    pub(crate) fn set_events(&mut self, events: Vec<Event>) {
        self.events = events;
        once_events(&mut self.events, |event| {
            (&event.object.namespace, &event.object.kind, &event.object.name)
        });
    }

    /// Takes what was refused because of its names.
    pub(super) fn take_refused(&mut self) -> Refused {
        std::mem::take(&mut self.refused)
    }

    /// Sorts every list and drops repeated rows. Returns the number of dropped rows, by kind.
    pub(super) fn sort(&mut self) -> Vec<Gap> {
        // All rows are there, so the names are not needed any more.
        self.names = Names::default();
        self.namespaces_of_pods = HashSet::new();
        let repeated = self.sort_lists().into_iter().filter(|(_, count)| *count > 0);
        repeated
            .filter_map(|(kind, got)| Some(Gap { got, ..Gap::new(kind?.name(), Reason::Repeated) }))
            .collect()
    }

    /// Drops what was not measured at about this time, and sets the usage of the nodes. Returns the number of dropped rows,
    /// by kind.
    pub(super) fn drop_stale(&mut self, now: Time) -> Vec<Gap> {
        let mut stale = Vec::new();
        for (kind, rows) in
            [(Kind::PodMetrics, &mut self.metered), (Kind::NodeMetrics, &mut self.metered_nodes)]
        {
            let before = rows.len();
            rows.retain(|metered| metered.is_of(now));
            let got = (before - rows.len()) as u64;
            stale.extend((got > 0).then(|| Gap { got, ..Gap::new(kind.name(), Reason::Stale) }));
        }
        for node in &mut self.nodes {
            let metered = self.metered_nodes.binary_search_by(|metered| (*metered.object).cmp(&*node.name));
            node.usage = metered.ok().map(|index| self.metered_nodes[index].used);
        }
        stale
    }
}

rows! {
    /// Pods.
    pods: Pod, each { Pod => Pod::fold } namespaced (|pod| (&pod.shared.namespace, "", &pod.name)), once;
    /// Nodes.
    nodes: Node, each { Node => Node::fold } cluster (|node| ("", "", &node.name)), once;
    /// Deployments, ReplicaSets, StatefulSets and DaemonSets.
    workloads: Workload, each {
        Deployment => Workload::deployment,
        ReplicaSet => Workload::replica_set,
        StatefulSet => Workload::stateful_set,
        DaemonSet => Workload::daemon_set,
    } namespaced (|workload| (&workload.namespace, workload.kind.name(), &workload.name)), once;
    /// Jobs.
    jobs: Job, each { Job => Job::fold } namespaced (|job| (&job.namespace, "", &job.name)), once;
    /// CronJobs.
    cron_jobs: CronJob, each { CronJob => CronJob::fold } namespaced (|job| (&job.namespace, "", &job.name)), once;
    /// Services.
    services: wire::Service, each { Service => as_read } namespaced metadata, once;
    /// EndpointSlices.
    endpoints: Endpoints, each { EndpointSlice => Endpoints::fold }
        namespaced (|slice| (&slice.namespace, &slice.service, &slice.name)), once;
    /// Ingresses.
    ingresses: wire::Ingress, each { Ingress => as_read } namespaced metadata, once;
    /// Gateways.
    gateways: wire::Gateway, each { Gateway => as_read } namespaced metadata, once;
    /// The `HTTPRoute` objects.
    routes: wire::HttpRoute, each { HTTPRoute => as_read } namespaced metadata, once;
    /// Ingress classes.
    ingress_classes: wire::IngressClass, each { IngressClass => as_read } cluster metadata, once;
    /// The `PersistentVolumeClaim` objects.
    claims: wire::PersistentVolumeClaim, each { PersistentVolumeClaim => as_read } namespaced metadata, once;
    /// The `PersistentVolume` objects.
    volumes: wire::PersistentVolume, each { PersistentVolume => as_read } cluster metadata, once;
    /// Storage classes.
    storage_classes: wire::StorageClass, each { StorageClass => as_read } cluster metadata, once;
    /// The `VolumeAttachment` objects: of volumes that pods wait for, or all of them.
    attachments: wire::VolumeAttachment, each { VolumeAttachment => as_read } cluster metadata, once;
    /// Leases of the control plane, and of kubelets if those are in doubt.
    leases: wire::Lease, each { Lease => as_read } namespaced metadata, once;
    /// Network policies that may block a call, or all of them.
    network_policies: wire::NetworkPolicy, each { NetworkPolicy => as_read } namespaced metadata, once;
    /// The `LimitRange` objects of namespaces where one rejects pods, or all of them.
    limit_ranges: wire::LimitRange, each { LimitRange => as_read } namespaced metadata, once;
    /// The `Certificate` objects of cert-manager behind missing and expiring certificates, or all of them.
    issued: wire::Certificate, each { Certificate => as_read } namespaced metadata, once;
    /// Requests of kubelets for certificates, or all such requests.
    signing_requests: wire::CertificateSigningRequest,
        each { CertificateSigningRequest => as_read } cluster metadata, once;
    /// Custom resources that a Service in trouble converts, or all of them.
    definitions: wire::CustomResourceDefinition,
        each { CustomResourceDefinition => as_read } cluster metadata, once;
    /// HorizontalPodAutoscalers.
    autoscalers: wire::HorizontalPodAutoscaler, each { HorizontalPodAutoscaler => as_read } namespaced metadata, once;
    /// PodDisruptionBudgets.
    budgets: wire::PodDisruptionBudget, each { PodDisruptionBudget => as_read } namespaced metadata, once;
    /// ResourceQuotas.
    quotas: wire::ResourceQuota, each { ResourceQuota => as_read } namespaced metadata, once;
    /// Webhook configurations, each with its kind.
    webhooks: (Kind, wire::WebhookConfiguration), each {
        ValidatingWebhookConfiguration => |webhooks, _| (Kind::ValidatingWebhookConfiguration, webhooks),
        MutatingWebhookConfiguration => |webhooks: wire::MutatingWebhookConfiguration, _| {
            (Kind::MutatingWebhookConfiguration, webhooks.into())
        },
    } cluster (|(kind, webhooks)| ("", kind.name(), &webhooks.metadata.name)), once;
    /// APIServices.
    api_services: wire::ApiService, each { APIService => as_read } cluster metadata, once;
    /// Secrets that exist.
    secrets: wire::Secret, each { Secret => |secret, _| wire::Secret { data: None, ..secret } }
        namespaced metadata, once;
    /// The certificates in Secrets.
    certificates: Tls, some {} namespaced (|tls| (&tls.namespace, "", &tls.name)), once_derived;
    /// Warnings about failing objects.
    events: Event, some { Event => Event::fold }
        namespaced (|event| (&event.object.namespace, &event.object.kind, &event.object.name)), once_events;
    /// How often CPU limits throttled containers.
    throttling: wire::Throttling, each { Throttling => as_read } namespaced (|of| of.metadata.key()), once;
    /// The current usage of containers.
    metered: Metered, some { PodMetrics => Metered::fold_pod }
        namespaced (|of| (&of.namespace, &of.object, &of.container)), once;
    /// The current usage of nodes.
    metered_nodes: Metered, some { NodeMetrics => Metered::fold_node } cluster (|of| ("", "", &of.object)), once;
    /// The usage of containers over time.
    usage: wire::Usage, some { Usage => |usage, _| Some(usage).filter(wire::Usage::is_possible) }
        namespaced (|of| of.metadata.key()), once;
    /// The memory usage over time of containers that were OOM-killed.
    memory: MemoryHistory, some { MemoryHistory => |memory, _| Some(memory).filter(MemoryHistory::is_possible) }
        namespaced (|of| of.metadata.key()), once;
    /// Summaries of logs.
    logs: Source, some { LogSource => |source, _| Source::fold(source) }
        namespaced (|log| (&log.object.namespace, &log.object.kind, &log.object.name)), once_logs;
    /// Hosts that were looked up.
    hosts: wire::Host, each { Host => as_read } cluster metadata, once;
    /// Namespaces that exist.
    namespaces: Namespace, each { Namespace => Namespace::fold } named (|namespace| ("", "", &namespace.name)), once;
}

#[cfg(test)]
mod tests;
