//! Annotations for this tool on namespaces and workloads: every way of reading keeps them, and no others.

use crate::support::Run;
use crate::support::faults::{Asked, Fault, Faults};
use crate::support::healthcheck;
use crate::support::lab::{LAB, PlainProxy};
use crate::{NOW, healthy, namespace};
use kubectl_healthcheck::checks::View;
use kubectl_healthcheck::policy::settings::Settings;
use kubectl_healthcheck::snapshot;
use kubectl_healthcheck::wire::Time;
use prost::Message;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// A value in the annotation of `kubectl apply` that must not appear anywhere else.
const SECRET: &str = "bm90aGluZyBmb3IgeW91ciBleWVz";

/// Returns the objects of a file with annotations for this tool, and their names and values.
fn annotated(file: &Path) -> Vec<String> {
    let snapshot = snapshot::read(&[file.to_owned()], Time::from(*NOW)).unwrap();
    let settings = Settings::default();
    let found = View::new(&snapshot, &settings).annotated();
    let line = |(object, annotations): (_, &kubectl_healthcheck::model::Annotations)| {
        let all: Vec<String> = annotations.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{object}: {}", all.join(" "))
    };
    found.into_iter().map(line).collect()
}

/// A namespace with a pod and one applied workload of each kind, some of them with annotations.
fn shop(space: &str) {
    namespace(space);
    LAB.store(&[healthy(space, "web")]);
    let template = json!({
        "metadata": { "labels": { "app": "x" } },
        "spec": { "containers": [{ "name": "c", "image": "i", "env": [{ "name": "KEY", "value": SECRET }] }] },
    });
    let mut once = template.clone();
    once["spec"]["restartPolicy"] = json!("Never");
    let selector = json!({ "matchLabels": { "app": "x" } });
    let object = |version: &str, kind: &str, spec: &Value| json!({ "apiVersion": version, "kind": kind, "metadata": { "name": "x", "namespace": space }, "spec": spec });
    let items = [
        object(
            "apps/v1",
            "Deployment",
            &json!({ "replicas": 0, "selector": selector, "template": template }),
        ),
        object(
            "apps/v1",
            "StatefulSet",
            &json!({ "replicas": 0, "serviceName": "x", "selector": selector, "template": template }),
        ),
        object("apps/v1", "DaemonSet", &json!({ "selector": selector, "template": template })),
        object("batch/v1", "Job", &json!({ "suspend": true, "template": once })),
        object(
            "batch/v1",
            "CronJob",
            &json!({ "schedule": "0 0 1 1 *", "suspend": true, "jobTemplate": { "spec": { "template": once } } }),
        ),
        object(
            "networking.k8s.io/v1",
            "Ingress",
            &json!({ "defaultBackend": { "resource": { "apiGroup": "example.com", "kind": SECRET, "name": "x" } } }),
        ),
    ];
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": items }).to_string();
    let ran = LAB.command("kubectl").args(["apply", "-f", "-"]).fed(list.as_bytes());
    assert_eq!(ran.code, 0, "{ran:?}");
    for (object, words) in [
        (format!("namespace {space}"), "healthcheck.dev/class=best-effort example.com/other=1"),
        ("deployment x".to_owned(), "healthcheck.dev/mute=pods healthcheck.dev/class=critical"),
        ("statefulset,daemonset,job,cronjob x".to_owned(), "healthcheck.dev/class=critical"),
    ] {
        let ran = LAB.kubectl(&format!("annotate -n {space} {object} {words}"));
        assert_eq!(ran.code, 0, "{ran:?}");
    }
}

fn expected(space: &str) -> Vec<String> {
    let workloads = ["CronJob", "DaemonSet", "Deployment", "Job", "StatefulSet"].map(|kind| {
        let more = if kind == "Deployment" { " mute=pods" } else { "" };
        format!("{kind} {space}/x: class=critical{more}")
    });
    [format!("Namespace {space}: class=best-effort")].into_iter().chain(workloads).collect()
}

/// Captures in all formats, and all ways of reading them.
#[test]
fn captures_keep_annotations_of_the_tool_only() {
    shop("noted");
    let of_it = |line: &str| line.contains(" noted/") || line.contains(" noted:");
    let dir = tempfile::tempdir().unwrap();
    for (scope, form) in [
        ("-n noted", "json"),
        ("-n noted", "json.gz"),
        ("-n noted", "json.zst"),
        ("-n noted,default", "json"),
        ("-A", "json"),
    ] {
        let file = dir.path().join(format!("capture.{form}"));
        let ran = LAB.healthcheck(&format!("snapshot {scope} -o {}", file.display()));
        assert_eq!(ran.code, 0, "{ran:?}");
        let ours: Vec<String> = annotated(&file).into_iter().filter(|line| of_it(line)).collect();
        assert_eq!(ours, expected("noted"), "{scope} {form}");
        let read = crate::support::run(&format!("-f {} -n noted -o json", file.display()));
        assert_eq!(read.code, 0, "{read:?}");
    }
    let capture = std::fs::read_to_string(dir.path().join("capture.json")).unwrap();
    for word in [SECRET, "last-applied", "example.com/other"] {
        assert!(!capture.contains(word), "{word}");
    }
    // The output of kubectl gives the same.
    let saved = LAB.kubectl("get deploy,sts,ds,job,cronjob,ingress -n noted -o json");
    assert!(saved.out.contains(SECRET) && saved.out.contains("last-applied"), "{saved:?}");
    let space = LAB.kubectl("get namespace noted -o json");
    let file = dir.path().join("saved.json");
    std::fs::write(&file, saved.out + &space.out).unwrap();
    assert_eq!(annotated(&file), expected("noted"));
    for format in ["table", "markdown", "json"] {
        let read = crate::support::run(&format!("-f {} --all -o {format}", file.display()));
        assert!(!(read.out + &read.err).contains(SECRET), "{format}");
    }
}

/// One request for each named namespace, and none if all namespaces are listed.
#[test]
fn requests_each_namespace_once() {
    namespace("noted-once");
    namespace("noted-empty");
    LAB.store(&[healthy("noted-once", "web")]);
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let server = Faults::before(&LAB, move |request: &Asked| {
        let path = request.path.split('?').next().unwrap().to_owned();
        if path == "/api/v1/namespaces" || path.matches('/').count() == 4 && path.contains("/namespaces/") {
            seen.lock().unwrap().push(path);
        }
        Fault::None
    });
    for (arguments, paths) in [
        (
            "-n noted-empty,noted-once",
            &["/api/v1/namespaces/noted-empty", "/api/v1/namespaces/noted-once"][..],
        ),
        ("-A", &["/api/v1/namespaces"]),
    ] {
        for command in ["", "snapshot -o - "] {
            let arguments = format!("{command}{arguments} -s {}", server.url());
            let ran = healthcheck().args(arguments.split_whitespace()).ran();
            assert_ne!(ran.code, 2, "{ran:?}");
            let mut asked = std::mem::take(&mut *asked.lock().unwrap());
            asked.sort();
            assert_eq!(asked, paths, "{arguments}");
        }
    }
}

#[test]
fn a_forbidden_namespace_object_costs_only_its_annotations() {
    shop("noted-rights");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("capture.json");
    let outside = |report: &Value| {
        let all = report["coverage"]["notInScope"].as_array().unwrap().iter();
        let of_it = all.filter(|gap| gap["kind"] == "Namespace");
        of_it.map(|gap| json!([gap["namespace"], gap["reason"]])).collect::<Vec<_>>()
    };
    LAB.grant_to("noter", "noted-rights", &crate::rights::ALL);
    let ran = LAB.healthcheck("--as noter -n noted-rights -o json");
    assert_eq!((ran.code, outside(&ran.json())), (0, vec![json!(["noted-rights", "forbidden"])]), "{ran:?}");
    let ran = LAB.healthcheck("--as noter -n noted-rights -o wide");
    let told = |line: &str| line.contains("namespaces") && line.contains("in noted-rights (forbidden)");
    assert!(ran.out.lines().any(told), "{}", ran.out);
    let ran = LAB.healthcheck(&format!("snapshot --as noter -n noted-rights -o {}", file.display()));
    assert_eq!((ran.code, annotated(&file)), (0, expected("noted-rights")[1..].to_vec()), "{ran:?}");
    // A Role in the namespace is enough.
    let role = "role/reader -n noted-rights --type=json";
    let rule = r#"[{"op":"add","path":"/rules/-","value":{"apiGroups":[""],"resources":["namespaces"],"verbs":["get"]}}]"#;
    let ran = LAB.kubectl(&format!("patch {role} -p {rule}"));
    assert_eq!(ran.code, 0, "{ran:?}");
    LAB.wait_until("--as noter get namespace noted-rights", |ran| ran.code == 0);
    let ran = LAB.healthcheck("--as noter -n noted-rights -o json");
    assert_eq!((ran.code, outside(&ran.json())), (0, vec![]), "{ran:?}");
    let ran = LAB.healthcheck(&format!("snapshot --as noter -n noted-rights -o {}", file.display()));
    assert_eq!((ran.code, annotated(&file)), (0, expected("noted-rights")), "{ran:?}");
}

/// A named namespace is judged like the same namespace in a list of all.
#[test]
fn judges_a_named_namespace() {
    namespace("noted-going");
    LAB.store(&[healthy("noted-going", "web")]);
    let deleted = jiff::Timestamp::from_second(NOW.as_second() - 7200).unwrap().to_string();
    let metadata =
        json!({ "name": "noted-going", "creationTimestamp": deleted, "deletionTimestamp": deleted });
    let going = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": metadata }).to_string();
    // A terminating namespace in the cluster would disturb other tests.
    let server = Faults::before(&LAB, move |request: &Asked| {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
        if request.path.starts_with("/api/v1/namespaces/noted-going?") {
            Fault::Answer(head.to_owned(), going.clone())
        } else {
            Fault::None
        }
    });
    let arguments = format!("-n noted-going -o json -s {}", server.url());
    let report = healthcheck().args(arguments.split_whitespace()).ran().json();
    let found: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["id"].as_str().unwrap())
        .collect();
    assert_eq!(found, ["namespace-stuck-terminating"]);
}

/// A capture of a missing namespace is an error, like a report of it.
#[test]
fn rejects_a_capture_of_nothing() {
    let ran = LAB.healthcheck("snapshot -n noted-nowhere -o -");
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    let line = "Error from server (NotFound): namespaces \"noted-nowhere\" not found\n";
    assert!(ran.err.starts_with(line), "{ran:?}");
}

/// The API server accepts any bytes as a value from a protobuf client and returns them.
#[test]
fn reads_lists_with_invalid_utf8() {
    let metadata = k8s_pb::apimachinery::pkg::apis::meta::v1::ObjectMeta {
        name: Some("noted-bytes".to_owned()),
        annotations: ["example.com/other", "healthcheck.dev/class"]
            .map(|key| (key.to_owned(), "(XX)".to_owned()))
            .into(),
        ..Default::default()
    };
    let space = k8s_pb::api::core::v1::Namespace { metadata: Some(metadata), ..Default::default() };
    let mut raw = space.encode_to_vec();
    for at in 0..raw.len() - 3 {
        if raw[at..].starts_with(b"(XX)") {
            raw[at + 1..at + 3].copy_from_slice(b"\xff\xfe");
        }
    }
    // runtime.Unknown: version and kind, then the object.
    let mut body = b"k8s\0\x0a\x0f\x0a\x02v1\x12\x09Namespace\x12".to_vec();
    body.push(u8::try_from(raw.len()).unwrap());
    body.extend(raw);
    let proxy = PlainProxy::before(&LAB);
    let url = format!("http://{}/api/v1/namespaces", proxy.address);
    let answer =
        ureq::post(&url).content_type("application/vnd.kubernetes.protobuf").send(&body[..]).unwrap();
    assert_eq!(answer.status(), 201);
    LAB.store(&[healthy("noted-bytes", "web")]);
    let dir = tempfile::tempdir().unwrap();
    for scope in ["-n noted-bytes", "-A"] {
        let file = dir.path().join("capture.json");
        let ran = LAB.healthcheck(&format!("snapshot {scope} -o {}", file.display()));
        assert_eq!(ran.code, 0, "{ran:?}");
        let ours = annotated(&file).into_iter().find(|line| line.starts_with("Namespace noted-bytes: "));
        assert!(
            ours.is_some_and(|line| line.starts_with("Namespace noted-bytes: class=(\u{fffd}")),
            "{scope}"
        );
    }
}
