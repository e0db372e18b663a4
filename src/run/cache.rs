//! Answers from the capture of an earlier run of the same scope (`--cache`), in the cache folder of kubectl.

use super::live::Live;
use super::{Failure, environment_os};
use crate::cluster::{self, Progress};
use crate::snapshot::{self, Capture, Header, Snapshot};
use crate::wire::Time;
use crate::{gather, output};
use ring::digest::{SHA256, digest};
use std::fmt::Write as _;
use std::fs::{self, DirBuilder};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A capture is removed when no run has written it for this time.
const ABANDONED: Duration = Duration::from_secs(86_400);

/// The end of the name of a capture.
const EXTENSION: &str = ".json.zst";

/// The capture of a scope.
pub(super) struct Cache {
    path: PathBuf,
    /// The age up to which it answers, in seconds.
    most: i64,
}

impl Cache {
    /// Finds the capture of a scope: of the same kubeconfig, account, namespaces and sources.
    ///
    /// # Errors
    /// If there is no folder for it, or no kubeconfig.
    pub(super) fn of(live: &Live, most: Duration) -> Result<Self, Failure> {
        let folder = environment_os("KUBECACHEDIR")
            .map(PathBuf::from)
            .or_else(|| Some(std::env::home_dir()?.join(".kube").join("cache")))
            .ok_or_else(|| Failure::new("--cache needs a home folder or KUBECACHEDIR"))?;
        let plan = &live.plan;
        let scope =
            format!("{:?} {:?} {:?}", plan.scope, plan.sources, (plan.with_usage, plan.with_certificates));
        let whole = [crate::VERSION, &cluster::fingerprint(&live.connect)?, &scope].join("\n");
        let mut name = String::new();
        for byte in &digest(&SHA256, whole.as_bytes()).as_ref()[..16] {
            let _ = write!(name, "{byte:02x}");
        }
        let path = folder.join("healthcheck").join(name + EXTENSION);
        Ok(Self { path, most: i64::try_from(most.as_secs()).unwrap_or(i64::MAX) })
    }

    /// Returns the capture if it is young enough.
    pub(super) fn read(&self, now: Time) -> Option<Snapshot> {
        // A link or a pipe is no capture of this program.
        let is_ours = fs::symlink_metadata(&self.path).is_ok_and(|about| about.is_file());
        if !is_ours || self.folder().is_none() {
            return None;
        }
        let mut snapshot = snapshot::read(std::slice::from_ref(&self.path), now).ok()?;
        // A capture from the future says that a clock was wrong.
        let age = now.seconds_since(snapshot.taken_at);
        snapshot.age = Some(age).filter(|age| (0..self.most).contains(age));
        snapshot.age.is_some().then_some(snapshot)
    }

    /// Reads the cluster, and keeps what was read if it is complete.
    ///
    /// # Errors
    /// As a run without a cache.
    pub(super) async fn fill(&self, live: &Live, progress: &Progress) -> Result<Snapshot, Failure> {
        let context = live.only("--cache is for one cluster")?;
        let gathered =
            live.one(context, async |session| gather::snapshot(session, &live.plan, progress).await);
        let (header, parts) = gathered.await?;
        progress.end();
        let (now, complete) = (header.taken_at, header.coverage.gaps.is_empty());
        let bytes = packed(parts, &header).map_err(Failure::from)?;
        if complete && let Err(error) = self.keep(&bytes) {
            let (path, why) = (self.path.display(), crate::text::io_words(&error));
            output::log(&format!("could not write {path}: {why}"));
        }
        Ok(snapshot::read_bytes("the capture", &bytes, now)?)
    }

    /// Returns the folder, if no other user can write to it.
    fn folder(&self) -> Option<&Path> {
        let folder = self.path.parent()?;
        let about = fs::metadata(folder).ok()?;
        #[cfg(unix)]
        let is_open = std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o022 != 0;
        #[cfg(not(unix))]
        let is_open = !about.is_dir();
        (!is_open).then_some(folder)
    }

    /// Writes the capture to a folder that only its owner can read, and removes abandoned captures.
    fn keep(&self, bytes: &[u8]) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
        if self.folder().is_none() {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "other users can write to the folder",
            ));
        }
        // Its user alone can read it, and it replaces a link.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.persist(&self.path).map_err(|error| error.error)?;
        for file in fs::read_dir(folder)?.flatten() {
            let is_ours = file.file_name().to_str().is_some_and(|name| name.ends_with(EXTENSION));
            let age =
                file.metadata().and_then(|about| about.modified()).ok().and_then(|at| at.elapsed().ok());
            if is_ours && age.is_some_and(|age| age > ABANDONED) {
                let _ = fs::remove_file(file.path());
            }
        }
        Ok(())
    }
}

fn packed(parts: Vec<Capture>, header: &Header) -> io::Result<Vec<u8>> {
    let mut out = zstd::Encoder::new(Vec::new(), 3)?;
    Capture::write(parts, header, &mut out)?;
    out.finish()
}
