//! One request against the fake server, with a paused clock.

use super::*;
use crate::cluster::fake::{Broken, Fake, Fault, budget, clock};
use serde_json::json;
use std::io::ErrorKind;

fn version(patience: RetryPolicy, deadline: Duration) -> Request {
    Request { path: "/version".to_owned(), accept: Accept::Json, deadline, patience, form: None }
}

/// A deadline that no number of retries reaches.
const LONG: Duration = Duration::from_secs(3600);

/// Makes a request after some faults; returns how often it was made, and the result.
async fn asked(patience: RetryPolicy, fault: Fault, times: usize) -> (usize, Result<(), Error>) {
    let fake = Fake::default();
    fake.fault("/version", vec![fault; times]);
    let result = fake.client().ask(&version(patience, LONG)).await;
    (fake.requests().len(), result.map(|_| ()))
}

#[tokio::test(start_paused = true)]
async fn each_error_is_retried_as_often_as_that_may_help() {
    let html = Fault::Raw(200, "text/html; charset=utf-8", "<html>log in</html>");
    let unreadable = Fault::Cut(Broken::Closed);
    for (fault, attempts) in [
        (Fault::Status(400, &[]), 1),
        (Fault::Status(401, &[]), 1),
        (Fault::Status(403, &[]), 1),
        (Fault::Status(404, &[]), 1),
        (Fault::Status(410, &[]), 1),
        (Fault::Status(500, &[]), 7),
        (html, 3),
    ] {
        let (made, result) = asked(RetryPolicy::Full, fault.clone(), attempts).await;
        assert!(made == attempts && result.is_err(), "{fault:?}: {made} {result:?}");
        if attempts > 1 {
            let (made, result) = asked(RetryPolicy::Full, fault.clone(), attempts - 1).await;
            assert!(made == attempts && result.is_ok(), "{fault:?}: {made} {result:?}");
        }
    }
    for fault in [
        Fault::Status(429, &[]),
        Fault::Status(502, &[]),
        Fault::Status(503, &[]),
        Fault::Status(504, &[]),
        Fault::Raw(502, "text/html", "<html>bad gateway</html>"),
        Fault::Io(ErrorKind::ConnectionRefused),
        Fault::Io(ErrorKind::ConnectionReset),
        unreadable,
    ] {
        let (made, result) = asked(RetryPolicy::Full, fault.clone(), 20).await;
        assert!(made == 21 && result.is_ok(), "{fault:?}: {made} {result:?}");
        let (made, result) = asked(RetryPolicy::Once, fault.clone(), 20).await;
        assert!(made == 1 && result.is_err(), "{fault:?}: {made} {result:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_refuses_the_first_connection_is_left_alone() {
    let refused = Fault::Io(ErrorKind::ConnectionRefused);
    let (made, result) = asked(RetryPolicy::Greeting, refused, 1).await;
    assert_eq!((made, result), (1, Err(Error::Refused { host: "fake:443".to_owned() })));
    let (made, result) = asked(RetryPolicy::Greeting, Fault::Status(503, &[]), 3).await;
    assert!(made == 4 && result.is_ok());
}

#[tokio::test(start_paused = true)]
async fn retries_end_with_the_deadline() {
    let fake = Fake::default();
    fake.always("/version", Fault::Status(503, &[]));
    let began = Instant::now();
    let result = fake.client().ask(&version(RetryPolicy::Full, Duration::from_secs(30))).await;
    assert!(matches!(result, Err(Error::Status(status)) if status.code == 503));
    assert!(began.elapsed() <= Duration::from_secs(30), "{:?}", began.elapsed());
    let made = fake.requests().len();
    assert!((5..20).contains(&made), "pauses grow: {made}");
}

#[tokio::test(start_paused = true)]
async fn a_missing_response_is_reported_with_the_whole_time_limit() {
    let fake = Fake::default();
    fake.fault("/version", [Fault::Status(503, &[])]);
    fake.always("/version", Fault::Hang);
    let result = fake.client().ask(&version(RetryPolicy::Full, Duration::from_secs(30))).await;
    assert_eq!(result.err(), Some(Error::TimedOut { after: Duration::from_secs(30) }));
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_obeyed_and_counted() {
    for (fault, seconds) in [
        (Fault::Status(429, &[("retry-after", "7")]), 7),
        (Fault::Status(503, &[("retry-after", "20")]), 20),
        (
            Fault::Status(
                429,
                &[
                    ("date", "Fri, 26 Dec 2025 02:00:00 GMT"),
                    ("retry-after", "Fri, 26 Dec 2025 02:00:12 GMT"),
                ],
            ),
            12,
        ),
    ] {
        let fake = Fake::default();
        fake.fault("/version", [fault]);
        let (client, began) = (fake.client(), Instant::now());
        client.ask(&version(RetryPolicy::Full, LONG)).await.unwrap();
        assert_eq!(began.elapsed().as_secs(), seconds);
        assert_eq!(client.meter.throttled.load(Ordering::Relaxed), seconds * 1000);
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_beyond_the_deadline_is_not_awaited() {
    let fake = Fake::default();
    fake.fault("/version", [Fault::Status(429, &[("retry-after", "60")])]);
    let began = Instant::now();
    let result = fake.client().ask(&version(RetryPolicy::Full, Duration::from_secs(30))).await;
    assert!(result.is_err() && began.elapsed().is_zero());
}

#[tokio::test(start_paused = true)]
async fn one_attempt_has_its_own_time_limit() {
    let fake = Fake::default();
    fake.always("/version", Fault::Hang);
    let limit = Duration::from_secs(2);
    let client = ApiClient::new(fake.session(), &budget(), 1, limit, Progress::new(false, None, clock, 1));
    let result = client.ask(&version(RetryPolicy::Full, LONG)).await;
    assert_eq!(result.err(), Some(Error::TimedOut { after: limit }));
}

#[tokio::test(start_paused = true)]
async fn a_stopped_run_ends_its_requests() {
    let fake = Fake::default();
    fake.always("/version", Fault::Hang);
    let (client, request) = (fake.client(), version(RetryPolicy::Full, LONG));
    let stop = client.budget.stop();
    let (result, ()) = tokio::join!(client.ask(&request), stop.after(Duration::from_secs(5)));
    let Err(Error::Stopped(why)) = result.map(|_| ()) else { panic!("not stopped") };
    assert_eq!(why.to_string(), "timed out after 5 s (--timeout)");
}

#[tokio::test(start_paused = true)]
async fn requests_per_second_are_limited() {
    let fake = Fake::default();
    let limits = Arc::new(Budget::new(8, 10, crate::cluster::Stop::default()));
    let progress = Progress::new(false, None, clock, 1);
    let client = Arc::new(ApiClient::new(fake.session(), &limits, 1, Duration::ZERO, progress));
    let began = Instant::now();
    for _ in 0..11 {
        client.ask(&version(RetryPolicy::Full, LONG)).await.unwrap();
    }
    assert_eq!(began.elapsed().as_millis(), 1000);
    assert_eq!(client.meter.throttled.load(Ordering::Relaxed), 1000);
}

#[tokio::test(start_paused = true)]
async fn an_object_must_be_the_requested_one() {
    let fake = Fake::default();
    fake.namespace("shop", 1);
    let client = fake.client();
    let read = |kind, name| {
        let client = Arc::clone(&client);
        async move { client.object(kind, Some("shop"), name, (LONG, RetryPolicy::Full)).await }
    };
    assert_eq!(read(Kind::Pod, "web-000").await.unwrap().identity().name, "web-000");
    assert!(read(Kind::Pod, "web-001").await.unwrap_err().is_not_found());
    let other = r#"{"kind":"Pod","metadata":{"name":"other"}}"#;
    fake.fault("/pods/web-000", [Fault::Raw(200, "application/json", other)]);
    let error = read(Kind::Pod, "web-000").await.unwrap_err();
    let Error::Unreadable(why) = error else { panic!("{error}") };
    assert!(why.to_string().contains("pod web-000"), "{why}");
}

#[tokio::test(start_paused = true)]
async fn a_response_that_never_ends_is_refused() {
    let fake = Fake::default();
    fake.log("shop/web-0/app", &"x".repeat(LARGEST + 1));
    fake.add(Kind::Pod, json!({ "metadata": { "namespace": "shop", "name": "web-0" } }));
    let request = crate::cluster::logs::request("shop", "web-0", "app", "tailLines=1", LONG);
    let error = fake.client().ask(&request).await.unwrap_err();
    let Error::Unreadable(why) = error else { panic!("{error}") };
    assert!(why.to_string().contains("1 MiB"), "{why}");
}

#[test]
fn the_server_learns_the_time_limit_and_the_format() {
    let request = Request { path: "/api/v1/pods?limit=5".to_owned(), ..version(RetryPolicy::Full, LONG) };
    let built = call(&request, Duration::from_millis(1500)).unwrap();
    assert_eq!(built.uri().to_string(), "/api/v1/pods?limit=5&timeout=1s");
    assert_eq!(
        (built.method().as_str(), built.headers()[ACCEPT].to_str().unwrap()),
        ("GET", "application/json")
    );
    let form = Request { form: Some("query=up".to_owned()), ..request };
    let built = call(&form, Duration::ZERO).unwrap();
    assert_eq!((built.method().as_str(), built.uri().query()), ("POST", Some("limit=5&timeout=1s")));
}
