//! The READY, STATUS and RESTARTS columns of `kubectl get pods`.
//!
//! The rules are exactly those of `printPod` in Kubernetes 1.36 (`pkg/printers/internalversion/printers.go`); a live test
//! compares them with the real command.

use crate::wire::{Container, ContainerStatus, Pod, Terminated, Time};

/// The columns of a pod.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) status: String,
    pub(super) ready: u32,
    pub(super) total: u32,
    pub(super) restarts: i64,
    /// When a counted container last ended, if known.
    pub(super) last_restart: Option<Time>,
}

pub(super) fn columns(pod: &Pod) -> Columns {
    let (spec, status) = (&pod.spec, &pod.status);
    let sidecars = spec.init_containers.iter().filter(|c| c.is_sidecar()).count();
    let mut row = Columns {
        status: if status.reason.is_empty() { status.phase.clone() } else { status.reason.clone() },
        ready: 0,
        total: count(spec.containers.len() + sidecars),
        restarts: 0,
        last_restart: None,
    };
    if status.conditions.iter().any(|c| c.r#type == "PodScheduled" && c.reason == "SchedulingGated") {
        "SchedulingGated".clone_into(&mut row.status);
    }
    let (initializing, of_sidecars) = init_containers(pod, &mut row);
    let initialized = status.condition("Initialized").is_some_and(|c| c.status == "True");
    if !initializing || initialized {
        // The restarts of ordinary init containers do not count when they are done.
        (row.restarts, row.last_restart) = of_sidecars;
        containers(pod, &mut row);
    }
    if pod.metadata.deletion_timestamp.is_some() {
        if status.reason == "NodeLost" {
            "Unknown".clone_into(&mut row.status);
        } else if !pod.has_ended() {
            "Terminating".clone_into(&mut row.status);
        }
    }
    row
}

/// Counts the init containers and sets the status of the first that blocks the pod. Returns whether one does, and the
/// restarts of native sidecars alone.
fn init_containers(pod: &Pod, row: &mut Columns) -> (bool, (i64, Option<Time>)) {
    let mut of_sidecars = (0, None);
    for (index, c) in pod.status.init_container_statuses.iter().enumerate() {
        let sidecar = pod
            .spec
            .init_containers
            .iter()
            .find(|spec| spec.name == c.name)
            .is_some_and(Container::is_sidecar);
        row.restarts += i64::from(c.restart_count);
        row.last_restart = row.last_restart.max(last_end(c));
        if sidecar {
            of_sidecars.0 += i64::from(c.restart_count);
            of_sidecars.1 = of_sidecars.1.max(last_end(c));
        }
        if c.state.terminated.as_ref().is_some_and(|t| t.exit_code == 0) {
            continue;
        }
        if sidecar && c.started == Some(true) {
            row.ready += u32::from(c.ready);
            continue;
        }
        row.status = match (&c.state.terminated, &c.state.waiting) {
            (Some(ended), _) => format!("Init:{}", end_reason(ended)),
            (None, Some(w)) if !matches!(w.reason.as_str(), "" | "PodInitializing") => {
                format!("Init:{}", w.reason)
            }
            _ => format!("Init:{index}/{}", pod.spec.init_containers.len()),
        };
        return (true, of_sidecars);
    }
    (false, of_sidecars)
}

/// Counts the containers; the reason of the first one wins.
fn containers(pod: &Pod, row: &mut Columns) {
    let mut running = false;
    let mut error = None;
    for c in pod.status.container_statuses.iter().rev() {
        row.restarts += i64::from(c.restart_count);
        row.last_restart = row.last_restart.max(last_end(c));
        if let Some(waiting) = c.state.waiting.as_ref().filter(|w| !w.reason.is_empty()) {
            row.status.clone_from(&waiting.reason);
        } else if let Some(ended) = &c.state.terminated {
            row.status = end_reason(ended);
            if ended.exit_code != 0 {
                error = Some(row.status.clone());
            }
        } else if c.ready && c.state.running.is_some() {
            running = true;
            row.ready += 1;
        }
    }
    if row.status == "Completed" {
        let ready = pod.status.condition("Ready").is_some_and(|c| c.status == "True");
        match error {
            _ if running && ready => "Running".clone_into(&mut row.status),
            Some(error) => row.status = error,
            None if running => "NotReady".clone_into(&mut row.status),
            None => {}
        }
    }
}

fn last_end(container: &ContainerStatus) -> Option<Time> {
    container.last_state.terminated.as_deref().and_then(Terminated::finished)
}

fn end_reason(ended: &Terminated) -> String {
    match ended {
        t if !t.reason.is_empty() => t.reason.clone(),
        t if t.signal != 0 => format!("Signal:{}", t.signal),
        t => format!("ExitCode:{}", t.exit_code),
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(pod: serde_json::Value) -> (String, String, i64) {
        let row = columns(&serde_json::from_value(pod).unwrap());
        (row.status, format!("{}/{}", row.ready, row.total), row.restarts)
    }

    #[test]
    fn completed_sibling_of_a_running_container_is_running_only_when_the_pod_is_ready() {
        let pod = |ready: &str| {
            json!({
                "spec": {"containers": [{"name": "a"}, {"name": "b"}]},
                "status": {
                    "phase": "Running",
                    "conditions": [{"type": "Ready", "status": ready}],
                    "containerStatuses": [
                        {"name": "a", "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}},
                        {"name": "b", "ready": true, "state": {"running": {}}},
                    ],
                },
            })
        };
        assert_eq!(of(pod("True")), ("Running".into(), "1/2".into(), 0));
        assert_eq!(of(pod("False")), ("NotReady".into(), "1/2".into(), 0));
    }

    #[test]
    fn sidecars_count_as_containers_and_keep_their_restarts() {
        let pod = json!({
            "spec": {
                "initContainers": [{"name": "mesh", "restartPolicy": "Always"}, {"name": "setup"}],
                "containers": [{"name": "app"}],
            },
            "status": {
                "phase": "Running",
                "initContainerStatuses": [
                    {"name": "mesh", "ready": true, "started": true, "restartCount": 2, "state": {"running": {}}},
                    {"name": "setup", "restartCount": 5, "state": {"terminated": {"exitCode": 0}}},
                ],
                "containerStatuses": [
                    {"name": "app", "ready": true, "restartCount": 1, "state": {"running": {}}},
                ],
            },
        });
        assert_eq!(of(pod), ("Running".into(), "2/2".into(), 3));
    }

    #[test]
    fn an_empty_pod_is_shown_as_it_is() {
        assert_eq!(of(json!({})), (String::new(), "0/0".into(), 0));
    }
}
