//! Creates a client from the kubeconfig and the options, by the rules of client-go.

mod address;
mod credentials;

use super::{ConnectOptions, Error, exec, kubeconfig};
use crate::snapshot::Cluster;
use crate::text::{io_words, without_login};
use kube::config::{
    AuthInfo, Cluster as ClusterConfig, Context, KubeConfigOptions, Kubeconfig, KubeconfigError,
    LoadDataError, NamedAuthInfo, NamedCluster, NamedContext,
};
use kube::{Client, Config};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use address::LONGEST as LONGEST_ADDRESS;

/// The time limit of a connection.
pub(crate) const CONNECT: Duration = Duration::from_secs(10);
/// The server that client-go uses if none is configured.
const NO_SERVER: &str = "http://localhost:8080";

/// A client, and what else is known from its kubeconfig.
#[derive(Clone)]
pub struct Session {
    /// The client: authenticated, encrypted, proxied.
    pub client: Client,
    /// The cluster; its version is not known yet.
    pub cluster: Cluster,
    /// Host and port, for errors.
    pub host: String,
    /// The default namespace.
    pub namespace: String,
    /// A hint, if there is no kubeconfig.
    pub hint: Option<&'static str>,
    /// Whether the program runs in a pod of the cluster.
    pub inside: bool,
    /// The options and the context that it was created from, to create it again when its credentials have expired.
    pub(crate) origin: Option<Arc<(ConnectOptions, Option<String>)>>,
}

/// The name of the context in a pod.
const IN_CLUSTER: &str = "in-cluster";

/// Creates a client for a context, or for the current one. Runs the user's credential plugin, if there is one.
///
/// # Errors
/// If the kubeconfig, a file it names or an option is invalid, or the plugin fails.
pub async fn connect(options: &ConnectOptions, context: Option<&str>) -> Result<Session, Error> {
    let known = kubeconfig::load(options.kubeconfig.as_deref())?;
    let nothing = known.contexts.is_empty() && known.clusters.is_empty() && known.current_context.is_none();
    let mut hint = None;
    let inside = nothing && options.server.is_none() && context.is_none() && in_cluster();
    let (context, mut config) = if inside {
        (IN_CLUSTER.to_owned(), in_pod(options)?)
    } else {
        if nothing && options.server.is_none() {
            hint = Some("no kubeconfig found; set KUBECONFIG or use --kubeconfig");
        }
        outside(known, options, context).await?
    };
    config.connect_timeout = Some(CONNECT);
    config.default_retry = false;
    config.disable_compression |= options.disable_compression;
    config.headers.push((http::header::USER_AGENT, user_agent()));
    exec::resolve(&mut config.auth_info).await?;
    let unusable = |why: String| Error::Config(format!("unable to use the credentials: {why}"));
    credentials::check(&mut config.auth_info).await.map_err(unusable)?;
    let server = without_login(&config.cluster_url.to_string());
    let host = config.cluster_url.authority().map_or_else(|| server.clone(), ToString::to_string);
    let namespace = config.default_namespace.clone();
    let client = Client::try_from(config).map_err(|error| unusable(innermost(&error)))?;
    let server = server.trim_end_matches('/').to_owned();
    // The current context may be another one later.
    let named = Some(context.clone()).filter(|name| !inside && !name.is_empty());
    let cluster = Cluster { context, server, version: String::new() };
    let origin = Some(Arc::new((options.clone(), named)));
    Ok(Session { client, cluster, host, namespace, hint, inside, origin })
}

/// Returns the configuration for another server than the API server: the same TLS, roots and proxies, nothing from the
/// kubeconfig.
///
/// # Errors
/// If the proxy of the environment is invalid.
pub(crate) fn foreign(server: http::Uri) -> Result<Config, Error> {
    let mut config = Config::new(server);
    config.default_retry = false;
    config.proxy_url = address::proxy(&config.cluster_url.to_string(), None).map_err(Error::Config)?;
    config.headers.push((http::header::USER_AGENT, user_agent()));
    // Plain HTTP needs no authorities, and a small image may have none.
    if config.cluster_url.scheme_str() == Some("http") {
        config.root_cert = Some(Vec::new());
    }
    Ok(config)
}

/// Returns the names of the contexts, clusters and users of the kubeconfig, for completion.
///
/// # Errors
/// If the kubeconfig cannot be read.
pub fn names(kubeconfig: Option<&Path>) -> Result<[Vec<String>; 3], Error> {
    let known = kubeconfig::load(kubeconfig)?;
    Ok([
        known.contexts.into_iter().map(|named| named.name).collect(),
        known.clusters.into_iter().map(|named| named.name).collect(),
        known.auth_infos.into_iter().map(|named| named.name).collect(),
    ])
}

fn in_cluster() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    set("KUBERNETES_SERVICE_HOST")
        && set("KUBERNETES_SERVICE_PORT")
        && Path::new("/var/run/secrets/kubernetes.io/serviceaccount/token").exists()
}

/// Returns the configuration of a pod's service account.
fn in_pod(options: &ConnectOptions) -> Result<Config, Error> {
    let mut config = Config::incluster().map_err(|error| Error::Config(innermost(&error)))?;
    override_user(&mut config.auth_info, options);
    if let Some(namespace) = std::env::var_os("POD_NAMESPACE").and_then(|name| name.into_string().ok()) {
        config.default_namespace = namespace;
    }
    Ok(config)
}

/// Returns the configuration of a kubeconfig, overridden by the options.
async fn outside(
    known: Kubeconfig,
    options: &ConnectOptions,
    context: Option<&str>,
) -> Result<(String, Config), Error> {
    let (name, context, mut cluster) = chosen(&known, options, context)?;
    let user_name = options.user.clone().or_else(|| context.user.clone()).unwrap_or_default();
    let mut user = match known.auth_infos.iter().find(|named| named.name == user_name) {
        Some(named) => named.auth_info.clone().unwrap_or_default(),
        // As in client-go, only a user that an option names must exist.
        None if options.user.is_none() => AuthInfo::default(),
        None => return Err(Error::Config(format!("auth info \"{user_name}\" does not exist"))),
    };
    override_cluster(&mut cluster, options);
    override_user(&mut user, options);
    let label = name.unwrap_or_default();
    let proxy = addresses(&mut cluster, &mut user)
        .map_err(|why| Error::Config(format!("unable to use context \"{label}\": {why}")))?;
    let mut config = build(&label, cluster, user).await?;
    config.default_namespace =
        context.namespace.filter(|name| !name.is_empty()).unwrap_or_else(|| "default".to_owned());
    config.proxy_url = proxy;
    Ok((label, config))
}

/// Validates the addresses of a cluster, and returns its proxy.
fn addresses(cluster: &mut ClusterConfig, user: &mut AuthInfo) -> Result<Option<http::Uri>, String> {
    let server = with_scheme(cluster.server.take(), cluster, user);
    let server = address::server(&server).map_err(|why| format!("server: {why}"))?;
    let set = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
    let has_authority = set(&cluster.certificate_authority) || set(&cluster.certificate_authority_data);
    let insecure = cluster.insecure_skip_tls_verify == Some(true);
    if has_authority && insecure && server.url.starts_with("https:") {
        return Err("specifying a root certificates file with the insecure flag is not allowed".to_owned());
    }
    let other = user.token.is_some() || user.token_file.is_some() || user.exec.is_some();
    if let Some((name, password)) = server.login
        && !other
        && user.username.is_none()
        && user.auth_provider.is_none()
    {
        (user.username, user.password) = (Some(name), Some(password.into()));
    }
    let proxy = address::proxy(&server.url, cluster.proxy_url.take())?;
    cluster.server = Some(server.url);
    Ok(proxy)
}

/// Returns the cluster that the options select, without a request. Unknown fields are empty.
///
/// # Errors
/// If the kubeconfig cannot be read, or has no such context or cluster.
pub fn whereabouts(options: &ConnectOptions, context: Option<&str>) -> Result<Cluster, Error> {
    let known = kubeconfig::load(options.kubeconfig.as_deref())?;
    let (name, context, mut cluster) = chosen(&known, options, context)?;
    let named = options.user.clone().or(context.user).unwrap_or_default();
    let user = known.auth_infos.into_iter().find(|known| known.name == named);
    let mut user = user.and_then(|named| named.auth_info).unwrap_or_default();
    override_cluster(&mut cluster, options);
    override_user(&mut user, options);
    let given = cluster.server.take().filter(|server| !server.is_empty());
    let server = given.map(|server| with_scheme(Some(server), &cluster, &user));
    let server = server.and_then(|server| address::server(&server).ok()).map(|server| server.url);
    let server = without_login(&server.unwrap_or_default()).trim_end_matches('/').to_owned();
    Ok(Cluster { context: name.unwrap_or_default(), server, version: String::new() })
}

/// Returns the context and its cluster, as the options select them.
fn chosen(
    known: &Kubeconfig,
    options: &ConnectOptions,
    context: Option<&str>,
) -> Result<(Option<String>, Context, ClusterConfig), Error> {
    let name = context.map(str::to_owned).or_else(|| known.current_context.clone());
    let context = match &name {
        Some(name) => find_context(known, name)?,
        None => Context::default(),
    };
    let cluster_name = options.cluster.as_ref().unwrap_or(&context.cluster);
    let cluster = match known.clusters.iter().find(|named| &named.name == cluster_name) {
        Some(named) => named.cluster.clone().unwrap_or_default(),
        None if cluster_name.is_empty() || options.server.is_some() && options.cluster.is_none() => {
            ClusterConfig::default()
        }
        None => return Err(Error::Config(format!("cluster \"{cluster_name}\" does not exist"))),
    };
    Ok((name, context, cluster))
}

fn find_context(known: &Kubeconfig, name: &str) -> Result<Context, Error> {
    let found = known.contexts.iter().find(|named| named.name == name);
    let context = found.and_then(|named| named.context.clone());
    context.ok_or_else(|| Error::Config(format!("context \"{name}\" does not exist")))
}

fn override_cluster(cluster: &mut ClusterConfig, options: &ConnectOptions) {
    let text = |path: &Path| path.display().to_string();
    if let Some(server) = &options.server {
        cluster.server = Some(server.clone());
        cluster.tls_server_name = None;
    }
    if let Some(file) = &options.certificate_authority {
        cluster.certificate_authority = Some(text(file));
        cluster.certificate_authority_data = None;
        cluster.insecure_skip_tls_verify = None;
    }
    if options.insecure_skip_tls_verify {
        cluster.insecure_skip_tls_verify = Some(true);
        // As in kubectl, both flags together are refused.
        cluster.certificate_authority = options.certificate_authority.as_deref().map(text);
        cluster.certificate_authority_data = None;
    }
    if let Some(name) = &options.tls_server_name {
        cluster.tls_server_name = Some(name.clone());
    }
}

fn override_user(user: &mut AuthInfo, options: &ConnectOptions) {
    let text = |path: &Path| path.display().to_string();
    if let Some(token) = &options.token {
        user.token = Some(token.clone().into());
        (user.token_file, user.username, user.password, user.auth_provider, user.exec) =
            (None, None, None, None, None);
    }
    if let Some(file) = &options.client_certificate {
        (user.client_certificate, user.client_certificate_data) = (Some(text(file)), None);
    }
    if let Some(file) = &options.client_key {
        (user.client_key, user.client_key_data) = (Some(text(file)), None);
    }
    if let Some(name) = &options.as_user {
        user.impersonate = Some(name.clone());
        user.impersonate_uid.clone_from(&options.as_uid);
        user.impersonate_groups = (!options.as_group.is_empty()).then(|| options.as_group.clone());
    }
}

/// Adds the scheme: as in client-go, https if certificates are configured, or http.
fn with_scheme(server: Option<String>, cluster: &ClusterConfig, user: &AuthInfo) -> String {
    let Some(server) = server.filter(|server| !server.is_empty()) else { return NO_SERVER.to_owned() };
    if server.contains("://") {
        return server;
    }
    let encrypted = cluster.certificate_authority.is_some()
        || cluster.certificate_authority_data.is_some()
        || cluster.insecure_skip_tls_verify == Some(true)
        || user.client_certificate.is_some()
        || user.client_certificate_data.is_some();
    format!("{}://{server}", if encrypted { "https" } else { "http" })
}

/// Builds the configuration of one context. The client library reads the files that it names.
async fn build(context: &str, cluster: ClusterConfig, user: AuthInfo) -> Result<Config, Error> {
    const ONLY: &str = "only";
    let one = Kubeconfig {
        clusters: vec![NamedCluster { name: ONLY.into(), cluster: Some(cluster), ..NamedCluster::default() }],
        auth_infos: vec![NamedAuthInfo {
            name: ONLY.into(),
            auth_info: Some(user),
            ..NamedAuthInfo::default()
        }],
        contexts: vec![NamedContext {
            name: ONLY.into(),
            context: Some(Context { cluster: ONLY.into(), user: Some(ONLY.into()), ..Context::default() }),
            ..NamedContext::default()
        }],
        current_context: Some(ONLY.into()),
        ..Kubeconfig::default()
    };
    let config = Config::from_custom_kubeconfig(one, &KubeConfigOptions::default()).await;
    let config = config.map_err(|error| {
        let what = match &error {
            KubeconfigError::LoadCertificateAuthority(_) => "unable to read certificate-authority",
            KubeconfigError::LoadClientCertificate(_) => "unable to read client-cert",
            KubeconfigError::LoadClientKey(_) => "unable to read client-key",
            KubeconfigError::ParseCertificates(_) => "unable to parse certificate-authority",
            KubeconfigError::ParseClusterUrl(_) => "unable to parse the server's address",
            _ => "unable to use the kubeconfig",
        };
        Error::Config(format!("{what} for context \"{context}\": {}", innermost(&error)))
    })?;
    // Every server would look untrusted.
    let is_empty = config.root_cert.as_ref().is_some_and(Vec::is_empty);
    if is_empty && config.cluster_url.scheme_str() == Some("https") && !config.accept_invalid_certs {
        return Err(Error::Config(format!(
            "unable to use certificate-authority for context \"{context}\": it contains no certificate"
        )));
    }
    Ok(config)
}

/// Returns the innermost cause of an error, or the file that cannot be read.
pub(crate) fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    loop {
        if let Some(LoadDataError::ReadFile(io, path)) = cause.downcast_ref() {
            let path = path.display().to_string();
            // A key or a token in the place of a path.
            let hidden = path.len() > 512 || path.contains(char::is_control) || path.contains("-----BEGIN");
            let path = if hidden { "the file" } else { &path };
            return format!("open {path}: {}", io_words(io).to_lowercase());
        }
        match cause.source() {
            Some(source) => cause = source,
            None => return cause.to_string(),
        }
    }
}

/// `kubectl-healthcheck/0.1.0 (linux/amd64)`.
fn user_agent() -> http::HeaderValue {
    let text =
        format!("{}/{} ({}/{})", crate::NAME, crate::VERSION, std::env::consts::OS, std::env::consts::ARCH);
    // It contains visible ASCII only.
    http::HeaderValue::from_str(&text).unwrap_or_else(|_| http::HeaderValue::from_static(crate::NAME))
}

#[cfg(test)]
mod tests;
