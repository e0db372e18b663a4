//! One log as it arrives: lines, levels, traces, patterns.

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

/// So much of a line is looked at: a runtime breaks lines there itself, and no message worth a pattern is longer.
const LONGEST: usize = 16 << 10;

/// A log as it arrives. It takes little room whatever comes.
#[derive(Debug)]
pub struct Log {
    lines: Lines,
    fold: Fold,
}

/// What is made of the lines.
#[derive(Debug, Default)]
struct Fold {
    stamps: Stamps,
    traces: Traces,
    tree: Tree,
    tally: Tally,
    first: Option<i64>,
    last: Option<i64>,
    /// Room for the words of a line.
    masked: String,
    /// A trace of which it is not yet known what it is about: its class, its time and its first line.
    unnamed: Option<(Class, Option<i64>, String)>,
}

impl Default for Log {
    fn default() -> Self {
        Self { lines: Lines::of(LONGEST), fold: Fold::default() }
    }
}

impl Log {
    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        let Self { lines, fold } = self;
        fold.tally.bytes += bytes.len() as u64;
        lines.push(bytes, |line, is_cut| fold.line(line, is_cut));
    }

    /// How many bytes came.
    pub fn bytes(&self) -> u64 {
        self.fold.tally.bytes
    }

    /// How many lines ended.
    pub fn lines(&self) -> u64 {
        self.fold.tally.lines
    }

    #[cfg(test)]
    pub(super) fn tree(&self) -> &Tree {
        &self.fold.tree
    }

    /// What was in it.
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
        let said = level::read(line);
        self.traces.begin(line, said.class, said.is_stated);
        match said.class {
            Class::Quiet => self.tally.quiet += 1,
            Class::Warning => self.tally.warnings += 1,
            Class::Client => self.tally.client += 1,
            Class::Benign(_) => self.tally.benign += 1,
            Class::Fatal | Class::Error => self.tally.errors += 1,
        }
        if !said.class.is_folded() {
            return;
        }
        if self.traces.is_unnamed() {
            self.unnamed = Some((said.class, at, line.to_owned()));
            return;
        }
        self.add(&said, line, at);
    }

    fn add(&mut self, said: &level::Said, sample: &str, at: Option<i64>) {
        let mut masked = std::mem::take(&mut self.masked);
        if said.is_exact {
            masked.clear();
            masked.push_str(&said.text);
        } else {
            mask::mask(&said.text, &mut masked);
        }
        let (class, is_exact) = (said.class, said.is_exact);
        let entry = Entry { class, masked: &masked, is_exact, sample, seen: Seen::once(at) };
        if !self.tree.add(&entry) {
            self.tally.leave(class, 1);
        }
        self.masked = masked;
    }

    /// The trace that waits for its name has got it, or gets none.
    fn name(&mut self, name: Option<&str>) {
        let Some((class, at, first)) = self.unnamed.take() else { return };
        let text = Cow::Borrowed(name.unwrap_or(&first));
        let said = level::Said { class, text, is_exact: false, is_stated: false };
        self.add(&said, name.unwrap_or(&first), at);
    }
}

/// Whether what is no UTF-8 is no text either: other encodings of Chinese have no controls.
fn is_binary(line: &[u8]) -> bool {
    line.iter().any(|byte| *byte < 0x20 && !matches!(byte, b'\t' | b'\r' | b'\x1b'))
}

/// A line without the codes that colour it.
fn without_colours(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, code)) = rest.split_once('\x1b') {
        out.push_str(before);
        // CSI: parameters, and one byte that ends them.
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
