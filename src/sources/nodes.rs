//! What is to be measured, noted while the pods are still being listed: the nodes that carry them are told at once, the
//! containers that were killed for their memory and the hosts when all is read.

use super::hosts::Named;
use super::killed::Killed;
use super::logs::Wanted;
use crate::cluster::Sink;
use crate::wire::{Kind, Object};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Tells each node once.
#[derive(Debug)]
pub(crate) struct Nodes {
    told: Mutex<BTreeSet<String>>,
    tell: UnboundedSender<String>,
}

/// Keeps objects, and tells which nodes the pods among them run on, what was killed, and which
/// hosts there are.
#[derive(Debug)]
pub(crate) struct Noted<K> {
    kept: K,
    /// `None` where nobody wants to know.
    nodes: Option<Arc<Nodes>>,
    killed: Killed,
    named: Named,
    /// `None` where nobody wants logs.
    logs: Option<Wanted>,
}

/// Who tells the nodes, and who hears of them. It ends when whoever tells is gone.
pub(crate) fn channel() -> (Nodes, UnboundedReceiver<String>) {
    let (tell, told) = unbounded_channel();
    (Nodes { told: Mutex::default(), tell }, told)
}

impl Nodes {
    fn tell(&self, node: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if !told.contains(node) {
            told.insert(node.to_owned());
            // Nobody may be listening any more.
            let _ = self.tell.send(node.to_owned());
        }
    }
}

impl<K> Noted<K> {
    pub(crate) fn new(kept: K, nodes: Option<Nodes>, killed: Killed, named: Named) -> Self {
        Self { kept, nodes: nodes.map(Arc::new), killed, named, logs: None }
    }

    /// The same, and it tells which logs are to be read, where anybody wants to know.
    pub(crate) fn with_logs(self, logs: Option<Wanted>) -> Self {
        Self { logs, ..self }
    }

    pub(crate) fn into_kept(self) -> K {
        self.kept
    }
}

impl<K: Sink> Sink for Noted<K> {
    fn keep(&mut self, object: Object) {
        if let Object::Pod(pod) = &object {
            self.killed.note(pod);
            self.logs.iter().for_each(|logs| logs.note(pod));
            let runs = !pod.has_ended() && !pod.spec.node_name.is_empty();
            if let Some(nodes) = self.nodes.as_ref().filter(|_| runs) {
                nodes.tell(&pod.spec.node_name);
            }
        }
        self.named.note(&object);
        self.kept.keep(object);
    }

    fn part(&self) -> Self {
        Self {
            kept: self.kept.part(),
            nodes: self.nodes.clone(),
            killed: self.killed.clone(),
            named: self.named.clone(),
            logs: self.logs.clone(),
        }
    }

    fn append(&mut self, part: Self) {
        self.kept.append(part.kept);
    }

    fn expect(&mut self, kind: Kind, count: usize) {
        self.kept.expect(kind, count);
    }
}

#[cfg(test)]
mod tests {
    use super::super::hosts::named;
    use super::super::killed::killed;
    use super::*;
    use crate::snapshot::Rows;
    use serde_json::json;

    #[test]
    fn each_node_of_a_running_pod_is_told_once() {
        let pod = |node: &str, phase: &str| {
            let value = json!({ "spec": { "nodeName": node }, "status": { "phase": phase } });
            Object::from_value(Kind::Pod, value).unwrap()
        };
        let (nodes, mut heard) = channel();
        let mut noted = Noted::new(Rows::default(), Some(nodes), killed().0, named(false).0);
        let mut part = noted.part();
        part.keep(pod("one", "Running"));
        part.keep(pod("two", "Succeeded"));
        part.keep(pod("", "Pending"));
        noted.append(part);
        noted.keep(pod("one", "Running"));
        assert_eq!(noted.into_kept().pods.len(), 4);
        assert_eq!((heard.blocking_recv(), heard.blocking_recv()), (Some("one".to_owned()), None));
    }
}
