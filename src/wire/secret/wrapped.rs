//! What dumps and programs put around a value: types, `string(7) "…"`, calls, `Some("…")`, schemes, `{noop}…`, and marks of
//! texts over several lines, `"""` and `<<EOT`.

use super::HIDDEN;
use super::extent::{bare, shortly};
use super::plain::{at, between, from, is_name, line_end, quote, skip_most, skip_spaces, window};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Who may read a field of an object of PHP: `[password:protected] => …`.
static VISIBILITY: LazyLock<Regex> = LazyLock::new(|| {
    super::rule::compiled(r#"\A:(?:protected|(?:\\*"?[A-Za-z0-9_\\]{1,60}\\*"?:)?private)\]"#)
});

/// The type and the length before a value, as PHP and Go dump them.
static TYPE: LazyLock<Regex> = LazyLock::new(|| {
    super::rule::compiled(
        r"\A(?:string\(\d{1,9}\)\s{1,8}|\(\*?string\)\s?(?:\(0x[0-9a-f]{1,16}\)\(?)?(?:\s?\(len=\d{1,9}\)\s?)?)",
    )
});

/// The position after the visibility of a field.
pub(super) fn after_visibility(text: &str, position: usize) -> usize {
    if at(text, position) != b':'
        || !b"pP\"\\".contains(&at(text, position + 1)) && !is_name(at(text, position + 1))
    {
        return position;
    }
    VISIBILITY.find(window(text, position, 160)).map_or(position, |found| position + found.end())
}

/// The position of a value after its type, or after the calls around it.
pub(super) fn after_type(text: &str, position: usize) -> usize {
    let near = window(text, position, 64);
    if near.starts_with("string(") || near.starts_with("(string)") || near.starts_with("(*string)") {
        return TYPE.find(near).map_or(position, |found| position + found.end());
    }
    let mut inner = position;
    for _ in 0..3 {
        let name = skip_most(text, inner, 24, |byte| is_name(byte) || byte == b':');
        if name == inner || at(text, name) != b'(' {
            break;
        }
        inner = name + 1;
    }
    if inner > position && quote(text, inner).is_some() { inner } else { position }
}

/// Returns a value after its scheme: `{noop}…`, `{cipher}…`.
pub(super) fn after_scheme(text: &str, position: usize) -> Option<Range<usize>> {
    let name = skip_most(text, position + 1, 24, is_name);
    let is_scheme = name > position + 1 && at(text, name) == b'}';
    let value = Some(name + 1).filter(|value| is_scheme && at(text, *value).is_ascii_alphanumeric())?;
    Some(bare(text, value))
}

/// Returns a text between triple quotation marks, or up to the word that ends it.
pub(super) fn long(text: &str, position: usize) -> Option<Range<usize>> {
    let rest = from(text, position);
    for mark in ["\"\"\"", "'''"] {
        if let Some(inside) = rest.strip_prefix(mark) {
            let start = position + mark.len();
            return inside.find(mark).map(|end| start..start + end).filter(|span| !span.is_empty());
        }
    }
    let word = rest.strip_prefix("<<")?.trim_start_matches(['-', '~', '\'', '"']);
    let word = between(word, 0, skip_most(word, 0, 32, |byte| byte.is_ascii_alphabetic() || byte == b'_'));
    let start = line_end(text, position);
    let is_last = |line: &str| line.trim() == word;
    let opens = window(text, position, 48).split(['\n', '\r']).next().unwrap_or_default();
    if word.len() < 2 || !opens.trim_end_matches(['\'', '"', ' ']).ends_with(word) || start >= text.len() {
        return None;
    }
    let mut end = start;
    for line in from(text, start).split_inclusive('\n') {
        if is_last(line) {
            return Some(start + 1..end).filter(|span| !span.is_empty());
        }
        end += line.len();
    }
    Some(start + 1..text.len())
}

/// Extends a value to the one that replaces it: `"old" => "new"`, `old -> new`.
pub(super) fn with_next(text: &str, value: Range<usize>, after: usize) -> Range<usize> {
    let mark = skip_spaces(text, after);
    let Some(arrow) = ["=>", "->", "→"].into_iter().find(|arrow| from(text, mark).starts_with(arrow))
    else {
        return value;
    };
    let next = skip_spaces(text, mark + arrow.len());
    let is_near = mark - after < 16 && next - mark < 24;
    let span = shortly(text, next).map_or_else(|| bare(text, next), |(span, _)| span);
    let is_value = is_near && !span.is_empty() && !from(text, span.start).starts_with(HIDDEN);
    if is_value { value.start..span.end } else { value }
}
