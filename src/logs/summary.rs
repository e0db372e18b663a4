//! The summary of a log, and of several logs of one source.

use super::level::Class;
use super::tree::{Entry, Leaf, Seen, Tree, earliest};
use std::cmp::Reverse;

/// The number of patterns kept of a source.
const MOST: usize = 50;

/// The number of lines. Each line is counted in one of `quiet` to `binary`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All lines.
    pub lines: u64,
    /// The bytes of all lines, with timestamps.
    pub bytes: u64,
    /// Lines without problems.
    pub quiet: u64,
    /// Warnings.
    pub warnings: u64,
    /// Errors or worse.
    pub errors: u64,
    /// Requests with a 4xx response.
    pub client: u64,
    /// Lines that are benign by a rule.
    pub benign: u64,
    /// Lines that belong to the line before, such as the frames of a stack trace.
    pub joined: u64,
    /// Lines that are not text.
    pub binary: u64,
    /// Lines of all kinds that were too long to be read completely.
    pub cut: u64,
    /// Errors whose patterns did not fit.
    pub other_errors: u64,
    /// Client errors and benign lines whose patterns did not fit.
    pub other: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The class of the lines.
    pub class: Class,
    /// Whether the text is method, route and status of a request. Such patterns are never merged.
    pub is_exact: bool,
    /// The common words. In a log that was just read they may contain anything.
    pub text: String,
    /// The number of lines.
    pub count: u64,
    /// The time of the first line, in seconds since 1970, if known.
    pub first: Option<i64>,
    /// The time of the last line.
    pub last: Option<i64>,
    /// One of the lines. In a log that was just read it may contain anything.
    pub sample: String,
}

#[derive(Clone, Debug, Default)]
pub struct Summary {
    pub tally: Tally,
    /// The patterns, the most frequent first.
    pub patterns: Vec<Pattern>,
    /// The time of the first line, in seconds since 1970.
    pub first: Option<i64>,
    /// The time of the last line.
    pub last: Option<i64>,
}

impl Tally {
    /// Counts lines of a class whose pattern is not kept.
    pub(super) fn leave(&mut self, class: Class, count: u64) {
        match class {
            Class::Fatal | Class::Error => self.other_errors += count,
            _ => self.other += count,
        }
    }

    /// Adds the counts of another log. Counts from files may be any numbers.
    pub fn add(&mut self, other: &Tally) {
        let add = |sum: &mut u64, count: u64| *sum = sum.saturating_add(count);
        add(&mut self.lines, other.lines);
        add(&mut self.bytes, other.bytes);
        add(&mut self.quiet, other.quiet);
        add(&mut self.warnings, other.warnings);
        add(&mut self.errors, other.errors);
        add(&mut self.client, other.client);
        add(&mut self.benign, other.benign);
        add(&mut self.joined, other.joined);
        add(&mut self.binary, other.binary);
        add(&mut self.cut, other.cut);
        add(&mut self.other_errors, other.other_errors);
        add(&mut self.other, other.other);
    }
}

impl Summary {
    pub(super) fn new(tree: Tree, tally: Tally, (first, last): (Option<i64>, Option<i64>)) -> Self {
        let mut summary = Self { tally, patterns: Vec::new(), first, last };
        summary.keep(tree.leaves);
        summary
    }

    /// Adds the summary of another log of the same source.
    pub fn merge(&mut self, other: Summary) {
        self.tally.add(&other.tally);
        self.first = earliest(self.first, other.first);
        self.last = self.last.max(other.last);
        let mut tree = Tree::default();
        for pattern in std::mem::take(&mut self.patterns).into_iter().chain(other.patterns) {
            let seen = Seen { count: pattern.count, first: pattern.first, last: pattern.last };
            let (class, sample) = (pattern.class, pattern.sample.as_str());
            let is_exact = pattern.is_exact;
            let entry = Entry { class, masked: &pattern.text, is_exact, sample, seen };
            if !tree.add(&entry) {
                self.tally.leave(class, pattern.count);
            }
        }
        self.keep(tree.leaves);
    }

    /// Keeps the most frequent patterns and only counts the others.
    fn keep(&mut self, mut leaves: Vec<Leaf>) {
        leaves.sort_by(|a, b| {
            (Reverse(a.count), a.class, &a.words).cmp(&(Reverse(b.count), b.class, &b.words))
        });
        for leaf in leaves.split_off(leaves.len().min(MOST)) {
            self.tally.leave(leaf.class, leaf.count);
        }
        let pattern = |leaf: Leaf| Pattern {
            class: leaf.class,
            is_exact: leaf.is_exact,
            text: leaf.words.join(" "),
            count: leaf.count,
            first: leaf.first,
            last: leaf.last,
            sample: leaf.sample.trim().to_owned(),
        };
        self.patterns = leaves.into_iter().map(pattern).collect();
        self.patterns
            .sort_by(|a, b| (a.class, Reverse(a.count), &a.text).cmp(&(b.class, Reverse(b.count), &b.text)));
    }
}
