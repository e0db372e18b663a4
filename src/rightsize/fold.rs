//! Pods, what was measured of them and of pods that are gone, folded by workload and container.

use super::propose::judge;
use super::{CpuStays, Facts, Killed, Measured, NotJudged, Rightsizing, Row, SAMPLES_NEEDED};
use crate::checks::View;
use crate::model::{Amount, Heap, ObjectRef, Owner, Pod, Spec, Workload};
use crate::wire::{Kind, Terminated};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The kinds whose templates can be changed.
const KINDS: [&str; 4] = ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"];

/// A workload with pods.
struct Subject<'a> {
    pods: Vec<&'a Pod>,
    /// By container: what its pods used, those that are gone too, and how many samples tell so.
    history: BTreeMap<&'a str, (Amount, i64)>,
    /// By container: what its pods use at this moment.
    metered: BTreeMap<&'a str, Amount>,
    /// By container: in which share of its periods it is held back, and at which limit.
    throttled: BTreeMap<&'a str, (i64, Option<i64>)>,
}

type Subjects<'a> = BTreeMap<ObjectRef, Subject<'a>>;
type Counts = BTreeMap<NotJudged, usize>;

pub(super) fn fold(view: &View) -> Rightsizing {
    let mut counts = Counts::new();
    let mut subjects = subjects(view, &mut counts);
    let window = add_history(view, &mut subjects);
    add_metered(view, &mut subjects);
    for throttled in view.throttled() {
        if let Some(subject) = subjects.get_mut(&throttled.object) {
            let found = (throttled.periods.share(), throttled.limit);
            subject.throttled.insert(throttled.container, found);
        }
    }
    let mut sized = Rightsizing { window, ..Rightsizing::default() };
    for (object, subject) in &subjects {
        rows(view, object, subject, &mut sized, &mut counts);
    }
    counts.insert(NotJudged::WithoutPods, without_pods(view, &subjects));
    sized.not_judged = counts.into_iter().filter(|(_, count)| *count > 0).collect();
    sized
}

/// How many workloads have no pods; of ReplicaSets only those that nobody owns, and nothing where pods were not all seen.
fn without_pods(view: &View, subjects: &Subjects) -> usize {
    let workloads = view.snapshot.rows.workloads.iter();
    let own = workloads.filter(|workload| workload.owner.is_none() || workload.kind != Kind::ReplicaSet);
    let seen = own.filter(|own| view.is_asked_for(own) && view.saw(Kind::Pod, &own.namespace));
    seen.filter(|workload| !subjects.contains_key(&workload.object())).count()
}

/// The workloads of the pods that have not ended.
fn subjects<'a>(view: &View<'a>, counts: &mut Counts) -> Subjects<'a> {
    let mut subjects = Subjects::new();
    for pod in view.snapshot.rows.pods.iter().filter(|pod| pod.kin.ended.is_none()) {
        let not_judged = match view.root(pod) {
            Some(root) if KINDS.contains(&&*root.kind) => {
                subjects.entry(object(&pod.kin.namespace, root)).or_insert_with(Subject::new).pods.push(pod);
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

fn object(namespace: &Arc<str>, owner: Owner) -> ObjectRef {
    ObjectRef { namespace: Arc::clone(namespace), kind: owner.kind, name: owner.name }
}

/// Of pods that are gone the names tell whose they were; where that may be several in sight, it counts for each: what is
/// proposed is never too little. Returns how far back the longest of them looks.
fn add_history<'a>(view: &View<'a>, subjects: &mut Subjects<'a>) -> Option<i64> {
    let rows = &view.snapshot.rows;
    let mut window = None;
    for usage in &rows.usage {
        let namespace = &usage.namespace;
        let owners = match rows.pod(namespace, &usage.pod) {
            Some(pod) => view.root(pod).into_iter().collect(),
            None => Owner::of_pod(&usage.pod),
        };
        let roots = owners.iter().map(|owner| object(namespace, view.topmost(namespace, owner)));
        for root in roots.collect::<BTreeSet<_>>() {
            let Some(subject) = subjects.get_mut(&root) else { continue };
            let (used, samples) = subject.history.entry(&usage.container).or_default();
            *used = used.max(usage.used);
            *samples = samples.saturating_add(usage.samples);
            window = window.max(Some(usage.window));
        }
    }
    window
}

fn add_metered<'a>(view: &View<'a>, subjects: &mut Subjects<'a>) {
    let rows = &view.snapshot.rows;
    for metered in &rows.metered {
        let pod = rows.pod(&metered.namespace, &metered.object).filter(|pod| pod.kin.ended.is_none());
        let Some(root) = pod.and_then(|pod| view.root(pod)) else { continue };
        if let Some(subject) = subjects.get_mut(&object(&metered.namespace, root)) {
            let used = subject.metered.entry(&metered.container).or_default();
            *used = used.max(metered.used);
        }
    }
}

/// The rows of one workload: a container each, as the newest pod has them.
fn rows(view: &View, object: &ObjectRef, subject: &Subject, sized: &mut Rightsizing, counts: &mut Counts) {
    let workload = view.workload(&object.namespace, &object.kind, &object.name);
    let template = workload.and_then(Workload::rollout).map_or(&[][..], |rollout| &rollout.containers);
    let Some(newest) = subject.pods.iter().max_by_key(|pod| (pod.created(), &pod.name)) else { return };
    let cpu_stays = cpu_stays(view, object);
    let mut is_measured = false;
    for spec in &newest.kin.specs {
        let pods = i64::try_from(subject.pods.len()).unwrap_or(i64::MAX);
        let together = |one: i64| one.max(0).saturating_mul(pods);
        let asked = Amount { cpu: together(spec.requests.cpu), memory: together(spec.requests.memory) };
        sized.requests = sized.requests.plus(asked);
        if !template.is_empty() && !template.contains(&spec.container) {
            *counts.entry(NotJudged::Injected).or_default() += 1;
            continue;
        }
        let facts = facts(subject, spec, cpu_stays);
        is_measured |= facts.measured != Measured::Nothing;
        let (risks, proposal) = judge(&facts);
        if facts.measured != Measured::Nothing || !risks.is_empty() {
            sized.rows.push(Row {
                workload: object.clone(),
                managed_by: workload.and_then(|workload| workload.owner.clone()),
                container: Arc::clone(&spec.container),
                sidecar: spec.sidecar,
                pods: subject.pods.len(),
                facts,
                risks,
                proposal,
            });
        }
    }
    *counts.entry(NotJudged::NotMeasured).or_default() += usize::from(!is_measured);
}

fn facts(subject: &Subject, spec: &Spec, cpu_stays: Option<CpuStays>) -> Facts {
    let name = &*spec.container;
    // An hour of ten pods is an hour, and not ten of them.
    let pods = i64::try_from(subject.pods.len()).unwrap_or(i64::MAX).max(1);
    let history = subject.history.get(name).map(|(used, samples)| (*used, (samples / pods).max(1)));
    let (used, measured) = match (history, subject.metered.get(name)) {
        (Some((used, samples)), _) if samples >= SAMPLES_NEEDED => (used, Measured::History(samples)),
        (Some((used, samples)), now) => (used.max(now.copied().unwrap_or_default()), Measured::Few(samples)),
        (None, Some(used)) => (*used, Measured::Once),
        (None, None) => (Amount::default(), Measured::Nothing),
    };
    // What a broken object says below nothing is not set.
    let set = |amount: Amount| amount.max(Amount::default());
    let limits = set(spec.limits);
    let limit_now = Some(limits.cpu).filter(|limit| *limit > 0);
    let throttled = subject.throttled.get(name).map(|(share, limit)| (*share, limit_now.or(*limit)));
    let killed = killed(subject, name, limits.memory);
    Facts { requests: set(spec.requests), limits, used, measured, cpu_stays, killed, throttled }
}

/// Whether a container was killed for its memory, in any of the pods.
fn killed(subject: &Subject, name: &str, limit: i64) -> Killed {
    let all = subject.pods.iter().flat_map(|pod| pod.containers());
    let killed = all.filter(|c| c.status.name == name && c.last_end().is_some_and(Terminated::is_for_memory));
    let needs = |container| Heap::of(container, limit).map_or(Killed::Yes, |heap| Killed::Needs(heap.needs));
    killed.map(needs).max().unwrap_or_default()
}

/// An autoscaler's target is a share of the request; where none was seen because nobody looked, there may be one.
fn cpu_stays(view: &View, object: &ObjectRef) -> Option<CpuStays> {
    let scales = |autoscaler: &crate::wire::HorizontalPodAutoscaler| {
        let target = &autoscaler.spec.scale_target_ref;
        *autoscaler.metadata.namespace == *object.namespace
            && target.kind == *object.kind
            && target.name == *object.name
    };
    if view.snapshot.rows.autoscalers.iter().any(scales) {
        return Some(CpuStays::Autoscaled);
    }
    let is_scalable = &*object.kind != "DaemonSet";
    (is_scalable && !view.saw(Kind::HorizontalPodAutoscaler, &object.namespace))
        .then_some(CpuStays::AutoscalersNotSeen)
}
