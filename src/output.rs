//! Standard output and standard error.

use crate::text::is_hostile;
use crate::wire::Time;
use serde::Serialize;
use std::io::{self, BufWriter, Write};
use std::sync::OnceLock;

/// The clock of lines on standard error that are JSON objects. If it is not set, the lines are text.
static CLOCK: OnceLock<fn() -> Time> = OnceLock::new();

/// How bad the event of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The run goes on as it should.
    Info,
    /// The run goes on in another way, such as a retry.
    Warn,
    /// Something is missing or was not done.
    Error,
}

/// A line of JSON. The lines of the log of a run begin with the same keys.
#[derive(Serialize)]
struct Line<'a> {
    time: Time,
    level: Level,
    event: &'a str,
    message: &'a str,
}

/// Writes to standard output through a buffer. A closed pipe is not an error.
///
/// # Errors
/// When standard output fails otherwise.
pub(crate) fn stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    is_writable()?;
    let mut out = BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// Writes lines to standard output and flushes it. Returns false if the pipe is closed.
///
/// # Errors
/// When standard output fails otherwise.
pub(crate) fn is_read(lines: &str) -> io::Result<bool> {
    is_writable()?;
    let mut out = io::stdout().lock();
    match out.write_all(lines.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}

/// Makes each line on standard error a JSON object, for the rest of the process.
pub(crate) fn log_as_json(clock: fn() -> Time) {
    // A second call changes nothing: there is one clock.
    let _ = CLOCK.set(clock);
}

/// Writes an event to standard error: its message, or a JSON object with these keys.
pub(crate) fn event(level: Level, event: &str, message: &str) {
    match CLOCK.get() {
        Some(clock) => line(&json(clock(), level, event, message)),
        None => line(message),
    }
}

fn json(time: Time, level: Level, event: &str, message: &str) -> String {
    serde_json::to_string(&Line { time, level, event, message }).unwrap_or_default()
}

/// Writes a text without control characters to standard error, with or without the end of its line.
pub(crate) fn raw(text: &str, with_end: bool) {
    if CLOCK.get().is_some() {
        let lines = text.lines().map(str::trim_end).filter(|text| !text.is_empty());
        lines.for_each(|text| event(Level::Info, "plugin", text));
        return;
    }
    let end = if with_end { "\n" } else { "" };
    let mut err = io::stderr().lock();
    let _ = write!(err, "{text}{end}").and_then(|()| err.flush());
}

/// Writes to standard output through a buffer. A closed pipe is an error: the output is incomplete without its end.
///
/// # Errors
/// When standard output fails or was closed.
pub(crate) fn whole_to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    is_writable()?;
    is_open()?;
    let mut out = BufWriter::new(io::stdout().lock());
    write(&mut out).and_then(|()| out.flush())
}

/// The error of a standard output that takes nothing. `std` ignores it.
#[cfg(unix)]
fn closed() -> io::Error {
    io::Error::from(nix::errno::Errno::EBADF)
}

/// # Errors
/// When standard output is open for reading only.
#[cfg(unix)]
fn is_writable() -> io::Result<()> {
    if access()? == nix::fcntl::OFlag::O_RDONLY { Err(closed()) } else { Ok(()) }
}

/// Standard output that was closed is `/dev/null`, open for reading and writing: kubectl and `std` replace it before the
/// program begins. A shell opens `/dev/null` for writing only. Callers in Python and Node open it for both and want the exit
/// code of a run, so this is asked for captures only.
///
/// # Errors
/// When standard output was closed.
#[cfg(unix)]
fn is_open() -> io::Result<()> {
    use std::os::fd::AsFd;
    use std::os::unix::fs::MetadataExt;
    let null = std::fs::metadata("/dev/null").map(|null| null.rdev());
    let device = std::fs::File::from(io::stdout().as_fd().try_clone_to_owned()?).metadata()?.rdev();
    let is_null = null.is_ok_and(|null| null == device);
    if is_null && access()? == nix::fcntl::OFlag::O_RDWR { Err(closed()) } else { Ok(()) }
}

/// Returns whether standard output is open for reading, writing or both.
#[cfg(unix)]
fn access() -> io::Result<nix::fcntl::OFlag> {
    use nix::fcntl::{FcntlArg, OFlag, fcntl};
    let flags = fcntl(io::stdout(), FcntlArg::F_GETFL)?;
    Ok(OFlag::from_bits_retain(flags) & OFlag::O_ACCMODE)
}

#[cfg(not(unix))]
fn is_writable() -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn is_open() -> io::Result<()> {
    Ok(())
}

/// Writes a message to standard error.
pub fn log(message: &str) {
    event(Level::Info, "message", message);
}

/// Writes lines to standard error as they are. Hostile characters become U+FFFD, since the text may come from a server. A
/// failed write is ignored: there is no other place to report it.
pub(crate) fn line(line: &str) {
    let hostile = |c: char| c != '\n' && is_hostile(c);
    let line: String = line.chars().map(|c| if hostile(c) { '\u{fffd}' } else { c }).collect();
    let _ = writeln!(io::stderr().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_line_is_one_line_with_its_time_and_level() {
        let line = json(Time::at(1_766_714_400), Level::Error, "error", "error: no\n\"way\"");
        assert_eq!(
            line,
            r#"{"time":"2025-12-26T02:00:00Z","level":"error","event":"error","message":"error: no\n\"way\""}"#
        );
    }
}
