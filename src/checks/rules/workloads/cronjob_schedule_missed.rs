//! Reports CronJobs whose runs were due and did not start.

use crate::checks::prelude::*;
use crate::model::{CronJob, Schedule, Unreadable};

static INFO: CheckInfo = CheckInfo {
    id: "cronjob-schedule-missed",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::CronJob, Kind::Job, Kind::Pod],
    title: Text { en: "CronJob runs missed", zh_tw: "CronJob 漏跑", zh_cn: "CronJob 漏跑" },
    meaning: Text {
        en: "It should have run by its schedule, but did not.",
        zh_tw: "依照自己的排程應該要執行，卻沒有執行。",
        zh_cn: "按自己的调度计划应该执行，却没有执行。",
    },
    remedy: Text {
        en: "Check its events, whether an earlier run hangs, and whether the controller manager is running.",
        zh_tw: "查看事件，確認是否有前一次執行卡住，以及 controller manager 是否正常。",
        zh_cn: "查看事件，确认是否有上一次执行卡住，以及 controller manager 是否正常。",
    },
    prevention: Text {
        en: "Set activeDeadlineSeconds on Jobs, so that a run that hangs does not block later runs.",
        zh_tw: "替 Job 設定 activeDeadlineSeconds，避免卡住的執行擋住後面的。",
        zh_cn: "给 Job 设置 activeDeadlineSeconds，避免卡住的执行挡住后面的。",
    },
    page: page!("cronjob-schedule-missed"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MISSED: Text = Text {
    en: "{missed:# run|# runs} missed; the first was due {due} ago (schedule {schedule})",
    zh_tw: "漏跑 {missed} 次，第一次應在 {due} 前執行（排程 {schedule}）",
    zh_cn: "漏跑 {missed} 次，第一次应在 {due} 前执行（调度计划 {schedule}）",
};

static HELD: Text = Text {
    en: "{missed:# run|# runs} missed; the first was due {due} ago: Job {job} has not ended, and only one may run \
         (Forbid)",
    zh_tw: "漏跑 {missed} 次，第一次應在 {due} 前執行：Job {job} 還沒結束，而且一次只允許一個（Forbid）",
    zh_cn: "漏跑 {missed} 次，第一次应在 {due} 前执行：Job {job} 还没结束，而且一次只允许一个（Forbid）",
};

static BAD_LINE: Text = Text {
    en: "its schedule cannot be parsed: {schedule}",
    zh_tw: "無法解讀排程：{schedule}",
    zh_cn: "无法解析调度计划：{schedule}",
};

static BAD_ZONE: Text = Text {
    en: "unknown time zone: {zone}",
    zh_tw: "無法辨識的時區：{zone}",
    zh_cn: "无法识别的时区：{zone}",
};

/// A run that is late by less than this is not missed yet, in seconds.
const LATE: i64 = 15 * 60;

/// Without a time zone, the controller uses its own, which the API does not show. Zones are up to 14 hours from UTC.
const ZONES: i64 = 14 * 3600;

/// A run that is late by this much is missed in every time zone.
const ANYWHERE: i64 = 26 * 3600;

/// The delay for hourly schedules: some zones are 30 or 45 minutes off the whole hour.
const HALF_HOURS: i64 = 60 * 60;

/// The maximum number of runs that are counted.
const MOST: usize = 100;

/// A run that blocks others for this long hangs, as in job-overdue.
const HANGS: i64 = 12 * 3600;

fn run(view: &View, out: &mut Reporter) {
    // A CronJob without a schedule is incomplete.
    let runs = |cron_job: &&CronJob| !cron_job.suspended && !cron_job.schedule.is_empty();
    for cron_job in view.snapshot.rows.cron_jobs.iter().filter(runs) {
        match Schedule::read(&cron_job.schedule, cron_job.time_zone.as_deref()) {
            Ok(schedule) => judge(view, cron_job, &schedule, out),
            Err(unreadable) => report_unreadable(view, cron_job, unreadable, out),
        }
    }
}

fn judge(view: &View, cron_job: &CronJob, schedule: &Schedule, out: &mut Reporter) {
    let missed = missed(view, cron_job, schedule);
    let Some(&first) = missed.first() else { return };
    let alone = missed.len() == 1;
    let deadline = if alone { cron_job.starting_deadline.unwrap_or(0) } else { 0 };
    if view.age(first) < LATE.saturating_add(deadline) {
        return;
    }
    let count = if missed.len() == MOST { format!("{MOST}+") } else { missed.len().to_string() };
    let mut facts: Facts = vec![
        ("missed", Fact::Text(count)),
        ("due", Fact::Age(view.age(first))),
        ("schedule", Fact::text(&cron_job.schedule)),
    ];
    let held_by = cron_job.active.first().filter(|_| cron_job.one_at_a_time);
    facts.extend(held_by.map(|job| ("job", Fact::text(job))));
    let text = if held_by.is_some() { &HELD } else { &MISSED };
    let severity = match held_by {
        Some(job) if !is_stuck(view, cron_job, job) => Severity::Low,
        _ => Severity::Medium,
    };
    let finding = out.object(cron_job.object(), &[], severity, Message::new(text, facts));
    finding.since = Some(first);
    if let Some(job) = held_by {
        finding.because = declared([ObjectRef::new(&cron_job.namespace, "Job", job)]);
        let job = format!("job/{job}");
        let logs = ["logs", "-n", &cron_job.namespace, &job, "--all-containers", "--tail=50"];
        finding.actions.push(view.settings.kubectl.line(&logs));
    }
    finding.actions.push(view.settings.kubectl.describe(&finding.object));
}

/// Returns the runs that were due since the last start, the creation, or the last change of the spec.
fn missed(view: &View, cron_job: &CronJob, schedule: &Schedule) -> Vec<Time> {
    let known = [cron_job.last_schedule, cron_job.created, cron_job.changed];
    let Some(from) = known.into_iter().flatten().max() else { return Vec::new() };
    let told = cron_job.time_zone.is_some() || cron_job.schedule.contains("TZ=");
    let (from, until) = match (told, schedule.is_hourly()) {
        (true, _) => (from, view.now()),
        (false, true) => (from, view.now().minus(HALF_HOURS)),
        (false, false) => (from.minus(-ZONES), view.now().minus(ANYWHERE)),
    };
    schedule.between(from, until, MOST)
}

/// Whether the run that blocks others will not end soon: one of its pods is in trouble, it has run for very long, or it
/// is finished or deleted and the controller has not noticed.
fn is_stuck(view: &View, cron_job: &CronJob, name: &str) -> bool {
    let Some(job) = view.job(&cron_job.namespace, name) else {
        return view.saw(Kind::Job, &cron_job.namespace);
    };
    let of_job = |pod: &Pod| view.job_of(pod).is_some_and(|of| std::ptr::eq(of, job));
    let begun = job.begun();
    view.older_than(begun, HANGS)
        || !view.within_grace(begun) && view.troubled_pods().any(of_job)
        || job.is_done()
}

fn report_unreadable(view: &View, cron_job: &CronJob, unreadable: Unreadable, out: &mut Reporter) {
    let message = match unreadable {
        Unreadable::Line => Message::new(&BAD_LINE, vec![("schedule", Fact::text(&cron_job.schedule))]),
        Unreadable::Zone(zone) => Message::new(&BAD_ZONE, vec![("zone", Fact::Text(zone))]),
    };
    let finding = out.object(cron_job.object(), &[], Severity::Medium, message);
    finding.since = cron_job.changed.or(cron_job.created);
    finding.actions = vec![view.settings.kubectl.describe(&finding.object)];
}
