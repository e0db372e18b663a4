//! Credential plugins: run once, with a time limit.
//!
//! The protocol is `client.authentication.k8s.io` v1 and v1beta1, as in client-go 0.36.

mod process;

use super::{Error, progress};
use base64::Engine;
use kube::config::{AuthInfo, ExecConfig, ExecInteractiveMode};
use process::{Failure, LARGEST};
use serde::Deserialize;
use std::io::IsTerminal;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

/// The time limit of a plugin.
const ALONE: Duration = Duration::from_secs(60);
/// The time limit of a plugin that may ask the user to log in.
const WITH_USER: Duration = Duration::from_secs(300);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credential {
    api_version: Option<String>,
    kind: Option<String>,
    status: Option<CredentialStatus>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CredentialStatus {
    token: Option<String>,
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
}

/// Runs the plugin of a user, if it has one, and replaces it by the credentials that it returns.
pub(super) async fn resolve(auth: &mut AuthInfo) -> Result<(), Error> {
    let Some(exec) = auth.exec.take() else { return Ok(()) };
    // As in client-go, any other credential takes precedence.
    if auth.token.is_some() || auth.token_file.is_some() || auth.auth_provider.is_some() {
        return Ok(());
    }
    let status = run(&exec).await?;
    let encode = |pem: String| base64::engine::general_purpose::STANDARD.encode(pem);
    auth.token = status.token.map(Into::into);
    if let (Some(certificate), Some(key)) = (status.client_certificate_data, status.client_key_data) {
        auth.client_certificate_data = Some(encode(certificate));
        auth.client_key_data = Some(encode(key).into());
    }
    Ok(())
}

fn failed(reason: impl AsRef<str>) -> Error {
    Error::Config(format!("getting credentials: {}", reason.as_ref()))
}

async fn run(exec: &ExecConfig) -> Result<CredentialStatus, Error> {
    let name = exec.command.as_deref().filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| failed("exec: no command is given"))?;
    let interactive = is_interactive(exec, std::io::stdin().is_terminal())?;
    let limit = if interactive { WITH_USER } else { ALONE };
    // A process that reads from the terminal must be in the group that the terminal belongs to.
    let command = command(exec, name, interactive);
    let output = process::run(command, !interactive, limit, progress::aside).await;
    let output = output.map_err(|failure| match (failure, &exec.install_hint) {
        (Failure::Late, _) => {
            failed(format!("exec: executable {name} did not end within {} s", limit.as_secs()))
        }
        (Failure::TooLarge, _) => {
            failed(format!("exec: executable {name} printed more than {} MiB", LARGEST >> 20))
        }
        (Failure::Io(error), Some(hint)) => failed(format!("exec: {name}: {error}\n\n{hint}")),
        (Failure::Io(error), None) => failed(format!("exec: {name}: {error}")),
    })?;
    if !output.status.success() {
        let code = output.status.code().map_or_else(|| output.status.to_string(), |code| code.to_string());
        return Err(failed(format!("exec: executable {name} failed with exit code {code}")));
    }
    read(&output.stdout, name, exec.api_version.as_deref().unwrap_or_default())
}

/// Whether the plugin may talk to the user.
fn is_interactive(exec: &ExecConfig, terminal: bool) -> Result<bool, Error> {
    match exec.interactive_mode {
        Some(ExecInteractiveMode::Never) => Ok(false),
        Some(ExecInteractiveMode::Always) if !terminal => {
            Err(failed("exec plugin cannot support interactive mode: standard input is not a terminal"))
        }
        _ => Ok(terminal),
    }
}

fn command(exec: &ExecConfig, name: &str, interactive: bool) -> Command {
    let input = serde_json::json!({
        "apiVersion": exec.api_version,
        "kind": "ExecCredential",
        "spec": { "interactive": interactive, "cluster": exec.cluster },
    });
    let mut command = Command::new(name);
    command
        .args(exec.args.iter().flatten())
        .envs(exec.env.iter().flatten().filter_map(|pair| Some((pair.get("name")?, pair.get("value")?))))
        .env("KUBERNETES_EXEC_INFO", input.to_string())
        .stdin(if interactive { Stdio::inherit() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Reads the output of a plugin: JSON, or YAML, which includes JSON. Errors do not quote it: it may contain a token.
fn read(output: &[u8], name: &str, version: &str) -> Result<CredentialStatus, Error> {
    let credential: Option<Credential> = serde_saphyr::from_slice(output).ok();
    let credential = credential
        .filter(|credential| credential.kind.as_deref() == Some("ExecCredential"))
        .ok_or_else(|| failed(format!("exec: executable {name} did not print an ExecCredential")))?;
    let returned = credential.api_version.unwrap_or_default();
    if returned != version {
        let known = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];
        let returned = known.into_iter().find(|known| *known == returned).unwrap_or("unknown");
        return Err(failed(format!(
            "exec plugin is configured to use API version {version}, plugin returned version {returned}"
        )));
    }
    credential.status.ok_or_else(|| failed("exec plugin didn't return a status field"))
}

#[cfg(test)]
mod tests;
