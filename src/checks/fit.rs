//! Whether a pod fits a node, by cordons, taints, labels and free resources. The order is that of the scheduler's
//! filters, so each node counts for the first reason that rules it out.

use super::View;
use crate::model::{Amount, Node, Pod, mebibytes, step};
use crate::text::{Fact, Facts, Message, Text};
use crate::wire::{NodeSelectorTerm, PodSpec, Requirement, Taint, Toleration};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// The reason why a node does not take a pod.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Misfit {
    Cordoned,
    Taint(String),
    /// The labels that the pod requires.
    Labels(Vec<String>),
    /// The pod is larger than the whole node.
    TooLarge(Resource),
    /// The pod is larger than the free part of the node.
    NoRoom(Resource),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Resource {
    Cpu,
    Memory,
    Pods,
}

/// The resources of the nodes, and their free part.
pub(crate) struct Fit<'v, 'a> {
    view: &'v View<'a>,
    nodes: &'a [Node],
    /// Whether the load of the nodes is known.
    knows_loads: bool,
    /// What was explained, by what a pod asks for: the pods of a workload ask for the same.
    known: RefCell<BTreeMap<String, (bool, Vec<Message>)>>,
}

impl<'v, 'a> Fit<'v, 'a> {
    pub(crate) fn new(view: &'v View<'a>) -> Self {
        let (nodes, known) = (&view.snapshot.rows.nodes, RefCell::default());
        Self { view, nodes, knows_loads: view.saw_all_pods(), known }
    }

    /// Returns why no node takes a pod, and whether the first reason is the one that matters. The reason that rules out
    /// most of the nodes that the pod is meant for comes first; other nodes are not expected to take it.
    pub(crate) fn explain(&self, pod: &Pod) -> (bool, Vec<Message>) {
        let Some(spec) = pod.object.as_deref().map(|object| &object.spec) else { return (false, Vec::new()) };
        let requests = pod.shared.template.requests;
        let asks = format!("{:?}", (requests, &spec.node_selector, &spec.affinity, &spec.tolerations));
        self.known.borrow_mut().entry(asks).or_insert_with(|| self.reasons(spec, requests)).clone()
    }

    fn reasons(&self, spec: &PodSpec, requests: Amount) -> (bool, Vec<Message>) {
        let mut reasons: BTreeMap<Misfit, Vec<&Node>> = BTreeMap::new();
        let mut fitting = Vec::new();
        for node in self.nodes {
            match self.misfit(spec, requests, node) {
                Some(reason) => reasons.entry(reason).or_default().push(node),
                None => fitting.push(node),
            }
        }
        let mut reasons: Vec<(Misfit, Vec<&Node>)> = reasons.into_iter().collect();
        let meant = |nodes: &[&Node]| nodes.iter().any(|node| is_meant_for(spec, node));
        reasons.sort_by_cached_key(|(reason, nodes)| {
            (std::cmp::Reverse((meant(nodes), nodes.len())), reason.clone())
        });
        let mut said: Vec<Message> =
            reasons.iter().map(|(reason, nodes)| self.words(reason, requests, nodes)).collect();
        let fits = !fitting.is_empty();
        if self.knows_loads && fits {
            said.insert(0, Message::new(&FITS, vec![("nodes", Fact::count(fitting.len()))]));
        }
        // The free resources of nodes that fit otherwise may be unknown.
        (self.knows_loads || !fits, said)
    }

    fn misfit(&self, spec: &PodSpec, requests: Amount, node: &Node) -> Option<Misfit> {
        step();
        let tolerated =
            |taint: &Taint| spec.tolerations.iter().any(|toleration| tolerates(toleration, taint));
        if node.cordoned && !spec.tolerations.iter().any(|t| tolerates(t, &cordon())) {
            return Some(Misfit::Cordoned);
        }
        let hard = node.taints.iter().filter(|taint| taint.effect != "PreferNoSchedule");
        if let Some(taint) = hard.into_iter().find(|taint| !tolerated(taint)) {
            return Some(Misfit::Taint(named(taint)));
        }
        if let Some(missing) = missing_labels(spec, node) {
            return Some(Misfit::Labels(missing));
        }
        let size = [
            (Resource::Cpu, requests.cpu, node.allocatable.cpu),
            (Resource::Memory, requests.memory, node.allocatable.memory),
        ];
        if let Some((resource, ..)) = size.into_iter().find(|(_, needed, whole)| needed > whole) {
            return Some(Misfit::TooLarge(resource));
        }
        let (free, pods) = self.free(node)?;
        let short = [
            (Resource::Pods, pods < 1),
            (Resource::Cpu, requests.cpu > free.cpu),
            (Resource::Memory, requests.memory > free.memory),
        ];
        short.into_iter().find(|(_, is_short)| *is_short).map(|(resource, _)| Misfit::NoRoom(resource))
    }

    /// Returns the free resources of a node, if they are known.
    fn free(&self, node: &Node) -> Option<(Amount, i64)> {
        let load = self.knows_loads.then(|| self.view.load(&node.name))?;
        let left = |whole: i64, taken: i64| whole.saturating_sub(taken).max(0);
        let amount = Amount {
            cpu: left(node.allocatable.cpu, load.requests.cpu),
            memory: left(node.allocatable.memory, load.requests.memory),
        };
        let pods = i64::try_from(load.pods).unwrap_or(i64::MAX);
        Some((amount, left(node.pods.unwrap_or(i64::MAX), pods)))
    }

    fn words(&self, reason: &Misfit, requests: Amount, nodes: &[&Node]) -> Message {
        let mut facts: Facts = vec![("nodes", Fact::count(nodes.len()))];
        let text = match reason {
            Misfit::Cordoned => &CORDONED,
            Misfit::Taint(taint) => {
                facts.push(("taint", Fact::text(taint)));
                &TAINT
            }
            Misfit::Labels(labels) => {
                facts.push(("labels", Fact::list(labels.iter().cloned())));
                if nodes.len() == self.nodes.len() { &NO_LABELS } else { &LABELS }
            }
            Misfit::NoRoom(Resource::Pods) | Misfit::TooLarge(Resource::Pods) => &FULL,
            Misfit::TooLarge(resource) => {
                facts.extend(room(*resource, requests, nodes, |node| node.allocatable));
                &TOO_LARGE
            }
            Misfit::NoRoom(resource) => {
                facts.extend(room(*resource, requests, nodes, |node| self.free(node).unwrap_or_default().0));
                &NO_ROOM
            }
        };
        Message::new(text, facts)
    }
}

/// Returns the needed amount, the node with the largest amount, and the amount that is missing there.
fn room(resource: Resource, requests: Amount, nodes: &[&Node], of: impl Fn(&Node) -> Amount) -> Facts {
    let part = |amount: Amount| if resource == Resource::Cpu { amount.cpu } else { amount.memory };
    let written = |number: i64| match resource {
        Resource::Cpu if number % 1000 == 0 => (number / 1000).to_string(),
        Resource::Cpu => format!("{number}m"),
        _ => mebibytes(number),
    };
    let best = nodes.iter().max_by_key(|node| (part(of(node)), std::cmp::Reverse(&node.name)));
    let most = best.map_or(0, |node| part(of(node)));
    vec![
        ("resource", Fact::Words(if resource == Resource::Cpu { &CPU } else { &MEMORY })),
        ("needed", Fact::Text(written(part(requests)))),
        ("most", Fact::Text(written(most))),
        ("short", Fact::Text(written(part(requests).saturating_sub(most)))),
        ("best", Fact::text(best.map_or("?", |node| &*node.name))),
    ]
}

/// The resources. The Chinese names include the spaces around them; a number follows.
pub(crate) static CPU: Text = Text { en: "CPU", zh_tw: " CPU ", zh_cn: " CPU " };
pub(crate) static MEMORY: Text = Text { en: "memory", zh_tw: "記憶體 ", zh_cn: "内存 " };
static CORDONED: Text = Text {
    en: "{nodes:# node is|# nodes are} cordoned",
    zh_tw: "{nodes} 個節點已 cordon（停止排程）",
    zh_cn: "{nodes} 个节点已隔离（cordon）",
};
static TAINT: Text = Text {
    en: "{nodes:# node has|# nodes have} the taint {taint}, which the pod does not tolerate",
    zh_tw: "{nodes} 個節點帶有 Pod 不容忍的 taint（污點）{taint}",
    zh_cn: "{nodes} 个节点带有 Pod 不容忍的污点 {taint}",
};
static LABELS: Text = Text {
    en: "{nodes:# node does|# nodes do} not have the labels that the pod requires: {labels}",
    zh_tw: "{nodes} 個節點不符合 Pod 要求的標籤：{labels}",
    zh_cn: "{nodes} 个节点不符合 Pod 要求的标签：{labels}",
};
static NO_LABELS: Text = Text {
    en: "no node has the labels that the pod requires: {labels}",
    zh_tw: "沒有任何節點符合 Pod 要求的標籤：{labels}",
    zh_cn: "没有任何节点符合 Pod 要求的标签：{labels}",
};
static FULL: Text = Text {
    en: "{nodes:# node runs|# nodes run} the maximum number of pods",
    zh_tw: "{nodes} 個節點的 Pod 數已達上限",
    zh_cn: "{nodes} 个节点的 Pod 数已达上限",
};
static TOO_LARGE: Text = Text {
    en: "the pod requests {needed} of {resource}; {nodes:# node is|# nodes are} too small (the largest, {best}, has \
         {most})",
    zh_tw: "Pod 要求{resource}{needed}，{nodes} 個節點中沒有一個有這麼大（最大的 {best} 為 {most}）",
    zh_cn: "Pod 要求{resource}{needed}，{nodes} 个节点中没有一个有这么大（最大的 {best} 为 {most}）",
};
static NO_ROOM: Text = Text {
    en: "{nodes:# node does|# nodes do} not have enough free {resource}: the pod needs {needed}, and the largest free \
         amount is {most} on {best}, {short} short",
    zh_tw: "{nodes} 個節點的剩餘資源不足：需要{resource}{needed}，最多的 {best} 只剩 {most}，還差 {short}",
    zh_cn: "{nodes} 个节点的剩余资源不足：需要{resource}{needed}，最多的 {best} 只剩 {most}，还差 {short}",
};
static FITS: Text = Text {
    en: "{nodes:# node fits|# nodes fit} by resources, taints and labels: check the volumes, ports and pod affinity",
    zh_tw: "以資源、taint（污點）與標籤來看，有 {nodes} 個節點放得下：請查磁碟區、連接埠與 Pod 親和性",
    zh_cn: "按资源、污点与标签来看，有 {nodes} 个节点放得下：请查卷、端口与 Pod 亲和性",
};

/// Returns whether a node has the labels that a pod requires, and no role of its own that keeps pods away.
fn is_meant_for(spec: &PodSpec, node: &Node) -> bool {
    let has_role = node.taints.iter().any(|taint| taint.key.starts_with("node-role.kubernetes.io/"));
    missing_labels(spec, node).is_none() && !has_role
}

fn cordon() -> Taint {
    let (key, effect) = ("node.kubernetes.io/unschedulable".to_owned(), "NoSchedule".to_owned());
    Taint { key, effect, ..Taint::default() }
}

fn named(taint: &Taint) -> String {
    match taint.value.as_str() {
        "" => format!("{}:{}", taint.key, taint.effect),
        value => format!("{}={value}:{}", taint.key, taint.effect),
    }
}

/// As `Toleration.ToleratesTaint` in k8s.io/api.
fn tolerates(toleration: &Toleration, taint: &Taint) -> bool {
    let effect = toleration.effect.is_empty() || toleration.effect == taint.effect;
    let key = toleration.key.is_empty() || toleration.key == taint.key;
    let value = match toleration.operator.as_str() {
        "Exists" => true,
        "" | "Equal" => !toleration.key.is_empty() && toleration.value == taint.value,
        _ => false,
    };
    effect && key && value
}

/// Returns the labels that a pod requires and the node does not have, such as `disk=ssd`. Alternatives are one entry.
fn missing_labels(spec: &PodSpec, node: &Node) -> Option<Vec<String>> {
    let wrong = spec.node_selector.iter().find(|(key, value)| node.labels.get(*key) != Some(*value));
    if let Some((key, value)) = wrong {
        return Some(vec![format!("{key}={value}")]);
    }
    let affinity = spec.affinity.as_ref()?.node_affinity.as_ref()?;
    let terms = &affinity.required_during_scheduling_ignored_during_execution.as_ref()?.node_selector_terms;
    if terms.iter().any(|term| matches(term, node)) {
        return None;
    }
    Some(match terms.as_slice() {
        [only] => in_words(only),
        terms => {
            let either: Vec<String> = terms.iter().map(|term| in_words(term).join(", ")).collect();
            vec![either.join(" | ")]
        }
    })
}

/// An empty term matches nothing.
fn matches(term: &NodeSelectorTerm, node: &Node) -> bool {
    let is_empty = term.match_expressions.is_empty() && term.match_fields.is_empty();
    let label = |r: &Requirement| holds(r, node.labels.get(&r.key).map(String::as_str));
    let field = |r: &Requirement| holds(r, (r.key == "metadata.name").then_some(&*node.name));
    !is_empty && term.match_expressions.iter().all(label) && term.match_fields.iter().all(field)
}

/// Whether a label, or its absence, meets a requirement.
pub(super) fn holds(requirement: &Requirement, value: Option<&str>) -> bool {
    let is_among = value.is_some_and(|value| requirement.values.iter().any(|wanted| wanted == value));
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<i64>().ok());
    let bound = number(requirement.values.first().map(String::as_str));
    match requirement.operator.as_str() {
        "In" => is_among,
        "NotIn" => !is_among,
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        "Gt" => number(value).zip(bound).is_some_and(|(value, bound)| value > bound),
        "Lt" => number(value).zip(bound).is_some_and(|(value, bound)| value < bound),
        _ => false,
    }
}

fn in_words(term: &NodeSelectorTerm) -> Vec<String> {
    let all = term.match_expressions.iter().chain(&term.match_fields);
    let words = all.map(|r| match r.operator.as_str() {
        "Exists" | "DoesNotExist" => format!("{} {}", r.key, r.operator),
        operator => format!("{} {operator} ({})", r.key, r.values.join(", ")),
    });
    words.collect()
}
