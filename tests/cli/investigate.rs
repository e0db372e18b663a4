//! The investigation of one object, from files.

use crate::support::{Ran, run};
use crate::{LANGS, judged, pod, project};
use serde_json::{Value, json};

const NOW: &str = "--now 2025-12-26T02:00:00Z";

fn investigate(words: &str) -> Ran {
    let file = project("tests/fixtures/registercenter.yaml");
    run(&format!("{words} -f {} {NOW}", file.display()))
}

#[test]
fn investigates_a_killed_jvm_in_three_languages() {
    for lang in LANGS {
        let ran = investigate(&format!("pod/registercenter-0 --lang {lang} --width 100"));
        assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{ran:?}");
        for fact in [
            "1280Mi",
            "-Xmx1024m",
            "256Mi",
            "1536Mi",
            "137",
            "kubectl set resources -n demo statefulset/registercenter -c app --limits=memory=1536Mi",
        ] {
            assert!(ran.out.contains(fact), "{fact} in {}", ran.out);
        }
        assert!(!ran.out.contains("CANARY"), "{}", ran.out);
        // Times depend on the local time zone.
        let timeless: Vec<&str> = ran.out.lines().filter(|line| !line.starts_with("  2025-")).collect();
        insta::assert_snapshot!(format!("registercenter-{lang}"), timeless.join("\n"));
    }
}

#[test]
fn names_what_the_input_lacks() {
    let scheduled = |status: &str, rest: Value| {
        let condition = json!({
            "type": "PodScheduled", "status": status, "lastTransitionTime": "2025-12-20T00:00:00Z",
            "reason": if status == "True" { "" } else { "Unschedulable" },
        });
        let mut status = json!({ "phase": "Pending", "conditions": [condition] });
        status.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        let mut pod = pod("web", &status);
        pod["spec"]["nodeName"] = json!("");
        [pod]
    };
    let waiting = judged(&scheduled("False", json!({})), "pod/web").out;
    for text in ["no logs: the pod was not scheduled", "Warning events are not in the input."] {
        assert!(waiting.contains(text), "{waiting}");
    }
    let pulling = json!({ "containerStatuses": [{ "name": "app", "state": { "waiting": { "reason": "ImagePullBackOff" } } }] });
    let pulling = judged(&scheduled("True", pulling), "pod/web").out;
    for text in ["scheduled (node not recorded)", "its logs cannot be read: no node is recorded for the pod"]
    {
        assert!(pulling.contains(text), "{pulling}");
    }
}

#[test]
fn json_investigations_match_their_schema() {
    let text = std::fs::read_to_string(project("docs/investigation.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
    for words in ["pod registercenter-0", "sts/registercenter", "node n1"] {
        let story = investigate(&format!("{words} -o json")).json();
        let errors: Vec<String> = validator.iter_errors(&story).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{words}: {errors:?}");
        assert!(story["findings"].as_array().unwrap().iter().any(|f| f["id"] == "pod-oom-killed"), "{words}");
        let times: Vec<&str> =
            story["timeline"].as_array().unwrap().iter().map(|m| m["at"].as_str().unwrap()).collect();
        assert!(times.len() > 3 && times.is_sorted(), "{times:?}");
        let mut renamed: Value = story.clone();
        renamed.as_object_mut().unwrap().remove("timeline");
        assert!(!validator.is_valid(&renamed), "the schema requires the field");
    }
    let yaml = investigate("pod registercenter-0 -o yaml").out;
    assert!(yaml.contains("kind: Investigation"), "{yaml}");
    let markdown = investigate("pod registercenter-0 -o markdown").out;
    assert!(
        markdown.starts_with("# 🔴 pod/registercenter-0") && markdown.contains("\n## TIMELINE\n"),
        "{markdown}"
    );
}

#[test]
fn reports_unknown_objects() {
    for (words, line) in [
        ("pod registercenter-9", "error: pods \"registercenter-9\" not found in the input\n"),
        ("deploy/none", "error: deployments.apps \"none\" not found in the input\n"),
        ("secret/db", "error: secrets \"db\" not found in the input\n"),
        (
            "registercenter",
            "error: unknown command \"registercenter\"; to inspect an object use TYPE/NAME, e.g. deploy/registercenter\n",
        ),
    ] {
        let ran = investigate(words);
        assert!(ran.code == 2 && ran.out.is_empty() && ran.err.starts_with(line), "{ran:?}");
    }
}

fn inspect(file: &str, words: &str) -> String {
    let file = project(&format!("tests/fixtures/corpus/{file}"));
    run(&format!("{words} -f {} {NOW}", file.display())).out
}

#[test]
fn the_log_of_a_crash_loop_comes_first() {
    let space = "crash-loop-whose-log-says-why";
    let shown = inspect(&format!("pods/{space}.yaml"), &format!("deploy/billing -n {space} --width 200"));
    let said = "12 restarts): java.net.ConnectException: Connection refused (db.shop:5432)";
    assert!(shown.contains(&said.replace("12", "17")), "{shown}");
    let next = shown.split("\nNEXT\n").nth(1).unwrap();
    assert!(next.trim_start().starts_with("kubectl logs -n"), "{next}");
}

#[test]
fn containers_that_may_end_need_not_keep_running() {
    let space = "job-pod-with-one-container-done";
    let shown = inspect(&format!("pods/{space}.yaml"), &format!("job/export -n {space}"));
    assert!(shown.contains("completed (exit code 0)") && !shown.contains("should keep running"), "{shown}");
    let space = "evicted-while-it-ended-well";
    let shown = inspect(&format!("pods/{space}.yaml"), &format!("pod/queue-5d8f9c7b64-4hd7s -n {space}"));
    assert!(shown.contains("completed (exit code 0)") && !shown.contains("should keep running"), "{shown}");
    let space = "exit-code-0-again-and-again";
    let shown = inspect(&format!("pods/{space}.yaml"), &format!("deploy/daemon -n {space}"));
    assert!(!shown.contains("completed") && shown.contains("exit code 0: the program exited"), "{shown}");
}

#[test]
fn a_namespace_is_named_by_its_start() {
    let shown = inspect("pods/evicted-while-it-ended-well.yaml", "ns/evicted-while");
    assert!(shown.starts_with("🟡 namespace/evicted-while-it-ended-well\n"), "{shown}");
}

#[test]
fn the_end_of_a_grace_period_may_be_in_the_future() {
    let mut leaving = pod("web-0", &crate::healthy_status());
    leaving["metadata"]["deletionTimestamp"] = json!("2025-12-26T02:00:25Z");
    let mut file = tempfile::NamedTempFile::with_suffix(".json").unwrap();
    std::io::Write::write_all(&mut file, leaving.to_string().as_bytes()).unwrap();
    for (lang, said) in [
        ("en", "(in 25s) deletion grace period ends"),
        ("zh-TW", "（25s 後）刪除寬限期結束"),
        ("zh-CN", "（25s 后）删除宽限期结束"),
    ] {
        let ran = run(&format!("pod/web-0 -A -f {} {NOW} --lang {lang}", file.path().display()));
        assert!(ran.out.contains(said), "{ran:?}");
    }
}

/// The events of autoscalers are not warnings.
#[test]
fn a_change_of_replicas_is_an_event_and_not_a_warning() {
    let shown = inspect("workloads/autoscaler-that-flaps.yaml", "hpa/quote -n autoscaler-that-flaps");
    assert!(shown.contains("event SuccessfulRescale, 6 times in total: New size: 4"), "{shown}");
    assert!(!shown.contains("warning SuccessfulRescale"), "{shown}");
}
