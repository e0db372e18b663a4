//! Reports programs that log many errors.

use crate::checks::prelude::*;
use crate::logs::{Pattern, Source};

static INFO: CheckInfo = CheckInfo {
    id: "error-logs",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::LogSource],
    title: Text { en: "Many errors in logs", zh_tw: "日誌中錯誤過多", zh_cn: "日志中错误过多" },
    meaning: Text {
        en: "The program logs errors constantly: it fails its users, or its logs hide the error that matters.",
        zh_tw: "程式不斷寫出錯誤：不是服務有問題，就是真正重要的錯誤被淹沒。",
        zh_cn: "程序不断写出错误：不是服务有问题，就是真正重要的错误被淹没。",
    },
    remedy: Text {
        en: "Check the most frequent pattern, when it first appeared, and what changed at that time.",
        zh_tw: "先看出現最多的樣式及其首次出現的時間：當時有什麼變動？",
        zh_cn: "先看出现最多的模式及其首次出现的时间：当时有什么变更？",
    },
    prevention: Text {
        en: "Log as errors only events that require action, and alert on their rate.",
        zh_tw: "只有需要處理的情況才記為錯誤，並對其頻率設定告警。",
        zh_cn: "只有需要处理的情况才记为错误，并对其频率配置告警。",
    },
    page: page!("error-logs"),
    traits: Traits {
        measures: &[Measure::bad(
            "errors",
            Text { en: "errors in logs", zh_tw: "日誌錯誤", zh_cn: "日志错误" },
        )],
        ..Traits::NONE
    },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MANY: Text = Text {
    en: "container {container} logged {errors:# error|# errors} within {window}; {share} of them: {pattern}",
    zh_tw: "容器 {container} 的日誌在 {window} 內有 {errors} 筆錯誤，其中 {share} 為：{pattern}",
    zh_cn: "容器 {container} 的日志在 {window} 内有 {errors} 条错误，其中 {share} 为：{pattern}",
};

static ONE: Text = Text {
    en: "{count:# time|# times}, {since} to {until} ago: {sample}",
    zh_tw: "{count} 次，{since} 前至 {until} 前：{sample}",
    zh_cn: "{count} 次，{since} 前至 {until} 前：{sample}",
};

/// The number of errors of one container within the window from which the severity is medium, however long the window.
const MANY_ERRORS: u64 = 1000;
/// How many patterns the finding shows.
const TOLD: usize = 3;

fn run(view: &View, out: &mut Reporter) {
    for source in view.snapshot.rows.logs.iter().filter(|source| source.summary.tally.errors > 0) {
        let errors = source.errors();
        let Some(top) = errors.first() else { continue };
        let is_much = source.summary.tally.errors >= MANY_ERRORS;
        let severity = if is_much { Severity::Medium } else { Severity::Low };
        let finding = out.object(source.object.clone(), &[&source.container], severity, message(source, top));
        finding.serving = true;
        finding.since = errors.iter().filter_map(|pattern| pattern.first).min().map(Time::at);
        finding.evidence = errors.iter().take(TOLD).map(|pattern| evidence(view, pattern)).collect();
        finding.actions = actions(view, source);
    }
}

fn message(source: &Source, top: &Pattern) -> Message {
    let errors = source.summary.tally.errors;
    let share =
        i64::try_from(u128::from(top.count) * 1000 / u128::from(errors.max(1))).unwrap_or(1000).min(1000);
    Message::new(
        &MANY,
        vec![
            ("container", Fact::text(&*source.container)),
            ("window", Fact::Age(source.window)),
            ("errors", Fact::count(errors)),
            ("share", Fact::Share(share)),
            ("pattern", Fact::text(&*top.text)),
        ],
    )
}

fn evidence(view: &View, pattern: &Pattern) -> Message {
    // A time in the future comes from a clock that is ahead, and counts as now.
    let ago = |at: Option<i64>| Fact::age(at.map(|at| view.age(Time::at(at)).max(0)));
    let facts = vec![
        ("count", Fact::count(pattern.count)),
        ("since", ago(pattern.first)),
        ("until", ago(pattern.last)),
        ("sample", Fact::text(&*pattern.sample)),
    ];
    Message::new(&ONE, facts)
}

fn actions(view: &View, source: &Source) -> Vec<String> {
    let kubectl = &view.settings.kubectl;
    let window = source.window.max(1);
    let since = if window % 3600 == 0 { format!("{}h", window / 3600) } else { format!("{window}s") };
    let since = format!("--since={since}");
    let words =
        ["logs", "-n", &source.object.namespace, &source.pod, "-c", &source.container, &since, "--tail=50"];
    vec![kubectl.line(&words), kubectl.describe(&source.object)]
}
