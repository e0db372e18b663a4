//! Folds one log as it arrives.

use super::level::{self, Class};
use super::mask;
use super::stamp::Stamps;
use super::summary::{Summary, Tally};
use super::trace::{Joins, Traces};
use super::tree::{Entry, Seen, Tree, earliest};
use super::words;
use crate::logs::lines::Lines;
use memchr::memchr;
use std::borrow::Cow;

/// The number of bytes read of a line. Container runtimes split lines at this length, and no useful message is
/// longer.
const LONGEST: usize = 16 << 10;

/// A log as it arrives. It uses a bounded amount of memory.
#[derive(Debug)]
pub struct Log {
    lines: Lines,
    fold: Fold,
}

/// The state behind the lines.
#[derive(Debug, Default)]
struct Fold {
    stamps: Stamps,
    traces: Traces,
    tree: Tree,
    tally: Tally,
    first: Option<i64>,
    last: Option<i64>,
    /// A buffer for the masked words of a line.
    masked: String,
    /// A trace whose message has not come yet: its class, time and first line.
    unnamed: Option<(Class, Option<i64>, String)>,
}

impl Default for Log {
    fn default() -> Self {
        Self { lines: Lines::of(LONGEST), fold: Fold::default() }
    }
}

impl Log {
    /// Reads the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        let Self { lines, fold } = self;
        fold.tally.bytes += bytes.len() as u64;
        lines.push(bytes, |line, is_cut| fold.line(line, is_cut));
    }

    /// Returns the number of bytes read.
    pub fn bytes(&self) -> u64 {
        self.fold.tally.bytes
    }

    /// Returns the number of complete lines.
    pub fn lines(&self) -> u64 {
        self.fold.tally.lines
    }

    #[cfg(test)]
    pub(super) fn tree(&self) -> &Tree {
        &self.fold.tree
    }

    /// Ends the log and returns its summary.
    pub fn end(mut self) -> Summary {
        let fold = &mut self.fold;
        self.lines.end(|line, is_cut| fold.line(line, is_cut));
        fold.name(None);
        let Fold { tree, tally, first, last, .. } = self.fold;
        Summary::new(tree, tally, (first, last))
    }
}

impl Fold {
    fn line(&mut self, line: &[u8], is_cut: bool) {
        self.tally.lines += 1;
        self.tally.cut += u64::from(is_cut);
        let (at, line) = self.stamps.take(line);
        self.first = earliest(self.first, at);
        self.last = self.last.max(at);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = match std::str::from_utf8(line) {
            Ok(text) if memchr(0, line).is_none() => Cow::Borrowed(text),
            Err(_) if !is_binary(line) => String::from_utf8_lossy(line),
            _ => return self.tally.binary += 1,
        };
        match memchr(b'\x1b', line) {
            Some(_) => self.text(&without_colours(&text), at),
            None => self.text(&text, at),
        }
    }

    fn text(&mut self, line: &str, at: Option<i64>) {
        let is_error =
            |line: &str| words::in_header(line).is_some_and(|(level, _)| level >= level::Level::Error);
        match self.traces.follow(line, is_error) {
            Joins::Yes => return self.tally.joined += 1,
            Joins::Names => {
                self.name(Some(line));
                return self.tally.joined += 1;
            }
            Joins::No => self.name(None),
        }
        let event = level::read(line);
        self.traces.begin(line, event.class, event.is_stated);
        match event.class {
            Class::Quiet => self.tally.quiet += 1,
            Class::Warning => self.tally.warnings += 1,
            Class::Client => self.tally.client += 1,
            Class::Benign(_) => self.tally.benign += 1,
            Class::Fatal | Class::Error => self.tally.errors += 1,
        }
        if !event.class.is_folded() {
            return;
        }
        if self.traces.is_unnamed() {
            self.unnamed = Some((event.class, at, line.to_owned()));
            return;
        }
        self.add(&event, line, at);
    }

    fn add(&mut self, event: &level::Event, sample: &str, at: Option<i64>) {
        let mut masked = std::mem::take(&mut self.masked);
        if event.is_exact {
            masked.clear();
            masked.push_str(&event.text);
        } else {
            mask::mask(&event.text, &mut masked);
        }
        let (class, is_exact) = (event.class, event.is_exact);
        let entry = Entry { class, masked: &masked, is_exact, sample, seen: Seen::once(at) };
        if !self.tree.add(&entry) {
            self.tally.leave(class, 1);
        }
        self.masked = masked;
    }

    /// Adds the pending trace under its message, or under its first line if it has none.
    fn name(&mut self, name: Option<&str>) {
        let Some((class, at, first)) = self.unnamed.take() else { return };
        let text = Cow::Borrowed(name.unwrap_or(&first));
        let event = level::Event { class, text, is_exact: false, is_stated: false };
        self.add(&event, name.unwrap_or(&first), at);
    }
}

/// Returns whether bytes that are not UTF-8 are binary. Other encodings of Chinese contain no control characters.
fn is_binary(line: &[u8]) -> bool {
    line.iter().any(|byte| *byte < 0x20 && !matches!(byte, b'\t' | b'\r' | b'\x1b'))
}

/// Returns a line without color codes.
pub(super) fn without_colours(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, code)) = rest.split_once('\x1b') {
        out.push_str(before);
        // A CSI sequence: parameters, and one byte that ends it.
        rest = match code.strip_prefix('[') {
            Some(code) => {
                let end = code.find(|c: char| c.is_ascii_alphabetic() || !c.is_ascii()).unwrap_or(code.len());
                let after = code.get(end..).unwrap_or_default();
                after.strip_prefix(|c: char| c.is_ascii_alphabetic()).unwrap_or(after)
            }
            None => code,
        };
    }
    out.push_str(rest);
    out
}
