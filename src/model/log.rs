//! The end of a container's log as captures keep it: few lines, without credentials.

use crate::text::Message;
use crate::wire::{self, Sentence, without_secrets};
use serde::{Deserialize, Serialize};

/// The maximum number of lines.
pub const LINES: usize = 10;
/// The maximum number of characters of a line.
const WIDTH: usize = 300;

/// The end of a container's log, or why it cannot be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct LogTail {
    /// The pod's namespace.
    pub(crate) namespace: String,
    /// The pod's name.
    pub(crate) pod: String,
    /// The container whose log it is.
    pub(crate) container: String,
    /// Whether it is the log of the container before the last restart.
    pub(crate) previous: bool,
    /// Why it cannot be read; `None` if it can.
    pub(crate) refused: Option<Message>,
    /// Its last lines, the oldest first, without credentials.
    pub(crate) lines: Vec<String>,
    /// The line that says why the program ended, without credentials.
    pub(crate) cause: Option<String>,
}

/// The end of a log as captures and reports have it.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Written {
    namespace: String,
    pod: String,
    container: String,
    previous: bool,
    refused: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Sentence>,
    lines: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
}

impl From<LogTail> for Written {
    fn from(tail: LogTail) -> Self {
        let LogTail { namespace, pod, container, previous, refused, lines, cause } = tail;
        let (refused, message) = refused.as_ref().map(wire::kept).unzip();
        Self { namespace, pod, container, previous, refused, message: message.flatten(), lines, cause }
    }
}

impl From<Written> for LogTail {
    fn from(written: Written) -> Self {
        let Written { namespace, pod, container, previous, refused, message, lines, cause } = written;
        let refused = refused.and_then(|refused| wire::read_back(&refused, message.as_ref()));
        let lines = lines.iter().map(|line| without_secrets(line)).collect();
        let cause = cause.map(|cause| without_secrets(&cause));
        Self { namespace, pod, container, previous, refused, lines, cause }
    }
}

impl LogTail {
    /// Keeps the last lines of a log that are not empty, without credentials.
    pub(crate) fn keep(&mut self, text: &str) {
        // A key may have several lines.
        let text = without_secrets(text);
        let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        let last = lines.iter().skip(lines.len().saturating_sub(LINES));
        self.lines = last.map(|line| shorten(line)).collect();
    }
}

fn shorten(line: &str) -> String {
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) => line.split_at(end).0.to_owned() + "…",
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_is_kept() {
        let mut tail = LogTail::default();
        let log = (0..50).map(|n| format!("line {n}\n\n")).collect::<Vec<_>>().concat();
        tail.keep(&(log + &"x ".repeat(10_000)));
        assert_eq!(tail.lines.len(), LINES);
        assert_eq!(tail.lines[0], "line 41");
        assert_eq!(tail.lines[LINES - 1].chars().count(), WIDTH + 1);
    }
}
