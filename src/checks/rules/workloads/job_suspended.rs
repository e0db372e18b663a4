//! Reports Jobs that are suspended and that no queue resumes.

use crate::checks::prelude::*;

static INFO: CheckInfo = CheckInfo {
    id: "job-suspended",
    since: "0.1.0",
    severity: Severity::Low,
    needs: &[Kind::Job],
    title: Text { en: "Job is suspended", zh_tw: "Job 已暫停", zh_cn: "Job 已暂停" },
    meaning: Text {
        en: "It has no pods and does no work until a user resumes it.",
        zh_tw: "在有人恢復之前，它沒有 Pod，也不會執行。",
        zh_cn: "在有人恢复之前，它没有 Pod，也不会运行。",
    },
    remedy: Text {
        en: "Ask who suspended it and why. Resume it, or delete it if its work is no longer needed.",
        zh_tw: "確認是誰、為了什麼暫停；恢復它，不再需要就刪除。",
        zh_cn: "确认是谁、为了什么暂停；恢复它，不再需要就删除。",
    },
    prevention: Text {
        en: "Let a queue such as Kueue suspend and resume Jobs.",
        zh_tw: "交由 Kueue 之類的佇列暫停與恢復 Job。",
        zh_cn: "交由 Kueue 之类的队列暂停与恢复 Job。",
    },
    page: page!("job-suspended"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "suspended for {age}, and no queue manages it",
    zh_tw: "已暫停 {age}，而且沒有佇列管理",
    zh_cn: "已暂停 {age}，而且没有队列管理",
};

/// How long a suspension may take, in seconds.
const FORGOTTEN: i64 = 86_400;

fn run(view: &View, out: &mut Reporter) {
    for job in view.snapshot.rows.jobs.iter().filter(|job| !job.is_ending()) {
        let Some(suspension) = job.suspension().filter(|suspension| !suspension.is_managed) else {
            continue;
        };
        let Some(since) = suspension.since.or(job.created()) else { continue };
        if view.age(since) < FORGOTTEN {
            continue;
        }
        let facts = vec![("age", Fact::Age(view.age(since)))];
        let finding = out.object(job.object(), &[], Severity::Low, Message::new(&MESSAGE, facts));
        finding.since = Some(since);
        finding.serving = true;
        let kubectl = &view.settings.kubectl;
        let resume = ["patch", "job", "-n", &job.namespace, &job.name, "-p", r#"{"spec":{"suspend":false}}"#];
        finding.actions = vec![kubectl.describe(&finding.object), kubectl.line(&resume)];
    }
}
