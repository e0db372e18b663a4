//! Against the fake server, with a paused clock.

use super::*;
use crate::cluster::fake::{self, Fake, Fault};
use crate::gather::tests::plan;
use serde_json::{Value, json};

fn everywhere() -> Plan {
    let mut plan = plan();
    plan.scope.all_namespaces = true;
    plan
}

async fn watched<'p>(fake: &Fake, plan: &'p Plan) -> Watched<'p> {
    let progress = Progress::new(false, None, fake::clock, 1);
    Watched::start(fake.session(), plan, &progress).await.unwrap()
}

/// Applies what happens within a time.
async fn follow(watched: &mut Watched<'_>, time: u64) {
    let end = tokio::time::sleep(Duration::from_secs(time));
    tokio::pin!(end);
    loop {
        tokio::select! {
            () = &mut end => return,
            () = watched.changed() => {}
        }
    }
}

fn pods(watched: &mut Watched) -> Vec<String> {
    let rows = &watched.snapshot().rows;
    rows.pods
        .iter()
        .map(|pod| format!("{}/{} {}", pod.shared.namespace, pod.name, pod.shared.status))
        .collect()
}

fn gaps(watched: &mut Watched) -> Vec<String> {
    let gaps = &watched.snapshot().coverage.gaps;
    gaps.iter().map(|gap| format!("{} {:?}", gap.kind, gap.reason)).collect()
}

/// The lists of pods that were requested.
fn lists(fake: &Fake) -> usize {
    fake.requests_of("/api/v1/pods?").iter().filter(|line| !line.contains("watch=true")).count()
}

fn failed(namespace: &str, number: usize) -> Value {
    let mut pod = fake::pod(namespace, number);
    pod["status"] =
        json!({ "phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory." });
    pod
}

#[tokio::test(start_paused = true)]
async fn rows_follow_changes_without_another_list() {
    let fake = Fake::default();
    fake.namespace("shop", 2);
    let plan = everywhere();
    let mut watched = watched(&fake, &plan).await;
    assert_eq!(pods(&mut watched), ["shop/web-000 Running", "shop/web-001 Running"]);
    fake.change(Kind::Pod, failed("shop", 1));
    fake.change(Kind::Pod, fake::pod("blog", 0));
    fake.delete(Kind::Pod, "shop", "web-000");
    follow(&mut watched, 1).await;
    assert_eq!(pods(&mut watched), ["blog/web-000 Running", "shop/web-001 Evicted"]);
    // The server ends each watch after its time, and the next one goes on.
    follow(&mut watched, 300).await;
    fake.change(Kind::Pod, fake::pod("shop", 1));
    follow(&mut watched, 1).await;
    assert_eq!(pods(&mut watched), ["blog/web-000 Running", "shop/web-001 Running"]);
    assert_eq!((lists(&fake), gaps(&mut watched)), (1, vec![]));
    assert!(watched.stats().now().relists.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_moment_that_is_too_old_costs_a_list_of_one_kind() {
    let fake = Fake::default();
    fake.namespace("shop", 2);
    let plan = everywhere();
    let mut watched = watched(&fake, &plan).await;
    fake.change(Kind::Pod, fake::pod("shop", 2));
    fake.delete(Kind::Pod, "shop", "web-000");
    fake.compact();
    fake.cut_watches();
    follow(&mut watched, 5).await;
    assert_eq!(pods(&mut watched), ["shop/web-001 Running", "shop/web-002 Running"]);
    let relists = watched.stats().now().relists;
    assert_eq!((relists.get(&Kind::Pod), lists(&fake)), (Some(&1), 2));
    assert_eq!(gaps(&mut watched), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_broken_watch_goes_on_from_its_last_change() {
    let fake = Fake::default();
    fake.namespace("shop", 1);
    let plan = everywhere();
    let mut watched = watched(&fake, &plan).await;
    for number in 1..=30 {
        fake.change(Kind::Pod, fake::pod("shop", number));
        fake.cut_watches();
        follow(&mut watched, 3).await;
    }
    assert_eq!(pods(&mut watched).len(), 31);
    let tally = watched.stats().now();
    assert!(tally.relists.is_empty() && tally.interruptions[&Kind::Pod] >= 20, "{tally:?}");
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_stalls_is_a_gap_until_it_is_made_again() {
    let fake = Fake::default();
    fake.namespace("shop", 1);
    let plan = everywhere();
    let mut watched = watched(&fake, &plan).await;
    fake.stall_watches(true);
    fake.always("watch=true", Fault::Hang);
    fake.change(Kind::Pod, failed("shop", 0));
    follow(&mut watched, 29).await;
    assert_eq!(gaps(&mut watched), [""; 0]);
    follow(&mut watched, 40).await;
    assert!(gaps(&mut watched).contains(&"Pod Stale".to_owned()));
    assert!(watched.behind() >= Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_is_refused_again_is_not_out_of_date() {
    let fake = Fake::default();
    fake.namespace("shop", 1);
    fake.without(Kind::Gateway);
    fake.always("/api/v1/nodes?", Fault::Status(403, &[]));
    let plan = everywhere();
    let mut watched = watched(&fake, &plan).await;
    let before = gaps(&mut watched);
    assert_eq!(before, ["Node Forbidden"]);
    // They are asked for again every 10 minutes, and once the server fails instead of refusing.
    follow(&mut watched, 1500).await;
    assert!(fake.requests_of("/api/v1/nodes?").len() >= 3);
    assert_eq!((gaps(&mut watched), watched.behind()), (before.clone(), Duration::ZERO));
    fake.fault("/gateways?", [Fault::Status(500, &[])]);
    follow(&mut watched, 1500).await;
    assert_eq!((gaps(&mut watched), watched.behind()), (before, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_what_could_be_read_is_not_believed_at_once() {
    let fake = Fake::default();
    fake.namespace("shop", 1);
    let plan = everywhere();
    let mut watched = watched(&fake, &plan).await;
    // The server starts again: it refuses everything until it has read the rights.
    fake.fault("/deployments?", [Fault::Status(403, &[]), Fault::Status(404, &[]), Fault::Status(403, &[])]);
    fake.cut_watches();
    follow(&mut watched, 20).await;
    assert_eq!((gaps(&mut watched), watched.behind()), (Vec::new(), Duration::ZERO));
    // The right is gone: the list as it was is shown as out of date. It is asked for some times, and then every 10 minutes.
    fake.always("/deployments?", Fault::Status(403, &[]));
    fake.cut_watches();
    follow(&mut watched, 60).await;
    let asked = fake.requests_of("/deployments?").len();
    follow(&mut watched, 500).await;
    assert_eq!(
        (gaps(&mut watched), fake.requests_of("/deployments?").len()),
        (vec!["Deployment Stale".to_owned()], asked)
    );
}

#[tokio::test(start_paused = true)]
async fn many_changes_give_the_rows_of_a_new_list() {
    let fake = Fake::default();
    fake.namespace("shop", 30);
    let plan = everywhere();
    let mut one = watched(&fake, &plan).await;
    // Longer than texts that no row uses any more are kept.
    for round in 0..60 {
        for number in (0..30).filter(|number| (number * 7 + round) % 5 == 0) {
            let mut pod = fake::pod("shop", number);
            match (number + round) % 3 {
                0 => pod = failed("shop", number),
                1 => pod["status"]["containerStatuses"][0]["restartCount"] = (round % 4).into(),
                _ => {}
            }
            fake.change(Kind::Pod, pod);
        }
        follow(&mut one, 30).await;
        one.snapshot();
    }
    let mut other = watched(&fake, &plan).await;
    assert_eq!(pods(&mut one), pods(&mut other));
    let (one, other) = (&one.snapshot().rows.pods, &other.snapshot().rows.pods);
    for (one, other) in one.iter().zip(other) {
        assert_eq!(format!("{one:#?}"), format!("{other:#?}"));
    }
}

#[tokio::test(start_paused = true)]
async fn warnings_come_and_end_with_their_events() {
    let fake = Fake::default();
    fake.namespace("shop", 1);
    let plan = everywhere();
    let mut watched = watched(&fake, &plan).await;
    let event = json!({
        "metadata": { "namespace": "shop", "name": "web-000.1" }, "type": "Warning", "reason": "BackOff",
        "message": "Back-off restarting failed container", "lastTimestamp": "2025-12-26T01:59:00Z",
        "involvedObject": { "kind": "Pod", "namespace": "shop", "name": "web-000" },
    });
    fake.change(Kind::Event, event);
    follow(&mut watched, 1).await;
    assert_eq!(watched.snapshot().rows.events.len(), 1);
    fake.delete(Kind::Event, "shop", "web-000.1");
    follow(&mut watched, 1).await;
    assert_eq!(watched.snapshot().rows.events.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_log_of_a_failing_pod_is_read_once() {
    let fake = Fake::default();
    fake.log("shop/web-000/app!", "panic: no database\n");
    let mut crashed = fake::pod("shop", 0);
    let status = &mut crashed["status"]["containerStatuses"][0];
    status["restartCount"] = 3.into();
    status["ready"] = false.into();
    status["lastState"] = json!({ "terminated": { "exitCode": 2, "finishedAt": "2025-12-26T01:59:00Z" } });
    fake.namespace("shop", 0);
    fake.add(Kind::Pod, crashed);
    let plan = everywhere();
    let mut watched = watched(&fake, &plan).await;
    for _ in 0..3 {
        watched.snapshot();
        follow(&mut watched, 1).await;
    }
    assert_eq!(watched.snapshot().logs.len(), 1);
    assert_eq!(fake.requests_of("/log?").len(), 1);
}
