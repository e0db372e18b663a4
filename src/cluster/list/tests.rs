//! Lists against the fake server, with a paused clock.

use super::*;
use crate::cluster::fake::{Broken, Fake, Fault};
use crate::model::Reason;
use crate::snapshot::Rows;

/// Twelve pods in the namespace `shop`.
fn shop() -> Fake {
    let fake = Fake::default();
    fake.namespace("shop", 12);
    fake
}

fn pods(page_size: u32) -> ListRequest {
    ListRequest {
        kind: Kind::Pod,
        namespace: None,
        labels: None,
        fields: None,
        excluded: GlobSet::empty(),
        page_size,
        page_timeout: Duration::from_secs(30),
    }
}

/// A page without objects and with a token that is new.
fn without_objects(page: &mut serde_json::Value, number: usize) {
    page["items"] = serde_json::json!([]);
    page["metadata"]["continue"] = format!("{number}").into();
}

async fn read(fake: &Fake, request: &ListRequest) -> ListResult<Rows> {
    list(fake.client(), request, Rows::default()).await
}

fn names(result: &ListResult<Rows>) -> Vec<&str> {
    result.kept.pods.iter().map(|pod| &*pod.name).collect()
}

fn all() -> Vec<String> {
    (0..12).map(|number| format!("web-{number:03}")).collect()
}

#[tokio::test(start_paused = true)]
async fn pages_follow_each_other_in_both_encodings() {
    for fake in [shop(), shop().protobuf()] {
        let result = read(&fake, &pods(5)).await;
        assert_eq!((result.pages, result.got, result.error.as_ref()), (3, 12, None));
        assert_eq!(names(&result), all());
        let pages = ["limit=5", "limit=5&continue=5", "limit=5&continue=10"];
        assert_eq!(fake.requests(), pages.map(|query| format!("GET /api/v1/pods?{query}")));
        assert!(result.coverage(&pods(5)).gaps.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_page_is_requested_while_one_arrives() {
    let fake = Fake::default().protobuf();
    fake.namespace("shop", 120);
    fake.fault("limit=100", [Fault::Cut(Broken::Stalled)]);
    let result = read(&fake, &pods(100)).await;
    assert_eq!((result.got, result.smallest, result.error.as_ref()), (120, Some(50), None));
    // Before the first page timed out.
    assert!(fake.requests()[1].ends_with("limit=100&continue=100"), "{:?}", fake.requests());
}

#[tokio::test(start_paused = true)]
async fn namespaces_that_are_left_out_are_read_and_not_kept() {
    let fake = shop();
    fake.namespace("kube-system", 3);
    let mut excluded = globset::GlobSetBuilder::new();
    excluded.add(globset::Glob::new("kube-*").unwrap());
    let result = read(&fake, &ListRequest { excluded: excluded.build().unwrap(), ..pods(5) }).await;
    assert_eq!((result.got, result.kept.pods.len()), (15, 12));
}

#[tokio::test(start_paused = true)]
async fn selectors_are_sent() {
    let fake = shop();
    let request = ListRequest {
        namespace: Some("shop".to_owned()),
        labels: Some("app=web".to_owned()),
        fields: Some("status.phase!=Failed".to_owned()),
        ..pods(5)
    };
    assert_eq!(read(&fake, &request).await.got, 0, "no pod has the label");
    let line = "GET /api/v1/namespaces/shop/pods?limit=5&fieldSelector=status.phase%21%3DFailed&labelSelector=app%3Dweb";
    let mut sent: Vec<char> = fake.requests()[0].chars().collect();
    let mut wanted: Vec<char> = line.chars().collect();
    sent.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(sent, wanted, "{}", fake.requests()[0]);
}

#[tokio::test(start_paused = true)]
async fn pages_that_time_out_are_halved() {
    let fake = shop();
    fake.always("limit=200", Fault::Hang);
    fake.always("limit=100", Fault::Status(504, &[]));
    let result = read(&fake, &pods(200)).await;
    assert_eq!((names(&result).len(), result.smallest, result.error.as_ref()), (12, Some(50), None));
    let cost = result.coverage(&pods(200)).cost;
    assert_eq!((cost.smallest_page, cost.slowest_page.unwrap().millis), (Some(50), 30_000));
}

#[tokio::test(start_paused = true)]
async fn pages_are_not_halved_for_ever() {
    let fake = shop();
    fake.always("/pods", Fault::Hang);
    let result = read(&fake, &pods(200)).await;
    let sizes = fake.requests();
    // The smallest page once more.
    assert_eq!(sizes, ["200", "100", "50", "50"].map(|size| format!("GET /api/v1/pods?limit={size}")));
    let gaps = result.coverage(&pods(200)).gaps;
    assert_eq!((gaps.len(), gaps[0].reason, gaps[0].got), (1, Reason::TimedOut, 0));
}

#[tokio::test(start_paused = true)]
async fn an_expired_list_goes_on_without_repeating_objects() {
    let fake = shop();
    fake.fault("continue=10", [Fault::Expired("5")]);
    let result = read(&fake, &pods(5)).await;
    assert_eq!((names(&result), result.got), (all().iter().map(String::as_str).collect(), 12));
    let coverage = result.coverage(&pods(5));
    assert!(coverage.gaps.is_empty());
    assert_eq!(coverage.notes[0].reason, Reason::Inconsistent);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_expires_at_once_or_without_a_token_is_a_gap() {
    for token in ["", "10"] {
        let fake = shop();
        fake.always("continue=10", Fault::Expired(token));
        let result = read(&fake, &pods(5)).await;
        let gaps = result.coverage(&pods(5)).gaps;
        assert_eq!((gaps[0].reason, gaps[0].got, gaps[0].missing), (Reason::Expired, 10, Some(2)));
        assert!(fake.requests_of("continue=10").len() <= 2, "{:?}", fake.requests());
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_of_the_smallest_size_that_stalls_once_is_read_again() {
    let fake = shop();
    fake.fault("continue=5", [Fault::Hang]);
    let result = read(&fake, &pods(5)).await;
    assert_eq!((names(&result).len(), result.error.as_ref()), (12, None));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_repeats_a_token_ends_as_a_gap() {
    let fake = shop();
    fake.always("continue=5", Fault::Edit(|page, _| page["metadata"]["continue"] = "5".into()));
    let result = read(&fake, &pods(5)).await;
    let coverage = result.coverage(&pods(5));
    assert_eq!(coverage.gaps[0].reason, Reason::Failed);
    let why = coverage.gaps[0].why.as_ref().unwrap().to_string();
    assert_eq!(why, "the list does not end: the server returned a page again");
    assert!(fake.requests().len() <= 3, "{:?}", fake.requests());
}

#[tokio::test(start_paused = true)]
async fn empty_pages_in_a_row_end_a_list() {
    let fake = shop();
    fake.always("/pods", Fault::Edit(without_objects));
    let result = read(&fake, &pods(5)).await;
    let why = result.error.clone().unwrap().to_string();
    assert_eq!(why, "error: the list does not end: 20 pages in a row without a new object");
    assert!(fake.requests().len() <= 21, "{}", fake.requests().len());
}

#[tokio::test(start_paused = true)]
async fn a_list_that_expires_without_progress_ends_as_a_gap() {
    let fake = shop();
    let turns = (0..1000).flat_map(|_| [Fault::Expired("again"), Fault::Edit(without_objects)]);
    fake.fault("continue=", turns);
    let result = read(&fake, &pods(5)).await;
    assert_eq!((result.got, result.error.as_ref().map(Error::reason)), (5, Some(Reason::Expired)));
    assert!(fake.requests().len() < 10, "{:?}", fake.requests());
}

#[tokio::test(start_paused = true)]
async fn only_discovery_says_that_a_kind_is_not_served() {
    let absent = |kind| async move {
        let fake = shop();
        fake.without(Kind::CronJob);
        let result = read(&fake, &ListRequest { kind, ..pods(5) }).await;
        (result.error.map(|error| error.reason()), fake.requests().len())
    };
    // The group has other kinds; the whole group is missing.
    assert_eq!(absent(Kind::CronJob).await, (Some(Reason::Absent), 3));
    assert_eq!(absent(Kind::Gateway).await, (Some(Reason::Absent), 2));
    for kind in [Kind::Pod, Kind::Node, Kind::Deployment, Kind::CronJob, Kind::Ingress] {
        for body in
            [("text/html", "<html>"), ("text/plain", "404 page not found"), ("application/json", "{}")]
        {
            let fake = shop();
            fake.always(&kind.path(None), Fault::Raw(404, body.0, body.1));
            let result = read(&fake, &ListRequest { kind, ..pods(5) }).await;
            assert_eq!(result.error.map(|error| error.reason()), Some(Reason::Failed), "{kind:?} {body:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_discovery_a_kind_that_is_not_found_is_a_gap() {
    for fault in [Fault::Status(403, &[]), Fault::Status(404, &[]), Fault::Raw(200, "application/json", "{}")]
    {
        let fake = shop();
        fake.without(Kind::Gateway);
        fake.always("GET /apis$", fault);
        let result = read(&fake, &ListRequest { kind: Kind::Gateway, ..pods(5) }).await;
        assert_eq!(result.error.map(|error| error.reason()), Some(Reason::Failed));
    }
}

#[tokio::test(start_paused = true)]
async fn a_later_page_that_is_not_found_is_a_gap() {
    let fake = shop();
    fake.always("continue=5", Fault::Status(404, &[]));
    let gaps = read(&fake, &pods(5)).await.coverage(&pods(5)).gaps;
    assert_eq!((gaps[0].reason, gaps[0].got, gaps[0].missing), (Reason::Failed, 5, Some(7)));
}

#[tokio::test(start_paused = true)]
async fn a_broken_page_is_read_again_and_counted_once() {
    for how in [Broken::Closed, Broken::Short] {
        for fake in [shop(), shop().protobuf()] {
            fake.fault("continue=5", [Fault::Cut(how)]);
            let client = fake.client();
            let result = list(Arc::clone(&client), &pods(5), Rows::default()).await;
            assert_eq!((names(&result), result.got), (all().iter().map(String::as_str).collect(), 12));
            assert_eq!(client.meter.retries.load(Ordering::Relaxed), 1, "{how:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_a_gap_after_the_pages_before_it() {
    let fake = shop();
    fake.always("continue=5", Fault::Raw(200, "application/json", "{\"kind\": \"PodList\", \"items\": ["));
    let result = read(&fake, &pods(5)).await;
    let gaps = result.coverage(&pods(5)).gaps;
    assert_eq!((gaps[0].reason, gaps[0].got, gaps[0].missing), (Reason::Unreadable, 5, Some(7)));
    assert_eq!(fake.requests_of("continue=5").len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_list_can_be_continued_by_another() {
    let fake = shop();
    fake.always("continue=5", Fault::Status(403, &[]));
    let first = read(&fake, &pods(5)).await;
    assert_eq!((first.got, first.last_read.namespace.as_deref()), (5, Some("shop")));
    let rest = ListRequest { namespace: Some("shop".to_owned()), ..pods(500) };
    let second = list_rest(fake.client(), &rest, Rows::default(), first.last_read).await;
    assert_eq!((second.got, second.kept.pods.len()), (12, 7), "five are known");
}

#[tokio::test(start_paused = true)]
async fn a_metrics_server_is_requested_once_and_never_in_smaller_pages() {
    let fake = shop();
    fake.add(Kind::PodMetrics, serde_json::json!({ "metadata": { "namespace": "shop", "name": "web-000" } }));
    for fault in [Fault::Hang, Fault::Status(503, &[])] {
        fake.fault("metrics.k8s.io", [fault]);
        let before = fake.requests().len();
        let result = read(&fake, &ListRequest { kind: Kind::PodMetrics, ..pods(500) }).await;
        assert!(result.error.is_some());
        assert_eq!(fake.requests().len() - before, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn only_names_of_secrets_without_certificates_are_requested() {
    let names =
        ListRequest { kind: Kind::Secret, fields: Some("type!=kubernetes.io/tls".to_owned()), ..pods(5) };
    let whole = ListRequest { fields: Some(CERTIFICATES.to_owned()), ..names.clone() };
    let accept = |request: &ListRequest| page_request(request, 5, "").unwrap().accept;
    assert_eq!((accept(&names), accept(&whole)), (Accept::Names, Accept::Protobuf));
}
