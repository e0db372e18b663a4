//! The command line: commands and flags in the words of kubectl, and the exit codes.

mod command;
mod compare;
mod conflict;
mod connect;
mod demo;
mod duration;
mod explain;
mod formats;
mod help;
mod hosts;
mod judge;
mod layers;
mod list;
mod mcp;
mod measure;
mod options;
mod output;
mod profile;
mod read;
mod rightsize;
mod rows;
#[cfg(test)]
mod schema;
mod serve;
mod setting;
mod shell;
mod target;
mod values;

pub use compare::{CompareArgs, DiffArgs};
pub(crate) use conflict::place;
pub use connect::ConnectArgs;
pub use demo::DemoArgs;
pub use explain::{ChecksArgs, ExplainArgs};
pub use help::{described, examples_of, help};
pub use hosts::HostArgs;
pub use judge::{ContainerArgs, FailOn, Ids, JudgeArgs};
pub use layers::{Unparsed, parse};
pub use list::ListArgs;
pub use mcp::McpArgs;
pub use measure::MeasureArgs;
pub use output::{Output, on_stdout};
pub use profile::{InitArgs, ProfileArgs, ProfileCommand};
pub use rightsize::RightsizeArgs;
pub use rows::RowArgs;
pub use serve::ServeArgs;
pub use setting::{Row, settings_table, table};
pub use shell::Shell;
pub use target::{Target, Unknown};

use crate::render::Format;
use crate::report::WaitFor;
use crate::text::Lang;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint};
use duration::duration;
use output::OutputParser;
use std::path::PathBuf;
use std::time::Duration;

/// Shows what is broken in a cluster, why, and which command to run next.
#[derive(Debug, Parser)]
#[command(
    name = crate::NAME,
    bin_name = "kubectl healthcheck",
    version = crate::VERSION,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    override_usage = "kubectl healthcheck [TYPE/NAME | COMMAND] [OPTIONS]"
)]
pub struct Cli {
    /// What to do instead of a check.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Objects to inspect instead of a whole namespace: pod/NAME, deploy/NAME; the start of a name is enough
    #[arg(value_name = "TYPE/NAME", num_args = 0..)]
    pub object: Vec<String>,
    /// The check.
    #[command(flatten)]
    pub check: CheckArgs,
}

/// What else it can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the report of a bundled example; no cluster needed
    Demo(Box<DemoArgs>),
    /// Show nodes, their load, and the largest namespaces and workloads
    ///
    /// Reads all namespaces unless some are given. Only findings about nodes and the capacity of the cluster set the exit
    /// code.
    Nodes(Box<CheckArgs>),
    /// Compare requests and limits with actual usage and suggest values
    ///
    /// Prints a table, or a patch for kubectl with -o patch.
    Rightsize(Box<RightsizeArgs>),
    /// Watch a cluster and serve its report and metrics over HTTP
    ///
    /// Reads every list once and follows the changes from then on. Serves the report (/, /report.json and
    /// /report.md), metrics for Prometheus (/metrics) and probes (/healthz, /readyz) until it is stopped.
    Serve(Box<ServeArgs>),
    /// Answer the questions of an agent, by the Model Context Protocol
    ///
    /// Speaks the Model Context Protocol on standard input and output until the input ends. Changes nothing in the cluster.
    /// Flags of the scope and of the connection limit all calls.
    Mcp(Box<McpArgs>),
    /// Save the cluster state to a file for -f
    Snapshot(Box<SnapshotArgs>),
    /// Write a profile of settings, or show the settings of a run
    Profile {
        /// What about it.
        #[command(subcommand)]
        what: ProfileCommand,
    },
    /// Compare two reports or captures: new, worse, better, fixed
    ///
    /// Reads captures, reports (-o json) and output of kubectl (-o json or yaml).
    Diff(Box<DiffArgs>),
    /// List the checks
    Checks(ChecksArgs),
    /// Explain a check, a status or an exit code
    #[command(after_help = "\
Examples:
  kubectl healthcheck explain pod-oom-killed     # what a check reports, what to do
  kubectl healthcheck explain ImagePullBackOff   # a status or reason of kubectl
  kubectl healthcheck explain 137                # an exit code")]
    Explain(ExplainArgs),
    /// Print a completion script for a shell
    Completion {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page of the program or of a command
    // Packages need it, and the short help has to fit a terminal.
    #[command(hide = true)]
    Man {
        /// The command
        #[arg(value_name = "COMMAND")]
        path: Vec<String>,
    },
    /// Show the help of a command
    Help {
        /// The command
        #[arg(value_name = "COMMAND")]
        path: Vec<String>,
    },
    /// Print the version
    Version,
    /// Complete a command line in kubectl's protocol
    #[command(name = "__complete", hide = true, disable_help_flag = true)]
    Complete {
        /// The words after the plugin's name, the last one being completed.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<std::ffi::OsString>,
    },
}

/// A check of a cluster or of files.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The scope.
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Read files, folders, archives or standard input (-) instead of a cluster: captures, kubectl get -o json|yaml, support bundles
    #[arg(short = 'f', long = "filename", value_name = "FILE", action = ArgAction::Append)]
    #[arg(value_hint = ValueHint::AnyPath, help_heading = "Files")]
    pub filename: Vec<PathBuf>,
    /// Time to judge files by, such as 2025-12-26T10:00:00+08:00 (default: now); captures have their own
    #[arg(long, value_name = "TIME", requires = "filename", help_heading = "Files", value_parser = read::time)]
    pub now: Option<jiff::Timestamp>,
    /// The comparison.
    #[command(flatten)]
    pub compare: CompareArgs,
    /// The hosts to look up.
    #[command(flatten)]
    pub hosts: HostArgs,
    /// How to judge.
    #[command(flatten)]
    pub judge: JudgeArgs,
    /// How to show it.
    #[command(flatten)]
    pub show: ShowArgs,
    /// The rows of the table.
    #[command(flatten)]
    pub rows: RowArgs,
    /// How to list.
    #[command(flatten)]
    pub list: ListArgs,
    /// Watch the cluster and draw the screen again when something changes; into a pipe, write a line for each change
    #[arg(short, long, conflicts_with_all = ["filename", "wait_for"], help_heading = "Output")]
    pub watch: bool,
    /// Read the cluster every 5 s until no rollout is in progress (settled) or the verdict is healthy, at most --timeout
    #[arg(long, value_name = "STATE", conflicts_with = "filename", help_heading = "Listing")]
    pub wait_for: Option<WaitFor>,
    /// Answer from the last run of the same scope with this flag if it is at most this old
    #[arg(long, value_name = "DURATION", value_parser = duration, help_heading = "Listing")]
    #[arg(conflicts_with_all = ["filename", "wait_for", "watch"])]
    pub cache: Option<Duration>,
    /// How to reach the cluster.
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// The profile.
    #[command(flatten)]
    pub profile: ProfileArgs,
    /// The webhooks of the run.
    #[arg(long, value_name = "NAME", value_delimiter = ',', action = ArgAction::Append, help_heading = "Profile")]
    #[arg(
        help = "Send a message about the run to these webhooks of the profile (default: HEALTHCHECK_NOTIFY)"
    )]
    pub notify: Vec<String>,
}

/// A capture of a cluster.
#[derive(Debug, Args)]
pub struct SnapshotArgs {
    /// File to write; .gz and .zst are compressed, - is standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: PathBuf,
    /// The scope.
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// The hosts to look up.
    #[command(flatten)]
    pub hosts: HostArgs,
    /// Skip TLS certificates; no Secrets are read, and no hosts are probed
    #[arg(long)]
    pub skip_tls_check: bool,
    /// How to list.
    #[command(flatten)]
    pub list: ListArgs,
    /// How to reach the cluster.
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// The profile.
    #[command(flatten)]
    pub profile: ProfileArgs,
}

/// The scope of a run.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Scope")]
pub struct ScopeArgs {
    /// Namespaces, comma-separated or repeated (default: the context's)
    #[arg(short, long, value_name = "NAMESPACE", value_delimiter = ',', action = ArgAction::Append)]
    pub namespace: Vec<String>,
    /// All namespaces
    #[arg(short = 'A', long)]
    pub all_namespaces: bool,
    /// Namespaces to exclude from all, comma-separated or repeated; * and ? match
    #[arg(long, value_name = "PATTERN", value_delimiter = ',', action = ArgAction::Append)]
    pub exclude_namespace: Vec<globset::Glob>,
    /// Only pods with these labels, and their owners (app=web, tier!=cache, env in (a,b), key, !key)
    #[arg(short = 'l', long)]
    pub selector: Option<String>,
    /// Only pods with these fields, and their owners (status.phase=Running, spec.nodeName!=n1)
    #[arg(long)]
    pub field_selector: Option<String>,
    /// Do not fetch events and logs of failing objects
    #[arg(long)]
    pub no_evidence: bool,
    /// Kinds to leave out, such as nodes or cronjobs; the report lists them
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = skippable_kind)]
    pub skip_kinds: Vec<crate::wire::Kind>,
    /// The sources.
    #[command(flatten)]
    pub measure: MeasureArgs,
}

impl ScopeArgs {
    /// Checks flags that depend on each other.
    ///
    /// # Errors
    /// If namespaces are excluded without `--all-namespaces`.
    pub fn check(&self) -> Result<(), UsageError> {
        if !self.exclude_namespace.is_empty() && !self.all_namespaces {
            return Err(UsageError("--exclude-namespace needs --all-namespaces".to_owned()));
        }
        Ok(())
    }
}

/// How to show it, in the formats of a document.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct ShowArgs<F: ValueEnum + Clone + Send + Sync + 'static = Format> {
    /// Format, or FORMAT=FILE for a file; comma-separated or repeated. With files only, standard output has the table
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table", value_delimiter = ',')]
    #[arg(action = ArgAction::Append, value_parser = OutputParser::<F>::all())]
    pub output: Vec<Output<F>>,
    /// Show healthy pods and namespaces, every finding of an incident, and low severities
    #[arg(long)]
    pub all: bool,
    /// Language: en, zh-TW or zh-CN (default: that of the locale)
    #[arg(long, ignore_case = true)]
    pub lang: Option<Lang>,
    /// When to use colours; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
    /// Columns to fit tables into (default: those of the terminal)
    #[arg(long, value_name = "COLUMNS", value_parser = read::number::<u16>(20, u16::MAX.into()))]
    pub width: Option<u16>,
}

impl<F: ValueEnum + Clone + Copy + Default + Send + Sync + 'static> ShowArgs<F> {
    /// Returns the format on standard output.
    pub fn on_stdout(&self) -> F {
        on_stdout(&self.output)
    }
}

impl ShowArgs {
    /// Returns whether people read standard output.
    pub fn is_human(&self) -> bool {
        self.on_stdout().is_human()
    }

    /// Returns whether an output is in one of some formats.
    pub fn has(&self, is_one: impl Fn(Format) -> bool) -> bool {
        self.output.iter().any(|output| is_one(output.format))
    }
}

/// When colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// No finding fails the run, and everything in scope was read.
    Clean,
    /// A finding fails the run.
    Findings,
    /// Wrong usage, no connection, no pods.
    Error,
    /// No finding fails the run, and something in scope was not read.
    Incomplete,
}

impl Exit {
    /// Returns the exit of a run: whether a finding fails it, and whether everything in scope was read.
    pub fn of(failed: bool, complete: bool) -> Self {
        match (failed, complete) {
            (true, _) => Exit::Findings,
            (false, true) => Exit::Clean,
            (false, false) => Exit::Incomplete,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::Error => 2,
            Exit::Incomplete => 3,
        })
    }
}

/// Flags that contradict each other, or a word that is not an object.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(String);

/// Reads a kind that can be left out: any kind but pods and namespaces.
fn skippable_kind(name: &str) -> Result<crate::wire::Kind, String> {
    use crate::wire::Kind;
    let wanted = name.to_lowercase();
    let kinds = Kind::ALL.into_iter().filter(|kind| !matches!(kind, Kind::Pod | Kind::Namespace));
    let known: Vec<String> = kinds.clone().map(Kind::shown).collect();
    kinds
        .into_iter()
        .find(|kind| kind.shown() == wanted || kind.name().to_lowercase() == wanted)
        .ok_or_else(|| format!("expected one of {}", known.join(", ")))
}
