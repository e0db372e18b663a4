//! The binary as a user runs it, on files.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

mod support;

use support::pigo;

/// The bundled example is made of the table of the patrol; `UPDATE=1 cargo test` writes it anew.
#[test]
fn the_bundled_example_is_current() {
    let now: jiff::Timestamp = pigo::TAKEN_AT.parse().unwrap();
    let head = serde_json::json!({
        "apiVersion": "healthcheck/v1",
        "kind": "Snapshot",
        "toolVersion": "0.1.0",
        "startedAt": pigo::TAKEN_AT,
        "takenAt": pigo::TAKEN_AT,
        "cluster": { "context": "tp-hkidc" },
        "scope": { "namespaces": ["pigo-dev", "pigo-rel", "pigo-stg"] },
    });
    let head = head.to_string();
    let items: Vec<String> = pigo::objects(now).iter().map(ToString::to_string).collect();
    let text = format!("{},\"items\":[\n{}\n]}}\n", head.strip_suffix('}').unwrap(), items.join(",\n"));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/pigo.json");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    assert!(std::fs::read_to_string(path).unwrap() == text, "{path} is out of date: UPDATE=1 cargo test");
}
