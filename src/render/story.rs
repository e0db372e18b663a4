//! The investigation of one object: its state, the findings, the timeline, the ends of its logs, and the next commands.

use super::chain::Chain;
use super::document::{Block, Document, Item, Line, message, name, own};
use super::escape::visible;
use super::json::{self, Encoding};
use super::words::{self, texts};
use super::{Look, StoryFormat, next};
use crate::finding::Finding;
use crate::model::{Gap, LogTail, Node, ObjectRef, Pod, Reason};
use crate::report::{NextCommands, Report};
use crate::story::{Moment, Seen, Story};
use crate::text::Fact;
use crate::wire::Kind;
use owo_colors::Style;
use std::collections::BTreeMap;
use std::io::{self, Write};

texts! {
    GONE: "{object} does not exist any more", "{object} 已不存在", "{object} 已不存在";
    REPLACED: "replaced by: {pods}", "已由以下 Pod 接手：{pods}", "已由以下 Pod 接手：{pods}";
    OWNED: "managed by {owners}", "由 {owners} 管理", "由 {owners} 管理";
    CAUSE: "CAUSE", "原因", "原因";
    ALSO: "also: ", "另外，", "另外，";
    PODS: "PODS", "Pod", "Pod";
    NODES: "NODES", "節點", "节点";
    FOUND: "FINDINGS", "發現項目", "发现项";
    NOTHING: "no problem found", "未發現異常", "未发现异常";
    TIMELINE: "TIMELINE", "時間軸", "时间线";
    OTHERS: " and {others:# other|# others}", " 等 {all} 個", " 等 {all} 个";
    AGO: " ({age} ago) ", "（{age} 前）", "（{age} 前）";
    AHEAD: " (in {age}) ", "（{age} 後）", "（{age} 后）";
    NOT_GIVEN: "Warning events are not in the input.", "輸入中沒有警告事件。", "输入中没有警告事件。";
    NO_EVENTS: "Warning events could not be read.", "無法讀取警告事件。", "无法读取警告事件。";
    EXPIRED: "No warning events are left: the API server keeps them for about an hour.",
        "已沒有警告事件：API server 預設只保留約一小時。", "已没有警告事件：API server 默认只保留约一小时。";
    LOG: "LOG of {pod}, container {container}", "日誌：{pod}，容器 {container}", "日志：{pod}，容器 {container}";
    LOG_BEFORE: "LOG of {pod}, container {container}, before its last restart",
        "日誌：{pod}，容器 {container}，上次重啟之前", "日志：{pod}，容器 {container}，上次重启之前";
    REFUSED: "cannot be read: {detail}", "無法讀取：{detail}", "无法读取：{detail}";
    SILENT: "(empty)", "（空白）", "（空）";
    MORE_FOUND: "{check}: {count} more (--all)", "{check}：另有 {count} 項，--all 可列出",
        "{check}：另有 {count} 项，--all 可列出";
    MORE_PODS: "{count:# more pod|# more pods}", "其餘 {count} 個 Pod", "其余 {count} 个 Pod";
}

/// The number of pods and of nodes that are listed.
const PODS_SHOWN: usize = 12;

/// The number of findings of one check that are listed.
const FOUND_SHOWN: usize = 3;

/// The number of logs that are shown.
const LOGS_SHOWN: usize = 3;

/// The indentation of a text below its head.
const INDENT: usize = 5;

/// Writes the investigation of an object.
///
/// # Errors
/// When `out` fails.
pub fn story(
    report: &Report,
    story: &Story,
    format: StoryFormat,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        StoryFormat::Table => Teller { report, story, look }.document().terminal(look, out),
        StoryFormat::Markdown => {
            let look = Look { color: false, width: None, ..look };
            Teller { report, story, look }.document().markdown(out)
        }
        StoryFormat::Json => json::write(&json::investigation(report, story), Encoding::Json, out),
        StoryFormat::Yaml => json::write(&json::investigation(report, story), Encoding::Yaml, out),
        StoryFormat::Name => {
            let mut objects = story.findings.iter().map(|finding| visible(&finding.object.slashed()));
            objects.try_for_each(|object| writeln!(out, "{object}"))
        }
    }
}

struct Teller<'r> {
    report: &'r Report<'r>,
    story: &'r Story<'r>,
    look: Look,
}

impl Teller<'_> {
    fn document(&self) -> Document {
        let lang = self.look.lang;
        let mut document = Document::default();
        document.section([Block::Title(self.title())]);
        let mut part = |heading: Line, items: Vec<Item>| {
            if !items.is_empty() {
                document.section([Block::Heading(2, heading), Block::Items(items)]);
            }
        };
        part(own(FOUND.get(lang)), self.found());
        part(own(CAUSE.get(lang)), self.cause());
        part(own(PODS.get(lang)), self.pods());
        part(own(NODES.get(lang)), self.nodes());
        part(own(TIMELINE.get(lang)), self.timeline());
        for log in self.story.logs.iter().take(LOGS_SHOWN) {
            let facts = [("pod", Fact::text(&log.pod)), ("container", Fact::text(&log.container))];
            let heading = if log.previous { &LOG_BEFORE } else { &LOG }.fill(lang, &facts);
            part(name(heading), self.log(log));
        }
        document.section(next::all(&NextCommands::of(self.story.actions()), self.look));
        document
    }

    /// Returns the object and its owners; for a deleted object, the pods that replaced it on a second line.
    fn title(&self) -> Vec<Line> {
        let (story, lang) = (self.story, self.look.lang);
        let object = story.object.slashed();
        let glyph = story.worst().map_or("🟢", words::severity_glyph);
        let mut title = if story.exists {
            own(format!("{glyph} ")).then(name(object))
        } else {
            own("⚪ ").then(name(GONE.fill(lang, &[("object", Fact::Text(object))])))
        };
        if !story.object.namespace.is_empty() {
            title = title.then(" · ").then(name(&*story.object.namespace));
        }
        if !story.owners.is_empty() {
            let owners: Vec<String> = story.owners.iter().map(ObjectRef::slashed).collect();
            let owners = OWNED.fill(lang, &[("owners", Fact::Text(owners.join(" ← ")))]);
            title = title.then(" · ").then(name(owners));
        }
        let mut lines = vec![title];
        if !story.exists && !story.pods.is_empty() {
            let pods: Vec<&str> = story.pods.iter().map(|pod| &*pod.name).collect();
            let pods = REPLACED.fill(lang, &[("pods", Fact::Text(words::list(&pods, lang)))]);
            lines.push(own("   ").then(name(pods)));
        }
        lines
    }

    fn found(&self) -> Vec<Item> {
        let lang = self.look.lang;
        let mut findings = self.story.findings.clone();
        // Findings about the object itself come first.
        findings.sort_by_key(|finding| finding.object != self.story.object);
        let shown = if self.look.all { usize::MAX } else { FOUND_SHOWN };
        let (mut items, mut of_check) = (Vec::new(), BTreeMap::<&str, usize>::new());
        for finding in findings {
            let count = of_check.entry(finding.check.id).or_default();
            *count += 1;
            if *count <= shown {
                items.extend(self.finding(finding));
            }
        }
        for (check, count) in of_check.into_iter().filter(|(_, count)| *count > shown) {
            let facts = [("check", Fact::text(check)), ("count", Fact::count(count - shown))];
            items.push(line(own(MORE_FOUND.fill(lang, &facts))));
        }
        if items.is_empty() && self.story.exists {
            items.push(line(own(NOTHING.get(lang))));
        }
        items
    }

    fn finding(&self, finding: &Finding) -> Vec<Item> {
        let lang = self.look.lang;
        let head = own(format!("{}  ", words::severity(finding.severity, lang)))
            .then(name(finding.object.slashed()))
            .then(format!("  {}", finding.check.id));
        let texts = std::iter::once(&finding.message).chain(&finding.evidence);
        let text =
            |of: &crate::text::Message| Item { head: None, text: message(of.in_lang(lang)), indent: INDENT };
        std::iter::once(line(head)).chain(texts.map(text)).collect()
    }

    /// Returns the steps from the worst finding about the object to its cause; none if it is its own cause.
    fn cause(&self) -> Vec<Item> {
        let lang = self.look.lang;
        let number =
            |(index, text)| Item { head: None, text: own(format!("{}. ", index + 1)).then(text), indent: 2 };
        let also = |text| Item { head: None, text: own(ALSO.get(lang)).then(text), indent: 2 };
        let chain = Chain::of(&self.story.chain, lang);
        let others = chain.others.into_iter().map(also);
        chain.steps.into_iter().enumerate().map(number).chain(others).collect()
    }

    fn pods(&self) -> Vec<Item> {
        let (lang, now) = (self.look.lang, self.report.snapshot.taken_at);
        let row = |pod: &&Pod| {
            let columns = [
                name(&*pod.name),
                own(pod.ready_column()),
                name(&*pod.shared.status),
                own(words::restarts(pod, now, lang)),
                own(pod.age_column(now)),
                pod.node.as_deref().map_or_else(|| own("<none>"), name),
            ];
            line(Line::join(columns, "  "))
        };
        let mut items: Vec<Item> = self.story.pods.iter().take(PODS_SHOWN).map(row).collect();
        let more = self.story.pods.len().saturating_sub(PODS_SHOWN);
        items.extend((more > 0).then(|| line(own(MORE_PODS.fill(lang, &[("count", Fact::count(more))])))));
        items
    }

    fn nodes(&self) -> Vec<Item> {
        let row = |node: &&Node| {
            let ready = node.condition("Ready").map_or("?", |condition| condition.status.as_str());
            let mut state = vec![format!("Ready={ready}")];
            state.extend(node.pressures().map(|pressure| format!("{pressure}Pressure")));
            state.extend(node.cordoned.then(|| "SchedulingDisabled".to_owned()));
            let columns = [name(&*node.name), name(state.join(",")), name(&node.kubelet_version)];
            line(Line::join(columns, "  "))
        };
        self.story.nodes.iter().take(PODS_SHOWN).map(row).collect()
    }

    fn timeline(&self) -> Vec<Item> {
        let (story, lang) = (self.story, self.look.lang);
        let mut items: Vec<Item> = story.moments.iter().map(|moment| self.moment(moment)).collect();
        if !items.is_empty() && !story.saw_events {
            let is_missing = |gap: &Gap| gap.kind == Kind::Event.name() && gap.reason == Reason::NotGiven;
            let given = !self.report.coverage.not_in_scope.iter().any(is_missing);
            items.push(line(own(if given { &NO_EVENTS } else { &NOT_GIVEN }.get(lang))));
        } else if !items.is_empty()
            && story.events == Seen::None
            && self.report.view().saw_warnings(&story.object)
            && story.worst().is_some()
        {
            items.push(line(own(EXPIRED.get(lang))));
        }
        items
    }

    fn moment(&self, moment: &Moment) -> Item {
        let lang = self.look.lang;
        let age = self.report.snapshot.taken_at.seconds_since(moment.at);
        let ago = if age < 0 { &AHEAD } else { &AGO }.fill(lang, &[("age", Fact::Age(age.saturating_abs()))]);
        let mark = if moment.bad { self.look.paint("●", Style::new().red()) } else { "○".to_owned() };
        let mut text = Line::default();
        if moment.object != self.story.object || moment.others > 0 {
            let namespace = &moment.object.namespace;
            if *namespace != self.story.object.namespace && !namespace.is_empty() {
                text = name(&**namespace).then(" ");
            }
            text = text.then(name(moment.object.slashed()));
            if moment.others > 0 {
                let facts = [("others", Fact::count(moment.others)), ("all", Fact::count(moment.others + 1))];
                text = text.then(OTHERS.fill(lang, &facts));
            }
            text = text.then(words::colon(lang));
        }
        Item {
            head: Some(own(format!("  {} {mark}{ago}", words::moment(moment.at)))),
            text: text.then(message(moment.what.in_lang(lang))),
            indent: INDENT,
        }
    }

    fn log(&self, log: &LogTail) -> Vec<Item> {
        let lang = self.look.lang;
        match (&log.refused, log.lines.is_empty()) {
            (Some(detail), _) => {
                vec![line(message(REFUSED.fill(lang, &[("detail", Fact::Text(detail.in_lang(lang)))])))]
            }
            (None, true) => vec![line(own(SILENT.get(lang)))],
            (None, false) => log.lines.iter().map(|text| line(name(text))).collect(),
        }
    }
}

/// Returns an item of one line, which is not broken.
fn line(text: Line) -> Item {
    Item { head: Some(own("  ").then(text)), text: Line::default(), indent: 0 }
}
