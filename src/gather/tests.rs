//! Runs against the fake server, with a paused clock.

mod causes;
mod evidence;
mod prometheus;
mod readiness;
mod scope;
mod warnings;

use super::*;
use crate::cluster::fake::{self, Fake, Fault};
use crate::cluster::{ListOptions, LogFormat, Stop};
use crate::model::{Gap, Reason};
use crate::policy::settings::Settings;
use crate::sources::SourceOptions;
use crate::text::{Message, reasons};
use std::cell::RefCell;
use std::time::Duration;

/// A plan for the default namespace.
pub(super) fn plan() -> Plan {
    Plan {
        scope: ScopeOptions::default(),
        list: ListOptions::default(),
        sources: SourceOptions::default(),
        settings: Settings::default(),
        request_timeout: Duration::ZERO,
        clock: fake::clock,
        clusters: 1,
        with_usage: false,
        with_certificates: false,
        with_evidence: true,
        about: None,
        budget: fake::budget(),
    }
}

/// A plan for some namespaces.
fn named(namespaces: &[&str]) -> Plan {
    let mut plan = plan();
    plan.scope.namespaces = namespaces.iter().map(|name| (*name).to_owned()).collect();
    plan
}

/// A plan for all namespaces.
fn everywhere() -> Plan {
    let mut plan = plan();
    plan.scope.all_namespaces = true;
    plan
}

async fn gathered(fake: &Fake, plan: &Plan) -> Result<Snapshot, Error> {
    gather(fake.session(), plan, &Progress::new(false, None, fake::clock, 1), |_| ()).await
}

/// The pods as `namespace/name`.
fn pods(snapshot: &Snapshot) -> Vec<String> {
    snapshot.rows.pods.iter().map(|pod| format!("{}/{}", pod.shared.namespace, pod.name)).collect()
}

/// The gaps as `kind namespace reason`.
fn gaps(gaps: &[Gap]) -> Vec<String> {
    let place = |gap: &Gap| gap.namespace.clone().unwrap_or_else(|| "-".to_owned());
    gaps.iter().map(|gap| format!("{} {} {:?}", gap.kind, place(gap), gap.reason)).collect()
}

#[tokio::test(start_paused = true)]
async fn the_snapshot_records_cluster_time_and_cost() {
    let fake = Fake::default();
    fake.namespace("default", 3);
    // The server's clock is a minute ahead.
    fake.fault("/version", [Fault::Headers(&[("date", "Fri, 26 Dec 2025 02:01:00 GMT")])]);
    let snapshot = gathered(&fake, &plan()).await.unwrap();
    assert_eq!(pods(&snapshot), ["default/web-000", "default/web-001", "default/web-002"]);
    assert_eq!((snapshot.cluster.context.as_str(), snapshot.cluster.version.as_str()), ("fake", "v1.36.3"));
    assert_eq!((snapshot.skew, snapshot.taken_at), (60, Time::at(fake::NOW + 60)));
    let cost = &snapshot.coverage.cost;
    assert_eq!((cost.requests, cost.retries), (fake.requests().len() as u64, 0));
    assert!(cost.pages > 10 && cost.bytes > 1000, "{cost:?}");
    assert_eq!(gaps(&snapshot.coverage.gaps), [""; 0]);
}

/// A proxy or a broken server may send any date.
#[tokio::test(start_paused = true)]
async fn a_clock_that_cannot_be_right_changes_nothing() {
    for date in
        ["Thu, 26 Dec 2075 02:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "Sat, 27 Dec 2025 02:00:01 GMT"]
    {
        let fake = Fake::default();
        fake.namespace("default", 1);
        let headers: &'static [(&str, &str)] = Box::leak(Box::new([("date", date)]));
        fake.fault("/version", [Fault::Headers(headers)]);
        let snapshot = gathered(&fake, &plan()).await.unwrap();
        assert_eq!((snapshot.skew, snapshot.taken_at), (0, Time::at(fake::NOW)), "{date}");
        assert_eq!(gaps(&snapshot.coverage.gaps), [""; 0]);
        assert_eq!(gaps(&snapshot.coverage.notes), ["Cluster - Inconsistent"], "{date}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_ends_the_run_at_once() {
    for (fault, text) in [
        (
            Fault::Io(std::io::ErrorKind::ConnectionRefused),
            "The connection to the server fake:443 was refused - did you specify the right host or port?",
        ),
        (Fault::Status(401, &[]), "error: You must be logged in to the server (Unauthorized)"),
        (Fault::Raw(404, "text/html", "<h1>no</h1>"), "Error from server: HTTP 404: <h1>no</h1>"),
    ] {
        let fake = Fake::default();
        fake.always("/", fault);
        assert_eq!(gathered(&fake, &plan()).await.unwrap_err().to_string(), text);
        assert_eq!(fake.requests(), ["GET /version"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_hidden_version_is_unknown() {
    for code in [403, 404] {
        let fake = Fake::default();
        fake.namespace("default", 1);
        fake.always("/version", Fault::Status(code, &[]));
        assert_eq!(gathered(&fake, &plan()).await.unwrap().cluster.version, "");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stopped_run_reports_what_it_has_read() {
    let fake = Fake::default();
    fake.namespace("default", 12);
    fake.always("pods?limit=5&continue=10", Fault::Hang);
    let mut plan = plan();
    plan.list.page_size = 5;
    let (stop, limit) = (plan.budget.stop(), Duration::from_secs(10));
    let (snapshot, ()) = tokio::join!(gathered(&fake, &plan), stop.after(limit));
    let snapshot = snapshot.unwrap();
    assert_eq!(snapshot.rows.pods.len(), 10);
    let gap = snapshot.coverage.gaps.iter().find(|gap| gap.kind == "Pod").unwrap();
    assert_eq!((gap.reason, gap.got, gap.missing), (Reason::Stopped, 10, Some(2)));
    assert_eq!(gap.why.as_ref().unwrap().to_string(), "timed out after 10 s (--timeout)");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_stopped_first_is_an_error() {
    let fake = Fake::default();
    let mut plan = plan();
    let stop = Stop::default();
    stop.now(Message::plain(&reasons::INTERRUPTED));
    plan.budget = Arc::new(crate::cluster::Budget::new(8, 0, stop));
    let error = gathered(&fake, &plan).await.unwrap_err().to_string();
    assert_eq!((error.as_str(), fake.requests().len()), ("error: interrupted, nothing was read", 0));
}

#[tokio::test(start_paused = true)]
async fn a_capture_holds_all_evidence() {
    let fake = Fake::default();
    fake.namespace("default", 2);
    let about = serde_json::json!({ "kind": "Pod", "namespace": "default", "name": "web-000" });
    let metadata = serde_json::json!({ "namespace": "default", "name": "web-000.1" });
    fake.add(
        Kind::Event,
        serde_json::json!({ "metadata": metadata, "involvedObject": about, "type": "Warning", "reason": "BackOff" }),
    );
    let progress = Progress::new(false, None, fake::clock, 1);
    let (header, parts) = snapshot(fake.session(), &plan(), &progress).await.unwrap();
    assert_eq!(header.cluster.version, "v1.36.3");
    let mut written = Vec::new();
    Capture::write(parts, &header, &mut written).unwrap();
    let written: serde_json::Value = serde_json::from_slice(&written).unwrap();
    let kinds: Vec<&str> =
        written["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["Namespace", "Pod", "Pod", "Event"]);
    let mut without = plan();
    without.scope.no_evidence = true;
    let before = fake.requests_of("/events").len();
    snapshot(fake.session(), &without, &progress).await.unwrap();
    assert_eq!(fake.requests_of("/events").len(), before);
}

/// Each page comes after 29 seconds, one after the other: the cluster is slow and advances.
#[tokio::test(start_paused = true)]
async fn a_slow_cluster_that_advances_is_read_to_its_end() {
    let fake = Fake::default();
    fake.namespace("default", 12);
    fake.always("/pods?", Fault::Slow(Duration::from_secs(29)));
    let mut plan = plan();
    plan.list.page_size = 2;
    let began = tokio::time::Instant::now();
    let snapshot = gathered(&fake, &plan).await.unwrap();
    assert!(began.elapsed() > Duration::from_secs(120), "{:?}", began.elapsed());
    assert_eq!((snapshot.rows.pods.len(), gaps(&snapshot.coverage.gaps)), (12, Vec::new()));
}

/// A server that cannot list 500 objects in time is asked for 50.
#[tokio::test(start_paused = true)]
async fn a_silent_cluster_is_asked_for_the_smallest_page() {
    let fake = Fake::default();
    fake.namespace("default", 60);
    fake.always("/pods?limit=500", Fault::Hang);
    fake.always("/pods?limit=50", Fault::Slow(Duration::from_secs(14)));
    let snapshot = gathered(&fake, &plan()).await.unwrap();
    assert_eq!((snapshot.rows.pods.len(), gaps(&snapshot.coverage.gaps)), (60, Vec::new()));
    assert_eq!(fake.requests_of("/pods?limit=250").len(), 0);
}

#[tokio::test(start_paused = true)]
async fn namespaces_are_listed_for_completion() {
    let fake = Fake::default();
    fake.namespace("shop", 0);
    fake.namespace("bank", 0);
    let limit = Duration::from_secs(2);
    assert_eq!(namespaces(fake.session(), limit).await, Ok(vec!["bank".to_owned(), "shop".to_owned()]));
    fake.always("/namespaces", Fault::Status(403, &[]));
    assert!(namespaces(fake.session(), limit).await.unwrap_err().is_forbidden());
}

thread_local! {
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

#[tokio::test(start_paused = true)]
async fn the_log_follows_the_run() {
    let fake = Fake::default();
    fake.namespace("default", 7);
    fake.fault("/pods?limit=5", [Fault::Status(503, &[("retry-after", "1")])]);
    fake.always("/services?limit=5", Fault::Status(403, &[]));
    let mut plan = plan();
    plan.list.page_size = 5;
    let write: fn(&str) = |line| LINES.with_borrow_mut(|lines| lines.push(line.to_owned()));
    let progress = Progress::to(write, false, Some(LogFormat::Text), fake::clock, 1);
    gather(fake.session(), &plan, &progress, |_| ()).await.unwrap();
    let lines = LINES.take();
    for line in [
        "start: context fake, server , version v1.36.3, lists ",
        "retry in 1000 ms: /api/v1/namespaces/default/pods: Error from server (InternalError): ",
        "page 2 of pods in default: 2 in 0 ms",
        "gap: services in default: Error from server (Forbidden): ",
        "done: active pods 7, ",
    ] {
        assert!(lines.iter().any(|logged| logged.starts_with(line)), "{line}\n{lines:#?}");
    }
}
