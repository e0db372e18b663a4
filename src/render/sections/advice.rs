//! 6 to 9. The conclusion, immediate actions, long-term advice, and the appendix.

use super::super::document::{Block, Line, mark, message, name, own, strong};
use super::super::screen::of_objects;
use super::super::words::{self, texts};
use super::super::{Look, links, muted, next};
use crate::finding::Severity;
use crate::report::{Report, Verdict};
use crate::text::Fact;
use crate::text::{Lang, human};
use std::collections::BTreeMap;

texts! {
    CONCLUSION: "6. Conclusion", "6. 結論", "6. 结论";
    STRENGTHS: "Strengths", "良好", "良好";
    PROBLEMS: "Problems", "問題", "问题";
    NO_PROBLEM: "None found.", "未發現。", "未发现。";
    IS_HEALTHY: "Everything in the scope was checked, and nothing is wrong.", "範圍內全部檢查完畢，一切正常。",
        "范围内全部检查完毕，一切正常。";
    IS_INCOMPLETE: "No problem was found, but not everything was checked. This does not mean healthy.",
        "未發現問題，但並非全部都檢查到，不能視為健康。", "未发现问题，但并非全部都检查到，不能视为健康。";
    IS_PROGRESSING: "No problem was found, but something has nothing ready yet.",
        "未發現問題，但還有工作負載沒有任何 Pod 就緒。", "未发现问题，但还有工作负载没有任何 Pod 就绪。";
    IS_ATTENTION: "There are problems, and everything still works.",
        "有問題需要處理，但相關服務目前仍正常運作。", "有问题需要处理，但相关服务目前仍正常运行。";
    IS_UNHEALTHY: "Something does not work now.", "目前有服務無法正常運作。", "目前有服务无法正常工作。";
    MOST: "{healthy} of {active:# active pod|# active pods} healthy ({share}).", "{active} 個 Pod 中有 {healthy} 個健康（{share}）。",
        "{active} 个 Pod 中有 {healthy} 个健康（{share}）。";
    NO_STRENGTH: "None.", "無。", "无。";
    NO_RESTARTS: "No pod has restarted.", "沒有任何 Pod 重啟過。", "没有任何 Pod 重启过。";
    ALL_FULL: "{count:The only workload has|All # workloads have} all replicas.", "{count} 個工作負載副本齊全。", "{count} 个工作负载副本齐全。";
    NODES_READY: "{count:The only checked node is|All # checked nodes are} ready.", "檢查的 {count} 個節點全部就緒。",
        "检查的 {count} 个节点全部就绪。";
    ACTIONS: "7. Immediate actions", "7. 立即處理", "7. 立即处理";
    NOTHING: "No action needed.", "目前不需處理。", "目前无需处理。";
    PRIORITY: "Priority {rank}: {title}", "優先順序 {rank}：{title}", "优先级 {rank}：{title}";
    LONG_TERM: "8. Long-term advice", "8. 長期建議", "8. 长期建议";
    NO_ADVICE: "None.", "本次沒有需要長期改善的項目。", "本次没有需要长期改善的事项。";
    SCHEDULE: "The oldest finding is {age} old. Run this report on a schedule to see the next problem within a day.",
        "最久的問題已持續 {age}。建議定期排程巡檢，下一個問題隔天早上就會發現。",
        "最久的问题已持续 {age}。建议把巡检设为定时任务，下一个问题第二天早上就能发现。";
    MONITOR: "{count:# finding|# findings} of high severity. Set up alerts for these states.",
        "嚴重程度為高的發現項目：{count} 項。請為這類狀態設定告警。",
        "严重程度为高的发现项：{count} 项。请为这类状态配置告警。";
    KNOWLEDGE: "Meaning, cause and remedy of each finding: {commands}", "各發現項目的意義、原因與處理方式：{commands}",
        "各发现项的含义、原因与处理方式：{commands}";
    APPENDIX: "9. Appendix", "9. 附錄", "9. 附录";
    VERIFY: "Commands to verify", "驗證指令", "验证命令";
    CRITERIA: "Criteria", "判定標準", "判定标准";
    C_HEALTHY: "🟢 healthy: STATUS is Running, READY is x/x, RESTARTS below {attention}, nothing of medium or \
                high severity found.",
        "🟢 健康：STATUS 為 Running、READY 為 x/x、RESTARTS 小於 {attention}，且沒有嚴重程度為中或高的發現項目。",
        "🟢 健康：STATUS 为 Running、READY 为 x/x、RESTARTS 小于 {attention}，且没有严重程度为中或高的发现项。";
    C_ATTENTION: "🟡 attention: {attention} to {below} restarts, a leftover pod that has been replaced, \
                  starting or stopping for less than {grace}, or another finding of medium severity.",
        "🟡 需關注：重啟 {attention} 至 {below} 次、已被取代的殘留 Pod、啟動或停止未滿 {grace}，或有其他嚴重程度為中的發現項目。",
        "🟡 需关注：重启 {attention} 至 {below} 次、已被取代的残留 Pod、启动或停止不到 {grace}，或有其他严重程度为中的发现项。";
    C_UNHEALTHY: "🔴 unhealthy: Error, CrashLoopBackOff, ImagePullBackOff, Pending and similar states, READY not x/x, \
                  or {unhealthy} restarts or more.",
        "🔴 異常：Error、CrashLoopBackOff、ImagePullBackOff、Pending 等狀態，READY 不是 x/x，或重啟達 {unhealthy} 次。",
        "🔴 异常：Error、CrashLoopBackOff、ImagePullBackOff、Pending 等状态，READY 不是 x/x，或重启达 {unhealthy} 次。";
    C_COMPLETED: "⚫ completed: a pod that ended with success. It is not counted in any ratio.",
        "⚫ 已完成：正常執行完畢的 Pod，不列入任何比例。", "⚫ 已完成：正常运行结束的 Pod，不计入任何比例。";
    C_QUIET: "If the last restart is more than {quiet} ago, unhealthy becomes attention and attention becomes healthy; after \
              {silent} all are healthy.",
        "最後一次重啟在 {quiet} 以前者，降一級計算；在 {silent} 以前者不計。",
        "最后一次重启在 {quiet} 以前的，降一级计算；在 {silent} 以前的不计。";
}

pub(super) fn conclusion(report: &Report, look: Look) -> Vec<Block> {
    let lang = look.lang;
    let sentence = match report.verdict {
        Verdict::Healthy => &IS_HEALTHY,
        Verdict::Incomplete => &IS_INCOMPLETE,
        Verdict::Progressing => &IS_PROGRESSING,
        Verdict::Attention => &IS_ATTENTION,
        Verdict::Unhealthy => &IS_UNHEALTHY,
    };
    let verdict = strong(words::full_verdict(report.verdict, lang)).then(" ").then(sentence.get(lang));
    let mut blocks = vec![
        Block::Heading(2, own(CONCLUSION.get(lang))),
        Block::Parts(vec![verdict]),
        Block::Heading(3, own(STRENGTHS.get(lang))),
        match strengths(report, lang) {
            none if none.is_empty() => Block::Parts(vec![own(NO_STRENGTH.get(lang))]),
            strengths => Block::items(strengths),
        },
        Block::Heading(3, own(PROBLEMS.get(lang))),
    ];
    let problems: Vec<Line> = report
        .serious()
        .map(|(incident, cause)| {
            let severity = own(words::severity(incident.severity, lang));
            let (_, reach) = of_objects(incident, &report.findings, lang);
            let what = message(cause.message.in_lang(lang)).then(message(reach));
            Line::join([severity, name(cause.object.placed()), what], " · ")
        })
        .collect();
    blocks.push(if problems.is_empty() {
        Block::Parts(vec![own(NO_PROBLEM.get(lang))])
    } else {
        Block::items(problems)
    });
    blocks
}

/// From this share of healthy pods on, the share is a strength, in percent.
const STRONG: u64 = 90;

fn strengths(report: &Report, lang: Lang) -> Vec<String> {
    let (totals, statistics) = (&report.totals, &report.statistics);
    let (healthy, active) = (totals.healthy, totals.active());
    let facts = [
        ("healthy", Fact::count(healthy)),
        ("active", Fact::count(active)),
        ("share", Fact::Text(words::percent(healthy, active, lang))),
    ];
    let is_strong = active > 0 && healthy.saturating_mul(100) >= active.saturating_mul(STRONG);
    let mut out: Vec<String> = is_strong.then(|| MOST.fill(lang, &facts)).into_iter().collect();
    if statistics.restarted == 0 && totals.pods > 0 {
        out.push(NO_RESTARTS.get(lang).to_owned());
    }
    let workloads = statistics.available_workloads;
    out.extend(workloads.map(|count| ALL_FULL.fill(lang, &[("count", Fact::count(count))])));
    let (nodes, ready) = statistics.relevant_nodes;
    if nodes > 0 && nodes == ready {
        out.push(NODES_READY.fill(lang, &[("count", Fact::count(nodes))]));
    }
    out
}

pub(super) fn actions(report: &Report, look: Look) -> Vec<Block> {
    let lang = look.lang;
    let mut blocks = vec![Block::Heading(2, own(ACTIONS.get(lang)))];
    for (rank, (incident, cause)) in report.serious().enumerate() {
        let title = Fact::text(cause.check.title.get(lang));
        let title = PRIORITY.fill(lang, &[("rank", Fact::count(rank + 1)), ("title", title)]);
        let title = own(format!("{} {title} · ", words::severity_glyph(incident.severity)));
        blocks.push(Block::Heading(3, title.then(name(cause.object.placed()))));
        blocks.push(Block::Parts(vec![own(cause.check.remedy.get(lang))]));
        blocks.extend(next::on_page(&cause.actions, lang));
        // What the cluster says is percent-encoded in an address.
        let link = |(title, url): (&str, String)| {
            name(title).then(words::colon(lang)).then(mark("<")).then(url).then(mark(">"))
        };
        blocks.push(Block::items(links::of(report, cause).map(link)));
    }
    if blocks.len() == 1 {
        blocks.push(Block::Parts(vec![own(NOTHING.get(lang))]));
    }
    blocks
}

pub(super) fn long_term(report: &Report, look: Look) -> Vec<Block> {
    let lang = look.lang;
    let heading = Block::Heading(2, own(LONG_TERM.get(lang)));
    let checks: BTreeMap<&str, &crate::finding::CheckInfo> =
        report.serious().map(|(_, cause)| (cause.check.id, cause.check)).collect();
    if checks.is_empty() {
        return vec![heading, Block::Parts(vec![own(NO_ADVICE.get(lang))])];
    }
    let advice = checks
        .values()
        .map(|check| strong(check.title.get(lang)).then(words::colon(lang)).then(check.prevention.get(lang)));
    let mut advice: Vec<Line> = advice.collect();
    // A daily report would have shown a problem that is older than a day.
    if let Some(oldest) = report.oldest_problem().filter(|age| *age > 86_400) {
        advice.push(own(SCHEDULE.fill(lang, &[("age", Fact::Text(human(oldest)))])));
    }
    let high = report.count(Severity::High);
    advice.extend((high > 0).then(|| own(MONITOR.fill(lang, &[("count", Fact::count(high))]))));
    let commands: Vec<String> =
        checks.keys().map(|id| format!("`kubectl healthcheck explain {id}`")).collect();
    advice.push(own(KNOWLEDGE.fill(lang, &[("commands", Fact::Text(words::list(&commands, lang)))])));
    vec![heading, Block::items(advice)]
}

pub(super) fn appendix(report: &Report, look: Look) -> Vec<Block> {
    let lang = look.lang;
    let thresholds = &report.settings.thresholds;
    let facts = [
        ("attention", Fact::Number(thresholds.restarts_attention)),
        ("below", Fact::Number(thresholds.restarts_unhealthy - 1)),
        ("unhealthy", Fact::Number(thresholds.restarts_unhealthy)),
        ("grace", Fact::Age(thresholds.grace)),
        ("quiet", Fact::Age(thresholds.quiet_after)),
        ("silent", Fact::Age(thresholds.silent_after)),
    ];
    let criteria = [&C_HEALTHY, &C_ATTENTION, &C_UNHEALTHY, &C_COMPLETED, &C_QUIET];
    let mut blocks = vec![
        Block::Heading(2, own(APPENDIX.get(lang))),
        Block::Heading(3, own(VERIFY.get(lang))),
        Block::Commands(verification(report)),
        Block::Heading(3, own(CRITERIA.get(lang))),
        Block::items(criteria.map(|text| text.fill(lang, &facts))),
    ];
    blocks.extend(muted::section(report, lang));
    blocks
}

/// Returns the commands that show the same objects.
fn verification(report: &Report) -> Vec<String> {
    let kubectl = &report.settings.kubectl;
    let scopes: Vec<Vec<&str>> = match report.namespaces.len() {
        1..=10 => report.namespaces.iter().map(|namespace| vec!["-n", &namespace.name]).collect(),
        _ => vec![vec!["-A"]],
    };
    let line = |words: &[&str], scope: &[&str]| kubectl.line(&[words, scope].concat());
    let mut commands = Vec::new();
    for scope in scopes {
        commands.push(line(&["get", "pods", "-o", "wide"], &scope));
        commands.push(line(&["get", "events", "--field-selector=type=Warning"], &scope));
    }
    commands.push(kubectl.line(&["get", "nodes"]));
    commands
}
