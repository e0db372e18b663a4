//! A node is short of memory, disk or process ids.

use crate::checks::prelude::*;

pub(crate) static CHECK: Check = Check {
    id: "node-pressure",
    since: "0.1.0",
    severity: Severity::Warning,
    needs: &[Kind::Node],
    title: Text { en: "Node under pressure", zh_tw: "節點資源吃緊", zh_cn: "节点资源吃紧" },
    meaning: Text {
        en: "Its kubelet takes no more pods that would add to it, and evicts some of those it has.",
        zh_tw: "kubelet 不再接收會加重負擔的 Pod，並會驅逐部分現有 Pod。",
        zh_cn: "kubelet 不再接收会加重负担的 Pod，并会驱逐部分现有 Pod。",
    },
    remedy: Text {
        en: "Find what fills it: images and logs for the disk, pods without limits for memory.",
        zh_tw: "找出佔用來源：磁碟看映像檔與日誌，記憶體看沒有上限的 Pod。",
        zh_cn: "找出占用来源：磁盘看镜像与日志，内存看没有上限的 Pod。",
    },
    prevention: Text {
        en: "Set limits and requests, rotate logs, and let the kubelet collect images early enough.",
        zh_tw: "設定 request 與 limit、輪替日誌，並讓 kubelet 及早回收映像檔。",
        zh_cn: "设置 request 与 limit、轮转日志，并让 kubelet 及早回收镜像。",
    },
    page: page!("node-pressure"),
    run,
};

static MESSAGE: Text = Text {
    en: "{condition} ({reason}): {detail}",
    zh_tw: "{condition}（{reason}）：{detail}",
    zh_cn: "{condition}（{reason}）：{detail}",
};

static UNSAID: Text = Text { en: "{condition}", zh_tw: "{condition}", zh_cn: "{condition}" };

/// Conditions of the kubelet that are bad when true. What others add is none of our business.
const BAD: [&str; 3] = ["DiskPressure", "MemoryPressure", "PIDPressure"];

fn run(view: &View, out: &mut Reporter) {
    for node in view.nodes() {
        for condition in BAD.iter().filter_map(|kind| node.condition(kind)).filter(|c| c.status == "True") {
            let facts = vec![
                ("condition", Fact::text(&condition.r#type)),
                ("reason", Fact::text(&condition.reason)),
                ("detail", Fact::text(&condition.message)),
            ];
            // What is being taken away need not be rescued.
            let severity = if node.is_leaving() { Severity::Info } else { Severity::Warning };
            let text = if condition.reason.is_empty() { &UNSAID } else { &MESSAGE };
            let finding = out.node(node, &[&condition.r#type], severity, Message::new(text, facts));
            finding.since = condition.since();
            finding.actions.push(view.settings.kubectl.line(&["top", "node", &node.name]));
        }
    }
}
