//! The binary against a real etcd and kube-apiserver on loopback.
#![allow(clippy::unwrap_used, clippy::panic, clippy::missing_panics_doc, missing_docs, reason = "tests")]
#![allow(clippy::too_many_lines, reason = "tables of cases are long")]
#![allow(clippy::float_cmp, reason = "metrics that are compared are counts")]
#![allow(unreachable_pub, reason = "shared between the modules of one test binary")]

mod alerts;
mod annotations;
mod cached;
mod cells;
mod certificates;
mod commands;
mod connection;
mod contexts;
mod control_plane;
mod corpus;
mod dashboard;
mod deploy;
mod encodings;
mod endurance;
mod faults;
mod hosts;
mod investigation;
mod keys;
mod kubelets;
mod listing;
mod logs;
mod mcp;
mod measured;
mod next_day;
mod nodes;
mod pages;
mod pigo_live;
mod plugin;
mod produced;
mod profiles;
mod prometheus;
mod proxies;
mod rights;
mod rightsize;
mod secrets;
mod served;
mod service;
mod stopped;
mod storms;
#[path = "../support/mod.rs"]
mod support;
mod usage;
mod waiting;
mod watch;

use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::LazyLock;
use support::lab::{LAB, Lab};
use support::pigo;

/// Returns the current time for measurements: they must not be minutes old, and the first test started before.
#[allow(clippy::disallowed_methods, reason = "the server's clock is this machine's")]
pub fn measured_now() -> String {
    Timestamp::now().to_string()
}

/// The reference time of all ages on the real server.
#[allow(clippy::disallowed_methods, reason = "the server's clock is this machine's")]
pub static NOW: LazyLock<Timestamp> = LazyLock::new(Timestamp::now);

/// The lab with the PIGO patrol.
pub static PIGO: LazyLock<&'static Lab> = LazyLock::new(|| {
    LAB.store(&pigo::objects(*NOW));
    &LAB
});

/// Creates a namespace.
pub fn namespace(name: &str) {
    LAB.apply(&[json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } })]);
}

/// Returns a uid in the form of the API server that is always the same.
pub fn uid(namespace: &str, name: &str) -> String {
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one((namespace, name));
    format!("{:08x}-0000-4000-8000-{:012x}", hash >> 48, hash & 0xffff_ffff_ffff)
}

/// A ready pod.
pub fn healthy(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": name, "namespace": namespace, "uid": uid(namespace, name),
            "creationTimestamp": NOW.to_string(), "labels": { "app": name },
        },
        "spec": { "containers": [{ "name": "app", "image": "registry.example.com/app:1" }] },
        "status": {
            "phase": "Running",
            "containerStatuses": [{
                "name": "app", "image": "i", "imageID": "", "ready": true, "restartCount": 0,
                "state": { "running": { "startedAt": NOW.to_string() } }, "lastState": {},
            }],
        },
    })
}

/// A crash-looping pod.
pub fn crashing(namespace: &str, name: &str) -> Value {
    let mut pod = healthy(namespace, name);
    pod["status"]["containerStatuses"][0]["ready"] = json!(false);
    let container = &mut pod["status"]["containerStatuses"][0];
    container["state"] = json!({ "waiting": { "reason": "CrashLoopBackOff" } });
    container["restartCount"] = json!(12);
    // Long enough ago that its age does not change during a test.
    let time = Timestamp::from_second(NOW.as_second() - 45_000).unwrap().to_string();
    container["lastState"] =
        json!({ "terminated": { "exitCode": 1, "reason": "Error", "startedAt": time, "finishedAt": time } });
    pod
}
