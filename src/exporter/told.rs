//! What the webhooks have been told, so that each learns of a change once, also after a restart of the program.

use crate::finding::Severity;
use crate::finding::command::changes_cluster;
use crate::render::notice::{Change, Told, What};
use crate::report::Report;
use crate::text::Lang;
use crate::wire::Time;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// When those who know an incident hear of it again.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The interval in seconds at which a lasting incident is sent again; 0 is never.
    pub repeat: i64,
    /// The seconds after which an absent incident counts as ended. An incident that flaps in this time is sent once.
    pub gone: i64,
}

/// The incidents that each webhook knows, by the name of the webhook and the key of the incident.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Known(BTreeMap<String, BTreeMap<String, One>>);

/// An incident that a webhook knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct One {
    #[serde(flatten)]
    told: Told,
    /// When the webhook was told last.
    at: Time,
    /// Since when the incident has been gone.
    gone: Option<Time>,
}

/// The incidents of a report by their keys, worst first.
pub fn incidents(report: &Report, least: Severity, lang: Lang) -> Vec<(String, Told)> {
    let wanted = report.incidents.iter().filter(|incident| incident.severity >= least);
    let told = wanted.filter_map(|incident| {
        let cause = report.findings.get(incident.cause)?;
        let command = cause.actions.iter().find(|command| !changes_cluster(command));
        let told = Told {
            check: cause.check.id.to_owned(),
            severity: incident.severity,
            namespace: cause.object.namespace.to_string(),
            object: format!("{}/{}", cause.object.kind, cause.object.name),
            text: cause.message.in_lang(lang),
            command: command.cloned().unwrap_or_default(),
            since: incident.since,
        };
        Some((cause.key.clone(), told))
    });
    let mut keys = BTreeSet::new();
    // Findings about several pods of one workload may share a key.
    told.filter(|(key, _)| keys.insert(key.clone())).collect()
}

impl Known {
    /// Returns what a webhook does not know yet: what is new or worse, what has ended, and what still lasts. `complete` says whether everything was seen: what was not seen has not ended. The webhook knows it
    /// after [`Known::tell`].
    pub fn news(
        &mut self,
        webhook: &str,
        incidents: &[(String, Told)],
        pace: Pace,
        (now, complete): (Time, bool),
    ) -> Vec<Change> {
        let known = self.0.entry(webhook.to_owned()).or_default();
        let change = |what, key: &String, told: &Told| Change { what, key: key.clone(), told: told.clone() };
        let mut news = Vec::new();
        for (key, told) in incidents {
            match known.get_mut(key) {
                None => news.push(change(What::Begun, key, told)),
                Some(one) => {
                    one.gone = None;
                    if told.severity > one.told.severity {
                        news.push(change(What::Begun, key, told));
                    } else if pace.repeat > 0 && now.seconds_since(one.at) >= pace.repeat {
                        news.push(change(What::Lasts, key, told));
                    }
                }
            }
        }
        let there: BTreeSet<&str> = incidents.iter().map(|(key, _)| &**key).collect();
        for (key, one) in known.iter_mut().filter(|(key, _)| !there.contains(key.as_str())) {
            let since = *one.gone.get_or_insert(now);
            if !complete {
                one.gone = None;
            } else if now.seconds_since(since) >= pace.gone {
                news.push(change(What::Ended, key, &one.told));
            }
        }
        news
    }

    /// Records what a webhook has been told.
    pub fn tell(&mut self, webhook: &str, changes: &[Change], now: Time) {
        let known = self.0.entry(webhook.to_owned()).or_default();
        for change in changes {
            if change.what == What::Ended {
                known.remove(&change.key);
            } else {
                let one = One { told: change.told.clone(), at: now, gone: None };
                known.insert(change.key.clone(), one);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(severity: Severity) -> Told {
        let text = || String::new();
        let (check, object) = ("pod-failed".to_owned(), "Pod/web".to_owned());
        Told { check, severity, namespace: text(), object, text: text(), command: text(), since: None }
    }

    /// What a webhook is told of one incident at these times; `None` for no incident.
    fn story(at: &[(i64, Option<Severity>, bool)]) -> Vec<Option<What>> {
        let mut known = Known::default();
        let mut story = Vec::new();
        for (seconds, severity, complete) in at {
            let now = Time::at(1_766_000_000 + *seconds);
            let incidents: Vec<_> = severity.iter().map(|of| ("k".to_owned(), told(*of))).collect();
            let news = known.news("ops", &incidents, Pace { repeat: 3600, gone: 60 }, (now, *complete));
            known.tell("ops", &news, now);
            // As after a restart.
            known = serde_json::from_str(&serde_json::to_string(&known).unwrap()).unwrap();
            story.push(news.first().map(|change| change.what));
        }
        story
    }

    #[test]
    fn each_change_is_told_once() {
        let (high, low) = (Some(Severity::High), Some(Severity::Medium));
        let told = story(&[
            (0, low, true),
            (10, low, true),
            (20, high, true),
            (30, low, true),
            (3700, high, true),
            (3710, None, true),
            (3760, None, true),
            (3780, None, true),
            (3790, None, true),
            (4000, high, true),
        ]);
        let (begun, ended) = (Some(What::Begun), Some(What::Ended));
        assert_eq!(told[..5], [begun, None, begun, None, Some(What::Lasts)]);
        assert_eq!(told[5..], [None, None, ended, None, begun]);
    }

    #[test]
    fn what_comes_and_goes_or_is_not_seen_has_not_ended() {
        let high = Some(Severity::High);
        let told = story(&[
            (0, high, true),
            (10, None, true),
            (40, high, true),
            (50, None, false),
            (500, None, false),
            (510, None, true),
            (560, None, true),
            (580, None, true),
        ]);
        let ended = Some(What::Ended);
        assert_eq!(told, [Some(What::Begun), None, None, None, None, None, None, ended]);
    }
}
