//! The value of a secret wherever a text puts it: assigned, in an element, after a flag, or in a sentence such as `the
//! password is …`.

use super::extent::{bare, shortly};
use super::key::{Class, Key};
use super::plain::{at, before, between, from, is_space, quote, skip_spaces, window, window_before};
use super::word::{continues, is_drawn, is_object, is_secret, names_object, takes_number};
use super::{assigned, command};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// What is between the name of a secret and its value in a sentence.
static SAYS: LazyLock<Regex> = LazyLock::new(|| {
    super::rule::compiled(
        r#"(?i)\A["'`*]*(?:\s+\([^()\n]{1,40}\))?(?:\s+(?:for|of|on)(?:\s+[^\s:=]{1,64}){1,2}?)?(?:\s+(?:(?:is|was|will be|has been)(?:\s+(?:now|set to|changed to|reset to|updated to|equal to|still))?|(?:set|changed|reset|updated|rotated)\s+to|equals)[: ]\s*|\s*=\s*|\s*:\s+)"#,
    )
});

/// The same where no spaces are between words.
static SAYS_FOREIGN: LazyLock<Regex> = LazyLock::new(|| {
    super::rule::compiled(
        r#"\A["'`*]*\s*(?:(?:已)?(?:設|设|改|重設|重置)?(?:為|为|成|是)|は|는|은|es|est)\s*:?\s*"#,
    )
});

/// Finds the value of a key at one place.
type Place = fn(&str, &Key) -> Option<Range<usize>>;

/// Returns the value of a key.
pub(super) fn value(text: &str, key: &Key) -> Option<Range<usize>> {
    let places: [Place; 7] = [
        assigned::value,
        assigned::element,
        assigned::paired,
        assigned::called,
        assigned::of_variable,
        command::flag,
        sentence,
    ];
    places.into_iter().find_map(|place| place(text, key))
}

/// Returns the value in a sentence.
fn sentence(text: &str, key: &Key) -> Option<Range<usize>> {
    let says = if key.is_foreign { &SAYS_FOREIGN } else { &SAYS };
    let Some(found) = says.find(window(text, key.end, 200)) else { return directly(text, key) };
    spoken(text, key, key.end + found.end())
}

fn spoken(text: &str, key: &Key, position: usize) -> Option<Range<usize>> {
    if assigned::is_template(text, position) {
        return None;
    }
    if let Some((span, _)) = shortly(text, position) {
        let inside = between(text, span.start, span.end);
        let is_mixed = key.class != Class::Weak || inside.bytes().any(|byte| byte.is_ascii_digit());
        let is_value = key.class == Class::Password
            || is_mixed && !names_object(inside) && !is_object(inside) && is_drawn(inside);
        return (is_value && is_secret(inside, key)).then_some(span);
    }
    let span = bare(text, position);
    let word = between(text, span.start, span.end);
    let is_value = if key.is_foreign {
        at(text, position).is_ascii() && !word.is_empty()
    } else {
        let is_number = word.len() > 3 && word.bytes().all(|byte| byte.is_ascii_digit());
        let is_drawn = key.class == Class::Password
            || is_drawn(word) && !is_object(word)
            || is_number && takes_number(key);
        !continues(word) && word != "correct" && is_drawn
    };
    (is_value && is_secret(word, key)).then_some(span)
}

/// Returns a value right after the name: `PASSWORD 'x'`, `with password x`, `pin 1234`.
fn directly(text: &str, key: &Key) -> Option<Range<usize>> {
    let position = skip_spaces(text, key.end);
    if position == key.end
        || key.name.eq_ignore_ascii_case("pass")
        || quote(text, key.end).is_some()
        || before(text, key.start) == b'"'
    {
        return None;
    }
    if quote(text, position).is_some() || from(text, position).starts_with('「') {
        let (span, _) = shortly(text, position).filter(|_| key.class == Class::Password)?;
        return is_secret(between(text, span.start, span.end), key).then_some(span);
    }
    let span = bare(text, position);
    let word = between(text, span.start, span.end);
    let is_code = word.len() > 3 && word.len() < 9 && word.bytes().all(|byte| byte.is_ascii_digit());
    if is_code && takes_number(key) || key.is_foreign && at(text, position).is_ascii() && is_drawn(word) {
        return Some(span);
    }
    let says = key.class == Class::Password
        && at(text, position).is_ascii()
        && introduces(text, key.start)
        && !continues(word);
    let shows =
        key.class == Class::Secret && introduces(text, key.start) && is_drawn(word) && !is_object(word);
    let is_value = says || shows || key.class == Class::Password && is_mixed(word);
    (is_value && !is_space(at(text, position)) && is_secret(word, key)).then_some(span)
}

/// Whether a word has digits and other characters and is no version, time or name: `hunter2`, `S3cret!`.
fn is_mixed(word: &str) -> bool {
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    let has_letter = word.bytes().filter(u8::is_ascii_alphabetic).count() > 2;
    has_digit
        && has_letter
        && word.len() > 5
        && !continues(word)
        && !word.contains(['/', ':', '=', '('])
        && !super::word::is_dotted(word)
}

/// Whether the words before a name announce its value: `with password`, `login app password`.
fn introduces(text: &str, start: usize) -> bool {
    let before = window_before(text, start, 80);
    let mut words = before.split_ascii_whitespace().rev();
    let is_one = |word: Option<&str>, of: &[&str]| {
        word.is_some_and(|word| of.iter().any(|one| word.eq_ignore_ascii_case(one)))
    };
    let last = words.next();
    is_one(last, &["with", "using", "encrypted", "enable"])
        || is_one(words.next(), &["login", "user", "username", "account"])
}
