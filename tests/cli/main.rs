//! The binary on files.
#![allow(clippy::unwrap_used, clippy::panic, clippy::missing_panics_doc, missing_docs, reason = "tests")]
#![allow(clippy::too_many_lines, reason = "tables of cases are long")]
#![allow(unreachable_pub, reason = "shared between the modules of one test binary")]

mod ages;
mod attacks;
mod cascades;
mod certificates;
mod command_line;
mod compare;
mod completion;
mod corpus;
mod credentials;
mod folders;
mod formats;
mod help;
mod history;
mod hostile;
mod hosts;
mod html;
mod incidents;
mod input;
mod investigate;
mod judgement;
mod keys;
mod killed;
mod logs;
mod matters;
mod mcp;
mod nodes;
mod notify;
mod output;
mod overrides;
mod pigo_report;
mod profile;
mod profile_file;
mod project;
mod repaired;
mod rightsize;
mod screen;
mod settings;
mod shown;
#[path = "../support/mod.rs"]
mod support;
mod throttling;
mod webhook;

use serde_json::{Value, json};
use std::path::Path;
use support::{Run, healthcheck, pigo};

pub const LANGS: [&str; 3] = ["en", "zh-TW", "zh-CN"];

pub fn now() -> jiff::Timestamp {
    pigo::TAKEN_AT.parse().unwrap()
}

pub fn project(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Returns a pod of a list with a status.
pub fn pod(name: &str, status: &Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": { "name": name, "namespace": "demo", "creationTimestamp": "2025-12-20T00:00:00Z" },
        "spec": { "nodeName": "n1", "containers": [{ "name": "app", "image": "registry.example.com/app:1" }] },
        "status": status,
    })
}

pub fn judged(items: &[Value], arguments: &str) -> support::Ran {
    let input = json!({ "kind": "List", "items": items }).to_string();
    let arguments = format!("-f - --now {} {arguments}", pigo::TAKEN_AT);
    healthcheck().args(arguments.split_whitespace()).fed(input.as_bytes())
}

pub fn healthy_status() -> Value {
    json!({
        "phase": "Running",
        "containerStatuses": [{ "name": "app", "ready": true, "state": { "running": {} } }],
    })
}
