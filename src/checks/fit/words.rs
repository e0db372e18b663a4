//! The reasons in words.

use super::{Asked, Fit, Misfit, Resource, taints};
use crate::model::{Node, mebibytes};
use crate::text::{Fact, Facts, Message, Text};

impl Fit<'_, '_> {
    pub(super) fn message(&self, misfit: &Misfit, asked: &Asked, nodes: &[&Node]) -> Message {
        let mut facts: Facts = vec![("nodes", Fact::count(nodes.len()))];
        let all = nodes.len() == self.nodes.len();
        let text = match misfit {
            Misfit::Cordoned => &CORDONED,
            Misfit::Taint(key, taint) => {
                facts.push(("taint", Fact::text(taint)));
                let removed = taints::removed(key);
                facts.extend(removed.map(|removed| ("by", Fact::Words(&removed.by))));
                if removed.is_some() { &REMOVED } else { &TAINT }
            }
            Misfit::Labels(labels) => {
                facts.push(("labels", Fact::list(labels.iter().cloned())));
                if all { &NO_LABELS } else { &LABELS }
            }
            Misfit::Domains(labels) => {
                facts.push(("labels", Fact::list(labels.iter().cloned())));
                &DOMAINS
            }
            Misfit::Port(port) => {
                let mut takers = nodes.iter().filter_map(|node| Some((node, self.conflict(asked, node)?.1)));
                facts.push(("port", Fact::text(port)));
                if let Some((node, pod)) = takers.next() {
                    let name = format!("{}/{}", pod.shared.namespace, pod.name);
                    facts.extend([("node", Fact::text(&node.name)), ("pod", Fact::Text(name))]);
                }
                &PORT
            }
            Misfit::NoRoom(Resource::Pods) | Misfit::TooLarge(Resource::Pods) => &FULL,
            Misfit::TooLarge(resource) => {
                facts.extend(room(resource, asked, nodes, |node| whole(node, resource)));
                let none = nodes.iter().all(|node| whole(node, resource) == 0);
                if none { &NOT_OFFERED } else { &TOO_LARGE }
            }
            Misfit::NoRoom(resource) => {
                facts.extend(room(resource, asked, nodes, |node| self.left(node, resource)));
                &NO_ROOM
            }
        };
        Message::new(text, facts)
    }

    /// Returns the free part of a resource of a node.
    fn left(&self, node: &Node, resource: &Resource) -> i64 {
        let (free, pods) = self.free(node).unwrap_or_default();
        match resource {
            Resource::Cpu => free.cpu,
            Resource::Memory => free.memory,
            Resource::Pods => pods,
            Resource::Other(name) => self.free_of(node, name),
        }
    }
}

fn whole(node: &Node, resource: &Resource) -> i64 {
    match resource {
        Resource::Cpu => node.allocatable.cpu,
        Resource::Memory => node.allocatable.memory,
        Resource::Pods => node.pods.unwrap_or(0),
        Resource::Other(name) => node.others.get(&**name).copied().unwrap_or(0),
    }
}

/// Returns the needed amount, the node with the largest amount, and the amount that is missing there.
fn room(resource: &Resource, asked: &Asked, nodes: &[&Node], of: impl Fn(&Node) -> i64) -> Facts {
    let needed = match resource {
        Resource::Cpu => asked.requests.cpu,
        Resource::Memory => asked.requests.memory,
        Resource::Pods => 1,
        Resource::Other(name) => {
            asked.others.iter().find(|(other, _)| other == name).map_or(0, |(_, amount)| *amount)
        }
    };
    let best = nodes.iter().max_by_key(|node| (of(node), std::cmp::Reverse(&node.name)));
    let most = best.map_or(0, |node| of(node));
    vec![
        ("resource", called(resource)),
        ("needed", Fact::Text(written(resource, needed))),
        ("most", Fact::Text(written(resource, most))),
        ("short", Fact::Text(written(resource, needed.saturating_sub(most)))),
        ("best", Fact::text(best.map_or("?", |node| &*node.name))),
    ]
}

fn called(resource: &Resource) -> Fact {
    match resource {
        Resource::Cpu => Fact::Words(&CPU),
        Resource::Memory => Fact::Words(&MEMORY),
        Resource::Pods => Fact::Words(&PODS),
        Resource::Other(name) => Fact::Message(Message::new(&OTHER, vec![("name", Fact::text(name))])),
    }
}

fn written(resource: &Resource, number: i64) -> String {
    match resource {
        Resource::Cpu if number % 1000 == 0 => (number / 1000).to_string(),
        Resource::Cpu => format!("{number}m"),
        Resource::Memory => mebibytes(number),
        Resource::Other(name) if !name.contains('/') => mebibytes(number),
        Resource::Other(_) | Resource::Pods => number.to_string(),
    }
}

/// The resources. The Chinese names include the spaces around them; a number follows.
pub(crate) static CPU: Text = Text { en: "CPU", zh_tw: " CPU ", zh_cn: " CPU " };
pub(crate) static MEMORY: Text = Text { en: "memory", zh_tw: "記憶體 ", zh_cn: "内存 " };
static PODS: Text = Text { en: "pod slots", zh_tw: " Pod 名額 ", zh_cn: " Pod 名额 " };
static OTHER: Text = Text { en: "{name}", zh_tw: " {name} ", zh_cn: " {name} " };
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
static REMOVED: Text = Text {
    en: "{nodes:# node has|# nodes have} the taint {taint}; {by}",
    zh_tw: "{nodes} 個節點帶有 taint（污點）{taint}；{by}",
    zh_cn: "{nodes} 个节点带有污点 {taint}；{by}",
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
static DOMAINS: Text = Text {
    en: "{nodes:# node does|# nodes do} not have the label {labels}, which a topology spread constraint of the pod \
         requires (label the nodes, or set whenUnsatisfiable: ScheduleAnyway)",
    zh_tw: "{nodes} 個節點沒有 Pod 的拓撲分布限制所需的標籤 {labels}（請為節點加上標籤，或設定 whenUnsatisfiable: \
            ScheduleAnyway）",
    zh_cn: "{nodes} 个节点没有 Pod 的拓扑分布约束所需的标签 {labels}（请给节点加上标签，或设置 whenUnsatisfiable: \
            ScheduleAnyway）",
};
static PORT: Text = Text {
    en: "host port {port} is in use on {nodes:# node|# nodes} (by {pod} on {node})",
    zh_tw: "{nodes} 個節點的主機連接埠 {port} 已被占用（{node} 上的 {pod}）",
    zh_cn: "{nodes} 个节点的主机端口 {port} 已被占用（{node} 上的 {pod}）",
};
static FULL: Text = Text {
    en: "{nodes:# node runs|# nodes run} the maximum number of pods",
    zh_tw: "{nodes} 個節點的 Pod 數已達上限",
    zh_cn: "{nodes} 个节点的 Pod 数已达上限",
};
static NOT_OFFERED: Text = Text {
    en: "the pod requests {needed} of {resource}, which {nodes:# node does|# nodes do} not offer",
    zh_tw: "Pod 要求{resource}{needed}，{nodes} 個節點都沒有提供",
    zh_cn: "Pod 要求{resource}{needed}，{nodes} 个节点都没有提供",
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
