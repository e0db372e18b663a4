//! The incidents, one card each: the cause, its reach, the evidence, the commands, and what fails because of it.

use super::super::chain::Chain;
use super::super::document::{Block, Line, message, name, own};
use super::super::escape::brief_of;
use super::super::screen::{of_incident, of_objects};
use super::super::words::{self, texts};
use super::super::{Look, next, sections};
use super::blocks::{self, Place, color, heading};
use super::page::Contents;
use crate::finding::incident::{Incident, Step, chains};
use crate::finding::{Finding, Severity};
use crate::report::Report;
use crate::text::{Fact, Lang};
use maud::{Markup, html};

texts! {
    INCIDENTS: "Problems and causes", "問題與原因", "问题与原因";
    NONE: "None.", "無。", "无。";
    SINCE: "for {age}", "已持續 {age}", "已持续 {age}";
    WHOLE_CLUSTER: "whole cluster", "整個叢集", "整个集群";
    AFFECTED: "{count:# more finding|# more findings} of the same cause", "同一原因的其他發現項目：{count} 項",
        "同一原因的其他发现项：{count} 项";
    MORE: "{count:# more problem|# more problems}: {section}", "另有 {count} 項問題，見「{section}」",
        "另有 {count} 项问题，见“{section}”";
}

/// The number of cards.
const SHOWN: usize = 50;

/// The number of other findings of an incident that are listed.
const MEMBERS: usize = 20;

/// Returns the section, and adds it to the contents.
pub(super) fn section(report: &Report, place: &Place, look: Look, contents: &mut Contents) -> Markup {
    let id = format!("{}incidents", place.prefix);
    let title = own(INCIDENTS.get(look.lang));
    let head = Block::Heading(2, title);
    contents.add(&id, place, std::slice::from_ref(&head));
    let asked: Vec<&Incident> =
        report.incidents.iter().filter(|incident| look.all || incident.severity > Severity::Low).collect();
    let (shown, rest) = asked.split_at(asked.len().min(SHOWN));
    let chain = chains(&report.findings);
    html! {
        section.screen aria-labelledby=(place.names_of(&id)) {
            (blocks::section(&[head], place, &id, &Markup::default()))
            @if shown.is_empty() { p { (NONE.get(look.lang)) } }
            @for incident in shown { (card(report, incident, &chain, place, look)) }
            @if !rest.is_empty() {
                @let section = Fact::text(sections::PROBLEMS.get(look.lang));
                p { (MORE.fill(look.lang, &[("count", Fact::count(rest.len())), ("section", section)])) }
            }
        }
    }
}

/// Returns the steps from a finding to its cause.
type Chains<'f> = dyn Fn(usize) -> Vec<Step<'f>> + 'f;

fn card(report: &Report, incident: &Incident, chain: &Chains, place: &Place, look: Look) -> Markup {
    let lang = look.lang;
    let cause = &report.findings[incident.cause];
    let title = name(of_incident(incident, cause));
    let (before, after) = of_objects(incident, &report.findings, lang);
    let what = own(before).then(message(brief_of(&cause.message, lang))).then(name(after));
    let evidence = cause.evidence.iter().map(|of| message(of.in_lang(lang)));
    let mut below = vec![Block::items(evidence)];
    below.extend(steps(&chain(incident.cause), lang));
    below.push(Block::Parts(vec![own(cause.check.remedy.get(lang))]));
    below.extend(next::on_page(&cause.actions, lang));
    html! {
        article class={ "incident " (color(incident.severity)) } {
            (heading(3 + place.level, None, &blocks::line(&title)))
            p.meta { (blocks::line(&meta(report, incident, cause, lang))) }
            p { strong { (cause.check.title.get(lang)) } br; (blocks::line(&what)) }
            (blocks::all(&below, place))
            (members(report, incident, chain, lang))
        }
    }
}

/// Returns the severity, the namespace, and how long the problem has lasted.
fn meta(report: &Report, incident: &Incident, cause: &Finding, lang: Lang) -> Line {
    let mut parts = vec![own(words::severity(incident.severity, lang))];
    if incident.is_of_cluster {
        parts.push(own(WHOLE_CLUSTER.get(lang)));
    }
    if !cause.object.namespace.is_empty() {
        parts.push(name(&*cause.object.namespace));
    }
    if let Some(age) = report.age_of(incident) {
        parts.push(own(SINCE.fill(lang, &[("age", Fact::text(words::age(Some(age), lang)))])));
    }
    Line::join(parts, " · ")
}

/// Returns the steps to the cause; none for a finding that is its own cause.
fn steps(steps: &[Step], lang: Lang) -> Option<Block> {
    let chain = Chain::of(steps, lang);
    let lines: Vec<Line> = chain.steps.into_iter().chain(chain.others).collect();
    (!lines.is_empty()).then(|| Block::items(lines))
}

/// Returns the other findings of an incident, each with its way to the cause.
fn members(report: &Report, incident: &Incident, chain: &Chains, lang: Lang) -> Markup {
    let others: Vec<usize> =
        incident.findings.iter().copied().filter(|index| *index != incident.cause).collect();
    let (shown, rest) = others.split_at(others.len().min(MEMBERS));
    if shown.is_empty() {
        return Markup::default();
    }
    let row = |index: usize| {
        let finding = &report.findings[index];
        let severity = own(words::severity(finding.severity, lang));
        let line = [severity, name(finding.object.placed()), message(finding.message.in_lang(lang))];
        let chain = Chain::of(&chain(index), lang);
        html! {
            li {
                (blocks::line(&Line::join(line, " · ")))
                @if !chain.steps.is_empty() {
                    ol.chain { @for step in &chain.steps { li { (blocks::line(step)) } } }
                }
            }
        }
    };
    html! {
        details {
            summary { (AFFECTED.fill(lang, &[("count", Fact::count(others.len()))])) }
            ul { @for index in shown { (row(*index)) } }
            @if !rest.is_empty() { p { (words::MORE.fill(lang, &[("count", Fact::count(rest.len()))])) } }
        }
    }
}
