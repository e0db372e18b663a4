//! A container keeps ending, and the kubelet waits longer before each restart.

use super::prelude::*;

pub(super) static CHECK: Check = Check {
    id: "pod-crash-loop",
    since: "0.1.0",
    severity: Severity::Critical,
    needs: &[Kind::Pod],
    title: Text { en: "Container keeps crashing", zh_tw: "容器反覆崩潰", zh_cn: "容器反复崩溃" },
    meaning: Text {
        en: "The process in the container ends soon after each start, so the pod does no work between restarts.",
        zh_tw: "容器內的程式每次啟動後不久就結束，兩次重啟之間 Pod 無法提供服務。",
        zh_cn: "容器里的进程每次启动后很快退出，两次重启之间 Pod 无法提供服务。",
    },
    remedy: Text {
        en: "Read the log of the container that ended last; the exit code and its last lines name the cause.",
        zh_tw: "先看上一次結束的容器日誌，結束碼和最後幾行通常就是原因。",
        zh_cn: "先看上一次退出的容器日志，退出码和最后几行通常就是原因。",
    },
    prevention: Text {
        en: "Let a rollout fail before it replaces healthy pods: readiness probes and maxUnavailable 0.",
        zh_tw: "讓有問題的版本在取代健康 Pod 之前就停下來：設定 readiness probe，並將 maxUnavailable 設為 0。",
        zh_cn: "让有问题的版本在替换健康 Pod 之前就停下：配置 readiness probe，并把 maxUnavailable 设为 0。",
    },
    page: page!("pod-crash-loop"),
    run,
};

static ENDED: Text = Text {
    en: "container {container} keeps crashing: exit code {exitCode} ({reason}) {last} ago, restarts: {restarts}",
    zh_tw: "容器 {container} 反覆崩潰：{last} 前以結束碼 {exitCode}（{reason}）結束，已重啟 {restarts} 次",
    zh_cn: "容器 {container} 反复崩溃：{last} 前以退出码 {exitCode}（{reason}）退出，已重启 {restarts} 次",
};

static UNKNOWN: Text = Text {
    en: "container {container} keeps crashing: how it ended is not recorded, restarts: {restarts}",
    zh_tw: "容器 {container} 反覆崩潰：沒有留下結束原因，已重啟 {restarts} 次",
    zh_cn: "容器 {container} 反复崩溃：没有留下退出原因，已重启 {restarts} 次",
};

fn run(view: &View, out: &mut Reporter) {
    for (pod, trouble) in view.troubles() {
        let Trouble::CrashLoop(container) = trouble else { continue };
        let name = &container.status.name;
        let mut facts = vec![
            ("container", Fact::text(name)),
            ("restarts", Fact::Number(container.status.restart_count.into())),
        ];
        let ended = container.last_end();
        if let Some(end) = ended {
            facts.push(("exitCode", Fact::Number(end.exit_code.into())));
            facts.push(("reason", Fact::text(&end.reason)));
            facts.push(("last", end.finished().map_or(Fact::text("?"), |at| Fact::Age(view.age(at)))));
        }
        let message = say(if ended.is_some() { &ENDED } else { &UNKNOWN }, facts);
        let finding = out.pod(pod, Severity::Critical, message);
        finding.since = since(pod);
        finding.actions = vec![
            view.settings.kubectl.line(&[
                "logs",
                "-n",
                &pod.kin.namespace,
                &pod.name,
                "-c",
                name,
                "--previous",
                "--tail=50",
            ]),
            view.settings.kubectl.line(&["describe", "pod", "-n", &pod.kin.namespace, &pod.name]),
        ];
    }
}

/// Since when the pod has not been ready.
fn since(pod: &Pod) -> Option<Time> {
    let ready = pod.object.as_deref()?.status.condition("Ready").filter(|c| c.status != "True");
    ready.and_then(crate::wire::Condition::since).or(pod.created())
}
