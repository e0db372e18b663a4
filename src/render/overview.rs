//! Several clusters on one screen, after the problems of each.

use super::Look;
use super::coverage;
use super::document::{Block, Column, Document, Line, Table, brief, name, own};
use super::screen::{CountRow, count_columns};
use super::words::{self, texts};
use crate::report::{Summary, Verdict};
use crate::text::Fact;
use crate::text::Lang;
use std::cmp::Reverse;
use std::io::{self, Write};

texts! {
    CLUSTERS: "{count:# cluster|# clusters}", "{count} 個叢集", "{count} 个集群";
    UNSEEN: "{count} not checked", "{count} 個未檢查到", "{count} 个未检查到";
}

/// Writes the overview of several clusters, worst first.
///
/// # Errors
/// When `out` fails.
pub fn overview(summaries: &mut [Summary], look: Look, out: &mut dyn Write) -> io::Result<()> {
    let lang = look.lang;
    summaries.sort_by(|a, b| (Reverse(a.verdict), &a.context).cmp(&(Reverse(b.verdict), &b.context)));
    let mut document = Document::default();
    document.section([Block::Lines(vec![own(head(summaries, lang)).bold()])]);
    document.section([Block::Table(table(summaries, look))]);
    document.section([Block::items(not_seen(summaries, lang))]);
    document.terminal(look, out)
}

/// Returns `🔴 Unhealthy · 3 clusters · 1 not checked`.
fn head(summaries: &[Summary], lang: Lang) -> String {
    let verdict = summaries.iter().map(|summary| summary.verdict).max().unwrap_or(Verdict::Incomplete);
    let unseen = summaries.iter().filter(|summary| summary.unseen.is_some()).count();
    let mut parts = vec![
        words::full_verdict(verdict, lang),
        CLUSTERS.fill(lang, &[("count", Fact::count(summaries.len()))]),
    ];
    if unseen > 0 {
        parts.push(UNSEEN.fill(lang, &[("count", Fact::count(unseen))]));
    }
    parts.join(" · ")
}

/// Returns why clusters could not be read.
pub(super) fn not_seen(summaries: &[Summary], lang: Lang) -> Vec<Line> {
    let line = |summary: &Summary| {
        let why = brief(summary.unseen.as_ref()?.in_lang(lang));
        let colon = words::colon(lang);
        let head = own(coverage::NOT_SEEN.get(lang)).then(colon);
        Some(head.then(name(&summary.context)).then(colon).then(why))
    };
    summaries.iter().filter_map(line).collect()
}

/// Returns the counts and the state of each cluster.
pub(super) fn table(summaries: &[Summary], look: Look) -> Table {
    let lang = look.lang;
    let state = |summary: &Summary| {
        let state = words::full_verdict(summary.verdict, lang);
        let is_said = summary.complete || summary.verdict == Verdict::Incomplete;
        if is_said { state } else { words::bracketed(&state, words::INCOMPLETE.get(lang), lang) }
    };
    let counts: Vec<CountRow> =
        summaries.iter().map(|summary| (summary.unseen.is_none().then_some(summary.totals), None)).collect();
    let names = summaries.iter().map(|summary| name(&summary.context));
    let mut columns = vec![Column::new(words::CONTEXT.get(lang), names)];
    columns.extend(count_columns(&counts, lang));
    columns.push(Column::new(words::STATE.get(lang), summaries.iter().map(state)));
    Table::new(columns)
}
