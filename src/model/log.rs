//! The end of a container's log as it is kept: few lines, and no secrets.

use regex::Regex;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// At most so many lines of a log.
pub const LINES: usize = 10;
/// At most so many characters of a line.
const WIDTH: usize = 300;

/// The end of a container's log, or why it cannot be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LogTail {
    /// The pod's namespace.
    pub namespace: String,
    /// The pod's name.
    pub pod: String,
    /// The container whose log it is.
    pub container: String,
    /// Whether it is the log of the container before the last restart.
    pub previous: bool,
    /// `None` when it can be read; else why not, in the server's words.
    pub refused: Option<String>,
    /// Its last lines, the oldest first, without credentials.
    pub lines: Vec<String>,
}

impl LogTail {
    /// Keeps the last lines of a log that are not empty, as they may be shown.
    pub fn keep(&mut self, text: &str) {
        let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        let last = lines.iter().skip(lines.len().saturating_sub(LINES));
        self.lines = last.map(|line| shorten(&without_secrets(line))).collect();
    }
}

fn shorten(line: &str) -> String {
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) => line.split_at(end).0.to_owned() + "…",
        None => line.to_owned(),
    }
}

/// Credentials as they stand in logs, each with what is left of it. The order matters: what names itself a secret
/// first, then what looks like one.
static SECRETS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let patterns = [
        // scheme://user:password@host
        (r"(?i)\b([a-z][a-z0-9+.-]*://[^/\s:@]*):[^/\s@]+@", "$1:***@"),
        // Authorization: Basic …, Bearer …
        (r"(?i)\b(bearer|basic|digest)\s+[a-z0-9._~+/=-]{8,}", "$1 ***"),
        // password=…, "token": "…", api-key: …
        (
            r#"(?i)([a-z0-9_.-]*(?:passwd|password|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|authorization|cookie|session[_-]?id)[a-z0-9_.-]*["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s,;&}\])]+)"#,
            "$1***",
        ),
        // --password …
        (r"(?i)(--?[a-z-]*(?:password|passwd|secret|token|api-?key)[a-z-]*\s+)\S+", "$1***"),
        // A JSON web token.
        (r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.?[A-Za-z0-9_-]*", "***"),
        // Keys of clouds and code hosts that name themselves.
        (
            r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{20,}\b|\bglpat-[A-Za-z0-9_-]{16,}|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bsk-[A-Za-z0-9_-]{20,}|\bAIza[A-Za-z0-9_-]{30,}",
            "***",
        ),
        // A key in PEM, on one line or at its beginning.
        (r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*", "***"),
    ];
    patterns.into_iter().map(|(pattern, left)| (compiled(pattern), left)).collect()
});

/// The middle of a key in PEM, or any other long run of base64.
static BLOB: LazyLock<Regex> = LazyLock::new(|| compiled(r"\b[A-Za-z0-9+/]{60,}={0,2}"));

#[allow(clippy::expect_used, reason = "the patterns are constants, and a test uses all of them")]
fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is right")
}

/// A text with what looks like a credential left out. It rather hides too much.
pub fn without_secrets(text: &str) -> String {
    let mut out = text.to_owned();
    for (pattern, left) in SECRETS.iter() {
        out = pattern.replace_all(&out, *left).into_owned();
    }
    // A digest is no secret, and says which image it was.
    let blob = |found: &regex::Captures| match found.get(0).map_or("", |all| all.as_str()) {
        digest if digest.bytes().all(|byte| byte.is_ascii_hexdigit()) => digest.to_owned(),
        _ => "***".to_owned(),
    };
    BLOB.replace_all(&out, blob).into_owned()
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
        ] {
            assert_eq!(without_secrets(line), line);
        }
    }

    #[test]
    fn only_the_end_is_kept() {
        let mut tail = LogTail::default();
        let log: String = (0..50).map(|n| format!("line {n}\n\n")).collect();
        tail.keep(&(log + &"x".repeat(10_000)));
        assert_eq!(tail.lines.len(), LINES);
        assert_eq!(tail.lines[0], "line 41");
        assert_eq!(tail.lines[LINES - 1].chars().count(), WIDTH + 1);
    }
}
