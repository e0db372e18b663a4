//! The view of the nodes.

use crate::support::faults::{Fault, Faults};
use crate::support::lab::Lab;
use crate::support::{Run, healthcheck};
use crate::{NOW, healthy};
use serde_json::{Value, json};
use std::sync::LazyLock;

fn node(name: &str, ready: &str, pressure: &str, room: i64, cordoned: bool) -> Value {
    let long_ago = jiff::Timestamp::from_second(NOW.as_second() - 864_000).unwrap().to_string();
    let condition =
        |kind: &str, status: &str| json!({ "type": kind, "status": status, "lastTransitionTime": long_ago });
    json!({
        "apiVersion": "v1", "kind": "Node", "metadata": { "name": name, "creationTimestamp": long_ago },
        "spec": { "unschedulable": cordoned },
        "status": {
            "allocatable": { "cpu": "4", "memory": "8Gi", "pods": room.to_string() },
            "conditions": [condition("Ready", ready), condition("MemoryPressure", pressure)],
        },
    })
}

/// Four nodes: a dead one, one that is short of memory and cordoned, one that is full, one that is well.
/// In a control plane of their own: nodes are nobody's, and others would find a dead one.
static NODES: LazyLock<Lab> = LazyLock::new(|| {
    let lab = Lab::start(&[]);
    lab.apply(&[json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "on-nodes" } })]);
    lab.store(&[
        node("view-dead", "Unknown", "Unknown", 10, false),
        node("view-full", "True", "False", 2, false),
        node("view-short", "True", "True", 10, true),
        node("view-well", "True", "False", 10, false),
    ]);
    let pod = |i: usize, on: &str| {
        let mut pod = healthy("on-nodes", &format!("web-{i}"));
        pod["spec"]["nodeName"] = json!(on);
        pod["spec"]["containers"][0]["resources"] = json!({ "requests": { "cpu": "500m", "memory": "1Gi" } });
        pod
    };
    let places = ["view-dead", "view-full", "view-full", "view-short", "view-well", "view-well", "view-well"];
    lab.store(&places.iter().enumerate().map(|(i, on)| pod(i, on)).collect::<Vec<_>>());
    // What has ended takes no room.
    let mut done = pod(90, "view-well");
    done["status"] = json!({ "phase": "Succeeded" });
    lab.store(&[done]);
    lab
});

#[test]
fn nodes_are_shown_with_what_they_carry() {
    let ran = NODES.healthcheck("nodes -n on-nodes");
    let lines: Vec<&str> = ran.out.lines().filter(|line| !line.starts_with("Coverage")).collect();
    insta::assert_snapshot!(lines.join("\n"));
    let chinese = NODES.healthcheck("nodes -n on-nodes --lang zh-CN --width 80").out;
    assert!(chinese.starts_with("🔴 4 个节点，3 个就绪 · 7 个 Pod"), "{chinese}");
}

#[test]
fn machines_get_the_nodes_in_numbers() {
    let nodes = NODES.healthcheck("nodes -n on-nodes -o json").json()["nodes"].clone();
    assert_eq!(nodes[0]["name"], "view-dead");
    assert_eq!(
        nodes[3],
        json!({
            "context": "lab", "name": "view-well", "class": "healthy", "ready": true, "cordoned": false,
            "pressures": [], "pods": 3, "podCapacity": 10, "usage": null,
            "requests": { "cpuMillis": 1500, "memoryBytes": 3_221_225_472_i64 },
            "allocatable": { "cpuMillis": 4000, "memoryBytes": 8_589_934_592_i64 },
        })
    );
}

#[test]
fn usage_is_shown_where_it_is_measured() {
    let answer = |body: &Value| Fault::Answer("HTTP/1.1 200 OK\r\n".to_owned(), body.to_string());
    let metrics = answer(&json!({
        "kind": "NodeMetricsList",
        "items": [
            { "metadata": { "name": "view-well" }, "usage": { "cpu": "1234567890n", "memory": "2097152Ki" } },
            { "metadata": { "name": "elsewhere" }, "usage": {} },
        ],
    }));
    let with = |fault: Fault| {
        let rule = move |asked: &crate::support::faults::Asked| {
            if asked.path.contains("metrics.k8s.io") { fault.clone() } else { Fault::None }
        };
        let faults = Faults::before(&NODES, rule);
        healthcheck().args(["nodes", "-s", &faults.url(), "-n", "on-nodes", "--width", "200"]).ran().out
    };
    let shown = with(metrics);
    let line = shown.lines().find(|line| line.starts_with("view-well")).unwrap();
    assert!(line.contains("1.2/4 (30 %)") && line.contains("2Gi/8Gi (25 %)"), "{line}");
    // A metrics server that lies costs its columns and nothing else.
    for nonsense in [answer(&json!({ "items": 7 })), Fault::status(503, ""), Fault::Truncate(3)] {
        let shown = with(nonsense);
        assert!(shown.contains("Not looked at: NodeMetrics ("), "{shown}");
        assert!(!shown.contains("CPU USED"), "{shown}");
    }
}
