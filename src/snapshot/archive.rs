//! Archives: tar, plain or compressed, and zip. Their files are read one after the other and never written anywhere. Links
//! are skipped, and archives in archives are counted.

use super::Error;
use super::folder::{is_archive, is_document, is_hidden};
use super::read::Files;
use super::unpacked::Unpacked;
use crate::memory::Guarded;
use std::cell::Cell;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;
use std::rc::Rc;

/// The first bytes of a zip archive.
pub(super) const ZIP: &[u8] = b"PK\x03\x04";

/// The word in the header of a tar archive, and its position.
const TAR: (usize, &[u8]) = (257, b"ustar");

/// The bytes that tell whether a stream is a tar archive.
pub(super) const HEAD: usize = 512;

/// Whether a stream with these first bytes is a tar archive.
pub(super) fn is_tar(head: &[u8]) -> bool {
    head.get(TAR.0..).is_some_and(|rest| rest.starts_with(TAR.1))
}

/// Reads the files of a tar archive.
pub(super) fn tar(files: &mut Files, archive: &str, stream: &mut dyn Read) -> Result<(), Error> {
    let fail = |source| Error::Read { path: archive.to_owned(), source };
    let mut entries = tar::Archive::new(stream);
    for entry in entries.entries().map_err(fail)? {
        let mut entry = entry.map_err(fail)?;
        let path = entry.path().map_err(fail)?.into_owned();
        let is_file = entry.header().entry_type().is_file();
        files.nested += u64::from(is_file && is_archive(&path));
        if is_file && is_wanted(&path) {
            files.member(&name(archive, &path), &mut entry)?;
        }
    }
    Ok(())
}

/// Reads the files of a zip archive.
pub(super) fn zip(files: &mut Files, archive: &str, stream: impl Read + Seek) -> Result<(), Error> {
    let fail =
        |source: zip::result::ZipError| Error::Read { path: archive.to_owned(), source: source.into() };
    let mut entries = zip::ZipArchive::new(stream).map_err(fail)?;
    for index in 0..entries.len() {
        let entry = entries.by_index(index).map_err(fail)?;
        let path = Path::new(&*entry.name().map_err(fail)?).to_owned();
        files.nested += u64::from(entry.is_file() && is_archive(&path));
        if entry.is_file() && is_wanted(&path) {
            let packed = Rc::new(Cell::new(entry.compressed_size()));
            let stream = Unpacked::new(entry, packed);
            files.member(&name(archive, &path), &mut BufReader::new(Guarded::new(stream)))?;
        }
    }
    Ok(())
}

/// Whether a file of an archive is read: JSON or YAML, and not hidden, as those that macOS adds to archives.
fn is_wanted(path: &Path) -> bool {
    is_document(path) && !is_hidden(path)
}

/// Returns the name of a file of an archive in messages.
fn name(archive: &str, path: &Path) -> String {
    format!("{archive}: {}", path.display())
}

/// Returns the first bytes of a stream, and the stream from its beginning.
pub(super) fn peek<R: Read>(mut stream: R) -> io::Result<(Vec<u8>, impl Read + use<R>)> {
    let mut head = Vec::with_capacity(HEAD);
    stream.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    Ok((head.clone(), io::Cursor::new(head).chain(stream)))
}
