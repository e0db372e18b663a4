//! The files of a folder that may contain objects, in all its folders.

use super::Error;
use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

/// The deepest level of folders that is read: support bundles have less than ten.
const DEEPEST: usize = 32;

/// Lists the files of a folder and of the folders in it that can be read, sorted; except hidden ones. A link to a folder is
/// not followed.
pub(super) fn readable_in(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut folders = VecDeque::from([(path.to_owned(), 0)]);
    while let Some((folder, level)) = folders.pop_front() {
        let fail = |source| Error::Read { path: folder.display().to_string(), source };
        let entries: Result<Vec<std::fs::DirEntry>, io::Error> =
            std::fs::read_dir(&folder).map_err(fail)?.collect();
        for entry in entries.map_err(fail)? {
            let (kind, path) = (entry.file_type().map_err(fail)?, entry.path());
            if is_hidden(&path) {
                continue;
            }
            if kind.is_dir() && level < DEEPEST {
                folders.push_back((path, level + 1));
            } else if is_readable(&path) && path.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a file has a name of JSON, YAML or an archive.
fn is_readable(path: &Path) -> bool {
    is_document(path) || is_archive(path)
}

/// Whether a file has a name of JSON or YAML, plain or compressed.
pub(super) fn is_document(path: &Path) -> bool {
    matches!(unpacked_extension(path).as_str(), "json" | "yaml" | "yml")
}

fn is_archive(path: &Path) -> bool {
    matches!(extension(path).as_str(), "tgz" | "zip") || unpacked_extension(path) == "tar"
}

/// Whether a file or a folder has a name that begins with a dot.
pub(super) fn is_hidden(path: &Path) -> bool {
    path.file_name().and_then(OsStr::to_str).is_some_and(|name| name.starts_with('.'))
}

/// Returns the extension before that of a compression.
fn unpacked_extension(path: &Path) -> String {
    match extension(path).as_str() {
        "gz" | "zst" => extension(Path::new(path.file_stem().unwrap_or_default())),
        plain => plain.to_owned(),
    }
}

fn extension(path: &Path) -> String {
    path.extension().and_then(OsStr::to_str).unwrap_or_default().to_lowercase()
}
