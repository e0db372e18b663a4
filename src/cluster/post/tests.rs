//! Webhooks: the fake server on a port.

use super::*;
use crate::cluster::fake::{Fake, Fault, Served, closed_port};
use std::net::SocketAddr;

/// Limits with which no test waits.
const QUICK: Limits = Limits { attempt: Duration::from_secs(60), pause: Duration::ZERO };

fn hook(address: SocketAddr) -> Address {
    Address::new(&format!("http://{address}/services/T0/hush")).unwrap()
}

async fn serving(faults: impl IntoIterator<Item = Fault>) -> (Fake, Served) {
    let fake = Fake::default();
    fake.fault("POST", faults);
    fake.always("POST", Fault::Raw(200, "text/plain", "ok"));
    let served = fake.serve().await;
    (fake, served)
}

#[tokio::test]
async fn the_text_is_posted_as_json_without_credentials() {
    let (fake, served) = serving([]).await;
    post(&hook(served.address), &Body::text("🟡 *shop*\n\"quoted\"")).await.unwrap();
    let body: serde_json::Value = serde_json::from_str(&fake.posted()[0]).unwrap();
    assert_eq!(body, serde_json::json!({ "text": "🟡 *shop*\n\"quoted\"" }));
    assert_eq!(
        (fake.requests(), fake.authorizations()),
        (vec!["POST /services/T0/hush".to_owned()], vec![String::new()])
    );
}

#[tokio::test]
async fn what_may_pass_is_retried_once() {
    for fault in
        [Fault::Status(429, &[("retry-after", "0")]), Fault::Status(500, &[]), Fault::Status(503, &[])]
    {
        let (fake, served) = serving([fault.clone()]).await;
        assert_eq!(post_within(QUICK, &hook(served.address), &Body::text("a")).await, Ok(()), "{fault:?}");
        assert_eq!(fake.posted().len(), 2);
    }
    let (fake, served) = serving([Fault::Status(503, &[]), Fault::Status(500, &[])]).await;
    let error = post_within(QUICK, &hook(served.address), &Body::text("a")).await.unwrap_err();
    assert_eq!((error.to_string().as_str(), fake.posted().len()), ("HTTP 500", 2));
}

#[tokio::test]
async fn what_will_not_pass_is_not_retried() {
    for (fault, why) in [
        (Fault::Raw(404, "text/plain", "no_service"), "HTTP 404: no_service"),
        (Fault::Raw(403, "text/plain", "see /services/T0/hush"), "HTTP 403"),
        (Fault::Raw(400, "text/plain", "hush"), "HTTP 400"),
        (Fault::Raw(302, "text/html", ""), "HTTP 302: redirects are not followed"),
        (Fault::Status(429, &[("retry-after", "60")]), "HTTP 429: the server asks to wait 60 s"),
    ] {
        let (fake, served) = serving([fault]).await;
        let error = post_within(QUICK, &hook(served.address), &Body::text("a")).await.unwrap_err();
        assert_eq!((error.to_string().as_str(), fake.posted().len()), (why, 1));
    }
}

#[tokio::test]
async fn a_missing_response_is_not_retried() {
    let (fake, served) = serving([Fault::Hang]).await;
    let limits = Limits { attempt: Duration::from_millis(50), ..QUICK };
    let error = post_within(limits, &hook(served.address), &Body::text("a")).await.unwrap_err();
    assert_eq!(error.to_string(), "no answer within 0 s");
    assert!(fake.posted().len() <= 1, "the message may have arrived");
}

#[tokio::test]
async fn a_refused_connection_is_named_without_the_secret() {
    let error = post_within(QUICK, &hook(closed_port()), &Body::text("a")).await.unwrap_err().to_string();
    assert_eq!(error, "the connection was refused");
}

#[tokio::test]
async fn a_server_that_closes_the_connection_gets_the_message_once() {
    let (fake, served) = serving([Fault::Io(std::io::ErrorKind::ConnectionReset)]).await;
    assert!(post_within(QUICK, &hook(served.address), &Body::text("a")).await.is_err());
    assert_eq!(fake.posted().len(), 1, "the message may have arrived");
}
