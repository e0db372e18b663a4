//! Very many objects of which the report has a row or a note each, in every kind of document.

use super::findings::{check, list};
use super::*;
use crate::support::certificates::self_signed;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// One document of each kind: lists that are written as streams, tables, markup, metrics.
const FORMATS: [&str; 6] = ["table", "json", "yaml", "html", "junit", "prometheus"];

/// Runs all formats on a list.
fn crowd(what: &str, count: usize, object: impl Fn(usize) -> Value) -> Vec<Attacked> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crowd.json");
    list(&path, count, object);
    let run = |format: &&str| attack(&format!("{count} {what}, {format}"), &mut check(&path, format));
    FORMATS.iter().map(run).collect()
}

fn deployment(number: usize, annotations: &Value) -> Value {
    json!({
        "kind": "Deployment", "apiVersion": "apps/v1",
        "metadata": {
            "namespace": format!("ns-{}", number % 50), "name": format!("web-{number}"), "annotations": annotations,
        },
        "spec": { "replicas": 0, "selector": { "matchLabels": { "app": "web" } } },
    })
}

fn running(namespace: &str, number: usize) -> Value {
    let mut pod = pod(&format!("web-{number}"), &healthy_status());
    pod["metadata"]["namespace"] = json!(namespace);
    pod
}

#[test]
fn very_many_nodes_without_a_kubelet() {
    let crowd = crowd("nodes", 40_000, |number| {
        json!({
            "kind": "Node", "apiVersion": "v1", "metadata": { "name": format!("node-{number}") },
            "status": { "conditions": [{ "type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown" }] },
        })
    });
    assert!(crowd.iter().all(|ran| ran.code != 0), "{crowd:?}");
}

#[test]
fn very_many_certificates() {
    // It expired on 2025-12-01.
    let expired = self_signed(&["shop.example.com"], (1_735_689_600, 1_764_547_200));
    let encoded = BASE64_STANDARD.encode(expired);
    crowd("certificates", 30_000, |number| {
        if number == 0 {
            return running("shop", 0);
        }
        json!({
            "kind": "Secret", "apiVersion": "v1", "type": "kubernetes.io/tls",
            "metadata": { "namespace": format!("ns-{}", number % 50), "name": format!("tls-{number}") },
            "data": { "tls.crt": encoded },
        })
    });
}

#[test]
fn very_many_namespaces() {
    let crowd = crowd("namespaces", 15_000, |number| running(&format!("ns-{number}"), number));
    assert!(
        crowd.iter().all(|ran| ran.code == 0),
        "{:?}",
        crowd.iter().map(|ran| &ran.err).collect::<Vec<_>>()
    );
}

#[test]
fn very_many_annotations_that_skip_checks() {
    let skip = "pod-*,job-*,node-*,pvc-*,workload-*,service-*,certificate-*,hpa-*,image-*";
    let crowd = crowd("annotated workloads", 2_000, |number| {
        if number == 0 {
            running("shop", 0)
        } else {
            deployment(number, &json!({ "healthcheck.dev/skip": skip }))
        }
    });
    assert!(crowd[0].out.len() < 4000, "{}", crowd[0].out);
    let coverage = &crowd[1].json()["coverage"];
    let skipped = coverage["notInScope"].as_array().unwrap();
    let pods: Vec<&Value> = skipped.iter().filter(|gap| gap["kind"] == "pod-crash-loop").collect();
    assert_eq!(pods.len(), 50, "one for each namespace");
    assert!(
        pods.iter().all(|gap| gap["detail"].as_str().unwrap().starts_with("annotations on ")),
        "{pods:?}"
    );
}

#[test]
fn very_many_annotations_that_mean_nothing() {
    let many: serde_json::Map<String, Value> =
        (0..64).map(|number| (format!("healthcheck.dev/no-{number}"), json!("x".repeat(200)))).collect();
    let crowd = crowd("workloads with unknown annotations", 1_500, |number| {
        if number == 0 { running("shop", 0) } else { deployment(number, &Value::Object(many.clone())) }
    });
    let report = crowd[1].json();
    let listed = report["ignoredAnnotations"].as_array().unwrap().len() as u64;
    assert_eq!(listed + report["moreIgnoredAnnotations"].as_u64().unwrap(), 1_499 * 64);
}

/// Each list of the report has a row for every pod, or says what lists them.
#[test]
fn very_many_pods_in_full() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pods.json");
    let count = 100_000;
    list(&path, count, |number| {
        let mut pod = running(&format!("ns-{}", number % 50), number);
        let owner =
            json!({ "kind": "ReplicaSet", "name": format!("web-{}", number / 400), "controller": true });
        pod["metadata"]["ownerReferences"] = json!([owner]);
        pod
    });
    let run = |format: &str| {
        let ran =
            attack(&format!("{count} pods in full, {format}"), &mut check(&path, &format!("{format} --all")));
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.out
    };
    let rows = |text: &str| text.lines().filter(|line| line.contains(" web-")).count();
    assert_eq!((rows(&run("table")), rows(&run("wide"))), (count, count));
    for format in ["markdown", "html"] {
        let page = run(format);
        assert!(page.contains("csv-pods") && page.len() < 4 << 20, "{format}: {} bytes", page.len());
    }
    assert_eq!(rows(&run("csv-pods").replace(',', " ")), count);
}
