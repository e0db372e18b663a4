//! Groups findings with one cause into an incident. The rules, in the order in which they apply:
//!
//! 1. A finding joins the findings about the objects in its `because`: that of a workload joins those of its pods, that of
//!    a pod that of its node, that of a service those of its pods. This repeats until no object in `because` has a finding.
//!    Where several ends are reached, the worst and oldest counts.
//! 2. Findings with the same object in `because` are one incident, even without a finding about the object: an image, a
//!    missing Secret.
//! 3. Findings of one check about one owner are one incident, for any number of pods and containers.
//!
//! Incidents are sorted worst first; of one severity, those that affect the whole cluster first, then newest first.
//! `docs/incidents.md` describes them. What does not belong here: anything but findings.

use super::roots::Roots;
use crate::finding::{Finding, Link, Need, Severity};
use crate::model::ObjectRef;
use crate::wire::Time;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A cause and its findings.
#[derive(Debug)]
pub struct Incident {
    /// The worst of its findings.
    pub severity: Severity,
    /// The index of the finding that names the cause.
    pub cause: usize,
    /// The start of the oldest of its findings.
    pub since: Option<Time>,
    /// The start of its newest finding.
    pub newest: Option<Time>,
    /// Whether all of the cluster depends on its cause (a node, the API, DNS, an agent of the nodes), or very many workloads
    /// suffer.
    pub is_of_cluster: bool,
    /// How many objects suffer: those of the findings and those they name as affected.
    pub affected: usize,
    /// The number of pods among them.
    pub pods: usize,
    /// The number of affected workloads: those among the objects, and the owners of the objects.
    pub workloads: usize,
    /// How far it reaches beyond the object that causes it.
    pub victims: Victims,
    /// The indices of its findings, the cause first.
    pub findings: Vec<usize>,
}

/// What fails because it needs the cause of an incident.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Victims {
    /// The number of workloads, without the one that causes the incident.
    pub workloads: usize,
    /// The number of their namespaces.
    pub namespaces: usize,
}

/// Returns the namespace, kind and name of the owner of a finding's object, or of the object itself.
fn workload(finding: &Finding) -> (&str, &str, &str) {
    let (kind, name) = match &finding.owner {
        Some(owner) => (&owner.kind, &owner.name),
        None => (&finding.object.kind, &finding.object.name),
    };
    (&finding.object.namespace, kind, name)
}

/// The needs by which one workload depends on another.
const REACHING: [Need; 5] = [Need::Agent, Need::Call, Need::Dns, Need::Registry, Need::Webhook];

impl Victims {
    /// Counts the workloads among the findings of an incident that depend on another workload.
    fn of<'f>(cause: Option<&Finding>, members: impl Iterator<Item = &'f Finding>) -> Self {
        let is_victim = |finding: &&Finding| {
            let is_workload = finding.owner.is_some()
                || WORKLOADS.contains(&&*finding.object.kind)
                || &*finding.object.kind == "Pod";
            is_workload && finding.because.iter().any(|link| REACHING.contains(&link.need))
        };
        let own = cause.map(workload);
        // The cause has no finding: all are victims, and the first of them names the incident.
        if cause.as_ref().is_some_and(is_victim) {
            return Self::default();
        }
        let workloads: BTreeSet<_> =
            members.filter(is_victim).map(workload).filter(|of| Some(*of) != own).collect();
        let namespaces: BTreeSet<&str> = workloads.iter().map(|(namespace, ..)| *namespace).collect();
        Self { workloads: workloads.len(), namespaces: namespaces.len() }
    }
}

/// Groups findings that are sorted worst and oldest first.
pub fn group(findings: &[Finding]) -> Vec<Incident> {
    let roots = Roots::of(findings);
    let named: BTreeSet<&ObjectRef> =
        findings.iter().filter_map(|finding| Some(&finding.because.first()?.object)).collect();
    let mut groups: BTreeMap<Cause, Vec<usize>> = BTreeMap::new();
    for index in 0..findings.len() {
        groups.entry(cause(&findings[roots.root(index)], &named)).or_default().push(index);
    }
    let mut incidents: Vec<Incident> =
        groups.into_iter().map(|(cause, members)| incident(findings, &cause, &roots, members)).collect();
    incidents.sort_by_key(|incident| {
        let began = findings[incident.cause].since;
        (Reverse(incident.severity), !incident.is_of_cluster, Reverse(began), incident.cause)
    });
    incidents
}

/// The namespace of the components of the cluster.
const SYSTEM: &str = "kube-system";

/// The Service and the Deployment of the cluster's DNS, by their names in kubeadm, k3s and the clouds.
const DNS: [&str; 2] = ["coredns", "kube-dns"];

/// Kinds of the cluster that its users depend on. A volume or a namespace concerns only those that use it.
const OF_CLUSTER: [&str; 5] =
    ["APIService", "Cluster", "MutatingWebhookConfiguration", "Node", "ValidatingWebhookConfiguration"];

/// An incident of this many workloads is one of the whole cluster.
const MANY: usize = 10;

/// Returns whether all of the cluster depends on the object of a finding or on its owner.
fn is_of_cluster(finding: &Finding) -> bool {
    let object = &finding.object;
    let kind_of_owner = finding.owner.as_ref().map(|owner| &*owner.kind);
    let name = finding.owner.as_ref().map_or(&*object.name, |owner| &owner.name);
    let is_agent = [Some(&*object.kind), kind_of_owner].contains(&Some("DaemonSet"));
    // The kubelet runs the control plane as static pods, which a node owns.
    let is_static = kind_of_owner == Some("Node");
    finding.severity > Severity::Low
        && (OF_CLUSTER.contains(&&*object.kind)
            || &*object.namespace == SYSTEM && (is_agent || is_static || DNS.contains(&name)))
}

/// The kinds of workloads that operators create.
const WORKLOADS: [&str; 5] = ["CronJob", "DaemonSet", "Deployment", "Job", "StatefulSet"];

/// The key by which findings are grouped.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Cause<'a> {
    /// An object in `because`.
    Object(&'a ObjectRef),
    /// One check and one owner: the id, and the namespace, kind and name.
    Owner(&'a str, &'a str, &'a str, &'a str),
}

/// A step from a finding to what explains it.
#[derive(Debug)]
pub struct Step<'f> {
    /// The finding.
    pub finding: &'f Finding,
    /// The link from it to the next finding or, at the end, to an object without a finding.
    pub link: Option<&'f Link>,
}

/// Returns the steps from a finding to the one that names its cause, or to an object that has no finding.
pub fn chain(start: usize, findings: &[Finding]) -> Vec<Step<'_>> {
    steps(start, findings, &Roots::of(findings))
}

/// Returns a function that returns the steps from a finding, as [`chain`]. It is for the chains of many findings.
pub fn chains<'f>(findings: &'f [Finding]) -> impl Fn(usize) -> Vec<Step<'f>> {
    let roots = Roots::of(findings);
    move |start| steps(start, findings, &roots)
}

fn steps<'f>(start: usize, findings: &'f [Finding], roots: &Roots<'f>) -> Vec<Step<'f>> {
    let (mut steps, mut seen, mut at) = (Vec::new(), BTreeSet::from([start]), start);
    while let Some((next, link)) = roots.next(at, |next| !seen.contains(&next)) {
        steps.push(Step { finding: &findings[at], link: Some(link) });
        seen.insert(next);
        at = next;
    }
    // Nothing was found about what explains the last one.
    let finding = &findings[at];
    let is_bare = |link: &&Link| link.why.is_some() && !roots.about.contains_key(&link.object);
    steps.push(Step { finding, link: finding.because.iter().find(is_bare) });
    steps
}

fn cause<'a>(finding: &'a Finding, named: &BTreeSet<&'a ObjectRef>) -> Cause<'a> {
    if let Some(link) = finding.because.first() {
        return Cause::Object(&link.object);
    }
    // A finding about an object without an owner joins the findings that name it as the cause.
    if finding.owner.is_none() && named.contains(&finding.object) {
        return Cause::Object(&finding.object);
    }
    let (namespace, kind, name) = workload(finding);
    Cause::Owner(finding.check.id, namespace, kind, name)
}

fn incident(findings: &[Finding], cause: &Cause, roots: &Roots, mut members: Vec<usize>) -> Incident {
    // A finding about the cause itself names the incident, unless it is low. Otherwise the worst finding does, and of
    // equally bad ones the one without a cause, or the one nearest to it.
    let about_cause = |finding: &Finding| {
        let is_cause = matches!(cause, Cause::Object(object) if **object == finding.object);
        is_cause && finding.severity > Severity::Low
    };
    members.sort_by_key(|&index| {
        let finding = &findings[index];
        let rank = (!finding.because.is_empty(), roots.distance(index));
        (!about_cause(finding), Reverse(finding.severity), rank, index)
    });
    let of = |index: &usize| &findings[*index];
    let objects: BTreeSet<&ObjectRef> = members
        .iter()
        .map(of)
        .flat_map(|finding| std::iter::once(&finding.object).chain(&finding.affected))
        .collect();
    let owners = members.iter().map(of).filter_map(|finding| {
        let owner = finding.owner.as_ref()?;
        Some((&*finding.object.namespace, &*owner.kind, &*owner.name))
    });
    let own = objects.iter().filter(|object| WORKLOADS.contains(&&*object.kind));
    let own = own.map(|object| (&*object.namespace, &*object.kind, &*object.name));
    let workloads: BTreeSet<_> = owners.chain(own).collect();
    let severity = members.iter().map(of).map(|f| f.severity).max().unwrap_or(Severity::Low);
    Incident {
        severity,
        cause: members.first().copied().unwrap_or_default(),
        since: members.iter().map(of).filter_map(|f| f.since).min(),
        newest: members.iter().map(of).filter_map(|f| f.since).max(),
        is_of_cluster: workloads.len() >= MANY && severity > Severity::Low
            || members.first().is_some_and(|cause| is_of_cluster(&findings[*cause])),
        affected: objects.len(),
        pods: objects.iter().filter(|object| &*object.kind == "Pod").count(),
        workloads: workloads.len(),
        victims: Victims::of(members.first().map(of), members.iter().map(of)),
        findings: members,
    }
}
