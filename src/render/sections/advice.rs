//! 6 to 9. The conclusion, what to do now, what to do so that it stays done, and how to verify it all.

use super::super::markdown::{Page, message, text};
use super::super::words::{self, texts};
use super::super::{links, muted};
use crate::finding::Severity;
use crate::report::{Report, Verdict};
use crate::text::Fact;
use crate::text::human;
use std::collections::BTreeMap;

texts! {
    CONCLUSION: "6. Conclusion", "6. 結論", "6. 结论";
    STRENGTHS: "Strengths", "良好", "良好";
    PROBLEMS: "Problems", "問題", "问题";
    NO_PROBLEM: "None found.", "未發現。", "未发现。";
    IS_HEALTHY: "Everything in scope was seen, and nothing is wrong.", "範圍內全部檢查完畢，一切正常。",
        "范围内全部检查完毕，一切正常。";
    IS_INCOMPLETE: "Nothing wrong was seen, but not everything was seen: do not take this for healthy.",
        "未發現問題，但並非全部都檢查到，不能視為健康。", "未发现问题，但并非全部都检查到，不能视为健康。";
    IS_ATTENTION: "Something is wrong, and everything it concerns still does its work.",
        "有問題需要處理，但相關服務目前仍正常運作。", "有问题需要处理，但相关服务目前仍正常运行。";
    IS_UNHEALTHY: "Something does not do its work now.", "目前有服務無法正常運作。", "目前有服务无法正常工作。";
    MOST: "{healthy} of {active} active pods are healthy ({share}).", "運作中的 {active} 個 Pod 有 {healthy} 個健康（{share}）。",
        "运行中的 {active} 个 Pod 有 {healthy} 个健康（{share}）。";
    NO_RESTARTS: "No pod has restarted.", "沒有任何 Pod 重啟過。", "没有任何 Pod 重启过。";
    ALL_FULL: "All {count} workloads have every replica.", "{count} 個工作負載副本齊全。", "{count} 个工作负载副本齐全。";
    NODES_READY: "All {count} nodes that were looked at are ready.", "檢查的 {count} 個節點全部就緒。",
        "检查的 {count} 个节点全部就绪。";
    ACTIONS: "7. Immediate actions", "7. 立即處理", "7. 立即处理";
    NOTHING: "Nothing to do now.", "目前不需處理。", "目前无需处理。";
    PRIORITY: "Priority {rank}: {title}", "優先順序 {rank}：{title}", "优先级 {rank}：{title}";
    LONG_TERM: "8. Long-term advice", "8. 長期建議", "8. 长期建议";
    NO_ADVICE: "Nothing that was found calls for any.", "本次沒有需要長期改善的發現。", "本次没有需要长期改善的发现。";
    SCHEDULE: "The oldest finding has stood for {age}. Run this report on a schedule, so that the next one is \
               seen the morning after.",
        "最久的發現已存在 {age}。請將巡檢排程化，讓下一個問題隔天早上就被看到。",
        "最久的发现已存在 {age}。请将巡检定时化，让下一个问题第二天早上就被看到。";
    MONITOR: "Findings of high severity: {count}. Alert on such states, so that nobody has to come and look.",
        "高嚴重程度的發現：{count} 項。請為這類狀態設定告警，不必等人來看才知道。",
        "高严重程度的发现：{count} 项。请为这类状态配置告警，不必等人来看才知道。";
    KNOWLEDGE: "Meaning, cause and remedy of each finding: {commands}", "各項發現的意義、原因與處理方式：{commands}",
        "各项发现的含义、原因与处理方式：{commands}";
    APPENDIX: "9. Appendix", "9. 附錄", "9. 附录";
    VERIFY: "Commands to verify", "驗證指令", "验证命令";
    CRITERIA: "Criteria", "判定標準", "判定标准";
    C_HEALTHY: "🟢 healthy: STATUS is Running, READY is x/x, RESTARTS below {attention}, nothing of medium or \
                high severity found.",
        "🟢 健康：STATUS 為 Running、READY 為 x/x、RESTARTS 小於 {attention}，且沒有中或高嚴重程度的發現。",
        "🟢 健康：STATUS 为 Running、READY 为 x/x、RESTARTS 小于 {attention}，且没有中或高严重程度的发现。";
    C_ATTENTION: "🟡 attention: {attention} to {below} restarts, a leftover of a pod that has been replaced, \
                  starting or stopping within {grace}, or another finding of medium severity.",
        "🟡 需關注：重啟 {attention} 至 {below} 次、已被取代的殘留 Pod、{grace} 內的啟動或停止，或其他中嚴重程度的發現。",
        "🟡 需关注：重启 {attention} 至 {below} 次、已被取代的残留 Pod、{grace} 内的启动或停止，或其他中严重程度的发现。";
    C_UNHEALTHY: "🔴 unhealthy: Error, CrashLoopBackOff, ImagePullBackOff, Pending and their kin, READY not x/x, \
                  or {unhealthy} restarts and more.",
        "🔴 異常：Error、CrashLoopBackOff、ImagePullBackOff、Pending 等狀態，READY 不是 x/x，或重啟達 {unhealthy} 次。",
        "🔴 异常：Error、CrashLoopBackOff、ImagePullBackOff、Pending 等状态，READY 不是 x/x，或重启达 {unhealthy} 次。";
    C_COMPLETED: "⚫ completed: a pod that is done as it should be; it is in no ratio.",
        "⚫ 已完成：正常執行完畢的 Pod，不列入任何比例。", "⚫ 已完成：正常运行结束的 Pod，不计入任何比例。";
    C_QUIET: "Restarts whose last one is more than {quiet} ago count one class milder.",
        "最後一次重啟已超過 {quiet} 者，降一級計。", "最后一次重启已超过 {quiet} 者，降一级计。";
}

pub(super) fn conclusion(report: &Report, page: &mut Page) {
    let lang = page.lang;
    page.heading(2, page.word(&CONCLUSION));
    let verdict = words::verdict(report.verdict).get(lang);
    let sentence = match report.verdict {
        Verdict::Healthy => &IS_HEALTHY,
        Verdict::Incomplete => &IS_INCOMPLETE,
        Verdict::Attention => &IS_ATTENTION,
        Verdict::Unhealthy => &IS_UNHEALTHY,
    };
    let glyph = words::verdict_glyph(report.verdict);
    page.paragraph(format!("**{glyph} {verdict}** {}", page.word(sentence)));
    page.heading(3, page.word(&STRENGTHS));
    page.bullets(strengths(report, page));
    page.heading(3, page.word(&PROBLEMS));
    let problems: Vec<String> = serious(report)
        .map(|(severity, finding)| {
            format!(
                "{} · {} · {}",
                words::severity(severity, lang),
                text(&named(finding)),
                message(&finding.message.in_lang(lang))
            )
        })
        .collect();
    match problems.as_slice() {
        [] => page.paragraph(page.word(&NO_PROBLEM)),
        _ => page.bullets(problems),
    }
}

/// The causes of the incidents above low severity.
fn serious<'r>(report: &'r Report) -> impl Iterator<Item = (Severity, &'r crate::finding::Finding)> {
    let incidents = report.incidents.iter().filter(|incident| incident.severity > Severity::Low);
    incidents.map(|incident| (incident.severity, &report.findings[incident.cause]))
}

/// `pigo-dev pod/web-0`, or a node's bare name.
fn named(finding: &crate::finding::Finding) -> String {
    format!("{} {}", finding.object.namespace, finding.object.slashed()).trim_start().to_owned()
}

fn strengths(report: &Report, page: &Page) -> Vec<String> {
    let (lang, rows) = (page.lang, &report.snapshot.rows);
    let (healthy, active) = (report.totals.healthy, report.totals.active());
    let share = Fact::Text(words::percent(healthy, active));
    let mut out =
        vec![MOST.fill(
            lang,
            &[("healthy", Fact::count(healthy)), ("active", Fact::count(active)), ("share", share)],
        )];
    if report.statistics.restarted == 0 && report.totals.pods > 0 {
        out.push(page.word(&NO_RESTARTS).to_owned());
    }
    let wanted = rows.workloads.iter().filter(|workload| workload.desired > 0).count();
    if wanted > 0 && rows.workloads.iter().all(crate::model::Workload::is_available) {
        let standing = rows.workloads.iter().filter(|w| w.desired > 0 && w.owner.is_none()).count();
        out.push(ALL_FULL.fill(lang, &[("count", Fact::count(standing))]));
    }
    let (nodes, ready) = report.statistics.relevant_nodes;
    if nodes > 0 && nodes == ready {
        out.push(NODES_READY.fill(lang, &[("count", Fact::count(nodes))]));
    }
    out
}

pub(super) fn actions(report: &Report, page: &mut Page) {
    let lang = page.lang;
    page.heading(2, page.word(&ACTIONS));
    if serious(report).next().is_none() {
        page.paragraph(page.word(&NOTHING));
    }
    for (rank, (severity, finding)) in serious(report).enumerate() {
        let title = format!("{} · {}", finding.check.title.get(lang), text(&named(finding)));
        let facts = [("rank", Fact::count(rank + 1)), ("title", Fact::Text(title))];
        let (glyph, _) = words::severity(severity, lang)
            .split_once(' ')
            .map_or_else(Default::default, |(g, w)| (g.to_owned(), w.to_owned()));
        page.heading(3, &format!("{glyph} {}", PRIORITY.fill(lang, &facts)));
        page.paragraph(finding.check.remedy.get(lang));
        page.commands(&finding.actions);
        // An address of the profile; what the cluster says is percent-encoded in it.
        page.bullets(links::of(report, finding).map(|(name, url)| format!("{}: <{url}>", text(name))));
    }
}

pub(super) fn long_term(report: &Report, page: &mut Page) {
    let lang = page.lang;
    page.heading(2, page.word(&LONG_TERM));
    let checks: BTreeMap<&str, &crate::finding::CheckInfo> =
        serious(report).map(|(_, finding)| (finding.check.id, finding.check)).collect();
    if checks.is_empty() {
        page.paragraph(page.word(&NO_ADVICE));
        return;
    }
    let mut advice: Vec<String> = checks
        .values()
        .map(|check| format!("**{}** {}", check.title.get(lang), check.prevention.get(lang)))
        .collect();
    let ages =
        serious(report).filter_map(|(_, f)| f.since).map(|s| report.snapshot.taken_at.seconds_since(s));
    // A day old: the last patrol, if there had been one, would have seen it.
    if let Some(oldest) = ages.max().filter(|age| *age > 86_400) {
        advice.push(SCHEDULE.fill(lang, &[("age", Fact::Text(human(oldest)))]));
    }
    let high = report.count(Severity::High);
    advice.extend((high > 0).then(|| MONITOR.fill(lang, &[("count", Fact::count(high))])));
    let commands: Vec<String> =
        checks.keys().map(|id| format!("`kubectl healthcheck explain {id}`")).collect();
    advice.push(KNOWLEDGE.fill(lang, &[("commands", Fact::Text(words::list(&commands, lang)))]));
    page.bullets(advice);
}

pub(super) fn appendix(report: &Report, page: &mut Page) {
    let lang = page.lang;
    page.heading(2, page.word(&APPENDIX));
    page.heading(3, page.word(&VERIFY));
    let kubectl = &report.settings.kubectl;
    let mut commands = Vec::new();
    let names: Vec<&str> = report.namespaces.iter().map(|(name, _)| name.as_str()).collect();
    let scopes: Vec<Vec<&str>> = match names.len() {
        1..=10 => names.iter().map(|name| vec!["-n", name]).collect(),
        _ => vec![vec!["-A"]],
    };
    for scope in scopes {
        commands.push(kubectl.line(&[&["get", "pods", "-o", "wide"], scope.as_slice()].concat()));
        commands.push(
            kubectl.line(&[&["get", "events", "--field-selector=type=Warning"], scope.as_slice()].concat()),
        );
    }
    commands.push(kubectl.line(&["get", "nodes"]));
    page.commands(&commands);
    page.heading(3, page.word(&CRITERIA));
    let thresholds = &report.settings.thresholds;
    let facts = [
        ("attention", Fact::Number(thresholds.restarts_attention)),
        ("below", Fact::Number(thresholds.restarts_unhealthy - 1)),
        ("unhealthy", Fact::Number(thresholds.restarts_unhealthy)),
        ("grace", Fact::Age(thresholds.grace)),
        ("quiet", Fact::Age(thresholds.quiet_after)),
    ];
    let criteria = [&C_HEALTHY, &C_ATTENTION, &C_UNHEALTHY, &C_COMPLETED, &C_QUIET];
    page.bullets(criteria.map(|text| text.fill(lang, &facts)));
    muted::section(report, page);
}
