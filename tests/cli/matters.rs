//! Which findings share a key.

use crate::keys::judged;
use crate::pod;
use serde_json::{Value, json};

/// A pod with a waiting container and an owner such as `ReplicaSet/web-7d9f8b6c5d`.
fn waiting(name: &str, owner: &str, reason: &str) -> Value {
    let state = json!({ "waiting": { "reason": reason, "message": "secret \"db\" not found" } });
    owned(
        pod(name, &json!({ "phase": "Pending", "containerStatuses": [{ "name": "app", "state": state }] })),
        owner,
    )
}

fn owned(mut object: Value, owner: &str) -> Value {
    if let Some((kind, name)) = owner.split_once('/') {
        object["metadata"]["ownerReferences"] = json!([{ "kind": kind, "name": name, "controller": true }]);
    }
    object
}

fn object(kind: &str, name: &str, rest: Value) -> Value {
    let mut object = rest;
    object["kind"] = json!(kind);
    object["metadata"] =
        json!({ "name": name, "namespace": "demo", "creationTimestamp": "2025-12-20T00:00:00Z" });
    object
}

/// Returns the distinct keys of a check about these objects.
fn keys(check: &str, objects: &[Value]) -> Vec<String> {
    let mut keys = judged(objects, |finding| (finding.check.id == check).then(|| finding.key.clone()));
    keys.dedup();
    keys
}

#[test]
fn keys_of_pods_name_their_controller() {
    let set = |owner: &str| {
        owned(object("ReplicaSet", "web-7d9f8b6c5d", json!({ "spec": { "replicas": 0 } })), owner)
    };
    for (owner, others, known_as) in [
        ("", vec![], "Pod/a"),
        ("StatefulSet/web", vec![], "StatefulSet/web"),
        ("ReplicaSet/web-7d9f8b6c5d", vec![], "Deployment/web"),
        ("ReplicaSet/web-7d9f8b6c5d", vec![set("Deployment/web")], "Deployment/web"),
        ("ReplicaSet/web-7d9f8b6c5d", vec![set("Rollout/web")], "Deployment/web"),
        ("ReplicaSet/web-7d9f8b6c5d", vec![set("")], "Deployment/web"),
        ("ReplicaSet/web-7d9f8b6c5d", vec![object("Deployment", "other", json!({}))], "Deployment/web"),
        ("ReplicaSet/web-v2", vec![], "ReplicaSet/web-v2"),
        ("Job/backup-29443620", vec![], "CronJob/backup"),
        ("Job/backup-20251226", vec![], "Job/backup-20251226"),
        ("Job/by-hand", vec![owned(object("Job", "by-hand", json!({})), "CronJob/backup")], "CronJob/backup"),
        ("ReplicationController/web-12", vec![], "DeploymentConfig/web"),
        // Each static pod of a node has its own key.
        ("Node/n1", vec![], "Pod/a"),
    ] {
        let objects = [vec![waiting("a", owner, "CreateContainerConfigError")], others].concat();
        let wanted = format!("pod-config-error/demo/{known_as}/app/Secret/db");
        assert_eq!(keys("pod-config-error", &objects), [wanted], "{owner}");
    }
}

#[test]
fn alternating_reasons_share_a_key() {
    let owner = "ReplicaSet/web-7d9f8b6c5d";
    let pulls =
        ["ErrImagePull", "ImagePullBackOff"].map(|reason| waiting(&reason.to_lowercase(), owner, reason));
    assert_eq!(keys("pod-image-pull-failed", &pulls), ["pod-image-pull-failed/demo/Deployment/web/app"]);
    let node = |(name, reason): (&str, &str)| {
        let ready = json!({ "type": "Ready", "status": "Unknown", "reason": reason });
        object("Node", name, json!({ "status": { "conditions": [ready] } }))
    };
    for reason in ["KubeletNotReady", "NodeStatusUnknown"] {
        assert_eq!(keys("node-not-ready", &[node(("n1", reason))]), ["node-not-ready//Node/n1"]);
    }
    let crashes = |end: &Value| {
        let mut pod = waiting("web-7d9f8b6c5d-x2b4k", owner, "CrashLoopBackOff");
        pod["status"]["containerStatuses"][0]["lastState"] = json!({ "terminated": end });
        keys("pod-crash-loop", &[pod])
    };
    let ends = [
        json!({ "exitCode": 1, "reason": "Error" }),
        json!({ "exitCode": 0, "reason": "Completed" }),
        Value::Null,
    ];
    assert!(ends.iter().all(|end| crashes(end) == ["pod-crash-loop/demo/Deployment/web/app"]));
    let mounts = |reason: &str| {
        let pod = waiting("web-7d9f8b6c5d-x2b4k", owner, "ContainerCreating");
        let about = json!({ "kind": "Pod", "namespace": "demo", "name": "web-7d9f8b6c5d-x2b4k" });
        let event = object(
            "Event",
            "e",
            json!({ "type": "Warning", "reason": reason, "message": "no", "involvedObject": about }),
        );
        keys("pod-volume-not-mounted", &[pod, event])
    };
    for reason in ["FailedMount", "FailedAttachVolume"] {
        assert_eq!(mounts(reason), ["pod-volume-not-mounted/demo/Deployment/web"]);
    }
}

#[test]
fn problems_with_separate_remedies_have_separate_keys() {
    let job = |name: &str, reason: &str| {
        let failed = json!({ "type": "Failed", "status": "True", "reason": reason });
        owned(object("Job", name, json!({ "status": { "conditions": [failed] } })), "CronJob/backup")
    };
    let runs = [
        job("backup-29443620", "BackoffLimitExceeded"),
        job("backup-29443680", "BackoffLimitExceeded"),
        job("backup-29443740", "DeadlineExceeded"),
    ];
    let of = |reason: &str| format!("job-failed/demo/CronJob/backup/{reason}");
    assert_eq!(keys("job-failed", &runs), [of("BackoffLimitExceeded"), of("DeadlineExceeded")]);
    let pod_of = |name: &str, condition: Value| {
        owned(pod(name, &json!({ "phase": "Pending", "conditions": [condition] })), "StatefulSet/db")
    };
    let held = |reason: &str| json!({ "type": "PodScheduled", "status": "False", "reason": reason });
    let pods = [pod_of("db-0", held("SchedulingGated")), pod_of("db-1", held("Unschedulable"))];
    let of = |part: &str| format!("pod-unschedulable/demo/StatefulSet/db{part}");
    assert_eq!(keys("pod-unschedulable", &pods), [of(""), of("/gated")]);
    let to = |service: &str| json!({ "path": "/", "backend": { "service": { "name": service, "port": { "number": 80 } } } });
    let rules = json!([{ "http": { "paths": [to("a"), to("b")] } }, { "host": "shop", "http": { "paths": [to("a")] } }]);
    let ingress =
        [object("Ingress", "shop", json!({ "spec": { "rules": rules } })), object("Service", "c", json!({}))];
    let of = |service: &str| format!("ingress-backend-missing/demo/Ingress/shop/{service}");
    assert_eq!(keys("ingress-backend-missing", &ingress), [of("a"), of("b")]);
}

/// The claim of an ephemeral volume contains the name of its pod.
#[test]
fn keys_of_ephemeral_claims_name_the_volume() {
    let claim = |name: &str| {
        object(
            "PersistentVolumeClaim",
            name,
            json!({ "spec": { "storageClassName": "" }, "status": { "phase": "Pending" } }),
        )
    };
    let objects = [
        waiting("web-7d9f8b6c5d-x2b4k", "ReplicaSet/web-7d9f8b6c5d", "ContainerCreating"),
        waiting("web-7d9f8b6c5d-8v9qz", "ReplicaSet/web-7d9f8b6c5d", "ContainerCreating"),
        waiting("pg-1", "Cluster/pg", "ContainerCreating"),
        claim("web-7d9f8b6c5d-x2b4k-scratch"),
        claim("web-7d9f8b6c5d-8v9qz-scratch"),
        claim("web-7d9f8b6c5d-x2b4k-cache"),
        claim("pg-1-wal"),
    ];
    let of = |rest: &str| format!("pvc-pending/demo/{rest}");
    let wanted = ["Deployment/web/cache", "Deployment/web/scratch", "PersistentVolumeClaim/pg-1-wal"].map(of);
    assert_eq!(keys("pvc-pending", &objects), wanted);
}

#[test]
fn keys_of_joint_restarts_name_the_common_cause() {
    let restarted = |name: &str, owner: &str, node: &str| {
        let end = json!({ "terminated": { "exitCode": 1, "finishedAt": "2025-12-26T01:00:00Z" } });
        let container = json!({ "name": "app", "ready": true, "restartCount": 1, "state": { "running": {} }, "lastState": end });
        let mut pod =
            owned(pod(name, &json!({ "phase": "Running", "containerStatuses": [container] })), owner);
        pod["spec"]["nodeName"] = json!(node);
        pod
    };
    let together = |owners: [&str; 3], others: Vec<Value>| {
        let pods = ["a", "b", "c"].into_iter().zip(owners).zip(["n1", "n2", "n3"]);
        let pods: Vec<Value> = pods.map(|((name, owner), node)| restarted(name, owner, node)).collect();
        keys("pods-restarted-together", &[pods, others].concat())
    };
    let (old, new) = ("ReplicaSet/web-7d9f8b6c5d", "ReplicaSet/web-5c8d9f7b64");
    let deployment = object(
        "Deployment",
        "web",
        json!({ "spec": { "replicas": 3 }, "status": { "availableReplicas": 3 } }),
    );
    for others in [vec![], vec![deployment]] {
        assert_eq!(together([old, old, new], others), ["pods-restarted-together/demo/Deployment/web"]);
    }
    let space = json!({ "kind": "Namespace", "metadata": { "name": "demo" } });
    for others in [vec![], vec![space]] {
        let mixed = together([old, "StatefulSet/db", "DaemonSet/agent"], others);
        assert_eq!(mixed, ["pods-restarted-together//Namespace/demo"]);
    }
}
