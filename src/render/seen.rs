//! What was seen and what was not, in words that the human formats share.

use super::escape::{message, visible};
use super::words::{self, texts};
use crate::finding::Fact;
use crate::model::{Coverage, Gap, Reason};
use crate::snapshot::Snapshot;
use crate::text::Lang;
use crate::wire::Kind;
use std::collections::BTreeMap;

texts! {
    COMPLETE: "Coverage complete", "涵蓋範圍完整", "覆盖范围完整";
    SHORT: "Coverage incomplete", "涵蓋範圍不完整", "覆盖范围不完整";
    COST: "{requests} requests, {pages} pages, {size} MB", "{requests} 次請求、{pages} 頁、{size} MB",
        "{requests} 次请求、{pages} 页、{size} MB";
    RETRIES: "{retries} retries", "重試 {retries} 次", "重试 {retries} 次";
    FROM_FILES: "from files", "來自檔案", "来自文件";
    NOT_SEEN: "Not seen", "未檢查到", "未检查到";
    OUTSIDE: "Not looked at", "未納入", "未纳入";
    READ: "{got} read", "已讀 {got} 個", "已读 {got} 个";
    IN: "{kinds} in {places}", "{places} 的 {kinds}", "{places} 的 {kinds}";
    MORE: "{count} more namespaces", "另外 {count} 個命名空間", "另外 {count} 个命名空间";
    SKEW: "The API server's clock is {skew} s away from this machine's; ages are told by the server's.",
        "API server 的時鐘與本機相差 {skew} 秒，時間一律以伺服器為準。", "API server 的时钟与本机相差 {skew} 秒，时间一律以服务器为准。";
    COUNT: "{got} of them", "{got} 個", "{got} 个";
}

/// Of places with the same gap, so many are named.
const PLACES: usize = 5;

/// `Coverage complete · 12 requests, 3 pages, 0.4 MB`.
pub(super) fn summary(coverage: &Coverage, lang: Lang) -> String {
    let head = if coverage.gaps.is_empty() { &COMPLETE } else { &SHORT }.get(lang);
    if coverage.requests == 0 {
        return format!("{head} · {}", FROM_FILES.get(lang));
    }
    let number = |n: u64| Fact::Number(i64::try_from(n).unwrap_or(i64::MAX));
    let tenths = coverage.bytes.div_ceil(100_000);
    let cost = COST.fill(
        lang,
        &[
            ("requests", number(coverage.requests)),
            ("pages", number(coverage.pages)),
            ("size", Fact::Text(format!("{}.{}", tenths / 10, tenths % 10))),
        ],
    );
    match coverage.retries {
        0 => format!("{head} · {cost}"),
        retries => format!("{head} · {cost} · {}", RETRIES.fill(lang, &[("retries", number(retries))])),
    }
}

/// One line for each reason and place, such as `Not seen: jobs, cronjobs in batch (forbidden)`, and what else a
/// reader must know to trust the report.
pub(super) fn notes(snapshot: &Snapshot, lang: Lang) -> Vec<String> {
    let coverage = &snapshot.coverage;
    let lines = |gaps: &[Gap], head: &str| -> Vec<String> {
        group(gaps, lang).into_iter().map(|what| format!("{head}: {what}")).collect()
    };
    let mut out = lines(&coverage.gaps, NOT_SEEN.get(lang));
    out.extend(lines(&coverage.outside, OUTSIDE.get(lang)));
    if snapshot.skew != 0 {
        out.push(SKEW.fill(lang, &[("skew", Fact::Number(snapshot.skew.saturating_abs()))]));
    }
    out
}

fn group(gaps: &[Gap], lang: Lang) -> Vec<String> {
    // The kinds that are missing in a place for a reason; then the places where the same is missing.
    let mut kinds: BTreeMap<(Reason, String, Option<&str>), Vec<String>> = BTreeMap::new();
    for gap in gaps {
        // Only a server's refusal reads the same for every kind.
        let detail = match gap.reason {
            Reason::Forbidden | Reason::NotGiven | Reason::Skipped | Reason::Absent => String::new(),
            _ => message(&gap.detail),
        };
        kinds.entry((gap.reason, detail, gap.namespace.as_deref())).or_default().push(what(gap, lang));
    }
    let mut places: BTreeMap<(Reason, String, Vec<String>), Vec<String>> = BTreeMap::new();
    for ((reason, detail, namespace), kinds) in kinds {
        places.entry((reason, detail, kinds)).or_default().extend(namespace.map(visible));
    }
    places
        .into_iter()
        .map(|((reason, detail, kinds), places)| line(reason, &detail, &kinds, places, lang))
        .collect()
}

/// The kind that is missing, and how much of it was read.
fn what(gap: &Gap, lang: Lang) -> String {
    let kind = Kind::from_name(&gap.kind).map_or_else(|| message(&gap.kind), |kind| kind.plural().to_owned());
    let got = [("got", Fact::Number(i64::try_from(gap.got).unwrap_or(i64::MAX)))];
    match (gap.got, gap.reason) {
        (0, _) => kind,
        (_, Reason::Repeated | Reason::Skipped) => format!("{kind} ({})", COUNT.fill(lang, &got)),
        _ => format!("{kind} ({})", READ.fill(lang, &got)),
    }
}

/// `jobs, cronjobs in batch, shop (forbidden)`.
fn line(reason: Reason, detail: &str, kinds: &[String], mut places: Vec<String>, lang: Lang) -> String {
    let mut line = words::list(kinds, lang);
    let more = places.len().saturating_sub(PLACES);
    if more > 0 {
        places.truncate(PLACES);
        places.push(MORE.fill(lang, &[("count", Fact::Number(i64::try_from(more).unwrap_or(i64::MAX)))]));
    }
    if !places.is_empty() {
        let places = Fact::Text(words::list(&places, lang));
        line = IN.fill(lang, &[("kinds", Fact::Text(line)), ("places", places)]);
    }
    let why = words::reason(reason).get(lang);
    if detail.is_empty() { format!("{line} ({why})") } else { format!("{line} ({why}: {detail})") }
}
