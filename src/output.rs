//! Standard output and standard error.

use crate::text::is_hostile;
use std::io::{self, BufWriter, Write};

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

/// Writes lines to standard output at once. Returns whether somebody reads them: a closed pipe is the end.
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

/// Writes a text without control characters to standard error, with or without the end of its line.
pub(crate) fn raw(text: &str, with_end: bool) {
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

/// Writes lines to standard error. Hostile characters become U+FFFD, since the text may come from a server. A failed
/// write is ignored: there is no other place to report it.
pub fn log(line: &str) {
    let hostile = |c: char| c != '\n' && is_hostile(c);
    let line: String = line.chars().map(|c| if hostile(c) { '\u{fffd}' } else { c }).collect();
    let _ = writeln!(io::stderr().lock(), "{line}");
}
