use super::*;
use crate::snapshot::read_bytes;
use crate::wire::Time;
use serde_json::{Value, json};

const NOW: Time = Time { seconds: 1_766_714_400, nanos: 0 };

fn read(items: &[Value]) -> Snapshot {
    let list = json!({ "kind": "List", "items": items }).to_string();
    read_bytes("a test", list.as_bytes(), NOW).unwrap()
}

fn node(name: &str, ready: &str, room: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "Node",
        "metadata": { "name": name, "creationTimestamp": "2025-06-01T00:00:00Z" },
        "status": { "allocatable": { "cpu": "4", "memory": "8Gi", "pods": room },
            "conditions": [{ "type": "Ready", "status": ready, "lastTransitionTime": "2025-12-20T00:00:00Z" }] } })
}

fn pod(namespace: &str, name: &str, node: &str, state: &Value) -> Value {
    json!({ "apiVersion": "v1", "kind": "Pod",
        "metadata": { "name": name, "namespace": namespace, "creationTimestamp": "2025-12-20T00:00:00Z" },
        "spec": { "nodeName": node, "containers": [{ "name": "app", "image": "registry.example.com/app:1" }] },
        "status": { "phase": "Running", "containerStatuses": [{ "name": "app", "image": "registry.example.com/app:1",
            "ready": state.get("running").is_some(), "restartCount": 0, "state": state }] } })
}

fn running(namespace: &str, name: &str, node: &str) -> Value {
    pod(namespace, name, node, &json!({ "running": {} }))
}

/// A node has one class, from its findings: a share of used pod slots that no check reports does not change it.
#[test]
fn a_node_is_judged_by_its_findings_alone() {
    let mut items =
        vec![node("dead", "False", "110"), node("busy", "True", "100"), node("well", "True", "110")];
    items.extend((0..92).map(|index| running("shop", &format!("web-{index}"), "busy")));
    items.extend([running("shop", "on-dead", "dead"), running("shop", "on-well", "well")]);
    let snapshot = read(&items);
    let classes = |settings: &Settings| -> Vec<(String, NodeClass)> {
        let report = Report::new(&snapshot, settings);
        report.nodes.iter().map(|load| (load.name.to_owned(), load.class)).collect()
    };
    let of = |name: &str, class| (name.to_owned(), class);
    let (healthy, unhealthy) = (NodeClass::Healthy, NodeClass::Unhealthy);
    let wanted = [of("dead", unhealthy), of("busy", healthy), of("well", healthy)];
    assert_eq!(classes(&Settings::default()), wanted);
    let mut skipping = Settings::default();
    skipping.choice.left_out.insert("node-not-ready");
    let wanted = [of("busy", healthy), of("dead", healthy), of("well", healthy)];
    assert_eq!(classes(&skipping), wanted);
}

/// Pods name nodes that the input does not have.
#[test]
fn nodes_that_were_not_read_are_not_healthy() {
    let snapshot =
        read(&[running("shop", "a", "n1"), running("shop", "b", "n2"), running("shop", "c", "n2")]);
    let settings = Settings::default();
    let report = Report::new(&snapshot, &settings);
    let nodes: Vec<_> =
        report.nodes.iter().map(|load| (load.name, load.node.is_some(), load.class, load.pods)).collect();
    assert_eq!(nodes, [("n1", false, NodeClass::NotObserved, 1), ("n2", false, NodeClass::NotObserved, 2)]);
    assert_eq!(report.node_totals(), NodeTotals::default());
    assert_eq!(report.resources().not_on_nodes.pods, 3);
    // A node that does not exist any more is not listed.
    let snapshot = read(&[running("shop", "a", "n1"), running("shop", "b", "gone"), node("n1", "True", "9")]);
    let report = Report::new(&snapshot, &settings);
    assert_eq!(report.nodes.iter().map(|load| load.name).collect::<Vec<_>>(), ["n1"]);
}

#[test]
fn the_state_of_a_namespace_is_that_of_its_pods_its_findings_and_its_gaps() {
    let claim = json!({ "apiVersion": "v1", "kind": "PersistentVolumeClaim",
        "metadata": { "name": "data", "namespace": "quiet" }, "spec": {}, "status": { "phase": "Lost" } });
    let failing = json!({ "waiting": { "reason": "CreateContainerConfigError", "message": "no such key" } });
    let mut snapshot = read(&[
        running("well", "a", "n1"),
        running("half", "a", "n1"),
        running("quiet", "a", "n1"),
        pod("sick", "a", "n1", &failing),
        claim,
    ]);
    let gap = Gap { namespace: Some("half".to_owned()), ..Gap::new("Job", crate::model::Reason::TimedOut) };
    snapshot.coverage.gaps.push(gap);
    let settings = Settings::default();
    let states = |snapshot: &Snapshot| -> Vec<(String, Verdict)> {
        let namespaces = Report::new(snapshot, &settings).namespaces;
        namespaces.into_iter().map(|namespace| (namespace.name, namespace.state)).collect()
    };
    let of = |name: &str, state| (name.to_owned(), state);
    let found = states(&snapshot);
    assert_eq!(found[0], of("half", Verdict::Incomplete));
    assert!(found[1].0 == "quiet" && found[1].1 > Verdict::Incomplete, "a lost claim: {found:?}");
    assert_eq!(found[2..], [of("sick", Verdict::Unhealthy), of("well", Verdict::Healthy)]);
    // Nodes are in no namespace; pods are in all of them.
    snapshot.coverage.gaps = vec![Gap::new("Node", crate::model::Reason::Forbidden)];
    assert_eq!(states(&snapshot)[3], of("well", Verdict::Healthy));
    snapshot.coverage.gaps = vec![Gap::new("Pod", crate::model::Reason::Forbidden)];
    assert_eq!(states(&snapshot)[3], of("well", Verdict::Incomplete));
}

#[test]
fn commands_that_change_the_cluster_come_last_and_apart() {
    let mut left = running("shop", "old", "n1");
    left["metadata"]["ownerReferences"] = json!([{ "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-7d9f8c5b6f", "controller": true }]);
    let mut new = left.clone();
    new["metadata"]["name"] = json!("new");
    new["metadata"]["creationTimestamp"] = json!("2025-12-24T00:00:00Z");
    left["status"] = json!({ "phase": "Failed", "containerStatuses": [{ "name": "app", "image": "i",
        "state": { "terminated": { "exitCode": 1, "reason": "Error", "finishedAt": "2025-12-23T00:00:00Z" } } }] });
    let snapshot = read(&[left, new]);
    let settings = Settings::default();
    let report = Report::new(&snapshot, &settings);
    let leftover = report.findings.iter().find(|finding| finding.check.id == "pod-leftover").unwrap();
    let changes: Vec<bool> = leftover.actions.iter().map(|command| changes_cluster(command)).collect();
    assert!(changes.is_sorted() && changes.contains(&true) && changes.contains(&false), "{leftover:?}");
    let next = NextCommands::of(leftover.actions.iter().map(String::as_str));
    assert_eq!(next.changing, ["kubectl delete pod -n shop old"]);
    assert!(!next.reading.is_empty() && next.reading.iter().all(|command| !changes_cluster(command)));
}

#[test]
fn several_reports_are_added_up() {
    let (one, two) =
        (read(&[running("a", "x", "n1"), running("a", "y", "n2")]), read(&[running("b", "x", "n1")]));
    let settings = Settings::default();
    let reports = [Report::new(&one, &settings), Report::new(&two, &settings)];
    let overall = Overall::of(&reports.iter().collect::<Vec<_>>());
    assert_eq!((overall.totals.pods, overall.totals.healthy), (3, 3));
    assert_eq!(overall.nodes, BTreeMap::from([("n1".to_owned(), 2), ("n2".to_owned(), 1)]));
    assert_eq!(overall.status, BTreeMap::from([("Running".to_owned(), 3)]));
    assert_eq!((overall.age, overall.finished_at), ([0, 0, 0, 0, 3], Some(NOW)));
}
