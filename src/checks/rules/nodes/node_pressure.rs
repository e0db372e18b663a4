//! A node is short of memory, disk space or process ids.

use crate::checks::prelude::*;
use crate::checks::rules::nodes::held_off;
use std::collections::BTreeMap;

static INFO: CheckInfo = CheckInfo {
    id: "node-pressure",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Node],
    title: Text { en: "Node under pressure", zh_tw: "節點資源吃緊", zh_cn: "节点资源吃紧" },
    meaning: Text {
        en: "The kubelet takes no more pods that would increase the pressure, and evicts some of its pods.",
        zh_tw: "kubelet 不再接收會加重負擔的 Pod，並會驅逐部分現有 Pod。",
        zh_cn: "kubelet 不再接收会加重负担的 Pod，并会驱逐部分现有 Pod。",
    },
    remedy: Text {
        en: "Free the resource on the node, or enlarge it: images, logs and emptyDir volumes for the disk, pods without \
             limits for memory. Evicted and waiting pods recover when the condition ends.",
        zh_tw: "在節點上釋放或擴充該資源：磁碟看映像檔、日誌與 emptyDir，記憶體看沒有上限的 Pod。狀態解除後，被驅逐與等待中的 Pod \
                會恢復。",
        zh_cn: "在节点上释放或扩充该资源：磁盘看镜像、日志与 emptyDir，内存看没有限制（limit）的 Pod。状态解除后，被驱逐与等待中的 Pod \
                会恢复。",
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

/// The kubelet's own reason and message only repeat the condition.
static PLAIN: Text = Text {
    en: "the kubelet reports {condition}",
    zh_tw: "kubelet 回報 {condition}",
    zh_cn: "kubelet 报告 {condition}",
};

static HARMFUL: Text = Text {
    en: "{state}; {evicted:# pod|# pods} evicted, {waiting:# pod waits|# pods wait} for a node",
    zh_tw: "{state}；已驅逐 {evicted} 個 Pod，另有 {waiting} 個 Pod 等待節點",
    zh_cn: "{state}；已驱逐 {evicted} 个 Pod，另有 {waiting} 个 Pod 等待节点",
};

static EVICTS: Text = Text {
    en: "{state}; {evicted:# pod|# pods} evicted and not replaced",
    zh_tw: "{state}；已驅逐 {evicted} 個 Pod，尚無其他 Pod 接手",
    zh_cn: "{state}；已驱逐 {evicted} 个 Pod，尚无其他 Pod 接手",
};

static AWAITED: Text = Text {
    en: "{state}; {waiting:# pod waits|# pods wait} for a node",
    zh_tw: "{state}；有 {waiting} 個 Pod 等待節點",
    zh_cn: "{state}；有 {waiting} 个 Pod 等待节点",
};

static WITHOUT_MESSAGE: Text =
    Text {
        en: "{condition} ({reason})", zh_tw: "{condition}（{reason}）", zh_cn: "{condition}（{reason}）"
    };

static UNSAID: Text = Text { en: "{condition}", zh_tw: "{condition}", zh_cn: "{condition}" };

/// The pressures and their taints. Conditions of other components are ignored.
const BAD: [(&str, &str); 3] = [
    ("DiskPressure", "node.kubernetes.io/disk-pressure"),
    ("MemoryPressure", "node.kubernetes.io/memory-pressure"),
    ("PIDPressure", "node.kubernetes.io/pid-pressure"),
];

fn run(view: &View, out: &mut Reporter) {
    let evicted = evicted(view);
    for (kind, taint) in BAD {
        let is_bad = |node: &&Node| node.condition(kind).is_some_and(|condition| condition.status == "True");
        let mut nodes = view.nodes().filter(is_bad).peekable();
        let waiting = if nodes.peek().is_some() { held_off(view, taint).len() } else { 0 };
        for node in nodes {
            let waiting = if node.is_tainted(taint) { waiting } else { 0 };
            report(view, node, kind, (evicted.get(&*node.name).copied().unwrap_or(0), waiting), out);
        }
    }
}

/// Reports a pressure, with the number of evicted pods that are not replaced and that of the pods that wait for a node.
fn report(view: &View, node: &Node, kind: &str, (evicted, waiting): (usize, usize), out: &mut Reporter) {
    let Some(condition) = node.condition(kind) else { return };
    let suffers = evicted + waiting > 0;
    let state = match (condition.reason.is_empty(), condition.message.is_empty()) {
        (true, _) => &UNSAID,
        _ if condition.reason.starts_with("KubeletHas") => &PLAIN,
        (false, true) => &WITHOUT_MESSAGE,
        (false, false) => &MESSAGE,
    };
    let facts = vec![
        ("condition", Fact::text(&condition.r#type)),
        ("reason", Fact::text(&condition.reason)),
        ("detail", Fact::text(&condition.message)),
        ("evicted", Fact::count(evicted)),
        ("waiting", Fact::count(waiting)),
        ("state", Fact::Words(state)),
    ];
    let severity = match suffers {
        // A node that is being removed needs no repair.
        _ if node.is_leaving() => Severity::Low,
        true => Severity::High,
        false => Severity::Medium,
    };
    let text = match (evicted, waiting) {
        (0, 0) => state,
        (0, _) => &AWAITED,
        (_, 0) => &EVICTS,
        _ => &HARMFUL,
    };
    let finding = out.node(node, &[kind], severity, Message::new(text, facts));
    finding.since = condition.since();
    finding.serving = !suffers;
    finding.actions.push(look(view, node, kind));
}

/// Returns the command that shows what uses the resource.
fn look(view: &View, node: &Node, kind: &str) -> String {
    let kubectl = &view.settings.kubectl;
    if kind == "MemoryPressure" {
        return kubectl.line(&["top", "node", &node.name]);
    }
    let field = format!("--field-selector=spec.nodeName={}", node.name);
    kubectl.line(&["get", "pods", "-A", "-o", "wide", &field])
}

/// Returns the number of pods that each node evicted and that are not replaced.
fn evicted<'a>(view: &View<'a>) -> BTreeMap<&'a str, usize> {
    let mut evicted: BTreeMap<&str, usize> = BTreeMap::new();
    for (pod, trouble) in view.problems() {
        let missed = || view.successor(pod).is_none() && !view.is_served(pod);
        if let (PodProblem::Evicted, Some(node)) = (trouble, pod.node.as_deref())
            && missed()
        {
            *evicted.entry(node).or_default() += 1;
        }
    }
    evicted
}
