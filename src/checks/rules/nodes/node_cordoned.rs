//! A node takes no new pods, because somebody said so.

use crate::checks::prelude::*;

pub(crate) static CHECK: Check = Check {
    id: "node-cordoned",
    since: "0.1.0",
    severity: Severity::Warning,
    needs: &[Kind::Node],
    title: Text {
        en: "Node left cordoned", zh_tw: "節點停在禁止排程", zh_cn: "节点停在禁止调度"
    },
    meaning: Text {
        en: "It takes no new pods. What it could carry is missing when others fail or grow.",
        zh_tw: "節點不再接收新的 Pod。其他節點故障或負載上升時，這份容量用不上。",
        zh_cn: "节点不再接收新的 Pod。其他节点故障或负载上升时，这份容量用不上。",
    },
    remedy: Text {
        en: "If its maintenance is over, uncordon it; if it will not come back, drain and delete it.",
        zh_tw: "維護已結束就 uncordon；不再使用就 drain 後刪除。",
        zh_cn: "维护已结束就 uncordon；不再使用就 drain 后删除。",
    },
    prevention: Text {
        en: "Let whatever drains nodes also uncordon them, and look at this list after each maintenance.",
        zh_tw: "讓負責 drain 的流程也負責 uncordon，每次維護後再看一次這份清單。",
        zh_cn: "让负责 drain 的流程也负责 uncordon，每次维护后再看一遍这份清单。",
    },
    page: page!("node-cordoned"),
    run,
};

static CORDONED: Text = Text {
    en: "cordoned for {age}: takes no new pods; it has {pods} of the scope",
    zh_tw: "已禁止排程 {age}，不接收新的 Pod；範圍內的 Pod 有 {pods} 個",
    zh_cn: "已禁止调度 {age}，不接收新的 Pod；范围内的 Pod 有 {pods} 个",
};

static SOMETIME: Text = Text {
    en: "cordoned, since when is not known: takes no new pods; it has {pods} of the scope",
    zh_tw: "已禁止排程，開始時間不明，不接收新的 Pod；範圍內的 Pod 有 {pods} 個",
    zh_cn: "已禁止调度，开始时间未知，不接收新的 Pod；范围内的 Pod 有 {pods} 个",
};

/// Maintenance that takes longer was forgotten. In seconds.
const FORGOTTEN: i64 = 86_400;

/// The autoscaler's word for a node that it may take away when it stays empty.
const CANDIDATE: &str = "DeletionCandidateOfClusterAutoscaler";

fn run(view: &View, out: &mut Reporter) {
    let cordoned = view.nodes().filter(|node| node.cordoned);
    for node in cordoned.filter(|node| !node.is_leaving() && !node.is_tainted(CANDIDATE)) {
        let since = node.cordoned_since();
        let pods = i64::try_from(view.load(&node.name).pods).unwrap_or(i64::MAX);
        let mut facts = vec![("pods", Fact::Number(pods))];
        facts.extend(since.map(|since| ("age", Fact::Age(view.age(since)))));
        let forgotten = since.is_some_and(|since| view.age(since) > FORGOTTEN);
        let severity = if forgotten { Severity::Warning } else { Severity::Info };
        let text = if since.is_some() { &CORDONED } else { &SOMETIME };
        let finding = out.node(node, &[], severity, Message::new(text, facts));
        finding.since = since;
        finding.actions.push(view.settings.kubectl.line(&["uncordon", &node.name]));
    }
}
