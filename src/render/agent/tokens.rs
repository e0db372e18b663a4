//! An upper estimate of the tokens of a text, without the vocabulary of a model. `tests/cli/mcp` compares it with the
//! vocabularies of two models.

use crate::text::without_middle;

/// Estimates are in tenths of a token.
const ONE: usize = 10;

/// The kind of a character, as tokenizers split text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Lower,
    Upper,
    Digit,
    Space,
    Line,
    Mark,
    Ideograph,
    Other,
}

fn class(c: char) -> Class {
    match c {
        'a'..='z' => Class::Lower,
        'A'..='Z' => Class::Upper,
        '0'..='9' => Class::Digit,
        ' ' => Class::Space,
        '\n' => Class::Line,
        c if c.is_ascii() => Class::Mark,
        '«' | '»' | '…' | '·' | '—' | '’' => Class::Mark,
        '\u{2e80}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ffef}' => Class::Ideograph,
        _ => Class::Other,
    }
}

/// Returns at least the number of tokens of a text, for texts as this program writes them.
pub(super) fn estimate(text: &str) -> usize {
    let mut tenths = 0;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let of = class(first);
        let end = rest.find(|c| class(c) != of).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        tenths += cost(of, run, after.chars().next().map(class));
        rest = after;
    }
    tenths.div_ceil(ONE)
}

/// Returns the tenths of a token for a run of characters of one class, before a character of another class.
fn cost(of: Class, run: &str, next: Option<Class>) -> usize {
    let count = run.chars().count();
    match of {
        // Words are few tokens, and random letters many.
        Class::Lower if run.contains(['a', 'e', 'i', 'o', 'u', 'y']) => ONE + (count - 1) / 5 * ONE,
        Class::Lower | Class::Upper => count.div_ceil(2) * ONE,
        Class::Digit => count.div_ceil(3) * ONE,
        // One space belongs to the word after it.
        Class::Space => {
            let is_apart = matches!(next, Some(Class::Digit | Class::Ideograph | Class::Other));
            usize::from(count > 1 || is_apart) * ONE
        }
        Class::Line | Class::Mark => count * ONE,
        Class::Ideograph => count * ONE * 3 / 2,
        Class::Other => run.len() * ONE,
    }
}

/// Returns a text of at most this many tokens; a longer one loses its middle.
pub(super) fn shortened(text: &str, most: usize) -> String {
    let mut length = text.chars().count();
    let mut short = text.to_owned();
    while estimate(&short) > most && length > 1 {
        length = length * 4 / 5;
        short = without_middle(text, length);
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_cost_little_and_random_names_much() {
        for (text, tokens) in [
            ("", 0),
            ("the pod is not ready", 5),
            ("web-7d9f8b6c5d-x7x2p", 18),
            ("CrashLoopBackOff", 8),
            ("映像檔", 5),
            ("high, 3h", 5),
            ("12345", 2),
        ] {
            assert_eq!(estimate(text), tokens, "{text}");
        }
    }

    #[test]
    fn a_text_is_shortened_to_its_tokens() {
        for text in ["word ".repeat(500), "映".repeat(500), "\u{1f534}".repeat(500)] {
            let short = shortened(&text, 50);
            assert!(estimate(&short) <= 50 && short.contains('…'), "{short}");
        }
        assert_eq!(shortened("all of it", 50), "all of it");
    }
}
