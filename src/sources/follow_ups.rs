//! What the sources need from the lists: names that are collected while objects are folded, and merged as the rows are.

use super::hosts::NamedHosts;
use super::logs::{Target, targets_of};
use crate::cluster::Sink;
use crate::model::Names;
use crate::wire::{ContainerStatus, Kind, MeasuredMeta, Object, Pod};
use std::collections::BTreeSet;

/// The memory history of this many containers is queried: in a large outage they are typical of the others.
const MOST_KILLED: usize = 50;

/// The names that the sources need. `None` if no source needs them.
#[derive(Debug, Default)]
pub(crate) struct FollowUps {
    /// The nodes that run pods.
    pub(crate) nodes: Option<BTreeSet<String>>,
    /// The first containers by name that were OOM-killed.
    pub(crate) killed: Option<BTreeSet<MeasuredMeta>>,
    /// The containers with logs.
    pub(crate) log_targets: Option<Vec<Target>>,
    /// The hosts that objects name.
    pub(crate) hosts: Option<NamedHosts>,
    /// The names that targets share.
    pub(crate) names: Names,
}

impl FollowUps {
    /// Returns an empty part that collects the same.
    #[must_use]
    pub(crate) fn part(&self) -> Self {
        Self {
            nodes: self.nodes.as_ref().map(|_| BTreeSet::new()),
            killed: self.killed.as_ref().map(|_| BTreeSet::new()),
            log_targets: self.log_targets.as_ref().map(|_| Vec::new()),
            hosts: self.hosts.as_ref().map(|_| NamedHosts::default()),
            names: self.names.clone(),
        }
    }

    /// Collects what an object names.
    pub(crate) fn note(&mut self, object: &Object) {
        if let Object::Pod(pod) = object {
            self.pod(pod);
        }
        if let Some(hosts) = &mut self.hosts {
            hosts.note(object);
        }
    }

    fn pod(&mut self, pod: &Pod) {
        let node = &pod.spec.node_name;
        if let Some(nodes) = self.nodes.as_mut().filter(|_| runs(pod))
            && !nodes.contains(node)
        {
            nodes.insert(node.clone());
        }
        if let Some(killed) = &mut self.killed {
            let metadata = &pod.metadata;
            let name = |container: &ContainerStatus| {
                MeasuredMeta::of_container(&metadata.namespace, &metadata.name, &container.name)
            };
            killed.extend(pod.lasting().filter(|status| status.was_oom_killed()).map(name));
            keep_first(killed);
        }
        if let Some(targets) = self.log_targets.as_mut().filter(|_| runs(pod)) {
            targets.extend(targets_of(pod, &self.names));
        }
    }

    /// Adds those of another part of the run.
    pub(crate) fn append(&mut self, other: Self) {
        merge(&mut self.nodes, other.nodes, BTreeSet::extend);
        merge(&mut self.killed, other.killed, BTreeSet::extend);
        self.killed.iter_mut().for_each(keep_first);
        merge(&mut self.log_targets, other.log_targets, Vec::extend);
        merge(&mut self.hosts, other.hosts, NamedHosts::append);
    }
}

fn merge<T>(into: &mut Option<T>, from: Option<T>, add: impl FnOnce(&mut T, T)) {
    if let (Some(into), Some(from)) = (into, from) {
        add(into, from);
    }
}

/// Keeps the first by name, so that they do not depend on the order of the lists.
fn keep_first(killed: &mut BTreeSet<MeasuredMeta>) {
    while killed.len() > MOST_KILLED {
        killed.pop_last();
    }
}

/// Whether a pod has a node and has not ended.
fn runs(pod: &Pod) -> bool {
    !pod.has_ended() && !pod.spec.node_name.is_empty()
}

/// Keeps objects and collects their follow-ups.
#[derive(Debug)]
pub(crate) struct Noted<K> {
    kept: K,
    follow_ups: FollowUps,
}

impl<K> Noted<K> {
    pub(crate) fn new(kept: K, follow_ups: FollowUps) -> Self {
        Self { kept, follow_ups }
    }

    /// Separates what was kept from the follow-ups of all parts.
    pub(crate) fn separate(parts: Vec<Self>) -> (Vec<K>, FollowUps) {
        let mut follow_ups = parts.first().map(|part| part.follow_ups.part()).unwrap_or_default();
        let kept = parts.into_iter().map(|part| {
            follow_ups.append(part.follow_ups);
            part.kept
        });
        (kept.collect(), follow_ups)
    }
}

impl<K: Sink> Sink for Noted<K> {
    fn keep(&mut self, object: Object) {
        self.follow_ups.note(&object);
        self.kept.keep(object);
    }

    fn part(&self) -> Self {
        Self { kept: self.kept.part(), follow_ups: self.follow_ups.part() }
    }

    fn append(&mut self, part: Self) {
        self.kept.append(part.kept);
        self.follow_ups.append(part.follow_ups);
    }

    fn expect(&mut self, kind: Kind, count: usize) {
        self.kept.expect(kind, count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::Rows;
    use serde_json::{Value, json};

    fn everything() -> FollowUps {
        FollowUps {
            nodes: Some(BTreeSet::new()),
            killed: Some(BTreeSet::new()),
            log_targets: Some(Vec::new()),
            hosts: Some(NamedHosts::default()),
            names: Names::default(),
        }
    }

    fn object(kind: Kind, value: Value) -> Object {
        Object::from_value(kind, value).unwrap()
    }

    fn pod(name: &str, node: &str, phase: &str, reason: &str) -> Object {
        let ended = json!({ "terminated": { "reason": reason } });
        let value = json!({
            "metadata": { "namespace": "shop", "name": name }, "spec": { "nodeName": node },
            "status": { "phase": phase, "containerStatuses": [{ "name": "app", "lastState": ended }, { "name": "side" }] },
        });
        object(Kind::Pod, value)
    }

    fn noted(objects: &[Object]) -> FollowUps {
        let mut all = everything();
        for object in objects {
            all.note(object);
        }
        all
    }

    #[test]
    fn parts_are_merged_whatever_their_order() {
        let ingress = json!({ "metadata": { "namespace": "shop" }, "spec": { "rules": [{ "host": "a.example.com" }] } });
        let objects = || {
            vec![
                pod("a", "one", "Running", "OOMKilled"),
                pod("b", "two", "Succeeded", "Error"),
                pod("c", "", "Pending", "OOMKilled"),
                pod("d", "one", "Running", "Error"),
                object(Kind::Ingress, ingress.clone()),
            ]
        };
        let blank = Noted::new(Rows::default(), everything());
        for reversed in [false, true] {
            let mut objects = objects();
            if reversed {
                objects.reverse();
            }
            let parts = objects.into_iter().map(|object| {
                let (mut list, mut page) = (blank.part(), blank.part());
                page.keep(object);
                list.append(page);
                list
            });
            let (kept, all) = Noted::separate(parts.collect());
            assert_eq!(kept.iter().map(|rows| rows.pods.len()).sum::<usize>(), 4);
            assert_eq!(all.nodes.unwrap().into_iter().collect::<Vec<_>>(), ["one"]);
            let killed: Vec<String> = all.killed.unwrap().into_iter().map(|of| of.name).collect();
            assert_eq!(killed, ["a/app", "c/app"]);
            let mut logs: Vec<String> = all.log_targets.unwrap().into_iter().map(|of| of.pod).collect();
            logs.sort();
            assert_eq!(logs, ["a", "d"]);
            assert_eq!(all.hosts.unwrap().hosts.into_keys().collect::<Vec<_>>(), ["a.example.com"]);
        }
    }

    #[test]
    fn nothing_is_collected_that_no_source_needs() {
        let mut none = FollowUps::default();
        none.note(&pod("a", "one", "Running", "OOMKilled"));
        none.append(noted(&[pod("a", "one", "Running", "OOMKilled")]));
        let FollowUps { nodes: None, killed: None, log_targets: None, hosts: None, .. } = none else {
            panic!("{none:?}")
        };
    }

    #[test]
    fn sidecars_are_killed_and_init_containers_are_not() {
        let ended = json!({ "terminated": { "reason": "OOMKilled" } });
        let value = json!({
            "metadata": { "namespace": "shop", "name": "web-0" },
            "spec": { "initContainers": [{ "name": "proxy", "restartPolicy": "Always" }, { "name": "begin" }] },
            "status": { "initContainerStatuses": [{ "name": "proxy", "lastState": ended }, { "name": "begin", "lastState": ended }] },
        });
        let killed = noted(&[object(Kind::Pod, value)]).killed.unwrap();
        assert_eq!(killed.iter().map(MeasuredMeta::container).collect::<Vec<_>>(), ["proxy"]);
    }

    #[test]
    fn the_same_containers_are_the_first_in_any_order() {
        let all = |numbers: &mut dyn Iterator<Item = usize>| {
            let reason = |number| if number == 3 { "Error" } else { "OOMKilled" };
            let pods =
                numbers.map(|number| pod(&format!("web-{number:03}"), "one", "Running", reason(number)));
            let mut all = everything();
            // In two parts, each of which has too many.
            let mut pods: Vec<Object> = pods.collect();
            let rest = pods.split_off(60);
            for pods in [pods, rest] {
                all.append(noted(&pods));
            }
            all.killed.unwrap()
        };
        let up = all(&mut (0..120));
        assert_eq!(up, all(&mut (0..120).rev()));
        let names: Vec<&str> = up.iter().map(MeasuredMeta::pod).collect();
        assert_eq!((names.len(), names[0], names[3], names[49]), (50, "web-000", "web-004", "web-050"));
    }
}
