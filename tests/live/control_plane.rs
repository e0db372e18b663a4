//! A control plane whose controllers stop: their leases prove it.

use crate::support::lab::Lab;
use serde_json::{Value, json};
use std::time::Duration;

/// A lease counts after four times its duration of 15 seconds. A slow machine gets more time.
const ATTEMPTS: usize = 100;

fn lab() -> Lab {
    let lab = Lab::start(&[("FULL", "1"), ("LEADER_ELECT", "true")]);
    let annotations = json!({ "kwok.x-k8s.io/node": "fake" });
    lab.apply(&[
        json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "steered" } }),
        json!({ "apiVersion": "v1", "kind": "Node", "metadata": { "name": "n1", "annotations": annotations } }),
        deployment("before"),
    ]);
    lab.wait_until("get deployment -n steered before -o jsonpath={.status.readyReplicas}", |ran| {
        ran.out == "1"
    });
    lab
}

fn deployment(name: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "namespace": "steered", "name": name },
        "spec": {
            "selector": { "matchLabels": { "app": name } },
            "template": {
                "metadata": { "labels": { "app": name } },
                "spec": { "containers": [{ "name": "app", "image": "example.com/app:1" }] },
            },
        },
    })
}

fn report(lab: &Lab, flags: &str) -> Value {
    lab.healthcheck(&format!("{flags} --grace 20s --skip-tls-check -o json --fail-on never")).json()
}

fn of_check<'r>(report: &'r Value, check: &str) -> Vec<&'r Value> {
    report["findings"].as_array().unwrap().iter().filter(|finding| finding["id"] == check).collect()
}

#[test]
fn controllers_that_stop_are_the_cause_of_what_waits_for_them() {
    let lab = lab();
    let healthy = report(&lab, "-A");
    assert_eq!(of_check(&healthy, "control-plane-silent"), Vec::<&Value>::new());
    lab.freeze();
    let containers = json!([{ "name": "app", "image": "example.com/app:1" }]);
    let metadata = json!({ "namespace": "steered", "name": "lonely" });
    lab.apply(&[
        deployment("after"),
        json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": { "containers": containers } }),
    ]);
    let is_high = |finding: &&Value| finding["severity"] == "high";
    let mut now = report(&lab, "-A");
    for _ in 0..ATTEMPTS {
        if of_check(&now, "control-plane-silent").into_iter().filter(is_high).count() == 2 {
            break;
        }
        std::thread::sleep(Duration::from_secs(2));
        now = report(&lab, "-A");
    }
    let silent: Vec<&str> = of_check(&now, "control-plane-silent")
        .into_iter()
        .filter(is_high)
        .map(|finding| finding["object"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(silent.len(), 2, "{silent:?}");
    for (check, object, lease) in [
        ("pod-unschedulable", "lonely", "kube-scheduler"),
        ("workload-replicas-missing", "after", "kube-controller-manager"),
    ] {
        let found = of_check(&now, check);
        let about = found.iter().find(|finding| finding["object"]["name"] == object).unwrap();
        let cause = &about["causedBy"][0];
        assert_eq!(
            (&cause["kind"], &cause["name"], &cause["reason"], &cause["proof"]),
            (&json!("Lease"), &json!(lease), &json!("controller"), &json!("shown")),
            "{about}"
        );
    }
    // Without the lease as a finding, a report of one namespace names it as the cause.
    let text = lab.healthcheck("pod/lonely -n steered --grace 20s --skip-tls-check").out;
    assert!(
        text.contains("waits for the holder of lease/kube-scheduler (kube-system), which has stopped"),
        "{text}"
    );
    // Without the right to read it, the report is complete and says less.
    let kinds = [("", "pods"), ("", "events"), ("apps", "deployments"), ("apps", "replicasets")];
    lab.grant("steered", &kinds);
    let limited = report(&lab, "--context limited -n steered");
    let refused = limited["coverage"]["notInScope"].as_array().unwrap();
    assert!(refused.iter().any(|gap| gap["kind"] == "Lease" && gap["reason"] == "forbidden"), "{refused:?}");
    let document = lab
        .healthcheck("--context limited -n steered --grace 20s --skip-tls-check -o markdown --fail-on never");
    assert!(
        document
            .out
            .contains("Unknown without leases: whether the scheduler and the controller manager work"),
        "{document:?}"
    );
}
