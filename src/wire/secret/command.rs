//! Values after the flags of commands: `--password x`, `["--token", "x"]`, `-u app:x`.

use super::extent::{bare, shortly};
use super::key::Key;
use super::plain::{at, between, is_space, quote, skip_most, skip_spaces};
use super::word::{continues, is_secret};
use std::ops::Range;

/// Returns the word after a flag with the name of a secret.
pub(super) fn flag(text: &str, key: &Key) -> Option<Range<usize>> {
    if !key.is_flag {
        return None;
    }
    let mark = quote(text, key.end).map_or(0, |(_, length)| length);
    let mut position = skip_spaces(text, key.end + mark);
    if mark > 0 && at(text, position) == b',' {
        position += 1;
    }
    position = skip_most(text, position, 64, |byte| is_space(byte) || byte == b'\n' || byte == b'\r');
    // The next item of a list in YAML.
    if at(text, position) == b'-' && is_space(at(text, position + 1)) {
        position = skip_spaces(text, position + 1);
    }
    if position == key.end + mark || at(text, position) == b'-' {
        return None;
    }
    if let Some((span, _)) = shortly(text, position) {
        return is_secret(between(text, span.start, span.end), key).then_some(span);
    }
    let span = bare(text, position);
    let word = between(text, span.start, span.end);
    (!continues(word) && is_secret(word, key)).then_some(span)
}
