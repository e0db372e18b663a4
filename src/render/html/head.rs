//! The head of a report: the verdict and the totals.

use super::super::escape::visible;
use super::super::words::{self, texts};
use super::super::{Look, changed, coverage, screen, sections};
use super::blocks::{Place, color, dotted, heading};
use super::charts;
use crate::finding::Severity;
use crate::report::{Report, Verdict};
use crate::text::{Lang, Text};
use maud::{Markup, html};

texts! {
    INCIDENTS: "{severity} severity", "嚴重程度{severity}", "严重程度{severity}";
    RESTARTS: "restarts", "重啟次數", "重启次数";
}

/// Returns the title, the verdict, the totals, what is down, what was not checked, and how much has changed.
pub(super) fn hero(report: &Report, place: &Place, look: Look) -> Markup {
    let lang = look.lang;
    let context = visible(&report.snapshot.cluster.context);
    let title = if place.level == 0 { sections::TITLE.get(lang) } else { &context };
    let id = format!("{}top", place.prefix);
    html! {
        header.hero {
            (heading(1 + place.level, Some(&id), &html! { (title) }))
            p.place {
                @if place.level == 0 && !context.is_empty() { (context) " · " }
                (words::moment(report.snapshot.taken_at))
            }
            p class={ "verdict " (verdict_color(report.verdict)) } {
                strong { (dotted(&words::full_verdict(report.verdict, lang))) }
                span { (sections::of_pods(report, lang)) }
            }
            (charts::of_counts(&report.totals))
            (totals(report, lang))
            @if let Some(down) = screen::down_now(report, lang) { p.down { (down) } }
            @for line in coverage::not_seen(report, lang, true) { p.down { (visible(&line)) } }
            @let changes = changed::since(report, lang);
            @if !changes.is_empty() { p { (visible(&changes.join(" · "))) } }
        }
    }
}

fn totals(report: &Report, lang: Lang) -> Markup {
    let counts = &report.totals;
    let of = |severity| (report.count(severity), color(severity), words::severity_word(severity));
    let tile = |text: &str, class: &str, count: &str| {
        html! {
            div { dt { @if !class.is_empty() { i class={ "dot " (class) } {} } (text) } dd { (count) } }
        }
    };
    let pods: [(&Text, &str, u64); 4] = [
        (&words::CLASS_HEALTHY, "green", counts.healthy),
        (&words::CLASS_ATTENTION, "yellow", counts.attention),
        (&words::CLASS_UNHEALTHY, "red", counts.unhealthy),
        (&words::CLASS_COMPLETED, "black", counts.completed),
    ];
    html! {
        dl.totals {
            @for (word, class, count) in pods { (tile(word.get(lang), class, &count.to_string())) }
            @for (count, class, word) in [of(Severity::High), of(Severity::Medium)] {
                @let word = crate::text::Fact::text(word.get(lang));
                (tile(&INCIDENTS.fill(lang, &[("severity", word)]), class, &count.to_string()))
            }
            (tile(RESTARTS.get(lang), "", &counts.restarts.to_string()))
        }
    }
}

/// Returns the class of a verdict.
fn verdict_color(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Healthy => "green",
        Verdict::Incomplete => "white",
        Verdict::Progressing => "blue",
        Verdict::Attention => "yellow",
        Verdict::Unhealthy => "red",
    }
}
