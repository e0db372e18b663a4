//! What can be wrong with the files that were given.

use crate::text::io_words;
use std::io;

/// Why no snapshot could be read or written. Each says what was tried on what.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file or folder cannot be opened or read.
    #[error("cannot read {path}: {}", io_words(source))]
    Read {
        /// As given.
        path: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The capture cannot be written.
    #[error("cannot write {path}: {}", io_words(source))]
    Write {
        /// As given.
        path: String,
        /// The system's reason.
        source: io::Error,
    },
    /// Nothing is there.
    #[error("the path \"{path}\" does not exist")]
    Missing {
        /// As given.
        path: String,
    },
    /// Not JSON or YAML, or not whole.
    #[error("{path} cannot be read as {form}: {reason}")]
    Syntax {
        /// As given.
        path: String,
        /// `JSON` or `YAML`.
        form: &'static str,
        /// What the parser says, with the position.
        reason: String,
    },
    /// Bytes that no text has.
    #[error("{path} is neither JSON nor YAML: it holds binary data (byte {offset})")]
    Binary {
        /// As given.
        path: String,
        /// Where the first such byte is.
        offset: usize,
    },
    /// Nothing in it.
    #[error("{path} is empty")]
    Empty {
        /// As given.
        path: String,
    },
    /// A folder without a file that could be read.
    #[error("{path} holds no .json, .yaml or .yml file (.gz and .zst are read too)")]
    NothingIn {
        /// As given.
        path: String,
    },
    /// Captures of several clusters.
    #[error("the files are captures of different clusters ({first} and {second}): read them one at a time")]
    TwoClusters {
        /// The context of one.
        first: String,
        /// The context of another.
        second: String,
    },
    /// Something about a run, where objects should be.
    #[error(
        "{path} is a {kind} that this tool wrote, not the objects of a cluster; alone, it is read by --baseline and by diff"
    )]
    Written {
        /// As given.
        path: String,
        /// Such as `Report`.
        kind: String,
    },
    /// A capture of a later version.
    #[error("{path} was written by a later version ({version}); this one reads {known}")]
    Newer {
        /// As given.
        path: String,
        /// Its `apiVersion`.
        version: String,
        /// Ours.
        known: &'static str,
    },
}
