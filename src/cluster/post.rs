//! Posts one message to a webhook: over the same TLS, roots and proxies as all requests, without the credentials of the
//! kubeconfig.
//!
//! What does not belong here: the content of the message, and whether it is sent.

use super::Error;
use super::connect::foreign;
use super::error::transport;
use super::refusal::retry_after;
use crate::policy::profile::Address;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use http_body_util::BodyExt;
use kube::Client;
use ring::hmac;
use std::fmt::{self, Write};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How long to wait for a server.
#[derive(Clone, Copy)]
struct Limits {
    /// The time limit of one attempt.
    attempt: Duration,
    /// The pause before the retry, unless the server asks for another.
    pause: Duration,
}

const LIMITS: Limits = Limits { attempt: Duration::from_secs(10), pause: Duration::from_secs(1) };
/// The maximum pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The bytes of an error response that are read.
const REFUSAL: usize = 64;

/// Why a message was not delivered. The text contains at most the scheme and host of the address.
#[derive(Debug, PartialEq)]
pub struct NotSent(String);

impl fmt::Display for NotSent {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotSent {}

impl Body {
    /// The text of a chat.
    pub fn text(text: &str) -> Self {
        Self { json: serde_json::json!({ "text": text }).to_string(), signature: None }
    }

    /// JSON, signed with a key unless the key is empty.
    pub fn signed(json: String, key: &str) -> Self {
        let sign = || {
            let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
            let digits = hmac::sign(&key, json.as_bytes());
            let mut signature = "sha256=".to_owned();
            for byte in digits.as_ref() {
                // Writing to a text does not fail.
                let _ = write!(signature, "{byte:02x}");
            }
            signature
        };
        let signature = (!key.is_empty()).then(sign);
        Self { json, signature }
    }
}

/// Why an attempt failed, and the pause before the retry, if one may help.
struct Failed {
    why: String,
    again: Option<Duration>,
}

/// The header with the signature of a body.
const SIGNATURE: &str = "x-healthcheck-signature";

/// A message: JSON, and its signature if the recipient has a key.
#[derive(Clone, Debug)]
pub struct Body {
    /// The JSON.
    pub json: String,
    /// The value of the header `X-Healthcheck-Signature`: `sha256=` and the HMAC of the JSON in hexadecimal digits.
    pub signature: Option<String>,
}

/// Posts a message. A connection that could not be made, 429 and 5xx are retried once. A missing response is not, nor a
/// connection that the server closed: the message may have arrived.
///
/// # Errors
/// If the message was not delivered.
pub async fn post(address: &Address, body: &Body) -> Result<(), NotSent> {
    post_within(LIMITS, address, body).await
}

async fn post_within(limits: Limits, address: &Address, body: &Body) -> Result<(), NotSent> {
    let client = client(address)?;
    let not_sent = |failed: Failed| NotSent(failed.why);
    let first = attempt(limits, &client, address, body).await;
    let Err(Failed { again: Some(pause), .. }) = first else { return first.map_err(not_sent) };
    sleep(pause).await;
    attempt(limits, &client, address, body).await.map_err(not_sent)
}

fn client(address: &Address) -> Result<Client, NotSent> {
    let server = address.origin().parse().map_err(|_| NotSent("the address is not valid".to_owned()))?;
    let config = foreign(server).map_err(|error| NotSent(words(&error)))?;
    Client::try_from(config).map_err(|error| NotSent(format!("cannot connect: {error}")))
}

async fn attempt(limits: Limits, client: &Client, address: &Address, body: &Body) -> Result<(), Failed> {
    let seconds = limits.attempt.as_secs();
    let late = |_| Err(Failed { why: format!("no answer within {seconds} s"), again: None });
    timeout(limits.attempt, send(limits, client, address, body)).await.unwrap_or_else(late)
}

async fn send(limits: Limits, client: &Client, address: &Address, body: &Body) -> Result<(), Failed> {
    let mut call = http::Request::post(address.path()).header(CONTENT_TYPE, "application/json");
    if let Some(signature) = &body.signature {
        call = call.header(SIGNATURE, signature);
    }
    let call = call
        .body(kube::client::Body::from(body.json.clone().into_bytes()))
        .map_err(|_| Failed { why: "the address is not valid".to_owned(), again: None })?;
    let lost = |error: kube::Error| {
        let error = transport(&error, &address.origin());
        let sent_nothing =
            matches!(error, Error::Refused { .. } | Error::Unreached(_) | Error::TimedOut { .. });
        Failed { why: words(&error), again: sent_nothing.then_some(limits.pause) }
    };
    let (parts, mut answer) = client.send(call).await.map_err(lost)?.into_parts();
    if parts.status.is_success() {
        return Ok(());
    }
    let mut body = Vec::new();
    while let Some(Ok(frame)) = answer.frame().await {
        body.extend(frame.into_data().unwrap_or_default());
        if body.len() > REFUSAL {
            break;
        }
    }
    let pause = retry_after(&parts.headers).unwrap_or(limits.pause);
    Err(refused(parts.status, pause, code(&body, address)))
}

/// Reads a response that is not 2xx.
fn refused(status: StatusCode, pause: Duration, code: Option<&str>) -> Failed {
    let may_help = status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error();
    let pause = may_help.then_some(pause);
    let again = pause.filter(|pause| *pause <= LONGEST_PAUSE);
    let what = match (status.is_redirection(), code, pause) {
        (true, ..) => ": redirects are not followed".to_owned(),
        (_, Some(code), _) => format!(": {code}"),
        (_, None, Some(pause)) if again.is_none() => {
            format!(": the server asks to wait {} s", pause.as_secs())
        }
        _ => String::new(),
    };
    Failed { why: format!("HTTP {}{what}", status.as_u16()), again }
}

/// Returns the error code of a chat (`no_service`, `channel_is_archived`). A longer text may repeat the address.
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

#[cfg(test)]
mod tests;
