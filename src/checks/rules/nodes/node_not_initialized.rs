//! Nodes keep the taint that a component removes when it has set up a node.

use crate::checks::fit::taints::{Removed, removed};
use crate::checks::prelude::*;
use crate::checks::rules::nodes::held_off;
use crate::wire::Taint;
use std::collections::BTreeMap;

static INFO: CheckInfo = CheckInfo {
    id: "node-not-initialized",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Node],
    title: Text {
        en: "Node not initialized", zh_tw: "節點尚未完成初始化", zh_cn: "节点尚未完成初始化"
    },
    meaning: Text {
        en: "A component must set up the node before pods run there: the cloud controller manager, the network plugin or \
             a storage driver. It has not done so, and the scheduler does not use the node until then.",
        zh_tw: "Pod 能執行之前，必須由某個元件設定節點：cloud controller manager、網路外掛或儲存驅動程式。該元件尚未完成，\
                在此之前排程器不會使用這個節點。",
        zh_cn: "Pod 能运行之前，必须由某个组件设置节点：cloud controller manager、网络插件或存储驱动。该组件尚未完成，\
                在此之前调度器不会使用这个节点。",
    },
    remedy: Text {
        en: "Find the pods of that component, their log and their access to the cloud. When the component works, it opens \
             the nodes itself. Do not work around the taint: pods would start on nodes that are not ready for them.",
        zh_tw: "檢查該元件的 Pod、日誌，以及它對雲端的存取權限。元件恢復正常後會自行開放節點。不要繞過這個 taint：\
                否則 Pod 會在尚未準備好的節點上啟動。",
        zh_cn: "检查该组件的 Pod、日志，以及它对云的访问权限。组件恢复正常后会自行开放节点。不要绕过这个污点：\
                否则 Pod 会在尚未准备好的节点上启动。",
    },
    prevention: Text {
        en: "Let the component tolerate its own taint and run with hostNetwork, so that it starts on a new node.",
        zh_tw: "讓該元件容忍自己的 taint 並使用 hostNetwork，才能在新節點上啟動。",
        zh_cn: "让该组件容忍自己的污点并使用 hostNetwork，才能在新节点上启动。",
    },
    page: page!("node-not-initialized"),
    traits: Traits { measures: &[Measure::WAITING], ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static WAITED_FOR: Text = Text {
    en: "{nodes} of {all:# node|# nodes} ({names}) not initialized for {age}: taint {taint}; {by}, which has not \
         happened; {waiting:# pod waits|# pods wait} for a node",
    zh_tw: "{all} 個節點中有 {nodes} 個（{names}）已 {age} 未完成初始化：taint（污點）{taint}；{by}，但尚未發生；等待節點的 Pod：\
            {waiting} 個",
    zh_cn: "{all} 个节点中有 {nodes} 个（{names}）已 {age} 未完成初始化：污点 {taint}；{by}，但尚未发生；等待节点的 Pod：{waiting} 个",
};

static UNUSED: Text = Text {
    en: "{nodes} of {all:# node|# nodes} ({names}) not initialized for {age}: taint {taint}; {by}, which has not happened",
    zh_tw: "{all} 個節點中有 {nodes} 個（{names}）已 {age} 未完成初始化：taint（污點）{taint}；{by}，但尚未發生",
    zh_cn: "{all} 个节点中有 {nodes} 个（{names}）已 {age} 未完成初始化：污点 {taint}；{by}，但尚未发生",
};

/// The seconds that the set-up of a node usually takes, with the pull of an agent's image.
const SET_UP: i64 = 180;

/// How many nodes are named.
const NAMED: usize = 3;

/// How many failing pods of the component explain it.
const BEHIND: usize = 10;

/// The nodes with a startup taint, by its key.
type Tainted<'a> = BTreeMap<&'a str, (&'static Removed, Vec<(&'a Node, &'a Taint)>)>;

fn run(view: &View, out: &mut Reporter) {
    let mut tainted = Tainted::new();
    for node in view.nodes().filter(|node| !node.is_leaving()) {
        for (taint, known) in startup_taints(node) {
            tainted.entry(&taint.key).or_insert((known, Vec::new())).1.push((node, taint));
        }
    }
    for (key, (known, nodes)) in tainted {
        report(view, key, known, &nodes, out);
    }
}

fn startup_taints(node: &Node) -> impl Iterator<Item = (&Taint, &'static Removed)> {
    let hard = node.taints.iter().filter(|taint| taint.effect != "PreferNoSchedule");
    let known = hard.filter_map(|taint| Some((taint, removed(&taint.key)?)));
    // Another check reports the condition that is behind the taint.
    let told = node.condition("NetworkUnavailable").is_some_and(|condition| condition.status == "True");
    known.filter(move |(taint, known)| {
        known.startup && !(told && taint.key == "node.kubernetes.io/network-unavailable")
    })
}

/// Reports all nodes with one taint as one finding about the first of them: one component is at fault.
fn report(view: &View, key: &str, known: &'static Removed, nodes: &[(&Node, &Taint)], out: &mut Reporter) {
    let is_new = |(node, taint): &&(&Node, &Taint)| {
        let patience = view.settings.thresholds.grace.max(SET_UP);
        !view.older_than(since(node, taint), patience)
    };
    let stuck: Vec<(&Node, &Taint)> = nodes.iter().filter(|of| !is_new(of)).copied().collect();
    let shown = if stuck.is_empty() { nodes } else { &stuck };
    let [(first, taint), others @ ..] = shown else { return };
    let waiting = held_off(view, key);
    let since = shown.iter().filter_map(|(node, taint)| since(node, taint)).min();
    let facts = vec![
        ("nodes", Fact::count(shown.len())),
        ("all", Fact::count(view.nodes().count())),
        ("names", Fact::first(NAMED, shown.iter().map(|(node, _)| &*node.name))),
        ("taint", Fact::text(&taint.key)),
        ("by", Fact::Words(&known.by)),
        ("age", view.ago(since)),
        ("waiting", Fact::count(waiting.len())),
    ];
    let (text, severity) = match (stuck.is_empty(), waiting.is_empty()) {
        (true, _) => (&UNUSED, Severity::Low),
        (false, true) => (&UNUSED, Severity::Medium),
        (false, false) => (&WAITED_FOR, Severity::High),
    };
    let finding = out.node(first, &[key], severity, Message::new(text, facts));
    finding.since = since;
    finding.serving = false;
    finding.affected = others.iter().map(|(node, _)| node.object()).collect();
    // If the component itself fails, that is the fault.
    let is_its = |pod: &&Pod| known.pods.iter().any(|word| pod.name.contains(word));
    let failing = view.failing_pods().filter(is_its);
    finding.because.extend(declared(failing.take(BEHIND).map(Pod::object_ref)));
    let system = view.settings.kubectl.line(&["get", "pods", "-n", "kube-system", "-o", "wide"]);
    finding.actions.push(system);
}

/// Returns since when a node has waited for its component. The kubelet sets these taints without a time when it registers.
fn since(node: &Node, taint: &Taint) -> Option<Time> {
    let ready = node.condition("Ready").filter(|condition| condition.status == "True");
    let ready = ready.and_then(crate::wire::NodeCondition::since);
    taint.time_added.and_then(Time::known).or(ready).or(node.created)
}
