//! The PIGO patrol on a real server: the report of the bundled example in all formats and languages, live, from
//! kubectl's output and from a capture.

use crate::PIGO;
use crate::support::{Ran, run};
use serde_json::Value;

const SCOPE: &str = "-n pigo-dev,pigo-stg,pigo-rel";

/// Returns a report without the parts that differ between runs: time, duration, source.
fn told(report: &str) -> String {
    let elsewhere = ["lab", "tp-hkidc"];
    let mut out = String::new();
    for line in report.lines() {
        let skipped = ["Time", "Environment", "Coverage", "時間", "context", "上下文", "巡", "涵", "覆"];
        if skipped.iter().any(|word| line.trim_start_matches(['-', '*', ' ']).starts_with(word)) {
            continue;
        }
        // Skipped for the same reason.
        if line.contains("cpu-throttling") {
            continue;
        }
        let line = line.replace("kubectl healthcheck demo ", "kubectl healthcheck ");
        let mut line = line.replace(" --context tp-hkidc", "").replace(" --context lab", "");
        for name in elsewhere {
            line = line.replace(&format!("context {name}"), "context C");
        }
        // The duration of the run.
        let line = line.split(" · 0.").next().unwrap_or_default();
        out.push_str(line.split(" · 1.").next().unwrap_or_default().trim_end());
        out.push('\n');
    }
    out
}

#[test]
fn the_report_equals_that_of_the_bundled_example() {
    for lang in ["en", "zh-TW", "zh-CN"] {
        for format in ["table", "wide", "markdown"] {
            // The lab has no metrics, and the example does not mention metrics.
            let look = format!("-o {format} --lang {lang} --width 120");
            let live = format!("{SCOPE} {look} --skip-kinds cpu-throttling,nodes.metrics.k8s.io");
            let (live, demo) = (PIGO.healthcheck(&live), run(&format!("demo {look}")));
            assert_eq!((live.code, live.err.as_str()), (1, ""), "{live:?}");
            assert_eq!(told(&live.out), told(&demo.out), "{lang} {format}");
        }
    }
}

/// Returns the parts of a JSON report that are not about the run itself.
fn judged(ran: &Ran) -> Value {
    assert_eq!(ran.code, 1, "{ran:?}");
    let mut report = ran.json();
    for key in ["clusters", "startedAt", "finishedAt", "coverage", "incidents"] {
        report.as_object_mut().unwrap().remove(key);
    }
    for of in ["pods", "nodes", "resources", "certificates"] {
        for row in report[of].as_array_mut().unwrap() {
            row.as_object_mut().unwrap().remove("context");
            // A live run on three namespaces knows that others exist; a run on files does not.
            row.as_object_mut().unwrap().remove("complete");
        }
    }
    for namespace in report["namespaces"].as_array_mut().unwrap() {
        namespace.as_object_mut().unwrap().remove("context");
    }
    for finding in report["findings"].as_array_mut().unwrap() {
        finding["facts"].as_object_mut().unwrap().remove("age");
        for key in ["context", "actions", "since"] {
            finding.as_object_mut().unwrap().remove(key);
        }
    }
    report
}

/// Removes what is said of objects without events, outside of the only namespace with events: a list of kubectl without any
/// event does not name its namespace.
fn without_silence(mut report: Value) -> Value {
    for finding in report["findings"].as_array_mut().unwrap() {
        if finding["object"]["namespace"] != "pigo-rel" {
            let evidence = finding["evidence"].as_array_mut().unwrap();
            evidence.retain(|line| !line.as_str().unwrap().starts_with("no recent warning events"));
        }
    }
    report
}

#[test]
fn kubectl_output_and_captures_give_the_same_report() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let live = PIGO.healthcheck(&format!("{SCOPE} -o json"));
    assert!(live.json()["coverage"]["complete"].as_bool().unwrap());
    assert_eq!(live.json()["clusters"][0]["version"], "v1.36.3");
    let wanted = judged(&live);
    assert_eq!(judged(&run("demo -o json")), wanted);
    for name in ["capture.json", "capture.json.gz", "capture.json.zst"] {
        let ran = PIGO.healthcheck(&format!("snapshot {SCOPE} --output {}", path(name)));
        let said = format!("wrote {}: 48 pods, ", path(name));
        assert!(ran.code == 0 && ran.out.is_empty() && ran.err.starts_with(&said), "{ran:?}");
        assert_eq!(judged(&run(&format!("-f {} -o json", path(name)))), wanted, "{name}");
    }
    let captured = PIGO.healthcheck(&format!("snapshot {SCOPE} -o -"));
    std::fs::write(path("stdout.json"), &captured.out).unwrap();
    assert_eq!(judged(&run(&format!("-f {} -o json", path("stdout.json")))), wanted);
    let kinds = "pods,replicasets,deployments,statefulsets,events";
    for format in ["json", "yaml"] {
        let mut arguments = Vec::new();
        for namespace in ["pigo-dev", "pigo-stg", "pigo-rel"] {
            let saved = PIGO.kubectl(&format!("get {kinds} -n {namespace} -o {format}"));
            let file = path(&format!("{namespace}.{format}"));
            std::fs::write(&file, saved.out).unwrap();
            arguments.push(format!("-f {file}"));
        }
        let saved = PIGO.kubectl(&format!("get nodes -o {format}"));
        std::fs::write(path(&format!("nodes.{format}")), saved.out).unwrap();
        let ran = run(&format!("{} -f {} -o json", arguments.join(" "), path(&format!("nodes.{format}"))));
        assert_eq!(judged(&ran), without_silence(wanted.clone()), "{format}");
    }
}

#[test]
fn a_failed_capture_leaves_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("no/such/folder.json");
    let ran = PIGO.healthcheck(&format!("snapshot {SCOPE} --output {}", file.display()));
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("cannot write") && ran.err.contains("No such file or directory"), "{}", ran.err);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}
