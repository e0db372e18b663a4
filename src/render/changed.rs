//! The changes between two runs, in words.

use super::document::{Column, Line, Table, name, own};
use super::escape::visible;
use super::words::{self, texts};
use crate::checks::CATALOG;
use crate::compare::changes::{Both, Change, Changed, Changes, Row, Side, Tally};
use crate::compare::run_record::Blindness;
use crate::finding::Severity;
use crate::report::{Compared, Report};
use crate::text::Fact;
use crate::text::{Lang, Text};
use crate::wire::Time;

texts! {
    NEW: "new", "新增", "新增";
    WORSE: "worse", "惡化", "恶化";
    FIXED: "fixed", "已解決", "已解决";
    BETTER: "better", "好轉", "好转";
    UNSEEN: "unknown", "無從比較", "无法比较";
    UNCHANGED: "unchanged", "未變", "未变";
    CHANGE: "CHANGE", "變化", "变化";
    COUNT: "{count} {change}", "{change} {count}", "{change} {count}";
    SINCE: "Since {moment} ({age} ago): {counts}", "自 {moment}（{age} 前）以來：{counts}", "自 {moment}（{age} 前）以来：{counts}";
    SINCE_THEN: "Since the baseline (time unknown): {counts}", "與基準相比（基準的時間不明）：{counts}",
        "与基线相比（基线的时间未知）：{counts}";
    FIRST: "First record of this cluster and scope: nothing to compare with yet",
        "這是此叢集與範圍的第一筆紀錄，尚無可比較的對象", "这是该集群与范围的第一条记录，暂无可比较的对象";
    MOVED: "{name} {before} → {now}", "{name} {before} → {now}", "{name} {before} → {now}";
    WAS: "{name} {now}", "{name} {now}", "{name} {now}";
    OBJECTS: "objects", "物件數", "对象数";
    NOT_THEN: "not checked then: {why}", "當時未檢查：{why}", "当时未检查：{why}";
    NOT_NOW: "not checked now: {why}", "這次未檢查：{why}", "这次未检查：{why}";
    OUT_OF_SCOPE: "out of scope", "不在範圍內", "不在范围内";
    LEFT_OUT: "check skipped", "略過該項檢查", "已跳过该项检查";
    VERSION: "different version of the tool", "工具版本不同", "工具版本不同";
}

fn change(change: Change) -> &'static Text {
    match change {
        Change::New => &NEW,
        Change::Worse => &WORSE,
        Change::Fixed => &FIXED,
        Change::Better => &BETTER,
        Change::Unseen => &UNSEEN,
        Change::Unchanged => &UNCHANGED,
    }
}

/// Returns `▲ new`.
pub(super) fn label(of: Change, lang: Lang) -> String {
    let (glyph, word) = match of {
        Change::New => ("▲", &NEW),
        Change::Worse => ("↑", &WORSE),
        Change::Fixed => ("✓", &FIXED),
        Change::Better => ("↓", &BETTER),
        Change::Unseen => ("?", &UNSEEN),
        Change::Unchanged => ("=", &UNCHANGED),
    };
    format!("{glyph} {}", word.get(lang))
}

/// Returns `1 new`, `2 fixed`: always the new ones, and the other changes that there are.
pub(super) fn counts(tally: &Tally, lang: Lang) -> Vec<String> {
    let new = tally.get(&Change::New).copied().unwrap_or(0);
    let others = tally.iter().filter(|(change, _)| **change != Change::New);
    let each = std::iter::once((Change::New, new)).chain(others.map(|(change, count)| (*change, *count)));
    each.map(|(of, count)| {
        let word = Fact::text(change(of).get(lang));
        COUNT.fill(lang, &[("count", Fact::count(count)), ("change", word)])
    })
    .collect()
}

/// Returns the line below the head of a report, in parts: since when, and the number of each change.
pub(super) fn since(report: &Report, lang: Lang) -> Vec<String> {
    match &report.compared {
        Compared::No => Vec::new(),
        Compared::FirstRun => vec![FIRST.get(lang).to_owned()],
        Compared::With(changes, _) => since_then(changes, report.snapshot.taken_at, lang),
    }
}

fn since_then(changes: &Changes, now: Time, lang: Lang) -> Vec<String> {
    let mut parts = counts(&changes.counts, lang);
    let first = parts.first().cloned().unwrap_or_default();
    let head = match changes.with.taken_at {
        Some(then) => SINCE.fill(
            lang,
            &[
                ("moment", Fact::Text(words::minute(then))),
                ("age", Fact::Age(now.seconds_since(then))),
                ("counts", Fact::Text(first)),
            ],
        ),
        None => SINCE_THEN.fill(lang, &[("counts", Fact::Text(first))]),
    };
    parts.splice(..1, [head]);
    parts
}

/// Returns the title of the check, the number of other findings with the same change, and the numbers of the finding.
pub(super) fn what(changed: &Changed, others: usize, lang: Lang) -> Line {
    let title = match CATALOG.find(&changed.check) {
        Some(check) => own(check.title.get(lang)),
        None => name(&changed.check),
    };
    title.then(words::and_more(others, lang)).then(numbers(changed, lang))
}

/// Returns the table of changes; `now` is the time of the later run.
pub(super) fn table(changes: &Changes, rows: &[Row], now: Option<Time>, lang: Lang) -> Table {
    let of = |row: &Row| changes.named(row);
    let column =
        |head: &Text, cell: &dyn Fn(&Row) -> Line| Column::new(head.get(lang), rows.iter().map(cell));
    let first = || {
        vec![
            column(&CHANGE, &|row| label(row.change, lang).into()),
            column(&words::SEVERITY, &|row| words::severity(row.severity, lang).into()),
            column(&words::SINCE, &|row| lasted(changes, of(row), now, lang).into()).expendable(1),
        ]
    };
    let namespace = |row: &Row| name(&*of(row).object.namespace);
    let object_cell = |row: &Row| name(object(of(row)));
    let (mut columns, mut narrow) = (first(), first());
    columns.push(column(&words::NAMESPACE, &namespace));
    columns.push(column(&words::OBJECT, &object_cell));
    narrow.push(column(&words::OBJECT, &|row| object_cell(row).then("\n").then(namespace(row))));
    let text = column(&words::WHAT, &|row| what(of(row), row.others, lang));
    Table { columns, narrow, text: Some(text), ..Table::default() }
}

/// Returns how long a problem has lasted, as kubectl writes ages.
pub(super) fn lasted(changes: &Changes, changed: &Changed, now: Option<Time>, lang: Lang) -> String {
    words::age(changes.lasted(changed, now), lang)
}

/// Returns ` (restarts 12 → 40)`; ` (restarts 12)` for a fixed problem; nothing without a change.
pub(super) fn numbers(changed: &Changed, lang: Lang) -> String {
    let numbers = all_numbers(changed, lang);
    if numbers.is_empty() { String::new() } else { words::bracketed("", &words::list(&numbers, lang), lang) }
}

fn all_numbers(changed: &Changed, lang: Lang) -> Vec<String> {
    if let Some((side, why)) = &changed.unseen {
        return vec![unseen(*side, why, lang)];
    }
    let Both { before: Some(before), now: Some(now) } = changed.severity else {
        return if changed.severity.now.is_none() { was(changed, lang) } else { Vec::new() };
    };
    let mut out = Vec::new();
    let moved = |name: &str, before: String, now: String| {
        let facts = [("name", Fact::text(name)), ("before", Fact::Text(before)), ("now", Fact::Text(now))];
        MOVED.fill(lang, &facts)
    };
    if before != now {
        let word = |severity: Severity| words::severity_word(severity).get(lang);
        out.push(format!("{} → {}", word(before), word(now)));
    }
    if let (Some(before), Some(now)) = (changed.objects.before, changed.objects.now)
        && before != now
    {
        out.push(moved(OBJECTS.get(lang), before.to_string(), now.to_string()));
    }
    let measures = changed.moved();
    out.extend(measures.map(|(measure, before, now)| {
        moved(measure.called.get(lang), measure.shown(before, lang), measure.shown(now, lang))
    }));
    out
}

/// Returns the numbers of a fixed problem.
fn was(changed: &Changed, lang: Lang) -> Vec<String> {
    let one = |name: &str, number: String| {
        WAS.fill(lang, &[("name", Fact::text(name)), ("now", Fact::Text(number))])
    };
    let objects = changed.objects.before.filter(|count| *count > 1);
    let mut out: Vec<String> =
        objects.into_iter().map(|count| one(OBJECTS.get(lang), count.to_string())).collect();
    out.extend(changed.measures.iter().filter_map(|moved| {
        let measure = CATALOG.find(&changed.check)?.measure(&moved.name)?;
        Some(one(measure.called.get(lang), measure.shown(moved.values.before?, lang)))
    }));
    out
}

fn unseen(side: Side, why: &Blindness, lang: Lang) -> String {
    let why = match why {
        Blindness::Scope => OUT_OF_SCOPE.get(lang).to_owned(),
        Blindness::Kind(kind) => {
            crate::wire::Kind::from_name(kind).map_or_else(|| visible(kind), |kind| kind.plural().to_owned())
        }
        Blindness::LeftOut => LEFT_OUT.get(lang).to_owned(),
        Blindness::Version => VERSION.get(lang).to_owned(),
    };
    let text = if side == Side::Baseline { &NOT_THEN } else { &NOT_NOW };
    text.fill(lang, &[("why", Fact::Text(why))])
}

/// Returns the object of a change. A fixed problem, and one of several objects, is named by the owner.
pub(super) fn object(changed: &Changed) -> String {
    let several = changed.objects.now.max(changed.objects.before) > Some(1);
    match &changed.owner {
        Some(owner) if several || changed.severity.now.is_none() => {
            format!("{}/{}", owner.kind.to_lowercase(), owner.name)
        }
        _ => changed.object.slashed(),
    }
}

/// Returns a number, and its difference to the earlier number: `46 ↑2`.
pub(super) fn trend(now: i64, before: Option<i64>) -> (String, String) {
    let moved = before.map_or(0, |before| i128::from(now) - i128::from(before));
    let arrow = match moved {
        0 => String::new(),
        1.. => format!(" ↑{moved}"),
        _ => format!(" ↓{}", -moved),
    };
    (now.to_string(), arrow)
}
