//! The containers that were killed for their memory, told while the pods are still being listed.

use super::series::Name;
use crate::wire::{ContainerStatus, Pod, Terminated};
use std::collections::BTreeSet;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// So many are looked at: in a bad hour the first of them tell of the others.
const MOST: usize = 50;

/// Tells of each. The one who hears of them knows all when every clone is gone.
#[derive(Clone, Debug)]
pub(crate) struct Killed(UnboundedSender<Name>);

/// Who tells, and who hears.
pub(crate) fn killed() -> (Killed, UnboundedReceiver<Name>) {
    let (tell, told) = unbounded_channel();
    (Killed(tell), told)
}

impl Killed {
    /// Tells those of a pod.
    pub(crate) fn note(&self, pod: &Pod) {
        let metadata = &pod.metadata;
        for container in pod.lasting().filter(|status| was_killed(status)) {
            // Nobody may be listening any more.
            let _ = self.0.send((metadata.namespace.clone(), metadata.name.clone(), container.name.clone()));
        }
    }
}

/// Hears until nobody tells any more. Of more than can be looked at the first by name stay, however the lists come.
pub(crate) async fn first(mut told: UnboundedReceiver<Name>) -> BTreeSet<Name> {
    let mut first = BTreeSet::new();
    while let Some(container) = told.recv().await {
        first.insert(container);
        if first.len() > MOST {
            first.pop_last();
        }
    }
    first
}

fn was_killed(status: &ContainerStatus) -> bool {
    let ended = [&status.state.terminated, &status.last_state.terminated];
    ended.into_iter().flatten().any(Terminated::is_for_memory)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sidecars_are_told_and_what_only_begins_is_not() {
        let ended = json!({ "terminated": { "reason": "OOMKilled" } });
        let value = json!({
            "metadata": { "namespace": "shop", "name": "web-0" },
            "spec": { "initContainers": [{ "name": "proxy", "restartPolicy": "Always" }, { "name": "begin" }] },
            "status": { "initContainerStatuses": [{ "name": "proxy", "lastState": ended }, { "name": "begin", "lastState": ended }] },
        });
        let (killed, mut told) = killed();
        killed.note(&serde_json::from_value(value).unwrap());
        drop(killed);
        let (_, _, container) = told.blocking_recv().unwrap();
        assert_eq!((&*container, told.blocking_recv()), ("proxy", None));
    }

    #[test]
    fn whatever_the_order_the_same_ones_are_looked_at() {
        let pod = |number: usize| -> Pod {
            let ended =
                json!({ "terminated": { "reason": if number == 3 { "Error" } else { "OOMKilled" } } });
            let value = json!({
                "metadata": { "namespace": "shop", "name": format!("web-{number:03}") },
                "status": { "containerStatuses": [{ "name": "app", "lastState": ended }, { "name": "side" }] },
            });
            serde_json::from_value(value).unwrap()
        };
        let looked_at = |numbers: &mut dyn Iterator<Item = usize>| {
            let (killed, told) = killed();
            numbers.for_each(|number| killed.note(&pod(number)));
            drop(killed);
            tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(first(told))
        };
        let up = looked_at(&mut (0..80));
        assert_eq!(up, looked_at(&mut (0..80).rev()));
        let names: Vec<String> = up.into_iter().map(|(_, pod, _)| pod).collect();
        assert_eq!((names.len(), &*names[0], &*names[3], &*names[49]), (50, "web-000", "web-004", "web-050"));
    }
}
