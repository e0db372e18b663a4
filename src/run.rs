//! The commands: each gathers, judges and renders.
//!
//! What does not belong here: how any of these is done.

mod baseline;
mod cache;
mod capture;
mod check;
mod complete;
mod demo;
mod diff;
mod explain;
mod failure;
mod files;
mod hosts;
mod investigate;
mod live;
mod look;
mod mcp;
mod notify;
mod outputs;
mod profile;
mod rightsize;
mod serve;
mod usage;
mod wait;
mod watch;

pub use failure::Failure;
use look::environment;
pub use look::environment_os;
pub use usage::usage;

use crate::cli::{self, Cli, Command, Exit, Target};
use crate::memory::{self, Kept};
use crate::output;
use crate::render::{self, Format};
use crate::wire::Time;

/// Runs a command. `clock` returns the current time.
///
/// # Errors
/// If there is nothing to report: wrong usage, no connection, no pods.
pub fn run(mut cli: Cli, clock: fn() -> Time) -> Result<Exit, Failure> {
    let settings = cli.resolved().map(|resolved| resolved.settings.clone()).unwrap_or_default();
    let show = &cli.check.show;
    let formats = show.output.iter().map(|output| kept(output.format));
    let most = match cli.command {
        None if show.all => Kept::Every,
        None => formats.max().unwrap_or(Kept::Little),
        Some(_) => Kept::Little,
    };
    memory::set_limit(cli.list_args().map_or(memory::DEFAULT, |list| list.max_memory), most);
    command(cli, clock).map_err(|failure| failure.with_place(&settings))
}

/// Returns what a report in a format keeps in memory until it is written.
fn kept(format: Format) -> Kept {
    match format {
        Format::Wide | Format::Markdown | Format::Html | Format::GithubSummary => Kept::All,
        Format::Junit => Kept::Namespaces,
        _ => Kept::Little,
    }
}

fn command(cli: Cli, clock: fn() -> Time) -> Result<Exit, Failure> {
    match cli.command {
        None => match Target::of(&cli.object)?.as_slice() {
            [] if cli.check.watch => watch::watch(&cli.check, clock),
            [] => check::check(&cli.check, clock),
            targets => investigate::investigate(&cli.check, targets, clock),
        },
        Some(Command::Demo(args)) => demo::demo(&args, clock),
        Some(Command::Nodes(args)) => check::nodes(*args, clock),
        Some(Command::Rightsize(args)) => rightsize::rightsize(&args, clock),
        Some(Command::Serve(args)) => serve::serve(&args, clock),
        Some(Command::Mcp(args)) => mcp::mcp(*args, clock),
        Some(Command::Snapshot(args)) => capture::capture(&args, clock),
        Some(Command::Profile { what }) => profile::profile(what, clock),
        Some(Command::Diff(args)) => diff::diff(&args, clock),
        Some(Command::Checks(args)) => {
            let look = |place| look::of(args.lang, args.color, args.width, false, place);
            outputs::write(&args.output, |format, place, out| render::checks(format, look(place), out))?;
            Ok(Exit::Clean)
        }
        Some(Command::Explain(args)) => explain::explain(&args),
        Some(Command::Completion { shell }) => {
            output::stdout(|out| usage::script(shell, out))?;
            Ok(Exit::Clean)
        }
        Some(Command::Man { path }) => {
            let command = cli::described(&path)?;
            let examples = cli::examples_of(&path);
            output::stdout(|out| usage::manual(command, &examples, out))?;
            Ok(Exit::Clean)
        }
        Some(Command::Help { path }) => Ok(usage(&cli::help(&path)?, &[])),
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
