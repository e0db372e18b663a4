//! The message that a webhook posts in a chat: plain text with the few marks that Slack, Mattermost, Rocket.Chat and
//! Google Chat share. A report becomes a [`Summary`], which holds no more of it than a message may, so that the reports
//! of many clusters need not be kept until the last one is there.
//!
//! What does not belong here: who is told, and when (`run::notify`).

#[cfg(test)]
mod tests;

use super::escape::{chat, chat_command, visible};
use super::table::{of_incident, of_objects};
use super::words::{self, texts};
use super::{changed, coverage};
use crate::finding::incident::Incident;
use crate::finding::{Finding, Severity};
use crate::model::Ended;
use crate::report::{Class, Report, Verdict};
use crate::text::{Fact, Lang};
use crate::{NAME, VERSION};
use std::cmp::Reverse;
use std::collections::BTreeMap;

texts! {
    NAMESPACES: "{count} namespaces", "{count} 個命名空間", "{count} 个命名空间";
    CLUSTERS: "{count} clusters", "{count} 個叢集", "{count} 个集群";
    ALL_RUN: "✅ {running}/{active} Running", "✅ {running}/{active} Running", "✅ {running}/{active} Running";
    NOT_ALL_RUN: "🚨 {running}/{active} Running ({others} not Running)", "🚨 {running}/{active} Running（{others} 個不是 Running）",
        "🚨 {running}/{active} Running（{others} 个不是 Running）";
    BESIDES: " +{completed} Completed", "+{completed} Completed", "+{completed} Completed";
    AND_COMPLETED: " (+{completed} Completed)", "（+{completed} Completed）", "（+{completed} Completed）";
    MORE: "+{count} more", "另有 {count} 項", "另有 {count} 项";
    MORE_NAMESPACES: "+{count} more namespaces in trouble", "另有 {count} 個有問題的命名空間", "另有 {count} 个有问题的命名空间";
    MORE_CLUSTERS: "+{count} more clusters", "另有 {count} 個叢集", "另有 {count} 个集群";
    MUTED: "Muted findings: {count}", "已靜音的發現：{count} 項", "已静默的发现：{count} 项";
    CUT: "… (cut: a message is short, the report is whole)", "…（訊息過長已截斷，完整內容請看報告）", "…（消息过长已截断，完整内容请看报告）";
}

/// A message has at most so many characters: Slack breaks longer ones than 4,000 in two, Rocket.Chat refuses more
/// than 5,000 unless it is set otherwise, Mattermost takes 16,383 and Google Chat 32,000 bytes.
const MOST: usize = 3_500;
/// So many namespaces, clusters and incidents are named.
const NAMED: usize = 10;
/// So many incidents come with their first command.
const COMMANDS: usize = 3;
/// So many lines tell what was not seen.
const GAPS: usize = 3;
/// Names longer than this, in characters, are cut.
const NAME_LENGTH: usize = 80;
/// Texts longer than this, in characters, are cut.
const TEXT_LENGTH: usize = 200;
/// A longer command is left out: half a command is none.
const COMMAND_LENGTH: usize = 300;

/// What a message says of one cluster, in one language.
#[derive(Clone, Debug)]
pub struct Summary {
    verdict: Verdict,
    context: String,
    /// Where it holds, without the context.
    scope: String,
    /// The pods by STATUS; `None` where nothing could be seen.
    pods: Option<String>,
    /// What has changed, where that was compared.
    changed: String,
    /// The namespaces in trouble, worst first.
    namespaces: Vec<String>,
    more_namespaces: usize,
    incidents: Vec<Line>,
    more_incidents: usize,
    /// What was not seen.
    gaps: Vec<String>,
    muted: usize,
}

/// An incident: how bad, what, and the command that comes next.
#[derive(Clone, Debug)]
struct Line {
    severity: Severity,
    text: String,
    command: Option<String>,
}

/// Pods by STATUS, as `kubectl get pods` counts them.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    running: i64,
    active: i64,
    completed: i64,
}

impl Tally {
    /// `✅ 4/4 Running (+2 Completed)`, `🚨 3/4 Running (1 not Running) +2 Completed`.
    fn told(self, lang: Lang) -> String {
        let facts = [
            ("running", Fact::Number(self.running)),
            ("active", Fact::Number(self.active)),
            ("others", Fact::Number(self.active - self.running)),
            ("completed", Fact::Number(self.completed)),
        ];
        match (self.active == self.running, self.completed) {
            (true, 0) => ALL_RUN.fill(lang, &facts),
            (true, _) => ALL_RUN.fill(lang, &facts) + &AND_COMPLETED.fill(lang, &facts),
            (false, 0) => NOT_ALL_RUN.fill(lang, &facts),
            (false, _) => NOT_ALL_RUN.fill(lang, &facts) + &BESIDES.fill(lang, &facts),
        }
    }
}

impl Summary {
    /// What a message says of the cluster of a report.
    pub fn of(report: &Report, lang: Lang) -> Self {
        let incidents = report.incidents.iter().filter(|incident| incident.severity > Severity::Low);
        let (total, by_namespace) = tallies(report);
        let namespaces = in_trouble(report, &by_namespace, lang);
        Self {
            verdict: report.verdict,
            context: name(&report.snapshot.cluster.context),
            scope: match report.namespaces.as_slice() {
                [] => String::new(),
                [(only, _)] => name(only),
                many => NAMESPACES.fill(lang, &[("count", Fact::count(many.len()))]),
            },
            pods: (!report.is_of_nothing()).then(|| total.told(lang)),
            changed: chat(&changed::since(report, lang).join(" · ")),
            more_namespaces: namespaces.len().saturating_sub(NAMED),
            namespaces: namespaces.into_iter().take(NAMED).collect(),
            more_incidents: incidents.clone().count().saturating_sub(NAMED),
            incidents: incidents.take(NAMED).map(|incident| line(report, incident, lang)).collect(),
            gaps: coverage::not_seen(report, lang, true).iter().map(|gap| text(gap)).collect(),
            muted: report.muted.findings.len(),
        }
    }

    /// The overall state.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// A part of the message with the context before it, where there are several.
    fn placed(&self, part: &str, several: bool) -> String {
        let context = Some(self.context.as_str()).filter(|context| several && !context.is_empty());
        context.map_or_else(|| part.to_owned(), |context| format!("{context} · {part}"))
    }
}

/// The message about some clusters: the worst first, no longer than a chat takes it, cut between lines.
pub fn message(briefs: &[Summary], lang: Lang) -> String {
    let mut briefs: Vec<&Summary> = briefs.iter().collect();
    briefs.sort_by_key(|brief| Reverse(brief.verdict));
    let mut lines = head(&briefs, lang);
    lines.extend(namespaces(&briefs, lang));
    lines.extend(incidents(&briefs, lang));
    within(lines, &foot(&briefs, lang), lang)
}

/// The verdict and where it holds; then the pods, and what has changed.
fn head(briefs: &[&Summary], lang: Lang) -> Vec<String> {
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

/// One cluster of several: `🟢 *prod* · 3 namespaces · ✅ 4/4 Running`.
fn cluster(brief: &Summary) -> String {
    let name = format!("{} *{}*", words::verdict_glyph(brief.verdict), brief.context);
    let pods = brief.pods.as_deref().unwrap_or_default();
    let parts = [name.as_str(), &brief.scope, pods, &brief.changed];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn namespaces(briefs: &[&Summary], lang: Lang) -> Vec<String> {
    let several = briefs.len() > 1;
    let all = briefs.iter().flat_map(|brief| brief.namespaces.iter().map(|line| brief.placed(line, several)));
    let mut lines: Vec<String> = all.collect();
    let rest =
        lines.len().saturating_sub(NAMED) + briefs.iter().map(|brief| brief.more_namespaces).sum::<usize>();
    lines.truncate(NAMED);
    lines.extend(more(&MORE_NAMESPACES, rest, lang));
    lines
}

fn incidents(briefs: &[&Summary], lang: Lang) -> Vec<String> {
    let several = briefs.len() > 1;
    let mut all: Vec<(&Summary, &Line)> =
        briefs.iter().flat_map(|brief| brief.incidents.iter().map(|line| (*brief, line))).collect();
    all.sort_by_key(|(_, line)| Reverse(line.severity));
    let rest =
        all.len().saturating_sub(NAMED) + briefs.iter().map(|brief| brief.more_incidents).sum::<usize>();
    let mut lines = Vec::new();
    for (index, (brief, line)) in all.into_iter().take(NAMED).enumerate() {
        lines.push(format!("{} {}", words::severity_glyph(line.severity), brief.placed(&line.text, several)));
        lines.extend(line.command.iter().filter(|_| index < COMMANDS).map(|command| format!("→ {command}")));
    }
    lines.extend(more(&MORE, rest, lang));
    lines
}

/// What keeps the reader from taking the rest for all there is, and who says it.
fn foot(briefs: &[&Summary], lang: Lang) -> Vec<String> {
    let several = briefs.len() > 1;
    let gaps = briefs.iter().flat_map(|brief| brief.gaps.iter().map(|gap| brief.placed(gap, several)));
    let mut lines: Vec<String> = gaps.collect();
    let rest = lines.len().saturating_sub(GAPS);
    lines.truncate(GAPS);
    lines.extend(more(&MORE, rest, lang));
    let muted: usize = briefs.iter().map(|brief| brief.muted).sum();
    lines.extend((muted > 0).then(|| MUTED.fill(lang, &[("count", Fact::count(muted))])));
    lines.push(format!("{NAME} {VERSION}"));
    lines
}

fn more(of: &crate::text::Text, count: usize, lang: Lang) -> Option<String> {
    (count > 0).then(|| of.fill(lang, &[("count", Fact::count(count))]))
}

/// As many of the lines as there is room for beside those that must be there.
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

/// The pods of the report by STATUS, and those of each namespace.
fn tallies<'r>(report: &'r Report) -> (Tally, BTreeMap<&'r str, Tally>) {
    let (mut total, mut each): (Tally, BTreeMap<&str, Tally>) = Default::default();
    for pod in &report.snapshot.rows.pods {
        for tally in [&mut total, each.entry(&*pod.shared.namespace).or_default()] {
            match pod.shared.ended {
                Some(Ended::Succeeded) => tally.completed += 1,
                _ => tally.active += 1,
            }
            tally.running += i64::from(pod.shared.ended.is_none() && &*pod.shared.status == "Running");
        }
    }
    (total, each)
}

/// The namespaces in trouble: those with a finding above info, or a pod that is not healthy. One namespace alone is
/// told by the line about all pods.
fn in_trouble(report: &Report, tallies: &BTreeMap<&str, Tally>, lang: Lang) -> Vec<String> {
    if report.namespaces.len() < 2 {
        return Vec::new();
    }
    let mut worst: BTreeMap<&str, Class> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| finding.severity > Severity::Low) {
        let class = if finding.severity == Severity::High { Class::Unhealthy } else { Class::Attention };
        let of = worst.entry(&*finding.object.namespace).or_insert(class);
        *of = class.max(*of);
    }
    let of = |name: &str| worst.get(name).copied().unwrap_or(Class::Healthy);
    let classes =
        report.namespaces.iter().map(|(name, counts)| (name.as_str(), counts.worst().max(of(name))));
    let mut bad: Vec<(&str, Class)> = classes.filter(|(_, class)| *class > Class::Healthy).collect();
    bad.sort_by_key(|(name, class)| (Reverse(*class), *name));
    let told = |(namespace, class): (&str, Class)| {
        let pods = tallies.get(namespace).copied().unwrap_or_default().told(lang);
        format!("{} {}{}{pods}", words::class_glyph(class), name(namespace), words::colon(lang))
    };
    bad.into_iter().map(told).collect()
}

fn line(report: &Report, incident: &Incident, lang: Lang) -> Line {
    let finding: &Finding = &report.findings[incident.cause];
    let what = text(&of_objects(incident, finding, visible(&finding.message.in_lang(lang)), lang));
    let object = name(&of_incident(incident, finding));
    let place = match &*finding.object.namespace {
        "" => object,
        namespace => format!("{} {object}", name(namespace)),
    };
    let first = finding.actions.first().filter(|command| command.chars().count() <= COMMAND_LENGTH);
    Line {
        severity: incident.severity,
        text: format!("{place}{}{what}", words::colon(lang)),
        command: first.and_then(|command| chat_command(command)),
    }
}

fn name(name: &str) -> String {
    chat(&cut(name, NAME_LENGTH))
}

fn text(text: &str) -> String {
    chat(&cut(text.trim(), TEXT_LENGTH))
}

/// Cut before it is escaped, so that no escape is cut.
fn cut(text: &str, most: usize) -> String {
    let text = visible(text);
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
