//! The view of the nodes.

use crate::support::faults::{Fault, Faults};
use crate::support::lab::Lab;
use crate::support::scripted::{Reply, Scripted};
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

/// Four nodes: one dead, one low on memory and cordoned, one full, one healthy. They have a control plane of their
/// own, since other tests would find a dead node.
static NODES: LazyLock<Lab> = LazyLock::new(lab_of_nodes);

fn lab_of_nodes() -> Lab {
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
    // A finished pod takes no room.
    let mut done = pod(90, "view-well");
    done["status"] = json!({ "phase": "Succeeded" });
    lab.store(&[done]);
    lab
}

#[test]
fn shows_nodes_and_their_load() {
    let ran = NODES.healthcheck("nodes -n on-nodes");
    let lines: Vec<&str> = ran.out.lines().filter(|line| !line.starts_with("Coverage")).collect();
    insta::assert_snapshot!(lines.join("\n"));
    let chinese = NODES.healthcheck("nodes -n on-nodes --lang zh-CN --width 80").out;
    assert!(chinese.starts_with("🔴 4 个节点，3 个就绪 · 7 个 Pod"), "{chinese}");
}

#[test]
fn json_has_the_nodes_in_numbers() {
    let nodes = NODES.healthcheck("nodes -n on-nodes -o json").json()["nodes"].clone();
    assert_eq!(nodes[0]["name"], "view-dead");
    assert_eq!(
        nodes[3],
        json!({
            "context": "lab", "name": "view-well", "class": "healthy", "ready": true, "cordoned": false,
            "pressures": [], "pods": 3, "podCapacity": 10, "usage": null,
            "limits": { "cpuMillis": 0, "memoryBytes": 0 },
            "requests": { "cpuMillis": 1500, "memoryBytes": 3_221_225_472_i64 },
            "allocatable": { "cpuMillis": 4000, "memoryBytes": 8_589_934_592_i64 },
        })
    );
}

/// Metrics of one node and two pods; the others are unknown.
#[allow(
    clippy::disallowed_methods,
    reason = "what is measured is of this moment, by the server's clock and this machine's"
)]
fn metrics_of(path: &str) -> Value {
    let now = jiff::Timestamp::now().as_second();
    let at = |minutes: i64| jiff::Timestamp::from_second(now - 60 * minutes).unwrap().to_string();
    let pod = |name: &str, memory: &str| {
        json!({ "metadata": { "name": name, "namespace": "on-nodes" }, "timestamp": at(0), "window": "20s",
            "containers": [{ "name": "app", "usage": { "cpu": "250m", "memory": memory } }] })
    };
    let node = |name: &str, at: String, usage: Value| json!({ "metadata": { "name": name }, "timestamp": at, "window": "20s", "usage": usage });
    let used = |cpu: &str, memory: &str| json!({ "cpu": cpu, "memory": memory });
    let well = node("view-well", at(0), used("1234567890n", "7864320Ki"));
    let half = node("view-dead", at(0), json!({ "cpu": "1" }));
    let old = node("view-full", at(30), used("4", "8Gi"));
    let nodes = vec![well, half, old, node("elsewhere", at(0), json!({}))];
    let pods = vec![pod("web-4", "5Gi"), pod("web-5", "600Mi"), pod("gone", "7Gi")];
    let of_pods = path.contains("/pods");
    let (kind, items) = if of_pods { ("PodMetricsList", pods) } else { ("NodeMetricsList", nodes) };
    json!({ "kind": kind, "apiVersion": "metrics.k8s.io/v1beta1", "metadata": {}, "items": items })
}

/// Checks the output for these metrics.
fn is_told(shown: &str) {
    let line = shown.lines().find(|line| line.starts_with("view-well")).unwrap();
    assert!(line.contains("1.2/4 (30 %)") && line.contains("7.5Gi/8Gi (93 %)"), "{line}");
    assert!(line.contains("🟡"), "{line}");
    assert!(shown.contains("used 1.2 (30 %) on 1 of 4 nodes"), "{shown}");
    assert!(shown.contains("Note: 1 object of nodes.metrics.k8s.io (measured too long ago)"), "{shown}");
    let has = |row: &str| shown.lines().any(|line| line.split_whitespace().eq(row.split(' ')));
    assert!(has("on-nodes pod/web-4 1 250m 500m 5Gi 1Gi"), "{shown}");
    assert!(has("on-nodes 7 3.5 - 500m 7Gi - 5.5Gi"), "{shown}");
    assert!(!shown.contains("pod/gone"), "{shown}");
}

#[test]
fn shows_measured_usage() {
    let with = |fault: fn(&str) -> Fault| {
        let rule = move |asked: &crate::support::faults::Asked| {
            if asked.path.contains("metrics.k8s.io") { fault(&asked.path) } else { Fault::None }
        };
        let faults = Faults::before(&NODES, rule);
        let mut command = healthcheck();
        command.args(["nodes", "-s", &faults.url(), "-n", "on-nodes", "--width", "200"]).ran().out
    };
    let honest: fn(&str) -> Fault =
        |path| Fault::Answer("HTTP/1.1 200 OK\r\n".to_owned(), metrics_of(path).to_string());
    is_told(&with(honest));
    // A metrics server with wrong data costs only its columns.
    let nonsense: [fn(&str) -> Fault; 3] = [
        |_| Fault::Answer("HTTP/1.1 200 OK\r\n".to_owned(), json!({ "items": 7 }).to_string()),
        |_| Fault::status(503, ""),
        |_| Fault::Truncate(3),
    ];
    for fault in nonsense {
        let shown = with(fault);
        assert!(shown.contains("nodes.metrics.k8s.io") && shown.contains("Not included: "), "{shown}");
        assert!(shown.contains("usage not measured") && !shown.contains("CPU USED"), "{shown}");
        assert!(shown.contains("Coverage complete"), "{shown}");
    }
}

/// In a real cluster the API server asks the metrics server, and the client asks only the API server.
#[test]
fn reads_a_metrics_server_through_the_api_server() {
    let server = Scripted::encrypted(|call| {
        let path = call.head.split(' ').nth(1).unwrap_or_default().to_owned();
        let discovery = json!({
            "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "metrics.k8s.io/v1beta1",
            "resources": [
                { "name": "nodes", "singularName": "", "namespaced": false, "kind": "NodeMetrics", "verbs": ["get", "list"] },
                { "name": "pods", "singularName": "", "namespaced": true, "kind": "PodMetrics", "verbs": ["get", "list"] },
            ],
        });
        let is_list = path.contains("/nodes") || path.contains("/pods");
        let body = if is_list { metrics_of(&path) } else { discovery };
        Reply::ok("application/json", body.to_string())
    });
    // The other labs have no metrics server.
    let lab = lab_of_nodes();
    lab.apply(&[
        json!({ "apiVersion": "v1", "kind": "Service", "metadata": { "name": "metrics", "namespace": "on-nodes" },
            "spec": { "type": "ExternalName", "externalName": "localhost" } }),
        json!({ "apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": { "name": "v1beta1.metrics.k8s.io" },
            "spec": { "group": "metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": 100, "versionPriority": 100,
                "insecureSkipTLSVerify": true,
                "service": { "name": "metrics", "namespace": "on-nodes", "port": server.address.port() } } }),
    ]);
    let available = "get apiservice v1beta1.metrics.k8s.io -o jsonpath={.status.conditions[0].status}";
    lab.wait_until(available, |ran| ran.out == "True");
    lab.wait_until("top nodes --no-headers", |ran| ran.out.contains("93%"));
    is_told(&lab.healthcheck("nodes -n on-nodes --width 200").out);
    let report = lab.healthcheck("-A -o json").json();
    let findings = report["findings"].as_array().unwrap();
    let found: Vec<_> = findings.iter().filter(|finding| finding["id"] == "node-memory-used").collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&found[0]["object"]["name"], &found[0]["severity"]), (&json!("view-well"), &json!("medium")));
}
