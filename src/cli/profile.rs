//! Profiles on the command line: which one a run follows, and what can be done with them.

use super::layers::Set;
use super::{CheckArgs, ConnectArgs, JudgeArgs, ListArgs, ScopeArgs, ShowArgs};
use crate::profile::Chosen;
use clap::{Args, Subcommand, ValueHint};
use std::path::PathBuf;

/// What is set elsewhere than on the command line.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Profile")]
pub struct ProfileArgs {
    /// The profile to follow.
    #[arg(long, value_name = "NAME")]
    #[arg(help = "The profile to follow; else HEALTHCHECK_PROFILE, or the file's defaultProfile")]
    pub profile: Option<String>,
    /// The file of profiles.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(
        help = "The file of profiles; else HEALTHCHECK_CONFIG, or ~/.config/kubectl-healthcheck/config.yaml"
    )]
    pub config: Option<PathBuf>,
    /// The profile of that name.
    #[arg(skip)]
    pub chosen: Chosen,
    /// Every setting, and who has set it.
    #[arg(skip)]
    pub settings: Vec<Set>,
}

/// What can be done with profiles.
#[derive(Debug, Subcommand)]
pub enum ProfileCommand {
    /// Show every setting of a run, its value and who has set it
    Show(Box<CheckArgs>),
    /// Write a profile that does what these flags do, after a look at the cluster
    Init(Box<InitArgs>),
    /// Print the JSON Schema of the file, for editors
    Schema,
}

/// A new profile.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Its name
    pub name: String,
    /// The file to write it to.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(help = "The file to write it to, - for standard output; else as for --profile")]
    pub config: Option<PathBuf>,
    /// What to look at.
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// How to judge.
    #[command(flatten)]
    pub judge: JudgeArgs,
    /// How to show it.
    #[command(flatten)]
    pub show: ShowArgs,
    /// How to list.
    #[command(flatten)]
    pub list: ListArgs,
    /// How to reach the cluster.
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// What these flags set.
    #[arg(skip)]
    pub settings: Vec<Set>,
}
