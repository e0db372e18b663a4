//! Counts requests for each host in access logs of nginx. Supported: the combined format with `$host` before or after
//! it, `vhost_combined`, and JSON; also compressed with gzip.
//!
//! Out of scope: all other contents of a line. Nothing of them is kept.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// The longest line of nginx; longer lines are skipped.
const LONGEST: u64 = 64 << 10;

/// The keys of JSON logs for the host, the best first.
const KEYS: [&str; 6] = ["host", "http_host", "vhost", "authority", ":authority", "server_name"];

/// The counts of some logs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    /// The number of requests by host.
    pub(crate) requests: BTreeMap<String, i64>,
    /// The number of lines with a host, or with an empty one.
    pub(crate) read: u64,
    /// The number of lines whose host cannot be found.
    pub(crate) unread: u64,
}

/// The most bytes that are read of a log, after decompression: more come from a device or a decompression bomb.
pub(crate) const LARGEST_LOG: u64 = 16 << 30;

/// Counts the requests for the hosts in `into`, line by line, until `is_stopped`.
///
/// # Errors
///
/// When the log cannot be read or the count was stopped. The counts so far stay.
pub(crate) fn count(path: &Path, into: &mut Counted, is_stopped: &dyn Fn() -> bool) -> io::Result<()> {
    let mut stream = BufReader::with_capacity(BLOCK, std::fs::File::open(path)?);
    let limited = |stream| BufReader::with_capacity(BLOCK, Limited { stream, left: LARGEST_LOG, is_stopped });
    if stream.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        let unpacked: Box<dyn Read> = Box::new(flate2::bufread::MultiGzDecoder::new(stream));
        return lines(limited(unpacked), into);
    }
    lines(limited(Box::new(stream)), into)
}

/// The number of bytes read at once.
const BLOCK: usize = 1 << 16;

/// A stream that ends at a length or when it is stopped.
struct Limited<'s> {
    stream: Box<dyn Read>,
    left: u64,
    is_stopped: &'s dyn Fn() -> bool,
}

impl Read for Limited<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if (self.is_stopped)() {
            return Err(io::Error::other("stopped"));
        }
        let read = self.stream.read(into)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            let why = format!("longer than {} GiB: the rest was not read", LARGEST_LOG >> 30);
            io::Error::new(io::ErrorKind::FileTooLarge, why)
        })?;
        Ok(read)
    }
}

fn lines(mut stream: impl BufRead, into: &mut Counted) -> io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if stream.by_ref().take(LONGEST).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if line.last() != Some(&b'\n') && line.len() as u64 == LONGEST {
            stream.skip_until(b'\n')?;
            into.unread += 1;
            continue;
        }
        let text = String::from_utf8_lossy(&line);
        match text.trim() {
            "" => {}
            text => into.take(host(text, &into.requests)),
        }
    }
}

impl Counted {
    fn take(&mut self, host: Option<String>) {
        let Some(host) = host else {
            self.unread += 1;
            return;
        };
        self.read += 1;
        if let Some(count) = self.requests.get_mut(&host) {
            *count += 1;
        }
    }
}

/// Returns the host of a line; empty if the client sent none. If a JSON line has several, the first one in `asked`
/// counts.
fn host(line: &str, asked: &BTreeMap<String, i64>) -> Option<String> {
    if line.starts_with('{') {
        let fields: BTreeMap<String, serde_json::Value> = serde_json::from_str(line).ok()?;
        let mut all = KEYS.iter().filter_map(|key| named(fields.get(*key)?.as_str()?));
        let first = all.next()?;
        let known = Some(first.clone()).into_iter().chain(all).find(|host| asked.contains_key(host));
        return Some(known.unwrap_or(first));
    }
    let (before, rest) = line.split_once(" [")?;
    let words: Vec<&str> = before.split(' ').collect();
    if words.len() > 3 && words.get(2) == Some(&"-") {
        return named(words.first()?);
    }
    // nginx writes a quote within quotes as \x22, so text after the last quote is not from the client.
    let quotes = rest.matches('"').count();
    let (quoted, behind) = rest.rsplit_once('"')?;
    match behind.split_whitespace().last() {
        Some(last) if quotes >= 6 && quotes % 2 == 0 => named(last),
        None if quotes >= 8 && quotes % 2 == 0 => named(quoted.rsplit_once('"')?.1),
        _ => None,
    }
}

/// Normalizes a host from a client, which may contain capitals, a port and a final dot.
fn named(text: &str) -> Option<String> {
    if matches!(text, "-" | "" | "_") {
        return Some(String::new());
    }
    let text =
        text.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(text, |(host, _)| host);
    let host = text.trim_end_matches('.').to_ascii_lowercase();
    (super::is_name(&host) || host.starts_with('[')).then_some(host)
}

#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(bytes: &[u8]) {
    let mut counted =
        Counted { requests: BTreeMap::from([("shop.example.com".to_owned(), 0)]), ..Counted::default() };
    let _ = lines(bytes, &mut counted);
    assert!(
        counted.requests.values().sum::<i64>().unsigned_abs() <= counted.read,
        "a host is counted once for a line"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(text: &str) -> (i64, u64, u64) {
        let mut into = Counted { requests: [("a.example.com".to_owned(), 0)].into(), ..Counted::default() };
        lines(text.as_bytes(), &mut into).unwrap();
        (into.requests["a.example.com"], into.read, into.unread)
    }

    #[test]
    fn finds_the_host_in_each_format() {
        let combined = r#"192.0.2.9 - bob [25/Dec/2025:10:00:00 +0800] "GET /?q=1 HTTP/1.1" 404 153 "-" "curl/8 (x) \x22b.example.com\x22""#;
        for line in [
            format!("a.example.com {combined}"),
            format!("A.example.com.:443 {combined}"),
            format!("{combined} a.example.com"),
            format!("{combined} 0.003 \"a.example.com:8080\""),
            format!("{combined} \"10.0.0.1\" a.example.com"),
            r#"{"time": "now", "host": "a.example.com", "server_name": "_", "status": 404}"#.to_owned(),
            r#"{"vhost": "a.example.com"}"#.to_owned(),
            r#"{"authority": "a.example.com:443", "bytes": 1}"#.to_owned(),
            r#"{"host": "web-7", "http_host": "a.example.com"}"#.to_owned(),
            r#"{"host": "not a host", "vhost": "a.example.com"}"#.to_owned(),
            r#"{"host": "", "server_name": "a.example.com"}"#.to_owned(),
        ] {
            assert_eq!(counted(&line), (1, 1, 0), "{line}");
        }
        assert_eq!(counted(&format!("{combined} -\nb.example.com {combined}\n")), (0, 2, 0));
        // Text from a client never makes a line count for a host.
        let forged = r#"192.0.2.9 - - [now] "GET / HTTP/1.1" 404 153 "-" "x a.example.com""#;
        for line in [combined, forged, "", "a.example.com", "{\"host\": 7}", "{", "[] \"\"", " [\""] {
            assert_eq!(counted(line).0, 0, "{line}");
        }
        assert_eq!(counted(&format!("{combined}\nnonsense\n\n")), (0, 0, 2));
    }

    #[test]
    fn stops_on_request_and_at_the_largest_size() {
        let asked = std::cell::Cell::new(0);
        let stop = || {
            asked.set(asked.get() + 1);
            asked.get() > 9
        };
        let mut into = Counted::default();
        let error = count(Path::new("/dev/zero"), &mut into, &stop).unwrap_err();
        assert_eq!((error.to_string(), asked.get(), into.read), ("stopped".to_owned(), 10, 0));
        let stream = Box::new(io::repeat(0));
        let mut short = Limited { stream, left: 100 << 10, is_stopped: &|| false };
        let error = io::copy(&mut short, &mut io::sink()).unwrap_err();
        assert_eq!(error.to_string(), "longer than 16 GiB: the rest was not read");
    }

    #[test]
    fn skips_lines_that_are_too_long() {
        let long = "x".repeat(200 << 10);
        assert_eq!(counted(&format!("{long}\n{{\"host\": \"a.example.com\"}}\n")), (1, 1, 1));
    }
}
