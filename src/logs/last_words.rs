//! The line at the end of a log that says why its program ended.
//!
//! A program says much on its way out: the error, its stack, and that it shuts down. The lines of a stack belong to the line
//! above it. Of the lines that remain, the one with the highest [`Weight`] is chosen; of equal ones, the last. The deepest
//! cause of a failed connection often lacks the address: then the line above that has it goes first.

mod address;
mod rules;

#[cfg(test)]
mod tests;

pub(super) use self::address::FILES;
use self::address::has_address;
use self::rules::{CONNECTIONS, Place, RULES, Says};
use super::level::{self, Class};
use super::log::without_colours;
use super::trace::{Joins, Traces, is_exception, is_frame};
use crate::text::without_middle;
use crate::wire::without_secrets;
use std::borrow::Cow;

/// The maximum number of characters of the line.
const WIDTH: usize = 240;
/// Only a fatal error explains the end of a program that wrote more entries than this after it.
const RECENT: usize = 30;

/// How much a line says about the end of its program.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// It contains words of errors.
    Hint,
    /// It states that it is an error.
    Error,
    /// It names what went wrong.
    Reason,
    /// It is an exception with its stack.
    Thrown,
    /// The program cannot go on.
    Fatal,
}

/// A line that may say why, with the lines below that belong to it.
struct Entry {
    /// The number of entries before it, with those that say nothing.
    at: usize,
    weight: Weight,
    text: String,
    /// The last text with an address that another has replaced.
    above: Option<String>,
    /// Whether the text is the cause of an exception, which its own message must not replace.
    is_cause: bool,
}

/// Where the text of the last entry is.
#[derive(Clone, Copy, PartialEq)]
enum Follows {
    /// On its own line.
    Nothing,
    /// On the next line.
    Message,
    /// On the line after `Description:`.
    Description,
    /// On the last of the indented lines below.
    List,
}

struct Reader {
    entries: Vec<Entry>,
    /// The deepest cause of an exception that belongs to no entry: the log begins in the middle of its stack, or a warning
    /// has it. It counts if there is nothing else, and no other line after it.
    stray: Option<Entry>,
    /// The number of lines that belong to no other line.
    count: usize,
    traces: Traces,
    /// Whether the last line of its own is the last entry.
    is_open: bool,
    follows: Follows,
}

/// Returns the line that says why a program ended, without credentials, colours and its time. `None` if no line does.
pub(crate) fn last_words(log: &str) -> Option<String> {
    let log = without_secrets(log);
    let mut reader = Reader {
        entries: Vec::new(),
        stray: None,
        count: 0,
        traces: Traces::default(),
        is_open: false,
        follows: Follows::Nothing,
    };
    for line in log.lines() {
        let line = line.trim_end();
        if line.contains('\u{1b}') { reader.line(&without_colours(line)) } else { reader.line(line) }
    }
    reader.chosen()
}

impl Reader {
    fn line(&mut self, line: &str) {
        let text = line.trim();
        if self.is_open && !text.is_empty() && self.follow_up(line, text) {
            return;
        }
        match self.traces.follow(line, |_| false) {
            Joins::No => self.begin(line, text),
            Joins::Names if self.is_open => self.name(text),
            Joins::Yes if self.is_open => self.join(text),
            Joins::Yes | Joins::Names => self.stray(text),
        }
    }

    /// Takes the cause of an exception that belongs to no entry.
    fn stray(&mut self, text: &str) {
        let Some(cause) = cause_in(text) else { return };
        let blank =
            || Entry { at: 0, weight: Weight::Thrown, text: String::new(), above: None, is_cause: true };
        let stray = self.stray.get_or_insert_with(blank);
        stray.at = self.count;
        stray.throw(cause);
    }

    /// Takes the line that the last entry has announced. Returns whether it has announced one.
    fn follow_up(&mut self, line: &str, text: &str) -> bool {
        let indented = line.starts_with([' ', '\t']);
        let Some(entry) = self.entries.last_mut() else { return false };
        match self.follows {
            Follows::Message => {
                entry.replace(text);
                self.follows = Follows::Nothing;
                true
            }
            Follows::Description => {
                if text == "Description:" {
                    self.follows = Follows::Message;
                }
                true
            }
            Follows::List if indented => {
                let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
                entry.replace(digits.trim_start_matches(": "));
                true
            }
            Follows::List => {
                self.follows = Follows::Nothing;
                false
            }
            Follows::Nothing if text == "Caused by:" => {
                self.follows = Follows::List;
                true
            }
            Follows::Nothing => false,
        }
    }

    /// Reads a line of its own.
    fn begin(&mut self, line: &str, text: &str) {
        self.is_open = false;
        self.follows = Follows::Nothing;
        if text.is_empty() || is_frame(text) || is_php_frame(text) {
            return self.stray(text);
        }
        self.count += 1;
        let event = level::read(line);
        self.traces.begin(line, event.class, event.is_stated);
        let rule = of_line(text);
        let Some(weight) = weigh(&event, rule, text) else { return self.stray(text) };
        // The words before a message, such as `panic:`, are part of a fatal error.
        let is_head = matches!(rule, Some(Says::Fatal | Says::FatalBelow)) || is_ruby(text);
        let shown = if is_head || event.text.is_empty() { Cow::Borrowed(text) } else { event.text };
        self.is_open = true;
        self.follows = match rule {
            Some(Says::FatalBelow) if text.ends_with(':') => Follows::Message,
            Some(Says::ErrorBelow) if text.ends_with(']') => Follows::Message,
            Some(Says::DescribedBelow) => Follows::Description,
            Some(Says::ListBelow) => Follows::List,
            _ => Follows::Nothing,
        };
        let mut entry = Entry { at: self.count, weight, text: String::new(), above: None, is_cause: false };
        entry.read_lines(&shown);
        self.entries.push(entry);
    }

    /// Reads a line that belongs to the last entry.
    fn join(&mut self, text: &str) {
        let Some(entry) = self.entries.last_mut() else { return };
        if let Some(cause) = cause_in(text) {
            entry.throw(cause);
        } else if text.starts_with("Node.js v") {
            entry.weight = Weight::Fatal;
        } else if is_exception(text) && !entry.is_cause {
            entry.throw(text);
        } else if is_frame(text) {
            entry.weight = entry.weight.max(Weight::Thrown);
        }
    }

    /// Reads the last line of a traceback of Python.
    fn name(&mut self, text: &str) {
        let Some(entry) = self.entries.last_mut() else { return };
        entry.replace(text);
        entry.weight = entry.weight.max(Weight::Thrown);
    }

    fn chosen(&self) -> Option<String> {
        let weight = |entry: &Entry| if says(&entry.text, Says::Vague) { Weight::Hint } else { entry.weight };
        let recent = |entry: &&Entry| weight(entry) == Weight::Fatal || entry.at + RECENT > self.count;
        let entry = self.entries.iter().filter(recent).max_by_key(|entry| (weight(entry), entry.at));
        let entry = entry.or_else(|| self.stray.as_ref().filter(|stray| stray.at == self.count))?;
        let text = entry.shown();
        (!text.is_empty()).then(|| without_middle(&without_secrets(&text), WIDTH))
    }
}

impl Entry {
    /// Takes a deeper text.
    fn replace(&mut self, text: &str) {
        let before = std::mem::replace(&mut self.text, text.to_owned());
        if has_address(&before) {
            self.above = Some(before);
        }
    }

    /// Takes the text of an exception.
    fn throw(&mut self, text: &str) {
        self.replace(text);
        self.weight = self.weight.max(Weight::Thrown);
        self.is_cause = true;
    }

    /// Takes the first line of a text and the causes in its other lines.
    fn read_lines(&mut self, text: &str) {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let Some(first) = lines.next() else { return };
        let is_cause = text.contains('\n');
        self.replace(cause_in(first).filter(|_| is_cause).unwrap_or(first));
        lines.filter_map(cause_in).for_each(|cause| self.replace(cause));
    }

    /// Returns the text. If it is about a connection and has no address, the text above with the address goes first.
    fn shown(&self) -> String {
        let text = tidy(&self.text);
        let lower = text.to_ascii_lowercase();
        let is_bare = !has_address(text) && CONNECTIONS.iter().any(|word| lower.contains(word));
        match self.above.as_deref().map(tidy).filter(|_| is_bare) {
            // The wrapped error often repeats its cause.
            Some(above) if above.contains(message_of(text)) => above.to_owned(),
            Some(above) => format!("{}: {text}", above.trim_end_matches([':', '.', ' '])),
            None => text.to_owned(),
        }
    }
}

/// Returns the message of an exception without its name.
fn message_of(text: &str) -> &str {
    text.rsplit_once(": ").map_or(text, |(_, message)| message)
}

/// Returns how much a line of its own says. `None` if it says nothing about an end.
fn weigh(event: &level::Event, rule: Option<Says>, text: &str) -> Option<Weight> {
    match (event.class, rule) {
        (_, Some(Says::Noise)) | (Class::Warning | Class::Client | Class::Benign(_), _) => None,
        (Class::Quiet, _) if event.is_stated || text.starts_with('{') => None,
        (_, Some(Says::Fatal | Says::FatalBelow | Says::DescribedBelow)) | (Class::Fatal, _) => {
            Some(Weight::Fatal)
        }
        _ if is_ruby(text) => Some(Weight::Fatal),
        (_, Some(Says::Thrown)) => Some(Weight::Thrown),
        (Class::Error | Class::Quiet, Some(Says::Reason)) => Some(Weight::Reason),
        (Class::Error, _) => Some(if event.is_stated { Weight::Error } else { Weight::Hint }),
        (Class::Quiet, Some(Says::ListBelow)) => Some(Weight::Error),
        (Class::Quiet, _) => None,
    }
}

/// Returns what the first rule that matches a line of its own says.
fn of_line(text: &str) -> Option<Says> {
    let lower = text.to_ascii_lowercase();
    let own = |says: Says| !matches!(says, Says::Cause | Says::Vague);
    RULES.iter().find(|rule| own(rule.says) && rule.place.holds(&lower, rule.sign)).map(|rule| rule.says)
}

/// Returns whether a rule of this kind matches a text.
fn says(text: &str, says: Says) -> bool {
    let lower = text.to_ascii_lowercase();
    RULES.iter().any(|rule| rule.says == says && rule.place.holds(&lower, rule.sign))
}

/// Returns the text behind the mark of a cause.
fn cause_in(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let rule = RULES.iter().find(|rule| rule.says == Says::Cause && rule.place.holds(&lower, rule.sign))?;
    text.get(rule.sign.len()..).map(str::trim)
}

impl Place {
    fn holds(self, lower: &str, sign: &str) -> bool {
        match self {
            Place::Start => lower.starts_with(sign),
            Place::Inside => lower.contains(sign),
            Place::Whole => lower == sign,
        }
    }
}

/// Recognizes `#12 /app/index.php(3): run()`.
fn is_php_frame(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Recognizes an uncaught exception of Ruby: `path.rb:12:in 'run': message (Name)`.
fn is_ruby(text: &str) -> bool {
    text.contains(".rb:") && text.contains(":in ") && text.ends_with(')')
}

/// Returns a text without its time, without the place in a program of Ruby, and without the process of nginx.
fn tidy(text: &str) -> &str {
    let is_time = |word: &str| {
        word.trim_start_matches('[').starts_with(|c: char| c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_digit() || "[]:/.,-+TZ#".contains(c))
            && word.matches([':', '/', '-', '#']).count() >= 2
    };
    let mut text = text.trim();
    while let Some((_, rest)) = text.split_once(' ').filter(|(word, _)| is_time(word)) {
        text = rest.trim_start();
    }
    let message = if is_ruby(text) { text.split_once("': ") } else { None };
    message.map_or(text, |(_, message)| message)
}
