//! Reports a cluster whose pod requests would not fit on the other nodes if the largest node were lost.

use crate::checks::fit;
use crate::checks::prelude::*;
use crate::checks::view::{Loss, Resource};

static INFO: CheckInfo = CheckInfo {
    id: "cluster-overcommitted",
    since: "0.1.0",
    severity: Severity::Low,
    needs: &[Kind::Node, Kind::Pod],
    title: Text {
        en: "Not enough capacity to lose a node",
        zh_tw: "容量不足以承受節點故障",
        zh_cn: "容量不足以承受节点故障",
    },
    meaning: Text {
        en: "If the largest node fails or is drained, some pods will not fit on the other nodes.",
        zh_tw: "最大的節點故障或被 drain 時，部分 Pod 在其他節點排不進去。",
        zh_cn: "最大的节点故障或被腾空（drain）时，部分 Pod 在其他节点调度不进去。",
    },
    remedy: Text {
        en: "Add a node, or lower requests that are far above actual usage.",
        zh_tw: "增加節點，或調低遠高於實際用量的請求量（request）。",
        zh_cn: "增加节点，或调低远高于实际用量的请求（request）。",
    },
    prevention: Text {
        en: "Monitor requests against the capacity without the largest node; let an autoscaler keep that room free.",
        zh_tw: "持續比對請求量（request）總和與扣除最大節點後的容量；可由 autoscaler 保留餘裕。",
        zh_cn: "持续对比请求（request）总量与扣除最大节点后的容量；可由自动扩缩器（autoscaler）预留余量。",
    },
    page: page!("cluster-overcommitted"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "without node {node}, pods need {needed} of {resource}, but {nodes:the other node has|the # other nodes have} \
         {left}",
    zh_tw: "若失去節點 {node}，Pod 共需{resource}{needed}，其餘 {nodes} 個節點只有 {left}",
    zh_cn: "如果失去节点 {node}，Pod 共需{resource}{needed}，其余 {nodes} 个节点只有 {left}",
};

fn run(view: &View, out: &mut Reporter) {
    for loss in view.losses().into_iter().filter(|loss| loss.short() > 0) {
        let Loss { resource, node, needed, left, others } = loss;
        let facts = vec![
            ("node", Fact::text(&node.name)),
            ("resource", Fact::Words(if resource == Resource::Cpu { &fit::CPU } else { &fit::MEMORY })),
            ("needed", Fact::text(resource.shown(needed))),
            ("left", Fact::text(resource.shown(left))),
            ("nodes", Fact::count(others)),
        ];
        let cluster = ObjectRef::of_cluster("Cluster", "capacity");
        let finding = out.object(cluster, &[resource.name()], Severity::Low, Message::new(&MESSAGE, facts));
        finding.serving = true;
        finding.actions = vec![view.settings.kubectl.line(&["describe", "nodes"])];
    }
}
