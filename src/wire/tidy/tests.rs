use super::*;
use crate::policy::settings::Settings;
use crate::render::{Format, Look, render};
use crate::report::Report;
use crate::snapshot::{Capture, Header, read_bytes};
use crate::wire::{Kind, Time, json_list};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A text with a credential.
const TEXT: &str = "password=CANARY-7";

/// The names of fields with free text. All other texts are names, numbers, addresses and words.
const FREE: &[&str] = &["detail", "image", "imageID", "items", "message", "path", "reason", "sample", "text"];

/// The names of the fields of a value that show the credential.
fn leaks(value: &Value, field: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.contains("CANARY") => {
            found.insert(field.to_owned());
        }
        Value::Array(items) => items.iter().for_each(|item| leaks(item, field, found)),
        Value::Object(entries) => {
            for (name, value) in entries {
                // The key of a map is a name: a label, a resource.
                leaks(value, if name.contains("CANARY") { field } else { name }, found);
            }
        }
        _ => {}
    }
}

#[test]
fn free_text_of_every_kind_is_hidden() {
    let mut open = BTreeSet::new();
    for kind in Kind::ALL {
        let whole = Object::filled(kind, TEXT);
        let value = serde_json::to_value(&whole).unwrap();
        assert!(value.to_string().contains("CANARY"), "{kind:?} has no text");
        let tidy = Object::from_value(kind, value.clone()).unwrap();
        let list = json!({ "kind": format!("{}List", kind.name()), "items": [value] });
        let mut listed = Vec::new();
        json_list(kind, list.to_string().as_bytes(), &mut |object| listed.push(object)).unwrap();
        assert_eq!(listed, std::slice::from_ref(&tidy), "{kind:?} in a list");
        if let Some(bytes) = whole.encode() {
            assert_eq!(Object::decode(kind, &bytes).unwrap(), tidy, "{kind:?} in protobuf");
        }
        leaks(&serde_json::to_value(&tidy).unwrap(), "", &mut open);
    }
    let shown: Vec<&String> = open.iter().filter(|field| FREE.contains(&field.as_str())).collect();
    assert!(shown.is_empty(), "{shown:?}");
    assert!(open.contains("name"), "{open:?}");
}

/// Fields with a time.
const TIMES: &[&str] = &["finishedAt", "first", "last", "start", "startedAt", "timeAdded"];

/// The same object with other texts in the fields that are names.
fn named(value: Value, field: &str) -> Value {
    match value {
        Value::String(_)
            if !FREE.contains(&field)
                && !field.ends_with("ime")
                && !field.ends_with("stamp")
                && !TIMES.contains(&field) =>
        {
            json!("name")
        }
        Value::Array(items) => items.into_iter().map(|item| named(item, field)).collect(),
        Value::Object(entries) => {
            let entry = |(name, value): (String, Value)| {
                let is_name = name.contains("CANARY");
                let value = named(value, if is_name { field } else { &name });
                (if is_name { "name".to_owned() } else { name }, value)
            };
            entries.into_iter().map(entry).collect()
        }
        other => other,
    }
}

#[test]
fn rows_captures_and_reports_show_no_credential() {
    let now = Time { seconds: 1_766_714_400, nanos: 0 };
    let whole = |kind: Kind| {
        let mut value = named(serde_json::to_value(Object::filled(kind, TEXT)).unwrap(), "");
        value["kind"] = json!(kind.name());
        value["apiVersion"] = json!(kind.api_version());
        value
    };
    let items: Vec<Value> = Kind::ALL.into_iter().map(whole).collect();
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": items }).to_string();
    assert!(list.matches("CANARY").count() > 30, "{list}");
    let snapshot = read_bytes("list", list.as_bytes(), now).unwrap();
    let rows = format!("{snapshot:?}");
    assert!(rows.contains("***") && !rows.contains("CANARY"), "{rows}");
    let settings = Settings::default();
    let reports = [Report::new(&snapshot, &settings)];
    for format in [Format::Json, Format::Table, Format::Markdown] {
        let mut out = Vec::new();
        render(&reports, format, Look::default(), &mut out).unwrap();
        let shown = String::from_utf8(out).unwrap();
        assert!(!shown.contains("CANARY"), "{shown}");
    }
    let mut capture = Capture::default();
    for (kind, item) in Kind::ALL.into_iter().zip(items) {
        capture.add(&Object::from_value(kind, item).unwrap()).unwrap();
    }
    let mut out = Vec::new();
    let header = Header::of(&snapshot, "0");
    Capture::write(vec![capture], &header, &mut out).unwrap();
    let shown = String::from_utf8(out).unwrap();
    assert!(shown.contains("***") && !shown.contains("CANARY"), "{shown}");
}
