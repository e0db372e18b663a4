//! The arguments of `explain` and `checks`.

use super::output::OutputParser;
use super::{ColorChoice, Output};
use crate::checks::status::topics;
use crate::render::ListFormat;
use crate::text::Lang;
use clap::{ArgAction, Args};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};

/// A topic, and how to show it.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The topic.
    #[arg(value_name = "TOPIC", add = ArgValueCandidates::new(candidates))]
    #[arg(help = "A check, a status or reason, or an exit code: pod-oom-killed, CrashLoopBackOff, 137")]
    pub topic: String,
    /// Show the example of the check
    #[arg(long)]
    pub example: bool,
    /// Language: en, zh-TW or zh-CN (default: from the locale)
    #[arg(long, ignore_case = true, hide_possible_values = true)]
    pub lang: Option<Lang>,
    /// When to use colours; NO_COLOR turns them off
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
    /// Width of the text in columns (default: the terminal's)
    #[arg(long, value_name = "COLUMNS", value_parser = super::read::number::<u16>(20, u16::MAX.into()))]
    pub width: Option<u16>,
}

/// How to show the list of checks.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct ChecksArgs {
    /// Format, or FORMAT=FILE for a file; comma-separated or repeated
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table", value_delimiter = ',')]
    #[arg(action = ArgAction::Append, value_parser = OutputParser::<ListFormat>::all())]
    pub output: Vec<Output<ListFormat>>,
    /// Language: en, zh-TW or zh-CN (default: that of the locale)
    #[arg(long, ignore_case = true)]
    pub lang: Option<Lang>,
    /// When to use colours; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
    /// Columns to fit tables into (default: those of the terminal)
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(20..))]
    pub width: Option<u16>,
}

fn candidates() -> Vec<CompletionCandidate> {
    let candidate =
        |(word, help): (&str, &'static str)| CompletionCandidate::new(word).help(Some(help.into()));
    topics().into_iter().map(candidate).collect()
}
