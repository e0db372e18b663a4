//! The nine sections of the report, in their order, with the changes before the second.

mod advice;
mod changes;
mod namespaces;
mod statistics;

pub(super) use statistics::spread;

use super::document::{Block, Column, Line, Table, message, name, own, strong};
use super::screen::{CountRow, count_columns};
use super::words::{self, texts};
use super::{Look, coverage, error_logs, hosts, muted, overview};
use crate::finding::incident::Incident;
use crate::finding::{Finding, Severity};
use crate::report::{Class, Report, Summary};
use crate::text::Fact;
use crate::text::{Lang, Text};

/// The sections below the title, each written by a function.
pub(super) const ALL: [fn(&Report, Look) -> Vec<Block>; 12] = [
    about,
    changes::section,
    summary,
    namespaces::section,
    problems,
    error_logs::page,
    of_hosts,
    statistics::section,
    advice::conclusion,
    advice::actions,
    advice::long_term,
    advice::appendix,
];

texts! {
    TITLE: "Pod health report", "Pod 巡檢報告", "Pod 巡检报告";
    TIME: "Time", "巡檢時間", "巡检时间";
    ENVIRONMENT: "Environment", "context", "上下文（context）";
    SCOPE: "Scope", "範圍", "范围";
    AUTHOR: "Author", "產生者", "生成者";
    EVERYTHING: "all namespaces", "所有命名空間", "所有命名空间";
    EXCEPT: "all namespaces except {patterns}", "所有命名空間，{patterns} 除外", "所有命名空间，{patterns} 除外";
    UNKNOWN: "not recorded", "未記錄", "未记录";
    SELECTED: "pods that match a selector", "僅限選擇器選出的 Pod", "仅限选择器选出的 Pod";
    SUMMARY: "2. Summary", "2. 總覽", "2. 总览";
    OVERALL: "Overall state", "整體狀態", "整体状态";
    OF_PODS: "{healthy} of {active:# pod|# pods} healthy, {sick} not healthy", "{active} 個 Pod 中 {healthy} 個健康、{sick} 個不健康",
        "{active} 个 Pod 中 {healthy} 个健康、{sick} 个不健康";
    /// For no pods; English has the sentence of any number.
    NO_PODS: "{healthy} of {active:# pod|# pods} healthy, {sick} not healthy", "{active:沒有讀到 Pod}{healthy:|}{sick:|}",
        "{active:没有读到 Pod}{healthy:|}{sick:|}";
    AND_COMPLETED: "; {completed} completed", "；另有 {completed} 個已完成", "；另有 {completed} 个已完成";
    CLUSTERS: "Clusters", "叢集總覽", "集群总览";
    ABOUT: "1. About this report", "1. 巡檢資訊", "1. 巡检信息";
    PROBLEMS: "4. Problems", "4. 問題彙總", "4. 问题汇总";
    NONE: "None.", "無。", "无。";
    DESCRIPTION: "Description", "問題描述", "问题描述";
    ACTION: "Suggested action", "建議處理", "建议处理";
    AFFECTED: " ({count:# object|# objects})", "（{count} 個物件）", "（{count} 个对象）";
}

/// Returns the overview of several clusters, before their reports.
pub(super) fn clusters(reports: &[Report], look: Look) -> Vec<Block> {
    let summaries: Vec<Summary> = reports.iter().map(Report::summary).collect();
    vec![
        Block::Heading(1, own(CLUSTERS.get(look.lang))),
        Block::Table(overview::table(&summaries, look)),
        Block::items(overview::not_seen(&summaries, look.lang)),
    ]
}

/// The title and the overall state.
pub(super) fn title(report: &Report, look: Look) -> Vec<Block> {
    vec![Block::Heading(1, own(TITLE.get(look.lang))), overall(report, look.lang)]
}

/// 1. The time, the cluster and the scope.
fn about(report: &Report, look: Look) -> Vec<Block> {
    let (snapshot, lang) = (report.snapshot, look.lang);
    let cluster = [&snapshot.cluster.context, &snapshot.cluster.server, &snapshot.cluster.version];
    let known: Vec<&str> = cluster.iter().map(|part| part.as_str()).filter(|part| !part.is_empty()).collect();
    let environment = if known.is_empty() { own(UNKNOWN.get(lang)) } else { name(known.join(" · ")) };
    let facts = [
        (&TIME, own(words::moment(snapshot.taken_at))),
        (&ENVIRONMENT, environment),
        (&SCOPE, name(scope(report, lang))),
        (&AUTHOR, own(format!("{} {}", crate::NAME, crate::VERSION))),
    ];
    vec![
        Block::Heading(2, own(ABOUT.get(lang))),
        Block::items(facts.map(|(of, value)| strong(of.get(lang)).then(words::colon(lang)).then(value))),
    ]
}

fn scope(report: &Report, lang: Lang) -> String {
    let scope = &report.snapshot.scope;
    let mut names: Vec<String> = report.namespaces.iter().map(|namespace| namespace.name.clone()).collect();
    if scope.is_whole_cluster() && (names.is_empty() || report.coverage.cost.requests > 0) {
        names = vec![match scope.excluded.as_slice() {
            [] => EVERYTHING.get(lang).to_owned(),
            patterns => EXCEPT.fill(lang, &[("patterns", Fact::Text(words::list(patterns, lang)))]),
        }];
    }
    names.extend(scope.selected.then(|| SELECTED.get(lang).to_owned()));
    words::list(&names, lang)
}

/// 2. The counts, and what was not checked.
fn summary(report: &Report, look: Look) -> Vec<Block> {
    let lang = look.lang;
    let verdict = words::full_verdict(report.verdict, lang);
    let mut rows: Vec<CountRow> = report.namespaces.iter().map(|of| (Some(of.counts), None)).collect();
    rows.push((Some(report.totals), None));
    let names = report.namespaces.iter().map(|of| name(&of.name));
    let states = report.namespaces.iter().map(|of| words::state(of.state, lang));
    let total = strong(words::TOTAL.get(lang));
    let mut columns = vec![Column::new(words::NAMESPACE.get(lang), names.chain([total]))];
    columns.extend(count_columns(&rows, lang));
    columns.push(Column::new(words::STATE.get(lang), states.chain([verdict])));
    let notes = std::iter::once(coverage::summary(&report.coverage, lang))
        .chain(coverage::notes(report, lang))
        .chain(muted::notes(report, lang));
    vec![
        Block::Heading(2, own(SUMMARY.get(lang))),
        Block::Table(Table::new(columns)),
        Block::items(notes.map(name)),
    ]
}

/// Returns the overall state and the number of healthy pods, which come first in a message or an issue.
fn overall(report: &Report, lang: Lang) -> Block {
    let verdict = words::full_verdict(report.verdict, lang);
    let verdict = strong(words::headed(OVERALL.get(lang), &verdict, lang));
    Block::Parts(vec![verdict, own(of_pods(report, lang))])
}

/// Returns how many pods are healthy.
pub(super) fn of_pods(report: &Report, lang: Lang) -> String {
    let totals = &report.totals;
    let facts = [
        ("healthy", Fact::count(totals.healthy)),
        ("active", Fact::count(totals.active())),
        ("sick", Fact::count(totals.sick())),
        ("completed", Fact::count(totals.completed)),
    ];
    let mut of_pods = if totals.pods == 0 { &NO_PODS } else { &OF_PODS }.fill(lang, &facts);
    if totals.completed > 0 {
        of_pods += &AND_COMPLETED.fill(lang, &facts);
    }
    of_pods
}

/// 4. The incidents of all namespaces, worst first.
fn problems(report: &Report, look: Look) -> Vec<Block> {
    let lang = look.lang;
    let heading = Block::Heading(2, own(PROBLEMS.get(lang)));
    let incidents: Vec<(&Incident, &Finding)> = report
        .incidents
        .iter()
        .filter(|incident| look.all || incident.severity > Severity::Low)
        .map(|incident| (incident, &report.findings[incident.cause]))
        .collect();
    if incidents.is_empty() {
        return vec![heading, Block::Parts(vec![own(NONE.get(lang))])];
    }
    let column = |head: &Text, of: &dyn Fn(&Incident, &Finding) -> Line| {
        Column::new(head.get(lang), incidents.iter().map(|(incident, cause)| of(incident, cause)))
    };
    let description = |incident: &Incident, cause: &Finding| {
        let count = incident.affected;
        let more = (count > 1).then(|| AFFECTED.fill(lang, &[("count", Fact::count(count))]));
        message(cause.message.in_lang(lang)).then(more.unwrap_or_default())
    };
    let table = Table::new(vec![
        column(&words::NAMESPACE, &|_, cause| name(&*cause.object.namespace)),
        column(&words::OBJECT, &|_, cause| name(cause.object.slashed())),
        column(&words::STATUS, &|_, cause| status(report, cause)),
        column(&words::SEVERITY, &|incident, _| own(words::severity(incident.severity, lang))),
        column(&words::SINCE, &|_, cause| name(words::age(since(report, cause), lang))),
        column(&DESCRIPTION, &description),
        column(&ACTION, &|_, cause| own(cause.check.remedy.get(lang))),
    ]);
    vec![heading, Block::Table(table)]
}

/// The hosts that were looked up. This section has no number: the nine sections keep theirs.
fn of_hosts(report: &Report, look: Look) -> Vec<Block> {
    let heading = Block::Heading(2, own(hosts::HOSTS.get(look.lang)));
    hosts::table(report, look.lang).map(|table| vec![heading, Block::Table(table)]).unwrap_or_default()
}

/// Returns the STATUS of the pod of a finding; `-` for other objects.
fn status(report: &Report, finding: &Finding) -> Line {
    let pod = report.snapshot.rows.pod(&finding.object.namespace, &finding.object.name);
    match pod.filter(|_| &*finding.object.kind == "Pod") {
        Some(pod) => name(&*pod.shared.status),
        None => own("-"),
    }
}

/// Returns how long a problem has lasted, in seconds.
fn since(report: &Report, finding: &Finding) -> Option<i64> {
    finding.since.map(|since| report.snapshot.taken_at.seconds_since(since))
}

/// Returns `🟢 healthy`.
fn class(class: Class, lang: Lang) -> String {
    format!("{} {}", words::class_glyph(class), words::class(class).get(lang))
}
