//! Tokens without a prefix that are known by their form: long runs of base64, a mark in the middle or at the end.

use super::plain::{at, before, between, is_name, skip, skip_most};
use std::ops::Range;

/// A form of tokens with a mark inside of it.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) mark: &'static str,
    /// The characters before the mark.
    left: (Body, usize, usize),
    /// The characters after it.
    right: (Body, usize, usize),
}

/// The characters of a part of a token.
#[derive(Clone, Copy, Debug)]
enum Body {
    Digits,
    Hex,
    /// Letters, digits, `_`, `-`, `.` and `~`.
    Word,
}

/// The forms as their issuers document them: bots of Telegram, secrets of Azure AD, tokens of Terraform, keys of New Relic.
pub(super) static FORMS: &[Form] = &[
    Form { mark: ":AA", left: (Body::Digits, 8, 10), right: (Body::Word, 32, 34) },
    Form { mark: "8Q~", left: (Body::Word, 3, 3), right: (Body::Word, 31, 34) },
    Form { mark: "7Q~", left: (Body::Word, 3, 3), right: (Body::Word, 31, 34) },
    Form { mark: ".atlasv1.", left: (Body::Word, 14, 14), right: (Body::Word, 60, 70) },
    Form { mark: "NRAL", left: (Body::Hex, 36, 36), right: (Body::Word, 0, 0) },
];

impl Form {
    /// Returns the token around a mark.
    pub(super) fn token(&self, text: &str, start: usize) -> Option<Range<usize>> {
        let after = start + self.mark.len();
        if between(text, start, after) != self.mark {
            return None;
        }
        let (body, least, most) = self.left;
        let bytes = text.as_bytes().get(start.saturating_sub(most + 1)..start).unwrap_or_default();
        let left = bytes.iter().rev().take_while(|byte| body.has(**byte)).count();
        let (body, least_after, most_after) = self.right;
        let right = skip_most(text, after, most_after + 1, |byte| body.has(byte)) - after;
        let fits = (least..=most).contains(&left) && (least_after..=most_after).contains(&right);
        fits.then(|| start - left..after + right)
    }
}

impl Body {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Digits => byte.is_ascii_digit(),
            Self::Hex => byte.is_ascii_hexdigit(),
            Self::Word => byte.is_ascii_alphanumeric() || b"_-.~".contains(&byte),
        }
    }
}

/// The fewest characters of a run of base64 that is hidden without a name.
const LONGEST_OPEN: usize = 60;

/// Adds the tokens that have no prefix: long runs of base64, and bootstrap tokens of Kubernetes.
pub(super) fn bare(text: &str, spans: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let mut start = 0;
    while start < bytes.len() {
        let end = skip(text, start, |byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte));
        if end - start >= LONGEST_OPEN && is_base64(between(text, start, end)) {
            spans.push(start..skip(text, end, |byte| byte == b'='));
        } else if end - start == 6 && at(text, end) == b'.' {
            spans.extend(bootstrap(text, start));
        } else if (23..29).contains(&(end - start)) && at(text, end) == b'.' {
            spans.extend(bot(text, start, end));
        }
        start = end + 1;
    }
}

/// Whether a run is base64 and not the digits of a digest or a path: a piece of it has small letters, capitals and digits.
fn is_base64(run: &str) -> bool {
    let is_mixed = |piece: &str| {
        let any = |is: fn(&u8) -> bool| piece.bytes().any(|byte| is(&byte));
        piece.len() > 19
            && any(u8::is_ascii_lowercase)
            && any(u8::is_ascii_uppercase)
            && any(u8::is_ascii_digit)
    };
    let is_repeated = run.len() > 59 && run.bytes().skip(1).all(|byte| Some(&byte) == run.as_bytes().first());
    run.split(['/', '+']).any(is_mixed) && !is_repeated
}

/// Returns a bootstrap token, six characters, a dot and sixteen. The name of an event is no token: its end is hexadecimal.
fn bootstrap(text: &str, start: usize) -> Option<Range<usize>> {
    let end = start + 23;
    let (id, secret) = (between(text, start, start + 6), between(text, start + 7, end));
    let is_free = |byte: u8| !is_name(byte) && byte != b'/' && byte != b'@';
    let is_drawn = |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_token = is_drawn(id)
        && is_drawn(secret)
        && secret.len() == 16
        && secret.bytes().any(|byte| byte.is_ascii_digit())
        && !secret.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_token && is_free(before(text, start)) && is_free(at(text, end))).then_some(start..end)
}

/// Returns the token of a bot of Discord: the number of the bot in base64, a time and a signature, with dots between them.
fn bot(text: &str, start: usize, end: usize) -> Option<Range<usize>> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    let time = skip_most(text, end + 1, 8, is_part);
    let last = skip_most(text, time + 1, 64, is_part);
    let id = between(text, start, end);
    let is_id = id.starts_with(['M', 'N', 'O'])
        && id.bytes().any(|byte| byte.is_ascii_lowercase())
        && id.bytes().skip(1).any(|byte| byte.is_ascii_uppercase());
    let fits = time == end + 7 && at(text, time) == b'.' && (27..=40).contains(&(last - time - 1));
    (is_id && fits && !is_name(before(text, start))).then_some(start..last)
}
