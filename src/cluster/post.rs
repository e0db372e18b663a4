//! One message to a webhook: over the same TLS, roots and proxies as everything else, and with none of the kubeconfig's
//! credentials.
//!
//! What does not belong here: what the message says, and whether it is sent.

use super::Error;
use super::connect::foreign;
use super::error::transport;
use super::refusal::asked_to_wait;
use crate::policy::profile::Address;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use http_body_util::BodyExt;
use kube::Client;
use kube::client::Body;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(10);
/// The pause before the repetition, where nobody asks for another.
const PAUSE: Duration = Duration::from_secs(1);
/// A longer pause than this is not waited for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// So much of a refusal is looked at.
const REFUSAL: usize = 64;

/// Why an attempt has failed, and after which pause another one may help.
struct Failed {
    why: String,
    again: Option<Duration>,
}

/// Posts a text. What may come right by itself is tried once more: a connection that fails, 429 and 5xx. An answer
/// that does not come is not: the message may have arrived.
///
/// # Errors
/// Why it was not delivered; scheme and host of the address are the most that is in it.
pub async fn post(address: &Address, text: &str) -> Result<(), String> {
    let client = client(address)?;
    let body = serde_json::json!({ "text": text }).to_string();
    let first = attempt(&client, address, &body).await;
    let Err(Failed { again: Some(pause), .. }) = first else { return first.map_err(|failed| failed.why) };
    sleep(pause).await;
    attempt(&client, address, &body).await.map_err(|failed| failed.why)
}

fn client(address: &Address) -> Result<Client, String> {
    let server = address.origin().parse().map_err(|_| "its address cannot be used".to_owned())?;
    let config = foreign(server).map_err(|error| words(&error))?;
    Client::try_from(config).map_err(|error| format!("cannot connect: {error}"))
}

async fn attempt(client: &Client, address: &Address, body: &str) -> Result<(), Failed> {
    let late = |_| Err(Failed { why: format!("no answer within {} s", ATTEMPT.as_secs()), again: None });
    timeout(ATTEMPT, send(client, address, body)).await.unwrap_or_else(late)
}

async fn send(client: &Client, address: &Address, body: &str) -> Result<(), Failed> {
    let call = http::Request::post(address.path())
        .header(CONTENT_TYPE, "application/json")
        .body(Body::from(body.as_bytes().to_vec()))
        .map_err(|_| Failed { why: "its address cannot be used".to_owned(), again: None })?;
    let lost =
        |error: kube::Error| Failed { why: words(&transport(&error, &address.origin())), again: Some(PAUSE) };
    let (parts, mut answer) = client.send(call).await.map_err(lost)?.into_parts();
    if parts.status.is_success() {
        return Ok(());
    }
    let mut said = Vec::new();
    while let Some(Ok(frame)) = answer.frame().await {
        said.extend(frame.into_data().unwrap_or_default());
        if said.len() > REFUSAL {
            break;
        }
    }
    Err(refused(parts.status, asked_to_wait(&parts.headers), code(&said, address)))
}

/// Reads an answer that is not 2xx.
fn refused(status: StatusCode, asked: Option<Duration>, code: Option<&str>) -> Failed {
    let may_help = status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error();
    let pause = may_help.then(|| asked.unwrap_or(PAUSE));
    let again = pause.filter(|pause| *pause <= LONGEST_PAUSE);
    let what = match (status.is_redirection(), code, pause) {
        (true, ..) => ": redirects are not followed".to_owned(),
        (_, Some(code), _) => format!(": {code}"),
        (_, None, Some(pause)) if again.is_none() => format!(": it asks to wait {} s", pause.as_secs()),
        _ => String::new(),
    };
    Failed { why: format!("HTTP {}{what}", status.as_u16()), again }
}

/// The one word with which a chat says what is wrong (`no_service`, `channel_is_archived`). Anything longer may repeat
/// the address.
fn code<'a>(body: &'a [u8], address: &Address) -> Option<&'a str> {
    let word = std::str::from_utf8(body).ok()?.trim();
    let plain = word.len() <= REFUSAL && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    (plain && !word.is_empty() && !address.path().contains(word)).then_some(word)
}

fn words(error: &Error) -> String {
    match error {
        Error::Refused { .. } => "the connection was refused".to_owned(),
        Error::Unreached(text) | Error::Transport(text) => text.trim_start_matches(": ").to_owned(),
        Error::Config(text) => text.clone(),
        Error::TimedOut { after } => format!("no connection within {} s", after.as_secs()),
        other => other.to_string(),
    }
}
