//! How bad a line is: by the level that it states, in whichever form; else by what it says.

use super::access;
use super::benign::{self, Benign};
use super::{json, words};
use aho_corasick::{AhoCorasick, MatchKind};
use std::borrow::Cow;
use std::sync::LazyLock;

/// How bad a program says that something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing is wrong.
    Quiet,
    /// Something may become wrong.
    Warning,
    /// Something did not work.
    Error,
    /// Nothing works any more.
    Fatal,
}

/// What a line is counted as. Those that are folded come worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The program ends, or should.
    Fatal,
    /// Something did not work; requests answered with 5xx too.
    Error,
    /// A request that was answered with 4xx: whoever asked did wrong.
    Client,
    /// What is no trouble of the program's, by the rule of this id.
    Benign(&'static str),
    /// A warning.
    Warning,
    /// Anything else.
    Quiet,
}

impl Class {
    /// In one word, as machines read it.
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

    /// Whether it is an error or worse.
    pub fn is_error(self) -> bool {
        matches!(self, Class::Fatal | Class::Error)
    }

    /// Whether lines of it are folded into patterns.
    pub fn is_folded(self) -> bool {
        !matches!(self, Class::Warning | Class::Quiet)
    }
}

/// What a line says.
#[derive(Debug, PartialEq)]
pub(super) struct Said<'l> {
    pub(super) class: Class,
    /// What of it is folded: without time, level and thread where they are known.
    pub(super) text: Cow<'l, str>,
    /// Lines of one text only are one pattern: nothing in it is left to guess.
    pub(super) is_exact: bool,
    /// It states its level: what else it says does not make it worse.
    pub(super) is_stated: bool,
}

impl<'l> Said<'l> {
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

    /// The same, if no rule says that it is benign.
    fn unless_benign(mut self, whole: &str) -> Self {
        if self.class.is_folded()
            && let Some(Benign { id, .. }) = benign::of_line(whole)
        {
            self.class = Class::Benign(id);
        }
        self
    }
}

/// What a line says; it is without colours.
pub(super) fn read(line: &str) -> Said<'_> {
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
    known.or_else(|| spoken(line)).unwrap_or_else(Said::quiet).unless_benign(line)
}

fn of_request<'l>(request: &access::Request) -> Said<'l> {
    let blank = Said::quiet();
    match request.status {
        500..=599 => Said { class: Class::Error, text: request.pattern().into(), is_exact: true, ..blank },
        400..=499 => match benign::of_request(request) {
            // A scanner asks for everything: what it asked for tells nobody anything.
            Some(rule) => {
                let text = format!("{} <path> {}", request.method, request.status);
                Said { class: Class::Benign(rule.id), text: text.into(), is_exact: true, ..blank }
            }
            None => Said { class: Class::Client, text: request.pattern().into(), is_exact: true, ..blank },
        },
        _ => Said { is_stated: true, ..blank },
    }
}

fn of_json<'l>(fields: &json::Fields<'l>, line: &'l str) -> Said<'l> {
    if let (None, Some(request)) = (fields.level, fields.request()) {
        return of_request(&request);
    }
    match fields.level {
        Some(level) if level < Level::Error => Said::stated(level, ""),
        Some(level) => Said::stated(level, fields.text().unwrap_or(Cow::Borrowed(line))),
        None if fields.has_error() => {
            Said::stated(Level::Error, fields.text().unwrap_or(Cow::Borrowed(line)))
        }
        None => {
            let Some(text) = fields.text() else { return Said::quiet() };
            let level = words::of_text(&text);
            level.map_or_else(Said::quiet, |level| Said { is_stated: false, ..Said::stated(level, text) })
        }
    }
}

/// `E1226 02:00:00.123456       1 file.go:12] text`, as klog and glog write.
fn klog(line: &str) -> Option<Said<'_>> {
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
    Some(Said::stated(level, text))
}

/// `<3>text`, as kernels and daemons write: facility times 8 plus severity (RFC 5424, 6.2.1).
fn syslog(line: &str) -> Option<Said<'_>> {
    let (number, text) = line.strip_prefix('<')?.split_once('>')?;
    let severity = number.parse::<u8>().ok().filter(|number| *number < 192)? % 8;
    Some(Said::stated(words::of_severity(severity), text))
}

/// The keys of levels in `key=value` lines, and of what they say.
static KEYS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let keys =
        ["level=", "lvl=", "severity=", "loglevel=", "log_level=", "msg=", "message=", "err=", "error="];
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .ascii_case_insensitive(true)
        .build(keys)
        .ok()
});

/// `level=error msg="…" err="…"`, as logfmt has it.
fn logfmt(line: &str) -> Option<Said<'_>> {
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
    Some(Said::stated(level, text))
}

/// The value at the beginning of a text, without its quotes.
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

/// A level among the first words of a line, as log4j, Python, nginx, databases and many others write it.
fn header(line: &str) -> Option<Said<'_>> {
    let (level, end) = words::in_header(line)?;
    let text = if level < Level::Error { "" } else { line.get(end..).unwrap_or_default() };
    let text = text.trim_start_matches([' ', '\t', ']', ')', '>', '-', ':', '|', '】', '：', '"']);
    let text = without_logger(text);
    Some(Said::stated(level, if text.is_empty() && level >= Level::Error { line } else { text }))
}

/// A message without the name of the logger before it, as in `c.e.Shop - text` and `1 --- [main] c.e.Shop : text`: words
/// that all messages share would make all of them alike.
fn without_logger(text: &str) -> &str {
    let mark = [" - ", " : "].into_iter().filter_map(|mark| text.find(mark)).min().filter(|at| *at <= 120);
    let Some((before, after)) = mark.and_then(|at| text.split_at_checked(at)) else { return text };
    let name = before.rsplit([' ', '[', ']']).next().unwrap_or_default();
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_.$:/-".contains(&byte);
    let is_name = name.contains('.') || name.contains("::") || before.contains("--- ");
    if is_name && name.bytes().all(is_part) { after.get(3..).unwrap_or_default().trim_start() } else { text }
}

/// A line that states no level and tells of an error.
fn spoken(line: &str) -> Option<Said<'_>> {
    let level = words::of_text(line)?;
    Some(Said { is_stated: false, ..Said::stated(level, line) })
}
