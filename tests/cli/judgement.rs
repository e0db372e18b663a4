//! What is made of it: classes, exit codes, incidents.

use crate::{healthy_status, judged, pod};
use serde_json::{Value, json};

#[test]
fn exit_codes_tell_what_was_found() {
    let restless = |restarts: i32| {
        let mut status = healthy_status();
        status["containerStatuses"][0]["restartCount"] = json!(restarts);
        status["containerStatuses"][0]["lastState"] = json!({ "terminated": { "exitCode": 1, "reason": "Error", "finishedAt": "2025-12-26T01:00:00Z" } });
        [pod("restless", &status)]
    };
    for (restarts, fail_on, code) in [
        (4, "warning", 0),
        (5, "critical", 0),
        (5, "warning", 1),
        (5, "medium", 1),
        (10, "critical", 1),
        (10, "high", 1),
        (10, "never", 0),
    ] {
        assert_eq!(
            judged(&restless(restarts), &format!("--fail-on {fail_on}")).code,
            code,
            "{restarts} {fail_on}"
        );
    }
}

#[test]
fn restarts_are_judged_by_their_number_and_their_age() {
    let judged = |restarts: i32, last: &str| {
        let mut status = healthy_status();
        status["containerStatuses"][0]["restartCount"] = json!(restarts);
        if !last.is_empty() {
            status["containerStatuses"][0]["lastState"] =
                json!({ "terminated": { "exitCode": 1, "reason": "Error", "finishedAt": last } });
        }
        let report = judged(&[pod("restless", &status)], "-o json").json();
        report["pods"][0]["class"].as_str().unwrap().to_owned()
    };
    let (recent, old) = ("2025-12-25T00:00:00Z", "2025-12-01T00:00:00Z");
    for (restarts, last, class) in [
        (4, recent, "healthy"),
        (5, recent, "attention"),
        (9, recent, "attention"),
        (10, recent, "unhealthy"),
        (5, old, "healthy"),
        (9, old, "healthy"),
        (10, old, "attention"),
        (10, "", "unhealthy"),
    ] {
        assert_eq!(judged(restarts, last), class, "{restarts} restarts, the last {last:?}");
    }
}

#[test]
fn one_dead_node_is_one_incident() {
    let node = json!({
        "apiVersion": "v1", "kind": "Node", "metadata": { "name": "n1", "creationTimestamp": "2025-01-01T00:00:00Z" },
        "status": { "conditions": [{
            "type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown",
            "message": "Kubelet stopped posting node status.", "lastTransitionTime": "2025-12-26T01:48:00Z",
        }] },
    });
    // What a lost node leaves behind: containers that nobody has seen end, and a Ready condition that is False.
    let mut lost = healthy_status();
    lost["conditions"] =
        json!([{ "type": "Ready", "status": "False", "lastTransitionTime": "2025-12-26T01:49:00Z" }]);
    let mut items: Vec<Value> = (0..20).map(|i| pod(&format!("web-{i}"), &lost)).collect();
    items.push(node);
    let report = judged(&items, "-o json").json();
    assert_eq!(report["verdict"], "unhealthy");
    assert_eq!(report["totals"]["unhealthy"], 20);
    let incidents = report["incidents"].as_array().unwrap();
    assert_eq!(incidents.len(), 1, "{incidents:?}");
    assert_eq!(
        (&incidents[0]["id"], &incidents[0]["affected"]),
        (&json!("node-not-ready//Node/n1"), &json!(21))
    );
}
