//! What people write on namespaces and workloads for this tool: it is kept on every way, and nothing beside it.

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

/// What `kubectl apply` leaves in an annotation, and nobody shall find anywhere else.
const SECRET: &str = "bm90aGluZyBmb3IgeW91ciBleWVz";

/// The objects of a file that carry annotations of ours, with the names and values.
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

/// A namespace with a pod, a workload of each kind that was applied, and what `kubectl annotate` writes on some.
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

/// However a capture is packed, and however the same is read.
#[test]
fn what_was_written_is_in_every_capture_and_nothing_else_of_it() {
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
    // What kubectl saved says the same.
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

/// One request for each namespace that was named, and none where all of them are listed.
#[test]
fn a_namespace_is_asked_for_once() {
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
fn a_namespace_that_may_not_be_read_costs_nothing_but_what_is_written_on_it() {
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
    let ran = LAB.healthcheck("--as noter -n noted-rights");
    let told = |line: &str| line.contains("namespaces") && line.contains("in noted-rights (forbidden)");
    assert!(ran.out.lines().any(told), "{}", ran.out);
    let ran = LAB.healthcheck(&format!("snapshot --as noter -n noted-rights -o {}", file.display()));
    assert_eq!((ran.code, annotated(&file)), (0, expected("noted-rights")[1..].to_vec()), "{ran:?}");
    // A Role in it is enough.
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

/// What is read of a namespace that was named is judged as when all of them are.
#[test]
fn a_namespace_that_was_named_is_judged() {
    namespace("noted-going");
    LAB.store(&[healthy("noted-going", "web")]);
    let deleted = jiff::Timestamp::from_second(NOW.as_second() - 7200).unwrap().to_string();
    let metadata =
        json!({ "name": "noted-going", "creationTimestamp": deleted, "deletionTimestamp": deleted });
    let going = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": metadata }).to_string();
    // In the cluster it would be in the way of other tests.
    let server = Faults::before(&LAB, move |request: &Asked| {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
        match request.path.starts_with("/api/v1/namespaces/noted-going?") {
            true => Fault::Answer(head.to_owned(), going.clone()),
            false => Fault::None,
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

/// A capture of a namespace that is not there is as little worth as a report of it.
#[test]
fn a_capture_of_nothing_is_refused() {
    let ran = LAB.healthcheck("snapshot -n noted-nowhere -o -");
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    let line = "Error from server (NotFound): namespaces \"noted-nowhere\" not found\n";
    assert!(ran.err.starts_with(line), "{ran:?}");
}

/// The API server takes any bytes for a value from a client that speaks protobuf, and sends them on.
#[test]
fn a_value_that_is_no_text_costs_no_list() {
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
    // runtime.Unknown: the version and the kind, then the object.
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
