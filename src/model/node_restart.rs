//! Restarts of nodes, read from the pods that ended with them: one restart of a node ends the containers of all its pods.
//!
//! What does not belong here: severities and texts.

use super::{Event, Node, ObjectRef, Pod, step};
use crate::wire::{self, Time};
use std::collections::{BTreeMap, BTreeSet};

/// A restart of a node, or of its container runtime, that ended the containers of its pods.
#[derive(Debug)]
pub struct NodeRestart<'a> {
    /// The node.
    pub(crate) node: &'a str,
    /// When it ended the last containers.
    pub(crate) at: Time,
    /// The pods whose last restart it was, by name.
    pub(crate) pods: Vec<&'a Pod>,
}

/// Reasons of a container whose end its runtime did not see.
const UNSEEN: [&str; 2] = ["ContainerStatusUnknown", "Unknown"];

/// The exit code of such a container.
const UNSEEN_CODE: i32 = 255;

/// The runtime finds the ends of all containers when it starts, within this many seconds.
const WINDOW: i64 = 5;

/// A node that shuts down in order ends its containers up to this many seconds before it boots.
const BEFORE_BOOT: i64 = 600;

/// The event of a boot, and the condition `Ready`, may be this many seconds older than the ends that the runtime finds.
const AFTER_BOOT: i64 = 60;

/// Returns the last restart of each node that has restarted, by node.
pub(crate) fn node_restarts<'a>(
    pods: &'a [Pod],
    nodes: &[Node],
    events: &[Event],
) -> BTreeMap<&'a str, NodeRestart<'a>> {
    let mut by_node: BTreeMap<&str, Vec<(Time, &Pod)>> = BTreeMap::new();
    for pod in pods.iter().filter(|pod| pod.object.is_some() && pod.shared.ended.is_none()) {
        if let (Some(node), Some(at)) = (pod.node.as_deref(), pod.last_restart()) {
            by_node.entry(node).or_default().push((at, pod));
        }
    }
    let restart = |(node, mut ends): (&'a str, Vec<(Time, &'a Pod)>)| {
        ends.sort_by_key(|(at, pod)| (*at, &*pod.name));
        let boot = boot(node, nodes, events);
        // Many pods of a node may have ended in the same second.
        let mut times: Vec<Time> = ends.iter().map(|(at, _)| *at).collect();
        times.dedup();
        let at = times.into_iter().rev().find(|at| is_restart(*at, &ends, boot.as_ref()))?;
        let is_part = |end: &&(Time, &Pod)| (-AFTER_BOOT..=BEFORE_BOOT).contains(&at.seconds_since(end.0));
        let pods = ends.iter().filter(is_part).map(|(_, pod)| *pod).collect();
        Some((node, NodeRestart { node, at, pods }))
    };
    by_node.into_iter().filter_map(restart).collect()
}

/// When a node last booted.
struct Boot {
    at: Time,
    /// Whether the kubelet reported the boot, or only became ready then.
    reported: bool,
}

/// Returns the last boot of a node: the kubelet's event, or when the node became ready.
fn boot(node: &str, nodes: &[Node], events: &[Event]) -> Option<Boot> {
    let object = ObjectRef::of_cluster("Node", node);
    let from = events.partition_point(|event| event.object < object);
    let own = events[from..].iter().take_while(|event| event.object == object);
    let reported = own.filter(|event| event.reason == "Rebooted").filter_map(|event| event.last_seen).max();
    let row = nodes.binary_search_by(|row| (*row.name).cmp(node)).ok().map(|index| &nodes[index]);
    let ready = row.and_then(|row| row.condition("Ready").filter(|c| c.status == "True")?.since());
    reported.map(|at| Boot { at, reported: true }).or(ready.map(|at| Boot { at, reported: false }))
}

/// Whether the ends at a time belong to a restart of the node: its runtime did not see those of several pods, or the node
/// booted then.
fn is_restart(at: Time, ends: &[(Time, &Pod)], boot: Option<&Boot>) -> bool {
    // They are sorted by time.
    let from = ends.partition_point(|(end, _)| at.seconds_since(*end) > WINDOW);
    let to = ends.partition_point(|(end, _)| *end <= at);
    let near = || ends.get(from..to).unwrap_or_default().iter().inspect(|_| step());
    let unseen = || near().filter(|(end, pod)| ended_unseen(pod, *end));
    let booted = boot.is_some_and(|boot| (-AFTER_BOOT..=BEFORE_BOOT).contains(&boot.at.seconds_since(at)));
    if booted && (boot.is_some_and(|boot| boot.reported) || unseen().next().is_some()) {
        return true;
    }
    let unknown = unseen().filter(|(end, pod)| end_at(pod, *end).any(|end| UNSEEN.contains(&&*end.reason)));
    // A program may exit with 255 itself, and several of one owner may do so together.
    let owners: BTreeSet<_> = unseen().map(|(_, pod)| &pod.shared.owner).collect();
    unknown.count() > 1 || owners.len() > 1 && unseen().count() > 2
}

/// Whether the runtime did not see the end of a container of this pod.
fn ended_unseen(pod: &Pod, at: Time) -> bool {
    end_at(pod, at).any(|end| end.exit_code == UNSEEN_CODE)
}

/// Returns the ends of the pod's containers before their last restart, at a time.
fn end_at(pod: &Pod, at: Time) -> impl Iterator<Item = &wire::Terminated> {
    let ends = pod.containers().filter_map(|container| container.status.last_state.terminated.as_deref());
    ends.filter(move |end| end.finished() == Some(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Names, steps_of};
    use serde_json::json;

    fn pod(name: &str, exit: (i32, &str, &str)) -> Pod {
        let (code, reason, finished) = exit;
        let end = json!({ "terminated": { "exitCode": code, "reason": reason, "finishedAt": finished } });
        let value = json!({
            "metadata": { "namespace": "shop", "name": name, "ownerReferences": [{ "kind": "ReplicaSet", "name": name, "controller": true }] },
            "spec": { "nodeName": "n1", "containers": [{ "name": "app" }] },
            "status": { "phase": "Running", "containerStatuses": [
                { "name": "app", "ready": true, "restartCount": 7, "state": { "running": {} }, "lastState": end },
            ] },
        });
        Pod::fold(serde_json::from_value(value).unwrap(), &Names::default())
    }

    fn node(ready: &str) -> Node {
        let condition = json!({ "type": "Ready", "status": "True", "lastTransitionTime": ready });
        let value = json!({ "metadata": { "name": "n1" }, "status": { "conditions": [condition] } });
        Node::fold(serde_json::from_value(value).unwrap(), &Names::default())
    }

    fn explained(pods: &[Pod], nodes: &[Node]) -> usize {
        node_restarts(pods, nodes, &[]).get("n1").map_or(0, |restart| restart.pods.len())
    }

    #[test]
    fn ends_that_no_runtime_saw_are_one_restart() {
        let at = "2026-03-10T05:00:00Z";
        let unknown = (255, "Unknown", at);
        assert_eq!(
            explained(&[pod("a", unknown), pod("b", (255, "Unknown", "2026-03-10T05:00:01Z"))], &[]),
            2
        );
        // One that ended in order, a minute before.
        let before = (143, "Error", "2026-03-10T04:59:00Z");
        assert_eq!(explained(&[pod("a", unknown), pod("b", unknown), pod("c", before)], &[]), 3);
        // A node that became ready again just then.
        assert_eq!(explained(&[pod("a", unknown)], &[node("2026-03-10T05:01:00Z")]), 1);
    }

    #[test]
    fn pods_of_one_node_are_compared_with_those_that_ended_near_them() {
        let steps = |count: i64| {
            let ended = |number: i64| Time::at(1_770_000_000 + number).to_timestamp().unwrap().to_string();
            let pods: Vec<Pod> = (0..count)
                .map(|number| pod(&format!("web-{number:05}"), (1, "Error", &ended(number))))
                .collect();
            steps_of(|| assert_eq!(explained(&pods, &[]), 0))
        };
        let (few, many) = (steps(100), steps(1600));
        assert!(many <= 17 * few, "{few} {many}");
    }

    #[test]
    fn programs_that_end_together_are_not_a_restart_of_their_node() {
        let at = "2026-03-10T05:00:00Z";
        assert_eq!(explained(&[pod("a", (1, "Error", at)), pod("b", (1, "Error", at))], &[]), 0);
        assert_eq!(explained(&[pod("a", (255, "Error", at)), pod("b", (255, "Error", at))], &[]), 0);
        assert_eq!(explained(&[pod("a", (255, "Unknown", at))], &[node("2026-02-08T12:00:00Z")]), 0);
        assert_eq!(explained(&[pod("a", (1, "Error", at))], &[node("2026-03-10T05:01:00Z")]), 0);
    }
}
