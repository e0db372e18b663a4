//! The 48 pods of a patrol on 2025-12-26 as API objects, with their owners, nodes and events. The rows are those of
//! tests/fixtures/pigo-pods.tsv; the name of a pod determines its owner.

use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The time of the patrol.
pub const TAKEN_AT: &str = "2025-12-26T02:00:00Z";

#[derive(Clone, Debug)]
pub struct Row {
    pub namespace: String,
    pub name: String,
    pub status: String,
    pub ready: String,
    pub restarts: String,
    pub age: String,
    pub node: String,
}

impl Row {
    fn seconds(&self) -> i64 {
        let mut total = 0;
        let mut number = 0;
        for c in self.age.chars() {
            match c {
                'd' => total += std::mem::take(&mut number) * 86_400,
                'h' => total += std::mem::take(&mut number) * 3600,
                digit => number = number * 10 + i64::from(digit.to_digit(10).unwrap()),
            }
        }
        // Ten minutes are added, which no age in the table shows, so that no age changes during a test.
        total + 600
    }

    /// Returns kind and name of its owner, and the name of the topmost owner.
    fn owner(&self) -> (&'static str, String, String) {
        let parts: Vec<&str> = self.name.rsplitn(3, '-').collect();
        match parts.as_slice() {
            [ordinal, ..] if ordinal.parse::<u32>().is_ok() => {
                let set = self.name.strip_suffix(&format!("-{ordinal}")).unwrap().to_owned();
                ("StatefulSet", set.clone(), set)
            }
            [_, hash, app] => ("ReplicaSet", format!("{app}-{hash}"), (*app).to_owned()),
            _ => panic!("{} names no owner", self.name),
        }
    }
}

pub fn rows() -> Vec<Row> {
    let table = include_str!("../fixtures/pigo-pods.tsv");
    table
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
            let [namespace, name, status, ready, restarts, age, node] = cells.try_into().unwrap();
            Row { namespace, name, status, ready, restarts, age, node }
        })
        .collect()
}

fn ago(now: Timestamp, seconds: i64) -> String {
    Timestamp::from_second(now.as_second() - seconds).unwrap().to_string()
}

fn uid(kind: &str, namespace: &str, name: &str) -> String {
    // Stable and unique: FNV-1a, written as a UUID.
    let hash = |seed: u64| {
        format!("{kind}/{namespace}/{name}")
            .bytes()
            .fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    };
    let (a, b) = (hash(0xcbf2_9ce4_8422_2325), hash(0x8422_2325_cbf2_9ce4));
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        a >> 32,
        a & 0xffff,
        b >> 52,
        (b >> 40) & 0xfff,
        b & 0xffff_ffff_ffff
    )
}

fn metadata(kind: &str, namespace: &str, name: &str, created: &str) -> Value {
    let mut metadata =
        json!({ "name": name, "uid": uid(kind, namespace, name), "creationTimestamp": created });
    if !namespace.is_empty() {
        metadata["namespace"] = json!(namespace);
    }
    metadata
}

fn owned(mut metadata: Value, api_version: &str, kind: &str, owner: &str) -> Value {
    let namespace = metadata["namespace"].as_str().unwrap().to_owned();
    metadata["ownerReferences"] = json!([{
        "apiVersion": api_version,
        "kind": kind,
        "name": owner,
        "uid": uid(kind, &namespace, owner),
        "controller": true,
        "blockOwnerDeletion": true,
    }]);
    metadata
}

/// Returns every object of the patrol, with ages relative to `now`.
pub fn objects(now: Timestamp) -> Vec<Value> {
    let rows = rows();
    let mut out = Vec::new();
    let namespaces: BTreeSet<&str> = rows.iter().map(|row| row.namespace.as_str()).collect();
    out.extend(namespaces.iter().map(|name| {
        json!({
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": metadata("Namespace", "", name, &ago(now, 400 * 86_400)),
            "spec": { "finalizers": ["kubernetes"] },
            "status": { "phase": "Active" },
        })
    }));
    let nodes: BTreeSet<&str> =
        rows.iter().map(|row| row.node.as_str()).filter(|node| !node.is_empty()).collect();
    out.extend(nodes.iter().map(|name| node(name, now)));
    out.extend(owners(&rows, now));
    out.extend(rows.iter().map(|row| pod(row, now)));
    // A warning about a pod that is healthy now, which no report may mention.
    let nginx = rows.iter().find(|row| row.name.starts_with("nginx-5776")).unwrap();
    out.push(json!({
        "apiVersion": "v1", "kind": "Event",
        "metadata": metadata("Event", "pigo-rel", &format!("{}.18", nginx.name), &ago(now, 1500)),
        "involvedObject": {
            "apiVersion": "v1", "kind": "Pod", "namespace": "pigo-rel", "name": nginx.name,
            "uid": uid("Pod", "pigo-rel", &nginx.name),
        },
        "type": "Warning", "reason": "Unhealthy", "count": 1,
        "message": "Readiness probe failed: HTTP probe failed with statuscode: 503",
        "firstTimestamp": ago(now, 1500), "lastTimestamp": ago(now, 1500),
        "source": { "component": "kubelet", "host": nginx.node },
    }));
    out
}

fn node(name: &str, now: Timestamp) -> Value {
    let condition = |kind: &str, status: &str, reason: &str| {
        json!({
            "type": kind, "status": status, "reason": reason, "message": "",
            "lastHeartbeatTime": ago(now, 60), "lastTransitionTime": ago(now, 300 * 86_400),
        })
    };
    json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": metadata("Node", "", name, &ago(now, 400 * 86_400)),
        "spec": {},
        "status": {
            "allocatable": { "pods": "110" },
            "conditions": [
                condition("MemoryPressure", "False", "KubeletHasSufficientMemory"),
                condition("DiskPressure", "False", "KubeletHasNoDiskPressure"),
                condition("PIDPressure", "False", "KubeletHasSufficientPID"),
                condition("Ready", "True", "KubeletReady"),
            ],
        },
    })
}

/// Returns the ReplicaSets, Deployments and StatefulSets of the rows, with one replica for each running pod.
fn owners(rows: &[Row], now: Timestamp) -> Vec<Value> {
    let mut sets: BTreeMap<(&str, &str, String, String), Vec<&Row>> = BTreeMap::new();
    for row in rows {
        let (kind, owner, top) = row.owner();
        sets.entry((&row.namespace, kind, owner, top)).or_default().push(row);
    }
    let mut out = Vec::new();
    let mut deployments: BTreeMap<(&str, String), (usize, i64)> = BTreeMap::new();
    for ((namespace, kind, name, top), rows) in sets {
        let count = rows.iter().filter(|row| row.status == "Running").count();
        let age = rows.iter().map(|row| row.seconds()).max().unwrap() + 60;
        let meta = metadata(kind, namespace, &name, &ago(now, age));
        if kind == "StatefulSet" {
            out.push(workload(kind, &meta, &top, count));
        } else {
            out.push(workload(kind, &owned(meta, "apps/v1", "Deployment", &top), &top, count));
            let total = deployments.entry((namespace, top)).or_default();
            *total = (total.0 + count, total.1.max(age + 60));
        }
    }
    out.extend(deployments.into_iter().map(|((namespace, name), (count, age))| {
        let meta = metadata("Deployment", namespace, &name, &ago(now, age));
        let mut deployment = workload("Deployment", &meta, &name, count);
        let since = ago(now, age - 120);
        let condition = |kind: &str, reason: &str| {
            json!({
                "type": kind, "status": "True", "reason": reason,
                "lastTransitionTime": since, "lastUpdateTime": since,
            })
        };
        deployment["status"]["conditions"] = json!([
            condition("Available", "MinimumReplicasAvailable"),
            condition("Progressing", "NewReplicaSetAvailable"),
        ]);
        deployment
    }));
    out
}

/// Returns a workload with one container and all its replicas.
fn workload(kind: &str, metadata: &Value, app: &str, count: usize) -> Value {
    let labels = json!({ "app": app });
    let mut spec = json!({
        "replicas": count,
        "selector": { "matchLabels": labels },
        "template": {
            "metadata": { "labels": labels },
            "spec": { "containers": [{ "name": app, "image": image(app) }] },
        },
    });
    if kind == "StatefulSet" {
        spec["serviceName"] = json!(app);
    }
    json!({
        "apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": spec,
        "status": { "replicas": count, "readyReplicas": count, "availableReplicas": count },
    })
}

fn image(app: &str) -> String {
    format!("registry.example.com/pigo/{app}:1.0")
}

fn pod(row: &Row, now: Timestamp) -> Value {
    let (kind, owner, app) = row.owner();
    let (created, started) = (ago(now, row.seconds()), ago(now, row.seconds() - 5));
    let ended = |code: i32, reason: &str| {
        let end = ago(now, row.seconds() - 20);
        json!({ "terminated": { "exitCode": code, "reason": reason, "startedAt": started, "finishedAt": end } })
    };
    let (phase, state, ready) = match row.status.as_str() {
        "Running" => ("Running", json!({ "running": { "startedAt": started } }), true),
        "Completed" => ("Succeeded", ended(0, "Completed"), false),
        "Error" => ("Failed", ended(1, "Error"), false),
        other => panic!("no pod of the patrol was {other}"),
    };
    let condition = |kind: &str, status: bool| {
        let status = if status { "True" } else { "False" };
        json!({ "type": kind, "status": status, "lastTransitionTime": started })
    };
    let containers = json!([{ "name": app, "image": image(&app) }]);
    let mut spec = json!({ "restartPolicy": "Always", "containers": containers });
    if !row.node.is_empty() {
        spec["nodeName"] = json!(row.node);
    }
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": owned(metadata("Pod", &row.namespace, &row.name, &created), "apps/v1", kind, &owner),
        "spec": spec,
        "status": {
            "phase": phase,
            "startTime": created,
            "conditions": [
                condition("PodScheduled", true), condition("Initialized", true),
                condition("ContainersReady", ready), condition("Ready", ready),
            ],
            "containerStatuses": [{
                "name": app, "image": image(&app), "imageID": "", "ready": ready, "started": ready,
                "restartCount": row.restarts.parse::<i32>().unwrap(), "state": state, "lastState": {},
            }],
        },
    })
}
