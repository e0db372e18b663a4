//! The answer of `investigate`: one object, its findings, their cause, its events and its logs.

use super::page::{Section, larger};
use super::quote::{command, quoted, within};
use super::{LONG, SENTENCE, SHORT, covered, severity_and_age, words};
use crate::finding::incident::Step;
use crate::finding::{Finding, Link};
use crate::model::{LogTail, Pod};
use crate::render::agent::page::Page;
use crate::report::{NextCommands, Report};
use crate::story::{Moment, Story};
use crate::text::{Lang, human, without_middle};
use std::fmt::Write as _;

/// The most lines of evidence of a finding.
const EVIDENCE: usize = 4;

/// Returns the answer. Findings with `key` come first.
pub(crate) fn investigate(
    report: &Report,
    story: &Story,
    key: Option<&str>,
    lang: Lang,
    most: usize,
) -> String {
    let teller = Teller { report, story, lang };
    let mut page = Page::new();
    page.head.push(teller.title());
    page.head.push(covered(report, lang));
    page.sections = vec![
        Section::new("Findings:", "findings", 2, teller.findings(key)),
        Section::new("Chain of causes:", "causes", 3, teller.causes()),
        Section::new("Log lines, the newest first:", "log lines", 4, teller.logs()),
        Section::new("Events and changes, the newest first:", "events", 3, teller.moments()),
        Section::new("Pods (ready, status, restarts, age, node):", "pods", 2, teller.pods()),
        Section::new("Commands that only read:", "commands", 2, teller.commands(|next| &next.reading)),
        Section::new(
            "Commands that CHANGE the cluster, not to be run without the consent of its owner:",
            "changing commands",
            1,
            teller.commands(|next| &next.changing),
        ),
    ];
    page.with_rest(most, &larger())
}

struct Teller<'r> {
    report: &'r Report<'r>,
    story: &'r Story<'r>,
    lang: Lang,
}

impl Teller<'_> {
    fn age(&self, time: crate::wire::Time) -> i64 {
        self.report.snapshot.taken_at.seconds_since(time)
    }

    /// Quotes a sentence, of which a long one loses its middle.
    fn said(&self, message: &crate::text::Message) -> String {
        quoted(&message.shortened(self.lang, SENTENCE))
    }

    fn title(&self) -> String {
        let story = self.story;
        let mut line = format!("Object {}", within(&story.object.slashed(), LONG));
        if !story.object.namespace.is_empty() {
            let _ = write!(line, " in namespace {}", within(&story.object.namespace, SHORT));
        }
        if let Some(owner) = story.owners.last() {
            let _ = write!(line, ", managed by {}", within(&owner.slashed(), LONG));
        }
        line.push_str(match (story.exists, story.worst()) {
            (false, _) => ". It does not exist any more.",
            (true, None) => ". No problem found.",
            (true, Some(_)) => ".",
        });
        line
    }

    fn findings(&self, key: Option<&str>) -> Vec<String> {
        let mut findings = self.story.findings.clone();
        findings
            .sort_by_key(|finding| (Some(finding.key.as_str()) != key, finding.object != self.story.object));
        findings.into_iter().map(|finding| self.finding(finding)).collect()
    }

    fn finding(&self, finding: &Finding) -> String {
        let age = severity_and_age(finding.severity, finding.since.map(|since| self.age(since)));
        let mut text = format!("- {age} {}\n   {}", quoted(&finding.key), self.said(&finding.message));
        for evidence in finding.evidence.iter().take(EVIDENCE) {
            let _ = write!(text, "\n   {}", self.said(evidence));
        }
        let more = finding.evidence.len().saturating_sub(EVIDENCE);
        if more > 0 {
            let _ = write!(text, "\n   ({more} more lines of evidence)");
        }
        text
    }

    fn causes(&self) -> Vec<String> {
        let steps = &self.story.chain;
        let links = steps.iter().filter_map(|step| Some((step.finding, step.link?)));
        let step = |(finding, link): (&Finding, &Link)| {
            let by = match &link.why {
                Some(why) => why.in_lang(self.lang),
                None => format!("{} {}", link.need.text().get(self.lang), link.object.slashed()),
            };
            quoted(&format!("{} {}", finding.object.slashed(), without_middle(&by, SENTENCE)))
        };
        let mut texts: Vec<String> = links.map(step).collect();
        let Some(Step { finding, .. }) = steps.last().filter(|_| !texts.is_empty()) else {
            return Vec::new();
        };
        let root = finding.message.shortened(self.lang, SENTENCE);
        texts.push(format!("{} {}", quoted(&finding.key), quoted(&root)));
        texts.iter().enumerate().map(|(index, text)| format!("{}. {text}", index + 1)).collect()
    }

    fn logs(&self) -> Vec<String> {
        self.story.logs.iter().flat_map(|log| self.log(log)).collect()
    }

    fn log(&self, log: &LogTail) -> Vec<String> {
        let when = if log.previous { " before its last restart" } else { "" };
        let head = format!("- container {} of {}{when}:", quoted(&log.container), quoted(&log.pod));
        let lines = match (&log.refused, log.lines.as_slice()) {
            (Some(why), _) => return vec![format!("{head} cannot be read: {}", self.said(why))],
            (None, []) => return vec![format!("{head} empty")],
            (None, lines) => lines,
        };
        let line = |line: &String| format!("   {}", quoted(&without_middle(line, SENTENCE)));
        let mut lines: Vec<String> = lines.iter().rev().map(line).collect();
        if let Some(newest) = lines.first_mut() {
            *newest = format!("{head}\n{newest}");
        }
        lines
    }

    fn moments(&self) -> Vec<String> {
        let mut items: Vec<String> =
            self.story.moments.iter().rev().map(|moment| self.moment(moment)).collect();
        if !self.story.saw_events {
            items.insert(0, "- Warning events were not read.".to_owned());
        }
        items
    }

    fn moment(&self, moment: &Moment) -> String {
        let age = self.age(moment.at);
        let when = if age < 0 { format!("in {}", human(-age)) } else { format!("{} ago", human(age)) };
        let others = if moment.others > 0 { format!(" +{}", moment.others) } else { String::new() };
        let what = moment.what.shortened(self.lang, SENTENCE);
        let object = if moment.object == self.story.object && moment.others == 0 {
            String::new()
        } else {
            format!("{}{others}{}", moment.object.slashed(), words::colon(self.lang))
        };
        let mark = if moment.bad { "!" } else { "-" };
        format!("{mark} {when} {}", quoted(&(object + &what)))
    }

    fn pods(&self) -> Vec<String> {
        let now = self.report.snapshot.taken_at;
        let row = |pod: &&Pod| {
            let node = pod.node.as_deref().unwrap_or("<none>");
            let columns = [
                &*pod.name,
                &pod.ready_column(),
                &*pod.shared.status,
                &words::restarts(pod, now, self.lang),
                &pod.age_column(now),
                node,
            ];
            format!("- {}", quoted(&columns.join(" ")))
        };
        self.story.pods.iter().map(row).collect()
    }

    /// Returns commands; those with odd characters are counted.
    fn commands<'s>(&'s self, of: impl for<'n> Fn(&'n NextCommands<'s>) -> &'n Vec<&'s str>) -> Vec<String> {
        let next = NextCommands::of(self.story.actions());
        let all = of(&next);
        let mut lines: Vec<String> =
            all.iter().filter_map(|text| command(text)).map(|text| format!("- {text}")).collect();
        let odd = all.len() - lines.len();
        if odd > 0 {
            lines.push(format!("- {odd} left out: a name in them has unusual characters."));
        }
        lines
    }
}
