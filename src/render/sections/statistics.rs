//! 5. Statistics.

use super::super::document::{Block, Column, Line, Table, name, own};
use super::super::words::{self, texts};
use super::super::{Look, certificates};
use crate::report::{AGES, Report, Spread};
use crate::text::Fact;
use crate::text::{Lang, Text};

texts! {
    STATISTICS: "5. Statistics", "5. 統計分析", "5. 统计分析";
    BY_STATUS: "Status", "狀態分布", "状态分布";
    BY_RESTARTS: "Restarts", "重啟情況", "重启情况";
    BY_AGE: "Running time", "存在時間分布", "存在时间分布";
    BY_NODE: "Nodes", "節點分布", "节点分布";
    SHARE: "SHARE", "占比", "占比";
    NO_STATUS: "(none)", "（無）", "（无）";
    RESTARTED: "In total: {total}. Pods that have restarted: {pods}. Maximum for one pod: {most}.",
        "總計 {total} 次；曾重啟的 Pod {pods} 個；單一 Pod 最多 {most} 次。",
        "总计 {total} 次；曾重启的 Pod {pods} 个；单个 Pod 最多 {most} 次。";
    NEVER: "No pod has restarted: stable.", "沒有任何 Pod 重啟過：穩定。", "没有任何 Pod 重启过：稳定。";
    CALM: "No pod has {limit} restarts or more: stable.", "沒有 Pod 達到 {limit} 次：穩定。",
        "没有 Pod 达到 {limit} 次：稳定。";
    RESTLESS: "{restless:# pod has|# pods have} {limit} restarts or more.",
        "重啟 {limit} 次以上的 Pod：{restless} 個，見問題彙總。", "重启 {limit} 次以上的 Pod：{restless} 个，见问题汇总。";
    OLDER: "The groups overlap: a pod older than 90 days is in all of the first three.",
        "各組互有重疊：超過 90 天的 Pod 同時計入前三組。", "各组互有重叠：超过 90 天的 Pod 同时计入前三组。";
    NO_NODE: "(no node recorded)", "（未記錄節點）", "（未记录节点）";
    ONE_NODE: "All pods with a node are on one node.", "所有 Pod 都在同一個節點。", "所有 Pod 都在同一个节点。";
    EVEN: "Spread: even. The busiest of {nodes} nodes has {most:# pod|# pods} ({share}), {ratio} times the mean.",
        "分布：平均。{nodes} 個節點中最忙的有 {most} 個 Pod（{share}），是平均值的 {ratio} 倍。",
        "分布：均匀。{nodes} 个节点中最忙的有 {most} 个 Pod（{share}），是平均值的 {ratio} 倍。";
    UNEVEN: "Spread: uneven. The busiest of {nodes} nodes has {most:# pod|# pods} ({share}), {ratio} times the mean, \
             the least busy {least}.",
        "分布：不平均。{nodes} 個節點中最忙的有 {most} 個 Pod（{share}），是平均值的 {ratio} 倍；最少的只有 {least} 個。",
        "分布：不均匀。{nodes} 个节点中最忙的有 {most} 个 Pod（{share}），是平均值的 {ratio} 倍；最少的只有 {least} 个。";
    TOO_MUCH: "{node} runs more than a third of all pods: its failure would affect the whole cluster.",
        "{node} 承載超過三分之一的 Pod，一旦失效影響全面。", "{node} 承载超过三分之一的 Pod，一旦失效影响全面。";
    BEARABLE: "No node runs more than a third of the pods.", "沒有單一節點承載超過三分之一的 Pod。",
        "没有单个节点承载超过三分之一的 Pod。";
}

pub(super) fn section(report: &Report, look: Look) -> Vec<Block> {
    let lang = look.lang;
    let mut blocks = vec![Block::Heading(2, own(STATISTICS.get(lang)))];
    blocks.extend(by_status(report, lang));
    blocks.extend(by_restarts(report, lang));
    blocks.extend(by_age(report, lang));
    blocks.extend(by_node(report, lang));
    if let Some((table, more)) = certificates::table(report, look) {
        blocks.extend([Block::Heading(3, own(certificates::HEADING.get(lang))), Block::Table(table)]);
        blocks.extend(more.into_iter().map(|line| Block::Parts(vec![own(line)])));
    }
    blocks
}

/// Returns a table of numbers of pods and their shares.
fn distribution(head: &Text, rows: Vec<(Line, u64)>, all: u64, lang: Lang) -> Block {
    let (names, counts): (Vec<Line>, Vec<u64>) = rows.into_iter().unzip();
    Block::Table(Table::new(vec![
        Column::new(head.get(lang), names),
        Column::new(words::PODS.get(lang), counts.iter().map(u64::to_string)),
        Column::new(SHARE.get(lang), counts.iter().map(|count| words::percent(*count, all, lang)))
            .shares(counts.iter().copied(), all),
    ]))
}

fn by_status(report: &Report, lang: Lang) -> Vec<Block> {
    let row = |(status, count): &(String, u64)| {
        (if status.is_empty() { own(NO_STATUS.get(lang)) } else { name(status) }, *count)
    };
    let rows = report.statistics.status.iter().map(row).collect();
    vec![
        Block::Heading(3, own(BY_STATUS.get(lang))),
        distribution(&words::STATUS, rows, report.totals.pods, lang),
    ]
}

fn by_restarts(report: &Report, lang: Lang) -> Vec<Block> {
    let statistics = &report.statistics;
    let limit = report.settings.thresholds.restarts_attention;
    let facts = [
        ("total", Fact::Number(report.totals.restarts)),
        ("pods", Fact::count(statistics.restarted)),
        ("most", Fact::Number(statistics.most_restarts)),
        ("limit", Fact::Number(limit)),
        ("restless", Fact::count(statistics.restless)),
    ];
    let judged = match (statistics.restless, statistics.restarted) {
        (1.., _) => &RESTLESS,
        (0, 1..) => &CALM,
        (0, 0) => &NEVER,
    };
    vec![
        Block::Heading(3, own(BY_RESTARTS.get(lang))),
        Block::items([RESTARTED.fill(lang, &facts), judged.fill(lang, &facts)]),
    ]
}

fn by_age(report: &Report, lang: Lang) -> Vec<Block> {
    let row = |(group, count): (&&str, u64)| match group.split_at(1) {
        (sign @ (">" | "<"), days) => (name(sign).then(format!(" {days}")), count),
        _ => (own(*group), count),
    };
    let rows = AGES.iter().zip(report.statistics.age).map(row).collect();
    vec![
        Block::Heading(3, own(BY_AGE.get(lang))),
        distribution(&words::AGE, rows, report.totals.pods, lang),
        Block::Parts(vec![own(OLDER.get(lang))]),
    ]
}

fn by_node(report: &Report, lang: Lang) -> Vec<Block> {
    let row = |(node, count): &(String, u64)| {
        (if node.is_empty() { own(NO_NODE.get(lang)) } else { name(node) }, *count)
    };
    let rows = report.statistics.nodes.iter().map(row).collect();
    vec![
        Block::Heading(3, own(BY_NODE.get(lang))),
        distribution(&words::NODE, rows, report.totals.pods, lang),
        Block::items(spread(report.statistics.spread().as_ref(), lang)),
    ]
}

/// Returns the spread of pods over nodes, in words.
pub(in crate::render) fn spread(spread: Option<&Spread>, lang: Lang) -> Vec<Line> {
    let Some(spread) = spread else { return Vec::new() };
    if spread.nodes == 1 {
        return vec![own(ONE_NODE.get(lang))];
    }
    let facts = [
        ("nodes", Fact::count(spread.nodes)),
        ("most", Fact::count(spread.most)),
        ("least", Fact::count(spread.least)),
        ("share", Fact::Text(words::percent(spread.most, spread.all, lang))),
        ("ratio", Fact::Text(format!("{}.{}", spread.ratio_tenths / 10, spread.ratio_tenths % 10))),
        ("node", Fact::text(&spread.busiest)),
    ];
    vec![
        own(if spread.is_even { &EVEN } else { &UNEVEN }.fill(lang, &facts)),
        name(if spread.is_heavy { &TOO_MUCH } else { &BEARABLE }.fill(lang, &facts)),
    ]
}
