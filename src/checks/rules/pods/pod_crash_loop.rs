//! A container keeps ending, and the kubelet waits longer before each restart.

use crate::checks::prelude::*;
use crate::checks::{exit_code, permissions};
use crate::model::TURNS_OF_A_LOOP;

static INFO: CheckInfo = CheckInfo {
    id: "pod-crash-loop",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Pod],
    title: Text { en: "Container keeps crashing", zh_tw: "容器反覆崩潰", zh_cn: "容器反复崩溃" },
    meaning: Text {
        en: "The process in the container ends soon after each start. Between restarts the pod does no work.",
        zh_tw: "容器內的程式每次啟動後不久就結束，兩次重啟之間 Pod 無法提供服務。",
        zh_cn: "容器里的进程每次启动后很快退出，两次重启之间 Pod 无法提供服务。",
    },
    remedy: Text {
        en: "Read the log of the previous container. The exit code and the last lines usually show the cause.",
        zh_tw: "先看上一次結束的容器日誌，結束碼和最後幾行通常就是原因。",
        zh_cn: "先看上一次退出的容器日志，退出码和最后几行通常就是原因。",
    },
    prevention: Text {
        en: "Let a rollout fail before it replaces healthy pods: use readiness probes and set maxUnavailable to 0.",
        zh_tw: "讓有問題的版本在取代健康 Pod 之前就停下來：設定就緒探針（readiness），並將 maxUnavailable 設為 0。",
        zh_cn: "让有问题的版本在替换健康 Pod 之前就停下：配置就绪探针，并把 maxUnavailable 设为 0。",
    },
    page: page!("pod-crash-loop"),
    traits: Traits { measures: &[Measure::RESTARTS], ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static ENDED: Text = Text {
    en: "{role} {container} keeps crashing: {meaning} (exit code {exitCode}, {last} ago, \
         {restarts:# restart|# restarts})",
    zh_tw: "{role} {container} 反覆崩潰：{last} 前以結束碼 {exitCode} 結束（{meaning}），已重啟 {restarts} 次",
    zh_cn: "{role} {container} 反复崩溃：{last} 前以退出码 {exitCode} 退出（{meaning}），已重启 {restarts} 次",
};

static SAMPLED: Text = Text {
    en: "{role} {container} keeps crashing (running now): {meaning} (exit code {exitCode}, {last} ago after running for \
         {ran}, {restarts:# restart|# restarts})",
    zh_tw: "{role} {container} 反覆崩潰，此刻剛好在執行：{last} 前執行 {ran} 後以結束碼 {exitCode} 結束（{meaning}），\
            已重啟 {restarts} 次",
    zh_cn: "{role} {container} 反复崩溃，此刻恰好在运行：{last} 前运行 {ran} 后以退出码 {exitCode} 退出（{meaning}），\
            已重启 {restarts} 次",
};

static SAID: Text = Text {
    en: "{role} {container} keeps crashing (exit code {exitCode}, {last} ago, {restarts:# restart|# restarts}): \
         {lastWords}",
    zh_tw: "{role} {container} 反覆崩潰（結束碼 {exitCode}，{last} 前，已重啟 {restarts} 次）：{lastWords}",
    zh_cn: "{role} {container} 反复崩溃（退出码 {exitCode}，{last} 前，已重启 {restarts} 次）：{lastWords}",
};

static SAMPLED_SAID: Text = Text {
    en: "{role} {container} keeps crashing (running now; exit code {exitCode} {last} ago after running for {ran}, \
         {restarts:# restart|# restarts}): {lastWords}",
    zh_tw: "{role} {container} 反覆崩潰，此刻剛好在執行（{last} 前執行 {ran} 後以結束碼 {exitCode} 結束，已重啟 {restarts} 次）：\
            {lastWords}",
    zh_cn: "{role} {container} 反复崩溃，此刻恰好在运行（{last} 前运行 {ran} 后以退出码 {exitCode} 退出，已重启 {restarts} 次）：\
            {lastWords}",
};

static UNKNOWN: Text = Text {
    en: "{role} {container} keeps crashing: its exit code is not recorded ({restarts:# restart|# restarts})",
    zh_tw: "{role} {container} 反覆崩潰：沒有留下結束原因，已重啟 {restarts} 次",
    zh_cn: "{role} {container} 反复崩溃：没有留下退出原因，已重启 {restarts} 次",
};

static SAYS: Text = Text {
    en: "its termination message: {detail}",
    zh_tw: "結束前留下的訊息：{detail}",
    zh_cn: "退出前留下的消息：{detail}",
};

fn run(view: &View, out: &mut Reporter) {
    for (pod, trouble) in view.problems() {
        let PodProblem::CrashLoop(container) = trouble else { continue };
        let (text, facts) = message(view, pod, &container);
        let since = view.failing_since(pod, &container);
        // The first one or two crashes during startup are not a loop yet, unless the shell has no program to start.
        let no_program = container.last_end().is_some_and(|end| matches!(end.exit_code, 126 | 127));
        let proven = container.status.restart_count >= TURNS_OF_A_LOOP || no_program;
        let severity = view.high_unless_passing(pod, since, proven);
        let finding = out.pod(pod, &[&container.status.name], severity, Message::new(text, facts));
        finding.since = since;
        let left = container.last_end().map_or("", |end| end.message.trim());
        if !left.is_empty() {
            finding.evidence.push(Message::new(&SAYS, vec![("detail", Fact::text(left))]));
        }
        finding.evidence.extend(permissions::denied(view, pod, &container));
        finding.actions = vec![view.show_log(pod, &container), view.describe(pod)];
    }
}

fn message(view: &View, pod: &Pod, container: &Container) -> (&'static Text, Facts) {
    let mut facts = vec![
        ("role", Fact::Words(role(container))),
        ("container", Fact::text(&container.status.name)),
        ("restarts", Fact::count(container.status.restart_count)),
    ];
    let Some(end) = container.last_end() else { return (&UNKNOWN, facts) };
    facts.extend([
        ("exitCode", Fact::count(end.exit_code)),
        ("reason", Fact::text(&end.reason)),
        ("meaning", Fact::Words(exit_code::meaning(end))),
        ("last", view.ago(end.finished())),
    ]);
    facts.extend(exit_code::signal(end).map(|signal| ("signal", Fact::count(signal))));
    let said = exit_code::is_vague(end).then(|| view.last_words(pod, container)).flatten();
    let is_said = said.is_some();
    facts.extend(said.map(|said| (exit_code::LAST_WORDS, Fact::Text(said))));
    if container.status.state.running.is_none() {
        return (if is_said { &SAID } else { &ENDED }, facts);
    }
    facts.push(("ran", Fact::age(end.ran())));
    (if is_said { &SAMPLED_SAID } else { &SAMPLED }, facts)
}
