//! Responses that are errors: a Status in either encoding, or the text of a proxy.

use super::Error;
use crate::text::head;
use crate::wire::{Envelope, PROTOBUF_MAGIC, Status, Time, without_secrets};
use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, DATE, RETRY_AFTER};
use prost::Message;
use std::time::Duration;

/// Reads a response that is not 2xx.
pub(super) fn refusal(code: u16, body: &Bytes) -> Error {
    let status = if body.starts_with(&PROTOBUF_MAGIC) {
        Envelope::decode(body.slice(PROTOBUF_MAGIC.len()..)).and_then(|e| Status::decode(e.raw)).ok()
    } else {
        serde_json::from_slice::<Status>(body).ok()
    };
    match status.filter(|status| status.code != 0 || !status.message.is_empty()) {
        Some(status) => {
            let (message, reason) = (without_secrets(&status.message), without_secrets(&status.reason));
            Error::Status(Box::new(Status { code: code.into(), message, reason, ..status }))
        }
        // An overloaded API server answers in plain text.
        None if code == 429 || code == 401 => Error::Status(Box::new(Status {
            code: code.into(),
            message: first_words(body),
            reason: if code == 429 { "TooManyRequests".to_owned() } else { "Unauthorized".to_owned() },
            ..Status::default()
        })),
        None => match named_parts(body) {
            parts if parts.is_empty() => Error::Foreign { code, text: first_words(body) },
            parts => Error::NotReady { parts, error: None },
        },
    }
}

/// The maximum number of parts that are named.
const PARTS: usize = 10;

/// Returns the failing parts that `/readyz` lists: `etcd` of the line `[-]etcd failed: reason withheld`.
fn named_parts(body: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(body);
    let names = text.lines().filter_map(|line| line.strip_prefix("[-]")?.split_once(" failed"));
    let is_name = |name: &str| {
        name.len() <= 100 && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:".contains(c))
    };
    names.map(|(name, _)| name).filter(|name| is_name(name)).take(PARTS).map(without_secrets).collect()
}

/// Whether the body is an HTML page: from a proxy, a portal or a login, whatever its status.
pub(super) fn is_html(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("text/html")
}

/// Returns the beginning of a body as one line, without credentials.
pub(super) fn first_words(body: &[u8]) -> String {
    // A credential that is cut may not be recognized.
    let text = String::from_utf8_lossy(body.get(..4096.min(body.len())).unwrap_or_default());
    let line = without_secrets(&text).split_whitespace().collect::<Vec<_>>().join(" ");
    head(&line, 200).to_owned()
}

/// Returns when the server sent the response, by the server's clock.
pub(super) fn sent_at(headers: &HeaderMap) -> Option<Time> {
    http_date(headers.get(DATE)?.to_str().ok()?)
}

/// Returns the pause that the server asks for: seconds, or a date by the server's clock.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let seconds = http_date(text)?.seconds - sent_at(headers)?.seconds;
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

fn http_date(text: &str) -> Option<Time> {
    let zoned = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Time::from(zoned))
}

#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(bytes: &[u8]) {
    let _ = http_date(&String::from_utf8_lossy(bytes));
    let _ = refusal(403, &Bytes::copy_from_slice(bytes)).to_string();
    let _ = first_words(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn http_dates_are_read() {
        assert_eq!(http_date("Fri, 26 Dec 2025 02:00:00 GMT"), Some(Time::at(1_766_714_400)));
        assert_eq!(http_date("yesterday"), None);
    }

    #[test]
    fn retry_after_is_in_seconds_or_a_date() {
        let wait = |pairs: &[_]| retry_after(&headers(pairs)).map(|wait| wait.as_secs());
        let (date, later) = ("Fri, 26 Dec 2025 02:00:00 GMT", "Fri, 26 Dec 2025 02:00:07 GMT");
        assert_eq!(wait(&[("retry-after", "3")]), Some(3));
        assert_eq!(wait(&[("retry-after", later), ("date", date)]), Some(7));
        assert_eq!(wait(&[("retry-after", date), ("date", later)]), Some(0), "the date has passed");
        assert_eq!(wait(&[("retry-after", later)]), None, "without the server's clock");
        assert_eq!(wait(&[("retry-after", "soon")]), None);
        assert_eq!(wait(&[]), None);
    }

    #[test]
    fn errors_read_as_in_kubectl() {
        let json = br#"{"kind":"Status","code":403,"reason":"Forbidden","message":"pods is forbidden"}"#;
        for (code, body, line) in [
            (403, &json[..], "Error from server (Forbidden): pods is forbidden"),
            (401, b"", "error: You must be logged in to the server (Unauthorized)"),
            (
                429,
                b"Too many requests, please try again later.\n",
                "Error from server (TooManyRequests): Too many requests, please try again later.",
            ),
            (502, b"<html>\n<b>Bad Gateway</b>", "Error from server: HTTP 502: <html> <b>Bad Gateway</b>"),
        ] {
            assert_eq!(refusal(code, &Bytes::copy_from_slice(body)).to_string(), line);
        }
    }
}
