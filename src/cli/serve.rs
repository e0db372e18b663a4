//! The flags of `serve`.

use super::{ConnectArgs, JudgeArgs, ListArgs, ProfileArgs, ScopeArgs};
use crate::text::Lang;
use clap::Args;
use std::net::SocketAddr;

/// A service that watches a cluster.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Address to listen on; 0.0.0.0:9880 accepts connections from other machines
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9880", help_heading = "Service")]
    pub listen: SocketAddr,
    /// Language of the documents: en, zh-TW or zh-CN (default: that of the locale)
    #[arg(long, ignore_case = true, help_heading = "Service")]
    pub lang: Option<Lang>,
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
