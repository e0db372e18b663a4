//! Values that are assigned to the name of a secret: `password=…`, `"token": "…"`, `'pw' => '…'`, `<password>…`.

use super::extent::{bare, begins_line, bracketed, follows_prefix, quoted, shortly, to_line_end};
use super::key::{Class, Key};
use super::plain::{
    at, before, between, from, is_space, line_end, quote, skip, skip_most, skip_spaces, window,
};
use super::word::{continues, is_drawn, is_object, is_secret};
use super::{HIDDEN, block, header, said, user, wrapped};
use std::ops::Range;

/// A mark between a name and its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    /// Where the value begins.
    pub(super) value: usize,
    /// Whether it is a colon.
    is_colon: bool,
    /// Whether spaces follow it.
    is_spaced: bool,
    /// Whether the name is between quotation marks.
    is_quoted: bool,
}

/// Returns the mark after a name.
pub(super) fn mark(text: &str, end: usize) -> Option<Mark> {
    let mut position = end;
    let mut is_quoted = false;
    if let Some((_, length)) = quote(text, position) {
        position += length;
        is_quoted = true;
    }
    position = wrapped::after_visibility(text, position);
    position = skip_most(text, position, 2, |byte| b"]*".contains(&byte));
    position = skip_most(text, position, 40, is_space);
    let rest = window(text, position, 4);
    let marks = ["===", "=>", ":=", "==", "+=", "?=", "->", "=", ":", "→", "%3D", "%3d", "%3A", "%3a"];
    let mark = marks.into_iter().find(|mark| rest.starts_with(mark)).filter(|_| !rest.starts_with("::"))?;
    let after = position + mark.len();
    let value = skip_spaces(text, after);
    let is_colon = matches!(mark, ":" | "%3A" | "%3a");
    Some(Mark { value, is_colon, is_spaced: value > after, is_quoted })
}

/// Returns the value that is assigned to a key.
pub(super) fn value(text: &str, key: &Key) -> Option<Range<usize>> {
    let mark = mark(text, key.end)?;
    if let Some(header) = header::value(text, key, mark.value) {
        return Some(header).filter(|span| !span.is_empty());
    }
    at_mark(text, key, mark)
}

/// Returns the value at a mark.
pub(super) fn at_mark(text: &str, key: &Key, mark: Mark) -> Option<Range<usize>> {
    let tag = from(text, mark.value);
    if tag.starts_with('!') && tag.find(' ').is_some_and(|space| space < 20) {
        let value = skip_spaces(text, skip(text, mark.value, |byte| !is_space(byte) && byte != b'\n'));
        return at_mark_without_tag(text, key, Mark { value, ..mark });
    }
    at_mark_without_tag(text, key, Mark { value: wrapped::after_type(text, mark.value), ..mark })
}

fn at_mark_without_tag(text: &str, key: &Key, mark: Mark) -> Option<Range<usize>> {
    let position = mark.value;
    if from(text, position).trim_start_matches(['"', '\'', '\\', ' ']).starts_with(HIDDEN) {
        return None;
    }
    if let Some(lines) = block::indented(text, key, position) {
        return Some(lines).filter(|lines| is_secret(between(text, lines.start, lines.end), key));
    }
    if let Some(value) = wrapped::long(text, position) {
        return is_secret(between(text, value.start, value.end), key).then_some(value);
    }
    if let Some(value) = user::second(text, key, position) {
        return Some(value);
    }
    if let Some((value, after)) = quoted(text, position) {
        let inside = between(text, value.start, value.end);
        // The name of an object in a sentence: `secret: "db" not found`.
        let is_sentence = mark.is_colon && mark.is_spaced && !mark.is_quoted;
        let is_plain = inside.len() < 256 && !is_drawn(inside) && key.class != Class::Password;
        let goes_on = is_plain && is_sentence && (at(text, after) == b' ' || !begins_line(text, key.start));
        let is_said = mark.is_colon && said::is_sentence(inside);
        let is_named = is_named(text, key, &value);
        let is_value = is_secret(inside, key) && !goes_on && !is_said && !is_named;
        return is_value.then(|| wrapped::with_next(text, value, after));
    }
    match at(text, position) {
        b'[' => listed(text, key, position),
        b'{' if at(text, position + 1) != b'{' && key.class == Class::Password && !key.is_foreign => {
            wrapped::after_scheme(text, position)
                .or_else(|| bracketed(text, position))
                .or(Some(position..line_end(text, position)))
        }
        b'{' if at(text, position + 1) != b'{' && key.class != Class::Password => None,
        // A user and what is no password: `auth=('admin', None)`.
        b'(' if key.class != Class::Password && quote(text, position + 1).is_some() => {
            let (span, after) = shortly(text, position + 1)?;
            let inside = between(text, span.start, span.end);
            (at(text, after) == b')' && is_drawn(inside) && is_secret(inside, key)).then_some(span)
        }
        _ => word(text, key, mark),
    }
}

/// Returns the texts of a list. A list of objects has its own keys.
fn listed(text: &str, key: &Key, position: usize) -> Option<Range<usize>> {
    let Some(inside) = bracketed(text, position) else {
        return (key.class == Class::Password).then(|| position..line_end(text, position));
    };
    let value = between(text, inside.start, inside.end).trim();
    let is_value = match key.class {
        Class::Password => true,
        Class::Secret => value.split([',', ' ']).any(is_drawn),
        Class::Weak => false,
    };
    (is_value
        && !value.starts_with('{')
        && !said::is_sentence(value)
        && is_secret(value.trim_matches(['"', '\'']), key))
    .then_some(inside)
}

fn word(text: &str, key: &Key, mark: Mark) -> Option<Range<usize>> {
    if is_template(text, mark.value) {
        return None;
    }
    let found = bare(text, mark.value);
    let word = between(text, found.start, found.end);
    if !is_secret(word, key) || key.is_foreign && !at(text, found.start).is_ascii() {
        return None;
    }
    let is_sentence = mark.is_colon && mark.is_spaced;
    let is_pass = key.name.eq_ignore_ascii_case("pass");
    let is_said = || said::begins_at(text, mark.value) || is_pass && said::is_result(text, mark.value);
    if is_sentence && is_said() || is_named(text, key, &found) || is_part_of_key(text, key, mark) {
        return None;
    }
    let is_loose = is_sentence || key.class != Class::Password && (mark.is_colon || mark.is_spaced);
    if is_loose && continues(word) {
        return None;
    }
    let begins = begins_line(text, key.start);
    if is_sentence
        && !begins
        && !mark.is_quoted
        && key.class != Class::Password
        && (!is_drawn(word) || is_object(word))
    {
        return None;
    }
    let is_line = mark.is_spaced || key.is_variable();
    let end = found.end;
    if (begins || follows_prefix(text, key.start)) && is_line && key.class != Class::Weak {
        let whole = to_line_end(text, found.clone());
        if whole.end > end {
            return Some(whole);
        }
    }
    if key.class != Class::Password {
        return Some(found);
    }
    let found = user::with_password(text, key, found);
    Some(if found.end == end { wrapped::with_next(text, found, end) } else { found })
}

/// Whether a value is the name of an object that is missing, `secret=registry1 not found`, or a word that a parser did not
/// expect, `unknown token: Foo2Bar at line 3`.
pub(super) fn is_named(text: &str, key: &Key, word: &Range<usize>) -> bool {
    let after = window(text, word.end, 24).trim_start_matches(['"', '\'']);
    let is_label = between(text, word.start, word.end)
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte));
    let is_missing = [" not found", " missing", " does not exist", " already exists"];
    let is_there = [" at line ", " at position ", " in JSON "];
    let name = key.name.to_ascii_lowercase();
    let is_object = name.ends_with("secret") || name.ends_with("secrets");
    let (first, _) = between(text, word.start, word.end).split_once('=').unwrap_or_default();
    let is_pair = ["status", "statuscode", "name", "namespace", "error", "err", "reason", "code"]
        .iter()
        .any(|one| first.eq_ignore_ascii_case(one));
    key.class == Class::Weak
        && is_label
        && is_missing.iter().chain(&[" failed"]).any(|end| after.starts_with(end))
        || is_pair && key.class != Class::Password
        || is_object && is_label && is_missing.iter().any(|end| after.starts_with(end))
        || name.ends_with("token") && is_there.iter().any(|place| after.starts_with(place))
}

/// Whether a name is a part of the value of a key: `key=session:user12345`.
fn is_part_of_key(text: &str, key: &Key, mark: Mark) -> bool {
    key.class == Class::Weak && mark.is_colon && !mark.is_spaced && b"=/:".contains(&before(text, key.start))
}

/// Whether a value is put in later: `${PASSWORD}`, `{{ .Values.password }}`.
pub(super) fn is_template(text: &str, position: usize) -> bool {
    let rest = window(text, position, 80);
    let begins = ["${", "$(", "%{", "{{"].iter().any(|begin| rest.starts_with(begin));
    begins && rest.lines().next().is_some_and(|line| line.contains(['}', ')']))
        || rest.starts_with("[object ")
}

/// Returns the content of an element: `<password>…</password>`.
pub(super) fn element(text: &str, key: &Key) -> Option<Range<usize>> {
    let is_open = before(text, key.start) == b'<' || before(text, key.start) == b':';
    let tag = window(text, key.end, 200);
    let close =
        tag.find('>').filter(|close| is_open && !between(tag, 0, *close).contains(['<', '\n', '/']))?;
    if close > 0 && !is_space(at(text, key.end)) {
        return None;
    }
    let start = key.end + close + 1;
    let content = window(text, start, 1 << 16);
    let (start, end) = match content.strip_prefix("<![CDATA[") {
        Some(content) => (start + 9, start + 9 + content.find("]]>").unwrap_or(content.len())),
        None => (start, start + content.find('<').unwrap_or_else(|| line_end(text, start) - start)),
    };
    // A name between angle brackets in a sentence: `AUTH <password> called without …`.
    // The same in a list of flags: `--token <TOKEN> --host <HOST>`.
    let is_flags = is_space(at(text, start)) && at(text, skip_spaces(text, start)) == b'-';
    if at(text, end) != b'<' && is_space(at(text, start)) || is_flags {
        return None;
    }
    is_secret(between(text, start, end), key).then_some(start..end)
}

/// Returns the value in a pair of a list or a call: `["password", "…"]`, `define('DB_PASS', '…')`.
pub(super) fn paired(text: &str, key: &Key) -> Option<Range<usize>> {
    let (_, length) = quote(text, key.end)?;
    let comma = skip_spaces(text, key.end + length);
    let value = skip_most(text, comma + 1, 64, |byte| is_space(byte) || byte == b'\n');
    let is_flag = key.is_flag;
    let open = opening(text, key.start);
    if at(text, comma) != b',' || !(is_flag || open == b'[' || open == b'(') {
        return None;
    }
    let (span, after) = shortly(text, wrapped::after_type(text, value))?;
    let next = at(text, skip_spaces(text, after));
    let is_closed = is_flag || next == b']' || next == b')' || open == b'(' && next == b',';
    (is_closed && is_secret(between(text, span.start, span.end), key)).then_some(span)
}

/// The bracket before a name between quotation marks.
fn opening(text: &str, start: usize) -> u8 {
    let mut position = start;
    while start - position < 12
        && (is_space(before(text, position)) || b"\\\"'`-".contains(&before(text, position)))
    {
        position -= 1;
    }
    before(text, position)
}

/// Returns the argument of a call: `setPassword("…")`.
pub(super) fn called(text: &str, key: &Key) -> Option<Range<usize>> {
    let (span, _) = shortly(text, key.end + 1).filter(|_| at(text, key.end) == b'(')?;
    let inside = between(text, span.start, span.end);
    let is_value = key.class == Class::Password || is_drawn(inside);
    (is_value && is_secret(inside, key)).then_some(span)
}

/// Returns the value of a variable whose name is a value: `name: DB_PASS`, `value: …`.
pub(super) fn of_variable(text: &str, key: &Key) -> Option<Range<usize>> {
    let mut position = key.end;
    position += quote(text, position).map_or(0, |(_, length)| length);
    position = skip_most(text, position, 64, |byte| b", \t\r\n".contains(&byte));
    position += quote(text, position).map_or(0, |(_, length)| length);
    if from(text, position).starts_with("to ") {
        position += 3;
    }
    let name = skip_most(text, position, 8, |byte| byte.is_ascii_alphabetic());
    let is_value = ["value", "val"].iter().any(|one| between(text, position, name).eq_ignore_ascii_case(one));
    let mark = mark(text, name).filter(|_| is_value && position > key.end)?;
    at_mark(text, &Key { class: Class::Password, ..*key }, mark)
}
