//! The schema for editors, generated from the types of the file.

use super::{Config, SCHEMA};

#[test]
fn the_schema_is_that_of_the_types() {
    let mut schema = serde_json::to_value(schemars::schema_for!(Config)).unwrap();
    schema["title"] = "kubectl-healthcheck configuration".into();
    let made = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/config.schema.json");
        std::fs::write(path, &made).unwrap();
        return;
    }
    assert!(made == SCHEMA, "docs/config.schema.json is out of date: UPDATE=1 cargo test --lib writes it");
}
