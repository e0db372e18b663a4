//! A Job has been active for a very long time.

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

/// The limit of the alert `KubeJobNotCompleted` in kubernetes-mixin, in seconds.
const LONG: i64 = 12 * 3600;

fn run(view: &View, out: &mut Reporter) {
    for job in view.snapshot.rows.jobs.iter().filter(|job| is_overdue(view, job)) {
        let since = job.begun();
        let facts = vec![
            ("age", view.ago(since)),
            ("active", Fact::Number(job.active.into())),
            ("failed", Fact::Number(job.failed.into())),
        ];
        let finding = out.object(job.object(), &[], Severity::Medium, Message::new(&MESSAGE, facts));
        finding.since = since;
        finding.serving = true;
        let of_job = |pod: &&Pod| view.job_of(pod).is_some_and(|of| std::ptr::eq(of, job));
        let pods = view.troubled_pods().filter(of_job);
        finding.because = pods.filter(|pod| pod.shared.ended.is_none()).map(Pod::object_ref).collect();
        let kubectl = &view.settings.kubectl;
        let target = format!("job/{}", job.name);
        finding.actions = vec![
            kubectl.line(&["logs", "-n", &job.namespace, &target, "--all-containers", "--tail=50"]),
            kubectl.describe(&finding.object),
        ];
    }
}

/// Returns whether the Job has run longer than allowed. A Job without a start time has not started.
fn is_overdue(view: &View, job: &Job) -> bool {
    let allowed = job.deadline.max(LONG);
    let active = job.active > 0 && !job.suspended && !job.is_ending();
    active && job.begun().is_some_and(|begun| view.age(begun) > allowed)
}
