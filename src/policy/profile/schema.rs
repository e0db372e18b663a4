//! The schema of a profile, for `docs/config.schema.json`. The command line adds the descriptions of the settings.

use super::{At, ClassEntry, LinkEntry, MuteEntry, NotifyEntry, Profile, Section};
use crate::policy::setting::{Form, SETTINGS, Setting};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Words for true and false.
const SWITCH: [&str; 12] = ["true", "false", "yes", "no", "on", "off", "Yes", "No", "On", "Off", "y", "n"];

/// The schema of the value of a setting. The command line adds what its flag accepts.
fn value(setting: &Setting) -> Value {
    match setting.form {
        Form::Text | Form::Path => json!({ "type": ["string", "null"] }),
        Form::List | Form::Paths => json!({ "type": ["array", "null"], "items": { "type": "string" } }),
        Form::Outputs => json!({ "type": ["string", "array", "null"], "items": { "type": "string" } }),
        // YAML readers differ in the words that they read as true and false.
        Form::Switch => json!({ "anyOf": [{ "type": ["boolean", "null"] }, { "enum": SWITCH }] }),
        Form::Number => json!({ "type": ["integer", "null"], "format": "int64" }),
        Form::Map => json!({ "type": ["object", "null"], "additionalProperties": { "type": "string" } }),
    }
}

/// The schemas of the settings of a section; empty for those outside of sections.
fn settings(section: &str) -> Map<String, Value> {
    let of = |setting: &Setting| {
        let (of, key) = setting.key.split_once('.').unwrap_or(("", setting.key));
        (of == section).then(|| (key.to_owned(), value(setting)))
    };
    SETTINGS.iter().filter_map(of).collect()
}

impl JsonSchema for Section {
    fn schema_name() -> Cow<'static, str> {
        "Thresholds".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The thresholds of the checks.", "type": "object", "additionalProperties": false,
            "properties": settings("thresholds"),
        })
    }
}

impl JsonSchema for Profile {
    fn schema_name() -> Cow<'static, str> {
        "Profile".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut properties = settings("");
        let mut add = |key: &str, description: &str, schema: Schema| {
            let mut schema = Value::from(schema);
            schema["description"] = description.into();
            properties.insert(key.to_owned(), schema);
        };
        add("thresholds", "The thresholds of the checks.", generator.subschema_for::<Option<Section>>());
        let classes = generator.subschema_for::<Option<BTreeMap<String, ClassEntry>>>();
        add("classes", "Workloads with thresholds of their own.", classes);
        let mutes = generator.subschema_for::<Option<Vec<At<MuteEntry>>>>();
        add("mutes", "Known problems that are accepted until a day.", mutes);
        add("links", "Pages about findings.", generator.subschema_for::<Option<Vec<At<LinkEntry>>>>());
        add("notify", "Webhooks for --notify.", generator.subschema_for::<Option<Vec<At<NotifyEntry>>>>());
        json_schema!({
            "description": "One profile. Keys that are left out have no effect.", "type": "object",
            "additionalProperties": false, "properties": properties,
        })
    }
}
