//! Sentences where a value is expected: `password: command not found`, `"password": ["must not be blank"]`. They are the cause
//! of a problem and stay readable.

use super::plain::window;
use super::word::{continues, is_drawn};

/// Words that only sentences have. A text without one of them may be a passphrase.
const DECISIVE: &str = " attempts blank cannot command denied does doesn't exhausted exist exceeded expired failed \
    forbidden found illegal incorrect invalid is isn't malformed mismatch missing must not rejected required requires \
    too unable unauthorized unavailable unbound unexpected unknown unsupported ";

/// Words that begin a sentence and may also be a value of one word.
const FIRST: &str =
    " audience chain command domain found maximum minimum parameter provided rbac unbound variable wrong ";

/// The longest value that is read as a sentence.
const LONGEST: usize = 300;

/// The most words that are looked at.
const WORDS: usize = 24;

/// Whether a value is a sentence: it has several words, most of them are words of sentences, and none looks drawn.
pub(super) fn is_sentence(value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'', '.']);
    if value.starts_with("SQLSTATE ") {
        return true;
    }
    if value.len() > LONGEST || !value.contains(' ') {
        return false;
    }
    let words: Vec<&str> = value.split_ascii_whitespace().take(WORDS).collect();
    let said = words.iter().enumerate().filter(|(index, word)| !is_neutral(word, *index == 0));
    let (mut known, mut others, mut is_decided) = (0, 0, false);
    for (_, word) in said {
        let (decides, begins) = role(word);
        let is_known = decides || begins || continues(word);
        if !is_known && (known == 0 || is_drawn(word)) {
            return false;
        }
        is_decided |= decides;
        if is_known { known += 1 } else { others += 1 }
    }
    is_decided && words.len() > 1 && known >= others
}

/// Whether a sentence begins at a position and reaches the end of the line.
pub(super) fn begins_at(text: &str, position: usize) -> bool {
    is_sentence(line(text, position))
}

/// Whether `pass` is the result of a test and not a password: `PASS: TestLogin (0.02s)`, `pass: 12 of 20`, `pass: build failed
/// with exit code 2`.
pub(super) fn is_result(text: &str, position: usize) -> bool {
    let line = line(text, position);
    let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
    let is_number = first.bytes().all(|byte| byte.is_ascii_digit() || b".,%".contains(&byte));
    let is_test = first.starts_with("test")
        && first.contains(['-', '_', '.', '/'])
        && !first.bytes().any(|byte| byte.is_ascii_digit());
    is_test
        || is_number && (rest.starts_with("of ") || first.ends_with('%'))
        || first.starts_with("Test") && rest.starts_with('(')
        || !is_drawn(first) && rest.contains(' ') && is_sentence(rest)
}

/// The rest of the line, without what closes a text that is quoted.
fn line(text: &str, position: usize) -> &str {
    let near = window(text, position, LONGEST + 1);
    let end = near.find(['\n', '\r']).unwrap_or(near.len());
    let line = near.get(..end).unwrap_or_default();
    line.split(['"', '\\']).next().unwrap_or_default()
}

/// Whether a word says nothing about a sentence: a number, marks, or the code of an error as in `ORA-28001:`. A long number at
/// the start may be the value.
fn is_neutral(word: &str, is_first: bool) -> bool {
    let is_number = !word.bytes().any(|byte| byte.is_ascii_alphabetic());
    is_number && (word.len() < 3 || !is_first) || is_code(word)
}

/// Whether a word is the code of an error: capitals, a dash, digits and a colon.
fn is_code(word: &str) -> bool {
    let Some((letters, digits)) = word.strip_suffix(':').and_then(|word| word.split_once('-')) else {
        return false;
    };
    (2..=8).contains(&letters.len())
        && letters.bytes().all(|byte| byte.is_ascii_uppercase())
        && (2..=7).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a word is one that only sentences have, and whether it is one that begins them.
fn role(word: &str) -> (bool, bool) {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    if word.is_empty() || word.len() > 19 {
        return (false, false);
    }
    // The spaces end the words that are looked for.
    let word = format!(" {} ", word.to_ascii_lowercase());
    (DECISIVE.contains(&word), FIRST.contains(&word))
}
