//! The problems of a pod by its own status. The causes exclude each other in this one place, so that each pod with a problem
//! is reported, and only once for each problem.
//!
//! What does not belong here: severities and texts, which belong to the checks, and causes that need other objects (a
//! superseded pod, a failed Job).

use super::pod::Ended;
use super::{Container, Event, LogTail, Pod, Role, Thresholds};
use crate::wire::{self, Time};

/// One problem of a pod.
#[derive(Clone, Copy, Debug)]
pub enum PodProblem<'a> {
    /// Evicted, preempted or rejected by its node.
    Evicted,
    /// Failed.
    Failed,
    /// Being deleted.
    Terminating,
    /// Not scheduled because of a scheduling gate.
    Gated,
    /// The scheduler finds no node, or no scheduler has looked for one.
    Unschedulable,
    /// The image of a container cannot be pulled.
    ImagePull(Container<'a>),
    /// A container cannot be created or started with its configuration.
    Config(Container<'a>),
    /// A lifecycle hook of a container fails.
    Hook(Container<'a>),
    /// The program of a container is for another platform.
    Architecture(Container<'a>),
    /// A container was OOM-killed, now or within the quiet time.
    OomKilled(Container<'a>),
    /// A container is killed again and again because a probe fails.
    ProbeKill(Container<'a>),
    /// A container ends again and again.
    CrashLoop(Container<'a>),
    /// It has restarted often, for a reason that is not visible any more.
    Restarts,
    /// It waits for a volume.
    Volume,
    /// Its sandbox or network cannot be created.
    Sandbox,
    /// A container runs and does not pass its readiness or startup probe.
    Unready(Container<'a>),
    /// It is not ready, for none of the reasons above.
    NotReady,
}

/// What is known about a pod besides its own status.
#[derive(Clone, Debug, Default)]
pub struct PodContext<'a> {
    /// Warnings about it, newest first.
    pub(crate) events: Vec<&'a Event>,
    /// The ends of its logs.
    pub(crate) logs: Vec<&'a LogTail>,
    /// Warnings that the kernel of its node killed processes because memory ran out, newest first.
    pub(crate) node_kills: Vec<&'a Event>,
    /// Whether its last restart was that of its node.
    pub(crate) restarted_with_node: bool,
}

impl<'a> PodContext<'a> {
    /// The newest warning of one of these reasons.
    pub(crate) fn warning(&self, reasons: &[&str]) -> Option<&'a Event> {
        self.events.iter().copied().find(|event| reasons.contains(&&*event.reason))
    }

    /// The warning that explains why a container was killed: its node ran out of memory at that moment.
    pub(crate) fn node_kill(&self, end: &wire::Terminated) -> Option<&'a Event> {
        let finished = end.finished().filter(|_| end.exit_code == KILLED && !end.is_for_memory())?;
        let near = |at: Time| (-LATE..=LATE).contains(&finished.seconds_since(at));
        let times = |event: &Event| [event.last_seen, event.first_seen].into_iter().flatten().any(near);
        self.node_kills.iter().copied().find(|event| times(event))
    }

    /// The message that the node cannot run the program of a container, as it is built for another platform; from the kubelet
    /// or the log.
    pub(crate) fn format_error(&self, container: &Container<'a>) -> Option<&'a str> {
        let status = container.status;
        let waiting = status.state.waiting.iter().map(|waiting| &*waiting.message);
        let ends = [&status.state.terminated, &status.last_state.terminated].into_iter().flatten();
        let logs = self.logs.iter().filter(|log| log.container == status.name);
        let lines = logs.flat_map(|log| log.lines.iter().map(String::as_str));
        let said = waiting.chain(ends.map(|end| &*end.message)).chain(lines);
        said.flat_map(str::lines).find(|line| line.contains("exec format error") || is_about_system(line))
    }

    /// The newest warning that one of these probes of a container failed: `Liveness`, `Readiness` or
    /// `Startup`.
    pub(crate) fn failed_probe(&self, container: &str, probes: &[&str]) -> Option<&'a Event> {
        let of_probe = |event: &&Event| {
            event.reason == "Unhealthy"
                && event.is_of(container)
                && probes.iter().any(|p| event.message.starts_with(p))
        };
        self.events.iter().copied().find(of_probe)
    }
}

/// The exit code of a container that was ended by SIGKILL.
const KILLED: i32 = 137;

/// The kubelet and the node-problem-detector report a kill of the kernel within this many seconds.
const LATE: i64 = 60;

/// Warnings about a node whose kernel killed a process because memory ran out.
pub const NODE_KILLS: [&str; 2] = ["OOMKilling", "SystemOOM"];

/// Whether a message says that an image is built for another operating system, or another build of Windows, than its node
/// runs (HRESULT 0xC0370101).
pub(crate) fn is_about_system(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("0xc0370101")
        || message.contains("operating system") && message.contains("does not match the")
}

/// Waiting reasons of an image that cannot be pulled (`pkg/kubelet/images/types.go` in Kubernetes 1.36).
const IMAGE: [&str; 7] = [
    "ErrImageNeverPull",
    "ErrImagePull",
    "ImageInspectError",
    "ImagePullBackOff",
    "InvalidImageName",
    "RegistryUnavailable",
    "SignatureValidationFailed",
];

/// Waiting reasons of a container that cannot be created or started (`pkg/kubelet/kuberuntime` in 1.36).
const CONFIG: [&str; 5] = [
    "ContainerCannotRun",
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
    "StartError",
];

/// Waiting reasons of a hook that fails.
const HOOK: [&str; 3] = ["PostStartHookError", "PreCreateHookError", "PreStartHookError"];

/// Warnings of the kubelet and the attach controller about a volume.
pub const VOLUME_EVENTS: [&str; 4] =
    ["FailedAttachVolume", "FailedMapVolume", "FailedMount", "VolumeResizeFailed"];

/// Warnings of the kubelet about a pod's sandbox and network.
pub const SANDBOX_EVENTS: [&str; 3] = ["FailedCreatePodSandBox", "FailedPodSandBoxStatus", "NetworkNotReady"];

/// The seconds after which the kubelet resets the back-off of a container that runs (`MaxContainerBackOff` and its reset in
/// `pkg/kubelet`): a shorter run is another turn of the loop.
const BACKOFF_RESET: i64 = 600;

/// The restarts after short runs that are a loop even if the container runs now.
pub const TURNS_OF_A_LOOP: i32 = 3;

/// The kubelet repeats the warning of a failing probe, but at most every five minutes for a pod after the first ones: the last
/// one is at most this many seconds old when it acts.
const LAST_WORD: i64 = 600;

/// The reasons of a container when the runtime cannot start its program.
const NOT_STARTED: [&str; 2] = ["ContainerCannotRun", "StartError"];

/// All problems of a pod; empty for one that is healthy or done.
pub fn problems<'a>(
    pod: &'a Pod,
    context: &PodContext<'a>,
    now: Time,
    thresholds: &Thresholds,
) -> Vec<PodProblem<'a>> {
    let Some(object) = pod.object.as_deref() else { return Vec::new() };
    if object.metadata.deletion_timestamp.is_some() {
        return vec![PodProblem::Terminating];
    }
    match pod.shared.ended {
        Some(_) if pod.disruption().is_some() => return vec![PodProblem::Evicted],
        Some(Ended::Succeeded) => return Vec::new(),
        Some(Ended::Failed) => return vec![PodProblem::Failed],
        None => {}
    }
    if let Some(scheduled) = object.status.condition("PodScheduled").filter(|c| c.status == "False") {
        return vec![match scheduled.reason.as_str() {
            "SchedulingGated" => PodProblem::Gated,
            _ => PodProblem::Unschedulable,
        }];
    }
    if was_never_scheduled(pod, object) {
        return vec![PodProblem::Unschedulable];
    }
    let judge = Judge { context, now, thresholds, never_again: object.spec.restart_policy == "Never" };
    let found: Vec<PodProblem> =
        pod.containers().filter_map(|container| judge.container(container)).collect();
    let blocked = found.iter().any(|trouble| !matches!(trouble, PodProblem::OomKilled(c) if is_up(*c)));
    match (pod.serves(), found.is_empty()) {
        (true, true) if pod.shared.restarts >= attention(pod, now, thresholds) => vec![judge.often(pod)],
        // An earlier kill does not explain why the pod is not ready now.
        (false, _) if !blocked => found.into_iter().chain([judge.not_ready(pod)]).collect(),
        _ => found,
    }
}

/// Whether no scheduler and no kubelet has written anything about a pod. Input of other tools may lack the spec, and then the
/// node.
fn was_never_scheduled(pod: &Pod, object: &wire::Pod) -> bool {
    let is_whole = !object.spec.containers.is_empty();
    let says_nothing = object.status.conditions.is_empty() && pod.containers().next().is_none();
    is_whole && says_nothing && pod.node.is_none() && object.status.phase == "Pending"
}

/// The restarts from which a pod is reported: more if the last one was long ago.
fn attention(pod: &Pod, now: Time, thresholds: &Thresholds) -> i64 {
    if is_recent(pod.restarted_at(), now, thresholds) {
        thresholds.restarts_attention
    } else {
        thresholds.restarts_unhealthy
    }
}

/// Whether something happened within the quiet time; also true without a time.
pub(crate) fn is_recent(at: Option<Time>, now: Time, thresholds: &Thresholds) -> bool {
    at.is_none_or(|at| now.seconds_since(at) < thresholds.quiet_after)
}

fn is_up(container: Container) -> bool {
    container.status.state.running.is_some()
}

/// The data that the containers of one pod are judged by.
struct Judge<'h, 'a> {
    context: &'h PodContext<'a>,
    now: Time,
    thresholds: &'h Thresholds,
    /// Whether a container that has ended does not restart.
    never_again: bool,
}

impl<'a> Judge<'_, 'a> {
    fn container(&self, container: Container<'a>) -> Option<PodProblem<'a>> {
        let state = &container.status.state;
        if let Some(waiting) = &state.waiting {
            return match waiting.reason.as_str() {
                reason if IMAGE.contains(&reason) => Some(PodProblem::ImagePull(container)),
                reason if HOOK.contains(&reason) => Some(PodProblem::Hook(container)),
                reason if CONFIG.contains(&reason) => Some(match self.context.format_error(&container) {
                    Some(_) => PodProblem::Architecture(container),
                    None => PodProblem::Config(container),
                }),
                "CrashLoopBackOff" => Some(self.crash(container)),
                _ => None,
            };
        }
        if let Some(ended) = &state.terminated {
            // A program that succeeds, or does not restart, does not crash: the pod stays not ready.
            let done = ended.exit_code == 0 || self.never_again && container.role != Role::Sidecar;
            return if done && !ended.is_for_memory() { None } else { Some(self.crash(container)) };
        }
        self.running(container)
    }

    /// The problem of a container that runs, by its last end.
    fn running(&self, container: Container<'a>) -> Option<PodProblem<'a>> {
        let last = container.status.last_state.terminated.as_ref()?;
        if last.is_for_memory() || self.context.node_kill(last).is_some() {
            let recent = is_recent(last.finished(), self.now, self.thresholds);
            return recent.then_some(PodProblem::OomKilled(container));
        }
        if self.context.restarted_with_node {
            return None;
        }
        let short = last.ran()? < BACKOFF_RESET;
        let just_now = self.now.seconds_since(last.finished()?) < BACKOFF_RESET;
        // A container that has run far longer than the last time has recovered.
        let since = container.status.state.running.as_ref().and_then(|running| running.started_at);
        let settled =
            since.is_some_and(|at| self.now.seconds_since(at) > 2 * last.ran().unwrap_or(0).max(30));
        let looping = short && just_now && !settled && container.status.restart_count >= TURNS_OF_A_LOOP;
        looping.then(|| self.crash(container))
    }

    /// Why a container keeps ending.
    fn crash(&self, container: Container<'a>) -> PodProblem<'a> {
        let name = &*container.status.name;
        match container.last_end() {
            Some(end) if end.is_for_memory() || self.context.node_kill(end).is_some() => {
                PodProblem::OomKilled(container)
            }
            _ if self.context.format_error(&container).is_some() => PodProblem::Architecture(container),
            Some(end) if NOT_STARTED.contains(&&*end.reason) => PodProblem::Config(container),
            _ if self.context.events.iter().any(|e| e.reason == "FailedPostStartHook" && e.is_of(name)) => {
                PodProblem::Hook(container)
            }
            _ if self.is_killed_by_probe(container) => PodProblem::ProbeKill(container),
            _ => PodProblem::CrashLoop(container),
        }
    }

    /// Whether a liveness or startup probe ends a container: by the warning of the kubelet, or, if that has expired, by a kill
    /// without another explanation. A container that ended before the probe could act was not ended by it.
    fn is_killed_by_probe(&self, container: Container) -> bool {
        let spec = container.spec;
        let probes = spec.into_iter().flat_map(|spec| [&spec.liveness_probe, &spec.startup_probe]).flatten();
        let soonest = probes.map(wire::Probe::soonest).min();
        let warning = self.context.failed_probe(&container.status.name, &["Liveness", "Startup"]);
        let Some(end) = container.last_end() else { return warning.is_some() };
        if end.ran().zip(soonest).is_some_and(|(ran, soonest)| ran + 1 < soonest) {
            return false;
        }
        match end.exit_code {
            137 | 143 => warning.is_some() || soonest.is_some(),
            // A program may end with any code after SIGTERM; but it may also have ended on its own.
            _ => warning.is_some_and(|warning| {
                let times = warning.last_seen.zip(end.finished());
                times.is_none_or(|(seen, finished)| finished.seconds_since(seen) < LAST_WORD)
            }),
        }
    }

    /// The problem of a pod that serves and has restarted often.
    fn often(&self, pod: &'a Pod) -> PodProblem<'a> {
        let recent = |container: &Container| {
            let last = container.status.last_state.terminated.as_ref();
            last.is_some_and(|end| is_recent(end.finished(), self.now, self.thresholds))
        };
        if self.context.restarted_with_node {
            return PodProblem::Restarts;
        }
        let killed = pod.containers().filter(recent).find(|container| self.is_killed_by_probe(*container));
        killed.map_or(PodProblem::Restarts, PodProblem::ProbeKill)
    }

    /// Why a pod is not ready if no container is blocked.
    fn not_ready(&self, pod: &'a Pod) -> PodProblem<'a> {
        let unready = pod.containers().find(|container| self.is_unready(*container));
        let waits = |c: Container| match c.role {
            Role::Main => c.status.state.waiting.is_some(),
            // If one of them runs, volumes and sandbox are ready.
            Role::Init | Role::Sidecar => !is_up(c),
        };
        let never_ran = pod.containers().all(waits);
        match unready {
            Some(container) => PodProblem::Unready(container),
            None if never_ran && self.context.warning(&VOLUME_EVENTS).is_some() => PodProblem::Volume,
            None if never_ran && self.context.warning(&SANDBOX_EVENTS).is_some() => PodProblem::Sandbox,
            None => PodProblem::NotReady,
        }
    }

    fn is_unready(&self, container: Container) -> bool {
        let status = container.status;
        let probed =
            container.spec.is_some_and(|spec| spec.readiness_probe.is_some() || spec.startup_probe.is_some());
        let warned = self.context.failed_probe(&status.name, &["Readiness", "Startup"]).is_some();
        container.role != Role::Init && is_up(container) && !status.ready && (probed || warned)
    }
}
