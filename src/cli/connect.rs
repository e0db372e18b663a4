//! The flags that reach the cluster, as kubectl has them.

use clap::{ArgAction, Args, ValueHint};
use std::path::PathBuf;
use std::time::Duration;

/// How to reach the cluster, as kubectl does.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Connection")]
pub struct ConnectArgs {
    /// The kubeconfig file to use
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub kubeconfig: Option<PathBuf>,
    /// The kubeconfig context to use; several by comma, repeated or by pattern (prod-*)
    #[arg(long, action = ArgAction::Append)]
    pub context: Vec<String>,
    /// Every context of the kubeconfig
    #[arg(long, conflicts_with = "context")]
    pub all_contexts: bool,
    /// The kubeconfig cluster to use
    #[arg(long)]
    pub cluster: Option<String>,
    /// The kubeconfig user to use
    #[arg(long)]
    pub user: Option<String>,
    /// The address and port of the API server
    #[arg(short, long)]
    pub server: Option<String>,
    /// Bearer token for the API server
    #[arg(long)]
    pub token: Option<String>,
    /// User to impersonate
    #[arg(long = "as", value_name = "USER")]
    pub as_user: Option<String>,
    /// Group to impersonate; may be repeated
    #[arg(long, value_name = "GROUP", requires = "as_user", action = ArgAction::Append)]
    pub as_group: Vec<String>,
    /// UID to impersonate
    #[arg(long, value_name = "UID", requires = "as_user")]
    pub as_uid: Option<String>,
    /// File with the certificate of the authority
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub certificate_authority: Option<PathBuf>,
    /// File with the client certificate
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub client_certificate: Option<PathBuf>,
    /// File with the client key
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub client_key: Option<PathBuf>,
    /// Do not check the server's certificate: the connection is not secure
    #[arg(long)]
    pub insecure_skip_tls_verify: bool,
    /// Server name to check the server's certificate for
    #[arg(long, value_name = "NAME")]
    pub tls_server_name: Option<String>,
    /// How long one request may take; 0 is no limit of its own (1s, 2m, 3h)
    #[arg(long, value_name = "DURATION", default_value = "0", value_parser = super::duration)]
    pub request_timeout: Duration,
    /// Do not ask for compressed answers
    #[arg(long)]
    pub disable_compression: bool,
}

impl ConnectArgs {
    /// The flags that every suggested command must repeat, so that it reaches the same cluster in the same
    /// name. A token is not among them.
    pub fn to_repeat(&self, context: Option<&str>) -> Vec<String> {
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        let named = [
            ("--kubeconfig", path(&self.kubeconfig)),
            ("--context", context.map(str::to_owned)),
            ("--cluster", self.cluster.clone()),
            ("--user", self.user.clone()),
            ("--server", self.server.clone()),
            ("--as", self.as_user.clone()),
        ];
        named.into_iter().filter_map(|(flag, value)| Some([flag.to_owned(), value?])).flatten().collect()
    }

    /// The first flag that speaks of one cluster only.
    pub fn meaningless_with_several(&self) -> Option<&'static str> {
        let given = [
            ("--server", self.server.is_some()),
            ("--cluster", self.cluster.is_some()),
            ("--tls-server-name", self.tls_server_name.is_some()),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(flag, _)| flag)
    }
}
