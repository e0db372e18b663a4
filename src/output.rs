//! The one place that writes to the terminal.

use crate::finding::command::is_hostile;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

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
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// What the system says of a failed call, without the number it ends with.
pub fn io_words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

/// Writes a file that is there as a whole or not at all: beside its place first, then to the disk, then in one step
/// to its place. A link is followed, so that what it leads to is replaced and not the link. `new` refuses to take the
/// place of a file that is there already. What is no file, such as a pipe or a device, is written to as it is.
///
/// # Errors
/// When the folder cannot be written to, or there is such a file and none was expected.
pub fn file(path: &Path, new: bool, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let target = std::fs::canonicalize(path);
    let path = target.as_deref().unwrap_or(path);
    if std::fs::metadata(path).is_ok_and(|known| !known.is_file() && !known.is_dir()) {
        let mut out = BufWriter::new(File::options().write(true).open(path)?);
        return write(&mut out).and_then(|()| out.flush());
    }
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut beside = builder(path).prefix(".healthcheck-").tempfile_in(folder)?;
    let mut out = BufWriter::new(beside.as_file_mut());
    write(&mut out)?;
    out.flush()?;
    drop(out);
    beside.as_file().sync_all()?;
    let moved = if new { beside.persist_noclobber(path) } else { beside.persist(path) };
    moved.map_err(|error| error.error)?;
    sync(folder)
}

/// Whoever might read the file that is there may read the new one; where there is none, the system's habit decides, as
/// it does of any file.
fn builder(path: &Path) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let known = std::fs::metadata(path).map(|known| known.permissions());
        builder.permissions(known.unwrap_or_else(|_| std::fs::Permissions::from_mode(0o666)));
    }
    builder
}

/// Makes a new name in a folder survive a power cut. Where folders cannot be opened, the system keeps names by itself.
///
/// # Errors
/// When the disk fails.
pub fn sync(folder: &Path) -> io::Result<()> {
    let Ok(folder) = File::open(folder) else { return Ok(()) };
    folder.sync_all().or_else(|error| match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidInput => Ok(()),
        _ => Err(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, new: bool, text: &str) -> io::Result<()> {
        file(path, new, |out| out.write_all(text.as_bytes()))
    }

    #[test]
    fn files_are_whole_or_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaml");
        write(&path, true, "one").unwrap();
        assert_eq!(write(&path, true, "two").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        write(&path, false, "three").unwrap();
        let failed = file(&path, false, |out| {
            out.write_all(b"half of it")?;
            Err(io::Error::other("the rest is lost"))
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "three");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    #[cfg(unix)]
    fn files_may_be_read_by_whom_they_could_be_before() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (plain, made) = (folder.path().join("plain"), folder.path().join("made"));
        std::fs::write(&plain, "").unwrap();
        write(&made, true, "as any file").unwrap();
        assert_eq!(mode(&made), mode(&plain));
        std::fs::set_permissions(&made, std::fs::Permissions::from_mode(0o600)).unwrap();
        write(&made, false, "as it was").unwrap();
        assert_eq!(mode(&made), 0o600);
    }

    #[test]
    #[cfg(unix)]
    fn links_are_followed_and_devices_stay_devices() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("dotfiles.yaml"), folder.path().join("config.yaml"));
        write(&path, true, "old").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        write(&link, false, "new").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        write(Path::new("/dev/null"), false, "gone").unwrap();
        assert!(!std::fs::metadata("/dev/null").unwrap().is_file());
    }
}
