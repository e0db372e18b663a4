//! Groups similar lines under one pattern with the tree of Drain. Its depth is fixed: the number of words, the first
//! word, and below it the patterns, of which the most similar is chosen.

use super::level::Class;
use super::mask::{self, ANY};
use crate::text::head;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

/// The percentage of words that a line must share with a pattern.
const SIMILAR: usize = 50;
/// The number of distinct first words for each length. All other first words share one group.
const FIRST_WORDS: usize = 100;
/// The number of patterns kept of a log. Lines of other patterns are only counted.
pub(super) const PATTERNS: usize = 200;
/// The number of masked lines cached with their patterns.
const REMEMBERED: usize = 4096;
/// The number of bytes kept of a sample line.
const SAMPLE: usize = 2 << 10;

/// A pattern and its counts.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) class: Class,
    /// Whether its words are never generalized.
    pub(super) is_exact: bool,
    pub(super) words: Vec<Box<str>>,
    pub(super) count: u64,
    /// The time of the first line, in seconds since 1970, if known.
    pub(super) first: Option<i64>,
    pub(super) last: Option<i64>,
    /// The first line.
    pub(super) sample: Box<str>,
}

/// A number of lines, and the time of the first and the last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) count: u64,
    pub(super) first: Option<i64>,
    pub(super) last: Option<i64>,
}

/// A line to fold: its masked words and the original.
pub(super) struct Entry<'l> {
    pub(super) class: Class,
    /// Words separated by single spaces.
    pub(super) masked: &'l str,
    pub(super) is_exact: bool,
    pub(super) sample: &'l str,
    pub(super) seen: Seen,
}

#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) leaves: Vec<Leaf>,
    /// The leaves by class, number of words and first word.
    groups: HashMap<(Class, usize, Box<str>), Vec<usize>>,
    first_words: HashMap<(Class, usize), usize>,
    known: HashMap<u64, usize>,
    hasher: RandomState,
}

impl Seen {
    pub(super) fn once(at: Option<i64>) -> Self {
        Self { count: 1, first: at, last: at }
    }
}

impl Leaf {
    pub(super) fn see(&mut self, seen: Seen) {
        self.count += seen.count;
        self.first = earliest(self.first, seen.first);
        self.last = self.last.max(seen.last);
    }
}

/// Returns the earlier of two times. An unknown time is never the earlier one.
pub(super) fn earliest(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    [a, b].into_iter().flatten().min()
}

impl Tree {
    /// Counts a line under its pattern. Returns whether there was room for it.
    pub(super) fn add(&mut self, entry: &Entry) -> bool {
        let hash = self.hasher.hash_one((entry.class, entry.is_exact, entry.masked));
        let found = self.known.get(&hash).copied().or_else(|| {
            let found = self.find(entry)?;
            if self.known.len() == REMEMBERED {
                self.known.clear();
            }
            self.known.insert(hash, found);
            Some(found)
        });
        let leaf = found.and_then(|found| self.leaves.get_mut(found));
        leaf.map(|leaf| leaf.see(entry.seen)).is_some()
    }

    fn find(&mut self, entry: &Entry) -> Option<usize> {
        let words: Vec<&str> = entry.masked.split(' ').collect();
        let key = self.key(entry, &words);
        let group = self.groups.get(&key).map(Vec::as_slice).unwrap_or_default();
        let (leaves, needed) = (&self.leaves, if entry.is_exact { 100 } else { SIMILAR });
        let of_its_kind = group.iter().filter_map(|index| Some((leaves.get(*index)?, *index)));
        let of_its_kind = of_its_kind.filter(|(leaf, _)| leaf.is_exact == entry.is_exact);
        let rated = of_its_kind.map(|(leaf, index)| (likeness(&leaf.words, &words), index));
        // Of equally similar patterns the first one is chosen.
        let nearest = rated
            .max_by_key(|((same, free), index)| (*same, std::cmp::Reverse(*free), std::cmp::Reverse(*index)));
        if let Some(((same, _), index)) = nearest.filter(|((same, _), _)| same * 100 >= needed * words.len())
        {
            if same < words.len() {
                generalise(&mut self.leaves.get_mut(index)?.words, &words);
            }
            return Some(index);
        }
        if self.leaves.len() == PATTERNS {
            return None;
        }
        let index = self.leaves.len();
        if !self.groups.contains_key(&key) {
            *self.first_words.entry((key.0, key.1)).or_default() += 1;
        }
        self.groups.entry(key).or_default().push(index);
        let sample = head(entry.sample, SAMPLE);
        self.leaves.push(Leaf {
            class: entry.class,
            is_exact: entry.is_exact,
            words: words.into_iter().map(Box::from).collect(),
            count: 0,
            first: None,
            last: None,
            sample: sample.into(),
        });
        Some(index)
    }

    /// Returns the group of a line. A variable first word does not count.
    fn key(&self, entry: &Entry, words: &[&str]) -> (Class, usize, Box<str>) {
        let first = words.first().copied().unwrap_or_default();
        let fixed = if first.contains('<') { ANY } else { first };
        let key = (entry.class, words.len(), fixed.into());
        let crowded = self.first_words.get(&(key.0, key.1)).is_some_and(|count| *count >= FIRST_WORDS);
        if crowded && !self.groups.contains_key(&key) { (key.0, key.1, ANY.into()) } else { key }
    }
}

/// Returns the number of equal words, and the number of wildcards of the pattern.
fn likeness(pattern: &[Box<str>], words: &[&str]) -> (usize, usize) {
    let same = pattern.iter().zip(words).filter(|(a, b)| ***a == ***b).count();
    (same, pattern.iter().filter(|word| ***word == *ANY).count())
}

fn generalise(pattern: &mut [Box<str>], words: &[&str]) {
    for (word, other) in pattern.iter_mut().zip(words) {
        if **word != **other {
            *word = mask::between(word, other).into();
        }
    }
}
