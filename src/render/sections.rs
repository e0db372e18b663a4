//! The nine sections of the patrol report, in their order, and before the second what has changed.

mod advice;
mod changes;
mod hosts;
mod namespaces;
mod statistics;

pub(super) use statistics::spread;

use super::markdown::{Page, message, text};
use super::words::{self, texts};
use super::{coverage, error_logs, muted};
use crate::finding::incident::Incident;
use crate::finding::{Finding, Severity};
use crate::report::{Class, Counts, Report, Summary};
use crate::text::Fact;
use crate::text::human;

/// Each writes one section.
pub(super) const ALL: [fn(&Report, &mut Page); 12] = [
    header,
    changes::write,
    summary,
    namespaces::write,
    problems,
    error_logs::section,
    hosts::write,
    statistics::write,
    advice::conclusion,
    advice::actions,
    advice::long_term,
    advice::appendix,
];

texts! {
    TITLE: "Pod patrol report", "Pod 巡檢報告", "Pod 巡检报告";
    TIME: "Time", "巡檢時間", "巡检时间";
    ENVIRONMENT: "Environment", "環境", "环境";
    SCOPE: "Scope", "範圍", "范围";
    AUTHOR: "Author", "產生者", "生成者";
    EVERYTHING: "all namespaces", "所有命名空間", "所有命名空间";
    EXCEPT: "all namespaces except {patterns}", "所有命名空間，{patterns} 除外", "所有命名空间，{patterns} 除外";
    UNKNOWN: "not recorded", "未記錄", "未记录";
    SELECTED: "pods chosen by a selector", "僅限選擇器選出的 Pod", "仅限选择器选出的 Pod";
    SUMMARY: "2. Summary", "2. 總覽", "2. 总览";
    OVERALL: "Overall state", "整體狀態", "整体状态";
    OF_PODS: "{healthy} of {active} pods healthy, {sick} not", "{active} 個 Pod 中 {healthy} 個健康、{sick} 個不健康",
        "{active} 个 Pod 中 {healthy} 个健康、{sick} 个不健康";
    AND_COMPLETED: "; {completed} more completed", "；另有 {completed} 個已完成", "；另有 {completed} 个已完成";
    CLUSTERS: "Clusters", "叢集總覽", "集群总览";
    ABOUT: "1. About this report", "1. 巡檢資訊", "1. 巡检信息";
    PROBLEMS: "4. Problems", "4. 問題彙總", "4. 问题汇总";
    NONE: "None.", "無。", "无。";
    DESCRIPTION: "Description", "問題描述", "问题描述";
    ACTION: "Suggested action", "建議處理", "建议处理";
    AFFECTED: "({count} objects)", "（{count} 個物件）", "（{count} 个对象）";
}

/// Before the reports of several clusters: how each of them is, worst first.
pub(super) fn clusters(reports: &[Report], page: &mut Page) {
    let lang = page.lang;
    page.heading(1, page.word(&CLUSTERS));
    let mut rows = vec![tally_heads(&words::CONTEXT, page)];
    let summaries: Vec<Summary> = reports.iter().map(Report::summary).collect();
    rows.extend(summaries.iter().map(|summary| {
        let state = format!(
            "{} {}",
            words::verdict_glyph(summary.verdict),
            words::verdict(summary.verdict).get(lang)
        );
        let row = tally(text(&summary.context), &summary.totals, state);
        match summary.unseen {
            // Of a cluster that was not seen there are no numbers, not even zero.
            Some(_) => row
                .iter()
                .enumerate()
                .map(|(i, cell)| if i == 0 || i == 7 { cell.clone() } else { "-".to_owned() })
                .collect(),
            None => row,
        }
    }));
    page.table(&rows);
    let unseen = |summary: &Summary| {
        let why = message(&summary.unseen.as_ref()?.in_lang(lang));
        Some(format!("{}{}{}: {why}", coverage::NOT_SEEN.get(lang), page.colon(), text(&summary.context)))
    };
    let lines: Vec<String> = summaries.iter().filter_map(unseen).collect();
    page.bullets(lines);
}

/// 1. What this is a report of.
fn header(report: &Report, page: &mut Page) {
    let snapshot = report.snapshot;
    let lang = page.lang;
    page.heading(1, page.word(&TITLE));
    page.heading(2, page.word(&ABOUT));
    let cluster = [&snapshot.cluster.context, &snapshot.cluster.server, &snapshot.cluster.version];
    let known: Vec<String> = cluster.iter().filter(|part| !part.is_empty()).map(|part| text(part)).collect();
    let scope = &snapshot.scope;
    let mut names: Vec<String> = report.namespaces.iter().map(|(name, _)| text(name)).collect();
    if scope.is_whole_cluster() && (names.is_empty() || report.coverage.cost.requests > 0) {
        let patterns: Vec<String> = scope.excluded.iter().map(|pattern| text(pattern)).collect();
        names = vec![match patterns.as_slice() {
            [] => page.word(&EVERYTHING).to_owned(),
            _ => EXCEPT.fill(lang, &[("patterns", Fact::Text(words::list(&patterns, lang)))]),
        }];
    }
    names.extend(scope.selected.then(|| page.word(&SELECTED).to_owned()));
    let environment = if known.is_empty() { page.word(&UNKNOWN).to_owned() } else { known.join(" · ") };
    let facts = [
        (&TIME, words::moment(snapshot.taken_at)),
        (&ENVIRONMENT, environment),
        (&SCOPE, words::list(&names, lang)),
        (&AUTHOR, format!("{} {}", crate::NAME, crate::VERSION)),
    ];
    let colon = page.colon();
    page.bullets(facts.map(|(name, value)| format!("**{}**{colon}{value}", name.get(lang))));
}

/// 2. The counts, and the overall state.
fn summary(report: &Report, page: &mut Page) {
    let lang = page.lang;
    page.heading(2, page.word(&SUMMARY));
    let mut rows = vec![tally_heads(&words::NAMESPACE, page)];
    let verdict =
        format!("{} {}", words::verdict_glyph(report.verdict), words::verdict(report.verdict).get(lang));
    rows.extend(
        report.namespaces.iter().map(|(name, counts)| tally(text(name), counts, class(counts.worst(), page))),
    );
    rows.push(tally(format!("**{}**", page.word(&words::TOTAL)), &report.totals, verdict.clone()));
    page.table(&rows);
    let totals = &report.totals;
    let facts = [
        ("healthy", Fact::count(totals.healthy)),
        ("active", Fact::count(totals.active())),
        ("sick", Fact::count(totals.sick())),
        ("completed", Fact::count(totals.completed)),
    ];
    let mut of_pods = OF_PODS.fill(lang, &facts);
    if totals.completed > 0 {
        of_pods += &AND_COMPLETED.fill(lang, &facts);
    }
    page.paragraph(format!("**{}{}{verdict}** · {of_pods}", page.word(&OVERALL), page.colon()));
    let coverage = &report.coverage;
    let lines = std::iter::once(coverage::summary(coverage, lang)).chain(coverage::notes(report, lang));
    let lines = lines.chain(muted::notes(report, lang));
    page.bullets(lines.map(|line| text(&line)));
}

/// The heads over rows of counts.
fn tally_heads(first: &'static crate::text::Text, page: &Page) -> Vec<String> {
    let counts = [
        first,
        &words::PODS,
        &words::COL_HEALTHY,
        &words::COL_ATTENTION,
        &words::COL_UNHEALTHY,
        &words::COL_COMPLETED,
        &words::RESTARTS,
        &words::STATE,
    ];
    heads(&counts, page)
}

fn tally(name: String, counts: &Counts, state: String) -> Vec<String> {
    let numbers = [counts.pods, counts.healthy, counts.attention, counts.unhealthy, counts.completed];
    let mut row = vec![name];
    row.extend(numbers.iter().map(u64::to_string));
    row.extend([counts.restarts.to_string(), state]);
    row
}

/// 4. Every incident of all namespaces, worst and oldest first.
fn problems(report: &Report, page: &mut Page) {
    page.heading(2, page.word(&PROBLEMS));
    let incidents: Vec<&Incident> =
        report.incidents.iter().filter(|i| page.all || i.severity > Severity::Low).collect();
    if incidents.is_empty() {
        page.paragraph(page.word(&NONE));
        return;
    }
    let head = [
        &words::NAMESPACE,
        &words::OBJECT,
        &words::STATUS,
        &words::SEVERITY,
        &words::SINCE,
        &DESCRIPTION,
        &ACTION,
    ];
    let mut rows = vec![heads(&head, page)];
    rows.extend(incidents.into_iter().map(|incident| {
        let finding = &report.findings[incident.cause];
        let count = Fact::count(incident.affected);
        let more = match incident.affected {
            0 | 1 => String::new(),
            _ => format!(" {}", AFFECTED.fill(page.lang, &[("count", count)])),
        };
        vec![
            text(&finding.object.namespace),
            text(&finding.object.slashed()),
            status(report, finding),
            words::severity(incident.severity, page.lang),
            since(report, finding),
            message(&finding.message.in_lang(page.lang)) + &more,
            finding.check.remedy.get(page.lang).to_owned(),
        ]
    }));
    page.table(&rows);
}

/// The STATUS of a finding's pod; other objects have none.
fn status(report: &Report, finding: &Finding) -> String {
    let pod = report.snapshot.rows.pod(&finding.object.namespace, &finding.object.name);
    match pod.filter(|_| &*finding.object.kind == "Pod") {
        Some(pod) => text(&pod.shared.status),
        None => "-".to_owned(),
    }
}

fn since(report: &Report, finding: &Finding) -> String {
    let age = finding.since.map(|since| human(report.snapshot.taken_at.seconds_since(since)));
    age.map_or_else(|| "?".to_owned(), |age| text(&age))
}

/// The heads of a table: the words of the terminal's tables, as a report writes them.
pub(super) fn heads(words: &[&'static crate::text::Text], page: &Page) -> Vec<String> {
    words.iter().map(|word| sentence_case(page.word(word))).collect()
}

/// `NAMESPACE` as `Namespace`; Chinese has no case.
pub(super) fn sentence_case(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_string() + &letters.as_str().to_lowercase())
}

/// `🟢 healthy`.
fn class(class: Class, page: &Page) -> String {
    format!("{} {}", words::class_glyph(class), words::class(class).get(page.lang))
}
