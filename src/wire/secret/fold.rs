//! The text that readers see: without terminal codes and invisible characters, with full-width letters and escaped marks as
//! plain ones.

use std::borrow::Cow;
use std::ops::Range;

/// A text as it is searched, and where its bytes come from.
pub(super) struct Folded<'t> {
    text: Cow<'t, str>,
    /// For each byte of the text, the first and the last byte of its character in the original. Empty if both are the same.
    from: Vec<(usize, usize)>,
}

impl<'t> Folded<'t> {
    pub(super) fn of(original: &'t str) -> Self {
        let is_plain = |c: char| c != '\u{1b}' && (c.is_ascii() || folded(c) == Some(c));
        let is_open = original.is_ascii() && !original.contains('\u{1b}') || original.chars().all(is_plain);
        if is_open && !has_escape(original) {
            return Self { text: Cow::Borrowed(original), from: Vec::new() };
        }
        let (mut text, mut from) = (String::with_capacity(original.len()), Vec::new());
        let mut characters = original.char_indices().peekable();
        while let Some((start, c)) = characters.next() {
            if c == '\u{1b}' || c == '\u{9b}' {
                skip_code(c, &mut characters);
            } else if let Some((plain, length)) = escape(original, start) {
                text.push(plain);
                from.push((start, start + length));
                while characters.next_if(|(next, _)| *next < start + length).is_some() {}
            } else if let Some(plain) = folded(c) {
                text.push(plain);
                from.extend(std::iter::repeat_n((start, start + c.len_utf8()), plain.len_utf8()));
            }
        }
        Self { text: Cow::Owned(text), from }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the part of the original that a part of the text comes from.
    pub(super) fn original(&self, span: &Range<usize>) -> Range<usize> {
        if self.from.is_empty() {
            return span.clone();
        }
        let first = self.from.get(span.start).map_or(0, |(start, _)| *start);
        let last =
            span.end.checked_sub(1).and_then(|last| self.from.get(last)).map_or(first, |(_, end)| *end);
        first..last
    }
}

/// Whether a text has an escape.
fn has_escape(text: &str) -> bool {
    text.bytes().enumerate().any(|(at, byte)| b"\\%&".contains(&byte) && escape(text, at).is_some())
}

/// Returns the mark that an escape at a position stands for, and the length of the escape. Other characters are not looked for
/// in this form; `%40` and `%3D` stay, as they are parts of values.
fn escape(text: &str, start: usize) -> Option<(char, usize)> {
    const ESCAPES: &[(&str, char)] = &[
        ("\\u0022", '"'),
        ("\\u0026", '&'),
        ("\\u0027", '\''),
        ("\\u003a", ':'),
        ("\\u003c", '<'),
        ("\\u003d", '='),
        ("\\u003e", '>'),
        ("\\x22", '"'),
        ("\\x27", '\''),
        ("\\x3a", ':'),
        ("\\x3d", '='),
        ("\\/", '/'),
        ("%22", '"'),
        ("%5b", '['),
        ("%5d", ']'),
        ("%7b", '{'),
        ("%7d", '}'),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&#61;", '='),
        ("&equals;", '='),
    ];
    let first = text.as_bytes().get(start).filter(|byte| b"\\%&".contains(byte))?;
    let is_one = |name: &str| {
        name.as_bytes().first() == Some(first)
            && text.get(start..start + name.len()).is_some_and(|part| part.eq_ignore_ascii_case(name))
    };
    ESCAPES.iter().find(|(name, _)| is_one(name)).map(|(name, plain)| (*plain, name.len()))
}

/// Returns the character that it looks like; `None` if it is invisible.
fn folded(c: char) -> Option<char> {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        '\u{3000}' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' => Some(' '),
        '\u{201c}' | '\u{201d}' => Some('"'),
        '\u{2018}' | '\u{2019}' => Some('\''),
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{e0000}'..='\u{e0fff}' => None,
        other => Some(other),
    }
}

/// Skips the rest of a terminal code: parameters and a final letter, or a text that ends with BEL.
fn skip_code(first: char, characters: &mut std::iter::Peekable<std::str::CharIndices>) {
    let is_csi = first == '\u{9b}' || characters.next_if(|(_, c)| *c == '[').is_some();
    if is_csi {
        while characters.next_if(|(_, c)| matches!(c, ' '..='?')).is_some() {}
        characters.next_if(|(_, c)| matches!(c, '@'..='~'));
    } else if characters.next_if(|(_, c)| *c == ']').is_some() {
        while characters.next_if(|(_, c)| !matches!(c, '\u{7}' | '\u{1b}' | '\n')).is_some() {}
        characters.next_if(|(_, c)| *c == '\u{7}');
    } else {
        characters.next_if(|(_, c)| matches!(c, '('..=')'));
        characters.next_if(|(_, c)| matches!(c, '0'..='~'));
    }
}
