//! The flags of profiles, and the commands for profiles.

use super::layers::{Environment, variable};
use super::{CheckArgs, Cli, Command, ConnectArgs, JudgeArgs, ListArgs, ScopeArgs, ShowArgs};
use crate::policy::profile::Error;
use crate::policy::setting::{Resolved, Set};
use crate::text::suggest::suggestion;
use clap::{Args, Subcommand, ValueHint};
use std::path::PathBuf;

/// The profile of a run.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Profile")]
pub struct ProfileArgs {
    /// The profile to use.
    #[arg(long, value_name = "NAME")]
    #[arg(help = "Profile to use (default: HEALTHCHECK_PROFILE, or the defaultProfile of the file)")]
    pub profile: Option<String>,
    /// The file of profiles.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(help = "Profile file (default: HEALTHCHECK_CONFIG, or ~/.config/kubectl-healthcheck/config.yaml)")]
    pub config: Option<PathBuf>,
    /// The profile of that name, and every setting.
    #[arg(skip)]
    pub resolved: Resolved,
}

/// The commands for profiles.
#[derive(Debug, Subcommand)]
pub enum ProfileCommand {
    /// Show each setting of a run, its value and its source
    Show(Box<CheckArgs>),
    /// Write a profile with these flags, after reading the cluster
    Init(Box<InitArgs>),
    /// Print the JSON Schema of the profile file, for editors
    Schema,
}

/// A new profile.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Name of the profile
    pub name: String,
    /// The file to write it to.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(help = "File to write to, - for standard output (default: as for --profile)")]
    pub config: Option<PathBuf>,
    /// The scope.
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
    /// Every setting.
    #[arg(skip)]
    pub settings: Vec<Set>,
}

/// The variable for `--notify`.
const NOTIFY: &str = "HEALTHCHECK_NOTIFY";

/// Selects the webhooks of the run by its flag, or by the environment. A profile cannot select them: it would send messages
/// from every machine that uses it.
///
/// # Errors
/// If the profile has no webhook of that name.
pub(super) fn choose_webhooks(cli: &mut Cli, environment: Environment) -> Result<(), Error> {
    // Other commands send no messages.
    let is_report = cli.command.is_none() && cli.object.is_empty();
    let sends = is_report || matches!(cli.command, Some(Command::Serve(_)));
    let Some((notify, profile)) = cli.notifying() else { return Ok(()) };
    let mut place = "--notify";
    let names = if sends && notify.is_empty() { variable(NOTIFY, environment)? } else { None };
    if let Some(names) = names {
        place = NOTIFY;
        *notify = names.split(',').map(|name| name.trim().to_owned()).collect();
    }
    let chosen = &profile.resolved.chosen;
    let known: Vec<&str> = chosen.webhooks.iter().map(|webhook| webhook.name.as_str()).collect();
    let Some(unknown) = notify.iter().find(|name| !known.contains(&name.as_str())) else {
        return Ok(());
    };
    let text = match chosen.name.as_str() {
        "" => "this run has no profile, and webhooks are part of a profile".to_owned(),
        name => format!("profile {name} has no webhook \"{unknown}\""),
    };
    let hint = suggestion(unknown, &known);
    let hint = hint.or_else(|| Some("add it to \"notify\" of the profile".to_owned()));
    Err(Error { place: place.to_owned(), text, hint })
}
