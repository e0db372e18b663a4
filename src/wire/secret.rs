//! Removes credentials from the texts of users and programs: nothing that looks like a credential is kept, shown or
//! captured.

use regex::{Captures, Regex};
use std::borrow::Cow;
use std::sync::LazyLock;

/// Values with the name of a secret: `password=…`, `"token": "…"`, `api-key: …`.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r#"(?i)([a-z0-9_.-]*(?:passwd|password|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|authorization|cookie|session[_-]?id)[a-z0-9_.-]*["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s,;&}\])]+)"#,
    )
});

/// Words that continue a sentence after a colon, as in `volume "db-credentials" : secret "db" not found` and
/// `failed to fetch oauth token: unexpected status`. They are not credentials.
const WORDS: [&str; 14] = [
    "cannot",
    "configmap",
    "context",
    "dial",
    "error",
    "failed",
    "get",
    "invalid",
    "not",
    "references",
    "rpc",
    "secret",
    "unable",
    "unexpected",
];

/// Credentials by their form, each with its replacement.
static SHAPED: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let patterns = [
        // --password …
        (
            r"(?i)((?:^|[^a-z0-9-])--?(?:[a-z]+-)*(?:password|passwd|secret|token|api-?key)(?:-[a-z]+)*\s+)\S+",
            "$1***",
        ),
        // A JSON web token.
        (r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.?[A-Za-z0-9_-]*", "***"),
        // Keys of clouds and code hosts with a prefix.
        (
            r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{20,}\b|\bglpat-[A-Za-z0-9_-]{16,}|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bsk-[A-Za-z0-9_-]{20,}|\bAIza[A-Za-z0-9_-]{30,}",
            "***",
        ),
        // A key in PEM, on one line or at its beginning.
        (r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*", "***"),
    ];
    patterns.into_iter().map(|(pattern, left)| (compiled(pattern), left)).collect()
});

/// `scheme://user:password@host`, `Authorization: Basic …`.
static SPOKEN: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let patterns = [
        (r"(?i)\b([a-z][a-z0-9+.-]*://[^/\s:@]*):[^/\s@]+@", "$1:***@"),
        (r"(?i)\b(bearer|basic|digest)\s+[a-z0-9._~+/=-]{8,}", "$1 ***"),
    ];
    patterns.into_iter().map(|(pattern, left)| (compiled(pattern), left)).collect()
});

/// The middle of a key in PEM, or another long run of base64.
static BLOB: LazyLock<Regex> = LazyLock::new(|| compiled(r"\b[A-Za-z0-9+/]{60,}={0,2}"));

#[allow(clippy::expect_used, reason = "the patterns are constants, and a test uses all of them")]
fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is right")
}

/// Returns a text without its credentials. If in doubt, it hides too much.
pub fn without_secrets(text: &str) -> String {
    let mut out = text.to_owned();
    // The order matters: first those in URLs and headers, then those with the name of a secret, then those with the form
    // of one.
    for (pattern, left) in SPOKEN.iter() {
        replace(&mut out, |text| pattern.replace_all(text, *left));
    }
    replace(&mut out, |text| NAMED.replace_all(text, named));
    for (pattern, left) in SHAPED.iter() {
        replace(&mut out, |text| pattern.replace_all(text, *left));
    }
    replace(&mut out, |text| BLOB.replace_all(text, blob));
    out
}

/// Removes the credentials from a text.
pub(super) fn hide_secrets(text: &mut String) {
    if !text.is_empty() {
        *text = without_secrets(text);
    }
}

fn replace(text: &mut String, with: impl Fn(&str) -> Cow<str>) {
    if let Cow::Owned(changed) = with(text) {
        *text = changed;
    }
}

fn named(found: &Captures) -> String {
    let part = |index| found.get(index).map_or("", |part| part.as_str());
    let goes_on = WORDS.iter().any(|word| word.eq_ignore_ascii_case(part(2)));
    part(1).to_owned() + if goes_on { part(2) } else { "***" }
}

/// Whether a run is a digest, which is not a secret and identifies an image.
fn blob(found: &Captures) -> String {
    match found.get(0).map_or("", |all| all.as_str()) {
        digest if digest.bytes().all(|byte| byte.is_ascii_hexdigit()) => digest.to_owned(),
        _ => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_do_not_come_through() {
        for line in [
            "connect postgres://app:CANARY@db:5432/app failed",
            "Authorization: Bearer CANARYCANARYCANARY",
            "password=CANARY user=app",
            "DB_PASSWORD: 'CANARY with spaces'",
            r#"{"level":"error","token":"CANARY","msg":"denied"}"#,
            r#"{"clientSecret" : "CANARY"}"#,
            "starting with --api-key CANARY --port 80",
            "jwt eyJhbGciOiJIUzI1NiJ9CANARY.eyJzdWIiOiIxIn0.CANARY",
            "aws AKIAIOSFODNN7CANARYX refused",
            "-----BEGIN RSA PRIVATE KEY-----CANARY",
            "Cookie: sid=CANARY",
            "X-Api-Key:CANARY",
            "redis://:CANARY@cache:6379",
            "TOKEN=CANARY;next",
            "blob MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCANARYCANARYCANARYCANARY==",
        ] {
            let shown = without_secrets(line);
            assert!(!shown.contains("CANARY"), "{shown}");
            assert!(shown.contains("***"), "{shown}");
        }
        for line in [
            "ERROR dial tcp 10.0.0.1:5432: connect: connection refused",
            "java.lang.OutOfMemoryError: Java heap space",
            "pod registry.example.com/app@sha256:0123456789abcdef0123456789abcdef is here",
            "authentication failed for user app",
            "MountVolume.SetUp failed for volume \"db-credentials\" : secret \"db-credentials\" not found",
            "couldn't find key db-password in Secret shop/db",
            "failed to fetch oauth token: unexpected status: 401 Unauthorized",
        ] {
            assert_eq!(without_secrets(line), line);
        }
    }
}
