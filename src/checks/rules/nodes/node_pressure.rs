//! A node is short of memory, disk space or process ids.

use crate::checks::prelude::*;

static INFO: CheckInfo = CheckInfo {
    id: "node-pressure",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::Node],
    title: Text { en: "Node under pressure", zh_tw: "節點資源吃緊", zh_cn: "节点资源吃紧" },
    meaning: Text {
        en: "The kubelet takes no more pods that would increase the pressure, and evicts some of its pods.",
        zh_tw: "kubelet 不再接收會加重負擔的 Pod，並會驅逐部分現有 Pod。",
        zh_cn: "kubelet 不再接收会加重负担的 Pod，并会驱逐部分现有 Pod。",
    },
    remedy: Text {
        en: "Find the cause: images and logs for the disk, pods without limits for memory.",
        zh_tw: "找出佔用來源：磁碟看映像檔與日誌，記憶體看沒有上限的 Pod。",
        zh_cn: "找出占用来源：磁盘看镜像与日志，内存看没有限制（limit）的 Pod。",
    },
    prevention: Text {
        en: "Set requests and limits, rotate logs, and let the kubelet remove unused images early enough.",
        zh_tw: "設定請求量與上限、輪替日誌，並讓 kubelet 及早回收映像檔。",
        zh_cn: "设置请求（request）与限制（limit）、轮转日志，并让 kubelet 及早回收镜像。",
    },
    page: page!("node-pressure"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "{condition} ({reason}): {detail}",
    zh_tw: "{condition}（{reason}）：{detail}",
    zh_cn: "{condition}（{reason}）：{detail}",
};

static WITHOUT_MESSAGE: Text =
    Text {
        en: "{condition} ({reason})", zh_tw: "{condition}（{reason}）", zh_cn: "{condition}（{reason}）"
    };

static UNSAID: Text = Text { en: "{condition}", zh_tw: "{condition}", zh_cn: "{condition}" };

/// Conditions of the kubelet that are bad when True. Other components' conditions are ignored.
const BAD: [&str; 3] = ["DiskPressure", "MemoryPressure", "PIDPressure"];

fn run(view: &View, out: &mut Reporter) {
    for node in view.nodes() {
        for condition in BAD.iter().filter_map(|kind| node.condition(kind)).filter(|c| c.status == "True") {
            let facts = vec![
                ("condition", Fact::text(&condition.r#type)),
                ("reason", Fact::text(&condition.reason)),
                ("detail", Fact::text(&condition.message)),
            ];
            // A node that is being removed needs no repair.
            let severity = if node.is_leaving() { Severity::Low } else { Severity::Medium };
            let text = match (condition.reason.is_empty(), condition.message.is_empty()) {
                (true, _) => &UNSAID,
                (false, true) => &WITHOUT_MESSAGE,
                (false, false) => &MESSAGE,
            };
            let finding = out.node(node, &[&condition.r#type], severity, Message::new(text, facts));
            finding.since = condition.since();
            finding.actions.push(view.settings.kubectl.line(&["top", "node", &node.name]));
        }
    }
}
