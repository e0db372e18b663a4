//! The headers `Authorization` and `Cookie`, whose value has several words.

use super::extent::{bare, shortly};
use super::key::Key;
use super::plain::{at, before, between, is_name, line_end, quote, skip_most, skip_spaces, window};
use super::word::{continues, is_placeholder, is_secret};
use super::{HIDDEN, said};
use std::ops::Range;

/// Returns the value of a header, after its colon; an empty one if there is a header without a secret. `None` if the name is
/// not one of a header.
pub(super) fn value(text: &str, key: &Key, position: usize) -> Option<Range<usize>> {
    let name = key.name.to_ascii_lowercase();
    let is_authorization = name.ends_with("authorization");
    if !is_authorization && !name.ends_with("cookie") && !name.ends_with("cookies")
        || is_quoted(text, position)
    {
        return None;
    }
    let is_open = matches!(at(text, position), b'[' | b'{' | b'<' | b'|' | b'>' | 0 | b'\n' | b'\r');
    if is_open {
        return None;
    }
    let near = window(text, position, 64);
    let first = near.split_ascii_whitespace().next().unwrap_or_default();
    let is_said = !is_scheme(first) && said::begins_at(text, position);
    if is_said
        || is_attribute(first)
        || near.starts_with(HIDDEN)
        || continues(first) && !is_scheme(first)
        || is_placeholder(first)
    {
        return Some(position..position);
    }
    Some(if is_authorization { credentials(text, key, position) } else { pairs(text, key, position) })
}

/// Whether the value is between quotation marks.
fn is_quoted(text: &str, position: usize) -> bool {
    quote(text, position).is_some() || shortly(text, position).is_some()
}

/// Returns the pairs of a cookie, or its value.
fn pairs(text: &str, key: &Key, position: usize) -> Range<usize> {
    let name = skip_most(text, position, 128, |byte| is_name(byte) || byte == b'%');
    if name > position && at(text, name) == b'=' {
        return position..end(text, key, position);
    }
    let word = bare(text, position);
    if is_secret(between(text, word.start, word.end), key) { word } else { position..position }
}

/// Returns what follows the scheme: one word, or parameters to the end.
fn credentials(text: &str, key: &Key, position: usize) -> Range<usize> {
    let scheme = skip_most(text, position, 64, |byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let next = skip_spaces(text, scheme);
    let scheme_name = between(text, position, scheme);
    if let Some((inside, _)) =
        shortly(text, next).filter(|(inside, _)| is_scheme(scheme_name) && !inside.is_empty())
    {
        let is_shown = between(text, inside.start, inside.end).starts_with(HIDDEN);
        return if is_shown { position..position } else { inside };
    }
    if next == scheme || matches!(at(text, next), 0 | b'\n' | b'\r' | b'"' | b'\'') {
        return bare(text, position);
    }
    let word = bare(text, next);
    let said = between(text, word.start, word.end);
    if said.starts_with(HIDDEN) || continues(said) {
        return position..position;
    }
    let has_parameters = said.trim_end_matches('=').contains('=');
    next..if has_parameters { end(text, key, next) } else { word.end }
}

/// Whether a word is an attribute of a cookie and no cookie: `SameSite=None`.
fn is_attribute(word: &str) -> bool {
    let name = word.split(['=', ';']).next().unwrap_or_default();
    ["samesite", "path", "domain", "secure", "httponly", "expires", "max-age", "partitioned"]
        .iter()
        .any(|one| name.eq_ignore_ascii_case(one))
}

/// Whether a word is the name of a scheme, some of which are words of sentences.
fn is_scheme(word: &str) -> bool {
    ["basic", "bearer", "digest", "token", "apikey", "key", "oauth", "signature", "negotiate"]
        .iter()
        .any(|one| word.eq_ignore_ascii_case(one))
}

/// The end of a header: the mark that the header begins with, or the end of the line.
fn end(text: &str, key: &Key, position: usize) -> usize {
    let line = line_end(text, position);
    let mark = before(text, key.start);
    if !matches!(mark, b'"' | b'\'' | b'`') {
        // A header in a text that is quoted.
        let escaped = between(text, position, line).find("\\n").map_or(line, |at| position + at);
        return escaped;
    }
    let mut end = position;
    while end < line && at(text, end) != mark {
        end += 1;
    }
    if before(text, end) == b'\\' { end - 1 } else { end }
}
