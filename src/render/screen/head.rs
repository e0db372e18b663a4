//! The first lines of the screen: the verdict, the counts, and the scope.

use super::super::document::{Item, Line, flow, own};
use super::super::escape::visible;
use super::super::words::{self, texts};
use super::super::{Look, grid};
use crate::finding::Severity;
use crate::report::{Counts, Down, Report, Verdict};
use crate::text::{Fact, Lang, Text};
use owo_colors::Style;

texts! {
    HEALTHY_OF: "{healthy} of {active:# pod|# pods} healthy", "{active} 個 Pod 中 {healthy} 個健康",
        "{active} 个 Pod 中 {healthy} 个健康";
    READY_OF: "{healthy} of {active:# pod|# pods} ready", "{active} 個 Pod 中 {healthy} 個就緒",
        "{active} 个 Pod 中 {healthy} 个就绪";
    NO_PODS: "no pods", "沒有 Pod", "没有 Pod";
    /// While the coverage is incomplete.
    NONE_SEEN: "no pods seen", "未讀到 Pod", "未读到 Pod";
    /// Instead of a verdict, if there is nothing to judge.
    NOTHING: "No pods", "沒有 Pod", "没有 Pod";
    COMPLETED: "+{completed} completed", "另有 {completed} 個已完成", "另有 {completed} 个已完成";
    BY_SEVERITY: "{count} {severity}", "{count} 項{severity}", "{count} 项{severity}";
    SECONDS: "{seconds} s", "{seconds} 秒", "{seconds} 秒";
    READ_AGO: "read {age} ago (--cache)", "{age} 前讀取（--cache）", "{age} 前读取（--cache）";
    DOWN: "down now", "目前停擺", "当前不可用";
    WORKLOADS: "{count:# workload|# workloads} with no ready pod", "{count} 個工作負載沒有就緒的 Pod", "{count} 个工作负载没有就绪的 Pod";
    SERVICES: "{count:# service|# services} without endpoints", "{count} 個 Service 沒有端點", "{count} 个 Service 没有端点";
    NODES: "{count} of {nodes:# node|# nodes}", "{nodes} 個節點中有 {count} 個", "{nodes} 个节点中有 {count} 个";
    WEBHOOKS: "{count:# admission webhook|# admission webhooks}", "{count} 個准入 Webhook", "{count} 个准入 Webhook";
    APIS: "{count:# aggregated API|# aggregated APIs}", "{count} 個聚合 API", "{count} 个聚合 API";
    LAST_HOUR: "last hour", "最近一小時", "最近一小时";
    NEW_ONES: "{counts} new", "新增 {counts}", "新增 {counts}";
    NONE_NEW: "nothing new", "沒有新問題", "没有新问题";
    AFFECTED: "{count} of {namespaces:# namespace|# namespaces} affected (list: -o wide)",
        "{namespaces} 個命名空間中 {count} 個受影響（清單：-o wide）", "{namespaces} 个命名空间中 {count} 个受影响（列表：-o wide）";
}

/// The age of a new incident, in seconds.
pub(super) const HOUR: i64 = 3600;

/// Returns what is down, what is new, and how many namespaces suffer; nothing if all is well.
pub(super) fn reach(report: &Report, look: Look) -> Vec<Item> {
    if report.serious().next().is_none() {
        return Vec::new();
    }
    let lang = look.lang;
    let line = |head: &Text, parts: &[String], separator: &str| {
        let text = words::headed(head.get(lang), &parts.join(separator), lang);
        Item { head: None, text: own(text), indent: 3 }
    };
    let down = down_now(report, lang);
    let new = by_severity(|severity| report.began_within(severity, HOUR), lang);
    let new = if new.is_empty() {
        NONE_NEW.get(lang).to_owned()
    } else {
        NEW_ONES.fill(lang, &[("counts", Fact::Text(words::list(&new, lang)))])
    };
    let facts = [
        ("count", Fact::count(report.affected_namespaces())),
        ("namespaces", Fact::count(report.namespaces.len())),
    ];
    let mut lines = Vec::new();
    lines.extend(down.map(|text| Item { head: None, text: own(text), indent: 3 }));
    lines.push(line(&LAST_HOUR, &[new, AFFECTED.fill(lang, &facts)], " · "));
    lines
}

/// Returns `down now: 1 workload with no ready pod`; `None` if nothing is down.
pub(in super::super) fn down_now(report: &Report, lang: Lang) -> Option<String> {
    let down = down(&report.down(), lang);
    (!down.is_empty()).then(|| words::headed(DOWN.get(lang), &words::list(&down, lang), lang))
}

fn down(down: &Down, lang: Lang) -> Vec<String> {
    let counts = [
        (&WORKLOADS, down.workloads),
        (&SERVICES, down.services),
        (&NODES, down.nodes),
        (&WEBHOOKS, down.webhooks),
        (&APIS, down.apis),
    ];
    let some = counts.into_iter().filter(|(_, count)| *count > 0);
    let nodes = || Fact::count(down.of_nodes);
    some.map(|(text, count)| text.fill(lang, &[("count", Fact::count(count)), ("nodes", nodes())])).collect()
}

/// Returns `1 high` and `2 medium`, as far as there are any.
fn by_severity(count: impl Fn(Severity) -> usize, lang: Lang) -> Vec<String> {
    let counts = [Severity::High, Severity::Medium].into_iter().map(|of| (of, count(of)));
    let some = counts.filter(|(_, count)| *count > 0);
    some.map(|(severity, count)| {
        let word = words::severity_word(severity).get(lang);
        BY_SEVERITY.fill(lang, &[("count", Fact::count(count)), ("severity", Fact::text(word))])
    })
    .collect()
}

/// The widest gap between the verdict and the scope on one line.
const GAP: usize = 12;

/// Returns the verdict and the scope, on one line if they fit. `timed` says whether the scope has the duration of the run.
pub(super) fn verdict(report: &Report, look: Look, timed: bool) -> Vec<Line> {
    let lang = look.lang;
    let mut left = if report.verdict == Verdict::Healthy && report.totals.pods == 0 {
        vec![format!("{} {}", words::verdict_glyph(Verdict::Incomplete), NOTHING.get(lang))]
    } else {
        let word = look.paint(words::verdict(report.verdict).get(lang), style_of(report.verdict));
        let glyph = words::verdict_glyph(report.verdict);
        vec![format!("{glyph} {word}"), healthy_of(&report.totals, report.verdict, lang)]
    };
    let counts = by_severity(|severity| report.count(severity), lang);
    left.extend((!counts.is_empty()).then(|| words::list(&counts, lang)));
    let right = scope(report, lang, timed);
    let (one_line, aside) = (left.join(" · "), right.join(" · "));
    let room = look.width.map(|width| width.saturating_sub(grid::width(&one_line) + grid::width(&aside)));
    match room {
        _ if right.is_empty() => flow(&left, look.width).into_iter().map(own).collect(),
        None => vec![own(format!("{one_line} · {aside}"))],
        Some(room) if room >= 3 => {
            vec![own(format!("{one_line}{}{}", " ".repeat(room.min(GAP)), look.dim(&aside)))]
        }
        Some(_) => {
            let aside = flow(&right, look.width).into_iter().map(|line| own(line).dim());
            flow(&left, look.width).into_iter().map(own).chain(aside).collect()
        }
    }
}

/// Returns the context, the namespaces and the duration.
fn scope(report: &Report, lang: Lang, timed: bool) -> Vec<String> {
    let snapshot = report.snapshot;
    let mut parts = places(report, lang);
    if let Some(age) = snapshot.age {
        parts.push(READ_AGO.fill(lang, &[("age", Fact::Text(words::age(Some(age), lang)))]));
    } else if timed && report.coverage.cost.requests > 0 {
        let (started, taken) = (snapshot.started_at, snapshot.taken_at);
        let tenths =
            (taken.seconds - started.seconds) * 10 + i64::from(taken.nanos - started.nanos) / 100_000_000;
        let seconds = Fact::Text(format!("{}.{}", tenths.max(0) / 10, tenths.max(0) % 10));
        parts.push(SECONDS.fill(lang, &[("seconds", seconds)]));
    }
    parts
}

/// Returns the context, if it is known, and the namespaces.
fn places(report: &Report, lang: Lang) -> Vec<String> {
    let context = report.snapshot.cluster.context.as_str();
    let mut parts = Vec::new();
    if !context.is_empty() {
        parts.push(words::IN_CONTEXT.fill(lang, &[("context", Fact::Text(visible(context)))]));
    }
    parts.push(match report.namespaces.as_slice() {
        [only] => visible(&only.name),
        many => words::NAMESPACE_COUNT.fill(lang, &[("count", Fact::count(many.len()))]),
    });
    // Objects of files may be without a namespace.
    parts.retain(|part| !part.is_empty());
    parts
}

fn style_of(verdict: Verdict) -> Style {
    let bold = Style::new().bold();
    match verdict {
        Verdict::Healthy => bold.green(),
        Verdict::Incomplete => bold,
        Verdict::Progressing => bold.blue(),
        Verdict::Attention => bold.yellow(),
        Verdict::Unhealthy => bold.red(),
    }
}

/// Returns `46 of 48 pods healthy (+2 completed)`, or `ready` while they start.
fn healthy_of(totals: &Counts, verdict: Verdict, lang: Lang) -> String {
    let facts = [
        ("healthy", Fact::count(totals.healthy)),
        ("active", Fact::count(totals.active())),
        ("completed", Fact::count(totals.completed)),
    ];
    let of = if verdict == Verdict::Progressing { &READY_OF } else { &HEALTHY_OF };
    match totals.completed {
        0 if totals.pods == 0 && verdict == Verdict::Incomplete => NONE_SEEN.get(lang).to_owned(),
        0 if totals.pods == 0 => NO_PODS.get(lang).to_owned(),
        0 => of.fill(lang, &facts),
        _ => words::bracketed(&of.fill(lang, &facts), &COMPLETED.fill(lang, &facts), lang),
    }
}
