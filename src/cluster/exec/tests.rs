//! Credential plugins: shell scripts.

use super::*;
use serde_json::json;

const VERSION: &str = "client.authentication.k8s.io/v1";

/// A user with a plugin that runs a shell script.
fn user(script: &str) -> AuthInfo {
    let exec = json!({
        "apiVersion": VERSION, "command": "sh", "args": ["-c", script], "interactiveMode": "Never",
        "env": [{ "name": "FROM_CONFIG", "value": "yes" }],
    });
    serde_json::from_value(json!({ "exec": exec })).unwrap()
}

async fn error(script: &str) -> String {
    resolve(&mut user(script)).await.unwrap_err().to_string()
}

fn print(credential: &serde_json::Value) -> String {
    format!("echo '{credential}'")
}

fn credential(status: &serde_json::Value) -> serde_json::Value {
    json!({ "apiVersion": VERSION, "kind": "ExecCredential", "status": status })
}

#[tokio::test]
async fn a_token_is_taken() {
    let mut user = user(&print(&credential(&json!({ "token": "t0k3n" }))));
    resolve(&mut user).await.unwrap();
    let written = serde_json::to_value(&user).unwrap();
    assert_eq!((written["token"].as_str(), user.exec.is_none()), (Some("t0k3n"), true));
}

#[tokio::test]
async fn a_certificate_is_taken_with_its_key_only() {
    let mut both = user(&print(&credential(&json!({ "clientCertificateData": "C", "clientKeyData": "K" }))));
    resolve(&mut both).await.unwrap();
    assert_eq!(both.client_certificate_data.as_deref(), Some("Qw=="));
    let mut one = user(&print(&credential(&json!({ "clientCertificateData": "C" }))));
    resolve(&mut one).await.unwrap();
    assert!(one.client_certificate_data.is_none());
}

#[tokio::test]
async fn the_plugin_gets_its_environment_and_its_input() {
    let script = "test \"$FROM_CONFIG\" = yes && case $KUBERNETES_EXEC_INFO in *'\"interactive\":false'*) \
                  printf 'apiVersion: client.authentication.k8s.io/v1\\nkind: ExecCredential\\nstatus: {token: a}\\n';; esac";
    resolve(&mut user(script)).await.unwrap();
}

#[tokio::test]
async fn any_other_credential_takes_precedence() {
    let mut user = user("exit 1");
    user.token = Some("own".to_owned().into());
    resolve(&mut user).await.unwrap();
    let mut none = AuthInfo::default();
    resolve(&mut none).await.unwrap();
}

#[tokio::test]
async fn failures_name_the_plugin_and_quote_no_output() {
    assert_eq!(
        error("echo secret; exit 3").await,
        "error: getting credentials: exec: executable sh failed with exit code 3"
    );
    assert_eq!(
        error("echo secret").await,
        "error: getting credentials: exec: executable sh did not print an ExecCredential"
    );
    let old = json!({ "apiVersion": "client.authentication.k8s.io/v1beta1", "kind": "ExecCredential", "status": {} });
    assert_eq!(
        error(&print(&old)).await,
        "error: getting credentials: exec plugin is configured to use API version \
         client.authentication.k8s.io/v1, plugin returned version client.authentication.k8s.io/v1beta1"
    );
    let none = json!({ "apiVersion": VERSION, "kind": "ExecCredential" });
    assert_eq!(
        error(&print(&none)).await,
        "error: getting credentials: exec plugin didn't return a status field"
    );
}

#[tokio::test]
async fn a_missing_plugin_comes_with_its_install_hint() {
    let exec =
        json!({ "apiVersion": VERSION, "command": "/nonexistent/plugin", "installHint": "install it" });
    let mut user: AuthInfo = serde_json::from_value(json!({ "exec": exec })).unwrap();
    let error = resolve(&mut user).await.unwrap_err().to_string();
    assert!(error.starts_with("error: getting credentials: exec: /nonexistent/plugin: "), "{error}");
    assert!(error.ends_with("\n\ninstall it"), "{error}");
    let mut unnamed: AuthInfo = serde_json::from_value(json!({ "exec": { "apiVersion": VERSION } })).unwrap();
    let error = resolve(&mut unnamed).await.unwrap_err().to_string();
    assert_eq!(error, "error: getting credentials: exec: no command is given");
}

#[test]
fn a_plugin_that_must_talk_to_the_user_needs_a_terminal() {
    let exec =
        |mode: &str| -> ExecConfig { serde_json::from_value(json!({ "interactiveMode": mode })).unwrap() };
    assert_eq!(is_interactive(&exec("Never"), true), Ok(false));
    assert_eq!(is_interactive(&exec("IfAvailable"), true), Ok(true));
    assert_eq!(is_interactive(&exec("IfAvailable"), false), Ok(false));
    assert_eq!(is_interactive(&exec("Always"), true), Ok(true));
    assert!(is_interactive(&exec("Always"), false).is_err());
}

#[tokio::test]
async fn too_much_output_is_an_error_of_the_plugin() {
    assert_eq!(
        error("yes secret").await,
        "error: getting credentials: exec: executable sh printed more than 1 MiB"
    );
    let other = json!({ "apiVersion": "secret", "kind": "ExecCredential", "status": {} });
    assert_eq!(
        error(&print(&other)).await,
        "error: getting credentials: exec plugin is configured to use API version client.authentication.k8s.io/v1, \
         plugin returned version unknown"
    );
}
