//! Reports containers that are throttled because their CPU limit is used up.

use crate::checks::prelude::*;
use crate::checks::view::Throttled;
use crate::model::{millis, next_limit};

static INFO: CheckInfo = CheckInfo {
    id: "cpu-throttled",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Throttling, Kind::Pod],
    title: Text { en: "CPU throttled", zh_tw: "CPU 受到限流", zh_cn: "CPU 被限流" },
    meaning: Text {
        en: "The container has work to do but must wait: responses take longer, probes may fail, and requests may \
             time out.",
        zh_tw: "容器有工作要做卻被迫等待：回應變慢，探針可能失敗，請求可能逾時。",
        zh_cn: "容器有任务待执行，却被迫等待：响应变慢，探针可能失败，请求可能超时。",
    },
    remedy: Text {
        en: "Raise its CPU limit, or remove the limit and keep the request.",
        zh_tw: "調高 CPU 上限（limit），或移除上限、只保留請求量（request）。",
        zh_cn: "调高 CPU 限制（limit），或去掉限制、只保留请求（request）。",
    },
    prevention: Text {
        en: "Set limits from peak usage, and alert on the share of throttled periods.",
        zh_tw: "依尖峰用量設定上限（limit），並對限流比例設定告警。",
        zh_cn: "按峰值用量设置限制（limit），并对限流比例配置告警。",
    },
    page: page!("cpu-throttled"),
    traits: Traits {
        measures: &[Measure::bad(
            "thousandths",
            Text { en: "throttled", zh_tw: "限流比例", zh_cn: "限流比例" },
        )
        .thousandths()],
        ..Traits::NONE
    },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static LIMITED: Text = Text {
    en: "container {container} is throttled in {share} of its CPU periods: its limit is {limit}, try {proposal}",
    zh_tw: "容器 {container} 有 {share} 的 CPU 週期被限流：上限（limit）為 {limit}，建議改為 {proposal}",
    zh_cn: "容器 {container} 有 {share} 的 CPU 周期被限流：限制（limit）为 {limit}，建议改为 {proposal}",
};

static UNKNOWN: Text = Text {
    en: "container {container} is throttled in {share} of its CPU periods by its limit",
    zh_tw: "容器 {container} 因 CPU 上限（limit）有 {share} 的 CPU 週期被限流",
    zh_cn: "容器 {container} 因 CPU 限制（limit）有 {share} 的 CPU 周期被限流",
};

static OVER: Text = Text {
    en: "{throttled} of {periods:# period|# periods} throttled within {window} in {pods:# pod|# pods}; threshold \
         {allowed}",
    zh_tw: "{window} 內 {pods} 個 Pod 的 {periods} 個週期中有 {throttled} 個被限流；門檻為 {allowed}",
    zh_cn: "{window} 内 {pods} 个 Pod 的 {periods} 个周期中有 {throttled} 个被限流；阈值为 {allowed}",
};

fn run(view: &View, out: &mut Reporter) {
    for measured in view.throttled() {
        let periods = measured.periods;
        let object = measured.object.clone();
        let finding = out.object(object, &[measured.container], Severity::High, message(&measured));
        finding.serving = true;
        finding.evidence.push(Message::new(
            &OVER,
            vec![
                ("throttled", Fact::Number(periods.throttled)),
                ("periods", Fact::Number(periods.all)),
                ("window", Fact::Age(periods.window)),
                ("pods", Fact::count(measured.pods)),
                ("allowed", Fact::Share(measured.allowed)),
            ],
        ));
        finding.actions = actions(view, &measured);
    }
}

fn message(measured: &Throttled) -> Message {
    let share = measured.periods.share();
    let mut facts = vec![
        ("container", Fact::text(measured.container)),
        ("share", Fact::Share(share)),
        ("thousandths", Fact::Number(share)),
    ];
    let Some(limit) = measured.limit else { return Message::new(&UNKNOWN, facts) };
    facts.push(("limit", Fact::text(millis(limit))));
    facts.push(("proposal", Fact::text(millis(next_limit(limit, share)))));
    Message::new(&LIMITED, facts)
}

fn actions(view: &View, measured: &Throttled) -> Vec<String> {
    let kubectl = &view.settings.kubectl;
    let object = &measured.object;
    let share = measured.periods.share();
    let set = measured.limit.and_then(|limit| {
        let limit = format!("cpu={}", millis(next_limit(limit, share)));
        kubectl.set_limit(object, measured.container, &limit)
    });
    let top = kubectl.line(&["top", "pods", "-n", &object.namespace, "--containers"]);
    set.into_iter().chain([top, kubectl.describe(object)]).collect()
}
