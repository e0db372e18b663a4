//! Positions in a text, by bytes. Every position that is returned is the start of a character, because all searches stop at
//! ASCII characters.

use crate::text::head;

/// The byte at a position; 0 outside of the text.
pub(super) fn at(text: &str, position: usize) -> u8 {
    text.as_bytes().get(position).copied().unwrap_or(0)
}

/// The byte before a position; 0 at the start.
pub(super) fn before(text: &str, position: usize) -> u8 {
    position.checked_sub(1).map_or(0, |position| at(text, position))
}

/// The text from a position on.
pub(super) fn from(text: &str, position: usize) -> &str {
    text.get(position..).unwrap_or_default()
}

/// The part of a text between two positions.
pub(super) fn between(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or_default()
}

/// At most this many bytes from a position on.
pub(super) fn window(text: &str, position: usize, most: usize) -> &str {
    head(from(text, position), most)
}

/// At most this many bytes before a position.
pub(super) fn window_before(text: &str, position: usize, most: usize) -> &str {
    let start = (position.saturating_sub(most)..=position).find(|start| text.is_char_boundary(*start));
    between(text, start.unwrap_or(position), position)
}

/// The position after the bytes that fit.
pub(super) fn skip(text: &str, position: usize, fits: impl Fn(u8) -> bool) -> usize {
    let rest = text.as_bytes().get(position..).unwrap_or_default();
    position + rest.iter().position(|byte| !fits(*byte)).unwrap_or(rest.len())
}

/// The same, after at most this many bytes.
pub(super) fn skip_most(text: &str, position: usize, most: usize, fits: impl Fn(u8) -> bool) -> usize {
    let rest = text.as_bytes().get(position..).unwrap_or_default();
    position + rest.iter().take(most).take_while(|byte| fits(**byte)).count()
}

/// The position after spaces and tabs.
pub(super) fn skip_spaces(text: &str, position: usize) -> usize {
    skip(text, position, is_space)
}

/// The end of the line of a position.
pub(super) fn line_end(text: &str, position: usize) -> usize {
    skip(text, position, |byte| byte != b'\n' && byte != b'\r')
}

pub(super) fn is_space(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// Whether a byte can be a part of a name.
pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)
}

/// The length of a quotation mark with the backslashes before it, or as an entity; 0 if there is none. The first byte is that
/// of the mark.
pub(super) fn quote(text: &str, position: usize) -> Option<(u8, usize)> {
    let slashes = skip_most(text, position, 16, |byte| byte == b'\\') - position;
    match at(text, position + slashes) {
        mark @ (b'"' | b'\'' | b'`') => Some((mark, slashes + 1)),
        b'&' => {
            let rest = window(text, position, 6);
            let entity =
                ["&quot;", "&#34;", "&#39;", "&apos;"].into_iter().find(|name| rest.starts_with(name))?;
            Some((b'&', entity.len()))
        }
        _ => None,
    }
}
