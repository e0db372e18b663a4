//! The flags of the sources: Prometheus, kubelets, logs.

use super::duration::between;
use crate::sources::{Label, PrometheusUrl};
use clap::Args;
use std::time::Duration;

/// The sources besides the lists of the API server.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Measurements")]
pub struct MeasureArgs {
    /// Address of a Prometheus with the usage and throttling of containers (default: one found in the cluster)
    #[arg(long, value_name = "URL")]
    pub prometheus_url: Option<PrometheusUrl>,
    /// Namespaces of the cluster operators; a Prometheus found elsewhere counts for its own namespace only (default: monitoring and other usual names)
    #[arg(long, value_name = "NAMESPACE", value_delimiter = ',')]
    pub prometheus_namespace: Vec<String>,
    /// Restrict Prometheus queries to this label (cluster=prod), for a Prometheus shared by several clusters; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_delimiter = ',')]
    pub prometheus_label: Vec<Label>,
    /// Without Prometheus, sample the kubelets twice, this far apart (10s to 10m)
    #[arg(long, value_name = "DURATION", value_parser = window)]
    pub throttle_window: Option<Duration>,
    /// Read the logs of all containers in scope, and group their errors into patterns
    #[arg(long)]
    pub logs: bool,
    /// How far back to read logs and usage, 10m to 90d (default: 7d for rightsize, 24h for logs and killed containers)
    #[arg(long, value_name = "DURATION", value_parser = since)]
    pub since: Option<Duration>,
}

/// A kubelet counts about every ten seconds.
fn window(text: &str) -> Result<Duration, String> {
    between(text, Duration::from_secs(10), Duration::from_secs(600))
}

fn since(text: &str) -> Result<Duration, String> {
    between(text, Duration::from_secs(600), Duration::from_secs(90 * 86_400))
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
