//! The capture format: a JSON document. Its header has the cluster, the time and the coverage. Its items are the narrow
//! objects, one per line.

use super::{Cluster, Scope, Snapshot, Warnings};
use crate::model::{Coverage, LogTail};
use crate::text::EscapedJson;
use crate::wire::{Kind, Object, Time};
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};

/// The `apiVersion` of captures, reports and records.
pub(crate) const VERSION: &str = "healthcheck/v1";

/// The header of a capture.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    /// Always `healthcheck/v1`.
    pub api_version: String,
    /// Always `Snapshot`.
    pub kind: String,
    /// The version of the tool that wrote it.
    #[serde(default)]
    pub tool_version: String,
    /// When the run began.
    pub started_at: Time,
    /// The time that ages are relative to.
    pub taken_at: Time,
    /// The cluster.
    #[serde(default)]
    pub cluster: Cluster,
    /// The requested scope.
    #[serde(default)]
    pub scope: Scope,
    /// What could not be read.
    #[serde(default)]
    pub coverage: Coverage,
    /// The ends of the logs of failing pods.
    #[serde(default)]
    pub logs: Vec<LogTail>,
    /// The context of another cluster, if captures of two were given.
    #[serde(skip)]
    other_context: Option<String>,
}

impl Header {
    /// Creates the header of a snapshot.
    pub fn of(snapshot: &Snapshot, tool_version: &str) -> Self {
        Self {
            api_version: VERSION.to_owned(),
            kind: "Snapshot".to_owned(),
            tool_version: tool_version.to_owned(),
            started_at: snapshot.started_at,
            taken_at: snapshot.taken_at,
            cluster: snapshot.cluster.clone(),
            scope: snapshot.scope.clone(),
            coverage: snapshot.coverage.clone(),
            logs: snapshot.logs.clone(),
            other_context: None,
        }
    }

    /// Adds the header of another capture of the same cluster.
    pub(super) fn merge(&mut self, other: Header) {
        if other.cluster.context != self.cluster.context {
            self.other_context = Some(other.cluster.context);
        }
        self.started_at = self.started_at.min(other.started_at);
        self.taken_at = self.taken_at.max(other.taken_at);
        if self.scope.is_whole_cluster() || other.scope.is_whole_cluster() {
            self.scope.namespaces.clear();
        } else {
            self.scope.namespaces.extend(other.scope.namespaces);
            self.scope.namespaces.sort();
            self.scope.namespaces.dedup();
        }
        self.scope.selected |= other.scope.selected;
        self.coverage.add(other.coverage);
        self.logs.extend(other.logs);
    }

    /// The contexts, if captures of two clusters were given.
    pub(super) fn two_clusters(&self) -> Option<(String, String)> {
        self.other_context.as_ref().map(|other| (other.clone(), self.cluster.context.clone()))
    }

    /// Copies the header into a snapshot with the rows of the items.
    pub(super) fn apply(self, snapshot: &mut Snapshot) {
        snapshot.cluster = self.cluster;
        snapshot.scope = self.scope;
        (snapshot.started_at, snapshot.taken_at) = (self.started_at, self.taken_at);
        snapshot.logs = self.logs;
        snapshot.warnings = Warnings::OfAll;
        snapshot.taken_by = Some(self.tool_version).filter(|version| !version.is_empty());
        snapshot.coverage.add(self.coverage);
    }
}

/// The items of a capture as they arrive from the cluster. They are compressed until the header is complete: its coverage is
/// known at the end.
#[derive(Default)]
pub struct Capture {
    /// The complete parts, each compressed.
    packed: Vec<Vec<u8>>,
    /// The part that still grows; created with the first object.
    lines: Option<zstd::Encoder<'static, Vec<u8>>>,
    /// The number of pods.
    pods: u64,
}

impl Capture {
    /// Adds an object.
    ///
    /// # Errors
    /// When the compressor fails.
    pub fn add(&mut self, object: &Object) -> io::Result<()> {
        self.pods += u64::from(object.kind() == Kind::Pod);
        let lines = match &mut self.lines {
            Some(lines) => {
                lines.write_all(b",\n")?;
                lines
            }
            lines @ None => lines.insert(zstd::Encoder::new(Vec::new(), 1)?),
        };
        Ok(serde_json::to_writer(EscapedJson(lines), object)?)
    }

    /// Adds the objects of another part.
    ///
    /// # Errors
    /// When the compressor fails.
    pub fn append(&mut self, part: Self) -> io::Result<()> {
        self.finish()?;
        self.pods += part.pods;
        self.packed.extend(part.into_packed()?);
        Ok(())
    }

    /// Returns the number of its pods.
    pub fn pods(&self) -> u64 {
        self.pods
    }

    fn finish(&mut self) -> io::Result<()> {
        if let Some(lines) = self.lines.take() {
            self.packed.push(lines.finish()?);
        }
        Ok(())
    }

    fn into_packed(mut self) -> io::Result<Vec<Vec<u8>>> {
        self.finish()?;
        Ok(self.packed)
    }

    /// Writes the parts of one capture, in their order, with one header.
    ///
    /// # Errors
    /// When the compressor or `out` fails.
    pub fn write(parts: Vec<Capture>, header: &Header, mut out: impl Write) -> io::Result<()> {
        let mut head = Vec::new();
        serde_json::to_writer(EscapedJson(&mut head), header)?;
        // The items follow inside the same object.
        out.write_all(head.strip_suffix(b"}").unwrap_or(&head))?;
        out.write_all(b",\"items\":[\n")?;
        let mut first = true;
        for part in parts {
            for packed in part.into_packed()? {
                if !first {
                    out.write_all(b",\n")?;
                }
                first = false;
                io::copy(&mut zstd::Decoder::new(&*packed)?.by_ref(), &mut out)?;
            }
        }
        out.write_all(b"\n]}\n")
    }
}
