//! Error logs: the sources with their counts, the most frequent patterns, and apart from them the harmless lines.

use super::Look;
use super::document::{Block, Column, Line, Table, brief, message, name, own};
use super::words::{self, texts};
use crate::logs::{Pattern, Source, Tally};
use crate::report::{ErrorLogs, ErrorPattern, LogSource, Report};
use crate::text::Fact;
use crate::text::{Lang, Text};
use crate::wire::Time;

texts! {
    HEAD: "ERROR LOGS", "錯誤日誌", "错误日志";
    TOTALS: "within {window}: {errors:# error|# errors}, {sources:# source|# sources}, {lines:# line|# lines} read",
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
    MORE: "{count:# more pattern|# more patterns}: --all", "還有 {count} 個樣式：--all", "还有 {count} 个模式：--all";
    OTHERS: "errors in patterns that are not listed: {count}", "未列出樣式的錯誤：{count} 筆", "未列出模式的错误：{count} 条";
    IS_BENIGN: "harmless, not counted as errors: {count} in {source} ({rule}): {why}",
        "無害，不計為錯誤：{source} {count} 筆（{rule}）：{why}", "无害，不计为错误：{source} {count} 条（{rule}）：{why}";
    CUT: "logs of {source} were read only in part: from {first} to {last}", "{source} 的日誌只讀取了一部分：{first} 至 {last}",
        "{source} 的日志只读取了一部分：{first} 至 {last}";
    BINARY: "{source}: {count:# line is|# lines are} not text", "{source}：{count} 行不是文字", "{source}：{count} 行不是文本";
    AHEAD: "{source}: log times are in the future, its clock is {by} ahead", "{source}：日誌時間在未來，時鐘快了 {by}",
        "{source}：日志时间在未来，时钟快了 {by}";
    BY_NAMESPACE: "Error logs", "錯誤日誌", "错误日志";
}

/// The number of sources and of patterns on one screen.
const SHOWN: usize = 10;

/// Returns the sections of the screen; none if no log was read.
pub(super) fn sections(report: &Report, look: Look, wide: bool) -> Vec<Vec<Block>> {
    let Some(logs) = report.error_logs() else { return Vec::new() };
    let lang = look.lang;
    let most = if look.all { usize::MAX } else { SHOWN };
    let patterns = &logs.patterns[..logs.patterns.len().min(most)];
    let head = format!("{} · {}", HEAD.get(lang), totals(&logs, lang));
    let mut sections = vec![vec![Block::Lines(vec![own(head)])]];
    sections.extend(by_source(&logs, most, lang).map(|table| vec![Block::Table(table)]));
    sections
        .extend((!patterns.is_empty()).then(|| vec![Block::Table(on_screen(report, patterns, lang, wide))]));
    sections.push(vec![Block::items(notes(&logs, most, lang).into_iter().map(name))]);
    sections
}

/// Returns the part of the full report; nothing if no log was read.
pub(super) fn page(report: &Report, look: Look) -> Vec<Block> {
    let Some(logs) = report.error_logs() else { return Vec::new() };
    let lang = look.lang;
    let most = if look.all { usize::MAX } else { SHOWN };
    let patterns = &logs.patterns[..logs.patterns.len().min(most)];
    let mut blocks = vec![
        Block::Heading(3, own(BY_NAMESPACE.get(lang))),
        Block::Parts(vec![own(totals(&logs, lang))]),
        Block::Table(by_namespace(&logs, lang)),
    ];
    blocks.extend(by_source(&logs, most, lang).map(Block::Table));
    blocks.extend((!patterns.is_empty()).then(|| Block::Table(on_page(patterns, lang))));
    blocks.push(Block::items(notes(&logs, most, lang).into_iter().map(name)));
    blocks
}

fn totals(logs: &ErrorLogs, lang: Lang) -> String {
    let facts = [
        ("window", Fact::Age(logs.window)),
        ("errors", Fact::count(logs.total.errors)),
        ("sources", Fact::count(logs.with_errors)),
        ("lines", Fact::count(logs.total.lines)),
    ];
    TOTALS.fill(lang, &facts)
}

/// Returns `deployment/web nginx`.
fn named(source: &Source) -> String {
    format!("{} {}", source.object.slashed(), source.container)
}

/// Returns the same with its namespace.
fn placed(source: &Source) -> String {
    format!("{}/{}", source.object.namespace, named(source))
}

/// Returns the counts of each source that has any.
fn by_source(logs: &ErrorLogs, most: usize, lang: Lang) -> Option<Table> {
    let shown: Vec<&LogSource> = logs.sources.iter().filter(|of| of.has_any()).take(most).collect();
    let column = |head: &Text, cell: &dyn Fn(&LogSource) -> Line| {
        Column::new(head.get(lang), shown.iter().map(|of| cell(of)))
    };
    let numbers = |head: &Text, count: fn(&Tally) -> u64| {
        column(head, &|of| own(count(&of.source.summary.tally).to_string())).numeric()
    };
    let share = |of: &LogSource| own(words::percent(of.source.summary.tally.errors, logs.total.errors, lang));
    let table = Table::new(vec![
        column(&words::NAMESPACE, &|of| name(&*of.source.object.namespace)),
        column(&SOURCE, &|of| name(named(of.source))),
        numbers(&ERRORS, |tally| tally.errors),
        column(&SHARE, &share).numeric().expendable(3),
        column(&PATTERNS, &|of| own(of.patterns.to_string())).numeric().expendable(2),
        numbers(&WARNINGS, |tally| tally.warnings).expendable(4),
        numbers(&CLIENT, |tally| tally.client).expendable(5),
        numbers(&BENIGN_COUNT, |tally| tally.benign).expendable(1),
        numbers(&LINES, |tally| tally.lines).expendable(6),
    ]);
    (!shown.is_empty()).then_some(table)
}

fn by_namespace(logs: &ErrorLogs, lang: Lang) -> Table {
    let rows = &logs.namespaces;
    let numbers = |head: &Text, count: fn(&Tally) -> u64| {
        Column::new(head.get(lang), rows.iter().map(|(_, tally)| count(tally).to_string()))
    };
    Table::new(vec![
        Column::new(words::NAMESPACE.get(lang), rows.iter().map(|(namespace, _)| name(*namespace))),
        numbers(&ERRORS, |tally| tally.errors),
        numbers(&WARNINGS, |tally| tally.warnings),
        numbers(&CLIENT, |tally| tally.client),
        numbers(&BENIGN_COUNT, |tally| tally.benign),
        numbers(&LINES, |tally| tally.lines),
    ])
}

/// Returns the patterns with the ages of their first and last lines.
fn on_screen(report: &Report, patterns: &[ErrorPattern], lang: Lang, wide: bool) -> Table {
    let now = report.snapshot.taken_at;
    let age = |at: Option<i64>| own(words::age(at.map(|at| now.seconds_since(Time::at(at)).max(0)), lang));
    let columns = |end: &'static str| {
        let column = |head: &Text, cell: &dyn Fn(&ErrorPattern) -> Line| {
            Column::new(head.get(lang), patterns.iter().map(|of| cell(of).then(end)))
        };
        vec![
            column(&COUNT, &|of| own(of.pattern.count.to_string())).numeric(),
            column(&FIRST, &|of| age(of.pattern.first)),
            column(&LAST, &|of| age(of.pattern.last)),
            column(&SOURCE, &|of| name(placed(of.source))),
        ]
    };
    let sample = |of: &ErrorPattern| vec![Block::Lines(vec![brief(&of.pattern.sample)])];
    Table {
        columns: columns(""),
        narrow: columns("\n"),
        text: Some(Column::new(PATTERN.get(lang), patterns.iter().map(|of| brief(&of.pattern.text)))),
        below: if wide { patterns.iter().map(sample).collect() } else { Vec::new() },
        ..Table::default()
    }
}

/// Returns the patterns with their times and one line of each.
fn on_page(patterns: &[ErrorPattern], lang: Lang) -> Table {
    let column = |head: &Text, cell: &dyn Fn(&Source, &Pattern) -> Line| {
        Column::new(head.get(lang), patterns.iter().map(|of| cell(of.source, of.pattern)))
    };
    let moment = |at: Option<i64>| {
        own(at.map_or_else(|| words::UNKNOWN.get(lang).to_owned(), |at| words::moment(Time::at(at))))
    };
    Table::new(vec![
        column(&COUNT, &|_, pattern| own(pattern.count.to_string())),
        column(&FIRST, &|_, pattern| moment(pattern.first)),
        column(&LAST, &|_, pattern| moment(pattern.last)),
        column(&SOURCE, &|source, _| name(placed(source))),
        column(&PATTERN, &|_, pattern| message(&pattern.text)),
        column(&SAMPLE, &|_, pattern| message(&pattern.sample)),
    ])
}

/// Returns what is not listed, the harmless lines, and what else a reader must know about the counts.
fn notes(logs: &ErrorLogs, most: usize, lang: Lang) -> Vec<String> {
    let mut out = Vec::new();
    let more = logs.patterns.len().saturating_sub(most);
    out.extend((more > 0).then(|| MORE.fill(lang, &[("count", Fact::count(more))])));
    let others = logs.total.other_errors;
    out.extend((others > 0).then(|| OTHERS.fill(lang, &[("count", Fact::count(others))])));
    out.extend(logs.sources.iter().flat_map(|of| of_source(of, lang)));
    out
}

fn of_source(of: &LogSource, lang: Lang) -> Vec<String> {
    let (summary, mut out) = (&of.source.summary, Vec::new());
    let source = || ("source", Fact::Text(placed(of.source)));
    for (rule, why, count) in &of.benign {
        let (rule, why) = (Fact::text(rule), Fact::text(why.get(lang)));
        out.push(
            IS_BENIGN.fill(lang, &[("count", Fact::count(*count)), source(), ("rule", rule), ("why", why)]),
        );
    }
    let moment = |at: Option<i64>| {
        Fact::Text(at.map_or_else(|| words::UNKNOWN.get(lang).to_owned(), |at| words::minute(Time::at(at))))
    };
    if of.source.cut_pods > 0 {
        let times = [("first", moment(summary.first)), ("last", moment(summary.last))];
        out.push(CUT.fill(lang, &[[source()].as_slice(), times.as_slice()].concat()));
    }
    if summary.tally.binary > 0 {
        out.push(BINARY.fill(lang, &[source(), ("count", Fact::count(summary.tally.binary))]));
    }
    out.extend(of.ahead.map(|by| AHEAD.fill(lang, &[source(), ("by", Fact::Age(by))])));
    out
}
