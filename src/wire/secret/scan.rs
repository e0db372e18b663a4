//! The triggers of credentials, and the search for them.

use super::key::Key;
use super::{address, block, calls, form, key, rule, shape, spoken};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use std::ops::Range;
use std::sync::LazyLock;

/// The kind of a trigger.
#[derive(Clone, Copy)]
enum Trigger {
    /// A part of the name of a secret.
    Name,
    /// The name of a secret in another language.
    Foreign,
    /// The prefix of a token.
    Shape(&'static shape::Shape),
    /// A mark inside of a token.
    Form(&'static form::Form),
    /// The beginning of a rule.
    Rule(&'static rule::Rule),
    /// A place in an address.
    Address(&'static str),
    /// The beginning or the end of a key over several lines.
    Block(&'static str),
}

struct Triggers {
    automaton: AhoCorasick,
    kinds: Vec<Trigger>,
}

static TRIGGERS: LazyLock<Triggers> = LazyLock::new(|| {
    let names = key::PARTS.iter().map(|part| (*part, Trigger::Name));
    let foreign = key::FOREIGN.iter().map(|part| (*part, Trigger::Foreign));
    let shapes = shape::SHAPES.iter().map(|shape| (shape.prefix, Trigger::Shape(shape)));
    let forms = form::FORMS.iter().map(|form| (form.mark, Trigger::Form(form)));
    let rules = rule::RULES.iter().chain(&calls::CALLS).map(|rule| (rule.trigger, Trigger::Rule(rule)));
    let addresses = address::TRIGGERS.iter().map(|part| (*part, Trigger::Address(part)));
    let blocks = block::TRIGGERS.iter().map(|part| (*part, Trigger::Block(part)));
    let all = names.chain(foreign).chain(shapes).chain(forms).chain(rules).chain(addresses).chain(blocks);
    let (words, kinds): (Vec<&str>, Vec<Trigger>) = all.unzip();
    Triggers { automaton: automaton(&words), kinds }
});

#[allow(clippy::expect_used, reason = "the words are constants, and a test uses all of them")]
fn automaton(words: &[&str]) -> AhoCorasick {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(words)
        .expect("the words are few")
}

/// A search for credentials in one text.
pub(super) struct Scan<'t> {
    text: &'t str,
    spans: Vec<Range<usize>>,
    /// The end of the last name that was judged.
    judged: usize,
}

impl<'t> Scan<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, spans: Vec::new(), judged: 0 }
    }

    /// Returns the parts of the text that are credentials, in any order.
    pub(super) fn spans(mut self) -> Vec<Range<usize>> {
        for found in TRIGGERS.automaton.find_overlapping_iter(self.text) {
            // What is inside of a credential is hidden already.
            let is_inside = self.spans.last().is_some_and(|span| span.contains(&found.start()));
            if let Some(trigger) = TRIGGERS.kinds.get(found.pattern().as_usize()).filter(|_| !is_inside) {
                self.judge(*trigger, found.start(), found.end());
            }
        }
        form::bare(self.text, &mut self.spans);
        self.spans.retain(|span| !span.is_empty());
        self.spans
    }

    fn judge(&mut self, trigger: Trigger, start: usize, end: usize) {
        let text = self.text;
        let span = match trigger {
            Trigger::Name => self.named(start),
            Trigger::Foreign => spoken::value(text, &Key::foreign(text, start, end)),
            Trigger::Shape(shape) => shape.token(text, start),
            Trigger::Form(form) => form.token(text, start),
            Trigger::Rule(rule) => rule.credential(text, start),
            Trigger::Address(part) => address::credential(text, part, start, end),
            Trigger::Block(part) => block::key(text, part, start, end),
        };
        self.spans.extend(span);
    }

    fn named(&mut self, start: usize) -> Option<Range<usize>> {
        if start < self.judged {
            return None;
        }
        let (key, end) = Key::around(self.text, start);
        self.judged = end;
        spoken::value(self.text, &key?)
    }
}
