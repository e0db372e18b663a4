//! Words that several formats share.

use crate::finding::Severity;
use crate::model::{Pod, Reason};
use crate::report::{Class, NodeClass, Verdict};
use crate::text::Fact;
use crate::text::{Lang, Text, human, in_percent, listed};
use crate::wire::Time;
use jiff::tz::TimeZone;

pub(super) use crate::text::texts;

texts! {
    HEALTHY: "Healthy", "健康", "健康";
    ATTENTION: "Needs attention", "需關注", "需关注";
    UNHEALTHY: "Unhealthy", "異常", "异常";
    PROGRESSING: "Progressing", "進行中", "进行中";
    INCOMPLETE: "Incomplete", "檢查不完整", "检查不完整";
    CLASS_HEALTHY: "healthy", "健康", "健康";
    CLASS_ATTENTION: "attention", "需關注", "需关注";
    CLASS_UNHEALTHY: "unhealthy", "異常", "异常";
    CLASS_PROGRESSING: "progressing", "進行中", "进行中";
    CLASS_INCOMPLETE: "incomplete", "檢查不完整", "检查不完整";
    CLASS_COMPLETED: "completed", "已完成", "已完成";
    HIGH: "high", "高", "高";
    MEDIUM: "medium", "中", "中";
    LOW: "low", "低", "低";
    CONTEXT: "CONTEXT", "CONTEXT", "CONTEXT";
    IN_CONTEXT: "context {context}", "context {context}", "context {context}";
    NAMESPACE_COUNT: "{count:# namespace|# namespaces}", "{count} 個命名空間", "{count} 个命名空间";
    NAMESPACE: "NAMESPACE", "命名空間", "命名空间";
    PODS: "PODS", "Pod 數", "Pod 数";
    COL_HEALTHY: "HEALTHY", "健康", "健康";
    COL_ATTENTION: "ATTENTION", "需關注", "需关注";
    COL_UNHEALTHY: "UNHEALTHY", "異常", "异常";
    COL_COMPLETED: "COMPLETED", "已完成", "已完成";
    RESTARTS: "RESTARTS", "重啟次數", "重启次数";
    STATE: "STATE", "狀態", "状态";
    TOTAL: "TOTAL", "合計", "合计";
    SEVERITY: "SEVERITY", "嚴重程度", "严重程度";
    SINCE: "SINCE", "持續時間", "持续时间";
    OBJECT: "OBJECT", "物件", "对象";
    WHAT: "PROBLEM AND CAUSE", "問題與原因", "问题与原因";
    NAME: "NAME", "名稱", "名称";
    READY: "READY", "就緒", "就绪";
    STATUS: "STATUS", "狀態", "状态";
    AGE: "AGE", "存在時間", "存在时间";
    NODE: "NODE", "節點", "节点";
    OWNER: "OWNER", "擁有者", "属主";
    CLASS: "CLASS", "分類", "分类";
    NEXT: "NEXT", "下一步", "下一步";
    MORE_COMMANDS: "{count:# more command|# more commands}: -o wide", "還有 {count} 個指令：-o wide", "还有 {count} 条命令：-o wide";
    MORE: "+{count} more", "另有 {count} 項", "另有 {count} 项";
    AND_MORE: " (+{count} more)", "（同一原因另有 {count} 項）", "（同一原因另有 {count} 项）";
    FORBIDDEN: "forbidden", "權限不足", "权限不足";
    TIMED_OUT: "timed out", "逾時", "超时";
    EXPIRED: "list expired", "清單過期", "列表过期";
    FAILED: "failed", "失敗", "失败";
    UNREADABLE: "unreadable", "無法解析", "无法解析";
    ABSENT: "not served by the API server", "API server 未提供", "API server 未提供";
    NOT_GIVEN: "not in the input", "輸入中沒有", "输入中没有";
    SKIPPED: "skipped", "已略過", "已跳过";
    REPEATED: "given twice, counted once", "重複提供，只計一次", "重复提供，只计一次";
    STOPPED: "stopped", "已中止", "已中止";
    STALE: "measured too long ago", "量測值過舊", "测量值过旧";
    INCONSISTENT: "expired while it was read: its parts are from different times", "讀取途中過期，前後部分並非同一時刻",
        "读取中途过期，前后部分不是同一时刻";
    NOT_READ: "not read", "未讀取", "未读取";
    UNKNOWN: "?", "不明", "未知";
    RESTARTS_AGO: "{restarts} ({age} ago)", "{restarts}（{age} 前）", "{restarts}（{age} 前）";
}

pub(super) fn verdict(verdict: Verdict) -> &'static Text {
    match verdict {
        Verdict::Healthy => &HEALTHY,
        Verdict::Incomplete => &INCOMPLETE,
        Verdict::Progressing => &PROGRESSING,
        Verdict::Attention => &ATTENTION,
        Verdict::Unhealthy => &UNHEALTHY,
    }
}

pub(super) fn verdict_glyph(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Healthy => "🟢",
        Verdict::Incomplete => "⚪",
        Verdict::Progressing => "🔵",
        Verdict::Attention => "🟡",
        Verdict::Unhealthy => "🔴",
    }
}

/// Returns `🔴 Unhealthy`.
pub(super) fn full_verdict(of: Verdict, lang: Lang) -> String {
    format!("{} {}", verdict_glyph(of), verdict(of).get(lang))
}

/// Returns the state of a namespace: `🟢 healthy`.
pub(super) fn state(of: Verdict, lang: Lang) -> String {
    let word = match of {
        Verdict::Healthy => &CLASS_HEALTHY,
        Verdict::Incomplete => &CLASS_INCOMPLETE,
        Verdict::Progressing => &CLASS_PROGRESSING,
        Verdict::Attention => &CLASS_ATTENTION,
        Verdict::Unhealthy => &CLASS_UNHEALTHY,
    };
    format!("{} {}", verdict_glyph(of), word.get(lang))
}

pub(super) fn class(class: Class) -> &'static Text {
    match class {
        Class::Completed => &CLASS_COMPLETED,
        Class::Healthy => &CLASS_HEALTHY,
        Class::Attention => &CLASS_ATTENTION,
        Class::Unhealthy => &CLASS_UNHEALTHY,
    }
}

pub(super) fn class_glyph(class: Class) -> &'static str {
    match class {
        Class::Completed => "⚫",
        Class::Healthy => "🟢",
        Class::Attention => "🟡",
        Class::Unhealthy => "🔴",
    }
}

pub(super) fn node_glyph(class: NodeClass) -> &'static str {
    match class {
        NodeClass::Healthy => "🟢",
        NodeClass::NotObserved => "⚪",
        NodeClass::Attention => "🟡",
        NodeClass::Unhealthy => "🔴",
    }
}

/// Returns `🔴 high`.
pub(super) fn severity(severity: Severity, lang: Lang) -> String {
    format!("{} {}", severity_glyph(severity), severity_word(severity).get(lang))
}

pub(super) fn severity_glyph(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "🔴",
        Severity::Medium => "🟡",
        Severity::Low => "🔵",
    }
}

pub(super) fn severity_word(severity: Severity) -> &'static Text {
    match severity {
        Severity::High => &HIGH,
        Severity::Medium => &MEDIUM,
        Severity::Low => &LOW,
    }
}

pub(super) fn reason(reason: Reason) -> &'static Text {
    match reason {
        Reason::Forbidden => &FORBIDDEN,
        Reason::TimedOut => &TIMED_OUT,
        Reason::Expired => &EXPIRED,
        Reason::Failed => &FAILED,
        Reason::Unreadable => &UNREADABLE,
        Reason::Absent => &ABSENT,
        Reason::NotGiven => &NOT_GIVEN,
        Reason::Skipped => &SKIPPED,
        Reason::Repeated => &REPEATED,
        Reason::Stopped => &STOPPED,
        Reason::Inconsistent => &INCONSISTENT,
        Reason::Stale => &STALE,
    }
}

/// Returns `what (why)`, in Chinese with full-width brackets.
pub(super) fn bracketed(what: &str, why: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{what} ({why})"),
        Lang::ZhTw | Lang::ZhCn => format!("{what}（{why}）"),
    }
}

/// Returns `head: text`, in Chinese with a full-width colon.
pub(super) fn headed(head: &str, text: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{head}: {text}"),
        Lang::ZhTw | Lang::ZhCn => format!("{head}：{text}"),
    }
}

/// Returns ` (+1 more)`, or nothing for 0.
pub(super) fn and_more(more: usize, lang: Lang) -> String {
    if more == 0 { String::new() } else { AND_MORE.fill(lang, &[("count", Fact::count(more))]) }
}

/// Returns the RESTARTS column of kubectl, with the age in the language of the reader.
pub(super) fn restarts(pod: &Pod, now: Time, lang: Lang) -> String {
    let column = pod.restarts_column(now);
    let Some((restarts, age)) = column.split_once(" (") else { return column };
    let age = Fact::text(age.trim_end_matches(" ago)"));
    RESTARTS_AGO.fill(lang, &[("restarts", Fact::text(restarts)), ("age", age)])
}

/// Returns `a, b`, or `a、b` in Chinese.
pub(super) fn list<T: AsRef<str>>(items: &[T], lang: Lang) -> String {
    listed(items, 0, lang)
}

/// Returns the semicolon of a language.
pub(super) fn semicolon(lang: Lang) -> &'static str {
    if lang == Lang::En { "; " } else { "；" }
}

/// Returns the colon of a language.
pub(super) fn colon(lang: Lang) -> &'static str {
    if lang == Lang::En { ": " } else { "：" }
}

/// Returns a time in the local time zone, with its offset: `2025-12-26 10:00:00 +08:00`.
pub(super) fn moment(time: Time) -> String {
    zoned(time, "%Y-%m-%d %H:%M:%S %:z")
}

/// Returns the same to the minute.
pub(super) fn minute(time: Time) -> String {
    zoned(time, "%Y-%m-%d %H:%M %:z")
}

fn zoned(time: Time, format: &str) -> String {
    match time.known().and_then(Time::to_timestamp) {
        Some(timestamp) => timestamp.to_zoned(TimeZone::system()).strftime(format).to_string(),
        None => "?".to_owned(),
    }
}

/// Returns a duration as kubectl writes ages, or that it is unknown: it is, too, if it begins in the future.
pub(super) fn age(seconds: Option<i64>, lang: Lang) -> String {
    seconds.filter(|seconds| *seconds >= -1).map_or_else(|| UNKNOWN.get(lang).to_owned(), human)
}

/// Returns a share in percent with one decimal: `95.8 %`, in Chinese `95.8%`.
pub(super) fn percent(part: u64, whole: u64, lang: Lang) -> String {
    // Rounded half up with integers: floating point would round 2.05 down.
    let (part, whole) = (u128::from(part), u128::from(whole.max(1)));
    in_percent(i64::try_from((part * 2000 + whole) / (whole * 2)).unwrap_or(i64::MAX), lang)
}

/// Words that stay in capitals.
const CAPITALS: [&str; 3] = ["CPU", "DNS", "ID"];

/// Returns `NOT AFTER` as `Not after`. Chinese has no case.
pub(super) fn sentence_case(head: &str) -> String {
    let plain = |(index, word): (usize, &str)| {
        let mut letters = word.chars();
        match letters.next() {
            _ if CAPITALS.contains(&word) => word.to_owned(),
            Some(first) if index == 0 => first.to_string() + &letters.as_str().to_lowercase(),
            _ => word.to_lowercase(),
        }
    };
    head.split(' ').enumerate().map(plain).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_half_up() {
        let percent = |part, whole| percent(part, whole, Lang::En);
        assert_eq!(percent(46, 48), "95.8 %");
        assert_eq!(percent(1, 48), "2.1 %");
        assert_eq!(percent(1, 2000), "0.1 %");
        assert_eq!(percent(0, 0), "0.0 %");
        assert_eq!(percent(u64::MAX, u64::MAX), "100.0 %");
        assert_eq!(percent(5, 5), "100.0 %");
    }
}
