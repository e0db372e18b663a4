//! Connections: kubeconfig and options, and the fake server on a port.

use super::*;
use crate::cluster::Progress;
use crate::cluster::fake::{Fake, Fault, Served, budget, clock, closed_port};
use crate::cluster::page::{Accept, ApiClient, Request, RetryPolicy};
use base64::Engine;
use std::net::SocketAddr;
use std::path::PathBuf;

const CONFIG: &str = "
current-context: prod
contexts:
- {name: prod, context: {cluster: prod, user: ops, namespace: shop}}
- {name: lost, context: {cluster: gone, user: ops}}
- {name: plain, context: {cluster: plain, user: nobody}}
clusters:
- {name: prod, cluster: {server: 'https://prod.example.com:6443', insecure-skip-tls-verify: true}}
- {name: plain, cluster: {server: '127.0.0.1:8001'}}
- {name: trusted, cluster: {server: 'https://a', certificate-authority: missing.pem}}
- {name: proxied, cluster: {server: 'https://a', proxy-url: 'not a url'}}
users:
- {name: ops, user: {token: t}}
";

fn options(folder: &Path) -> ConnectOptions {
    let path = folder.join("config");
    std::fs::write(&path, CONFIG).unwrap();
    ConnectOptions { kubeconfig: Some(path), ..ConnectOptions::default() }
}

/// Connects with changed options to the current context.
async fn connected(change: impl FnOnce(&mut ConnectOptions)) -> Result<Session, Error> {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path());
    change(&mut options);
    let context = options.contexts.first().cloned();
    connect(&options, context.as_deref()).await
}

#[tokio::test]
async fn the_current_context_gives_server_namespace_and_name() {
    let session = connected(|_| {}).await.unwrap();
    let cluster = &session.cluster;
    assert_eq!(
        (cluster.context.as_str(), cluster.server.as_str()),
        ("prod", "https://prod.example.com:6443")
    );
    assert_eq!((session.host.as_str(), session.namespace.as_str()), ("prod.example.com:6443", "shop"));
    let plain = connected(|options| options.contexts = vec!["plain".to_owned()]).await.unwrap();
    assert_eq!(
        (plain.cluster.server.as_str(), plain.namespace.as_str()),
        ("http://127.0.0.1:8001", "default")
    );
    let other = connected(|options| options.server = Some("10.0.0.9:1".to_owned())).await.unwrap();
    assert_eq!(other.cluster.server, "https://10.0.0.9:1", "the cluster has options of TLS");
}

#[tokio::test]
async fn errors_name_what_is_missing() {
    type Change = fn(&mut ConnectOptions);
    let cases: [(Change, &str); 6] = [
        (|o| o.contexts = vec!["x".to_owned()], "error: context \"x\" does not exist"),
        (|o| o.contexts = vec!["lost".to_owned()], "error: cluster \"gone\" does not exist"),
        (|o| o.cluster = Some("y".to_owned()), "error: cluster \"y\" does not exist"),
        (|o| o.user = Some("z".to_owned()), "error: auth info \"z\" does not exist"),
        (
            |o| o.cluster = Some("proxied".to_owned()),
            "error: unable to use context \"prod\": proxy-url: the address must begin with http:// or https:// or socks5://",
        ),
        (
            |o| o.server = Some("http://[".to_owned()),
            "error: unable to use context \"prod\": server: invalid authority",
        ),
    ];
    for (change, text) in cases {
        let error = connected(change).await.err().unwrap().to_string();
        assert_eq!(error, text);
    }
    let error = connected(|o| o.cluster = Some("trusted".to_owned())).await.err().unwrap().to_string();
    assert!(
        error.starts_with("error: unable to read certificate-authority for context \"prod\": open "),
        "{error}"
    );
    assert!(error.ends_with("missing.pem: no such file or directory"), "{error}");
    let key = PathBuf::from(format!("-----BEGIN PRIVATE KEY-----\n{}", "hush".repeat(300)));
    let error = connected(|o| o.certificate_authority = Some(key)).await.err().unwrap().to_string();
    assert!(error.contains("prod\": open the file: ") && !error.contains("hush"), "{error}");
    let error = connected(|o| o.client_key = Some(PathBuf::from("/none"))).await;
    assert!(error.is_ok() || error.err().unwrap().to_string().contains("/none"));
}

/// Such as a ConfigMap that was mounted before it was filled.
#[tokio::test]
async fn an_authority_without_a_certificate_is_an_error() {
    for text in ["", "no certificate\n"] {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let path = file.path().to_owned();
        let error =
            connected(|o| o.certificate_authority = Some(path.clone())).await.err().unwrap().to_string();
        assert_eq!(
            error,
            "error: unable to use certificate-authority for context \"prod\": it contains no certificate"
        );
    }
}

#[tokio::test]
async fn without_a_kubeconfig_the_error_has_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("config");
    std::fs::write(&empty, "{}").unwrap();
    let options = ConnectOptions { kubeconfig: Some(empty), ..ConnectOptions::default() };
    let session = connect(&options, None).await.unwrap();
    assert_eq!(session.hint, Some("no kubeconfig found; set KUBECONFIG or use --kubeconfig"));
    assert_eq!(session.host, "localhost:8080");
}

#[test]
fn options_override_the_kubeconfig() {
    let mut user: AuthInfo = serde_json::from_value(serde_json::json!({
        "username": "u", "password": "p", "exec": { "command": "x" }, "client-certificate-data": "C",
    }))
    .unwrap();
    let options = ConnectOptions {
        token: Some("t".to_owned()),
        client_certificate: Some("c.pem".into()),
        as_user: Some("me".to_owned()),
        as_group: vec!["g".to_owned()],
        as_uid: Some("7".to_owned()),
        ..ConnectOptions::default()
    };
    override_user(&mut user, &options);
    assert!(user.username.is_none() && user.exec.is_none() && user.client_certificate_data.is_none());
    assert_eq!((user.impersonate.as_deref(), user.impersonate_uid.as_deref()), (Some("me"), Some("7")));
    assert_eq!(user.impersonate_groups, Some(vec!["g".to_owned()]));
    let mut cluster = ClusterConfig {
        certificate_authority_data: Some("x".to_owned()),
        tls_server_name: Some("old".to_owned()),
        ..ClusterConfig::default()
    };
    let options = ConnectOptions {
        server: Some("https://b".to_owned()),
        insecure_skip_tls_verify: true,
        ..ConnectOptions::default()
    };
    override_cluster(&mut cluster, &options);
    assert_eq!(
        (cluster.server.as_deref(), cluster.insecure_skip_tls_verify),
        (Some("https://b"), Some(true))
    );
    assert!(cluster.certificate_authority_data.is_none() && cluster.tls_server_name.is_none());
}

#[test]
fn the_cluster_is_known_without_a_request() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    let of = |context: Option<&str>| whereabouts(&options, context).unwrap();
    assert_eq!(
        (of(None).context.as_str(), of(None).server.as_str()),
        ("prod", "https://prod.example.com:6443")
    );
    assert_eq!(of(Some("plain")).server, "http://127.0.0.1:8001", "as when it is connected");
    assert!(whereabouts(&options, Some("x")).is_err());
    let [contexts, clusters, users] = names(options.kubeconfig.as_deref()).unwrap();
    assert_eq!((contexts.len(), clusters.len(), users), (3, 4, vec!["ops".to_owned()]));
}

/// Reads the version from an address with the user of a kubeconfig.
async fn greet(address: SocketAddr, user: &str) -> Result<(), Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = Served::kubeconfig(folder.path(), &[("prod", address, user)]);
    let options = ConnectOptions { kubeconfig: Some(path), ..ConnectOptions::default() };
    let session = connect(&options, None).await?;
    let progress = Progress::new(false, None, clock, 1);
    let client = ApiClient::new(session, &budget(), 1, Duration::ZERO, progress);
    let deadline = Duration::from_secs(60);
    let path = "/version".to_owned();
    let request =
        Request { path, accept: Accept::Json, deadline, patience: RetryPolicy::Greeting, form: None };
    client.ask(&request).await.map(|_| ())
}

/// As [`greet`], from the fake server.
async fn greeted(user: &str) -> (Fake, Result<(), Error>) {
    let fake = Fake::default();
    let served = fake.serve().await;
    let answer = greet(served.address, user).await;
    (fake, answer)
}

#[tokio::test]
async fn the_credentials_reach_the_server() {
    let (fake, answer) = greeted("{token: own}").await;
    assert_eq!((answer, fake.authorizations()), (Ok(()), vec!["Bearer own".to_owned()]));
    let plugin = "printf '%s' '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\
                  \"status\":{\"token\":\"from-plugin\"}}'";
    let exec = serde_json::json!({
        "apiVersion": "client.authentication.k8s.io/v1", "command": "sh", "args": ["-c", plugin],
        "interactiveMode": "Never",
    });
    let (fake, answer) = greeted(&format!("{{exec: {exec}}}")).await;
    assert_eq!((answer, fake.authorizations()), (Ok(()), vec!["Bearer from-plugin".to_owned()]));
    let exec = serde_json::json!({ "command": "sh", "args": ["-c", "exit 1"], "interactiveMode": "Never" });
    let (fake, answer) = greeted(&format!("{{exec: {exec}}}")).await;
    assert!(answer.unwrap_err().to_string().contains("exec: executable sh failed with exit code 1"));
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn a_token_that_has_expired_is_renewed_once() {
    let (fake, folder) = (Fake::default(), tempfile::tempdir().unwrap());
    let served = fake.serve().await;
    let count = folder.path().join("count");
    let plugin = format!(
        "echo >>{count}; printf '%s' '{{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\
         \"status\":{{\"token\":\"t'$(wc -l <{count})'\"}}}}'",
        count = count.display()
    );
    let user = serde_json::json!({ "exec": {
        "apiVersion": "client.authentication.k8s.io/v1", "command": "sh", "args": ["-c", plugin],
        "interactiveMode": "Never",
    } });
    let path = Served::kubeconfig(folder.path(), &[("prod", served.address, &user.to_string())]);
    let options = ConnectOptions { kubeconfig: Some(path), ..ConnectOptions::default() };
    let session = connect(&options, None).await.unwrap();
    let client = ApiClient::new(session, &budget(), 1, Duration::ZERO, Progress::new(false, None, clock, 1));
    let (deadline, patience) = (Duration::from_secs(60), RetryPolicy::Full);
    let path = "/version".to_owned();
    let request = Request { path, accept: Accept::Json, deadline, patience, form: None };
    fake.fault("/version", [Fault::Status(401, &[])]);
    assert!(client.ask(&request).await.is_ok());
    assert_eq!(fake.authorizations(), ["Bearer t1", "Bearer t2"]);
    // A server that accepts nothing does not keep the plugin busy.
    fake.always("/version", Fault::Status(401, &[]));
    assert!(client.ask(&request).await.unwrap_err().is_unauthorized());
    assert_eq!(std::fs::read_to_string(&count).unwrap().len(), 2);
}

/// The library asks the issuer for a new token within the request that needs it.
#[tokio::test]
async fn an_issuer_that_never_answers_ends_with_the_deadline() {
    let issuer = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = issuer.local_addr().unwrap();
    let silent = tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((stream, _)) = issuer.accept().await {
            open.push(stream);
        }
    });
    let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let expired = format!("{}.{}.x", encode("{}"), encode(r#"{"exp":1}"#));
    let user = serde_json::json!({ "auth-provider": { "name": "oidc", "config": {
        "idp-issuer-url": format!("https://{address}"), "id-token": expired, "refresh-token": "r",
        "client-id": "c", "client-secret": "s",
    } } });
    let (fake, deadline) = (Fake::default(), Duration::from_secs(1));
    let served = fake.serve().await;
    let folder = tempfile::tempdir().unwrap();
    let path = Served::kubeconfig(folder.path(), &[("prod", served.address, &user.to_string())]);
    let options = ConnectOptions { kubeconfig: Some(path), ..ConnectOptions::default() };
    let session = connect(&options, None).await.unwrap();
    let client = ApiClient::new(session, &budget(), 1, Duration::ZERO, Progress::new(false, None, clock, 1));
    let (began, patience) = (std::time::Instant::now(), RetryPolicy::Full);
    let path = "/version".to_owned();
    let request = Request { path, accept: Accept::Json, deadline, patience, form: None };
    // The second request waits for the token, too.
    let (first, second) = tokio::join!(client.ask(&request), client.ask(&request));
    for answer in [first, second] {
        assert!(matches!(answer, Err(Error::TimedOut { .. })));
    }
    assert!(began.elapsed() < 5 * deadline && fake.requests().is_empty(), "{:?}", began.elapsed());
    silent.abort();
}

#[tokio::test]
async fn a_closed_port_is_a_refused_connection() {
    let address = closed_port();
    assert_eq!(greet(address, "{}").await, Err(Error::Refused { host: address.to_string() }));
}
