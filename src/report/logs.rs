//! The error logs, sorted and counted.

use super::Report;
use crate::logs::{BENIGN, Class, Pattern, Source, Tally};
use crate::text::Text;
use crate::wire::Time;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// All error logs of a report.
#[derive(Debug)]
pub struct ErrorLogs<'a> {
    /// The sources, those with the most errors first.
    pub sources: Vec<LogSource<'a>>,
    /// The patterns of errors, most frequent first.
    pub patterns: Vec<ErrorPattern<'a>>,
    /// The lines of each namespace, by name.
    pub namespaces: Vec<(&'a str, Tally)>,
    /// All lines.
    pub total: Tally,
    /// The longest time that was read, in seconds.
    pub window: i64,
    /// The number of sources with errors.
    pub with_errors: usize,
}

/// A source of log lines.
#[derive(Debug)]
pub struct LogSource<'a> {
    /// The source.
    pub source: &'a Source,
    /// The number of its patterns of errors.
    pub patterns: usize,
    /// The rules for harmless lines that match: the id, the explanation, the number of lines.
    pub benign: Vec<(&'a str, &'static Text, u64)>,
    /// By how many seconds its clock is ahead, if that is more than [`SKEW`].
    pub ahead: Option<i64>,
}

/// A pattern of errors, and its source.
#[derive(Clone, Copy, Debug)]
pub struct ErrorPattern<'a> {
    /// The source.
    pub source: &'a Source,
    /// The pattern.
    pub pattern: &'a Pattern,
}

/// The clock of a source is ahead if it differs by more seconds.
const SKEW: i64 = 120;

impl LogSource<'_> {
    /// Returns whether the source has errors, warnings, client errors or benign lines.
    pub fn has_any(&self) -> bool {
        let tally = &self.source.summary.tally;
        [tally.errors, tally.warnings, tally.client, tally.benign].iter().any(|count| *count > 0)
    }
}

impl<'a> Report<'a> {
    /// Returns the error logs; `None` if no log was read.
    pub fn error_logs(&self) -> Option<ErrorLogs<'a>> {
        let read = &self.snapshot.rows.logs;
        if read.is_empty() {
            return None;
        }
        let now = self.snapshot.taken_at;
        let mut sources: Vec<LogSource> = read.iter().map(|source| of_source(source, now)).collect();
        sources.sort_by_key(|of| Reverse(of.source.summary.tally.errors));
        let patterns = sources.iter().flat_map(|of| {
            let source = of.source;
            source.errors().into_iter().map(move |pattern| ErrorPattern { source, pattern })
        });
        let mut patterns: Vec<ErrorPattern> = patterns.collect();
        patterns.sort_by_key(|of| Reverse(of.pattern.count));
        let mut total = Tally::default();
        for source in read {
            total.add(&source.summary.tally);
        }
        Some(ErrorLogs {
            patterns,
            namespaces: Source::by_namespace(read).into_iter().collect(),
            total,
            window: read.iter().map(|source| source.window).max().unwrap_or(0),
            with_errors: read.iter().filter(|source| source.summary.tally.errors > 0).count(),
            sources,
        })
    }
}

fn of_source(source: &Source, now: Time) -> LogSource<'_> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for pattern in &source.summary.patterns {
        if let Class::Benign(rule) = pattern.class {
            let sum = counts.entry(rule).or_default();
            *sum = sum.saturating_add(pattern.count);
        }
    }
    let known = |id: &str| BENIGN.iter().find(|rule| rule.id == id);
    let benign = counts.into_iter().filter_map(|(id, count)| Some((id, &known(id)?.why, count)));
    let ahead = source.summary.last.map(|last| Time::at(last).seconds_since(now));
    LogSource {
        source,
        patterns: source.errors().len(),
        benign: benign.collect(),
        ahead: ahead.filter(|ahead| *ahead > SKEW),
    }
}
