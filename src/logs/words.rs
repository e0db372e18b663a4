//! The words of levels and errors in English, Traditional Chinese and Simplified Chinese.

use super::level::Level;
use crate::text::head;
use aho_corasick::{AhoCorasick, MatchKind};
use std::sync::LazyLock;

/// The longest header, in bytes and in words.
const HEADER: usize = 200;
const HEADER_WORDS: usize = 16;

/// Returns the level that a word names, in upper or lower case, also as a number.
pub(super) fn of_word(word: &str) -> Option<Level> {
    let word = word.trim();
    if word.len() > 16 {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    Some(match lower.as_str() {
        "trace" | "trc" | "debug" | "dbg" | "dbug" | "trce" | "info" | "inf" | "information"
        | "informational" | "notice" | "verbose" | "log" | "fine" | "finer" | "finest" | "config" | "ok"
        | "success" | "i" | "d" | "default" | "normal" => Level::Quiet,
        "warn" | "warning" | "wrn" | "w" => Level::Warning,
        "error" | "err" | "eror" | "severe" | "fail" | "e" => Level::Error,
        "fatal" | "critical" | "crit" | "panic" | "dpanic" | "emerg" | "emergency" | "alert" | "ftl"
        | "pnc" | "f" => Level::Fatal,
        _ => return lower.parse().ok().and_then(of_number).or_else(|| of_chinese(word)),
    })
}

/// Returns the level of a number: pino and bunyan from 10 on, syslog below.
pub(super) fn of_number(number: i64) -> Option<Level> {
    Some(match number {
        0..=7 => of_severity(u8::try_from(number).ok()?),
        8..=39 => Level::Quiet,
        40..=49 => Level::Warning,
        50..=59 => Level::Error,
        60..=1000 => Level::Fatal,
        _ => return None,
    })
}

/// Returns the level of a syslog severity, 0 to 7 (RFC 5424, 6.2.1).
pub(super) fn of_severity(severity: u8) -> Level {
    match severity {
        0..=2 => Level::Fatal,
        3 => Level::Error,
        4 => Level::Warning,
        _ => Level::Quiet,
    }
}

const CHINESE: [(&str, Level); 20] = [
    ("錯誤", Level::Error),
    ("错误", Level::Error),
    ("失敗", Level::Error),
    ("失败", Level::Error),
    ("例外", Level::Error),
    ("異常", Level::Error),
    ("异常", Level::Error),
    ("嚴重", Level::Fatal),
    ("严重", Level::Fatal),
    ("致命", Level::Fatal),
    ("緊急", Level::Fatal),
    ("紧急", Level::Fatal),
    ("警告", Level::Warning),
    ("資訊", Level::Quiet),
    ("信息", Level::Quiet),
    ("訊息", Level::Quiet),
    ("偵錯", Level::Quiet),
    ("調試", Level::Quiet),
    ("调试", Level::Quiet),
    ("除錯", Level::Quiet),
];

fn of_chinese(word: &str) -> Option<Level> {
    CHINESE.iter().find(|(known, _)| *known == word).map(|(_, level)| *level)
}

/// Returns the level in the header of a line and the position of the message.
pub(super) fn in_header(line: &str) -> Option<(Level, usize)> {
    let bytes = line.as_bytes();
    let head = bytes.get(..HEADER).unwrap_or(bytes);
    let (mut at, mut words) = (0, 0);
    while let Some(begin) = head.get(at..)?.iter().position(u8::is_ascii_alphabetic).map(|found| at + found) {
        let end = head.get(begin..)?.iter().position(|byte| !byte.is_ascii_alphabetic());
        let end = end.map_or(head.len(), |length| begin + length);
        if let Some(level) = stated(bytes, begin, end, words == 0) {
            return Some((level, end));
        }
        // Letters in times and time zones are not words.
        words += usize::from(end - begin > 2 && head.get(begin..end) != Some(b"UTC"));
        if words > HEADER_WORDS {
            break;
        }
        at = end;
    }
    if line.is_ascii() { None } else { in_chinese_header(line) }
}

/// Returns the level that a word of a header states: in capitals, in brackets, or as the first word before a colon.
fn stated(line: &[u8], begin: usize, end: usize, is_first: bool) -> Option<Level> {
    if !(3..=9).contains(&(end - begin)) {
        return None;
    }
    let word = line.get(begin..end)?;
    let before = begin.checked_sub(1).and_then(|at| line.get(at)).copied().unwrap_or(b' ');
    let after = line.get(end).copied().unwrap_or(b' ');
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./=%".contains(&byte);
    if is_part(before) && before != b'-' && before != b'.'
        || after == b'_'
        || after == b'='
        || after.is_ascii_digit()
    {
        return None;
    }
    let apart =
        matches!((before, after), (b'[', b']') | (b'<', b'>') | (b'(', b')') | (b'|', b'|') | (b'\t', b'\t'));
    let rest = || std::str::from_utf8(line.get(end + 1..).unwrap_or_default()).unwrap_or("x");
    let leads = || is_first && after == b':' && !is_part(before) && !is_nothing(rest());
    let capitals = || word.iter().all(u8::is_ascii_uppercase) && !is_part(before) && !is_part(after);
    let spaced = |level: &Level| *level != Level::Error || word != b"FAIL";
    if capitals() {
        // Details that databases add to the line before.
        if after == b':' && matches!(word, b"DETAIL" | b"HINT" | b"STATEMENT" | b"CONTEXT") {
            return Some(Level::Quiet);
        }
        return of_word(std::str::from_utf8(word).ok()?)
            .filter(|level| after == b':' || apart || spaced(level));
    }
    if apart || leads() { of_word(std::str::from_utf8(word).ok()?) } else { None }
}

/// Reads `[錯誤]`, `【警告】`, `错误：…`.
fn in_chinese_header(line: &str) -> Option<(Level, usize)> {
    let head = head(line, HEADER);
    let stated = |(word, level): &(&str, Level)| {
        let begin = head.find(word)?;
        let end = begin + word.len();
        let (before, after) = (head.get(..begin)?.chars().next_back(), head.get(end..)?.chars().next());
        let opens = before.is_none_or(|c| "[【(（<|".contains(c));
        let apart = opens && after.is_some_and(|c| "]】)）>|".contains(c));
        let leads = before.is_none_or(|c| c.is_whitespace() || "]】".contains(c))
            && after.is_some_and(|c| ":：".contains(c))
            && !is_nothing(head.get(end..)?.trim_start_matches([':', '：']));
        (apart || leads).then_some((*level, end, begin))
    };
    let first = CHINESE.iter().filter_map(stated).min_by_key(|(_, _, begin)| *begin);
    first.map(|(level, end, _)| (level, end))
}

/// Signs of an error in a line that states no level.
const SIGNS: [&str; 24] = [
    "error",
    "errors",
    "failed",
    "failure",
    "failures",
    "exception",
    "traceback (most recent call last)",
    "錯誤",
    "失敗",
    "例外",
    "異常",
    "错误",
    "失败",
    "异常",
    // Signs of a fatal error from here on.
    "fatal",
    "panic:",
    "segmentation fault",
    "out of memory",
    "core dumped",
    "outofmemoryerror",
    "崩潰",
    "崩溃",
    "致命",
    "当机",
];
const FATAL_FROM: usize = 14;

static SIGNED: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .ascii_case_insensitive(true)
        .build(SIGNS)
        .ok()
});

/// Words before or after which an error is not an error.
const NOT_AFTER: [&str; 25] = [
    "no",
    "0",
    "without",
    "zero",
    "any",
    "ignore",
    "ignoring",
    "ignored",
    "on",
    "if",
    "non",
    "never",
    "not",
    "possible",
    "無",
    "无",
    "沒有",
    "没有",
    "未",
    "零",
    "0 個",
    "0 个",
    "任何",
    "未發生",
    "未发生",
];
const NOT_BEFORE: [&str; 25] = [
    "handler",
    "handlers",
    "handling",
    "count",
    "rate",
    "page",
    "pages",
    "budget",
    "log",
    "logs",
    "recovery",
    "reporting",
    "threshold",
    "率",
    "數",
    "数",
    "處理",
    "处理",
    "次數",
    "次数",
    "日誌",
    "日志",
    "恢復",
    "恢复",
    "追蹤",
];

/// Returns the level that a text suggests, or `None` if it reports no error.
pub(super) fn of_text(text: &str) -> Option<Level> {
    let mut worst = None;
    for found in SIGNED.as_ref()?.find_iter(text) {
        if is_meant(text, found.start(), found.end()) {
            let fatal = found.pattern().as_usize() >= FATAL_FROM;
            worst = worst.max(Some(if fatal { Level::Fatal } else { Level::Error }));
        }
    }
    worst
}

/// Returns whether a sign of an error is meant: not in `0 errors`, `error=null` and `errorCount`.
fn is_meant(text: &str, begin: usize, end: usize) -> bool {
    let (Some(before), Some(sign), Some(after)) = (text.get(..begin), text.get(begin..end), text.get(end..))
    else {
        return false;
    };
    let (last, next) = (before.chars().next_back().unwrap_or(' '), after.chars().next().unwrap_or(' '));
    if sign.is_ascii() {
        let in_word = last.is_ascii_alphanumeric() && !sign.starts_with(|c: char| c.is_ascii_uppercase());
        let is_name =
            next == '.' && after.get(1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric()));
        if in_word
            || "_-/.".contains(last)
                && !before.ends_with("--")
                && !sign.starts_with(|c: char| c.is_uppercase())
            || next.is_alphanumeric() && next.is_ascii()
            || "_-/(".contains(next)
            || is_name
        {
            return false;
        }
    }
    if NOT_AFTER.iter().any(|word| ends_with_word(before.trim_end(), word)) {
        return false;
    }
    let rest = after.trim_start_matches(['"', '\'', ' ', '碼', '码']);
    if NOT_BEFORE.iter().any(|word| starts_with_word(rest, word)) {
        return false;
    }
    match rest.strip_prefix(['=', ':', '：', '(']) {
        Some(value) => !is_nothing(value),
        None => !(after.starts_with(['碼', '码']) && is_nothing(rest)),
    }
}

fn ends_with_word(text: &str, word: &str) -> bool {
    let cut = text
        .len()
        .checked_sub(word.len())
        .and_then(|at| text.is_char_boundary(at).then(|| text.split_at(at)));
    cut.is_some_and(|(before, end)| {
        end.eq_ignore_ascii_case(word)
            && (!word.is_ascii() || !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '.'))
    })
}

fn starts_with_word(text: &str, word: &str) -> bool {
    let cut = text.split_at_checked(word.len());
    cut.is_some_and(|(begin, after)| {
        begin.eq_ignore_ascii_case(word)
            && (!word.is_ascii() || !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
    })
}

/// Returns whether a value is empty: `null`, `0`, `""`.
pub(super) fn is_nothing(value: &str) -> bool {
    let spaced = value.trim_start_matches([' ', '=']);
    let value = spaced.trim_start_matches(['"', '\'', '<', '[', '{']);
    let end = value.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(value.len());
    let (word, rest) = value.split_at(end);
    let nothing = ["null", "nil", "none", "false", "no", "ok", "undefined", "0"];
    // `0x1f` and `0.5` are not empty. Neither is a value that is missing or on the next line.
    let is_whole = !rest.starts_with('.') || rest.len() == 1;
    if word.is_empty() {
        value.len() < spaced.len()
            && spaced.len() - value.len() < 3
            && !value.starts_with(char::is_alphanumeric)
    } else {
        is_whole && nothing.iter().any(|none| none.eq_ignore_ascii_case(word))
    }
}
