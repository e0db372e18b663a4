//! One record: its name, and its way to and from a file.

use super::{Error, UNFINISHED, fail};
use crate::compare::run_record::{KIND, RunRecord};
use crate::snapshot::VERSION;
use crate::wire::Time;
use serde::Deserialize;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

/// How the name of a record ends. What ends otherwise is none.
pub(super) const EXTENSION: &str = ".record.json";

/// A record is some kilobytes. Whatever is larger than this is none, and is not read; in bytes.
const LARGEST: u64 = 64 << 20;

/// What every record says first of all.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    api_version: String,
    kind: String,
}

/// `20261121T010000.123456789Z-x7Kq2m.record.json`: sorted by name they are sorted by time, and the end, which is that
/// of the file it was written as, tells apart what began in the same instant.
pub(super) fn file_name(taken_at: Time, written_as: &Path) -> String {
    let time = taken_at.to_timestamp().unwrap_or_default().strftime("%Y%m%dT%H%M%S%.9fZ").to_string();
    let written_as = super::name(written_as);
    let end = written_as.strip_prefix(UNFINISHED.0).and_then(|rest| rest.strip_suffix(UNFINISHED.1));
    format!("{time}-{}{EXTENSION}", end.unwrap_or(written_as))
}

pub(super) fn write(run: &RunRecord, out: impl Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    serde_json::to_writer(&mut out, run)?;
    out.write_all(b"\n")?;
    out.flush()
}

pub(super) fn read(path: &Path) -> Result<RunRecord, Error> {
    let no_record = |reason: String| Error::NoRecord { path: path.display().to_string(), reason };
    let read = fail("read", path);
    let mut text = Vec::new();
    File::open(path).map_err(&read)?.take(LARGEST + 1).read_to_end(&mut text).map_err(&read)?;
    if text.len() as u64 > LARGEST {
        return Err(no_record("it is larger than any record".to_owned()));
    }
    let syntax = |error: serde_json::Error| no_record(error.to_string());
    let head: Head = serde_json::from_slice(&text).map_err(syntax)?;
    match head {
        Head { kind, .. } if kind != KIND => return Err(no_record(format!("it is a {kind}"))),
        Head { api_version, .. } if api_version != VERSION => {
            return Err(no_record(format!(
                "a later version wrote it ({api_version}), this one reads {VERSION}"
            )));
        }
        Head { .. } => {}
    }
    let run = serde_json::from_slice::<RunRecord>(&text).map_err(syntax)?.tidy();
    match run.taken_at {
        Some(_) => Ok(run),
        None => Err(no_record("it does not say when it was taken".to_owned())),
    }
}
