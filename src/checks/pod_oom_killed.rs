//! The kernel killed a container for its memory.

use super::prelude::*;

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
    en: "container {container} was killed at its memory limit of {limit} {last} ago, restarts: {restarts}",
    zh_tw: "容器 {container} 於 {last} 前達到記憶體上限 {limit} 被終止，已重啟 {restarts} 次",
    zh_cn: "容器 {container} 于 {last} 前达到内存上限 {limit} 被杀，已重启 {restarts} 次",
};

static NO_LIMIT: Text = Text {
    en: "container {container} has no memory limit and was killed when memory ran out {last} ago, \
         restarts: {restarts}",
    zh_tw: "容器 {container} 未設定記憶體上限，於 {last} 前因節點記憶體耗盡被終止，已重啟 {restarts} 次",
    zh_cn: "容器 {container} 未设置内存上限，于 {last} 前因节点内存耗尽被杀，已重启 {restarts} 次",
};

fn run(view: &View, out: &mut Reporter) {
    for (pod, trouble) in view.troubles() {
        let Trouble::OomKilled(container) = trouble else { continue };
        let name = &container.status.name;
        let finished = container.last_end().and_then(crate::wire::Terminated::finished);
        let mut facts = vec![
            ("container", Fact::text(name)),
            ("restarts", Fact::Number(container.status.restart_count.into())),
            ("last", finished.map_or(Fact::text("?"), |at| Fact::Age(view.age(at)))),
        ];
        let limit = container.memory_limit();
        facts.extend(limit.map(|limit| ("limit", Fact::text(limit))));
        // Up again and seldom killed: it works, for now.
        let often = pod.kin.restarts >= view.settings.thresholds.restarts_unhealthy;
        let severity = match container.status.state.running {
            Some(_) if !often => Severity::Warning,
            _ => Severity::Critical,
        };
        let finding = out.pod(pod, severity, say(if limit.is_some() { &LIMIT } else { &NO_LIMIT }, facts));
        finding.since = finished.or(pod.created());
        finding.actions = vec![
            view.settings.kubectl.line(&["top", "pod", "-n", &pod.kin.namespace, &pod.name, "--containers"]),
            view.settings.kubectl.line(&["describe", "pod", "-n", &pod.kin.namespace, &pod.name]),
        ];
    }
}
