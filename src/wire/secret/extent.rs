//! How far a value reaches: to its quotation mark, its bracket, or the end of its word.

use super::plain::{
    at, before, between, from, is_name, is_space, line_end, quote, skip, skip_most, skip_spaces, window,
    window_before,
};
use std::ops::Range;

/// The most bytes between brackets.
const LONGEST: usize = 4096;

/// Returns the value at a position between quotation marks, and the position after the closing mark.
pub(super) fn quoted(text: &str, position: usize) -> Option<(Range<usize>, usize)> {
    let prefix = skip(text, position, |byte| b"bBuUrRfFN@$".contains(&byte));
    let position = if prefix - position < 3 && quote(text, prefix).is_some() { prefix } else { position };
    if let Some(rest) = from(text, position).strip_prefix('「') {
        let start = position + '「'.len_utf8();
        let length = rest.find(['」', '\n']).unwrap_or(rest.len());
        return Some((start..start + length, start + length));
    }
    let (mark, length) = quote(text, position)?;
    let start = position + length;
    let mut end = start;
    let stop = line_end(text, start);
    while end < stop {
        match closing(text, end, mark, length) {
            Some(after) if mark != b'&' && is_inner(text, after) => end = after,
            Some(after) => return Some((start..end, after)),
            None => end += 1,
        }
    }
    Some((start..stop, stop))
}

/// The same for a value that may turn out to be none: it is not far to its end.
pub(super) fn shortly(text: &str, position: usize) -> Option<(Range<usize>, usize)> {
    let near = window(text, position, 1024);
    let moved = |at: usize| position + at;
    quoted(near, 0).map(|(span, after)| (moved(span.start)..moved(span.end), moved(after)))
}

/// The position after a closing mark at a position. In a text that is quoted again, its backslashes are those of the opening.
fn closing(text: &str, position: usize, mark: u8, length: usize) -> Option<usize> {
    if mark == b'&' {
        return quote(text, position)
            .filter(|(found, _)| *found == b'&')
            .map(|(_, length)| position + length);
    }
    let byte = at(text, position);
    if byte != mark && byte != b'\\' || before(text, position) == b'\\' && byte == b'\\' {
        return None;
    }
    let slashes = skip(text, position, |byte| byte == b'\\') - position;
    let is_end = at(text, position + slashes) == mark
        && before(text, position) != b'\\'
        && (if length == 1 { slashes.is_multiple_of(2) } else { slashes < length });
    is_end.then_some(position + slashes + 1)
}

/// Whether a mark is inside of the value: a letter, a digit or the same mark follows.
fn is_inner(text: &str, after: usize) -> bool {
    let next = at(text, after);
    next.is_ascii_alphanumeric() && !is_escape(text, after)
        || next == before(text, after) && next == b'\'' && at(text, after + 1).is_ascii_alphanumeric()
}

fn is_escape(text: &str, after: usize) -> bool {
    before(text, after) == b'\\'
}

/// Returns what is between a bracket at a position and the one that closes it, if it is not far.
pub(super) fn bracketed(text: &str, position: usize) -> Option<Range<usize>> {
    let (open, close) = match at(text, position) {
        b'[' => (b'[', b']'),
        b'{' => (b'{', b'}'),
        b'(' => (b'(', b')'),
        _ => return None,
    };
    let start = position + 1;
    let inside = window(text, start, LONGEST);
    let (mut depth, mut mark) = (1, 0);
    for (index, byte) in inside.bytes().enumerate() {
        if mark != 0 {
            mark = if byte == mark { 0 } else { mark };
        } else if byte == b'"' || byte == b'\'' {
            mark = byte;
        } else if byte == open {
            depth += 1;
        } else if byte == close {
            depth -= 1;
            if depth == 0 {
                return Some(start..start + index);
            }
        }
    }
    None
}

/// Returns the word at a position. It ends before a space, before another pair, and before marks that close what is around
/// it.
pub(super) fn bare(text: &str, position: usize) -> Range<usize> {
    let mut end = position;
    loop {
        match at(text, end) {
            0 if end >= text.len() => break,
            b' ' | b'\t' | b'\n' | b'\r' => break,
            b',' | b';' | b'&' | b'|' if ends_pair(text, end) => break,
            b'\\' if is_escaped_break(text, end) => break,
            b'"' | b'\'' | b'`' if !at(text, end + 1).is_ascii_alphanumeric() && end > position => break,
            b'<' if at(text, end + 1) == b'/' => break,
            0xe3 if is_wide_stop(text, end) => break,
            _ => end += 1,
        }
    }
    let word = between(text, position, end);
    let close = word.trim_end_matches([',', ';', '.', ')', ']', '}', '>', ':', '"', '\'', '\\']).len();
    position..if close == 0 { end } else { position + close }
}

/// Whether a mark ends the value: another pair, a space or nothing follows.
fn ends_pair(text: &str, position: usize) -> bool {
    let next = skip_spaces(text, position + 1);
    let name = skip_most(text, next, 64, |byte| is_name(byte) || b"\"'$".contains(&byte));
    name > next && b"=:".contains(&at(text, name)) || next > position + 1 || next >= text.len()
}

/// Whether a backslash escapes a line break after the value, or a mark that closes it.
fn is_escaped_break(text: &str, position: usize) -> bool {
    let next = skip_most(text, position, 16, |byte| byte == b'\\');
    match at(text, next) {
        b'"' | b'\'' => !at(text, next + 1).is_ascii_alphanumeric(),
        b'n' | b'r' | b't' => {
            let name = skip_most(text, next + 1, 64, is_name);
            is_space(at(text, next + 1)) || b"=:\"\\".contains(&at(text, name)) || next + 1 == text.len()
        }
        _ => false,
    }
}

/// Whether a Chinese mark ends the value.
fn is_wide_stop(text: &str, position: usize) -> bool {
    from(text, position).starts_with(['。', '、', '」', '』', '】', '》'])
}

/// Extends a word to the end of its line, if no other pair follows.
pub(super) fn to_line_end(text: &str, word: Range<usize>) -> Range<usize> {
    let line = between(text, word.end, line_end(text, word.end));
    let rest = line.split(" #").next().unwrap_or_default();
    let has_pair = rest
        .split([' ', '\t'])
        .any(|word| word.contains('=') || word.ends_with(':') || word.starts_with(['-', '#']));
    if !has_pair && line.len() < 200 {
        let kept = rest.trim_end_matches([' ', '\t', '"', '\'', ',', ';']).len();
        word.start..word.end + kept
    } else {
        word
    }
}

/// Whether only indentation, a dash of a list or `export` is before a position in its line.
pub(super) fn begins_line(text: &str, position: usize) -> bool {
    let mut start = position;
    for word in ["", "export", "set", "setenv", "SET", "ENV", "ARG", "$", "-", ">", ":", "\"", "'"] {
        if !word.is_empty() && between(text, start.saturating_sub(word.len()), start) == word {
            start -= word.len();
        }
        start = before_spaces(text, start);
    }
    start == 0 || before(text, start) == b'\n'
}

/// Whether only what loggers and terminals put there is before a position in its line: a time, a level, the name of a stream
/// or of a container.
pub(super) fn follows_prefix(text: &str, position: usize) -> bool {
    let near = window_before(text, position, LONGEST_PREFIX);
    let line = near.rsplit('\n').next().unwrap_or_default();
    let line =
        line.split_once(" | ").filter(|(name, _)| !name.trim().contains(' ')).map_or(line, |(_, rest)| rest);
    let is_whole = near.contains('\n') || near.len() == position;
    is_whole && line.split_ascii_whitespace().all(is_prefix)
}

/// The longest text before a value in its line that is read as the prefix of a logger.
const LONGEST_PREFIX: usize = 120;

/// Whether a word is one of the prefix of a line: `2026-03-10T10:00:00Z`, `[INFO]`, `stdout`.
fn is_prefix(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "debug", "error", "export", "f", "fatal", "info", "notice", "p", "set", "stderr", "stdout", "trace",
        "warn", "warning",
    ];
    let inside = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let is_time = inside.bytes().all(|byte| byte.is_ascii_digit() || b"-:.,+/TZ".contains(&byte));
    inside.is_empty() || is_time || WORDS.iter().any(|one| inside.eq_ignore_ascii_case(one))
}

fn before_spaces(text: &str, position: usize) -> usize {
    let mut start = position;
    while position - start < 64 && is_space(before(text, start)) {
        start -= 1;
    }
    start
}
