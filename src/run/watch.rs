//! A cluster that is watched in a terminal: its first screen, drawn again when something changes. Into a pipe, one line for
//! each change.

mod lines;
mod terminal;
mod view;

use super::check::settings;
use super::live::{Flags, Live};
use super::{Failure, baseline, hosts, look, notify};
use crate::cli::{CheckArgs, Exit, Output as Chosen};
use crate::finding::command::Kubectl;
use crate::gather::Watched;
use crate::policy::settings::Settings;
use crate::render::{Format, Look};
use crate::report::Report;
use crate::wire::Time;
use lines::Lines;
use std::io::{self, IsTerminal};
use std::time::Duration;
use terminal::Terminal;
use tokio::time::{Instant, sleep_until};
use view::View;

/// The shortest time between two judgements after changes of the cluster.
const DEBOUNCE: Duration = Duration::from_secs(1);

/// The longest time between two judgements: ages grow without a change of the cluster.
const REFRESH: Duration = Duration::from_secs(10);

pub(super) fn watch(args: &CheckArgs, clock: fn() -> Time) -> Result<Exit, Failure> {
    let on_screen = io::stdout().is_terminal() && is_alone(args, Format::Table);
    refuse(args, on_screen)?;
    let context = args.connect.context.first().map(String::as_str);
    let settings = settings(&args.judge, Kubectl::with(args.connect.to_repeat(context)))?;
    let mut live =
        Live::new(Flags { scope: &args.scope, list: &args.list, connect: &args.connect }, &settings, clock)?;
    live.only("--watch shows one cluster")?;
    live.plan.with_certificates = args.judge.wants_certificates();
    if on_screen && io::stderr().is_terminal() {
        // Log lines would be written over the screen.
        live.plan.list.log = None;
    }
    let look = look::with_rows(&args.show, &args.rows, look::Place::Stdout);
    live.wait_for(run(&live, args, &settings, look, on_screen))?
}

/// Returns whether the only output is a format on standard output.
fn is_alone(args: &CheckArgs, format: Format) -> bool {
    matches!(args.show.output.as_slice(), [Chosen { format: only, file: None }] if *only == format)
}

/// Refuses flags that have no meaning for a cluster that is watched.
fn refuse(args: &CheckArgs, on_screen: bool) -> Result<(), Failure> {
    let why = "--watch follows one cluster";
    baseline::refuse(&args.compare, &args.judge, "--watch compares with no earlier run")?;
    notify::refuse(args, "kubectl healthcheck serve --notify sends changes")?;
    hosts::refuse(&args.hosts, why)?;
    if ![Format::Table, Format::Json].into_iter().any(|format| is_alone(args, format)) {
        return Err(Failure::new("--watch is for -o table and -o json, on standard output"));
    }
    if let Some(flag) = args.rows.given().filter(|_| !on_screen) {
        return Err(Failure::new(format!("{flag} cannot be used here: changes are lines, not a table")));
    }
    if args.show.all && on_screen {
        return Err(Failure::new("--all cannot be used with --watch: the screen shows what fits"));
    }
    Ok(())
}

async fn run(
    live: &Live,
    args: &CheckArgs,
    settings: &Settings,
    look: Look,
    on_screen: bool,
) -> Result<Exit, Failure> {
    let progress = live.progress(on_screen);
    let context = live.only("--watch shows one cluster")?;
    let mut watched =
        live.one(context, async |session| Watched::start(session, &live.plan, &progress).await).await?;
    progress.end();
    let mut output = if on_screen {
        let view = View::new(Terminal::open()?, look, args.show.width.map(usize::from));
        Output::Screen(Box::new(view))
    } else {
        Output::Lines(Lines::new(args.show.on_stdout(), args.show.all, look.lang))
    };
    let stop = live.plan.budget.stop();
    loop {
        let behind = watched.behind();
        let report = Report::new(watched.snapshot(), settings);
        let summary = report.summary();
        let exit = Exit::of(args.judge.fail_on.fails(summary.worst, None), summary.complete);
        if !output.show(&report, behind)? {
            return Ok(exit);
        }
        let judged_at = Instant::now();
        let mut changed = false;
        loop {
            let next = judged_at + if changed { DEBOUNCE } else { REFRESH };
            tokio::select! {
                biased;
                () = stop.wait() => return Ok(exit),
                goes_on = output.key() => if goes_on { break } else { return Ok(exit) },
                () = sleep_until(next) => break,
                () = watched.changed() => changed = true,
            }
        }
    }
}

/// Where the reports of a cluster that is watched are shown.
enum Output {
    Screen(Box<View>),
    Lines(Lines),
}

impl Output {
    /// Shows a report. `behind` is the time since the last news of a list. Returns false if the output is closed.
    fn show(&mut self, report: &Report, behind: Duration) -> io::Result<bool> {
        match self {
            Output::Screen(view) => view.show(report, behind).map(|()| true),
            Output::Lines(lines) => lines.show(report),
        }
    }

    /// Waits for a key. Returns whether the program goes on. It can be dropped while it waits.
    async fn key(&mut self) -> bool {
        match self {
            Output::Screen(view) => view.key().await,
            Output::Lines(_) => std::future::pending().await,
        }
    }
}
