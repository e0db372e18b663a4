//! The content of patches.

use super::clusters::{Workload, shop, usage};
use super::{proposed, rightsize};
use serde_json::{Value, json};

/// Returns the documents of a patch.
fn documents(text: &str) -> Vec<Value> {
    let (_, documents) = text.split_once("\n---\n").unwrap_or_default();
    documents.split("\n---\n").map(|document| serde_saphyr::from_str(document).unwrap()).collect()
}

#[test]
fn a_patch_contains_only_the_suggestions() {
    let patch = rightsize(&shop(), "-o patch").out;
    insta::with_settings!({ snapshot_path => "../snapshots" }, {
        insta::assert_snapshot!("rightsize-patch", patch);
    });
    let report = rightsize(&shop(), "-o json").json();
    let rows = report["containers"].as_array().unwrap().iter();
    let wanted: Vec<&Value> = rows.filter(|row| proposed(row) != [None; 4]).collect();
    let documents = documents(&patch);
    assert_eq!(documents.len(), wanted.len());
    for (document, row) in documents.iter().zip(wanted) {
        let container = &document["spec"]["template"]["spec"]["containers"][0];
        let name = &row["workload"]["name"];
        assert_eq!((&document["metadata"]["name"], &document["kind"]), (name, &row["workload"]["kind"]));
        let millis = |text: &str| {
            text.strip_suffix('m').map_or_else(|| text.parse::<i64>().unwrap() * 1000, |n| n.parse().unwrap())
        };
        let bytes = |text: &str| {
            let (number, unit) = text.split_at(text.len() - 2);
            number.parse::<i64>().unwrap() << if unit == "Gi" { 30 } else { 20 }
        };
        let mut set = Vec::new();
        for list in ["requests", "limits"] {
            let of = &container["resources"][list];
            set.push(of["cpu"].as_str().map(millis));
            set.push(of["memory"].as_str().map(|text| bytes(text) >> 20));
        }
        assert_eq!(set, proposed(row), "{name}");
        let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(container), ["name", "resources"]);
        assert_eq!(keys(document), ["apiVersion", "kind", "metadata", "spec"]);
    }
}

#[test]
fn sidecars_are_patched_as_init_containers() {
    let mut items = Workload::new("web").requests("1", "1Gi").objects();
    let sidecar = json!({
        "name": "proxy", "image": "p", "restartPolicy": "Always", "resources": { "requests": { "cpu": "1", "memory": "1Gi" } },
    });
    for object in [0, 1] {
        let pointer = if object == 0 { "/spec/template/spec" } else { "/spec" };
        items[object].pointer_mut(pointer).unwrap()["initContainers"] = json!([sidecar]);
    }
    items.push(usage("web-7d9f8c5b6f-bcd40", 100, 100, 2016));
    let mut of_sidecar = usage("web-7d9f8c5b6f-bcd40", 20, 20, 2016);
    of_sidecar["metadata"]["name"] = json!("web-7d9f8c5b6f-bcd40/proxy");
    items.push(of_sidecar);
    let documents = documents(&rightsize(&items, "-o patch").out);
    let pod = &documents[0]["spec"]["template"]["spec"];
    assert_eq!((documents.len(), &pod["initContainers"][0]["name"]), (1, &json!("proxy")));
    assert_eq!(pod["initContainers"][0]["resources"]["requests"], json!({ "cpu": "30m", "memory": "32Mi" }));
    assert_eq!(pod["containers"][0]["resources"]["requests"], json!({ "cpu": "150m", "memory": "128Mi" }));
}

#[test]
fn warns_about_a_changed_qos_class() {
    let of = |mebi: i64, limit: &str| {
        let mut items = Workload::new("web").requests("1", "512Mi").limits("1", limit).objects();
        items.push(usage("web-7d9f8c5b6f-bcd40", 900, mebi, 2016));
        rightsize(&items, "-o patch").out.contains("changes from Guaranteed to Burstable")
    };
    // Only the limit, both to different values, only the request.
    assert!(of(470, "512Mi") && of(100, "512Mi"));
    assert!(!of(100, "1Gi") && !of(400, "512Mi"));
}

#[test]
fn says_which_workloads_keep_their_pods() {
    let of = |kind: &'static str, strategy: &str| {
        let mut items = Workload::new("web").of(kind).requests("1", "1Gi").objects();
        items[0]["spec"]["updateStrategy"] = json!({ "type": strategy });
        items.push(usage(&Workload::new("web").of(kind).pod(0), 100, 100, 2016));
        rightsize(&items, "-o patch")
            .out
            .contains("# Applying this does not restart the pods: delete them to apply it.\n")
    };
    for kind in ["StatefulSet", "DaemonSet"] {
        assert_eq!((of(kind, "OnDelete"), of(kind, "RollingUpdate")), (true, false), "{kind}");
    }
}

#[test]
fn leaves_out_hostile_names() {
    let evil = "a\": {x}\n---\nkind: Secret # \u{1b}[2J\u{202e}";
    let mut items = Workload::new("web").of("StatefulSet").requests("1", "1Gi").objects();
    items.push(usage("web-0", 100, 100, 2016));
    items.extend(Workload::new(evil).of("StatefulSet").requests("1", "1Gi").objects());
    items.push(usage(&format!("{evil}-0"), 100, 100, 2016));
    items[0]["metadata"]["ownerReferences"] = json!([{ "kind": evil, "name": evil, "controller": true }]);
    let patch = rightsize(&items, "-o patch").out;
    let documents = documents(&patch);
    assert_eq!((documents.len(), &documents[0]["metadata"]["name"]), (1, &json!("web")));
    assert!(!patch.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'), "{patch}");
    for format in ["table", "wide", "markdown"] {
        let out = rightsize(&items, &format!("-o {format}")).out;
        assert!(!out.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'), "{out}");
    }
}

#[test]
fn an_empty_patch_says_so() {
    let patch = rightsize(&Workload::new("web").requests("1", "1Gi").objects(), "-o patch").out;
    assert!(patch.lines().all(|line| line.starts_with('#')) && patch.ends_with("# No changes.\n"), "{patch}");
}
