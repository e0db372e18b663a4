//! The warnings that a run asks for, and what it says of objects without any.

use super::*;
use crate::checks::{self, CATALOG, View};
use crate::finding::Finding;
use serde_json::{Value, json};

const NONE: &str = "no recent warning events";

/// A Job that runs for too long: a finding about an object that does not fail.
fn overdue(namespace: &str, name: &str) -> Value {
    let old = "2025-11-26T00:00:00Z";
    json!({
        "metadata": { "namespace": namespace, "name": name, "creationTimestamp": old },
        "spec": { "completions": 1 }, "status": { "active": 1, "startTime": old },
    })
}

fn warning(namespace: &str, kind: &str, name: &str) -> Value {
    json!({
        "metadata": { "namespace": namespace, "name": format!("{name}.1") },
        "involvedObject": { "kind": kind, "namespace": namespace, "name": name },
        "type": "Warning", "reason": "UnexpectedJob", "message": "saw a job that it did not create",
        "lastTimestamp": "2025-12-26T01:59:00Z", "count": 3,
    })
}

/// Each finding of a run as its object and its evidence.
fn told(snapshot: &Snapshot) -> Vec<(String, String)> {
    let settings = Settings::default();
    let evidence = |finding: &Finding| finding.evidence.iter().map(ToString::to_string).collect::<Vec<_>>();
    let (findings, _) = checks::run(&View::new(snapshot, &settings));
    findings.iter().map(|finding| (finding.object.to_string(), evidence(finding).join("\n"))).collect()
}

#[tokio::test(start_paused = true)]
async fn objects_that_do_not_fail_are_asked_about_too() {
    let fake = Fake::default();
    fake.namespace("shop", 1);
    fake.add(Kind::Job, overdue("shop", "nightly"));
    fake.add(Kind::Job, overdue("shop", "weekly"));
    fake.add(Kind::Event, warning("shop", "Job", "nightly"));
    let snapshot = gathered(&fake, &named(&["shop"])).await.unwrap();
    let told = told(&snapshot);
    assert!(told[0].1.contains("UnexpectedJob") && told[1].1.contains(NONE), "{told:?}");
    assert_eq!(fake.requests_of("/events?").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_said_of_objects_that_were_not_asked_about() {
    let fake = Fake::default();
    fake.namespace("shop", 1);
    fake.add(Kind::Job, overdue("shop", "nightly"));
    for change in [
        (|plan: &mut Plan| plan.with_evidence = false) as fn(&mut Plan),
        |plan| plan.scope.no_evidence = true,
        |plan| plan.scope.skip_kinds.push(Kind::Event),
    ] {
        let mut plan = named(&["shop"]);
        change(&mut plan);
        let told = told(&gathered(&fake, &plan).await.unwrap());
        assert_eq!((told.len(), told[0].1.as_str()), (1, ""));
        assert!(fake.requests_of("/events").is_empty());
    }
    fake.always("/events?", Fault::Status(403, &[]));
    let told = told(&gathered(&fake, &named(&["shop"])).await.unwrap());
    assert_eq!((told.len(), told[0].1.as_str()), (1, ""), "the user may not read events");
}

#[tokio::test(start_paused = true)]
async fn a_cluster_without_findings_is_not_asked_for_events() {
    let fake = Fake::default();
    fake.namespace("shop", 3);
    assert!(told(&gathered(&fake, &everywhere()).await.unwrap()).is_empty());
    assert!(fake.requests_of("/events").is_empty());
}

#[tokio::test(start_paused = true)]
async fn findings_in_many_namespaces_are_one_list() {
    let fake = Fake::default();
    for number in 0..10 {
        let namespace = format!("n{number}");
        fake.namespace(&namespace, 0);
        fake.add(Kind::Job, overdue(&namespace, "nightly"));
    }
    fake.add(Kind::Event, warning("n3", "Job", "nightly"));
    let told = told(&gathered(&fake, &everywhere()).await.unwrap());
    let without = told.iter().filter(|(_, evidence)| evidence.contains(NONE)).count();
    assert_eq!((told.len(), without, fake.requests_of("/events?").len()), (10, 9, 1), "{told:?}");
}

/// The examples of all checks as clusters: the sentence follows a request.
#[tokio::test(start_paused = true)]
async fn every_kind_of_object_is_asked_about_before_it_is_said_to_have_none() {
    let mut said = 0;
    for check in CATALOG.iter() {
        let (_, block) = check.page.en.split_once("```yaml\n").unwrap();
        let fake = Fake::default();
        for document in block.split_once("```").unwrap().0.split("\n---\n") {
            let object: Value = serde_saphyr::from_str(document).unwrap();
            let kind = Kind::from_name(object["kind"].as_str().unwrap_or_default());
            if let Some(kind) = kind.filter(|kind| kind.place() != crate::wire::Place::Measured) {
                fake.add(kind, object);
            }
        }
        let snapshot = gathered(&fake, &everywhere()).await.unwrap();
        for (object, evidence) in told(&snapshot) {
            let place = object.split_once(' ').and_then(|(_, name)| name.split_once('/'));
            let Some((namespace, _)) = place else { continue };
            let requests = fake.requests_of(&format!("/namespaces/{namespace}/events?"));
            let asked = requests.iter().filter(|request| request.contains("Warning")).count() == 1;
            said += usize::from(evidence.contains(NONE));
            assert!(asked || !evidence.contains(NONE), "{}: {object}: {evidence}", check.id);
        }
    }
    assert!(said > 20, "{said}");
}
