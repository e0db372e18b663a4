//! The investigation of one object: its owners and pods, its timeline, and the findings about it. It uses the same
//! snapshot and the same findings as the report.
//!
//! What does not belong here: requests to a server, and layout.

mod moments;

use crate::checks::View;
use crate::finding::incident::{self, Step};
use crate::finding::{Finding, Severity};
use crate::model::split_suffix;
use crate::model::{LogTail, Node, ObjectRef, Owner, Pod, Workload};
use crate::report::Report;
use crate::text::{Fact, Message};
use crate::wire::{Kind, Time};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The story of one object.
pub struct Story<'a> {
    /// The investigated object.
    pub(crate) object: ObjectRef,
    /// Whether the object exists.
    pub(crate) exists: bool,
    /// Its owners, the topmost last.
    pub(crate) owners: Vec<ObjectRef>,
    /// Its pods: the object itself, the pods it manages, or the pods that replaced it; pods with findings first.
    pub(crate) pods: Vec<&'a Pod>,
    /// The nodes of those pods.
    pub(crate) nodes: Vec<&'a Node>,
    /// The timeline, oldest first.
    pub(crate) moments: Vec<Moment>,
    /// The findings about any of these objects, worst first.
    pub(crate) findings: Vec<&'a Finding>,
    /// The steps from the worst finding about the object, or about what it owns, to the cause; empty without a finding.
    pub(crate) chain: Vec<Step<'a>>,
    /// The keys of the findings that name the cause of an incident.
    causes: BTreeSet<&'a str>,
    /// The last lines of the logs of its pods.
    pub(crate) logs: Vec<&'a LogTail>,
    /// Whether warnings of its namespace could be read; the API server drops them after about an hour.
    pub(crate) saw_events: bool,
    /// The events about any of these objects.
    pub(crate) events: Seen,
}

/// The worst of some events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Seen {
    /// There is no event.
    None,
    /// None is a warning.
    Normal,
    /// A warning.
    Warning,
}

/// An entry of the timeline.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Moment {
    /// The time.
    pub(crate) at: Time,
    /// The object.
    pub(crate) object: ObjectRef,
    /// The number of other objects of its kind with the same entry at the same time.
    pub(crate) others: usize,
    /// The event.
    pub(crate) what: Message,
    /// Whether it is a problem.
    pub(crate) bad: bool,
}

/// The number of pods with entries in the timeline; beyond it, only pods with findings have entries.
const PODS_SHOWN: usize = 10;

/// The maximum number of entries in the timeline.
const MOMENTS: usize = 60;

impl<'a> Story<'a> {
    /// Investigates an object of a kind that the tool reads.
    pub fn of(report: &'a Report<'a>, object: ObjectRef) -> Self {
        let view = report.view();
        let rows = &report.snapshot.rows;
        let tied = Tied::of(report, &object);
        let mut pods: Vec<&Pod> =
            rows.pods.iter().filter(|pod| concerns(view, &object, pod) || tied.holds(view, pod)).collect();
        let owners = owners(view, &object, pods.first().copied());
        let on: BTreeSet<&str> = pods.iter().filter_map(|pod| pod.node.as_deref()).collect();
        let nodes: Vec<&Node> = rows.nodes.iter().filter(|node| on.contains(&*node.name)).collect();
        let refs: BTreeSet<ObjectRef> = pods.iter().map(|pod| pod.object_ref()).collect();
        let mut around: BTreeSet<ObjectRef> = refs.iter().chain(&owners).cloned().collect();
        around.insert(object.clone());
        around.extend(nodes.iter().map(|node| ObjectRef::of_cluster("Node", &node.name)));
        around.extend(pods.iter().flat_map(|pod| pod.claim_refs()));
        let findings = findings_about(report, &object, &around);
        let sick: BTreeSet<&ObjectRef> = findings.iter().map(|finding| &finding.object).collect();
        pods.sort_by_key(|pod| !sick.contains(&pod.object_ref()));
        let is_shown =
            |(index, pod): &(usize, &&Pod)| *index < PODS_SHOWN || sick.contains(&pod.object_ref());
        let shown: Vec<&Pod> = pods.iter().enumerate().filter(is_shown).map(|(_, pod)| *pod).collect();
        let of_pods = |log: &&LogTail| refs.contains(&ObjectRef::new(&log.namespace, "Pod", &log.pod));
        let mut story = Self {
            exists: exists(report, &object),
            owners,
            nodes,
            chain: chain(report, &object),
            moments: Vec::new(),
            findings,
            causes: report.incidents.iter().map(|of| report.findings[of.cause].key.as_str()).collect(),
            logs: report.snapshot.logs.iter().filter(of_pods).collect(),
            saw_events: report.snapshot.saw(Kind::Event, &object.namespace),
            events: Seen::None,
            object,
            pods,
        };
        // Events of the workloads that create its pods are about the pods too.
        around.extend(story.workloads(report).map(Workload::object));
        story.moments = story.timeline(report, &shown, &around);
        story
    }

    /// Returns the worst severity of the findings.
    pub(crate) fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    /// Whether nothing is known about the object.
    pub(crate) fn is_of_nothing(&self) -> bool {
        !self.exists && self.pods.is_empty() && self.events != Seen::Warning && self.findings.is_empty()
    }

    /// Returns the next commands, each once; first those of the cause, then those of findings that name the cause of an
    /// incident.
    pub(crate) fn actions(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let cause = self.chain.last().map(|step| step.finding);
        let (causes, others): (Vec<&Finding>, Vec<&Finding>) =
            self.findings.iter().copied().partition(|finding| self.causes.contains(finding.key.as_str()));
        let all = cause
            .into_iter()
            .chain(causes)
            .chain(others)
            .flat_map(|finding| finding.actions.iter().map(String::as_str));
        all.filter(|action| seen.insert(*action)).collect()
    }

    fn timeline(&mut self, report: &Report, pods: &[&Pod], around: &BTreeSet<ObjectRef>) -> Vec<Moment> {
        // Within one second, owners come before the objects they create.
        let mut moments: Vec<Moment> = self.workloads(report).flat_map(moments::of_workload).collect();
        moments.extend(pods.iter().flat_map(|pod| moments::of_pod(pod, report.snapshot.taken_at)));
        let began = moments.iter().map(|moment| moment.at).min();
        // Changes of a node before the first entry explain nothing.
        let changes = self.nodes.iter().flat_map(|node| moments::of_node(node));
        moments.extend(changes.filter(|moment| began.is_none_or(|began| moment.at >= began)));
        let events = report.snapshot.rows.events.iter();
        let about = events.filter(|event| around.contains(&event.object) || event.object == self.object);
        for event in about {
            self.events = self.events.max(if event.is_warning() { Seen::Warning } else { Seen::Normal });
            let Some(at) = event.last_seen else { continue };
            let detail = event.message.clone();
            let facts = vec![
                ("reason", Fact::text(&event.reason)),
                ("count", Fact::count(event.count)),
                ("detail", Fact::Text(detail)),
            ];
            let text = moments::of_event(event);
            let (object, what) = (event.object.clone(), Message { text, facts });
            moments.push(Moment { at, object, others: 0, what, bad: event.is_warning() });
        }
        // Keeps the newest entries; entries of the object itself are never dropped.
        let mut kept = folded(moments);
        let mut surplus = kept.len().saturating_sub(MOMENTS);
        kept.retain(|moment| {
            let is_kept = surplus == 0 || moment.object == self.object;
            surplus -= usize::from(!is_kept);
            is_kept
        });
        kept
    }

    /// Returns the Deployments, ReplicaSets, StatefulSets and DaemonSets of the story.
    fn workloads<'r>(&self, report: &'r Report) -> impl Iterator<Item = &'r Workload> {
        let all = report.snapshot.rows.workloads.iter();
        all.filter(move |workload| {
            let own = workload.object();
            let is_part = |object: &ObjectRef| {
                workload.owner.as_ref().is_some_and(|o| o.kind == object.kind && o.name == object.name)
                    && workload.namespace == object.namespace
            };
            // Old ReplicaSets of a Deployment, which want no pods, are left out.
            own == self.object || self.owners.contains(&own) || is_part(&self.object) && workload.desired > 0
        })
    }
}

/// Returns the findings about an object and what is around it, and those of the incidents that are named by it.
fn findings_about<'r>(
    report: &'r Report,
    object: &ObjectRef,
    around: &BTreeSet<ObjectRef>,
) -> Vec<&'r Finding> {
    let owns = |finding: &Finding| {
        let owner = finding.owner.as_ref();
        finding.object.namespace == object.namespace
            && owner.is_some_and(|owner| owner.kind == object.kind && owner.name == object.name)
    };
    let named = report.incidents.iter().filter(|incident| {
        let cause = &report.findings[incident.cause];
        cause.object == *object || owns(cause)
    });
    let members: BTreeSet<usize> = named.flat_map(|incident| incident.findings.iter().copied()).collect();
    let touches = |finding: &Finding| {
        around.contains(&finding.object)
            || owns(finding)
            || &*object.kind == "Namespace" && finding.object.namespace == object.name
            || finding.affected.contains(object)
            || finding.because.iter().any(|link| link.object == *object)
    };
    let all = report.findings.iter().enumerate();
    all.filter(|(index, finding)| members.contains(index) || touches(finding)).map(|(_, f)| f).collect()
}

/// What an object has to do with pods that it does not own.
struct Tied {
    /// The pods that the findings about the object name.
    pods: BTreeSet<ObjectRef>,
    /// The workloads whose pods a Service selects.
    workloads: Vec<Owner>,
    namespace: Arc<str>,
}

impl Tied {
    fn of(report: &Report, object: &ObjectRef) -> Self {
        let about = report.findings.iter().filter(|finding| finding.object == *object);
        let named = about
            .flat_map(|finding| finding.because.iter().map(|link| &link.object).chain(&finding.affected));
        let service =
            report.view().service(&object.namespace, &object.name).filter(|_| &*object.kind == "Service");
        let selected = service.into_iter().flat_map(|service| {
            report.view().workloads_selected_by(&object.namespace, &service.spec.selector)
        });
        let owner = |of: &Workload| Owner { kind: of.kind.name().into(), name: Arc::clone(&of.name) };
        Self {
            pods: named.filter(|object| &*object.kind == "Pod").cloned().collect(),
            workloads: selected.map(owner).collect(),
            namespace: Arc::clone(&object.namespace),
        }
    }

    fn holds(&self, view: &View, pod: &Pod) -> bool {
        let is_selected = || {
            pod.shared.namespace == self.namespace
                && view.root(pod).is_some_and(|root| self.workloads.contains(&root))
        };
        !self.workloads.is_empty() && is_selected()
            || !self.pods.is_empty() && self.pods.contains(&pod.object_ref())
    }
}

/// Returns whether a pod belongs to the story of an object.
fn concerns(view: &View, object: &ObjectRef, pod: &Pod) -> bool {
    match &*object.kind {
        "Node" => return pod.node.as_deref() == Some(&*object.name),
        "Namespace" => return *pod.shared.namespace == *object.name,
        _ => {}
    }
    if pod.shared.namespace != object.namespace {
        return false;
    }
    let manages = |owner: &Owner| owner.kind == object.kind && owner.name == object.name;
    match &*object.kind {
        "Pod" if *pod.name == *object.name => true,
        "Pod" if view.snapshot.rows.pod(&object.namespace, &object.name).is_none() => {
            pod.shared.owner.as_ref().is_some_and(|owner| is_made_by(&object.name, &owner.name))
        }
        "PersistentVolumeClaim" => pod.claim_refs().any(|claim| claim == *object),
        _ => pod.shared.owner.as_ref().is_some_and(manages) || view.root(pod).as_ref().is_some_and(manages),
    }
}

/// Returns whether an owner created the deleted pod of this name: the name is that of the owner and a random suffix of
/// the controller, `web-5d4b-x7x2p`. A StatefulSet reuses its names.
fn is_made_by(pod: &str, owner: &str) -> bool {
    let is_random = |suffix: &str| !suffix.bytes().all(|byte| byte.is_ascii_digit());
    let Some((name, _)) = split_suffix(pod).filter(|(_, suffix)| is_random(suffix)) else { return false };
    let app = |name| split_suffix(name).map(|(app, _)| app);
    name == owner || app(name).is_some_and(|of| app(owner) == Some(of))
}

/// Sorts entries by time. The same entry of many objects at the same time becomes one entry.
fn folded(mut moments: Vec<Moment>) -> Vec<Moment> {
    moments.sort_by_key(|moment| moment.at);
    let mut out: Vec<Moment> = Vec::with_capacity(moments.len());
    for moment in moments {
        let same =
            |other: &&mut Moment| (&other.object.kind, &other.what) == (&moment.object.kind, &moment.what);
        let then = out.iter_mut().rev().take_while(|other| other.at == moment.at);
        match then.into_iter().find(same) {
            Some(other) => other.others += usize::from(other.object != moment.object),
            None => out.push(moment),
        }
    }
    out
}

fn chain<'a>(report: &'a Report, object: &ObjectRef) -> Vec<Step<'a>> {
    let is_own = |finding: &Finding| finding.object == *object;
    let is_owned = |finding: &Finding| {
        let owner = finding.owner.as_ref().map(|owner| owner.object(&finding.object.namespace));
        owner.as_ref() == Some(object)
    };
    let all = &report.findings;
    let start = all.iter().position(is_own).or_else(|| all.iter().position(is_owned));
    start.map(|start| incident::chain(start, all)).unwrap_or_default()
}

/// Returns whether an object was read, or is named as an owner if its kind is not read.
pub(crate) fn exists(report: &Report, object: &ObjectRef) -> bool {
    match Kind::from_name(&object.kind) {
        // Files may have the pods of a namespace and not the namespace itself.
        Some(Kind::Namespace) if !report.view().pods_in(&object.name).is_empty() => true,
        Some(kind) => report.snapshot.rows.objects_of(kind).contains(&(&object.namespace, &object.name)),
        None => objects_of(report, &object.kind).contains(object),
    }
}

/// Returns the objects of a kind: those that were read, and those that findings are about. Of a kind that is not read,
/// which may be written in lower case or in the plural, those that own pods or workloads.
pub(crate) fn objects_of(report: &Report, kind: &str) -> BTreeSet<ObjectRef> {
    let rows = &report.snapshot.rows;
    let about = report.findings.iter().map(|finding| &finding.object).filter(|object| *object.kind == *kind);
    let mut found: BTreeSet<ObjectRef> = about.cloned().collect();
    if let Some(known) = Kind::from_name(kind) {
        let read = rows.objects_of(known).into_iter();
        found.extend(read.map(|(namespace, name)| ObjectRef::new(namespace, kind, name)));
        return found;
    }
    let is_it = |owner: &&Owner| {
        let lower = owner.kind.to_lowercase();
        let kind = kind.to_lowercase();
        kind == lower || kind.strip_suffix('s') == Some(&lower) || kind.strip_suffix("es") == Some(&lower)
    };
    let of_pods =
        rows.pods.iter().filter_map(|pod| Some((&pod.shared.namespace, pod.shared.owner.as_ref()?)));
    let of_workloads = rows.workloads.iter().filter_map(|of| Some((&of.namespace, of.owner.as_ref()?)));
    let owners = of_pods.chain(of_workloads).filter(|(_, owner)| is_it(owner));
    found.extend(owners.map(|(namespace, owner)| owner.object(namespace)));
    found
}

/// Returns the owners of an object, or the former owners of a deleted object.
fn owners(view: &View, object: &ObjectRef, pod: Option<&Pod>) -> Vec<ObjectRef> {
    let owner = |owner: &Owner| ObjectRef {
        namespace: Arc::clone(&object.namespace),
        kind: Arc::clone(&owner.kind),
        name: Arc::clone(&owner.name),
    };
    let mut owners: Vec<ObjectRef> = Vec::new();
    match (&*object.kind, pod) {
        ("Pod", Some(pod)) => {
            owners.extend(pod.shared.owner.as_ref().map(owner));
            owners.extend(view.root(pod).as_ref().map(owner));
        }
        ("ReplicaSet" | "Job", Some(pod)) => owners.extend(view.root(pod).as_ref().map(owner)),
        // Its pods may be rejected.
        ("ReplicaSet" | "Job", None) => {
            let own = Owner { kind: Arc::clone(&object.kind), name: Arc::clone(&object.name) };
            owners.push(owner(&view.topmost(&object.namespace, &own)));
        }
        _ => {}
    }
    owners.dedup();
    owners.retain(|owner| owner != object);
    owners
}
