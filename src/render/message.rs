//! The message that a webhook posts in a chat: plain text with the few marks that Slack, Mattermost, Rocket.Chat and
//! Google Chat share. A report becomes a [`ChatSummary`], which holds only what a message needs: the reports of many clusters
//! are not kept until the last one is there.
//!
//! What does not belong here: the recipients, and the time (`run::notify`).

#[cfg(test)]
mod tests;

use super::escape::{chat, chat_command, visible};
use super::screen::{of_incident, of_objects};
use super::words::{self, texts};
use super::{changed, coverage};
use crate::finding::command::changes_cluster;
use crate::finding::incident::Incident;
use crate::finding::{Finding, Severity};
use crate::report::{Namespace, Report, Running, Verdict};
use crate::text::Lang;
use crate::text::{Fact, without_middle};
use crate::{NAME, VERSION};
use std::cmp::Reverse;

texts! {
    NAMESPACES: "{count:# namespace|# namespaces}", "{count} 個命名空間", "{count} 个命名空间";
    CLUSTERS: "{count:# cluster|# clusters}", "{count} 個叢集", "{count} 个集群";
    ALL_RUN: "✅ {running}/{active} Running", "✅ {running}/{active} Running", "✅ {running}/{active} Running";
    NOT_ALL_RUN: "🚨 {running}/{active} Running ({others} not Running)", "🚨 {running}/{active} Running（{others} 個不是 Running）",
        "🚨 {running}/{active} Running（{others} 个不是 Running）";
    PLUS_COMPLETED: " +{completed} Completed", "+{completed} Completed", "+{completed} Completed";
    AND_COMPLETED: " (+{completed} Completed)", "（+{completed} Completed）", "（+{completed} Completed）";
    MORE_NAMESPACES: "{count:+# more namespace|+# more namespaces} with problems", "另有 {count} 個有問題的命名空間", "另有 {count} 个有问题的命名空间";
    MORE_CLUSTERS: "{count:+# more cluster|+# more clusters}", "另有 {count} 個叢集", "另有 {count} 个集群";
    MUTED: "Muted findings: {count}", "已靜音的發現項目：{count} 項", "已静默的发现项：{count} 项";
    CUT: "… (truncated; see the full report)", "…（訊息過長已截斷，完整內容請看報告）", "…（消息过长已截断，完整内容请看报告）";
}

/// The maximum number of characters of a message: Slack breaks longer ones than 4,000 in two, Rocket.Chat refuses more
/// than 5,000 unless it is set otherwise, Mattermost takes 16,383 and Google Chat 32,000 bytes.
const MOST: usize = 3_500;
/// The number of namespaces, clusters and incidents that are listed.
const NAMED: usize = 10;
/// The number of incidents with a command.
const COMMANDS: usize = 3;
/// The number of lines about gaps.
const GAPS: usize = 3;
/// The maximum length of a name, in characters.
const NAME_LENGTH: usize = 80;
/// The maximum length of a text, in characters.
const TEXT_LENGTH: usize = 200;
/// The maximum length of a command. A longer command is left out.
const COMMAND_LENGTH: usize = 300;

/// The part of a message about one cluster, in one language.
#[derive(Clone, Debug)]
pub struct ChatSummary {
    verdict: Verdict,
    context: String,
    /// The namespaces.
    scope: String,
    /// The pods by STATUS; `None` if nothing could be read.
    pods: Option<String>,
    /// The changes since an earlier run.
    changed: String,
    /// The namespaces with problems, worst first.
    namespaces: Vec<String>,
    more_namespaces: usize,
    incidents: Vec<Line>,
    more_incidents: usize,
    /// The gaps.
    gaps: Vec<String>,
    muted: usize,
}

/// An incident, and the command that shows more.
#[derive(Clone, Debug)]
struct Line {
    severity: Severity,
    text: String,
    command: Option<String>,
}

/// Returns `✅ 4/4 Running (+2 Completed)`, or `🚨 3/4 Running (1 not Running) +2 Completed`.
fn by_status(running: Running, lang: Lang) -> String {
    let facts = [
        ("running", Fact::count(running.running)),
        ("active", Fact::count(running.active)),
        ("others", Fact::count(running.not_running())),
        ("completed", Fact::count(running.completed)),
    ];
    match (running.not_running(), running.completed) {
        (0, 0) => ALL_RUN.fill(lang, &facts),
        (0, _) => ALL_RUN.fill(lang, &facts) + &AND_COMPLETED.fill(lang, &facts),
        (_, 0) => NOT_ALL_RUN.fill(lang, &facts),
        _ => NOT_ALL_RUN.fill(lang, &facts) + &PLUS_COMPLETED.fill(lang, &facts),
    }
}

impl ChatSummary {
    /// Returns the part about the cluster of a report.
    pub fn of(report: &Report, lang: Lang) -> Self {
        let incidents = report.incidents.iter().filter(|incident| incident.severity > Severity::Low);
        let namespaces = in_trouble(report, lang);
        Self {
            verdict: report.verdict,
            context: name(&report.snapshot.cluster.context),
            scope: match report.namespaces.as_slice() {
                [] => String::new(),
                [only] => name(&only.name),
                many => NAMESPACES.fill(lang, &[("count", Fact::count(many.len()))]),
            },
            pods: (!report.is_of_nothing()).then(|| by_status(report.running, lang)),
            changed: chat(&changed::since(report, lang).join(" · ")),
            more_namespaces: namespaces.len().saturating_sub(NAMED),
            namespaces: namespaces.into_iter().take(NAMED).collect(),
            more_incidents: incidents.clone().count().saturating_sub(NAMED),
            incidents: incidents.take(NAMED).map(|incident| line(report, incident, lang)).collect(),
            gaps: coverage::not_seen(report, lang, true).iter().map(|gap| text(gap)).collect(),
            muted: report.muted.findings.len(),
        }
    }

    /// Returns the overall state.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Returns a part of the message, with the context before it if there are several.
    fn placed(&self, part: &str, several: bool) -> String {
        let context = Some(self.context.as_str()).filter(|context| several && !context.is_empty());
        context.map_or_else(|| part.to_owned(), |context| format!("{context} · {part}"))
    }
}

/// Returns the message about some clusters, worst first. It is cut between lines if it is too long for a chat.
pub fn message(briefs: &[ChatSummary], lang: Lang) -> String {
    let mut briefs: Vec<&ChatSummary> = briefs.iter().collect();
    briefs.sort_by_key(|brief| Reverse(brief.verdict));
    let mut lines = head(&briefs, lang);
    lines.extend(namespaces(&briefs, lang));
    lines.extend(incidents(&briefs, lang));
    within(lines, &foot(&briefs, lang), lang)
}

/// Returns the verdict and the scope, then the pods and the changes.
fn head(briefs: &[&ChatSummary], lang: Lang) -> Vec<String> {
    let verdict = briefs.first().map_or(Verdict::Incomplete, |brief| brief.verdict);
    let word = words::verdict(verdict).get(lang);
    let mut parts = vec![format!("{} *{word}*", words::verdict_glyph(verdict))];
    let [only] = briefs else {
        parts.push(CLUSTERS.fill(lang, &[("count", Fact::count(briefs.len()))]));
        let mut lines = vec![parts.join(" · ")];
        lines.extend(briefs.iter().take(NAMED).map(|brief| cluster(brief)));
        lines.extend(more(&MORE_CLUSTERS, briefs.len().saturating_sub(NAMED), lang));
        return lines;
    };
    parts.extend([&only.context, &only.scope].into_iter().filter(|part| !part.is_empty()).cloned());
    let rest = only.pods.iter().chain([&only.changed]).filter(|line| !line.is_empty());
    std::iter::once(parts.join(" · ")).chain(rest.cloned()).collect()
}

/// Returns the line of one of several clusters: `🟢 *prod* · 3 namespaces · ✅ 4/4 Running`.
fn cluster(brief: &ChatSummary) -> String {
    let name = format!("{} *{}*", words::verdict_glyph(brief.verdict), brief.context);
    let pods = brief.pods.as_deref().unwrap_or_default();
    let parts = [name.as_str(), &brief.scope, pods, &brief.changed];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn namespaces(briefs: &[&ChatSummary], lang: Lang) -> Vec<String> {
    let several = briefs.len() > 1;
    let all = briefs.iter().flat_map(|brief| brief.namespaces.iter().map(|line| brief.placed(line, several)));
    let mut lines: Vec<String> = all.collect();
    let rest =
        lines.len().saturating_sub(NAMED) + briefs.iter().map(|brief| brief.more_namespaces).sum::<usize>();
    lines.truncate(NAMED);
    lines.extend(more(&MORE_NAMESPACES, rest, lang));
    lines
}

fn incidents(briefs: &[&ChatSummary], lang: Lang) -> Vec<String> {
    let several = briefs.len() > 1;
    let mut all: Vec<(&ChatSummary, &Line)> =
        briefs.iter().flat_map(|brief| brief.incidents.iter().map(|line| (*brief, line))).collect();
    all.sort_by_key(|(_, line)| Reverse(line.severity));
    let rest =
        all.len().saturating_sub(NAMED) + briefs.iter().map(|brief| brief.more_incidents).sum::<usize>();
    let mut lines = Vec::new();
    for (index, (brief, line)) in all.into_iter().take(NAMED).enumerate() {
        lines.push(format!("{} {}", words::severity_glyph(line.severity), brief.placed(&line.text, several)));
        lines.extend(line.command.iter().filter(|_| index < COMMANDS).map(|command| format!("→ {command}")));
    }
    lines.extend(more(&words::MORE, rest, lang));
    lines
}

/// Returns the gaps, the number of muted findings, and the name of the tool.
fn foot(briefs: &[&ChatSummary], lang: Lang) -> Vec<String> {
    let several = briefs.len() > 1;
    let gaps = briefs.iter().flat_map(|brief| brief.gaps.iter().map(|gap| brief.placed(gap, several)));
    let mut lines: Vec<String> = gaps.collect();
    let rest = lines.len().saturating_sub(GAPS);
    lines.truncate(GAPS);
    lines.extend(more(&words::MORE, rest, lang));
    let muted: usize = briefs.iter().map(|brief| brief.muted).sum();
    lines.extend((muted > 0).then(|| MUTED.fill(lang, &[("count", Fact::count(muted))])));
    lines.push(format!("{NAME} {VERSION}"));
    lines
}

fn more(of: &crate::text::Text, count: usize, lang: Lang) -> Option<String> {
    (count > 0).then(|| of.fill(lang, &[("count", Fact::count(count))]))
}

/// Returns the lines for which there is room, and the foot.
fn within(lines: Vec<String>, foot: &[String], lang: Lang) -> String {
    let length = |line: &str| line.chars().count() + 1;
    let mut room = MOST.saturating_sub(foot.iter().map(|line| length(line)).sum());
    let needed: usize = lines.iter().map(|line| length(line)).sum();
    let cut = CUT.get(lang);
    let is_cut = needed > room;
    if is_cut {
        room = room.saturating_sub(length(cut));
    }
    let fits = |line: &String| {
        let left = room.checked_sub(length(line));
        room = left.unwrap_or(0);
        left.is_some()
    };
    let mut kept: Vec<String> = lines.into_iter().take_while(fits).collect();
    kept.extend(is_cut.then(|| cut.to_owned()));
    kept.extend_from_slice(foot);
    kept.join("\n")
}

/// Returns the namespaces with problems, worst first. A single namespace is in the line about all pods.
fn in_trouble(report: &Report, lang: Lang) -> Vec<String> {
    if report.namespaces.len() < 2 {
        return Vec::new();
    }
    let mut bad: Vec<&Namespace> =
        report.namespaces.iter().filter(|namespace| namespace.state > Verdict::Incomplete).collect();
    bad.sort_by_key(|namespace| Reverse(namespace.state));
    let line = |of: &&Namespace| {
        let head = format!("{} {}", words::verdict_glyph(of.state), name(&of.name));
        words::headed(&head, &by_status(of.running, lang), lang)
    };
    bad.iter().map(line).collect()
}

fn line(report: &Report, incident: &Incident, lang: Lang) -> Line {
    let finding: &Finding = &report.findings[incident.cause];
    let (before, after) = of_objects(incident, &report.findings, lang);
    let what = text(&format!("{before}{}{after}", finding.message.in_lang(lang)));
    let object = name(&of_incident(incident, finding));
    let place = match &*finding.object.namespace {
        "" => object,
        namespace => format!("{} {object}", name(namespace)),
    };
    let mut reading = finding.actions.iter().filter(|command| !changes_cluster(command));
    let first = reading.next().filter(|command| command.chars().count() <= COMMAND_LENGTH);
    Line {
        severity: incident.severity,
        text: words::headed(&place, &what, lang),
        command: first.and_then(|command| chat_command(command)),
    }
}

fn name(name: &str) -> String {
    chat(&cut(name, NAME_LENGTH))
}

fn text(text: &str) -> String {
    chat(&cut(text.trim(), TEXT_LENGTH))
}

/// Cuts a text. It is escaped afterwards: an escape must not be cut.
fn cut(text: &str, most: usize) -> String {
    without_middle(&visible(text), most)
}
