//! Charts: horizontal bars as SVG, each with its name and its number as text.

use super::super::Look;
use super::super::escape::visible;
use super::super::words::{self, texts};
use crate::finding::{Finding, Severity};
use crate::model::{Amount, Pod};
use crate::report::{CertificateRow, Counts, NodeLoad, Report};
use crate::text::{Fact, Lang, in_percent};
use maud::{Markup, html};
use std::cmp::Reverse;

texts! {
    THEN: "Before", "先前", "之前";
    NOW: "Now", "本次", "本次";
    TREND: "Pods, before and now", "Pod 前後對照", "Pod 前后对比";
    CPU_REQUESTED: "CPU requests per node", "各節點的 CPU 請求量", "各节点的 CPU 请求量";
    MEMORY_REQUESTED: "Memory requests per node", "各節點的記憶體請求量", "各节点的内存请求量";
    RESTARTED: "Most restarts", "重啟次數最多的 Pod", "重启次数最多的 Pod";
    THROTTLED: "Throttled CPU periods", "CPU 限流比例", "CPU 限流比例";
    DAYS: "Days until a certificate expires", "憑證剩餘天數", "证书剩余天数";
    DAYS_LEFT: "{days:# day|# days}", "{days} 天", "{days} 天";
}

/// The number of bars of a chart.
const SHOWN: usize = 10;

/// The longest time of the chart of certificates, in days.
const MOST_DAYS: u64 = 90;

/// A row of a chart.
struct Bar {
    name: String,
    /// The length.
    part: u64,
    text: String,
    class: &'static str,
}

/// Returns a horizontal bar of parts of a whole, each with its class.
pub(super) fn bar(parts: &[(u64, &str)], whole: u64) -> Markup {
    let scaled = |part: u128| (part * 1000 / u128::from(whole.max(1))).min(1000);
    let mut sum = 0;
    let rects: Vec<(u128, u128, &str)> = parts
        .iter()
        .filter(|(part, _)| *part > 0)
        .map(|(part, class)| {
            let start = scaled(sum);
            sum += u128::from(*part);
            (start, (scaled(sum) - start).max(1), *class)
        })
        .collect();
    html! {
        svg.bar viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true" {
            @for (x, width, class) in rects { rect class=(class) x=(x) width=(width) height="8" {} }
        }
    }
}

/// Returns the pods of a report by class, as one bar.
pub(super) fn of_counts(counts: &Counts) -> Markup {
    let parts = [
        (counts.unhealthy, "red"),
        (counts.attention, "yellow"),
        (counts.healthy, "green"),
        (counts.completed, "black"),
    ];
    bar(&parts, counts.pods)
}

/// Returns the pods before and now.
pub(super) fn trend(report: &Report, look: Look) -> Markup {
    let Some(before) = report.trend.as_ref().and_then(|trend| trend.totals) else { return Markup::default() };
    let lang = look.lang;
    let row = |name: &str, counts: &Counts| {
        let named = [
            (&words::CLASS_UNHEALTHY, counts.unhealthy),
            (&words::CLASS_ATTENTION, counts.attention),
            (&words::CLASS_HEALTHY, counts.healthy),
        ];
        let text: Vec<String> =
            named.iter().map(|(word, count)| format!("{} {count}", word.get(lang))).collect();
        html! { li { span { (name) } (of_counts(counts)) span.value { (text.join(" · ")) } } }
    };
    html! {
        figure.wide {
            figcaption { (TREND.get(lang)) }
            ul.chart { (row(THEN.get(lang), &before)) (row(NOW.get(lang), &report.totals)) }
        }
    }
}

/// Returns the charts of the statistics, as far as there is something to show.
pub(super) fn statistics(report: &Report, look: Look) -> Markup {
    let lang = look.lang;
    let charts = [
        chart(CPU_REQUESTED.get(lang), 1000, &requests(report, |amount| amount.cpu, lang)),
        chart(MEMORY_REQUESTED.get(lang), 1000, &requests(report, |amount| amount.memory, lang)),
        chart(RESTARTED.get(lang), 1, &restarts(report)),
        chart(THROTTLED.get(lang), 1000, &throttled(report, lang)),
        chart(DAYS.get(lang), MOST_DAYS, &days(report, lang)),
    ];
    html! { @if charts.iter().any(Option::is_some) { div.charts { @for chart in charts.iter().flatten() { (chart) } } } }
}

/// Returns a chart; `None` without bars. A bar of the whole is as wide as the chart, and so is a longer one.
fn chart(title: &str, whole: u64, bars: &[Bar]) -> Option<Markup> {
    if bars.is_empty() {
        return None;
    }
    let whole = bars.iter().map(|bar| bar.part).max().unwrap_or(0).max(whole);
    Some(html! {
        figure {
            figcaption { (title) }
            ul.chart {
                @for row in bars {
                    li { span { (visible(&row.name)) } (bar(&[(row.part, row.class)], whole)) span.value { (row.text) } }
                }
            }
        }
    })
}

/// Returns the requests on the fullest nodes.
fn requests(report: &Report, of: fn(Amount) -> i64, lang: Lang) -> Vec<Bar> {
    let share = |load: &NodeLoad| {
        let room = of(load.node?.allocatable);
        (room > 0).then(|| i128::from(of(load.requests)) * 1000 / i128::from(room))
    };
    let mut loads: Vec<(i64, &str)> = report
        .nodes
        .iter()
        .filter_map(|load| Some((i64::try_from(share(load)?).unwrap_or(i64::MAX), load.name)))
        .collect();
    loads.sort_by_key(|(share, name)| (Reverse(*share), *name));
    let bar = |(share, name): (i64, &str)| Bar {
        name: name.to_owned(),
        part: u64::try_from(share).unwrap_or(0),
        text: in_percent(share, lang),
        class: if share > 900 { "yellow" } else { "part" },
    };
    loads.into_iter().take(SHOWN).map(bar).collect()
}

/// Returns the pods that have restarted most.
fn restarts(report: &Report) -> Vec<Bar> {
    let thresholds = &report.settings.thresholds;
    let mut pods: Vec<&Pod> =
        report.pods().map(|(pod, _)| pod).filter(|pod| pod.shared.restarts > 0).collect();
    pods.sort_by_key(|pod| (Reverse(pod.shared.restarts), &*pod.shared.namespace, &*pod.name));
    let bar = |pod: &Pod| Bar {
        name: format!("{} {}", pod.shared.namespace, &*pod.name),
        part: u64::try_from(pod.shared.restarts).unwrap_or(0),
        text: pod.shared.restarts.to_string(),
        class: match pod.shared.restarts {
            n if n >= thresholds.restarts_unhealthy => "red",
            n if n >= thresholds.restarts_attention => "yellow",
            _ => "part",
        },
    };
    pods.into_iter().take(SHOWN).map(bar).collect()
}

/// Returns the containers that their CPU limit throttles most.
fn throttled(report: &Report, lang: Lang) -> Vec<Bar> {
    let share = |finding: &Finding| {
        let fact = finding.message.facts.iter().find(|(name, _)| *name == "thousandths")?;
        match fact.1 {
            Fact::Number(share) if finding.check.id == "cpu-throttled" => Some(share),
            _ => None,
        }
    };
    let mut found: Vec<(i64, String)> = report
        .findings
        .iter()
        .filter_map(|finding| Some((share(finding)?, finding.object.placed())))
        .collect();
    found.sort_by(|a, b| (Reverse(a.0), &a.1).cmp(&(Reverse(b.0), &b.1)));
    let bar = |(share, name): (i64, String)| Bar {
        name,
        part: u64::try_from(share).unwrap_or(0),
        text: in_percent(share, lang),
        class: "yellow",
    };
    found.into_iter().take(SHOWN).map(bar).collect()
}

/// Returns the certificates that expire first.
fn days(report: &Report, lang: Lang) -> Vec<Bar> {
    let now = report.snapshot.taken_at;
    let name = |row: &CertificateRow| format!("{} {}", row.tls.namespace, row.tls.name);
    let mut rows: Vec<(i64, String, Option<Severity>)> = report
        .certificates
        .iter()
        .filter_map(|row| Some((row.days_left(now)?, name(row), row.state.severity())))
        .collect();
    rows.sort();
    let bar = |(days, name, severity): (i64, String, Option<Severity>)| Bar {
        name,
        part: u64::try_from(days).unwrap_or(0).min(MOST_DAYS),
        text: DAYS_LEFT.fill(lang, &[("days", Fact::Number(days))]),
        class: severity.map_or("green", super::blocks::color),
    };
    rows.into_iter().take(SHOWN).map(bar).collect()
}
