//! Does what the command line asks: gather, judge, render, and say how it went.
//!
//! What does not belong here: how any of these is done.

mod baseline;
mod capture;
mod check;
mod complete;
mod diff;
mod explain;
mod files;
mod hosts;
mod investigate;
mod look;
mod notify;
mod profile;
mod rightsize;

pub use look::environment;

use crate::cli::{
    self, Cli, ColorChoice, Command, ConnectArgs, Exit, ListArgs, ScopeArgs, Shell, Target, Unknown,
};
use crate::cluster::{self, Budget, Plan, Progress, Stop};
use crate::compare::history;
use crate::model::Reason;
use crate::render;
use crate::wire::Time;
use crate::{output, snapshot};
use clap::CommandFactory;
use std::future::Future;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

/// Why a run ended without a report: the line for standard error, and what may help.
#[derive(Debug)]
pub struct Failure {
    /// The line, as kubectl would print it.
    pub line: String,
    /// What may help.
    pub hint: Option<String>,
    /// The same in one word, where it is one cluster of several that cannot be looked at.
    pub reason: Reason,
}

impl From<cluster::Error> for Failure {
    fn from(error: cluster::Error) -> Self {
        Self { line: error.to_string(), hint: error.hint().map(str::to_owned), reason: error.reason() }
    }
}

impl From<cluster::Unseen> for Failure {
    /// What the connection itself knows to be wrong explains more than the error that follows from it.
    fn from(unseen: cluster::Unseen) -> Self {
        let failure = Self::from(unseen.error);
        Self { hint: unseen.hint.map(str::to_owned).or(failure.hint), ..failure }
    }
}

impl From<snapshot::Error> for Failure {
    fn from(error: snapshot::Error) -> Self {
        Self::new(error.to_string())
    }
}

impl From<crate::policy::profile::Error> for Failure {
    fn from(error: crate::policy::profile::Error) -> Self {
        Self { hint: error.hint.clone(), ..Self::new(error.to_string()) }
    }
}

impl From<history::Error> for Failure {
    fn from(error: history::Error) -> Self {
        Self::new(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(format!("cannot write the report: {error}"))
    }
}

impl From<Unknown> for Failure {
    fn from(error: Unknown) -> Self {
        Self { hint: error.hint, ..Self::new(error.text) }
    }
}

impl Failure {
    fn new(text: impl Into<String>) -> Self {
        Self { line: format!("error: {}", text.into()), hint: None, reason: Reason::Failed }
    }
}

/// Does what was asked. `clock` tells the time.
///
/// # Errors
/// When there is nothing to report: wrong usage, no connection, nothing to look at.
pub fn run(cli: Cli, clock: fn() -> Time) -> Result<Exit, Failure> {
    match cli.command {
        None => match Target::of(&cli.object)? {
            Some(target) => investigate::investigate(&cli.check, &target, clock),
            None => check::check(&cli.check, clock),
        },
        Some(Command::Demo(args)) => check::demo(&args, clock),
        Some(Command::Nodes(args)) => check::nodes(*args, clock),
        Some(Command::Rightsize(args)) => rightsize::rightsize(&args, clock),
        Some(Command::Snapshot(args)) => capture::capture(&args, clock),
        Some(Command::Profile { what }) => profile::profile(what, clock),
        Some(Command::Diff(args)) => diff::diff(&args, clock),
        Some(Command::Checks { show }) => {
            output::stdout(|out| render::checks(show.output, look::look(&show), out))?;
            Ok(Exit::Clean)
        }
        Some(Command::Explain(args)) => explain::explain(&args),
        Some(Command::Completion { shell }) => {
            output::stdout(|out| script(shell, out))?;
            Ok(Exit::Clean)
        }
        Some(Command::Help { path }) => Ok(usage(&cli::help(&path)?)),
        Some(Command::Version) => {
            output::stdout(|out| writeln!(out, "{} {}", crate::NAME, crate::VERSION))?;
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
            let color = look::color(ColorChoice::Auto, io::stdout().is_terminal());
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

/// What to gather of so many clusters.
///
/// # Errors
/// When the scope contradicts itself.
fn plan(
    scope: &ScopeArgs,
    list: &ListArgs,
    connect: &ConnectArgs,
    clock: fn() -> Time,
    clusters: usize,
) -> Result<Plan, Failure> {
    scope.check().map_err(Failure::new)?;
    Ok(Plan {
        scope: scope.clone(),
        list: list.clone(),
        request_timeout: connect.request_timeout,
        clock,
        clusters,
        with_usage: false,
        with_certificates: false,
        with_trouble: true,
        history: None,
        with_logs: false,
        hosts: None,
        about: None,
        budget: budget(list),
    })
}

/// What all requests of a run share. From here on Ctrl-C stops the asking, and a second one the program.
fn budget(list: &ListArgs) -> Arc<Budget> {
    let stop = Stop::default();
    let told = stop.clone();
    // Where no handler can be set, Ctrl-C ends the program at once, as it does everywhere.
    drop(ctrlc::set_handler(move || {
        if told.now("interrupted") {
            leave();
        }
    }));
    Arc::new(Budget::new(list.concurrency, list.max_rps, stop))
}

#[allow(clippy::exit, reason = "whoever asks a second time does not want to wait for anything")]
fn leave() -> ! {
    // 128 plus the number of SIGINT, as shells count.
    std::process::exit(130)
}

/// Runs what asks a cluster. When it is done, Ctrl-C ends the program.
fn wait_for<T>(list: &ListArgs, budget: &Budget, what: impl Future<Output = T>) -> Result<T, Failure> {
    let done = block_on(async {
        let (stop, timeout) = (budget.stop(), list.timeout);
        if !timeout.is_zero() {
            tokio::spawn(async move { stop.after(timeout).await });
        }
        what.await
    });
    budget.stop().now("done");
    done
}

fn block_on<T>(what: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("cannot start: {error}")))?;
    let done = runtime.block_on(what);
    // A name that is still being looked up is not waited for.
    runtime.shutdown_background();
    Ok(done)
}

fn progress(list: &ListArgs, watched: bool, clock: fn() -> Time, clusters: usize) -> Progress {
    let dumb = environment("TERM").is_some_and(|term| term == "dumb") || environment("CI").is_some();
    Progress::new(watched && io::stderr().is_terminal() && !dumb, list.log(), clock, clusters)
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

/// The namespaces for a command line that is being completed.
fn connect_for_completion(args: &ConnectArgs) -> Result<Vec<String>, Failure> {
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);
    block_on(async {
        let session = cluster::connect(args, args.context.first().map(String::as_str)).await?;
        Ok(cluster::namespaces(session, PATIENCE).await?)
    })?
}
