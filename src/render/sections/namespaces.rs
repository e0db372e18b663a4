//! 3. Each namespace: its pods by class, and an analysis of each that is sick.

use super::super::markdown::{Page, message, text};
use super::super::words::{self, texts};
use super::{class, heads, since};
use crate::finding::{Finding, Severity};
use crate::model::Pod;
use crate::report::{Class, Report};
use crate::text::Fact;
use std::collections::BTreeMap;

texts! {
    NAMESPACES: "3. Namespaces", "3. 各命名空間詳情", "3. 各命名空间详情";
    COUNTS: "Pods: {pods} · healthy: {healthy} · not healthy: {sick} · completed: {completed}",
        "Pod 總數：{pods} · 健康：{healthy} · 不健康：{sick} · 已完成：{completed}",
        "Pod 总数：{pods} · 健康：{healthy} · 不健康：{sick} · 已完成：{completed}";
    WRONG: "What is wrong", "問題", "问题";
    MORE: "… and {count} more; --all lists them.", "……另有 {count} 個，--all 可全部列出。",
        "……另有 {count} 个，--all 可全部列出。";
    ANALYSIS: "Analysis", "分析", "分析";
    STATE: "State", "狀態", "状态";
    FOR: "{state}, for {age}", "{state}，已持續 {age}", "{state}，已持续 {age}";
    EVIDENCE: "Evidence", "依據", "依据";
    MEANING: "What it means", "影響", "影响";
    TO_DO: "What to do", "建議處理", "建议处理";
    OTHERS: "Other findings", "其他發現", "其他发现";
    CLUSTER: "Cluster", "叢集", "集群";
}

/// Of one class in one namespace, so many are listed unless all are asked for.
const LISTED: usize = 100;

pub(super) fn write(report: &Report, page: &mut Page) {
    page.heading(2, page.word(&NAMESPACES));
    let findings = by_object(report);
    for (name, counts) in &report.namespaces {
        page.heading(3, &text(name));
        page.paragraph(COUNTS.fill(
            page.lang,
            &[
                ("pods", Fact::count(counts.pods)),
                ("healthy", Fact::count(counts.healthy)),
                ("sick", Fact::count(counts.sick())),
                ("completed", Fact::count(counts.completed)),
            ],
        ));
        for of in [Class::Healthy, Class::Unhealthy, Class::Attention, Class::Completed] {
            pods(report, name, of, &findings, page);
        }
        others(report, name, page);
    }
    others(report, "", page);
}

type Findings<'r> = BTreeMap<(&'r str, &'r str), Vec<&'r Finding>>;

/// The findings about each pod, by namespace and name.
fn by_object<'r>(report: &'r Report) -> Findings<'r> {
    let mut out = Findings::new();
    for finding in report.findings.iter().filter(|finding| &*finding.object.kind != "Node") {
        for object in std::iter::once(&finding.object).chain(&finding.affected) {
            if &*object.kind == "Pod" {
                out.entry((&object.namespace, &object.name)).or_default().push(finding);
            }
        }
    }
    out
}

/// The pods of one class in one namespace.
fn pods(report: &Report, namespace: &str, of: Class, findings: &Findings, page: &mut Page) {
    let found: Vec<&Pod> = report
        .pods()
        .filter(|(p, c)| *c == of && *p.shared.namespace == *namespace)
        .map(|(p, _)| p)
        .collect();
    if found.is_empty() {
        return;
    }
    let sick = matches!(of, Class::Attention | Class::Unhealthy);
    page.heading(4, &format!("{} ({})", class(of, page), found.len()));
    let mut head = heads(
        &[&words::NAME, &words::STATUS, &words::READY, &words::RESTARTS, &words::AGE, &words::NODE],
        page,
    );
    head.extend(sick.then(|| page.word(&WRONG).to_owned()));
    let listed = if page.all { found.len() } else { LISTED };
    let mut rows = vec![head];
    rows.extend(found.iter().take(listed).map(|pod| {
        let mut row = columns(report, pod);
        row.extend(sick.then(|| wrong(pod, findings, page)));
        row
    }));
    page.table(&rows);
    if found.len() > listed {
        let count = Fact::count(found.len() - listed);
        page.paragraph(MORE.fill(page.lang, &[("count", count)]));
    }
    if sick {
        found.iter().take(listed).for_each(|pod| analysis(report, pod, findings, page));
    }
}

fn columns(report: &Report, pod: &Pod) -> Vec<String> {
    let now = report.snapshot.taken_at;
    vec![
        text(&pod.name),
        text(&pod.shared.status),
        pod.ready_column(),
        pod.restarts_column(now),
        text(&pod.age_column(now)),
        pod.node.as_deref().map_or_else(|| "-".to_owned(), text),
    ]
}

fn of_pod<'f, 'r>(pod: &'r Pod, findings: &'f Findings<'r>) -> &'f [&'r Finding] {
    findings.get(&(&*pod.shared.namespace, &*pod.name)).map_or(&[], Vec::as_slice)
}

/// Everything that was found about a pod, in one cell.
fn wrong(pod: &Pod, findings: &Findings, page: &Page) -> String {
    let messages: Vec<String> =
        of_pod(pod, findings).iter().map(|f| message(&f.message.in_lang(page.lang))).collect();
    messages.join("<br>")
}

/// Why a pod is sick, what supports that, what it means and what to do.
fn analysis(report: &Report, pod: &Pod, findings: &Findings, page: &mut Page) {
    let lang = page.lang;
    let colon = page.colon();
    // Of an affected pod only its first finding is told in full; the rest is told once, at its own object.
    let own = |finding: &&&Finding| *finding.object.name == *pod.name && finding.severity > Severity::Low;
    for finding in of_pod(pod, findings).iter().filter(own) {
        page.paragraph(format!("**{}{colon}{}**", page.word(&ANALYSIS), text(&pod.name)));
        let state = FOR.fill(
            lang,
            &[("state", Fact::Text(text(&pod.shared.status))), ("age", Fact::Text(since(report, finding)))],
        );
        let evidence =
            finding.evidence.iter().map(|line| (page.word(&EVIDENCE), message(&line.in_lang(lang))));
        let lines =
            [(page.word(&STATE), state), (page.word(&WRONG), message(&finding.message.in_lang(lang)))]
                .into_iter()
                .chain(evidence)
                .chain([
                    (page.word(&MEANING), finding.check.meaning.get(lang).to_owned()),
                    (page.word(&TO_DO), finding.check.remedy.get(lang).to_owned()),
                ])
                .map(|(name, value)| format!("{name}{colon}{value}"))
                .collect::<Vec<_>>();
        page.bullets(lines);
        page.commands(&finding.actions);
    }
}

/// What was found about other objects than pods; of the cluster's own where the namespace is empty.
fn others(report: &Report, namespace: &str, page: &mut Page) {
    let lang = page.lang;
    let found = report.findings.iter().filter(|f| {
        *f.object.namespace == *namespace && (&*f.object.kind != "Pod") && f.severity > Severity::Low
    });
    let lines: Vec<String> = found
        .map(|f| {
            format!(
                "{} · {} · {}",
                words::severity(f.severity, lang),
                text(&f.object.slashed()),
                message(&f.message.in_lang(lang))
            )
        })
        .collect();
    if lines.is_empty() {
        return;
    }
    match namespace {
        "" => page.heading(3, page.word(&CLUSTER)),
        _ => page.heading(4, page.word(&OTHERS)),
    }
    page.bullets(lines);
}
