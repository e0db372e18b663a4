//! The flags of the sources: Prometheus, kubelets, logs.

use super::duration;
use crate::sources::{Label, PrometheusUrl};
use clap::Args;
use std::time::Duration;

/// Who is asked for measurements.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Measurements")]
pub struct MeasureArgs {
    /// The Prometheus to ask what containers used and which are throttled; else one that is found in the cluster
    #[arg(long, value_name = "URL")]
    pub prometheus_url: Option<PrometheusUrl>,
    /// Of a Prometheus that knows several clusters, only what has this label, such as cluster=prod; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_delimiter = ',')]
    pub prometheus_label: Vec<Label>,
    /// Where no Prometheus tells, read the kubelets twice, so long apart (10s to 10m)
    #[arg(long, value_name = "DURATION", value_parser = window)]
    pub throttle_window: Option<Duration>,
    /// Read the logs of all containers of the scope, and fold what they tell of errors into patterns
    #[arg(long)]
    pub logs: bool,
    /// How far back logs are read, and a Prometheus is asked what containers used (10m to 90d; Prometheus at least 2h); else 7d for rightsize, 24h for logs and what was killed
    #[arg(long, value_name = "DURATION", value_parser = since)]
    pub since: Option<Duration>,
}

fn window(text: &str) -> Result<Duration, String> {
    let time = duration(text)?;
    if time < Duration::from_secs(10) || time > Duration::from_secs(600) {
        return Err("between 10s and 10m: kubelets count anew about every 10 seconds".to_owned());
    }
    Ok(time)
}

/// From what tells something in a log to what a Prometheus may still keep.
fn since(text: &str) -> Result<Duration, String> {
    let time = duration(text)?;
    if time < Duration::from_secs(600) || time > Duration::from_secs(90 * 86_400) {
        return Err("between 10m and 90d".to_owned());
    }
    Ok(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_long_enough_for_a_kubelet_to_count() {
        assert_eq!(window("30s"), Ok(Duration::from_secs(30)));
        assert!(since("9m").is_err() && since("91d").is_err() && since("7d").is_ok() && since("10m").is_ok());
        assert!(window("9s").is_err() && window("11m").is_err() && window("soon").is_err());
    }
}
