//! Since when something about a pod is wrong, and which restart of its node explains its last one.

use super::View;
use crate::model::{Container, NodeRestart, Pod, PodProblem};
use crate::wire::{Terminated, Time};

/// The first waits of the kubelet before the restarts of a container in seconds; the last one repeats.
const BACK_OFFS: [i64; 6] = [10, 20, 40, 80, 160, 300];

impl<'a> View<'a> {
    /// Returns when a container began to fail again and again: its readiness may flip with each restart, so the kubelet's
    /// first warning and the number of restarts count too. Nothing is older than the pod.
    pub fn failing_since(&self, pod: &Pod, container: &Container) -> Option<Time> {
        let (created, unready) = (pod.created(), pod.unready_since());
        let restarts = container.status.restart_count;
        if restarts == 0 {
            return unready.or(created);
        }
        let end = container.last_end();
        let first = end.filter(|_| restarts == 1).and_then(Terminated::finished);
        // So many restarts take most of the pod's life.
        let whole_life = created.filter(|created| backed_off(restarts) * 2 >= self.age(*created));
        let warned = self.pod_events(pod).into_iter().filter(|event| {
            event.reason == "BackOff"
                && event.message.contains("restarting failed container")
                && event.is_of(&container.status.name)
        });
        let known =
            [unready, first, whole_life].into_iter().flatten().chain(warned.filter_map(|e| e.first_seen));
        let plausible = known.filter(|at| created.is_none_or(|created| *at >= created));
        plausible.min().or(end.and_then(Terminated::started)).or(created)
    }

    /// Returns since when a pod has not been ready, or one of its containers has failed again and again.
    pub fn troubled_since(&self, pod: &Pod) -> Option<Time> {
        let looping = self.troubles_of(pod).filter_map(|trouble| match trouble {
            PodProblem::CrashLoop(container)
            | PodProblem::Config(container)
            | PodProblem::Hook(container)
            | PodProblem::ProbeKill(container) => self.failing_since(pod, &container),
            _ => None,
        });
        looping.chain(pod.unready_since()).min()
    }

    /// Returns the restart of its node that was the last restart of a pod, if it was one.
    pub fn node_restart_of(&self, pod: &Pod) -> Option<&NodeRestart<'a>> {
        let restart = self.node_restarts.get(pod.node.as_deref()?)?;
        restart.pods.iter().any(|other| std::ptr::eq(*other, pod)).then_some(restart)
    }

    /// Returns the last restart of each node that has restarted, by node.
    pub fn node_restarts(&self) -> impl Iterator<Item = &NodeRestart<'a>> {
        self.node_restarts.values()
    }
}

/// Returns the least seconds that the kubelet has waited before so many restarts in a row.
fn backed_off(restarts: i32) -> i64 {
    let (restarts, most) = (i64::from(restarts), BACK_OFFS.len());
    let first: i64 = BACK_OFFS.iter().take(usize::try_from(restarts).unwrap_or(0).min(most)).sum();
    let more = restarts.saturating_sub(i64::try_from(most).unwrap_or(0)).max(0);
    first + more * BACK_OFFS[most - 1]
}

#[cfg(test)]
mod tests {
    use super::backed_off;

    #[test]
    fn back_off_grows_to_five_minutes() {
        assert_eq!([0, 1, 4, 6, 8].map(backed_off), [0, 10, 150, 610, 1210]);
    }
}
