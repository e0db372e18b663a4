//! Does what the command line asks: gather, judge, render, and say how it went.
//!
//! What does not belong here: how any of these is done.

mod complete;

use crate::cli::{
    CheckArgs, Cli, ColorChoice, Command, ConnectArgs, Exit, JudgeArgs, ListArgs, Shell, ShowArgs,
    SnapshotArgs,
};
use crate::cluster::{self, Plan, Progress};
use crate::command::Kubectl;
use crate::model::{Gap, Reason};
use crate::render::{self, Look};
use crate::report::Report;
use crate::settings::Settings;
use crate::snapshot::{self, Capture, Snapshot};
use crate::text::Lang;
use crate::wire::Time;
use crate::{checks, output};
use clap::CommandFactory;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

/// Why a run ended without a report: the line for standard error, and what may help.
#[derive(Debug)]
pub struct Failure {
    /// The line, as kubectl would print it.
    pub line: String,
    /// What may help.
    pub hint: Option<String>,
}

impl From<cluster::Error> for Failure {
    fn from(error: cluster::Error) -> Self {
        Self { line: error.to_string(), hint: error.hint().map(str::to_owned) }
    }
}

impl From<snapshot::Error> for Failure {
    fn from(error: snapshot::Error) -> Self {
        Self::new(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(format!("cannot write the report: {error}"))
    }
}

impl Failure {
    fn new(text: impl Into<String>) -> Self {
        Self { line: format!("error: {}", text.into()), hint: None }
    }
}

/// Does what was asked. `clock` tells the time.
///
/// # Errors
/// When there is nothing to report: wrong usage, no connection, nothing to look at.
pub fn run(cli: Cli, clock: fn() -> Time) -> Result<Exit, Failure> {
    match cli.command {
        None => check(&cli.check, clock),
        Some(Command::Demo(args)) => {
            let mut snapshot = snapshot::demo()?;
            // The example's cluster is not the operator's.
            snapshot.scope.namespaces = namespaces_of(&snapshot);
            judge_and_show(&snapshot, &args.judge, &args.show, repeat_context(&snapshot))
        }
        Some(Command::Snapshot(args)) => capture(&args, clock),
        Some(Command::Checks { show }) => {
            output::stdout(|out| render::checks(show.output, look(&show), out))?;
            Ok(Exit::Clean)
        }
        Some(Command::Explain { id, lang }) => {
            let check = checks::find(id).ok_or_else(|| Failure::new(format!("no check {id}")))?;
            output::stdout(|out| render::explain(check, lang.unwrap_or_else(locale), out))?;
            Ok(Exit::Clean)
        }
        Some(Command::Completion { shell }) => {
            output::stdout(|out| script(shell, out))?;
            Ok(Exit::Clean)
        }
        Some(Command::Complete { words }) => {
            output::stdout(|out| complete::complete(&words, out))?;
            Ok(Exit::Clean)
        }
    }
}

/// Tells what is wrong with a command line, or shows the help that was asked for.
pub fn usage(error: &clap::Error) -> Exit {
    use clap::error::{ContextKind, ErrorKind};
    match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::DisplayHelp | ErrorKind::DisplayVersion, _) => {
            let text = error.render();
            let color = color(ColorChoice::Auto, io::stdout().is_terminal());
            let shown = if color { text.ansi().to_string() } else { text.to_string() };
            match output::stdout(|out| out.write_all(shown.as_bytes())) {
                Ok(()) => Exit::Clean,
                Err(_) => Exit::Error,
            }
        }
        (ErrorKind::UnknownArgument, Some(flag)) if flag.to_string().starts_with('-') => {
            output::log(&format!("error: unknown flag: {flag}"));
            output::log("See 'kubectl healthcheck --help' for usage.");
            Exit::Error
        }
        _ => {
            output::log(error.render().to_string().trim_end());
            Exit::Error
        }
    }
}

fn check(args: &CheckArgs, clock: fn() -> Time) -> Result<Exit, Failure> {
    // Before anything is asked for: a contradiction must not cost a listing.
    args.judge.thresholds().map_err(Failure::new)?;
    if args.filename.is_empty() {
        let watched = args.show.output.is_human();
        let snapshot = from_cluster(args, watched, clock)?;
        return judge_and_show(&snapshot, &args.judge, &args.show, args.connect.to_repeat());
    }
    if let Some(flag) = args.meaningless_with_files() {
        return Err(Failure::new(format!(
            "{flag} asks a server, and --filename reads files: use one of them"
        )));
    }
    let now = args.now.map_or_else(clock, Time::from);
    let mut snapshot = snapshot::read(&args.filename, now)?;
    narrow(&mut snapshot, args)?;
    judge_and_show(&snapshot, &args.judge, &args.show, repeat_context(&snapshot))
}

fn from_cluster(args: &CheckArgs, watched: bool, clock: fn() -> Time) -> Result<Snapshot, Failure> {
    let plan =
        Plan { scope: &args.scope, list: &args.list, request_timeout: args.connect.request_timeout, clock };
    let progress = progress(&args.list, watched);
    runtime()?.block_on(async {
        let session = cluster::connect(&args.connect).await?;
        let hint = session.hint;
        cluster::gather(session, &plan, progress).await.map_err(|error| with_hint(error.into(), hint))
    })
}

/// What the connection itself knows to be wrong explains more than the error that follows from it.
fn with_hint(failure: Failure, hint: Option<&str>) -> Failure {
    Failure { hint: hint.map(str::to_owned).or(failure.hint), ..failure }
}

fn capture(args: &SnapshotArgs, clock: fn() -> Time) -> Result<Exit, Failure> {
    let plan =
        Plan { scope: &args.scope, list: &args.list, request_timeout: args.connect.request_timeout, clock };
    let progress = progress(&args.list, true);
    let (header, parts) = runtime()?.block_on(async {
        let session = cluster::connect(&args.connect).await?;
        let hint = session.hint;
        cluster::snapshot(session, &plan, progress).await.map_err(|error| with_hint(error.into(), hint))
    })?;
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

/// Writes a capture beside its place and moves it there when it is whole.
fn write_capture(path: &Path, parts: Vec<Capture>, header: &snapshot::Header) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let file = File::create(&beside)?;
    let written = match path.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => {
            let mut out = flate2::write::GzEncoder::new(file, flate2::Compression::default());
            Capture::write(parts, header, &mut out).and_then(|()| out.finish()?.sync_all())
        }
        Some("zst") => {
            let mut out = zstd::Encoder::new(file, 3)?;
            Capture::write(parts, header, &mut out).and_then(|()| out.finish()?.sync_all())
        }
        _ => {
            let mut out = BufWriter::new(file);
            Capture::write(parts, header, &mut out).and_then(|()| out.into_inner()?.sync_all())
        }
    };
    match written {
        Ok(()) => std::fs::rename(&beside, path),
        Err(error) => {
            drop(std::fs::remove_file(&beside));
            Err(error)
        }
    }
}

/// Leaves of files only the namespaces that were asked for.
fn narrow(snapshot: &mut Snapshot, args: &CheckArgs) -> Result<(), Failure> {
    let scope = &args.scope;
    let excluded = scope.excluded().map_err(Failure::new)?;
    let named = &scope.namespace;
    let keep = |name: &str| {
        (named.is_empty() || scope.all_namespaces || named.iter().any(|n| n == name))
            && !excluded.is_match(name)
    };
    let known = namespaces_of(snapshot);
    if let Some(unknown) = named.iter().find(|name| !scope.all_namespaces && !known.contains(name)) {
        return Err(Failure::new(format!("namespace \"{unknown}\" is not in the input")));
    }
    let rows = &mut snapshot.rows;
    rows.pods.retain(|pod| keep(&pod.namespace));
    rows.workloads.retain(|workload| keep(&workload.namespace));
    rows.jobs.retain(|job| keep(&job.namespace));
    rows.cron_jobs.retain(|job| keep(&job.namespace));
    rows.events.retain(|event| keep(&event.object.namespace));
    if !named.is_empty() && !scope.all_namespaces {
        snapshot.scope.namespaces.clone_from(named);
        snapshot.scope.namespaces.sort();
        snapshot.scope.namespaces.dedup();
    }
    Ok(())
}

/// The namespaces of the input: those it was taken of, or those its objects name.
fn namespaces_of(snapshot: &Snapshot) -> Vec<String> {
    let rows = &snapshot.rows;
    let mut names: Vec<String> = snapshot.scope.namespaces.clone();
    names.extend(rows.pods.iter().map(|pod| pod.namespace.to_string()));
    names.extend(rows.workloads.iter().map(|workload| workload.namespace.to_string()));
    names.extend(rows.jobs.iter().map(|job| job.namespace.to_string()));
    names.extend(rows.namespaces.iter().map(ToString::to_string));
    names.sort();
    names.dedup();
    names
}

/// A report from a file may be read far from its cluster: commands name the context.
fn repeat_context(snapshot: &Snapshot) -> Vec<String> {
    match snapshot.cluster.context.as_str() {
        "" => Vec::new(),
        context => vec!["--context".to_owned(), context.to_owned()],
    }
}

fn judge_and_show(
    snapshot: &Snapshot,
    judge: &JudgeArgs,
    show: &ShowArgs,
    global: Vec<String>,
) -> Result<Exit, Failure> {
    let thresholds = judge.thresholds().map_err(Failure::new)?;
    let settings = Settings { thresholds, kubectl: Kubectl { global } };
    let report = Report::new(snapshot, &settings);
    if report.pods.is_empty() && report.findings.is_empty() && snapshot.coverage.gaps.is_empty() {
        return Err(nothing_found(snapshot));
    }
    output::stdout(|out| render::render(&report, show.output, look(show), out))?;
    let failed = judge.fail_on.severity().is_some_and(|severity| report.has(severity));
    Ok(match (failed, snapshot.coverage.gaps.is_empty()) {
        (true, _) => Exit::Findings,
        (false, true) => Exit::Clean,
        (false, false) => Exit::Incomplete,
    })
}

/// In kubectl's words; but here it is an error, since nothing was checked.
fn nothing_found(snapshot: &Snapshot) -> Failure {
    let line = match snapshot.scope.namespaces.as_slice() {
        [] => "No resources found".to_owned(),
        names => format!("No resources found in {} namespace.", names.join(", ")),
    };
    let skipped = snapshot.coverage.outside.iter().filter(|gap| gap.reason == Reason::Skipped && gap.got > 0);
    let skipped: Vec<String> = skipped.map(|gap| format!("{} ({})", gap.kind, gap.got)).collect();
    let hint = match skipped.as_slice() {
        [] => "there is not one pod to look at".to_owned(),
        skipped => format!("there is not one pod to look at; left out: {}", skipped.join(", ")),
    };
    Failure { line, hint: Some(hint) }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("cannot start: {error}")))
}

fn progress(list: &ListArgs, watched: bool) -> Progress {
    let dumb = environment("TERM").is_some_and(|term| term == "dumb") || environment("CI").is_some();
    Progress::new(watched && io::stderr().is_terminal() && !dumb, list.verbose)
}

/// How the human formats look, decided once from the flags, the environment and the terminal.
fn look(show: &ShowArgs) -> Look {
    let terminal = io::stdout().is_terminal();
    let size = terminal.then(terminal_size::terminal_size).flatten();
    Look {
        lang: show.lang.unwrap_or_else(locale),
        color: color(show.color, terminal),
        width: show.width.or(size.map(|(width, _)| width.0)).map(usize::from),
        all: show.all,
    }
}

/// The flag, then `NO_COLOR` (no-color.org), `CLICOLOR_FORCE` (bixense.com/clicolors), `FORCE_COLOR`, then
/// whether a terminal looks on.
fn color(choice: ColorChoice, terminal: bool) -> bool {
    let on = |name| environment(name).is_some_and(|value| value != "0" && value != "false");
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if environment("NO_COLOR").is_some() => false,
        ColorChoice::Auto if on("CLICOLOR_FORCE") || on("FORCE_COLOR") => true,
        ColorChoice::Auto => terminal && environment("TERM").is_none_or(|term| term != "dumb"),
    }
}

fn locale() -> Lang {
    // The order of POSIX.
    let name = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(environment);
    name.map_or(Lang::En, |name| Lang::of_locale(&name))
}

/// A variable of the environment that is set to something.
fn environment(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()).filter(|value| !value.is_empty())
}

fn script(shell: Shell, out: &mut dyn Write) -> io::Result<()> {
    let shell = match shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
        Shell::PowerShell => clap_complete::Shell::PowerShell,
    };
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), crate::NAME, &mut text);
    out.write_all(&text)
}

/// The session of a command line that is being completed.
fn connect_for_completion(args: &ConnectArgs) -> Result<Vec<String>, Failure> {
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);
    runtime()?.block_on(async {
        let session = cluster::connect(args).await?;
        Ok(cluster::namespaces(session, PATIENCE).await?)
    })
}
