//! Scopes: namespaces by name, all namespaces, and what happens if the user may not list them.

use super::*;
use serde_json::json;

fn cluster() -> Fake {
    let fake = Fake::default();
    for (name, pods) in [("bank", 2), ("kube-system", 1), ("shop", 3)] {
        fake.namespace(name, pods);
    }
    fake
}

/// The lists of pods that were requested, without their queries.
fn lists_of_pods(fake: &Fake) -> Vec<String> {
    let path = |line: String| line.split(['?', ' ']).nth(1).unwrap_or_default().to_owned();
    fake.requests_of("/pods?limit").into_iter().map(path).collect()
}

#[tokio::test(start_paused = true)]
async fn the_namespaces_of_the_scope_are_listed_one_by_one() {
    let fake = cluster();
    let snapshot = gathered(&fake, &named(&["shop", "bank", "shop"])).await.unwrap();
    assert_eq!(snapshot.scope.namespaces, ["bank", "shop"]);
    assert_eq!(snapshot.rows.pods.len(), 5);
    assert_eq!(lists_of_pods(&fake), ["/api/v1/namespaces/bank/pods", "/api/v1/namespaces/shop/pods"]);
    let names: Vec<&str> = snapshot.rows.namespaces.iter().map(|namespace| &*namespace.name).collect();
    assert_eq!(names, ["bank", "shop"]);
}

#[tokio::test(start_paused = true)]
async fn all_namespaces_are_one_list_without_the_excluded_ones() {
    let fake = cluster();
    let mut plan = everywhere();
    plan.scope.excluded = vec![globset::Glob::new("kube-*").unwrap()];
    let snapshot = gathered(&fake, &plan).await.unwrap();
    assert_eq!(lists_of_pods(&fake), ["/api/v1/pods"]);
    assert_eq!(snapshot.rows.pods.len(), 5);
    assert_eq!((snapshot.scope.namespaces.len(), snapshot.scope.excluded), (0, vec!["kube-*".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn a_namespace_must_be_a_name_and_exist() {
    let fake = cluster();
    let error = gathered(&fake, &named(&["Shop"])).await.unwrap_err().to_string();
    assert_eq!((error.as_str(), fake.requests().len()), ("error: \"Shop\" is not a valid namespace name", 0));
    let error = gathered(&fake, &named(&["shpo"])).await.unwrap_err();
    assert!(error.to_string().starts_with("Error from server (NotFound)"), "{error}");
    assert_eq!(error.hint().as_deref(), Some("did you mean \"shop\"?"));
}

#[tokio::test(start_paused = true)]
async fn one_missing_namespace_of_several_is_a_gap() {
    let fake = cluster();
    let snapshot = gathered(&fake, &named(&["shop", "shpo"])).await.unwrap();
    assert_eq!(snapshot.rows.pods.len(), 3);
    assert_eq!(gaps(&snapshot.coverage.gaps), ["Namespace shpo Failed"]);
    let why = snapshot.coverage.gaps[0].why.as_ref().unwrap().to_string();
    assert_eq!(why, "the namespace does not exist; did you mean \"shop\"?");
}

#[tokio::test(start_paused = true)]
async fn a_pattern_stands_for_the_namespaces_that_match() {
    let fake = cluster();
    let snapshot = gathered(&fake, &named(&["s*", "bank"])).await.unwrap();
    assert_eq!(snapshot.scope.namespaces, ["bank", "shop"]);
    let error = gathered(&fake, &named(&["shoop*"])).await.unwrap_err().to_string();
    assert_eq!(error, "error: no namespace matches \"shoop*\"; did you mean \"shop\"?");
    // A list that is forbidden is an error: the namespaces are not known.
    fake.always("/api/v1/namespaces?", Fault::Status(403, &[]));
    assert!(gathered(&fake, &named(&["s*"])).await.unwrap_err().is_forbidden());
}

#[tokio::test(start_paused = true)]
async fn a_namespace_that_may_not_be_read_is_a_gap_if_it_has_no_pods() {
    let fake = cluster();
    fake.namespace("empty", 0);
    fake.always("/api/v1/namespaces/empty$", Fault::Status(403, &[]));
    fake.always("/api/v1/namespaces/shop$", Fault::Status(403, &[]));
    let snapshot = gathered(&fake, &named(&["empty", "shop"])).await.unwrap();
    assert_eq!(gaps(&snapshot.coverage.gaps), ["Namespace empty Forbidden"]);
    let outside = gaps(&snapshot.coverage.not_in_scope);
    assert!(outside.contains(&"Namespace shop Forbidden".to_owned()), "{outside:?}");
}

#[tokio::test(start_paused = true)]
async fn without_rights_to_all_pods_each_namespace_is_tried() {
    let fake = cluster();
    fake.always("/api/v1/pods?", Fault::Status(403, &[]));
    fake.always("/apis/apps/v1/deployments?", Fault::Status(403, &[]));
    fake.always("/api/v1/namespaces/kube-system/pods?", Fault::Status(403, &[]));
    let snapshot = gathered(&fake, &everywhere()).await.unwrap();
    let read = ["bank/web-000", "bank/web-001", "shop/web-000", "shop/web-001", "shop/web-002"];
    assert_eq!(pods(&snapshot), read);
    assert_eq!(gaps(&snapshot.coverage.gaps), ["Pod kube-system Forbidden"]);
    // The other lists are not tried where pods may not be listed.
    let tried = fake.requests_of("/deployments?limit");
    assert_eq!(tried.len(), 3, "{tried:?}");
    assert!(!tried.iter().any(|line| line.contains("kube-system")), "{tried:?}");
}

#[tokio::test(start_paused = true)]
async fn without_rights_to_any_pods_the_run_fails() {
    let fake = cluster();
    fake.always("/pods?limit", Fault::Status(403, &[]));
    for plan in [everywhere(), named(&["shop", "bank"])] {
        let error = gathered(&fake, &plan).await.unwrap_err();
        assert!(error.is_forbidden(), "{error}");
    }
    fake.always("/api/v1/namespaces?", Fault::Status(403, &[]));
    assert!(gathered(&fake, &everywhere()).await.unwrap_err().is_forbidden());
}

#[tokio::test(start_paused = true)]
async fn an_object_that_cannot_be_read_costs_its_namespace_only() {
    let fake = cluster();
    let broken = Fault::Raw(200, "application/json", "{\"kind\": \"PodList\", \"items\": [{\"metadata\"");
    // The second page of all namespaces begins in kube-system.
    fake.always("/api/v1/pods?limit=2&continue=2", broken.clone());
    fake.always("/api/v1/namespaces/kube-system/pods?limit", broken);
    let mut plan = everywhere();
    plan.list.page_size = 2;
    let snapshot = gathered(&fake, &plan).await.unwrap();
    let read = ["bank/web-000", "bank/web-001", "shop/web-000", "shop/web-001", "shop/web-002"];
    assert_eq!(pods(&snapshot), read);
    assert_eq!(gaps(&snapshot.coverage.gaps), ["Pod kube-system Unreadable"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_has_died_is_not_tried_again() {
    let fake = cluster();
    fake.fault("/version", []);
    fake.always("/api/v1/pods?limit=2&continue=2", Fault::Io(std::io::ErrorKind::ConnectionRefused));
    let mut plan = everywhere();
    plan.list.page_size = 2;
    let greeted = std::sync::atomic::AtomicBool::new(false);
    let progress = Progress::new(false, None, fake::clock, 1);
    let snapshot = gather(fake.session(), &plan, &progress, |_| {
        greeted.store(true, Ordering::Relaxed);
        // From now on the version is refused, too.
        fake.always("/version", Fault::Io(std::io::ErrorKind::ConnectionRefused));
    })
    .await
    .unwrap();
    assert!(greeted.into_inner());
    assert_eq!(pods(&snapshot), ["bank/web-000", "bank/web-001"]);
    assert_eq!(gaps(&snapshot.coverage.gaps), ["Pod - Failed"]);
}

#[tokio::test(start_paused = true)]
async fn kinds_can_be_left_out() {
    let fake = cluster();
    let mut plan = named(&["shop"]);
    plan.scope.skip_kinds = vec![Kind::Node, Kind::CronJob];
    let snapshot = gathered(&fake, &plan).await.unwrap();
    assert!(fake.requests_of("/api/v1/nodes?").is_empty() && fake.requests_of("/cronjobs").is_empty());
    let outside = gaps(&snapshot.coverage.not_in_scope);
    for gap in ["Node - Skipped", "CronJob - Skipped"] {
        assert!(outside.contains(&gap.to_owned()), "{outside:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_selector_selects_pods_and_leaves_out_what_owns_none() {
    let fake = cluster();
    let mut plan = named(&["shop"]);
    plan.scope.selector = Some("app=web".to_owned());
    let snapshot = gathered(&fake, &plan).await.unwrap();
    assert!(snapshot.scope.selected && snapshot.scope.selector == "-l app=web");
    assert!(fake.requests_of("/ingresses").is_empty() && !fake.requests_of("/deployments").is_empty());
    let lists = fake.requests_of("/namespaces/shop/pods?");
    assert!(lists[0].contains("labelSelector=app%3Dweb"), "{lists:?}");
}

#[tokio::test(start_paused = true)]
async fn gaps_that_a_complete_report_may_have_are_outside_of_the_scope() {
    let fake = cluster();
    fake.always("/api/v1/nodes?", Fault::Status(403, &[]));
    fake.always("/persistentvolumes?", Fault::Status(403, &[]));
    fake.without(Kind::CronJob);
    let of_one = gathered(&fake, &named(&["shop"])).await.unwrap().coverage;
    assert_eq!(gaps(&of_one.gaps), [""; 0]);
    for gap in ["Node - Forbidden", "PersistentVolume - Forbidden", "CronJob shop Absent"] {
        assert!(gaps(&of_one.not_in_scope).contains(&gap.to_owned()), "{:?}", gaps(&of_one.not_in_scope));
    }
    // A report of the cluster is not complete without its nodes.
    let of_all = gathered(&fake, &everywhere()).await.unwrap().coverage;
    assert_eq!(gaps(&of_all.gaps), ["Node - Forbidden"]);
}

#[tokio::test(start_paused = true)]
async fn the_usage_of_pods_is_read_if_it_is_wanted() {
    let fake = cluster();
    let containers = json!([{ "name": "app", "usage": { "cpu": "5m", "memory": "20Mi" } }]);
    let metadata = json!({ "namespace": "shop", "name": "web-000" });
    fake.add(Kind::PodMetrics, json!({ "metadata": metadata, "containers": containers }));
    assert!(gathered(&fake, &named(&["shop"])).await.unwrap().rows.metered.is_empty());
    let snapshot = gathered(&fake, &Plan { with_usage: true, ..named(&["shop"]) }).await.unwrap();
    assert_eq!(snapshot.rows.metered.len(), 1);
}
