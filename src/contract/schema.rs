//! The schemas in docs/, generated from the structs as they are written.

use super::{Comparison, Investigation, Line, Report, Rightsizing};
use crate::wire::Time;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;
use std::borrow::Cow;

impl JsonSchema for Time {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": r"^-?[0-9]{4,6}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z$",
        })
    }
}

fn schema<T: JsonSchema>() -> String {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let generator = settings.with_transform(RecursiveTransform(plain)).into_generator();
    serde_json::to_string_pretty(&generator.into_root_schema_for::<T>()).unwrap() + "\n"
}

/// Leaves out what concerns only the reader of an older report, and the sizes of numbers in Rust.
fn plain(schema: &mut Schema) {
    schema.remove("default");
    schema.remove("format");
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace('\n', " ");
    }
}

#[test]
fn the_schemas_are_those_of_the_structs() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for (name, made) in [
        ("report.schema.json", schema::<Report>()),
        ("comparison.schema.json", schema::<Comparison>()),
        ("investigation.schema.json", schema::<Investigation>()),
        ("rightsize.schema.json", schema::<Rightsizing>()),
        ("ndjson.schema.json", schema::<Line>()),
    ] {
        let path = folder.join(name);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &made).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap();
        assert!(written == made, "docs/{name} is out of date: UPDATE=1 cargo test --lib writes it");
    }
}
