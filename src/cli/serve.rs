//! The flags of `serve`.

use super::duration::duration;
use super::{ConnectArgs, JudgeArgs, ListArgs, ProfileArgs, ScopeArgs};
use crate::text::Lang;
use clap::{ArgAction, Args, ValueHint};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// A service that watches a cluster.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Address to listen on; 0.0.0.0:9880 accepts connections from other machines
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9880", help_heading = "Service")]
    pub listen: SocketAddr,
    /// Serve HTTPS with this certificate chain in PEM; read again when the file changes
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "tls_key", help_heading = "Service")]
    pub tls_cert: Option<PathBuf>,
    /// Private key of --tls-cert in PEM
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "tls_cert", help_heading = "Service")]
    pub tls_key: Option<PathBuf>,
    /// Answer only accounts of the cluster that may get the path: asks the API server about each bearer token
    #[arg(long, help_heading = "Service")]
    pub require_token: bool,
    /// Language of the documents: en, zh-TW or zh-CN (default: that of the locale)
    #[arg(long, ignore_case = true, help_heading = "Service")]
    pub lang: Option<Lang>,
    /// The webhooks that learn of changes.
    #[arg(help = "Send changes to these webhooks of the profile (default: HEALTHCHECK_NOTIFY)")]
    #[arg(long, value_name = "NAME", value_delimiter = ',', action = ArgAction::Append, help_heading = "Service")]
    pub notify: Vec<String>,
    /// Send what lasts again after this time (0: never)
    #[arg(long, value_name = "DURATION", default_value = "4h", value_parser = duration, help_heading = "Service")]
    pub repeat: Duration,
    /// File that keeps what webhooks were told, so that a restart does not repeat it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "notify", help_heading = "Service")]
    pub state: Option<PathBuf>,
    /// The scope.
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// How to judge.
    #[command(flatten)]
    pub judge: JudgeArgs,
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
