//! The messages of a cluster that is watched: what has begun, what still lasts and what has ended, in the formats of chats
//! and alert services.
//!
//! What does not belong here: which changes are sent, and when (`exporter::told`), and sending them (`cluster::post`).

use super::escape::{chat, chat_command, visible};
use super::words::{self, texts};
use crate::finding::Severity;
use crate::policy::profile::WebhookType;
use crate::text::{Fact, Lang, without_middle};
use crate::wire::Time;
use crate::{NAME, VERSION};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

texts! {
    BEGUN: "new", "新問題", "新问题";
    LASTS: "still there", "仍未恢復", "仍未恢复";
    ENDED: "fixed", "已恢復", "已恢复";
}

/// The most changes in one message of a chat.
const NAMED: usize = 15;
/// The maximum length of a text, in characters.
const TEXT_LENGTH: usize = 300;
/// The maximum length of the summary of an event in PagerDuty, in characters.
const SUMMARY_LENGTH: usize = 1024;
/// The bytes for the lines of a message to Teams, which takes 28 KiB.
const TEAMS_BYTES: usize = 24 << 10;
/// How long an alert counts in Alertmanager if nothing follows: three times the interval in which it is sent again.
const ALERT_SECONDS: i64 = 180;

/// What has happened to an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// It is new, or worse than before.
    Begun,
    /// It lasts.
    Lasts,
    /// It has ended.
    Ended,
}

/// An incident, as a message tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// The check of its cause.
    pub check: String,
    /// Its severity.
    pub severity: Severity,
    /// The namespace of its cause; empty for the cluster.
    pub namespace: String,
    /// The kind and name of its cause: `Deployment/web`.
    pub object: String,
    /// The problem.
    pub text: String,
    /// The first command that only reads; may be empty.
    pub command: String,
    /// Since when, if known.
    pub since: Option<Time>,
}

/// A change of an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What has happened.
    pub what: What,
    /// The stable key of the incident.
    pub key: String,
    /// The incident; its last state if it has ended.
    pub told: Told,
}

/// The cluster and the moment of a message.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The kubeconfig context.
    pub context: String,
    /// The language.
    pub lang: Lang,
    /// Now.
    pub now: Time,
    /// The routing key of PagerDuty.
    pub routing_key: String,
}

/// Returns the bodies to post, in JSON. Chats and Alertmanager get one for all changes, PagerDuty one for each.
pub fn bodies(of: WebhookType, changes: &[Change], origin: &Origin) -> Vec<String> {
    let one = |body: Value| vec![body.to_string()];
    match of {
        WebhookType::Text => one(json!({ "text": lines(changes, origin).join("\n") })),
        WebhookType::Slack => one(slack(changes, origin)),
        WebhookType::Teams => one(teams(changes, origin)),
        WebhookType::Alertmanager => {
            one(Value::Array(changes.iter().map(|change| alert(change, origin)).collect()))
        }
        WebhookType::PagerDuty => changes.iter().map(|change| event(change, origin).to_string()).collect(),
        WebhookType::Json => one(json!({
            "apiVersion": "healthcheck/v1", "kind": "Changes", "context": origin.context,
            "time": time(origin.now), "changes": changes.iter().map(plain).collect::<Vec<_>>(),
        })),
    }
}

/// Returns a change as a line: the time, what has happened, the severity, the object and the problem.
pub fn line(change: &Change, origin: &Origin) -> String {
    let told = &change.told;
    let severity = words::severity(told.severity, origin.lang);
    let head = format!(
        "{} {} {severity} {}",
        time(Time::at(origin.now.seconds)),
        change.word(origin.lang),
        visible(&change.place())
    );
    words::headed(&head, &visible(&told.text), origin.lang)
}

/// Returns a change as a line of JSON.
pub fn json_line(change: &Change, origin: &Origin) -> String {
    let mut value = plain(change);
    value["context"] = Value::from(&*origin.context);
    value["time"] = Value::from(time(origin.now));
    value.to_string()
}

fn time(time: Time) -> String {
    time.to_timestamp().unwrap_or_default().to_string()
}

fn short(text: &str) -> String {
    without_middle(&visible(text), TEXT_LENGTH)
}

impl Change {
    pub(super) fn word(&self, lang: Lang) -> &'static str {
        match self.what {
            What::Begun => BEGUN.get(lang),
            What::Lasts => LASTS.get(lang),
            What::Ended => ENDED.get(lang),
        }
    }

    fn glyph(&self) -> &'static str {
        match self.what {
            What::Ended => "✅",
            _ => words::severity_glyph(self.told.severity),
        }
    }

    /// Such as `shop Deployment/web`.
    pub(super) fn place(&self) -> String {
        format!("{} {}", self.told.namespace, self.told.object).trim().to_owned()
    }
}

/// Returns the lines of a chat, the worst first.
fn lines(changes: &[Change], origin: &Origin) -> Vec<String> {
    let mut lines = vec![format!("*{}*", chat(&short(&origin.context)))];
    for change in changes.iter().take(NAMED) {
        let (place, text) = (chat(&short(&change.place())), chat(&short(&change.told.text)));
        let line = words::headed(&format!("{place} ({})", change.word(origin.lang)), &text, origin.lang);
        lines.push(format!("{} {line}", change.glyph()));
        let command = Some(&*change.told.command).filter(|_| change.what == What::Begun);
        lines.extend(command.and_then(chat_command).map(|command| format!("→ {command}")));
    }
    let rest = changes.len().saturating_sub(NAMED);
    lines.extend((rest > 0).then(|| words::MORE.fill(origin.lang, &[("count", Fact::count(rest))])));
    lines.push(format!("{NAME} {VERSION}"));
    lines
}

/// Block Kit of Slack: sections of at most 3,000 characters, at most 50 of them.
fn slack(changes: &[Change], origin: &Origin) -> Value {
    let lines = lines(changes, origin);
    let section = |text: &String| json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } });
    // The text is what notifications show.
    json!({ "text": lines.get(1).unwrap_or(&lines[0]), "blocks": lines.iter().map(section).collect::<Vec<_>>() })
}

/// An Adaptive Card, as a workflow of Microsoft Teams takes it.
fn teams(changes: &[Change], origin: &Origin) -> Value {
    let block = |text: String| json!({ "type": "TextBlock", "wrap": true, "text": text });
    let mut body = vec![json!({
        "type": "TextBlock", "size": "Medium", "weight": "Bolder", "text": chat(&short(&origin.context)),
    })];
    let mut room = TEAMS_BYTES;
    let fits = |line: &String| {
        room = room.saturating_sub(line.len() + 64);
        room > 0
    };
    body.extend(lines(changes, origin).into_iter().skip(1).take_while(fits).map(block));
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard", "version": "1.4", "body": body,
            },
        }],
    })
}

/// An alert of Alertmanager's API v2. Its labels are its identity there.
fn alert(change: &Change, origin: &Origin) -> Value {
    let told = &change.told;
    let end = if change.what == What::Ended { origin.now } else { origin.now.minus(-ALERT_SECONDS) };
    json!({
        "labels": {
            "alertname": told.check, "key": change.key, "severity": told.severity.id(),
            "namespace": told.namespace, "object": told.object, "context": origin.context,
        },
        "annotations": { "summary": short(&told.text), "command": told.command },
        "startsAt": time(told.since.unwrap_or(origin.now)),
        "endsAt": time(end),
        "generatorURL": "",
    })
}

/// An event of PagerDuty's Events API v2.
fn event(change: &Change, origin: &Origin) -> Value {
    let told = &change.told;
    let severity = match told.severity {
        Severity::High => "critical",
        Severity::Medium => "warning",
        Severity::Low => "info",
    };
    let action = if change.what == What::Ended { "resolve" } else { "trigger" };
    let key = format!("{}/{}", origin.context, change.key);
    let summary = format!("{}: {}", change.place(), told.text);
    json!({
        "routing_key": origin.routing_key, "event_action": action,
        // At most 255 characters.
        "dedup_key": without_middle(&key, 255),
        "payload": {
            "summary": without_middle(&visible(&summary), SUMMARY_LENGTH),
            "source": origin.context, "severity": severity, "class": told.check, "group": told.namespace,
            "component": told.object, "timestamp": time(told.since.unwrap_or(origin.now)),
            "custom_details": { "command": told.command },
        },
    })
}

fn plain(change: &Change) -> Value {
    let what = match change.what {
        What::Begun => "new",
        What::Lasts => "lasts",
        What::Ended => "fixed",
    };
    let told = &change.told;
    json!({
        "change": what, "key": change.key, "check": told.check, "severity": told.severity.id(),
        "namespace": told.namespace, "object": told.object, "message": told.text, "command": told.command,
        "since": told.since.map(time),
    })
}

#[cfg(test)]
mod tests;
