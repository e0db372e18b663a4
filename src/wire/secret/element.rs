//! Values in elements that name them otherwise than by their tag: `<entry key="password">…</entry>`,
//! `<name>password</name><value>…</value>`, and the texts that PHP serializes.

use super::key::Key;
use super::plain::{at, between, from, quote, skip_most, window};
use super::word::is_secret;
use std::ops::Range;

/// The longest content.
const LONGEST: usize = 1024;

/// Returns the content of an element that an attribute or the element before it names.
pub(super) fn of_attribute(text: &str, key: &Key) -> Option<Range<usize>> {
    let start = match quote(text, key.end) {
        Some((_, length)) => after_tag(text, key.end + length).filter(|_| is_attribute(text, key.start))?,
        None => after_name(text, key.end)?,
    };
    let content = window(text, start, LONGEST);
    let length = content.find(['<', '\n']).filter(|end| at(content, *end) == b'<')?;
    is_secret(between(text, start, start + length), key).then_some(start..start + length)
}

/// Whether an equals sign is before the quotation mark before a name.
fn is_attribute(text: &str, start: usize) -> bool {
    let before = text.get(start.saturating_sub(4)..start).unwrap_or_default();
    before.trim_end_matches(['\\', '"', '\'']).ends_with('=')
}

/// Returns the position of the content after a tag. The last attribute of the tag ends at `position`.
fn after_tag(text: &str, position: usize) -> Option<usize> {
    let close = skip_most(text, position, 4, |byte| byte == b' ');
    (at(text, close) == b'>').then(|| after_value(text, close + 1))
}

/// The position after the tag of a value, if there is one: `<setting name="ApiKey"><value>…`.
fn after_value(text: &str, position: usize) -> usize {
    let open = skip_most(text, position, 32, |byte| b" \n\r\t".contains(&byte));
    let tags = ["<value>", "<string>"];
    tags.iter()
        .find(|tag| window(text, open, tag.len()).eq_ignore_ascii_case(tag))
        .map_or(position, |tag| open + tag.len())
}

/// Returns the position of the content of the element after `<name>…</name>`.
fn after_name(text: &str, end: usize) -> Option<usize> {
    let close = ["</name>", "</key>", "</param-name>"]
        .iter()
        .find(|close| window(text, end, close.len()).eq_ignore_ascii_case(close))?;
    let position = end + close.len();
    let value = after_value(text, position);
    (value > position).then_some(value)
}

/// Returns the text that follows a name in a text serialized by PHP: `s:8:"password";s:7:"…";`.
pub(super) fn serialized(text: &str, key: &Key) -> Option<Range<usize>> {
    let (_, length) = quote(text, key.end)?;
    let position = key.end + length;
    let digits = from(text, position).strip_prefix(";s:").map(|_| position + 3)?;
    let colon = skip_most(text, digits, 6, |byte| byte.is_ascii_digit());
    let (_, mark) = quote(text, colon + 1).filter(|_| at(text, colon) == b':')?;
    let start = colon + 1 + mark;
    let end = start + window(text, start, LONGEST).find("\";")?;
    let end = if at(text, end) == b'"' && end > start && at(text, end - 1) == b'\\' { end - 1 } else { end };
    is_secret(between(text, start, end), key).then_some(start..end)
}
