//! Reports CronJobs whose last runs failed, with no success since.

use crate::checks::prelude::*;
use crate::model::{CronJob, Job, Schedule};

static INFO: CheckInfo = CheckInfo {
    id: "cronjob-failing",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::CronJob, Kind::Job],
    title: Text {
        en: "Last runs of a CronJob failed",
        zh_tw: "CronJob 最近的執行都失敗",
        zh_cn: "CronJob 最近的执行都失败",
    },
    meaning: Text {
        en: "Its work has not been done since the last success: backups, reports and renewals become outdated.",
        zh_tw: "從上次成功到現在，定期工作都沒有完成：備份、報表、憑證更新會逐漸過期。",
        zh_cn: "从上次成功到现在，定时任务都没有完成：备份、报表、证书续期会逐渐过期。",
    },
    remedy: Text {
        en: "Read the log of the newest failed run, fix the cause, then start a run by hand.",
        zh_tw: "看最近一次失敗執行的日誌，排除原因後手動跑一次。",
        zh_cn: "看最近一次失败执行的日志，排除原因后手动跑一次。",
    },
    prevention: Text {
        en: "Monitor the age of the last success, not single failures; keep failed Jobs long enough to read their \
             logs.",
        zh_tw: "監控距離上次成功多久，而不是單次失敗；失敗的 Job 要保留到來得及看日誌。",
        zh_cn: "监控距离上次成功多久，而不是单次失败；失败的 Job 要保留到来得及看日志。",
    },
    page: page!("cronjob-failing"),
    traits: Traits {
        measures: &[
            Measure::bad(
                "begun",
                Text {
                    en: "runs without success", zh_tw: "未成功的執行次數", zh_cn: "未成功的运行次数"
                },
            ),
            Measure::FAILED,
        ],
        ..Traits::NONE
    },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static FAILED: Text = Text {
    en: "last {failed:run|# runs} failed; last success {last} ago",
    zh_tw: "{failed:最近 # 次執行失敗|最近連續失敗 # 次}；上次成功在 {last} 前",
    zh_cn: "{failed:最近 # 次执行失败|最近连续失败 # 次}；上次成功在 {last} 前",
};

static NEVER: Text = Text {
    en: "last {failed:run|# runs} failed; no success on record",
    zh_tw: "{failed:最近 # 次執行失敗|最近連續失敗 # 次}；沒有成功紀錄",
    zh_cn: "{failed:最近 # 次执行失败|最近连续失败 # 次}；没有成功记录",
};

static GONE: Text = Text {
    en: "{begun:# run|# runs} started since the last success {last} ago; none succeeded, and their Jobs are deleted",
    zh_tw: "上次成功在 {last} 前，之後開始的 {begun} 次執行都沒有成功，而且 Job 已被刪除",
    zh_cn: "上次成功在 {last} 前，之后开始的 {begun} 次执行都没有成功，而且 Job 已被删除",
};

/// Jobs deleted sooner than this may be gone before the controller sees that they succeeded; in seconds.
const SEEN_AFTER: i32 = 300;

/// How many runs without success are needed if their Jobs are deleted.
const RUNS: usize = 3;

fn run(view: &View, out: &mut Reporter) {
    for cron_job in &view.snapshot.rows.cron_jobs {
        let jobs = jobs_of(view, cron_job);
        match failures(cron_job, &jobs).as_slice() {
            [] if jobs.is_empty() => report_gone(view, cron_job, out),
            [] => {}
            failed => report_failed(view, cron_job, failed, out),
        }
    }
}

fn report_failed(view: &View, cron_job: &CronJob, failed: &[&Job], out: &mut Reporter) {
    let mut facts: Facts = vec![("failed", Fact::count(failed.len()))];
    facts.extend(cron_job.last_success.map(|at| ("last", Fact::Age(view.age(at)))));
    let text = if cron_job.last_success.is_some() { &FAILED } else { &NEVER };
    // The failed Jobs count as part of their CronJob, so that each run is not an incident of its own.
    let finding = out.object(cron_job.object(), &[], Severity::Medium, Message::new(text, facts));
    let oldest = failed.last().and_then(|job| job.failure()?.since());
    finding.since = oldest;
    finding.affected = failed.iter().map(|job| job.object()).collect();
    let namespace = &*cron_job.namespace;
    if let Some(newest) = failed.first() {
        let job = format!("job/{}", newest.name);
        let logs = ["logs", "-n", namespace, &job, "--all-containers", "--tail=50"];
        finding.actions.push(view.settings.kubectl.line(&logs));
    }
    finding.actions.push(view.settings.kubectl.describe(&finding.object));
}

/// Reports a CronJob without Jobs: its status still has the last start and the last success.
fn report_gone(view: &View, cron_job: &CronJob, out: &mut Reporter) {
    let (Some(begun), Some(success)) = (cron_job.last_schedule, cron_job.last_success) else { return };
    if !view.saw(Kind::Job, &cron_job.namespace) || !cron_job.active.is_empty() || cron_job.suspended {
        return;
    }
    let Ok(schedule) = Schedule::read(&cron_job.schedule, cron_job.time_zone.as_deref()) else { return };
    let runs = schedule.between(success, begun, 100).len();
    if runs < RUNS {
        return;
    }
    let unseen = cron_job.keeps_jobs.is_some_and(|seconds| seconds < SEEN_AFTER);
    let severity = if unseen { Severity::Low } else { Severity::Medium };
    let facts = vec![("last", Fact::Age(view.age(success))), ("begun", Fact::count(runs))];
    let finding = out.object(cron_job.object(), &[], severity, Message::new(&GONE, facts));
    finding.since = Some(success);
    finding.actions = vec![view.settings.kubectl.describe(&finding.object)];
}

/// Returns its Jobs, the newest first.
fn jobs_of<'a>(view: &View<'a>, cron_job: &CronJob) -> Vec<&'a Job> {
    let mut found: Vec<&Job> = view.jobs_of(&cron_job.namespace, &cron_job.name).collect();
    found.sort_by_key(|job| std::cmp::Reverse(job.created()));
    found
}

/// Returns the newest finished Jobs that failed in a row; none if a run has succeeded since.
fn failures<'a>(cron_job: &CronJob, jobs: &[&'a Job]) -> Vec<&'a Job> {
    let finished = jobs.iter().filter(|job| job.is_done());
    let failed: Vec<&Job> = finished.take_while(|job| job.failure().is_some()).copied().collect();
    let newest = failed.first().and_then(|job| job.failure()?.since());
    let made_good = cron_job.last_success.is_some_and(|success| newest.is_some_and(|at| success > at));
    if made_good { Vec::new() } else { failed }
}
