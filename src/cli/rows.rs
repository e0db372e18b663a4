//! The flags that choose the rows of the table of problems.

use super::duration::duration;
use super::read::number;
use super::{ShowArgs, UsageError};
use crate::render::{Format, RowOptions, Sort};
use clap::Args;
use std::time::Duration;

/// The rows of the table.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct RowArgs {
    /// Order of the problems
    #[arg(long, value_name = "ORDER", default_value = "severity")]
    pub sort: Sort,
    /// Show only problems that began within this time, such as 1h
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub newer: Option<Duration>,
    /// Show only problems that began longer ago than this, such as 7d
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub older: Option<Duration>,
    /// Show at most this many problems (default: as many as fit on the terminal, at most 20)
    #[arg(long, value_name = "N", value_parser = number::<u32>(1, u32::MAX.into()))]
    pub limit: Option<u32>,
    /// Omit the heads of the columns
    #[arg(long)]
    pub no_headers: bool,
}

impl RowArgs {
    /// Returns the first of these flags that is set.
    pub fn given(&self) -> Option<&'static str> {
        let given = [
            ("--sort", self.sort != Sort::default()),
            ("--newer", self.newer.is_some()),
            ("--older", self.older.is_some()),
            ("--limit", self.limit.is_some()),
            ("--no-headers", self.no_headers),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(flag, _)| flag)
    }

    /// Checks that an output has the rows.
    ///
    /// # Errors
    /// If a flag is set that has no meaning in any output.
    pub fn check(&self, show: &ShowArgs) -> Result<(), UsageError> {
        let is_shown = show.on_stdout().is_table() || show.has(Format::is_table);
        match self.given().filter(|_| !is_shown) {
            Some(flag) => Err(UsageError(format!("{flag} is for -o table and -o wide"))),
            None => Ok(()),
        }
    }
}

impl From<&RowArgs> for RowOptions {
    fn from(args: &RowArgs) -> Self {
        let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        Self {
            sort: args.sort,
            newer: args.newer.map(seconds),
            older: args.older.map(seconds),
            limit: args.limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX)),
            headers: !args.no_headers,
        }
    }
}
