//! Lists: pages, selectors, exclusions, missing namespaces, warnings about broken objects.

use crate::support::lab::LAB;
use crate::{NOW, PIGO, crashing, healthy, namespace};
use serde_json::{Value, json};

#[test]
fn the_page_size_changes_nothing() {
    namespace("pages");
    let pods: Vec<Value> = (0..53).map(|i| healthy("pages", &format!("pod-{i:02}"))).collect();
    LAB.store(&pods);
    let report = |size: u32| {
        let mut report = LAB
            .healthcheck(&format!("-n pages --skip-kinds nodes,apiservices -o json --page-size {size}"))
            .json();
        let pages = report["coverage"]["pages"].as_u64().unwrap();
        for key in ["startedAt", "finishedAt", "coverage"] {
            report.as_object_mut().unwrap().remove(key);
        }
        // One second may pass between two runs.
        report["pods"].as_array_mut().unwrap().iter_mut().for_each(|pod| pod["age"] = json!(""));
        (report, pages)
    };
    let (whole, few) = report(500);
    assert_eq!(whole["totals"]["pods"], 53);
    for size in [1, 7, 53] {
        let (same, pages) = report(size);
        assert_eq!(same, whole, "pages of {size}");
        assert_eq!(pages, few + u64::from(53_u32.div_ceil(size)) - 1, "pages of {size}");
    }
}

#[test]
fn logs_each_page_with_v() {
    let ran = PIGO.healthcheck("-n pigo-stg --page-size 10 -v");
    let first = ran.err.lines().next().unwrap();
    assert!(first.starts_with("start: context lab, "), "{first}");
    assert!(ran.err.contains("page 2 of pods in pigo-stg: 8 in "), "{}", ran.err);
    let last = ran.err.lines().last().unwrap();
    assert!(last.starts_with("done: active pods 18, ") && last.ends_with(", retries 0"), "{last}");
}

#[test]
fn selectors_select_pods_and_their_owners() {
    namespace("selected");
    LAB.store(&[healthy("selected", "web"), crashing("selected", "bad")]);
    let totals = |arguments: &str| {
        let ran = LAB.healthcheck(&format!("-n selected -o json {arguments}"));
        (ran.json()["totals"]["pods"].as_u64().unwrap(), ran.code)
    };
    assert_eq!(totals(""), (2, 1));
    assert_eq!(totals("-l app=web"), (1, 0));
    assert_eq!(totals("-l app!=web"), (1, 1));
    assert_eq!(totals("--field-selector metadata.name=web"), (1, 0));
    for (arguments, line) in [
        ("-l app==web==x", "Error from server (BadRequest): "),
        ("--field-selector mood=good", "Error from server (BadRequest): field label not supported: mood\n"),
        ("-l app=nobody", "No resources found in selected namespace.\n"),
    ] {
        let ran = LAB.healthcheck(&format!("-n selected {arguments}"));
        assert!(ran.code == 2 && ran.out.is_empty() && ran.err.starts_with(line), "{ran:?}");
    }
}

#[test]
fn a_misspelt_namespace_is_not_healthy() {
    namespace("empty");
    for (arguments, line) in [
        ("-n pigo-stgg", "Error from server (NotFound): namespaces \"pigo-stgg\" not found\n"),
        ("-n pigo-stgg*", "error: no namespace matches \"pigo-stgg*\"; did you mean \"pigo-stg\"?\n"),
        ("-n empty", "No resources found in empty namespace.\n"),
        ("-n Pigo_Stg", "error: \"Pigo_Stg\" is not a valid namespace name\n"),
    ] {
        let ran = PIGO.healthcheck(arguments);
        assert!(ran.code == 2 && ran.out.is_empty() && ran.err.starts_with(line), "{ran:?}");
    }
    // One of several is a gap, and the others are reported.
    let ran = PIGO.healthcheck("-n pigo-stg,pigo-stgg");
    let why = "Not checked: namespaces in pigo-stgg (failed: the namespace does not exist; did you mean \"pigo-stg\"?)";
    assert!(ran.code == 3 && ran.out.contains(why), "{ran:?}");
    let ran = PIGO.healthcheck("-n pigo-s* -o json");
    assert_eq!(ran.json()["totals"]["pods"], json!(18));
    let ran = PIGO.healthcheck("-n empty,pigo-stg -o json");
    assert_eq!((ran.code, &ran.json()["namespaces"][0]["pods"]), (0, &json!(0)));
}

#[test]
fn excludes_namespaces_from_all_namespaces() {
    namespace("left-in");
    namespace("left-out-1");
    LAB.store(&[healthy("left-in", "web"), healthy("left-out-1", "web")]);
    let report = LAB.healthcheck("-A --exclude-namespace left-out-*,pigo-*,shapes -o json").json();
    let names: Vec<&str> =
        report["namespaces"].as_array().unwrap().iter().map(|n| n["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"left-in"), "{names:?}");
    assert!(!names.iter().any(|name| name.starts_with("left-out") || name.starts_with("pigo")), "{names:?}");
}

#[test]
fn reads_only_warnings_about_broken_objects() {
    namespace("warned");
    let event = |pod: &str, uid: &str, message: &str, kind: &str| {
        json!({
            "apiVersion": "v1", "kind": "Event",
            "metadata": { "name": format!("{pod}.{}", message.len()), "namespace": "warned", "creationTimestamp": NOW.to_string() },
            "involvedObject": { "apiVersion": "v1", "kind": "Pod", "namespace": "warned", "name": pod, "uid": uid },
            "type": kind, "reason": "BackOff", "message": message, "count": 12,
            "firstTimestamp": NOW.to_string(), "lastTimestamp": NOW.to_string(), "source": { "component": "kubelet" },
        })
    };
    let uid = &*crate::uid("warned", "bad");
    LAB.store(&[
        crashing("warned", "bad"),
        healthy("warned", "good"),
        event("bad", uid, "Back-off restarting failed container", "Warning"),
        event("bad", "the-pod-before-it", "of another life", "Warning"),
        event("bad", uid, "Pulled", "Normal"),
        event("good", &crate::uid("warned", "good"), "about a healthy pod", "Warning"),
    ]);
    let report = LAB.healthcheck("-n warned -o json").json();
    let evidence: Vec<&str> = report["findings"][0]["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .map(|text| text.as_str().unwrap())
        .collect();
    assert!(evidence[0].starts_with("event BackOff, 12 times, last "), "{evidence:?}");
    assert!(evidence[0].ends_with("ago: Back-off restarting failed container"), "{evidence:?}");
    // The pod has no node, so its logs are not requested.
    assert_eq!(evidence[1..], ["its logs cannot be read: no node is recorded for the pod"]);
    assert!(!report.to_string().contains("healthy pod"), "{report}");
}

/// The lab has no kubelets, so the API server reports why it cannot return logs.
#[test]
fn reports_logs_that_cannot_be_read() {
    namespace("logged");
    let mut pod = crashing("logged", "bad");
    pod["spec"]["nodeName"] = json!("no-such-node");
    LAB.store(&[pod]);
    let report = LAB.healthcheck("-n logged -o json").json();
    let evidence = report["findings"][0]["evidence"].to_string();
    assert!(evidence.contains("its logs cannot be read: pods \\\"no-such-node\\\" not found"), "{evidence}");
}
