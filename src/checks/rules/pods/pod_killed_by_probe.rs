//! The kubelet kills a container repeatedly because its probe fails.

use crate::checks::prelude::*;
use crate::wire::{Probe, Terminated};

static INFO: CheckInfo = CheckInfo {
    id: "pod-killed-by-probe",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Pod, Kind::Event],
    title: Text {
        en: "Container killed by its probe",
        zh_tw: "容器因探針失敗被終止",
        zh_cn: "容器因探针失败被终止",
    },
    meaning: Text {
        en: "The kubelet kills a container whose liveness or startup probe fails, even if the program \
             still works.",
        zh_tw: "存活探針（liveness）或啟動探針（startup）失敗時，kubelet 會終止容器，不論程式本身是否還能運作。",
        zh_cn: "存活探针或启动探针失败时 kubelet 会终止容器，不管程序本身是否还能工作。",
    },
    remedy: Text {
        en: "Find out why the probe fails: add a startupProbe for a slow start, raise the timeout for long pauses, read \
             the program's log for a lock-up.",
        zh_tw: "先查探針為何失敗：啟動慢就加 startupProbe，偶爾停頓就放寬 timeout，真的卡死則看程式日誌。",
        zh_cn: "先查探针为何失败：启动慢就加 startupProbe，偶尔停顿就放宽 timeout，真的卡死则看程序日志。",
    },
    prevention: Text {
        en: "Let the liveness probe test only whether the process itself is stuck, not whether a database answers.",
        zh_tw: "存活探針只檢查程序本身是否卡死，不要檢查資料庫等外部依賴。",
        zh_cn: "存活探针只检查进程本身是否卡死，不要检查数据库等外部依赖。",
    },
    page: page!("pod-killed-by-probe"),
    traits: Traits { measures: &[Measure::RESTARTS], ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static WARNED: Text = Text {
    en: "{role} {container} is killed by its {probe} probe (exit code {exitCode}, {last} ago, \
         {restarts:# restart|# restarts}; {budget} allowed after the start): {detail}",
    zh_tw: "{role} {container} 因{probe}失敗被終止（結束碼 {exitCode}，{last} 前，已重啟 {restarts} 次；\
            啟動後的寬限時間為 {budget}）：{detail}",
    zh_cn: "{role} {container} 因{probe}失败被终止（退出码 {exitCode}，{last} 前，已重启 {restarts} 次；\
            启动后的宽限时间为 {budget}）：{detail}",
};

static LIKELY: Text = Text {
    en: "{role} {container} was killed (exit code {exitCode}, {last} ago, {restarts:# restart|# restarts}), but not by \
         its memory limit: probably by its {probe} probe, which allows {budget} after the start",
    zh_tw: "{role} {container} 被終止（結束碼 {exitCode}，{last} 前，已重啟 {restarts} 次），並非記憶體因素：很可能是\
            {probe}失敗，啟動後的寬限時間為 {budget}",
    zh_cn: "{role} {container} 被终止（退出码 {exitCode}，{last} 前，已重启 {restarts} 次），并非内存原因：很可能是\
            {probe}失败，启动后的宽限时间为 {budget}",
};

static STARTUP: Text = Text { en: "startup", zh_tw: "啟動探針（startup）", zh_cn: "启动探针" };

static LIVENESS: Text = Text { en: "liveness", zh_tw: "存活探針（liveness）", zh_cn: "存活探针" };

static UNKNOWN: Text = Text { en: "?", zh_tw: "不明", zh_cn: "未知" };

/// The maximum delay of the kubelet, in seconds.
const SLACK: i64 = 10;

fn run(view: &View, out: &mut Reporter) {
    for (pod, trouble) in view.problems() {
        let PodProblem::ProbeKill(container) = trouble else { continue };
        let warning = view.context(pod).failed_probe(&container.status.name, &["Liveness", "Startup"]);
        let spec = container.spec;
        let startup = spec.and_then(|spec| spec.startup_probe.as_ref());
        let liveness = spec.and_then(|spec| spec.liveness_probe.as_ref());
        let end = container.last_end();
        let by_startup = match warning {
            Some(event) => event.message.starts_with("Startup"),
            None => liveness.is_none() || end.zip(startup).is_some_and(|(end, probe)| fits(pod, end, probe)),
        };
        let probe = if by_startup { startup } else { liveness };
        let finished = end.and_then(Terminated::finished);
        let mut facts = vec![
            ("role", Fact::Words(role(&container))),
            ("container", Fact::text(&container.status.name)),
            ("probe", Fact::Words(if by_startup { &STARTUP } else { &LIVENESS })),
            ("exitCode", Fact::count(end.map_or(0, |end| end.exit_code))),
            ("last", view.ago(finished)),
            ("restarts", Fact::count(container.status.restart_count)),
            ("budget", probe.map_or(Fact::Words(&UNKNOWN), |probe| Fact::Age(probe.budget()))),
        ];
        let said =
            warning.map(|event| event.message.split_once(": ").map_or(&*event.message, |(_, said)| said));
        facts.extend(said.map(|said| ("detail", Fact::text(said))));
        let severity = if pod.serves() { Severity::Medium } else { Severity::High };
        let finding = out.pod(
            pod,
            &[&container.status.name],
            severity,
            Message::new(if said.is_some() { &WARNED } else { &LIKELY }, facts),
        );
        let warned = warning.and_then(|event| event.first_seen);
        let failing =
            Some(pod).filter(|pod| !pod.serves()).and_then(|pod| view.failing_since(pod, &container));
        finding.since = failing.into_iter().chain(warned).min().or(finished);
        finding.actions = vec![view.describe(pod), view.show_log(pod, &container)];
    }
}

/// Returns whether a container ran as long as its startup probe allows, plus at most the time it needs to end.
fn fits(pod: &Pod, end: &Terminated, startup: &Probe) -> bool {
    let grace = pod.object.as_deref().and_then(|object| object.spec.termination_grace_period_seconds);
    let (soonest, latest) = (startup.soonest(), startup.budget().saturating_add(grace.unwrap_or(30) + SLACK));
    end.ran().is_some_and(|ran| (soonest..=latest).contains(&ran))
}
