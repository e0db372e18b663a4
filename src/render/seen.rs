//! What was seen and what was not, in words that the human formats share.

use super::escape::message;
use super::words::{self, texts};
use crate::finding::Fact;
use crate::model::{Coverage, Gap, Reason};
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
    COUNT: "{got} of them", "{got} 個", "{got} 个";
}

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

/// One line for each reason and place: `Not seen: jobs, cronjobs in batch (forbidden)`.
pub(super) fn gaps(coverage: &Coverage, lang: Lang) -> Vec<String> {
    let lines = |gaps: &[Gap], head: &str| -> Vec<String> {
        group(gaps, lang).into_iter().map(|what| format!("{head}: {what}")).collect()
    };
    let mut out = lines(&coverage.gaps, NOT_SEEN.get(lang));
    out.extend(lines(&coverage.outside, OUTSIDE.get(lang)));
    out
}

fn group(gaps: &[Gap], lang: Lang) -> Vec<String> {
    let mut groups: BTreeMap<(Reason, Option<&str>, String), Vec<String>> = BTreeMap::new();
    for gap in gaps {
        // Only a server's refusal reads the same for every kind.
        let detail = match gap.reason {
            Reason::Forbidden | Reason::NotGiven | Reason::Skipped | Reason::Absent => String::new(),
            _ => message(&gap.detail),
        };
        let kind = Kind::from_name(&gap.kind).map_or_else(|| message(&gap.kind), |k| k.plural().to_owned());
        let got = [("got", Fact::Number(i64::try_from(gap.got).unwrap_or(i64::MAX)))];
        let what = match (gap.got, gap.reason) {
            (0, _) => kind,
            (_, Reason::Repeated | Reason::Skipped) => format!("{kind} ({})", COUNT.fill(lang, &got)),
            _ => format!("{kind} ({})", READ.fill(lang, &got)),
        };
        groups.entry((gap.reason, gap.namespace.as_deref(), detail)).or_default().push(what);
    }
    groups
        .into_iter()
        .map(|((reason, namespace, detail), kinds)| {
            let mut line = words::list(&kinds, lang);
            if let Some(namespace) = namespace {
                line = format!("{line} · {}", message(namespace));
            }
            let why = words::reason(reason).get(lang);
            if detail.is_empty() { format!("{line} ({why})") } else { format!("{line} ({why}: {detail})") }
        })
        .collect()
}
