//! A line of a document: pieces of text, each with its origin.

use super::super::{Look, escape, markdown};
use owo_colors::Style;

/// A piece of text.
#[derive(Clone, Debug)]
pub(in crate::render) enum Span {
    /// Text of the tool.
    Own(String),
    /// A name, or another short text, from the cluster.
    Name(String),
    /// A message from the cluster, which may be long.
    Message(String),
    /// The same, of which a terminal shows the start and the end.
    Brief(String),
    /// A mark of Markdown, which a terminal does not show.
    Mark(&'static str),
}

/// The emphasis of a line on the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tone {
    #[default]
    Plain,
    Bold,
    Dim,
    /// A command to paste.
    Command,
}

/// A line of text, or the cell of a table.
#[derive(Clone, Debug, Default)]
pub(in crate::render) struct Line {
    pub(in crate::render) spans: Vec<Span>,
    tone: Tone,
}

/// Returns a line of text of the tool. It may hold colour codes, and must not hold text from the cluster.
pub(in crate::render) fn own(text: impl Into<String>) -> Line {
    Line { spans: vec![Span::Own(text.into())], tone: Tone::Plain }
}

/// Returns a line with a name or another short text from the cluster.
pub(in crate::render) fn name(text: impl Into<String>) -> Line {
    Line { spans: vec![Span::Name(text.into())], tone: Tone::Plain }
}

/// Returns a line with a message from the cluster.
pub(in crate::render) fn message(text: impl Into<String>) -> Line {
    Line { spans: vec![Span::Message(text.into())], tone: Tone::Plain }
}

/// Returns a line with a message from the cluster, of which a terminal shows the start and the end.
pub(in crate::render) fn brief(text: impl Into<String>) -> Line {
    Line { spans: vec![Span::Brief(text.into())], tone: Tone::Plain }
}

/// Returns a mark of Markdown, which a terminal does not show.
pub(in crate::render) fn mark(mark: &'static str) -> Line {
    Line { spans: vec![Span::Mark(mark)], tone: Tone::Plain }
}

/// Returns a line in bold, in Markdown.
pub(in crate::render) fn strong(line: impl Into<Line>) -> Line {
    mark("**").then(line).then(mark("**"))
}

impl From<String> for Line {
    fn from(text: String) -> Self {
        own(text)
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        own(text)
    }
}

impl Line {
    /// Appends another line.
    pub(in crate::render) fn then(mut self, other: impl Into<Line>) -> Self {
        self.spans.append(&mut other.into().spans);
        self
    }

    /// Joins lines.
    pub(in crate::render) fn join(lines: impl IntoIterator<Item = Line>, separator: &str) -> Self {
        let mut lines = lines.into_iter();
        let first = lines.next().unwrap_or_default();
        lines.fold(first, |line, next| line.then(separator).then(next))
    }

    pub(in crate::render) fn bold(self) -> Self {
        Self { tone: Tone::Bold, ..self }
    }

    pub(in crate::render) fn dim(self) -> Self {
        Self { tone: Tone::Dim, ..self }
    }

    pub(in crate::render) fn command(self) -> Self {
        Self { tone: Tone::Command, ..self }
    }

    pub(in crate::render) fn on_terminal(&self) -> String {
        let shown = |span: &Span| match span {
            Span::Own(text) => text.clone(),
            Span::Name(text) => escape::visible(text),
            Span::Message(text) => escape::message(text),
            Span::Brief(text) => escape::brief(text),
            Span::Mark(_) => String::new(),
        };
        self.spans.iter().map(shown).collect()
    }

    pub(in crate::render) fn in_markdown(&self) -> String {
        let shown = |span: &Span| match span {
            Span::Own(text) => text.clone(),
            Span::Name(text) => markdown::text(text),
            Span::Message(text) | Span::Brief(text) => markdown::message(text),
            Span::Mark(mark) => (*mark).to_owned(),
        };
        self.spans.iter().map(shown).collect()
    }

    pub(super) fn paint(&self, text: &str, look: Look) -> String {
        match self.tone {
            Tone::Plain => text.to_owned(),
            Tone::Bold => look.bold(text),
            Tone::Dim => look.dim(text),
            Tone::Command => look.paint(text, Style::new().cyan()),
        }
    }
}
