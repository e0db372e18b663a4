//! Faults of a real control plane: undecodable objects, compaction, overload, a crash.

use crate::healthy;
use crate::support::faults::{Fault, Faults};
use crate::support::lab::Lab;
use crate::support::{Ran, Run, healthcheck};
use serde_json::{Value, json};

fn namespace_object(name: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } })
}

/// A lab with this many pods in each of these namespaces.
fn lab(flags: &str, namespaces: &[&str], pods: usize) -> Lab {
    let lab = Lab::start(&[("APISERVER_FLAGS", flags)]);
    lab.apply(&namespaces.iter().map(|name| namespace_object(name)).collect::<Vec<_>>());
    for name in namespaces {
        lab.store(&(0..pods).map(|i| healthy(name, &format!("web-{i:03}"))).collect::<Vec<_>>());
    }
    lab
}

fn pods(ran: &Ran) -> u64 {
    ran.json()["totals"]["pods"].as_u64().unwrap()
}

#[test]
fn an_undecodable_object_costs_its_namespace() {
    let lab = lab("", &["aaa", "poisoned", "zzz", "zzz-a"], 30);
    lab.put_raw("/registry/pods/poisoned/web-015", b"not an object at all");
    // The API server first tries its cache.
    lab.wait_until("get --raw /api/v1/namespaces/poisoned/pods", |ran| ran.err.contains("illegal base64"));
    assert_eq!(lab.kubectl("get pods -A").out, "", "kubectl shows nothing at all");
    for (arguments, got) in [("-A --page-size 10", 10), ("-A", 0)] {
        let ran = lab.healthcheck(&format!("{arguments} -o json"));
        assert_eq!((ran.code, pods(&ran)), (3, 90 + got), "{}", ran.err);
        let report = ran.json();
        let gaps = report["coverage"]["gaps"].as_array().unwrap();
        assert_eq!(gaps.len(), 1, "{gaps:?}");
        let (gap, why) = (&gaps[0], json!("illegal base64 data at input byte 3"));
        assert_eq!((&gap["namespace"], &gap["kind"]), (&json!("poisoned"), &json!("Pod")));
        assert_eq!((&gap["reason"], &gap["detail"], &gap["got"]), (&json!("failed"), &why, &json!(got)));
        assert_eq!(report["coverage"]["notes"], json!([]), "nothing came twice");
        assert_eq!(report["verdict"], "incomplete");
    }
}

/// Compacts etcd up to the current revision.
fn compact(lab: &Lab) {
    let put = lab.etcd("kv/put", &json!({ "key": "aGVhbHRoY2hlY2s=", "value": "" }));
    let revision = put["header"]["revision"].as_str().unwrap();
    lab.etcd("kv/compaction", &json!({ "revision": revision, "physical": true }));
}

#[test]
fn an_expired_list_continues() {
    let flags = "--feature-gates=ListFromCacheSnapshot=false --watch-cache=false";
    let lab = std::sync::Arc::new(lab(flags, &["early", "late"], 30));
    // Before the third page, etcd is compacted and the pods change.
    let (etcd, once) = (std::sync::Arc::clone(&lab), std::sync::Once::new());
    let tokens = std::sync::Mutex::new(std::collections::BTreeSet::new());
    let faults = Faults::before(&lab, move |asked| {
        if let Some(token) = asked.parameter("continue").filter(|_| asked.is_pods()) {
            let pages = {
                let mut tokens = tokens.lock().unwrap();
                tokens.insert(token.to_owned());
                tokens.len()
            };
            if pages == 2 {
                once.call_once(|| {
                    etcd.store(&[healthy("late", "web-new")]);
                    compact(&etcd);
                });
            }
        }
        Fault::None
    });
    let server = faults.url();
    let ran = healthcheck().args(["-s", &server, "-A", "--page-size", "10", "-o", "json", "-v"]).ran();
    assert_eq!((ran.code, pods(&ran)), (0, 61), "{}", ran.err);
    assert!(ran.err.contains("expired: pods in all namespaces: going on from a later moment"), "{}", ran.err);
    let coverage = ran.json()["coverage"].clone();
    assert_eq!(coverage["complete"], true, "{coverage}");
    assert_eq!(coverage["notes"][0]["reason"], "inconsistent", "{coverage}");
    drop(faults);
}

#[test]
fn survives_a_restart_of_the_server() {
    let lab = std::sync::Arc::new(lab("", &["early", "late"], 30));
    let (mortal, once) = (std::sync::Arc::clone(&lab), std::sync::Once::new());
    let faults = Faults::before(&lab, move |asked| {
        if asked.is_pods() && asked.parameter("continue").is_some() {
            once.call_once(|| mortal.restart_apiserver());
        }
        Fault::None
    });
    let server = faults.url();
    let ran = healthcheck().args(["-s", &server, "-A", "--page-size", "10", "-o", "json", "-v"]).ran();
    assert_eq!((ran.code, pods(&ran)), (0, 60), "{}", ran.err);
    assert_eq!(ran.json()["coverage"]["complete"], true);
    assert!(ran.json()["coverage"]["retries"].as_u64().unwrap() > 0, "{}", ran.err);
    drop(faults);
}

#[test]
fn retries_on_a_server_at_its_limit() {
    let lab = lab("--max-requests-inflight=2 --max-mutating-requests-inflight=2", &["early", "late"], 30);
    let check = || {
        let mut command = lab.command(crate::support::BINARY.as_path());
        command.args(["-A", "--page-size", "1", "--concurrency", "64", "-o", "json"]);
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
    };
    // Several runs at once, each with its maximum of concurrent requests.
    let runs: Vec<_> = (0..6).map(|_| check()).collect();
    for run in runs {
        let output = run.wait_with_output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((output.status.code(), &report["totals"]["pods"]), (Some(0), &json!(60)));
        assert_eq!(report["coverage"]["complete"], true);
    }
}

#[test]
fn a_server_without_its_etcd_says_so() {
    let lab = Lab::start(&[]);
    lab.pause_etcd();
    let ran = lab.healthcheck("-A");
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    assert!(ran.err.contains("Error from server: the API server is not ready: etcd"), "{ran:?}");
    assert!(ran.err.contains("hint: see: kubectl get --raw '/readyz?verbose'"), "{ran:?}");
}
