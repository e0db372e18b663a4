//! The one place that writes to the terminal.

use crate::command::is_hostile;
use std::io::{self, BufWriter, Write};

/// Writes to standard output through a buffer. A reader that has gone away is no error: it has seen enough.
///
/// # Errors
/// When standard output fails otherwise.
pub fn stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// Writes a line to standard error, where text from a server may be in it. There is nobody to tell when that
/// fails.
pub fn log(line: &str) {
    let hostile = |c: char| c != '\n' && is_hostile(c);
    let line: String = line.chars().map(|c| if hostile(c) { '\u{fffd}' } else { c }).collect();
    drop(writeln!(io::stderr().lock(), "{line}"));
}

/// What the system says of a failed call, without the number it ends with.
pub fn io_words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}
