//! Right-sizing of one cluster, of several, or of files.

use super::check::{nothing_found, repeat_context, unseen_cluster};
use super::live::{Flags, Live};
use super::{Failure, files, look, outputs};
use crate::cli::{Exit, RightsizeArgs, on_stdout};
use crate::finding::command::Kubectl;
use crate::gather::ClusterResult;
use crate::policy::settings::Settings;
use crate::render::{self, RightsizeFormat, Sized};
use crate::report::Report;
use crate::rightsize::Rightsizing;
use crate::snapshot::Snapshot;
use crate::wire::Time;

/// A cluster: its context for repeated commands, its snapshot and its settings.
struct LoadedCluster {
    context: Option<String>,
    snapshot: Snapshot,
    settings: Settings,
}

pub(super) fn rightsize(args: &RightsizeArgs, clock: fn() -> Time) -> Result<Exit, Failure> {
    if let Some(flag) = args.of_report() {
        return Err(Failure::new(format!("{flag} cannot be used here: right-sizing does not read logs")));
    }
    let loaded = if args.filename.is_empty() { live(args, clock)? } else { vec![of_files(args, clock)?] };
    let reports: Vec<Report> =
        loaded.iter().map(|loaded| Report::new(&loaded.snapshot, &loaded.settings)).collect();
    if let ([report], [loaded]) = (&reports[..], &loaded[..])
        && report.is_of_nothing()
    {
        return Err(nothing_found(&loaded.snapshot));
    }
    let sizings: Vec<Rightsizing> = reports.iter().map(|report| Rightsizing::new(report.view())).collect();
    let sized = |((loaded, report), sizing)| Sized { report, sizing, again: again(args, loaded) };
    let sized: Vec<Sized> = loaded.iter().zip(&reports).zip(&sizings).map(sized).collect();
    outputs::write(&args.output, |format, place, out| {
        render::rightsize(&sized, format, look::look_at_sizes(args, place), out)
    })?;
    Ok(Exit::of(false, reports.iter().all(|report| report.coverage.gaps.is_empty())))
}

fn of_files(args: &RightsizeArgs, clock: fn() -> Time) -> Result<LoadedCluster, Failure> {
    let now = args.now.map_or_else(clock, Time::from);
    let snapshot = files::read(&args.filename, &args.scope, now)?;
    let settings = settings(args, repeat_context(&snapshot));
    Ok(LoadedCluster { context: None, snapshot, settings })
}

fn settings(args: &RightsizeArgs, global: Vec<String>) -> Settings {
    Settings {
        thresholds: args.thresholds(),
        kubectl: Kubectl::with(global),
        rules: args.rules.clone(),
        no_annotations: args.containers.no_annotations,
        ..Settings::default()
    }
}

/// Returns the command that repeats this one, except for its format.
fn again(args: &RightsizeArgs, loaded: &LoadedCluster) -> Option<String> {
    let words = args.to_repeat(loaded.context.as_deref())?;
    // kubectl refuses flags before the name of a plugin.
    let plugin = ["healthcheck", "rightsize"].map(str::to_owned);
    Some(Kubectl::with(plugin.into_iter().chain(words).collect()).line(&[]))
}

/// Reads clusters in parallel; returns them in the order of the command line.
fn live(args: &RightsizeArgs, clock: fn() -> Time) -> Result<Vec<LoadedCluster>, Failure> {
    let flags = Flags { scope: &args.scope, list: &args.list, connect: &args.connect };
    let mut live = Live::new(flags, &settings(args, Vec::new()), clock)?;
    if let Some(flag) = args.connect.of_one_cluster().filter(|_| live.several()) {
        return Err(Failure::new(format!("{flag} cannot be used with several contexts")));
    }
    if args.output.iter().any(|output| output.format == RightsizeFormat::Patch) {
        live.only("a patch is for one cluster")?;
    }
    live.plan.with_usage = true;
    live.plan.with_evidence = false;
    live.plan.sources.usage = Some(args.since());
    let progress = live.progress(on_stdout(&args.output).is_human());
    let read = live.all(&progress)?;
    progress.end();
    if !live.several() {
        let (_, only) = read.into_iter().next().ok_or_else(|| Failure::new("the run has ended"))?;
        let context = args.connect.context.first().cloned();
        let settings = settings(args, args.connect.to_repeat(context.as_deref()));
        return Ok(vec![LoadedCluster { context, snapshot: only?, settings }]);
    }
    all_of(args, &live.contexts, read)
}

/// Returns several clusters. If none of them could be read there is no report.
fn all_of(
    args: &RightsizeArgs,
    contexts: &[String],
    read: Vec<ClusterResult>,
) -> Result<Vec<LoadedCluster>, Failure> {
    let (mut failures, mut loaded) = (Vec::new(), Vec::new());
    for (context, result) in read {
        let snapshot = result.map_err(Failure::from).unwrap_or_else(|failure| {
            failures.push(format!("{context}: {}", failure.line));
            unseen_cluster(&context, failure.reason, failure.why())
        });
        let settings = settings(args, args.connect.to_repeat(Some(&context)));
        loaded.push(LoadedCluster { context: Some(context), snapshot, settings });
    }
    if failures.len() == loaded.len() {
        return Err(Failure::of_lines(&failures));
    }
    let place =
        |loaded: &LoadedCluster| contexts.iter().position(|name| loaded.context.as_ref() == Some(name));
    loaded.sort_by_key(place);
    Ok(loaded)
}
