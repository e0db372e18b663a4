//! 5. Statistics: computed, and judged honestly.

use super::super::certificates;
use super::super::markdown::{Page, text};
use super::super::words::{self, texts};
use super::heads;
use crate::report::{AGES, Report};
use crate::text::{Fact, Lang};

texts! {
    STATISTICS: "5. Statistics", "5. 統計分析", "5. 统计分析";
    BY_STATUS: "Status", "狀態分布", "状态分布";
    BY_RESTARTS: "Restarts", "重啟情況", "重启情况";
    BY_AGE: "Running time", "執行時間分布", "运行时间分布";
    BY_NODE: "Nodes", "節點分布", "节点分布";
    SHARE: "SHARE", "占比", "占比";
    NO_STATUS: "(none)", "（無）", "（无）";
    RESTARTED: "In total: {total}. Pods that have restarted: {pods}. Most of one pod: {most}.",
        "總計 {total} 次；曾重啟的 Pod {pods} 個；單一 Pod 最多 {most} 次。",
        "总计 {total} 次；曾重启的 Pod {pods} 个；单个 Pod 最多 {most} 次。";
    NEVER: "No pod has restarted: stable.", "沒有任何 Pod 重啟過：穩定。", "没有任何 Pod 重启过：稳定。";
    CALM: "No pod reaches {limit} restarts: stable.", "沒有 Pod 達到 {limit} 次：穩定。",
        "没有 Pod 达到 {limit} 次：稳定。";
    RESTLESS: "At least one pod has {limit} restarts or more: see the problems.",
        "有 Pod 達到 {limit} 次以上：見問題彙總。", "有 Pod 达到 {limit} 次以上：见问题汇总。";
    OLDER: "The groups overlap: a pod older than 90 days is in all of the first three.",
        "各組互有重疊：超過 90 天的 Pod 同時計入前三組。", "各组互有重叠：超过 90 天的 Pod 同时计入前三组。";
    NO_NODE: "(no node recorded)", "（未記錄節點）", "（未记录节点）";
    ONE_NODE: "All pods with a node are on one node.", "所有 Pod 都在同一個節點。", "所有 Pod 都在同一个节点。";
    EVEN: "Spread: even. The busiest of {nodes} nodes carries {most} pods ({share}), {ratio} times the mean.",
        "分布：平均。{nodes} 個節點中最忙的有 {most} 個 Pod（{share}），是平均值的 {ratio} 倍。",
        "分布：均匀。{nodes} 个节点中最忙的有 {most} 个 Pod（{share}），是平均值的 {ratio} 倍。";
    UNEVEN: "Spread: uneven. The busiest of {nodes} nodes carries {most} pods ({share}), {ratio} times the mean, \
             the least busy {least}.",
        "分布：不平均。{nodes} 個節點中最忙的有 {most} 個 Pod（{share}），是平均值的 {ratio} 倍；最少的只有 {least} 個。",
        "分布：不均匀。{nodes} 个节点中最忙的有 {most} 个 Pod（{share}），是平均值的 {ratio} 倍；最少的只有 {least} 个。";
    TOO_MUCH: "{node} carries more than a third of all pods: its loss would be felt everywhere.",
        "{node} 承載超過三分之一的 Pod，一旦失效影響全面。", "{node} 承载超过三分之一的 Pod，一旦失效影响全面。";
    BEARABLE: "No node carries more than a third of the pods.", "沒有單一節點承載超過三分之一的 Pod。",
        "没有单个节点承载超过三分之一的 Pod。";
}

pub(super) fn write(report: &Report, page: &mut Page) {
    page.heading(2, page.word(&STATISTICS));
    by_status(report, page);
    by_restarts(report, page);
    by_age(report, page);
    by_node(report, page);
    of_certificates(report, page);
}

fn counted(name: String, count: u64, whole: u64) -> Vec<String> {
    vec![name, count.to_string(), words::percent(count, whole)]
}

fn by_status(report: &Report, page: &mut Page) {
    page.heading(3, page.word(&BY_STATUS));
    let mut rows = vec![heads(&[&words::STATUS, &words::PODS, &SHARE], page)];
    rows.extend(report.statistics.status.iter().map(|(status, count)| {
        let name = if status.is_empty() { page.word(&NO_STATUS).to_owned() } else { text(status) };
        counted(name, *count, report.totals.pods)
    }));
    page.table(&rows);
}

fn by_restarts(report: &Report, page: &mut Page) {
    let (statistics, lang) = (&report.statistics, page.lang);
    page.heading(3, page.word(&BY_RESTARTS));
    let limit = report.settings.thresholds.restarts_attention;
    let facts = [
        ("total", Fact::Number(report.totals.restarts)),
        ("pods", Fact::count(statistics.restarted)),
        ("most", Fact::Number(statistics.most_restarts)),
        ("limit", Fact::Number(limit)),
    ];
    let judged = match statistics.most_restarts {
        most if most >= limit => &RESTLESS,
        _ if statistics.restarted > 0 => &CALM,
        _ => &NEVER,
    };
    page.bullets([RESTARTED.fill(lang, &facts), judged.fill(lang, &facts)]);
}

fn by_age(report: &Report, page: &mut Page) {
    page.heading(3, page.word(&BY_AGE));
    let mut rows = vec![heads(&[&words::AGE, &words::PODS, &SHARE], page)];
    let groups = AGES.iter().zip(report.statistics.age);
    rows.extend(groups.map(|(group, count)| {
        let (sign, days) = group.split_at(1);
        counted(format!("{} {days}", text(sign)), count, report.totals.pods)
    }));
    page.table(&rows);
    page.paragraph(page.word(&OLDER));
}

fn by_node(report: &Report, page: &mut Page) {
    page.heading(3, page.word(&BY_NODE));
    let nodes = &report.statistics.nodes;
    let mut rows = vec![heads(&[&words::NODE, &words::PODS, &SHARE], page)];
    rows.extend(nodes.iter().map(|(node, count)| {
        let name = if node.is_empty() { page.word(&NO_NODE).to_owned() } else { text(node) };
        counted(name, *count, report.totals.pods)
    }));
    page.table(&rows);
    let used: Vec<&(String, u64)> = nodes.iter().filter(|(node, _)| !node.is_empty()).collect();
    page.bullets(spread(&used, report.totals.pods, page.lang, text));
}

/// The certificates, where there are any.
fn of_certificates(report: &Report, page: &mut Page) {
    let (rows, more) = certificates::rows(report, (page.lang, page.all), text);
    if rows.is_empty() {
        return;
    }
    page.heading(3, page.word(&certificates::HEADING));
    let mut table = vec![heads(&certificates::HEADS, page)];
    table.extend(rows.into_iter().map(Vec::from));
    page.table(&table);
    for line in more {
        page.paragraph(line);
    }
}

/// How the pods are spread over the nodes that hold any. Even means that the busiest has at most half as many
/// again as the mean.
pub(in crate::render) fn spread(
    used: &[&(String, u64)],
    all: u64,
    lang: Lang,
    name: fn(&str) -> String,
) -> Vec<String> {
    let (Some((busiest, most)), Some((_, least))) = (used.first(), used.last()) else { return Vec::new() };
    if used.len() == 1 {
        return vec![ONE_NODE.get(lang).to_owned()];
    }
    let pods: u64 = used.iter().map(|(_, count)| count).sum();
    let count = used.len() as u64;
    // most / (pods / count), in tenths, half up.
    let ratio = (most * count * 20 + pods) / (pods.max(1) * 2);
    let facts = [
        ("nodes", Fact::count(count)),
        ("most", Fact::count(*most)),
        ("least", Fact::count(*least)),
        ("share", Fact::Text(words::percent(*most, all))),
        ("ratio", Fact::Text(format!("{}.{}", ratio / 10, ratio % 10))),
        ("node", Fact::Text(name(busiest))),
    ];
    let even = most * count * 2 <= pods * 3;
    let heavy = most * 3 > pods && count > 2;
    vec![
        if even { &EVEN } else { &UNEVEN }.fill(lang, &facts),
        if heavy { &TOO_MUCH } else { &BEARABLE }.fill(lang, &facts),
    ]
}
