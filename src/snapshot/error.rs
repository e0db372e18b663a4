//! The errors of files.

use crate::text::io_words;
use std::io;

/// Why a snapshot cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file or folder cannot be opened or read.
    #[error("cannot read {path}: {}", io_words(source))]
    Read {
        /// The path as given.
        path: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The capture cannot be written.
    #[error("cannot write {path}: {}", io_words(source))]
    Write {
        /// The path as given.
        path: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The path does not exist.
    #[error("the path \"{path}\" does not exist")]
    Missing {
        /// The path as given.
        path: String,
    },
    /// Invalid or incomplete JSON or YAML.
    #[error("{path} cannot be read as {form}: {reason}")]
    Syntax {
        /// The path as given.
        path: String,
        /// `JSON` or `YAML`.
        form: &'static str,
        /// The error of the parser, with the position.
        reason: String,
    },
    /// Bytes that do not occur in texts.
    #[error("{path} is neither JSON nor YAML: it contains binary data (byte {offset})")]
    Binary {
        /// The path as given.
        path: String,
        /// The position of the first such byte.
        offset: usize,
    },
    /// An empty file.
    #[error("{path} is empty")]
    Empty {
        /// The path as given.
        path: String,
    },
    /// A folder without a file that can be read.
    #[error("{path} contains no .json, .yaml or .yml file (.gz and .zst are read too)")]
    NothingIn {
        /// The path as given.
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
    /// A document about a run instead of objects.
    #[error(
        "{path} is a {kind} that this tool wrote, not the objects of a cluster; alone, it is read by --baseline and by diff"
    )]
    Written {
        /// The path as given.
        path: String,
        /// Such as `Report`.
        kind: String,
    },
    /// A capture of a later version.
    #[error("{path} was written by a later version ({version}); this one reads {known}")]
    Newer {
        /// The path as given.
        path: String,
        /// Its `apiVersion`.
        version: String,
        /// The known `apiVersion`.
        known: &'static str,
    },
}
