//! Groups pods and usage data by workload and container. Usage data includes deleted pods.

use super::propose::{is_contradicted, judge};
use super::used::{History, used};
use super::{CpuStays, Facts, Killed, METRICS_API, Measured, NotJudged, Proposal, Rightsizing, Row};
use crate::checks::{Cause, View};
use crate::model::{Amount, Container, ObjectRef, Owner, Pod, Spec, Workload, is_recent};
use crate::wire::Kind;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The kinds whose templates can be changed.
const KINDS: [&str; 4] = ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"];

struct Subject<'a> {
    pods: Vec<&'a Pod>,
    /// The usage of its pods, also deleted ones, by container.
    history: BTreeMap<&'a str, History<'a>>,
    /// The current usage of its pods, by container.
    metered: BTreeMap<&'a str, Amount>,
    /// The share of throttled CPU periods and the CPU limit, by container.
    throttled: BTreeMap<&'a str, (i64, Option<i64>)>,
}

type Subjects<'a> = BTreeMap<ObjectRef, Subject<'a>>;
type Counts = BTreeMap<NotJudged, usize>;

pub(super) fn fold(view: &View) -> Rightsizing {
    let mut counts = Counts::new();
    let mut subjects = subjects(view, &mut counts);
    add_history(view, &mut subjects);
    add_metered(view, &mut subjects);
    for throttled in view.throttled() {
        if let Some(subject) = subjects.get_mut(&throttled.object) {
            let found = (throttled.periods.share(), throttled.limit);
            subject.throttled.insert(throttled.container, found);
        }
    }
    let mut sized = Rightsizing { window: window(&subjects), ..Rightsizing::default() };
    for (object, subject) in &subjects {
        rows(view, object, subject, &mut sized, &mut counts);
    }
    counts.insert(NotJudged::WithoutPods, without_pods(view, &subjects));
    sized.not_judged = counts.into_iter().filter(|(_, count)| *count > 0).collect();
    sized
}

/// Returns the number of workloads without pods. Owned ReplicaSets do not count, nor do namespaces whose pods were
/// not read.
fn without_pods(view: &View, subjects: &Subjects) -> usize {
    let workloads = view.snapshot.rows.workloads.iter();
    let own = workloads.filter(|workload| workload.owner.is_none() || workload.kind != Kind::ReplicaSet);
    let seen = own.filter(|own| view.is_asked_for(own) && view.saw(Kind::Pod, &own.namespace));
    seen.filter(|workload| !subjects.contains_key(&workload.object())).count()
}

/// Returns the workloads of the pods that have not ended.
fn subjects<'a>(view: &View<'a>, counts: &mut Counts) -> Subjects<'a> {
    let mut subjects = Subjects::new();
    for pod in view.snapshot.rows.pods.iter().filter(|pod| pod.shared.ended.is_none()) {
        let not_judged = match view.root(pod) {
            Some(root) if KINDS.contains(&&*root.kind) => {
                subjects
                    .entry(root.object(&pod.shared.namespace))
                    .or_insert_with(Subject::new)
                    .pods
                    .push(pod);
                continue;
            }
            Some(root) if matches!(&*root.kind, "Job" | "CronJob") => NotJudged::OfJobs,
            Some(_) => NotJudged::OfOthers,
            None => NotJudged::Bare,
        };
        *counts.entry(not_judged).or_default() += 1;
    }
    subjects
}

impl Subject<'_> {
    fn new() -> Self {
        Self {
            pods: Vec::new(),
            history: BTreeMap::new(),
            metered: BTreeMap::new(),
            throttled: BTreeMap::new(),
        }
    }
}

/// Adds the usage history. The owner of a deleted pod is inferred from its name. If several workloads match, the
/// usage counts for each, so that no suggestion is too low.
fn add_history<'a>(view: &View<'a>, subjects: &mut Subjects<'a>) {
    let rows = &view.snapshot.rows;
    for usage in &rows.usage {
        let (namespace, pod, container) = usage.metadata.key();
        let owners = match rows.pod(namespace, pod) {
            Some(pod) => view.root(pod).into_iter().collect(),
            None => Owner::of_pod(pod),
        };
        let namespace: Arc<str> = namespace.into();
        let roots = owners.iter().map(|owner| view.topmost(&namespace, owner).object(&namespace));
        for root in roots.collect::<BTreeSet<_>>() {
            let Some(subject) = subjects.get_mut(&root) else { continue };
            subject.history.entry(container).or_default().add(usage);
        }
    }
}

/// Returns the window of the longest history.
fn window(subjects: &Subjects) -> Option<i64> {
    let of =
        |subject: &Subject| subject.history.values().map(|history| history.span(subject.pods.len())).max();
    subjects.values().filter_map(of).max()
}

fn add_metered<'a>(view: &View<'a>, subjects: &mut Subjects<'a>) {
    let rows = &view.snapshot.rows;
    for metered in &rows.metered {
        let pod = rows.pod(&metered.namespace, &metered.object).filter(|pod| pod.shared.ended.is_none());
        let Some(root) = pod.and_then(|pod| view.root(pod)) else { continue };
        if let Some(subject) = subjects.get_mut(&root.object(&metered.namespace)) {
            let used = subject.metered.entry(&metered.container).or_default();
            *used = used.max(metered.used);
        }
    }
}

/// Adds the rows of one workload, one for each container of the newest pod.
fn rows(view: &View, object: &ObjectRef, subject: &Subject, sized: &mut Rightsizing, counts: &mut Counts) {
    let Some(newest) = subject.pods.iter().max_by_key(|pod| (pod.created(), &pod.name)) else { return };
    for spec in &newest.shared.template.specs {
        let asked = spec.resources.requests.max(Amount::default()).times(subject.pods.len());
        sized.requests = sized.requests.plus(asked);
    }
    let mut count = |what: NotJudged| *counts.entry(what).or_default() += 1;
    let workload = match view.workload(&object.namespace, &object.kind, &object.name) {
        // A webhook may have added any of the containers.
        None => return count(NotJudged::NotSeen),
        // The requests of the containers are not the requests of the pod.
        Some(_) if newest.shared.template.totals.is_whole => return count(NotJudged::AsWhole),
        Some(workload) => workload,
    };
    let cpu_stays = cpu_stays(view, object);
    let (mut is_measured, mut room) = (false, room(newest));
    for spec in &newest.shared.template.specs {
        if is_added(spec, workload) {
            count(NotJudged::Injected);
            continue;
        }
        // Init containers run next to sidecars, so savings of sidecars count in full.
        let own = if spec.sidecar { newest.shared.template.totals.requests } else { room };
        let row = row(workload, subject, spec, facts(view, subject, spec, cpu_stays), own);
        is_measured |= row.facts.measured != Measured::Nothing;
        if row.facts.measured != Measured::Nothing || !row.risks.is_empty() {
            room = if spec.sidecar { room } else { room.less(row.saving()) };
            sized.rows.push(row);
        }
    }
    if !is_measured {
        count(NotJudged::NotMeasured);
    }
}

/// Returns whether a container is in the pods and not in the template, if the template is known.
fn is_added(spec: &Spec, workload: &Workload) -> bool {
    let template = workload.rollout().map_or(&[][..], |rollout| &rollout.containers);
    !template.is_empty() && !template.contains(&spec.container)
}

fn row(workload: &Workload, subject: &Subject, spec: &Spec, facts: Facts, room: Amount) -> Row {
    let (risks, mut proposal) = judge(&facts);
    // A lower request of this container would not lower that of the pod.
    let (now, requests) = (facts.requests, &mut proposal.requests);
    requests.cpu = requests.cpu.filter(|wanted| room.cpu > 0 || *wanted > now.cpu);
    requests.memory = requests.memory.filter(|wanted| room.memory > 0 || *wanted > now.memory);
    let contradicted = is_contradicted(&facts, &proposal);
    if contradicted {
        proposal = Proposal::default();
    }
    Row {
        workload: workload.object(),
        managed_by: workload.owner.clone(),
        on_delete: workload.rollout().is_none_or(|rollout| rollout.on_delete),
        container: Arc::clone(&spec.container),
        sidecar: spec.sidecar,
        pods: subject.pods.len(),
        room,
        facts,
        risks,
        proposal,
        contradicted,
    }
}

/// Returns the most that a pod can save: its init containers need the rest.
fn room(pod: &Pod) -> Amount {
    pod.shared.template.totals.requests.less(pod.shared.template.totals.startup)
}

fn facts(view: &View, subject: &Subject, spec: &Spec, cpu_stays: Option<CpuStays>) -> Facts {
    let name = &*spec.container;
    let (history, now) = (subject.history.get(name), subject.metered.get(name).copied());
    let (used, measured) = used(history, now.as_ref(), subject.pods.len());
    // Broken objects may have negative values.
    let set = |amount: Amount| amount.max(Amount::default());
    let limits = set(spec.resources.limits);
    let limit_now = Some(limits.cpu).filter(|limit| *limit > 0);
    let throttled = subject.throttled.get(name).map(|(share, limit)| (*share, limit_now.or(*limit)));
    let killed = killed(view, subject, spec);
    let recorded = history.map(History::usage);
    let sources = history.into_iter().flat_map(History::sources).chain(now.map(|_| METRICS_API));
    let sources = sources.map(str::to_owned).collect();
    let requests = set(spec.resources.requests);
    Facts { requests, limits, used, recorded, now, sources, measured, cpu_stays, killed, throttled }
}

/// Returns whether a container was OOM-killed in any of the pods. Kills before the quiet period do not count, nor do
/// kills at a different limit.
fn killed<'a>(view: &View<'a>, subject: &Subject<'a>, spec: &Spec) -> Killed {
    let has_same_limit = |pod: &Pod| {
        let own = pod.shared.template.specs.iter().find(|own| own.container == spec.container);
        own.is_some_and(|own| own.resources.limits.memory == spec.resources.limits.memory)
    };
    let mut worst = Killed::No;
    for pod in subject.pods.iter().copied().filter(|pod| has_same_limit(pod)) {
        let quiet = view.thresholds(pod);
        for container in pod.containers().filter(|c| *c.status.name == *spec.container) {
            let end = container.last_end().filter(|end| end.is_for_memory());
            let recent = end.filter(|end| is_recent(end.finished(), view.now(), &quiet));
            worst = worst.max(recent.map_or(Killed::No, |_| why(view, pod, container)));
        }
    }
    worst
}

fn why<'a>(view: &View<'a>, pod: &'a Pod, container: Container<'a>) -> Killed {
    match view.killed(pod, container).cause() {
        Cause::Leak(_) => Killed::Leaks,
        Cause::NodeShort(..) => Killed::NodeShort,
        Cause::Flags(_, heap) => Killed::Needs(heap.needs),
        Cause::Limit => Killed::Yes,
    }
}

/// Returns why the CPU request must not change: an autoscaler's target is a percentage of it. If autoscalers were not
/// read, there may be one.
fn cpu_stays(view: &View, object: &ObjectRef) -> Option<CpuStays> {
    if view.is_autoscaled(object) {
        return Some(CpuStays::Autoscaled);
    }
    let is_scalable = &*object.kind != "DaemonSet";
    (is_scalable && !view.saw(Kind::HorizontalPodAutoscaler, &object.namespace))
        .then_some(CpuStays::AutoscalersNotSeen)
}
