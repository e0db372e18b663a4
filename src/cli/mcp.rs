//! The flags of `mcp`.

use super::{ConnectArgs, JudgeArgs, ListArgs, ProfileArgs, ScopeArgs, read};
use crate::text::Lang;
use clap::{ArgAction, Args, ValueHint};
use std::path::PathBuf;

/// A server for agents.
#[derive(Debug, Args)]
pub struct McpArgs {
    /// The limits of all calls.
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Answer from files, folders or archives instead of a cluster: captures, kubectl get -o json|yaml, support bundles
    #[arg(short = 'f', long = "filename", value_name = "FILE", action = ArgAction::Append)]
    #[arg(value_hint = ValueHint::AnyPath, help_heading = "Files")]
    pub filename: Vec<PathBuf>,
    /// Time to judge files by, such as 2025-12-26T10:00:00+08:00 (default: now); captures have their own
    #[arg(long, value_name = "TIME", requires = "filename", help_heading = "Files", value_parser = read::time)]
    pub now: Option<jiff::Timestamp>,
    /// Earlier capture, report (-o json) or kubectl output that the tool diff compares with
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Before and after")]
    pub baseline: Option<PathBuf>,
    /// Folder of records; without --baseline, the tool diff compares with the last one, and writes nothing
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath, help_heading = "Before and after")]
    pub history: Option<PathBuf>,
    /// How to judge.
    #[command(flatten)]
    pub judge: JudgeArgs,
    /// Language of messages: en, zh-TW or zh-CN (default: that of the locale)
    #[arg(long, ignore_case = true, help_heading = "Output")]
    pub lang: Option<Lang>,
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
