//! `kubectl-healthcheck`: parse, run, exit.

use kubectl_healthcheck::cli::{self, Exit, Unparsed};
use kubectl_healthcheck::run;
use kubectl_healthcheck::wire::Time;
use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words = words();
    let done = match cli::parse(&words, &run::environment_os) {
        Ok(cli) => run::run(cli, now),
        Err(Unparsed::Usage(error)) => return run::usage(&error, &words).into(),
        Err(Unparsed::Setting(error)) => Err(error.into()),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(failure) => {
            failure.print();
            Exit::Error.into()
        }
    }
}

/// Returns the command line. kubectl asks for completions under another name of the program.
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
