//! The corpus in a real cluster: all cases at once, after decoding and defaulting by the API server, must give the
//! same findings as from files.

use crate::support::corpus::{Case, cases, incidents_of, owner, told};
use crate::support::lab::Lab;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Kinds that change other answers of the API server are stored last.
const LAST: [&str; 3] = ["APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// A control plane with every case, and the findings before any other change.
pub static CORPUS: LazyLock<(Lab, Vec<Case>, Value)> = LazyLock::new(|| {
    let cases = cases();
    let lab = Lab::start(&[]);
    store(&lab, &cases.iter().filter(|case| !case.alone).collect::<Vec<_>>());
    let ran = lab.healthcheck("-A -o json");
    assert!(ran.out.starts_with('{'), "{ran:?}");
    let report = ran.json();
    (lab, cases, report)
});

#[allow(clippy::disallowed_methods, reason = "the server's clock is this machine's")]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

fn store(lab: &Lab, cases: &[&Case]) {
    let now = now();
    let mut of_kind: BTreeMap<(bool, String), Vec<Value>> = BTreeMap::new();
    for object in cases.iter().flat_map(|case| case.objects_at(now)) {
        let kind = object["kind"].as_str().unwrap().to_owned();
        of_kind.entry((LAST.contains(&kind.as_str()), kind)).or_default().push(object);
    }
    let namespaces = of_kind.entry((false, "Namespace".to_owned())).or_default();
    let given: BTreeSet<String> = namespaces.iter().map(|object| name(object).to_owned()).collect();
    let wanted =
        cases.iter().flat_map(|case| &case.objects).filter_map(|o| o["metadata"]["namespace"].as_str());
    let missing: BTreeSet<&str> = wanted.filter(|name| !given.contains(*name)).collect();
    namespaces.extend(missing.into_iter().map(namespace));
    for objects in of_kind.values().filter(|objects| !objects.is_empty()) {
        lab.store(objects);
    }
}

fn namespace(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": { "name": name, "uid": crate::uid("", name), "creationTimestamp": "2025-01-01T00:00:00Z" },
        "spec": { "finalizers": ["kubernetes"] }, "status": { "phase": "Active" },
    })
}

fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap()
}

#[test]
fn judges_every_case_like_its_file() {
    let (_, cases, report) = &*CORPUS;
    let names: Vec<String> = cases.iter().filter(|case| !case.alone).map(|case| case.name.clone()).collect();
    let findings = report["findings"].as_array().unwrap();
    let owners: Vec<Option<&String>> = findings.iter().map(|f| owner(&names, &f["object"])).collect();
    let mut wrong = Vec::new();
    for case in cases.iter().filter(|case| !case.alone) {
        let is_its = |index: usize| owners[index] == Some(&case.name);
        let its: Vec<&Value> =
            findings.iter().enumerate().filter(|(index, _)| is_its(*index)).map(|(_, f)| f).collect();
        let lines = case.differences(&its, incidents_of(report, is_its));
        if !lines.is_empty() {
            wrong.push((case, lines));
        }
    }
    assert!(wrong.is_empty(), "{}", told(&wrong));
    let unowned: Vec<&Value> = findings
        .iter()
        .zip(&owners)
        .filter(|(finding, owner)| owner.is_none() && finding["severity"] != "low")
        .map(|(finding, _)| finding)
        .collect();
    assert!(unowned.is_empty(), "about objects outside of all cases: {unowned:#?}");
    assert_eq!(report["coverage"]["gaps"], json!([]));
}

/// The API server leaves out objects that it cannot decode, so such a case would be judged wrongly.
#[test]
fn the_server_returns_every_object_of_the_corpus() {
    let (lab, cases, _) = &*CORPUS;
    let mut wanted: BTreeMap<&str, BTreeSet<(&str, &str)>> = BTreeMap::new();
    for object in cases.iter().filter(|case| !case.alone).flat_map(|case| &case.objects) {
        let namespace = object["metadata"]["namespace"].as_str().unwrap_or_default();
        wanted.entry(object["kind"].as_str().unwrap()).or_default().insert((namespace, name(object)));
    }
    for (kind, wanted) in wanted {
        let got = lab.kubectl(&format!("get {kind} -A -o json"));
        assert_eq!(got.code, 0, "{kind}: {got:?}");
        let got = got.json();
        let key = |object: &Value| {
            let namespace = object["metadata"]["namespace"].as_str().unwrap_or_default();
            (namespace.to_owned(), name(object).to_owned())
        };
        let got: BTreeSet<(String, String)> = got["items"].as_array().unwrap().iter().map(key).collect();
        let lost: Vec<_> = wanted
            .iter()
            .filter(|(ns, name)| !got.contains(&((*ns).to_owned(), (*name).to_owned())))
            .collect();
        assert!(lost.is_empty(), "{kind}: {lost:?}");
    }
}

/// Every kind of object can be stored at the place where the API server looks for it.
#[test]
fn stores_every_kind_where_the_server_looks() {
    // Only after the run, which must not read these objects.
    let (lab, ..) = &*CORPUS;
    let space = "kinds-of-the-corpus";
    let of = |api: &str, kind: &str, namespaced: bool, rest: Value| {
        let named = if kind == "APIService" { format!("v1.{space}") } else { space.to_owned() };
        let mut object = rest;
        object["apiVersion"] = json!(api);
        object["kind"] = json!(kind);
        object["metadata"] = json!({ "name": named, "uid": crate::uid(kind, space), "creationTimestamp": "2025-01-01T00:00:00Z" });
        if namespaced {
            object["metadata"]["namespace"] = json!(space);
        }
        object
    };
    let client = json!({ "service": { "name": "gone", "namespace": space, "port": 443 } });
    let hook = json!({ "webhooks": [{
        "name": "gone.example.com", "clientConfig": client, "sideEffects": "None", "failurePolicy": "Ignore",
        "admissionReviewVersions": ["v1"], "matchPolicy": "Equivalent", "timeoutSeconds": 1,
        "rules": [{ "apiGroups": ["example.com"], "apiVersions": ["v1"], "resources": ["nothing"], "operations": ["CREATE"], "scope": "*" }],
    }] });
    let objects = [
        namespace(space),
        of("v1", "Service", true, json!({ "spec": { "clusterIP": "None", "ports": [{ "port": 80 }] } })),
        of("v1", "Endpoints", true, json!({})),
        of("v1", "PersistentVolumeClaim", true, json!({ "spec": {}, "status": { "phase": "Pending" } })),
        of("v1", "PersistentVolume", false, json!({ "spec": {}, "status": { "phase": "Available" } })),
        of("v1", "ResourceQuota", true, json!({ "spec": { "hard": { "pods": "1" } } })),
        of("v1", "LimitRange", true, json!({ "spec": { "limits": [] } })),
        of("v1", "Secret", true, json!({ "type": "Opaque", "data": {} })),
        of("v1", "ConfigMap", true, json!({ "data": {} })),
        of("v1", "ServiceAccount", true, json!({})),
        of("discovery.k8s.io/v1", "EndpointSlice", true, json!({ "addressType": "IPv4", "endpoints": [] })),
        of("storage.k8s.io/v1", "StorageClass", false, json!({ "provisioner": "example.com/disk" })),
        of(
            "storage.k8s.io/v1",
            "VolumeAttachment",
            false,
            json!({ "spec": { "attacher": "example.com/disk", "nodeName": "n", "source": { "persistentVolumeName": "v" } } }),
        ),
        of(
            "certificates.k8s.io/v1",
            "CertificateSigningRequest",
            false,
            json!({ "spec": { "signerName": "example.com/signer", "username": "u", "request": "", "usages": ["client auth"] } }),
        ),
        of("networking.k8s.io/v1", "Ingress", true, json!({ "spec": {} })),
        of("networking.k8s.io/v1", "IngressClass", false, json!({ "spec": {} })),
        of("networking.k8s.io/v1", "NetworkPolicy", true, json!({ "spec": { "podSelector": {} } })),
        of(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            true,
            json!({ "spec": { "scaleTargetRef": { "kind": "Deployment", "name": "web" }, "maxReplicas": 2 } }),
        ),
        of("policy/v1", "PodDisruptionBudget", true, json!({ "spec": { "maxUnavailable": 1 } })),
        of("scheduling.k8s.io/v1", "PriorityClass", false, json!({ "value": 1 })),
        of("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", false, hook.clone()),
        of("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", false, hook),
        of(
            "apiregistration.k8s.io/v1",
            "APIService",
            false,
            json!({ "spec": {
                "group": space, "version": "v1", "groupPriorityMinimum": 1000, "versionPriority": 15,
                "service": { "name": "gone", "namespace": space, "port": 443 },
            } }),
        ),
    ];
    // `store` waits for each object.
    for object in &objects {
        lab.store(std::slice::from_ref(object));
    }
}
