//! The tokens that a model reads: objects as kubectl prints them, reports, and the answer of `mcp`. It needs no cluster.

use crate::support::crowd::{Crowd, Owners};
use crate::support::{Run, healthcheck};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::path::Path;

const NOW: &str = "2025-12-26T02:00:00Z";

/// Prints the tokens of each text about the bundled example, and about a crowd with 1 in 20 pods in trouble.
pub(crate) fn tokens(crowd: Crowd) {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/pigo.json");
    let objects: Value = serde_json::from_slice(&std::fs::read(&example).unwrap()).unwrap();
    let pods = objects["items"].as_array().unwrap().iter().filter(|item| item["kind"] == "Pod").cloned();
    of("the example", &example, &list(pods));
    let crowd = Crowd { sick: 5, owners: Owners::Single, ..crowd };
    let now: Timestamp = NOW.parse().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crowd.json");
    std::fs::write(&path, list(crowd.surroundings(now).into_iter().chain(crowd.pods(now)))).unwrap();
    of(&format!("{} pods", crowd.pods), &path, &list(crowd.pods(now)));
}

/// Returns objects as `kubectl get -o json` prints them.
fn list(items: impl Iterator<Item = Value>) -> String {
    let shown = |mut item: Value| {
        item["metadata"].as_object_mut().unwrap().remove("managedFields");
        item
    };
    let items: Vec<Value> = items.map(shown).collect();
    serde_json::to_string_pretty(&json!({ "apiVersion": "v1", "items": items, "kind": "List" })).unwrap()
}

fn of(name: &str, path: &Path, pods: &str) {
    let report =
        |format: &str| healthcheck().arg("-f").arg(path).args(["--now", NOW, "-o", format]).ran().out;
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "check" } });
    let mut server = healthcheck();
    let answer =
        server.args(["mcp", "--now", NOW, "-f"]).arg(path).fed(format!("{call}\n").as_bytes()).json();
    println!("{name}:");
    for (what, text) in [
        ("kubectl get pods -A -o json", pods),
        ("kubectl healthcheck -A -o json", &report("json")),
        ("kubectl healthcheck -A -o markdown", &report("markdown")),
        ("kubectl healthcheck -A", &report("table")),
        ("check of mcp", answer["result"]["content"][0]["text"].as_str().unwrap()),
    ] {
        println!("{what}: {}", tiktoken_rs::o200k_base_singleton().encode_ordinary(text).len());
    }
}
