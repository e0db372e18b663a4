//! What was in a log, and what was in several logs of one source together.

use super::level::Class;
use super::tree::{Entry, Leaf, Seen, Tree, earliest};
use std::cmp::Reverse;

/// So many patterns are told of a source.
const TOLD: usize = 50;

/// How many lines there were. Each is in one of `quiet` to `binary`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All.
    pub lines: u64,
    /// Their bytes, with the times before them.
    pub bytes: u64,
    /// That tell of nothing wrong.
    pub quiet: u64,
    /// That warn.
    pub warnings: u64,
    /// That tell of an error or worse.
    pub errors: u64,
    /// Requests that were answered with 4xx.
    pub client: u64,
    /// That are benign by a rule.
    pub benign: u64,
    /// That belong to the line before, as the frames of a stack trace do.
    pub joined: u64,
    /// That are no text.
    pub binary: u64,
    /// Of all, those that were too long to be read to their end.
    pub cut: u64,
    /// Of the errors, those of patterns for which there was no room.
    pub other_errors: u64,
    /// Of the requests and what is benign, the same.
    pub other: u64,
}

/// A pattern and its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// What the lines are counted as.
    pub class: Class,
    /// Whether it is method, route and status of requests: no two of them are one.
    pub is_exact: bool,
    /// The words that are the same in all of them. In a log that was just read it may hold anything.
    pub text: String,
    /// How many.
    pub count: u64,
    /// When the first and the last were written, in seconds since 1970; `None` where that is not known.
    pub first: Option<i64>,
    /// See `first`.
    pub last: Option<i64>,
    /// One of them. In a log that was just read it may hold anything.
    pub sample: String,
}

/// What was in a log.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// How many lines.
    pub tally: Tally,
    /// The patterns of all that is folded, the worst class first and in it the most frequent.
    pub patterns: Vec<Pattern>,
    /// When the first line was written, in seconds since 1970.
    pub first: Option<i64>,
    /// When the last was.
    pub last: Option<i64>,
}

impl Tally {
    /// Lines of a class were counted and are of no pattern that is told.
    pub(super) fn leave(&mut self, class: Class, count: u64) {
        match class {
            Class::Fatal | Class::Error => self.other_errors += count,
            _ => self.other += count,
        }
    }

    /// Takes in those of another log, or source. What files say may be any numbers.
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
        summary.tell(tree.leaves);
        summary
    }

    /// Takes in what was in another log of the same source.
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
        self.tell(tree.leaves);
    }

    /// Keeps the most frequent patterns; the others are only counted.
    fn tell(&mut self, mut leaves: Vec<Leaf>) {
        leaves.sort_by(|a, b| {
            (Reverse(a.count), a.class, &a.words).cmp(&(Reverse(b.count), b.class, &b.words))
        });
        for leaf in leaves.split_off(leaves.len().min(TOLD)) {
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
