//! The scheduler finds no node for a pod.

use super::prelude::*;

pub(super) static CHECK: Check = Check {
    id: "pod-unschedulable",
    since: "0.1.0",
    severity: Severity::Critical,
    needs: &[Kind::Pod],
    title: Text { en: "Pod cannot be scheduled", zh_tw: "Pod 無法排程", zh_cn: "Pod 无法调度" },
    meaning: Text {
        en: "No node fits: too little room, a taint it does not tolerate, a selector or volume that no node matches.",
        zh_tw: "沒有合適的節點：資源不足、污點不被容忍，或選擇條件、儲存卷沒有節點符合。",
        zh_cn: "没有合适的节点：资源不足、污点不被容忍，或选择条件、存储卷没有节点满足。",
    },
    remedy: Text {
        en: "Read the scheduler's message: it counts the nodes for each reason.",
        zh_tw: "看排程器的訊息：每種原因各有多少節點，都列在裡面。",
        zh_cn: "看调度器的信息：每种原因各有多少节点，都列在里面。",
    },
    prevention: Text {
        en: "Keep room for one node's loss, and give a ResourceQuota to namespaces that grow.",
        zh_tw: "保留可容許一個節點失效的餘裕，並為會成長的命名空間設定 ResourceQuota。",
        zh_cn: "预留可承受一个节点失效的余量，并为会增长的命名空间设置 ResourceQuota。",
    },
    page: page!("pod-unschedulable"),
    run,
};

static MESSAGE: Text = Text {
    en: "not scheduled for {age}: {detail}",
    zh_tw: "已 {age} 無法排程：{detail}",
    zh_cn: "已 {age} 无法调度：{detail}",
};

static GATED: Text = Text {
    en: "held back by a scheduling gate for {age}",
    zh_tw: "因 scheduling gate 暫緩排程，已 {age}",
    zh_cn: "因 scheduling gate 暂缓调度，已 {age}",
};

fn run(view: &View, out: &mut Reporter) {
    for (pod, trouble) in view.troubles() {
        let gated = match trouble {
            Trouble::Gated => true,
            Trouble::Unschedulable => false,
            _ => continue,
        };
        let scheduled = pod.object.as_deref().and_then(|object| object.status.condition("PodScheduled"));
        let since = scheduled.and_then(crate::wire::Condition::since).or(pod.created());
        let facts = vec![
            ("age", since.map_or(Fact::text("?"), |since| Fact::Age(view.age(since)))),
            ("detail", Fact::text(scheduled.map_or("", |c| c.message.as_str()))),
        ];
        // A gate is somebody's wish; a pod seconds old may only wait for the autoscaler.
        let severity = if gated || view.is_young(since) { Severity::Info } else { Severity::Critical };
        let finding = out.pod(pod, severity, say(if gated { &GATED } else { &MESSAGE }, facts));
        finding.since = since;
        finding.actions = vec![
            view.settings.kubectl.line(&["describe", "pod", "-n", &pod.kin.namespace, &pod.name]),
            view.settings.kubectl.line(&["describe", "nodes"]),
        ];
    }
}
