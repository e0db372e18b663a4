//! The evidence of a finding: recent warnings about its object, and whether the logs of the pod can be read.

use super::View;
use super::exit_code::LAST_WORDS;
use super::view::said_by;
use crate::finding::Finding;
use crate::model::{Event, Pod};
use crate::text::{Fact, Message, Text};

static EVENT: Text = Text {
    en: "event {reason}, {count:|# times, }last {age} ago: {detail}",
    zh_tw: "事件 {reason}，共 {count} 次，最近一次在 {age} 前：{detail}",
    zh_cn: "事件 {reason}，共 {count} 次，最近一次在 {age} 前：{detail}",
};

static EVENTS_OVER: Text = Text {
    en: "event {reason}, {count} times over {span}, last {age} ago: {detail}",
    zh_tw: "事件 {reason}，{span} 內 {count} 次，最近一次在 {age} 前：{detail}",
    zh_cn: "事件 {reason}，{span} 内 {count} 次，最近一次在 {age} 前：{detail}",
};

static NO_EVENTS: Text = Text {
    en: "no recent warning events (the API server keeps them for about an hour)",
    zh_tw: "近期沒有警告事件（API server 預設只保留約一小時）",
    zh_cn: "近期没有警告事件（API server 默认只保留约一小时）",
};

static LOGS_READABLE: Text =
    Text { en: "its logs can be read", zh_tw: "日誌可以讀取", zh_cn: "日志可以读取" };

static LOG: Text = Text {
    en: "the log of {logOf} ends: {detail}",
    zh_tw: "{logOf} 的日誌結尾：{detail}",
    zh_cn: "{logOf} 的日志末尾：{detail}",
};

static LOG_SAYS: Text = Text {
    en: "the log of {logOf} says: {detail}",
    zh_tw: "{logOf} 的日誌寫道：{detail}",
    zh_cn: "{logOf} 的日志写道：{detail}",
};

static LOGS_REFUSED: Text = Text {
    en: "its logs cannot be read: {detail}",
    zh_tw: "日誌無法讀取：{detail}",
    zh_cn: "日志无法读取：{detail}",
};

static NOT_SCHEDULED: Text = Text {
    en: "no logs: the pod was not scheduled",
    zh_tw: "沒有日誌：Pod 尚未排程",
    zh_cn: "没有日志：Pod 尚未调度",
};

static NO_NODE: Text = Text {
    en: "its logs cannot be read: no node is recorded for the pod",
    zh_tw: "日誌無法讀取：Pod 沒有記錄所在節點",
    zh_cn: "日志无法读取：Pod 没有记录所在节点",
};

/// The maximum number of warnings for one finding; the newest are kept.
const EVENTS: usize = 3;
/// The maximum number of log lines in one line of evidence; `healthcheck pod` shows more.
const LOG_LINES: usize = 3;

/// Adds the evidence about its object to every finding.
pub(crate) fn attach(view: &View, findings: &mut [Finding]) {
    for finding in findings {
        let object = &finding.object;
        let is_pod = &*object.kind == "Pod";
        let pod = if is_pod { view.snapshot.rows.pod(&object.namespace, &object.name) } else { None };
        let events = pod.map_or_else(|| view.events_around(object), |pod| view.pod_events(pod));
        // A scheduler can report the same message of a pod in several events.
        let mut told: Vec<&Event> = Vec::new();
        for event in &events {
            let is_new = |other: &&Event| (&other.reason, &other.message) != (&event.reason, &event.message);
            if told.len() < EVENTS && told.iter().all(is_new) {
                told.push(event);
            }
        }
        finding.evidence.extend(told.into_iter().map(|event| about(view, event)));
        // Nothing warns about a quota itself.
        if events.is_empty() && view.saw_warnings(object) && &*object.kind != "ResourceQuota" {
            finding.evidence.push(Message::new(&NO_EVENTS, Vec::new()));
        }
        if let Some(pod) = pod {
            let said = finding.message.facts.iter().any(|(name, _)| *name == LAST_WORDS);
            finding.evidence.extend(logs(view, pod, said));
        }
    }
}

fn about(view: &View, event: &Event) -> Message {
    let span = event.last_seen.zip(event.first_seen).map(|(last, first)| last.seconds_since(first));
    let span = span.filter(|span| *span > 0 && event.count > 1);
    let mut facts = vec![
        ("reason", Fact::text(&event.reason)),
        ("count", Fact::count(event.count)),
        ("age", view.ago(event.last_seen)),
        ("detail", Fact::text(&event.message)),
    ];
    facts.extend(span.map(|span| ("span", Fact::Age(span))));
    Message::new(if span.is_some() { &EVENTS_OVER } else { &EVENT }, facts)
}

/// Whether a pod was never scheduled. Input of other tools can lack the node of a pod that has run.
fn is_unscheduled(pod: &Pod) -> bool {
    let Some(object) = pod.object.as_deref() else { return false };
    let scheduled = object.status.condition("PodScheduled").is_some_and(|c| c.status == "True");
    object.status.phase == "Pending" && !scheduled && pod.containers().next().is_none()
}

/// Returns whether the logs of a pod can be read, and the line that says why it failed, or its last lines. A line that the
/// message has `said` is not repeated.
fn logs(view: &View, pod: &Pod, said: bool) -> Option<Message> {
    if pod.node.is_none() {
        return Some(Message::plain(if is_unscheduled(pod) { &NOT_SCHEDULED } else { &NO_NODE }));
    }
    let tail = view.logs(pod).next()?;
    if let Some(cause) = said_by(tail) {
        let facts = vec![("logOf", Fact::text(&tail.container)), ("detail", Fact::Text(cause))];
        return (!said).then(|| Message::new(&LOG_SAYS, facts));
    }
    Some(match (&tail.refused, tail.lines.as_slice()) {
        (Some(detail), _) => Message::new(&LOGS_REFUSED, vec![("detail", Fact::Message(detail.clone()))]),
        (None, []) => Message::new(&LOGS_READABLE, Vec::new()),
        (None, lines) => {
            let from = lines.len().saturating_sub(LOG_LINES);
            let detail = lines.iter().skip(from).map(|line| line.trim()).collect::<Vec<_>>().join(" ⏎ ");
            Message::new(&LOG, vec![("logOf", Fact::text(&tail.container)), ("detail", Fact::Text(detail))])
        }
    })
}
