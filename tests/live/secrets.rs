//! Secrets without a certificate: only names are requested, and only if an Ingress names one. Secrets with
//! certificates: certificates.rs.

use crate::support::faults::{Asked, Fault, Faults};
use crate::support::lab::LAB;
use crate::support::{Ran, Run, healthcheck};
use crate::{healthy, namespace, uid};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// A value that must not appear in any answer, report or capture.
const KEY: &str = "bm90aGluZyBmb3IgeW91ciBleWVz";

/// A pod, and an Ingress for each of these Secrets; `there` exists.
fn shop(space: &str, secrets: &[&str]) {
    namespace(space);
    let meta = |name: &str| {
        json!({
            "name": name, "namespace": space, "uid": uid(space, name), "creationTimestamp": "2025-01-01T00:00:00Z",
        })
    };
    let mut secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": meta("there"), "type": "kubernetes.io/tls",
        "data": { "tls.key": KEY, "tls.crt": KEY },
    });
    // The annotation of kubectl apply contains the data too.
    secret["metadata"]["annotations"] = json!({ "kubectl.kubernetes.io/last-applied-configuration": KEY });
    let ingress = |name: &&str| {
        json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": meta(format!("to-{name}").trim_end_matches('-')),
            "spec": {
                "tls": [{ "hosts": ["www.example.com"], "secretName": name }],
                "defaultBackend": { "resource": { "apiGroup": "example.com", "kind": "Bucket", "name": "static" } },
            },
        })
    };
    LAB.store(&[secret]);
    LAB.store(&secrets.iter().map(ingress).collect::<Vec<_>>());
    LAB.store(&[healthy(space, "web")]);
}

/// Runs the program and returns the requests for Secrets too.
fn ran(arguments: &str) -> (Ran, Vec<Asked>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let server = Faults::before(&LAB, move |request| {
        seen.lock().unwrap().push(request.clone());
        Fault::None
    });
    // Flags come after the command.
    let ran = healthcheck().args(arguments.split_whitespace()).args(["-s", &server.url()]).ran();
    let mut asked = std::mem::take(&mut *asked.lock().unwrap());
    asked.retain(|request| request.path.contains("/secrets?") && !request.path.contains("type%3D"));
    (ran, asked)
}

fn missing(ran: &Ran) -> Vec<String> {
    let report = ran.json();
    let all = report["findings"].as_array().unwrap().iter();
    let of_secrets = all.filter(|finding| finding["id"] == "ingress-secret-missing");
    of_secrets.map(|finding| finding["object"]["name"].as_str().unwrap().to_owned()).collect()
}

fn outside(ran: &Ran) -> Vec<Value> {
    let report = ran.json();
    let all = report["coverage"]["notInScope"].as_array().unwrap().iter();
    all.filter(|gap| gap["kind"] == "Secret").map(|gap| json!([gap["namespace"], gap["reason"]])).collect()
}

#[test]
fn looks_up_secrets_of_ingresses_by_name() {
    shop("secrets-named", &["there", "gone"]);
    let (ran, asked) = ran("-n secrets-named -o json");
    assert_eq!(missing(&ran), ["to-gone"], "{ran:?}");
    assert_eq!(outside(&ran), Vec::<Value>::new());
    let [request] = asked.as_slice() else { panic!("{asked:?}") };
    assert!(request.path.starts_with("/api/v1/namespaces/secrets-named/secrets?"), "{request:?}");
    let forms: Vec<&str> = request.accept.split(',').collect();
    assert!(forms.iter().all(|form| form.contains(";as=PartialObjectMetadataList;")), "{request:?}");
    assert!(!ran.out.contains(KEY), "{}", ran.out);
}

#[test]
fn requests_no_secrets_without_an_ingress() {
    shop("secrets-unnamed", &[""]);
    let (ran, asked) = ran("-n secrets-unnamed -o json");
    assert_eq!((missing(&ran), asked.len()), (Vec::new(), 0), "{asked:?}");
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn skipped_secrets_are_not_missing() {
    shop("secrets-skipped", &["gone"]);
    let (ran, asked) = ran("-n secrets-skipped -o json --skip-kinds secrets");
    assert_eq!((missing(&ran), asked.len()), (Vec::new(), 0), "{asked:?}");
    assert_eq!(outside(&ran), [json!([null, "skipped"])]);
}

#[test]
fn forbidden_secrets_are_not_missing() {
    shop("secrets-forbidden", &["gone"]);
    LAB.grant("secrets-forbidden", &crate::rights::ALL);
    let ran = LAB.healthcheck("--context limited -n secrets-forbidden -o json");
    assert_eq!((missing(&ran), ran.code), (Vec::new(), 0), "{ran:?}");
    assert_eq!(outside(&ran), [json!(["secrets-forbidden", "forbidden"])]);
}

/// With Ingresses in many namespaces there is one list for all of them.
#[test]
fn lists_secrets_of_many_namespaces_at_once() {
    for space in 0..9 {
        shop(&format!("secrets-many-{space}"), &["there", "gone"]);
    }
    let (ran, asked) = ran("-A -o json");
    let found = ran.json()["findings"].as_array().unwrap().clone();
    let of_many = found.iter().filter(|finding| {
        finding["id"] == "ingress-secret-missing"
            && finding["object"]["namespace"].as_str().unwrap().starts_with("secrets-many-")
    });
    assert_eq!(of_many.count(), 9, "{found:?}");
    assert!(!asked.is_empty() && asked.iter().all(|a| a.path.starts_with("/api/v1/secrets?")), "{asked:?}");
}

#[test]
fn a_capture_keeps_only_names_of_secrets() {
    shop("secrets-captured", &["there", "gone"]);
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("capture.json").display().to_string();
    let (ran, asked) = ran(&format!("snapshot -n secrets-captured -o {file}"));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(asked.iter().all(|request| request.accept.contains("as=PartialObjectMetadataList")), "{asked:?}");
    let capture = std::fs::read_to_string(&file).unwrap();
    assert!(capture.contains("\"kind\":\"Secret\"") && capture.contains("\"name\":\"there\""), "{capture}");
    assert!(!capture.contains(KEY), "{capture}");
    let read = crate::support::run(&format!("-f {file} -o json"));
    assert_eq!(missing(&read), ["to-gone"]);
}
