//! The kernel killed a container for its memory.

use super::prelude::*;
use crate::model::{Heap, mebibytes, whole};

pub(super) static CHECK: Check = Check {
    id: "pod-oom-killed",
    since: "0.1.0",
    severity: Severity::Critical,
    needs: &[Kind::Pod],
    title: Text {
        en: "Container killed for its memory",
        zh_tw: "容器因記憶體不足被終止",
        zh_cn: "容器因内存不足被杀",
    },
    meaning: Text {
        en: "The container needed more memory than its limit, or than its node had, and the kernel killed it. \
             It will be killed again when it comes back to that size.",
        zh_tw: "容器用量超過記憶體上限（或節點已無記憶體），被核心終止（OOMKilled）。再長到同樣大小時還會再發生。",
        zh_cn: "容器用量超过内存上限（或节点已无内存），被内核杀掉（OOMKilled）。再涨到同样大小时还会再次发生。",
    },
    remedy: Text {
        en: "Compare what it uses with its limit. Raise the limit if the use is right, else find the leak.",
        zh_tw: "比對實際用量與上限：用量合理就調高 limit，否則查記憶體洩漏。",
        zh_cn: "对比实际用量与上限：用量合理就调高 limit，否则查内存泄漏。",
    },
    prevention: Text {
        en: "Set memory requests to what is really used, leave room above a runtime's heap, and watch the trend.",
        zh_tw: "依實際用量設定 memory request，為執行環境的 heap 之外保留空間，並持續觀察趨勢。",
        zh_cn: "按实际用量设置 memory request，给运行时 heap 之外留出余量，并持续观察趋势。",
    },
    page: page!("pod-oom-killed"),
    run,
};

static LIMIT: Text = Text {
    en: "{role} {container} was killed at its memory limit of {limit} {last} ago, restarts: {restarts}",
    zh_tw: "{role} {container} 於 {last} 前達到記憶體上限 {limit} 被終止，已重啟 {restarts} 次",
    zh_cn: "{role} {container} 于 {last} 前达到内存上限 {limit} 被杀，已重启 {restarts} 次",
};

static HEAP: Text = Text {
    en: "{role} {container} was killed at its memory limit of {limit} {last} ago, restarts: {restarts}; {flag} leaves \
         {left} for everything beside the heap, too little: raise the limit to {proposal}",
    zh_tw: "{role} {container} 於 {last} 前達到記憶體上限 {limit} 被終止，已重啟 {restarts} 次；{flag} 只留 {left} 給 heap \
            以外的用途，不夠用：建議上限調到 {proposal}",
    zh_cn: "{role} {container} 于 {last} 前达到内存上限 {limit} 被杀，已重启 {restarts} 次；{flag} 只给 heap 以外留下 {left}，\
            不够用：建议上限调到 {proposal}",
};

static FITS: Text = Text {
    en: "{role} {container} was killed at its memory limit of {limit} {last} ago, restarts: {restarts}; {flag} would fit, \
         so look for a leak beside the heap",
    zh_tw: "{role} {container} 於 {last} 前達到記憶體上限 {limit} 被終止，已重啟 {restarts} 次；{flag} 本身放得下，\
            請查 heap 以外的記憶體洩漏",
    zh_cn: "{role} {container} 于 {last} 前达到内存上限 {limit} 被杀，已重启 {restarts} 次；{flag} 本身放得下，\
            请排查 heap 以外的内存泄漏",
};

static NO_LIMIT: Text = Text {
    en: "{role} {container} has no memory limit and was killed when memory ran out {last} ago, restarts: {restarts}",
    zh_tw: "{role} {container} 未設定記憶體上限，於 {last} 前因節點記憶體耗盡被終止，已重啟 {restarts} 次",
    zh_cn: "{role} {container} 未设置内存上限，于 {last} 前因节点内存耗尽被杀，已重启 {restarts} 次",
};

fn run(view: &View, out: &mut Reporter) {
    for (pod, trouble) in view.troubles() {
        let Trouble::OomKilled(container) = trouble else { continue };
        let finished = container.last_end().and_then(crate::wire::Terminated::finished);
        let mut facts = vec![
            ("role", Fact::Words(role(&container))),
            ("container", Fact::text(&container.status.name)),
            ("restarts", Fact::count(container.status.restart_count)),
            ("last", view.ago(finished)),
        ];
        let (text, proposal) = story(&container, &mut facts);
        // Up again and seldom killed: it works, for now.
        let often = pod.kin.restarts >= view.thresholds(pod).restarts_unhealthy;
        let severity = match container.status.state.running {
            Some(_) if !often => Severity::Warning,
            _ => Severity::Critical,
        };
        let finding = out.pod(pod, &[&container.status.name], severity, say(text, facts));
        finding.since = finished.or(pod.created());
        let kubectl = &view.settings.kubectl;
        finding.actions =
            vec![kubectl.line(&["top", "pod", "-n", &pod.kin.namespace, &pod.name, "--containers"])];
        if let Some((proposal, owner)) = proposal.zip(finding.owner.as_ref()) {
            let target = format!("{}/{}", owner.kind.to_lowercase(), owner.name);
            let (limit, container) = (format!("--limits=memory={proposal}"), &*container.status.name);
            let words = ["set", "resources", "-n", &pod.kin.namespace, &target, "-c", container, &limit];
            finding.actions.push(kubectl.line(&words));
        }
        finding.actions.push(view.describe(pod));
    }
}

/// What the limit and the runtime's own flags tell together, and the limit to set instead.
fn story(container: &Container, facts: &mut Facts) -> (&'static Text, Option<String>) {
    let Some(written) = container.memory_limit() else { return (&NO_LIMIT, None) };
    facts.push(("limit", Fact::text(written)));
    let limit = whole(written);
    let Some((limit, heap)) = limit.and_then(|limit| Some((limit, Heap::of(*container, limit)?))) else {
        return (&LIMIT, None);
    };
    facts.push(("flag", Fact::text(&heap.flag)));
    if heap.needs <= limit {
        return (&FITS, None);
    }
    let proposal = mebibytes(heap.needs);
    facts.push(("left", Fact::Text(mebibytes((limit - heap.bytes).max(0)))));
    facts.push(("proposal", Fact::text(&proposal)));
    (&HEAP, Some(proposal))
}
