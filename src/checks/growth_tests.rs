//! The work of a report grows with the cluster, not with its square: the example of every check, many times over.

use super::*;
use crate::model::{Gap, Reason, step, steps_of};
use crate::policy::settings::Settings;
use crate::report::Report;
use crate::rightsize::Rightsizing;
use crate::snapshot::{Snapshot, read_bytes};
use crate::wire::Time;
use serde_json::{Value, json};

/// The moment at which every example is judged: 2025-12-26T02:00:00Z.
const NOW: Time = Time { seconds: 1_766_714_400, nanos: 0 };

/// The numbers of copies of each example, and of the objects that select each other.
const SIZES: [[usize; 2]; 2] = [[20, 160], [1000, 16_000]];

/// How many times a step may be repeated with each doubling: n log n.
const ALLOWED: u64 = 2;

/// The objects of a check's example.
fn example(check: &CheckInfo) -> Vec<Value> {
    let (_, block) = check.page.en.split_once("```yaml\n").unwrap();
    let documents = block.split_once("```").unwrap().0.split("\n---\n");
    documents.map(|document| serde_saphyr::from_str(document).unwrap()).collect()
}

/// Appends a number to each name of the example, wherever it occurs.
fn numbered(value: &Value, names: &[String], number: usize) -> Value {
    match value {
        Value::String(text) => {
            let fits = |name: &&String| text == *name || text.starts_with(&format!("{name}-"));
            match names.iter().find(fits) {
                Some(name) => json!(text.replacen(&**name, &format!("{name}-n{number}"), 1)),
                None => value.clone(),
            }
        }
        Value::Array(items) => items.iter().map(|item| numbered(item, names, number)).collect(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| (key.clone(), numbered(value, names, number)));
            Value::Object(fields.collect())
        }
        other => other.clone(),
    }
}

/// A cluster with a number of copies of each object of an example, in its namespaces, or in numbered ones.
fn cluster(objects: &[Value], copies: usize, namespace: &str) -> Snapshot {
    let named = objects.iter().filter(|object| object["kind"] != "Namespace");
    let mut names: Vec<String> =
        named.filter_map(|object| Some(object["metadata"]["name"].as_str()?.to_owned())).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names.dedup();
    let copy = |number| objects.iter().map(move |object| (object, number));
    let items = (0..copies).flat_map(copy).map(|(object, number)| {
        let mut object = numbered(object, &names, number);
        if !namespace.is_empty() {
            object["metadata"]["namespace"] = json!(format!("{namespace}-{number}"));
        }
        object
    });
    let list = json!({ "kind": "List", "apiVersion": "v1", "items": items.collect::<Vec<_>>() });
    read_bytes("test", list.to_string().as_bytes(), NOW).unwrap()
}

/// Returns the steps of a report, and of the sizes of its workloads.
fn steps(objects: &[Value], copies: usize) -> u64 {
    let (snapshot, settings) = (cluster(objects, copies, ""), Settings::default());
    steps_of(|| {
        let report = Report::new(&snapshot, &settings);
        // A message, a list of causes or of objects that grows with the cluster is a square, too.
        for finding in &report.findings {
            (0..finding.because.len() + finding.affected.len() + finding.evidence.len()).for_each(|_| step());
        }
        drop(Rightsizing::new(report.view()));
    })
}

#[test]
fn the_steps_of_each_check_grow_no_worse_than_n_log_n() {
    for check in CATALOG.iter() {
        let objects = example(check);
        assert_growth(check.id, SIZES[0], |copies| steps(&objects, copies));
    }
}

/// Asserts that the steps grow with the number of copies.
fn assert_growth(what: &str, sizes: [usize; 2], steps: impl Fn(usize) -> u64) {
    let [few, many] = sizes.map(steps);
    let growth = (sizes[1] / sizes[0]) as u64;
    assert!(many <= few.max(1) * growth * ALLOWED, "{what}: {few} steps, then {many}");
}

/// Services, budgets, autoscalers, webhooks and workloads in one namespace: each belongs to one other, and all have a label
/// in common.
#[test]
fn what_selects_each_other_is_found_by_its_rarest_label() {
    let object = |kind: &str, version: &str, spec: Value| {
        let metadata =
            json!({ "namespace": "shop", "name": "web", "creationTimestamp": "2025-12-01T00:00:00Z" });
        json!({ "kind": kind, "apiVersion": version, "metadata": metadata, "spec": spec })
    };
    let labels = json!({ "app": "web", "team": "a" });
    let template = json!({ "metadata": { "labels": labels }, "spec": { "containers": [{ "name": "app" }] } });
    let selector = json!({ "matchLabels": labels });
    let mut endpoints = object("EndpointSlice", "discovery.k8s.io/v1", json!({}));
    endpoints["metadata"]["labels"] = json!({ "kubernetes.io/service-name": "web" });
    let mut webhooks = object("ValidatingWebhookConfiguration", "admissionregistration.k8s.io/v1", json!({}));
    let service = json!({ "service": { "namespace": "shop", "name": "web" } });
    webhooks["webhooks"] = json!([{ "name": "web", "failurePolicy": "Fail", "clientConfig": service }]);
    let target = json!({ "scaleTargetRef": { "kind": "Deployment", "name": "web" } });
    let objects = [
        object("Deployment", "apps/v1", json!({ "replicas": 1, "selector": selector, "template": template })),
        object("Service", "v1", json!({ "selector": labels, "ports": [{ "port": 80 }] })),
        object("PodDisruptionBudget", "policy/v1", json!({ "selector": selector })),
        object("HorizontalPodAutoscaler", "autoscaling/v2", target),
        object("Job", "batch/v1", json!({})),
        endpoints,
        webhooks,
    ];
    assert_growth("selectors", SIZES[1], |copies| steps(&objects, copies));
}

/// A namespace in which nothing could be read costs no more than another.
#[test]
fn gaps_of_many_namespaces_are_found_by_name() {
    assert_growth("gaps", SIZES[0], |copies| {
        let pods = example(CATALOG.find("pod-oom-killed").unwrap());
        let mut snapshot = cluster(&pods, copies, "team");
        for number in 0..copies {
            let namespace = format!("team-{number}");
            let gap = Gap::new("Event", Reason::Forbidden);
            snapshot.coverage.gaps.push(Gap { namespace: Some(namespace.clone()), ..gap });
            snapshot.scope.namespaces.push(namespace);
        }
        snapshot.scope.namespaces.sort();
        snapshot.sort();
        steps_of(|| drop(Report::new(&snapshot, &Settings::default())))
    });
}

/// Many different pods wait in a cluster of many nodes.
#[test]
fn pods_are_compared_with_nodes_within_a_limit() {
    let objects = example(CATALOG.find("pod-unschedulable").unwrap());
    let waiting = objects.iter().find(|object| object["kind"] == "Pod").unwrap();
    let cluster = |count: usize| {
        let items = (0..count).flat_map(|number| {
            let mut waiting = waiting.clone();
            waiting["metadata"]["name"] = json!(format!("web-{number}"));
            waiting["spec"]["containers"][0]["resources"] =
                json!({ "requests": { "cpu": format!("{}m", 9000 + number) } });
            let node = json!({
                "kind": "Node", "apiVersion": "v1", "metadata": { "name": format!("n{number}") },
                "status": {
                    "allocatable": { "cpu": "4", "memory": "8Gi", "pods": "110" },
                    "conditions": [{ "type": "Ready", "status": "True" }],
                },
            });
            [waiting, node]
        });
        let list = json!({ "kind": "List", "apiVersion": "v1", "items": items.collect::<Vec<_>>() });
        read_bytes("test", list.to_string().as_bytes(), NOW).unwrap()
    };
    let snapshots = [700, 5600].map(cluster);
    assert_growth("pods and nodes", [700, 5600], |count| {
        let (settings, snapshot) = (Settings::default(), &snapshots[usize::from(count > 700)]);
        let view = View::new(snapshot, &settings);
        steps_of(|| drop(found(&view, Severity::Medium)))
    });
}

/// Many Services select the same many workloads.
#[test]
fn services_look_at_a_number_of_workloads() {
    let labels = json!({ "app": "web" });
    let item = |kind: &str, version: &str, name: String, spec: Value| {
        let metadata =
            json!({ "namespace": "shop", "name": name, "creationTimestamp": "2025-12-01T00:00:00Z" });
        json!({ "kind": kind, "apiVersion": version, "metadata": metadata, "spec": spec })
    };
    let cluster = |count: usize| {
        let template =
            json!({ "metadata": { "labels": labels }, "spec": { "containers": [{ "name": "app" }] } });
        let items = (0..count).flat_map(|number| {
            let name = format!("web-{number}");
            let spec = json!({ "replicas": 1, "selector": { "matchLabels": labels }, "template": template });
            let mut endpoints = item("EndpointSlice", "discovery.k8s.io/v1", name.clone(), json!({}));
            endpoints["metadata"]["labels"] = json!({ "kubernetes.io/service-name": name });
            let ports = json!({ "selector": labels, "ports": [{ "port": 80 }] });
            [item("Deployment", "apps/v1", name.clone(), spec), item("Service", "v1", name, ports), endpoints]
        });
        let list = json!({ "kind": "List", "apiVersion": "v1", "items": items.collect::<Vec<_>>() });
        read_bytes("test", list.to_string().as_bytes(), NOW).unwrap()
    };
    assert_growth("services", [500, 4000], |count| {
        let (settings, snapshot) = (Settings::default(), cluster(count));
        let view = View::new(&snapshot, &settings);
        steps_of(|| {
            for finding in found(&view, Severity::Low).list {
                (0..finding.because.len()).for_each(|_| step());
            }
        })
    });
}

/// Many images cannot be pulled in a cluster with Windows nodes.
#[test]
fn images_that_serve_on_windows_are_found_by_name() {
    let check = CATALOG.find("pod-image-pull-failed").unwrap();
    let pods = example(check);
    let failing = pods.iter().find(|object| object["kind"] == "Pod").unwrap();
    let node = |name: &str, system: &str| {
        json!({
            "kind": "Node", "apiVersion": "v1", "metadata": { "name": name },
            "status": { "nodeInfo": { "operatingSystem": system }, "conditions": [{ "type": "Ready", "status": "True" }] },
        })
    };
    let cluster = |count: usize| {
        let pods = (0..count).map(|number| {
            let mut pod = failing.clone();
            pod["metadata"]["name"] = json!(format!("web-{number}"));
            pod["spec"]["nodeName"] = json!("linux");
            pod
        });
        let nodes = [node("linux", "linux"), node("windows", "windows")];
        let list =
            json!({ "kind": "List", "apiVersion": "v1", "items": pods.chain(nodes).collect::<Vec<_>>() });
        read_bytes("test", list.to_string().as_bytes(), NOW).unwrap()
    };
    assert_growth("images on Windows", SIZES[0], |count| {
        let (snapshot, settings) = (cluster(count), Settings::default());
        steps_of(|| drop(Report::new(&snapshot, &settings)))
    });
}
