//! The objects of a snapshot, folded into rows as they come.

use crate::logs::Source;
use crate::model::{
    CronJob, Endpoints, Event, Gap, Job, MemoryHistory, Metered, Names, Namespace, Node, Pod, Reason,
    Throttling, Usage, Workload,
};
use crate::tls::Tls;
use crate::wire::{self, Kind, Object, Time};

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
    /// Services.
    pub services: Vec<wire::Service>,
    /// What stands behind services.
    pub endpoints: Vec<Endpoints>,
    /// Ingresses.
    pub ingresses: Vec<wire::Ingress>,
    /// Gateways.
    pub gateways: Vec<wire::Gateway>,
    /// Routes that hang on gateways.
    pub routes: Vec<wire::HttpRoute>,
    /// Classes of ingresses.
    pub ingress_classes: Vec<wire::IngressClass>,
    /// Claims of volumes.
    pub claims: Vec<wire::PersistentVolumeClaim>,
    /// Volumes.
    pub volumes: Vec<wire::PersistentVolume>,
    /// Classes of volumes.
    pub storage_classes: Vec<wire::StorageClass>,
    /// HorizontalPodAutoscalers.
    pub autoscalers: Vec<wire::HorizontalPodAutoscaler>,
    /// PodDisruptionBudgets.
    pub budgets: Vec<wire::PodDisruptionBudget>,
    /// ResourceQuotas.
    pub quotas: Vec<wire::ResourceQuota>,
    /// Webhook configurations, each with its kind.
    pub webhooks: Vec<(Kind, wire::WebhookConfiguration)>,
    /// APIServices.
    pub api_services: Vec<wire::ApiService>,
    /// Secrets that exist.
    pub secrets: Vec<wire::Secret>,
    /// Certificates in secrets.
    pub certificates: Vec<Tls>,
    /// Warnings about objects in trouble.
    pub events: Vec<Event>,
    /// How often containers were held back by their CPU limits.
    pub throttling: Vec<Throttling>,
    /// What containers use at this moment.
    pub metered: Vec<Metered>,
    /// What nodes use at this moment.
    pub metered_nodes: Vec<Metered>,
    /// What containers have used over time.
    pub usage: Vec<Usage>,
    /// How the memory of containers went that were killed for it.
    pub memory: Vec<MemoryHistory>,
    /// What logs said.
    pub logs: Vec<Source>,
    /// Hosts that were looked up.
    pub hosts: Vec<wire::Host>,
    /// Namespaces that exist.
    pub namespaces: Vec<Namespace>,
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
            Object::CronJob(job) => self.cron_jobs.push(CronJob::fold(job, names)),
            Object::Service(service) => self.services.push(service),
            Object::EndpointSlice(slice) => self.endpoints.push(Endpoints::fold(slice, names)),
            Object::Ingress(ingress) => self.ingresses.push(ingress),
            Object::Gateway(gateway) => self.gateways.push(gateway),
            Object::HTTPRoute(route) => self.routes.push(route),
            Object::IngressClass(class) => self.ingress_classes.push(class),
            Object::PersistentVolumeClaim(claim) => self.claims.push(claim),
            Object::PersistentVolume(volume) => self.volumes.push(volume),
            Object::StorageClass(class) => self.storage_classes.push(class),
            Object::HorizontalPodAutoscaler(autoscaler) => self.autoscalers.push(autoscaler),
            Object::PodDisruptionBudget(budget) => self.budgets.push(budget),
            Object::ResourceQuota(quota) => self.quotas.push(quota),
            Object::ValidatingWebhookConfiguration(webhooks) => {
                self.webhooks.push((Kind::ValidatingWebhookConfiguration, webhooks));
            }
            Object::MutatingWebhookConfiguration(webhooks) => {
                self.webhooks.push((Kind::MutatingWebhookConfiguration, webhooks));
            }
            Object::Host(host) => self.hosts.push(host),
            Object::APIService(service) => self.api_services.push(service),
            Object::Secret(secret) => self.add_secret(secret),
            Object::Throttling(measured) => self.throttling.push(Throttling::fold(&measured, names)),
            Object::PodMetrics(metrics) => self.metered.extend(Metered::fold_pod(metrics, names)),
            Object::NodeMetrics(metrics) => self.metered_nodes.extend(Metered::fold_node(metrics, names)),
            Object::Usage(measured) => self.usage.extend(Usage::fold(&measured, names)),
            Object::MemoryHistory(measured) => self.memory.extend(MemoryHistory::fold(measured, names)),
            Object::LogSource(source) => self.logs.extend(Source::fold(source)),
            Object::Event(event) => self.events.extend(Event::fold(event, names)),
            Object::Namespace(namespace) => self.namespaces.push(Namespace::fold(namespace, names)),
        }
    }

    /// That a secret exists, and its certificate.
    fn add_secret(&mut self, mut secret: wire::Secret) {
        self.certificates.extend(Tls::fold(&secret, &self.names));
        secret.data = None;
        self.secrets.push(secret);
    }

    /// Makes room for so many more rows of a kind.
    pub fn reserve(&mut self, kind: Kind, count: usize) {
        match kind {
            Kind::Pod => self.pods.reserve_exact(count),
            Kind::ReplicaSet | Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet => {
                self.workloads.reserve_exact(count);
            }
            Kind::Job => self.jobs.reserve_exact(count),
            Kind::EndpointSlice => self.endpoints.reserve_exact(count),
            Kind::Service => self.services.reserve_exact(count),
            // There are never many of the others.
            _ => {}
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
            self.pods.binary_search_by(|pod| (&*pod.shared.namespace, &*pod.name).cmp(&(namespace, name)));
        found.ok().map(|index| &self.pods[index])
    }

    /// How the memory of a container went, where it was killed for it; the rows must be sorted.
    pub fn memory_of(&self, namespace: &str, pod: &str, container: &str) -> Option<&MemoryHistory> {
        let key =
            |of: &MemoryHistory| (&*of.namespace, &*of.pod, &*of.container).cmp(&(namespace, pod, container));
        self.memory.binary_search_by(key).ok().map(|index| &self.memory[index])
    }

    /// What a container uses at this moment; the rows must be sorted.
    pub fn metered(&self, namespace: &str, pod: &str, container: &str) -> Option<&Metered> {
        let key =
            |of: &Metered| (&*of.namespace, &*of.object, &*of.container).cmp(&(namespace, pod, container));
        self.metered.binary_search_by(key).ok().map(|index| &self.metered[index])
    }

    /// Takes over the rows of another part of the run.
    pub fn append(&mut self, mut other: Rows) {
        take_over(&mut self.pods, &mut other.pods);
        take_over(&mut self.nodes, &mut other.nodes);
        take_over(&mut self.workloads, &mut other.workloads);
        take_over(&mut self.jobs, &mut other.jobs);
        take_over(&mut self.cron_jobs, &mut other.cron_jobs);
        take_over(&mut self.services, &mut other.services);
        take_over(&mut self.endpoints, &mut other.endpoints);
        take_over(&mut self.ingresses, &mut other.ingresses);
        take_over(&mut self.gateways, &mut other.gateways);
        take_over(&mut self.routes, &mut other.routes);
        take_over(&mut self.ingress_classes, &mut other.ingress_classes);
        take_over(&mut self.claims, &mut other.claims);
        take_over(&mut self.volumes, &mut other.volumes);
        take_over(&mut self.storage_classes, &mut other.storage_classes);
        take_over(&mut self.autoscalers, &mut other.autoscalers);
        take_over(&mut self.budgets, &mut other.budgets);
        take_over(&mut self.quotas, &mut other.quotas);
        take_over(&mut self.webhooks, &mut other.webhooks);
        take_over(&mut self.api_services, &mut other.api_services);
        take_over(&mut self.secrets, &mut other.secrets);
        take_over(&mut self.certificates, &mut other.certificates);
        take_over(&mut self.events, &mut other.events);
        take_over(&mut self.throttling, &mut other.throttling);
        take_over(&mut self.metered, &mut other.metered);
        take_over(&mut self.metered_nodes, &mut other.metered_nodes);
        take_over(&mut self.usage, &mut other.usage);
        take_over(&mut self.memory, &mut other.memory);
        take_over(&mut self.logs, &mut other.logs);
        take_over(&mut self.hosts, &mut other.hosts);
        take_over(&mut self.namespaces, &mut other.namespaces);
    }

    /// Sorts sources of logs; of one that is given twice the first counts.
    fn sort_logs(&mut self) -> (Kind, u64) {
        let before = self.logs.len();
        self.logs.sort_by(|a, b| (&a.object, &a.container).cmp(&(&b.object, &b.container)));
        self.logs
            .dedup_by(|later, first| (&later.object, &later.container) == (&first.object, &first.container));
        (Kind::LogSource, (before - self.logs.len()) as u64)
    }

    /// Sorts every list and drops what was given twice. Returns what was dropped, by kind.
    pub(super) fn sort(&mut self) -> Vec<Gap> {
        // Whoever sorts has them all.
        self.names = Names::default();
        self.sort_events();
        // Which of them is there twice the secrets tell.
        once(&mut self.certificates, |tls| (&tls.namespace, "", &tls.name));
        let mut repeated = self.sort_workloads();
        repeated.extend(self.sort_others());
        repeated.extend(self.sort_measured());
        repeated.push(self.sort_logs());
        repeated
            .into_iter()
            .filter(|&(_, count)| count > 0)
            .map(|(kind, got)| Gap { got, ..Gap::new(kind.name(), Reason::Repeated) })
            .collect()
    }

    /// Lets go of what was not measured at about this moment, and gives the nodes what is left. Returns how much was let
    /// go, by kind.
    pub(super) fn let_go_of_stale(&mut self, now: Time) -> Vec<Gap> {
        let fresh = |metered: &Metered| metered.is_of(now);
        let mut stale = Vec::new();
        for (kind, rows) in
            [(Kind::PodMetrics, &mut self.metered), (Kind::NodeMetrics, &mut self.metered_nodes)]
        {
            let before = rows.len();
            rows.retain(fresh);
            let got = (before - rows.len()) as u64;
            stale.extend((got > 0).then(|| Gap { got, ..Gap::new(kind.name(), Reason::Stale) }));
        }
        for node in &mut self.nodes {
            let metered = self.metered_nodes.binary_search_by(|metered| (*metered.object).cmp(&*node.name));
            node.usage = metered.ok().map(|index| self.metered_nodes[index].used);
        }
        stale
    }

    fn sort_events(&mut self) {
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
    }

    /// Pods and what owns or carries them.
    fn sort_workloads(&mut self) -> Vec<(Kind, u64)> {
        vec![
            (Kind::Pod, once(&mut self.pods, |p| (&p.shared.namespace, "", &p.name))),
            (Kind::Node, once(&mut self.nodes, |n| ("", "", &n.name))),
            (Kind::Deployment, once(&mut self.workloads, |w| (&w.namespace, w.kind.name(), &w.name))),
            (Kind::Job, once(&mut self.jobs, |j| (&j.namespace, "", &j.name))),
            (Kind::CronJob, once(&mut self.cron_jobs, |j| (&j.namespace, "", &j.name))),
            (Kind::EndpointSlice, once(&mut self.endpoints, |e| (&e.namespace, &e.service, &e.name))),
            (Kind::Namespace, once(&mut self.namespaces, |n| ("", "", &n.name))),
            (
                Kind::ValidatingWebhookConfiguration,
                once(&mut self.webhooks, |(kind, w)| ("", kind.name(), &w.metadata.name)),
            ),
        ]
    }

    /// What was measured. Of a container that was measured twice the first counts: nobody adds up windows that overlap.
    fn sort_measured(&mut self) -> Vec<(Kind, u64)> {
        vec![
            (Kind::Throttling, once(&mut self.throttling, |t| (&t.namespace, &t.pod, &t.container))),
            (Kind::PodMetrics, once(&mut self.metered, |m| (&m.namespace, &m.object, &m.container))),
            (Kind::NodeMetrics, once(&mut self.metered_nodes, |m| ("", "", &m.object))),
            (Kind::Usage, once(&mut self.usage, |u| (&u.namespace, &u.pod, &u.container))),
            (Kind::MemoryHistory, once(&mut self.memory, |m| (&m.namespace, &m.pod, &m.container))),
            (Kind::Host, once(&mut self.hosts, |h| ("", "", &h.metadata.name))),
        ]
    }

    /// What is kept as the API has it.
    fn sort_others(&mut self) -> Vec<(Kind, u64)> {
        /// Sorts by what the metadata say.
        macro_rules! sorted {
            ($kind:ident $rows:ident) => {
                (Kind::$kind, once(&mut self.$rows, |row| (&row.metadata.namespace, "", &row.metadata.name)))
            };
        }
        vec![
            sorted!(Service services),
            sorted!(Ingress ingresses),
            sorted!(Gateway gateways),
            sorted!(HTTPRoute routes),
            sorted!(IngressClass ingress_classes),
            sorted!(PersistentVolumeClaim claims),
            sorted!(PersistentVolume volumes),
            sorted!(StorageClass storage_classes),
            sorted!(HorizontalPodAutoscaler autoscalers),
            sorted!(PodDisruptionBudget budgets),
            sorted!(ResourceQuota quotas),
            sorted!(APIService api_services),
            sorted!(Secret secrets),
        ]
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
