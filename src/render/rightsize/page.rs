//! Rightsizing as Markdown.

use super::super::markdown::{Page, text};
use super::super::words;
use super::super::{Look, coverage};
use super::Sized;
use super::phrases::{self, cpu_cell, memory_cell};
use crate::finding::Severity;
use crate::rightsize::Row;
use crate::text::Lang;
use std::io::{self, Write};

pub(super) fn write(clusters: &[Sized], look: Look, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::default();
    for of in clusters {
        one(of, look.lang, &mut page);
    }
    page.write(out)
}

fn one(of: &Sized, lang: Lang, page: &mut Page) {
    let sizing = of.sizing;
    let (glyph, verdict) = phrases::verdict(sizing);
    page.heading(1, &format!("{glyph} {}", verdict.get(lang)));
    let mut facts: Vec<String> = phrases::source(sizing, lang).iter().map(|source| text(source)).collect();
    facts.extend(phrases::places(of.report, lang).iter().map(|place| text(place)));
    facts.push(words::moment(of.report.snapshot.taken_at));
    page.paragraph(facts.join(" · "));
    let over = sizing.over();
    if !over.is_empty() {
        page.heading(2, &phrases::over(sizing, &over, lang));
        rows(&over, lang, page, phrases::GIVES_BACK.get(lang), &|row| {
            phrases::amount(row.gives_back(), ", ")
        });
    }
    let under = sizing.under();
    if !under.is_empty() {
        page.heading(2, &phrases::under(sizing, &under, lang));
        rows(&under, lang, page, phrases::WHAT.get(lang), &|row| {
            let severity = words::severity_glyph(row.severity().unwrap_or(Severity::Low));
            format!("{severity} {}", phrases::risks(row, lang))
        });
    }
    let contradicted = sizing.contradicted();
    if !contradicted.is_empty() {
        page.heading(2, &phrases::contradicted(&contradicted, lang));
        rows(&contradicted, lang, page, phrases::NOW.get(lang), &|row| phrases::now(row, ", "));
    }
    let few = sizing.too_few();
    if !few.is_empty() {
        page.heading(2, &phrases::too_few(&few, lang));
        rows(&few, lang, page, phrases::SAMPLES.get(lang), &|row| phrases::measured(row, lang));
    }
    let mut notes = phrases::notes(sizing, lang);
    notes.push(coverage::summary(&of.report.coverage, lang));
    notes.extend(coverage::notes(of.report, lang));
    page.bullets(notes.iter().map(|note| text(note)));
    page.commands(&phrases::commands(of));
}

fn rows(rows: &[&Row], lang: Lang, page: &mut Page, last: &str, of_last: &dyn Fn(&Row) -> String) {
    let heads = [
        &words::NAMESPACE,
        &phrases::WORKLOAD,
        &phrases::CONTAINER,
        &words::PODS,
        &phrases::CPU,
        &phrases::MEMORY,
    ];
    let mut table: Vec<Vec<String>> =
        vec![heads.iter().map(|head| head.get(lang).to_owned()).chain([last.to_owned()]).collect()];
    table.extend(rows.iter().map(|row| {
        vec![
            text(&row.workload.namespace),
            text(&row.workload.slashed()),
            text(&row.container),
            row.pods.to_string(),
            cpu_cell(row, " "),
            memory_cell(row, " "),
            of_last(row),
        ]
    }));
    page.table(&table);
}
