//! The end of a container's log as it is kept: few lines, and no secrets.

use crate::wire::without_secrets;
use serde::{Deserialize, Serialize};

/// At most so many lines of a log.
pub const LINES: usize = 10;
/// At most so many characters of a line.
const WIDTH: usize = 300;

/// The end of a container's log, or why it cannot be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LogTail {
    /// The pod's namespace.
    pub namespace: String,
    /// The pod's name.
    pub pod: String,
    /// The container whose log it is.
    pub container: String,
    /// Whether it is the log of the container before the last restart.
    pub previous: bool,
    /// `None` when it can be read; else why not, in the server's words.
    pub refused: Option<String>,
    /// Its last lines, the oldest first, without credentials.
    pub lines: Vec<String>,
}

impl LogTail {
    /// Keeps the last lines of a log that are not empty, as they may be shown.
    pub fn keep(&mut self, text: &str) {
        let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        let last = lines.iter().skip(lines.len().saturating_sub(LINES));
        self.lines = last.map(|line| shorten(&without_secrets(line))).collect();
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
