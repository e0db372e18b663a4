//! Captures: the state of a cluster, written to a file.

use super::live::{Flags, Live};
use super::{Failure, hosts};
use crate::checks::CATALOG;
use crate::cli::{Exit, SnapshotArgs};
use crate::finding::Group;
use crate::gather;
use crate::model::Gap;
use crate::policy::settings::Settings;
use crate::snapshot::{self, Capture};
use crate::text::{Fact, Lang, Text};
use crate::wire::Time;
use crate::{files, output};
use std::io;
use std::path::Path;

pub(super) fn capture(args: &SnapshotArgs, clock: fn() -> Time) -> Result<Exit, Failure> {
    let settings = settings(args);
    let flags = Flags { scope: &args.scope, list: &args.list, connect: &args.connect };
    let mut live = Live::new(flags, &settings, clock)?;
    let context = live.only("a capture contains one cluster")?.to_owned();
    // A capture holds what any command may need. The usage of containers costs a Prometheus much: only with --since.
    let plan = &mut live.plan;
    plan.with_usage = true;
    plan.with_certificates = !args.skip_tls_check;
    plan.sources.usage = args.scope.measure.since;
    plan.sources.logs = args.scope.measure.logs;
    plan.sources.hosts = hosts::plan(&args.hosts, &settings)?;
    let progress = live.progress(true);
    let gathered = live.wait_for(
        live.one(&context, async |session| gather::snapshot(session, &live.plan, &progress).await),
    )?;
    progress.end();
    let (header, parts) = gathered?;
    let complete = header.coverage.gaps.is_empty();
    if args.output.as_os_str() == "-" {
        output::whole_to_stdout(|out| Capture::write(parts, &header, out))
            .map_err(|source| snapshot::Error::Write { path: "standard output".to_owned(), source })?;
    } else {
        let path = args.output.display().to_string();
        let pods = parts.iter().map(Capture::pods).sum();
        write_capture(&args.output, parts, &header)
            .map_err(|source| snapshot::Error::Write { path: path.clone(), source })?;
        output::log(&written(&path, pods));
    }
    for Gap { namespace, kind, why, .. } in &header.coverage.gaps {
        let place = namespace.as_deref().unwrap_or("the cluster");
        let why = why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
        output::log(&format!("not in the capture: {kind} in {place}{why}"));
    }
    Ok(if complete { Exit::Clean } else { Exit::Incomplete })
}

/// The settings of the checks that will read the capture, as far as they are known.
fn settings(args: &SnapshotArgs) -> Settings {
    let mut settings = Settings::default();
    if args.skip_tls_check {
        settings.choice.left_out.extend(CATALOG.group(Group::Tls).map(|check| check.id));
    }
    settings
}

/// Returns the line about a capture: its pods, and the size of its file.
fn written(path: &str, pods: u64) -> String {
    let kibibytes = std::fs::metadata(path).map_or(0, |about| about.len().div_ceil(1024));
    let facts = [("path", Fact::text(path)), ("pods", Fact::count(pods)), ("size", Fact::count(kibibytes))];
    WRITTEN.fill(Lang::En, &facts)
}

static WRITTEN: Text = Text {
    en: "wrote {path}: {pods:# pod|# pods}, {size} KiB",
    zh_tw: "已寫入 {path}：{pods} 個 Pod，{size} KiB",
    zh_cn: "已写入 {path}：{pods} 个 Pod，{size} KiB",
};

/// Writes a capture, compressed by its extension.
fn write_capture(path: &Path, parts: Vec<Capture>, header: &snapshot::Header) -> io::Result<()> {
    files::write(path, false, |out| match path.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => {
            let mut out = flate2::write::GzEncoder::new(out, flate2::Compression::default());
            Capture::write(parts, header, &mut out).and_then(|()| out.finish().map(drop))
        }
        Some("zst") => {
            let mut out = zstd::Encoder::new(out, 3)?;
            Capture::write(parts, header, &mut out).and_then(|()| out.finish().map(drop))
        }
        _ => Capture::write(parts, header, out),
    })
}
