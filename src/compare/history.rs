//! A folder of records, one file for each run. A record is written as a whole under a name of its own, so that runs can share
//! a folder and can run at the same time. The folder is read before any request is sent, and a file that is not a record ends
//! the run.
//!
//! What does not belong here: the comparison. `docs/changes.md` describes the folder.

mod record;
#[cfg(test)]
mod tests;

use crate::compare::run_record::RunRecord;
use crate::files;
use crate::snapshot::{Cluster, Scope};
use crate::text::io_words;
use crate::wire::Time;
use record::{EXTENSION, file_name};
use std::fs::{self, DirBuilder};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use tempfile::NamedTempFile;

/// The beginning and the end of the name of a record that is being written.
const UNFINISHED: (&str, &str) = (".healthcheck-", ".tmp");

/// The age at which an unfinished record is removed, in seconds.
const ABANDONED: i64 = 86_400;

/// The most records that one run removes. Each run adds one, so a folder shrinks slowly, and no run empties it.
const MOST_REMOVED: usize = 3;

/// A folder of records.
#[derive(Debug)]
pub struct History {
    folder: PathBuf,
    /// The number of records to keep for a cluster and scope.
    keep: usize,
    /// How long to keep records, in seconds; 0 keeps them forever.
    age: i64,
    /// The records in it, the oldest first.
    entries: Vec<Entry>,
}

/// A record in the folder.
#[derive(Debug, PartialEq)]
struct Entry {
    path: PathBuf,
    taken_at: Time,
    cluster: Cluster,
    scope: Scope,
}

/// The last recorded run.
#[derive(Debug)]
pub struct Last {
    /// Its record.
    pub run: RunRecord,
    /// The same, filled in from earlier runs with everything that it could not read.
    pub known: RunRecord,
}

/// The errors of a folder of records.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder, or a file in it.
    #[error("cannot {what} {path}: {}", io_words(source))]
    Io {
        /// Such as `read the history folder`.
        what: &'static str,
        /// Where.
        path: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A file where a folder should be.
    #[error("{path} is a file; --history needs a folder of its own")]
    NoFolder {
        /// As given.
        path: String,
    },
    /// A file that is not a record.
    #[error("{path} is not a record of a run: {reason}; move or delete it")]
    NoRecord {
        /// Which file.
        path: String,
        /// The problem, and where it is.
        reason: String,
    },
}

fn fail<'a>(what: &'static str, path: &'a Path) -> impl Fn(io::Error) -> Error + 'a {
    move |source| Error::Io { what, path: path.display().to_string(), source }
}

impl History {
    /// Opens a folder and reads every record in it; creates the folder if it does not exist.
    ///
    /// # Errors
    /// If it cannot be created, read or written, or a file in it is not a record. Nothing is changed then.
    pub fn open(folder: &Path, keep: usize, age: i64) -> Result<Self, Error> {
        if folder.is_file() {
            return Err(Error::NoFolder { path: folder.display().to_string() });
        }
        create(folder).map_err(fail("create the history folder", folder))?;
        let read = fail("read the history folder", folder);
        let mut entries = Vec::new();
        for file in fs::read_dir(folder).map_err(&read)? {
            let path = file.map_err(&read)?.path();
            if name(&path).ends_with(EXTENSION) && !name(&path).starts_with('.') {
                entries.push(entry(path)?);
            }
        }
        entries.sort_by(|a, b| (a.taken_at, &a.path).cmp(&(b.taken_at, &b.path)));
        // A folder that cannot be written to is an error before the run, not after it.
        unfinished(folder).map_err(fail("write to the history folder", folder))?;
        Ok(Self { folder: folder.to_owned(), keep, age, entries })
    }

    /// Returns the last run on the same cluster with the same scope that is not later than this one.
    ///
    /// # Errors
    /// If its record can no longer be read.
    pub fn last(&self, run: &RunRecord) -> Result<Option<Last>, Error> {
        let mut before =
            self.of(run).rev().filter(|entry| run.taken_at.is_none_or(|now| entry.taken_at <= now));
        let Some(newest) = before.next() else { return Ok(None) };
        let run = record::read(&newest.path)?;
        let mut known = run.clone();
        for entry in before {
            if known.sight.is_complete() {
                break;
            }
            known.fill(&record::read(&entry.path)?);
        }
        Ok(Some(Last { run, known }))
    }

    /// Writes the record of a run, and removes the records of the same cluster and scope that are too many or too old.
    ///
    /// # Errors
    /// If it cannot be written, in which case no part of it stays, or if a record cannot be removed.
    pub fn add(&self, run: &RunRecord, now: Time) -> Result<(), Error> {
        let write = fail("write to the history folder", &self.folder);
        let mut file = unfinished(&self.folder).map_err(&write)?;
        let path = self.folder.join(file_name(run.taken_at.unwrap_or_default(), file.path()));
        record::write(run, &mut file).and_then(|()| file.as_file().sync_all()).map_err(&write)?;
        file.persist_noclobber(&path).map_err(|error| write(error.error))?;
        files::sync(&self.folder).map_err(&write)?;
        self.prune(run, now)?;
        self.sweep(now).map_err(&write)
    }

    /// Returns the records of the same cluster and scope, the oldest first.
    fn of(&self, run: &RunRecord) -> impl DoubleEndedIterator<Item = &Entry> {
        let (cluster, scope) = (run.cluster.clone(), run.scope.clone());
        self.entries.iter().filter(move |entry| is_same(&entry.cluster, &cluster) && entry.scope == scope)
    }

    fn prune(&self, run: &RunRecord, now: Time) -> Result<(), Error> {
        // The new record counts as well.
        let too_many = (self.of(run).count() + 1).saturating_sub(self.keep);
        // The time of a run may come from a server or a file: one that lies in the future makes no record old.
        let now = run.taken_at.unwrap_or(now).min(now);
        let too_old = |entry: &Entry| self.age > 0 && now.seconds_since(entry.taken_at) > self.age;
        let surplus = self.of(run).enumerate().filter(|(index, entry)| *index < too_many || too_old(entry));
        for (_, entry) in surplus.take(MOST_REMOVED) {
            remove(&entry.path).map_err(fail("remove the old record", &entry.path))?;
        }
        Ok(())
    }

    /// Returns whether every user of this machine can write records.
    #[cfg(unix)]
    pub(crate) fn is_open_to_all(&self) -> bool {
        use std::os::unix::fs::MetadataExt;
        fs::metadata(&self.folder).is_ok_and(|folder| folder.mode() & 0o002 != 0)
    }

    /// Returns whether every user of this machine can write records; unknown on this system.
    #[cfg(not(unix))]
    pub(crate) fn is_open_to_all(&self) -> bool {
        false
    }

    /// Removes unfinished records of runs that were killed.
    fn sweep(&self, now: Time) -> io::Result<()> {
        for file in fs::read_dir(&self.folder)? {
            let path = file?.path();
            let ours = name(&path).starts_with(UNFINISHED.0) && name(&path).ends_with(UNFINISHED.1);
            if ours && is_abandoned(&path, now) {
                remove(&path)?;
            }
        }
        Ok(())
    }
}

/// Returns whether two clusters are the same: by the server, or by the context if one of them has no server.
fn is_same(a: &Cluster, b: &Cluster) -> bool {
    if a.server.is_empty() || b.server.is_empty() { a.context == b.context } else { a.server == b.server }
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

fn entry(path: PathBuf) -> Result<Entry, Error> {
    let RunRecord { taken_at, cluster, scope, .. } = record::read(&path)?;
    Ok(Entry { path, taken_at: taken_at.unwrap_or_default(), cluster, scope })
}

/// Creates a folder that only its owner can read.
fn create(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn unfinished(folder: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(UNFINISHED.0).suffix(UNFINISHED.1).tempfile_in(folder)
}

fn is_abandoned(path: &Path, now: Time) -> bool {
    let written = fs::symlink_metadata(path).and_then(|metadata| metadata.modified()).ok();
    let since_epoch = written.and_then(|written| written.duration_since(UNIX_EPOCH).ok());
    let seconds = since_epoch.and_then(|duration| i64::try_from(duration.as_secs()).ok());
    seconds.is_some_and(|seconds| now.seconds.saturating_sub(seconds) > ABANDONED)
}

/// Removes a file that another run may have removed already.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
