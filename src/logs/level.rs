//! The level of a line: the one that it states, in any known format, or else the one that its words suggest.

use super::access;
use super::benign::{self, Benign};
use super::{json, words};
use aho_corasick::{AhoCorasick, MatchKind};
use std::borrow::Cow;
use std::sync::LazyLock;

/// The level that a line states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Debug, info or notice.
    Quiet,
    Warning,
    Error,
    /// Critical, alert, emergency or panic.
    Fatal,
}

/// The class under which a line is counted. Folded classes come first, the worst of them first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The program ends or must end.
    Fatal,
    /// An error, or a request with a 5xx response.
    Error,
    /// A request with a 4xx response: an error of the client.
    Client,
    /// Not a problem of the program, by the rule with this id.
    Benign(&'static str),
    Warning,
    /// All other lines.
    Quiet,
}

impl Class {
    /// Returns the name in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Class::Fatal => "fatal",
            Class::Error => "error",
            Class::Client => "client-error",
            Class::Benign(_) => "benign",
            Class::Warning => "warning",
            Class::Quiet => "quiet",
        }
    }

    pub fn is_error(self) -> bool {
        matches!(self, Class::Fatal | Class::Error)
    }

    /// Returns whether lines of this class are folded into patterns.
    pub fn is_folded(self) -> bool {
        !matches!(self, Class::Warning | Class::Quiet)
    }
}

/// The part of a line that matters.
#[derive(Debug, PartialEq)]
pub(super) struct Event<'l> {
    pub(super) class: Class,
    /// The text to fold, without time, level and thread if they are known.
    pub(super) text: Cow<'l, str>,
    /// Whether only equal texts form a pattern, because nothing in the text varies.
    pub(super) is_exact: bool,
    /// Whether the line states its level. Then its words do not raise it.
    pub(super) is_stated: bool,
}

impl<'l> Event<'l> {
    fn stated(level: Level, text: impl Into<Cow<'l, str>>) -> Self {
        let class = match level {
            Level::Quiet => Class::Quiet,
            Level::Warning => Class::Warning,
            Level::Error => Class::Error,
            Level::Fatal => Class::Fatal,
        };
        Self { class, text: text.into(), is_exact: false, is_stated: true }
    }

    fn quiet() -> Self {
        Self { class: Class::Quiet, text: Cow::Borrowed(""), is_exact: false, is_stated: false }
    }

    /// Returns the event, with class benign if a rule matches.
    fn unless_benign(mut self, whole: &str) -> Self {
        if self.class.is_folded()
            && let Some(Benign { id, .. }) = benign::of_line(whole)
        {
            self.class = Class::Benign(id);
        }
        self
    }
}

/// Reads a line without color codes.
pub(super) fn read(line: &str) -> Event<'_> {
    let line = line.trim_start();
    if line.starts_with('{')
        && let Some(fields) = json::read(line)
    {
        return of_json(&fields, line).unless_benign(line);
    }
    if let Some(request) = access::read(line) {
        return of_request(&request);
    }
    let known = klog(line).or_else(|| syslog(line)).or_else(|| logfmt(line)).or_else(|| header(line));
    known.or_else(|| unstated(line)).unwrap_or_else(Event::quiet).unless_benign(line)
}

fn of_request<'l>(request: &access::Request) -> Event<'l> {
    let blank = Event::quiet();
    match request.status {
        500..=599 => Event { class: Class::Error, text: request.pattern().into(), is_exact: true, ..blank },
        400..=499 => match benign::of_request(request) {
            // The paths of scanners have no meaning, so all of them form one pattern.
            Some(rule) => {
                let text = format!("{} <path> {}", request.method, request.status);
                Event { class: Class::Benign(rule.id), text: text.into(), is_exact: true, ..blank }
            }
            None => Event { class: Class::Client, text: request.pattern().into(), is_exact: true, ..blank },
        },
        _ => Event { is_stated: true, ..blank },
    }
}

fn of_json<'l>(fields: &json::Fields<'l>, line: &'l str) -> Event<'l> {
    if let (None, Some(request)) = (fields.level, fields.request()) {
        return of_request(&request);
    }
    match fields.level {
        Some(level) if level < Level::Error => Event::stated(level, ""),
        Some(level) => Event::stated(level, fields.text().unwrap_or(Cow::Borrowed(line))),
        None if fields.has_error() => {
            Event::stated(Level::Error, fields.text().unwrap_or(Cow::Borrowed(line)))
        }
        None => {
            let Some(text) = fields.text() else { return Event::quiet() };
            let level = words::of_text(&text);
            level.map_or_else(Event::quiet, |level| Event { is_stated: false, ..Event::stated(level, text) })
        }
    }
}

/// Reads `E1226 02:00:00.123456       1 file.go:12] text` of klog and glog.
fn klog(line: &str) -> Option<Event<'_>> {
    let bytes = line.as_bytes();
    let (level, digits) = (bytes.first()?, bytes.get(1..5)?);
    if bytes.get(5) != Some(&b' ') || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let level = match level {
        b'I' => Level::Quiet,
        b'W' => Level::Warning,
        b'E' => Level::Error,
        b'F' => Level::Fatal,
        _ => return None,
    };
    let text = line.split_once("] ").map_or(line, |(_, text)| text);
    Some(Event::stated(level, text))
}

/// Reads `<3>text` of kernels and daemons: facility times 8 plus severity (RFC 5424, 6.2.1).
fn syslog(line: &str) -> Option<Event<'_>> {
    let (number, text) = line.strip_prefix('<')?.split_once('>')?;
    let severity = number.parse::<u8>().ok().filter(|number| *number < 192)? % 8;
    Some(Event::stated(words::of_severity(severity), text))
}

/// The keys of level, message and error in `key=value` lines.
static KEYS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let keys =
        ["level=", "lvl=", "severity=", "loglevel=", "log_level=", "msg=", "message=", "err=", "error="];
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .ascii_case_insensitive(true)
        .build(keys)
        .ok()
});

/// Reads `level=error msg="…" err="…"` of logfmt.
fn logfmt(line: &str) -> Option<Event<'_>> {
    memchr::memchr(b'=', line.as_bytes())?;
    let (mut level, mut message, mut error) = (None, None, None);
    for found in KEYS.as_ref()?.find_iter(line) {
        let before = found.start().checked_sub(1).and_then(|at| line.as_bytes().get(at));
        if !matches!(before, None | Some(b' ' | b'\t' | b'[' | b',' | b'{' | b'"')) {
            continue;
        }
        let value = || value(line.get(found.end()..).unwrap_or_default());
        match found.pattern().as_usize() {
            0..=4 if level.is_none() => {
                level = words::of_word(value());
                if level.is_some_and(|level| level < Level::Error) {
                    break;
                }
            }
            5 | 6 if message.is_none() => message = Some(value()),
            7 | 8 if error.is_none() => error = Some(value()),
            _ => {}
        }
    }
    let level = level?;
    let text = match (message, error.filter(|error| !error.is_empty())) {
        _ if level < Level::Error => Cow::Borrowed(""),
        (Some(message), Some(error)) => format!("{message} err={error}").into(),
        (Some(message), None) => message.into(),
        (None, _) => line.into(),
    };
    Some(Event::stated(level, text))
}

/// Returns the value at the start of a text, without quotes.
fn value(text: &str) -> &str {
    match text.strip_prefix('"') {
        Some(quoted) => {
            let mut escaped = false;
            let end = quoted.bytes().position(|byte| {
                let ends = byte == b'"' && !escaped;
                escaped = byte == b'\\' && !escaped;
                ends
            });
            quoted.get(..end.unwrap_or(quoted.len())).unwrap_or_default()
        }
        None => text.split([' ', '\t', ',', ']', '}']).next().unwrap_or_default(),
    }
}

/// Reads a level among the first words of a line, as log4j, Python, nginx, databases and others write it.
fn header(line: &str) -> Option<Event<'_>> {
    let (level, end) = words::in_header(line)?;
    let text = if level < Level::Error { "" } else { line.get(end..).unwrap_or_default() };
    let text = text.trim_start_matches([' ', '\t', ']', ')', '>', '-', ':', '|', '】', '：', '"']);
    let text = without_logger(text);
    Some(Event::stated(level, if text.is_empty() && level >= Level::Error { line } else { text }))
}

/// Returns a message without the name of its logger, such as `c.e.Shop - text` or `1 --- [main] c.e.Shop : text`.
/// Words that all messages share would make all messages similar.
fn without_logger(text: &str) -> &str {
    let mark = [" - ", " : "].into_iter().filter_map(|mark| text.find(mark)).min().filter(|at| *at <= 120);
    let Some((before, after)) = mark.and_then(|at| text.split_at_checked(at)) else { return text };
    let name = before.rsplit([' ', '[', ']']).next().unwrap_or_default();
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_.$:/-".contains(&byte);
    let is_name = name.contains('.') || name.contains("::") || before.contains("--- ");
    if is_name && name.bytes().all(is_part) { after.get(3..).unwrap_or_default().trim_start() } else { text }
}

/// Reads a line that states no level and reports an error.
fn unstated(line: &str) -> Option<Event<'_>> {
    let level = words::of_text(line)?;
    Some(Event { is_stated: false, ..Event::stated(level, line) })
}
