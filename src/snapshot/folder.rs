//! The files of a folder that may contain objects, in all its folders.

use super::Error;
use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

/// The deepest level of folders that is read: support bundles have less than ten.
const DEEPEST: usize = 32;

/// The content of a folder and of the folders in it.
#[derive(Default)]
pub(super) struct Listing {
    /// The files that can be read, sorted.
    pub(super) files: Vec<PathBuf>,
    /// The number of folders that are too deep.
    pub(super) too_deep: u64,
    /// The folders in it that cannot be listed.
    pub(super) unreadable: Vec<(PathBuf, io::Error)>,
}

/// Lists the files of a folder, except hidden ones. A link to a folder is not followed.
pub(super) fn list(path: &Path) -> Result<Listing, Error> {
    let mut found = Listing::default();
    let mut folders = VecDeque::from([(path.to_owned(), 0)]);
    while let Some((folder, level)) = folders.pop_front() {
        let entries = match entries(&folder) {
            Ok(entries) => entries,
            Err(source) if level == 0 => {
                return Err(Error::Read { path: folder.display().to_string(), source });
            }
            Err(source) => {
                found.unreadable.push((folder, source));
                continue;
            }
        };
        for (path, is_folder) in entries.into_iter().filter(|(path, _)| !is_hidden(path)) {
            match (is_folder, level < DEEPEST) {
                (true, true) => folders.push_back((path, level + 1)),
                (true, false) => found.too_deep += 1,
                (false, _) if is_readable(&path) && path.is_file() => found.files.push(path),
                (false, _) => {}
            }
        }
    }
    found.files.sort();
    Ok(found)
}

/// Returns the paths in a folder, and whether each is a folder.
fn entries(folder: &Path) -> io::Result<Vec<(PathBuf, bool)>> {
    std::fs::read_dir(folder)?
        .map(|entry| entry.and_then(|of| Ok((of.path(), of.file_type()?.is_dir()))))
        .collect()
}

/// Whether a file has a name of JSON, YAML or an archive.
fn is_readable(path: &Path) -> bool {
    is_document(path) || is_archive(path)
}

/// Whether a file has a name of JSON or YAML, plain or compressed.
pub(super) fn is_document(path: &Path) -> bool {
    matches!(unpacked_extension(path).as_str(), "json" | "yaml" | "yml")
}

/// Whether a file has a name of an archive.
pub(super) fn is_archive(path: &Path) -> bool {
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
