//! The kernel killed a container because of its memory usage.

use crate::checks::prelude::*;
use crate::checks::view::{Cause, Killed};
use crate::model::{Event, gibibytes, mebibytes};
use crate::text::Message;
use crate::wire::Terminated;

static INFO: CheckInfo = CheckInfo {
    id: "pod-oom-killed",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Pod],
    title: Text {
        en: "Container OOM-killed",
        zh_tw: "容器因記憶體不足被終止",
        zh_cn: "容器因内存不足被终止",
    },
    meaning: Text {
        en: "The container used more memory than its limit, or its node ran out of memory, and the kernel \
             killed it. The kernel kills it again when it grows to the same size.",
        zh_tw: "容器用量超過記憶體上限（或節點已無記憶體），被核心終止（OOMKilled）。\
                再長到同樣大小時還會再發生。",
        zh_cn: "容器用量超过内存限制（或节点已无内存），被内核终止（OOMKilled）。\
                再涨到同样大小时还会再次发生。",
    },
    remedy: Text {
        en: "Compare the container's usage with its limit. If the usage is right, raise the limit; \
             otherwise find the leak.",
        zh_tw: "比對實際用量與上限：用量合理就調高上限（limit），否則查記憶體洩漏。",
        zh_cn: "对比实际用量与限制（limit）：用量合理就调高限制，否则查内存泄漏。",
    },
    prevention: Text {
        en: "Set memory requests to the actual usage, leave room above the runtime's heap, and watch the \
             trend.",
        zh_tw: "依實際用量設定記憶體請求量（request），為執行環境的 heap 之外保留空間，並持續觀察趨勢。",
        zh_cn: "按实际用量设置内存请求（request），给运行时的堆（heap）之外留出余量，并持续观察趋势。",
    },
    page: page!("pod-oom-killed"),
    traits: Traits { measures: &[Measure::RESTARTS], ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static LIMIT: Text = Text {
    en: "{role} {container} was OOM-killed {last} ago at its memory limit of {limit} \
         ({restarts:# restart|# restarts})",
    zh_tw: "{role} {container} 於 {last} 前達到記憶體上限 {limit} 被終止，已重啟 {restarts} 次",
    zh_cn: "{role} {container} 于 {last} 前达到内存限制 {limit} 被终止，已重启 {restarts} 次",
};

static HEAP: Text = Text {
    en: "{role} {container} was OOM-killed {last} ago at its memory limit of {limit} \
         ({restarts:# restart|# restarts}); {flag} leaves only {left} outside the heap: raise the limit to \
         {proposal}",
    zh_tw: "{role} {container} 於 {last} 前達到記憶體上限 {limit} 被終止，已重啟 {restarts} 次；{flag} 只留 \
            {left} 給 heap 以外的用途，不夠用：建議上限調到 {proposal}",
    zh_cn: "{role} {container} 于 {last} 前达到内存限制 {limit} 被终止，已重启 {restarts} 次；{flag} \
            只给堆以外留下 {left}，不够用：建议限制调到 {proposal}",
};

static FITS: Text = Text {
    en: "{role} {container} was OOM-killed {last} ago at its memory limit of {limit} \
         ({restarts:# restart|# restarts}); {flag} fits into the limit: look for a leak outside the heap",
    zh_tw: "{role} {container} 於 {last} 前達到記憶體上限 {limit} 被終止，已重啟 {restarts} 次；{flag} \
            本身放得下，請查 heap 以外的記憶體洩漏",
    zh_cn: "{role} {container} 于 {last} 前达到内存限制 {limit} 被终止，已重启 {restarts} 次；{flag} \
            本身放得下，请排查堆以外的内存泄漏",
};

static NO_LIMIT: Text = Text {
    en: "{role} {container} has no memory limit and was OOM-killed {last} ago when its node ran out of \
         memory ({restarts:# restart|# restarts})",
    zh_tw: "{role} {container} 未設定記憶體上限，於 {last} 前因節點記憶體耗盡被終止，已重啟 {restarts} 次",
    zh_cn: "{role} {container} 未设置内存限制，于 {last} 前因节点内存耗尽被终止，已重启 {restarts} 次",
};

static LIMIT_OF_POD: Text = Text {
    en: "{role} {container} has no memory limit of its own and was OOM-killed {last} ago at its pod's \
         memory limit of {limit} ({restarts:# restart|# restarts})",
    zh_tw: "{role} {container} 本身未設定記憶體上限，於 {last} 前因 Pod 達到記憶體上限 {limit} 被終止，\
            已重啟 {restarts} 次",
    zh_cn: "{role} {container} 自身未设置内存限制，于 {last} 前因 Pod 达到内存限制 {limit} 被终止，已重启 \
            {restarts} 次",
};

static BY_NODE: Text = Text {
    en: "{role} {container} was killed (exit code 137) {last} ago, when node {node} ran out of memory ({event}; \
         {restarts:# restart|# restarts}): {detail}",
    zh_tw: "{role} {container} 於 {last} 前被終止（結束碼 137），當時節點 {node} 記憶體耗盡（{event}），已重啟 {restarts} 次：{detail}",
    zh_cn: "{role} {container} 于 {last} 前被终止（退出码 137），当时节点 {node} 内存耗尽（{event}），已重启 {restarts} 次：{detail}",
};

static LEAK: Text = Text {
    en: "{role} {container} was OOM-killed {last} ago at its memory limit of {limit} \
         ({restarts:# restart|# restarts}); memory leak: usage grew from {from} to {to} within {span} \
         without levelling off, and a higher limit only delays the next kill",
    zh_tw: "{role} {container} 於 {last} 前達到記憶體上限 {limit} 被終止，已重啟 {restarts} 次；記憶體洩漏：\
            {span} 內由 {from} 持續成長到 {to}，未見收斂，調高上限只會延後下一次",
    zh_cn: "{role} {container} 于 {last} 前达到内存限制 {limit} 被终止，已重启 {restarts} 次；内存泄漏：\
            {span} 内从 {from} 一直涨到 {to}，没有收敛，调高限制只会推迟下一次",
};

static LEAK_NO_LIMIT: Text = Text {
    en: "{role} {container} has no memory limit and was OOM-killed {last} ago when its node ran out of \
         memory ({restarts:# restart|# restarts}); memory leak: usage grew from {from} to {to} within \
         {span} without levelling off",
    zh_tw: "{role} {container} 未設定記憶體上限，於 {last} 前因節點記憶體耗盡被終止，已重啟 {restarts} 次；\
            記憶體洩漏：{span} 內由 {from} 持續成長到 {to}，未見收斂",
    zh_cn: "{role} {container} 未设置内存限制，于 {last} 前因节点内存耗尽被终止，已重启 {restarts} 次；\
            内存泄漏：{span} 内从 {from} 一直涨到 {to}，没有收敛",
};

static LEAK_IN_POD: Text = Text {
    en: "{role} {container} has no memory limit of its own and was OOM-killed {last} ago at its pod's \
         memory limit of {limit} ({restarts:# restart|# restarts}); memory leak: usage grew from {from} to \
         {to} within {span} without levelling off",
    zh_tw: "{role} {container} 本身未設定記憶體上限，於 {last} 前因 Pod 達到記憶體上限 {limit} 被終止，\
            已重啟 {restarts} 次；記憶體洩漏：{span} 內由 {from} 持續成長到 {to}，未見收斂",
    zh_cn: "{role} {container} 自身未设置内存限制，于 {last} 前因 Pod 达到内存限制 {limit} 被终止，已重启 \
            {restarts} 次；内存泄漏：{span} 内从 {from} 一直涨到 {to}，没有收敛",
};

static NODE_SHORT: Text = Text {
    en: "{role} {container} was OOM-killed {last} ago ({restarts:# restart|# restarts}) while it used {to} \
         of its limit of {limit}: node {node} was short of memory",
    zh_tw: "{role} {container} 於 {last} 前被終止，已重啟 {restarts} 次；當時只用了 {to}（上限 {limit}）：\
            節點 {node} 記憶體不足",
    zh_cn: "{role} {container} 于 {last} 前被终止（OOMKilled），已重启 {restarts} 次；当时只用了 {to}（限制 \
            {limit}）：节点 {node} 内存不足",
};

static BEFORE: Text = Text {
    en: "it used {least} to {most} in the {span} before the kill",
    zh_tw: "被終止前 {span} 的用量為 {least} 到 {most}",
    zh_cn: "被终止前 {span} 的用量为 {least} 到 {most}",
};

static NOW: Text =
    Text {
        en: "it now uses {used} of memory", zh_tw: "目前使用記憶體 {used}", zh_cn: "目前使用内存 {used}"
    };

static NODE_USES: Text = Text {
    en: "node {node} uses {used} of {allocatable} allocatable memory",
    zh_tw: "節點 {node} 已使用記憶體 {used}，可分配 {allocatable}",
    zh_cn: "节点 {node} 已使用内存 {used}，可分配 {allocatable}",
};

fn run(view: &View, out: &mut Reporter) {
    for (pod, trouble) in view.problems() {
        let PodProblem::OomKilled(container) = trouble else { continue };
        let killed = view.killed(pod, container);
        let finished = container.last_end().and_then(Terminated::finished);
        let mut facts = vec![
            ("role", Fact::Words(role(&container))),
            ("container", Fact::text(&container.status.name)),
            ("restarts", Fact::count(container.status.restart_count)),
            ("last", view.ago(finished)),
        ];
        let node_kill = container.last_end().and_then(|end| view.context(pod).node_kill(end));
        let (text, proposal) = match node_kill {
            Some(event) => {
                facts.extend(of_node(pod, event));
                (&BY_NODE, None)
            }
            None => story(&killed, &mut facts),
        };
        // A container that runs again and was killed few times works for now.
        let often = pod.shared.restarts >= view.thresholds(pod).restarts_unhealthy;
        let severity = match container.status.state.running {
            Some(_) if !often => Severity::Medium,
            _ => Severity::High,
        };
        let finding = out.pod(pod, &[&container.status.name], severity, Message::new(text, facts));
        let loops = container.status.state.running.is_none();
        let failing = if loops { view.failing_since(pod, &container) } else { None };
        finding.since = failing.into_iter().chain(finished).min().or(pod.created());
        finding.evidence.extend(evidence(&killed));
        let node = pod.node.as_deref().filter(|_| node_kill.is_some());
        finding.because.extend(declared(node.map(|node| ObjectRef::of_cluster("Node", node))));
        let kubectl = &view.settings.kubectl;
        finding.actions =
            vec![kubectl.line(&["top", "pod", "-n", &pod.shared.namespace, &pod.name, "--containers"])];
        let owner = finding.owner.as_ref().map(|owner| owner.object(&pod.shared.namespace));
        finding.actions.extend(proposal.zip(owner).and_then(|(proposal, owner)| {
            kubectl.set_limit(&owner, &container.status.name, &format!("memory={proposal}"))
        }));
        finding.actions.push(view.describe(pod));
    }
}

/// Returns the node that ran out of memory, and the event that reports it.
fn of_node(pod: &Pod, event: &Event) -> Facts {
    vec![
        ("node", Fact::text(pod.node.as_deref().unwrap_or("?"))),
        ("event", Fact::text(&event.reason)),
        ("detail", Fact::text(&event.message)),
    ]
}

/// Returns the text of the finding and the limit to propose, and adds their facts.
fn story(killed: &Killed, facts: &mut Facts) -> (&'static Text, Option<String>) {
    if let Some(limit) = killed.limit.map(|(written, _)| written).or(killed.limit_of_pod) {
        facts.push(("limit", Fact::text(limit)));
    }
    let of = |own, of_pod, none| match (killed.limit, killed.limit_of_pod) {
        (Some(_), _) => own,
        (None, Some(_)) => of_pod,
        (None, None) => none,
    };
    match killed.cause() {
        Cause::Leak(memory_trend) => {
            facts.extend([
                ("from", Fact::Text(mebibytes(memory_trend.least))),
                ("to", Fact::Text(mebibytes(memory_trend.last))),
                ("span", Fact::Age(memory_trend.seconds)),
            ]);
            (of(&LEAK, &LEAK_IN_POD, &LEAK_NO_LIMIT), None)
        }
        Cause::NodeShort(memory_trend, node) => {
            facts
                .extend([("to", Fact::Text(mebibytes(memory_trend.last))), ("node", Fact::text(&node.name))]);
            (&NODE_SHORT, None)
        }
        Cause::Flags(limit, heap) => {
            facts.push(("flag", Fact::text(&heap.flag)));
            if heap.needs <= limit {
                return (&FITS, None);
            }
            let proposal = mebibytes(heap.needs);
            facts.push(("left", Fact::Text(mebibytes((limit - heap.bytes).max(0)))));
            facts.push(("proposal", Fact::text(&proposal)));
            (&HEAP, Some(proposal))
        }
        Cause::Limit => (of(&LIMIT, &LIMIT_OF_POD, &NO_LIMIT), None),
    }
}

fn evidence(killed: &Killed) -> Vec<Message> {
    let mut evidence = Vec::new();
    if let Some(memory_trend) = killed.memory_trend.filter(|memory_trend| memory_trend.seconds > 0) {
        evidence.push(Message::new(
            &BEFORE,
            vec![
                ("least", Fact::Text(mebibytes(memory_trend.least))),
                ("most", Fact::Text(mebibytes(memory_trend.most))),
                ("span", Fact::Age(memory_trend.seconds)),
            ],
        ));
    }
    evidence.extend(killed.now.map(|used| Message::new(&NOW, vec![("used", Fact::Text(mebibytes(used)))])));
    let used = killed.short_node().and_then(|node| Some((node, node.usage?)));
    evidence.extend(used.map(|(node, used)| {
        Message::new(
            &NODE_USES,
            vec![
                ("node", Fact::text(&node.name)),
                ("used", Fact::Text(gibibytes(used.memory))),
                ("allocatable", Fact::Text(gibibytes(node.allocatable.memory))),
            ],
        )
    }));
    evidence
}
