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
    /// A zip archive that is not a file: its list of files is at its end.
    #[error("{path} is a zip archive, which cannot be read as a stream: save it to a file and use -f FILE")]
    Zip {
        /// The path as given.
        path: String,
    },
    /// `-` more than once.
    #[error("standard input can be read only once: -f - is given more than once")]
    Twice,
    /// An empty file.
    #[error("{path} is empty")]
    Empty {
        /// The path as given.
        path: String,
    },
    /// Output of kubectl for readers.
    #[error(
        "{path} is the output of kubectl {command}, which is a text for readers: use kubectl get -o yaml"
    )]
    OfKubectl {
        /// The path as given.
        path: String,
        /// `describe` or `get`.
        command: &'static str,
    },
    /// Objects that were never in a cluster.
    #[error(
        "{path} contains manifests, not objects from a cluster: no object has a uid, a creation time or a status \
         (kubectl get -o yaml writes objects with them)"
    )]
    Manifests {
        /// The path as given.
        path: String,
    },
    /// A folder without a file that can be read.
    #[error("{path} contains no .json, .yaml, .yml, .tar or .zip file (.gz and .zst are read too)")]
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
        "{path} is {} that this tool wrote, not the objects of a cluster{}",
        with_article(kind),
        use_of(kind)
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

/// The documents that can be compared.
const COMPARED: [&str; 2] = ["Record", "Report"];

/// Returns which commands read a document of this kind.
fn use_of(kind: &str) -> &'static str {
    if COMPARED.contains(&kind) { "; --baseline and diff read it as a single document" } else { "" }
}

/// Returns the kind of a document with its article: `a Report`, `an Investigation`.
pub(crate) fn with_article(kind: &str) -> String {
    let vowel = kind.starts_with(['A', 'E', 'I', 'O', 'U']);
    format!("{} {kind}", if vowel { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_documents_that_can_be_compared_name_the_commands_for_it() {
        let told = |kind: &str| Error::Written { path: "a.json".into(), kind: kind.into() }.to_string();
        let rest = "that this tool wrote, not the objects of a cluster";
        assert_eq!(
            told("Report"),
            format!("a.json is a Report {rest}; --baseline and diff read it as a single document")
        );
        assert_eq!(told("Investigation"), format!("a.json is an Investigation {rest}"));
        assert_eq!(told("RightsizeReport"), format!("a.json is a RightsizeReport {rest}"));
    }
}
