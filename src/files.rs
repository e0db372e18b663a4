//! Files that are read and written as a whole.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

/// Reads a file of at most `most` bytes, so that a device without an end is an error.
///
/// # Errors
/// When it cannot be read, or is larger. The text ends with `what_for`, such as "a profile".
pub(crate) fn read(path: &Path, most: u64, what_for: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        let text = format!("larger than {} MiB, which is too large for {what_for}", most >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
    }
    Ok(bytes)
}

/// Writes a file atomically: to a temporary file in the same folder, then to the disk, then by a rename. A link is
/// followed and its target replaced. With `new`, an existing file is an error. Pipes and devices are written to directly.
///
/// # Errors
/// When the folder cannot be written to, or the file exists and `new` is set.
pub(crate) fn write(
    path: &Path,
    new: bool,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
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
    let mut temporary = builder(path).prefix(".healthcheck-").tempfile_in(folder)?;
    let mut out = BufWriter::new(temporary.as_file_mut());
    write(&mut out)?;
    out.flush()?;
    drop(out);
    temporary.as_file().sync_all()?;
    let moved = if new { temporary.persist_noclobber(path) } else { temporary.persist(path) };
    moved.map_err(|error| error.error)?;
    sync(folder)
}

/// Returns a builder of temporary files with the permissions of the file at `path`, or the default ones if it does not
/// exist.
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

/// Flushes a folder to the disk, so that a new name in it survives a power failure. Does nothing on systems that cannot
/// open folders.
///
/// # Errors
/// When the disk fails.
pub(crate) fn sync(folder: &Path) -> io::Result<()> {
    let Ok(folder) = File::open(folder) else { return Ok(()) };
    folder.sync_all().or_else(|error| match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidInput => Ok(()),
        _ => Err(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(path: &Path, new: bool, text: &str) -> io::Result<()> {
        write(path, new, |out| out.write_all(text.as_bytes()))
    }

    #[test]
    fn a_file_that_is_too_large_is_not_read_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, vec![b'x'; 1 << 20]).unwrap();
        assert_eq!(read(&path, 1 << 20, "a profile").unwrap().len(), 1 << 20);
        std::fs::write(&path, vec![b'x'; (1 << 20) + 1]).unwrap();
        let told = "larger than 1 MiB, which is too large for a profile";
        assert_eq!(read(&path, 1 << 20, "a profile").unwrap_err().to_string(), told);
        if cfg!(target_os = "linux") {
            assert_eq!(read(Path::new("/dev/zero"), 1 << 20, "a profile").unwrap_err().to_string(), told);
        }
    }

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaml");
        put(&path, true, "one").unwrap();
        assert_eq!(put(&path, true, "two").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        put(&path, false, "three").unwrap();
        let failed = write(&path, false, |out| {
            out.write_all(b"the first half")?;
            Err(io::Error::other("the write failed"))
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "three");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    #[cfg(unix)]
    fn keeps_the_permissions_of_a_replaced_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (plain, made) = (folder.path().join("plain"), folder.path().join("made"));
        std::fs::write(&plain, "").unwrap();
        put(&made, true, "a new file").unwrap();
        assert_eq!(mode(&made), mode(&plain));
        std::fs::set_permissions(&made, std::fs::Permissions::from_mode(0o600)).unwrap();
        put(&made, false, "a replacement").unwrap();
        assert_eq!(mode(&made), 0o600);
    }

    #[test]
    #[cfg(unix)]
    fn follows_links_and_writes_to_devices() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("dotfiles.yaml"), folder.path().join("config.yaml"));
        put(&path, true, "old").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        put(&link, false, "new").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        put(Path::new("/dev/null"), false, "gone").unwrap();
        assert!(!std::fs::metadata("/dev/null").unwrap().is_file());
    }
}
