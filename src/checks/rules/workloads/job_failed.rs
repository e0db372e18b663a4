//! A Job failed and is not retried.

use crate::checks::exit_code::{LAST_WORDS, is_vague};
use crate::checks::prelude::*;
use crate::model::Job;
use crate::text::Message;
use crate::wire::Condition;

static INFO: CheckInfo = CheckInfo {
    id: "job-failed",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Job, Kind::CronJob, Kind::Pod],
    title: Text { en: "Job failed", zh_tw: "Job 執行失敗", zh_cn: "Job 执行失败" },
    meaning: Text {
        en: "The work of the Job was not done, and the Job does not retry.",
        zh_tw: "工作沒有完成，而且 Job 不會再重試。",
        zh_cn: "任务没有完成，而且 Job 不会再重试。",
    },
    remedy: Text {
        en: "Read the log of its last pod, fix the cause, then run the Job again.",
        zh_tw: "看最後一個 Pod 的日誌，排除原因後重新執行。",
        zh_cn: "看最后一个 Pod 的日志，排除原因后重新执行。",
    },
    prevention: Text {
        en: "Make jobs safe to repeat, and set backoffLimit and activeDeadlineSeconds to realistic values.",
        zh_tw: "讓 Job 可安全重跑，並依實際需要設定 backoffLimit 與 activeDeadlineSeconds。",
        zh_cn: "让 Job 可安全重跑，并按实际需要设置 backoffLimit 与 activeDeadlineSeconds。",
    },
    page: page!("job-failed"),
    traits: Traits { measures: &[Measure::FAILED], ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static FAILED: Text = Text {
    en: "{reason}: {detail}; {failed:# failed pod|# failed pods}",
    zh_tw: "{reason}：{detail}；失敗的 Pod：{failed}",
    zh_cn: "{reason}：{detail}；失败的 Pod：{failed}",
};

static SAID: Text = Text {
    en: "{reason} ({failed:# failed pod|# failed pods}): {lastWords}",
    zh_tw: "{reason}（失敗的 Pod：{failed}）：{lastWords}",
    zh_cn: "{reason}（失败的 Pod：{failed}）：{lastWords}",
};

static SUPERSEDED: Text = Text {
    en: "failed ({reason}), but a later run of {cronJob} succeeded {age} ago",
    zh_tw: "曾失敗（{reason}），但 {cronJob} 之後的執行已於 {age} 前成功",
    zh_cn: "曾失败（{reason}），但 {cronJob} 之后的执行已于 {age} 前成功",
};

fn run(view: &View, out: &mut Reporter) {
    for job in &view.snapshot.rows.jobs {
        let Some(failed) = job.failure() else { continue };
        let cron_job = job.owner.as_ref().filter(|owner| &*owner.kind == "CronJob");
        let pods = attempts(view, job);
        let (severity, message) = judge(view, job, failed, &pods);
        let finding = out.object(job.object(), &[&failed.reason], severity, message);
        if let Some(owner) = cron_job {
            // All failed runs of a CronJob belong to one incident.
            finding.because = declared([ObjectRef::new(&job.namespace, &owner.kind, &owner.name)]);
        }
        finding.since = failed.since().or(job.created());
        finding.affected = pods.iter().map(|pod| pod.object_ref()).collect();
        let kubectl = &view.settings.kubectl;
        let log = |pod: &&Pod| {
            kubectl.line(&["logs", "-n", &pod.shared.namespace, &pod.name, "--all-containers", "--tail=50"])
        };
        finding.actions = pods.first().map(log).into_iter().collect();
        finding.actions.push(kubectl.describe(&finding.object));
    }
}

/// Reasons that say more than the program: the time is over, or a rule has matched.
const OWN_WORDS: [&str; 2] = ["DeadlineExceeded", "PodFailurePolicy"];

/// Returns the line that says why the newest failed pod ended, if the reason of the Job does not say more.
fn last_words(view: &View, failed: &Condition, pods: &[&Pod]) -> Option<String> {
    let said = |pod: &&Pod| {
        let mut ended = pod.containers().filter(|container| container.last_end().is_some_and(is_vague));
        ended.find_map(|container| view.last_words(pod, &container))
    };
    pods.iter().find_map(said).filter(|_| !OWN_WORDS.contains(&&*failed.reason))
}

/// Returns the severity and the message. A failure before a later successful run of the same CronJob is low.
fn judge(view: &View, job: &Job, failed: &Condition, pods: &[&Pod]) -> (Severity, Message) {
    let mut facts = vec![
        ("reason", Fact::text(&failed.reason)),
        ("detail", Fact::text(&failed.message)),
        ("failed", Fact::Number(job.failed.into())),
    ];
    let cron_job = job.owner.as_ref().filter(|owner| &*owner.kind == "CronJob");
    let success = cron_job.and_then(|owner| view.cron_job(&job.namespace, &owner.name)?.last_success);
    let later = success.filter(|success| Some(*success) > failed.since());
    if let (Some(owner), Some(success)) = (cron_job, later) {
        facts.push(("cronJob", Fact::text(&owner.name)));
        facts.push(("age", Fact::Age(view.age(success))));
        return (Severity::Low, Message::new(&SUPERSEDED, facts));
    }
    let said = last_words(view, failed, pods);
    let text = if said.is_some() { &SAID } else { &FAILED };
    facts.extend(said.map(|said| (LAST_WORDS, Fact::Text(said))));
    (Severity::High, Message::new(text, facts))
}

/// Returns the failed pods of a job, newest first.
fn attempts<'a>(view: &View<'a>, job: &Job) -> Vec<&'a Pod> {
    let of_job = |pod: &&Pod| view.job_of(pod).is_some_and(|of| std::ptr::eq(of, job));
    let mut pods: Vec<&Pod> = view.troubled_pods().filter(of_job).collect();
    pods.sort_by_key(|pod| std::cmp::Reverse(pod.created()));
    pods
}
