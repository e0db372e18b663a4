//! Connections: merged kubeconfigs, tokens, plugins, certificates, and their errors.

use crate::support::lab::LAB;
use crate::support::{Ran, Run, healthcheck};
use crate::{healthy, namespace};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// One healthy pod in its own namespace: a run that reaches it exits with 0.
static READY: LazyLock<()> = LazyLock::new(|| {
    namespace("reached");
    LAB.store(&[healthy("reached", "web")]);
});

fn server() -> String {
    format!("https://127.0.0.1:{}", LAB.port)
}

fn write(dir: &Path, name: &str, text: &str) -> PathBuf {
    let path = dir.join(name);
    fs::write(&path, text).unwrap();
    path
}

/// A kubeconfig with one context and this YAML as its user.
fn kubeconfig(dir: &Path, user: &str) -> PathBuf {
    let text = format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: '{}', insecure-skip-tls-verify: true}}}}]\n\
         users: [{{name: u, user: {user}}}]\ncontexts: [{{name: x, context: {{cluster: c, user: u, namespace: reached}}}}]\n\
         current-context: x\n",
        server()
    );
    write(dir, "config", &text)
}

fn with(kubeconfig: &Path, arguments: &str) -> Ran {
    LazyLock::force(&READY);
    healthcheck().env("KUBECONFIG", kubeconfig).args(arguments.split_whitespace()).ran()
}

fn script(dir: &Path, name: &str, text: &str) -> String {
    let path = write(dir, name, &format!("#!/bin/sh\n{text}\n"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

#[test]
fn connects_with_tokens_and_token_files() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "token", "admintoken");
    for user in ["{token: admintoken}", "{tokenFile: token}"] {
        let ran = with(&kubeconfig(dir.path(), user), "");
        assert_eq!(ran.code, 0, "{user}: {ran:?}");
        assert!(ran.out.contains("context x · reached"), "{}", ran.out);
    }
    let ran = with(&kubeconfig(dir.path(), "{token: stale}"), "");
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.starts_with("error: You must be logged in to the server (Unauthorized)\nhint: "),
        "{}",
        ran.err
    );
    let ran = with(&kubeconfig(dir.path(), "{token: stale}"), "--token admintoken");
    assert_eq!(ran.code, 0, "the flag overrides the file: {ran:?}");
}

#[test]
fn the_first_kubeconfig_with_a_name_wins() {
    let dir = tempfile::tempdir().unwrap();
    LazyLock::force(&READY);
    let first = write(
        dir.path(),
        "first",
        &format!(
            "clusters: [{{name: c, cluster: {{server: '{}', insecure-skip-tls-verify: true}}}}]\n\
             contexts: [{{name: good, context: {{cluster: c, user: u, namespace: reached}}}}]\ncurrent-context: ''\n",
            server()
        ),
    );
    let second = write(
        dir.path(),
        "second",
        "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\nusers: [{name: u, user: {token: admintoken}}]\n\
         contexts: [{name: good, context: {cluster: nowhere, user: nobody}}]\ncurrent-context: good\n",
    );
    let missing = dir.path().join("missing");
    let joined = std::env::join_paths([&missing, &first, &second]).unwrap();
    let ran = healthcheck().env("KUBECONFIG", joined).ran();
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn runs_a_credential_plugin_once() {
    let dir = tempfile::tempdir().unwrap();
    let count = dir.path().join("count").display().to_string();
    let credential = r#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"admintoken"}}"#;
    script(
        dir.path(),
        "plugin",
        &format!(
            "echo run >> {count}\nprintenv KUBERNETES_EXEC_INFO > {count}.info\ntest \"$WHO:$1\" = me:login || exit 9\necho '{credential}'"
        ),
    );
    let user = |version: &str, command: &str| {
        format!(
            "{{exec: {{apiVersion: {version}, command: {command}, args: [login], env: [{{name: WHO, value: me}}], \
             interactiveMode: IfAvailable, provideClusterInfo: true, installHint: 'get it at the counter'}}}}"
        )
    };
    let version = "client.authentication.k8s.io/v1";
    // A relative command is relative to the folder of the kubeconfig.
    let ran = with(&kubeconfig(dir.path(), &user(version, "./plugin")), "");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(fs::read_to_string(&count).unwrap(), "run\n", "once");
    let info = fs::read_to_string(format!("{count}.info")).unwrap();
    assert!(
        info.contains(&format!("\"server\":\"{}", server())) && info.contains("\"interactive\":false"),
        "{info}"
    );
    for (name, text, says) in [
        ("fails", "echo 'no login today' >&2; exit 3", "failed with exit code 3"),
        ("babbles", "echo hello", "did not print an ExecCredential"),
        (
            "other",
            "echo '{\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"kind\":\"ExecCredential\"}'",
            "plugin returned version",
        ),
        (
            "empty",
            &format!("echo '{}'", credential.replace("\"status\"", "\"other\"")),
            "didn't return a status field",
        ),
    ] {
        script(dir.path(), name, text);
        let ran = with(&kubeconfig(dir.path(), &user(version, &format!("./{name}"))), "");
        assert!(
            ran.code == 2 && ran.err.contains("error: getting credentials: exec") && ran.err.contains(says),
            "{ran:?}"
        );
        assert!(!ran.err.contains("admintoken"), "{}", ran.err);
    }
    let ran = with(&kubeconfig(dir.path(), &user(version, "no-such-plugin")), "");
    assert!(ran.code == 2 && ran.err.contains("get it at the counter"), "{ran:?}");
}

#[test]
fn verifies_certificates_by_default() {
    let dir = tempfile::tempdir().unwrap();
    let authority = LAB.dir.path().join("certs/apiserver.crt").display().to_string();
    let config = write(
        dir.path(),
        "config",
        &format!(
            "clusters: [{{name: c, cluster: {{server: '{}'}}}}]\nusers: [{{name: u, user: {{token: admintoken}}}}]\n\
             contexts: [{{name: x, context: {{cluster: c, user: u, namespace: reached}}}}]\ncurrent-context: x\n",
            server()
        ),
    );
    let ran = with(&config, "");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("invalid peer certificate: UnknownIssuer"), "{}", ran.err);
    assert!(
        ran.err.contains("hint: the server's certificate is not trusted; set its authority"),
        "{}",
        ran.err
    );
    assert_eq!(with(&config, &format!("--certificate-authority {authority}")).code, 0);
    assert_eq!(with(&config, "--insecure-skip-tls-verify").code, 0);
    let named =
        |name: &str| with(&config, &format!("--certificate-authority {authority} --tls-server-name {name}"));
    assert_eq!(named("kubernetes.default.svc").code, 0);
    let ran = named("elsewhere.example");
    assert!(ran.code == 2 && ran.err.contains("not valid for name"), "{ran:?}");
}

#[test]
fn reports_connection_errors_like_kubectl() {
    let dir = tempfile::tempdir().unwrap();
    let config = kubeconfig(dir.path(), "{token: admintoken}");
    write(dir.path(), "broken", "clusters: [");
    write(dir.path(), "secret", "users: [{name: u, user: {token: 7, token: hunter2}}]");
    let broken = dir.path().join("broken").display().to_string();
    let secret = dir.path().join("secret").display().to_string();
    for (arguments, says) in [
        ("--context nowhere".to_owned(), "error: context \"nowhere\" does not exist; the kubeconfig has: x".to_owned()),
        ("--cluster nowhere".to_owned(), "error: cluster \"nowhere\" does not exist".to_owned()),
        ("--user nobody".to_owned(), "error: auth info \"nobody\" does not exist".to_owned()),
        (
            "-s https://127.0.0.1:1".to_owned(),
            "The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?".to_owned(),
        ),
        ("--kubeconfig /no/such/file".to_owned(), "error: stat /no/such/file: no such file or directory".to_owned()),
        (format!("--kubeconfig {broken}"), format!("error: error loading config file \"{broken}\": ")),
        (format!("--kubeconfig {secret}"), format!("error: error loading config file \"{secret}\": ")),
        (
            "--certificate-authority /no/ca --tls-server-name x".to_owned(),
            "error: unable to read certificate-authority for context \"x\": open /no/ca: no such file or directory".to_owned(),
        ),
        (
            "--client-certificate /no/cert --client-key /no/key".to_owned(),
            "error: unable to use the credentials: open /no/cert: no such file or directory".to_owned(),
        ),
        (format!("-s http://127.0.0.1:{}", LAB.port), "Error from server: HTTP 400: Client sent an HTTP request to an HTTPS server.".to_owned()),
        ("-s https://no-such-host.invalid".to_owned(), "Unable to connect to the server: no-such-host.invalid: ".to_owned()),
    ] {
        let ran = with(&config, &arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments}: {ran:?}");
        assert!(ran.err.starts_with(&says), "{arguments}: {}", ran.err);
        assert!(!ran.err.contains("hunter2") && !ran.err.contains("admintoken"), "{}", ran.err);
    }
    let ran = with(&dir.path().join("missing"), "");
    assert!(ran.err.starts_with("The connection to the server localhost:8080 was refused"), "{}", ran.err);
    assert!(ran.err.contains("hint: no kubeconfig found"), "{}", ran.err);
}
