//! Secrets over several lines: keys in PEM, PGP and `PuTTY`, and blocks of YAML.

use super::HIDDEN;
use super::key::{Class, Key};
use super::plain::{at, before, between, from, is_space, line_end, skip, skip_spaces, window};
use std::ops::Range;

/// The first and the last words of keys.
pub(super) const TRIGGERS: [&str; 6] = [
    "-----BEGIN ",
    "-----END ",
    "---- BEGIN SSH2 ENCRYPTED",
    "PuTTY-User-Key-File-",
    "Private-Lines:",
    "Private-MAC:",
];

/// Returns a key that begins or ends at a trigger.
pub(super) fn key(text: &str, trigger: &str, start: usize, end: usize) -> Option<Range<usize>> {
    match trigger {
        "-----BEGIN " => is_private(text, end).then(|| start..end_of(text, end, "-----END ", "-----")),
        "---- BEGIN SSH2 ENCRYPTED" => Some(start..end_of(text, end, "---- END SSH2", "----")),
        "-----END " => is_private(text, end).then(|| body_before(text, start)..start),
        "Private-MAC:" => Some(skip_spaces(text, end)..line_end(text, end)),
        _ => Some(start..end_of(text, end, "Private-MAC:", "\n")),
    }
}

/// Whether the label of a section is that of a private key.
fn is_private(text: &str, position: usize) -> bool {
    let label = window(text, position, 64).split("-----").next().unwrap_or_default();
    label.contains("PRIVATE KEY")
}

/// The position after the last line of a key; the end of the text if that line is missing.
fn end_of(text: &str, position: usize, last: &str, close: &str) -> usize {
    let rest = from(text, position);
    let Some(begins) = rest.find(last) else { return text.len() };
    let after = begins + last.len();
    let closes = rest.get(after..).and_then(|rest| rest.find(close).map(|at| (at, rest)));
    position + closes.map_or(rest.len(), |(at, _)| after + at + if close == "\n" { 0 } else { close.len() })
}

/// The start of the lines of base64 before the last line of a key, whose first line is missing.
fn body_before(text: &str, end: usize) -> usize {
    let is_body = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=\n\r \t\\".contains(&byte);
    let bytes = text.as_bytes().get(..end).unwrap_or_default();
    let body = bytes.iter().rev().take_while(|byte| is_body(**byte)).count();
    let start = end - body;
    // A sentence before it is not a part of it.
    between(text, start, end).rfind(' ').map_or(start, |space| start + space + 1)
}

/// Returns the lines below a key that are indented deeper: `password: |`, or an item of a list below it.
pub(super) fn indented(text: &str, key: &Key, position: usize) -> Option<Range<usize>> {
    let is_block = matches!(at(text, position), b'|' | b'>');
    let first = skip(text, position, |byte| b"|>+- 0123456789\r".contains(&byte) && is_block);
    if at(text, first) != b'\n' && !(at(text, first) == b'\r' && at(text, first + 1) == b'\n')
        || key.class == Class::Weak && !is_block
    {
        return None;
    }
    let indent = indent_of(text, key.start);
    let mut end = first;
    let start = skip(text, first, |byte| b" \t\r\n".contains(&byte));
    // What is hidden already is not measured again.
    while end < text.len() && !from(text, start).starts_with(HIDDEN) {
        let line = skip(text, end, |byte| b"\r\n".contains(&byte)).min(end + 4);
        let content = skip_spaces(text, line);
        let is_item = at(text, content) == b'-' && is_space(at(text, content + 1));
        let is_deeper = content - line > indent || is_item && content - line == indent && !is_block;
        let is_end = content >= text.len() || at(text, content) != b'\n' && !is_deeper;
        let has_keys = !is_block && has_key(text, content);
        if is_end || has_keys {
            break;
        }
        end = line_end(text, content);
    }
    (end > start).then_some(start..end)
}

/// Whether a line has a key of its own.
fn has_key(text: &str, content: usize) -> bool {
    let line = window(text, content, 200).lines().next().unwrap_or_default();
    line.contains(": ") || line.trim_end().ends_with([':', '{', '['])
}

/// The number of spaces before the first word of a line.
fn indent_of(text: &str, position: usize) -> usize {
    let mut start = position;
    while position - start < 256 && before(text, start) != b'\n' && start > 0 {
        start -= 1;
    }
    skip_spaces(text, start) - start
}
