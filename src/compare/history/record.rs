//! A record: its file name, and how it is written and read.

use super::{Error, UNFINISHED, fail};
use crate::compare::run_record::{KIND, RunRecord};
use crate::memory::Guarded;
use crate::snapshot::VERSION;
use crate::snapshot::with_article;
use crate::text::{EscapedJson, parse_words};
use crate::wire::Time;
use serde::Deserialize;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

/// The end of the name of a record.
pub(super) const EXTENSION: &str = ".record.json";

/// The largest file that is read; a record has some kilobytes. In bytes.
const LARGEST: u64 = 64 << 20;

/// The first fields of every record.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    api_version: String,
    kind: String,
}

/// Returns a name such as `20261121T010000.123456789Z-x7Kq2m.record.json`: names sort by time, and the random end comes from
/// the name of the unfinished file.
pub(super) fn file_name(taken_at: Time, written_as: &Path) -> String {
    let time = taken_at.to_timestamp().unwrap_or_default().strftime("%Y%m%dT%H%M%S%.9fZ").to_string();
    let written_as = super::name(written_as);
    let end = written_as.strip_prefix(UNFINISHED.0).and_then(|rest| rest.strip_suffix(UNFINISHED.1));
    format!("{time}-{}{EXTENSION}", end.unwrap_or(written_as))
}

pub(super) fn write(run: &RunRecord, out: impl Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    serde_json::to_writer(EscapedJson(&mut out), run)?;
    out.write_all(b"\n")?;
    out.flush()
}

pub(super) fn read(path: &Path) -> Result<RunRecord, Error> {
    let no_record = |reason: String| Error::NoRecord { path: path.display().to_string(), reason };
    let read = fail("read", path);
    let mut text = Vec::new();
    // A pipe would never end.
    let metadata = std::fs::metadata(path).map_err(&read)?;
    if !metadata.is_file() && !metadata.is_dir() {
        return Err(no_record("it is not a regular file".to_owned()));
    }
    File::open(path).map_err(&read)?.take(LARGEST + 1).read_to_end(&mut text).map_err(&read)?;
    if text.len() as u64 > LARGEST {
        return Err(no_record("it is too large".to_owned()));
    }
    let syntax = |error: serde_json::Error| no_record(parse_words(&error.to_string()).to_string());
    let head: Head = serde_json::from_slice(&text).map_err(syntax)?;
    match head {
        Head { kind, .. } if kind != KIND => return Err(no_record(format!("it is {}", with_article(&kind)))),
        Head { api_version, .. } if api_version != VERSION => {
            return Err(no_record(format!(
                "it was written by a later version ({api_version}); this one reads {VERSION}"
            )));
        }
        Head { .. } => {}
    }
    let run: RunRecord = serde_json::from_reader(Guarded::new(&*text)).map_err(syntax)?;
    let run = run.tidy();
    match run.taken_at {
        Some(_) => Ok(run),
        None => Err(no_record("it has no time".to_owned())),
    }
}
