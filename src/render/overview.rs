//! Several clusters on one screen: after what is wrong in each, how all of them are.

use super::escape::visible;
use super::grid::{self, Column};
use super::table::{count_columns, wrap};
use super::words::{self, texts};
use super::{Look, coverage};
use crate::finding::Fact;
use crate::report::{Counts, Summary, Verdict};
use crate::text::Lang;
use owo_colors::{OwoColorize, Style};
use std::cmp::Reverse;
use std::io::{self, Write};

texts! {
    CLUSTERS: "{count} clusters", "{count} 個叢集", "{count} 个集群";
    UNSEEN: "{count} not seen", "{count} 個未檢查到", "{count} 个未检查到";
}

/// Writes the overview of several clusters, worst first.
///
/// # Errors
/// When `out` fails.
pub fn overview(summaries: &mut [Summary], look: Look, out: &mut dyn Write) -> io::Result<()> {
    let lang = look.lang;
    summaries.sort_by(|a, b| (Reverse(a.verdict), &a.context).cmp(&(Reverse(b.verdict), &b.context)));
    let bold =
        |text: &str| if look.color { text.style(Style::new().bold()).to_string() } else { text.to_owned() };
    writeln!(out, "{}", bold(&head(summaries, lang)))?;
    writeln!(out)?;
    for (index, line) in grid::lines(&grid::fit(columns(summaries, lang), look.width)).iter().enumerate() {
        writeln!(out, "{}", if index == 0 { bold(line) } else { line.clone() })?;
    }
    let unseen: Vec<String> = summaries.iter().filter_map(|summary| not_seen(summary, lang)).collect();
    if !unseen.is_empty() {
        writeln!(out)?;
    }
    unseen.iter().flat_map(|line| wrap(line, look.width)).try_for_each(|line| writeln!(out, "{line}"))
}

/// `🔴 Unhealthy · 3 clusters · 1 not seen`.
fn head(summaries: &[Summary], lang: Lang) -> String {
    let verdict = summaries.iter().map(|summary| summary.verdict).max().unwrap_or(Verdict::Incomplete);
    let unseen = summaries.iter().filter(|summary| summary.unseen.is_some()).count();
    let mut parts = vec![
        format!("{} {}", words::verdict_glyph(verdict), words::verdict(verdict).get(lang)),
        CLUSTERS.fill(lang, &[("count", Fact::count(summaries.len()))]),
    ];
    if unseen > 0 {
        parts.push(UNSEEN.fill(lang, &[("count", Fact::count(unseen))]));
    }
    parts.join(" · ")
}

fn not_seen(summary: &Summary, lang: Lang) -> Option<String> {
    let why = summary.unseen.as_ref()?;
    let why = super::escape::message(why);
    Some(format!("{}: {}: {why}", coverage::NOT_SEEN.get(lang), visible(&summary.context)))
}

fn columns(summaries: &[Summary], lang: Lang) -> Vec<Column> {
    let state = |summary: &Summary| {
        let (verdict, gap) =
            (words::verdict_glyph(summary.verdict), words::verdict(Verdict::Incomplete).get(lang));
        if summary.complete || summary.verdict == Verdict::Incomplete {
            format!("{verdict} {}", words::verdict(summary.verdict).get(lang))
        } else {
            format!("{verdict} {} ({gap})", words::verdict(summary.verdict).get(lang))
        }
    };
    let counts: Vec<(Option<Counts>, Option<Counts>)> =
        summaries.iter().map(|summary| (summary.unseen.is_none().then_some(summary.totals), None)).collect();
    let names = summaries.iter().map(|summary| visible(&summary.context)).collect();
    let mut columns = vec![Column::new(words::CONTEXT.get(lang), names)];
    columns.extend(count_columns(&counts, lang));
    columns.push(Column::new(words::STATE.get(lang), summaries.iter().map(state).collect()));
    columns
}
