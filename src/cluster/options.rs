//! The options of the client. The command line converts its flags into them.

use super::LogFormat;
use std::path::PathBuf;
use std::time::Duration;

/// How to reach a cluster. Each field is the flag of that name in kubectl.
#[derive(Clone, Debug, Default)]
pub struct ConnectOptions {
    /// The kubeconfig file (default: the files of `KUBECONFIG`, then `~/.kube/config`).
    pub kubeconfig: Option<PathBuf>,
    /// Names or patterns of contexts (default: the current context).
    pub contexts: Vec<String>,
    /// Whether to use every context of the kubeconfig.
    pub all_contexts: bool,
    /// The cluster of the kubeconfig, instead of that of the context.
    pub cluster: Option<String>,
    /// The user of the kubeconfig, instead of that of the context.
    pub user: Option<String>,
    /// The address of the API server, instead of that of the cluster.
    pub server: Option<String>,
    /// A bearer token.
    pub token: Option<String>,
    /// The user to impersonate.
    pub as_user: Option<String>,
    /// The groups to impersonate.
    pub as_group: Vec<String>,
    /// The UID to impersonate.
    pub as_uid: Option<String>,
    /// A file with the certificate of the authority.
    pub certificate_authority: Option<PathBuf>,
    /// A file with the client certificate.
    pub client_certificate: Option<PathBuf>,
    /// A file with the client key.
    pub client_key: Option<PathBuf>,
    /// Whether any server certificate is accepted.
    pub insecure_skip_tls_verify: bool,
    /// The server name that the server certificate is verified against.
    pub tls_server_name: Option<String>,
    /// The time limit of one attempt; zero is the time limit of the page.
    pub request_timeout: Duration,
    /// Whether responses are requested without compression.
    pub disable_compression: bool,
}

/// How to list.
#[derive(Clone, Debug)]
pub struct ListOptions {
    /// Objects per page.
    pub page_size: u32,
    /// The time limit of one page, retries included.
    pub page_timeout: Duration,
    /// The number of parallel requests over all clusters.
    pub concurrency: u16,
    /// Requests per second over all clusters; 0 is no limit.
    pub max_rps: u16,
    /// The time limit of all requests; zero is no limit.
    pub timeout: Duration,
    /// The format of the log on standard error; `None` is no log.
    pub log: Option<LogFormat>,
}

impl Default for ListOptions {
    fn default() -> Self {
        Self {
            page_size: 500,
            page_timeout: Duration::from_secs(30),
            concurrency: 8,
            max_rps: 0,
            timeout: Duration::ZERO,
            log: None,
        }
    }
}
