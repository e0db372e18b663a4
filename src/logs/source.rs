//! The logs of one container of a workload, over all its pods, and their form in captures.

use super::benign::BENIGN;
use super::level::Class;
use super::summary::{Pattern, Summary, Tally};
use crate::model::ObjectRef;
use crate::wire::{LogPattern, LogSource, MeasuredMeta, Time, without_secrets};
use std::collections::BTreeMap;

/// The folded logs of a container.
#[derive(Clone, Debug)]
pub struct Source {
    /// The workload, or a pod without an owner.
    pub object: ObjectRef,
    pub container: Box<str>,
    /// The pod with the most errors.
    pub pod: Box<str>,
    /// The number of pods read.
    pub pods: u64,
    /// The number of pods whose logs were too long to be read from the start of the window.
    pub cut_pods: u64,
    /// The window in seconds.
    pub window: i64,
    pub summary: Summary,
    /// The number of errors of `pod`.
    most: u64,
}

/// The number of characters kept of a pattern and of a sample.
const WIDTH: usize = 300;

impl Source {
    pub fn new(object: ObjectRef, container: &str, window: i64) -> Self {
        let (container, pod, summary) = (container.into(), Box::default(), Summary::default());
        Self { object, container, pod, pods: 0, cut_pods: 0, window, summary, most: 0 }
    }

    /// Adds the log of a pod. Pods must come in the order of their names, so that the result is always the same.
    pub fn add(&mut self, pod: &str, is_cut: bool, summary: Summary) {
        if self.pods == 0 || summary.tally.errors > self.most {
            self.pod = pod.into();
            self.most = summary.tally.errors;
        }
        self.pods += 1;
        self.cut_pods += u64::from(is_cut);
        self.summary.merge(summary);
    }

    /// Returns the sum of the tallies in each namespace.
    pub fn by_namespace<'s>(sources: impl IntoIterator<Item = &'s Source>) -> BTreeMap<&'s str, Tally> {
        let mut sums: BTreeMap<&str, Tally> = BTreeMap::new();
        for source in sources {
            sums.entry(&source.object.namespace).or_default().add(&source.summary.tally);
        }
        sums
    }

    /// Returns the patterns of errors, the most frequent first.
    pub fn errors(&self) -> Vec<&Pattern> {
        let mut errors: Vec<&Pattern> =
            self.summary.patterns.iter().filter(|pattern| pattern.class.is_error()).collect();
        errors.sort_by(|a, b| (b.count, &a.text).cmp(&(a.count, &b.text)));
        errors
    }

    /// Returns the form for captures and reports, without credentials.
    pub fn to_wire(&self) -> LogSource {
        let ObjectRef { namespace, kind, name } = &self.object;
        let tally = &self.summary.tally;
        let name = format!("{kind}/{name}/{}", self.container);
        let metadata = MeasuredMeta { namespace: namespace.to_string(), name };
        LogSource {
            metadata,
            pod: self.pod.to_string(),
            pods: signed(self.pods),
            cut_pods: signed(self.cut_pods),
            window_seconds: self.window,
            first: self.summary.first.map(Time::at),
            last: self.summary.last.map(Time::at),
            lines: signed(tally.lines),
            bytes: signed(tally.bytes),
            quiet: signed(tally.quiet),
            warnings: signed(tally.warnings),
            errors: signed(tally.errors),
            client_errors: signed(tally.client),
            benign: signed(tally.benign),
            joined: signed(tally.joined),
            binary: signed(tally.binary),
            long: signed(tally.cut),
            other_errors: signed(tally.other_errors),
            other: signed(tally.other),
            patterns: self.summary.patterns.iter().map(Pattern::to_wire).collect(),
        }
    }

    /// Reads the form of a capture. Returns `None` if the name has no workload.
    pub fn fold(read: LogSource) -> Option<Self> {
        let mut parts = read.metadata.name.splitn(3, '/');
        let (kind, name, container) = (parts.next()?, parts.next()?, parts.next()?);
        let object = ObjectRef::new(&read.metadata.namespace, kind, name);
        let tally = Tally {
            lines: count(read.lines),
            bytes: count(read.bytes),
            quiet: count(read.quiet),
            warnings: count(read.warnings),
            errors: count(read.errors),
            client: count(read.client_errors),
            benign: count(read.benign),
            joined: count(read.joined),
            binary: count(read.binary),
            cut: count(read.long),
            other_errors: count(read.other_errors),
            other: count(read.other),
        };
        let mut source = Self::new(object, container, read.window_seconds);
        source.pod = read.pod.into_boxed_str();
        (source.pods, source.cut_pods) = (count(read.pods), count(read.cut_pods));
        let patterns = read.patterns.into_iter().filter_map(Pattern::fold).collect();
        let at = |time: Option<Time>| time.and_then(Time::known).map(|time| time.seconds);
        source.summary = Summary { tally, patterns, first: at(read.first), last: at(read.last) };
        Some(source)
    }
}

impl Pattern {
    fn to_wire(&self) -> LogPattern {
        LogPattern {
            class: self.class.id().to_owned(),
            rule: if let Class::Benign(id) = self.class { id.to_owned() } else { String::new() },
            text: shown(&self.text),
            count: signed(self.count),
            first: self.first.map(Time::at),
            last: self.last.map(Time::at),
            sample: shown(&self.sample),
        }
    }

    /// Returns `None` for a class or rule of another version.
    fn fold(read: LogPattern) -> Option<Self> {
        let class = match read.class.as_str() {
            "fatal" => Class::Fatal,
            "error" => Class::Error,
            "client-error" => Class::Client,
            "benign" => Class::Benign(BENIGN.iter().find(|rule| rule.id == read.rule)?.id),
            _ => return None,
        };
        let at = |time: Option<Time>| time.and_then(Time::known).map(|time| time.seconds);
        let (first, last) = (at(read.first), at(read.last));
        Some(Self {
            class,
            is_exact: false,
            text: read.text,
            count: count(read.count),
            first,
            last,
            sample: read.sample,
        })
    }
}

/// Returns a text without credentials, cut to a few screen lines.
fn shown(text: &str) -> String {
    let text = without_secrets(text);
    match text.char_indices().nth(WIDTH) {
        Some((end, _)) => text.split_at(end).0.to_owned() + "…",
        None => text,
    }
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Limits a number from a file, so that sums do not overflow.
fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0).min(1 << 50)
}
