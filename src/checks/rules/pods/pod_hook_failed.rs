//! A postStart hook of a container fails, and the kubelet kills the container.

use crate::checks::prelude::*;
use crate::model::TURNS_OF_A_LOOP;

static INFO: CheckInfo = CheckInfo {
    id: "pod-hook-failed",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Pod, Kind::Event],
    title: Text {
        en: "Container hook fails",
        zh_tw: "容器生命週期 hook 失敗",
        zh_cn: "容器生命周期回调（hook）失败",
    },
    meaning: Text {
        en: "The kubelet kills a container whose postStart hook fails, and restarts it.",
        zh_tw: "postStart hook 失敗時，kubelet 會終止容器並重新啟動。",
        zh_cn: "postStart 回调（hook）失败时，kubelet 会终止容器并重新启动。",
    },
    remedy: Text {
        en: "Run the hook's command in the container by hand, or remove the hook: its output is not kept.",
        zh_tw: "進容器手動執行 hook 指令，或先拿掉 hook：它的輸出不會被保留。",
        zh_cn: "进容器手动执行回调（hook）命令，或先去掉回调：它的输出不会保留。",
    },
    prevention: Text {
        en: "Do required work before the start in an init container, whose log is kept.",
        zh_tw: "啟動前必做的事改放在 init 容器，日誌才會保留。",
        zh_cn: "启动前必须做的事放到 Init 容器里，日志才会保留。",
    },
    page: page!("pod-hook-failed"),
    traits: Traits { measures: &[Measure::RESTARTS], ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "the hook of {role} {container} fails ({restarts:# restart|# restarts}): {detail}",
    zh_tw: "{role} {container} 的 hook 失敗，已重啟 {restarts} 次：{detail}",
    zh_cn: "{role} {container} 的回调（hook）失败，已重启 {restarts} 次：{detail}",
};

fn run(view: &View, out: &mut Reporter) {
    for (pod, trouble) in view.problems() {
        let PodProblem::Hook(container) = trouble else { continue };
        let name = &*container.status.name;
        let waiting = container.status.state.waiting.as_ref();
        let context = view.context(pod);
        let mut warnings = context.events.iter().filter(|event| event.is_of(name));
        let warned =
            warnings.find(|event| event.reason.ends_with("Hook")).map(|event| event.message.as_str());
        let said = waiting.map(|waiting| waiting.message.as_str()).filter(|message| !message.is_empty());
        let facts = vec![
            ("role", Fact::Words(role(&container))),
            ("container", Fact::text(name)),
            ("restarts", Fact::count(container.status.restart_count)),
            ("detail", Fact::text(warned.or(said).unwrap_or("postStart"))),
        ];
        let since = view.failing_since(pod, &container);
        let proven = container.status.restart_count >= TURNS_OF_A_LOOP;
        let severity = view.high_unless_passing(pod, since, proven);
        let finding = out.pod(pod, &[name], severity, Message::new(&MESSAGE, facts));
        finding.since = since;
        finding.actions = vec![view.describe(pod), view.show_log(pod, &container)];
    }
}
