//! A pod failed and no other pod has replaced it.

use crate::checks::exit_code;
use crate::checks::prelude::*;

static INFO: CheckInfo = CheckInfo {
    id: "pod-failed",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Pod, Kind::Job],
    title: Text { en: "Pod failed", zh_tw: "Pod 執行失敗", zh_cn: "Pod 运行失败" },
    meaning: Text {
        en: "Its containers ended with an error, and Kubernetes does not start them again.",
        zh_tw: "容器以錯誤結束，且不會再被啟動。",
        zh_cn: "容器以错误退出，且不会再被启动。",
    },
    remedy: Text {
        en: "Read its log, then delete it or let its controller create another.",
        zh_tw: "先看日誌，再刪除，或由控制器重建。",
        zh_cn: "先看日志，再删除，或由控制器重建。",
    },
    prevention: Text {
        en: "Run long-lived services under a controller, and one-time work as a Job with a TTL.",
        zh_tw: "長期服務交由控制器管理；一次性工作用 Job 並設定 TTL。",
        zh_cn: "长期服务交由控制器管理；一次性任务用 Job 并设置 TTL。",
    },
    page: page!("pod-failed"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static EXITED: Text = Text {
    en: "{status}: container {container} ended with exit code {exitCode}",
    zh_tw: "{status}：容器 {container} 以結束碼 {exitCode} 結束",
    zh_cn: "{status}：容器 {container} 以退出码 {exitCode} 退出",
};

static SAID: Text = Text {
    en: "{status}: container {container} ended with exit code {exitCode}: {lastWords}",
    zh_tw: "{status}：容器 {container} 以結束碼 {exitCode} 結束：{lastWords}",
    zh_cn: "{status}：容器 {container} 以退出码 {exitCode} 退出：{lastWords}",
};

static PLAIN: Text =
    Text { en: "{status}: {detail}", zh_tw: "{status}：{detail}", zh_cn: "{status}：{detail}" };

fn run(view: &View, out: &mut Reporter) {
    for (pod, trouble) in view.problems() {
        // An evicted pod of a Job is another failed attempt of that Job.
        let is_attempt = view.job_of(pod).is_some();
        let failed =
            matches!(trouble, PodProblem::Failed) || matches!(trouble, PodProblem::Evicted) && is_attempt;
        // The check pod-leftover reports a pod with a successor.
        if !failed || view.successor(pod).is_some() {
            continue;
        }
        let severity = match view.job_of(pod) {
            Some(job) if job.is_done() => continue,
            // The program did nothing wrong, and runs again.
            Some(job) if pod.disruption().is_some() && job.active > 0 => continue,
            Some(_) => Severity::Medium,
            // It is not needed: its owner was scaled down since, perhaps to zero.
            None if view.is_served(pod) => Severity::Medium,
            None => Severity::High,
        };
        let disruption = pod.disruption();
        let own = pod.object.as_deref().map_or("", |object| object.status.message.as_str());
        let detail = disruption.map_or(own, |disruption| disruption.detail);
        let mut facts = vec![("status", Fact::text(&pod.shared.status)), ("detail", Fact::text(detail))];
        let culprit =
            pod.containers().find(|c| c.status.state.terminated.as_ref().is_some_and(|t| t.exit_code != 0));
        if let Some(end) = culprit.as_ref().and_then(|c| c.status.state.terminated.as_ref()) {
            facts.push(("exitCode", Fact::Number(end.exit_code.into())));
        }
        facts.extend(culprit.as_ref().map(|c| ("container", Fact::text(&c.status.name))));
        let said = culprit.as_ref().and_then(|container| said(view, pod, container));
        let text = match (&culprit, disruption, &said) {
            (Some(_), None, Some(_)) => &SAID,
            (Some(_), None, None) => &EXITED,
            _ => &PLAIN,
        };
        facts.extend(said.map(|said| (exit_code::LAST_WORDS, Fact::Text(said))));
        let finding = out.pod(pod, &[], severity, Message::new(text, facts));
        finding.since = pod.finished().or(pod.created());
        let namespace = &*pod.shared.namespace;
        let log = ["logs", "-n", namespace, &pod.name, "--all-containers", "--tail=50"];
        finding.actions = vec![view.settings.kubectl.line(&log), view.describe(pod)];
    }
}

/// Returns what the program said about its end, if the exit code does not say it.
fn said(view: &View, pod: &Pod, container: &Container) -> Option<String> {
    let is_vague = container.last_end().is_some_and(exit_code::is_vague);
    is_vague.then(|| view.last_words(pod, container)).flatten()
}
