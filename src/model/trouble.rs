//! What, if anything, is wrong with a pod by its own status: one place where the causes exclude each other, so
//! that no pod is reported twice for one thing and none in trouble is left out.
//!
//! What does not belong here: severities and sentences, which are the checks', and causes that need other
//! objects to see (a superseded pod, a failed job).

use super::pod::Ended;
use super::{Container, Pod, Role};
use crate::wire::Time;

/// When trouble is trouble. Durations in seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// Restarts from which a pod needs attention.
    pub restarts_attention: i64,
    /// Restarts from which a pod is unhealthy.
    pub restarts_unhealthy: i64,
    /// After so long without another, restarts and kills are history.
    pub quiet_after: i64,
    /// How long something may take to come up before it counts as stuck.
    pub grace: i64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { restarts_attention: 5, restarts_unhealthy: 10, quiet_after: 7 * 86_400, grace: 120 }
    }
}

/// One thing that is wrong with a pod.
#[derive(Clone, Copy, Debug)]
pub enum Trouble<'a> {
    /// Evicted, preempted or turned away by its node.
    Evicted,
    /// Ended in failure.
    Failed,
    /// Being deleted.
    Terminating,
    /// Held back on purpose by a scheduling gate.
    Gated,
    /// The scheduler found no node.
    Unschedulable,
    /// A container's image does not come.
    ImagePull(Container<'a>),
    /// A container cannot be made or started as it is configured.
    Config(Container<'a>),
    /// A container was killed for its memory, now or within the quiet time.
    OomKilled(Container<'a>),
    /// A container keeps ending.
    CrashLoop(Container<'a>),
    /// It has restarted often, for no reason that still shows.
    Restarts,
    /// It is not ready, for none of the reasons above.
    NotReady,
}

/// Reasons of a pod's status that the kubelet, the scheduler or the eviction API sets when it ends a pod that
/// did nothing wrong.
const TURNED_AWAY: [&str; 12] = [
    "Evicted",
    "NodeAffinity",
    "NodeLost",
    "NodeShutdown",
    "OutOfcpu",
    "OutOfmemory",
    "OutOfpods",
    "Preempting",
    "Shutdown",
    "Terminated",
    "TopologyAffinityError",
    "UnexpectedAdmissionError",
];

/// Waiting reasons of an image that does not come (`pkg/kubelet/images/types.go` in Kubernetes 1.36).
const IMAGE: [&str; 7] = [
    "ErrImageNeverPull",
    "ErrImagePull",
    "ImageInspectError",
    "ImagePullBackOff",
    "InvalidImageName",
    "RegistryUnavailable",
    "SignatureValidationFailed",
];

/// Waiting reasons of a container that cannot be made or started (`pkg/kubelet/kuberuntime` in 1.36).
const CONFIG: [&str; 8] = [
    "ContainerCannotRun",
    "CreateContainerConfigError",
    "CreateContainerError",
    "PostStartHookError",
    "PreCreateHookError",
    "PreStartHookError",
    "RunContainerError",
    "StartError",
];

/// Everything that is wrong with a pod; empty for one that is healthy or done.
pub fn troubles<'a>(pod: &'a Pod, now: Time, thresholds: &Thresholds) -> Vec<Trouble<'a>> {
    let Some(object) = pod.object.as_deref() else { return Vec::new() };
    if object.metadata.deletion_timestamp.is_some() {
        return vec![Trouble::Terminating];
    }
    match pod.kin.ended {
        Some(Ended::Succeeded) => return Vec::new(),
        Some(Ended::Failed) if TURNED_AWAY.contains(&object.status.reason.as_str()) => {
            return vec![Trouble::Evicted];
        }
        Some(Ended::Failed) => return vec![Trouble::Failed],
        None => {}
    }
    if let Some(scheduled) = object.status.condition("PodScheduled").filter(|c| c.status == "False") {
        return vec![match scheduled.reason.as_str() {
            "SchedulingGated" => Trouble::Gated,
            _ => Trouble::Unschedulable,
        }];
    }
    let never_again = object.spec.restart_policy == "Never";
    let found: Vec<Trouble> =
        pod.containers().filter_map(|c| of_container(c, never_again, now, thresholds)).collect();
    let blocked = found.iter().any(|trouble| !matches!(trouble, Trouble::OomKilled(c) if is_up(*c)));
    match (pod.serves(), found.is_empty()) {
        (true, true) if pod.kin.restarts >= attention(pod, now, thresholds) => vec![Trouble::Restarts],
        // A past kill does not explain why the pod is not ready now.
        (false, _) if !blocked => found.into_iter().chain([Trouble::NotReady]).collect(),
        _ => found,
    }
}

/// From how many restarts a pod is worth a word: more of them when the last was long ago.
fn attention(pod: &Pod, now: Time, thresholds: &Thresholds) -> i64 {
    match is_recent(pod.last_restart(), now, thresholds) {
        true => thresholds.restarts_attention,
        false => thresholds.restarts_unhealthy,
    }
}

/// Whether something happened within the quiet time; what has no time may have.
pub(crate) fn is_recent(at: Option<Time>, now: Time, thresholds: &Thresholds) -> bool {
    at.is_none_or(|at| now.seconds_since(at) < thresholds.quiet_after)
}

fn is_up(container: Container) -> bool {
    container.status.state.running.is_some()
}

fn of_container<'a>(
    container: Container<'a>,
    never_again: bool,
    now: Time,
    thresholds: &Thresholds,
) -> Option<Trouble<'a>> {
    let (state, last) = (&container.status.state, container.status.last_state.terminated.as_ref());
    if let Some(waiting) = &state.waiting {
        return match waiting.reason.as_str() {
            reason if IMAGE.contains(&reason) => Some(Trouble::ImagePull(container)),
            reason if CONFIG.contains(&reason) => Some(Trouble::Config(container)),
            "CrashLoopBackOff" if last.is_some_and(|t| t.reason == "OOMKilled") => {
                Some(Trouble::OomKilled(container))
            }
            "CrashLoopBackOff" => Some(Trouble::CrashLoop(container)),
            _ => None,
        };
    }
    if let Some(ended) = &state.terminated {
        return match ended {
            t if t.exit_code == 0 => None,
            t if t.reason == "OOMKilled" => Some(Trouble::OomKilled(container)),
            // It will not be started again, so the pod stays as it is: not ready.
            _ if never_again && container.role != Role::Sidecar => None,
            _ => Some(Trouble::CrashLoop(container)),
        };
    }
    last.filter(|t| t.reason == "OOMKilled" && is_recent(t.finished(), now, thresholds))
        .map(|_| Trouble::OomKilled(container))
}
