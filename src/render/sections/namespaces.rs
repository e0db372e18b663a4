//! 3. Each namespace: its pods by class, and an analysis of each pod with a problem.

use super::super::document::{Block, Column, Fold, Line, Table, mark, message, name, own, strong};
use super::super::words::{self, texts};
use super::super::{Look, next};
use super::class;
use crate::finding::{Finding, Severity};
use crate::model::Pod;
use crate::report::{Class, Report};
use crate::text::Fact;
use crate::text::{Lang, Text};
use std::collections::BTreeMap;

texts! {
    NAMESPACES: "3. Namespaces", "3. 各命名空間詳情", "3. 各命名空间详情";
    COUNTS: "Pods: {pods} · healthy: {healthy} · not healthy: {sick} · completed: {completed}",
        "Pod 總數：{pods} · 健康：{healthy} · 不健康：{sick} · 已完成：{completed}",
        "Pod 总数：{pods} · 健康：{healthy} · 不健康：{sick} · 已完成：{completed}";
    WRONG: "Problem", "問題", "问题";
    MORE: "… and {count} more; --all lists them.", "……另有 {count} 個，--all 可全部列出。",
        "……另有 {count} 个，--all 可全部列出。";
    REST: "… and {count} more.", "……另有 {count} 個。", "……另有 {count} 个。";
    EACH: "One row for each workload; --all lists the pods.", "每個工作負載一列，--all 可列出各個 Pod。",
        "每个工作负载一行，--all 可列出各个 Pod。";
    TOO_MANY: "One row for each workload; -o csv-pods lists the pods.", "每個工作負載一列，-o csv-pods 可列出各個 Pod。",
        "每个工作负载一行，-o csv-pods 可列出各个 Pod。";
    ANALYSIS: "Analysis", "分析", "分析";
    STATE: "State", "狀態", "状态";
    FOR: "{state}, for {age}", "{state}，已持續 {age}", "{state}，已持续 {age}";
    EVIDENCE: "Evidence", "依據", "依据";
    MEANING: "Meaning", "影響", "影响";
    TO_DO: "Action", "建議處理", "建议处理";
    OTHERS: "Other findings", "其他發現項目", "其他发现项";
    CLUSTER: "Cluster", "叢集", "集群";
}

/// The number of pods of one class that are listed for a namespace.
const LISTED: usize = 100;

/// With more healthy pods than this in a report, a row stands for the healthy pods of one workload.
const MANY: u64 = 500;

/// The same with `--all`, for completed pods too. A document of more rows takes too much memory, also where it is read.
const MOST: u64 = 20_000;

pub(super) fn section(report: &Report, look: Look) -> Vec<Block> {
    let lang = look.lang;
    let findings = report.findings_by_pod();
    let mut blocks = vec![Block::Heading(2, own(NAMESPACES.get(lang)))];
    for namespace in &report.namespaces {
        let counts = &namespace.counts;
        let facts = [
            ("pods", Fact::count(counts.pods)),
            ("healthy", Fact::count(counts.healthy)),
            ("sick", Fact::count(counts.sick())),
            ("completed", Fact::count(counts.completed)),
        ];
        blocks.push(Block::Heading(3, name(&namespace.name)));
        blocks.push(Block::Parts(vec![own(COUNTS.fill(lang, &facts))]));
        for of in [Class::Healthy, Class::Unhealthy, Class::Attention, Class::Completed] {
            blocks.extend(pods(report, &namespace.name, of, &findings, look));
        }
        blocks.extend(others(report, &namespace.name, lang));
    }
    blocks.extend(others(report, "", lang));
    blocks
}

type Findings<'r> = BTreeMap<(&'r str, &'r str), Vec<&'r Finding>>;

/// Returns the pods of one class in one namespace.
fn pods(report: &Report, namespace: &str, of: Class, findings: &Findings, look: Look) -> Vec<Block> {
    let lang = look.lang;
    let all: Vec<&Pod> =
        report.pods_of(namespace).filter(|(_, class)| *class == of).map(|(pod, _)| pod).collect();
    if all.is_empty() {
        return Vec::new();
    }
    let sick = matches!(of, Class::Attention | Class::Unhealthy);
    let head = Block::Heading(4, own(words::bracketed(&class(of, lang), &all.len().to_string(), lang)));
    let totals = &report.totals;
    let by_owner = match of {
        Class::Healthy | Class::Completed if look.all => totals.healthy + totals.completed > MOST,
        Class::Healthy => totals.healthy > MANY,
        _ => false,
    };
    let blocks = if by_owner {
        by_workload(report, &all, look)
    } else {
        listed(report, &all, sick.then_some(findings), look)
    };
    vec![Block::Fold(Fold { head: Box::new(head), open: sick, blocks })]
}

/// Returns the first pods, and the analysis of each if findings are given.
fn listed(report: &Report, all: &[&Pod], findings: Option<&Findings>, look: Look) -> Vec<Block> {
    let lang = look.lang;
    let shown = &all[..if look.all { all.len() } else { all.len().min(LISTED) }];
    let mut blocks = vec![Block::Table(table(report, shown, findings, lang))];
    blocks.extend(more(all.len() - shown.len(), &MORE, lang));
    let of_pods = findings.map(|findings| shown.iter().flat_map(|pod| analysis(report, pod, findings, lang)));
    blocks.extend(of_pods.into_iter().flatten());
    blocks
}

/// Returns a row for the pods of each of the first workloads. Each pod may have a Job of its own.
fn by_workload(report: &Report, pods: &[&Pod], look: Look) -> Vec<Block> {
    let lang = look.lang;
    let mut rows: BTreeMap<String, (u64, i64)> = BTreeMap::new();
    for pod in pods {
        let namespace = &pod.shared.namespace;
        let owner = pod.shared.owner.as_ref().map(|owner| report.view().topmost(namespace, owner));
        let object = owner.map_or_else(|| pod.object_ref(), |owner| owner.object(namespace));
        let (count, restarts) = rows.entry(object.slashed()).or_default();
        *count += 1;
        *restarts = restarts.saturating_add(pod.shared.restarts);
    }
    let left = rows.len().saturating_sub(LISTED);
    let shown: Vec<(&String, &(u64, i64))> = rows.iter().take(LISTED).collect();
    let table = Table::new(vec![
        Column::new(words::OWNER.get(lang), shown.iter().map(|(owner, _)| name(*owner))),
        Column::new(words::PODS.get(lang), shown.iter().map(|(_, (count, _))| count.to_string())),
        Column::new(words::RESTARTS.get(lang), shown.iter().map(|(_, (_, restarts))| restarts.to_string())),
    ]);
    let (rest, note) = if look.all { (&REST, &TOO_MANY) } else { (&MORE, &EACH) };
    let note = Block::Parts(vec![own(note.get(lang))]);
    [Block::Table(table)].into_iter().chain(more(left, rest, lang)).chain([note]).collect()
}

/// Says how many rows are left out.
fn more(left: usize, text: &Text, lang: Lang) -> Option<Block> {
    (left > 0).then(|| Block::Parts(vec![own(text.fill(lang, &[("count", Fact::count(left))]))]))
}

fn table(report: &Report, shown: &[&Pod], findings: Option<&Findings>, lang: Lang) -> Table {
    let now = report.snapshot.taken_at;
    let column =
        |head: &Text, of: &dyn Fn(&Pod) -> Line| Column::new(head.get(lang), shown.iter().map(|pod| of(pod)));
    let mut columns = vec![
        column(&words::NAME, &|pod| name(&*pod.name)),
        column(&words::STATUS, &|pod| name(&*pod.shared.status)),
        column(&words::READY, &|pod| own(pod.ready_column())),
        column(&words::RESTARTS, &|pod| own(words::restarts(pod, now, lang))),
        column(&words::AGE, &|pod| name(pod.age_column(now))),
        column(&words::NODE, &|pod| pod.node.as_deref().map_or_else(|| own("-"), name)),
    ];
    columns.extend(findings.map(|findings| column(&WRONG, &|pod| wrong(pod, findings, lang))));
    Table::new(columns)
}

fn of_pod<'f, 'r>(pod: &'r Pod, findings: &'f Findings<'r>) -> &'f [&'r Finding] {
    findings.get(&(&*pod.shared.namespace, &*pod.name)).map_or(&[], Vec::as_slice)
}

/// Returns the findings about a pod in one cell.
fn wrong(pod: &Pod, findings: &Findings, lang: Lang) -> Line {
    let mut messages = of_pod(pod, findings).iter().map(|finding| message(finding.message.in_lang(lang)));
    let first = messages.next().unwrap_or_default();
    messages.fold(first, |line, next| line.then(mark("<br>")).then(next))
}

/// Returns why a pod has a problem, the evidence, its meaning, and the action.
fn analysis(report: &Report, pod: &Pod, findings: &Findings, lang: Lang) -> Vec<Block> {
    let colon = words::colon(lang);
    // A finding about another object is explained at that object.
    let is_own = |finding: &&&Finding| *finding.object.name == *pod.name && finding.severity > Severity::Low;
    let one = |finding: &&Finding| {
        let check = finding.check;
        let status = Some(&*pod.shared.status).filter(|status| !status.is_empty()).unwrap_or("-");
        let state = FOR
            .fill(lang, &[("state", Fact::text(status)), ("age", Fact::age(super::since(report, finding)))]);
        let line = |head: &Text, text: Line| own(head.get(lang)).then(colon).then(text);
        let evidence = finding.evidence.iter().map(|of| line(&EVIDENCE, message(of.in_lang(lang))));
        let mut lines = vec![line(&STATE, name(state)), line(&WRONG, message(finding.message.in_lang(lang)))];
        lines.extend(evidence);
        lines.push(line(&MEANING, own(check.meaning.get(lang))));
        lines.push(line(&TO_DO, own(check.remedy.get(lang))));
        let title = own(ANALYSIS.get(lang)).then(colon).then(name(&*pod.name));
        let mut blocks = vec![Block::items(lines)];
        blocks.extend(next::on_page(&finding.actions, lang));
        Block::Fold(Fold { head: Box::new(Block::Parts(vec![strong(title)])), open: false, blocks })
    };
    of_pod(pod, findings).iter().filter(is_own).map(one).collect()
}

/// Returns the findings about objects that are not pods; about cluster-scoped objects if the namespace is empty.
fn others(report: &Report, namespace: &str, lang: Lang) -> Vec<Block> {
    let found = report.findings.iter().filter(|finding| {
        let object = &finding.object;
        *object.namespace == *namespace && &*object.kind != "Pod" && finding.severity > Severity::Low
    });
    let line = |finding: &Finding| {
        let severity = own(words::severity(finding.severity, lang));
        let text = message(finding.message.in_lang(lang));
        Line::join([severity, name(finding.object.slashed()), text], " · ")
    };
    let lines: Vec<Line> = found.map(line).collect();
    if lines.is_empty() {
        return Vec::new();
    }
    let heading = match namespace {
        "" => Block::Heading(3, own(CLUSTER.get(lang))),
        _ => Block::Heading(4, own(OTHERS.get(lang))),
    };
    vec![heading, Block::items(lines)]
}
