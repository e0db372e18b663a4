//! Annotations on namespaces and workloads: classes, thresholds, skipped checks, mutes.

use crate::support::{Ran, Run, healthcheck};
use serde_json::{Value, json};

const PROFILE: &str = "profiles:\n  p:\n    thresholds: {restartsUnhealthy: 10}\n    classes:\n      batch:\n        workloads: ['*runner*']\n        \
                       thresholds: {restartsAttention: 20, restartsUnhealthy: 50}\n";

/// A Deployment with one pod that serves and has restarted 12 times in the last hour, in a namespace.
fn cluster(name: &str, on_namespace: &Value, on_workload: &Value) -> Value {
    let metadata = |name: &str| json!({ "name": name, "namespace": "shop", "creationTimestamp": "2025-12-20T00:00:00Z" });
    let owned = |name: &str, kind: &str, owner: &str| {
        let mut metadata = metadata(name);
        metadata["ownerReferences"] = json!([{ "kind": kind, "name": owner, "controller": true }]);
        metadata
    };
    let mut deployment = metadata(name);
    deployment["annotations"] = on_workload.clone();
    let status = json!({ "replicas": 1, "readyReplicas": 1, "availableReplicas": 1, "updatedReplicas": 1 });
    let set = format!("{name}-6fc9ff54ff");
    json!({ "kind": "List", "apiVersion": "v1", "items": [
        { "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "shop", "annotations": on_namespace }, "status": { "phase": "Active" } },
        { "apiVersion": "apps/v1", "kind": "Deployment", "metadata": deployment, "spec": { "replicas": 1 }, "status": status },
        { "apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": owned(&set, "Deployment", name), "spec": { "replicas": 1 }, "status": status },
        { "apiVersion": "v1", "kind": "Pod", "metadata": owned(&format!("{set}-x2x2x"), "ReplicaSet", &set),
          "spec": { "nodeName": "n1", "containers": [{ "name": "app", "image": "registry.example.com/app:latest", "imagePullPolicy": "IfNotPresent" }] },
          "status": { "phase": "Running", "containerStatuses": [{ "name": "app", "ready": true, "restartCount": 12, "image": "i", "imageID": "",
            "state": { "running": { "startedAt": "2025-12-26T01:30:00Z" } },
            "lastState": { "terminated": { "exitCode": 1, "reason": "Error", "finishedAt": "2025-12-26T01:29:00Z" } } }] } },
    ]})
}

fn judged(cluster: &Value, flags: &str) -> Ran {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.yaml");
    std::fs::write(&config, PROFILE).unwrap();
    let mut command = healthcheck();
    command.args(["-f", "-", "--now", "2025-12-26T02:00:00Z", "--profile", "p", "--config"]).arg(config);
    command.args(flags.split_whitespace()).fed(cluster.to_string().as_bytes())
}

fn severities(ran: &Ran, check: &str) -> Vec<String> {
    let report = ran.json();
    let found = report["findings"].as_array().unwrap().iter().filter(|finding| finding["id"] == check);
    found.map(|finding| finding["severity"].as_str().unwrap().to_owned()).collect()
}

fn restarts(name: &str, on_namespace: &Value, on_workload: &Value) -> Vec<String> {
    severities(&judged(&cluster(name, on_namespace, on_workload), "-o json"), "pod-restarting-often")
}

#[test]
fn a_class_has_its_own_thresholds() {
    let none = json!({});
    assert_eq!(restarts("web", &none, &none), ["high"]);
    // By name, by annotation, by annotation of the namespace.
    assert_eq!(restarts("ci-runner", &none, &none), Vec::<String>::new());
    let batch = json!({ "healthcheck.dev/class": "batch" });
    assert_eq!(restarts("web", &none, &batch), Vec::<String>::new());
    assert_eq!(restarts("web", &batch, &none), Vec::<String>::new());
}

#[test]
fn annotations_of_a_workload_override_those_of_its_namespace() {
    let none = json!({});
    let patient = json!({ "healthcheck.dev/restarts-unhealthy": "100" });
    let strict = json!({ "healthcheck.dev/restarts-unhealthy": "11" });
    assert_eq!(restarts("web", &patient, &none), ["medium"]);
    assert_eq!(restarts("web", &patient, &strict), ["high"]);
    assert_eq!(restarts("web", &strict, &patient), ["medium"]);
    // The annotation overrides the threshold of the class.
    assert_eq!(
        restarts("ci-runner", &none, &json!({ "healthcheck.dev/restarts-attention": "12" })),
        ["medium"]
    );
}

#[test]
fn reports_checks_skipped_by_annotation() {
    let none = json!({});
    let skip = json!({ "healthcheck.dev/skip": "pod-restarting-*" });
    for (namespace, workload, on) in [(&skip, &none, "namespace/shop"), (&none, &skip, "deployment/web")] {
        let ran = judged(&cluster("web", namespace, workload), "-o json");
        assert_eq!(severities(&ran, "pod-restarting-often"), Vec::<String>::new(), "{on}");
        let report = ran.json();
        let gap = report["coverage"]["notInScope"]
            .as_array()
            .unwrap()
            .iter()
            .find(|g| g["kind"] == "pod-restarting-often")
            .cloned();
        let gap = gap.unwrap();
        assert_eq!((&gap["namespace"], &gap["reason"]), (&json!("shop"), &json!("skipped")));
        assert_eq!(gap["detail"], format!("annotation on {on}"));
        let table = judged(&cluster("web", namespace, workload), "").out;
        assert!(table.contains(&format!("pod-restarting-often in shop (annotation on {on})")), "{table}");
        let table = judged(&cluster("web", namespace, workload), "--lang zh-TW").out;
        assert!(table.contains(&format!("（{on} 的註解）")), "{table}");
    }
}

#[test]
fn annotations_can_mute_findings() {
    let mute = json!({ "healthcheck.dev/mute": "pod-restarting-often", "healthcheck.dev/mute-until": "2025-12-31",
        "healthcheck.dev/mute-reason": "flaky licence server", "healthcheck.dev/mute-owner": "shop team" });
    let ran = judged(&cluster("web", &json!({}), &mute), "-o json");
    let report = ran.json();
    assert_eq!(report["findings"].as_array().unwrap().iter().filter(|f| f["severity"] != "low").count(), 0);
    assert_eq!(report["mutes"][0]["state"], "active");
    assert_eq!(report["mutes"][0]["source"], "annotation on deployment/web in shop");
    assert_eq!(report["muted"][0]["id"], "pod-restarting-often");
    let mut ended = mute.clone();
    ended["healthcheck.dev/mute-until"] = json!("2025-12-24");
    assert_eq!(restarts("web", &json!({}), &ended), ["high"]);
    // On another workload it has no effect.
    assert_eq!(restarts("other", &json!({}), &json!({})), ["high"]);
}

#[test]
fn reports_and_ignores_invalid_annotations() {
    let wrong = json!({ "healthcheck.dev/grase": "1h", "healthcheck.dev/mute": "pod-restarting-often",
        "healthcheck.dev/restarts-unhealthy": "\u{1b}[31mmany" });
    let ran = judged(&cluster("web", &json!({}), &wrong), "-o json");
    assert_eq!(severities(&ran, "pod-restarting-often"), ["high"]);
    assert_eq!(ran.json()["ignoredAnnotations"].as_array().unwrap().len(), 3);
    let table = judged(&cluster("web", &json!({}), &wrong), "").out;
    for told in [
        "Ignored annotation: Deployment shop/web: healthcheck.dev/grase: unknown annotation; did you mean \"grace\"?",
        "healthcheck.dev/mute: healthcheck.dev/mute-until is missing",
        "\"^[[31mmany\" is not a number from 1",
    ] {
        assert!(table.contains(told), "{table}");
    }
}

#[test]
fn no_annotations_ignores_annotations() {
    let patient = json!({ "healthcheck.dev/restarts-unhealthy": "100" });
    let ran = judged(&cluster("web", &patient, &json!({})), "-o json --no-annotations");
    assert_eq!(severities(&ran, "pod-restarting-often"), ["high"]);
}
