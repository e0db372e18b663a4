//! What was read and what was not, in words.

use super::escape::{brief, visible};
use super::unknown;
use super::words::{self, texts};
use crate::checks::CATALOG;
use crate::finding::Group;
use crate::model::{Coverage, Gap, Reason};
use crate::report::Report;
use crate::text::{Fact, Lang, Message, Text, reasons};
use crate::wire::Kind;
use std::collections::{BTreeMap, BTreeSet};

texts! {
    COMPLETE: "Coverage complete", "涵蓋範圍完整", "覆盖范围完整";
    READ_ALL: "Input read completely", "輸入的內容已全部檢查", "输入的内容已全部检查";
    INCOMPLETE: "Coverage incomplete", "涵蓋範圍不完整", "覆盖范围不完整";
    COST: "{requests:# request|# requests}, {pages:# page|# pages}, {size} MB", "{requests} 次請求、{pages} 個分頁、{size} MB",
        "{requests} 次请求、{pages} 个分页、{size} MB";
    RETRIES: "{retries:# retry|# retries}", "重試 {retries} 次", "重试 {retries} 次";
    FROM_FILES: "from files", "來自檔案", "来自文件";
    THROTTLED: "{seconds} s of waiting for rate limits", "等待速率限制 {seconds} 秒", "等待速率限制 {seconds} 秒";
    CLUSTER: "the cluster", "整個叢集", "整个集群";
    NO_TLS: "TLS certificates: N/A (check skipped: --skip-tls-check, SKIP_TLS_CHECK or the profile)",
        "TLS 憑證：N/A（略過檢查：--skip-tls-check、SKIP_TLS_CHECK 或設定檔）",
        "TLS 证书：N/A（已跳过检查：--skip-tls-check、SKIP_TLS_CHECK 或配置文件）";
    INTERNAL: "TLS certificates: N/A (internal namespace, check skipped): {places}", "TLS 憑證：N/A（內部命名空間，略過檢查）：{places}",
        "TLS 证书：N/A（内部命名空间，已跳过检查）：{places}";
    CERTIFICATES: "TLS certificates", "TLS 憑證", "TLS 证书";
    SEEN_OTHERWISE: "Note", "備註", "备注";
    SLOW: "Slow pages: {kind} took up to {seconds} s. If they time out: --page-size {size} or --page-timeout {timeout}s",
        "分頁回應緩慢：{kind} 最久 {seconds} 秒。若逾時，可加 --page-size {size} 或 --page-timeout {timeout}s",
        "分页响应缓慢：{kind} 最慢 {seconds} 秒。如果超时，可加 --page-size {size} 或 --page-timeout {timeout}s";
    HALVED: "Pages were too slow ({kind}, {seconds} s) and were made smaller. Next time: --page-size {size} or \
        --page-timeout {timeout}s", "分頁太慢（{kind}，{seconds} 秒），已自動縮小。下次可加 --page-size {size}，或以 --page-timeout {timeout}s 放寬時限",
        "分页太慢（{kind}，{seconds} 秒），已自动缩小。下次可加 --page-size {size}，或用 --page-timeout {timeout}s 放宽时限";
    READ_OF: "{got} read, {missing} missing", "已讀 {got} 個，尚缺 {missing} 個", "已读 {got} 个，还缺 {missing} 个";
    NOT_SEEN: "Not checked", "未檢查到", "未检查到";
    OUTSIDE: "Not included", "未納入", "未纳入";
    LEFT_OUT: "not included", "未納入", "未纳入";
    WHY: "why: -o wide", "原因：-o wide", "原因：-o wide";
    READ: "{got} read", "已讀 {got} 個", "已读 {got} 个";
    IN: "{kinds} in {places}", "{places} 的 {kinds}", "{places} 的 {kinds}";
    MORE: "{count:# more namespace|# more namespaces}", "另外 {count} 個命名空間", "另外 {count} 个命名空间";
    KINDS: "{kinds} and {count:# other kind|# other kinds}", "{kinds} 及其他 {count} 種資源", "{kinds} 及其他 {count} 种资源";
    CHECKS: "{kinds} and {count:# other check|# other checks}", "{kinds} 及其他 {count} 項檢查", "{kinds} 及其他 {count} 项检查";
    SKEW: "The clock of the API server differs from the local clock by {skew} s; ages use the clock of the server.",
        "API server 的時鐘與本機相差 {skew} 秒，時間一律以伺服器為準。", "API server 的时钟与本机相差 {skew} 秒，时间一律以服务器为准。";
    IGNORED: "Ignored annotation: {object}: {why}", "未採用的註解：{object}：{why}", "未采用的注解：{object}：{why}";
    MORE_IGNORED: "More ignored annotations: {count}", "其他未採用的註解：{count} 個", "其他未采用的注解：{count} 个";
    SOME_FILES: "{got:# file|# files}", "{got} 個檔案", "{got} 个文件";
    FILES: "files", "檔案", "文件";
    COUNT: "{got:# object|# objects} of {kind}", "{kind}（{got} 個）", "{kind}（{got} 个）";
}

/// The number of ignored annotations that are listed.
const IGNORED_SHOWN: usize = 3;

/// The number of namespaces with the same gap that are listed.
const PLACES: usize = 5;

/// A short note lists the first number of kinds if there are more than the second number.
const NAMED: (usize, usize) = (3, 5);

/// The kinds that a short note lists first.
const MISSED: [Kind; 8] = [
    Kind::Pod,
    Kind::Node,
    Kind::Event,
    Kind::Deployment,
    Kind::StatefulSet,
    Kind::DaemonSet,
    Kind::Job,
    Kind::Service,
];

/// Returns `Coverage complete · 12 requests, 3 pages, 0.4 MB`. For files that lack kinds, it says that the input was read.
pub(super) fn summary(coverage: &Coverage, lang: Lang) -> String {
    let is_partial = || coverage.not_in_scope.iter().any(|gap| gap.reason == Reason::NotGiven);
    let head = match coverage.gaps.as_slice() {
        [] if coverage.cost.requests == 0 && is_partial() => &READ_ALL,
        [] => &COMPLETE,
        _ => &INCOMPLETE,
    };
    let head = head.get(lang);
    if coverage.cost.requests == 0 {
        return format!("{head} · {}", FROM_FILES.get(lang));
    }
    let tenths = coverage.cost.bytes.div_ceil(100_000);
    let cost = COST.fill(
        lang,
        &[
            ("requests", Fact::count(coverage.cost.requests)),
            ("pages", Fact::count(coverage.cost.pages)),
            ("size", Fact::Text(format!("{}.{}", tenths / 10, tenths % 10))),
        ],
    );
    let mut parts = vec![head.to_owned(), cost];
    if coverage.cost.retries > 0 {
        parts.push(RETRIES.fill(lang, &[("retries", Fact::count(coverage.cost.retries))]));
    }
    if coverage.cost.throttled_millis >= 100 {
        parts.push(THROTTLED.fill(lang, &[("seconds", Fact::Text(seconds(coverage.cost.throttled_millis)))]));
    }
    parts.join(" · ")
}

/// Returns `12.3`, rounded up: a short time is not shown as none.
fn seconds(millis: u64) -> String {
    let tenths = millis.div_ceil(100);
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// The time from which a page is slow, in milliseconds.
const SLOW_PAGE: u64 = 5_000;

/// Returns what to do about slow pages.
fn pace(coverage: &Coverage, lang: Lang) -> Option<String> {
    let slowest = coverage.cost.slowest_page.as_ref()?;
    let kind =
        Kind::from_name(&slowest.kind).map_or_else(|| visible(&slowest.kind), |k| k.plural().to_owned());
    let facts = |size: u64| {
        [
            ("kind", Fact::Text(kind.clone())),
            ("seconds", Fact::Text(seconds(slowest.millis))),
            ("size", Fact::count(size)),
            // Twice the time of the slowest page, in seconds.
            ("timeout", Fact::count(slowest.millis.div_ceil(500).max(60))),
        ]
    };
    match coverage.cost.smallest_page {
        Some(size) => Some(HALVED.fill(lang, &facts(size.into()))),
        None if slowest.millis >= SLOW_PAGE => Some(SLOW.fill(lang, &facts(200))),
        None => None,
    }
}

/// Returns one line for each reason and place, such as `Not checked: jobs, cronjobs in batch (forbidden)`, and what else
/// a reader must know about the report.
pub(super) fn notes(report: &Report, lang: Lang) -> Vec<String> {
    all(report, lang, false)
}

/// Returns the same in short: of many kinds outside the scope only the first. Gaps in the scope are complete.
pub(super) fn short_notes(report: &Report, lang: Lang) -> Vec<String> {
    all(report, lang, true)
}

/// Returns the gaps in the scope, one line for each reason and place; in short, of many kinds only the first.
pub(super) fn not_seen(report: &Report, lang: Lang, short: bool) -> Vec<String> {
    let what = group(&report.coverage.gaps, short, line, lang).into_iter();
    what.map(|what| words::headed(NOT_SEEN.get(lang), &what, lang)).collect()
}

/// Returns one clause about the kinds outside the scope, if there are any, and what else a reader must know: the gaps in
/// the scope first.
pub(super) fn in_one_line(report: &Report, lang: Lang) -> (Option<String>, Vec<String>) {
    let (of_tls, outside) = without_tls(&report.coverage.not_in_scope);
    let (kinds, others): (Vec<Gap>, Vec<Gap>) =
        outside.into_iter().partition(|gap| Kind::from_name(&gap.kind).is_some());
    let mut groups = group(&kinds, true, line, lang);
    let clause = match groups.len() {
        0 => None,
        1 => groups.pop(),
        _ => {
            let names: BTreeSet<String> = kinds.iter().map(|gap| what(gap, lang)).collect();
            Some(words::bracketed(&first_of(names.into_iter().collect(), lang), WHY.get(lang), lang))
        }
    };
    let mut notes = not_seen(report, lang, false);
    let others = group(&others, true, line, lang).into_iter();
    notes.extend(others.map(|what| words::headed(OUTSIDE.get(lang), &what, lang)));
    notes.extend(remarks(report, &of_tls, lang));
    (clause.map(|clause| words::headed(LEFT_OUT.get(lang), &clause, lang)), notes)
}

/// Returns the kinds outside the scope, of many only the first; nothing if there are none.
pub(super) fn left_out(report: &Report, lang: Lang) -> Option<String> {
    let (_, outside) = without_tls(&report.coverage.not_in_scope);
    let kinds = outside.iter().filter(|gap| Kind::from_name(&gap.kind).is_some());
    let names: BTreeSet<String> = kinds.map(|gap| what(gap, lang)).collect();
    let text = (!names.is_empty()).then(|| first_of(names.into_iter().collect(), lang))?;
    Some(words::headed(LEFT_OUT.get(lang), &text, lang))
}

fn all(report: &Report, lang: Lang, short: bool) -> Vec<String> {
    let mut out = not_seen(report, lang, false);
    let (of_tls, outside) = without_tls(&report.coverage.not_in_scope);
    let outside = group(&outside, short, line, lang).into_iter();
    out.extend(outside.map(|what| words::headed(OUTSIDE.get(lang), &what, lang)));
    out.extend(unknown::lines(report.coverage.gaps.iter().chain(&report.coverage.not_in_scope), lang));
    out.extend(remarks(report, &of_tls, lang));
    out
}

/// Returns what a reader must know besides what was not read. `of_tls` are the checks of certificates that were skipped
/// together.
fn remarks(report: &Report, of_tls: &[Gap], lang: Lang) -> Vec<String> {
    let (coverage, snapshot) = (&report.coverage, report.snapshot);
    let mut out = skipped_tls(of_tls, lang);
    // A note about the cluster is a sentence of its own.
    let is_of_cluster = |gap: &&Gap| gap.kind == Gap::CLUSTER && gap.why.is_some();
    let (of_cluster, others): (Vec<&Gap>, Vec<&Gap>) = coverage.notes.iter().partition(is_of_cluster);
    let of_cluster = of_cluster.into_iter().filter_map(|gap| Some(brief(&gap.why.as_ref()?.in_lang(lang))));
    let others: Vec<Gap> = others.into_iter().cloned().collect();
    let remarks = of_cluster.chain(group(&others, false, remark, lang));
    out.extend(remarks.map(|what| words::headed(SEEN_OTHERWISE.get(lang), &what, lang)));
    out.extend(pace(coverage, lang));
    if snapshot.skew != 0 {
        out.push(SKEW.fill(lang, &[("skew", Fact::Number(snapshot.skew.saturating_abs()))]));
    }
    let ignored = report.ignored_annotations();
    out.extend(ignored.first.iter().take(IGNORED_SHOWN).map(|(object, why)| {
        let facts = [
            ("object", Fact::Text(visible(&object.to_string()))),
            ("why", Fact::Text(brief(&why.in_lang(lang)))),
        ];
        IGNORED.fill(lang, &facts)
    }));
    let more = ignored.more + ignored.first.len().saturating_sub(IGNORED_SHOWN) as u64;
    if more > 0 {
        out.push(MORE_IGNORED.fill(lang, &[("count", Fact::count(more))]));
    }
    out
}

/// Separates the checks of certificates that were skipped together, which one line replaces, from all other gaps.
fn without_tls(outside: &[Gap]) -> (Vec<Gap>, Vec<Gap>) {
    let of_tls: Vec<&str> = CATALOG.group(Group::Tls).map(|check| check.id).collect();
    let is_of_tls = |gap: &Gap| gap.reason == Reason::Skipped && of_tls.contains(&&*gap.kind);
    let mut together: BTreeMap<(&Option<String>, &Option<Message>), usize> = BTreeMap::new();
    for gap in outside.iter().filter(|gap| is_of_tls(gap)) {
        *together.entry((&gap.namespace, &gap.why)).or_default() += 1;
    }
    let all = |gap: &Gap| {
        says(gap, &reasons::TLS_CHECKS_SKIPPED)
            || says(gap, &reasons::NAMESPACE_ANNOTATION)
                && together.get(&(&gap.namespace, &gap.why)) == Some(&of_tls.len())
    };
    outside.iter().cloned().partition(|gap| is_of_tls(gap) && all(gap))
}

/// Returns whether a gap has this reason.
fn says(gap: &Gap, text: &Text) -> bool {
    gap.why.as_ref().is_some_and(|why| why.text == text)
}

/// Returns where the checks of certificates were skipped.
fn skipped_tls(gaps: &[Gap], lang: Lang) -> Vec<String> {
    let everywhere = gaps.iter().any(|gap| says(gap, &reasons::TLS_CHECKS_SKIPPED));
    let places: BTreeSet<&str> = gaps.iter().filter_map(|gap| gap.namespace.as_deref()).collect();
    let mut shown: Vec<String> = places.iter().take(PLACES).map(|name| visible(name)).collect();
    if let Some(more) = places.len().checked_sub(PLACES).filter(|more| *more > 0) {
        shown.push(MORE.fill(lang, &[("count", Fact::count(more))]));
    }
    let facts = [("places", Fact::Text(words::list(&shown, lang)))];
    if everywhere {
        vec![NO_TLS.get(lang).to_owned()]
    } else if shown.is_empty() {
        Vec::new()
    } else {
        vec![INTERNAL.fill(lang, &facts)]
    }
}

/// Writes a reason, its detail, and what it is about.
type Writer = fn(Reason, &str, &str, Lang) -> String;

fn group(gaps: &[Gap], short: bool, write: Writer, lang: Lang) -> Vec<String> {
    // Groups the kinds by reason and namespace, then the namespaces with the same kinds.
    let mut kinds: BTreeMap<(Reason, String, Option<&str>), Vec<String>> = BTreeMap::new();
    for gap in gaps {
        // The details of these reasons differ only in the kind.
        let detail = match gap.reason {
            Reason::Forbidden | Reason::NotGiven | Reason::Absent | Reason::Repeated => String::new(),
            _ => gap.why.as_ref().map_or_else(String::new, |why| brief(&why.in_lang(lang))),
        };
        kinds.entry((gap.reason, detail, gap.namespace.as_deref())).or_default().push(what(gap, lang));
    }
    let mut places: BTreeMap<(Reason, String, Vec<String>), Vec<String>> = BTreeMap::new();
    for ((reason, detail, namespace), kinds) in kinds {
        places.entry((reason, detail, kinds)).or_default().extend(namespace.map(visible));
    }
    places
        .into_iter()
        .map(|((reason, detail, kinds), places)| {
            let kinds = if short { first_of(kinds, lang) } else { words::list(&kinds, lang) };
            write(reason, &detail, &placed(kinds, places, lang), lang)
        })
        .collect()
}

/// Returns `nodes, events, deployments and 15 other kinds`.
fn first_of(mut kinds: Vec<String>, lang: Lang) -> String {
    let (named, most) = NAMED;
    if kinds.len() <= most {
        return words::list(&kinds, lang);
    }
    let rank =
        |kind: &String| MISSED.iter().position(|missed| missed.plural() == kind).unwrap_or(MISSED.len());
    kinds.sort_by_key(rank);
    let others = i64::try_from(kinds.len() - named).unwrap_or(i64::MAX);
    let named = Fact::Text(words::list(&kinds[..named], lang));
    let text = if kinds.iter().all(|id| CATALOG.find(id).is_some()) { &CHECKS } else { &KINDS };
    text.fill(lang, &[("kinds", named), ("count", Fact::Number(others))])
}

/// Returns the kind, and how much of it was read.
fn what(gap: &Gap, lang: Lang) -> String {
    let kind = match Kind::from_name(&gap.kind) {
        Some(kind) => kind.shown(),
        None if gap.kind == Gap::CLUSTER => CLUSTER.get(lang).to_owned(),
        None if gap.kind == Gap::CERTIFICATES => CERTIFICATES.get(lang).to_owned(),
        None if gap.kind == Gap::FILES => FILES.get(lang).to_owned(),
        None => brief(&gap.kind),
    };
    let facts = [
        ("got", Fact::count(gap.got)),
        ("missing", Fact::count(gap.missing.unwrap_or(0))),
        ("kind", Fact::text(&kind)),
    ];
    match (gap.got, gap.missing, gap.reason) {
        (_, Some(_), _) => words::bracketed(&kind, &READ_OF.fill(lang, &facts), lang),
        (0, None, _) | (_, _, Reason::Inconsistent) => kind,
        _ if gap.kind == Gap::FILES => SOME_FILES.fill(lang, &facts),
        (_, _, Reason::Repeated | Reason::Skipped | Reason::Stale) => COUNT.fill(lang, &facts),
        _ => words::bracketed(&kind, &READ.fill(lang, &facts), lang),
    }
}

/// Returns `jobs, cronjobs in batch, shop`.
fn placed(kinds: String, mut places: Vec<String>, lang: Lang) -> String {
    let more = places.len().saturating_sub(PLACES);
    if more > 0 {
        places.truncate(PLACES);
        places.push(MORE.fill(lang, &[("count", Fact::count(more))]));
    }
    if places.is_empty() {
        return kinds;
    }
    let places = Fact::Text(words::list(&places, lang));
    IN.fill(lang, &[("kinds", Fact::Text(kinds)), ("places", places)])
}

/// Returns `jobs, cronjobs in batch, shop (forbidden)`.
fn line(reason: Reason, detail: &str, what: &str, lang: Lang) -> String {
    let why = words::reason(reason).get(lang);
    match detail {
        "" => words::bracketed(what, why, lang),
        // The line begins with the reason.
        _ if reason == Reason::Skipped => words::bracketed(what, detail, lang),
        _ => words::bracketed(what, &words::headed(why, detail, lang), lang),
    }
}

/// Returns the same for what was read, in Chinese with the reason first: the kinds already end with brackets.
fn remark(reason: Reason, detail: &str, what: &str, lang: Lang) -> String {
    if lang == Lang::En {
        return line(reason, detail, what, lang);
    }
    let why = words::reason(reason).get(lang);
    let why = if detail.is_empty() { why.to_owned() } else { words::bracketed(why, detail, lang) };
    words::headed(&why, what, lang)
}
