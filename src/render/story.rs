//! One object investigated: what it is, what was found, what happened in which order, how its logs end, what to do.

use super::escape::{markdown, message, visible};
use super::words::{self, texts};
use super::{Format, Look, json};
use crate::finding::{Fact, Finding};
use crate::model::{ObjectRef, Pod};
use crate::report::Report;
use crate::story::{Moment, Story};
use crate::text::human;
use owo_colors::{OwoColorize, Style};
use std::collections::BTreeMap;
use std::io::{self, Write};

texts! {
    GONE: "{object} does not exist any more", "{object} 已不存在", "{object} 已不存在";
    REPLACED: "its place was taken by: {pods}", "已由以下 Pod 接手：{pods}", "已由以下 Pod 接手：{pods}";
    OWNED: "managed by {owners}", "由 {owners} 管理", "由 {owners} 管理";
    PODS: "PODS", "POD", "POD";
    NODES: "NODES", "節點", "节点";
    FOUND: "FOUND", "發現", "发现";
    NOTHING: "nothing is wrong with it, as far as can be seen", "就目前可見的資訊，沒有異常", "就目前可见的信息，没有异常";
    TIMELINE: "TIMELINE", "時間軸", "时间线";
    OTHERS: " and {count} others", " 等另外 {count} 個", " 等另外 {count} 个";
    AGO: "{age} ago", "{age} 前", "{age} 前";
    NO_EVENTS: "Warnings could not be read.", "無法讀取警告事件。", "无法读取警告事件。";
    EXPIRED: "No warnings are left: the API server keeps them for about an hour.",
        "已沒有警告事件：API server 預設只保留約一小時。", "已没有警告事件：API server 默认只保留约一小时。";
    LOG: "LOG of {pod}, container {container}", "日誌：{pod}，容器 {container}", "日志：{pod}，容器 {container}";
    LOG_BEFORE: "LOG of {pod}, container {container}, before its last restart",
        "日誌：{pod}，容器 {container}，上次重啟之前", "日志：{pod}，容器 {container}，上次重启之前";
    REFUSED: "cannot be read: {detail}", "無法讀取：{detail}", "无法读取：{detail}";
    SILENT: "(empty)", "（空白）", "（空）";
    NEXT: "NEXT", "下一步", "下一步";
    MORE_FOUND: "{check}: {count} more, --all shows them", "{check}：另有 {count} 項，--all 可列出",
        "{check}：另有 {count} 项，--all 可列出";
    MORE_PODS: "{count} more pods", "其餘 {count} 個 Pod", "其余 {count} 个 Pod";
}

/// Of more pods than this, the others are counted.
const PODS_SHOWN: usize = 12;

/// Of more findings of one check than this, the others are counted.
const FOUND_SHOWN: usize = 3;

/// A part of the story: its heading, and its lines.
type Part = (String, Vec<String>);

/// Writes the story of an object.
///
/// # Errors
/// When `out` fails.
pub fn story(
    report: &Report,
    story: &Story,
    format: Format,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Json => json::write_story(report, story, false, out),
        Format::Yaml => json::write_story(report, story, true, out),
        Format::Name => story
            .findings
            .iter()
            .try_for_each(|finding| writeln!(out, "{}", visible(&finding.object.slashed()))),
        Format::Markdown => {
            let plain = Look { color: false, width: None, ..look };
            let (title, parts) = Teller { report, story, look: plain }.all();
            writeln!(out, "# {}", markdown(&title))?;
            parts.into_iter().try_for_each(|(heading, lines)| {
                writeln!(out, "\n## {}\n", markdown(&heading))?;
                lines.iter().try_for_each(|line| writeln!(out, "- {}", markdown(line.trim())))
            })
        }
        Format::Table | Format::Wide => {
            let teller = Teller { report, story, look };
            let (title, parts) = teller.all();
            writeln!(out, "{title}")?;
            parts.into_iter().try_for_each(|(heading, lines)| {
                writeln!(out, "\n{}", teller.paint(&heading, Style::new().bold()))?;
                lines.iter().try_for_each(|line| writeln!(out, "{line}"))
            })
        }
    }
}

struct Teller<'r> {
    report: &'r Report<'r>,
    story: &'r Story<'r>,
    look: Look,
}

impl Teller<'_> {
    fn paint(&self, text: &str, style: Style) -> String {
        if self.look.color { text.style(style).to_string() } else { text.to_owned() }
    }

    fn all(&self) -> (String, Vec<Part>) {
        let mut parts = vec![self.found(), self.pods(), self.nodes(), self.timeline()];
        parts.extend(self.logs());
        parts.push(self.next());
        parts.retain(|(_, lines)| !lines.is_empty());
        (self.title(), parts)
    }

    fn title(&self) -> String {
        let (story, lang) = (self.story, self.look.lang);
        let named = |object: &ObjectRef| visible(&object.slashed());
        let place = if story.object.namespace.is_empty() {
            String::new()
        } else {
            format!(" · {}", visible(&story.object.namespace))
        };
        let glyph = story
            .worst()
            .map_or_else(|| "🟢".to_owned(), |worst| words::severity(worst, lang).chars().take(1).collect());
        let mut title = if story.exists {
            format!("{glyph} {}{place}", named(&story.object))
        } else {
            format!("⚪ {}{place}", GONE.fill(lang, &[("object", Fact::Text(named(&story.object)))]))
        };
        if !story.owners.is_empty() {
            let owners: Vec<String> = story.owners.iter().map(named).collect();
            title.push_str(" · ");
            title.push_str(&OWNED.fill(lang, &[("owners", Fact::Text(owners.join(" ← ")))]));
        }
        if !story.exists && !story.pods.is_empty() {
            let pods: Vec<String> = story.pods.iter().map(|pod| visible(&pod.name)).collect();
            title.push_str("\n   ");
            title.push_str(&REPLACED.fill(lang, &[("pods", Fact::Text(words::list(&pods, lang)))]));
        }
        title
    }

    fn found(&self) -> Part {
        let lang = self.look.lang;
        let mut findings = self.story.findings.clone();
        // What is found about the object itself comes first.
        findings.sort_by_key(|finding| finding.object != self.story.object);
        let shown = if self.look.all { usize::MAX } else { FOUND_SHOWN };
        let (mut lines, mut of_check) = (Vec::new(), BTreeMap::<&str, usize>::new());
        for finding in findings {
            let count = of_check.entry(finding.check.id).or_default();
            *count += 1;
            if *count <= shown {
                lines.extend(self.finding(finding));
            }
        }
        for (check, count) in of_check.into_iter().filter(|(_, count)| *count > shown) {
            let facts = [("check", Fact::text(check)), ("count", Fact::count(count - shown))];
            lines.push(format!("  {}", MORE_FOUND.fill(lang, &facts)));
        }
        if lines.is_empty() && self.story.exists {
            lines.push(format!("  {}", NOTHING.get(lang)));
        }
        (FOUND.get(lang).to_owned(), lines)
    }

    fn finding(&self, finding: &Finding) -> Vec<String> {
        let lang = self.look.lang;
        let head = format!(
            "{}  {}  {}",
            words::severity(finding.severity, lang),
            visible(&finding.object.slashed()),
            finding.check.id
        );
        let said = std::iter::once(&finding.message).chain(&finding.evidence);
        let texts = said.flat_map(|line| self.wrapped(&message(&line.in_lang(lang)), 5));
        std::iter::once(format!("  {head}")).chain(texts).collect()
    }

    /// A text under its head, broken where the terminal ends.
    fn wrapped(&self, text: &str, indent: usize) -> Vec<String> {
        let width = self.look.width.map(|width| width.saturating_sub(indent));
        let lines = super::table::wrap(text, width).into_iter();
        lines.map(|line| format!("{}{line}", " ".repeat(indent))).collect()
    }

    fn pods(&self) -> Part {
        let (lang, now) = (self.look.lang, self.report.snapshot.taken_at);
        let row = |pod: &&Pod| {
            format!(
                "  {}  {}  {}  {}  {}  {}",
                visible(&pod.name),
                pod.ready_column(),
                visible(&pod.shared.status),
                pod.restarts_column(now),
                pod.age_column(now),
                visible(pod.node.as_deref().unwrap_or("<none>"))
            )
        };
        let mut lines: Vec<String> = self.story.pods.iter().take(PODS_SHOWN).map(row).collect();
        let more = self.story.pods.len().saturating_sub(PODS_SHOWN);
        lines.extend(
            (more > 0).then(|| format!("  {}", MORE_PODS.fill(lang, &[("count", Fact::count(more))]))),
        );
        (PODS.get(lang).to_owned(), lines)
    }

    fn nodes(&self) -> Part {
        let row = |node: &&crate::model::Node| {
            let ready = node.condition("Ready").map_or("?", |condition| condition.status.as_str());
            let mut said = vec![format!("Ready={}", visible(ready))];
            said.extend(node.pressures().map(|pressure| format!("{}Pressure", visible(pressure))));
            said.extend(node.cordoned.then(|| "SchedulingDisabled".to_owned()));
            format!("  {}  {}  {}", visible(&node.name), said.join(","), visible(&node.kubelet_version))
        };
        let lines = self.story.nodes.iter().take(PODS_SHOWN).map(row).collect();
        (NODES.get(self.look.lang).to_owned(), lines)
    }

    fn timeline(&self) -> Part {
        let (story, lang) = (self.story, self.look.lang);
        let mut lines: Vec<String> = story.moments.iter().flat_map(|moment| self.moment(moment)).collect();
        if !lines.is_empty() && !story.saw_events {
            lines.push(format!("  {}", NO_EVENTS.get(lang)));
        } else if !lines.is_empty() && !story.warned && story.worst().is_some() {
            lines.push(format!("  {}", EXPIRED.get(lang)));
        }
        (TIMELINE.get(lang).to_owned(), lines)
    }

    fn moment(&self, moment: &Moment) -> Vec<String> {
        let lang = self.look.lang;
        let age = human(self.report.snapshot.taken_at.seconds_since(moment.at));
        let ago = AGO.fill(lang, &[("age", Fact::Text(age))]);
        let mark = if moment.bad { self.paint("●", Style::new().red()) } else { "○".to_owned() };
        let mut object = String::new();
        if moment.object != self.story.object || moment.others > 0 {
            let place = match &*moment.object.namespace {
                namespace if *namespace != *self.story.object.namespace => format!("{} ", visible(namespace)),
                _ => String::new(),
            };
            let others = OTHERS.fill(lang, &[("count", Fact::count(moment.others))]);
            let others = if moment.others > 0 { others } else { String::new() };
            object = format!("{place}{}{others}: ", visible(&moment.object.slashed()));
        }
        let said = format!("{object}{}", message(&moment.what.in_lang(lang)));
        let head = format!("  {} {mark} ({ago}) ", words::moment(moment.at));
        let mut lines = self.wrapped(&said, 5).into_iter();
        let short = self
            .look
            .width
            .is_none_or(|width| super::grid::width(&head) + super::grid::width(&said) <= width);
        if short {
            return vec![head + &said];
        }
        std::iter::once(head.trim_end().to_owned()).chain(lines.by_ref()).collect()
    }

    fn logs(&self) -> Vec<Part> {
        let lang = self.look.lang;
        let part = |log: &&crate::model::LogTail| {
            let facts =
                [("pod", Fact::Text(visible(&log.pod))), ("container", Fact::Text(visible(&log.container)))];
            let heading = if log.previous { &LOG_BEFORE } else { &LOG }.fill(lang, &facts);
            let lines = match (&log.refused, log.lines.is_empty()) {
                (Some(detail), _) => {
                    vec![format!("  {}", REFUSED.fill(lang, &[("detail", Fact::Text(message(detail)))]))]
                }
                (None, true) => vec![format!("  {}", SILENT.get(lang))],
                (None, false) => log.lines.iter().map(|line| format!("  {}", visible(line))).collect(),
            };
            (heading, lines)
        };
        self.story.logs.iter().take(3).map(part).collect()
    }

    fn next(&self) -> Part {
        let lines = self
            .story
            .actions()
            .into_iter()
            .map(|line| format!("  {}", self.paint(line, Style::new().cyan())));
        (NEXT.get(self.look.lang).to_owned(), lines.take(8).collect())
    }
}
