//! What logs said: sources with their counts, the patterns that come most often, and apart from them what is benign.

use super::Look;
use super::escape::{message, visible};
use super::grid::{self, Column};
use super::markdown::{self, Page};
use super::sections::heads;
use super::table::wrap;
use super::words::{self, texts};
use super::wrapped_table::Told;
use crate::logs::{BENIGN, Class, Pattern, Source, Tally};
use crate::report::Report;
use crate::text::Fact;
use crate::text::human;
use crate::text::{Lang, Text};
use crate::wire::Time;
use std::cmp::Reverse;
use std::collections::BTreeMap;

texts! {
    HEAD: "ERROR LOGS", "錯誤日誌", "错误日志";
    TOTALS: "within {window}: errors: {errors}, sources: {sources}, lines read: {lines}",
        "{window} 內：錯誤 {errors} 筆、來源 {sources} 個、讀取 {lines} 行", "{window} 内：错误 {errors} 条、来源 {sources} 个、读取 {lines} 行";
    SOURCE: "SOURCE", "來源", "来源";
    LINES: "LINES", "行數", "行数";
    ERRORS: "ERRORS", "錯誤", "错误";
    SHARE: "SHARE", "占比", "占比";
    WARNINGS: "WARNINGS", "警告", "警告";
    CLIENT: "4XX", "4XX", "4XX";
    BENIGN_COUNT: "BENIGN", "無害", "无害";
    PATTERNS: "PATTERNS", "樣式數", "模式数";
    COUNT: "COUNT", "次數", "次数";
    FIRST: "FIRST", "首次", "首次";
    LAST: "LAST", "最近", "最近";
    PATTERN: "PATTERN", "樣式", "模式";
    SAMPLE: "SAMPLE", "範例", "示例";
    MORE: "{count} more patterns: --all", "還有 {count} 個樣式：--all", "还有 {count} 个模式：--all";
    OTHERS: "errors of patterns that are not told: {count}", "未列出樣式的錯誤：{count} 筆", "未列出模式的错误：{count} 条";
    IS_BENIGN: "Benign, not counted as errors: {count} in {source} ({rule}): {why}",
        "無害，不計為錯誤：{source} {count} 筆（{rule}）：{why}", "无害，不计为错误：{source} {count} 条（{rule}）：{why}";
    CUT: "only a part of the logs of {source} was read: from {first} to {last}", "{source} 的日誌只讀取了一部分：{first} 至 {last}",
        "{source} 的日志只读取了一部分：{first} 至 {last}";
    BINARY: "{source}: lines that are no text: {count}", "{source}：{count} 行不是文字", "{source}：{count} 行不是文本";
    AHEAD: "{source}: its lines are from the future, its clock is ahead by {by}", "{source}：日誌時間在未來，時鐘快了 {by}",
        "{source}：日志时间在未来，时钟快了 {by}";
    BY_NAMESPACE: "Error logs", "錯誤日誌", "错误日志";
}

/// So many sources and patterns stand on one screen.
const SHOWN: usize = 10;
/// A clock that is ahead by less is none.
const SKEW: i64 = 120;

/// A pattern of errors and whose it is.
type Row<'r> = (&'r Source, &'r Pattern);

fn sources<'r>(report: &Report<'r>) -> Vec<&'r Source> {
    let mut sources: Vec<&Source> = report.snapshot.rows.logs.iter().collect();
    sources.sort_by_key(|source| Reverse(source.summary.tally.errors));
    sources
}

fn errors<'r>(sources: &[&'r Source]) -> Vec<Row<'r>> {
    let mut rows: Vec<Row> =
        sources.iter().flat_map(|s| s.errors().into_iter().map(move |p| (*s, p))).collect();
    rows.sort_by_key(|(_, pattern)| Reverse(pattern.count));
    rows
}

/// Such as `deployment/web nginx`.
fn named(source: &Source) -> String {
    format!("{} {}", source.object.slashed(), source.container)
}

/// The same with its namespace.
fn placed(source: &Source) -> String {
    visible(&format!("{}/{}", source.object.namespace, named(source)))
}

fn total(sources: &[&Source]) -> Tally {
    let mut total = Tally::default();
    for source in sources {
        total.add(&source.summary.tally);
    }
    total
}

fn totals(sources: &[&Source], lang: Lang) -> String {
    let total = total(sources);
    let facts = [
        ("window", Fact::Age(sources.iter().map(|source| source.window).max().unwrap_or(0))),
        ("errors", Fact::count(total.errors)),
        ("sources", Fact::count(sources.iter().filter(|source| source.summary.tally.errors > 0).count())),
        ("lines", Fact::count(total.lines)),
    ];
    TOTALS.fill(lang, &facts)
}

/// The block of one screen; empty where no log was read.
pub(super) fn lines(report: &Report, look: Look, wide: bool) -> Vec<String> {
    let (lang, all) = (look.lang, sources(report));
    if all.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!("{} · {}", HEAD.get(lang), totals(&all, lang))];
    let most = if look.all { usize::MAX } else { SHOWN };
    let telling: Vec<&Source> = all.iter().copied().filter(|source| tells(source)).take(most).collect();
    if !telling.is_empty() {
        lines.push(String::new());
        lines.extend(grid::lines(&grid::fit(columns(&telling, lang), look.width)));
    }
    let rows = errors(&all);
    if !rows.is_empty() {
        lines.push(String::new());
        lines.extend(patterns(report, rows.get(..most).unwrap_or(&rows), lang, wide).lines(look.width));
    }
    let mut notes = notes(report, &all, lang);
    if rows.len() > most {
        notes.insert(0, MORE.fill(lang, &[("count", Fact::count(rows.len() - most))]));
    }
    lines.extend((!notes.is_empty()).then(String::new));
    lines.extend(notes.iter().flat_map(|note| wrap(note, look.width)));
    lines
}

/// Whether there is anything in it that somebody may want to know.
fn tells(source: &Source) -> bool {
    let tally = &source.summary.tally;
    [tally.errors, tally.warnings, tally.client, tally.benign].iter().any(|count| *count > 0)
}

fn columns(sources: &[&Source], lang: Lang) -> Vec<Column> {
    let all = total(sources).errors;
    let cells = |of: &dyn Fn(&Source) -> String| sources.iter().map(|source| of(source)).collect::<Vec<_>>();
    let numbers = |head: &Text, of: fn(&Source) -> u64| {
        Column::new(head.get(lang), cells(&|s| of(s).to_string())).numeric()
    };
    vec![
        Column::new(words::NAMESPACE.get(lang), cells(&|s| visible(&s.object.namespace))),
        Column::new(SOURCE.get(lang), cells(&|s| visible(&named(s)))),
        numbers(&ERRORS, |s| s.summary.tally.errors),
        Column::new(SHARE.get(lang), cells(&|s| words::percent(s.summary.tally.errors, all)))
            .numeric()
            .expendable(3),
        numbers(&PATTERNS, |s| s.errors().len() as u64).expendable(2),
        numbers(&WARNINGS, |s| s.summary.tally.warnings).expendable(4),
        numbers(&CLIENT, |s| s.summary.tally.client).expendable(5),
        numbers(&BENIGN_COUNT, |s| s.summary.tally.benign).expendable(1),
        numbers(&LINES, |s| s.summary.tally.lines).expendable(6),
    ]
}

fn patterns(report: &Report, rows: &[Row], lang: Lang, wide: bool) -> Told {
    let now = report.snapshot.taken_at;
    let cells = |of: &dyn Fn(&Row) -> String| rows.iter().map(of).collect::<Vec<_>>();
    let age = |at: Option<i64>| {
        at.map_or_else(|| "?".to_owned(), |at| human(now.seconds_since(Time::at(at)).max(0)))
    };
    let columns = || {
        vec![
            Column::new(COUNT.get(lang), cells(&|(_, p)| p.count.to_string())).numeric(),
            Column::new(FIRST.get(lang), cells(&|(_, p)| age(p.first))),
            Column::new(LAST.get(lang), cells(&|(_, p)| age(p.last))),
            Column::new(SOURCE.get(lang), cells(&|(s, _)| placed(s))),
        ]
    };
    let narrower = columns().into_iter().map(|mut column| {
        column.cells.iter_mut().for_each(|cell| cell.push('\n'));
        column
    });
    let below = |(_, pattern): &Row| vec![message(&pattern.sample)];
    Told {
        columns: columns(),
        narrower: narrower.collect(),
        head: PATTERN.get(lang),
        texts: cells(&|(_, p)| message(&p.text)),
        below: if wide { rows.iter().map(below).collect() } else { Vec::new() },
    }
}

/// How many lines are benign by which rule.
fn benign(source: &Source) -> BTreeMap<&str, u64> {
    let mut benign: BTreeMap<&str, u64> = BTreeMap::new();
    for pattern in &source.summary.patterns {
        if let Class::Benign(rule) = pattern.class {
            let sum = benign.entry(rule).or_default();
            *sum = sum.saturating_add(pattern.count);
        }
    }
    benign
}

/// What is benign, and what else must be known to read the counts.
fn notes(report: &Report, sources: &[&Source], lang: Lang) -> Vec<String> {
    let mut out = Vec::new();
    let others = total(sources).other_errors;
    out.extend((others > 0).then(|| OTHERS.fill(lang, &[("count", Fact::count(others))])));
    for source in sources {
        let tally = &source.summary.tally;
        let name = || ("source", Fact::Text(placed(source)));
        for (rule, count) in benign(source) {
            let why = BENIGN.iter().find(|known| known.id == rule).map_or("", |known| known.why.get(lang));
            out.push(IS_BENIGN.fill(
                lang,
                &[
                    ("count", Fact::count(count)),
                    name(),
                    ("rule", Fact::text(rule)),
                    ("why", Fact::text(why)),
                ],
            ));
        }
        let moment =
            |at: Option<i64>| Fact::Text(at.map_or_else(|| "?".to_owned(), |at| words::minute(Time::at(at))));
        if source.cut_pods > 0 {
            out.push(CUT.fill(
                lang,
                &[name(), ("first", moment(source.summary.first)), ("last", moment(source.summary.last))],
            ));
        }
        if tally.binary > 0 {
            out.push(BINARY.fill(lang, &[name(), ("count", Fact::count(tally.binary))]));
        }
        let ahead =
            source.summary.last.map_or(0, |last| Time::at(last).seconds_since(report.snapshot.taken_at));
        if ahead > SKEW {
            out.push(AHEAD.fill(lang, &[name(), ("by", Fact::Age(ahead))]));
        }
    }
    out
}

/// The part of the patrol report; nothing where no log was read.
pub(super) fn section(report: &Report, page: &mut Page) {
    let (lang, all) = (page.lang, sources(report));
    if all.is_empty() {
        return;
    }
    page.heading(3, page.word(&BY_NAMESPACE));
    page.paragraph(totals(&all, lang));
    let most = if page.all { usize::MAX } else { SHOWN };
    page.table(&by_namespace(&all, page));
    page.table(&by_source(&all, most, page));
    let told = errors(&all);
    if !told.is_empty() {
        page.table(&by_pattern(told.get(..most).unwrap_or(&told), page));
    }
    let mut notes: Vec<String> = notes(report, &all, lang).iter().map(|note| markdown::text(note)).collect();
    if let Some(more) = told.len().checked_sub(most).filter(|more| *more > 0) {
        notes.insert(0, MORE.fill(lang, &[("count", Fact::count(more))]));
    }
    page.bullets(notes);
}

/// What is counted, by source.
fn by_source(sources: &[&Source], most: usize, page: &Page) -> Vec<Vec<String>> {
    let words =
        [&words::NAMESPACE, &SOURCE, &ERRORS, &SHARE, &PATTERNS, &WARNINGS, &CLIENT, &BENIGN_COUNT, &LINES];
    let mut rows = vec![heads(&words, page)];
    let all = total(sources).errors;
    rows.extend(sources.iter().filter(|source| tells(source)).take(most).map(|source| {
        let tally = &source.summary.tally;
        let share = words::percent(tally.errors, all);
        let names = [markdown::text(&source.object.namespace), markdown::text(&named(source))];
        let numbers = [source.errors().len() as u64, tally.warnings, tally.client, tally.benign, tally.lines];
        let numbers = numbers.map(|number| number.to_string());
        names.into_iter().chain([tally.errors.to_string(), share]).chain(numbers).collect()
    }));
    rows
}

/// The patterns with their times and one line of each.
fn by_pattern(told: &[Row], page: &Page) -> Vec<Vec<String>> {
    let moment = |at: Option<i64>| at.map_or_else(|| "?".to_owned(), |at| words::moment(Time::at(at)));
    let mut rows = vec![heads(&[&COUNT, &FIRST, &LAST, &SOURCE, &PATTERN, &SAMPLE], page)];
    rows.extend(told.iter().map(|(source, pattern)| {
        vec![
            pattern.count.to_string(),
            moment(pattern.first),
            moment(pattern.last),
            markdown::text(&format!("{}/{}", source.object.namespace, named(source))),
            markdown::message(&pattern.text),
            markdown::message(&pattern.sample),
        ]
    }));
    rows
}

/// What is counted, by namespace.
fn by_namespace(sources: &[&Source], page: &Page) -> Vec<Vec<String>> {
    let mut rows =
        vec![heads(&[&words::NAMESPACE, &ERRORS, &WARNINGS, &CLIENT, &BENIGN_COUNT, &LINES], page)];
    rows.extend(Source::by_namespace(sources.iter().copied()).into_iter().map(|(name, sum)| {
        let counts = [sum.errors, sum.warnings, sum.client, sum.benign, sum.lines];
        std::iter::once(markdown::text(name)).chain(counts.map(|count| count.to_string())).collect()
    }));
    rows
}
