//! Protobuf and JSON give the same objects: each field has the right tag and the right name.

use crate::corpus::CORPUS;
use crate::support::lab::{LAB, Lab};
use crate::{NOW, PIGO, namespace};
use http_body_util::BodyExt;
use kubectl_healthcheck::cluster::{self, ConnectOptions};
use kubectl_healthcheck::wire::{Kind, ListReader, Object, Place};
use serde_json::{Value, json};

/// Returns a list in one encoding of the server.
fn list(lab: &Lab, kind: Kind, accept: &str) -> Vec<Object> {
    let args = ConnectOptions { kubeconfig: Some(lab.kubeconfig.clone()), ..ConnectOptions::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let session = cluster::connect(&args, None).await.unwrap();
        let request = http::Request::get(kind.path(None))
            .header("accept", accept)
            .body(kube::client::Body::empty())
            .unwrap();
        let response = session.client.send(request).await.unwrap();
        let encoding = accept.split(';').next().unwrap();
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with(encoding));
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let mut reader = ListReader::new(kind);
        let mut objects = Vec::new();
        reader.push(&body, &mut |object| objects.push(object)).unwrap();
        reader.finish(&mut |object| objects.push(object)).unwrap();
        objects
    })
}

/// Returns the kinds that this server lists, in both encodings.
fn served() -> impl Iterator<Item = Kind> {
    Kind::ALL
        .into_iter()
        .filter(|kind| kind.place() != Place::Measured && !kind.is_metered() && !kind.is_extension())
}

/// Returns whether no other test changes the object between two lists.
fn stays(object: &Object) -> bool {
    let metadata = object.identity();
    let place = if metadata.namespace.is_empty() { metadata.name } else { metadata.namespace };
    place == "encoded" || place.starts_with("pigo-") || place.starts_with("waas-")
}

/// Returns the form of an object in a capture. An unset time is an empty message in protobuf and absent in JSON.
fn written(object: &Object) -> Value {
    fn without_nulls(value: &mut Value) {
        match value {
            Value::Object(map) => {
                map.retain(|_, value| !value.is_null());
                map.values_mut().for_each(without_nulls);
            }
            Value::Array(items) => items.iter_mut().for_each(without_nulls),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(object).unwrap();
    without_nulls(&mut value);
    value
}

#[test]
fn both_encodings_give_the_same_objects() {
    namespace("encoded");
    let time = |seconds: i64| jiff::Timestamp::from_second(NOW.as_second() - seconds).unwrap().to_string();
    let meta = |name: &str| {
        json!({
            "name": name, "namespace": "encoded", "uid": format!("uid-{name}"), "generation": 7,
            "creationTimestamp": time(1), "deletionTimestamp": time(2), "finalizers": ["example.com/hold"],
            "ownerReferences": [{ "apiVersion": "v1", "kind": "Owner", "name": "o", "uid": "u", "controller": true }],
        })
    };
    let condition = |seconds: i64| {
        json!([{
            "type": "A", "status": "B", "reason": "C", "message": "D", "lastTransitionTime": time(seconds),
            "lastUpdateTime": time(seconds + 1), "lastProbeTime": time(seconds + 2), "lastHeartbeatTime": time(seconds + 3),
        }])
    };
    let template = json!({
        "metadata": { "labels": { "a": "b" } }, "spec": { "containers": [{ "name": "c", "image": "i" }] },
    });
    let selector = json!({ "matchLabels": { "a": "b" } });
    let workload = |kind: &str, version: &str, spec: Value, status: Value| json!({ "apiVersion": version, "kind": kind, "metadata": meta("all"), "spec": spec, "status": status });
    let container = json!({
        "name": "c", "ready": true, "restartCount": 3, "started": true, "image": "i", "imageID": "d",
        "state": { "waiting": { "reason": "R", "message": "M" } },
        "lastState": { "terminated": {
            "exitCode": 4, "signal": 5, "reason": "T", "message": "U", "startedAt": time(10), "finishedAt": time(11),
        } },
    });
    // Ready, so that other tests find no broken node.
    let mut ready = condition(91);
    (ready[0]["type"], ready[0]["status"]) = (json!("Ready"), json!("True"));
    LAB.store(&[
        workload(
            "Pod",
            "v1",
            json!({
                "nodeName": "n", "restartPolicy": "OnFailure", "readinessGates": [{ "conditionType": "g" }],
                "containers": [{ "name": "c", "image": "i", "resources": { "limits": { "memory": "1Gi", "cpu": "500m" } } }],
                "initContainers": [{ "name": "d", "image": "j", "restartPolicy": "Always" }],
            }),
            json!({
                "phase": "Running", "reason": "R", "message": "M", "startTime": time(12), "conditions": condition(13),
                "containerStatuses": [container], "initContainerStatuses": [{
                    "name": "d", "image": "j", "imageID": "", "ready": false, "restartCount": 1,
                    "state": { "running": { "startedAt": time(14) } }, "lastState": {},
                }],
            }),
        ),
        workload(
            "ReplicaSet",
            "apps/v1",
            json!({ "replicas": 2, "selector": selector, "template": template }),
            json!({ "replicas": 1, "readyReplicas": 3, "availableReplicas": 4, "observedGeneration": 5, "conditions": condition(20) }),
        ),
        workload(
            "Deployment",
            "apps/v1",
            json!({ "replicas": 2, "paused": true, "selector": selector, "template": template }),
            json!({
                "replicas": 1, "readyReplicas": 3, "availableReplicas": 4, "updatedReplicas": 6, "observedGeneration": 5,
                "conditions": condition(30),
            }),
        ),
        workload(
            "StatefulSet",
            "apps/v1",
            json!({ "replicas": 2, "selector": selector, "template": template, "serviceName": "s" }),
            json!({
                "replicas": 1, "readyReplicas": 3, "availableReplicas": 4, "updatedReplicas": 6, "observedGeneration": 5,
                "conditions": condition(40),
            }),
        ),
        workload(
            "DaemonSet",
            "apps/v1",
            json!({ "selector": selector, "template": template }),
            json!({
                "currentNumberScheduled": 1, "numberMisscheduled": 2, "desiredNumberScheduled": 3, "numberReady": 4,
                "observedGeneration": 5, "updatedNumberScheduled": 6, "numberAvailable": 7, "conditions": condition(50),
            }),
        ),
        workload(
            "Job",
            "batch/v1",
            json!({ "backoffLimit": 9, "suspend": true, "template": template }),
            json!({ "active": 1, "succeeded": 2, "failed": 3, "conditions": condition(60) }),
        ),
        workload(
            "CronJob",
            "batch/v1",
            json!({ "schedule": "* * * * *", "suspend": true, "jobTemplate": { "spec": { "template": template } } }),
            json!({ "lastSuccessfulTime": time(70), "lastScheduleTime": time(71) }),
        ),
        json!({
            "apiVersion": "v1", "kind": "Event", "metadata": meta("all"),
            "involvedObject": { "kind": "K", "namespace": "encoded", "name": "n", "uid": "u" }, "type": "Warning",
            "reason": "R", "message": "M", "count": 3, "firstTimestamp": time(80), "lastTimestamp": time(81),
            "eventTime": "2025-12-26T02:00:00.123456Z",
            "series": { "count": 4, "lastObservedTime": "2025-12-26T03:00:00.654321Z" },
        }),
        json!({
            "apiVersion": "v1", "kind": "Node", "metadata": { "name": "encoded", "uid": "u", "creationTimestamp": time(90) },
            "spec": { "unschedulable": true },
            "status": {
                "allocatable": { "pods": "110" }, "conditions": ready, "nodeInfo": { "kubeletVersion": "v1.36.3" },
            },
        }),
    ]);
    // The PIGO patrol adds objects of most kinds.
    let _ = &*PIGO;
    let seen = served().filter(|kind| are_the_same(&LAB, *kind, stays) > 0).count();
    assert!(seen >= 10, "{seen}");
    LAB.kubectl("delete node encoded --wait=false");
}

/// Compares the objects of a kind in both encodings and returns their number.
fn are_the_same(lab: &Lab, kind: Kind, stays: fn(&Object) -> bool) -> usize {
    // Only the names of Secrets are requested.
    let form = if kind == Kind::Secret { ";as=PartialObjectMetadataList;g=meta.k8s.io;v=v1" } else { "" };
    let [protobuf, json] = ["application/vnd.kubernetes.protobuf", "application/json"].map(|encoding| {
        let mut objects = list(lab, kind, &format!("{encoding}{form}"));
        objects.retain(stays);
        objects
    });
    assert_eq!(protobuf.len(), json.len(), "{kind:?}");
    for (a, b) in protobuf.iter().zip(&json) {
        assert_eq!(written(a), written(b));
        // A capture loses nothing.
        assert_eq!(written(&Object::from_value(kind, written(a)).unwrap()), written(a));
    }
    protobuf.len()
}

#[test]
fn both_encodings_give_the_same_corpus() {
    for kind in served() {
        // The server changes these while they are read.
        let stays = |object: &Object| !matches!(object.kind(), Kind::APIService | Kind::Event);
        let count = are_the_same(&CORPUS.0, kind, stays);
        assert!(count > 0 || matches!(kind, Kind::APIService | Kind::Event), "{kind:?}");
    }
}
