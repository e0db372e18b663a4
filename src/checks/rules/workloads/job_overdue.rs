//! A Job has been active for a very long time.

use crate::checks::held_job::{self, Held};
use crate::checks::prelude::*;
use crate::model::Job;

static INFO: CheckInfo = CheckInfo {
    id: "job-overdue",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::Job, Kind::CronJob, Kind::Pod],
    title: Text {
        en: "Job is running for too long", zh_tw: "Job 長時間未結束", zh_cn: "Job 长时间未结束"
    },
    meaning: Text {
        en: "Its work is not done and may hang. With concurrencyPolicy Forbid, later runs do not start.",
        zh_tw: "工作還沒完成，可能卡住了；若 concurrencyPolicy 是 Forbid，後面的也不會開始。",
        zh_cn: "任务还没完成，可能卡住了；如果 concurrencyPolicy 是 Forbid，后面的也不会开始。",
    },
    remedy: Text {
        en: "Check in the log of its pod whether it still makes progress. Delete the Job if it hangs.",
        zh_tw: "從 Pod 日誌確認是否還有進展；卡住就刪除 Job。",
        zh_cn: "从 Pod 日志确认是否还有进展；卡住就删除 Job。",
    },
    prevention: Text {
        en: "Set activeDeadlineSeconds to the longest time that the Job may take.",
        zh_tw: "把 activeDeadlineSeconds 設為可接受的最長時間。",
        zh_cn: "把 activeDeadlineSeconds 设为可接受的最长时间。",
    },
    page: page!("job-overdue"),
    traits: Traits { measures: &[Measure::FAILED], ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "active for {age} and not finished; {active:# running pod|# running pods}, {failed} failed",
    zh_tw: "已執行 {age} 仍未完成；執行中的 Pod：{active}，失敗：{failed}",
    zh_cn: "已运行 {age} 仍未完成；运行中的 Pod：{active}，失败：{failed}",
};

static HELD: Text = Text {
    en: "container {done} ended (exit code 0) {ended} ago, and {running} still runs, so the Job cannot complete",
    zh_tw: "容器 {done} 已於 {ended} 前結束（結束碼 0），但 {running} 仍在執行，Job 因此無法完成",
    zh_cn: "容器 {done} 已于 {ended} 前退出（退出码 0），但 {running} 仍在运行，Job 因此无法完成",
};

static BY_SIDECAR: Text = Text {
    en: "container {done} ended (exit code 0) {ended} ago, and the sidecar {running} still runs, so the Job cannot \
         complete: {quit}",
    zh_tw: "容器 {done} 已於 {ended} 前結束（結束碼 0），但 sidecar {running} 仍在執行，Job 因此無法完成：{quit}",
    zh_cn: "容器 {done} 已于 {ended} 前退出（退出码 0），但边车 {running} 仍在运行，Job 因此无法完成：{quit}",
};

/// How long a sidecar may take to end after the work is done, in seconds.
const ENDING: i64 = 600;

/// The limit of the alert `KubeJobNotCompleted` in kubernetes-mixin, in seconds.
const LONG: i64 = 12 * 3600;

fn run(view: &View, out: &mut Reporter) {
    for job in view.snapshot.rows.jobs.iter().filter(|job| is_active(job)) {
        let held = held_job::held(view, job);
        let is_held =
            held.as_ref().is_some_and(|held| held.sidecar.is_some() && view.older_than(held.since, ENDING));
        if !is_held && !is_overdue(view, job) {
            continue;
        }
        let since = held.as_ref().and_then(|held| held.since).or(job.begun());
        let finding = out.object(job.object(), &[], Severity::Medium, message(view, job, held.as_ref()));
        finding.since = since;
        finding.serving = true;
        let of_job =
            |pod: &&Pod| view.job_of(pod).is_some_and(|of| std::ptr::eq(of, job)) && !pod.is_working_off();
        let pods = view.troubled_pods().filter(of_job);
        finding.because = declared(pods.filter(|pod| pod.shared.ended.is_none()).map(Pod::object_ref));
        let kubectl = &view.settings.kubectl;
        let target = format!("job/{}", job.name);
        finding.actions = vec![
            kubectl.line(&["logs", "-n", &job.namespace, &target, "--all-containers", "--tail=50"]),
            kubectl.describe(&finding.object),
        ];
    }
}

fn message(view: &View, job: &Job, held: Option<&Held>) -> Message {
    let mut facts = vec![
        ("age", view.ago(job.begun())),
        ("active", Fact::Number(job.active.into())),
        ("failed", Fact::Number(job.failed.into())),
    ];
    let Some(held) = held else { return Message::new(&MESSAGE, facts) };
    facts.extend([
        ("done", Fact::text(held.done)),
        ("ended", view.ago(held.since)),
        ("running", Fact::list(held.running.iter().copied())),
    ]);
    facts.extend(held.sidecar.map(|sidecar| ("quit", Fact::Message(sidecar.remedy()))));
    Message::new(if held.sidecar.is_some() { &BY_SIDECAR } else { &HELD }, facts)
}

fn is_active(job: &Job) -> bool {
    job.active > 0 && job.suspension().is_none() && !job.is_ending()
}

/// Returns whether the Job has run longer than allowed. A Job without a start time has not started.
fn is_overdue(view: &View, job: &Job) -> bool {
    let allowed = job.deadline().max(LONG);
    job.begun().is_some_and(|begun| view.age(begun) > allowed)
}
