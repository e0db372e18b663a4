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
