//! The flags of listing.

use super::duration::{between, duration, written};
use super::read::number;
use crate::cluster::{ListOptions, LogFormat};
use crate::memory;
use clap::Args;
use std::time::Duration;

/// How to list.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Listing")]
pub struct ListArgs {
    /// Objects per page
    #[arg(long, value_name = "N", default_value_t = ListOptions::default().page_size)]
    #[arg(value_parser = number::<u32>(1, 5000))]
    pub page_size: u32,
    /// Time limit of one page, retries included
    #[arg(long, value_name = "DURATION", default_value = written(ListOptions::default().page_timeout))]
    #[arg(value_parser = page_timeout)]
    pub page_timeout: Duration,
    /// Parallel requests over all clusters
    #[arg(long, value_name = "N", default_value_t = ListOptions::default().concurrency)]
    #[arg(value_parser = number::<u16>(1, 64))]
    pub concurrency: u16,
    /// Maximum requests per second over all clusters (0: no limit)
    #[arg(long, value_name = "N", default_value_t = ListOptions::default().max_rps)]
    #[arg(value_parser = number::<u16>(0, u16::MAX.into()))]
    pub max_rps: u16,
    /// Stop after this long and report what was read (0: no limit)
    #[arg(long, value_name = "DURATION", default_value = written(ListOptions::default().timeout))]
    #[arg(value_parser = duration)]
    pub timeout: Duration,
    /// Maximum memory in MiB; reading stops before it is reached, and the report says so (0: no limit)
    #[arg(long, value_name = "MIB", default_value_t = memory::DEFAULT, value_parser = number::<u32>(0, u32::MAX.into()))]
    pub max_memory: u32,
    /// Log each page, retry and gap to standard error
    #[arg(short, long)]
    pub verbose: bool,
    /// Format of the -v log; implies -v
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
}

impl ListArgs {
    /// Returns the format of the log; `None` is no log.
    pub fn log(&self) -> Option<LogFormat> {
        self.log_format.or(self.verbose.then_some(LogFormat::Text))
    }
}

fn page_timeout(text: &str) -> Result<Duration, String> {
    between(text, Duration::from_millis(100), Duration::from_secs(3600))
}
