//! `kubectl-healthcheck`: parse, run, exit.

use clap::{CommandFactory, FromArgMatches};
use kubectl_healthcheck::cli::{Cli, Exit};
use kubectl_healthcheck::wire::Time;
use kubectl_healthcheck::{output, run};
use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match Cli::command().try_get_matches_from(words()).and_then(|m| Cli::from_arg_matches(&m)) {
        Ok(cli) => cli,
        Err(error) => return run::usage(&error).into(),
    };
    match run::run(cli, now) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output::log(&failure.line);
            if let Some(hint) = failure.hint {
                output::log(&format!("hint: {hint}"));
            }
            Exit::Error.into()
        }
    }
}

/// The command line. Under the name that kubectl calls for completions, it is one.
fn words() -> Vec<OsString> {
    let mut words: Vec<OsString> = std::env::args_os().collect();
    let name =
        words.first().map(std::path::PathBuf::from).and_then(|path| Some(path.file_stem()?.to_owned()));
    if name.is_some_and(|name| name == "kubectl_complete-healthcheck") {
        words.splice(1..1, ["__complete".into(), "--".into()]);
    }
    words
}

#[allow(clippy::disallowed_methods, reason = "this is where the clock is read")]
fn now() -> Time {
    Time::from(jiff::Timestamp::now())
}
