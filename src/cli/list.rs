//! The flags that say how to list.

use super::duration;
use crate::cluster::LogFormat;
use clap::Args;
use std::time::Duration;

/// How to list.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Listing")]
pub struct ListArgs {
    /// Objects a page
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=5000))]
    pub page_size: u32,
    /// How long one page may take, retries included
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = waiting_time)]
    pub page_timeout: Duration,
    /// Requests under way at once, over all clusters
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub concurrency: u16,
    /// Requests a second at most, over all clusters; 0 is no limit
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub max_rps: u16,
    /// Stop asking after so long and report what is there; 0 is never
    #[arg(long, value_name = "DURATION", default_value = "0", value_parser = super::duration)]
    pub timeout: Duration,
    /// Log each page, repetition and gap on standard error
    #[arg(short, long)]
    pub verbose: bool,
    /// Log the same in this format
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
}

impl ListArgs {
    /// Whether and how to log.
    pub fn log(&self) -> Option<LogFormat> {
        self.log_format.or(self.verbose.then_some(LogFormat::Text))
    }
}

fn waiting_time(text: &str) -> Result<Duration, String> {
    let time = duration(text)?;
    if time < Duration::from_millis(100) || time > Duration::from_secs(3600) {
        return Err("a page needs between 100ms and 1h".to_owned());
    }
    Ok(time)
}
