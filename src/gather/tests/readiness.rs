//! What the API server says about itself when lists fail.

use super::*;

const NOT_READY: Fault = Fault::Raw(
    500,
    "text/plain",
    "[+]ping ok\n[+]log ok\n[-]etcd failed: reason withheld\n[-]poststarthook/rbac/bootstrap-roles failed: not finished\n\
     readyz check failed\n",
);

fn notes(snapshot: &Snapshot) -> Vec<String> {
    snapshot.coverage.notes.iter().filter_map(|note| note.why.as_ref().map(ToString::to_string)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_server_whose_lists_fail_is_asked_whether_it_is_ready() {
    let fake = Fake::default();
    fake.namespace("shop", 1);
    fake.always("/readyz", NOT_READY);
    let healthy = gathered(&fake, &everywhere()).await.unwrap();
    assert!(fake.requests_of("/readyz").is_empty(), "a server that works is not asked");
    assert_eq!(notes(&healthy), [""; 0]);

    fake.always("/services", Fault::Status(500, &[]));
    let snapshot = gathered(&fake, &everywhere()).await.unwrap();
    assert_eq!(fake.requests_of("/readyz").len(), 1);
    assert_eq!(notes(&snapshot), ["the API server is not ready: etcd, poststarthook/rbac/bootstrap-roles"]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_list_says_nothing_about_the_server() {
    let fake = Fake::default();
    fake.namespace("shop", 1);
    fake.always("/services", Fault::Status(403, &[]));
    fake.always("/readyz", NOT_READY);
    let snapshot = gathered(&fake, &everywhere()).await.unwrap();
    assert_eq!((fake.requests_of("/readyz").len(), notes(&snapshot).len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_ready_or_silent_adds_nothing() {
    for fault in [Fault::Raw(200, "text/plain", "[+]ping ok\nreadyz check passed\n"), Fault::Hang] {
        let fake = Fake::default();
        fake.namespace("shop", 1);
        fake.always("/services", Fault::Status(500, &[]));
        fake.always("/readyz", fault);
        let snapshot = gathered(&fake, &everywhere()).await.unwrap();
        assert_eq!(fake.requests_of("/readyz").len(), 1);
        assert_eq!(notes(&snapshot), [""; 0]);
        assert_eq!(gaps(&snapshot.coverage.gaps), ["Service shop Failed"]);
    }
}

/// The server has been silent for as long as requests may wait, which does not end this question.
#[tokio::test(start_paused = true)]
async fn a_server_with_lists_that_hang_is_asked_whether_it_is_ready() {
    let fake = Fake::default();
    fake.namespace("shop", 1);
    fake.always("/services", Fault::Hang);
    fake.always("/readyz", NOT_READY);
    let began = tokio::time::Instant::now();
    let snapshot = gathered(&fake, &everywhere()).await.unwrap();
    assert_eq!(gaps(&snapshot.coverage.gaps), ["Service - TimedOut", "Lease kube-system TimedOut"]);
    assert_eq!(notes(&snapshot), ["the API server is not ready: etcd, poststarthook/rbac/bootstrap-roles"]);
    assert_eq!(began.elapsed().as_secs(), 45);
}

#[tokio::test(start_paused = true)]
async fn a_run_without_pods_says_what_fails() {
    let fake = Fake::default();
    fake.namespace("shop", 1);
    fake.always("/pods", Fault::Status(500, &[]));
    fake.always("/readyz", NOT_READY);
    let error = gathered(&fake, &everywhere()).await.unwrap_err();
    let Error::NotReady { error: Some(first), .. } = &error else { panic!("{error:?}") };
    assert_eq!((error.to_string(), error.reason()), (first.to_string(), Reason::Failed));
    let hint = error.hint().unwrap();
    assert!(
        hint.contains("not ready: etcd") && hint.contains("kubectl get --raw '/readyz?verbose'"),
        "{hint}"
    );
}

/// As with an etcd that is gone: nothing but questions about the server itself is answered.
#[tokio::test(start_paused = true)]
async fn a_server_that_is_down_ends_the_run() {
    let fake = Fake::default();
    fake.namespace("shop", 1);
    for path in ["/api/v1", "/apis/"] {
        fake.always(path, Fault::Hang);
    }
    fake.always("/readyz", NOT_READY);
    let began = tokio::time::Instant::now();
    let error = gathered(&fake, &everywhere()).await.unwrap_err();
    assert_eq!(began.elapsed().as_secs(), 30);
    assert_eq!(fake.requests_of("/readyz").len(), 2);
    assert!(
        error.to_string().ends_with("the API server is not ready: etcd, poststarthook/rbac/bootstrap-roles")
    );
    assert_eq!(error.hint().as_deref(), Some("see: kubectl get --raw '/readyz?verbose'"));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_recovers_is_read() {
    let fake = Fake::default();
    fake.namespace("shop", 1);
    for path in ["/api/v1", "/apis/"] {
        fake.always(path, Fault::Slow(Duration::from_secs(25)));
    }
    fake.always("/readyz", NOT_READY);
    let snapshot = gathered(&fake, &everywhere()).await.unwrap();
    assert!(snapshot.coverage.gaps.is_empty(), "{:?}", snapshot.coverage.gaps);
}

#[tokio::test(start_paused = true)]
async fn a_server_of_which_another_part_fails_is_read() {
    let fake = Fake::default();
    fake.namespace("shop", 1);
    for path in ["/api/v1", "/apis/"] {
        fake.always(path, Fault::Slow(Duration::from_secs(29)));
    }
    fake.always(
        "/readyz",
        Fault::Raw(500, "text/plain", "[+]etcd ok\n[-]informer-sync failed: reason withheld\n"),
    );
    let mut plan = everywhere();
    plan.list.page_timeout = Duration::from_secs(60);
    let snapshot = gathered(&fake, &plan).await.unwrap();
    assert!(snapshot.coverage.gaps.is_empty(), "{:?}", snapshot.coverage.gaps);
}
