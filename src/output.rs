//! Standard output and standard error.

use crate::text::is_hostile;
use std::io::{self, BufWriter, Write};

/// Writes to standard output through a buffer. A closed pipe is not an error.
///
/// # Errors
/// When standard output fails otherwise.
pub(crate) fn stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// Writes a text without control characters to standard error, with or without the end of its line.
pub(crate) fn raw(text: &str, with_end: bool) {
    let end = if with_end { "\n" } else { "" };
    let mut err = io::stderr().lock();
    let _ = write!(err, "{text}{end}").and_then(|()| err.flush());
}

/// Writes to standard output through a buffer. A closed pipe is an error: the output is incomplete without its end.
///
/// # Errors
/// When standard output fails.
pub(crate) fn whole_to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    write(&mut out).and_then(|()| out.flush())
}

/// Writes lines to standard error. Hostile characters become U+FFFD, since the text may come from a server. A failed
/// write is ignored: there is no other place to report it.
pub fn log(line: &str) {
    let hostile = |c: char| c != '\n' && is_hostile(c);
    let line: String = line.chars().map(|c| if hostile(c) { '\u{fffd}' } else { c }).collect();
    let _ = writeln!(io::stderr().lock(), "{line}");
}
