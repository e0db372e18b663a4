//! `--wait-for` against a real API server: it ends when the cluster is there, or says what is missing.

use crate::healthy;
use crate::service::namespace;
use crate::support::BINARY;
use crate::support::lab::Lab;
use serde_json::{Value, json};
use std::process::Stdio;
use std::time::Duration;

/// A pod whose container is being created.
fn starting(name: &str) -> Value {
    let mut pod = healthy("shop", name);
    let container = &mut pod["status"]["containerStatuses"][0];
    container["ready"] = json!(false);
    container["state"] = json!({ "waiting": { "reason": "ContainerCreating" } });
    pod["status"]["phase"] = json!("Pending");
    pod
}

#[test]
fn it_reads_until_the_cluster_is_healthy_or_the_time_is_over() {
    let lab = Lab::start(&[]);
    lab.apply(&[namespace("shop")]);
    lab.store(&[healthy("shop", "web-0"), starting("web-1")]);
    // The pods are younger than this grace for the whole test.
    let scope = "-n shop --grace 1h";
    let late = lab.healthcheck(&format!("{scope} --wait-for healthy --timeout 1s"));
    assert_eq!(late.code, 0, "what progresses is no failure: {}", late.err);
    assert!(late.err.contains("not healthy yet: shop pod/web-1"), "{}", late.err);
    assert!(late.out.starts_with("🔵 "), "{}", late.out);
    let mut waiting = lab.command(BINARY.as_path());
    waiting.args(scope.split(' ')).args(["--wait-for", "healthy", "--timeout", "5m", "-o", "json"]);
    let child = waiting.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(2));
    lab.store(&[healthy("shop", "web-1")]);
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
    let report: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!((&report["verdict"], &report["totals"]["healthy"]), (&json!("healthy"), &json!(2)));
}
