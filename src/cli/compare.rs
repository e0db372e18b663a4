//! The flags of comparisons: of a run with an earlier one, and of two files.

use super::{JudgeArgs, ProfileArgs, ShowArgs, duration, read};
use crate::render::DiffFormat;
use clap::{ArgAction, Args, ValueHint};
use std::path::PathBuf;
use std::time::Duration;

/// The comparison with an earlier run.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Before and after")]
pub struct CompareArgs {
    /// Compare with this earlier capture, report (-o json) or kubectl output; - is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub baseline: Option<PathBuf>,
    /// Keep a record of each run in this folder, and compare with the last one
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub history: Option<PathBuf>,
    /// Records to keep per cluster and scope
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = read::number::<u32>(1, u32::MAX.into()))]
    pub history_keep: u32,
    /// How long to keep records (0: forever)
    #[arg(long, value_name = "DURATION", default_value = "90d", value_parser = duration)]
    pub history_age: Duration,
}

impl CompareArgs {
    /// Returns the first of these flags that is set.
    pub fn given(&self) -> Option<&'static str> {
        let given = [("--baseline", self.baseline.is_some()), ("--history", self.history.is_some())];
        given.into_iter().find(|(_, given)| *given).map(|(flag, _)| flag)
    }
}

/// Two files to compare.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// Earlier run: a capture, report (-o json), record of --history or kubectl output; - is standard input
    #[arg(value_name = "OLD", value_hint = ValueHint::AnyPath)]
    pub old: PathBuf,
    /// Later run
    #[arg(value_name = "NEW", value_hint = ValueHint::AnyPath)]
    pub new: PathBuf,
    /// Only these namespaces, comma-separated or repeated, and objects of the cluster
    #[arg(short, long, value_name = "NAMESPACE", value_delimiter = ',', action = ArgAction::Append)]
    #[arg(help_heading = "Scope")]
    pub namespace: Vec<String>,
    /// Time to judge kubectl output by (default: now); other files have their own
    #[arg(long, value_name = "TIME", help_heading = "Files", value_parser = read::time)]
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
