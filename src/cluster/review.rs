//! Asks the API server for the account of a token, and whether the account may read a path: a `TokenReview`, then a
//! `SubjectAccessReview`, as for the metrics of the components of Kubernetes.

use super::page::ApiClient;
use super::refusal::refusal;
use super::{Error, error::transport};
use crate::text::parse_words;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http_body_util::{BodyExt, Limited};
use kube::client::Body;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// The time for an answer.
const DEADLINE: Duration = Duration::from_secs(10);

/// The largest answer.
const LARGEST: usize = 1 << 20;

/// What the owner of a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The API server does not know the token.
    Unknown,
    /// Its owner may not read the path.
    Forbidden,
    /// Its owner may read the path.
    Granted,
}

#[derive(Deserialize)]
struct Review<S> {
    status: S,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Token {
    authenticated: bool,
    user: User,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct User {
    username: String,
    uid: String,
    groups: Vec<String>,
    extra: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Verdict {
    allowed: bool,
}

/// Returns whether the owner of a token may `get` a path that is no resource, such as `/metrics`.
///
/// # Errors
/// When the API server does not answer, or this program may not ask.
pub async fn access(client: &ApiClient, token: &str, path: &str) -> Result<Access, Error> {
    let kind = ("authentication.k8s.io", "TokenReview", "tokenreviews");
    let Token { authenticated, user } = review(client, kind, json!({ "token": token })).await?;
    if !authenticated {
        return Ok(Access::Unknown);
    }
    let kind = ("authorization.k8s.io", "SubjectAccessReview", "subjectaccessreviews");
    let spec = json!({
        "user": user.username, "uid": user.uid, "groups": user.groups, "extra": user.extra,
        "nonResourceAttributes": { "path": path, "verb": "get" },
    });
    let Verdict { allowed } = review(client, kind, spec).await?;
    Ok(if allowed { Access::Granted } else { Access::Forbidden })
}

/// Posts a review, once more after new credentials.
async fn review<S: DeserializeOwned>(
    client: &ApiClient,
    kind: (&str, &str, &str),
    spec: Value,
) -> Result<S, Error> {
    let began = Instant::now();
    let body = Bytes::from(
        json!({ "apiVersion": format!("{}/v1", kind.0), "kind": kind.1, "spec": spec }).to_string(),
    );
    match post(client, kind, body.clone()).await {
        Err(error) if error.is_unauthorized() && client.renew(began).await => post(client, kind, body).await,
        done => done,
    }
}

async fn post<S: DeserializeOwned>(
    client: &ApiClient,
    (group, _, resource): (&str, &str, &str),
    body: Bytes,
) -> Result<S, Error> {
    let request = http::Request::post(format!("/apis/{group}/v1/{resource}"))
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT, "application/json")
        .body(Body::from(body))
        .map_err(|error| Error::Config(error.to_string()))?;
    client.meter.requests.fetch_add(1, Ordering::Relaxed);
    let answered = async {
        let (parts, body) = client.send(request).await.map_err(|(error, _)| error)?.into_parts();
        let whole = Limited::new(body, LARGEST).collect().await;
        let whole = whole.map_err(|error| transport(&*error, &client.session.host))?;
        Ok((parts.status, whole.to_bytes()))
    };
    let (status, bytes) =
        timeout(DEADLINE, answered).await.map_err(|_| Error::TimedOut { after: DEADLINE })??;
    if !status.is_success() {
        return Err(refusal(status.as_u16(), &bytes));
    }
    let review: Review<S> =
        serde_json::from_slice(&bytes).map_err(|error| Error::unreadable(parse_words(&error.to_string())))?;
    Ok(review.status)
}
