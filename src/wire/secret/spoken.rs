//! The value of a secret wherever a text puts it: assigned, in an element, after a flag, or in a sentence such as `the
//! password is …`.

use super::extent::{bare, begins_line, shortly};
use super::key::{Class, Key};
use super::plain::{at, before, between, from, is_space, quote, skip_spaces, window, window_before};
use super::said::{begins_at, is_result, is_sentence};
use super::word::{continues, is_dotted, is_drawn, is_object, is_secret, names_object, takes_number};
use super::{assigned, command, element, header};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// What is between the name of a secret and its value in a sentence.
static SAYS: LazyLock<Regex> = LazyLock::new(|| {
    super::rule::compiled(concat!(
        r#"(?i)\A["'`*]*(?:\s+\([^()\n]{1,60}\)|\s+\[None\])?"#,
        r"(?:\s+(?:for|of|on|für|pour|para|voor)(?:\s+[^\s:=]{1,64}){1,2}?)?",
        r"(?:\s+(?:(?:is|was|has\s+been)\s+)?(?:generated|given|provided|used|supplied|created)",
        r"(?:\s+(?:for|by|on)\s+[^\s:=]{1,64})?\s*:\s+",
        r"|\s+(?:(?:is|was|will be|has been|ist|lautet|est|es|var|é)(?:\s+(?:now|set to|changed to|reset to|updated to|equal to|still))?",
        r"|(?:set|changed|reset|updated|rotated)\s+to|equals|(?:has|with)\s+(?:the\s+|an?\s+)?(?:invalid\s+)?value)[: ]\s*",
        r"|\s*=\s*|\s*:\s+)",
    ))
});

/// The same where no spaces are between words.
static SAYS_FOREIGN: LazyLock<Regex> = LazyLock::new(|| {
    super::rule::compiled(
        r#"\A["'`*]*(?:\s+incorrecta|\s+incorrect)?\s*(?::|(?:已)?(?:設|设|改|重設|重置)?(?:為|为|成|是)|は|が|는|은|est|es|가|이)\s*:?\s*"#,
    )
});

/// Finds the value of a key at one place.
type Place = fn(&str, &Key) -> Option<Range<usize>>;

/// Returns the value of a key.
pub(super) fn value(text: &str, key: &Key) -> Option<Range<usize>> {
    let places: [Place; 9] = [
        assigned::value,
        assigned::element,
        element::of_attribute,
        element::serialized,
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
    if let Some(found) = says.find(window(text, key.end, 200)) {
        return spoken(text, key, key.end + found.end());
    }
    let is_set = ["set", "setting", "reset", "change", "changed", "changing"];
    if from(text, key.end).starts_with(" to ")
        && last_word(text, key.start).is_some_and(|word| is_one(word, &is_set))
    {
        return spoken(text, key, key.end + 4);
    }
    directly(text, key)
}

fn spoken(text: &str, key: &Key, position: usize) -> Option<Range<usize>> {
    let is_open_header = header::value(text, key, position).is_some_and(|span| span.is_empty());
    if is_open_header || assigned::is_template(text, position) {
        return None;
    }
    if let Some((span, _)) = shortly(text, position) {
        let inside = between(text, span.start, span.end);
        let is_mixed = key.class != Class::Weak || inside.bytes().any(|byte| byte.is_ascii_digit());
        let is_value = key.class == Class::Password
            || is_mixed && !names_object(inside) && !is_object(inside) && is_drawn(inside);
        let is_said = is_sentence(inside) || assigned::is_named(text, key, &span);
        return (is_value && is_secret(inside, key) && !is_said).then_some(span);
    }
    let span = bare(text, position);
    let word = between(text, span.start, span.end);
    let is_pass = key.name.eq_ignore_ascii_case("pass");
    if begins_at(text, position)
        || is_pass && is_result(text, position)
        || assigned::is_named(text, key, &span)
    {
        return None;
    }
    let is_value = if key.is_foreign {
        at(text, position).is_ascii() && !word.is_empty() && !continues(word)
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
    let is_marked = quote(text, position).is_some() || from(text, position).starts_with('「');
    if position == key.end && !from(text, position).starts_with('「')
        || key.name.eq_ignore_ascii_case("pass")
        || quote(text, key.end).is_some()
        || before(text, key.start) == b'"'
    {
        return None;
    }
    if is_marked { between_marks(text, key, position) } else { next_word(text, key, position) }
}

/// Returns a value right after the name, between quotation marks.
fn between_marks(text: &str, key: &Key, position: usize) -> Option<Range<usize>> {
    let (span, _) = shortly(text, position)?;
    let inside = between(text, span.start, span.end);
    let is_value = match key.class {
        Class::Password => is_secret(inside, key) && !is_sentence(inside),
        Class::Secret => is_token(inside),
        Class::Weak => is_long_name(text, key) && is_token(inside),
    };
    is_value.then_some(span)
}

/// Returns the word right after the name.
fn next_word(text: &str, key: &Key, position: usize) -> Option<Range<usize>> {
    let span = bare(text, position);
    let word = between(text, span.start, span.end);
    let is_code = word.len() > 3 && word.len() < 9 && word.bytes().all(|byte| byte.is_ascii_digit());
    if is_code && takes_number(key) || key.is_foreign && at(text, position).is_ascii() && is_drawn(word) {
        return Some(span);
    }
    if let Some(inside) = word.strip_prefix('(') {
        let is_value = key.class == Class::Secret && is_token(inside);
        return is_value.then(|| span.end - inside.len()..span.end);
    }
    let is_ascii = at(text, position).is_ascii();
    let is_value = match key.class {
        Class::Password => {
            is_ascii && introduces(text, key.start) && !continues(word)
                || is_directive(text, key, &span) && !continues(word)
                || is_mixed(word)
        }
        Class::Secret => introduces(text, key.start) && is_drawn(word) && !is_object(word) || is_token(word),
        Class::Weak => is_key(text, key, word),
    };
    (is_value && !is_space(at(text, position)) && is_secret(word, key)).then_some(span)
}

/// Whether a word after a name such as `API key` is a key.
fn is_key(text: &str, key: &Key, word: &str) -> bool {
    let is_long = word.len() > 15 || word.bytes().any(|byte| byte.is_ascii_uppercase());
    is_long && is_long_name(text, key) && is_drawn(word) && !is_object(word)
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
        && !is_dotted(word)
}

/// The word before a position.
fn last_word(text: &str, position: usize) -> Option<&str> {
    window_before(text, position, 80).split_ascii_whitespace().next_back()
}

fn is_one(word: &str, of: &[&str]) -> bool {
    of.iter().any(|one| word.eq_ignore_ascii_case(one))
}

/// Whether a word shows by its letters that it is a token: capitals, small letters and digits, or many digits of base 16.
fn is_token(word: &str) -> bool {
    let any = |is: fn(&u8) -> bool| word.bytes().any(|byte| is(&byte));
    let is_mixed = any(u8::is_ascii_lowercase) && any(u8::is_ascii_uppercase) && any(u8::is_ascii_digit);
    let is_long = word.len() > 31 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-+/=~.".contains(&byte));
    is_plain && (is_mixed && word.len() > 15 || is_long) && !is_object(word) && !names_object(word)
}

/// Whether a name is the last word of a longer one, as in `API key`.
fn is_long_name(text: &str, key: &Key) -> bool {
    const FIRST: &[&str] = &[
        "access",
        "account",
        "api",
        "encryption",
        "hmac",
        "license",
        "master",
        "private",
        "secret",
        "signing",
    ];
    key.name.eq_ignore_ascii_case("key") && last_word(text, key.start).is_some_and(|word| is_one(word, FIRST))
}

/// Whether a line of a configuration has only a name of several words and a value: `auth_pass x`, `ENV DB_PASSWORD x`.
fn is_directive(text: &str, key: &Key, word: &Range<usize>) -> bool {
    let is_long = key.name.contains(['_', '.', '-'])
        || key.name.bytes().skip(1).any(|byte| byte.is_ascii_uppercase()) && !key.is_variable();
    let is_last = matches!(at(text, skip_spaces(text, word.end)), 0 | b'\n' | b'\r');
    key.class == Class::Password && !key.is_flag && is_long && is_last && begins_line(text, key.start)
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
