//! Values after the flags of commands: `--password x`, `["--token", "x"]`, `-u app:x`.

use super::extent::{bare, shortly};
use super::key::Key;
use super::plain::{at, between, from, is_space, quote, skip_most, skip_spaces, window};
use super::word::{continues, is_secret};
use std::ops::Range;

/// Returns the word after a flag with the name of a secret.
pub(super) fn flag(text: &str, key: &Key) -> Option<Range<usize>> {
    let position = after_flag(text, key).filter(|position| !is_blank(text, *position))?;
    if let Some((span, _)) = shortly(text, position) {
        return is_secret(between(text, span.start, span.end), key).then_some(span);
    }
    let span = bare(text, position);
    let word = between(text, span.start, span.end);
    (!continues(word) && is_secret(word, key)).then_some(span)
}

/// The position of what follows a flag: in its line, in the next one if that is escaped, or in the next item of a list.
fn after_flag(text: &str, key: &Key) -> Option<usize> {
    if !key.is_flag {
        return None;
    }
    let mark = quote(text, key.end).map_or(0, |(_, length)| length);
    let end = skip_spaces(text, key.end + mark);
    let is_listed = mark > 0 && at(text, end) == b',';
    let is_escaped = at(text, end) == b'\\' && b"\r\n".contains(&at(text, end + 1));
    let first = if is_listed || is_escaped { end + 1 } else { end };
    let position = skip_most(text, first, 64, |byte| is_space(byte) || byte == b'\n' || byte == b'\r');
    let is_item = at(text, position) == b'-' && is_space(at(text, position + 1));
    let is_broken = between(text, end, position).contains(['\n', '\r']) && !is_listed && !is_escaped;
    // The next line is another sentence, unless it is the next item of a list in YAML.
    if is_broken && !is_item || mark > 0 && !is_listed && !is_item && quote(text, position).is_none() {
        return None;
    }
    let position = if is_item { skip_spaces(text, position + 1) } else { position };
    (position > key.end + mark && at(text, position) != b'-').then_some(position)
}

/// Whether a value stands for another one, as in `--token <TOKEN>`.
fn is_blank(text: &str, position: usize) -> bool {
    let close = window(text, position, 40).find('>').unwrap_or(0);
    at(text, position) == b'<'
        && from(text, position + 1)
            .bytes()
            .take(close.saturating_sub(1))
            .all(|byte| byte.is_ascii_alphabetic() || b"_- ".contains(&byte))
        && close > 1
}
