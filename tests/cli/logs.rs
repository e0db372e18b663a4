//! Error logs, from captures to all formats.

use crate::support::Ran;
use serde_json::{Value, json};

fn judged(items: &[Value], flags: &str) -> Ran {
    crate::judged(items, flags)
}

fn pattern(class: &str, text: &str, count: u64, sample: &str) -> Value {
    json!({ "class": class, "text": text, "count": count, "sample": sample,
        "first": "2025-12-25T02:00:03Z", "last": "2025-12-26T01:59:48Z" })
}

/// Two sources with errors, and one without.
fn sources() -> Vec<Value> {
    let source = |name: &str, counts: Value, patterns: Vec<Value>| {
        let mut source = json!({
            "apiVersion": "healthcheck/v1", "kind": "LogSource", "metadata": { "namespace": "demo", "name": name },
            "pod": "pod-0", "pods": 1, "windowSeconds": 86400, "first": "2025-12-25T02:00:00Z", "last": "2025-12-26T02:00:00Z",
            "patterns": patterns,
        });
        for (key, value) in counts.as_object().unwrap() {
            source[key] = value.clone();
        }
        source
    };
    let queue = pattern(
        "error",
        "queue is full, dropped <num> events",
        12_758,
        "{\"log.level\":\"error\",\"message\":\"queue is full, dropped 3 events\"}",
    );
    let mut scan = pattern("benign", "GET <path> 404", 523, "GET /.env");
    scan["rule"] = json!("scanner");
    vec![
        source(
            "Deployment/apm-server/server",
            json!({ "lines": 15_000, "quiet": 2242, "errors": 12_758 }),
            vec![queue],
        ),
        source(
            "Deployment/nginx/nginx",
            json!({ "lines": 9000, "quiet": 8477, "benign": 523, "cutPods": 1 }),
            vec![scan],
        ),
        source(
            "StatefulSet/db/db",
            json!({ "lines": 40, "quiet": 37, "warnings": 1, "errors": 2, "binary": 1 }),
            vec![
                pattern("fatal", "could not write block <num>", 1, "FATAL:  could not write block 7"),
                pattern("error", "relation <*> does not exist", 1, "ERROR:  relation x does not exist"),
            ],
        ),
    ]
}

#[test]
fn shows_patterns_in_three_languages_and_benign_ones_separately() {
    for lang in ["en", "zh-TW", "zh-CN"] {
        let ran = judged(&sources(), &format!("--lang {lang} --width 140"));
        insta::assert_snapshot!(format!("logs_{lang}"), ran.out);
    }
    insta::assert_snapshot!("logs_wide", judged(&sources(), "-o wide --width 120").out);
    insta::assert_snapshot!("logs_markdown", judged(&sources(), "-o markdown --lang zh-TW").out);
}

#[test]
fn json_has_logs_only_if_logs_were_read() {
    let report = judged(&sources(), "-o json").json();
    let logs = &report["logs"];
    assert_eq!(
        logs["namespaces"],
        json!([{ "context": "", "name": "demo", "lines": 24_040, "errors": 12_760, "warnings": 1, "clientErrors": 0, "benign": 523 }])
    );
    let names: Vec<&Value> =
        logs["sources"].as_array().unwrap().iter().map(|source| &source["name"]).collect();
    assert_eq!(names, ["apm-server", "db", "nginx"]);
    let found: Vec<(&Value, &Value)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (&finding["object"]["name"], &finding["severity"]))
        .collect();
    assert_eq!(found, [(&json!("apm-server"), &json!("medium")), (&json!("db"), &json!("low"))]);
    assert_eq!(
        report["findings"][0]["actions"][0]["command"],
        "kubectl logs -n demo pod-0 -c server --since=24h --tail=50"
    );
    for (window, since) in [(3_601, "3601s"), (0, "1s"), (-3600, "1s")] {
        let mut source = sources().remove(0);
        source["windowSeconds"] = json!(window);
        let report = judged(&[source], "-o json").json();
        let command = report["findings"][0]["actions"][0]["command"].as_str().unwrap();
        assert!(command.contains(&format!(" --since={since} ")), "{command}");
    }
    let pod = crate::pod("fine", &crate::healthy_status());
    assert!(judged(&[pod], "-o json").json().get("logs").is_none());
}

#[test]
fn escapes_text_from_logs() {
    let mut source = sources().remove(0);
    source["patterns"][0]["text"] = json!("\u{1b}[31m<script>|\n\u{202e} password=CANARY @all");
    source["patterns"][0]["sample"] = json!("postgres://app:CANARY@db | `rm`");
    source["metadata"]["name"] = json!("Deployment/a|b\u{1b}[0m/<i>");
    source["lines"] = json!(-5);
    source["errors"] = json!(i64::MAX);
    for format in ["table", "wide", "markdown", "json"] {
        let ran = judged(&[source.clone(), source.clone()], &format!("-o {format} --all"));
        assert!(!ran.out.contains("CANARY") && !ran.out.contains('\u{1b}'), "{format}: {}", ran.out);
        assert!(
            format != "markdown" || !ran.out.contains("<script>") && !ran.out.contains(" @all"),
            "{}",
            ran.out
        );
    }
    let broken = json!({ "apiVersion": "healthcheck/v1", "kind": "LogSource", "metadata": { "namespace": "demo", "name": "web" } });
    assert!(
        judged(&[broken, crate::pod("fine", &crate::healthy_status())], "-o json")
            .json()
            .get("logs")
            .is_none()
    );
}
