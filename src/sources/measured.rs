//! What the sources return: measurements, and why some are missing.

use super::prometheus::Prometheus;
use crate::cluster::error::no_answer;
use crate::cluster::{Error, Sink};
use crate::model::{Coverage, Gap, Reason};
use crate::text::{Fact, Message, Text, reasons};
use crate::wire::{Kind, Object};
use std::ops::ControlFlow;

/// The measurements of a run, and what is missing of them.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// Each kind sorted by namespace and name.
    pub(super) objects: Vec<Object>,
    /// What is missing. Without a measurement that was requested the report is incomplete; others are outside of it.
    pub(super) coverage: Coverage,
}

/// Why a source has no measurements.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unavailable {
    pub(super) reason: Reason,
    pub(super) why: Message,
}

/// The measurements of one source, and why they are not all, if they are not.
#[derive(Debug)]
pub(super) struct Partial<T> {
    pub(super) objects: Vec<T>,
    pub(super) missing: Option<Unavailable>,
}

impl<T> Default for Partial<T> {
    fn default() -> Self {
        Self { objects: Vec::new(), missing: None }
    }
}

impl<T> Partial<T> {
    pub(super) fn missing(why: Unavailable) -> Self {
        Self { objects: Vec::new(), missing: Some(why) }
    }

    /// Adds the answer to one of several queries. After a timeout the source is not asked again.
    pub(super) fn add(&mut self, answer: Result<Vec<T>, Error>, prometheus: &Prometheus) -> ControlFlow<()> {
        match answer {
            Ok(objects) => self.objects.extend(objects),
            Err(error) => {
                self.missing.get_or_insert_with(|| prometheus.unavailable(&error));
                if error.is_timeout() {
                    return ControlFlow::Break(());
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// Adds why measurements are missing, unless another reason is known.
    pub(super) fn lacking(self, why: Option<Unavailable>) -> Self {
        Self { missing: self.missing.or(why), ..self }
    }

    /// Adds a reason if there are neither measurements nor a reason.
    pub(super) fn or_missing(self, why: impl FnOnce() -> Unavailable) -> Self {
        let missing = self.missing.or_else(|| self.objects.is_empty().then(why));
        Self { missing, ..self }
    }
}

impl Measured {
    pub(super) fn all<T>(objects: Vec<T>) -> Self
    where
        Object: From<T>,
    {
        Self { objects: objects.into_iter().map(Object::from).collect(), ..Self::default() }
    }

    pub(super) fn of<T>(kind: Kind, read: Partial<T>) -> Self
    where
        Object: From<T>,
    {
        let got = u64::try_from(read.objects.len()).unwrap_or(u64::MAX);
        let gap = read.missing.map(|why| why.gap(kind, got));
        Self::all(read.objects).with_outside(gap)
    }

    pub(super) fn missing(kind: Kind, why: Unavailable) -> Self {
        Self::default().with_outside([why.gap(kind, 0)])
    }

    /// Adds gaps that leave the report complete.
    pub(super) fn with_outside(mut self, gaps: impl IntoIterator<Item = Gap>) -> Self {
        self.coverage.not_in_scope.extend(gaps);
        self
    }

    /// Adds the measurements of another source.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.objects.extend(other.objects);
        self.coverage.add(other.coverage);
        self
    }

    /// Moves everything to where the lists are.
    pub(crate) fn put<K: Sink>(self, into: &mut K, coverage: &mut Coverage) {
        self.objects.into_iter().for_each(|object| into.keep(object));
        coverage.add(self.coverage);
    }
}

impl Unavailable {
    /// The source was not asked, or it has no such numbers.
    pub(super) fn left_out(why: Message) -> Self {
        Self { reason: Reason::Skipped, why }
    }

    /// The source with this name answered with an error, or did not answer.
    pub(super) fn of(who: impl Into<Message>, error: &Error) -> Self {
        let reason = match error.reason() {
            // A gap with one of these reasons is shown without its details, which are needed here.
            Reason::Forbidden | Reason::Absent | Reason::Expired => Reason::Failed,
            reason => reason,
        };
        let facts = vec![("who", Fact::Message(who.into())), ("why", Fact::Message(said(error)))];
        Self { reason, why: Message::new(&reasons::OF, facts) }
    }

    /// Puts the reason into a longer sentence.
    pub(super) fn within(self, text: &'static Text) -> Self {
        Self { why: Message::new(text, vec![("why", Fact::Message(self.why))]), ..self }
    }

    /// The gap in the coverage, with the number of measurements that are there nevertheless.
    pub(super) fn gap(self, kind: Kind, got: u64) -> Gap {
        Gap { got, ..Gap::new(kind.name(), self.reason) }.because(self.why)
    }
}

/// What an error says of a source.
fn said(error: &Error) -> Message {
    match error {
        Error::Refused { .. } => Message::plain(&reasons::CONNECTION_REFUSED),
        Error::TimedOut { after } | Error::Silent { after } => no_answer(*after),
        Error::Status(status) if status.message.is_empty() => {
            Message::quoted(format!("HTTP {}", status.code))
        }
        Error::Status(status) => Message::quoted(format!("HTTP {}: {}", status.code, status.message)),
        Error::Foreign { code: code @ 300..=399, .. } => {
            Message::new(&reasons::REDIRECTED, vec![("code", Fact::count(*code))])
        }
        Error::Foreign { code, text } if text.is_empty() => Message::quoted(format!("HTTP {code}")),
        Error::Foreign { code, text } => Message::quoted(format!("HTTP {code}: {text}")),
        Error::Unreadable(why) => {
            Message::new(&reasons::ANSWER_UNREADABLE, vec![("why", Fact::Message(why.clone()))])
        }
        Error::Unreached(text) | Error::Transport(text) | Error::Config(text) => Message::quoted(text),
        // Only lists end with these.
        Error::NotServed(_) | Error::NoNamespace { .. } | Error::NotReady { .. } => error.why(),
        Error::Limit(why) | Error::Stopped(why) => why.clone(),
    }
}
