//! The investigation of one object in a cluster with a history: `healthcheck pod NAME`.

use crate::produced::PRODUCED;
use crate::support::Ran;
use serde_json::{Value, json};

fn investigate(arguments: &str) -> Ran {
    PRODUCED.lab.healthcheck(arguments)
}

/// Returns the findings of an investigation: check and object.
fn found(story: &Value) -> Vec<String> {
    let findings = story["findings"].as_array().unwrap().iter();
    let shown =
        |f: &Value| format!("{} {}", f["id"].as_str().unwrap(), f["object"]["kind"].as_str().unwrap());
    findings.map(shown).collect()
}

fn timeline(story: &Value) -> Vec<String> {
    let moments = story["timeline"].as_array().unwrap().iter();
    let shown =
        |m: &Value| format!("{}: {}", m["object"]["kind"].as_str().unwrap(), m["message"].as_str().unwrap());
    moments.map(shown).collect()
}

/// Returns the position of a text in a timeline.
fn at(timeline: &[String], words: &str) -> usize {
    timeline.iter().position(|line| line.contains(words)).unwrap_or_else(|| panic!("{words}: {timeline:#?}"))
}

#[test]
fn shows_the_pods_and_services_of_a_deployment() {
    let ran = investigate("deploy/web -n crash-loop -o json");
    let story = ran.json();
    assert_eq!((ran.code, &story["kind"], &story["exists"]), (1, &json!("Investigation"), &json!(true)));
    let found = found(&story);
    for wanted in
        ["pod-crash-loop Pod", "workload-replicas-missing Deployment", "service-no-endpoints Service"]
    {
        assert!(found.iter().any(|finding| finding == wanted), "{wanted}: {found:?}");
    }
    assert_eq!(story["pods"].as_array().unwrap().len(), 2);
    let told = timeline(&story);
    // Events within one second are in order.
    let steps = [
        "Deployment: created",
        "ReplicaSet: created",
        "Pod: created",
        "Pod: scheduled",
        "Pod: container app ended",
    ];
    let places: Vec<usize> = steps.iter().map(|step| at(&told, step)).collect();
    assert!(places.is_sorted(), "{steps:?}: {places:?} in {told:#?}");
    assert!(at(&told, "ProgressDeadlineExceeded") > places[4]);
    let commands = story["actions"].to_string();
    assert!(commands.contains("kubectl logs -n crash-loop web-"), "{commands}");
}

#[test]
fn explains_why_a_pod_is_unschedulable() {
    let ran = investigate("pod batch -n node-selector-of-no-node");
    assert_eq!(ran.code, 1, "{ran:?}");
    for words in [
        "🔴 pod/batch · node-selector-of-no-node",
        "pod-unschedulable",
        "do not have the labels that the pod requires: disk=ssd",
        "warning FailedScheduling",
        "kubectl describe pod -n node-selector-of-no-node batch",
    ] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    assert!(!ran.out.contains("No warning events are left"), "{}", ran.out);
}

#[test]
fn shows_warnings_of_replica_sets_for_a_deployment() {
    let ran = investigate("deployment web -n quota-refuses");
    assert_eq!(ran.code, 0, "a warning does not fail by default: {ran:?}");
    assert!(ran.out.contains("warning FailedCreate"), "{}", ran.out);
    assert!(ran.out.contains("event FailedCreate"), "{}", ran.out);
    for untrue in ["No warning events are left", "no recent warning events"] {
        let deployment = ran.out.split("resourcequota/team").next().unwrap();
        assert!(!deployment.contains(untrue), "{}", ran.out);
    }
}

#[test]
fn shows_the_successors_of_a_deleted_pod() {
    let gone = &PRODUCED.gone;
    let ran = investigate(&format!("pod/{gone} -n pod-replaced -o json"));
    let story = ran.json();
    assert_eq!((ran.code, &story["exists"], &story["findings"]), (0, &json!(false), &json!([])));
    let pods: Vec<&str> = story["pods"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(pods.len() == 2 && !pods.contains(&gone.as_str()), "{pods:?}");
    let owners: Vec<&Value> =
        story["owners"].as_array().unwrap().iter().map(|owner| &owner["kind"]).collect();
    assert_eq!(owners, ["ReplicaSet", "Deployment"]);
    let table = investigate(&format!("pod {gone} -n pod-replaced")).out;
    assert!(table.starts_with(&format!("⚪ pod/{gone} does not exist any more")), "{table}");
    assert!(table.contains("replaced by: web-") && !table.contains("FINDINGS"), "{table}");
    let table = investigate(&format!("pod {gone} -n pod-replaced --lang zh-TW")).out;
    assert!(table.starts_with(&format!("⚪ pod/{gone} 已不存在")), "{table}");
    assert!(table.contains("已由以下 Pod 接手：web-"), "{table}");
}

#[test]
fn summarizes_the_pods_of_a_dead_node() {
    let story = investigate("node/node-lost-1 -o json").json();
    assert_eq!(story["pods"].as_array().unwrap().len(), 60);
    assert_eq!(found(&story).iter().filter(|finding| *finding == "pod-not-ready Pod").count(), 60);
    let ran = investigate("node/node-lost-1");
    assert_eq!(ran.code, 1);
    assert!(ran.out.starts_with("🔴 node/node-lost-1\n"), "{}", ran.out);
    assert!(ran.out.contains("kubelet has not reported for"), "{}", ran.out);
    assert!(ran.out.contains("Ready became Unknown (NodeStatusUnknown"), "{}", ran.out);
    let list = ran.out.split("\nPODS\n").next().unwrap();
    assert!(list.lines().count() < 40, "{list}");
    assert!(list.contains("pod-not-ready: 57 more"), "{list}");
}

#[test]
fn links_pods_and_claims_of_a_dead_node_to_the_node() {
    let story = investigate("sts/db -n stateful-pod-on-a-dead-node -o json").json();
    let found = found(&story);
    assert_eq!(
        found,
        ["node-not-ready Node", "workload-replicas-missing StatefulSet", "pod-stuck-terminating Pod"],
    );
    assert_eq!(story["nodes"], json!(["stateful-pod-on-a-dead-node-1"]));
    let told = timeline(&story);
    assert!(
        at(&told, "Node: Ready became Unknown") < at(&told, "Pod: deletion grace period ended"),
        "{told:#?}"
    );
}

#[test]
fn reports_missing_objects_like_kubectl() {
    for object in
        ["pod/nothing", "deployment/nothing", "statefulset/nothing", "cronjob/nothing", "pvc/nothing"]
    {
        let (ours, theirs) = (
            investigate(&format!("{object} -n crash-loop")),
            PRODUCED.lab.kubectl(&format!("get {object} -n crash-loop")),
        );
        assert_eq!((ours.code, ours.out.as_str()), (2, ""), "{ours:?}");
        assert_eq!(ours.err.lines().next(), theirs.err.lines().next());
    }
    let ours = investigate("node nothing");
    assert!(ours.err.starts_with("Error from server (NotFound): nodes \"nothing\" not found\n"), "{ours:?}");
    // A pod of a missing StatefulSet; a name that does not fit an existing one.
    assert_eq!(investigate("pod web-0 -n crash-loop").code, 2);
    let many = investigate("deploy/web -A");
    assert!(many.code == 2 && many.err.contains("exists in several namespaces"), "{many:?}");
    let unknown = investigate("deploymnt/x -n crash-loop");
    assert!(unknown.code == 2 && unknown.err.contains("did you mean \"deployment\"?"), "{unknown:?}");
}

#[test]
fn investigates_in_three_languages() {
    let told = investigate("deploy/web -n crash-loop --lang zh-TW").out;
    for words in ["發現", "時間軸", "下一步", "容器 app", "結束碼 1"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let told = investigate("deploy/web -n crash-loop --lang zh-CN -o markdown").out;
    for words in ["## 发现", "## 时间线", "## 下一步", "退出码 1"] {
        assert!(told.contains(words), "{words}: {told}");
    }
}
