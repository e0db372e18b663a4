//! Profiles on the command line: which one a run follows, and what can be done with them.

use super::layers::Set;
use super::{CheckArgs, Cli, ConnectArgs, JudgeArgs, ListArgs, ScopeArgs, ShowArgs};
use crate::policy::profile::{Chosen, Error};
use crate::text::suggest::suggestion;
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

/// What `--notify` is in the environment.
const NOTIFY: &str = "HEALTHCHECK_NOTIFY";

/// Whom a run tells: those that its flag names, else those that the environment does. Unlike a setting this cannot be
/// said in the profile: it would send from every desk where somebody looks.
///
/// # Errors
/// When the profile has no webhook of that name.
pub(super) fn choose_webhooks(
    cli: &mut Cli,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<(), Error> {
    // What sends nothing has no use for the variable.
    let is_report = cli.command.is_none() && cli.object.is_empty();
    let Some(args) = cli.check_args() else { return Ok(()) };
    let mut place = "--notify";
    if let Some(names) = environment(NOTIFY).filter(|_| is_report && args.notify.is_empty()) {
        place = NOTIFY;
        args.notify = names.split(',').map(|name| name.trim().to_owned()).collect();
    }
    let chosen = &args.profile.chosen;
    let known: Vec<&str> = chosen.webhooks.iter().map(|webhook| webhook.name.as_str()).collect();
    let Some(unknown) = args.notify.iter().find(|name| !known.contains(&name.as_str())) else {
        return Ok(());
    };
    let text = match chosen.name.as_str() {
        "" => "webhooks are those of a profile, and this run has none".to_owned(),
        name => format!("profile {name} has no webhook \"{unknown}\""),
    };
    let hint = suggestion(unknown, &known);
    let hint = hint.or_else(|| Some("a profile lists its webhooks under \"notify\"".to_owned()));
    Err(Error { place: place.to_owned(), text, hint })
}
