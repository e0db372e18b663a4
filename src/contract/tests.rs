use super::{Action, Report};
use crate::compare::run_record::RunRecord;
use crate::policy::settings::Settings;
use crate::render::{Format, Look, render};
use crate::report;
use crate::snapshot::{Written, read_bytes};
use crate::wire::Time;
use serde_json::{Map, Value, json};

const NOW: Time = Time { seconds: 1_766_714_400, nanos: 0 };

/// A report with an incident, a node, gaps outside the scope and resources.
fn document() -> Value {
    let owner =
        json!([{ "apiVersion": "apps/v1", "kind": "StatefulSet", "name": "web", "controller": true }]);
    let list = json!({ "kind": "List", "items": [
        { "apiVersion": "v1", "kind": "Node", "metadata": { "name": "n1" }, "status": { "allocatable": { "cpu": "4",
            "memory": "8Gi" }, "conditions": [{ "type": "Ready", "status": "False" }] } },
        { "apiVersion": "v1", "kind": "Pod",
            "metadata": { "name": "web-0", "namespace": "shop", "ownerReferences": owner },
            "spec": { "nodeName": "n1", "containers": [{ "name": "app", "image": "i:1" }] },
            "status": { "phase": "Running", "containerStatuses": [{ "name": "app", "image": "i:1", "restartCount": 12,
                "state": { "waiting": { "reason": "CrashLoopBackOff" } } }] } },
    ] });
    let snapshot = read_bytes("a test", list.to_string().as_bytes(), NOW).unwrap();
    let settings = Settings::default();
    let mut out = Vec::new();
    let reports = [report::Report::new(&snapshot, &settings)];
    render(&reports, Format::Json, Look::default(), &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn record(document: Value) -> RunRecord {
    let (path, kind) = ("a test".to_owned(), "Report".to_owned());
    RunRecord::from_written(Written { path, kind, document }).unwrap()
}

#[test]
fn a_report_is_read_as_it_was_written() {
    let document = document();
    let read: Report = serde_json::from_value(document.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), document);
    assert!(read.findings.into_iter().next().is_some() && read.nodes.into_iter().next().is_some());
    assert!(!read.coverage.not_in_scope.is_empty());
}

/// The keys that have another name now.
const RENAMED: [(&str, &str); 12] = [
    ("ignoredAnnotations", "unheeded"),
    ("largestNodeLoss", "losses"),
    ("measuredNodes", "measured"),
    ("nodesWithoutAllocatable", "unstatedNodes"),
    ("notInScope", "outside"),
    ("notOnNodes", "elsewhere"),
    ("notes", "remarks"),
    ("schedulableNodes", "openNodes"),
    ("stillServing", "serving"),
    ("available", "left"),
    ("shortage", "short"),
    ("count", "nodes"),
];

/// The keys that are new.
const ADDED: [&str; 4] = ["causedBy", "newest", "state", "victims"];

/// A report as version 0.1 wrote it.
fn old(value: Value) -> Value {
    let renamed = |(key, value): (String, Value)| {
        let name = RENAMED.iter().find(|(new, _)| *new == key).map_or(key.as_str(), |(_, old)| *old);
        (name.to_owned(), old(value))
    };
    match value {
        Value::Object(fields) if fields.contains_key("changes") && fields.contains_key("command") => {
            fields["command"].clone()
        }
        Value::Object(fields) => {
            let fields = fields.into_iter().filter(|(key, _)| !ADDED.contains(&key.as_str()));
            Value::Object(fields.map(renamed).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(old).collect()),
        value => value,
    }
}

#[test]
fn a_report_of_an_older_version_is_read_the_same() {
    let new = document();
    let mut before = old(new.clone());
    for incident in before["incidents"].as_array_mut().unwrap() {
        let key = incident.as_object_mut().unwrap().remove("key").unwrap();
        incident["id"] = key;
    }
    assert!(before["findings"][0]["actions"][0].is_string() && before["coverage"]["outside"].is_array());
    let wanted = record(new);
    assert!(wanted.findings.iter().any(|finding| finding.action.is_some()), "{wanted:?}");
    assert_eq!(record(before), wanted);
}

/// What a command does is known from the command alone.
#[test]
fn an_action_says_whether_it_changes_the_cluster() {
    let action = Action::new("kubectl delete pod -n shop web-0");
    let written = serde_json::to_value(&action).unwrap();
    assert_eq!(written, json!({ "command": "kubectl delete pod -n shop web-0", "changes": true }));
    assert_eq!(
        serde_json::from_value::<Action>(json!("kubectl get pods")).unwrap(),
        Action::new("kubectl get pods")
    );
    assert!(!Action::new("kubectl get pods").changes);
}
