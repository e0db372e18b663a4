//! Captures: what a check would see, written to a file.

use super::{Failure, hosts};
use crate::checks::OF_TLS;
use crate::cli::{Exit, SnapshotArgs};
use crate::cluster;
use crate::files;
use crate::model::Gap;
use crate::output;
use crate::policy::settings::Settings;
use crate::snapshot::{self, Capture};
use crate::wire::Time;
use std::io;
use std::path::Path;

pub(super) fn capture(args: &SnapshotArgs, clock: fn() -> Time) -> Result<Exit, Failure> {
    let contexts = cluster::contexts(&args.connect)?;
    let [context] = contexts.as_slice() else {
        return Err(Failure::new("a capture is of one cluster: name one context"));
    };
    // Whatever a command may ask of it later is in it; what costs a Prometheus much, where a time is named.
    let (with_usage, history) = (true, args.scope.measure.since);
    let plan = cluster::Plan {
        with_usage,
        with_certificates: !args.skip_tls_check,
        history,
        with_logs: args.scope.measure.logs,
        hosts: hosts::plan(&args.hosts, &settings(args))?,
        ..super::plan(&args.scope, &args.list, &args.connect, clock, 1)?
    };
    let progress = super::progress(&args.list, true, clock, 1);
    let context = Some(context.as_str()).filter(|name| !name.is_empty());
    let gathered = super::wait_for(&args.list, &plan.budget, async {
        let session = cluster::connect(&args.connect, context).await?;
        let hint = session.hint;
        cluster::snapshot(session, &plan, &progress)
            .await
            .map_err(|error| Failure::from(cluster::Unseen { error, hint }))
    })?;
    drop(progress);
    let (header, parts) = gathered?;
    let complete = header.coverage.gaps.is_empty();
    if args.output.as_os_str() == "-" {
        output::stdout(|out| Capture::write(parts, &header, out))?;
    } else {
        let path = args.output.display().to_string();
        write_capture(&args.output, parts, &header)
            .map_err(|source| snapshot::Error::Write { path, source })?;
    }
    for Gap { namespace, kind, detail, .. } in &header.coverage.gaps {
        let place = namespace.as_deref().unwrap_or("the cluster");
        output::log(&format!("not in the capture: {kind} of {place}: {detail}"));
    }
    Ok(if complete { Exit::Clean } else { Exit::Incomplete })
}

/// By what it is to be judged later, as far as that is known: what nobody will look at is not looked up.
fn settings(args: &SnapshotArgs) -> Settings {
    let mut settings = Settings::default();
    if args.skip_tls_check {
        settings.choice.left_out.extend(OF_TLS);
    }
    settings
}

/// Writes a capture, compressed as its name says.
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
