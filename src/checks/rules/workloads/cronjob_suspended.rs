//! Reports suspended CronJobs.

use crate::checks::prelude::*;

static INFO: CheckInfo = CheckInfo {
    id: "cronjob-suspended",
    since: "0.1.0",
    severity: Severity::Low,
    needs: &[Kind::CronJob],
    title: Text { en: "CronJob is suspended", zh_tw: "CronJob 已暫停", zh_cn: "CronJob 已暂停" },
    meaning: Text {
        en: "It starts no runs until a user resumes it.",
        zh_tw: "在有人恢復之前，不會再執行。",
        zh_cn: "在有人恢复之前，不会再执行。",
    },
    remedy: Text {
        en: "Ask who suspended it and why; resume it when the reason no longer applies.",
        zh_tw: "確認是誰、為了什麼暫停；原因消失就恢復。",
        zh_cn: "确认是谁、为了什么暂停；原因消失就恢复。",
    },
    prevention: Text {
        en: "Record the reason and the end date, for example in an annotation.",
        zh_tw: "把原因與期限寫下來，例如寫在註解裡。",
        zh_cn: "把原因与期限写下来，例如写在注解里。",
    },
    page: page!("cronjob-suspended"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static LAST: Text = Text {
    en: "suspended; last run started {last} ago",
    zh_tw: "已暫停；上次執行在 {last} 前",
    zh_cn: "已暂停；上次执行在 {last} 前",
};

static NEVER: Text =
    Text {
        en: "suspended; no run on record", zh_tw: "已暫停；沒有執行紀錄", zh_cn: "已暂停；没有执行记录"
    };

fn run(view: &View, out: &mut Reporter) {
    for cron_job in view.snapshot.rows.cron_jobs.iter().filter(|cron_job| cron_job.suspended) {
        let last = cron_job.last_schedule.map(|at| ("last", Fact::Age(view.age(at))));
        let text = if last.is_some() { &LAST } else { &NEVER };
        let facts = last.into_iter().collect();
        let finding = out.object(cron_job.object(), &[], Severity::Low, Message::new(text, facts));
        // The object does not record since when.
        finding.serving = true;
        let place = ["-n", &cron_job.namespace, &cron_job.name];
        let line =
            |before: &[&str], after: &[&str]| view.settings.kubectl.line(&[before, &place, after].concat());
        finding.actions = vec![
            line(&["describe", "cronjob"], &[]),
            line(&["patch", "cronjob"], &["-p", r#"{"spec":{"suspend":false}}"#]),
        ];
    }
}
