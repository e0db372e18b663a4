//! The flags that say what to compare a run with, and the comparison of two files.

use super::{JudgeArgs, ProfileArgs, ShowArgs, duration};
use crate::render::DiffFormat;
use clap::{ArgAction, Args, ValueHint};
use std::path::PathBuf;
use std::time::Duration;

/// What to compare with.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Before and after")]
pub struct CompareArgs {
    /// Tell what has changed since this: a capture, a report (-o json), what kubectl printed, or - (standard input)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub baseline: Option<PathBuf>,
    /// Keep a record of each run in this folder, and tell what has changed since the last
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub history: Option<PathBuf>,
    /// Records to keep, of the same cluster and scope
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    pub history_keep: u32,
    /// How long to keep them; 0 is for ever
    #[arg(long, value_name = "DURATION", default_value = "90d", value_parser = duration)]
    pub history_age: Duration,
}

impl CompareArgs {
    /// The first of its flags that was given.
    pub fn given(&self) -> Option<&'static str> {
        let given = [("--baseline", self.baseline.is_some()), ("--history", self.history.is_some())];
        given.into_iter().find(|(_, given)| *given).map(|(flag, _)| flag)
    }
}

/// Two files to compare.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The earlier one: a capture, a report (-o json), a record of --history, what kubectl printed, or - (standard input)
    #[arg(value_name = "OLD", value_hint = ValueHint::AnyPath)]
    pub old: PathBuf,
    /// The later one
    #[arg(value_name = "NEW", value_hint = ValueHint::AnyPath)]
    pub new: PathBuf,
    /// Only these namespaces, by comma or repeated, and what belongs to none
    #[arg(short, long, value_name = "NAMESPACE", value_delimiter = ',', action = ArgAction::Append)]
    #[arg(help_heading = "Scope")]
    pub namespace: Vec<String>,
    /// The time to judge what kubectl printed by; everything else has its own
    #[arg(long, value_name = "TIME", help_heading = "Files")]
    pub now: Option<jiff::Timestamp>,
    /// How to judge.
    #[command(flatten)]
    pub judge: JudgeArgs,
    /// How to show it.
    #[command(flatten)]
    pub show: ShowArgs<DiffFormat>,
    /// What is set elsewhere.
    #[command(flatten)]
    pub profile: ProfileArgs,
}
