//! Files that are read and written as a whole.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::time::Duration;

/// The beginning of the name of a temporary file, and the number of random characters after it.
const TEMPORARY: (&str, usize) = (".healthcheck-", 6);

/// The age at which a temporary file of a run that was killed is removed.
const ABANDONED: Duration = Duration::from_secs(86_400);

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
/// When the folder cannot be written to, the file exists and `new` is set, or the path is a link of another user in a
/// folder that every user can write to.
pub(crate) fn write(
    path: &Path,
    new: bool,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    if is_foreign_link(path)? {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the link belongs to another user"));
    }
    let target = std::fs::canonicalize(path);
    let path = target.as_deref().unwrap_or(path);
    if std::fs::metadata(path).is_ok_and(|known| !known.is_file() && !known.is_dir()) {
        let mut out = BufWriter::new(File::options().write(true).open(path)?);
        return write(&mut out).and_then(|()| out.flush());
    }
    let folder = folder_of(path);
    sweep(folder);
    let mut temporary = builder(path).prefix(TEMPORARY.0).rand_bytes(TEMPORARY.1).tempfile_in(folder)?;
    let mut out = BufWriter::new(temporary.as_file_mut());
    write(&mut out)?;
    out.flush()?;
    drop(out);
    temporary.as_file().sync_all()?;
    let moved = if new { temporary.persist_noclobber(path) } else { temporary.persist(path) };
    moved.map_err(|error| error.error)?;
    sync(folder)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

/// Returns whether a path is a link that another user left in a folder that every user can write to, such as `/tmp`. The
/// rule is that of `fs.protected_symlinks` in Linux, which some systems turn off.
#[cfg(unix)]
fn is_foreign_link(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let Some(link) = std::fs::symlink_metadata(path).ok().filter(std::fs::Metadata::is_symlink) else {
        return Ok(false);
    };
    let folder = std::fs::metadata(folder_of(path))?;
    if folder.mode() & 0o002 == 0 || link.uid() == folder.uid() {
        return Ok(false);
    }
    // A new file belongs to the user of this process.
    let own = tempfile::Builder::new().prefix(TEMPORARY.0).tempfile_in(folder_of(path))?;
    Ok(own.as_file().metadata()?.uid() != link.uid())
}

#[cfg(not(unix))]
fn is_foreign_link(_: &Path) -> io::Result<bool> {
    Ok(false)
}

/// Removes the temporary files of runs that were killed. A file that cannot be removed stays.
fn sweep(folder: &Path) {
    for file in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = file.file_name();
        let random = name.to_str().and_then(|name| name.strip_prefix(TEMPORARY.0)).unwrap_or_default();
        let is_ours = random.len() == TEMPORARY.1 && random.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if is_ours && file.metadata().is_ok_and(|metadata| is_abandoned(&metadata)) {
            let _ = std::fs::remove_file(file.path());
        }
    }
}

fn is_abandoned(metadata: &std::fs::Metadata) -> bool {
    let age = metadata.modified().ok().and_then(|written| written.elapsed().ok());
    metadata.is_file() && age.is_some_and(|age| age > ABANDONED)
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
    fn files_of_runs_that_were_killed_are_removed_after_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let old = std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let make = |name: &str, old_file: bool| {
            let file = File::create(folder.path().join(name)).unwrap();
            if old_file {
                file.set_modified(old).unwrap();
            }
        };
        make(".healthcheck-aB3x9Z", true);
        make(".healthcheck-bC4y0A", false);
        for other in
            [".healthcheck-notes", ".healthcheck-aB3x9Z.bak", ".healthcheck-a.b.c", "healthcheck-aB3x9Z"]
        {
            make(other, true);
        }
        std::fs::create_dir(folder.path().join(".healthcheck-folder")).unwrap();
        put(&folder.path().join("new"), true, "text").unwrap();
        let mut left: Vec<String> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        let kept = [
            ".healthcheck-a.b.c",
            ".healthcheck-aB3x9Z.bak",
            ".healthcheck-bC4y0A",
            ".healthcheck-folder",
            "healthcheck-aB3x9Z",
            "new",
        ];
        // A name of six letters may be ours.
        left.retain(|name| name != ".healthcheck-notes");
        assert_eq!(left, kept);
    }

    #[test]
    #[cfg(unix)]
    fn a_link_of_another_user_is_not_followed() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("out.json"));
        put(&target, true, "mine").unwrap();
        symlink(&target, &link).unwrap();
        let own = std::fs::metadata(&target).unwrap().uid();
        // Only root can give a file away.
        if lchown(&link, Some(own + 1), None).is_err() {
            return;
        }
        put(&link, false, "a folder of mine is safe").unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o1777)).unwrap();
        let refused = put(&link, false, "stolen").unwrap_err();
        assert_eq!(refused.to_string(), "the link belongs to another user");
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "a folder of mine is safe");
        lchown(&link, Some(own), None).unwrap();
        put(&link, false, "my own link").unwrap();
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "my own link");
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
