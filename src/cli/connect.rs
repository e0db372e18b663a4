//! The flags of the connection, as in kubectl.

use crate::text::without_login;
use clap::{ArgAction, Args, ValueHint};
use std::path::PathBuf;
use std::time::Duration;

/// The connection to the cluster.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Connection")]
pub struct ConnectArgs {
    /// Path to the kubeconfig file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub kubeconfig: Option<PathBuf>,
    /// Name of the kubeconfig context to use; several comma-separated, repeated or as a pattern (prod-*)
    #[arg(long, action = ArgAction::Append, value_parser = super::read::context)]
    pub context: Vec<String>,
    /// Use every context of the kubeconfig
    #[arg(long, conflicts_with = "context")]
    pub all_contexts: bool,
    /// Name of the kubeconfig cluster to use
    #[arg(long)]
    pub cluster: Option<String>,
    /// Name of the kubeconfig user to use
    #[arg(long)]
    pub user: Option<String>,
    /// Address and port of the API server
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
    /// Do not verify the server certificate; the connection is not secure
    #[arg(long)]
    pub insecure_skip_tls_verify: bool,
    /// Server name to verify the server certificate against
    #[arg(long, value_name = "NAME")]
    pub tls_server_name: Option<String>,
    /// Time limit of one request (1s, 2m, 3h; 0: that of the page)
    #[arg(long, value_name = "DURATION", default_value = "0", value_parser = super::duration)]
    pub request_timeout: Duration,
    /// Do not request compressed responses
    #[arg(long)]
    pub disable_compression: bool,
}

impl ConnectArgs {
    /// Returns the flags that every suggested command repeats, so that it reaches the same cluster as the same user. A
    /// token and the login of an address are left out.
    pub fn to_repeat(&self, context: Option<&str>) -> Vec<String> {
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        let groups = self.as_group.iter().map(|group| ("--as-group", Some(group.clone())));
        let named = [
            ("--kubeconfig", path(&self.kubeconfig)),
            ("--context", context.map(str::to_owned)),
            ("--cluster", self.cluster.clone()),
            ("--user", self.user.clone()),
            ("--server", self.server.as_deref().map(without_login)),
            ("--as", self.as_user.clone()),
            ("--as-uid", self.as_uid.clone()),
            ("--certificate-authority", path(&self.certificate_authority)),
            ("--client-certificate", path(&self.client_certificate)),
            ("--client-key", path(&self.client_key)),
            ("--tls-server-name", self.tls_server_name.clone()),
        ];
        let named = named.into_iter().chain(groups);
        let mut flags: Vec<String> =
            named.filter_map(|(flag, value)| Some([flag.to_owned(), value?])).flatten().collect();
        flags.extend(self.insecure_skip_tls_verify.then(|| "--insecure-skip-tls-verify=true".to_owned()));
        flags
    }

    /// Returns the first flag that is set and has a meaning for one cluster only.
    pub fn of_one_cluster(&self) -> Option<&'static str> {
        let given = [
            ("--server", self.server.is_some()),
            ("--cluster", self.cluster.is_some()),
            ("--tls-server-name", self.tls_server_name.is_some()),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(flag, _)| flag)
    }
}
