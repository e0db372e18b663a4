//! The full report as one HTML file: the nine sections, with the incidents before them, charts, and the report as JSON.
//!
//! The sections are the blocks that Markdown writes too. The page needs no script, and requests nothing.

mod blocks;
mod charts;
mod head;
mod incidents;
mod page;
#[cfg(test)]
mod tests;

pub(crate) use page::policy;

use super::escape::visible;
use super::{Look, sections, words};
use crate::report::Report;
use blocks::Place;
use maud::{Markup, html};
use page::Contents;
use std::io::{self, Write};

/// Writes the page.
pub(super) fn write(reports: &[Report], look: Look, out: &mut dyn Write) -> io::Result<()> {
    let look = Look { color: false, width: None, ..look };
    let shown: Vec<&Report> =
        reports.iter().filter(|report| reports.len() == 1 || !report.is_of_nothing()).collect();
    let (body, contents) = if reports.len() > 1 { several(reports, &shown, look) } else { one(&shown, look) };
    page::write(reports, &body, &contents, look.lang, out)
}

/// Returns the report of one cluster.
fn one(shown: &[&Report], look: Look) -> (Markup, Contents) {
    let mut contents = Contents::default();
    let body = html! {
        @for report in shown { (cluster(report, &Place { level: 0, prefix: "" }, look, &mut contents)) }
    };
    (body, contents)
}

/// Returns the overview of several clusters, and the report of each.
fn several(reports: &[Report], shown: &[&Report], look: Look) -> (Markup, Contents) {
    let mut contents = Contents::default();
    let overview = sections::clusters(reports, look);
    let id = "clusters".to_owned();
    contents.add_cluster(id.clone(), sections::CLUSTERS.get(look.lang).to_owned());
    let body = html! {
        header.hero { h1 { (sections::TITLE.get(look.lang)) } }
        section aria-labelledby=(id) { (blocks::section(&overview, &Place { level: 1, prefix: "" }, &id, &Markup::default())) }
        @for (index, report) in shown.iter().enumerate() {
            @let prefix = format!("c{}-", index + 1);
            @let place = Place { level: 1, prefix: &prefix };
            (cluster(report, &place, look, &mut contents))
        }
    };
    (body, contents)
}

/// Returns the report of a cluster, and adds its sections to the contents.
fn cluster(report: &Report, place: &Place, look: Look, contents: &mut Contents) -> Markup {
    if place.level > 0 {
        let context = visible(&report.snapshot.cluster.context);
        let title = format!("{context} · {}", words::verdict(report.verdict).get(look.lang));
        contents.add_cluster(format!("{}top", place.prefix), title);
    }
    let incidents = incidents::section(report, place, look, contents);
    let parts: Vec<Markup> = sections::ALL
        .iter()
        .zip(PICTURES)
        .enumerate()
        .filter_map(|(index, (section, pictures))| {
            let blocks = section(report, look);
            let id = format!("{}s{}", place.prefix, index + 1);
            if blocks.is_empty() {
                return None;
            }
            contents.add(&id, place, &blocks);
            Some(html! {
                section aria-labelledby=(place.names_of(&id)) {
                    (blocks::section(&blocks, place, &id, &pictures(report, look)))
                }
            })
        })
        .collect();
    html! {
        article.cluster {
            (head::hero(report, place, look))
            (incidents)
            @for part in parts { (part) }
        }
    }
}

/// The pictures of a section.
type Pictures = fn(&Report, Look) -> Markup;

/// The pictures of each of [`sections::ALL`].
const PICTURES: [Pictures; 12] =
    [none, charts::trend, none, none, none, none, none, charts::statistics, none, none, none, none];

fn none(_: &Report, _: Look) -> Markup {
    Markup::default()
}
