//! Lines of one kind under one pattern: the tree of Drain, whose depth is fixed: the number of words, the first word, and
//! below it the patterns, of which the most similar is taken.

use super::level::Class;
use super::mask::{self, ANY};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

/// So much of a line must be as in a pattern, in percent of its words.
const SIMILAR: usize = 50;
/// So many first words are told apart for each length; the others go under one.
const FIRST_WORDS: usize = 100;
/// So many patterns are kept of a log; lines of others are only counted.
pub(super) const PATTERNS: usize = 200;
/// So many masked lines are remembered with their patterns, so that nothing is searched twice.
const REMEMBERED: usize = 4096;
/// So much of the first line is kept as a sample, until it is cut to what is shown.
const SAMPLE: usize = 2 << 10;

/// A pattern and what is known of its lines.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) class: Class,
    /// Its words are never generalised.
    pub(super) is_exact: bool,
    pub(super) words: Vec<Box<str>>,
    pub(super) count: u64,
    /// Seconds since 1970; `None` where no line had a time.
    pub(super) first: Option<i64>,
    pub(super) last: Option<i64>,
    /// The first line of it that came.
    pub(super) sample: Box<str>,
}

/// So many lines at the same time or between two.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) count: u64,
    pub(super) first: Option<i64>,
    pub(super) last: Option<i64>,
}

/// What to fold: the words as they are masked already, and the line they are of.
pub(super) struct Entry<'l> {
    pub(super) class: Class,
    /// Apart by one space.
    pub(super) masked: &'l str,
    pub(super) is_exact: bool,
    pub(super) sample: &'l str,
    pub(super) seen: Seen,
}

/// The patterns of one log.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) leaves: Vec<Leaf>,
    /// The leaves of each class, number of words and first word.
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

/// The earlier of two times; what is not known is not early.
pub(super) fn earliest(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    [a, b].into_iter().flatten().min()
}

impl Tree {
    /// Counts a line under its pattern; whether there was room for it.
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
        // Of patterns that are equally near the first one is taken.
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
        let end = (0..=SAMPLE.min(entry.sample.len())).rev().find(|at| entry.sample.is_char_boundary(*at));
        let sample = entry.sample.get(..end.unwrap_or(0)).unwrap_or_default();
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

    /// Where in the tree it belongs. A first word that changes is none.
    fn key(&self, entry: &Entry, words: &[&str]) -> (Class, usize, Box<str>) {
        let first = words.first().copied().unwrap_or_default();
        let fixed = if first.contains('<') { ANY } else { first };
        let key = (entry.class, words.len(), fixed.into());
        let crowded = self.first_words.get(&(key.0, key.1)).is_some_and(|count| *count >= FIRST_WORDS);
        if crowded && !self.groups.contains_key(&key) { (key.0, key.1, ANY.into()) } else { key }
    }
}

/// How many words are the same, and how many of the pattern's may be anything.
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
