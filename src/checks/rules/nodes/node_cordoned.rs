//! A node is cordoned and takes no new pods.

use crate::checks::fit::takes_but_for_its_cordon;
use crate::checks::prelude::*;
use crate::checks::rules::nodes::held_off;

static INFO: CheckInfo = CheckInfo {
    id: "node-cordoned",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::Node],
    title: Text {
        en: "Node left cordoned",
        zh_tw: "節點一直處於 cordon",
        zh_cn: "节点一直处于隔离（cordon）状态",
    },
    meaning: Text {
        en: "The node takes no new pods. Its capacity is missing when other nodes fail or load grows.",
        zh_tw: "節點不再接收新的 Pod。其他節點故障或負載上升時，這份容量用不上。",
        zh_cn: "节点不再接收新的 Pod。其他节点故障或负载上升时，这份容量用不上。",
    },
    remedy: Text {
        en: "If the maintenance is over, uncordon the node. If you are removing the machine, drain and delete it.",
        zh_tw: "維護已結束就 uncordon；不再使用就 drain 後刪除。",
        zh_cn: "维护已结束就解除隔离（uncordon）；不再使用就腾空（drain）后删除。",
    },
    prevention: Text {
        en: "Let the process that drains nodes also uncordon them, and check this list after each maintenance.",
        zh_tw: "讓負責 drain 的流程也負責 uncordon，每次維護後再看一次這份清單。",
        zh_cn: "让负责腾空（drain）的流程也负责解除隔离（uncordon），每次维护后再看一遍这份清单。",
    },
    page: page!("node-cordoned"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static CORDONED: Text = Text {
    en: "cordoned for {age}; {pods:# pod|# pods}",
    zh_tw: "已 cordon（停止排程）{age}；範圍內的 Pod 有 {pods} 個",
    zh_cn: "已隔离（cordon）{age}；范围内的 Pod 有 {pods} 个",
};

static SOMETIME: Text = Text {
    en: "cordoned, start time unknown; {pods:# pod|# pods}",
    zh_tw: "已 cordon（停止排程），開始時間不明；範圍內的 Pod 有 {pods} 個",
    zh_cn: "已隔离（cordon），开始时间未知；范围内的 Pod 有 {pods} 个",
};

/// The time in seconds after which a cordon counts as forgotten.
const FORGOTTEN: i64 = 86_400;

/// The taint of the cluster autoscaler on a node that it may remove when the node stays empty.
const CANDIDATE: &str = "DeletionCandidateOfClusterAutoscaler";

/// How many of the pods that wait for such a node are named: there may be as many as nodes.
const BEHIND: usize = 10;

/// The message of the scheduler for a cordoned node.
const CORDONED_NODE: &str = "were unschedulable";

fn run(view: &View, out: &mut Reporter) {
    let waiting = held_off(view, CORDONED_NODE);
    let cordoned = view.nodes().filter(|node| node.cordoned);
    for node in cordoned.filter(|node| !node.is_leaving() && !node.is_tainted(CANDIDATE)) {
        let since = node.cordoned_since();
        let pods = i64::try_from(view.load(&node.name).pods).unwrap_or(i64::MAX);
        let mut facts = vec![("pods", Fact::Number(pods))];
        facts.extend(since.map(|since| ("age", Fact::Age(view.age(since)))));
        let forgotten = since.is_some_and(|since| view.age(since) > FORGOTTEN);
        let severity = if forgotten { Severity::Medium } else { Severity::Low };
        let text = if since.is_some() { &CORDONED } else { &SOMETIME };
        let finding = out.node(node, &[], severity, Message::new(text, facts));
        finding.since = since;
        // Its room is missing to these pods: it belongs to their incident.
        let missed = waiting.iter().filter(|pod| takes_but_for_its_cordon(node, pod));
        finding.because.extend(declared(missed.take(BEHIND).map(|pod| pod.object_ref())));
        finding.actions.push(view.settings.kubectl.line(&["uncordon", &node.name]));
    }
}
