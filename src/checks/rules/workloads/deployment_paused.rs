//! Reports paused Deployments.

use crate::checks::prelude::*;

static INFO: CheckInfo = CheckInfo {
    id: "deployment-paused",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::Deployment],
    title: Text { en: "Deployment is paused", zh_tw: "Deployment 已暫停", zh_cn: "Deployment 已暂停" },
    meaning: Text {
        en: "Changes to it have no effect until a user resumes it; a fix or a security update may be waiting.",
        zh_tw: "恢復之前，任何變更都不會生效；可能有修正或安全更新在等。",
        zh_cn: "恢复之前，任何变更都不会生效；可能有修复或安全更新在等。",
    },
    remedy: Text {
        en: "Ask who paused it, then resume or undo the rollout.",
        zh_tw: "確認是誰暫停的，再恢復或復原這次更新。",
        zh_cn: "确认是谁暂停的，再恢复或回滚这次发布。",
    },
    prevention: Text {
        en: "Make the pipeline that pauses the rollout also resume it, or undo it if the pipeline is interrupted.",
        zh_tw: "由執行暫停的流程負責恢復；流程中斷時也要能還原。",
        zh_cn: "由执行暂停的流水线负责恢复；流水线中断时也要能回滚。",
    },
    page: page!("deployment-paused"),
    traits: Traits { measures: &[Measure::UPDATED], ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static PAUSED: Text = Text {
    en: "paused; all pods run the newest version",
    zh_tw: "已暫停；所有 Pod 都是最新版本",
    zh_cn: "已暂停；所有 Pod 都是最新版本",
};

static HALFWAY: Text = Text {
    en: "paused during a rollout: {updated} of {desired:# pod|# pods} updated",
    zh_tw: "更新到一半時暫停：新版 Pod {updated}/{desired}",
    zh_cn: "发布到一半时暂停：新版 Pod {updated}/{desired}",
};

static FOR_LONG: Text = Text {
    en: "paused for {age} during a rollout: {updated} of {desired:# pod|# pods} updated",
    zh_tw: "更新到一半，已暫停 {age}：新版 Pod {updated}/{desired}",
    zh_cn: "发布到一半，已暂停 {age}：新版 Pod {updated}/{desired}",
};

/// A canary that is paused for this long is forgotten, in seconds.
const FORGOTTEN: i64 = 24 * 3600;

fn run(view: &View, out: &mut Reporter) {
    for deployment in view.snapshot.rows.workloads.iter().filter(|workload| view.is_asked_for(workload)) {
        let Some(rollout) = deployment.rollout().filter(|rollout| rollout.paused) else { continue };
        // The controller sets this reason at the moment of the pause.
        let progressing = deployment.condition("Progressing").filter(|c| c.reason == "DeploymentPaused");
        let since = progressing.and_then(crate::wire::Condition::since);
        let unfinished = rollout.unfinished && deployment.desired > 0;
        let age = since.map(|since| view.age(since)).filter(|age| unfinished && *age >= FORGOTTEN);
        let mut facts = vec![
            ("updated", Fact::Number(rollout.updated.into())),
            ("desired", Fact::Number(deployment.desired.into())),
        ];
        facts.extend(age.map(|age| ("age", Fact::Age(age))));
        let (text, severity) = match (unfinished, age) {
            (_, Some(_)) => (&FOR_LONG, Severity::Medium),
            (true, None) => (&HALFWAY, Severity::Low),
            (false, None) => (&PAUSED, Severity::Low),
        };
        let finding = out.object(deployment.object(), &[], severity, Message::new(text, facts));
        finding.since = since;
        finding.serving = deployment.is_available();
        let target = format!("deployment/{}", deployment.name);
        let line =
            |verb: &str| view.settings.kubectl.line(&["rollout", verb, "-n", &deployment.namespace, &target]);
        finding.actions = vec![line("history"), line("resume")];
    }
}
